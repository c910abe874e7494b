"""``dtrb`` against the published formula applied to each pair, raw and with the flags of sensitive models."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.parity.pairs import PAIRS, Values, different, named, six


def both(values: Values) -> Values:
    return {"acc": values["accuracy"] == 1, "norm_ED": six(values["norm_ed"])}


COLUMNS = {
    "DTRB.norm_ED(raw)": ("dtrb(mode=raw)", lambda values: six(values["norm_ed"])),
    "DTRB(sensitive+filtering_off)": ("dtrb(mode=sensitive-unfiltered)", both),
}


@pytest.mark.parametrize("column", COLUMNS)
def test_every_pair_has_the_tools_values(column: str, tell_parity: Callable[[int, int], None]) -> None:
    found = different("dtrb", {column: COLUMNS[column]})[column]
    tell_parity(PAIRS - len(found), PAIRS)
    assert found == []


def test_no_column_is_left_out() -> None:
    assert named("dtrb") == set(COLUMNS)
