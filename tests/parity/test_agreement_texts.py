"""Classes of differing texts on two teams' words of IC15, row by row and as points of end-to-end agreement."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from ocr_eval.agreement.rules import classify, normalise

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
