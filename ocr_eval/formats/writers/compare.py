"""Two tables -> what the first difference between them is, in words; nothing where they hold the same."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from ocr_eval.errors import quote
from ocr_eval.tables.instances import Instances
from ocr_eval.tables.jsonl import lines


def difference(wanted: Instances, found: Instances) -> str:
    """Samples by id, instances in order; where they came from does not count, nor does the order of samples."""
    missing = set(wanted.sample_ids) ^ set(found.sample_ids)
    if missing:
        return f"sample {quote(min(missing))} would be in one of them only"
    place = {sample: k for k, sample in enumerate(found.sample_ids)}
    found = found.take([place[sample] for sample in wanted.sample_ids], wanted.sample_ids)
    for name in ("geometry", "start", "ring", "xy", "care"):
        if not np.array_equal(getattr(wanted, name), getattr(found, name)):
            return f"{_WORDS[name]} would differ"
    if wanted.texts != found.texts:
        pairs = enumerate(zip(wanted.texts, found.texts, strict=False))
        first = next((i for i, (a, b) in pairs if a != b), 0)
        return f"transcriptions would differ, first at {quote(wanted.place(first))}" if len(wanted) else ""
    # A reader may give numbers that follow from the rings, or leave them out: only those of both can differ.
    both = wanted.numbers.keys() & found.numbers.keys()
    sides = [
        replace(side, numbers={name: side.numbers[name] for name in sorted(both)}) for side in (wanted, found)
    ]
    for a, b in zip(*map(lines, sides), strict=True):
        if a != b:
            return f"what stands beside the rings and texts would differ: {quote(a)} and {quote(b)}"
    return ""


_WORDS = {
    "geometry": "whether there are rings",
    "start": "numbers of instances",
    "ring": "numbers of vertices",
    "xy": "coordinates",
    "care": "don't care flags",
}
