"""Two data sets -> the comparison as plain data: shifts, slices, what is unseen, what leaks from one into the other."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ocr_eval.inspection import listing
from ocr_eval.inspection.characters import describe
from ocr_eval.inspection.comparison import novelty, shifts, slice_shifts, unseen
from ocr_eval.inspection.duplicates import Group, equal_samples, near_samples, not_equal
from ocr_eval.inspection.facts import Facts
from ocr_eval.inspection.pictures import Look, compare

NEXT = 50  # samples of the second data set that bring most that is new


def compared(
    first: Facts, second: Facts, looks: tuple[Sequence[Look], Sequence[Look]] | None
) -> dict[str, Any]:
    """Everything that needs both data sets. ``looks``: their pictures, when both have some."""
    here, there = first.instances.sample_ids, second.instances.sample_ids
    ids = [*here, *there]
    size = len(here)
    across = [g for g in equal_samples([first, second]) if g.samples[0] < size <= g.samples[-1]]
    both = first.has_text and second.has_text
    near = not_equal(near_samples([first, second], across=True) if both else [], across)
    shared = sorted(set(here) & set(there))
    return {
        "shifts": [
            {
                "name": s.name,
                "n": list(s.n),
                "edges": list(s.edges),
                "counts": [list(c) for c in s.counts],
                "psi": s.psi,
                "ks": s.ks,
            }
            for s in shifts(first, second)
        ],
        "slices": [
            {
                "attribute": s.first.attribute,
                "label": s.first.label,
                "instances": [s.first.instances, s.second.instances],
                "samples": [s.first.samples, s.second.samples],
                "shares": [s.first.share, s.second.share],
                "difference": s.difference,
                "interval": None if s.interval is None else list(s.interval),
                "p": s.p,
            }
            for s in slice_shifts(first, second)
        ],
        "unseen": _unseen(first, second) if both else None,
        "leaks": {
            "same_ids": {
                "count": len(shared),
                "listed": [listing.cut(s) for s in shared[: listing.EXAMPLES]],
            },
            "equal": _sides(across, ids, size),
            "near": listing.nears(near, ids),
            "pictures": None if looks is None else _pictures(looks, ids, size),
        },
        "new_samples": _newest(first, second) if both else None,
    }


def _sides(found: Sequence[Group], ids: Sequence[str], size: int) -> dict[str, Any]:
    """Groups that reach into both data sets, each side by itself."""
    rows = []
    for group in found[: listing.PAIRS]:
        mine = [listing.cut(ids[s]) for s in group.samples if s < size]
        theirs = [listing.cut(ids[s]) for s in group.samples if s >= size]
        few = slice(listing.EXAMPLES)
        rows.append({"gt": mine[few], "other": theirs[few], "size": len(group.samples), "kind": group.kind})
    samples = {s for group in found for s in group.samples if s >= size}
    return {"groups": len(found), "other_samples": len(samples), "listed": rows}


def _unseen(first: Facts, second: Facts) -> dict[str, Any]:
    found = unseen(first, second)

    def table(rows: list[tuple[int, int]]) -> dict[str, Any]:
        shown = [describe(point) | {"count": n} for point, n in rows[: listing.FREQUENT]]
        return {"characters": len(rows), "occurrences": sum(n for _, n in rows), "listed": shown}

    return {
        "texts": found.texts,
        "texts_seen": found.texts_seen,
        "share_seen": found.texts_seen / found.texts if found.texts else None,
        "distinct": list(found.distinct),
        "distinct_shared": found.distinct_shared,
        "characters": found.characters,
        "characters_unseen": found.characters_unseen,
        "only_gt": table(found.only_first),
        "only_other": table(found.only_second),
    }


def _newest(first: Facts, second: Facts) -> list[dict[str, Any]]:
    score, ids = novelty(first, second).tolist(), second.instances.sample_ids
    order = sorted(range(len(ids)), key=lambda s: (-round(score[s], 9), ids[s]))[:NEXT]
    return [{"sample": listing.cut(ids[s]), "novelty": round(score[s], 6)} for s in order if score[s] > 0]


def _pictures(looks: tuple[Sequence[Look], Sequence[Look]], ids: Sequence[str], size: int) -> dict[str, Any]:
    moved = [one._replace(sample=one.sample + size) for one in looks[1]]
    equal, alike = compare([*looks[0], *moved])
    equal = tuple(g for g in equal if g[0] < size <= g[-1])
    alike = tuple(row for row in alike if row[0] < size <= row[1])
    return {
        "equal": {
            "groups": len(equal),
            "listed": [[listing.cut(ids[s]) for s in g[: listing.EXAMPLES]] for g in equal[: listing.PAIRS]],
        },
        "alike": {
            "pairs": len(alike),
            "listed": [
                {"samples": [listing.cut(ids[a]), listing.cut(ids[b])], "bits": bits}
                for a, b, bits in alike[: listing.PAIRS]
            ],
        },
    }
