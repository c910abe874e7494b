"""The sample -> what is raced: our call, a twin's call with the same answer, and what the clock holds on each side."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from ocr_eval.bench import calls, naive
from ocr_eval.bench.calls import Call
from ocr_eval.bench.ratio import Equal

if TYPE_CHECKING:
    from ocr_eval.bench.sample import Sample

AGAINST = ("naive", "official", "numpy")  # loops; official-style twins; our own numpy path, for the kernels
ENGINES = ("numpy", "numba")
REPLICATES, SEED = 1_000, 20261121
WORDS = 10_000  # pairs of words


@dataclass(frozen=True)
class Work:
    """One comparison. ``ours`` and ``twin`` are asked for the same answer; ``equal`` raises where it is not."""

    name: str
    engine: str  # what carries our side
    against: str  # one of AGAINST
    rival: str  # what the twin is
    inside: str
    ours: Call
    twin: Call
    equal: Equal


def same(ours: Any, theirs: Any) -> bool:
    """Every number the same. Raises AssertionError."""
    if not np.array_equal(np.asarray(ours), np.asarray(theirs)):
        raise AssertionError("the answers differ")
    return True


def near(ours: Any, theirs: Any) -> float:
    """Within 1e-9 of the larger number: areas of two engines differ in their last bits. Raises AssertionError."""
    one, two = np.asarray(ours, np.float64), np.asarray(theirs, np.float64)
    if one.shape != two.shape:
        raise AssertionError("the answers differ in length")
    difference = float(np.abs(one - two).max(initial=0) / max(1.0, float(np.abs(two).max(initial=0))))
    if not difference <= 1e-9:
        raise AssertionError(f"the answers differ by {difference:.3g}")
    return difference


def works(sample: Sample, against: tuple[str, ...]) -> Iterator[Work]:
    """Every comparison with the asked rivals; tables are read when the first one is made."""
    if "naive" in against:
        yield from _naive(sample)
    if "official" in against:
        yield from _official(sample)
    if "numpy" in against:
        yield from _kernels(sample)


def _naive(sample: Sample) -> Iterator[Work]:
    joined = sample.joined
    gts, preds = naive.polygons(joined.gt), naive.polygons(joined.pred)
    g, p = calls.pairs(sample)
    pairs = list(zip(g.tolist(), p.tolist(), strict=True))
    loop = "shapely loop"
    for engine in ENGINES:
        yield Work(
            "shared areas of the pairs whose boxes meet",
            engine,
            "naive",
            loop,
            "ours: edges, areas, bounds, of chosen pairs; twin: intersection and area, polygons made before",
            calls.areas(sample, engine),
            lambda: naive.areas(gts, preds, pairs),
            near,
        )
        yield Work(
            "rrc-iou, counts of every image",
            engine,
            "naive",
            loop,
            "ours: boxes, pairs, areas, decisions, rows; twin: a loop over all pairs, polygons made before",
            calls.rows(sample, "rrc-iou", ("tp", "n_gt", "n_det"), engine),
            lambda: naive.rrc_rows(joined.gt, joined.pred, gts, preds),
            same,
        )
    yield from _texts(sample)
    yield _intervals(sample)


def _texts(sample: Sample) -> Iterator[Work]:
    """Every gt with every prediction of its image, so that short and unequal words are many."""
    from ocr_eval.text.distance import distances

    joined = sample.joined
    both = [
        (joined.gt.texts[g], joined.pred.texts[p])
        for s in range(len(joined.sample_ids))
        for g in joined.gt.span(s)
        for p in joined.pred.span(s)
    ][:WORDS]
    gt, pred = [a for a, _ in both], [b for _, b in both]

    def packed(strings: list[str]) -> tuple[Any, Any]:
        points = np.frombuffer("".join(strings).encode("utf-32-le"), np.uint32)
        return points, np.cumsum([0, *map(len, strings)], dtype=np.int64)

    columns = *packed(gt), *packed(pred)

    def kernel() -> Any:
        from ocr_eval.kernels import edit

        return edit.distances(*columns)

    for engine, call in (("rapidfuzz", lambda: distances(gt, pred)), ("numba", kernel)):
        yield Work(
            f"edit distances of {len(gt)} pairs of words",
            engine,
            "naive",
            "Python table",
            "ours: " + ("code points that stand ready" if engine == "numba" else "Python strings") + "; "
            "twin: Python strings, all cells of every table",
            call,
            lambda: list(map(naive.distance, gt, pred)),
            same,
        )


def _intervals(sample: Sample) -> Work:
    from ocr_eval.protocols import protocol
    from ocr_eval.stats import random32
    from ocr_eval.stats.bootstrap import intervals, replicates
    from ocr_eval.stats.ratios import Stack

    rule: Any = protocol("rrc-iou")
    tables = sample.counts(rule)
    names, n = ("tp", "n_gt", "n_det"), len(sample.joined.sample_ids)
    metrics = {"precision": (0, [2]), "recall": (0, [1]), "hmean": (0, [1, 2])}

    def ours() -> list[float | None]:
        stack = Stack.of(tables)
        formulas = {name: rule.formulas[name] for name in metrics}
        drawn = replicates(stack, formulas, seed=SEED, B=REPLICATES)
        ends = {name: intervals(stack, formula, drawn[name]) for name, formula in formulas.items()}
        return [
            end
            for k in range(len(tables))
            for name in metrics
            for end in (ends[name][k].lo, ends[name][k].hi)
        ]

    def twin() -> list[float]:
        drawn = random32.indices(SEED, 0, REPLICATES, n, n)
        columns = [[table[name] for name in names] for table in tables.values()]
        return [
            end
            for own in columns
            for over, under in metrics.values()
            for end in naive.interval_ends(own, drawn, over, under)
        ]

    return Work(
        f"95 % intervals, {REPLICATES} replicates of {len(tables)} submissions x {len(metrics)} metrics",
        "numpy",
        "naive",
        "numpy loop",
        "both: drawing, sums, ratios, quantiles from count rows; twin: one replicate after the other",
        ours,
        twin,
        near,
    )


def _official(sample: Sample) -> Iterator[Work]:
    from ocr_eval.bench import official

    script, twin = official.rrc_script(), official.popeval()
    for engine in ENGINES:
        yield Work(
            "rrc-iou, two archives to counts",
            engine,
            "official",
            "official-style script, shapely in place of Polygon3",
            "both: reading, checks of every line, pairs, counts; no result files",
            calls.from_archives(sample, engine),
            lambda: script.run(*map(str, sample.quads)),
            same,
        )
        yield Work(
            "popeval, counts of every image",
            engine,
            "official",
            "official-style twin",
            "ours: hulls, contacts, order, removal, rows; twin: lists of words to rows, a new tree after each removal",
            calls.rows(sample, "popeval", ("removed", "chars_gt", "chars_det"), engine),
            official.popeval_rows(twin, sample.joined),
            same,
        )


def _kernels(sample: Sample) -> Iterator[Work]:
    yield Work(
        "candidate pairs of 2 000 by 2 000 boxes on one page",
        "numba",
        "numpy",
        "numpy path",
        "both: boxes to sorted pairs",
        calls.candidates("numba"),
        calls.candidates("numpy"),
        same,
    )
    yield Work(
        "shared areas of the pairs whose boxes meet",
        "numba",
        "numpy",
        "numpy path",
        "both: edges, areas, bounds of chosen pairs",
        calls.areas(sample, "numba"),
        calls.areas(sample, "numpy"),
        near,
    )
    for name, columns in (
        ("rrc-iou", ("tp", "n_gt", "n_det")),
        ("popeval", ("removed", "chars_gt", "chars_det")),
    ):
        yield Work(
            f"{name}, counts of every image",
            "numba",
            "numpy",
            "numpy path",
            "both: tables in memory to rows",
            calls.rows(sample, name, columns, "numba"),
            calls.rows(sample, name, columns, "numpy"),
            same,
        )
