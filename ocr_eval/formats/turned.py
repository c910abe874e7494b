"""A box and an angle in degrees -> the ring of the turned box, clockwise on the screen (y down)."""

from __future__ import annotations

import math

_QUARTERS = ((1.0, 0.0), (0.0, 1.0), (-1.0, 0.0), (0.0, -1.0))  # (cos, sin), without the error of pi


def turned_box(
    x: float, y: float, width: float, height: float, degrees: float, pivot: tuple[float, float] = (0.0, 0.0)
) -> list[float]:
    """Top left, top right, bottom right, bottom left corner of the box before it is turned.

    ``x``, ``y``: its top left corner, in pixels. ``pivot``: the point that stays, in parts of width and height: (0, 0)
    the top left corner, (.5, .5) the centre. Quarter turns are exact.
    """
    turns, rest = divmod(degrees, 90.0)
    if rest:
        cosine, sine = math.cos(math.radians(degrees)), math.sin(math.radians(degrees))
    else:
        cosine, sine = _QUARTERS[int(turns) % 4]
    fixed = (x + pivot[0] * width, y + pivot[1] * height)
    ring = []
    for right, down in ((0, 0), (1, 0), (1, 1), (0, 1)):
        dx, dy = (right - pivot[0]) * width, (down - pivot[1]) * height
        ring += [fixed[0] + (dx * cosine - dy * sine) + 0.0, fixed[1] + (dx * sine + dy * cosine) + 0.0]
    return ring
