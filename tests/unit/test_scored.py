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
