"""Two answers -> whether they are equal by a named rule: True or the largest difference, AssertionError when not."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from tests.bench.inputs import RingPairs
from tests.bench.ratio import Equal


def numbers_equal(ours: Any, theirs: Any) -> bool:
    """Every number the same, to the last bit."""
    ours, theirs = np.asarray(ours), np.asarray(theirs)
    assert ours.shape == theirs.shape, (ours.shape, theirs.shape)
    different = np.flatnonzero((ours != theirs).ravel())
    assert not len(different), f"{len(different)} of {ours.size} differ, first at {different[0]}"
    return True


def areas_equal(inputs: RingPairs) -> Equal:
    """Within 1e-12 of the larger ring's area; gives the largest difference in that unit."""
    from ocr_eval.kernels.rings import signed_areas

    size_gt = np.abs(signed_areas(inputs.gt.xy, inputs.gt.ring))[inputs.g]
    size_pred = np.abs(signed_areas(inputs.pred.xy, inputs.pred.ring))[inputs.p]
    size = np.maximum(size_gt, size_pred)

    def equal(ours: Any, theirs: Any) -> float:
        difference = float((np.abs(np.asarray(ours) - np.asarray(theirs)) / size).max())
        assert difference <= 1e-12, difference
        return difference

    return equal


def close(ours: float, theirs: float) -> float:
    """One real number within 1e-12."""
    difference = abs(ours - theirs)
    assert difference <= 1e-12, (ours, theirs)
    return difference


def close_as_float32(ours: float, theirs: float) -> float:
    """One real number within 1e-6."""
    difference = abs(ours - theirs)
    assert difference <= 1e-6, (ours, theirs)
    return difference


def all_close(ours: Any, theirs: Any) -> float:
    """Every real number within 1e-12; gives the largest difference."""
    ours, theirs = np.asarray(ours), np.asarray(theirs)
    assert ours.shape == theirs.shape, (ours.shape, theirs.shape)
    difference = float(np.abs(ours - theirs).max())
    assert difference <= 1e-12, difference
    return difference


def same_pairs(ours: Any, theirs: Any) -> bool:
    """The same set of index pairs, in whatever order: (2, P) each."""
    return numbers_equal(_ordered(ours), _ordered(theirs))


def _ordered(pairs: Any) -> np.ndarray:
    g, p = np.asarray(pairs[0]), np.asarray(pairs[1])
    order = np.lexsort((p, g))
    return np.column_stack([g[order], p[order]])


class Rule(NamedTuple):
    """A rule by its name in the table of rivals; ``of(inputs)`` compares two answers about these inputs."""

    name: str
    of: Callable[[Any], Equal]


NUMBERS = Rule("every number the same", lambda _: numbers_equal)
AREAS = Rule("areas to 1e-12 of the larger ring", areas_equal)
PAIRS = Rule("the same pairs", lambda _: same_pairs)
FLOAT32 = Rule("to 1e-6", lambda _: close_as_float32)
RATIO = Rule("to 1e-12", lambda _: close)
INTERVALS = Rule("every end to 1e-12", lambda _: all_close)
SUMS = Rule("every sum to 1e-12", lambda _: all_close)
