"""Starts and centres of quads -> whether they lie on several lines, as TedEval asks. Not a protocol.

The multiline test of clovaai/TedEval @f24e003 ``script.py``, whose floats decide: arrays only sort out what is clear.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

MULTILINE = 45  # degrees
FEW = 12  # members of a group up to which a loop is faster than arrays
FIRST, CELLS = 2_000, 200_000  # pairs of members looked at together: first, and from then on


def several_lines(pivots: list[tuple[list[float], list[float]]]) -> bool:
    """Seen from one member's centre, another's start and centre lie 45 degrees or more apart."""
    import numpy as np

    # A pile of equal members is one member that also sees itself.
    counted = Counter((*start, *centre) for start, centre in pivots)
    return distinct_lines(np.array(list(counted)).reshape(-1, 4), np.array(list(counted.values())) > 1)


def distinct_lines(members: NDArray[np.float64], several: NDArray[np.bool_]) -> bool:
    """``several_lines`` of distinct members: start and centre (n, 4); ``several`` (n,) stand more than once."""
    if len(members) > FEW:
        return _far_apart(members, ~several)
    rows, repeated = members.tolist(), several.tolist()
    return any(
        _apart(one[:2], one[2:], eye[2:]) >= MULTILINE
        for one, again in zip(rows, repeated, strict=True)
        for eye in rows
        if one is not eye or again
    )


def _far_apart(members: NDArray[np.float64], alone: NDArray[np.bool_]) -> bool:
    """The same of many members; what is near 45 degrees is asked again in the script's operations."""
    import numpy as np

    start, centre = members[:, :2], members[:, 2:]
    # Most answers are found at once, so the first look is a short one.
    first, cells = 0, FIRST
    while first < len(members):
        own = slice(first, first + max(1, cells // len(members)))
        to_centre, to_start = (each[own, None] - centre for each in (centre, start))
        apart = np.abs(np.subtract(*(np.arctan2(to[..., 1], to[..., 0]) for to in (to_centre, to_start))))
        apart = np.degrees(np.minimum(apart, np.abs(math.pi - apart)))  # lines have no direction
        apart = np.minimum(apart, 180 - apart)
        k = np.flatnonzero(alone[own])
        apart[k, k + first] = 0
        if (apart > MULTILINE + 1e-9).any():
            return True
        for i, eye in np.argwhere(apart >= MULTILINE - 1e-9).tolist():
            if (
                _apart(*(each.tolist() for each in (start[first + i], centre[first + i], centre[eye])))
                >= MULTILINE
            ):
                return True
        first, cells = own.stop, CELLS
    return False


def _apart(start: Sequence[float], centre: Sequence[float], eye: Sequence[float]) -> float:
    """Degrees between start and centre as seen from ``eye``, in the script's operations."""
    angle = math.degrees(
        math.atan2(centre[1] - eye[1], centre[0] - eye[0]) - math.atan2(start[1] - eye[1], start[0] - eye[0])
    )
    angle = angle + 360 if angle < 0 else angle
    angle = 360 - angle if angle > 180 else angle
    return min(angle, 180 - angle)
