"""Lines of gt and prediction -> PopEval's character counts, the slow way: all is looked at after each step.

Written from the published description, with shapely for every area and contact and a ``Counter`` for every
string. It is the truth of the parity tests where no official output exists, and the rival in the bench
(``score``): it spends its time as the official script does, on a new spatial index and new candidate lists after
each removal (measured: .6 to .95 of that script's time on IC15 words, IC15 characters, ReCTS and dense pages).
"""

from __future__ import annotations

import json
import math
import zipfile
from collections import Counter
from collections.abc import Callable, Iterable
from fractions import Fraction
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

import shapely
from shapely.geometry.base import BaseGeometry as Geometry
from shapely.prepared import prep

HALF = 1e-12  # rounding of GEOS's areas; shares of rings on a small grid are half, or further from it
TIE = 1e-9


class Word(NamedTuple):
    """One line of a file."""

    ring: tuple[tuple[float, float], ...]
    text: str
    care: bool = True


class Score(NamedTuple):
    """The counts of one sample, or their sums."""

    removed: float
    chars_gt: int
    chars_det: int
    dc_gt: int
    dc_det: int

    @property
    def precision(self) -> float:
        return self.removed / self.chars_det if self.chars_det else 0.0

    @property
    def recall(self) -> float:
        return self.removed / self.chars_gt if self.chars_gt else 0.0

    @property
    def hmean(self) -> float:
        total = self.precision + self.recall
        return 2 * self.precision * self.recall / total if total else 0.0


class Shape(NamedTuple):
    """A region and its area. A ring that crosses itself: even-odd region, absolute shoelace sum."""

    region: Geometry
    area: float

    def overlap(self, other: Shape) -> float:
        """Shared area."""
        return self.region.intersection(other.region).area


Strings = list[Counter[str]]


def evaluate(
    gt: Iterable[Word],
    pred: Iterable[Word],
    *,
    variant: str = "code",
    vertices: str = "all",
    hull: bool = True,
    case: str = "sensitive",
    touch: bool = True,
    ties: str = "all",
    dont_care: str = "precision",
) -> Score:
    """One sample. The options are those of the protocol, by the same names."""
    gts, preds = [_fold(w, case) for w in gt], [_fold(w, case) for w in pred]
    if dont_care == "none":
        gts = [Word(w.ring, w.text) for w in gts]
    shapes = [_shape(w.ring, vertices, hull) for w in preds]
    areas = [_shape(w.ring, vertices, hull) for w in gts if not w.care]
    ignored = {j for j, shape in enumerate(shapes) if any(_held(shape, area, dont_care) for area in areas)}
    words_gt = [w for w in gts if w.care and w.text]
    words_pred = [w for j, w in enumerate(preds) if j not in ignored]
    run = _paper if variant == "paper" else _code
    removed = run(
        [_shape(w.ring, vertices, hull) for w in words_gt],
        [shape for j, shape in enumerate(shapes) if j not in ignored],
        [Counter(w.text) for w in words_gt],
        [Counter(w.text) for w in words_pred],
        touch,
        ties,
    )
    return Score(
        removed,
        sum(len(w.text) for w in words_gt),
        sum(len(w.text) for w in words_pred),
        len(areas),
        len(ignored),
    )


def _code(
    gts: list[Shape], preds: list[Shape], left_gt: Strings, left_pred: Strings, touch: bool, ties: str
) -> float:
    removed = Fraction(0)
    while True:
        near = _contacts(gts, preds, touch)
        found = {g: [p for p in near[g] if left_gt[g] & left_pred[p]] for g in near if left_gt[g]}
        visit = [g for g in found if len(found[g]) == 1] or [g for g in found if len(found[g]) > 1]
        if not visit:
            return int(removed) if removed.denominator == 1 else float(removed)
        g = min(visit, key=lambda g: (_distance(_inner_point(gts[g])), g))
        partners = found[g]
        if len(partners) > 1:
            partners = _largest(gts[g], preds, partners)
            partners = partners[:1] if ties == "first" else partners
        before = left_gt[g]
        for p in partners:
            credit, common = before & left_pred[p], left_gt[g] & left_pred[p]
            left_gt[g] = left_gt[g] - common
            left_pred[p] = left_pred[p] - common
            removed += Fraction(credit.total(), len(partners)) if ties == "reciprocal" else common.total()


def _paper(
    gts: list[Shape], preds: list[Shape], left_gt: Strings, left_pred: Strings, touch: bool, ties: str
) -> float:
    removed = 0
    alive = set(range(len(preds)))
    order = sorted(range(len(gts)), key=lambda g: (_distance(gts[g].region.centroid), g))
    while True:
        near = _contacts(gts, preds, touch)
        found = {g: [p for p in near[g] if p in alive] for g in order if left_gt[g]}
        steps = [(g, found[g][0]) for g in found if len(found[g]) == 1]
        if not steps:
            steps = [(g, _largest(gts[g], preds, found[g])[0]) for g in found if found[g]][:1]
        if not steps:
            return removed
        for g, p in steps:
            common = left_gt[g] & left_pred[p]
            left_gt[g] = left_gt[g] - common
            left_pred[p] = left_pred[p] - common
            removed += common.total()
        alive -= {p for _, p in steps}


