"""Two teams' words of IC15: classes of differing texts, leverage, coefficients, widths; and published examples."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from ocr_eval.agreement.cases import Score, TextPair, text_cases
from ocr_eval.agreement.coefficients import (
    LEVELS,
    NO_VARIATION,
    NOT_RATED_TWICE,
    alpha,
    cross_table,
    fleiss,
    kappa,
    kappa_variance,
    randolph,
    specific,
)
from ocr_eval.agreement.leverage import leverage
from ocr_eval.agreement.plan import mean_pilot, plan
from ocr_eval.agreement.rules import classify, normalise
from ocr_eval.agreement.text_distances import text_agreement
from ocr_eval.protocols.formulas import rate
from ocr_eval.stats.ratios import Stack

pytestmark = pytest.mark.shared
Rows = list[dict[str, Any]]


@pytest.fixture(scope="module")
def rows(shared: Path) -> Rows:
    """One per official word, with the characters the second team gives for it."""
    found: Rows = json.loads((shared / "expected/agreement/ic15_word_vs_char_pairs.json").read_text("utf-8"))
    return found


@pytest.fixture(scope="module")
def expected(shared: Path) -> dict[str, Any]:
    """Classes of the rows that differ."""
    path = shared / "expected/agreement/transcription_classes_ic15.json"
    found: dict[str, Any] = json.loads(path.read_text("utf-8"))
    return found


def test_the_class_of_every_differing_row(rows: Rows, expected: dict[str, Any]) -> None:
    found = [
        (row["img"], row["k"], classify(row["word"], row["chars"]))
        for row in rows
        if row["n"] and row["word"] != row["chars"]
    ]
    assert found == [(row["img"], row["k"], row["class"]) for row in expected["rows"]]
    assert len(found) == 130


def test_the_score_after_each_rule_on_all_texts(rows: Rows, expected: dict[str, Any]) -> None:
    size = len(rows) + sum(row["n"] > 0 for row in rows)
    for name, value in expected["normalised"].items():
        equal = sum(
            row["n"] > 0
            and row["iou"] > 0.5
            and normalise(row["word"], name.split("+")) == normalise(row["chars"], name.split("+"))
            for row in rows
        )
        assert 2 * equal / size == pytest.approx(value, abs=6e-7), name  # the file holds six decimals


def read(shared: Path, name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((shared / "expected/agreement" / name).read_text("utf-8"))
    return found


def units(lines: list[str]) -> list[list[Any]]:
    """One line per annotator, ``*`` where there is no value."""
    values = [[None if v == "*" else int(v) if v.isdigit() else v for v in line.split()] for line in lines]
    return [list(unit) for unit in zip(*values, strict=True)]


def test_published_coefficients(shared: Path) -> None:
    known = read(shared, "coefficients.json")
    checked = 0
    for name, example in known.items():
        for level in LEVELS:
            if level in example:
                assert alpha(units(example["data"]), level).value == pytest.approx(
                    example[level], abs=1e-12
                ), name
                checked += 1
        if name.startswith("cohen_") and "table" in example:
            assert kappa(example["table"]).value == pytest.approx(example["kappa"], abs=1e-12)
            assert kappa_variance(example["table"]) == pytest.approx(example["var_kappa"], abs=1e-12)
            checked += 1
    assert checked == 2 + 4 + 1 + 1 + 3
    table = known["fleiss_wikipedia_10x14"]
    assert fleiss(table["table"]).value == pytest.approx(table["kappa"], abs=1e-12)
    assert randolph(table["table"]).value == pytest.approx(table["randolph"], abs=1e-12)
    listed = [[k for k, n in enumerate(row) for _ in range(n)] for row in table["table"]]
    assert alpha(listed).value == pytest.approx(table["alpha_nominal"], abs=1e-12)
    weighted = known["cohen_sklearn_weighted"]
    _, crossed = cross_table(weighted["y1"], weighted["y2"])
    for weights in (None, "linear", "quadratic"):
        assert kappa(crossed, weights).value == pytest.approx(weighted[str(weights)], abs=1e-12)
    assert alpha([[1, 1], [1, 1], [1, 1]]).reason == NO_VARIATION  # where the package raises
    assert alpha([[1, None], [2, None], [3, None]]).reason == NOT_RATED_TWICE


def test_alpha_goes_negative_on_boxes_which_is_why_it_is_not_used_there(shared: Path) -> None:
    for name, known in read(shared, "kalpha_single_class_degenerate.json").items():
        both, one = map(int, name.split("/"))
        coded = [("box", "box")] * both + [("box", "missing")] * one
        assert alpha(coded).value == pytest.approx(known["alpha"], abs=1e-12)
        assert specific(both, one, 0).positive == pytest.approx(known["F1"], abs=1e-12)


def test_coefficients_of_the_two_teams_texts(shared: Path, rows: Rows) -> None:
    known = read(shared, "real_pairs_agreement.json")["ic15"]
    pairs = [(row["word"], row["chars"]) for row in rows if row["n"]]
    found, first = text_agreement(pairs), text_agreement(pairs[:150])
    assert found.alpha.value == pytest.approx(known["alpha_text_NED"], abs=1e-12)
    assert found.alpha.expected == pytest.approx(known["De_NED"], abs=1e-12)
    assert found.nominal.value == pytest.approx(known["alpha_text_nominal"], abs=1e-12)
    assert first.alpha.value == pytest.approx(known["first150_alpha_NED_direct"], abs=1e-12)
    assert 1 - found.alpha.observed == pytest.approx(known["oneNED_given_both"], abs=1e-12)
    known = read(shared, "ic15_free_matching.json")["text_on_pair_rows"]
    assert found.distinct == known["distinct_strings"]
    assert found.separation.ks == pytest.approx(known["KS"], abs=5e-6)  # the file holds five decimals
    assert found.separation.at == 0.375
    assert found.separation.sigma == pytest.approx(known["sigma"], abs=6e-7)
    assert found.separation.low == pytest.approx(known["q05_of_expected"], abs=6e-7)


def test_cases_and_their_leverage(rows: Rows, expected: dict[str, Any]) -> None:
    agreed, size = np.zeros((500, 1), np.int64), np.zeros((500, 1), np.int64)
    texts = []
    for unit, row in enumerate(rows):
        image = row["img"] - 1
        size[image] += 1 + (row["n"] > 0)
        if row["n"]:
            texts.append(TextPair(0, image, unit, row["word"], row["chars"], row["iou"] > 0.5))
            agreed[image] += row["iou"] > 0.5 and row["word"] == row["chars"]
    score = Score(tuple(f"img_{k}" for k in range(1, 501)), ("R1-R2",), agreed, size)
    assert score.value() == pytest.approx(expected["end_to_end_F1"], abs=6e-7)
    found = leverage(score, text_cases(score, texts), seed=1)
    assert [case.name for case in found] == [
        *("substitution", "case", "indel", "space", "punct", "diacritic"),
        *("char-order", "confusable", "space+confusable"),
    ]
    for case in found:
        known = expected["units"][case.name]
        counts = (known["units"], known["units_iou_gt_05"], known["images"])
        assert (case.units, case.scored, case.images) == counts
        assert case.leverage == pytest.approx(known["leverage_points"], abs=1e-4)
        assert case.lo is not None and case.hi is not None
        assert case.lo <= case.leverage <= case.hi
        if case.name in expected["normalised"]:
            assert case.normalised == pytest.approx(expected["normalised"][case.name], abs=6e-7)
    twenty = found[1]
    assert len(twenty.examples) == len({rows[unit]["img"] for unit in twenty.examples}) == 10


def test_images_that_a_width_needs(shared: Path, rows: Rows) -> None:
    known = read(shared, "real_pairs_agreement.json")["ic15"]
    columns = {name: np.zeros(500, np.int64) for name in ("equal", "n_a", "n_b", "same")}
    for row in rows:
        image = row["img"] - 1
        columns["n_a"][image] += 1
        columns["n_b"][image] += row["n"] > 0
        columns["same"][image] += row["n"] > 0 and row["word"] == row["chars"]
        columns["equal"][image] += row["n"] > 0 and row["word"] == row["chars"] and row["iou"] > 0.5
    stack = Stack.from_columns(["R1-R2"], [f"img_{k}" for k in range(1, 501)], columns)
    formulas = {"end_to_end_f1": rate("2*equal", "n_a + n_b"), "wem": rate("same", "n_b")}
    pilot = mean_pilot(stack, formulas)
    end_to_end, wem = plan(pilot, 0.02)
    assert end_to_end.score.sd == pytest.approx(known["sd_img_e2e"], abs=1e-12)
    for row, name in ((end_to_end, "n_images_for_halfwidth"), (wem, "wem_images_for_halfwidth")):
        assert {f"{w.width:.2f}": w.images for w in row.widths} == known[name]
