"""Two texts as sequences of units -> Levenshtein distance, and the edits of one alignment.

A ``str`` is the sequence of its code points; words and graphemes are lists of ``str``. The distance is unique, the
alignment is not: ours is the one of ``rapidfuzz.distance.Levenshtein.opcodes``, where a ``replace`` block counts
its length as substitutions (jiwer 4.0 and python-Levenshtein 0.27 count the same).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from ocr_eval.errors import quote

HINT_FROM = 1000  # code points of the longer text from which an expected distance pays


class Edits(NamedTuple):
    """Counts of one alignment.

    |gt| = hits + substitutions + deletions, |pred| = hits + substitutions + insertions.
    """

    hits: int
    substitutions: int
    deletions: int
    insertions: int

    @property
    def distance(self) -> int:
        return self.substitutions + self.deletions + self.insertions


class Block(NamedTuple):
    """One stretch of an alignment: ``gt[gt_start:gt_end]`` became ``pred[pred_start:pred_end]``."""

    kind: str  # "equal", "replace", "delete", "insert"
    gt_start: int
    gt_end: int
    pred_start: int
    pred_end: int


def distances(gt: Sequence[Sequence[str]], pred: Sequence[Sequence[str]]) -> list[int]:
    """One distance per pair. Raises ValueError when the two sides have different lengths."""
    from rapidfuzz.distance.Levenshtein import distance as levenshtein

    result = []
    for g, p in zip(gt, pred, strict=True):
        if g == p:
            result.append(0)
            continue
        a, b = comparable(g, p)
        longest = max(len(a), len(b))
        hint = max(31, longest // 100) if longest >= HINT_FROM else None
        result.append(int(levenshtein(a, b, score_hint=hint)))
    return result


def distance(gt: Sequence[str], pred: Sequence[str]) -> int:
    """The distance of one pair."""
    return distances([gt], [pred])[0]


def blocks(gt: Sequence[str], pred: Sequence[str]) -> list[Block]:
    """The alignment as stretches that cover both texts from left to right."""
    if gt == pred:
        return [Block("equal", 0, len(gt), 0, len(pred))] if len(gt) else []
    from rapidfuzz.distance.Levenshtein import opcodes

    return [Block(*operation) for operation in opcodes(*comparable(gt, pred)).as_list()]


def alignment(gt: Sequence[str], pred: Sequence[str]) -> Edits:
    """Hits, substitutions, deletions and insertions of ``blocks``."""
    if gt == pred:
        return Edits(len(gt), 0, 0, 0)
    totals = dict.fromkeys(("equal", "replace", "delete", "insert"), 0)
    for kind, gt_start, gt_end, pred_start, pred_end in blocks(gt, pred):
        totals[kind] += max(gt_end - gt_start, pred_end - pred_start)
    return Edits(totals["equal"], totals["replace"], totals["delete"], totals["insert"])


def comparable(gt: Sequence[str], pred: Sequence[str]) -> tuple[str | list[int], str | list[int]]:
    """The two sides as rapidfuzz compares them exactly: two strings, or equal integers for equal units.

    Lists of strings would be compared by their hashes.
    """
    if isinstance(gt, str) and isinstance(pred, str):
        return gt, pred
    number: dict[str, int] = {}
    a = [number.setdefault(unit, len(number)) for unit in gt]
    return a, [number.setdefault(unit, len(number)) for unit in pred]


def edit_lines(gt: Sequence[str], pred: Sequence[str]) -> tuple[str, ...]:
    """The edits of ``blocks`` as sentences, places counted from 0 in units of the gt."""
    return tuple(_sentence(block, gt, pred) for block in blocks(gt, pred) if block.kind != "equal")


def _sentence(block: Block, gt: Sequence[str], pred: Sequence[str]) -> str:
    old = "".join(gt[block.gt_start : block.gt_end])
    new = "".join(pred[block.pred_start : block.pred_end])
    size = max(block.gt_end - block.gt_start, block.pred_end - block.pred_start)
    plural = "s" if size > 1 else ""
    if block.kind == "replace":
        return f"{size} substitution{plural} at {block.gt_start}: {quote(old)} read as {quote(new)}"
    if block.kind == "delete":
        return f"{size} deletion{plural} at {block.gt_start}: {quote(old)} not read"
    return f"{size} insertion{plural} at {block.gt_start}: {quote(new)} is not in the ground truth"
