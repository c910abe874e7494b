"""Cases -> guideline cases, ranked by the points of agreement that one rule would bring back.

Leverage = score when the case is resolved - score now, in points. Leverages are not additive: two cases may explain the
same unit, and a resolved split may still differ in its text.
"""

from __future__ import annotations

import hashlib
import math
from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ocr_eval.agreement.cases import Occurrence, Resolved, Score, mean_score
from ocr_eval.errors import Notice
from ocr_eval.protocols.formulas import Formula, Rate
from ocr_eval.stats import random32
from ocr_eval.stats.bootstrap import REPLICATES, replicates
from ocr_eval.stats.intervals import interval
from ocr_eval.stats.ratios import Stack

EXAMPLES = 10
POINTS = 100
_REPLICATES_HELD = 20_000_000


class Case(NamedTuple):
    """``leverage`` and its interval are points; ``notice`` says why there is no interval."""

    kind: str
    name: str
    units: int
    scored: int  # units that the score sees; the rest are too loose for it
    images: int  # of those
    pairs: int
    leverage: float | None
    lo: float | None
    hi: float | None
    notice: Notice | None
    normalised: float | None
    examples: tuple[int, ...]  # numbers of units


def leverage(
    score: Score,
    cases: Sequence[Resolved],
    *,
    seed: int,
    resamples: int = REPLICATES,
    examples: int = EXAMPLES,
) -> list[Case]:
    """The cases by falling leverage, then images, then units, then name.

    Intervals: percentiles of the paired difference on resampled images (or groups), none below 20 of them.
    """
    now = score.value()
    drawn = differences(score, cases, seed, resamples)
    result = []
    for case, own in zip(cases, drawn, strict=True):
        then = mean_score(case.agreed, case.size, where=score.size.sum(axis=0) > 0)
        points = None if now is None or then is None else POINTS * (then - now)
        units = len(set(score.groups or ()) - {None}) + (score.groups or ()).count(None)
        found = interval(
            own,
            points,
            units=units if score.groups is not None else len(score.images),
            unit="image" if score.groups is None else "group",
            metric=f"the leverage of {case.name}",
        )
        images = {one.image for one in case.occurrences if one.scored}
        chosen = spread_examples(score.images, case.occurrences, seed=seed, count=examples)
        pairs = len({one.pair for one in case.occurrences})
        result.append(
            Case(
                case.kind,
                case.name,
                len(case.occurrences),
                sum(one.scored for one in case.occurrences),
                len(images),
                pairs,
                points,
                *found,
                case.normalised,
                chosen,
            )
        )
    return sorted(
        result,
        key=lambda c: (
            -(-math.inf if c.leverage is None else c.leverage),
            -c.images,
            -c.units,
            c.kind,
            c.name,
        ),
    )


def spread_examples(
    images: Sequence[str], occurrences: Sequence[Occurrence], *, seed: int, count: int = EXAMPLES
) -> tuple[int, ...]:
    """Up to ``count`` units: one per image in drawn order, then a second one per image, and so on."""
    own: dict[int, set[int]] = defaultdict(set)
    for one in occurrences:
        own[one.image].add(one.unit)
    if not own:
        return ()
    listed = sorted(own, key=lambda image: images[image].encode("utf-8", "surrogatepass"))
    digests = [
        int(hashlib.sha256(images[image].encode("utf-8", "surrogatepass")).hexdigest()[:8], 16)
        for image in listed
    ]
    drawn = random32.values(random32.stream(seed, random32.AGREE), 0, 1, np.array(digests, np.uint32))[
        0
    ].tolist()
    order = [image for _, image in sorted(zip(drawn, listed, strict=True), key=lambda pair: pair[0])]
    rounds = [sorted(own[image]) for image in order]
    deepest = max(map(len, rounds))
    found = (units[k] for k in range(deepest) for units in rounds if k < len(units))
    return tuple(unit for unit, _ in zip(found, range(count), strict=False))


def differences(
    score: Score, cases: Sequence[Resolved], seed: int, resamples: int
) -> list[NDArray[np.float64]]:
    """(resamples,) per case: score then - score now in points, on the same resampled images."""
    pairs = np.flatnonzero(score.size.sum(axis=0) > 0)
    if not len(pairs) or not len(score.images):
        return [np.zeros(resamples) for _ in cases]
    batch = max(1, _REPLICATES_HELD // (resamples * len(pairs)))
    result = []
    for start in range(0, len(cases), batch):
        own = cases[start : start + batch]
        columns = {"agreed": score.agreed[:, pairs], "size": score.size[:, pairs]}
        formulas: dict[str, Formula] = {"now": Rate((("agreed", 2),), (("size", 1),))}
        for k, case in enumerate(own):
            columns |= {f"agreed_{k}": case.agreed[:, pairs], f"size_{k}": case.size[:, pairs]}
            formulas[f"then_{k}"] = Rate(((f"agreed_{k}", 2),), ((f"size_{k}", 1),))
        names = [score.pairs[k] for k in pairs.tolist()]
        stack = Stack.from_columns(names, score.images, columns, groups=score.groups)
        found: Mapping[str, NDArray[np.float64]] = replicates(stack, formulas, seed=seed, B=resamples)
        now = found["now"].mean(axis=1)
        result += [POINTS * (found[f"then_{k}"].mean(axis=1) - now) for k in range(len(own))]
    return result
