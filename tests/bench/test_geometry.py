"""Shared areas of pairs of rings, and candidate pairs of boxes: the kernels alone, and from points to areas."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import ocr_eval
from ocr_eval.tables.instances import Instances
from ocr_eval.tables.joined import join
from tests.bench import pages
from tests.bench.conftest import Race
from tests.bench.inputs import Boxes, RingPairs, aligned, open_pairs, table

BANDS = 4_000  # pairs of made-up curved rings


def side(instances: Instances) -> Any:
    """A table with boxes and areas, as pairing makes it."""
    from ocr_eval.kernels import compiled

    return compiled.side(instances.start, instances.xy, instances.ring, instances.shape)


def overlapping(gt: Instances, pred: Instances) -> RingPairs:
    return open_pairs(gt, pred, side(gt).box, side(pred).box)


@cache
def bands(vertices: int) -> RingPairs:
    gt, pred = pages.bands(vertices, BANDS)
    return aligned(table(gt), table(pred))


@pytest.fixture(scope="session")
def curved(shared: Path) -> RingPairs:
    """CTW1500: gts of 14 points, predictions of 16; the two invalid predictions are left out."""
    folder = shared / "data/ctw1500"
    gt = ocr_eval.read(folder / "gt_e2e.zip", role="gt")
    pred = ocr_eval.read(
        folder / "end_to_end/units_finetune.zip", samples=gt.sample_ids, invalid_polygons="official"
    )
    joined = join(gt, pred)
    found = overlapping(joined.gt, joined.pred)
    keep = (joined.gt.shape[found.g] == 0) & (joined.pred.shape[found.p] == 0)
    return aligned(_only(joined.gt, found.g[keep]), _only(joined.pred, found.p[keep]))


def _only(instances: Instances, index: np.ndarray) -> Instances:
    """One sample of these rings; a ring may occur several times."""
    return table([[(int(x), int(y)) for x, y in instances.points(i).tolist()] for i in index.tolist()])


@pytest.fixture
def rings(ic15: tuple[Instances, Instances], curved: RingPairs) -> Callable[[str], RingPairs]:
    """The pairs of rings that the aims speak of, by name."""

    def get(name: str) -> RingPairs:
        if name == "IC15 quads":
            return overlapping(*ic15)
        return curved if name.startswith("CTW1500") else bands(int(name.partition("-")[0]))

    return get


def kernel(inputs: RingPairs, name: str) -> Callable[[], np.ndarray]:
    """The area kernel alone: tables and outputs stand ready."""
    from ocr_eval.kernels import clip, compiled, edges
    from ocr_eval.kernels.jit import read_only

    gt, pred = side(inputs.gt), side(inputs.pred)
    g, p = read_only(inputs.g, np.int64), read_only(inputs.p, np.int64)
    inter = np.zeros(len(g))
    if name == "clip":
        which, scratch = read_only(np.full(len(g), 1), np.int8), np.empty((4, 16))
        arguments: tuple[Any, ...] = gt.xy, gt.ring, pred.xy, pred.ring, g, p, which, scratch, inter
        function = clip.clip_areas
    else:
        which = read_only(np.full(len(g), 2), np.int8)
        arguments = *compiled._edge_table(gt, {}), *compiled._edge_table(pred, {}), g, p, which, inter
        function = edges.edge_areas

    def call() -> np.ndarray:
        function(*arguments)
        return inter

    return call


AIMS = [
    ("IC15 quads", "clip", 12, 125),
    ("IC15 quads", "edges", 17, 180),
    ("14-vertex bands", "edges", 16.6, 77),
    ("CTW1500, 14 by 16 vertices", "edges", 12, 50),
    ("28-vertex bands", "edges", 10.6, 44),
    ("100-vertex bands", "edges", 4.1, 18),
]


@pytest.mark.parametrize("rival", ["Polygon3", "shapely"])
@pytest.mark.parametrize(("data", "name", "polygon3", "shapely"), AIMS)
def test_area_kernels(
    race: Race, rings: Any, data: str, name: str, polygon3: float, shapely: float, rival: str
) -> None:
    inputs = rings(data)
    race(
        f"shared areas of {data}, kernel only ({name})",
        f"areas: {rival}",
        inputs,
        kernel(inputs, name),
        reach={"Polygon3": polygon3, "shapely": shapely}[rival],
        inside="ours: the kernel, tables made before; peer: intersection and area, objects made before",
        engine="numba",
    )


@pytest.mark.parametrize(
    ("data", "reach"), [("IC15 quads", 2.1), ("14-vertex bands", 2.4), ("28-vertex bands", 1.7)]
)
def test_even_odd_areas(race: Race, rings: Any, data: str, reach: float) -> None:
    """The slab scan takes any rings; Polygon3 can be asked about simple ones only."""
    from ocr_eval.kernels import overlay_loops
    from ocr_eval.kernels.overlays import boxes, overlays

    inputs = rings(data)
    xy = np.concatenate([inputs.gt.xy, inputs.pred.xy])
    ring = np.concatenate([inputs.gt.ring, inputs.gt.ring[-1] + inputs.pred.ring[1:]])
    member = np.column_stack([inputs.g, len(inputs.gt) + inputs.p]).ravel()
    group, start = np.tile([0, 1], len(inputs.g)), 2 * np.arange(len(inputs.g) + 1)
    box = boxes(xy, ring)
    race(
        f"even-odd shared areas of {data}, slab scan for rings that may cross themselves",
        "areas: Polygon3",
        inputs,
        lambda: overlays(xy, ring, member, group, start, box=box, loops=overlay_loops).area,
        reach=reach,
        inside="ours: boxes made before, edges, crossings, slabs; peer: intersection and area, objects made before",
        engine="numba",
    )


@pytest.mark.parametrize("rival", ["Polygon3", "shapely"])
@pytest.mark.parametrize("data", ["IC15 quads", "14-vertex bands", "100-vertex bands"])
def test_areas_from_points(race: Race, rings: Any, data: str, rival: str) -> None:
    """Like for like; no aim but to be faster."""
    from ocr_eval.kernels import compiled

    inputs = rings(data)
    race(
        f"shared areas of {data}, from points",
        f"areas: {rival}, from points",
        inputs,
        lambda: compiled.shared_areas(side(inputs.gt), side(inputs.pred), inputs.g, inputs.p, ({}, {}))[0],
        reach=1,
        inside="ours: areas, boxes, convexity, edges, shared areas, bounds; peer: objects of all rings, shared areas",
        engine="numba",
    )


@pytest.mark.parametrize(("size", "reach"), [(1000, 4.7), (5000, 4.1)])
def test_candidate_boxes(race: Race, size: int, reach: float) -> None:
    from ocr_eval.kernels import compiled

    found = [np.array(pages.boxes(size, seed)).T for seed in (4, 5)]
    gt, pred = (side(table([_corners(*box) for box in own.T.astype(int).tolist()])) for own in found)
    assert (gt.box == found[0]).all()
    race(
        f"candidate pairs of {size} by {size} boxes",
        "candidates: STRtree",
        Boxes(*found),
        lambda: compiled.candidates(gt, pred, lambda *_: None),
        reach=reach,
        inside="both: index and pairs, boxes made before; ours also sorts the pairs",
        engine="numba",
    )


def _corners(x_low: int, y_low: int, x_high: int, y_high: int) -> list[tuple[int, int]]:
    return [(x_low, y_low), (x_high, y_low), (x_high, y_high), (x_low, y_high)]


@pytest.mark.parametrize(("data", "name"), [row[:2] for row in AIMS])
def test_history_of_areas(benchmark: Any, rings: Any, data: str, name: str) -> None:
    assert benchmark(kernel(rings(data), name)).min() >= 0
