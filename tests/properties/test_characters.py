"""tedeval, cleval-det, cleval and cocotext against their slow twins on generated pages."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ocr_eval.engine.local import count
from ocr_eval.tables.counts import Counts
from tests.oracles import cleval as cleval_oracle
from tests.oracles import cleval_det as cleval_det_oracle
from tests.oracles import cocotext as cocotext_oracle
from tests.oracles import tedeval as tedeval_oracle
from tests.properties import pages
from tests.properties.pages import Page, data_sets, draws, points, tables
from tests.tables import Word

LONG = (
    "A",
    "ab",
    "AB",
    "abc",
    "abcd",
    "(ab)",
    "bca",
    "ß",
    "word",
    "Word",
    "한국어",
    "a b",
    "aabbaabb",
    "wordab",
)
HALVES = st.sampled_from([0.3, 0.4, 0.5, 0.6])


@st.composite
def cut_pages(draw: st.DrawFn) -> Page:
    """Pages whose predictions also are gts cut in two, and boxes around several gts."""
    gts, preds = draw(pages.pages(pages.QUADS, LONG, most=5))
    for word in gts:
        if draw(st.integers(0, 3)) == 0:
            ring, at = word.ring, draw(HALVES)
            middle = [
                float(round(ring[a] + (ring[b] - ring[a]) * at)) for a, b in ((0, 2), (1, 3), (6, 4), (7, 5))
            ]
            halves = ring[:2] + middle + ring[6:], [*middle[:2], *ring[2:6], *middle[2:]]
            parts = word.text[: len(word.text) // 2], word.text[len(word.text) // 2 :]
            preds += [Word(half, part) for half, part in zip(halves, parts, strict=True) if proper(half)]
    if len(gts) > 1 and draw(st.booleans()):
        some = draw(st.lists(st.sampled_from(gts), min_size=2, max_size=3))
        xs, ys = [v for w in some for v in w.ring[::2]], [v for w in some for v in w.ring[1::2]]
        around = [min(xs), min(ys), max(xs), min(ys), max(xs), max(ys), min(xs), max(ys)]
        preds.append(Word(around, "".join(w.text for w in some if w.text != "###")))
    return gts, preds


def proper(ring: Sequence[float]) -> bool:
    """A convex quad that runs clockwise: halves of narrow boxes are rounded to nothing."""
    corners = points(ring)
    turns = [
        (corners[k][0] - corners[k - 1][0]) * (corners[k - 3][1] - corners[k][1])
        - (corners[k][1] - corners[k - 1][1]) * (corners[k - 3][0] - corners[k][0])
        for k in range(4)
    ]
    return all(turn > 0 for turn in turns)


def words(side: Sequence[Word]) -> list[tuple[list[tuple[float, float]], str]]:
    return [(points(w.ring), w.text) for w in side]


def rows(counts: Counts) -> list[dict[str, int]]:
    return [dict(zip(counts.columns, row, strict=True)) for row in counts.rows.tolist()]


@pytest.mark.parametrize("kernels", ["numpy", "numba"])
@draws
@given(samples=data_sets(cut_pages()))
def test_tedeval_equals_its_twin(kernels: str, samples: list[Page]) -> None:
    ours = count(*tables(samples), protocol="tedeval", kernels=kernels)
    twin = [tedeval_oracle.row(words(gts), [points(w.ring) for w in preds]) for gts, preds in samples]
    assert rows(ours) == [counts for counts, _, _ in twin]
    assert ours.sums is not None
    for mine, (_, recall, precision) in zip(ours.sums.tolist(), twin, strict=True):
        # At most 30 terms of size at most 1, added one after the other.
        assert mine == pytest.approx([float(recall), float(precision)], rel=0, abs=30 * 30 * 2**-53)


@pytest.mark.parametrize("kernels", ["numpy", "numba"])
@draws
@given(samples=data_sets(cut_pages()), upper=st.booleans())
def test_cleval_det_equals_its_twin(kernels: str, samples: list[Page], upper: bool) -> None:
    name = f"cleval-det(case={'upper' if upper else 'sensitive'})"
    ours = count(*tables(samples), protocol=name, kernels=kernels)
    twin = [
        cleval_det_oracle.row(words(gts), [points(w.ring) for w in preds], upper=upper)
        for gts, preds in samples
    ]
    assert rows(ours) == twin


@pytest.mark.parametrize("kernels", ["numpy", "numba"])
@draws
@given(samples=data_sets(cut_pages()), upper=st.booleans())
def test_cleval_equals_its_twin(kernels: str, samples: list[Page], upper: bool) -> None:
    name = f"cleval(case={'upper' if upper else 'sensitive'})"
    ours = count(*tables(samples), protocol=name, kernels=kernels)
    assert rows(ours) == [cleval_oracle.row(words(gts), words(preds), upper=upper) for gts, preds in samples]


@pytest.mark.parametrize("kernels", ["numpy", "numba"])
@draws
@given(samples=data_sets(pages.pages(pages.POLYGONS, LONG, empty_texts=True)))
def test_cocotext_equals_its_twin(kernels: str, samples: list[Page]) -> None:
    ours = count(*tables(samples), protocol="cocotext", kernels=kernels)
    assert rows(ours) == [cocotext_oracle.row(words(gts), words(preds)) for gts, preds in samples]


A = st.text("abcd", max_size=9)


@given(gt=A, pred=A)
def test_the_way_back_through_bits_is_the_one_through_the_whole_table(gt: str, pred: str) -> None:
    from ocr_eval.protocols.cleval_text import subsequence

    assert subsequence(gt, pred) == cleval_oracle.subsequence(gt, pred)
