"""Per-sample metrics of a board's systems -> test-set health: which samples separate systems, which are dead."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from ocr_eval.protocols.formulas import Formula
    from ocr_eval.stats.ratios import Stack

SYSTEMS = 25  # only the best so many: weak systems make every sample look hard
FEWEST = 3  # a correlation over fewer systems says nothing
LISTED = 20
CLASSES = 10


@dataclass(frozen=True, eq=False)
class Health:
    """Arrays over the n samples; nan where a value is undefined. Lists hold sample indices, most remarkable first."""

    systems: int
    has_gt: NDArray[np.bool_]
    saturated: NDArray[np.bool_]
    unsolved: NDArray[np.bool_]
    difficulty: NDArray[np.float64]  # mean of the systems' metric
    discrimination: NDArray[np.float64]  # correlation with the systems' metric on all other samples
    histogram: tuple[int, ...]
    hardest: tuple[int, ...]
    most_discriminating: tuple[int, ...]
    negative: tuple[int, ...]


def health(stack: Stack, formulas: Mapping[str, Formula], headline: str, *, higher: bool = True) -> Health:
    """Item analysis of the systems in ``stack``, which are the board's best in any order.

    Saturated: every system has the best value there is (1, or 0 where lower is better); unsolved: every system has the
    worst (0; at least 1 where lower is better). Samples without care gt are in no list and no class.
    """
    import numpy as np

    each = stack.each(formulas[headline])
    samples, systems = each.shape
    has_gt = with_gt(stack, formulas, headline)
    defined = ~np.isnan(each)
    known = defined.sum(axis=1)
    difficulty = np.divide(
        np.where(defined, each, 0.0).sum(axis=1), known, out=np.full(samples, np.nan), where=known > 0
    )
    whole = has_gt & (known == systems) & (systems > 0)
    # Undefined values are taken out by ``whole``; 0.5 is neither best nor worst.
    filled = np.where(defined, each, 0.5)
    best, worst = (filled >= 1, filled <= 0) if higher else (filled <= 0, filled >= 1)
    saturated, unsolved = whole & best.all(axis=1), whole & worst.all(axis=1)
    discrimination = np.full(samples, np.nan)
    if systems >= FEWEST:
        correlated = _correlations(filled, stack.left_out(formulas[headline]))
        discrimination = np.where(whole, correlated, np.nan)
    scored = has_gt & ~np.isnan(difficulty)
    classes = np.clip((difficulty[scored] * CLASSES).astype(np.int64), 0, CLASSES - 1)
    negative = discrimination < 0
    return Health(
        systems,
        has_gt,
        saturated,
        unsolved,
        difficulty,
        discrimination,
        tuple(np.bincount(classes, minlength=CLASSES).tolist()),
        _first(difficulty if higher else -difficulty, scored),
        _first(-discrimination, discrimination > 0),
        _first(discrimination, negative),
    )


def with_gt(stack: Stack, formulas: Mapping[str, Formula], headline: str) -> NDArray[np.bool_]:
    """(n,) does the sample hold anything to find? What recall divides by, else what the headline divides by."""
    import numpy as np

    from ocr_eval.protocols.formulas import Rate

    formula = formulas.get("recall", formulas[headline])
    under = formula.under if isinstance(formula, Rate) else formula.recall.under
    sizes = np.broadcast_to(stack.linear(under, stack.matrix.T), (len(stack.names), len(stack.samples)))
    return np.asarray((sizes != 0).any(axis=0), np.bool_)


def _correlations(each: NDArray[np.float64], rest: NDArray[np.float64]) -> NDArray[np.float64]:
    """(n,) Pearson correlation of two (n, S) tables row by row; nan where a row is constant or undefined."""
    import numpy as np

    constant = (each == each[:, :1]).all(axis=1) | (rest == rest[:, :1]).all(axis=1)
    a = each - each.mean(axis=1, keepdims=True)
    b = rest - rest.mean(axis=1, keepdims=True)
    size = np.sqrt((a * a).sum(axis=1) * (b * b).sum(axis=1))
    usable = ~constant & (size > 0)
    result = np.full(len(each), np.nan)
    np.divide((a * b).sum(axis=1), size, out=result, where=usable)
    return result


def _first(values: NDArray[np.float64], allowed: NDArray[np.bool_]) -> tuple[int, ...]:
    """Indices of the smallest allowed values, equal ones in sample order."""
    import numpy as np

    chosen = np.flatnonzero(allowed)
    return tuple(chosen[np.argsort(values[chosen], kind="stable")][:LISTED].tolist())
