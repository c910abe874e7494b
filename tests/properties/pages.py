"""Whole generated data sets for twins: many small samples per draw, with everything that makes matching rules disagree.

``SAMPLES`` is how many samples a twin test sees: some in every run, as many as ``OCR_EVAL_SAMPLES`` says in a
long one (the acceptance run takes 10,000). Rings have 3 to 40 vertices on a small integer grid, so that equal, nested,
touching and exactly half covered instances are common; either side may be empty, all may be don't care, instances may
come twice, and predictions may be copies of gts.
"""

from __future__ import annotations

import math
import os
from collections.abc import Callable, Sequence
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st

from ocr_eval.tables.instances import Instances
from tests.tables import Word, table

SAMPLES = int(os.environ.get("OCR_EVAL_SAMPLES", "60"))
A_DRAW = 20  # samples of one generated data set; hypothesis shrinks over them
Ring = list[float]
Page = tuple[list[Word], list[Word]]  # gts, predictions
TEXTS = ("A", "ab", "AB", "abc", "abcd", "(ab)", "bc", "ß", "!", "word", "Word", "12,5", "한국", "a b")


def draws(test: Callable[..., Any]) -> Callable[..., Any]:
    """``@draws`` above ``@given``: as many data sets as make ``SAMPLES`` samples."""
    return settings(max_examples=max(1, SAMPLES // A_DRAW), deadline=None)(test)


BOXES = st.tuples(st.integers(0, 16), st.integers(0, 16), st.integers(1, 12), st.integers(1, 12)).map(
    lambda b: _flat([(b[0], b[1]), (b[0] + b[2], b[1]), (b[0] + b[2], b[1] + b[3]), (b[0], b[1] + b[3])])
)
SLANTED = st.tuples(
    st.integers(0, 12), st.integers(4, 12), st.integers(3, 12), st.integers(2, 8), st.integers(-4, 4)
).map(
    lambda b: _flat(
        [(b[0], b[1]), (b[0] + b[2], b[1] + b[4]), (b[0] + b[2], b[1] + b[3] + b[4]), (b[0], b[1] + b[3])]
    )
)


@st.composite
def stars(draw: st.DrawFn, least: int = 3, most: int = 40) -> Ring:
    """A simple, often concave ring: vertices around a centre by rising angle, clockwise on a screen (y down)."""
    size = draw(st.integers(least, most))
    x, y = draw(st.integers(40, 60)), draw(st.integers(40, 60))
    near = max(24, 4 * size)  # far enough that neighbours on the grid stay apart
    radii = draw(st.lists(st.integers(near, near + 24), min_size=size, max_size=size))
    points = [
        (x + round(r * math.cos(2 * math.pi * k / size)), y + round(r * math.sin(2 * math.pi * k / size)))
        for k, r in enumerate(radii)
    ]
    return _flat(points)


@st.composite
def bands(draw: st.DrawFn, most: int = 20) -> Ring:
    """A curved line of text: a top chain from left to right, a bottom chain back; 4 to 40 vertices, an even number."""
    half = draw(st.integers(2, most))
    x, y, height = draw(st.integers(0, 20)), draw(st.integers(20, 30)), draw(st.integers(4, 12))
    bends = draw(st.lists(st.integers(-6, 6), min_size=half, max_size=half))
    top = [(x + 3 * k, y + bend) for k, bend in enumerate(bends)]
    return _flat([*top, *((px, py + height) for px, py in reversed(top))])


QUADS = st.one_of(BOXES, SLANTED)
POLYGONS = st.one_of(BOXES, SLANTED, stars(), bands())


def _flat(points: Sequence[tuple[float, float]]) -> Ring:
    return [float(value) for point in points for value in point]


@st.composite
def pages(
    draw: st.DrawFn,
    rings: st.SearchStrategy[Ring] = QUADS,
    texts: Sequence[str] = TEXTS,
    *,
    empty_texts: bool = False,
    dont_care: str | None = "###",
    most: int = 5,
) -> Page:
    """One sample. Predictions are new rings, copies of gts, gts moved by a little, and copies of predictions."""
    words = st.sampled_from([*texts, ""] if empty_texts else list(texts))
    transcriptions = words if dont_care is None else st.one_of(words, words, st.just(dont_care))
    scores = st.sampled_from([0.1, 0.5, 0.5, 0.9])
    gts = draw(st.lists(st.builds(Word, rings, transcriptions), max_size=most))
    preds = draw(st.lists(st.builds(Word, rings, words, scores), max_size=most))
    for k in draw(st.lists(st.integers(0, most - 1), max_size=3)):
        if k < len(gts):
            dx, dy = draw(st.integers(-3, 3)), draw(st.integers(-3, 3))
            ring = [value + (dy if j % 2 else dx) for j, value in enumerate(gts[k].ring)]
            text = gts[k].text if gts[k].text != dont_care and draw(st.booleans()) else draw(words)
            preds.insert(draw(st.integers(0, len(preds))), Word(ring, text, draw(scores)))
    if gts and draw(st.integers(0, 4)) == 0:
        gts.append(gts[draw(st.integers(0, len(gts) - 1))])
    if preds and draw(st.integers(0, 4)) == 0:
        preds.append(preds[draw(st.integers(0, len(preds) - 1))])
    return gts, preds


def data_sets(page: st.SearchStrategy[Page]) -> st.SearchStrategy[list[Page]]:
    """``A_DRAW`` samples a draw."""
    return st.lists(page, min_size=A_DRAW, max_size=A_DRAW)


def tables(samples: Sequence[Page], *, confidence: bool = True) -> tuple[Instances, Instances]:
    """gt and prediction tables of samples named img_1, img_2, ..."""
    names = [f"img_{k}" for k in range(1, len(samples) + 1)]
    gts = {name: page[0] for name, page in zip(names, samples, strict=True)}
    preds = {name: page[1] for name, page in zip(names, samples, strict=True)}
    return table(gts, role="gt"), table(preds, confidence=confidence)


def points(ring: Sequence[float]) -> list[tuple[float, float]]:
    """A flat ring as points."""
    return list(zip(ring[::2], ring[1::2], strict=True))
