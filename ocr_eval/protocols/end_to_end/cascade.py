"""Cascade: IoU first, then exact words and 1-NED on the matched pairs; long because nine metrics share one pass.

What it measures
    The classical two-step pipeline: which words were found at all, and how well the found ones were read.

The rule, per sample
    1. Gts with an empty transcription are left out. A gt ``###`` is don't care. A prediction with
       I / area(prediction) > area_precision (strict) in a single don't care gt is ignored.
       With ``case=upper`` both sides are upper-cased (full Unicode mapping).
    2. All pairs with IoU > iou (strict), by falling IoU, then gt order, then prediction order; one-to-one, greedily.
    3. A matched pair adds 1 to ``wem`` when the texts are equal and 1 - d / max(length) to ``similarity``
       (d: Levenshtein over code points; two empty texts add 1).
    4. Independent of the matching, a prediction is a *split* when its text is a non-empty proper part of the text of a
       gt that holds more than half of it; a gt is *merged* when its text is a non-empty proper part of the text of a
       prediction that holds more than half of it.

Totals
    precision = wem / n_det, recall = wem / n_gt, hmean = 2 wem / (n_gt + n_det); ``wem`` is wem / n_gt, the paper's.
    1-NED under three names: similarity over n_gt, over n_gt + n_det - match (union), over match (matched).
    split_rate = split / n_det, merge_rate = merge / n_gt. No care gt at all: everything is undefined (null);
    precision without predictions is 0; other 0/0 are undefined.

What it cannot see
    A word read perfectly in two halves counts as missed; on one real ICDAR 2015 submission the three denominators are
    17 points apart. One-character words inflate split and merge rates: show them, do not rank by them.

Deviations from the official script
    none: there is no official script, this file is the definition.

Source
    Lee, Yoon, Hoon, Choi, "PopEval", 2019, section II-C (the pipeline) and Table II (splits and merges).
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
    from ocr_eval.protocols.rrc_match import RrcMatch
    from ocr_eval.tables.counts import Counts, Totals
    from ocr_eval.tables.joined import Joined
    from ocr_eval.tables.matches import Clause, Matches


@dataclass(frozen=True, repr=False)
class Cascade:
    """Parameters of ``cascade``."""

    iou: float = fraction(0.5, "a pair needs IoU above this")
    area_precision: float = fraction(
        0.5, "a prediction is ignored when more than this share of it is don't care"
    )
    case: str = parameter(
        "upper", "upper-case both sides, or compare as written", choices=("upper", "sensitive")
    )

    ID: ClassVar[str] = "cascade"
    VERSION: ClassVar[int] = 1
    TASK: ClassVar[str] = "e2e"
    COLUMNS: ClassVar[tuple[str, ...]] = (
        "n_gt",
        "n_det",
        "match",
        "wem",
        "split",
        "merge",
        "dc_gt",
        "dc_det",
    )
    SUMS: ClassVar[tuple[str, ...]] = ("similarity",)
    METRICS: ClassVar[dict[str, bool | None]] = {
        "precision": True,
        "recall": True,
        "hmean": True,
        "wem": True,
        "one_minus_ned_gt": True,
        "one_minus_ned_union": True,
        "one_minus_ned_matched": True,
        "split_rate": False,
        "merge_rate": False,
    }
    SOURCE: ClassVar[str] = "Lee et al., PopEval, 2019, section II-C; own definition"

    def __post_init__(self) -> None:
        check(self)

    def __repr__(self) -> str:
        return spell(self)

    @property
    def reads(self) -> Reads:
        """Rings and transcriptions on both sides."""
        return Reads(gt_text=True, pred_text=True)

    @property
    def formulas(self) -> dict[str, Formula]:
        """All nine metrics from sums."""
        from ocr_eval.protocols.formulas import rate

        return {
            "precision": rate("wem", "n_det", empty=0.0),
            "recall": rate("wem", "n_gt"),
            "hmean": rate("2*wem", "n_gt + n_det", alone=1.0),
            "wem": rate("wem", "n_gt"),
            "one_minus_ned_gt": rate("sum:similarity", "n_gt"),
            "one_minus_ned_union": rate("sum:similarity", "n_gt + n_det - match", alone=1.0),
            "one_minus_ned_matched": rate("sum:similarity", "match"),
            "split_rate": rate("split", "n_det"),
            "merge_rate": rate("merge", "n_gt"),
        }

    def count(self, joined: Joined, pairing: Pairing) -> Counts:
        """Row per sample: care instances, matches, exact words, splits, merges; the similarity of matched pairs."""
        import numpy as np

        from ocr_eval.protocols.rrc_match import count_rows
        from ocr_eval.tables.counts import Counts
        from ocr_eval.text.distance import distances

        gt, pred = joined.gt, joined.pred
        gt_texts, pred_texts = self._texts(joined)
        match = self.match(joined, pairing)
        rows = count_rows(joined, match)
        rows["match"] = rows["paired"]
        rows["dc_gt"] = np.bincount(gt.sample_of[~gt.care], minlength=len(joined.sample_ids))

        matched = np.flatnonzero(match.partner >= 0)
        ours = [gt_texts[g] for g in matched.tolist()]
        theirs = [pred_texts[p] for p in match.partner[matched].tolist()]
        similarity = [
            1 - d / longest if (longest := max(len(a), len(b))) else 1.0
            for a, b, d in zip(ours, theirs, distances(ours, theirs), strict=True)
        ]
        size = len(joined.sample_ids)
        equal = np.array([a == b for a, b in zip(ours, theirs, strict=True)], np.bool_)
        split, merged = self._parts(pairing, match, gt_texts, pred_texts)
        rows["wem"] = np.bincount(gt.sample_of[matched][equal], minlength=size)
        rows["split"] = np.bincount(pred.sample_of[split], minlength=size)
        rows["merge"] = np.bincount(gt.sample_of[merged], minlength=size)
        sums = np.zeros(size)
        np.add.at(sums, gt.sample_of[matched], similarity)
        return Counts.of(joined.sample_ids, {name: rows[name] for name in self.COLUMNS}, {"similarity": sums})

    def derive(self, totals: Totals) -> dict[str, float | None]:
        """All nine metrics; the denominator of 1-NED is in the name."""
        from ocr_eval.tables.counts import ratio

        n_gt, n_det, match, wem = (totals[name] for name in ("n_gt", "n_det", "match", "wem"))
        if n_gt == 0:
            return dict.fromkeys(self.METRICS)
        similarity = totals.sums["similarity"]
        return {
            "precision": ratio(wem, n_det, empty=0.0),
            "recall": wem / n_gt,
            "hmean": 2 * wem / (n_gt + n_det),
            "wem": wem / n_gt,
            "one_minus_ned_gt": similarity / n_gt,
            "one_minus_ned_union": similarity / (n_gt + n_det - match),
            "one_minus_ned_matched": ratio(similarity, match),
            "split_rate": ratio(totals["split"], n_det),
            "merge_rate": totals["merge"] / n_gt,
        }

    def explain(self, joined: Joined, pairing: Pairing, sample: int) -> Matches:
        """Partners with IoU, then the texts: equal, or their distance; splits and merges are named."""
        return self.explainer(joined, pairing)(sample)

    def explainer(self, joined: Joined, pairing: Pairing) -> Callable[[int], Matches]:
        """``explain`` for many samples of one match."""
        from ocr_eval.protocols.match_report import MatchReport
        from ocr_eval.protocols.reasons import clause, extended, verdict
        from ocr_eval.tables.matches import Edit, Matches
        from ocr_eval.text.distance import edit_script

        gt, pred = joined.gt, joined.pred
        gt_texts, pred_texts = self._texts(joined)
        match = self.match(joined, pairing)
        split, merged = (set(part.tolist()) for part in self._parts(pairing, match, gt_texts, pred_texts))
        limits = self.iou, self.area_precision
        report = MatchReport(joined, pairing, match, *limits, first=False, holders=~gt.care)

        def compared(g: int, p: int) -> tuple[Edit, Clause]:
            """The edits of a pair, positions counted from 0 in the sample, and what they come to."""
            a, b = gt_texts[g], pred_texts[p]
            edit = Edit(*report.local(g, p), edit_script(a, b))
            if a == b:
                return edit, clause("texts_equal")
            length = max(len(a), len(b))
            distance = sum(max(len(old), len(new)) for kind, old, new in edit.ops if kind != "equal")
            return edit, clause("texts_differ", distance=distance, length=length)

        def told(sample: int) -> Matches:
            pairs = report.pairs(sample)
            first_gt, first_pred = gt.span(sample).start, pred.span(sample).start
            texts = {(g, p): compared(first_gt + g, first_pred + p) for g, p, _ in pairs}
            verdicts = []
            for found in report.verdicts(sample):
                side, index = found.side, found.index
                here = index + (first_gt if side == "gt" else first_pred)
                if side == "gt" and gt.care[here] and not gt_texts[here]:
                    found = verdict(side, index, "dropped", (), clause("empty_left_out"))
                elif found.status == "match":
                    (there,) = found.partners
                    edit, words = texts[(index, there) if side == "gt" else (there, index)]
                    wrong = any(kind != "equal" for kind, _, _ in edit.ops)
                    found = extended(found, words, status="wrong text" if wrong else "")
                if here in (merged if side == "gt" else split):
                    found = extended(found, clause("part_of_prediction" if side == "gt" else "part_of_gt"))
                verdicts.append(found)
            edits = tuple(edit for edit, _ in texts.values())
            return Matches(joined.sample_ids[sample], tuple(verdicts), (), pairs, (), edits)

        return told

    def _texts(self, joined: Joined) -> tuple[tuple[str, ...], tuple[str, ...]]:
        if self.case == "sensitive":
            return joined.gt.texts, joined.pred.texts
        return tuple(t.upper() for t in joined.gt.texts), tuple(t.upper() for t in joined.pred.texts)

    def match(self, joined: Joined, pairing: Pairing) -> RrcMatch:
        """Care gts with a text and their partners, best IoU first; what is ignored."""
        import numpy as np

        from ocr_eval.protocols.rrc_match import RrcMatch

        gt, pred, pairs = joined.gt, joined.pred, pairing.rings
        assert gt.text_offset is not None
        care = gt.care & (np.diff(gt.text_offset) > 0)
        ignored = np.zeros(len(pred), np.bool_)
        ignored[pairs.pred[pairing.covers_pred(pairs, self.area_precision, among=~gt.care[pairs.gt])]] = True
        free = care[pairs.gt] & ~ignored[pairs.pred]
        candidates = np.flatnonzero(pairing.overlaps(pairs, self.iou, among=free))
        # Equal overlaps must tie whatever the last bits of their areas: 1e-12 is far below any real difference.
        partner = pairing.best_first(pairs, candidates, np.round(pairing.iou(pairs)[candidates], 12))
        return RrcMatch(ignored, partner, care, np.ones(len(pred), np.bool_))

    def _parts(
        self,
        pairing: Pairing,
        match: RrcMatch,
        gt_texts: tuple[str, ...],
        pred_texts: tuple[str, ...],
    ) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Indices of predictions that are splits, and of gts that are merged."""
        import numpy as np

        pairs = pairing.rings
        alive = match.care[pairs.gt] & ~match.ignored[pairs.pred]

        def proper_part(k: int, gt_holds: bool) -> bool:
            a, b = gt_texts[int(pairs.gt[k])], pred_texts[int(pairs.pred[k])]
            inner, outer = (b, a) if gt_holds else (a, b)
            return bool(inner) and inner != outer and inner in outer

        part_of_gt = np.array([proper_part(k, True) for k in np.flatnonzero(alive).tolist()], np.bool_)
        part_of_pred = np.array([proper_part(k, False) for k in np.flatnonzero(alive).tolist()], np.bool_)
        among = np.zeros((2, len(pairs)), np.bool_)
        among[0, alive], among[1, alive] = part_of_gt, part_of_pred
        split = pairs.pred[pairing.covers_pred(pairs, 0.5, among=among[0])]
        merged = pairs.gt[pairing.covers_gt(pairs, 0.5, among=among[1])]
        return np.flatnonzero(np.bincount(split)), np.flatnonzero(np.bincount(merged))
