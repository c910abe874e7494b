"""Recognition lists -> one transcription per sample, without rings: ``icdar-words``, ``pairs`` and ``text``.

``icdar-words``: ``word_1.png, "TEXT"``, unquoted as the RRC scripts do it. ``pairs``: ``path TAB text``, or with
``separator=space`` ``path SPACE text``, split once; ``variant=cute80``: ``path text 1 text``; ``variant=mjsynth``:
``./3000/7/182_slinking_71711.jpg 71711``, whose text is the middle of the name and whose number is that of a lexicon.
``text``: one file per sample, whose content less one final newline is the transcription.
Samples are named by the key of the path, so ``train/word_1.png`` and ``word_001.png`` are the sample ``word_1``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from ocr_eval.errors import Findings, quote
from ocr_eval.formats.glimpse import Glimpse
from ocr_eval.formats.lines import lines_of, text_of
from ocr_eval.formats.mdb import is_lmdb
from ocr_eval.formats.names import Doubles, Unknown, key_of, unknown_names
from ocr_eval.formats.numbers import LineFault
from ocr_eval.formats.reader import Columns, Entry, Options
from ocr_eval.formats.unquoting import unquote


@dataclass(frozen=True)
class WordList:
    """A document with one line per sample. ``split`` gives name and text of a line or raises LineFault."""

    id: str
    looks: Callable[[Glimpse], bool]
    split: Callable[[str, Mapping[str, str]], tuple[str, str]]

    def read(self, entries: Sequence[Entry], options: Options, findings: Findings) -> Columns:
        """One instance per line; a sample that stands twice is refused."""
        columns = Columns(self.id, geometry=False)
        (entry,) = entries
        if options.confidence:
            findings.error("E_FORMAT", f"layout {self.id} has no confidences", entry=entry.name)
            return columns
        limits = options.limits
        lines, places = lines_of(entry, findings, limits, limits.total_instances)
        doubles = Doubles()
        unknown: list[Unknown] = []
        taken: dict[str, int] = {}
        for line, place in zip(lines, places, strict=True):
            try:
                name, text = self.split(line, options.choices)
                key = key_of(name)
                if not key:
                    raise LineFault("E_FORMAT", "no name before the transcription", "", 1)
                if len(text) > limits.characters:
                    reason = f"transcription of {len(text)} characters, at most {limits.characters}"
                    raise LineFault(
                        "E_LIMIT", reason, "--limit characters=N raises the limit when the file is honest"
                    )
                earlier = doubles.add(key, f"line {place}")
                if earlier is not None:
                    raise LineFault("E_ENTRY_DUPLICATE", f"{quote(name)} stands in {earlier} already", "", 1)
                sample = options.samples.find_named(key) if options.samples else key
                if sample is not None and taken.setdefault(sample, place) != place:
                    reason = f"{quote(name)} is the sample of line {taken[sample]}"
                    raise LineFault("E_ENTRY_DUPLICATE", reason, "", 1)
            except LineFault as fault:
                findings.error(
                    fault.code, fault.reason, fault.hint, entry=entry.name, line=place, col=fault.col
                )
                continue
            if sample is None:
                unknown.append(Unknown(key, name, entry.name, place))
                continue
            columns.add((), text, True, 1.0, place)
            columns.samples.append(sample)
        columns.entries = [entry.name] * len(columns.samples)
        columns.sizes = [1] * len(columns.samples)
        unknown_names(unknown, options.samples, findings)
        return columns


def _split_icdar(line: str, _: Mapping[str, str]) -> tuple[str, str]:
    name, comma, text = line.partition(",")
    if not comma:
        raise LineFault("E_FORMAT", 'no comma after the name, expected word_1.png, "TEXT"', "", 1)
    return name.strip(" \t"), unquote(text.lstrip(" \t"))


def _split_pair(line: str, choices: Mapping[str, str]) -> tuple[str, str]:
    variant = choices.get("variant", "plain")
    if variant == "plain" and choices.get("separator", "tab") == "tab":
        name, mark, text = line.partition("\t")
        if not mark:
            raise LineFault("E_FORMAT", "no TAB after the name, expected name TAB transcription", _SPACED, 1)
        return name.strip(" "), text
    name, mark, text = line.lstrip(" ").partition(" ")
    if not mark:
        raise LineFault("E_FORMAT", "no space after the name, expected name SPACE transcription", "", 1)
    return name, _VARIANTS[variant](name, text)


def _twice(_: str, rest: str) -> str:
    """``text 1 text`` of CUTE80."""
    text = rest[: (len(rest) - 3) // 2]
    if rest != f"{text} 1 {text}":
        raise LineFault("E_FORMAT", f"{quote(rest)} after the name, expected: text 1 text", "", 1)
    return text


def _in_name(name: str, rest: str) -> str:
    """The text of MJSynth, which is the middle of the name; its last part is repeated after it."""
    parts = key_of(name).split("_", 1)
    text, mark, number = parts[-1].rpartition("_")
    if len(parts) < 2 or not mark or rest != number or not number.isdigit():
        raise LineFault("E_FORMAT", f"{quote(name)} is not called number_text_{quote(rest)[1:-1]}", "", 1)
    return text


_SPACED = "pairs(separator=space) reads name SPACE transcription"
_VARIANTS: dict[str, Callable[[str, str], str]] = {
    "plain": lambda _, rest: rest,
    "cute80": _twice,
    "mjsynth": _in_name,
}


def _quoted(line: str) -> bool:
    name, comma, text = line.partition(",")
    text = text.strip(" \t")
    return bool(comma and name.strip()) and not name.strip(" -").isdigit() and text[:1] == '"' == text[-1:]


def _looks_icdar(glimpse: Glimpse) -> bool:
    return not glimpse.head.startswith((b"{", b"[")) and glimpse.share(_quoted) >= 0.5


def _looks_pairs(glimpse: Glimpse) -> bool:
    if glimpse.head.startswith((b"<", b"PAR1", b"level\tpage_num\t")) or is_lmdb(glimpse.head):
        return False
    return glimpse.share(lambda line: "\t" in line and not line.partition("\t")[2].startswith("[{")) >= 0.5


class TextFiles:
    """Format ``text``: the whole content of a sample's file is its transcription."""

    def looks(self, glimpse: Glimpse) -> bool:
        return bool(glimpse.lines) and not glimpse.head.startswith((b"{", b"[", b"<"))

    def read(self, entries: Sequence[Entry], options: Options, findings: Findings) -> Columns:
        """One instance per file, also where the file is empty."""
        columns = Columns("text", geometry=False)
        limit = options.limits.page_characters
        for entry in entries:
            text = text_of(entry, findings, options.limits)
            if text is None:
                continue
            text = text.removesuffix("\n")
            if len(text) > limit:
                hint = "--limit page-characters=N raises the limit when the file is honest"
                findings.error(
                    "E_LIMIT", f"text of {len(text)} characters, at most {limit}", hint, entry=entry.name
                )
                continue
            columns.add((), text, True, 1.0, 1)
            columns.close(entry.sample, entry.name)
        return columns


WORDS = WordList("icdar-words", _looks_icdar, _split_icdar)
PAIRS = WordList("pairs", _looks_pairs, _split_pair)
TEXT = TextFiles()
