"""The one table of rivals: name -> what it answers on which inputs, by which rule that equals ours, how to get it.

Benches time ``RIVALS[…].side(inputs)``; parity tests may call ``RIVALS[…].side(inputs)(1)`` for the answer alone. What
a side builds before it is asked stands outside the clock; rivals called "from points" have it inside.
"""

from __future__ import annotations

import functools
import importlib.metadata
import importlib.util
import json
import subprocess
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from ocr_eval.bench import naive
from ocr_eval.tables.instances import Instances
from scripts import peers
from tests.bench import optimal, tightness, totaltext
from tests.bench.chunked import Chunked
from tests.bench.equality import AREAS, FLOAT32, INTERVALS, NUMBERS, PAIRS, RATIO, SUMS, Rule
from tests.bench.inputs import Boxes, Files, Lines, Ratings, Resampled, RingPairs, Texts
from tests.bench.polygon3 import official_style, polygon3
from tests.bench.ratio import Command, Separate, Side, in_process


def _shapely_areas(inputs: RingPairs) -> Side:
    import shapely

    a, b = _shapely_rings(inputs.gt), _shapely_rings(inputs.pred)
    assert shapely.is_valid(a).all() and shapely.is_valid(b).all(), (
        "a ufunc that meets an invalid ring stops early"
    )
    a, b = a[inputs.g], b[inputs.p]
    return in_process(lambda: shapely.area(shapely.intersection(a, b)))


def _shapely_areas_from_points(inputs: RingPairs) -> Side:
    import shapely

    def call() -> Any:
        a, b = _shapely_rings(inputs.gt), _shapely_rings(inputs.pred)
        return shapely.area(shapely.intersection(a[inputs.g], b[inputs.p]))

    return in_process(call)


def _shapely_rings(table: Instances) -> Any:
    import shapely

    owner = np.repeat(np.arange(len(table)), np.diff(table.ring))
    return shapely.polygons(shapely.linearrings(table.xy, indices=owner))


def _shapely_matches(inputs: RingPairs) -> Side:
    """How detection toolkits do it: for every pair of a sample ``intersection`` and ``union`` of two polygons."""
    gts, preds = naive.polygons(inputs.gt), naive.polygons(inputs.pred)
    return in_process(lambda: naive.rrc_rows(inputs.gt, inputs.pred, gts, preds))


def _shapely_best_gts(inputs: RingPairs) -> Side:
    """The VOC-style evaluation of CTW1500: every detection meets every gt of its image, whose polygon is made anew."""
    from shapely.geometry import Polygon

    gts, preds = ([table.points(i).tolist() for i in range(len(table))] for table in (inputs.gt, inputs.pred))
    spans = [(inputs.gt.span(s), inputs.pred.span(s)) for s in range(len(inputs.gt.sample_ids))]

    def call() -> list[int]:
        rows: list[int] = []
        for own_gt, own_pred in spans:
            taken: set[int] = set()
            counted = 0
            for p in own_pred:
                found = Polygon(preds[p])
                if not found.is_valid:
                    continue
                counted += 1
                overlaps = [_overlap_valid(Polygon(gts[g]), found) for g in own_gt]
                best = max(range(len(overlaps)), key=overlaps.__getitem__, default=-1)
                if best >= 0 and overlaps[best] > 0.5:
                    taken.add(own_gt[best])
            rows += [len(taken), len(own_gt), counted]
        return rows

    return in_process(call)


def _overlap_valid(gt: Any, pred: Any) -> float:
    if not gt.is_valid:
        return 0.0
    shared: float = pred.intersection(gt).area
    return shared / max(gt.area + pred.area - shared, 1e-5)


def _shapely_tree(inputs: Boxes) -> Side:
    import shapely

    gt, pred = shapely.box(*inputs.gt), shapely.box(*inputs.pred)
    return in_process(lambda: shapely.STRtree(pred).query(gt))


def _cpdist(inputs: Texts) -> Side:
    from rapidfuzz import process
    from rapidfuzz.distance import Levenshtein

    return in_process(
        lambda: process.cpdist(inputs.gt, inputs.pred, scorer=Levenshtein.distance, workers=1, dtype=np.int64)
    )


def _loop(import_scorer: Callable[[], Callable[[str, str], int]]) -> Callable[[Texts], Side]:
    def side(inputs: Texts) -> Side:
        scorer = import_scorer()
        return in_process(lambda: [scorer(a, b) for a, b in zip(inputs.gt, inputs.pred, strict=True)])

    return side


def _rapidfuzz() -> Callable[[str, str], int]:
    from rapidfuzz.distance import Levenshtein

    return Levenshtein.distance


