"""What stands beside rings and texts -> left out and counted where a layout has no place for it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from ocr_eval.errors import usage_error
from ocr_eval.formats.writers.fitting import Fitting, Loss
from ocr_eval.tables.instances import Instances

if TYPE_CHECKING:
    from ocr_eval.formats.writers import Holds

BOX = ("left", "top", "width", "height")


def drop_beside(fitting: Fitting, holds: Holds) -> None:
    """Drops what the layout has no place for. Raises InputError (E_USAGE) where it asks for what is not there."""
    table = fitting.table
    somewhere = table.place(0) if len(table) else ""
    ignored = np.flatnonzero(~table.care)
    if not holds.care and not holds.marks and len(ignored):
        fitting.drop(
            "don't cares", len(ignored), table.place(int(ignored[0])), care=np.ones(len(table), np.bool_)
        )
    if table.confidence is not None and holds.confidence == "none":
        fitting.drop("confidences", len(table), somewhere, confidence=None)
    if table.confidence is None and holds.confidence == "always":
        fitting.drop("absent confidences", len(table), somewhere, confidence=np.ones(len(table)))
    if table.numbers and "numbers" not in holds.more:
        kept = _of_coco(fitting.table, holds.care) if "coco" in holds.more else []
        left = [name for name in table.numbers if name not in kept]
        told = _told_otherwise(table)
        counted = [name for name in left if name not in told]
        numbers = {name: column for name, column in table.numbers.items() if name in kept}
        fitting.drop("numbers", len(table) * len(counted), ", ".join(counted), numbers=numbers)
    if table.aliases and "aliases" not in holds.more:
        fitting.drop("other names of samples", len(table.aliases), table.aliases[0], aliases=())
    if table.levels is not None and "levels" not in holds.more:
        levels = table.levels
        sizes = int((levels.size > 0).all(1).sum())
        fitting.drop("lines", len(levels.lines), "")
        fitting.drop("paragraphs", len(levels.paragraphs), "")
        fitting.drop("image sizes", sizes, "", levels=None)
    if "levels" in holds.more and table.levels is None and holds.more != _EVERYTHING:
        reason = f"layout {fitting.layout} holds lines and paragraphs, and the input has none"
        raise usage_error(reason, "choose a layout of words with --to")
    if "levels" in holds.more and holds.more != _EVERYTHING:
        _check_nested(fitting)
    if not holds.empty:
        _drop_empty(fitting)


def _of_coco(table: Instances, care: bool) -> list[str]:
    """The numbers that an annotation of COCO can say: its box as a whole, no area beside a score, crowds in a gt."""
    whole = BOX if set(BOX) <= table.numbers.keys() else ()
    more = [name for name, can in (("crowd", care), ("area", table.confidence is None)) if can]
    return [*whole, *more, "category", "transcribed"]


_EVERYTHING = frozenset(("angle", "numbers", "levels", "aliases"))


def _told_otherwise(table: Instances) -> set[str]:
    """The numbers that rings and flags say already: the box around every ring, its area, don't care as crowd."""
    told: set[str] = set()
    numbers = table.numbers
    box = [numbers.get(name) for name in BOX]
    if table.geometry and len(table) and (np.diff(table.ring) > 0).all():
        low, high = (step.reduceat(table.xy, table.ring[:-1]) for step in (np.minimum, np.maximum))
        around = [*low.T, *(high - low).T]
        if all(a is not None and np.array_equal(a, b) for a, b in zip(box, around, strict=True)):
            told |= {*BOX}
    width, height, area = box[2], box[3], numbers.get("area")
    if width is not None and height is not None and area is not None and np.array_equal(area, width * height):
        told.add("area")
    if "crowd" in numbers and np.array_equal(numbers["crowd"] > 0, ~table.care):
        told.add("crowd")
    return told


def _check_nested(fitting: Fitting) -> None:
    """Raises InputError (E_USAGE) unless words stand line by line, lines paragraph by paragraph."""
    levels = fitting.table.levels
    assert levels is not None
    rings = np.concatenate([np.diff(levels.lines.ring), np.diff(levels.paragraphs.ring)])
    risen = (np.diff(levels.line_of) >= 0).all() and (np.diff(levels.paragraph_of) >= 0).all()
    if not risen or ((rings > 0) & (rings < 3)).any():
        what = (
            "words or lines in another order than their lines and paragraphs" if not risen else "short rings"
        )
        raise usage_error(f"layout {fitting.layout} does not hold {what}", "json and jsonl do: --to jsonl")


def _drop_empty(fitting: Fitting) -> None:
    table = fitting.table
    full = np.flatnonzero(np.diff(table.start)).tolist()
    empty: Sequence[str] = [s for k, s in enumerate(table.sample_ids) if k not in set(full)]
    if empty:
        fitting.losses.append(Loss("samples without instances", len(empty), empty[0]))
        fitting.table = table.take(full, tuple(table.sample_ids[s] for s in full))
