"""Count rows as tests write them -> a stack, and the metrics of detection as formulas."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from ocr_eval.protocols.formulas import Formula, Harmonic, rate
from ocr_eval.stats.ratios import Stack
from ocr_eval.tables.counts import Counts

PRECISION = rate("tp", "n_det", empty=0.0)
RECALL = rate("tp", "n_gt", empty=0.0)
HMEAN = rate("2*tp", "n_gt + n_det", empty=0.0, alone=1.0)
TWO_SIDED = Harmonic(rate("tp_det", "n_det", empty=0.0), rate("tp_gt", "n_gt", empty=0.0))
WORDS: dict[str, Formula] = {"precision": PRECISION, "recall": RECALL, "hmean": HMEAN}

Rows = Sequence[Sequence[int]]  # tp, n_gt, n_det of each sample


def hmean(totals: Sequence[int]) -> float:
    """Of (tp, n_gt, n_det), for oracles."""
    return 2 * totals[0] / (totals[1] + totals[2]) if totals[1] + totals[2] else 0.0


def names(size: int) -> list[str]:
    """Ids whose canonical order is their number."""
    return [f"{k:05}" for k in range(size)]


def stack(*systems: Rows, groups: Sequence[str | None] | None = None) -> Stack:
    """Systems of rows (tp, n_gt, n_det), called 00000, 00001, …"""
    table = np.array(systems, np.int64).reshape(len(systems), -1, 3)
    columns = {name: table[:, :, k].T for k, name in enumerate(("tp", "n_gt", "n_det"))}
    return Stack.from_columns(names(len(systems)), names(table.shape[1]), columns, groups=groups)


def arrays(tp: Any, n_gt: Any, n_det: Any) -> Stack:
    """From (S, n) or (n,) arrays, as the expected files hold them."""
    columns = {name: np.array(v, np.int64).T for name, v in (("tp", tp), ("n_gt", n_gt), ("n_det", n_det))}
    return Stack.from_columns(names(len(tp)), names(len(tp[0])), columns)


def counted(rows: Rows, ids: Sequence[str] | None = None) -> Counts:
    """A table with the columns of rrc-iou."""
    table = np.array(rows, np.int64).reshape(-1, 3)
    zero = np.zeros(len(table), np.int64)
    columns = {"tp": table[:, 0], "n_gt": table[:, 1], "n_det": table[:, 2], "dc_gt": zero, "dc_det": zero}
    return Counts.of(tuple(names(len(table)) if ids is None else ids), columns)


def board(systems: int, samples: int, seed: int = 0, gap: float = 0.03) -> Stack:
    """Made-up detectors, each ``gap`` (in logits) better than the next, on samples of varying difficulty."""
    draw = np.random.default_rng(seed)
    n_gt = draw.integers(1, 9, samples)
    easy = draw.normal(size=samples)[:, None] + 1.5 - gap * np.arange(systems)[None, :]
    tp = draw.binomial(n_gt[:, None], 1 / (1 + np.exp(-easy)))
    n_det = tp + draw.poisson(0.6, (samples, systems))
    return Stack.from_columns(names(systems), names(samples), {"tp": tp, "n_gt": n_gt, "n_det": n_det})
