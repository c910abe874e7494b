"""``Instances`` -> Total-Text's own text files: ``x: [[…]], y: [[…]], ornt: [u'c'], transcriptions: [u'WORD']``.

The orientation is ``#`` for don't cares, ``h`` for upright boxes, ``c`` beyond four vertices, else ``m``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ocr_eval.formats.writers.naming import file_names

if TYPE_CHECKING:
    from ocr_eval.tables.instances import Instances

_ESCAPED = {"\\": "\\\\", "'": "\\'", "\n": "\\n", "\r": "\\r", "\t": "\\t"}


class TotalTextWriter:
    """``totaltext``."""

    def spell(self, text: str) -> str | None:
        """The text between single quotes, with escapes; None for what no UTF-8 file holds."""
        if any(c == "\0" or "\ud800" <= c <= "\udfff" for c in text):
            return None
        return "u'" + "".join(_ESCAPED.get(c, c) for c in text) + "'"

    def write(self, table: Instances, role: str) -> dict[str, bytes]:
        """A file per sample, an empty one too."""
        files = {}
        for s, name in enumerate(file_names(table.sample_ids, role, ".txt")):
            files[name] = "".join(self._line(table, i) for i in table.span(s)).encode()
        return files

    def _line(self, table: Instances, i: int) -> str:
        x, y = (" ".join(str(int(v)) for v in column) for column in table.points(i).T.tolist())
        kind = _orientation(table.points(i).tolist()) if table.care[i] else "#"
        text = self.spell(table.texts[i])
        return f"x: [[{x}]], y: [[{y}]], ornt: [u'{kind}'], transcriptions: [{text}]\n"


def _orientation(points: list[list[float]]) -> str:
    if len(points) > 4:
        return "c"
    upright = len({x for x, _ in points}) == len({y for _, y in points}) == 2
    return "h" if upright else "m"


TOTALTEXT = TotalTextWriter()
