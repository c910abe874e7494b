"""Pairs that overlap and, on request, read alike -> the one-to-one match with the best total: what ``rrc-2024`` counts.

Not a protocol. Weinman, Gómez Grabowska, Karatzas 2024: place and text decide together which pairs are allowed, the
best assignment of allowed pairs is taken, and only then are predictions on don't care regions excused.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction
from functools import cached_property
from typing import TYPE_CHECKING

from ocr_eval.text.distance import distances
from ocr_eval.text.rrc_words import SPECIAL, agree_trimmed

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from ocr_eval.pairing import Pairing
    from ocr_eval.tables.joined import Joined

SMALLEST = Fraction(1, 10_000)  # pixels²: a ring of a smaller area overlaps nothing
NEAR = 1e-6  # areas closer to that are compared as rationals
Texts = tuple[Sequence[str], Sequence[str]]


class OptimalMatch:
    """The match of all samples. ``texts`` are those of both sides as compared, None where only rings count.

    ``score``: ``one``, ``iou``, ``cned`` or ``iou-cned``, what an allowed pair adds to 1; ``trimmed``: texts by the RRC
    rule (``text.rrc_words``), else as they are; ``must_agree``: only pairs whose texts match are allowed;
    ``as_scipy``: among equal totals the assignment that SciPy takes, else the largest sum of IoU, then lowest indices.
    """

    def __init__(
        self,
        joined: Joined,
        pairing: Pairing,
        *,
        iou: float,
        area_precision: float,
        texts: Texts | None = None,
        score: str = "one",
        must_agree: bool = False,
        trimmed: bool = False,
        as_scipy: bool = False,
    ) -> None:
        import numpy as np

        self.joined, self.pairing, self.pairs = joined, pairing, pairing.rings
        self.texts, self.score, self.trimmed = texts, score, trimmed
        pairs, care = self.pairs, joined.gt.care
        large = [self._large(side, ring) for side, ring in (("gt", pairs.gt), ("pred", pairs.pred))]
        held = pairing.covers_pred(pairs, area_precision, among=~care[pairs.gt] & large[1])
        self.ignorable = np.zeros(len(joined.pred), np.bool_)  # (N pred,) held by a don't care gt
        self.ignorable[pairs.pred[held]] = True
        self.above = pairing.overlaps(pairs, iou, among=care[pairs.gt] & large[0] & large[1])  # (P,)
        self.allowed = self.above.copy()  # (P,) those of them whose texts do not bar them
        if must_agree:
            index = np.flatnonzero(self.above)
            self.allowed[index] = self._agreeing(index)
        partner = self._scipy() if as_scipy else pairing.optimal(pairs, self.allowed, self._worth())
        self.partner: NDArray[np.int64] = partner  # (N gt,) -1 = none
        self.matched = np.flatnonzero(self.allowed & (partner[pairs.gt] == pairs.pred))  # (M,) pairs, by gt
        taken = np.zeros(len(joined.pred), np.bool_)
        taken[pairs.pred[self.matched]] = True
        self.ignored = self.ignorable & ~taken  # (N pred,) excused

    def ious(self, index: NDArray[np.int64]) -> NDArray[np.float64]:
        """IoU of some pairs, the same bits under both engines."""
        inter, area_gt, area_pred = self.pairing.steady_areas(self.pairs, index)
        return inter / (area_gt + area_pred - inter)

    def agree(self, k: int) -> bool:
        """Whether the texts of pair k match."""
        gt, pred = self._texts(k)
        return agree_trimmed(gt, pred) if self.trimmed else gt == pred

    def _agreeing(self, index: NDArray[np.int64]) -> NDArray[np.bool_]:
        """``agree`` of some pairs; equal pairs of texts are compared once."""
        import numpy as np

        assert self.texts is not None
        used = self.pairs.gt[index], self.pairs.pred[index]
        first = [_first_equal(texts)[own] for texts, own in zip(self.texts, used, strict=True)]
        _, some, back = np.unique(
            first[0] * len(self.joined.pred) + first[1], return_index=True, return_inverse=True
        )
        return np.array([self.agree(k) for k in index[some].tolist()], np.bool_)[back]

    def similarity(self, k: int) -> Fraction:
        """1 - Yujian-Bo distance of the texts of pair k: (a + b - d) / (a + b + d), 1 for two empty texts.

        Under the RRC rule 1 when they match, else upper-cased, the gt without a special character at either end.
        """
        gt, pred = self._texts(k)
        if self.trimmed:
            if agree_trimmed(gt, pred):
                return Fraction(1)
            gt, pred = gt.upper(), pred.upper()
            gt = gt[gt[0] in SPECIAL : len(gt) - (gt[-1] in SPECIAL)]
        length, (distance,) = len(gt) + len(pred), distances([gt], [pred])
        return Fraction(length - distance, length + distance) if length else Fraction(1)

    @cached_property
    def similarities(self) -> NDArray[np.float64]:
        """(M,) of the matched pairs, each rounded as the script rounds: 1 - (1 - s)."""
        import numpy as np

        return np.array([_rounded(self.similarity(k)) for k in self.matched.tolist()], np.float64)

    def _texts(self, k: int) -> tuple[str, str]:
        assert self.texts is not None
        return self.texts[0][int(self.pairs.gt[k])], self.texts[1][int(self.pairs.pred[k])]

    def _large(self, side: str, index: NDArray[np.int64]) -> NDArray[np.bool_]:
        """(P,) whether the ring on this side is at least ``SMALLEST``."""
        import numpy as np

        pairs = self.pairs
        area = (pairs.area_gt if side == "gt" else pairs.area_pred)[index]
        large: NDArray[np.bool_] = area >= float(SMALLEST)
        for k in np.flatnonzero(np.abs(area - float(SMALLEST)) < NEAR).tolist():
            large[k] = self.pairing.exact_areas(pairs, k)[1 if side == "gt" else 2] >= SMALLEST
        return large

    def _worth(self) -> Callable[[int], Fraction] | None:
        """What an allowed pair is worth against leaving both sides without one, which counts -1 in the script's sum."""
        if self.score == "one":
            return None

        def worth(k: int) -> Fraction:
            value = Fraction(1)
            if "iou" in self.score:
                inter, area_gt, area_pred = self.pairing.exact_areas(self.pairs, k)
                value *= inter / (area_gt + area_pred - inter)
            return 1 + (value * self.similarity(k) if "cned" in self.score else value)

        return worth

    def _scipy(self) -> NDArray[np.int64]:
        """Where an instance has a choice: all gts of the sample against all its predictions, -1 where not allowed."""
        import numpy as np

        gt, pred, pairs = self.joined.gt, self.joined.pred, self.pairs
        index = np.flatnonzero(self.allowed)
        g, p = pairs.gt[index], pairs.pred[index]
        partner = np.full(len(gt), -1, np.int64)
        partner[g] = p
        choice = (np.bincount(g, minlength=1)[g] > 1) | (np.bincount(p, minlength=1)[p] > 1)
        for sample in np.unique(gt.sample_of[g[choice]]).tolist():
            gts, preds = gt.span(sample), pred.span(sample)
            score = np.full((len(gts), len(preds)), -1.0)
            own = index[(g >= gts.start) & (g < gts.stop)]
            score[pairs.gt[own] - gts.start, pairs.pred[own] - preds.start] = self._scores(own)
            column = self.pairing.as_scipy(sample, score)
            rows = np.flatnonzero(column >= 0)
            rows = rows[score[rows, column[rows]] >= 0]  # the assignment is complete: others are not allowed
            partner[gts.start : gts.stop] = -1
            partner[gts.start + rows] = preds.start + column[rows]
        return partner

    def _scores(self, index: NDArray[np.int64]) -> NDArray[np.float64]:
        """What the script writes into its matrix for allowed pairs, in doubles as it computes them."""
        import numpy as np

        value = self.ious(index) if "iou" in self.score else np.ones(len(index))
        if "cned" in self.score:
            value = value * np.array([_rounded(self.similarity(k)) for k in index.tolist()], np.float64)
        return value


def _first_equal(texts: Sequence[str]) -> NDArray[np.int64]:
    """(N,) the first text that equals each."""
    import numpy as np

    seen: dict[str, int] = {}
    return np.array([seen.setdefault(text, i) for i, text in enumerate(texts)], np.int64)


def _rounded(similarity: Fraction) -> float:
    """The double that ``1 - 2 d / (a + b + d)`` comes to."""
    return 1 - float(1 - similarity)
