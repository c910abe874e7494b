"""A table and what a layout holds -> the table that can be written without a change, and what was left out of it.

Rings and texts that the layout cannot hold are refused, unless losing is allowed; all else is left out and counted.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ocr_eval.errors import InputError, Problem, quote, usage_error
from ocr_eval.kernels.rings import classify
from ocr_eval.tables.arrays import freeze, offsets
from ocr_eval.tables.builder import coded
from ocr_eval.tables.instances import Instances

if TYPE_CHECKING:
    from ocr_eval.formats.writers import Holds, Writer

_SMALL = 1e-10  # radians; 17 digits behind nine zeros still fit into 32 characters
_MEANING = {
    "angles": "boxes are turned by an angle, which layout {} does not hold",
    "rings": "rings have another number or order of vertices than layout {} holds",
    "decimals": "rings lie between whole pixels, where layout {} has none",
    "angle digits": "angles have more digits than layout {} holds",
    "geometry": "rings have no place in layout {}",
    "texts": "transcriptions would be read as others in layout {}",
}


@dataclass(frozen=True)
class Loss:
    """One kind of loss: how many instances, samples or fields, and the first place."""

    kind: str
    count: int
    first: str


class _Fitting:
    """A table on its way; ``change`` asks before it alters what decides scores."""

    def __init__(self, table: Instances, layout: str, lossy: bool) -> None:
        self.table, self.layout, self.lossy = table, layout, lossy
        self.losses: list[Loss] = []

    def change(self, kind: str, index: NDArray[np.int64]) -> None:
        """Counts a loss of rings or texts. Raises InputError (E_USAGE) unless losing is allowed."""
        table, first = self.table, int(index[0])
        if not self.lossy:
            reason = f"{len(index)} {_MEANING[kind].format(self.layout)}, this is the first"
            hint = "choose another layout with --to, or let them change with --lossy, which counts them"
            entry, line = table.entries[int(table.sample_of[first])], int(table.line[first])
            problem = Problem("E_USAGE", reason, hint, table.source, entry, line, is_folder=table.is_folder)
            raise InputError([problem])
        self.losses.append(Loss(kind, len(index), table.place(first)))

    def drop(self, kind: str, count: int, first: str, **fields: Any) -> None:
        """Counts a loss of what stands beside rings and texts, and takes it out."""
        if count:
            self.losses.append(Loss(kind, count, first))
        self.table = replace(self.table, **fields)


def fit(
    table: Instances,
    layout: str,
    holds: Holds,
    writer: Writer,
    role: str,
    lossy: bool,
) -> tuple[Instances, tuple[Loss, ...]]:
    """(the table as reading the files gives it, losses). Raises InputError (E_USAGE) for what cannot be held."""
    fitting = _Fitting(table, layout, lossy)
    if not table.sample_ids or not (holds.empty or len(table)):
        raise usage_error(f"nothing that layout {layout} could hold", "choose an input with instances")
    if not holds.several:
        _one_each(fitting)
    _rings(fitting, holds)
    _texts(fitting, holds, writer, role)
    _beside(fitting, holds)
    return fitting.table, tuple(fitting.losses)


def _one_each(fitting: _Fitting) -> None:
    sizes = np.diff(fitting.table.start)
    other = np.flatnonzero(sizes > 1)
    if len(other):
        sample = fitting.table.sample_ids[int(other[0])]
        reason = (
            f"layout {fitting.layout} holds one text a sample, {len(other)} samples have several, "
            f"first {quote(sample)}"
        )
        raise usage_error(reason, "choose a layout with rings")


# rings


def _rings(fitting: _Fitting, holds: Holds) -> None:
    table = fitting.table
    if holds.rings == "none":
        if table.geometry:
            if len(table):
                fitting.change("geometry", np.arange(len(table)))
            fitting.table = replace(
                table,
                xy=np.zeros((0, 2)),
                ring=np.zeros(len(table) + 1, np.int64),
                shape=np.zeros(len(table), np.uint8),
                geometry=False,
            )
        return
    if not table.geometry:
        if holds.rings == "any":
            return
        raise usage_error(
            f"layout {fitting.layout} holds rings, and the input has none",
            "choose a layout of texts with --to: pairs, csv, jsonl, text",
        )
    if table.angle is not None and "angle" not in holds.more:
        turned = np.flatnonzero(table.angle)
        if len(turned):
            fitting.change("angles", turned)
            fitting.table = _replaced(table, turned, lambda ring, i: _turned(ring, table.angle, i))
        fitting.table = replace(fitting.table, angle=None)
    if holds.rings == "rotated" and fitting.table.angle is None:
        reason = f"layout {fitting.layout} holds boxes with angles, and the input has no angles"
        raise usage_error(reason, "choose icdar-quad or polygon with --to")
    if holds.rings == "rotated":
        _short_angles(fitting)
    odd = _odd(fitting.table, holds.rings)
    if len(odd):
        fitting.change("rings", odd)
        fitting.table = _replaced(fitting.table, odd, lambda ring, _: _shaped(ring, holds.rings))
    if not holds.decimals:
        _whole(fitting)


def _short_angles(fitting: _Fitting) -> None:
    """Angles so small that their decimals would be too long a field."""
    angle = fitting.table.angle
    assert angle is not None
    long = np.flatnonzero((angle != 0) & (np.abs(angle) < _SMALL))
    if len(long):
        fitting.change("angle digits", long)
        fitting.table = replace(fitting.table, angle=np.where(np.abs(angle) < _SMALL, 0.0, angle))


def _odd(table: Instances, rings: str) -> NDArray[np.int64]:
    """The instances whose rings the layout cannot hold."""
    size = np.diff(table.ring)
    if rings in ("polygon", "any"):
        return np.flatnonzero(size < 3) if rings == "polygon" else np.zeros(0, np.int64)
    four = size == 4
    if rings == "quad" or not four.any():
        return np.flatnonzero(~four)
    index = np.flatnonzero(four)
    corners = table.xy[table.ring[index][:, None] + np.arange(4)]
    low, high = corners.min(1), corners.max(1)
    box = np.stack([low, np.stack([high[:, 0], low[:, 1]], 1), high, np.stack([low[:, 0], high[:, 1]], 1)], 1)
    four[index] = (corners == box).all((1, 2))
    return np.flatnonzero(~four)


def _whole(fitting: _Fitting) -> None:
    table = fitting.table
    broken = (table.xy != np.floor(table.xy)).any(1)
    if not broken.any():
        return
    owner = np.repeat(np.arange(len(table)), np.diff(table.ring))
    fitting.change("decimals", np.unique(owner[broken]))
    xy = np.floor(table.xy + 0.5)
    fitting.table = replace(table, xy=xy, shape=classify(freeze(xy), table.ring))


def _replaced(
    table: Instances,
    index: NDArray[np.int64],
    change: Callable[[NDArray[np.float64], int], NDArray[np.float64]],
) -> Instances:
    """The table with the rings of some instances changed, all classified anew."""
    rings = [table.points(i) for i in range(len(table))]
    for i in index.tolist():
        rings[i] = change(rings[i], i)
    xy = np.concatenate(rings) if rings else np.zeros((0, 2))
    ring = offsets([len(each) for each in rings])
    return replace(table, xy=xy, ring=ring, shape=classify(freeze(xy), ring))


def _turned(ring: NDArray[np.float64], angle: NDArray[np.float64] | None, i: int) -> NDArray[np.float64]:
    """The box turned about its centre, clockwise on the screen, as MSRA-TD500 means it."""
    assert angle is not None
    centre = (ring.min(0) + ring.max(0)) / 2
    cos, sin = np.cos(angle[i]), np.sin(angle[i])
    turned: NDArray[np.float64] = (ring - centre) @ np.array([[cos, sin], [-sin, cos]]) + centre
    return turned


def _shaped(ring: NDArray[np.float64], rings: str) -> NDArray[np.float64]:
    """The box around the ring; a quad or polygon with too few vertices has its last one again."""
    wanted = 3 if rings == "polygon" else 4
    if not len(ring):
        return np.zeros((wanted, 2))
    if rings in ("quad", "polygon") and len(ring) < wanted:
        return np.concatenate([ring, np.repeat(ring[-1:], wanted - len(ring), 0)])
    (left, top), (right, bottom) = ring.min(0), ring.max(0)
    return np.array([[left, top], [right, top], [right, bottom], [left, bottom]])


# texts


def _texts(fitting: _Fitting, holds: Holds, writer: Writer, role: str) -> None:
    table = fitting.table
    marked = role == "gt" and bool(holds.marks)
    ignored = ~table.care
    if table.codepoints is None:
        by_mark = marked and not holds.care and bool(ignored.any())
        if not (holds.text == "always" or (holds.text == "gt" and role == "gt") or by_mark):
            return
        kept = np.flatnonzero(table.care)
        if len(kept):
            message = fitting.table.place(int(kept[0]))
            fitting.losses.append(Loss("absent texts", len(kept), message))
        codepoints, text_offset = coded([""] * len(table))
        fitting.table = table = replace(table, codepoints=codepoints, text_offset=text_offset)
    texts = list(table.texts)
    hidden = ignored if marked and not holds.care else np.zeros(len(table), np.bool_)
    lost = [i for i in np.flatnonzero(hidden).tolist() if texts[i] not in ("", *holds.marks)]
    if lost:
        fitting.losses.append(Loss("texts of don't cares", len(lost), table.place(lost[0])))
    for i in np.flatnonzero(hidden).tolist():
        texts[i] = holds.marks[0]
    # The mark itself is a text like others in predictions, and beside a flag of don't care.
    bare = holds.marks if marked else ()
    care = table.care.tolist()
    wrong = [
        i
        for i, text in enumerate(texts)
        if not hidden[i] and ((text in bare and care[i]) or writer.spell(text) is None)
    ]
    if wrong:
        fitting.change("texts", np.array(wrong))
        for i in wrong:
            texts[i] = _tamed(texts[i], writer, bare)
    codepoints, text_offset = coded(texts)
    fitting.table = replace(table, codepoints=codepoints, text_offset=text_offset)


def _tamed(text: str, writer: Writer, marks: tuple[str, ...]) -> str:
    """The nearest text that has a spelling: without line ends, then behind a space."""
    short = "".join(" " if c in "\n\r\t\0" else "\ufffd" if "\ud800" <= c <= "\udfff" else c for c in text)
    plain = short.replace("\\", "/").replace('"', "'")
    for way in (short, f" {short}", short.replace(",", " "), plain):
        if way not in marks and writer.spell(way) is not None:
            return way
    return ""


# what stands beside


def _beside(fitting: _Fitting, holds: Holds) -> None:
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
        names = ", ".join(table.numbers)
        fitting.drop("numbers", len(table) * len(table.numbers), names, numbers={})
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
    if not holds.empty:
        _drop_empty(fitting)


_EVERYTHING = frozenset(("angle", "numbers", "levels", "aliases"))


def _drop_empty(fitting: _Fitting) -> None:
    table = fitting.table
    full = np.flatnonzero(np.diff(table.start)).tolist()
    empty: Sequence[str] = [s for k, s in enumerate(table.sample_ids) if k not in set(full)]
    if empty:
        fitting.losses.append(Loss("samples without instances", len(empty), empty[0]))
        fitting.table = table.take(full, tuple(table.sample_ids[s] for s in full))
