"""rrc-iou, rrc-e2e and cascade against their slow twins, and properties every count table has, on generated pages."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ocr_eval.engine.local import count
from ocr_eval.protocols import protocol
from ocr_eval.tables.counts import Counts
from tests.oracles import cascade as cascade_oracle
from tests.oracles import rrc_e2e as e2e_oracle
from tests.oracles import rrc_iou as iou_oracle
from tests.properties import pages as generated
from tests.properties.pages import POLYGONS, Page, data_sets, draws, points, tables
from tests.tables import Word, table

# A small grid makes touching, equal, contained and exactly half covered boxes common.
BOXES = st.tuples(st.integers(0, 8), st.integers(0, 8), st.integers(1, 6), st.integers(1, 6)).map(
    lambda b: [b[0], b[1], b[0] + b[2], b[1], b[0] + b[2], b[1] + b[3], b[0], b[1] + b[3]]
)
SLANTED = st.tuples(
    st.integers(0, 6), st.integers(0, 6), st.integers(2, 6), st.integers(1, 4), st.integers(-3, 3)
).map(lambda b: [b[0], b[1], b[0] + b[2], b[1] + b[4], b[0] + b[2], b[1] + b[3] + b[4], b[0], b[1] + b[3]])
CONCAVE = st.tuples(st.integers(0, 5), st.integers(0, 5), st.integers(2, 5)).map(
    lambda b: [b[0], b[1], b[0] + 2 * b[2], b[1], b[0] + b[2], b[1] + 1, b[0], b[1] + 2 * b[2]]
)
RINGS = st.one_of(BOXES, SLANTED, CONCAVE)
TEXTS = st.sampled_from(["A", "ab", "AB", "abc", "abcd", "(ab)", "bc", "", "ß", "!"])
GT_WORDS = st.lists(st.builds(Word, RINGS, st.one_of(TEXTS, st.just("###"))), max_size=5)
PRED_WORDS = st.lists(st.builds(Word, RINGS, TEXTS, st.sampled_from([0.1, 0.5, 0.9])), max_size=5)


def both_engines(samples: list[Page], name: str) -> Counts:
    """The counts of one engine, which must be those of the other to the last bit."""
    sides = tables(samples)
    made = [count(*sides, protocol=name, kernels=kernels) for kernels in ("numpy", "numba")]
    assert (made[0].rows == made[1].rows).all()
    assert made[0].sums is made[1].sums is None or np.array_equal(made[0].sums, made[1].sums)
    return made[0]


def rows(made: Counts) -> list[dict[str, int]]:
    return [dict(zip(made.columns, row, strict=True)) for row in made.rows.tolist()]


def texts(words: Sequence[Word]) -> list[tuple[list[tuple[float, float]], str]]:
    return [(points(word.ring), word.text) for word in words]


@draws
@given(samples=data_sets(generated.pages(POLYGONS)), by_confidence=st.booleans())
def test_rrc_iou_equals_its_twin(samples: list[Page], by_confidence: bool) -> None:
    made = both_engines(samples, f"rrc-iou(confidence={str(by_confidence).lower()})")
    for (gts, preds), found in zip(samples, rows(made), strict=True):
        assert found == iou_oracle.row(
            [(points(w.ring), w.text) for w in gts],
            [(points(w.ring), w.confidence) for w in preds],
            by_confidence=by_confidence,
        )


@draws
@given(samples=data_sets(generated.pages(POLYGONS)))
def test_rrc_e2e_equals_its_twin(samples: list[Page]) -> None:
    made = both_engines(samples, "rrc-e2e")
    for (gts, preds), found in zip(samples, rows(made), strict=True):
        assert found == e2e_oracle.row(texts(gts), texts(preds))


@draws
@given(samples=data_sets(generated.pages(POLYGONS, empty_texts=True)), upper=st.booleans())
def test_cascade_equals_its_twin(samples: list[Page], upper: bool) -> None:
    made = both_engines(samples, "cascade" if upper else "cascade(case=sensitive)")
    assert made.sums is not None
    for k, ((gts, preds), found) in enumerate(zip(samples, rows(made), strict=True)):
        counts, similarity = cascade_oracle.row(texts(gts), texts(preds), upper=upper)
        assert found == counts
        # At most ten terms of size at most 1, each rounded twice.
        assert abs(Fraction(float(made.sums[k, 0])) - similarity) < Fraction(1, 10**13)


@settings(max_examples=30, deadline=None)
@given(ranked=st.lists(st.tuples(st.booleans(), st.sampled_from([0.2, 0.4, 0.6])), min_size=1, max_size=8))
def test_average_precision_is_its_definition_and_lies_in_its_interval(
    ranked: list[tuple[bool, float]],
) -> None:
    from ocr_eval.protocols.rrc_match import average_precision
    from ocr_eval.tables.counts import Scored

    size = len(ranked)
    scored = Scored(
        np.array([c for _, c in ranked]),
        np.zeros(size, np.int64),
        np.arange(size),
        np.array([hit for hit, _ in ranked]),
    )
    found = average_precision(scored, size)
    stable = [hit for hit, _ in sorted(ranked, key=lambda pair: -pair[1])]
    assert found["ap"] == pytest.approx(float(iou_oracle.average_precision(stable, size)), abs=1e-14)
    assert found["ap_low"] <= found["ap"] + 1e-14
    assert found["ap"] <= found["ap_high"] + 1e-14


PROTOCOLS = ("rrc-iou", "cascade", "rrc-e2e", "popeval")
PAGES = st.lists(st.tuples(GT_WORDS, PRED_WORDS), min_size=2, max_size=4)


@pytest.mark.parametrize("name", PROTOCOLS)
@settings(max_examples=25, deadline=None)
@given(pages=PAGES, shift=st.tuples(st.integers(-1000, 1000), st.integers(-1000, 1000)))
def test_rows_do_not_depend_on_sharding_order_or_place(
    name: str, pages: list[tuple[list[Word], list[Word]]], shift: tuple[int, int]
) -> None:
    def moved(words: list[Word]) -> list[Word]:
        if name == "popeval":  # its order of removal is by distance from the origin
            return words
        return [w._replace(ring=[v + shift[k % 2] for k, v in enumerate(w.ring)]) for w in words]

    def run(order: Sequence[int], change: bool) -> Counts:
        gts = {f"s{k}": [w._replace(text=w.text or "x") for w in pages[k][0]] for k in order}
        preds = {f"s{k}": pages[k][1] for k in order}
        if change:
            gts, preds = {k: moved(v) for k, v in gts.items()}, {k: moved(v) for k, v in preds.items()}
        return count(table(gts, role="gt"), table(preds), protocol=protocol(name))

    whole = run(range(len(pages)), change=False)
    shards = Counts.concat([run([k], change=False) for k in range(len(pages))])
    assert shards.sample_ids == whole.sample_ids
    assert (shards.rows == whole.rows).all()
    back = run(list(reversed(range(len(pages)))), change=True)
    assert (back.rows[::-1] == whole.rows).all()
