"""The TIoU family against its slow twins on generated data sets; both engines and any sharding give the same bits."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ocr_eval.engine.local import count
from ocr_eval.tables.counts import Counts
from ocr_eval.tables.instances import Instances
from tests.oracles import tiou as tiou_oracle
from tests.oracles import tiou_wordline as wordline_oracle
from tests.properties import pages
from tests.properties.pages import POLYGONS, QUADS, Page, data_sets, draws, points, tables
from tests.tables import Word, table


def both_engines(samples: list[Page], name: str, **more: Instances) -> Counts:
    """The counts of one engine, which must be those of the other to the last bit."""
    sides = tables(samples, confidence=False)
    made = [count(*sides, protocol=name, kernels=kernels, **more) for kernels in ("numpy", "numba")]
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


@st.composite
def lined_pages(draw: st.DrawFn) -> tuple[Page, list[Word]]:
    """A page and its lines: boxes around one to three words each, any quads, and a prediction like a line."""
    gts, preds = draw(pages.pages(QUADS))
    lines = draw(st.lists(st.builds(Word, QUADS), max_size=2))
    for first in draw(st.lists(st.integers(0, 4), max_size=3)):
        members = [word.ring for word in gts[first : first + draw(st.integers(1, 3))]]
        if members:
            x, y = ([v for ring in members for v in ring[k::2]] for k in (0, 1))
            lines.append(Word([min(x), min(y), max(x), min(y), max(x), max(y), min(x), max(y)]))
            moved = draw(st.integers(-1, 1))
            preds.insert(draw(st.integers(0, len(preds))), Word([v + moved for v in lines[-1].ring]))
    return (gts, preds), lines


@draws
@given(lined=st.lists(lined_pages(), min_size=pages.A_DRAW, max_size=pages.A_DRAW))
def test_tiou_wordline_equals_its_twin(lined: list[tuple[Page, list[Word]]]) -> None:
    lines = table({f"img_{k}": found for k, (_, found) in enumerate(lined, 1)}, role="gt")
    made = both_engines([page for page, _ in lined], "tiou-wordline", gt_lines=lines)
    for k, ((gts, preds), own) in enumerate(lined):
        twin = wordline_oracle.row(
            [(points(word.ring), word.text != "###") for word in gts],
            [points(word.ring) for word in own],
            [points(word.ring) for word in preds],
        )
        assert_twin(made, k, *twin)


@pytest.mark.parametrize("name", ["tiou", "tiou-curved"])
@draws
@given(samples=data_sets(pages.pages(POLYGONS, most=3)), cut=st.integers(1, 19))
def test_rows_and_sums_do_not_depend_on_sharding(name: str, samples: list[Page], cut: int) -> None:
    whole = both_engines(samples, name)
    parts = [count(*tables(part, confidence=False), protocol=name) for part in (samples[:cut], samples[cut:])]
    for column in ("rows", "sums"):
        joined = b"".join(getattr(part, column).tobytes() for part in parts)
        assert joined == getattr(whole, column).tobytes()
