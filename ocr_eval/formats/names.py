"""Names of files -> sample keys: the one key function, what makes two names equal, the lookup in the gt's samples.

Rules A10 and A11 of the reference on reliability, section 2.1. Keys are compared code point by code point; only a
number at the end compares by value (``img_021`` is ``img_21``), and only when exactly one sample fits.
"""

from __future__ import annotations

import unicodedata
from bisect import bisect_left
from collections.abc import Iterable, Sequence
from functools import cached_property
from typing import NamedTuple

from ocr_eval.errors import Findings, quote

PREFIXES = ("poly_gt_", "gt_", "res_")
DOCUMENTS = frozenset("txt json jsonl csv tsv xml html hocr mat gt".split())
IMAGES = frozenset("png jpg jpeg bmp gif tif tiff webp jp2 pgm ppm".split())
ARCHIVES = frozenset("zip tar gz tgz bz2 xz 7z rar zst lz lzma".split())
_CLOSE_POOL = 250  # neighbours in sorted order, on each side, that are compared with an unknown name


def parts_of(name: str) -> tuple[str, str]:
    """``a/res_img_1.TXT`` -> (``img_1``, ``txt``): sample key, and the extension when it is one we know.

    The key is the base name without a known extension (of an archive it stays) and without one leading prefix.
    """
    base = name[name.rfind("/") + 1 :]
    stem, _, end = base.rpartition(".")
    end = end.lower()
    if not stem:
        end = ""
    elif end in DOCUMENTS or end in IMAGES:
        base = stem
    elif end not in ARCHIVES:
        end = ""
    for prefix in PREFIXES:
        if base.startswith(prefix):
            return base[len(prefix) :], end
    return base, end


def key_of(name: str) -> str:
    """The sample key of a path: see ``parts_of``."""
    return parts_of(name)[0]


def by_value(key: str) -> str:
    """The key with the leading zeros of a number at its end removed: equal exactly when the numbers are."""
    stem = key.rstrip("0123456789")
    return key if len(stem) == len(key) else stem + (key[len(stem) :].lstrip("0") or "0")


def folded(key: str) -> str:
    """What names of one sample have in common: NFC, case folding, no leading zeros of the last number."""
    short = by_value(key)
    if short.isascii():
        return short.lower()
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", short).casefold())


class Doubles:
    """The names seen so far, by folded key."""

    def __init__(self) -> None:
        self._seen: dict[str, str] = {}

    def add(self, key: str, name: str) -> str | None:
        """The earlier name of the same sample; None, and the name is kept, when there is none."""
        fold = folded(key)
        earlier = self._seen.get(fold)
        if earlier is None:
            self._seen[fold] = name
        return earlier


class Samples:
    """The samples of the ground truth, looked up by the key of a file name."""

    def __init__(self, ids: Iterable[str], aliases: Sequence[str] = ()) -> None:
        self.ids: tuple[str, ...] = tuple(ids)
        self._exact = frozenset(self.ids)
        self._aliases = dict(zip(aliases, self.ids, strict=True)) if aliases else {}

    @cached_property
    def _by_value(self) -> dict[str, str | None]:
        table: dict[str, str | None] = {}
        for sample in self.ids:
            short = by_value(sample)
            table[short] = None if short in table else sample
        return table

    def has_all(self, keys: Iterable[str]) -> bool:
        """True when every key is, code point by code point, the id of a sample."""
        return self._exact.issuperset(keys)

    def find(self, key: str) -> str | None:
        """The gt's id for a key: the same code points, or the only sample that differs by zeros of the last number."""
        if key in self._exact:
            return key
        return self._by_value.get(by_value(key)) if key[-1:].isdigit() else None

    def find_named(self, key: str) -> str | None:
        """``find``, and after it the other ids of the samples, by the value of their number."""
        return self.find(key) or self._by_alias.get(by_value(key))

    @cached_property
    def _by_alias(self) -> dict[str, str]:
        return {by_value(alias): sample for alias, sample in self._aliases.items()}

    def find_number(self, number: str) -> str | None:
        """The gt's id for the number of an image: its alias, a name, or the only one that ends in the number."""
        found = self._aliases.get(number) or self.find(number)
        if found is None and number.isascii() and number.isdigit():
            found = self._numbers.get(by_value(number))
        return found

    @cached_property
    def _numbers(self) -> dict[str, str | None]:
        table: dict[str, str | None] = {}
        for sample in self.ids:
            short = by_value(sample)
            number = short[len(short.rstrip("0123456789")) :]
            table[number] = None if number in table else sample
        return table

    @cached_property
    def _sorted(self) -> list[str]:
        return sorted(self.ids)

    @cached_property
    def _folded(self) -> dict[str, str]:
        return {folded(sample): sample for sample in self.ids}

    def close(self, keys: Sequence[str]) -> list[str]:
        """Up to three known ids that look like the first of these keys. Bounded cost for any number of samples."""
        import difflib

        found: list[str] = []
        for key in keys[:3]:
            twin = self._folded.get(folded(key))
            place = bisect_left(self._sorted, key)
            pool = self._sorted[max(0, place - _CLOSE_POOL) : place + _CLOSE_POOL]
            near = [twin] if twin is not None else difflib.get_close_matches(key[:64], pool, n=3, cutoff=0.5)
            found += [sample for sample in near if sample not in found]
        return found[:3]


class Unknown(NamedTuple):
    """A name that is no sample of the ground truth, and where it stands."""

    key: str
    name: str
    entry: str
    line: int | None = None


def unknown_names(unknown: Sequence[Unknown], samples: Samples | None, findings: Findings) -> None:
    """One E_ENTRY_UNKNOWN for all of them: count, first ten names, the closest samples (A11)."""
    if not unknown:
        return
    names = ", ".join(quote(one.name) for one in unknown[:10]) + (", …" if len(unknown) > 10 else "")
    what = "sample file" if samples is None else "sample of the ground truth"
    reason = f"{names} is no {what}" if len(unknown) == 1 else f"{len(unknown)} names are no {what}: {names}"
    near = samples.close([one.key for one in unknown]) if samples else []
    hint = (
        f"closest samples: {', '.join(map(quote, near))}"
        if near
        else "remove them, or name them after their images"
    )
    first = unknown[0]
    findings.error("E_ENTRY_UNKNOWN", reason, hint, entry=first.entry, line=first.line)
