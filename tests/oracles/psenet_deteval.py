"""Slow, obvious twin of ``psenet-deteval``: one sample -> its count row and sums; single shares are rationals."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from tests.oracles import geometry
from tests.oracles.area_groups import Ring, Tables, added_as_numpy, earned, groups
from tests.oracles.area_groups import shared as shared_area


class Share(Fraction):
    """A share that remembers the doubles it is a quotient of."""

    parts: tuple[float, float]


def share(part: Fraction, whole: Fraction) -> Share:
    made = Share(part / whole if whole else 0)
    made.parts = (float(part), float(whole or 1))
    return made


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
            share(shared_area(region, ring), abs(geometry.signed_area(ring))) <= Fraction(1, 2)
            for region in regions
        )
    ]
    shared = [[shared_area(word, ring) for ring in left] for word in words]
    of_word = [abs(geometry.signed_area(word)) for word in words]
    of_pred = [abs(geometry.signed_area(ring)) for ring in left]
    every = range(len(left))
    tables = Tables(
        [[share(shared[i][j], of_word[i]) for j in every] for i in range(len(words))],
        [[share(shared[i][j], of_pred[j]) for j in every] for i in range(len(words))],
        lambda some: added_as_numpy([one.parts[0] / one.parts[1] for one in some]),
    )
    found = groups(tables, (Fraction(area_recall), Fraction(area_precision)), exclusive=False)
    counts, sums = earned(*found, 0.8)
    sizes = {"n_gt": len(words), "n_det": len(left), "dc_gt": len(regions), "dc_det": len(preds) - len(left)}
    return sizes | counts, sums
