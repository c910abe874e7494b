"""The sample -> calls that can be timed: areas, count rows, archives to counts, candidate boxes."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from ocr_eval.bench.sample import Sample

Call = Callable[[], Any]


def pairs(sample: Sample) -> tuple[Any, Any]:
    """Indices (gt, pred) of all pairs whose boxes meet."""
    from ocr_eval.pairing import Pairing

    pairs = Pairing(sample.joined, kernels="numpy").rings
    return pairs.gt, pairs.pred


def areas(sample: Sample, engine: str) -> Call:
    """Shared area of each of ``pairs``; tables of edges are made anew."""
    from ocr_eval.pairing import Pairing

    g, p = pairs(sample)
    return lambda: Pairing(sample.joined, kernels=engine).chosen(g, p).inter


def rows(sample: Sample, name: str, columns: tuple[str, ...], engine: str) -> Call:
    """These columns of every image; pairs are computed anew at every call."""
    from ocr_eval.pairing import Pairing
    from ocr_eval.protocols import protocol

    rule: Any = protocol(name)

    def call() -> list[int]:
        counts = rule.count(sample.joined, Pairing(sample.joined, kernels=engine))
        rows: list[int] = np.column_stack([counts[column] for column in columns]).ravel().tolist()
        return rows

    return call


def from_archives(sample: Sample, engine: str) -> Call:
    """``rrc-iou`` from two archives: tp, n_gt, n_det in all."""
    from ocr_eval.pairing import Pairing
    from ocr_eval.protocols import protocol

    rule: Any = protocol("rrc-iou")
    gt, pred = sample.quads

    def call() -> list[int]:
        joined = sample.read(gt, pred, text=False)
        total = rule.count(joined, Pairing(joined, kernels=engine)).total()
        return [total[name] for name in ("tp", "n_gt", "n_det")]

    return call


def candidates(engine: str) -> Call:
    """Pairs of 2 000 by 2 000 boxes whose boxes meet, (2, P)."""
    draw = np.random.default_rng(3)
    sides = []
    for _ in range(2):
        low = draw.integers(0, 3_000, (2_000, 2))
        high = low + draw.integers(15, 120, (2_000, 2))
        xy = np.column_stack([low, high[:, 0], low[:, 1], high, low[:, 0], high[:, 1]]).reshape(-1, 2)
        sides.append(
            (np.array([0, 2_000]), xy.astype(np.float64), np.arange(0, 8_001, 4), np.zeros(2_000, np.uint8))
        )

    def call() -> Any:
        if engine == "numba":
            from ocr_eval.kernels import compiled as made
        else:
            from ocr_eval.kernels import vector as made  # type: ignore[no-redef]
        gt, pred = (made.side(*side) for side in sides)
        return np.array(made.candidates(gt, pred, lambda *_: None))

    return call
