"""``Instances`` -> keys that do not depend on files: rings from one start in one direction, and a digest of them all.

Two annotators who drew the same ring from another corner, the other way round, or in another line of another file have
equal keys. Ties are broken by these keys, never by names or by the order of lines.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from ocr_eval.tables.instances import Instances

Ring = tuple[tuple[float, float], ...]
Key = tuple[Ring, str, bool]


def canonical_ring(points: Sequence[Sequence[float]]) -> Ring:
    """The least of all sequences that walk the ring's vertices, from any start, in either direction."""
    walk = [(x + 0.0, y + 0.0) for x, y in points]  # -0.0 is 0.0
    back = walk[::-1]
    return tuple(min(_least_rotation(walk), _least_rotation(back)))


def _least_rotation(walk: list[tuple[float, float]]) -> list[tuple[float, float]]:
    """In linear time: two starts run side by side, the larger one jumps behind what was compared."""
    i, j, k, n = 0, 1, 0, len(walk)
    while max(i, j, k) < n:
        a, b = walk[(i + k) % n], walk[(j + k) % n]
        if a == b:
            k += 1
            continue
        if a > b:
            i += k + 1
        else:
            j += k + 1
        j += i == j
        k = 0
    start = min(i, j)
    return walk[start:] + walk[:start]


def keys(instances: Instances, index: Iterable[int]) -> list[Key]:
    """(ring, transcription, care) of some instances; the transcription is empty where there are none."""
    texts = instances.texts
    return [
        (canonical_ring(instances.points(i).tolist()), texts[i] if texts else "", bool(instances.care[i]))
        for i in index
    ]


def ranks(*sides: Sequence[Key]) -> list[NDArray[np.int64]]:
    """One rank per key of every side, from one common order; equal keys have equal ranks."""
    place = {key: k for k, key in enumerate(sorted({key for side in sides for key in side}))}
    return [np.array([place[key] for key in side], np.int64) for side in sides]


def content_digest(instances: Instances) -> str:
    """SHA-256 of the samples and the sorted keys of their instances: equal for the same content in any spelling."""
    every = keys(instances, range(len(instances)))
    order = sorted(
        range(len(instances.sample_ids)),
        key=lambda s: instances.sample_ids[s].encode("utf-8", "surrogatepass"),
    )
    spans = list(pairwise(instances.start.tolist()))
    total = hashlib.sha256()
    for s in order:
        first, last = spans[s]
        line = repr((instances.sample_ids[s], sorted(every[first:last])))
        total.update(line.encode("utf-8", "surrogatepass"))
    return total.hexdigest()
