"""Slow twin of ``page``: whole tables of costs, every setting of free line order on its own."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Sequence
from fractions import Fraction
from functools import cache
from itertools import product
from typing import Any, NamedTuple

from tests.oracles import text as slow
from tests.oracles.jiwer import words as words_space

UNITS: dict[str, Callable[[str], Sequence[str]]] = {
    "codepoint": list,
    "grapheme": slow.clusters,
    "jamo": lambda text: list(unicodedata.normalize("NFD", text)),
}
WORDS: dict[str, Callable[[str], Sequence[str]]] = {
    "uax29": slow.words,
    "whitespace": str.split,
    "space": words_space,
}


class Part(NamedTuple):
    """A stretch of a line; its number tells equal lines apart."""

    line: int
    start: int
    text: str


class Piece(NamedTuple):
    """Two stretches that are counted together, by their places in the two parts."""

    gt: tuple[int, int]
    pred: tuple[int, int]
    deletions: int
    insertions: int
    substitutions: int

    @property
    def weight(self) -> int:
        return self.deletions + self.insertions + 2 * self.substitutions


@cache
def edits(gt: str, pred: str) -> tuple[int, int, int]:
    """Deletions, insertions, substitutions of an alignment with fewest edits, then fewest substitutions."""
    table = [[(0, 0)] * (len(pred) + 1) for _ in range(len(gt) + 1)]
    for i, j in product(range(len(gt) + 1), range(len(pred) + 1)):
        ways = [(0, 0)] if i == j == 0 else []
        if i:
            ways.append((table[i - 1][j][0] + 1, table[i - 1][j][1]))
        if j:
            ways.append((table[i][j - 1][0] + 1, table[i][j - 1][1]))
        if i and j:
            other = int(gt[i - 1] != pred[j - 1])
            ways.append((table[i - 1][j - 1][0] + other, table[i - 1][j - 1][1] + other))
        table[i][j] = min(ways)
    number, substitutions = table[len(gt)][len(pred)]
    gaps = number - substitutions
    deletions = (gaps + len(gt) - len(pred)) // 2
    return deletions, gaps - deletions, substitutions


@cache
def piece(gt: str, pred: str) -> Piece:
    """The best piece of two lines, as the numbered rule says it."""
    n = min(len(gt), len(pred))
    tried = [((i, i + n), (j, j + n)) for i in range(len(gt) - n + 1) for j in range(len(pred) - n + 1)]
    tried.append(((0, len(gt)), (0, len(pred))))

    def made(a: tuple[int, int], b: tuple[int, int]) -> Piece:
        return Piece(a, b, *edits(gt[slice(*a)], pred[slice(*b)]))

    kept: Piece | None = None
    for a, b in tried:
        new = made(a, b)
        if new.substitutions < n and (kept is None or new.weight < kept.weight):
            kept = new
    if kept is not None:
        q, more = kept.gt[1] - kept.gt[0], kept.deletions + kept.substitutions
        i, j = kept.gt[0], kept.pred[0]
        for k in range(q + 1, q + more + 1):
            new = made((i, min(i + k, len(gt))), (j, min(j + k, len(pred))))
            if new.substitutions < n and new.weight < kept.weight:
                kept = new
    if kept is None or len(gt) < kept.weight:
        return Piece((0, len(gt)), (0, 0), len(gt), 0, 0)
    return kept


def put_back(lines: list[Part], part: Part, used: tuple[int, int]) -> None:
    lines.remove(part)
    for low, high in ((0, used[0]), (used[1], len(part.text))):
        if low < high:
            lines.append(Part(part.line, part.start + low, part.text[low:high]))
    lines.sort(key=lambda line: -len(line.text))


def one_setting(gt: str, pred: str, setting: tuple[int, ...]) -> tuple[int, int, int, int]:
    """Hits, substitutions, deletions, insertions under (E, L, O, M)."""
    by_edits, by_length, by_offset, by_size = setting
    sides = []
    for text in (gt, pred):
        lines = [Part(k, 0, line) for k, line in enumerate(text.splitlines()) if line]
        sides.append(sorted(lines, key=lambda line: -len(line.text)))
    a_lines, b_lines = sides
    hits = substitutions = deletions = insertions = 0
    while a_lines and b_lines:
        threshold = min(len(a_lines[0].text), len(b_lines[0].text))
        best: tuple[Fraction, Part, Part, Piece] | None = None
        for a in a_lines:
            if len(a.text) < threshold:
                continue
            chosen: tuple[Fraction, Part, Piece] | None = None
            for b in b_lines:
                found = piece(a.text, b.text)
                difference = abs(len(a.text) - len(b.text))
                half = Fraction(difference, 2)
                at = max(found.gt[0], found.pred[0])
                offset = half - abs(at - half) if difference > 1 else Fraction(0)
                penalty = found.weight * by_edits + difference * by_length + offset * by_offset
                penalty -= min(len(a.text), len(b.text)) * by_size
                if chosen is None or penalty < chosen[0]:
                    chosen = (Fraction(penalty), b, found)
            assert chosen is not None
            found = chosen[2]
            size = found.gt[1] - found.gt[0]
            errors = found.deletions + found.insertions + found.substitutions
            accuracy = 1 - Fraction(errors, size)
            if best is None or accuracy > best[0]:
                best = (accuracy, a, chosen[1], found)
        assert best is not None
        _, a, b, found = best
        put_back(a_lines, a, found.gt)
        put_back(b_lines, b, found.pred)
        substitutions += found.substitutions
        deletions += found.deletions
        insertions += found.insertions
        hits += found.gt[1] - found.gt[0] - found.deletions - found.substitutions
    deletions += sum(len(a.text) for a in a_lines)
    insertions += sum(len(b.text) for b in b_lines)
    return hits, substitutions, deletions, insertions


def flexible(gt: str, pred: str) -> tuple[int, int, int, int]:
    """Of all settings the one with the highest accuracy, the first on ties."""
    found = []
    for setting in product(range(15, 31, 5), range(0, 22, 3), range(4), range(6)):
        found.append(one_setting(gt, pred, setting))
        if sum(found[-1][1:]) == 0:
            break
    return min(found, key=lambda edits: sum(edits[1:]))


def row(
    gt: str,
    pred: str,
    *,
    unit: str = "grapheme",
    words: str = "uax29",
    fca: bool = True,
) -> dict[str, Any]:
    """Every column under ``normal_form=raw`` but hits, which depend on the alignment."""
    cut = UNITS[unit]
    found: dict[str, Any] = {"samples": 1, "ignored": 0}
    found |= {
        "distance": slow.distance(cut(gt), cut(pred)),
        "length_gt": len(cut(gt)),
        "length_pred": len(cut(pred)),
    }
    found |= {"codepoint_distance": slow.distance(gt, pred), "codepoint_length_gt": len(gt)}
    for name, split in WORDS.items():
        a, b = list(split(gt)), list(split(pred))
        found[f"{name}_distance"] = slow.distance(a, b)
        found |= {f"{name}_words_gt": len(a), f"{name}_words_pred": len(b)}
        if name == words:
            every = set(a) | set(b)
            missing = sum(max(0, a.count(word) - b.count(word)) for word in every)
            extra = sum(max(0, b.count(word) - a.count(word)) for word in every)
            found |= {"bag_missing": missing, "bag_extra": extra, "bag_max": max(missing, extra)}
    kept = [
        "".join(c for c in text if unicodedata.category(c)[0] not in "PSN" and not c.isspace())
        for text in (gt, pred)
    ]
    found["letter_distance"] = slow.distance(cut(kept[0]), cut(kept[1]))
    found["letter_length_gt"] = len(cut(kept[0]))
    found |= {
        "both_empty": int(gt == pred == ""),
        "gt_empty": int(gt == "" != pred),
        "pred_empty": int(pred == "" != gt),
    }
    if fca:
        names = ("fca_hits", "fca_substitutions", "fca_deletions", "fca_insertions")
        found |= dict(zip(names, flexible(gt, pred), strict=True)) | {"fca_pages": 1}
    return found


def foot_rule(read: Sequence[int]) -> Fraction:
    """Spearman's foot rule of a sequence of distinct gt places, over its largest value."""
    n = len(read)
    moved = sum(abs(sorted(read).index(place) - rank) for rank, place in enumerate(read))
    return Fraction(moved, n * n // 2) if n > 1 else Fraction(0)
