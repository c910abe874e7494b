"""Flat transcriptions (code points and offsets) -> lengths, flags and exact ids, without a Python object per text."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ocr_eval.tables.instances import Instances, offsets

Index = NDArray[np.int64]
Flags = NDArray[np.bool_]
_MULTIPLIER = np.uint64(0x9E3779B97F4A7C15)
_CHUNK = 1 << 20  # code points worked on at once


class Texts(NamedTuple):
    """N texts: text i is ``points[offset[i]:offset[i + 1]]``."""

    points: NDArray[np.uint32]  # (C,)
    offset: Index  # (N + 1,)

    @property
    def size(self) -> Index:
        """(N,) code points of each text."""
        return np.diff(self.offset)

    def text(self, k: int) -> str:
        """Text k as a string."""
        own = self.points[self.offset[k] : self.offset[k + 1]]
        return own.astype("<u4").tobytes().decode("utf-32-le", "surrogatepass")

    def some(self, index: Iterable[int]) -> list[str]:
        """The texts at these positions as strings."""
        return [self.text(k) for k in index]


def texts_of(instances: Instances) -> Texts:
    """The transcriptions of a table; all of them empty where it has none."""
    if instances.codepoints is None or instances.text_offset is None:
        return Texts(np.zeros(0, np.uint32), np.zeros(len(instances) + 1, np.int64))
    return Texts(instances.codepoints, instances.text_offset)


def per_text(ufunc: Any, values: NDArray[Any], offset: Index, empty: Any = 0) -> NDArray[Any]:
    """(N,) ``ufunc`` reduced over the values (C,) of every text; ``empty`` for texts without any."""
    size = np.diff(offset)
    full = np.flatnonzero(size)
    result = np.full(len(size), empty, values.dtype)
    if len(full):
        result[full] = ufunc.reduceat(values, offset[full])
    return result


def count_per_text(flags: Flags, offset: Index) -> Index:
    """(N,) how many of the flags (C,) each text has."""
    total = np.zeros(len(flags) + 1, np.int64)
    np.cumsum(flags, out=total[1:])
    counts: Index = total[offset[1:]] - total[offset[:-1]]
    return counts


def first_and_last(flags: Flags, offset: Index) -> tuple[Flags, Flags]:
    """(N,) the flag of the first and of the last code point; False for empty texts."""
    full = np.flatnonzero(np.diff(offset))
    first, last = np.zeros(len(offset) - 1, np.bool_), np.zeros(len(offset) - 1, np.bool_)
    first[full], last[full] = flags[offset[full]], flags[offset[full + 1] - 1]
    return first, last


def neighbours(left: Flags, right: Flags, offset: Index) -> Flags:
    """(N,) texts in which a code point with ``left`` stands directly before one with ``right``."""
    both = np.zeros(len(left), np.bool_)
    if len(left):
        both[1:] = left[:-1] & right[1:]
        begins = offset[:-1][np.diff(offset) > 0]
        both[begins] = False  # its left neighbour belongs to another text
    found: Flags = count_per_text(both, offset) > 0
    return found


def equal_to(texts: Texts, words: Iterable[str]) -> Flags:
    """(N,) texts that are exactly one of the words."""
    found = np.zeros(len(texts.offset) - 1, np.bool_)
    size = texts.size
    for word in sorted(set(words)):
        points = np.frombuffer(word.encode("utf-32-le", "surrogatepass"), "<u4")
        rows = np.flatnonzero((size == len(points)) & ~found)
        for k, point in enumerate(points):
            rows = rows[texts.points[texts.offset[rows] + k] == point]
        found[rows] = True
    return found


def containing(texts: Texts, word: str) -> Flags:
    """(N,) texts that hold the word somewhere. Raises ValueError for an empty word."""
    if not word:
        raise ValueError("an empty word is in every text")
    points = np.frombuffer(word.encode("utf-32-le", "surrogatepass"), "<u4")
    place = np.flatnonzero(texts.points[: max(0, len(texts.points) - len(points) + 1)] == points[0])
    for k, point in enumerate(points[1:], 1):
        place = place[texts.points[place + k] == point]
    owner = np.searchsorted(texts.offset, place, "right") - 1
    found = np.zeros(len(texts.offset) - 1, np.bool_)
    found[owner[place + len(points) <= texts.offset[owner + 1]]] = True
    return found


def hashes(texts: Texts) -> NDArray[np.uint64]:
    """(N,) a 64-bit hash of every text that depends on its content alone; equal texts have equal hashes."""
    result = np.zeros(len(texts.offset) - 1, np.uint64)
    bounds = texts.offset
    row = 0
    while row < len(result):
        stop = max(row + 1, int(np.searchsorted(bounds, bounds[row] + _CHUNK, "right")) - 1)
        own = bounds[row : stop + 1] - bounds[row]
        place = np.arange(own[-1]) - np.repeat(own[:-1], np.diff(own))
        mixed = mix(
            texts.points[bounds[row] : bounds[stop]].astype(np.uint64)
            + (place.astype(np.uint64) + np.uint64(1)) * _MULTIPLIER
        )
        result[row:stop] = per_text(np.add, mixed, own)
        row = stop
    return mix(result + texts.size.astype(np.uint64) * _MULTIPLIER)


def mix(x: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """The finaliser of SplitMix64 (Steele, Lea, Flood 2014), on an array; modulo 2^64."""
    x = (x ^ (x >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    x = (x ^ (x >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    mixed: NDArray[np.uint64] = x ^ (x >> np.uint64(31))
    return mixed


def text_ids(texts: Texts, hashed: NDArray[np.uint64]) -> tuple[Index, Index]:
    """(ids (N,), first (D,)): equal texts have equal ids, exactly; ids follow the first occurrence.

    Texts with equal hashes are compared code point by code point; should two of them differ, all ids come from a
    dictionary instead.
    """
    order = np.argsort(hashed, kind="stable")
    same = hashed[order[1:]] == hashed[order[:-1]]
    if not _all_equal(texts, order[:-1][same], order[1:][same]):
        seen: dict[bytes, int] = {}
        bounds = texts.offset.tolist()
        keys = (texts.points[a:b].tobytes() for a, b in itertools.pairwise(bounds))
        ids = np.fromiter((seen.setdefault(key, len(seen)) for key in keys), np.int64, len(order))
        return ids, np.unique(ids, return_index=True)[1].astype(np.int64)
    group = np.zeros(len(order), np.int64)
    group[1:] = np.cumsum(~same)
    begins = np.flatnonzero(np.diff(group, prepend=-1))
    first = order[begins]  # the sort is stable: the first of a group comes first in the table
    rank = np.empty(len(first), np.int64)
    rank[np.argsort(first)] = np.arange(len(first))
    ids = np.empty(len(order), np.int64)
    ids[order] = rank[group]
    return ids, np.sort(first)


def _all_equal(texts: Texts, left: Index, right: Index) -> bool:
    """Whether every text ``left[k]`` is ``right[k]``; compared in pieces."""
    size = texts.size
    if not (size[left] == size[right]).all():
        return False
    ends = np.cumsum(size[left])
    row = 0
    while row < len(left):
        before = ends[row - 1] if row else 0
        stop = max(row + 1, int(np.searchsorted(ends, before + _CHUNK, "right")))
        own = size[left[row:stop]]
        step = np.arange(own.sum()) - np.repeat(np.cumsum(own) - own, own)
        a = texts.points[np.repeat(texts.offset[left[row:stop]], own) + step]
        b = texts.points[np.repeat(texts.offset[right[row:stop]], own) + step]
        if not (a == b).all():
            return False
        row = stop
    return True


def with_texts(instances: Instances, changed: Mapping[int, str]) -> Instances:
    """The table with other texts at these positions."""
    if not changed:
        return instances
    old = texts_of(instances)
    size = old.size.copy()
    pieces, done = [], 0
    for k in sorted(changed):
        points = np.frombuffer(changed[k].encode("utf-32-le", "surrogatepass"), "<u4").astype(np.uint32)
        size[k] = len(points)
        pieces += [old.points[done : old.offset[k]], points]
        done = int(old.offset[k + 1])
    pieces.append(old.points[done:])
    return replace(instances, codepoints=np.concatenate(pieces), text_offset=offsets(size))
