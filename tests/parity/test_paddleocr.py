"""``paddleocr`` against the outputs of PaddleOCR's ``RecMetric`` under three settings, floats bit for bit."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.parity.pairs import PAIRS, Values, different, named


def ours(values: Values) -> Values:
    return {name: values[name] for name in ("acc", "norm_edit_dis")}


COLUMNS = {
    "PaddleOCR.RecMetric(default)": ("paddleocr", ours),
    "PaddleOCR.RecMetric(is_filter)": ("paddleocr(is_filter=true)", ours),
    "PaddleOCR.RecMetric(ignore_space=False)": ("paddleocr(ignore_space=false)", ours),
}


@pytest.mark.parametrize("column", COLUMNS)
def test_every_pair_has_the_tools_values(column: str, tell_parity: Callable[[int, int], None]) -> None:
    found = different("paddleocr", {column: COLUMNS[column]})[column]
    tell_parity(PAIRS - len(found), PAIRS)
    assert found == []


def test_no_column_is_left_out() -> None:
    assert named("paddleocr") == set(COLUMNS)
