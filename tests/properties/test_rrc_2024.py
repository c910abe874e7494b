"""rrc-2024 on generated data sets: its slow twin tries every assignment; rows do not depend on company or engine."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ocr_eval.engine.local import count
from ocr_eval.protocols.end_to_end.rrc_2024 import Rrc2024
from ocr_eval.tables.counts import Counts
from tests.oracles import rrc_2024 as oracle
from tests.properties.pages import BOXES, POLYGONS, Page, data_sets, draws, pages, points, tables
from tests.tables import Word

TEXTS = ("A", "ab", "AB", "abc", "(ab)", "bc", "!", "ß", "word", "a b")
RULES = st.builds(
    lambda task, score, **rest: Rrc2024(
        task=task, score=score if task == "e2e" else score.replace("iou-cned", "iou").replace("cned", "one"), **rest
    ),
    task=st.sampled_from(["det", "e2e"]),
    score=st.sampled_from(["one", "iou", "cned", "iou-cned"]),
    string_match=st.booleans(),
    case=st.sampled_from(["sensitive", "upper"]),
    text=st.sampled_from(["exact", "icdar15"]),
    iou=st.sampled_from([0.5, 0.5, 0.25]),
)  # fmt: skip


def twin(page: Page, rule: Rrc2024) -> oracle.Best:
    gts, preds = ([(points(w.ring), w.text) for w in words] for words in page)
    return oracle.best(
        gts,
        preds,
        score=rule.score,
        must_agree=rule.task == "e2e" and rule.string_match,
        upper=rule.case == "upper",
        trimmed=rule.text == "icdar15",
        iou=Fraction(rule.iou),
    )


@draws
@given(samples=data_sets(pages(st.one_of(BOXES, POLYGONS), TEXTS, most=4)), rule=RULES)
def test_the_best_of_all_assignments_is_taken(samples: list[Page], rule: Rrc2024) -> None:
    both = tables(samples, confidence=False)
    ours, other = (count(*both, protocol=rule, kernels=kernels) for kernels in ("numpy", "numba"))
    as_scipy = replace(rule, tie="scipy")
    scipy, scipy_other = (count(*both, protocol=as_scipy, kernels=kernels) for kernels in ("numpy", "numba"))
    for one, two in ((ours, other), (scipy, scipy_other)):
        assert np.array_equal(one.rows, two.rows)
        assert np.array_equal(one.sums, two.sums)
    assert ours.sums is not None
    assert scipy.sums is not None
    for k, page in enumerate(samples):
        best = twin(page, rule)
        chosen = best.preferred()
        assert dict(zip(ours.columns, ours.rows[k].tolist(), strict=True)) == best.row(chosen)
        assert is_sum_of(best, chosen, ours.sums[k].tolist())
        # What SciPy takes among equals is recorded elsewhere; here: it is one of the equals.
        row = dict(zip(scipy.columns, scipy.rows[k].tolist(), strict=True))
        equal = [some for some in best.matches if best.row(some) == row]
        assert any(is_sum_of(best, some, scipy.sums[k].tolist()) for some in equal)


def is_sum_of(best: oracle.Best, chosen: tuple[tuple[int, int], ...], sums: list[float]) -> bool:
    exact = [sum(best.iou[pair] for pair in chosen), sum(best.similarity[pair] for pair in chosen)]
    # At most five terms of size at most 1, each right to about 1e-13 of its box.
    return all(
        abs(Fraction(value) - total) < Fraction(1, 10**12) for value, total in zip(sums, exact, strict=False)
    )


@draws
@given(samples=data_sets(pages(BOXES, TEXTS)), rule=RULES, tie=st.sampled_from(["iou", "scipy"]))
def test_rows_do_not_depend_on_sharding_or_engine(samples: list[Page], rule: Rrc2024, tie: str) -> None:
    rule = replace(rule, tie=tie)
    gt, pred = tables(samples, confidence=False)
    whole = count(gt, pred, protocol=rule, kernels="numba")
    names = whole.sample_ids
    shards = Counts.concat(
        [
            count(gt.take([k], (name,)), pred.take([k], (name,)), protocol=rule, kernels="numpy")
            for k, name in enumerate(names)
        ]
    )
    assert shards.sample_ids == names
    assert np.array_equal(shards.rows, whole.rows)
    assert np.array_equal(shards.sums, whole.sums)


@draws
@given(samples=data_sets(pages(BOXES, TEXTS)))
def test_the_order_of_lines_never_costs_a_match(samples: list[Page]) -> None:
    gt, pred = tables(samples, confidence=False)
    turned: list[tuple[list[Word], list[Word]]] = [(gts[::-1], preds[::-1]) for gts, preds in samples]
    one, other = (count(*pair, protocol=Rrc2024()) for pair in ((gt, pred), tables(turned, confidence=False)))
    assert (one["tp"] == other["tp"]).all()
    assert one.sums == pytest.approx(other.sums, rel=1e-12)
