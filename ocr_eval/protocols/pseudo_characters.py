"""gt rings and lengths of their texts -> pseudo-character centres, and which of them lie in which prediction.

Not a protocol: what ``tedeval`` and the CLEval family share. A text of n characters has n centres at equal distances on
the line between the middles of the ring's two short sides. Every operation is that of the scripts, in their order, so
that a centre on an outline falls to the same side (``gtBoxtoChars`` in clovaai/TedEval @f24e003;
``pseudo_character_center`` in clovaai/CLEval @513623c; ``poly_c_point_inside`` in Polygon3).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from ocr_eval.errors import Findings

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from ocr_eval.tables.instances import Instances

    Ints = NDArray[np.int64]
    Floats = NDArray[np.float64]
    Flags = NDArray[np.bool_]

_WORK = 1 << 15  # centres looked at together


class Centres(NamedTuple):
    """The centres of all gts, one after the other."""

    xy: Floats  # (C, 2)
    start: Ints  # (G + 1,) offsets into xy


class Hits(NamedTuple):
    """H centres that lie in a prediction; ``row`` is the position of the pair in the list asked for."""

    row: Ints  # (H,) rising
    centre: Ints  # (H,) index into Centres.xy, rising within a row


def quads(table: Instances, role: str, hint: str) -> Floats:
    """(N, 4, 2) the corners of all rings. Raises InputError (E_GT, E_POLYGON) for every ring of another size."""
    import numpy as np

    size = np.diff(table.ring)
    findings = Findings(table.source, role, is_folder=table.is_folder)
    for k in np.flatnonzero(size != 4).tolist():
        entry, line = table.entries[table.sample_of[k]], int(table.line[k])
        findings.error(
            "E_POLYGON", f"a ring of {size[k]} corners, quads are read", hint, entry=entry, line=line
        )
    findings.check()
    return table.xy[table.ring[:-1, None] + np.arange(4)] if len(size) else np.zeros((0, 4, 2))


def quad_centres(corners: Floats, turned: Flags, count: Ints) -> Centres:
    """``corners`` (G, 4, 2); text runs along the first side, where ``turned`` along the last; ``count`` characters."""
    import numpy as np

    from ocr_eval.tables.instances import offsets

    corners = np.where(turned[:, None, None], np.roll(corners, 1, axis=1), corners)
    begin, end = (corners[:, 0] + corners[:, 3]) / 2, (corners[:, 1] + corners[:, 2]) / 2
    unit = (end - begin) / np.maximum(count, 1)[:, None]
    start = offsets(count)
    owner = np.repeat(np.arange(len(count)), count)
    place = np.arange(start[-1]) - start[owner]
    return Centres((begin + unit / 2)[owner] + unit[owner] * place[:, None], start)


def hits(centres: Centres, gt: Ints, pred: Ints, xy: Floats, ring: Ints) -> Hits:
    """Which centres of gt[k] lie in the ring pred[k] of (xy, ring)."""
    import numpy as np

    count = np.diff(centres.start)[gt]
    ends = np.cumsum(count)
    rows, found = [np.zeros(0, np.int64)], [np.zeros(0, np.int64)]
    first = 0
    while first < len(gt):
        # Some pairs at a time: what is worked on stays in the cache.
        before = ends[first - 1] if first else 0
        stop = max(first + 1, int(np.searchsorted(ends, before + _WORK, "right")))
        own = slice(first, stop)
        row = np.repeat(np.arange(first, stop), count[own])
        shift = centres.start[gt[own]] - (ends[own] - count[own] - before)
        centre = np.arange(len(row)) + np.repeat(shift, count[own])
        inside = within(centres.xy[centre], pred[row], xy, ring)
        rows.append(row[inside])
        found.append(centre[inside])
        first = stop
    return Hits(np.concatenate(rows), np.concatenate(found))


def within(points: Floats, which: Ints, xy: Floats, ring: Ints) -> Flags:
    """(N,) whether points (N, 2) lie in rings ``which``: even-odd, low borders inside, high ones outside."""
    import numpy as np

    inside = np.zeros(len(points), np.bool_)
    x, y = points[:, 0], points[:, 1]
    begin, size = ring[which], np.diff(ring)[which]
    for k in range(int(size.max(initial=0))):
        some = np.flatnonzero(size > k)
        i = begin[some] + k
        j = np.where(k > 0, i - 1, i + size[some] - 1)
        y_i, y_j = xy[i, 1], xy[j, 1]
        own = y[some]
        crosses = ((y_i <= own) & (own < y_j)) | ((y_j <= own) & (own < y_i))
        some, i, j = some[crosses], i[crosses], j[crosses]
        y_i, x_i = xy[i, 1], xy[i, 0]
        passes = x[some] < (xy[j, 0] - x_i) * (y[some] - y_i) / (xy[j, 1] - y_i) + x_i
        inside[some[passes]] ^= True
    return inside
