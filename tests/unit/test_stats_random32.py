"""``lb32/1`` gives the stated words, indices and bits, and the slow twin's weights."""

from __future__ import annotations

import numpy as np
import pytest

from ocr_eval.stats import random32
from tests.oracles import statistics as oracle

SEED = 20261121


def test_the_mixing_function() -> None:
    stated = [0x00000000, 0x688990C0, 0x67C45247]
    assert random32.mix(np.array([0, 1, SEED], np.uint32)).tolist() == stated
    assert [oracle.mix(x) for x in (0, 1, SEED)] == stated


@pytest.mark.parametrize(
    ("replicate", "key", "words", "indices"),
    [
        (0, 0x2DCA8457, "4b351f11 597d029f 3ae0a314 489049e7", "146 174 114 141 63 486 72 82"),
        (1, 0x57CA1BEE, "31159d11 0ac6bc06 4a4885a9 f343088e", "95 21 145 475 434 227 271 407"),
        (9999, 0x5E64146F, None, "240 84 194 212 246 488 342 397"),
    ],
)
def test_stated_replicates(replicate: int, key: int, words: str | None, indices: str) -> None:
    block = replicate, replicate + 1
    assert random32.keys(SEED, *block).tolist() == [key]
    found = random32.values(SEED, *block, 500)[0]
    assert words is None or found[:4].tolist() == [int(word, 16) for word in words.split()]
    assert random32.indices(SEED, *block, 500, 500)[0, :8].tolist() == list(map(int, indices.split()))


@pytest.mark.parametrize(
    ("replicate", "bits"),
    [(0, "01010111 10110011 00100000 11110110"), (1, "10101000 11110100 00001100 01010101")],
)
def test_stated_bits_of_stream_1(replicate: int, bits: str) -> None:
    seed = random32.stream(SEED, random32.SWAPS)
    assert seed == 0xFD15CBCF
    assert "".join(map(str, random32.bits(seed, replicate, replicate + 1, 32)[0])) == bits.replace(" ", "")


@pytest.mark.parametrize("seed", [0, 1, SEED, 2**32 - 1])
@pytest.mark.parametrize("size", [1, 2, 63, 200])
def test_values_are_the_slow_twins(seed: int, size: int) -> None:
    found = random32.values(seed, 5, 8, size)
    assert found.tolist() == [[oracle.value(seed, b, i) for i in range(size)] for b in (5, 6, 7)]
    assert random32.stream(seed, 2) == oracle.stream(seed, 2)


def test_chosen_draws_are_the_same_as_all_draws() -> None:
    chosen = np.array([7, 0, 4_000_000_000], np.uint32)
    assert (
        random32.values(SEED, 0, 2, chosen)[:, :2].tolist()
        == random32.values(SEED, 0, 2, 8)[:, [7, 0]].tolist()
    )


def test_every_row_of_weights_adds_up() -> None:
    weights = random32.weights(SEED, 100, 3000, 47)
    assert weights.shape == (2900, 47)
    assert (weights.sum(axis=1) == 47).all()


def test_weights_do_not_depend_on_the_block_they_are_made_in() -> None:
    whole = random32.weights(SEED, 0, 300, 1000)
    assert (np.vstack([random32.weights(SEED, a, a + 50, 1000) for a in range(0, 300, 50)]) == whole).all()


def test_draws_are_even() -> None:
    """The quality figures that belong to this seed."""
    weights = random32.weights(SEED, 0, 10_000, 500)
    assert weights.var() == pytest.approx(0.9985, abs=5e-5)
    assert abs(np.corrcoef(weights[:-1].ravel(), weights[1:].ravel())[0, 1]) < 1e-3
    bits = random32.bits(random32.stream(SEED, 1), 0, 9999, 500)
    assert bits.mean() == pytest.approx(0.49994, abs=5e-6)
    assert bits.sum(axis=1).var(ddof=1) == pytest.approx(125.04, abs=0.02)


@pytest.mark.parametrize("seed", [-1, 2**32])
def test_a_seed_outside_32_bits_is_refused(seed: int) -> None:
    with pytest.raises(ValueError, match="a seed lies between 0 and 4294967295"):
        random32.stream(seed, 0)
