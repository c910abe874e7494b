"""ctw1500, psenet-ctw and td500 against their slow twins on generated data sets; any sharding gives the same rows."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ocr_eval.engine.local import count
from ocr_eval.protocols import protocol
from ocr_eval.tables.counts import Counts
from ocr_eval.tables.instances import Instances
from tests.oracles import ctw1500 as ctw_oracle
from tests.oracles import psenet_ctw as psenet_oracle
from tests.oracles import td500 as td500_oracle
from tests.properties import pages
from tests.properties.pages import BOXES, POLYGONS, Page, data_sets, draws, points, tables

# Rings that the VOC script skips: bow-ties, rings that touch themselves in a corner, lines, points.
ODD = st.tuples(st.integers(0, 12), st.integers(0, 12), st.integers(1, 8), st.integers(0, 3)).map(
    lambda b: (
        [float(v) for v in (b[0], b[1], b[0] + b[2], b[1] + b[2], b[0] + b[2], b[1], b[0], b[1] + b[2])],
        [float(v) for v in (*_corner(b, 0, 0), *_corner(b, 2, 0), *_corner(b, 1, 1), *_corner(b, 2, 2),
                            *_corner(b, 0, 2), *_corner(b, 1, 1))],
        [float(v) for v in (b[0], b[1], b[0] + b[2], b[1], b[0], b[1])],
        [float(v) for v in (b[0], b[1]) * 4],
    )[b[3]]
)  # fmt: skip


def _corner(b: tuple[int, int, int, int], x: int, y: int) -> tuple[int, int]:
    return b[0] + x * b[2], b[1] + y * b[2]


ANGLES = st.sampled_from([0.0, 0.1, math.pi / 8, 0.1 + math.pi / 8, -0.4, 1.5])


def both_engines(sides: tuple[Instances, Instances], name: str, policy: str = "refuse") -> Counts:
    """The counts of one engine, which must be those of the other."""
    made = [count(*sides, protocol=name, kernels=k, invalid_polygons=policy) for k in ("numpy", "numba")]
    assert (made[0].rows == made[1].rows).all()
    assert (made[0].scored is None) == (made[1].scored is None)
    if made[0].scored is not None and made[1].scored is not None:
        assert made[0].scored.correct.tolist() == made[1].scored.correct.tolist()
    return made[0]


def rows(made: Counts) -> list[dict[str, int]]:
    return [dict(zip(made.columns, row, strict=True)) for row in made.rows.tolist()]


def with_angles(table: Instances, angles: list[float]) -> Instances:
    """One of the angles for every instance, in turn."""
    return replace(table, angle=np.resize(np.array(angles), len(table)))


@draws
@given(samples=data_sets(pages.pages(st.one_of(POLYGONS, BOXES, ODD), most=4)))
def test_ctw1500_equals_its_twin(samples: list[Page]) -> None:
    rule = protocol("ctw1500")
    made = both_engines(tables(samples, confidence=False), "ctw1500", "official")
    hits: dict[str, list[bool]] = {}
    for k, ((gts, preds), row) in enumerate(zip(samples, rows(made), strict=True), 1):
        twin, hits[f"img_{k}.txt"] = ctw_oracle.row(
            [points(w.ring) for w in gts], [points(w.ring) for w in preds]
        )
        assert row == twin
    n_gt = sum(row["n_gt"] for row in rows(made))
    ap = rule.derive(made.total())["ap"]
    ranked = [hit for name in sorted(hits) for hit in hits[name]]
    assert ap == (
        pytest.approx(float(ctw_oracle.average_precision(ranked, n_gt)), abs=1e-13) if n_gt else None
    )


@draws
@given(samples=data_sets(pages.pages(st.one_of(POLYGONS, BOXES), most=4)))
def test_psenet_ctw_equals_its_twin(samples: list[Page]) -> None:
    made = both_engines(tables(samples, confidence=False), "psenet-ctw")
    for (gts, preds), row in zip(samples, rows(made), strict=True):
        assert row == psenet_oracle.row([points(w.ring) for w in gts], [points(w.ring) for w in preds])


@draws
@given(
    samples=data_sets(pages.pages(BOXES)),
    angles=st.lists(ANGLES, min_size=3, max_size=7),
    by_confidence=st.booleans(),
)
def test_td500_equals_its_twin(samples: list[Page], angles: list[float], by_confidence: bool) -> None:
    truth, found = (with_angles(table, angles) for table in tables(samples))
    name = f"td500(confidence={str(by_confidence).lower()})"
    made = both_engines((truth, found), name)
    assert truth.angle is not None
    assert found.angle is not None
    for k, ((gts, preds), row) in enumerate(zip(samples, rows(made), strict=True)):
        own = truth.angle[truth.span(k)].tolist()
        theirs = found.angle[found.span(k)].tolist()
        assert row == td500_oracle.row(
            [(points(w.ring), w.text, a) for w, a in zip(gts, own, strict=True)],
            [(points(w.ring), w.confidence, a) for w, a in zip(preds, theirs, strict=True)],
            by_confidence=by_confidence,
        )


@pytest.mark.parametrize("name", ["ctw1500", "psenet-ctw", "td500"])
@draws
@given(samples=data_sets(pages.pages(POLYGONS, most=3)), cut=st.integers(1, 19))
def test_rows_do_not_depend_on_sharding(name: str, samples: list[Page], cut: int) -> None:
    def run(part: list[Page]) -> Counts:
        sides = tables(part, confidence=False)
        return count(*(replace(side, angle=side.xy[side.ring[:-1], 0] / 40) for side in sides), protocol=name)

    whole = run(samples)
    parts = [run(samples[:cut]), run(samples[cut:])]
    assert np.concatenate([part.rows for part in parts]).tolist() == whole.rows.tolist()
    if whole.scored is not None:
        hits = np.concatenate([part.scored.correct for part in parts if part.scored is not None])
        assert hits.tolist() == whole.scored.correct.tolist()