def _contacts(gts: list[Shape], preds: list[Shape], touch: bool) -> dict[int, list[int]]:
    """For every gt the predictions it meets, in order."""
    near: dict[int, list[int]] = {g: [] for g in range(len(gts))}
    tree = shapely.STRtree([gt.region for gt in gts])
    for p, pred in enumerate(preds):
        prepared = prep(pred.region)
        for g in tree.query(pred.region).tolist():
            if prepared.intersects(gts[g].region) and (touch or gts[g].overlap(pred) > 0):
                near[g].append(p)
    return near


def _largest(gt: Shape, preds: list[Shape], found: list[int]) -> list[int]:
    """The candidates that hold the largest share of the gt. A gt without area lies in all it touches."""
    share = {p: gt.overlap(preds[p]) / gt.area if gt.area else 1.0 for p in found}
    return [p for p in found if share[p] >= max(share.values()) - TIE]


def _held(pred: Shape, area: Shape, rule: str) -> bool:
    inter = pred.overlap(area)
    whole = pred.area if rule == "precision" else pred.area + area.area - inter
    return inter > 0 and whole > 0 and inter / whole > 0.5 + HALF  # exactly half is not more than half


def _fold(word: Word, case: str) -> Word:
    return word if case == "sensitive" else word._replace(text=word.text.lower())


def _shape(ring: tuple[tuple[float, float], ...], vertices: str, hull: bool) -> Shape:
    points = ring[:4] if vertices == "first4" else ring
    if hull or len(set(points)) < 3:
        region = shapely.MultiPoint(points).convex_hull
        return Shape(region, region.area)
    raw = shapely.Polygon(points)
    if raw.is_valid:
        return Shape(raw, raw.area)
    turned = sum(a * d - b * c for (a, b), (c, d) in pairwise((*points, points[0])))
    return Shape(shapely.make_valid(raw), abs(turned) / 2)


def _inner_point(shape: Shape) -> Geometry:
    if shape.region.geom_type == "LineString":  # GEOS takes an end; ours: the upper, then the left
        return shapely.Point(min(shape.region.coords, key=lambda xy: (xy[1], xy[0])))
    return shape.region.representative_point()


def _distance(point: Geometry) -> float:
    return math.sqrt(point.x * point.x + point.y * point.y)


# Files. Every reader takes the text of one file and gives its words.


def read_quads(text: str) -> list[Word]:
    """``x1,y1,x2,y2,x3,y3,x4,y4,text``: the text is all that follows the eighth comma, quotes included."""
    return [_quad(line.split(",", 8)[:8], line.split(",", 8)[8]) for line in _lines(text)]


def read_boxes(text: str) -> list[Word]:
    """``left,top,right,bottom,text`` -> the four corners."""
    words = []
    for line in _lines(text):
        *box, transcription = line.split(",", 4)
        left, top, right, bottom = box
        words.append(_quad([left, top, right, top, right, bottom, left, bottom], transcription))
    return words


def read_characters(text: str) -> list[Word]:
    """``x1 y1 x2 y2 x3 y3 x4 y4 T``, single spaces."""
    return [_quad(line.split(" ", 8)[:8], line.split(" ", 8)[8]) for line in _lines(text)]


def read_popeval(text: str) -> list[Word]:
    """``x1 y1 x2 y2 x3 y3 x4 y4##::text``; what follows a second mark is lost, as officially."""
    return [_quad(line.split("##::")[0].split(" "), line.split("##::")[1]) for line in _lines(text)]


def read_polygons(text: str) -> list[Word]:
    """``x1,y1,…,xn,yn,####text``."""
    words = []
    for line in _lines(text):
        numbers, _, transcription = line.partition(",####")
        flat = [int(float(n)) for n in numbers.split(",")]
        words.append(
            Word(tuple(zip(flat[::2], flat[1::2], strict=True)), transcription, transcription != "###")
        )
    return words


def read_rects(text: str) -> list[Word]:
    """ReCTS JSON, line level; an ignored line is ``###``."""
    words = []
    for line in json.loads(text)["lines"]:
        flat = line["points"]
        transcription = "###" if line["ignore"] else line["transcription"]
        words.append(
            Word(tuple(zip(flat[::2], flat[1::2], strict=True)), transcription, transcription != "###")
        )
    return words


def _lines(text: str) -> list[str]:
    return [line for line in text.replace("\r\n", "\n").replace("\r", "\n").split("\n") if line]


def _quad(numbers: list[str], text: str) -> Word:
    return _word([int(n) for n in numbers[:8]], text)


def _word(flat: list[int], text: str) -> Word:
    return Word(tuple(zip(flat[::2], flat[1::2], strict=True)), text, text != "###")


Reader = Callable[[str], list[Word]]


def read_archive(path: Path, reader: Reader, key: Callable[[str], str]) -> dict[str, list[Word]]:
    """Every file of a zip archive, by ``key(file name)``."""
    with zipfile.ZipFile(path) as archive:
        names = [name for name in archive.namelist() if not name.endswith("/")]
        return {key(name): reader(archive.read(name).decode("utf-8")) for name in names}


def score(gt: dict[str, list[Word]], pred: dict[str, list[Word]], **options: object) -> dict[str, Score]:
    """Every sample of the gt, in its order; a sample without prediction is an empty one."""
    return {sample: evaluate(words, pred.get(sample, []), **options) for sample, words in gt.items()}  # type: ignore


def total(rows: dict[str, Score]) -> Score:
    """Column sums."""
    return Score(*map(sum, zip(*rows.values(), strict=True))) if rows else Score(0, 0, 0, 0, 0)
