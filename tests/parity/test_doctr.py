"""``doctr`` against the tool's four equalities on each pair; the last two need anyascii."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.parity.pairs import PAIRS, Values, different, named


def values_of(names: tuple[str, ...]) -> Callable[[Values], Values]:
    return lambda values: {name: values[name] == 1 for name in names}


ALL = ("raw", "caseless", "anyascii", "unicase")
COLUMN = "docTR.string_match"


def test_every_pair_has_the_tools_values(tell_parity: Callable[[int, int], None]) -> None:
    pytest.importorskip("anyascii", reason="anyascii is not installed")
    found = different("doctr", {COLUMN: ("doctr", values_of(ALL))})[COLUMN]
    tell_parity(PAIRS - len(found), PAIRS)
    assert found == []


def test_two_equalities_need_nothing() -> None:
    found = different("doctr", {COLUMN: ("doctr", values_of(ALL[:2]))})[COLUMN]
    assert len(found) == PAIRS  # two of four are missing
    assert all(ours.items() <= official.items() for _, ours, official in found)


def test_no_column_is_left_out() -> None:
    assert named("doctr") == {COLUMN}
