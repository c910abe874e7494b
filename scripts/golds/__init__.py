"""What a gold file is made of: who published numbers, on which inputs, and how one official image becomes our columns.

A family of protocols is one module here with ``sources()`` (official outputs, one row per sample) and, where it has
hand-made cases, ``documents(shared)``.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

Row = dict[str, Any]
RATIOS = {name: name for name in ("precision", "recall", "hmean")}


class Origin(NamedTuple):
    """Who published the numbers: script at a commit, how it is called, and the environment that its results need."""

    script: str
    command: str
    environment: str = ""


def number(key: str) -> int:
    """The digits of a sample's official name, by which gold files name samples."""
    return int(re.sub(r"\D", "", key))


def per_image(data: Row) -> list[tuple[Any, Row]]:
    """The images of an official output by number."""
    return sorted(
        ((number(key), image) for key, image in data["per_image"].items()), key=lambda item: item[0]
    )


def overall(data: Row) -> Row:
    """The official numbers of the whole set."""
    found: Row = data["overall"]
    return found


@dataclass(frozen=True)
class Source:
    """One expected file, the two inputs it belongs to (paths inside the reference folder), and how it is read."""

    protocol: str  # as `-p` takes it
    expected: str  # below expected/, without .json
    gt: str
    pred: str
    origin: Origin
    row: Callable[[Row], Row]  # one official image -> our columns; "sum:NAME" for sums of reals
    metrics: Mapping[str, str] = field(default_factory=lambda: RATIOS)  # our metric -> the official name
    invalid_polygons: str = "refuse"
    note: str = ""
    stem: str = ""  # the protocol's module, when it is not its id
    name: str = ""  # of the gold file, when one expected file gives several
    images: Callable[[Row], list[tuple[Any, Row]]] = per_image
    overall: Callable[[Row], Row] = overall
    more: Callable[[Row, Row], Row] | None = None  # further fields; "totals" that no image tells

    @property
    def target(self) -> str:
        """Path below tests/gold."""
        folder = self.stem or self.protocol.partition("(")[0].replace("-", "_")
        return f"{folder}/{self.name or self.expected.partition('/')[2].replace('/', '__')}.json"


def gold(source: Source, shared: Path) -> Row:
    """One gold file: provenance, official metrics, one list per column in the order of ``samples``."""
    data = read(shared, source.expected)
    images = [(sample, source.row(image)) for sample, image in source.images(data)]
    official = source.overall(data)
    columns = {column: [row[column] for _, row in images] for column in (images[0][1] if images else ())}
    result: Row = {
        "protocol": source.protocol,
        "invalid_polygons": source.invalid_polygons,
        "official": source.origin._asdict(),
        "note": source.note,
        "expected": f"expected/{source.expected}.json",
        "inputs": {side: _input(shared, path) for side, path in (("gt", source.gt), ("pred", source.pred))},
        "metrics": {ours: official[theirs] for ours, theirs in source.metrics.items()},
    }
    totals = {column: sum(values) for column, values in columns.items() if not column.startswith("sum:")}
    more = source.more(data, result | {"totals": totals}) if source.more else {}
    totals |= more.pop("totals", {})
    return result | more | {"totals": totals, "samples": [sample for sample, _ in images], "columns": columns}


def read(shared: Path, expected: str) -> Any:
    """The document of one expected file."""
    return json.loads((shared / "expected" / f"{expected}.json").read_text(encoding="utf-8"))


def denominator(numerator: int, quotient: float) -> int:
    """The integer that a script divided by. Raises ValueError when none gives this very float."""
    found = round(numerator / quotient)
    if numerator / found != quotient:
        raise ValueError(f"{numerator} / {found} is not {quotient}")
    return found


def _input(shared: Path, path: str) -> Row:
    return {"file": path, "sha256": hashlib.sha256((shared / "data" / path).read_bytes()).hexdigest()}
