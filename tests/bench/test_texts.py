"""Edit distances: packed words and lines, Python strings, corpus CER, whole pages."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import ocr_eval
from ocr_eval.pairing import Pairing
from ocr_eval.tables.joined import join
from ocr_eval.text.distance import distances
from tests.bench.conftest import Race
from tests.bench.inputs import Texts, words

WORDS = 100_000
LATIN = "data/ic15/gt_e2e.zip", "data/ic15/end_to_end/units_shared.zip"
HANGUL = "data/kr_documents/gt.zip", "data/kr_documents/end_to_end/official.zip"


@cache
def read_words(shared: Path, sources: tuple[str, str]) -> list[tuple[str, str]]:
    """Care words and the predictions over them (IoU > .5), no outer spaces on either side."""
    gt = ocr_eval.read(shared / sources[0], role="gt")
    joined = join(gt, ocr_eval.read(shared / sources[1], samples=gt.sample_ids))
    pairing = Pairing(joined, kernels="numpy")
    pairs = pairing.rings
    partner = pairing.first_fit(pairs, np.flatnonzero(pairing.overlaps(pairs, 0.5)))
    matched = [(g, int(partner[g])) for g in np.flatnonzero((partner >= 0) & joined.gt.care).tolist()]
    texts = [(joined.gt.texts[g], joined.pred.texts[p]) for g, p in matched]
    return [(a, b) for a, b in texts if a and b and a == a.strip() and b == b.strip()]


def corpus(shared: Path, kind: str) -> Texts:
    """The corpora that the aims speak of, ``WORDS`` pairs each (a tenth as many lines)."""
    texts = read_words(shared, LATIN)
    if kind == "60 % equal":
        equal, rest = [t for t in texts if t[0] == t[1]], [t for t in texts if t[0] != t[1]]
        mixed = words(WORDS * 6 // 10, equal), words(WORDS * 4 // 10, rest)
        texts = list(zip(mixed[0].gt + mixed[1].gt, mixed[0].pred + mixed[1].pred, strict=True))
        return words(WORDS, [texts[k * 7 % len(texts)] for k in range(len(texts))])
    if kind == "all different":
        return words(WORDS, [(a, b) for (a, _), (_, b) in pairwise(texts) if a != b])
    if kind == "Hangul":
        found = read_words(shared, HANGUL)
        return words(
            WORDS, [t for t in found if all(unicodedata.name(c, "").startswith("HANGUL") for c in t[0])]
        )
    assert kind == "lines of 40"
    return words(WORDS // 10, lines(texts, 40))


def lines(texts: list[tuple[str, str]], length: int) -> list[tuple[str, str]]:
    """Matched words joined by spaces until the gt holds ``length`` code points; both sides cut there."""
    found, gt, pred = [], "", ""
    for a, b in texts:
        gt, pred = f"{gt} {a}".lstrip(), f"{pred} {b}".lstrip()
        if len(gt) >= length:
            found.append((gt[:length], pred[:length]))
            gt = pred = ""
    return found


def packed(texts: Texts) -> Callable[[], Any]:
    """The kernel over code points that stand ready, as in a table."""
    from ocr_eval.kernels import edit

    def side(strings: list[str]) -> tuple[np.ndarray, np.ndarray]:
        points = np.frombuffer("".join(strings).encode("utf-32-le"), np.uint32)
        return points, np.cumsum([0, *map(len, strings)], dtype=np.int64)

    gt, pred = side(texts.gt), side(texts.pred)
    return lambda: edit.distances(*gt, *pred)


@pytest.mark.parametrize(
    ("kind", "reach"), [("60 % equal", 7), ("all different", 7), ("Hangul", 7), ("lines of 40", 1.4)]
)
def test_packed_distances(race: Race, shared: Path, kind: str, reach: float) -> None:
    texts = corpus(shared, kind)
    race(
        f"edit distances of {len(texts.gt) // 1000} 000 packed texts, {kind}",
        "distances: rapidfuzz cpdist",
        texts,
        packed(texts),
        reach=reach,
        inside="ours: code points that stand ready; peer: Python strings that stand ready, one worker",
        engine="numba",
    )


@pytest.mark.parametrize(("kind", "reach"), [("60 % equal", 1.06), ("all different", 1.18), ("Hangul", 0.9)])
def test_distances_of_strings(race: Race, shared: Path, kind: str, reach: float) -> None:
    texts = corpus(shared, kind)
    race(
        f"edit distances of 100 000 words from Python strings, {kind}",
        "distances: rapidfuzz cpdist",
        texts,
        lambda: distances(texts.gt, texts.pred),
        reach=reach,
        inside="both: Python strings to a list of integers",
        engine="rapidfuzz",
    )


def test_corpus_cer(race: Race, shared: Path) -> None:
    texts = corpus(shared, "60 % equal")

    def cer() -> float:
        return sum(distances(texts.gt, texts.pred)) / len("".join(texts.gt))

    race(
        "corpus CER of 100 000 words from Python strings",
        "cer: jiwer",
        texts,
        cer,
        reach=57,
        inside="both: Python strings to one number; the peer also aligns",
        engine="rapidfuzz",
        rounds=9,
    )


@pytest.mark.parametrize(("errors", "reach"), [(0.01, 19.5), (0.05, 4.4)])
def test_pages_of_10000_characters(race: Race, errors: float, reach: float) -> None:
    import random

    draw = random.Random(7)
    gt = "".join(draw.choice("abcdefghijklmnopqrstuvwxyz      ") for _ in range(10_000))
    pred = "".join(draw.choice(("", "?", c + "?")) if draw.random() < errors else c for c in gt)
    texts = Texts([gt], [pred])
    race(
        f"edit distance of two pages of 10 000 code points, {errors:.0%} errors",
        "distances: rapidfuzz loop",
        texts,
        lambda: distances(texts.gt, texts.pred),
        reach=reach,
        inside="both: Python strings; ours with an expected distance, the peer without",
        engine="rapidfuzz",
    )
