"""Files and made-up pages -> what rivals and our own code are asked about."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from ocr_eval.tables.builder import InstancesBuilder
from ocr_eval.tables.instances import Instances


@dataclass(frozen=True)
class RingPairs:
    """Rings of both sides and the pairs (P,) of their indices that are asked for."""

    gt: Instances
    pred: Instances
    g: np.ndarray
    p: np.ndarray


@dataclass(frozen=True)
class Boxes:
    """Closed boxes, float64 (4, N) each: low x, low y, high x, high y. One sample."""

    gt: np.ndarray
    pred: np.ndarray


@dataclass(frozen=True)
class Texts:
    """As many transcriptions on both sides."""

    gt: list[str]
    pred: list[str]


@dataclass(frozen=True)
class Lines:
    """Entries (name, bytes) with a quad per line; ``text`` says whether a transcription follows."""

    entries: list[tuple[str, bytes]]
    text: bool


@dataclass(frozen=True)
class Ratings:
    """The values (raters, units) that raters gave, numbers of categories."""

    values: np.ndarray


@dataclass(frozen=True)
class Files:
    """A gt and a prediction on disk; ``readers`` and ``keys`` are for the slow PopEval twin, one for each side."""

    gt: Path
    pred: Path
    readers: tuple[Callable[[str], list[Any]], ...] = ()
    keys: tuple[Callable[[str], str], ...] = ()
    format: str | None = None  # how both are written; None where the layout is recognised


@dataclass(frozen=True)
class Resampled:
    """Count columns of S systems, (n, S) or (n,) where they share it, and metrics of their sums.

    A metric is named by its columns (over, under …): ``k * over / (under + …)`` for k columns under it. ``asked`` are
    the (system, metric) a slow rival answers; its time is scaled to all of them, and the result line says so.
    """

    columns: dict[str, np.ndarray]
    metrics: tuple[tuple[str, ...], ...]
    indices: np.ndarray  # (B, n) drawn samples, for answers that can be compared
    systems: int
    seed: int
    asked: tuple[tuple[int, tuple[str, ...]], ...]

    @property
    def scale(self) -> float:
        """How many times the asked work is the whole."""
        return self.systems * len(self.metrics) / len(self.asked)

    def data(self, system: int, metric: tuple[str, ...]) -> tuple[np.ndarray, ...]:
        """(n,) each column of a metric, of one system."""
        parts = [self.columns[column] for column in metric]
        return tuple(np.ascontiguousarray(part if part.ndim == 1 else part[:, system]) for part in parts)


def open_pairs(gt: Instances, pred: Instances, boxes_gt: np.ndarray, boxes_pred: np.ndarray) -> RingPairs:
    """Pairs of one sample whose boxes overlap (touching is not enough)."""
    firsts: list[np.ndarray] = []
    seconds: list[np.ndarray] = []
    for s in range(len(gt.sample_ids)):
        a, b = gt.span(s), pred.span(s)
        g, p = np.repeat(np.arange(a.start, a.stop), len(b)), np.tile(np.arange(b.start, b.stop), len(a))
        low = np.maximum(boxes_gt[:2, g], boxes_pred[:2, p])
        meet = (np.minimum(boxes_gt[2:, g], boxes_pred[2:, p]) > low).all(0)
        firsts.append(g[meet])
        seconds.append(p[meet])
    return RingPairs(gt, pred, np.concatenate(firsts), np.concatenate(seconds))


def words(count: int, texts: Sequence[tuple[str, str]]) -> Texts:
    """The pairs, repeated to ``count``."""
    times = math.ceil(count / len(texts))
    pairs = (list(texts) * times)[:count]
    return Texts([a for a, _ in pairs], [b for _, b in pairs])


def table(rings: Sequence[Sequence[tuple[int, int]]], texts: Sequence[str] = ()) -> Instances:
    """One sample with these rings, all care."""
    builder = InstancesBuilder(has_text=bool(texts))
    builder.begin("1")
    for i, ring in enumerate(rings):
        builder.add([v for xy in ring for v in xy], texts[i] if texts else "")
    return builder.build()


def aligned(gt: Instances, pred: Instances) -> RingPairs:
    """Ring i of one side with ring i of the other."""
    every = np.arange(len(gt))
    return RingPairs(gt, pred, every, every)
