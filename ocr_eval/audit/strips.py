"""A label and what checkers read -> strips of characters that stand under one another, with what differs marked."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

LONGEST = 80  # characters; longer texts are not laid out

SAME, CHANGED, MISSING, SPACE = "same", "changed", "missing", "space"


class Piece(NamedTuple):
    """A run of one kind. MISSING and SPACE stand where other strips have characters; their text says how wide."""

    kind: str
    text: str


def strips(label: str, readings: Sequence[str]) -> list[list[Piece]] | None:
    """The label's strip, then one per reading; None when a text is too long.

    SPACE stands where another reading has more than the label; MISSING where a reading has less.
    """
    if len(label) > LONGEST or any(len(reading) > LONGEST for reading in readings):
        return None
    aligned = [_aligned(label, reading) for reading in readings]
    slots = [max([len(own[0][k]) for own in aligned], default=0) for k in range(len(label) + 1)]
    fillers = [
        max((own[0][k] for own in aligned), key=lambda text: (len(text), text), default="")
        for k in range(len(slots))
    ]
    rows = [_row(label, ("",) * len(slots), label, slots, fillers)]
    rows += [_row(label, more, each, slots, fillers) for more, each in aligned]
    return rows


def _row(
    label: str, more: Sequence[str], each: Sequence[str | None], slots: Sequence[int], fillers: Sequence[str]
) -> list[Piece]:
    found: list[Piece] = []

    def add(kind: str, text: str) -> None:
        if text and found and found[-1].kind == kind:
            found[-1] = Piece(kind, found[-1].text + text)
        elif text:
            found.append(Piece(kind, text))

    for k in range(len(label) + 1):
        add(CHANGED, more[k])
        add(SPACE, fillers[k][len(more[k]) : slots[k]])
        if k < len(label):
            own = each[k]
            if own is None:
                add(MISSING, label[k])
            else:
                add(SAME if own == label[k] else CHANGED, own)
    return found


def _aligned(label: str, reading: str) -> tuple[list[str], list[str | None]]:
    """What the reading has before each character of the label and at its end, and in place of each (None: nothing).

    A shortest edit; of several the one that, read from the end, changes characters before it adds or drops any.
    """
    rows, columns = len(label), len(reading)
    cost = [list(range(columns + 1))]
    for i in range(1, rows + 1):
        row = [i]
        for j in range(1, columns + 1):
            changed = cost[-1][j - 1] + (label[i - 1] != reading[j - 1])
            row.append(min(changed, cost[-1][j] + 1, row[-1] + 1))
        cost.append(row)
    more = [""] * (rows + 1)
    each: list[str | None] = [None] * rows
    i, j = rows, columns
    while i or j:
        if i and j and cost[i][j] == cost[i - 1][j - 1] + (label[i - 1] != reading[j - 1]):
            i, j = i - 1, j - 1
            each[i] = reading[j]
        elif i and cost[i][j] == cost[i - 1][j] + 1:
            i -= 1
        else:
            j -= 1
            more[i] = reading[j] + more[i]
    return more, each
