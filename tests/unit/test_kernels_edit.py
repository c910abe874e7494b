"""The bit-parallel edit distance against rapidfuzz, at the lengths and code points where such code breaks."""

from __future__ import annotations

import itertools
import random

import numpy as np
import pytest
from rapidfuzz.distance import Levenshtein

from ocr_eval.kernels.edit import TRACED, distances, edits
from ocr_eval.text.distance import alignment

LENGTHS = (0, 1, 2, 31, 63, 64, 65, 128)
ALPHABETS = {
    "two_letters": "ab",
    "latin": "abcdefghijklmnopqrstuvwxyz ",
    "latin_1_and_beyond": "aéÿĀāÿ",
    # All of them fall into one slot of a table that looks at the low 7 bits.
    "colliding": "".join(chr(0x4E00 + 128 * k) for k in range(90)),
    "colliding_with_neighbours": "".join(chr(0x4E00 + 128 * k + k % 3) for k in range(90)),
    "hangul": "".join(chr(0xAC00 + k) for k in range(500)),
    "astral": "😀😁𝔘\U0010ffffa",
}


def pack(texts: list[str]) -> tuple[np.ndarray, np.ndarray]:
    joined = "".join(texts).encode("utf-32-le")
    return np.frombuffer(joined, np.uint32), np.cumsum([0, *map(len, texts)])


def words(draw: random.Random, alphabet: str, length: int) -> str:
    return "".join(draw.choice(alphabet) for _ in range(length))


@pytest.mark.parametrize("name", ALPHABETS)
def test_equal_to_rapidfuzz_at_every_pair_of_lengths(name: str) -> None:
    draw = random.Random(name)
    gt, pred = [], []
    for n, m in itertools.product(LENGTHS, LENGTHS):
        own = words(draw, ALPHABETS[name], n)
        changed = "".join(c for c in own if draw.random() < 0.9)
        for other in (
            words(draw, ALPHABETS[name], m),
            own,
            changed,
            words(draw, "xyz", m),
            own + "!" * m,
            "é" + own,
        ):
            gt.append(own)
            pred.append(other)
    found = distances(*pack(gt), *pack(pred)).tolist()
    for a, b, own in zip(gt, pred, found, strict=True):
        expected = Levenshtein.distance(a, b)
        assert own in (expected, -1), (a, b)
        if own == -1:
            assert min(len(a), len(b)) > 64


def test_common_ends_are_cut_before_the_length_counts() -> None:
    long = "x" * 300
    found = distances(*pack([long + "abc" + long, "ab" * 50]), *pack([long + "adc" + long, "cd" * 50]))
    assert found.tolist() == [1, -1]


def test_scratch_is_clean_after_every_pair() -> None:
    # Equal pairs, handed-back pairs and pairs with many characters leave nothing behind for the next one.
    draw = random.Random(5)
    gt = [words(draw, "".join(ALPHABETS.values()), draw.randrange(90)) for _ in range(2000)]
    pred = [words(draw, "".join(ALPHABETS.values()), draw.randrange(90)) for _ in range(2000)]
    together = distances(*pack(gt), *pack(pred)).tolist()
    alone = [int(distances(*pack([a]), *pack([b]))[0]) for a, b in zip(gt, pred, strict=True)]
    assert together == alone


@pytest.mark.parametrize("name", ["two_letters", "latin", "colliding", "astral"])
def test_the_alignment_is_the_one_of_rapidfuzz(name: str) -> None:
    # Few letters and many errors: most pairs have several shortest alignments with other deletions and insertions.
    draw = random.Random(name)
    gt, pred = [], []
    for _ in range(3000):
        own = words(draw, ALPHABETS[name], draw.choice((3, 8, 20, 66)))
        kept = [draw.choice((c, c, c, "", words(draw, ALPHABETS[name], 2))) for c in own]
        gt.append(own)
        pred.append(draw.choice(("".join(kept), words(draw, ALPHABETS[name], draw.randrange(70)))))
    found = list(zip(*(column.tolist() for column in edits(*pack(gt), *pack(pred))), strict=True))
    expected = [alignment(a, b) for a, b in zip(gt, pred, strict=True)]
    told = [k for k, (_, deletions) in enumerate(found) if deletions >= 0]
    assert [found[k] for k in told] == [(expected[k].distance, expected[k].deletions) for k in told]
    assert len({len(gt[k]) for k in told}) == 4
    assert all(len(gt[k]) > 64 for k in set(range(len(gt))) - {*told})


def test_an_alignment_too_long_to_follow_back_is_handed_back() -> None:
    # Two substitutions, or as many deletions as insertions: only the way back tells.
    gt, pred = ["ab", "b" * TRACED + "axa"], ["c" * (TRACED + 1), "cxc"]
    distance, deletions = (column.tolist() for column in edits(*pack(gt), *pack(pred)))
    assert distance == [TRACED + 1, TRACED + 2]
    assert deletions == [-1, -1]
    assert edits(*pack(["ab"]), *pack(["c" * TRACED]))[1].tolist() == [0]


def test_no_pairs_at_all() -> None:
    assert distances(*pack([]), *pack([])).tolist() == []
