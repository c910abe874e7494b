"""``Instances`` -> our own JSON: a list of objects, or one object per line; whatever a table holds is in it.

Without rings ``jsonl`` is a list of texts, one sample per line. The form stands in ``formats.json_lines`` and
``formats.json_structure``.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ocr_eval.formats.writers.naming import image_names

if TYPE_CHECKING:
    from ocr_eval.tables.instances import Instances
    from ocr_eval.tables.levels import Levels, Regions


@dataclass(frozen=True)
class Exchange:
    """``json`` or, with ``by_line``, ``jsonl``."""

    by_line: bool

    def spell(self, text: str) -> str | None:
        """Every text but halves of surrogate pairs."""
        return any_text(text)

    def write(self, table: Instances, role: str) -> dict[str, bytes]:
        """One document."""
        lines = [json.dumps(row, ensure_ascii=False, allow_nan=False) for row in rows(table)]
        if self.by_line:
            return {"labels.jsonl": "".join(f"{line}\n" for line in lines).encode()}
        return {"labels.json": ("[\n" + ",\n".join(lines) + "\n]\n").encode()}


def any_text(text: str) -> str | None:
    """The text; None for one that holds half of a surrogate pair, which no UTF-8 file can."""
    return None if any("\ud800" <= c <= "\udfff" for c in text) else text


def json_lines(table: Instances) -> bytes:
    """The table as our JSON lines, nothing left out; the layout is ``json``, or ``jsonl`` without rings."""
    (data,) = JSONL.write(table, "gt").values()
    return data


def rows(table: Instances) -> Iterator[dict[str, Any]]:
    """The objects: of every image that needs one, then of its instances."""
    names = image_names(table.sample_ids)
    images = described_images(table)
    for s, name in enumerate(names):
        if s in images:
            yield {"image": name, "level": "image"} | images[s]
        for i in table.span(s):
            yield {"image": name} | _instance(table, i, s)


def described_images(table: Instances) -> dict[int, dict[str, Any]]:
    """Sample -> what is said of its image, for the samples that need saying: with other names or lines, or empty."""
    every = (bool(table.aliases) and table.geometry) or table.levels is not None
    return {s: _image(table, s) for s in range(len(table.sample_ids)) if every or not table.span(s)}


def _image(table: Instances, s: int) -> dict[str, Any]:
    found: dict[str, Any] = {"alias": table.aliases[s]} if table.aliases else {}
    levels = table.levels
    if levels is not None:
        found["size"] = levels.size[s].tolist()
        found["paragraphs"] = [_region(levels.paragraphs, k) for k in levels.paragraphs.span(s)]
        found["lines"] = [
            {"paragraph": _within(levels, k, s)} | _region(levels.lines, k) for k in levels.lines.span(s)
        ]
    return found


def _within(levels: Levels, line: int, s: int) -> int:
    return int(levels.paragraph_of[line] - levels.paragraphs.start[s])


def _region(regions: Regions, k: int) -> dict[str, Any]:
    ring = plain(regions.points(k).ravel().tolist())
    return {"care": bool(regions.care[k])} | (_ring(ring) if ring else {})


def _ring(ring: list[float]) -> dict[str, Any]:
    """``box`` from three vertices on; four numbers would be its corners, so shorter rings are called ``ring``."""
    return {"box" if len(ring) >= 6 else "ring": ring}


def _instance(table: Instances, i: int, s: int) -> dict[str, Any]:
    found: dict[str, Any] = _ring(plain(table.points(i).ravel().tolist())) if table.geometry else {}
    if table.aliases and not table.geometry:  # a list of texts has no objects of images
        found["alias"] = table.aliases[s]
    if table.codepoints is not None:
        found["text"] = table.texts[i]
    if table.confidence is not None:
        found["score"] = float(table.confidence[i])
    if not table.care[i]:
        found["care"] = False
    if table.angle is not None:
        found["angle"] = float(table.angle[i])
    if table.numbers:
        values = plain([float(column[i]) for column in table.numbers.values()])
        found["numbers"] = dict(zip(table.numbers, values, strict=True))
    if table.levels is not None:
        found["line"] = int(table.levels.line_of[i] - table.levels.lines.start[s])
    return found


def plain(values: list[float]) -> list[float]:
    """Whole numbers as integers, which JSON writes without a point."""
    return [int(value) if value == int(value) else value for value in values]


JSON, JSONL = Exchange(False), Exchange(True)
