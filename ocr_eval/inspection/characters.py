"""Code points -> what each character is (kind, script, looks), and how often every one occurs: the character table."""

from __future__ import annotations

import unicodedata
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ocr_eval.inspection.texts import Texts, per_text
from ocr_eval.text.scripts import script

Index = NDArray[np.int64]

SPACE, CONTROL, HIDDEN, STRANGE, LETTER, DIGIT, LOOKALIKE, NFC_MAY, NFKC_MAY = (1 << k for k in range(9))
LOOKALIKES = "OoIl|"  # letters and a bar that stand in for 0 and 1
NONE = "none"
OTHER = "other"
BITS = 62  # scripts that get a bit of their own in a text's set; the last bit is for all others
# Starters that can join the character before them, besides marks: vowels and finals of conjoining Hangul.
_JAMO = (range(0x1161, 0x1176), range(0x11A8, 0x11C3))


class Alphabet(NamedTuple):
    """The K different code points of some texts, ascending, and what is known of each."""

    points: NDArray[np.uint32]  # (K,)
    flags: NDArray[np.uint16]  # (K,) SPACE | CONTROL | …
    script: Index  # (K,) position in ``names``; 0 (no script) for everything but letters
    names: tuple[str, ...]  # "none", then scripts, most code points of text first
    place: NDArray[np.int32]  # code point -> position in ``points``; -1 for those that do not occur

    def of(self, points: NDArray[np.uint32]) -> NDArray[np.int32]:
        """(C,) positions of code points that all occur."""
        found: NDArray[np.int32] = self.place[points]
        return found


def alphabet(*tables: Texts) -> Alphabet:
    """The alphabet of the texts of one table, or of several together."""
    seen = np.zeros(0x110000, np.int64)
    for texts in tables:
        for begin in range(0, len(texts.points), 1 << 22):
            seen += np.bincount(texts.points[begin : begin + (1 << 22)], minlength=len(seen))
    points = np.flatnonzero(seen).astype(np.uint32)
    flags = np.zeros(len(points), np.uint16)
    scripts = []
    for k, point in enumerate(points.tolist()):
        flags[k] = _flags(chr(point))
        scripts.append(_script(chr(point)) if flags[k] & LETTER else "")
    weight: dict[str, int] = {}
    for name, count in zip(scripts, seen[points].tolist(), strict=True):
        weight[name] = weight.get(name, 0) + count
    weight.pop("", None)
    names = (NONE, *sorted(weight, key=lambda name: (-weight[name], name)))
    number = {name: k for k, name in enumerate(names)} | {"": 0}
    place = np.full(int(points[-1]) + 1 if len(points) else 0, -1, np.int32)
    place[points] = np.arange(len(points), dtype=np.int32)
    return Alphabet(points, flags, np.array([number[name] for name in scripts], np.int64), names, place)


def _flags(character: str) -> int:
    kind = unicodedata.category(character)
    found = 0
    if character.isspace():
        found |= SPACE
    if kind == "Cc":
        found |= CONTROL
    if kind in ("Cf", "Zl", "Zp"):
        found |= HIDDEN
    if kind in ("Cn", "Co", "Cs") or character == "\ufffd":
        found |= STRANGE
    if kind[0] == "L":
        found |= LETTER
    if kind == "Nd":
        found |= DIGIT
    if character in LOOKALIKES:
        found |= LOOKALIKE
    joins = kind[0] == "M" or any(ord(character) in jamo for jamo in _JAMO)
    if joins or unicodedata.normalize("NFC", character) != character:
        found |= NFC_MAY
    if joins or unicodedata.normalize("NFKC", character) != character:
        found |= NFKC_MAY
    return found


def _script(letter: str) -> str:
    """The script of a letter; of its compatibility form where it has one (a fullwidth A is Latin)."""
    plain = unicodedata.normalize("NFKC", letter)
    return script(plain[0] if plain and unicodedata.category(plain[0])[0] == "L" else letter)


def script_sets(texts: Texts, letters: Alphabet) -> NDArray[np.uint64]:
    """(N,) the scripts of each text's letters as bits: bit k - 1 for ``names[k]``, the last one for all others."""
    bit = np.zeros(len(letters.names), np.uint64)
    for k in range(1, len(bit)):
        bit[k] = np.uint64(1 << min(k - 1, BITS))
    own = bit[letters.script]
    result = np.zeros(len(texts.offset) - 1, np.uint64)
    for begin in range(0, len(result), 1 << 18):
        offset = texts.offset[begin : begin + (1 << 18) + 1]
        points = texts.points[offset[0] : offset[-1]]
        result[begin : begin + (1 << 18)] = per_text(
            np.bitwise_or, own[letters.of(points)], offset - offset[0]
        )
    return result


def set_name(bits: int, letters: Alphabet) -> str:
    """``Hangul+Latin`` of a set of scripts, alphabetically; ``none`` of the empty set."""
    names = [letters.names[k] for k in range(1, min(len(letters.names), BITS + 1)) if bits >> (k - 1) & 1]
    if bits >> BITS & 1:
        names.append(OTHER)
    return "+".join(sorted(names)) or NONE


def occurrences(texts: Texts, letters: Alphabet, counted: NDArray[np.bool_]) -> Index:
    """(K,) how often each character occurs in the texts with a True in ``counted`` (N,)."""
    total = np.zeros(len(letters.points), np.int64)
    for begin in range(0, len(counted), 1 << 18):
        offset = texts.offset[begin : begin + (1 << 18) + 1]
        points = texts.points[offset[0] : offset[-1]]
        own = np.repeat(counted[begin : begin + (1 << 18)], np.diff(offset))
        total += np.bincount(letters.of(points[own]), minlength=len(total))
    return total


def rarest(texts: Texts, letters: Alphabet, count: Index) -> Index:
    """(N,) how often the rarest character of each text occurs, by ``count`` (K,); 0 for empty texts."""
    result = np.zeros(len(texts.offset) - 1, np.int64)
    for begin in range(0, len(result), 1 << 18):
        offset = texts.offset[begin : begin + (1 << 18) + 1]
        points = texts.points[offset[0] : offset[-1]]
        result[begin : begin + (1 << 18)] = per_text(
            np.minimum, count[letters.of(points)], offset - offset[0]
        )
    return result


def describe(point: int) -> dict[str, Any]:
    """What a reader needs to recognise a character: itself, its number, its name and category."""
    character = chr(point)
    return {
        "character": "\ufffd" if 0xD800 <= point < 0xE000 else character,
        "code": f"U+{point:04X}",
        "name": unicodedata.name(character, ""),
        "category": unicodedata.category(character),
    }
