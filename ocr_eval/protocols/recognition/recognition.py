"""Recognition: one transcription per sample against one prediction, joined by id; long because of its metrics.

What it measures
    How many texts are read exactly (``wem``), and how far the others are off, by three denominators that have names:
    the longer text (``one_minus_ned_max``), the ground truth (``cer``), the whole alignment (``cer_n``).

The rule, per sample
    1. A sample whose gt is don't care is left out and counted (``ignored``). A missing prediction is an empty one.
    2. The normal form goes over gt and prediction alike, step by step; then both are cut into units.
    3. Several gt texts of one sample are accepted alternatives: the one with the smallest NED counts, the first on a
       tie (``alternatives=first``: always the first). Don't care alternatives are not looked at.
    4. Counted: equality, the Levenshtein distance D, the lengths |gt|, |pred| and the larger of them; hits H,
       substitutions S, deletions and insertions of the alignment that ``rapidfuzz.distance.Levenshtein.opcodes``
       gives (D is unique, an alignment is not); the same D and lengths over words.

Totals
    wem = equal / samples. one_minus_ned_max = 1 - (sum of D / max(|gt|, |pred|)) / samples.
    cer = D / |gt|, cer_n = D / (H + D), wer = word D / gt words: sums over samples, divided once (micro).
    cer_macro = mean of D / |gt| over the samples whose gt is not empty, or that are empty on both sides (0).
    length_ratio = |pred| / |gt|, insertion_rate = insertions / |gt|: invented text shows here first.
    An error rate above 1 means insertions: more was read than is there. Nothing is clipped.

Empty texts
    Both sides empty: correct, NED 0 (``both_empty=correct``), or left out (``skip``).
    Gt empty, prediction not: NED 1, |pred| insertions in the micro ``cer``, no ``cer`` of its own.
    Prediction empty, gt not: NED 1, ``cer`` 1.
    The columns ``both_empty``, ``gt_empty``, ``pred_empty`` count the three cases (no sample is in two);
    ``filtered_gt_empty`` and ``filtered_pred_empty`` count texts that only the normal form emptied.
    0/0: an error rate without anything to read and without errors is 0; with errors it is undefined, as is every
    metric of no samples, and ``length_ratio`` of an empty gt.

What it cannot see
    Where anything stands: order and place play no role beyond the text. WER depends on what a word is more than on the
    reading (Thai, Chinese and Japanese have no spaces), so it is only comparable under one ``words``. Punctuation is no
    word under ``uax29``: WER 0 does not mean equal texts.

Deviations
    None; it is ours. Under ``normal_form=nfc`` one_minus_ned_max of a pair is the usual 1-NED. ``length_ratio`` is best
    at 1, but listed with the metrics that should be low.

Source
    CER and WER as in jiwer 4.0 and dinglehopper 0.11; NED as in the ICDAR 2019 challenges; cer_n as in the OCR-D
    specification (OCR-D/ocrd-website ``site/en/spec/ocrd_eval.md`` @1ce591e).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from ocr_eval.protocols import Reads
from ocr_eval.protocols.parameters import check, parameter, spell

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    import numpy as np
    from numpy.typing import NDArray

    from ocr_eval.pairing import Pairing
    from ocr_eval.protocols.formulas import Formula
    from ocr_eval.tables.counts import Counts, Totals
    from ocr_eval.tables.joined import Joined
    from ocr_eval.tables.matches import Clause, Matches
    from ocr_eval.text.comparison import Comparison, Row


@dataclass(frozen=True, repr=False)
class Recognition:
    """Parameters of ``recognition``."""

    normal_form: str = parameter("newlines+nfc", "steps for both sides, joined by +; raw for none")
    unit: str = parameter(
        "codepoint", "what lengths and edits count", choices=("codepoint", "grapheme", "jamo")
    )
    words: str = parameter("uax29", "what a word is", choices=("uax29", "whitespace", "space"))
    both_empty: str = parameter("correct", "two empty texts", choices=("correct", "skip"))
    alternatives: str = parameter("best", "several gt texts of one sample", choices=("best", "first"))

    ID: ClassVar[str] = "recognition"
    VERSION: ClassVar[int] = 1
    TASK: ClassVar[str] = "rec"
    COLUMNS: ClassVar[tuple[str, ...]] = (
        *("samples", "ignored", "equal", "distance", "length_gt", "length_pred", "length_max"),
        *("hits", "substitutions", "deletions", "insertions", "word_distance", "words_gt", "words_pred"),
        *("both_empty", "gt_empty", "pred_empty", "filtered_gt_empty", "filtered_pred_empty"),
    )
    SUMS: ClassVar[tuple[str, ...]] = ("ned", "cer")
    METRICS: ClassVar[dict[str, bool | None]] = {
        "wem": True,
        "one_minus_ned_max": True,
        "cer": False,
        "cer_n": False,
        "wer": False,
        "cer_macro": False,
        "length_ratio": None,
        "insertion_rate": False,
    }
    SOURCE: ClassVar[str] = "ours; CER and WER as jiwer 4.0, cer_n as the OCR-D specification"

    __repr__ = spell

    def __post_init__(self) -> None:
        from ocr_eval.text.normal_forms import normal_form

        check(self)
        normal_form(self.normal_form)

    @property
    def reads(self) -> Reads:
        return Reads(geometry=False, gt_text=True, pred_text=True)

    @property
    def formulas(self) -> dict[str, Formula]:
        """All metrics from sums."""
        from ocr_eval.protocols.formulas import rate

        return {
            "wem": rate("equal", "samples"),
            "one_minus_ned_max": rate("samples - sum:ned", "samples"),
            "cer": rate("distance", "length_gt", empty=0.0),
            "cer_n": rate("distance", "hits + distance", empty=0.0),
            "wer": rate("word_distance", "words_gt", empty=0.0),
            "cer_macro": rate("sum:cer", "samples - gt_empty"),
            "length_ratio": rate("length_pred", "length_gt"),
            "insertion_rate": rate("insertions", "length_gt", empty=0.0),
        }

    def count(self, joined: Joined, pairing: Pairing | None = None) -> Counts:
        """One row per gt sample. Raises InputError when a sample is more than one text on a side."""
        import numpy as np

        from ocr_eval.protocols.filtered import filtered_notice
        from ocr_eval.tables.counts import Counts
        from ocr_eval.text.comparison import Row
        from ocr_eval.text.samples import cared_for

        size = len(joined.sample_ids)
        care = cared_for(joined.gt)
        table = np.empty((size, len(self.COLUMNS)), np.int64)
        sums = np.empty((size, len(self.SUMS)))
        emptied: dict[str, str] = {}
        for span, rows, text in self._rows(joined):
            counts = dict(zip(Row._fields, rows.T, strict=True))
            cared = care[span].astype(np.int64)
            if not cared.all():
                rows *= cared[:, None]
            counted = cared - counts["both_empty"] if self.both_empty == "skip" else cared
            counts["equal"] *= counted
            table[span, 0], table[span, 1], table[span, 2:] = counted, 1 - cared, rows
            length, longest = counts["length_gt"], counts["length_max"]
            sums[span, 0] = counts["distance"] / np.maximum(longest, 1)
            sums[span, 1] = np.where(length > 0, counts["distance"] / np.maximum(length, 1), 0.0)
            for k in (span.start + np.flatnonzero(counts["filtered_gt_empty"])).tolist():
                emptied[joined.sample_ids[k]] = text(k)
        notices = filtered_notice(self.normal_form, emptied, int(care.sum()))
        return Counts(joined.sample_ids, self.COLUMNS, table, self.SUMS, sums, notices=notices)

    def _rows(self, joined: Joined) -> Iterator[tuple[slice, NDArray[np.int64], Callable[[int], str]]]:
        """(samples, a ``Row`` of each, what tells the first gt text of one), block by block in order."""
        import numpy as np

        from ocr_eval.text.comparison import Row
        from ocr_eval.text.packed import blocks, pays
        from ocr_eval.text.samples import accepted_texts, packed_texts, predicted_texts

        gt, pred = packed_texts(joined.gt), packed_texts(joined.pred)
        if gt is not None and pred is not None and pays(len(joined.sample_ids)):
            for span, rows in blocks(gt, pred, self.normal_form, self.unit, self.words):
                yield span, rows, gt.__getitem__
            return
        accepted = accepted_texts(joined.gt)
        compare = self._comparison()
        listed = [
            compare.row(texts[self._choose(compare, texts, text)], text) if texts else Row()
            for texts, text in zip(accepted, predicted_texts(joined.pred), strict=True)
        ]
        rows = np.array(listed, np.int64).reshape(len(listed), len(Row._fields))
        yield slice(0, len(listed)), rows, lambda k: accepted[k][0]

    def derive(self, totals: Totals) -> dict[str, float | None]:
        """Metrics from column sums; None where a metric is undefined (the SPEC says when)."""
        from ocr_eval.tables.counts import ratio

        t = totals
        if not t["samples"]:
            return dict.fromkeys(self.METRICS, None)

        def rate(errors: int, size: int) -> float | None:
            return ratio(errors, size, empty=None if errors else 0.0)

        return {
            "wem": ratio(t["equal"], t["samples"]),
            "one_minus_ned_max": 1 - t.sums["ned"] / t["samples"],
            "cer": rate(t["distance"], t["length_gt"]),
            "cer_n": rate(t["distance"], t["hits"] + t["distance"]),
            "wer": rate(t["word_distance"], t["words_gt"]),
            "cer_macro": ratio(t.sums["cer"], t["samples"] - t["gt_empty"]),
            "length_ratio": ratio(t["length_pred"], t["length_gt"]),
            "insertion_rate": rate(t["insertions"], t["length_gt"]),
        }

    def _comparison(self) -> Comparison:
        from ocr_eval.text.comparison import Comparison

        return Comparison.of(self.normal_form, self.unit, self.words)

    def _choose(self, compare: Comparison, accepted: list[str], predicted: str) -> int:
        return 0 if self.alternatives == "first" else compare.nearest(accepted, predicted)

    def explain(self, joined: Joined, pairing: Pairing | None, sample: int) -> Matches:
        """The texts of one sample, their distance and alignment in words; the steps are the edits."""
        return self.explainer(joined, pairing)(sample)

    def explainer(self, joined: Joined, pairing: Pairing | None) -> Callable[[int], Matches]:
        """``explain`` for many samples, their texts sorted out once."""
        from ocr_eval.text.samples import accepted_texts, predicted_texts

        accepted, predicted, compare = (
            accepted_texts(joined.gt),
            predicted_texts(joined.pred),
            self._comparison(),
        )
        return lambda sample: self._told(joined, compare, sample, accepted[sample], predicted[sample])

    def _told(
        self, joined: Joined, compare: Comparison, sample: int, accepted: list[str], predicted: str
    ) -> Matches:
        from ocr_eval.protocols.reasons import clause, verdict
        from ocr_eval.tables.matches import Edit, Matches, Pair
        from ocr_eval.text.distance import edit_lines, edit_script

        gt = joined.gt
        care = [k for k, i in enumerate(gt.span(sample)) if gt.care[i]]  # in the order of ``accepted``
        partners = tuple(range(len(joined.pred.span(sample))))
        status = "ignored"
        why: tuple[Clause, ...] = (clause("dont_care_sample"),)
        numbers: dict[str, float] = {}
        counting: tuple[int, ...] = ()
        steps: tuple[str, ...] = ()
        edits: tuple[Edit, ...] = ()
        pairs: tuple[Pair, ...] = ()
        if accepted:
            chosen = self._choose(compare, accepted, predicted)
            counting = tuple(care[chosen : chosen + 1])
            row = compare.row(accepted[chosen], predicted)
            if row.both_empty and self.both_empty == "skip":
                status, why = "dropped", (clause("both_empty_skipped"),)
            else:
                status, why, numbers = describe(row, bool(partners))
            sides = compare.units(accepted[chosen]), compare.units(predicted)
            steps = edit_lines(*sides)
            if counting and partners:
                pairs = (Pair(counting[0], partners[0], 1 - row.distance / max(row.length_max, 1)),)
                edits = (Edit(counting[0], partners[0], edit_script(*sides)),)
        verdicts = []
        for k in range(len(gt.span(sample))):
            if k in counting:
                verdicts.append(verdict("gt", k, status, partners, *why, numbers=numbers))
            elif k in care:
                verdicts.append(
                    verdict("gt", k, "dropped", (), clause("other_text_counts", other=counting[0]))
                )
            else:
                verdicts.append(verdict("gt", k, "don't care", (), clause("dont_care_said")))
        verdicts += [verdict("pred", k, status, counting, *why, numbers=numbers) for k in partners]
        return Matches(joined.sample_ids[sample], tuple(verdicts), steps, pairs, (), edits)


def describe(row: Row, predicted: bool) -> tuple[str, tuple[Clause, ...], dict[str, float]]:
    """Status, reasons and numbers of one compared sample."""
    from ocr_eval.protocols.reasons import clause

    numbers = {
        name: float(getattr(row, name)) for name in ("distance", "length_gt", "length_pred", "word_distance")
    }
    numbers["ned"] = row.distance / max(row.length_max, 1)
    rates = clause("error_rate", one_minus_ned=1 - numbers["ned"])
    if row.length_gt:
        numbers["cer"] = row.distance / row.length_gt
        rates = clause("error_rates", cer=numbers["cer"], one_minus_ned=1 - numbers["ned"])
    if row.equal:
        return "match", (clause("both_empty" if row.both_empty else "whole_texts_equal"),), numbers
    kinds = {"substitution": row.substitutions, "deletion": row.deletions, "insertion": row.insertions}
    why = (*[clause(kind if n == 1 else f"{kind}s", count=n) for kind, n in kinds.items()], rates)
    return ("wrong text", why, numbers) if predicted else ("miss", (clause("no_prediction"), *why), numbers)
