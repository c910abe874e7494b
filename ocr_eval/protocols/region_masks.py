"""Rings of lines or paragraphs -> masks, each as large as its rings in the image, and the pixels two share."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from ocr_eval.protocols.regions import Positions, Regions
    from ocr_eval.tables.joined import Joined

    Masks = list[tuple[int, int, NDArray[np.uint8]] | None]

PIXEL_LIMIT = 500_000_000  # of all masks of a sample


class Limit:
    """Counts the pixels of a sample's masks. Raises InputError (E_LIMIT)."""

    def __init__(self, joined: Joined, sample: int) -> None:
        self.joined, self.sample, self.pixels = joined, sample, 0

    def __call__(self, pixels: int) -> None:
        from ocr_eval.errors import InputError, Problem

        self.pixels += pixels
        if self.pixels > PIXEL_LIMIT:
            pred = self.joined.pred
            reason = f"masks of more than {PIXEL_LIMIT} pixels in this sample"
            hint = "score level=word, or remove repeated regions"
            raise InputError([Problem("E_LIMIT", reason, hint, pred.source, pred.entries[self.sample])])


def draw(
    regions: Regions, members: Positions, wanted: Positions, width: int, height: int, limit: Limit
) -> Masks:
    """(left, top, pixels) of the wanted members, each as large as its rings within the image; None for others."""
    import numpy as np

    from ocr_eval.kernels.fill import fill_rings
    from ocr_eval.kernels.jit import read_only

    xy, ring = read_only(regions.xy, np.int64), read_only(regions.ring, np.int64)
    masks: Masks = [None] * len(members)
    for k in wanted.tolist():
        r = int(members[k])
        index = regions.drawn[regions.offset[r] : regions.offset[r + 1]]
        corners = [xy[ring[i] : ring[i + 1]] for i in index.tolist()]
        if not corners:
            continue
        low, high = np.min([c.min(0) for c in corners], 0), np.max([c.max(0) for c in corners], 0)
        if (low < 0).any() or high[0] >= width or high[1] >= height:
            # Where edges are cut to the image their course may leave the box by a pixel.
            low, high = np.zeros(2, np.int64), np.array([width - 1, height - 1])
        left, top = low.tolist()
        shape = max(0, int(high[1]) - top + 1), max(0, int(high[0]) - left + 1)
        limit(shape[0] * shape[1])
        mask = np.zeros(shape, np.uint8)
        scratch = np.zeros((max(len(c) for c in corners) + 1, 5), np.int64)
        fill_rings(xy, ring, read_only(index, np.int64), width, height, left, top, mask, scratch)
        masks[k] = left, top, mask
    return masks


def common_pixels(
    one: tuple[int, int, NDArray[np.uint8]] | None, two: tuple[int, int, NDArray[np.uint8]] | None
) -> int:
    from ocr_eval.kernels.fill import common

    if one is None or two is None:
        return 0
    return int(common(one[2], two[2], two[0] - one[0], two[1] - one[1]))
