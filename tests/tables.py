"""Hand-written words -> Instances, for tests that need no file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from ocr_eval.tables.builder import InstancesBuilder
from ocr_eval.tables.instances import Instances


class Word(NamedTuple):
    """One instance: a flat ring or a box (x0, y0, x1, y1), its text, its confidence."""

    ring: Sequence[float]
    text: str = "word"
    confidence: float = 1.0


def box(x0: float, y0: float, x1: float, y1: float) -> list[float]:
    """A rectangle as a clockwise ring (y down) from its top-left corner."""
    return [x0, y0, x1, y0, x1, y1, x0, y1]


def table(
    samples: Mapping[str, Sequence[Word]], *, confidence: bool = False, role: str = "prediction"
) -> Instances:
    """The words as a table; in the gt (``role="gt"``) ``###`` is don't care."""
    builder = InstancesBuilder(source=f"{role}.zip", format="icdar-quad", has_confidence=confidence)
    for sample, words in samples.items():
        builder.begin(sample, f"{sample}.txt")
        for line, word in enumerate(words, 1):
            ring = box(*word.ring) if len(word.ring) == 4 else word.ring
            care = role != "gt" or word.text != "###"
            builder.add(ring, word.text, care, word.confidence, line)
    return builder.build()


def gt(*words: Word) -> Instances:
    """One gt sample called img_1."""
    return table({"img_1": words}, role="gt")


def pred(*words: Word, confidence: bool = False) -> Instances:
    """One predicted sample called img_1."""
    return table({"img_1": words}, confidence=confidence)
