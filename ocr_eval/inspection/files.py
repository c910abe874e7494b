"""``Inspection`` -> the CSV files beside the page, whole where the page shows examples.

Texts show control and bidi characters visibly and are cut; no cell begins a formula. Of a kind of suspicion at most
10 000 instances are listed, in file order; ``inspect.json`` has the count.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

import numpy as np

from ocr_eval.inspection.characters import describe
from ocr_eval.inspection.listing import cut
from ocr_eval.inspection.summary import Inspection
from ocr_eval.report.escape import csv_cell, visible

MOST = 10_000


def csv_files(found: Inspection) -> dict[str, str]:
    """Name -> content, LF line ends, a header each."""
    return {
        "characters.csv": _csv(
            ["code", "character", "name", "category", "script", "count"], _characters(found)
        ),
        "images.csv": _csv(
            ["sample", "instances", "care", "characters", "suspicious", "rarity"], _images(found)
        ),
        "suspicious.csv": _csv(
            ["kind", "sample", "line", "text", "other_line", "other_text", "value"], _suspicious(found)
        ),
        "duplicates.csv": _csv(["set", "kind", "sample", "jaccard"], _duplicates(found)),
        "slices.csv": _csv(
            ["attribute", "label", "instances", "of", "samples", "share", "lo", "hi"], _slices(found)
        ),
    }


def _csv(header: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    lines = [",".join(header)]
    lines += [",".join(_cell(value) for value in row) for row in rows]
    return "\n".join(lines) + "\n"


def _cell(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, float):
        return f"{value:.6g}"
    return csv_cell(visible(cut(value))) if isinstance(value, str) else str(value)


def _characters(found: Inspection) -> Iterator[Sequence[object]]:
    letters, count = found.facts.letters, found.facts.count
    used = np.flatnonzero(count)
    for k in used[np.lexsort((letters.points[used], -count[used]))].tolist():
        told = describe(int(letters.points[k]))
        script = letters.names[int(letters.script[k])]
        yield told["code"], told["character"], told["name"], told["category"], script, int(count[k])


def _images(found: Inspection) -> Iterator[Sequence[object]]:
    facts = found.facts
    ids, sample = facts.instances.sample_ids, facts.instances.sample_of
    care = np.bincount(sample[facts.care], minlength=len(ids))
    held = np.bincount(sample, np.where(facts.care, facts.length, 0), minlength=len(ids)).astype(np.int64)
    odd = np.zeros(len(facts.care), np.bool_)
    for one in found.suspicions:
        odd[one.hits] = True
    odd_ones = np.bincount(sample[odd], minlength=len(ids))
    size = np.diff(facts.instances.start)
    for k, name in enumerate(ids):
        yield name, int(size[k]), int(care[k]), int(held[k]), int(odd_ones[k]), found.rarity[k]


def _suspicious(found: Inspection) -> Iterator[Sequence[object]]:
    facts = found.facts
    table = facts.instances

    def text(k: int) -> str | None:
        return facts.texts.text(k) if facts.has_text else None

    for one in found.suspicions:
        for h, k in enumerate(one.hits[:MOST].tolist()):
            name = table.sample_ids[int(table.sample_of[k])]
            other = None if one.other is None else int(one.other[h])
            yield (
                one.kind,
                name,
                int(table.line[k]),
                text(k),
                None if other is None else int(table.line[other]),
                None if other is None else text(other),
                None if one.value is None else float(one.value[h]),
            )


def _duplicates(found: Inspection) -> Iterator[Sequence[object]]:
    ids = found.facts.instances.sample_ids
    for number, (kind, samples, jaccard) in enumerate(_sets(found), 1):
        for s in samples:
            yield number, kind, ids[s], jaccard


def _sets(found: Inspection) -> Iterator[tuple[str, Sequence[int], float | None]]:
    for group in found.equal:
        yield f"equal {group.kind}", group.samples, None
    for pair in found.near[:MOST]:
        yield "similar words", (pair.first, pair.second), pair.jaccard
    if found.pictures is not None:
        for same in found.pictures.equal:
            yield "equal picture files", same, None
        for first, second, _ in found.pictures.alike[:MOST]:
            yield "similar pictures", (first, second), None


def _slices(found: Inspection) -> Iterator[Sequence[object]]:
    for s in found.slices:
        lo, hi = s.interval or (None, None)
        yield s.attribute, s.label, s.instances, s.of, s.samples, s.share, lo, hi
