"""Several annotators on one image axis -> per joint unit a decision: kept with ring, flag and text, dropped, or open.

A unit is kept when at least ceil(R q) annotators have it; of two annotators both. Instances that cut the same thing
differently (one box, or one per word) are not averaged: the cut that most annotators made is taken, when it is the only
such and reaches the quorum. Whatever ties stays open, with everything that annotators drew and wrote.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import combinations
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ocr_eval.agreement.consensus_ring import Drawn, ring_of, whole_pixels
from ocr_eval.agreement.consensus_text import Reading, reading
from ocr_eval.agreement.joint import Joint, Overlaps, joint_units
from ocr_eval.pairing import Pairing
from ocr_eval.tables.instances import Instances
from ocr_eval.tables.joined import Joined

KEPT, DROPPED, OPEN = "kept", "dropped", "unresolved"
TOO_FEW, ONE_OF_TWO, CUT, OTHER_CUT = "below quorum", "one of two", "granularity", "other granularity"
LOOSE = "loose"  # one ring each, too different to be one unit
CARE, TEXT, LAYOUT = "dont-care", "text", "layout"
OVERLAP = 0.5  # of the smaller ring: then two units are about the same thing

Members = tuple[tuple[int, int], ...]  # (annotator, instance)


class Decision(NamedTuple):
    """What becomes of a joint unit, or of several that cut the same thing differently (then they are one decision).

    ``care`` and ``text`` are None where they are open or nobody transcribed anything; ``agreeing`` annotators gave
    exactly ``text``.
    """

    sample: int
    status: str
    kind: str  # why it is not kept; empty where it is
    members: Members
    drawn: Drawn | None = None
    care: bool | None = None
    text: str | None = None
    read: Reading | None = None

    @property
    def annotators(self) -> int:
        """How many have the unit."""
        return len({annotator for annotator, _ in self.members})


@dataclass(frozen=True, eq=False)
class Consensus:
    """All decisions, by image, then from top to bottom."""

    tables: tuple[Instances, ...]
    decisions: tuple[Decision, ...]
    has_text: bool
    rounded: int  # rings that were moved to whole pixels
    needed: int  # annotators that keep a unit

    def with_status(self, status: str) -> list[Decision]:
        """The decisions of one status, in order."""
        return [decision for decision in self.decisions if decision.status == status]


def consensus(
    tables: Sequence[Instances],
    *,
    text: str = "medoid",
    rings: str = "median",
    quorum: float = 0.5,
    threshold: float = 0.5,
) -> Consensus:
    """The consensus of two or more annotators. Raises ValueError for a quorum outside (0, 1] or an unknown rule."""
    if not 0 < quorum <= 1:
        raise ValueError(f"quorum {quorum:g}, expected above 0 and at most 1")
    share = Fraction(repr(float(quorum)))
    needed = len(tables) if len(tables) == 2 else math.ceil(len(tables) * share)
    found = {(i, j): _near(tables[i], tables[j], threshold) for i, j in combinations(range(len(tables)), 2)}
    known = {pair: above for pair, (above, _) in found.items()}
    joint = joint_units(tables, threshold, care_only=False, known=known)
    groups = _cuts(joint, {pair: same for pair, (_, same) in found.items()}, [_nested(t) for t in tables])
    decisions = _existence(joint, groups, needed)
    iou = {
        (i, a, j, b): value
        for (i, j), sides in known.items()
        for a, b, value in zip(*(side.tolist() for side in sides), strict=True)
    }
    has_text = any(table.texts for table in tables)
    settled = [
        _content(decision, tables, iou, share, text, rings) if decision.status == KEPT else decision
        for decision in decisions
    ]
    drawn, rounded = whole_pixels([one.drawn for one in settled if one.drawn is not None])
    pixels = iter(drawn)
    done = (one if one.drawn is None else one._replace(drawn=next(pixels)) for one in settled)
    return Consensus(tuple(tables), tuple(done), has_text, rounded, needed)


def without(found: Consensus, places: Sequence[int]) -> Consensus:
    """Decisions at these places become open: the layout that is written cannot hold their text."""
    gone = set(places)
    decisions = tuple(
        one._replace(status=OPEN, kind=LAYOUT) if k in gone else one for k, one in enumerate(found.decisions)
    )
    return replace(found, decisions=decisions)


def _near(a: Instances, b: Instances, threshold: float) -> tuple[Overlaps, tuple[NDArray[np.int64], ...]]:
    """(pairs with IoU > threshold, pairs that share more than half of the smaller ring)."""
    pairing = Pairing(Joined(a, b, (), ()), policy="official")
    pairs = pairing.rings
    above = np.flatnonzero(pairing.overlaps(pairs, threshold))
    same = np.flatnonzero(pairing.covers_gt(pairs, OVERLAP) | pairing.covers_pred(pairs, OVERLAP))
    overlaps = (pairs.gt[above], pairs.pred[above], pairing.iou(pairs)[above])
    return overlaps, (pairs.gt[same], pairs.pred[same])


def _nested(table: Instances) -> set[tuple[int, int]]:
    """Pairs of an annotator's own instances that share more than half of the smaller one, both ways round."""
    _, (a, b) = _near(table, table, 1.0)
    return set(zip(a.tolist(), b.tolist(), strict=True))


