"""ic13-*, totaltext-* and psenet-deteval against their slow twins on generated data sets; engines and shards agree."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ocr_eval.engine.local import count, explain_all
from ocr_eval.tables.counts import Counts
from tests.oracles import ic13 as ic13_oracle
from tests.oracles import psenet_deteval as psenet_oracle
from tests.oracles import totaltext_deteval as totaltext_oracle
from tests.oracles import totaltext_pascal as pascal_oracle
from tests.properties import pages
from tests.properties.pages import BOXES, POLYGONS, QUADS, Page, data_sets, draws, points, tables
from tests.tables import Word

NAMES = ("ic13-v1", "ic13-v2", "ic13-deteval", "totaltext-deteval", "psenet-deteval", "totaltext-pascal",
         "totaltext-pascal(geometry=mask)")  # fmt: skip


@st.composite
def crowds(draw: st.DrawFn) -> Page:
    """Words in a row, in pieces and joined: rings are spans of cells of one line, so that splits and merges abound."""
    width = draw(st.sampled_from([4, 5, 10]))
    spans = st.tuples(st.integers(0, 9), st.integers(1, 6), st.integers(0, 2), st.integers(0, 1))

    def ring(span: tuple[int, int, int, int]) -> list[float]:
        x, cells, more, lower = span
        left, right, top = x * width, (x + cells) * width + more, 3 * lower
        return [float(v) for v in (left, top, right, top, right, top + 20, left, top + 20)]

    texts = st.sampled_from(["a", "a", "a", "###"])
    gts = draw(st.lists(st.builds(Word, spans.map(ring), texts), max_size=8))
    preds = draw(st.lists(st.builds(Word, spans.map(ring)), max_size=12))
    return gts, preds


@st.composite
def small(draw: st.DrawFn) -> list[float]:
    """Any ring of 3 to 8 points near the origin, whatever it crosses; some of it left of or above 0."""
    size = draw(st.integers(3, 8))
    return [float(v) for v in draw(st.lists(st.integers(-3, 12), min_size=2 * size, max_size=2 * size))]


def both_engines(samples: Sequence[Page], name: str, policy: str = "refuse") -> Counts:
    """The counts of one engine, which must be those of the other to the last bit."""
    sides = tables(samples, confidence=False)
    made = [
        count(*sides, protocol=name, kernels=kernels, invalid_polygons=policy)
        for kernels in ("numpy", "numba")
    ]
    assert (made[0].rows == made[1].rows).all()
    assert made[0].sums.tobytes() == made[1].sums.tobytes()
    return made[0]


def assert_twin(made: Counts, k: int, counts: dict[str, int], sums: dict[str, float]) -> None:
    """Sums too: both add the same weights in the same order."""
    assert dict(zip(made.columns, made.rows[k].tolist(), strict=True)) == counts
    assert dict(zip(made.sum_columns, made.sums[k].tolist(), strict=True)) == sums


def sides(page: Page) -> tuple[list[tuple[Any, bool]], list[Any]]:
    gts, preds = page
    return [(points(word.ring), word.text != "###") for word in gts], [points(word.ring) for word in preds]


def box(ring: Sequence[tuple[float, float]]) -> tuple[float, float, float, float]:
    xs, ys = zip(*ring, strict=True)
    return min(xs), min(ys), max(xs), max(ys)


@pytest.mark.parametrize("variant", ["v1", "v2", "deteval"])
@draws
@given(samples=data_sets(st.one_of(crowds(), pages.pages(BOXES), pages.pages(QUADS))))
def test_ic13_equals_its_twin(variant: str, samples: list[Page]) -> None:
    made = both_engines(samples, f"ic13-{variant}")
    for k, page in enumerate(samples):
        gts, preds = sides(page)
        boxes = [(box(ring), care) for ring, care in gts]
        assert_twin(made, k, *ic13_oracle.row(boxes, [box(ring) for ring in preds], variant))


LIMITS = [("0.7", "0.6"), ("0.8", "0.4"), ("0.5", "0.5")]
CURVED = data_sets(st.one_of(crowds(), pages.pages(POLYGONS, most=4)))


@pytest.mark.parametrize(
    ("name", "twin"), [("totaltext-deteval", totaltext_oracle.row), ("psenet-deteval", psenet_oracle.row)]
)
@draws
@given(samples=CURVED)
def test_curved_groups_equal_their_twin(name: str, twin: Any, samples: list[Page]) -> None:
    for recall, precision in LIMITS:
        made = both_engines(samples, f"{name}(area_recall={recall},area_precision={precision})")
        for k, page in enumerate(samples):
            assert_twin(made, k, *twin(*sides(page), area_recall=recall, area_precision=precision))


@draws
@given(samples=CURVED)
def test_totaltext_pascal_equals_its_twin(samples: list[Page]) -> None:
    for iou in ("0.5", "0.3"):
        made = both_engines(samples, f"totaltext-pascal(iou={iou})")
        for k, page in enumerate(samples):
            assert_twin(made, k, pascal_oracle.row(*sides(page), iou=iou), {})


@draws
@given(samples=data_sets(st.one_of(pages.pages(small(), most=4), pages.pages(QUADS, most=3))))
def test_totaltext_pascal_in_pixels_equals_its_twin(samples: list[Page]) -> None:
    made = both_engines(samples, "totaltext-pascal(geometry=mask)", "official")
    for k, page in enumerate(samples):
        assert_twin(made, k, pascal_oracle.row(*sides(page), mask=True), {})


@pytest.mark.parametrize("name", NAMES)
@draws
@given(
    samples=data_sets(st.one_of(crowds(), pages.pages(POLYGONS, most=3))),
    cut=st.integers(1, 19),
    shift=st.tuples(st.integers(0, 1000), st.integers(0, 1000)),
)
def test_rows_do_not_depend_on_sharding_order_or_place(
    name: str, samples: list[Page], cut: int, shift: tuple[int, int]
) -> None:
    def moved(page: Page) -> Page:
        gts, preds = ([w._replace(ring=[v + shift[k % 2] for k, v in enumerate(w.ring)]) for w in side]
                      for side in page)  # fmt: skip
        return gts, preds

    pushed = (30.0, 30.0) if "mask" in name else (0.0, 0.0)  # no pixel is left of or above 0
    samples = [
        ([w._replace(ring=[v + pushed[k % 2] for k, v in enumerate(w.ring)]) for w in gts],
         [w._replace(ring=[v + pushed[k % 2] for k, v in enumerate(w.ring)]) for w in preds])
        for gts, preds in samples
    ]  # fmt: skip
    whole = both_engines(samples, name)
    parts = [count(*tables(part, confidence=False), protocol=name) for part in (samples[:cut], samples[cut:])]
    assert np.concatenate([part.rows for part in parts]).tolist() == whole.rows.tolist()
    assert np.concatenate([part.sums for part in parts]).tolist() == whole.sums.tolist()
    back = both_engines([moved(page) for page in reversed(samples)], name)
    assert back.rows[::-1].tolist() == whole.rows.tolist()
    assert back.sums[::-1].tolist() == whole.sums.tolist()


@pytest.mark.parametrize("name", NAMES)
@draws
@given(samples=data_sets(st.one_of(crowds(), pages.pages(POLYGONS, most=3))))
def test_verdicts_tell_what_was_counted(name: str, samples: list[Page]) -> None:
    gt, pred = tables(samples, confidence=False)
    made = count(gt, pred, protocol=name)
    for matches in explain_all(gt, pred, protocol=name):
        k = gt.sample_ids.index(matches.sample)
        row = dict(zip(made.columns, made.rows[k].tolist(), strict=True))
        gts = [v.status for v in matches.of("gt")]
        preds = [v.status for v in matches.of("pred")]
        assert preds.count("ignored") == row["dc_det"]
        assert gts.count("don't care") == row["dc_gt"]
        grouped = {(v.index, p) for v in matches.of("gt") if v.outcome == "matched" for p in v.partners}
        back = {(g, v.index) for v in matches.of("pred") if v.outcome == "matched" for g in v.partners}
        assert grouped == back == {(pair.gt, pair.pred) for pair in matches.pairs}
        if "tp" in row:
            assert gts.count("match") == preds.count("match") == row["tp"]
        else:
            assert gts.count("split") == row["n_om"]
            assert preds.count("merge") == row["n_mo"]
