"""A data set's visibility and an audience -> what may be shown; the only place where that is decided."""

from __future__ import annotations

from dataclasses import dataclass

from ocr_eval.board.model import AUDIENCES

SLICE_UNITS = 20  # fewer samples or groups give no interval, so no slice
SLICE_SAMPLES_HIDDEN = 50  # a slice of hidden data says too much about its samples below this


@dataclass(frozen=True, slots=True)
class Sight:
    """What one audience may see of one data set. Every field that is not set hides something."""

    exact: bool = False  # numbers as they are; otherwise rounded to the step of the hidden data set
    per_sample: bool = False  # scores of single samples, their ids, test-set health
    overlays: bool = False  # polygons and texts of the ground truth and of all predictions
    counts: bool = False  # counts of rows, wins and losses of pairs, warnings, full signatures
    plain_digest: bool = False  # the digest of the ground truth itself; otherwise keyed
    own: bool = False  # a participant's own quartiles
    slice_samples: int = SLICE_SAMPLES_HIDDEN  # the smallest slice


def sight(visibility: str, audience: str) -> Sight:
    """What ``audience`` may see of data that are ``visibility``; anything but "public" counts as hidden.

    Raises ValueError for an unknown audience.
    """
    if audience not in AUDIENCES:
        raise ValueError(f"audience {audience!r}")
    if visibility == "public" or audience == "internal":
        return Sight(True, True, True, True, True, False, 1)
    return Sight(own=audience == "participant")
