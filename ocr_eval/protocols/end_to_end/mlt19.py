"""MLT 2019 task 4: end-to-end on words of many scripts, exact as written and upper-cased, and 1-NED over the union.

What it measures
    How many words were found and read, case counted (``precision`` …) and not counted (``…_upper``), and how much of
    the text of everything found or missed is right (1-NED).

The rule, per sample
    1. A gt is don't care when its transcription is exactly ``###``. Don't care, ignored predictions and pairs as in
       ``rrc-iou``: first fit in file order (confidences do not sort the matching), IoU > iou, strict.
    2. A pair is correct when the texts are equal as written; ``_upper``: equal upper-cased.
    3. ``ned`` adds d / max(length) of every pair (d: Levenshtein over code points; 0 for two empty texts), and 1 for
       every care gt and every care prediction without partner. ``ned_upper`` takes d of the upper-cased texts, but
       divides by the lengths as written.

Totals
    recall = tp / n_gt, precision = tp / n_det, hmean; 0 when a denominator is 0; the same with ``_upper``.
    one_minus_ned_union = 1 - ned / (n_gt + n_det - paired), and ``_upper``. AP (``confidence=true``) as in ``rrc-iou``,
    a true positive being an upper-cased equal text.

What it cannot see
    The script of a word (it is read, not used), splits and merges, reading order within a word.

Deviations from the official script
    1. A set without any care gt has no score here (null); the script prints 0 (1-NED: 0).
    2. AP with tied confidences: stable order and its interval, see ``rrc-iou``.
    3. Transcriptions count as they are written, quotes included, as in the script; only when another end-to-end
       protocol is scored in the same run are outer quotes taken off first. A gt ``"###"`` in quotes is don't care here.
    4. A care gt or prediction whose upper case is longer than itself may add more than 1 to ``ned_upper``; so it is in
       the script.
    5. The script kept in MultiplexedOCR clips with shapely and calls the overlap of a ring that crosses itself 0 when
       shapely raises; here, under ``--invalid-polygons official``, the overlap is even-odd as in the RRC scripts.

Source
    RRC MLT 2019 task 4 script version 1.1 (2019-03-28), as kept in facebookresearch/MultiplexedOCR @1b4d931
    ``multiplexer/evaluation/mlt19/task4/script.py``.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from ocr_eval.protocols import Reads
from ocr_eval.protocols.parameters import check, fraction, parameter, spell

if TYPE_CHECKING:
    from collections.abc import Callable

    import numpy as np
    from numpy.typing import NDArray

    from ocr_eval.pairing import Pairing
    from ocr_eval.protocols.formulas import Formula
    from ocr_eval.protocols.word_match import WordMatch
    from ocr_eval.tables.counts import Counts, Totals
    from ocr_eval.tables.joined import Joined
    from ocr_eval.tables.matches import Matches


@dataclass(frozen=True, repr=False)
class Mlt19:
    """Parameters of ``mlt19``; the defaults are official."""

    iou: float = fraction(0.5, "a pair needs IoU above this")
    area_precision: float = fraction(
        0.5, "a prediction is ignored when more than this share of it is don't care"
    )
    confidence: bool = parameter(True, "predictions carry confidences: they give AP")

    ID: ClassVar[str] = "mlt19"
    VERSION: ClassVar[int] = 1
    TASK: ClassVar[str] = "e2e"
    COLUMNS: ClassVar[tuple[str, ...]] = ("tp", "tp_upper", "paired", "n_gt", "n_det", "dc_gt", "dc_det")
    SUMS: ClassVar[tuple[str, ...]] = ("ned", "ned_upper")
    METRICS: ClassVar[dict[str, bool | None]] = {
        "precision": True,
        "recall": True,
        "hmean": True,
        "precision_upper": True,
        "recall_upper": True,
        "hmean_upper": True,
        "one_minus_ned_union": True,
        "one_minus_ned_union_upper": True,
        "ap": True,
        "ap_low": True,
        "ap_high": True,
    }
    SOURCE: ClassVar[str] = (
        "facebookresearch/MultiplexedOCR @1b4d931 multiplexer/evaluation/mlt19/task4/script.py"
    )

    def __post_init__(self) -> None:
        check(self)

    def __repr__(self) -> str:
        return spell(self)

    @property
    def reads(self) -> Reads:
        """Rings and transcriptions on both sides; an empty care gt equals an empty prediction."""
        return Reads(gt_text=True, pred_text=True, pred_confidence=self.confidence, verbatim=True)

    @property
    def formulas(self) -> dict[str, Formula]:
        """All but AP from sums."""
        from ocr_eval.protocols.formulas import rate

        made: dict[str, Formula] = {}
        for tail in ("", "_upper"):
            made |= {
                f"precision{tail}": rate(f"tp{tail}", "n_det", empty=0.0),
                f"recall{tail}": rate(f"tp{tail}", "n_gt", empty=0.0),
                f"hmean{tail}": rate(f"2*tp{tail}", "n_gt + n_det", empty=0.0, alone=1.0),
            }
        union = "n_gt + n_det - paired"
        for tail in ("", "_upper"):
            made[f"one_minus_ned_union{tail}"] = rate(f"{union} - sum:ned{tail}", union, empty=0.0, alone=1.0)
        return made

    def count(self, joined: Joined, pairing: Pairing) -> Counts:
        """Row per sample: pairs right as written and upper-cased, all pairs, care and don't care; two sums of NED."""
        import numpy as np

        from ocr_eval.protocols.rrc_match import count_rows, scored_predictions
        from ocr_eval.tables.counts import Counts

        words = self._words(joined, pairing)
        size = len(joined.sample_ids)
        rows = count_rows(joined, words.match)
        raw = self._equal(words)
        for name, correct in (("tp", raw), ("tp_upper", words.correct)):
            rows[name] = np.bincount(joined.pred.sample_of[correct], minlength=size)
        alone = rows["n_gt"] + rows["n_det"] - 2 * rows["paired"]
        sums = {name: alone + column for name, column in self._distances(joined, words).items()}
        scored = scored_predictions(joined, words.match, words.correct) if self.confidence else None
        columns = {name: rows[name] for name in self.COLUMNS}
        return Counts.of(joined.sample_ids, columns, sums, scored=scored)

    def derive(self, totals: Totals) -> dict[str, float | None]:
        """All metrics; with confidences also ap and the interval of its ties."""
        from ocr_eval.protocols.rrc_match import average_precision, word_scores
        from ocr_eval.tables.counts import ratio

        n_gt, n_det = totals["n_gt"], totals["n_det"]
        metrics: dict[str, float | None] = {}
        for tail in ("", "_upper"):
            scores = word_scores(totals[f"tp{tail}"], n_gt, n_det)
            metrics |= {f"{name}{tail}": value for name, value in scores.items()}
        union = n_gt + n_det - totals["paired"]
        for tail in ("", "_upper"):
            value = ratio(union - totals.sums[f"ned{tail}"], union, empty=0.0)
            metrics[f"one_minus_ned_union{tail}"] = value if n_gt else None
        if totals.scored is not None:
            metrics |= average_precision(totals.scored, n_gt)
        return metrics

    def explain(self, joined: Joined, pairing: Pairing, sample: int) -> Matches:
        """Partners with IoU, and whether their upper-cased texts agree."""
        return self.explainer(joined, pairing)(sample)

    def explainer(self, joined: Joined, pairing: Pairing) -> Callable[[int], Matches]:
        """``explain`` for many samples of one match."""
        from ocr_eval.protocols.word_match import word_explainer

        words = self._words(joined, pairing)
        return word_explainer(joined, pairing, words, self.iou, self.area_precision)

    def _words(self, joined: Joined, pairing: Pairing) -> WordMatch:
        from ocr_eval.protocols.word_match import Texts, corrected, match_words, texts_equal

        pred, kept = corrected(joined, joined.pred.texts, "none")
        return match_words(
            joined,
            pairing,
            Texts(joined.gt.texts, pred, joined.gt.care, kept),
            texts_equal,
            iou=self.iou,
            area_precision=self.area_precision,
        )

    def _equal(self, words: WordMatch) -> NDArray[np.bool_]:
        """(N pred,) paired, and the texts equal as written."""
        import numpy as np

        equal = np.zeros(len(words.texts.pred), np.bool_)
        for g, p in enumerate(words.match.partner.tolist()):
            if p >= 0:
                equal[p] = words.texts.gt[g] == words.texts.pred[p]
        return equal

    def _distances(self, joined: Joined, words: WordMatch) -> dict[str, NDArray[np.float64]]:
        """(S,) sums over pairs of d / max(length as written), as written and upper-cased."""
        import numpy as np

        from ocr_eval.text.distance import distances

        matched = np.flatnonzero(words.match.partner >= 0)
        gts = [words.texts.gt[g] for g in matched.tolist()]
        preds = [words.texts.pred[p] for p in words.match.partner[matched].tolist()]
        longer = np.array([max(len(g), len(p), 1) for g, p in zip(gts, preds, strict=True)], np.float64)
        upper = [[text.upper() for text in texts] for texts in (gts, preds)]
        sample, size = joined.gt.sample_of[matched], len(joined.sample_ids)
        shares: list[NDArray[np.float64]] = [
            np.array(found, np.float64) / longer for found in (distances(gts, preds), distances(*upper))
        ]
        sums = [np.bincount(sample, share, size).astype(np.float64) for share in shares]
        return dict(zip(self.SUMS, sums, strict=True))
