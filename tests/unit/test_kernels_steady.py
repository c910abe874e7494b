"""Steady areas: the same bits from both engines and in any company, right to the last places."""

from __future__ import annotations

import math
import random

import numpy as np
import pytest

from ocr_eval.pairing import Pairing
from ocr_eval.tables.instances import Instances
from ocr_eval.tables.joined import join
from tests.oracles import geometry
from tests.tables import Word, table

ENGINES = ("numpy", "numba")


def star(draw: random.Random, vertices: int, decimals: int | None) -> list[float]:
    """A simple ring around a random centre; corners at random distances."""
    cx, cy, r = draw.uniform(80, 120), draw.uniform(80, 120), draw.uniform(20, 60)
    ring = []
    for k in range(vertices):
        angle, reach = math.tau * (k + draw.uniform(0.1, 0.8)) / vertices, r * draw.uniform(0.5, 1)
        ring += [
            round(cx + reach * math.cos(angle), decimals),
            round(cy + reach * math.sin(angle) * 0.4, decimals),
        ]
    return ring


def page(seed: int, decimals: int | None) -> tuple[Instances, Instances]:
    draw = random.Random(seed)
    sizes = [3, 4, 4, 5, 7, 8, 9, 14, 17, 33, 40]
    sides = [[Word(star(draw, draw.choice(sizes), decimals)) for _ in range(6)] for _ in range(2)]
    sides[1].append(sides[0][0])
    return table({"img_1": sides[0]}, role="gt"), table({"img_1": sides[1]})


@pytest.mark.parametrize("decimals", [None, 3])
def test_both_engines_give_the_same_bits_in_any_company(decimals: int | None) -> None:
    for seed in range(12):
        joined = join(*page(seed, decimals))
        engines = [Pairing(joined, policy="official", kernels=kernels) for kernels in ENGINES]
        index = np.arange(len(engines[0].rings))
        whole = [np.array(engine.steady_areas(engine.rings, index)) for engine in engines]
        assert (whole[0] == whole[1]).all()
        for k in index.tolist():
            alone = np.array(engines[0].steady_areas(engines[0].rings, index[k : k + 1]))
            assert (alone[:, 0] == whole[0][:, k]).all()


@pytest.mark.parametrize("kernels", ENGINES)
def test_areas_are_right(kernels: str) -> None:
    for seed in range(4):
        joined = join(*page(100 + seed, 2))
        pairing = Pairing(joined, policy="official", kernels=kernels)
        pairs = pairing.rings
        found = pairing.steady_areas(pairs, np.arange(len(pairs)))
        for k, (inter, area_gt, area_pred) in enumerate(zip(*found, strict=True)):
            rings = [
                [(x, y) for x, y in side.points(i[k]).tolist()]
                for side, i in ((joined.gt, pairs.gt), (joined.pred, pairs.pred))
            ]
            # Rings of at most 40 corners in a joint box of 240 pixels: 4 · 80 · 2^-52 · 240² is 4.1e-9.
            assert abs(inter - float(geometry.shared(*rings))) < 4.1e-9
            # One rounding per term, each at most box² / 2.
            assert abs(area_gt - abs(float(geometry.signed_area(rings[0])))) < 1e-10
            assert abs(area_pred - abs(float(geometry.signed_area(rings[1])))) < 1e-10


@pytest.mark.parametrize("kernels", ENGINES)
def test_a_ring_covers_itself_and_a_bow_tie_goes_the_exact_way(kernels: str) -> None:
    slanted = [3, 1, 90, 14.7, 88.1, 40, 1, 26.3]
    bow_tie = [0, 0, 30, 20, 30, 0, 0, 20]
    joined = join(table({"s": [Word(slanted)]}, role="gt"), table({"s": [Word(slanted), Word(bow_tie)]}))
    pairing = Pairing(joined, policy="official", kernels=kernels)
    inter, area_gt, area_pred = pairing.steady_areas(pairing.rings, np.arange(2))
    assert inter[0] == area_gt[0] == area_pred[0]
    assert area_pred[1] == 0
    both = [list(zip(ring[::2], ring[1::2], strict=True)) for ring in (slanted, bow_tie)]
    assert inter[1] == float(geometry.shared(*both)) > 0
