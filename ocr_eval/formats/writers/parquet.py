"""``Instances`` -> Parquet: a row per instance, after a row per image where images are described; nothing left out.

The same table gives the same bytes with the same version of pyarrow.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from ocr_eval.formats.parquet_arrays import pyarrow
from ocr_eval.formats.writers.exchange import any_text, described_images
from ocr_eval.formats.writers.naming import image_names

if TYPE_CHECKING:
    from ocr_eval.tables.instances import Instances

GROUP = 1 << 16  # rows of a row group


class ParquetWriter:
    """``parquet``."""

    def spell(self, text: str) -> str | None:
        """Every text but halves of surrogate pairs, and NUL."""
        return None if "\0" in text else any_text(text)

    def write(self, table: Instances, role: str) -> dict[str, bytes]:
        """One document."""
        arrow = pyarrow()
        columns = _columns(table, arrow)
        made = arrow.table(columns)
        sink = arrow.BufferOutputStream()
        arrow.parquet.write_table(
            made,
            sink,
            compression="snappy",
            row_group_size=GROUP,
            use_dictionary=["image"],
            store_schema=False,
        )
        return {"labels.parquet": sink.getvalue().to_pybytes()}


def _columns(table: Instances, arrow: Any) -> dict[str, Any]:
    names = image_names(table.sample_ids)
    images = described_images(table)
    if images:  # they come first, so all of them, for the order of the samples
        images = {s: images.get(s, {}) for s in range(len(names))}
    front, size = len(images), len(table)
    own = [names[s] for s in images] + [names[s] for s in table.sample_of.tolist()]
    columns: dict[str, Any] = {"image": arrow.array(own, arrow.string())}

    def column(name: str, values: Any, kind: Any) -> None:
        """A column with nulls for the images."""
        below = arrow.array(values, kind)
        columns[name] = arrow.concat_arrays([arrow.nulls(front, kind), below]) if front else below

    if front:
        columns["level"] = arrow.array(["image"] * front + [None] * size, arrow.string())
    if table.geometry:
        rings = arrow.LargeListArray.from_arrays(
            arrow.array(2 * table.ring), arrow.array(np.ascontiguousarray(table.xy).ravel())
        )
        none = arrow.nulls(front, rings.type)
        short = bool((np.diff(table.ring) < 3).any())
        columns["ring" if short else "box"] = arrow.concat_arrays([none, rings]) if front else rings
    if table.codepoints is not None:
        column("text", list(table.texts), arrow.large_string())
    if table.confidence is not None:
        column("score", table.confidence, arrow.float64())
    if not table.care.all():
        column("care", table.care, arrow.bool_())
    if table.angle is not None:
        column("angle", table.angle, arrow.float64())
    for name, values in table.numbers.items():
        column(name, values, arrow.float64())
    if table.levels is not None:
        column("line", table.levels.line_of - table.levels.lines.start[table.sample_of], arrow.int64())
    _describe(images, arrow, size, columns)
    return columns


def _describe(images: dict[int, dict[str, Any]], arrow: Any, size: int, columns: dict[str, Any]) -> None:
    """The columns that only rows of images have."""
    ring = arrow.list_(arrow.float64())
    paragraph = arrow.struct([("care", arrow.bool_()), ("ring", ring)])
    line = arrow.struct([("paragraph", arrow.int64()), ("care", arrow.bool_()), ("ring", ring)])
    kinds = {
        "alias": arrow.string(),
        "size": arrow.list_(arrow.int64()),
        "paragraphs": arrow.list_(paragraph),
        "lines": arrow.list_(line),
    }
    for key, kind in kinds.items():
        values = [said.get(key) for said in images.values()]
        if any(value is not None for value in values):
            columns[key] = arrow.array([_ringed(value) for value in values] + [None] * size, kind)


def _ringed(value: Any) -> Any:
    """Regions with their ring under one name, whether they have three vertices or not."""
    if not isinstance(value, list):
        return value
    return [
        {"ring": item.get("box", item.get("ring"))} | item if isinstance(item, dict) else item
        for item in value
    ]


PARQUET = ParquetWriter()
