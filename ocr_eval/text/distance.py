"""Two texts as sequences of units -> Levenshtein distance, and the edits of one alignment.

A ``str`` is the sequence of its code points; words and graphemes are lists of ``str``. The distance is unique, the
alignment is not: ours is the one of ``rapidfuzz.distance.Levenshtein.opcodes``, where a ``replace`` block counts
its length as substitutions (jiwer 4.0 and python-Levenshtein 0.27 count the same).
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from operator import eq
from typing import Any, NamedTuple

from ocr_eval.errors import quote

HINT_FROM = 1000  # code points of the longer text from which an expected distance pays
# Share of equal pairs from which asking ``==`` before every measurement pays; time of the two loops, measured on words:
#   equal        0     .1    .2    .3    .4    .6    .8    1
#   without / with  .83   .92   .92   .94   1.03  1.22  1.53  2.9
EQUAL_FIRST = 0.35
ASKED = 512  # pairs, evenly spread, that tell the share; at most twice as many
STRETCH = 128  # texts that are joined to learn their lengths


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


@cache
def _levenshtein() -> Any:
    """rapidfuzz's module, imported at the first unequal pair; an import statement costs more than a short pair."""
    from rapidfuzz.distance import Levenshtein

    return Levenshtein


def distances(gt: Sequence[Sequence[str]], pred: Sequence[Sequence[str]]) -> list[int]:
    """One distance per pair. Raises ValueError when the two sides have different lengths."""
    if len(gt) != len(pred):
        raise ValueError(f"{len(gt)} gts and {len(pred)} predictions: one side is shorter")
    if not (_short_strings(gt) and _short_strings(pred)):
        return list(map(distance, gt, pred))
    measure = _levenshtein().distance  # bound once: a function of ours around it costs more than a short pair
    step = max(1, len(gt) // ASKED)
    asked = list(map(eq, gt[::step], pred[::step]))
    if sum(asked) < EQUAL_FIRST * len(asked):
        return list(map(measure, gt, pred))
    return [0 if g == p else measure(g, p) for g, p in zip(gt, pred, strict=True)]


def _short_strings(texts: Sequence[Sequence[str]]) -> bool:
    """Whether all of them are strings below ``HINT_FROM``.

    Joining a stretch tells both at a third of the cost of asking each: a stretch that is short holds no long one.
    """
    try:
        sizes = [len("".join(texts[k : k + STRETCH])) for k in range(0, len(texts), STRETCH)]  # type: ignore[arg-type]
    except TypeError:
        return False
    return not texts or max(sizes) < HINT_FROM or max(map(len, texts)) < HINT_FROM


def distance(gt: Sequence[str], pred: Sequence[str]) -> int:
    """The distance of one pair. The hint makes long texts several times faster and changes no result."""
    if gt == pred:
        return 0
    longest = max(len(gt), len(pred))
    hint = max(31, longest // 100) if longest >= HINT_FROM else None
    return int(_levenshtein().distance(*comparable(gt, pred), score_hint=hint))


def blocks(gt: Sequence[str], pred: Sequence[str]) -> list[Block]:
    """The alignment as stretches that cover both texts from left to right."""
    if gt == pred:
        return [Block("equal", 0, len(gt), 0, len(pred))] if len(gt) else []
    return [Block(*operation) for operation in _levenshtein().opcodes(*comparable(gt, pred)).as_list()]


def alignment(gt: Sequence[str], pred: Sequence[str]) -> Edits:
    """Hits, substitutions, deletions and insertions of ``blocks``."""
    if gt == pred:
        return Edits(len(gt), 0, 0, 0)
    hits = substitutions = deletions = insertions = 0
    for kind, gt_start, gt_end, pred_start, pred_end in blocks(gt, pred):
        if kind == "equal":
            hits += gt_end - gt_start
        elif kind == "replace":
            substitutions += gt_end - gt_start
        elif kind == "delete":
            deletions += gt_end - gt_start
        else:
            insertions += pred_end - pred_start
    return Edits(hits, substitutions, deletions, insertions)


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


def edit_script(gt: Sequence[str], pred: Sequence[str]) -> tuple[tuple[str, str, str], ...]:
    """``blocks`` with their texts: (equal, substituted, inserted or deleted; piece of gt; piece of prediction)."""
    names = {"equal": "equal", "replace": "substituted", "insert": "inserted", "delete": "deleted"}
    return tuple(
        (names[kind], "".join(gt[gt_start:gt_end]), "".join(pred[pred_start:pred_end]))
        for kind, gt_start, gt_end, pred_start, pred_end in blocks(gt, pred)
    )


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
