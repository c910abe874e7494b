"""Slow, obvious twin of ``totaltext-deteval``: one sample -> its count row and sums; areas in rationals."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from tests.oracles import geometry
from tests.oracles.area_groups import Ring, Tables, added_as_numpy, earned, groups
from tests.oracles.area_groups import shared as shared_area


def row(
    gts: Sequence[tuple[Ring, bool]],
    preds: Sequence[Ring],
    *,
    area_recall: str = "0.7",
    area_precision: str = "0.6",
) -> tuple[dict[str, int], dict[str, float]]:
    """``gts`` are (ring, care); limits are decimals as they are written."""
    regions = [ring for ring, care in gts if not care]
    words = [ring for ring, care in gts if care]
    left = [
        ring
        for ring in preds
        if all(
            shared_area(region, ring) / (abs(geometry.signed_area(ring)) + 1) <= Fraction(1, 2)
            for region in regions
        )
    ]
    shared = [[float(shared_area(word, ring)) for ring in left] for word in words]
    of_word = [float(abs(geometry.signed_area(word))) for word in words]
    of_pred = [float(abs(geometry.signed_area(ring))) for ring in left]
    every = range(len(left))
    recall = [[hundredths(shared[i][j] / of_word[i]) for j in every] for i in range(len(words))]
    precision = [[hundredths(shared[i][j] / of_pred[j]) for j in every] for i in range(len(words))]
    tables = Tables(recall, precision, added_as_numpy)
    found = groups(tables, (float(area_recall), float(area_precision)), exclusive=True)
    counts, sums = earned(*found, 0.8)
    sizes = {"n_gt": len(words), "n_det": len(left), "dc_gt": len(regions), "dc_det": len(preds) - len(left)}
    return sizes | counts, sums


def hundredths(share: float) -> float:
    """``numpy.round(share, 2)``: the nearest whole number to 100 times it, half to even."""
    return round(100 * share) / 100
