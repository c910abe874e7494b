"""Disagreeing units with one cause -> guideline cases, ranked by the points of agreement one rule would bring back.

The score is 2 agreed / (instances of A + instances of B) in all images, for every pair of annotators, and the mean
over pairs. A *case* says how these counts change once everybody follows one rule: units of a text class count as
equal, a split unit as one unit on both sides. Leverage = score then - score now, in points. Leverages are not
additive: two cases may explain the same unit, and a resolved split may still differ in its text.
"""

from __future__ import annotations

import hashlib
import math
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ocr_eval.agreement.rules import EQUAL, UserRule, classify, normalise, rules_of
from ocr_eval.errors import Notice
from ocr_eval.protocols.formulas import Formula, Rate
from ocr_eval.stats import random32
from ocr_eval.stats.bootstrap import REPLICATES, replicates
from ocr_eval.stats.intervals import interval
from ocr_eval.stats.ratios import Stack

EXAMPLES = 10
POINTS = 100
_REPLICATES_HELD = 20_000_000

Ints = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Score:
    """Counts per image and pair of annotators; both (images, pairs)."""

    images: tuple[str, ...]
    pairs: tuple[str, ...]  # names of the pairs, "R1-R2"
    agreed: Ints  # units on which both agree
    size: Ints  # instances of the one plus instances of the other
    groups: tuple[str | None, ...] | None = None  # (images,) what is resampled, None: images

    def value(self) -> float | None:
        """The score now: the mean over pairs that have instances; None where none has."""
        return _mean(self.agreed, self.size)


class Occurrence(NamedTuple):
    """One unit of a case: where it is, and how resolving it changes the counts of its image and pair."""

    pair: int
    image: int
    unit: int  # the caller's number of the unit, in an order of content
    agreed: int = 0
    size: int = 0
    scored: bool = True  # False: too loose for the score to see it


class StructureUnit(NamedTuple):
    """A split, merge or regroup: how many care instances it has, how many of them agree now, whether texts differ."""

    pair: int
    image: int
    unit: int
    kind: str
    members_a: int
    members_b: int
    agreed: int
    same_text: bool  # both sides read the same without white space


class TextPair(NamedTuple):
    """A unit that both annotators transcribed. ``counts``: it is one of the pairs that the score looks at."""

    pair: int
    image: int
    unit: int
    a: str
    b: str
    counts: bool = True


@dataclass(frozen=True, eq=False)
class Resolved:
    """A case before it is measured: what the counts would be, and the units that show it."""

    kind: str  # "text", "structure", "dont-care", "tightness", "user-rule"
    name: str
    agreed: Ints  # (images, pairs)
    size: Ints
    occurrences: tuple[Occurrence, ...]
    normalised: float | None = None  # the score when the rule is applied to all texts


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


def text_cases(
    score: Score, texts: Sequence[TextPair], user_rules: Sequence[UserRule] = ()
) -> list[Resolved]:
    """One case per class of differing texts; units of the class count as equal.

    ``normalised`` of a class of rules: the score when these rules go over all texts, also those that differ elsewhere.
    """
    seen: dict[tuple[str, str], str] = {}
    members: dict[str, list[Occurrence]] = defaultdict(list)
    for text in texts:
        name = seen.get((text.a, text.b))
        if name is None:
            name = seen[text.a, text.b] = classify(text.a, text.b, user_rules)
        if name != EQUAL:
            members[name].append(
                Occurrence(text.pair, text.image, text.unit, int(text.counts), 0, text.counts)
            )
    own = {rule.name for rule in user_rules}
    result = []
    for name, occurrences in sorted(members.items()):
        kind = "user-rule" if own & set(rules_of(name)) else "text"
        after = _normalised(score, texts, rules_of(name), user_rules) if rules_of(name) else None
        result.append(resolve(score, kind, name, occurrences, normalised=after))
    return result


def resolve(
    score: Score,
    kind: str,
    name: str,
    occurrences: Iterable[Occurrence],
    *,
    normalised: float | None = None,
) -> Resolved:
    """A case from what each of its units changes."""
    agreed, size, listed = score.agreed.copy(), score.size.copy(), tuple(occurrences)
    for one in listed:
        agreed[one.image, one.pair] += one.agreed
        size[one.image, one.pair] += one.size
    return Resolved(kind, name, agreed, size, listed, normalised)


def structure_cases(score: Score, units: Sequence[StructureUnit]) -> list[Resolved]:
    """One case per kind, apart for units of which only the granularity differs.

    A resolved unit is one instance on both sides; it agrees when both sides read the same without white space.
    """
    members: dict[str, list[Occurrence]] = defaultdict(list)
    for unit in units:
        agreed, size = int(unit.same_text) - unit.agreed, 2 - unit.members_a - unit.members_b
        name = f"{unit.kind}, {'granularity only' if unit.same_text else 'granularity and text'}"
        members[name].append(Occurrence(unit.pair, unit.image, unit.unit, agreed, size))
    return [resolve(score, "structure", name, found) for name, found in sorted(members.items())]


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
        then = _mean(case.agreed, case.size, where=score.size.sum(axis=0) > 0)
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


def _normalised(
    score: Score, texts: Sequence[TextPair], rules: Sequence[str], user_rules: Sequence[UserRule]
) -> float | None:
    done: dict[str, str] = {}

    def form(text: str) -> str:
        if text not in done:
            done[text] = normalise(text, rules, user_rules)
        return done[text]

    agreed = np.zeros_like(score.agreed)
    for text in texts:
        agreed[text.image, text.pair] += text.counts and form(text.a) == form(text.b)
    return _mean(agreed, score.size)


def _mean(agreed: Ints, size: Ints, where: NDArray[np.bool_] | None = None) -> float | None:
    """Mean over pairs of 2 agreed / size; over those that have instances, or over ``where``."""
    under = size.sum(axis=0).tolist()
    over = (2 * agreed.sum(axis=0)).tolist()
    kept = [u > 0 for u in under] if where is None else where.tolist()
    if not any(kept) or any(keep and not u for keep, u in zip(kept, under, strict=True)):
        return None
    values = [o / u for o, u, keep in zip(over, under, kept, strict=True) if keep]
    return math.fsum(values) / len(values)


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
