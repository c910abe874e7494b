"""What several annotators read -> one text, or none with the reason; and a vote per character as a suggestion.

Ties are never decided by length, alphabet or the order of annotators. Two different texts of two annotators tie.
The vote per character follows ROVER (J. G. Fiscus, ASRU 1997), with the medoid in place of the first system.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

from ocr_eval.text.distance import blocks, distance

RULES = ("medoid", "majority", "rover")
TIE = "texts tie"
FLAGGED = "votes per character tie"
NO_TEXT = "nobody transcribed it"


class Reading(NamedTuple):
    """``text`` is None exactly where ``reason`` says why. ``agreeing`` annotators gave exactly ``text``.

    ``suggestion`` is the vote per character, None where it depends on which of several medoids it starts from.
    ``flagged``: it had ties, in which the medoid was kept.
    """

    text: str | None
    reason: str | None
    agreeing: int
    suggestion: str | None
    flagged: bool


def reading(texts: Sequence[str], rule: str = "medoid") -> Reading:
    """One text from those of all annotators of a unit, in any order. Raises ValueError for an unknown rule."""
    if rule not in RULES:
        raise ValueError(f"rule {rule!r}, expected one of {', '.join(RULES)}")
    count = Counter(texts)
    if len(count) < 2:
        text = next(iter(count), None)
        return Reading(text, None if count else NO_TEXT, len(texts), text, False)
    centre = medoids(texts)
    suggestion, flagged = _suggestion(texts, centre)
    if rule == "rover":
        text, reason = (None, FLAGGED if suggestion is not None else TIE) if flagged else (suggestion, None)
    else:
        best = centre if rule == "medoid" else most_frequent(texts)
        text, reason = (best[0], None) if len(best) == 1 else (None, TIE)
    return Reading(text, reason, 0 if text is None else count[text], suggestion, flagged)


def medoids(texts: Sequence[str]) -> list[str]:
    """The texts with the smallest sum of edits to all; of those the ones given most often. Sorted; several: a tie."""
    count = Counter(texts)
    total = {text: sum(n * distance(text, other) for other, n in count.items()) for text in count}
    least = min(total.values())
    return most_frequent([text for text in texts if total[text] == least])


def most_frequent(texts: Sequence[str]) -> list[str]:
    """The texts given most often. Sorted; several: a tie."""
    count = Counter(texts)
    most = max(count.values())
    return sorted(text for text, n in count.items() if n == most)


def rover(texts: Sequence[str], pivot: str) -> tuple[str, bool]:
    """(text, whether a vote tied): every text is aligned to ``pivot``, which wins ties; votes per place and per gap.

    A place may lose to "nothing here", a gap may win what was inserted there as a whole.
    """
    places: list[Counter[str]] = [Counter() for _ in pivot]
    gaps: list[Counter[str]] = [Counter() for _ in range(len(pivot) + 1)]
    for text, n in Counter(texts).items():
        inserted = [""] * len(gaps)
        for kind, start, end, begin, stop in blocks(pivot, text):
            if kind == "insert":
                inserted[start] += text[begin:stop]
            for k in range(start, end):
                places[k][text[begin + k - start] if kind != "delete" else ""] += n
        for k, piece in enumerate(inserted):
            gaps[k][piece] += n
    result, flagged = [], False
    for k in range(len(gaps)):
        for votes, own in ((gaps[k], ""), *(((places[k], pivot[k]),) if k < len(pivot) else ())):
            most = max(votes.values())
            winners = [value for value, n in votes.items() if n == most]
            flagged |= len(winners) > 1
            result.append(winners[0] if len(winners) == 1 else own)
    return "".join(result), flagged


def _suggestion(texts: Sequence[str], centre: Sequence[str]) -> tuple[str | None, bool]:
    """The vote per character when all medoids lead to the same; whether any of the votes tied."""
    found = [rover(texts, pivot) for pivot in centre]
    same = len({text for text, _ in found}) == 1
    return (found[0][0] if same else None), not same or any(tied for _, tied in found)
