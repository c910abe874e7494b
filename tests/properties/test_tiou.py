"""The TIoU family against its slow twins on generated data sets; both engines and any sharding give the same bits."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ocr_eval.engine.local import count
from ocr_eval.tables.counts import Counts
from tests.oracles import tiou as tiou_oracle
from tests.properties import pages
from tests.properties.pages import POLYGONS, QUADS, Page, data_sets, draws, points, tables


def both_engines(samples: list[Page], name: str) -> Counts:
    """The counts of one engine, which must be those of the other to the last bit."""
    sides = tables(samples, confidence=False)
    made = [count(*sides, protocol=name, kernels=kernels) for kernels in ("numpy", "numba")]
    assert (made[0].rows == made[1].rows).all()
    assert made[0].sums.tobytes() == made[1].sums.tobytes()
    return made[0]


def assert_twin(made: Counts, k: int, counts: dict[str, int], sums: dict[str, Fraction]) -> None:
    assert dict(zip(made.columns, made.rows[k].tolist(), strict=True)) == counts
    assert set(made.sum_columns) == set(sums)
    for name, value in zip(made.sum_columns, made.sums[k].tolist(), strict=True):
        assert abs(Fraction(value) - sums[name]) <= Fraction(1, 10**12) * max(1, sums[name]), name


def against_twin(samples: list[Page], name: str) -> None:
    made = both_engines(samples, name)
    for k, (gts, preds) in enumerate(samples):
        twin = tiou_oracle.row(
            [(points(word.ring), word.text != "###") for word in gts], [points(word.ring) for word in preds]
        )
        assert_twin(made, k, *twin)


@draws
@given(samples=data_sets(pages.pages(QUADS)))
def test_tiou_equals_its_twin(samples: list[Page]) -> None:
    against_twin(samples, "tiou")


@draws
@given(samples=data_sets(pages.pages(POLYGONS, most=4)))
def test_tiou_curved_equals_its_twin(samples: list[Page]) -> None:
    against_twin(samples, "tiou-curved")


@pytest.mark.parametrize("name", ["tiou", "tiou-curved"])
@draws
@given(samples=data_sets(pages.pages(POLYGONS, most=3)), cut=st.integers(1, 19))
def test_rows_and_sums_do_not_depend_on_sharding(name: str, samples: list[Page], cut: int) -> None:
    whole = both_engines(samples, name)
    parts = [count(*tables(part, confidence=False), protocol=name) for part in (samples[:cut], samples[cut:])]
    for column in ("rows", "sums"):
        joined = b"".join(getattr(part, column).tobytes() for part in parts)
        assert joined == getattr(whole, column).tobytes()
