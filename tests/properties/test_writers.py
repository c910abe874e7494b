"""Tables of every kind through every writer and back: equal where the layout holds them, changed as it is told else."""

from __future__ import annotations

import tempfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ocr_eval.errors import InputError
from ocr_eval.formats.writers import ALL, WRITERS
from ocr_eval.formats.writers.compare import difference
from ocr_eval.tables.instances import Instances
from tests.properties.pages import SAMPLES
from tests.writing import BOXES, BROKEN, rings, round_trip, tables

ROLES = ("gt", "prediction")
LOSSLESS = [name for name, holds in WRITERS.items() if holds.more == ALL and holds.rings == "any"]


def draws(test: Any) -> Any:
    quiet = [HealthCheck.too_slow, HealthCheck.filter_too_much, HealthCheck.data_too_large]
    return settings(max_examples=max(1, SAMPLES // 2), deadline=None, suppress_health_check=quiet)(test)


def some(role: str) -> st.SearchStrategy[Instances]:
    kinds = (None, rings(4), BOXES, rings(None, BROKEN))
    return st.one_of([tables(role=role, ring=ring, has=ALL) for ring in kinds])


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("to", LOSSLESS)
def test_a_layout_that_holds_everything_gives_back_everything(to: str, role: str) -> None:
    @draws
    @given(some(role))
    def check(table: Instances) -> None:
        with tempfile.TemporaryDirectory() as folder:
            made, found = round_trip(table, to, Path(folder), role)
        assert made.losses == ()
        assert made.table is table or difference(made.table, table) == ""
        assert difference(table, found) == ""
        assert (found.sample_ids, found.aliases) == (table.sample_ids, table.aliases)

    check()


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("to", [name for name in WRITERS if name not in LOSSLESS])
def test_what_is_written_is_read_as_it_is_told(to: str, role: str) -> None:
    """With losses allowed every table is written, and the files hold the table that the losses leave."""

    @draws
    @given(some(role))
    def check(table: Instances) -> None:
        with tempfile.TemporaryDirectory() as folder:
            try:
                made, found = round_trip(_fit_for(table, to), to, Path(folder), role, lossy=True)
            except InputError as error:
                if {p.code for p in error.problems} == {"E_USAGE"}:
                    return
                raise
        assert difference(made.table, found) == ""

    check()


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("to", [name for name in WRITERS if name not in LOSSLESS])
def test_without_leave_nothing_that_decides_scores_is_lost(to: str, role: str) -> None:
    @draws
    @given(some(role))
    def check(table: Instances) -> None:
        fitting = _fit_for(table, to)
        with tempfile.TemporaryDirectory() as folder:
            try:
                made, found = round_trip(fitting, to, Path(folder), role)
            except InputError as error:
                if {p.code for p in error.problems} == {"E_USAGE"}:
                    return
                raise
        if "angles" not in {loss.kind for loss in made.losses}:
            assert found.xy.tolist() == _in_order(found, fitting).xy.tolist()
        if not made.losses:
            # An angle of zero turns nothing: where it is left out, nothing is.
            assert difference(replace(fitting, angle=made.table.angle), found) == ""

    check()


def _in_order(found: Instances, table: Instances) -> Instances:
    place = {sample: k for k, sample in enumerate(table.sample_ids)}
    return table.take([place[sample] for sample in found.sample_ids], found.sample_ids)


def _fit_for(table: Instances, to: str) -> Instances:
    """The table with what the layout asks for: angles, or at most one instance a sample."""
    holds = WRITERS[to]
    if holds.rings == "rotated" and table.angle is None:
        import numpy as np

        table = replace(table, angle=np.linspace(-1, 1, len(table)))
    if not holds.several:
        import numpy as np

        first = np.zeros(len(table), np.bool_)
        first[table.start[:-1][np.diff(table.start) > 0]] = True
        table = table.where(first)
    return table
