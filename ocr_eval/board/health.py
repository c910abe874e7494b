"""Per-sample metrics of a board's systems -> test-set health: which samples separate systems, which are dead."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from ocr_eval.protocols.formulas import Formula
    from ocr_eval.stats.items import Items
    from ocr_eval.stats.ratios import Stack

SYSTEMS = 25  # only the best so many: weak systems make every sample look hard
FEWEST = 3  # a correlation over fewer systems says nothing
LISTED = 20
CLASSES = 10


@dataclass(frozen=True, eq=False)
class Health:
    """Item analysis and what a page lists of it: sample indices, most remarkable first."""

    items: Items
    histogram: tuple[int, ...]  # samples with care gt by difficulty, ten classes from 0 to 1
    hardest: tuple[int, ...]
    most_discriminating: tuple[int, ...]
    negative: tuple[int, ...]  # negative discrimination: often a gt error

    @property
    def with_gt(self) -> int:
        return int(self.items.care.sum())


def health(stack: Stack, formulas: Mapping[str, Formula], headline: str, *, higher: bool = True) -> Health:
    """Of the best systems in ``stack``. Samples without care gt are in no list and no class.

    Correlations over fewer than three systems are left out: over two they are 1 or -1 whatever happens.
    """
    import numpy as np

    from ocr_eval.stats.items import care_samples, items

    care = care_samples(stack, formulas, headline)
    found = items(stack, formulas[headline], care=care, higher_is_better=higher, top=SYSTEMS)
    difficulty, discrimination = found.difficulty, found.discrimination
    if len(found.systems) < FEWEST:
        discrimination = np.full(len(care), np.nan)
        found = replace(found, discrimination=discrimination)
    scored = care & ~np.isnan(difficulty)
    classes = np.clip((difficulty[scored] * CLASSES).astype(np.int64), 0, CLASSES - 1)
    return Health(
        found,
        tuple(np.bincount(classes, minlength=CLASSES).tolist()),
        _first(difficulty if higher else -difficulty, scored),
        _first(-discrimination, care & (discrimination > 0)),
        _first(discrimination, care & (discrimination < 0)),
    )


def _first(values: NDArray[np.float64], allowed: NDArray[np.bool_]) -> tuple[int, ...]:
    """Indices of the smallest allowed values, equal ones in sample order."""
    import numpy as np

    chosen = np.flatnonzero(allowed)
    return tuple(chosen[np.argsort(values[chosen], kind="stable")][:LISTED].tolist())
