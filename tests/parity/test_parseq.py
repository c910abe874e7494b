"""``parseq`` against the published formula applied to each pair (which has no length limit, and needs none here)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.parity.pairs import PAIRS, Values, different, named, six


def ours(values: Values) -> Any:
    if values["dropped"]:
        return "sample dropped"
    return {"acc": values["accuracy"] == 1, "1-ned": six(values["one_minus_ned"])}


COLUMNS = {"PARSeq(36char)": ("parseq", ours)}


@pytest.mark.parametrize("column", COLUMNS)
def test_every_pair_has_the_tools_values(column: str, tell_parity: Callable[[int, int], None]) -> None:
    found = different("parseq", {column: COLUMNS[column]})[column]
    tell_parity(PAIRS - len(found), PAIRS)
    assert found == []


def test_no_column_is_left_out() -> None:
    assert named("parseq") == set(COLUMNS)
