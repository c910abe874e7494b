"""Suspicions, duplicates and characters -> what pages and CSV files show of them: bounded lists, sampled with a seed.

A list says how many there are and how many of them it holds; texts and ids are cut at a length of our own.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ocr_eval.inspection.characters import describe
from ocr_eval.inspection.duplicates import Group, Near
from ocr_eval.inspection.facts import Facts
from ocr_eval.inspection.suspicious import Suspicion
from ocr_eval.stats.random32 import INSPECT, stream, values

Index = NDArray[np.int64]
EXAMPLES = 20  # of each kind on a page
PAIRS = 50  # groups and pairs of duplicates
LONGEST = 200  # characters of a text or an id
FREQUENT, RARE = 100, 200  # characters
TEXTS = 50
SPECTRUM = (1, 2, 3, 4, 5, 6, 11, 21, 51, 101, 1001, 10_001)


def cut(text: str) -> str:
    """At most LONGEST characters, with an ellipsis where some are missing; what UTF-8 cannot hold is U+FFFD."""
    text = whole(text[: LONGEST + 1])
    return text if len(text) <= LONGEST else text[: LONGEST - 1] + "…"


def whole(text: str) -> str:
    """The text without lone surrogates."""
    return text if text.isascii() else text.encode("utf-8", "replace").decode("utf-8")


def draw(hits: Index, seed: int, limit: int = EXAMPLES) -> Index:
    """Positions in ``hits`` (H,) of a random sample that depends on the seed and on the instances alone, ascending."""
    if len(hits) <= limit:
        return np.arange(len(hits))
    keys = values(stream(seed, INSPECT), 0, 1, hits.astype(np.uint32))[0]
    return np.sort(np.lexsort((hits, keys))[:limit])


def place(facts: Facts, k: int) -> dict[str, Any]:
    """Where instance k stands: its sample and its line."""
    table = facts.instances
    sample = int(np.searchsorted(table.start, k, "right")) - 1
    return {"sample": cut(table.sample_ids[sample]), "line": int(table.line[k])}


def suspicion(facts: Facts, found: Suspicion, seed: int) -> dict[str, Any]:
    """One kind with its count, share and examples."""
    examples = []
    for h in draw(found.hits, seed).tolist():
        k = int(found.hits[h])
        row = place(facts, k) | {"text": cut(facts.texts.text(k)) if facts.has_text else None}
        if found.other is not None:
            other = int(found.other[h])
            row["other"] = {
                "line": int(facts.instances.line[other]),
                "text": cut(facts.texts.text(other)) if facts.has_text else None,
            }
        if found.value is not None:
            row["value"] = round(float(found.value[h]), 6)
        row["ring"] = ring(facts, k)
        if found.other is not None:
            row["other"]["ring"] = ring(facts, int(found.other[h]))
        examples.append(row)
    count = len(found.hits)
    return {
        "kind": found.kind,
        "count": count,
        "of": found.of,
        "share": count / found.of if found.of else None,
        "samples": len(np.unique(facts.instances.sample_of[found.hits])),
        "examples": examples,
    }


def ring(facts: Facts, k: int) -> list[float]:
    """The ring of an instance as x1, y1, x2, …, at most 32 vertices of it."""
    return [round(v, 3) for v in facts.instances.points(k)[:32].ravel().tolist()]


def characters(facts: Facts) -> dict[str, Any]:
    """The characters of the care texts: the frequent ones, the rare ones with a place, and the spectrum between."""
    count, points = facts.count, facts.letters.points
    used = np.flatnonzero(count)
    order = used[np.lexsort((points[used], -count[used]))]
    rare = used[np.lexsort((points[used], count[used]))][:RARE]
    rare = rare[count[rare] <= SPECTRUM[5]]
    where = first_places(facts, rare)
    spectrum = []
    for low, high in zip(SPECTRUM, (*SPECTRUM[1:], None), strict=True):
        own = count[used][(count[used] >= low) & (count[used] < (high or np.inf))]
        spectrum.append(
            {
                "from": low,
                "to": None if high is None else high - 1,
                "characters": len(own),
                "occurrences": int(own.sum()),
            }
        )
    return {
        "distinct": len(used),
        "singletons": int((count == 1).sum()),
        "occurrences": int(count.sum()),
        "spectrum": spectrum,
        "frequent": [_character(facts, k) for k in order[:FREQUENT].tolist()],
        "rare": [
            _character(facts, k) | {"first": place(facts, where[k])} for k in rare.tolist() if k in where
        ],
    }


def _character(facts: Facts, k: int) -> dict[str, Any]:
    letters = facts.letters
    return describe(int(letters.points[k])) | {
        "script": letters.names[int(letters.script[k])],
        "count": int(facts.count[k]),
    }


def first_places(facts: Facts, wanted: Index) -> dict[int, int]:
    """Position of a character in the alphabet -> the first care instance that holds it."""
    open_ = np.zeros(len(facts.letters.points), np.bool_)
    open_[wanted] = True
    found: dict[int, int] = {}
    for begin in range(0, len(facts.care), 1 << 17):
        offset = facts.texts.offset[begin : begin + (1 << 17) + 1]
        own = facts.letters.of(facts.texts.points[offset[0] : offset[-1]])
        care = np.repeat(facts.care[begin : begin + (1 << 17)], np.diff(offset))
        hit = np.flatnonzero(open_[own] & care)
        which, first = np.unique(own[hit], return_index=True)
        for k, at in zip(which.tolist(), hit[first].tolist(), strict=True):
            found[k] = begin + int(np.searchsorted(offset, at + offset[0], "right")) - 1
            open_[k] = False
    return found


def frequent_texts(facts: Facts) -> list[dict[str, Any]]:
    """The most frequent care texts."""
    times = np.bincount(facts.ids[facts.care], minlength=len(facts.distinct))
    limit = np.sort(times)[::-1][: TEXTS + 1][-1] if len(times) else 0
    # Ties at the end of the list are decided by the text itself, so only texts at or above the limit are read.
    candidates = np.flatnonzero(times >= max(limit, 2))
    if len(candidates) > 20_000:  # many ties: the list ends above them
        candidates = np.flatnonzero(times > limit)
    rows = [(int(times[k]), facts.texts.text(int(facts.distinct[k]))) for k in candidates.tolist()]
    rows.sort(key=lambda row: (-row[0], row[1]))
    return [{"text": cut(text), "count": count} for count, text in rows[:TEXTS]]


def groups(found: Sequence[Group], ids: Sequence[str]) -> dict[str, Any]:
    """Groups of equal samples, the largest first. ``ids``: sample ids of all data sets in a row."""
    shown = sorted(found, key=lambda g: (-len(g.samples), g.samples, g.kind))[:PAIRS]
    return {
        "groups": len(found),
        "samples": len({s for g in found for s in g.samples}),
        "listed": [
            {"samples": [cut(ids[s]) for s in g.samples[:EXAMPLES]], "size": len(g.samples), "kind": g.kind}
            for g in shown
        ],
    }


def nears(found: Sequence[Near], ids: Sequence[str]) -> dict[str, Any]:
    """Pairs of similar samples, the most similar first."""
    return {
        "pairs": len(found),
        "samples": len({s for pair in found for s in pair[:2]}),
        "listed": [
            {"samples": [cut(ids[a]), cut(ids[b])], "jaccard": round(j, 6)} for a, b, j in found[:PAIRS]
        ],
    }
