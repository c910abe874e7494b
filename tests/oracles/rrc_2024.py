"""Slow, obvious twin of ``rrc-2024``: every one-to-one set of allowed pairs is tried. A sample -> rows, exact sums."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction
from typing import NamedTuple

from tests.oracles import geometry
from tests.oracles.rrc_match import Ring, share_of
from tests.oracles.text import distance

SPECIAL = "!?.:,*\"()·[]/'"
SMALLEST = Fraction("0.0001")


class Best(NamedTuple):
    """Counts, and per best assignment its pairs with their IoU and s: several where totals tie."""

    n_gt: int
    dc_gt: int
    ignorable: frozenset[int]
    predictions: int
    matches: list[tuple[tuple[int, int], ...]]
    iou: dict[tuple[int, int], Fraction]
    similarity: dict[tuple[int, int], Fraction]

    def row(self, chosen: tuple[tuple[int, int], ...]) -> dict[str, int]:
        """The count row of one of the best assignments."""
        ignored = self.ignorable - {p for _, p in chosen}
        return {
            "tp": len(chosen),
            "n_gt": self.n_gt,
            "n_det": self.predictions - len(ignored),
            "dc_gt": self.dc_gt,
            "dc_det": len(ignored),
        }

    def preferred(self) -> tuple[tuple[int, int], ...]:
        """The largest sum of IoU, then the pairs of lowest gt and prediction."""
        return min(self.matches, key=lambda chosen: (-sum(self.iou[pair] for pair in chosen), chosen))


def best(
    gts: Sequence[tuple[Ring, str]],
    preds: Sequence[tuple[Ring, str]],
    *,
    score: str = "one",
    must_agree: bool = False,
    upper: bool = False,
    trimmed: bool = False,
    iou: Fraction = Fraction(1, 2),
    area_precision: Fraction = Fraction(1, 2),
) -> Best:
    """``gts`` and ``preds`` are (ring, transcription); ``###`` is don't care."""
    dont_care = [ring for ring, text in gts if text == "###"]
    ignorable = frozenset(
        p
        for p, (ring, _) in enumerate(preds)
        if abs(geometry.signed_area(ring)) >= SMALLEST
        and any(not _apart(ring, other) and share_of(ring, other) > area_precision for other in dont_care)
    )
    overlap: dict[tuple[int, int], Fraction] = {}
    alike: dict[tuple[int, int], Fraction] = {}
    for g, (ring, text) in enumerate(gts):
        for p, (other, read) in enumerate(preds):
            if text == "###" or min(abs(geometry.signed_area(r)) for r in (ring, other)) < SMALLEST:
                continue
            if _apart(ring, other):
                continue
            value = geometry.iou(ring, other)
            a, b = (text.upper(), read.upper()) if upper else (text, read)
            if value > iou and (not must_agree or _match(a, b, trimmed)):
                overlap[g, p], alike[g, p] = value, _similarity(a, b, trimmed)
    worth = {}
    for pair, value in overlap.items():
        scores = {"one": 1, "iou": value, "cned": alike[pair], "iou-cned": value * alike[pair]}
        worth[pair] = 1 + Fraction(scores[score])
    every = list(_assignments(sorted(overlap)))
    most = max(sum(worth[pair] for pair in chosen) for chosen in every)
    matches = [chosen for chosen in every if sum(worth[pair] for pair in chosen) == most]
    return Best(len(gts) - len(dont_care), len(dont_care), ignorable, len(preds), matches, overlap, alike)


def _apart(one: Ring, other: Ring) -> bool:
    """Whether the bounding boxes share nothing."""
    return any(
        min(a[k] for a in one) >= max(b[k] for b in other)
        or min(b[k] for b in other) >= max(a[k] for a in one)
        for k in (0, 1)
    )


def _assignments(pairs: list[tuple[int, int]]) -> Iterator[tuple[tuple[int, int], ...]]:
    if not pairs:
        yield ()
        return
    (g, p), rest = pairs[0], pairs[1:]
    yield from _assignments(rest)
    for chosen in _assignments([pair for pair in rest if pair[0] != g and pair[1] != p]):
        yield ((g, p), *chosen)


def _match(gt: str, pred: str, trimmed: bool) -> bool:
    if not trimmed:
        return gt == pred
    gt, pred = gt.upper(), pred.upper()
    ways = {gt}
    if gt and gt[0] in SPECIAL:
        ways.add(gt[1:])
    if gt and gt[-1] in SPECIAL:
        ways.add(gt[:-1])
    if gt and gt[0] in SPECIAL and gt[-1] in SPECIAL:
        ways.add(gt[1:-1])
    return pred in ways


def _similarity(gt: str, pred: str, trimmed: bool) -> Fraction:
    if trimmed:
        if _match(gt, pred, True):
            return Fraction(1)
        gt, pred = gt.upper(), pred.upper()
        front, end = gt[:1] in SPECIAL and gt != "", gt[-1:] in SPECIAL and gt != ""
        gt = gt[1:-1] if front and end else gt[1:] if front else gt[:-1] if end else gt
    if not gt and not pred:
        return Fraction(1)
    d = distance(gt, pred)
    return 1 - Fraction(2 * d, len(gt) + len(pred) + d)
