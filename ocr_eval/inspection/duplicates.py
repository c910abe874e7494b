"""Samples -> those that hold the same labels twice: equal multisets exactly, near-duplicates by MinHash.

MinHash (Broder 1997): the share of equal minima of two sets under random orders is their Jaccard index. Sixteen bands
of four minima bring together 98.7 % of the pairs with Jaccard .7 and 99.98 % with .8; every pair that comes together is
then measured exactly. Of a bucket of many samples (a printed form) each is compared with the first and the next one.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ocr_eval.inspection.facts import Facts, words_of
from ocr_eval.inspection.texts import Texts, hashes, mix, text_ids

Index = NDArray[np.int64]
FEWEST = 3  # instances of a sample that can be a duplicate (reference)
FEWEST_WORDS = 5  # different words of a sample that can be a near-duplicate
NEAR = 0.7  # Jaccard index of near-duplicates
BANDS, ROWS = 16, 4
_CHUNK = 1 << 20


class Group(NamedTuple):
    """Samples with the same multiset; positions count through all data sets in a row."""

    samples: tuple[int, ...]
    kind: str  # "texts", "rings", "texts and rings"


class Near(NamedTuple):
    """Two samples with nearly the same words."""

    first: int
    second: int
    jaccard: float


def equal_samples(sides: Sequence[Facts]) -> list[Group]:
    """Groups of samples with three or more instances whose texts, or whose rings, are the same multisets.

    Texts count only where a care text says something: ten don't cares are no duplicate of ten others.
    """
    size = np.concatenate([np.diff(f.instances.start) for f in sides])
    start = np.concatenate([[0], np.cumsum(size)])
    said = np.concatenate([f.written for f in sides]).astype(np.int64)
    spoken = np.diff(np.concatenate([[0], np.cumsum(said)])[start])
    by_text: list[tuple[int, ...]] = []
    if all(f.has_text for f in sides):
        table = _joined([f.texts for f in sides])
        by_text = _groups(table, start, (size >= FEWEST) & (spoken > 0))
    by_ring: list[tuple[int, ...]] = []
    if all(f.instances.geometry for f in sides):
        table = _joined([_rings(f) for f in sides])
        by_ring = _groups(table, start, size >= FEWEST)
    both = set(by_text) & set(by_ring)
    found = [Group(g, "texts and rings" if g in both else "texts") for g in by_text]
    found += [Group(g, "rings") for g in by_ring if g not in both]
    return sorted(found)


def _rings(facts: Facts) -> Texts:
    """Rings as if they were texts of 32-bit words; 0.0 and -0.0 are equal."""
    xy = np.ascontiguousarray(facts.instances.xy + 0.0)
    return Texts(xy.view(np.uint32).reshape(-1), facts.instances.ring * 4)


def _joined(tables: Sequence[Texts]) -> Texts:
    if len(tables) == 1:
        return tables[0]
    moved, total = [np.zeros(1, np.int64)], 0
    for table in tables:
        moved.append(table.offset[1:] + total)
        total += len(table.points)
    return Texts(np.concatenate([t.points for t in tables]), np.concatenate(moved))


def _groups(table: Texts, start: Index, eligible: NDArray[np.bool_]) -> list[tuple[int, ...]]:
    """Samples with equal multisets. A sum of hashes finds candidates; sorted ids decide."""
    hashed = hashes(table)
    total = np.concatenate([np.zeros(1, np.uint64), np.cumsum(mix(hashed))])
    keys = total[start[1:]] - total[start[:-1]]
    who = np.flatnonzero(eligible)
    order = who[np.lexsort((who, keys[who], np.diff(start)[who]))]
    same = (keys[order[1:]] == keys[order[:-1]]) & (np.diff(start)[order[1:]] == np.diff(start)[order[:-1]])
    if not same.any():
        return []
    ids = text_ids(table, hashed)[0]
    found: dict[tuple[int, bytes], list[int]] = {}
    run = np.concatenate([[0], np.cumsum(~same)])
    twins = np.isin(run, run[1:][same])
    for s, number in zip(order[twins].tolist(), run[twins].tolist(), strict=True):
        own = np.sort(ids[start[s] : start[s + 1]]).tobytes()
        found.setdefault((number, own), []).append(s)
    return sorted(tuple(sorted(group)) for group in found.values() if len(group) > 1)


def near_samples(sides: Sequence[Facts], *, across: bool = False) -> list[Near]:
    """Pairs of samples with Jaccard index of their different words >= NEAR; with ``across`` from different sides only.

    Sorted by falling index, then position. Samples with fewer than five different words are left out.
    """
    tables, owners, first = [], [], 0
    limit = 0  # positions from here on belong to the second side
    for facts in sides:
        words, sample = words_of(facts)
        tables.append(words.texts)
        owners.append(sample + first)
        limit, first = first, first + len(facts.instances.sample_ids)
    table, owner = _joined(tables), np.concatenate(owners)
    hashed = hashes(table)
    ids = text_ids(table, hashed)[0]
    keys, one = np.unique(owner * (len(ids) + 1) + ids, return_index=True)
    owner, hashed = owner[one], hashed[one]
    size = np.bincount(owner, minlength=first)
    used = size[owner] >= FEWEST_WORDS
    owner, hashed = owner[used], hashed[used]
    if not len(owner):
        return []
    candidates = _candidates(owner, hashed, limit if across else None)
    jaccard = _jaccard(candidates, keys, size, len(ids) + 1)
    near = jaccard >= NEAR
    candidates, jaccard = candidates[near], jaccard[near]
    order = np.lexsort((candidates[:, 1], candidates[:, 0], -jaccard))
    return [
        Near(int(a), int(b), float(j)) for (a, b), j in zip(candidates[order], jaccard[order], strict=True)
    ]


def not_equal(found: Sequence[Near], equal: Sequence[Group]) -> list[Near]:
    """The pairs that are not reported as samples with equal texts already."""
    group = {s: k for k, g in enumerate(equal) if "texts" in g.kind for s in g.samples}
    return [p for p in found if p.first not in group or group[p.first] != group.get(p.second)]


def _candidates(owner: Index, hashed: NDArray[np.uint64], limit: int | None) -> Index:
    """(P, 2) pairs of samples that agree in a band, first < second, each once."""
    begins = np.flatnonzero(np.diff(owner, prepend=-1))
    samples = owner[begins]
    pairs = [np.zeros((0, 2), np.int64)]
    for band in range(BANDS):
        key = np.zeros(len(samples), np.uint64)
        for row in range(ROWS):
            salt = mix(np.array([band * ROWS + row + 1], np.uint64))
            key = mix(key + np.minimum.reduceat(mix(hashed ^ salt), begins))
        order = np.lexsort((samples, key))
        key, own = key[order], samples[order]
        same = key[1:] == key[:-1]
        run = np.concatenate([[0], np.cumsum(~same)])
        head = own[np.flatnonzero(np.diff(run, prepend=-1))][run]  # the first sample of each run
        made = [np.stack([head, own], 1), np.stack([own[:-1], own[1:]], 1)[same]]
        if limit is not None:
            # Samples ascend within a run: the first of the second side meets every one of the first side.
            second = own >= limit
            foreign = np.full(run[-1] + 1, -1, np.int64)
            foreign[run[second][::-1]] = own[second][::-1]
            mixed = ~second & (foreign[run] >= 0)
            made.append(np.stack([own[mixed], foreign[run[mixed]]], 1))
        pairs.append(np.concatenate(made))
    found = np.unique(np.concatenate(pairs), axis=0)
    found = found[found[:, 0] < found[:, 1]]
    if limit is not None:
        found = found[(found[:, 0] < limit) & (found[:, 1] >= limit)]
    return found


def _jaccard(pairs: Index, keys: Index, size: Index, factor: int) -> NDArray[np.float64]:
    """(P,) exact indices. ``keys``: sorted sample * factor + word of every different word of a sample."""
    begin = np.concatenate([[0], np.cumsum(size)])
    result = np.zeros(len(pairs))
    ends = np.cumsum(size[pairs[:, 0]]) if len(pairs) else np.zeros(0, np.int64)
    row = 0
    while row < len(pairs):
        before = ends[row - 1] if row else 0
        stop = max(row + 1, int(np.searchsorted(ends, before + _CHUNK, "right")))
        a, b = pairs[row:stop].T
        own = np.repeat(np.arange(len(a)), size[a])
        step = np.arange(len(own)) - np.repeat(np.cumsum(size[a]) - size[a], size[a])
        wanted = keys[begin[a][own] + step] + (b - a)[own] * factor
        place = np.minimum(np.searchsorted(keys, wanted), len(keys) - 1)
        shared = np.bincount(own[keys[place] == wanted], minlength=len(a))
        result[row:stop] = shared / (size[a] + size[b] - shared)
        row = stop
    return result
