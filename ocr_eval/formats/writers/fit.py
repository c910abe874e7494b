"""A table and what a layout holds -> the table that can be written without a change, and what was left out of it.

Rings and texts that the layout cannot hold are refused, unless losing is allowed; all else is left out and counted.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from ocr_eval.errors import quote, usage_error
from ocr_eval.formats.writers.beside import drop_beside
from ocr_eval.formats.writers.fitting import Fitting, Loss
from ocr_eval.formats.writers.shapes import odd_rings, replaced, shaped, turned_box
from ocr_eval.kernels.rings import classify
from ocr_eval.tables.arrays import freeze
from ocr_eval.tables.builder import coded
from ocr_eval.tables.instances import Instances

if TYPE_CHECKING:
    from ocr_eval.formats.writers import Holds, Writer

_SMALL = 1e-10  # radians; 17 digits behind nine zeros still fit into 32 characters


def fit(
    table: Instances,
    layout: str,
    holds: Holds,
    writer: Writer,
    role: str,
    lossy: bool,
) -> tuple[Instances, tuple[Loss, ...]]:
    """(the table as reading the files gives it, losses). Raises InputError (E_USAGE) for what cannot be held."""
    fitting = Fitting(table, layout, lossy)
    if not table.sample_ids or not (holds.empty or len(table)):
        raise usage_error(f"nothing that layout {layout} could hold", "choose an input with instances")
    if not holds.several:
        _one_each(fitting)
    _rings(fitting, holds)
    _texts(fitting, holds, writer, role)
    drop_beside(fitting, holds)
    return fitting.table, tuple(fitting.losses)


def _one_each(fitting: Fitting) -> None:
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


def _rings(fitting: Fitting, holds: Holds) -> None:
    table = fitting.table
    if holds.rings == "none":
        if table.geometry and len(table):
            fitting.change("geometry", np.arange(len(table)))
        fitting.table = replace(
            table,
            xy=np.zeros((0, 2)),
            ring=np.zeros(len(table) + 1, np.int64),
            shape=np.zeros(len(table), np.uint8),
            angle=None,
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
            fitting.table = replaced(table, turned, lambda ring, i: turned_box(ring, table.angle, i))
        fitting.table = replace(fitting.table, angle=None)
    if holds.rings == "rotated" and fitting.table.angle is None:
        reason = f"layout {fitting.layout} holds boxes with angles, and the input has no angles"
        raise usage_error(reason, "choose icdar-quad or polygon with --to")
    if holds.rings == "rotated":
        _short_angles(fitting)
    odd = odd_rings(fitting.table, holds.rings)
    if len(odd):
        fitting.change("rings", odd)
        fitting.table = replaced(fitting.table, odd, lambda ring, _: shaped(ring, holds.rings))
    if not holds.decimals:
        _whole(fitting)
    if holds.short:
        _whole(fitting, tiny=True)


def _short_angles(fitting: Fitting) -> None:
    """Angles so small that their decimals would be too long a field."""
    angle = fitting.table.angle
    assert angle is not None
    long = np.flatnonzero((angle != 0) & (np.abs(angle) < _SMALL))
    if len(long):
        fitting.change("angle digits", long)
        fitting.table = replace(fitting.table, angle=np.where(np.abs(angle) < _SMALL, 0.0, angle))


def _whole(fitting: Fitting, *, tiny: bool = False) -> None:
    """Coordinates in whole pixels, or only those that are nearly 0."""
    table = fitting.table
    odd = (table.xy != 0) & (np.abs(table.xy) < _SMALL) if tiny else table.xy != np.floor(table.xy)
    broken = odd.any(1)
    if not broken.any():
        return
    owner = np.repeat(np.arange(len(table)), np.diff(table.ring))
    fitting.change("decimals", np.unique(owner[broken]))
    xy = np.where(odd, np.floor(table.xy + 0.5), table.xy)
    fitting.table = replace(table, xy=xy, shape=classify(freeze(xy), table.ring))


# texts


def _texts(fitting: Fitting, holds: Holds, writer: Writer, role: str) -> None:
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
    by_text = (marked and not holds.care) or (holds.silent and role == "gt")
    hidden = ignored if by_text else np.zeros(len(table), np.bool_)
    mark = holds.marks[0] if holds.marks else ""
    lost = [i for i in np.flatnonzero(hidden).tolist() if texts[i] not in ("", *holds.marks)]
    if lost:
        fitting.losses.append(Loss("texts of don't cares", len(lost), table.place(lost[0])))
    for i in np.flatnonzero(hidden).tolist():
        texts[i] = mark
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
    fitting.table = table = replace(table, codepoints=codepoints, text_offset=text_offset)
    if holds.silent and hidden.any():
        fitting.table = _silenced(table, hidden)


def _silenced(table: Instances, hidden: NDArray[np.bool_]) -> Instances:
    """The table as it is read where don't cares have no text, rather than an empty one."""
    numbers = dict(table.numbers)
    if "transcribed" in numbers:
        numbers["transcribed"] = np.where(hidden, 0.0, numbers["transcribed"])
    if hidden.all():
        return replace(table, numbers=numbers, codepoints=None, text_offset=None)
    return replace(table, numbers=numbers)


def _tamed(text: str, writer: Writer, marks: tuple[str, ...]) -> str:
    """The nearest text that has a spelling: without line ends, then behind a space."""
    short = "".join(" " if c in "\n\r\t\0" else "\ufffd" if "\ud800" <= c <= "\udfff" else c for c in text)
    plain = short.replace("\\", "/").replace('"', "'")
    for way in (short, f" {short}", short.replace(",", " "), plain):
        if way not in marks and writer.spell(way) is not None:
            return way
    return ""
