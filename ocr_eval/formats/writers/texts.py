"""``Instances`` without rings -> recognition lists, one text a sample: pairs, ICDAR words, CSV, a file per sample."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ocr_eval.formats.writers.lines import one_line
from ocr_eval.formats.writers.naming import file_names, image_names

if TYPE_CHECKING:
    from ocr_eval.tables.instances import Instances


def _quoted(text: str) -> str | None:
    """The text in the quotes of RRC files; None where their rules would give another text."""
    from ocr_eval.formats.unquoting import unquote

    way = '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
    return way if one_line(text) is not None and unquote(way) == text else None


def _any_lines(text: str) -> str | None:
    """The text; None for what no text file gives back."""
    bad = any(c in "\r\0" or "\ud800" <= c <= "\udfff" for c in text)
    return None if bad or text.startswith("\ufeff") else text


@dataclass(frozen=True)
class NamedTexts:
    """A document of lines: a name, ``joint``, the text."""

    spell: Callable[[str], str | None]
    joint: str
    name: str

    def write(self, table: Instances, role: str) -> dict[str, bytes]:
        """One document."""
        spelled = [self.spell(text) for text in table.texts]
        names = image_names(table.sample_ids)
        lines = [f"{name}{self.joint}{text}\n" for name, text in zip(names, spelled, strict=True)]
        return {self.name: "".join(lines).encode()}


class CsvTexts:
    """``csv``: RFC 4180 with LF."""

    def spell(self, text: str) -> str | None:
        """The text as it is: the cell is quoted where need be."""
        return _any_lines(text)

    def write(self, table: Instances, role: str) -> dict[str, bytes]:
        """One document with the header ``image,text[,score]``."""
        stream = io.StringIO(newline="")
        rows = csv.writer(stream, lineterminator="\n")
        scores = [] if table.confidence is None else [[repr(v)] for v in table.confidence.tolist()]
        rows.writerow(["image", "text"] + ["score"] * bool(scores))
        names = image_names(table.sample_ids)
        for k, (name, text) in enumerate(zip(names, table.texts, strict=True)):
            rows.writerow([name, text, *(scores[k] if scores else [])])
        return {"words.csv": stream.getvalue().encode()}


class TextFiles:
    """``text``: the content of a sample's file is its text, and a newline."""

    def spell(self, text: str) -> str | None:
        """The text as it is, lines and all."""
        return _any_lines(text)

    def write(self, table: Instances, role: str) -> dict[str, bytes]:
        """A file per sample."""
        names = file_names(table.sample_ids, role, ".txt")
        return {name: f"{text}\n".encode() for name, text in zip(names, table.texts, strict=True)}


PAIRS = NamedTexts(one_line, "\t", "rec_gt.txt")
WORDS = NamedTexts(_quoted, ", ", "words.txt")
CSV, TEXT = CsvTexts(), TextFiles()
