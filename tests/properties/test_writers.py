"""Tables of every kind through every writer and back: equal where the layout holds them, changed as it is told else."""

from __future__ import annotations

import tempfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ocr_eval.errors import InputError
from ocr_eval.formats.writers import ALL, WRITERS
from ocr_eval.formats.writers.compare import difference
from ocr_eval.tables.instances import Instances
from tests.properties.pages import SAMPLES
from tests.writing import BOXES, BROKEN, rings, round_trip, tables

LOSSLESS = [name for name, holds in WRITERS.items() if holds.more == ALL and holds.rings == "any"]
ROLES = st.sampled_from(["gt", "prediction"])


def draws(test: Any) -> Any:
    quiet = [HealthCheck.too_slow, HealthCheck.filter_too_much, HealthCheck.data_too_large]
    return settings(max_examples=max(1, SAMPLES // 4), deadline=None, suppress_health_check=quiet)(test)


@st.composite
def some(draw: st.DrawFn) -> tuple[Instances, str]:
    """A table and its role."""
    role = draw(ROLES)
    kind = draw(st.sampled_from([None, rings(4), BOXES, rings(None, BROKEN)]))
    return draw(tables(role=role, ring=kind, has=ALL)), role


@pytest.mark.parametrize("to", LOSSLESS)
@draws
@given(made=some())
def test_a_layout_that_holds_everything_gives_back_everything(to: str, made: tuple[Instances, str]) -> None:
    table, role = made
    with tempfile.TemporaryDirectory() as folder:
        result, found = round_trip(table, to, Path(folder), role)
    assert result.losses == ()
    assert difference(table, found) == ""
    assert (found.sample_ids, found.aliases) == (table.sample_ids, table.aliases)
    assert set(found.numbers) == (set(table.numbers) if len(table) else set())


@pytest.mark.parametrize("to", [name for name in WRITERS if name not in LOSSLESS])
@draws
@given(made=some())
def test_what_is_written_is_read_as_it_is_told(to: str, made: tuple[Instances, str]) -> None:
    """With losses allowed nearly every table is written, and the files hold the table that the losses leave.

    Without, what is written has all the rings and texts.
    """
    table, role = _suited(made[0], to), made[1]
    for lossy in (True, False):
        with tempfile.TemporaryDirectory() as folder:
            try:
                result, found = round_trip(table, to, Path(folder), role, lossy=lossy)
            except InputError as error:
                if {p.code for p in error.problems} == {"E_USAGE"}:
                    continue
                raise
        assert difference(result.table, found) == ""
        if not lossy:
            assert found.xy.tolist() == _in_order(found, table).xy.tolist()
        if not result.losses:
            # An angle of zero turns nothing: where it is left out, nothing is.
            assert difference(replace(table, angle=result.table.angle), found) == ""


def _in_order(found: Instances, table: Instances) -> Instances:
    place = {sample: k for k, sample in enumerate(table.sample_ids)}
    return table.take([place[sample] for sample in found.sample_ids], found.sample_ids)


def _suited(table: Instances, to: str) -> Instances:
    """The table with what the layout asks for: angles, no rings, at most one instance a sample."""
    holds = WRITERS[to]
    if holds.rings == "rotated" and table.angle is None:
        table = replace(table, angle=np.linspace(-1, 1, len(table)))
    if holds.rings == "none":
        none = np.zeros(len(table) + 1, np.int64)
        shape = np.zeros(len(table), np.uint8)
        table = replace(table, xy=np.zeros((0, 2)), ring=none, shape=shape, geometry=False)
    if not holds.several:
        first = np.zeros(len(table), np.bool_)
        first[table.start[:-1][np.diff(table.start) > 0]] = True
        table = table.where(first)
    return table
