"""An agreement -> every image with both annotators' rings and units, as plain data, most disagreement first."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from functools import cached_property
from typing import NamedTuple

import numpy as np

from ocr_eval.agreement.library import Agreement
from ocr_eval.agreement.pair import Pair, Row
from ocr_eval.agreement.structure import LOOSE
from ocr_eval.stats.tables import byte_order

Rings = list[list[list[float]]]


class UnitView(NamedTuple):
    """One unit: its row, its rings, whether both annotators say the same of it."""

    row: Row
    rings_a: Rings
    rings_b: Rings
    agreed: bool


class PairView(NamedTuple):
    """Two annotators on one image, as told to the reader; units from top to bottom."""

    a: str
    b: str
    units: tuple[UnitView, ...]

    @property
    def kinds(self) -> Counter[str]:
        """Kind -> units."""
        return Counter(unit.row.structure for unit in self.units)

    @property
    def differing(self) -> int:
        """Units of which the two do not say the same."""
        return sum(not unit.agreed for unit in self.units)


class ImageView(NamedTuple):
    """One image. ``disagreement`` is None where nobody drew anything."""

    image: str
    disagreement: float | None
    pairs: tuple[PairView, ...]


class ImageRow(NamedTuple):
    """One image in the list of all; counts are sums over pairs of annotators."""

    image: str
    disagreement: float | None
    units: int
    differing: int


class ImageViews:
    """All images of a result; the view of one image is made when it is asked for."""

    def __init__(self, found: Agreement) -> None:
        self.found = found

    @cached_property
    def rows(self) -> tuple[ImageRow, ...]:
        """Most disagreement first, then by id; images without instances last."""
        worst = self.found.disagreement
        total: Counter[str] = Counter()
        differing: Counter[str] = Counter()
        for pair in self.found.pairs:
            images = pair.units.a.sample_ids
            for unit, sample in enumerate(pair.units.sample.tolist()):
                total[images[sample]] += 1
                differing[images[sample]] += not self._agreed[id(pair)][unit]
        order = sorted(
            self.found.annotations.images,
            key=lambda image: (image not in worst, -worst.get(image, 0.0), byte_order(image)),
        )
        return tuple(ImageRow(image, worst.get(image), total[image], differing[image]) for image in order)

    def view(self, image: str) -> ImageView:
        """Everything about one image. Raises ValueError for an image that was not compared."""
        place = self.found.annotations.images.index(image)
        pairs = []
        for pair in self.found.pairs:
            first, last = np.searchsorted(pair.units.sample, [place, place + 1]).tolist()
            units = tuple(
                UnitView(pair.row(unit), *pair.rings(unit), self._agreed[id(pair)][unit])
                for unit in range(first, last)
            )
            pairs.append(PairView(self.found.label(pair.a.id), self.found.label(pair.b.id), units))
        return ImageView(image, self.found.disagreement.get(image), tuple(pairs))

    @cached_property
    def _agreed(self) -> dict[int, list[bool]]:
        return {id(pair): list(_agreements(pair)) for pair in self.found.pairs}


def _agreements(pair: Pair) -> Iterator[bool]:
    """Whether a unit is a match above the threshold with equal flags and, on care instances, equal texts."""
    own = pair.units
    found, first, second = (index.tolist() for index in own.matches)
    same = set()
    for unit, i, j in zip(found, first, second, strict=True):
        care = bool(own.a.care[i]), bool(own.b.care[j])
        if pair.structure.sub_kind[unit] == LOOSE or care[0] != care[1]:
            continue
        if not care[0] or not pair.has_texts or own.a.texts[i] == own.b.texts[j]:
            same.add(unit)
    return (unit in same for unit in range(len(own)))


def confusion_examples(found: Agreement, most: int = 3) -> list[dict[tuple[str, str], list[tuple[str, str]]]]:
    """Per pair of annotators: characters confused -> texts they stand in, the shortest first."""
    from ocr_eval.agreement.pair import CONFUSIONS
    from ocr_eval.text.distance import edit_script

    result = []
    for pair in found.pairs:
        listed = {(a, b) for a, b, _ in pair.confusions[:CONFUSIONS]}
        examples: dict[tuple[str, str], list[tuple[str, str]]] = {}
        differing = {(a, b) for a, b in pair.texts if a != b}
        for a, b in sorted(differing, key=lambda texts: (len(texts[0]) + len(texts[1]), texts)):
            for _, old, new in edit_script(a, b):
                kept = examples.setdefault((old, new), []) if (old, new) in listed else None
                if kept is not None and len(kept) < most and (a, b) not in kept:
                    kept.append((a, b))
        result.append(examples)
    return result
