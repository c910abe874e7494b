"""Scored predictions of a count table: joined, selected, written and read back with everything they carry."""

from __future__ import annotations

import numpy as np
import pytest

from ocr_eval.tables.counts import Counts, Scored


def table(samples: tuple[str, ...], *, extra: bool = True) -> Counts:
    """Two predictions per sample; ``worth`` counts up from the sample's number."""
    first = int(samples[0])
    scored = Scored(
        np.repeat([0.25, 0.75], len(samples)),
        np.tile(np.arange(len(samples)), 2),
        np.repeat([0, 1], len(samples)),
        np.tile([True, False], len(samples)),
        {"worth": np.arange(2.0 * len(samples)) + first} if extra else {},
    )
    return Counts.of(samples, {"tp": np.ones(len(samples), np.int64)}, scored=scored)


def test_tables_join_and_part_with_their_predictions() -> None:
    whole = Counts.concat([table(("0", "1")), table(("7",))])
    assert whole.scored is not None
    assert whole.scored.sample.tolist() == [0, 1, 0, 1, 2, 2]
    assert whole.scored.extra["worth"].tolist() == [0, 1, 2, 3, 7, 8]
    part = whole.take({"7", "1"})
    assert part.scored is not None
    assert part.total().sample_ids == ("1", "7")
    assert part.scored.sample.tolist() == [0, 0, 1, 1]
    assert part.scored.extra["worth"].tolist() == [1, 3, 7, 8]


@pytest.mark.parametrize("extra", [True, False])
def test_a_table_reads_back_with_what_its_predictions_carry(extra: bool) -> None:
    made = table(("3", "4"), extra=extra)
    back = Counts.from_json(made.to_json())
    assert back.scored is not None
    assert made.scored is not None
    assert {name: column.tolist() for name, column in back.scored.extra.items()} == {
        name: column.tolist() for name, column in made.scored.extra.items()
    }
    assert back.to_json() == made.to_json()
    assert len(made.to_json()["scored"]) == 4 + extra


@pytest.mark.parametrize("value", [0, 3, -3, 2**61, 2**62, 2**63 - 1, -(2**62), -(2**63)])
def test_totals_are_exact_beyond_64_bits(value: int) -> None:
    found = Counts(("0", "1"), ("n", "one"), np.array([[value, 1], [value, 1]])).total().counts
    assert found == {"n": 2 * value, "one": 2}
    assert all(type(one) is int for one in found.values())


def test_totals_of_no_samples_are_zero() -> None:
    assert Counts((), ("n",), np.zeros((0, 1), np.int64)).total().counts == {"n": 0}