def _levenshtein() -> Callable[[str, str], int]:
    from Levenshtein import distance

    return distance  # type: ignore[no-any-return]


def _polyleven() -> Callable[[str, str], int]:
    from polyleven import levenshtein

    return levenshtein  # type: ignore[no-any-return]


def _edlib() -> Callable[[str, str], int]:
    import edlib

    return lambda a, b: edlib.align(a, b, task="distance")["editDistance"]  # type: ignore[no-any-return]


def _jiwer(inputs: Texts) -> Side:
    import jiwer

    return in_process(lambda: jiwer.cer(inputs.gt, inputs.pred))


_RATES = """
import json, sys
gt, pred = json.load(open(sys.argv[2], encoding="utf-8"))
"""
_DINGLEHOPPER = (
    _RATES
    + """
from dinglehopper import character_error_rate
def call():
    return [character_error_rate(a, b) for a, b in zip(gt, pred)]
"""
)
_TORCHMETRICS = (
    _RATES
    + """
from torchmetrics.functional.text import char_error_rate
def call():
    return float(char_error_rate(pred, gt))
"""
)


def _rates(environment: str, source: str) -> Callable[[Texts], Side]:
    """Character error rates by a package that lives in an environment of its own."""

    def side(inputs: Texts) -> Side:
        file = Path(tempfile.mkdtemp()) / "texts.json"
        file.write_text(json.dumps([inputs.gt, inputs.pred]), encoding="utf-8")
        return Separate(source, [str(file)], str(peers.python_of(environment)))

    return side


def _popeval_twin(inputs: Files) -> Side:
    """Reading, parsing and counting by the slow twin, as the official program does it -> (S, 3) rows."""
    from tests.oracles import popeval

    def call() -> list[tuple[float, int, int]]:
        gt = popeval.read_archive(inputs.gt, inputs.readers[0], inputs.keys[0])
        pred = popeval.read_archive(inputs.pred, inputs.readers[1], inputs.keys[1])
        rows = popeval.score(gt, pred)
        return [(row.removed, row.chars_gt, row.chars_det) for row in rows.values()]

    return in_process(call)


def _popeval_counting(inputs: Files) -> Side:
    """Counting alone by the slow twin, of words it has read before -> (S, 3) rows."""
    from tests.oracles import popeval

    gt = popeval.read_archive(inputs.gt, inputs.readers[0], inputs.keys[0])
    pred = popeval.read_archive(inputs.pred, inputs.readers[1], inputs.keys[1])

    def call() -> list[tuple[float, int, int]]:
        rows = popeval.score(gt, pred)
        return [(row.removed, row.chars_gt, row.chars_det) for row in rows.values()]

    return in_process(call)


def _official_process(inputs: Files) -> Side:
    """The official-style script as a process of its own, its result archive included."""
    results = Path(tempfile.mkdtemp()) / "results.zip"
    script = peers.ROOT / "tests/oracles/official_style_rrc.py"
    arguments = [peers.python_of("polygon3"), script, inputs.gt, inputs.pred, results]

    def answer(output: str) -> list[float]:
        method = json.loads(output)
        return [method[name] for name in ("precision", "recall", "hmean")]

    return Command([str(word) for word in arguments], answer=answer)


def _scaled(inputs: Resampled, call: Callable[[Any], Any], draws: Callable[[], Any]) -> Side:
    """A side that answers a few of the ratios and whose time counts as if it had answered all.

    Timed with its own drawing; what it answers comes from the draws of the others, outside the clock.
    """
    timed = in_process(lambda: call(np.random.default_rng(inputs.seed)))
    answer = functools.cache(lambda: call(draws()))

    def side(repeat: int) -> tuple[float, Any]:
        return timed(repeat)[0] * inputs.scale, answer()

    return side


class _Drawn(np.random.Generator):
    """Hands out given draws, batch by batch."""

    def __init__(self, indices: np.ndarray) -> None:
        super().__init__(np.random.PCG64(0))
        self.left = indices

    def integers(self, low: Any, high: Any = None, size: Any = None, **_: Any) -> Any:
        found, self.left = self.left[: size[0]], self.left[size[0] :]
        return found


def _ratio_of_sums(over: Any, *under: Any, axis: int = -1) -> Any:
    return len(under) * over.sum(axis=axis) / sum(part.sum(axis=axis) for part in under)


