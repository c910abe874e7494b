"""Two annotators -> everything the pair is asked for, each computed once: units, structure, texts, rows of units."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ocr_eval.agreement import effort
from ocr_eval.agreement.inputs import Annotations, Annotator
from ocr_eval.agreement.rules import classify
from ocr_eval.agreement.scores import columns, similarity, sweep
from ocr_eval.agreement.structure import Structure
from ocr_eval.agreement.text_distances import TextAgreement, text_agreement
from ocr_eval.agreement.tightness import Tightness
from ocr_eval.agreement.units import KINDS, Side, Units, transcribed, units
from ocr_eval.agreement.user_rules import UserRule

Ints = NDArray[np.int64]
CONFUSIONS = 50  # listed per pair, most frequent first


class Row(NamedTuple):
    """One unit as a person reads it; None where a column does not apply. Lines are those of the annotators' files."""

    image: str
    a: str
    b: str
    ids_a: tuple[int, ...]
    ids_b: tuple[int, ...]
    structure: str
    sub_kind: str
    iou: float | None
    paired: tuple[tuple[int, int], ...]  # one-to-one above the threshold
    text_a: str | None
    text_b: str | None
    one_minus_ned: float | None
    text_class: str | None
    dont_care_a: bool
    dont_care_b: bool
    offsets: tuple[float, ...] | None
    log_area_ratio: float | None
    vertices_a: int | None
    vertices_b: int | None


