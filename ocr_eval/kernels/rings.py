"""Rings as slices of xy -> class, signed area, convexity, decided exactly: numpy, and rationals where in doubt.

The rules are those of the reference on reliability, section 3. A coordinate counts as the decimal it was written as
(the shortest decimal that reads back), so three points on a line are on a line although 0.1 is no binary number.
"""

from __future__ import annotations

import numpy as np

SIMPLE, SELF_TOUCHING, SELF_INTERSECTING, ZERO_AREA, TOO_FEW = range(5)

EPSILON = 2.0**-52
EXACT_EXTENT = 2.0**25  # cross products of differences of integers below this are exact in float64
_DECIMALS = np.array([1.0, 10.0, 100.0, 1e3, 1e4, 1e5, 1e6])
_CHUNK = 1 << 15  # vertices worked on at once, so that temporaries stay in the cache


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
    if len(full):
        first = np.repeat(ring[full], size[full])
        x, y = xy[:, 0] - xy[first, 0], xy[:, 1] - xy[first, 1]
        before = _previous(ring, full)
        area[full] = np.add.reduceat(x[before] * y - x * y[before], ring[full]) / 2
    return area


def convex(xy, ring, shape):
    """(N,) True where a ring of class SIMPLE turns to one side only, decided exactly; repeated points do not matter.

    A simple ring whose turns have one sign turns exactly once, so the sign test is enough for this class; rings of
    other classes (a pentagram, a square walked twice) are False.
    """
    result = np.zeros(len(ring) - 1, np.bool_)
    for who, x, y, guard in _groups(xy, ring):
        dx, dy = _after(x) - x, _after(y) - y
        turn = dx * _after(dy) - _after(dx) * dy
        one_sided = ~((turn > guard).any(0) & (turn < -guard).any(0))
        result[who] = one_sided
        unsure = one_sided & (guard > 0) & (np.abs(turn) <= guard).any(0) & (shape[who] == SIMPLE)
        for i in who[unsure].tolist():
            result[i] = _exact_convex(xy[ring[i] : ring[i + 1]])
    return result & (shape == SIMPLE)


def integers(xy, ring):
    """Coordinates as integers where one power of ten makes those of a ring so: (values (V, 2), flags (N,)).

    k / 10^d is correctly rounded, so it equals a coordinate exactly when that was read from a decimal of d places.
    """
    flag = np.ones(len(ring) - 1, np.bool_)
    if (np.rint(xy) == xy).all():
        return xy, flag
    full = np.flatnonzero(np.diff(ring))
    places = np.full(len(xy), len(_DECIMALS))
    for d in range(len(_DECIMALS) - 1, -1, -1):
        places[(np.rint(xy * _DECIMALS[d]) / _DECIMALS[d] == xy).all(1)] = d
    worst = np.zeros(len(ring) - 1, np.int64)
    worst[full] = np.maximum.reduceat(places, ring[full])
    flag = worst < len(_DECIMALS)
    factor = np.repeat(np.append(_DECIMALS, 1.0)[worst], np.diff(ring))[:, None]
    return np.where(np.repeat(flag, np.diff(ring))[:, None], np.rint(xy * factor), xy), flag


def even_odd_area(points):
    """Area of the points with an odd winding number, of one ring (n, 2), as a Fraction; for messages.

    None when the ring crosses itself too often to say.
    """
    from ocr_eval.kernels import exact

    try:
        return exact.even_odd_area(points)
    except exact.TooComplex:
        return None


