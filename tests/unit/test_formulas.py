"""Formulas are ``derive`` as data: equal to it on random totals, for every protocol and metric."""

from __future__ import annotations

import random

import pytest

from ocr_eval.protocols import REGISTRY, protocol
from ocr_eval.protocols.detection.coco_ap import CocoAp
from ocr_eval.protocols.formulas import Formula, Harmonic, Rate, evaluate, names, rate
from ocr_eval.tables.counts import Totals

SPELLED = [*REGISTRY, "popeval(ties=reciprocal)", "rrc-iou(confidence=true)", "rrc-2024(task=e2e)"]
NOT_OF_SUMS = {"ap", "ap_low", "ap_high", "wip", "wil", "fca_order_effect"}
NOT_OF_SUMS |= {*CocoAp.METRICS, "char_pq"}
# The best rows of a sweep over scores, of tda-rects.
NOT_OF_SUMS |= {f"best_{name}{tail}" for name in ("hmean", "one_minus_ned") for tail in ("", "_score")}
# Tools that add an epsilon to denominators, or round: (relative, absolute) distance of their values from the ratios.
PRINTED = {"mmocr": (1e-7, 0.5e-4), "paddleocr": (1e-5, 1e-5)}


def value(formula: Formula, totals: Totals) -> float | None:
    if isinstance(formula, Harmonic):
        p, r = value(formula.precision, totals), value(formula.recall, totals)
        return None if p is None or r is None else 2.0 * p * r / (p + r) if p + r else 0.0
    over, under = (sum(w * term(totals, name) for name, w in side) for side in (formula.over, formula.under))
    over = max(over, 0) if formula.floor else over
    return over / under if under else None if over else formula.empty


def term(totals: Totals, name: str) -> float:
    if name.startswith("sum:"):
        return totals.sums[name[4:]]
    return totals.counts[name] if name in totals.counts or name != "samples" else totals.samples


def random_totals(rule: object, draw: random.Random) -> Totals:
    counts = {name: draw.randrange(1, 900) for name in rule.COLUMNS}
    for small in ("match", "tp", "wem", "removed"):  # no more of these than of gts and predictions
        if small in counts:
            counts[small] = draw.randrange(0, min(v for k, v in counts.items() if k[:2] in ("n_", "ch")) + 1)
    if "gt_empty" in counts:
        counts["gt_empty"] = draw.randrange(0, counts["samples"])
    of_matches = counts.get("tp", 1) > 0  # without a match nothing was added
    return Totals(500, counts, {name: draw.random() * 100 * of_matches for name in rule.SUMS})


@pytest.mark.parametrize("spelled", SPELLED)
def test_formulas_give_what_derive_gives(spelled: str) -> None:
    rule, draw = protocol(spelled), random.Random(spelled)
    assert set(rule.METRICS) - set(rule.formulas) <= NOT_OF_SUMS
    assert set(rule.formulas) <= set(rule.METRICS)
    for _ in range(50):
        totals = random_totals(rule, draw)
        derived = rule.derive(totals)
        for metric, formula in rule.formulas.items():
            assert evaluate(formula, totals) == value(formula, totals)
            relative, absolute = PRINTED.get(rule.ID, (1e-12, 1e-15))
            assert value(formula, totals) == pytest.approx(derived[metric], rel=relative, abs=absolute), (
                metric
            )


@pytest.mark.parametrize("spelled", SPELLED)
def test_every_term_is_a_column_a_sum_or_the_number_of_samples(spelled: str) -> None:
    rule = protocol(spelled)
    known = {*rule.COLUMNS, *(f"sum:{name}" for name in rule.SUMS), "samples"}
    assert {name for formula in rule.formulas.values() for name in names(formula)} <= known


def test_a_rate_is_written_as_sums_of_weighted_terms() -> None:
    assert rate("2*tp", "n_gt + n_det - match") == Rate(
        (("tp", 2),), (("n_gt", 1), ("n_det", 1), ("match", -1))
    )
    assert rate("samples - sum:ned", "samples").over == (("samples", 1), ("sum:ned", -1))


@pytest.mark.parametrize("text", ["", "tp,tp", "tp/n_gt", "2tp", "*tp", "tp +", "(tp)"])
def test_anything_else_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="not a sum of terms"):
        rate(text, "n_gt")
