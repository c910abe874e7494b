"""Rings as slices of xy -> their class, signed area and convexity, decided exactly; numpy, with an exact path for doubt.

The rules are those of the reference on reliability, section 3. A coordinate counts as the decimal it was written as
(the shortest decimal that reads back), so three points on a line are on a line although 0.1 is no binary number.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

SIMPLE, SELF_TOUCHING, SELF_INTERSECTING, ZERO_AREA, TOO_FEW = range(5)

EPSILON = 2.0**-52
_EXACT_EXTENT = 2.0**25  # cross products of integer differences below this are exact in float64
_DECIMALS = (1.0, 10.0, 100.0, 1e3, 1e4, 1e5, 1e6)
_CHUNK = 1 << 16  # vertices worked on at once, so that temporaries stay in the cache


def classify(xy, ring):
    """Class of every ring. ``xy`` float64 (V, 2) finite, ``ring`` int64 (N + 1,) -> uint8 (N,), SIMPLE … TOO_FEW.

    Cost O(n²) comparisons of boxes for a ring of n vertices, memory O(n).
    """
    shape = np.full(len(ring) - 1, TOO_FEW, np.uint8)
    for who, x, y, guard in _groups(xy, ring):
        classes, doubt = _classes(x, y, guard)
        shape[who] = classes
        for k in np.flatnonzero(doubt).tolist():
            i = who[k]
            shape[i] = _exact_class(xy[ring[i] : ring[i + 1]])
    return shape


def signed_areas(xy, ring):
    """Shoelace area of every ring, float64 (N,), positive where the ring runs clockwise on a screen (y down).

    Exact for integer coordinates while n · 2 · extent² < 2^53.
    """
    size = np.diff(ring)
    area = np.zeros(len(size))
    full = np.flatnonzero(size > 0)
    if not len(full):
        return area
    x, y = _from_first(xy, ring, size)
    after = _next(ring, full)
    area[full] = np.add.reduceat(x * y[after] - x[after] * y, ring[full]) / 2
    return area


def convex(xy, ring, shape):
    """(N,) True where a ring of class SIMPLE turns to one side only, decided exactly; repeated points are ignored.

    A simple ring whose turns have one sign turns exactly once, so the sign test is enough for this class; rings of other
    classes (a pentagram, a square walked twice) are False.
    """
    result = np.zeros(len(ring) - 1, np.bool_)
    for who, x, y, guard in _groups(xy, ring):
        dx, dy = np.roll(x, -1, 1) - x, np.roll(y, -1, 1) - y
        turn = dx * np.roll(dy, -1, 1) - np.roll(dx, -1, 1) * dy
        left, right = (turn > guard[:, None]).any(1), (turn < -guard[:, None]).any(1)
        unsure = (guard > 0) & ~(left & right) & (np.abs(turn) <= guard[:, None]).any(1)
        result[who] = ~(left & right)
        for k in np.flatnonzero(unsure & (shape[who] == SIMPLE)).tolist():
            i = who[k]
            result[i] = _exact_convex(xy[ring[i] : ring[i + 1]])
    return result & (shape == SIMPLE)


def even_odd_area(points):
    """Area of the points with an odd winding number, of one ring (n, 2), as a Fraction. For messages."""
    from ocr_eval.kernels.exact import even_odd_area as exact_area

    return exact_area(points)


def _next(ring, full):
    """(V,) index of the vertex after each vertex, around its ring; ``full`` are the rings that have vertices."""
    after = np.arange(1, ring[-1] + 1)
    after[ring[full + 1] - 1] = ring[full]
    return after


def _from_first(xy, ring, size):
    """Coordinates relative to the first vertex of their ring: keeps products small, exact for integers."""
    full = size > 0
    first = np.repeat(xy[ring[:-1][full]], size[full], axis=0)
    shifted = xy - first
    return shifted[:, 0], shifted[:, 1]


def _groups(xy, ring) -> Iterator[tuple]:
    """Rings of three or more points without consecutive repeats, by number of points.

    Yields (ring indices (R,), x (R, n), y (R, n), guard (R,)): coordinates relative to the first vertex, and the bound
    below which the sign of a cross product of differences is not known; 0 where they are exact integers.
    """
    size = np.diff(ring)
    full = np.flatnonzero(size > 0)
    if not len(full):
        return
    keep = (xy[_previous(ring, full)] != xy).any(1)
    count = np.zeros(len(size), np.int64)
    count[full] = np.add.reduceat(keep, ring[full], dtype=np.int64)
    values, scaled = _integers(xy, ring, full)
    begin = np.cumsum(count) - count
    values, raw = values[keep], xy[keep]
    for n in np.unique(count[count >= 3]).tolist():
        members = np.flatnonzero(count == n)
        for who in np.array_split(members, max(1, len(members) * n // _CHUNK)):
            points = values[begin[who][:, None] + np.arange(n)]
            points = points - points[:, :1]
            extent = np.abs(points).max((1, 2))
            far = np.abs(raw[begin[who][:, None] + np.arange(n)]).max((1, 2))
            exact = scaled[who] & (extent < _EXACT_EXTENT)
            guard = np.where(exact, 0.0, 32 * EPSILON * extent * (extent + far))
            yield who, np.ascontiguousarray(points[:, :, 0]), np.ascontiguousarray(points[:, :, 1]), guard


def _previous(ring, full):
    before = np.arange(-1, ring[-1] - 1)
    before[ring[full]] = ring[full + 1] - 1
    return before


def _integers(xy, ring, full):
    """Coordinates as integers where a power of ten makes them so: (values (V, 2), flag per ring (N,)).

    k / 10^d is correctly rounded, so it equals the coordinate exactly when that was read from a decimal with d places.
    """
    flag = np.ones(len(ring) - 1, np.bool_)
    if (np.rint(xy) == xy).all():
        return xy, flag
    places = np.full(len(xy), len(_DECIMALS))
    for d in range(len(_DECIMALS) - 1, -1, -1):
        places[(np.rint(xy * _DECIMALS[d]) / _DECIMALS[d] == xy).all(1)] = d
    worst = np.zeros(len(ring) - 1, np.int64)
    worst[full] = np.maximum.reduceat(places, ring[full])
    flag = worst < len(_DECIMALS)
    factor = np.repeat(np.array([*_DECIMALS, 1.0])[worst], np.diff(ring))[:, None]
    values = np.where(np.repeat(flag, np.diff(ring))[:, None], np.rint(xy * factor), xy)
    return values, flag


def _classes(x, y, guard):
    """Classes (R,) of rings with n points each, and (R,) True where the exact path has to decide."""
    n = x.shape[1]
    bound = guard[:, None]
    dx, dy = np.roll(x, -1, 1) - x, np.roll(y, -1, 1) - y
    nx, ny = np.roll(dx, -1, 1), np.roll(dy, -1, 1)
    flat = np.abs(dx * ny - nx * dy) <= bound
    folds = (flat & (dx * nx + dy * ny <= bound)).any(1)
    if n == 3:
        line = flat.any(1)
        return np.where(line, ZERO_AREA, SIMPLE), line & (guard > 0)
    meets, crosses, along = _contacts(x, y, guard)
    classes = np.where(crosses, SELF_INTERSECTING, SIMPLE)
    doubt = (meets | folds) & ~(crosses & ~along & ~folds)
    if n == 4:
        # Without a crossing a quad that meets itself either is traced back (opposite corners equal, or all on one line)
        # or has a spike: a corner on an opposite edge is always a fold at the corner between them.
        settled = doubt & (guard == 0)
        pinned = (x[:, :2] == x[:, 2:]) & (y[:, :2] == y[:, 2:])
        rest = np.where(flat.all(1) | pinned.any(1), ZERO_AREA, SELF_TOUCHING)
        rest = np.where(pinned.all(1), TOO_FEW, rest)
        classes = np.where(settled, rest, classes)
        doubt = doubt & ~settled
    return classes, doubt


def _contacts(x, y, guard):
    """Contacts of edges that are no neighbours: (R,) some meet, some cross properly, some lie on one line and meet.

    Edge i is compared with edge i + k for one k at a time, so memory stays O(R n).
    """
    rows, n = x.shape
    meets, crosses, along = (np.zeros(rows, np.bool_) for _ in range(3))
    x2, y2 = np.roll(x, -1, 1), np.roll(y, -1, 1)
    boxes = [np.tile(b, 2) for b in (np.minimum(x, x2), np.minimum(y, y2), np.maximum(x, x2), np.maximum(y, y2))]
    x_low, y_low, x_high, y_high = boxes
    for k in range(2, n // 2 + 1):
        near = x_low[:, :n] <= x_high[:, k : k + n]
        near &= x_high[:, :n] >= x_low[:, k : k + n]
        near &= y_low[:, :n] <= y_high[:, k : k + n]
        near &= y_high[:, :n] >= y_low[:, k : k + n]
        r, i = np.nonzero(near)
        if not len(r):
            continue
        j = (i + k) % n
        bound = guard[r]
        ax, ay, bx, by = x[r, i], y[r, i], x2[r, i], y2[r, i]
        cx, cy, dx, dy = x[r, j], y[r, j], x2[r, j], y2[r, j]
        c, d = _side(ax, ay, bx, by, cx, cy, bound), _side(ax, ay, bx, by, dx, dy, bound)
        a, b = _side(cx, cy, dx, dy, ax, ay, bound), _side(cx, cy, dx, dy, bx, by, bound)
        meet = (c * d <= 0) & (a * b <= 0)
        meets[r[meet]] = True
        crosses[r[(c * d < 0) & (a * b < 0)]] = True
        along[r[meet & (((c == 0) & (d == 0)) | ((a == 0) & (b == 0)))]] = True
    return meets, crosses, along


def _side(ax, ay, bx, by, px, py, bound):
    """Side of the line a -> b that p lies on: -1, 0 (on it, or within the bound), 1, as int8."""
    cross = (bx - ax) * (py - ay) - (px - ax) * (by - ay)
    return (cross > bound).astype(np.int8) - (cross < -bound).astype(np.int8)


def _exact_class(points):
    from ocr_eval.kernels.exact import facts

    found = facts(points)
    if found.distinct < 3:
        return TOO_FEW
    if not found.meets:
        return SIMPLE
    if found.even_odd == 0 and found.signed == 0:
        return ZERO_AREA
    if found.crosses or found.even_odd != abs(found.signed):
        return SELF_INTERSECTING
    return SELF_TOUCHING


def _exact_convex(points):
    from ocr_eval.kernels.exact import turns

    return len(turns(points)) == 1
