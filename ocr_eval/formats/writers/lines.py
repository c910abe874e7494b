"""``Instances`` -> one file of lines per sample: quads, boxes, polygons, CTW1500, MSRA-TD500, characters, PopEval.

Coordinates are whole numbers here: ``fit`` has seen to it. A confidence always has a point or an exponent, so that no
line of a polygon can be read with one more coordinate.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ocr_eval.formats.numbers import is_integer
from ocr_eval.formats.unquoting import unquote
from ocr_eval.formats.writers.naming import file_names

if TYPE_CHECKING:
    from ocr_eval.tables.instances import Instances

_LINE_END = frozenset("\n\r\0")


def one_line(text: str) -> str | None:
    """The text itself; None when a line of a file cannot hold it."""
    return None if _LINE_END & set(text) or any("\ud800" <= c <= "\udfff" for c in text) else text


def spell_quad(text: str) -> str | None:
    """How a text stands behind coordinates in RRC files: itself, or quoted where quotes would be taken off."""
    quoted = '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
    return next((way for way in (text, quoted) if one_line(text) is not None and unquote(way) == text), None)


def spell_polygon(text: str) -> str | None:
    """How a text stands behind a ring of any length; None when numbers at its front would join the ring."""
    fields = text.split(",")
    numbers = next((k for k, field in enumerate(fields) if not is_integer(field)), len(fields))
    return one_line(text) if numbers == 0 or numbers == len(fields) <= 2 else None


@dataclass(frozen=True)
class LineWriter:
    """One layout of lines. ``joint`` stands before the text, ``every`` n-th of a box's corners is written."""

    spell: Callable[[str], str | None]
    separator: str = ","
    joint: str = ","
    corners: tuple[int, ...] = ()  # indices into a ring's numbers; empty: all of them

    def write(self, table: Instances, role: str) -> dict[str, bytes]:
        """A file per sample, an empty one too."""
        lines = self._lines(table)
        names = file_names(table.sample_ids, role, ".txt")
        return {
            name: "".join(lines[a:b]).encode()
            for name, a, b in zip(names, table.start[:-1].tolist(), table.start[1:].tolist(), strict=True)
        }

    def _lines(self, table: Instances) -> list[str]:
        numbers = [str(int(value)) for value in table.xy.ravel().tolist()]
        bounds = (2 * table.ring).tolist()
        lines = []
        for i in range(len(table)):
            ring = numbers[bounds[i] : bounds[i + 1]]
            lines.append(self.separator.join([ring[k] for k in self.corners] if self.corners else ring))
        if table.angle is not None:
            lines = [f"{line},{angle(v)}" for line, v in zip(lines, table.angle.tolist(), strict=True)]
        if table.confidence is not None:
            lines = [f"{line},{v!r}" for line, v in zip(lines, table.confidence.tolist(), strict=True)]
        if table.codepoints is not None:
            # A mark of don't care has no spelling as a word and stands as it is.
            spelled = (self.spell(t) if c else t for t, c in zip(table.texts, table.care, strict=True))
            lines = [f"{line}{self.joint}{text}" for line, text in zip(lines, spelled, strict=True)]
        return [line + "\n" for line in lines]


def angle(value: float) -> str:
    """Radians as the shortest decimal without an exponent that reads back."""
    import numpy as np

    return str(np.format_float_positional(value, trim="0"))


_BOX = (0, 1, 4, 5)  # left, top, right, bottom of a box's ring
QUAD = LineWriter(spell_quad)
LTRB = LineWriter(spell_quad, corners=_BOX)
POLYGON = LineWriter(spell_polygon)
CTW1500 = LineWriter(one_line, joint=",####")
TD500 = LineWriter(one_line, corners=_BOX)
CHARACTERS = LineWriter(one_line, separator=" ", joint=" ")
POPEVAL = LineWriter(one_line, separator=" ", joint="##::")