def _scipy_bootstrap(inputs: Resampled) -> Side:
    """``scipy.stats.bootstrap``, vectorised, paired, percentile; one call per system and metric."""
    from scipy.stats import bootstrap

    def call(rng: Any) -> list[list[float]]:
        found = []
        for system, metric in inputs.asked:
            result = bootstrap(
                inputs.data(system, metric),
                _ratio_of_sums,
                n_resamples=len(inputs.indices),
                batch=100,  # the fastest for scipy; its default of all at once takes up to three times as long
                vectorized=True,
                paired=True,
                method="percentile",
                rng=_Drawn(inputs.indices) if isinstance(rng, _Drawn) else rng,
            )
            found.append([*result.confidence_interval])
        return found

    return _scaled(inputs, call, lambda: _Drawn(inputs.indices))


def _numpy_loop(inputs: Resampled) -> Side:
    """A loop over replicates in numpy, as scripts have it: draw, gather, add up, divide."""

    def call(rng: Any) -> list[list[float]]:
        found = []
        for system, metric in inputs.asked:
            own = _Drawn(inputs.indices) if isinstance(rng, _Drawn) else rng
            data = inputs.data(system, metric)
            values = []
            for _ in range(len(inputs.indices)):
                drawn = own.integers(0, len(data[0]), size=(1, len(data[0])))[0]
                values.append(_ratio_of_sums(*(column[drawn] for column in data)))
            found.append(np.quantile(values, [0.025, 0.975]).tolist())
        return found

    return _scaled(inputs, call, lambda: _Drawn(inputs.indices))


def _regular_expression(inputs: Lines) -> Side:
    """A regular expression per line and ``int`` of each group, as the official scripts read a file, then one array."""
    from tests.oracles.official_style_rrc import lines, parse

    def call() -> Any:
        found: list[int] = []
        for _, data in inputs.entries:
            for line in lines(data):
                found += parse(line, inputs.text)[0]
        return np.array(found, np.float64)

    return in_process(call)


def _krippendorff(inputs: Ratings) -> Side:
    import krippendorff

    return in_process(
        lambda: float(krippendorff.alpha(reliability_data=inputs.values, level_of_measurement="nominal"))
    )


def table_of(path: Path, **asked: Any) -> np.ndarray:
    """All numbers of a ground truth, as ``score`` reads it; ``keep``: from the cache when it was read before."""
    from ocr_eval.cli.inputs import read_side
    from ocr_eval.limits import Limits

    table = read_side(str(path), role="gt", limits=Limits(), max_errors=100, **asked)
    assert table.codepoints is not None
    return np.concatenate([table.xy.ravel(), table.ring, table.start, table.codepoints])


def _read_again(inputs: Files) -> Side:
    return in_process(lambda: table_of(inputs.gt))


class Rival(NamedTuple):
    """One peer for one kind of work."""

    package: str  # the distribution whose version the ratio is about
    inputs: type
    applies: str
    equality: Rule
    side: Callable[[Any], Side]
    environment: str = "main"  # of scripts/peers.py

    @property
    def module(self) -> str:
        other = {"python-Levenshtein": "Levenshtein", "Polygon3": "", "faster-coco-eval": "faster_coco_eval"}
        return other.get(self.package, self.package)


_SIMPLE = "simple rings"

