"""Rings of both tables -> areas of regions that several of them bound, as floats with a bound and as fractions.

Not a protocol: what ``cut_regions`` and ``cut_predictions`` compute with.
"""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Any

from ocr_eval.errors import InputError, Problem

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    import numpy as np
    from numpy.typing import NDArray

    from ocr_eval.kernels.overlays import Overlays
    from ocr_eval.tables.instances import Instances
    from ocr_eval.tables.joined import Joined

    Ints = NDArray[np.int64]
    Floats = NDArray[np.float64]
    Flags = NDArray[np.bool_]

Ring = tuple[str, int]  # "gt" or "pred", and the index in that table
Region = list[list[Ring]]  # groups of rings: the points in at least one ring of every group


class Rings:
    """Both tables' rings as one, for areas of regions that more than two rings bound."""

    def __init__(self, joined: Joined, kernels: str) -> None:
        import numpy as np

        from ocr_eval.kernels.overlays import boxes

        self.joined = joined
        self.loops: Any = None
        if kernels == "numba":
            from ocr_eval.kernels import overlay_loops

            self.loops = overlay_loops
        gt, pred = joined.gt, joined.pred
        self.xy = np.concatenate([gt.xy, pred.xy])
        self.ring = np.concatenate([gt.ring, pred.ring[1:] + gt.ring[-1]])
        self.box = boxes(self.xy, self.ring)

    def overlay(self, member: Ints, group: Ints, start: Ints) -> Overlays:
        """Areas and moments of regions: ring ``member`` with the ``group`` of each, offsets ``start`` of regions.

        Predictions are counted on from the last gt. Raises InputError (E_LIMIT) for a region of too many edges.
        """
        from ocr_eval.kernels.overlays import EDGES, TooManyEdges, overlays

        try:
            tables = self.xy, self.ring, member, group, start
            made: Overlays = overlays(*tables, box=self.box, loops=self.loops)
            return made
        except TooManyEdges as error:
            index = int(member[start[error.args[0] + 1] - 1])
            first = len(self.joined.gt)
            table, index = (self.joined.gt, index) if index < first else (self.joined.pred, index - first)
            entry, line = table.entries[table.sample_of[index]], int(table.line[index])
            reason = f"rings that lie upon each other have more than {EDGES} corners together"
            hint = "remove repeated instances"
            raise InputError([Problem("E_LIMIT", reason, hint, table.source, entry, line)]) from None

    def of(self, regions: Sequence[Region]) -> Overlays:
        """``overlay`` of regions as lists."""
        import numpy as np

        from ocr_eval.tables.instances import offsets

        first = len(self.joined.gt)
        member = [
            index + (first if side == "pred" else 0)
            for region in regions
            for rings in region
            for side, index in rings
        ]
        group = [g for region in regions for g, rings in enumerate(region) for _ in rings]
        start = offsets([sum(map(len, region)) for region in regions])
        return self.overlay(np.array(member, np.int64), np.array(group, np.int64), start)

    def exact(self, region: Region) -> Fraction:
        """The area of one region as a fraction."""
        from ocr_eval.kernels.overlays import exact_overlay

        return Fraction(exact_overlay([[self.points(ring) for ring in group] for group in region]))

    def points(self, ring: Ring) -> Floats:
        """(n, 2) the corners of one ring."""
        table: Instances = getattr(self.joined, ring[0])
        return table.points(ring[1])


def above(
    part: tuple[Floats, Floats],
    whole: tuple[Floats, Floats],
    threshold: float,
    exactly: Callable[[int], tuple[Fraction, Fraction]],
    *,
    strict: bool = False,
    among: Flags,
) -> Flags:
    """(N,) part / whole > threshold (>= unless ``strict``), False when the whole is 0 and outside ``among``.

    Both are (values, bounds on their errors); doubtful ones are asked of ``exactly`` and decided as fractions.
    """
    import numpy as np

    from ocr_eval.pairing import NEAR

    margin = part[0] - threshold * whole[0]
    doubt = NEAR * np.abs(whole[0]) + part[1] + (1 + threshold) * whole[1]
    answer = among & (margin > 0) & (whole[0] > 0)
    limit = Fraction(repr(float(threshold)))
    for k in np.flatnonzero(among & (np.abs(margin) <= doubt) & (whole[0] + whole[1] > 0)).tolist():
        over, under = exactly(k)
        answer[k] = under > 0 and (over > limit * under or (over == limit * under and not strict))
    return answer
