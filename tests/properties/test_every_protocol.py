"""Laws that hold for every protocol of the registry: rows of a union are the rows of its parts, and engines agree.

A protocol added to the registry is under test here without a line of its own; one that needs more than rings, texts,
confidences and angles says so below.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ocr_eval.engine.local import Job
from ocr_eval.protocols import REGISTRY, EvaluationProtocol, protocol
from ocr_eval.stats.ratios import Stack
from ocr_eval.tables.counts import Counts
from ocr_eval.tables.instances import Instances
from tests.properties.pages import QUADS, Page, data_sets, pages, tables

WITH_RINGS = [name for name, entry in REGISTRY.items() if entry.task in ("detection", "end-to-end")]
LISTS = [name for name, entry in REGISTRY.items() if entry.task == "recognition"]
END_TO_END = {"rrc-2024": "rrc-2024(task=e2e)"}  # parameters under which more of a protocol is at work
PAGES = data_sets(pages(QUADS))
UNBOUNDED = {  # the scripts pay one prediction for every gt that matches it
    ("psenet-deteval", "precision"),
    ("psenet-deteval", "hmean"),
}
LAWS = settings(max_examples=4, deadline=None)


def rule_of(name: str) -> EvaluationProtocol:
    return protocol(END_TO_END.get(name, name))


def sides(samples: Sequence[Page], rule: EvaluationProtocol) -> tuple[Instances, Instances]:
    """The samples as tables that hold what the protocol reads."""
    gt, pred = tables(samples)
    if rule.reads.angle:
        gt, pred = (replace(side, angle=np.zeros(len(side))) for side in (gt, pred))
    return gt, pred


def count(rule: EvaluationProtocol, gt: Instances, pred: Instances, kernels: str = "auto") -> Counts:
    lines = {"gt_lines": gt} if getattr(rule.reads, "gt_lines", False) else {}
    job = Job(gt, [rule], "laws", None, "official", kernels, **lines)
    return rule.count(*job.pair(pred))


def same(a: Counts, b: Counts) -> None:
    """Bit for bit, scored predictions included."""
    assert a.sample_ids == b.sample_ids and a.columns == b.columns
    assert np.array_equal(a.rows, b.rows)
    assert (a.sums is None) == (b.sums is None)
    if a.sums is not None and b.sums is not None:
        assert a.sums.tobytes() == b.sums.tobytes()
    assert (a.scored is None) == (b.scored is None)
    assert a.total() == b.total() or _equal_totals(a.total(), b.total())


def _equal_totals(a: Any, b: Any) -> bool:
    return bool(a.counts == b.counts and a.sums == b.sums)


@pytest.mark.parametrize("name", WITH_RINGS)
@LAWS
@given(samples=PAGES, cuts=st.sets(st.integers(1, 19), max_size=3))
def test_rows_of_a_union_are_the_rows_of_its_parts(name: str, samples: list[Page], cuts: set[int]) -> None:
    rule = rule_of(name)
    gt, pred = sides(samples, rule)
    whole = count(rule, gt, pred)
    bounds = [0, *sorted(cuts), len(samples)]
    parts = []
    for first, last in pairwise(bounds):
        indices, ids = list(range(first, last)), gt.sample_ids[first:last]
        parts.append(count(rule, gt.take(indices, ids), pred.take(indices, ids)))
    united = Counts.concat(parts)
    same(united, whole)
    assert rule.derive(united.total()) == rule.derive(whole.total())


@pytest.mark.parametrize("name", WITH_RINGS)
@LAWS
@given(samples=PAGES)
def test_both_engines_give_the_same_bits(name: str, samples: list[Page]) -> None:
    rule = rule_of(name)
    gt, pred = sides(samples, rule)
    same(count(rule, gt, pred, "numpy"), count(rule, gt, pred, "numba"))


@pytest.mark.parametrize("name", WITH_RINGS)
@LAWS
@given(samples=PAGES)
def test_metrics_are_in_range_and_formulas_give_what_derive_gives(name: str, samples: list[Page]) -> None:
    rule = rule_of(name)
    counts = count(rule, *sides(samples, rule))
    metrics = rule.derive(counts.total())
    assert set(metrics) <= set(rule.METRICS)
    for metric, value in metrics.items():
        if (name, metric) not in UNBOUNDED:
            assert value is None or 0 <= value <= 1 + 1e-12, metric
    stack = Stack.of({"it": counts})
    for metric, formula in rule.formulas.items():
        value, point = metrics[metric], float(stack.point(formula)[0])
        if value is None:
            continue
        # Formulas divide once, scripts up to three times; real sums enter formulas as fixed point of 2^-30.
        assert point == pytest.approx(value, rel=0, abs=1e-7 if rule.SUMS else 4e-16), metric


@pytest.mark.parametrize("name", WITH_RINGS)
def test_nothing_against_nothing_neither_raises_nor_is_perfect_without_words(name: str) -> None:
    rule = rule_of(name)
    empty: list[Page] = [([], []), ([], [])]
    metrics = rule.derive(count(rule, *sides(empty, rule)).total())
    assert all(value is None or value == value for value in metrics.values())


def test_every_protocol_is_in_one_of_the_lists() -> None:
    assert set(WITH_RINGS) | set(LISTS) == set(REGISTRY)
