"""Instances -> the labels that look wrong by themselves: kinds of suspicion, each with all its instances.

Nothing here is an error: every kind says what it looks for, and a person decides.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterator
from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ocr_eval.inspection.characters import (
    BITS,
    CONTROL,
    DIGIT,
    HIDDEN,
    LETTER,
    LOOKALIKE,
    NFC_MAY,
    NFKC_MAY,
    SPACE,
    STRANGE,
    Alphabet,
    script_sets,
)
from ocr_eval.inspection.shapes import Shapes
from ocr_eval.inspection.texts import (
    Texts,
    containing,
    count_per_text,
    equal_to,
    first_and_last,
    neighbours,
    per_text,
)
from ocr_eval.tables.instances import SELF_INTERSECTING, TOO_FEW, ZERO_AREA, Instances

Flags = NDArray[np.bool_]
Index = NDArray[np.int64]
Floats = NDArray[np.float64]

# Texts that annotators write instead of a marker, after strip and case folding.
LIKE_MARKERS = frozenset(
    "illegible,unreadable,unclear,blurred,dontcare,don't care,dont care,do not care,dnc,ignore,unk,<unk>,[unk],nan,"
    "null,n/a,[illegible],[unreadable],[unclear],<illegible>,<unclear>,(illegible),(unclear)".split(",")
)
_FILLERS = frozenset("#*□■◻◼�")  # signs that stand for "cannot be read" even alone; others only when repeated
_REPEATED = frozenset("?@~^_xX×…")
# UTS 39, highly restrictive: these scripts are written together; Latin may join each of them.
_TOGETHER = (
    {"Han", "Hiragana", "Katakana", "Latin"},
    {"Han", "Bopomofo", "Latin"},
    {"Han", "Hangul", "Latin"},
)


class Suspicion(NamedTuple):
    """One kind. ``other`` and ``value`` are there for pairs of instances."""

    kind: str
    of: int  # how many instances could have it
    hits: Index  # (H,) instances, ascending
    other: Index | None = None  # (H,) the partner of each
    value: Floats | None = None  # (H,) what was measured


def of_texts(texts: Texts, letters: Alphabet, care: Flags, markers: tuple[str, ...]) -> Iterator[Suspicion]:
    """Suspicions about transcriptions of care instances. ``care`` (N,) is without the markers."""
    chunk = 1 << 17
    parts: dict[str, list[Index]] = {}
    for begin in range(0, max(len(care), 1), chunk):
        offset = texts.offset[begin : begin + chunk + 1]
        own = Texts(texts.points[offset[0] : offset[-1]], offset - offset[0])
        wanted = care[begin : begin + chunk]
        for kind, found in _of_piece(own, letters, wanted, markers):
            parts.setdefault(kind, []).append(np.flatnonzero(found & wanted) + begin)
    total = int(care.sum())
    for kind, hits in parts.items():
        yield Suspicion(kind, total, np.concatenate(hits))


def _of_piece(
    texts: Texts, letters: Alphabet, care: Flags, markers: tuple[str, ...]
) -> Iterator[tuple[str, Flags]]:
    offset, size = texts.offset, texts.size
    flags = letters.flags[letters.of(texts.points)]

    def having(flag: int) -> Flags:
        found: Flags = count_per_text((flags & flag) > 0, offset) > 0
        return found

    space = (flags & SPACE) > 0
    first, last = first_and_last(space, offset)
    blank = count_per_text(~space, offset) == 0
    yield "empty", size == 0
    yield "only_blanks", blank & (size > 0)
    yield "blank_at_end", (first | last) & ~blank
    yield "doubled_blank", neighbours(space, space, offset) & ~blank
    yield "control", having(CONTROL)
    yield "hidden", having(HIDDEN)
    yield "strange", having(STRANGE)
    yield "not_nfc", _changed(texts, having(NFC_MAY) & care, "NFC")
    yield "changed_by_nfkc", _changed(texts, having(NFKC_MAY) & care, "NFKC")
    words = split(texts, space)
    yield "mixed_scripts", words.back(_mixed(words.texts, letters))
    yield "look_alikes", words.back(_look_alikes(words.texts, letters))
    inside = np.zeros(len(size), np.bool_)
    for marker in markers:
        if marker:
            inside |= containing(texts, marker)
    inside &= ~equal_to(texts, markers)
    yield "marker_inside", inside
    yield "like_a_marker", _like_markers(texts) & ~inside


class Words(NamedTuple):
    """The words of texts: stretches without white space."""

    texts: Texts
    owner: Index  # (W,) the text of each word
    total: int  # texts

    def back(self, flags: Flags) -> Flags:
        """(N,) texts with a word that has its flag (W,)."""
        found = np.zeros(self.total, np.bool_)
        found[self.owner[flags]] = True
        return found


def split(texts: Texts, space: Flags) -> Words:
    """The words of all texts, in order. ``space`` (C,) flags white space."""
    starts = ~space
    begins = texts.offset[:-1][texts.size > 0]
    first = starts.copy()
    first[1:] &= space[:-1]
    first[begins] = starts[begins]
    begin = np.flatnonzero(first)
    owner = np.searchsorted(texts.offset, begin, "right") - 1
    number = np.cumsum(first)[starts] - 1
    offset = np.zeros(len(begin) + 1, np.int64)
    np.cumsum(np.bincount(number, minlength=len(begin)), out=offset[1:])
    return Words(Texts(texts.points[starts], offset), owner, len(texts.offset) - 1)


def _mixed(words: Texts, letters: Alphabet) -> Flags:
    """Words with letters of scripts that are not written together (UTS 39, highly restrictive)."""
    sets, back = np.unique(script_sets(words, letters), return_inverse=True)
    allowed = []
    for bits in sets.tolist():
        names = {letters.names[k] for k in range(1, min(len(letters.names), BITS + 1)) if bits >> (k - 1) & 1}
        odd = bits >> BITS & 1 and bits != 1 << BITS
        allowed.append(not odd and (len(names) < 2 or any(names <= group for group in _TOGETHER)))
    found: Flags = ~np.array(allowed, np.bool_)[back.reshape(-1)]
    return found


def _look_alikes(words: Texts, letters: Alphabet) -> Flags:
    """Words of digits in which every letter is one that looks like a digit: ``1OO``, ``2l.5``."""
    flags = letters.flags[letters.of(words.points)]
    look = (flags & LOOKALIKE) > 0
    letter = ((flags & LETTER) > 0) & ~look
    counts = [count_per_text(f, words.offset) for f in ((flags & DIGIT) > 0, look, letter)]
    found: Flags = (counts[0] > 0) & (counts[1] > 0) & (counts[2] == 0)
    return found


def _changed(texts: Texts, candidates: Flags, form: Literal["NFC", "NFKC"]) -> Flags:
    """The candidates that a normal form changes; Python looks only at these."""
    found = np.zeros(len(candidates), np.bool_)
    for k in np.flatnonzero(candidates).tolist():
        text = texts.text(k)
        found[k] = unicodedata.normalize(form, text) != text
    return found


def _like_markers(texts: Texts) -> Flags:
    """Texts that look like a marker: one sign repeated, or a word such as "illegible"."""
    size = texts.size
    high = per_text(np.maximum, texts.points, texts.offset)
    low = per_text(np.minimum, texts.points, texts.offset)
    alone = np.array(sorted(map(ord, _FILLERS)), np.uint32)
    again = np.array(sorted(map(ord, _REPEATED)), np.uint32)
    found: Flags = (low == high) & (size > 0) & (np.isin(low, alone) | (np.isin(low, again) & (size > 2)))
    longest = max(map(len, LIKE_MARKERS)) + 2
    initials = np.array(sorted({ord(c) for word in LIKE_MARKERS for c in (word[0], word[0].upper())} | {32}))
    head = np.zeros(len(size), np.uint32)
    head[size > 0] = texts.points[texts.offset[:-1][size > 0]]
    for k in np.flatnonzero((size >= 3) & (size <= longest) & np.isin(head, initials)).tolist():
        found[k] |= texts.text(k).strip().casefold() in LIKE_MARKERS
    return found


def of_rings(instances: Instances, shapes: Shapes) -> Iterator[Suspicion]:
    """Suspicions about single rings, of care and don't care alike."""
    total = len(instances)
    for kind, number in (
        ("self_intersecting", SELF_INTERSECTING),
        ("zero_area", ZERO_AREA),
        ("too_few_points", TOO_FEW),
    ):
        yield Suspicion(kind, total, np.flatnonzero(instances.shape == number))
    signs = np.sign(np.where(shapes.measured, shapes.signed, 0.0))
    clockwise, counter = int((signs > 0).sum()), int((signs < 0).sum())
    minority = -1.0 if clockwise >= counter else 1.0
    yield Suspicion("other_orientation", clockwise + counter, np.flatnonzero(signs == minority))
    high = _per_ring(np.maximum, instances, -np.inf)
    yield Suspicion(
        "left_of_or_above_image", total, np.flatnonzero((high <= 0).any(1) & (np.diff(instances.ring) > 0))
    )


def outside(instances: Instances, sizes: dict[int, tuple[int, int]]) -> Suspicion:
    """Rings that leave their image by more than half a pixel. ``sizes``: sample -> (width, height)."""
    width = np.full(len(instances.sample_ids), np.inf)
    height = width.copy()
    for sample, (w, h) in sizes.items():
        width[sample], height[sample] = w, h
    high, low = _per_ring(np.maximum, instances, -np.inf), _per_ring(np.minimum, instances, np.inf)
    own = instances.sample_of
    known = np.isfinite(width[own]) & (np.diff(instances.ring) > 0)
    beyond = np.maximum(
        np.maximum(-low[:, 0], -low[:, 1]), np.maximum(high[:, 0] - width[own], high[:, 1] - height[own])
    )
    hits = np.flatnonzero(known & (beyond > 0.5))
    return Suspicion("outside_image", int(known.sum()), hits, None, beyond[hits])


def _per_ring(ufunc: Callable[..., Floats], instances: Instances, empty: float) -> Floats:
    """(N, 2) the ufunc over the vertices of every ring."""
    return np.stack([per_text(ufunc, instances.xy[:, axis], instances.ring, empty) for axis in (0, 1)], 1)