def _cuts(
    joint: Joint,
    same: Mapping[tuple[int, int], tuple[NDArray[np.int64], ...]],
    nested: Sequence[set[tuple[int, int]]],
) -> list[list[int]]:
    """Units that cut the same thing differently, joined to components, in order.

    Two overlapping instances of two annotators lie in different units. When one of the annotators has both units, and
    has them one over the other, these are two things (a word inside another); when both have both, too. Otherwise the
    annotators cut differently: one box against two, or boxes too different to be one unit.
    """
    rows = joint.member.tolist()
    owner = [{a: k for k, a in enumerate(column) if a >= 0} for column in joint.member.T.tolist()]
    root = list(range(len(joint)))

    def top(unit: int) -> int:
        while root[unit] != unit:
            root[unit] = root[root[unit]]
            unit = root[unit]
        return unit

    for (i, j), (a, b) in same.items():
        for one, other in zip(a.tolist(), b.tolist(), strict=True):
            u, v = owner[i][one], owner[j][other]
            if u == v:
                continue
            mine, theirs = rows[v][i], rows[u][j]  # what i has in v, and j in u
            both = mine >= 0 and theirs >= 0
            inside = (mine >= 0 and (one, mine) in nested[i]) or (
                theirs >= 0 and (theirs, other) in nested[j]
            )
            if not both and not inside:
                low, high = sorted((top(u), top(v)))
                root[high] = low
    groups: dict[int, list[int]] = defaultdict(list)
    for unit in range(len(joint)):
        groups[top(unit)].append(unit)
    return list(groups.values())


def _existence(joint: Joint, groups: Sequence[Sequence[int]], needed: int) -> list[Decision]:
    """Which units are kept, before their content is looked at."""
    rows = joint.member.tolist()
    two = joint.member.shape[1] == 2
    decisions = []
    for group in groups:
        sample = int(joint.sample[group[0]])
        members = [tuple((k, a) for k, a in enumerate(rows[unit]) if a >= 0) for unit in group]
        cut: dict[int, list[int]] = defaultdict(list)
        for unit, own in zip(group, members, strict=True):
            for annotator, _ in own:
                cut[annotator].append(unit)
        votes = Counter(map(tuple, cut.values()))
        most = max(votes.values())
        best = [units for units, n in votes.items() if n == most]
        if len(cut) < needed:
            kind = ONE_OF_TWO if two else TOO_FEW
            decisions += [Decision(sample, OPEN if two else DROPPED, kind, own) for own in members]
        elif len(best) > 1 or most < needed:
            kind = LOOSE if all(len(units) == 1 for units in votes) else CUT
            every = tuple(sorted(pair for own in members for pair in own))
            decisions.append(Decision(sample, OPEN, kind, every))
        else:
            for unit, own in zip(group, members, strict=True):
                agreed = tuple(pair for pair in own if tuple(cut[pair[0]]) == best[0])
                rest = tuple(pair for pair in own if pair not in agreed)
                decisions += [Decision(sample, KEPT, "", agreed)] if unit in best[0] else []
                decisions += [Decision(sample, DROPPED, OTHER_CUT, rest)] if rest else []
    return decisions


def _content(
    decision: Decision,
    tables: Sequence[Instances],
    iou: Mapping[tuple[int, int, int, int], float],
    share: Fraction,
    text: str,
    rings: str,
) -> Decision:
    members = decision.members
    between = np.zeros((len(members), len(members)))
    for k, j in combinations(range(len(members)), 2):
        between[k, j] = between[j, k] = iou[(*members[k], *members[j])]
    drawn = ring_of([tables[i].points(a) for i, a in members], between, rings)
    flags = [bool(tables[i].care[a]) for i, a in members]
    enough = math.ceil(len(members) * share)
    care, other = sum(flags) >= enough, len(flags) - sum(flags) >= enough
    if care == other:
        return decision._replace(status=OPEN, kind=CARE, drawn=drawn)
    if not care:
        return decision._replace(drawn=drawn, care=False)
    given = [
        tables[i].texts[a] for (i, a), flag in zip(members, flags, strict=True) if flag and tables[i].texts
    ]
    if not any(table.texts for table in tables):
        return decision._replace(drawn=drawn, care=True)
    read = reading(given, text)
    if read.text is None:
        return decision._replace(status=OPEN, kind=TEXT, drawn=drawn, care=True, read=read)
    return decision._replace(drawn=drawn, care=True, text=read.text, read=read)