RIVALS: dict[str, Rival] = {
    "areas: Polygon3": Rival("Polygon3", RingPairs, _SIMPLE, AREAS, polygon3("areas"), "polygon3"),
    "areas: Polygon3, from points": Rival(
        "Polygon3", RingPairs, _SIMPLE, AREAS, polygon3("areas_from_points"), "polygon3"
    ),
    "areas: shapely": Rival("shapely", RingPairs, "valid rings", AREAS, _shapely_areas),
    "areas: shapely, from points": Rival(
        "shapely", RingPairs, "valid rings", AREAS, _shapely_areas_from_points
    ),
    "rrc-iou: Polygon3 loop": Rival("Polygon3", RingPairs, _SIMPLE, NUMBERS, polygon3("matches"), "polygon3"),
    "rrc-iou: Polygon3 loop, from points": Rival(
        "Polygon3", RingPairs, _SIMPLE, NUMBERS, polygon3("matches_from_points"), "polygon3"
    ),
    "rrc-iou: shapely loop": Rival("shapely", RingPairs, "valid rings", NUMBERS, _shapely_matches),
    "ctw1500: shapely loop": Rival("shapely", RingPairs, "any rings", NUMBERS, _shapely_best_gts),
    "totaltext-deteval: shapely loop": Rival("shapely", RingPairs, "valid rings", NUMBERS, totaltext.deteval),
    "totaltext-pascal: shapely loop": Rival("shapely", RingPairs, "valid rings", NUMBERS, totaltext.pascal),
    "tiou: shapely loop": Rival("shapely", RingPairs, "valid rings", SUMS, tightness.tiou),
    "hiertext: masks of whole images": Rival(
        "numpy", RingPairs, "tables with lines", NUMBERS, tightness.hiertext_lines
    ),
    "rrc-iou: official-style script": Rival(
        "Polygon3", Files, "files it accepts", NUMBERS, official_style, "polygon3"
    ),
    "score: official-style script": Rival(
        "Polygon3", Files, "files it accepts", NUMBERS, _official_process, "polygon3"
    ),
    "coco-ap: pycocotools": Rival("pycocotools", Files, "COCO boxes", NUMBERS, optimal.pycocotools),
    "coco-ap: faster-coco-eval": Rival(
        "faster-coco-eval", Files, "COCO boxes", NUMBERS, optimal.faster_coco_eval
    ),
    "coco-ap: pycocotools, loaded": Rival(
        "pycocotools", Files, "COCO boxes", NUMBERS, optimal.pycocotools_loaded
    ),
    "coco-ap: faster-coco-eval, loaded": Rival(
        "faster-coco-eval", Files, "COCO boxes", NUMBERS, optimal.faster_coco_eval_loaded
    ),
    "rrc-2024: shapely and SciPy": Rival(
        "shapely", RingPairs, "simple rings", NUMBERS, optimal.shapely_and_scipy
    ),
    "candidates: STRtree": Rival("shapely", Boxes, "boxes", PAIRS, _shapely_tree),
    "distances: rapidfuzz cpdist": Rival("rapidfuzz", Texts, "any strings", NUMBERS, _cpdist),
    "distances: rapidfuzz loop": Rival("rapidfuzz", Texts, "any strings", NUMBERS, _loop(_rapidfuzz)),
    "distances: Levenshtein loop": Rival(
        "python-Levenshtein", Texts, "any strings", NUMBERS, _loop(_levenshtein)
    ),
    "distances: polyleven loop": Rival("polyleven", Texts, "any strings", NUMBERS, _loop(_polyleven)),
    "distances: edlib loop": Rival(
        "edlib", Texts, "at most 256 distinct characters in a pair", NUMBERS, _loop(_edlib)
    ),
    "cer: dinglehopper": Rival(
        "dinglehopper", Texts, "any strings", INTERVALS, _rates("dinglehopper", _DINGLEHOPPER), "dinglehopper"
    ),
    "cer: torchmetrics": Rival(
        "torchmetrics", Texts, "any strings", FLOAT32, _rates("torchmetrics", _TORCHMETRICS), "torchmetrics"
    ),
    "cer: jiwer": Rival("jiwer", Texts, "strings without outer spaces", RATIO, _jiwer),
    "intervals: scipy.stats.bootstrap": Rival("scipy", Resampled, "any counts", INTERVALS, _scipy_bootstrap),
    "intervals: numpy loop": Rival("numpy", Resampled, "any counts", INTERVALS, _numpy_loop),
    "lines: regular expression": Rival("numpy", Lines, "quads of integers", NUMBERS, _regular_expression),
    "alpha: krippendorff": Rival("krippendorff", Ratings, "at least two values", RATIO, _krippendorff),
    "chunks: the same kernel on one thread": Rival(
        "numba", Chunked, "chunks of pairs", NUMBERS, lambda inputs: inputs.side(1)
    ),
    "prepared: our own readers": Rival("numpy", Files, "ground truths", NUMBERS, _read_again),
    "popeval: official-style oracle": Rival("shapely", Files, "files it parses", NUMBERS, _popeval_twin),
    "popeval counting: official-style oracle": Rival(
        "shapely", Files, "words it has read", NUMBERS, _popeval_counting
    ),
}


def missing(name: str) -> str | None:
    """Why a rival cannot be asked, with the line that installs it; None when it can."""
    rival = RIVALS[name]
    if rival.environment == "main":
        found = importlib.util.find_spec(rival.module) is not None
        return None if found else f"{rival.package} is missing: {peers.install_line('main')}"
    reason = environment_missing(rival.environment)
    return (
        f"{rival.package} is missing ({reason}): {peers.install_line(rival.environment)}" if reason else None
    )


@functools.cache
def environment_missing(environment: str) -> str | None:
    """Why an environment cannot be used; asked once in a run, for sources may change meanwhile."""
    return peers.missing(environment)


def version(name: str) -> str:
    """``package version`` of a rival."""
    rival = RIVALS[name]
    if rival.environment == "main":
        return f"{rival.package} {importlib.metadata.version(rival.package)}"
    return f"{rival.package} {_remote_version(rival.environment, rival.package)}"


@functools.cache
def _remote_version(environment: str, package: str) -> str:
    ask = "import sys, importlib.metadata as m; print(m.version(sys.argv[1]) + ', CPython ' + sys.version.split()[0])"
    command = [str(peers.python_of(environment)), "-c", ask, package]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()
