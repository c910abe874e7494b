"""Disagreeing units with one cause -> cases: what the counts would be once everybody followed one rule.

The score is 2 agreed / (instances of A + instances of B) in all images, for every pair of annotators, and the mean
over pairs. Units of a text class then count as equal, a split unit as one unit on both sides. ``leverage`` measures.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ocr_eval.agreement.rules import EQUAL, classify, normalise, rules_of
from ocr_eval.agreement.user_rules import UserRule

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
        return mean_score(self.agreed, self.size)


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
    return mean_score(agreed, score.size)


def mean_score(agreed: Ints, size: Ints, where: NDArray[np.bool_] | None = None) -> float | None:
    """Mean over pairs of 2 agreed / size; over those that have instances, or over ``where``."""
    under = size.sum(axis=0).tolist()
    over = (2 * agreed.sum(axis=0)).tolist()
    kept = [u > 0 for u in under] if where is None else where.tolist()
    if not any(kept) or any(keep and not u for keep, u in zip(kept, under, strict=True)):
        return None
    values = [o / u for o, u, keep in zip(over, under, kept, strict=True) if keep]
    return math.fsum(values) / len(values)