@dataclass(frozen=True, eq=False)
class Pair:
    """``a`` is the reference side of split, merge, missing and extra: the annotator with more instances."""

    a: Annotator
    b: Annotator
    units: Units
    user_rules: tuple[UserRule, ...] = ()
    _classes: dict[tuple[str, str], str] = field(default_factory=dict)
    _distances: dict[int, TextAgreement] = field(default_factory=dict)

    @property
    def name(self) -> str:
        return f"{self.a.id}-{self.b.id}"

    @property
    def has_texts(self) -> bool:
        """Both sides have transcriptions."""
        return transcribed(self.units.a) and transcribed(self.units.b)

    @cached_property
    def structure(self) -> Structure:
        return Structure(self.units)

    @cached_property
    def tightness(self) -> Tightness:
        return Tightness(self.units)

    @cached_property
    def columns(self) -> dict[str, NDArray[Any]]:
        """Counts per image: what scores are made of, the thresholds included."""
        return columns(self.units) | sweep(self.units)

    @cached_property
    def unit_of_a(self) -> Ints:
        """(N a,) the unit of every instance of a."""
        return _owners(self.units.of_a)

    @cached_property
    def unit_of_b(self) -> Ints:
        """(N b,) the unit of every instance of b."""
        return _owners(self.units.of_b)

    @cached_property
    def texts(self) -> list[tuple[str, str]]:
        """Transcriptions of the one-to-one pairs; empty where a side has none."""
        if not self.has_texts:
            return []
        first, second = self.units.paired
        a, b = self.units.a.texts, self.units.b.texts
        return [(a[i], b[j]) for i, j in zip(first.tolist(), second.tolist(), strict=True)]

    def text_class(self, a: str, b: str) -> str:
        """The class of two transcriptions under this run's rules."""
        if (a, b) not in self._classes:
            self._classes[a, b] = classify(a, b, self.user_rules)
        return self._classes[a, b]

    @cached_property
    def classes(self) -> Counter[str]:
        """Class -> one-to-one pairs."""
        return Counter(self.text_class(a, b) for a, b in self.texts)

    def text_agreement(self, seed: int) -> TextAgreement:
        """Alpha, observed and expected distances of the one-to-one pairs."""
        if seed not in self._distances:
            self._distances[seed] = text_agreement(self.texts, seed=seed)
        return self._distances[seed]

    @cached_property
    def effort(self) -> tuple[dict[str, Ints], dict[str, Ints]]:
        """Work per image that labels of a leave on the way to those of b, and the other way round."""
        return effort.columns(self, forward=True), effort.columns(self, forward=False)

    @cached_property
    def confusions(self) -> list[tuple[str, str, int]]:
        """(characters of a, characters of b, times), most frequent first: the edits of one alignment per pair."""
        from ocr_eval.text.distance import edit_script

        found: Counter[tuple[str, str]] = Counter()
        for (a, b), times in Counter(self.texts).items():
            if a != b:
                for kind, old, new in edit_script(a, b):
                    if kind != "equal":
                        found[old, new] += times
        ranked = sorted(found.items(), key=lambda row: (-row[1], row[0]))
        return [(old, new, times) for (old, new), times in ranked]

    @cached_property
    def _pairs_of(self) -> dict[int, list[tuple[int, int]]]:
        """Unit -> its one-to-one pairs (a pair shares more than half of the smaller ring, so it lies in one unit)."""
        result: dict[int, list[tuple[int, int]]] = {}
        first, second = self.units.paired
        for i, j in zip(first.tolist(), second.tolist(), strict=True):
            result.setdefault(int(self.unit_of_a[i]), []).append((i, j))
        return result

    @cached_property
    def _match_of(self) -> dict[int, int]:
        """Unit -> its place among the matches."""
        return {u: k for k, u in enumerate(self.units.matches[0].tolist())}

    def row(self, unit: int) -> Row:
        """One unit in words and numbers."""
        own, a, b = self.units, self.units.a, self.units.b
        members_a, members_b = self.structure.members(unit)
        text_a, text_b = self.structure.texts(unit)
        place = self._match_of.get(unit)
        iou = offsets = ratio = vertices_a = vertices_b = ned = name = None
        if place is not None:
            iou = float(own.iou[own.match_pair[place]])
            offsets = tuple(self.tightness.offsets[place].tolist())
            ratio = float(self.tightness.log_area_ratio[place])
        if text_a is not None and text_b is not None:
            ned = float(similarity([text_a], [text_b])[0])
            name = self.text_class(text_a, text_b) if place is not None else None
        if len(members_a) == 1:
            vertices_a = int(a.ring[members_a[0] + 1] - a.ring[members_a[0]])
        if len(members_b) == 1:
            vertices_b = int(b.ring[members_b[0] + 1] - b.ring[members_b[0]])
        return Row(
            a.sample_ids[int(own.sample[unit])],
            self.a.id,
            self.b.id,
            tuple(int(a.line[i]) for i in members_a),
            tuple(int(b.line[j]) for j in members_b),
            KINDS[int(own.kind[unit])],
            self.structure.sub_kind[unit],
            iou,
            tuple((int(a.line[i]), int(b.line[j])) for i, j in self._pairs_of.get(unit, [])),
            text_a,
            text_b,
            ned,
            name,
            bool(own.dont_care[0][unit]),
            bool(own.dont_care[1][unit]),
            offsets,
            ratio,
            vertices_a,
            vertices_b,
        )

    def rows(self) -> Iterator[Row]:
        """Every unit, by image, then from top to bottom."""
        return (self.row(unit) for unit in range(len(self.units)))

    def rings(self, unit: int) -> tuple[list[list[list[float]]], list[list[list[float]]]]:
        """The rings of both sides of a unit, in reading order."""
        members_a, members_b = self.structure.members(unit)
        return (
            [self.units.a.points(i).tolist() for i in members_a],
            [self.units.b.points(j).tolist() for j in members_b],
        )


def pairs(
    annotations: Annotations,
    *,
    threshold: float,
    user_rules: Sequence[UserRule] = (),
    kernels: str = "auto",
    ordered: bool = False,
) -> list[Pair]:
    """All R (R - 1) / 2 pairs. In each, a has more instances, or comes first (always, if ``ordered``)."""
    result = []
    shared: dict[tuple[str, str], str] = {}
    listed = annotations.annotators
    for k, one in enumerate(listed):
        for other in listed[k + 1 :]:
            a, b = (other, one) if len(other.table) > len(one.table) and not ordered else (one, other)
            found = units(a.table, b.table, threshold=threshold, kernels=kernels)
            result.append(Pair(a, b, found, tuple(user_rules), shared))
    return result


def _owners(side: Side) -> Ints:
    owner = np.empty(len(side.values), np.int64)
    owner[side.values] = np.repeat(np.arange(len(side.start) - 1), side.size)
    return owner