def _groups(xy, ring):
    """Rings of three or more points without consecutive repeats, grouped by their number n of points.

    Yields (ring indices (R,), x (n, R), y (n, R), guard (R,)). ``guard`` bounds the error of a cross product of
    differences; it is 0 where they are exact.
    """
    size = np.diff(ring)
    full = np.flatnonzero(size > 0)
    if not len(full):
        return
    values, scaled = integers(xy, ring)
    x, y, far = values[:, 0], values[:, 1], np.abs(values).max()
    before = _previous(ring, full)
    keep = (x != x[before]) | (y != y[before])
    begin = ring[:-1]
    if not keep.all():
        count = np.zeros(len(size), np.int64)
        count[full] = np.add.reduceat(keep, ring[full], dtype=np.int64)
        size, begin, x, y = count, np.cumsum(count) - count, x[keep], y[keep]
    exact = scaled.all() and far < EXACT_EXTENT / 2
    for n in np.flatnonzero(np.bincount(size)[3:]) + 3:
        members = np.flatnonzero(size == n)
        for who in np.array_split(members, -(-len(members) // max(1, _CHUNK // n))):
            corner = begin[who] + np.arange(n)[:, None]
            own_x, own_y = x[corner], y[corner]
            guard = np.zeros(len(who)) if exact else _guards(own_x, own_y, scaled[who])
            yield who, own_x, own_y, guard


def _guards(x, y, scaled):
    """Bounds on the error of cross products, from rounding and from decimals that are no binary numbers."""
    extent = np.maximum(np.ptp(x, axis=0), np.ptp(y, axis=0))
    far = np.maximum(np.abs(x).max(0), np.abs(y).max(0))
    return np.where(scaled & (extent < EXACT_EXTENT), 0.0, 32 * EPSILON * extent * (extent + far))


def _previous(ring, full):
    """(V,) index of the vertex before each vertex, around its ring; ``full`` are the rings that have vertices."""
    before = np.arange(-1, ring[-1] - 1)
    before[ring[full]] = ring[full + 1] - 1
    return before


def _after(values):
    """Rows moved up by one, the first last: the values of each next vertex."""
    return np.concatenate([values[1:], values[:1]])


def _classes(x, y, guard):
    """Classes (R,) of rings with n points each, and (R,) True where the exact path has to decide."""
    n = len(x)
    dx, dy = _after(x) - x, _after(y) - y
    nx, ny = _after(dx), _after(dy)
    flat = np.abs(dx * ny - nx * dy) <= guard
    if n == 3:
        line = flat.any(0)
        return np.where(line, ZERO_AREA, SIMPLE), line & (guard > 0)
    folds = (flat & (dx * nx + dy * ny <= guard)).any(0)
    meets, crosses, along = _contacts(x, y, guard)
    classes = np.where(crosses, SELF_INTERSECTING, SIMPLE)
    doubt = (meets | folds) & ~(crosses & ~along & ~folds)
    if n == 4 and doubt.any():
        # Without a crossing a quad that meets itself either is traced back (opposite corners equal, or all on one
        # line) or has a spike: a corner on an opposite edge is always a fold at the corner between them.
        settled = doubt & (guard == 0)
        pinned = (x[:2] == x[2:]) & (y[:2] == y[2:])
        rest = np.where(flat.all(0) | pinned.any(0), ZERO_AREA, SELF_TOUCHING)
        rest = np.where(pinned.all(0), TOO_FEW, rest)
        classes = np.where(settled, rest, classes)
        doubt = doubt & ~settled
    return classes, doubt


def _contacts(x, y, guard):
    """Contacts of edges that are no neighbours: (R,) some meet, some cross properly, some meet along one line.

    Edge i is compared with edge i + k for one k at a time, so memory stays O(R n).
    """
    n, size = x.shape
    meets, crosses, along = (np.zeros(size, np.bool_) for _ in range(3))
    x2, y2 = _after(x), _after(y)
    bounds = np.minimum(x, x2), np.minimum(y, y2), np.maximum(x, x2), np.maximum(y, y2)
    x_low, y_low, x_high, y_high = (np.concatenate([bound, bound]) for bound in bounds)
    for k in range(2, n // 2 + 1):
        near = x_low[:n] <= x_high[k : k + n]
        near &= x_high[:n] >= x_low[k : k + n]
        near &= y_low[:n] <= y_high[k : k + n]
        near &= y_high[:n] >= y_low[k : k + n]
        i, r = np.nonzero(near)
        if not len(r):
            continue
        j = (i + k) % n
        bound = guard[r]
        ax, ay, bx, by = x[i, r], y[i, r], x2[i, r], y2[i, r]
        cx, cy, dx, dy = x[j, r], y[j, r], x2[j, r], y2[j, r]
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
