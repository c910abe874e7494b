"""Whole pages: error rates of characters and words, with and without their order; long because of its columns.

What it measures
    How much of a page's text was read (``cer``, ``wer``), how much of the error is order (``bwer``, ``dwer``, ``fca``),
    how much was invented (``insertion_rate``, ``length_ratio``).

The rule, per sample
    1. A page is one text: what the reader makes of its file at ``level`` (words joined by a space, lines and regions by
       LF). A page that is don't care is left out and counted. Regions with rings are joined by LF in file order.
    2. The normal form goes over both sides. Characters are ``unit`` (grapheme clusters), newlines count. Distance D and
       the alignment of ``rapidfuzz.distance.Levenshtein.opcodes``: hits H, S, deletions, insertions; code points too.
    3. Words by three definitions: UAX #29, between white space, between spaces as jiwer 4.0; each with its own columns.
    4. Bags of words (``words``): m = words of the gt's bag that the other lacks, e = the reverse.
    5. ``fca=true``: flexible character accuracy (code points, newlines are none): lines and parts of lines in any
       order, by the rule in ``ocr_eval.text.flexible``. A page that would take more than 5e10 steps has none (W_PAGE).
    6. Letters: the text without white space, P*, S* and N*.
    7. Where both sides have regions with rings (``order=auto``): one-to-one by IoU > .5, best first; Spearman's foot
       rule of the matched ones' ranks over floor(n² / 2), 0 for n < 2; edit distance between the two sequences of
       regions, an unmatched one being like no other.
    8. ``repeated_length``: the longest line of the prediction that stands there three times in a row or more.

Totals
    Sums over pages, divided once (micro): cer = D / length, cer_n = D / (H + D), wer (by ``words``), wer_uax29,
    wer_whitespace, wer_space = word D / gt words, bwe = (m + e) / (words of both sides), bwer = max(m, e) / gt words
    (no order gives a lower wer), dwer = wer - bwer, fca = 1 - (S + D + I) / (H + S + D), over the pages that have
    it, letter_accuracy = 1 - D / length, insertion_rate = insertions / length, length_ratio = pred / gt length,
    order_error = distance / the longer sequence. cer_macro, wer_macro, fca_macro, nsfd: means over the pages that have
    a value. fca_order_effect = fca - (1 - cer).
    0/0: an error rate without anything to read and without errors is 0, with errors undefined, as is any metric of no
    page. fca of two empty texts is 1, without gt characters minus the insertions.

What it cannot see
    Tables, formulas, layout beyond order. A wer depends on what a word is more than on the reading (Thai, Chinese), and
    a mean over pages is sunk by a few with invented text (W_INVENTED names them): look at the rows. ``fca`` may be
    negative.

Deviations from the official tools
    1. cer, wer: none from dinglehopper 0.11 (``ocrd``) on one page; its summary is a mean over pages, cer_macro here.
    2. fca: the public implementation takes the alignment that python-Levenshtein gives; here fewest edits, then fewest
       substitutions, so costs of pieces may be lower than there.
    3. length_ratio is best at 1.

Source
    OCR-D/ocrd-website ``site/en/spec/ocrd_eval.md`` @1ce591e (cer, cer_n, wer, bwe, letters); E. Vidal, A. Toselli,
    A. Ríos-Vila, J. Calvo-Zaragoza 2023, arXiv 2301.05935 (bwer); C. Clausner, S. Pletschacher, A. Antonacopoulos,
    Pattern Recognition Letters 131, 2020 (fca), as in qurator-spk/dinglehopper ``flexible_character_accuracy.py``
    @0dd5fc0.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from ocr_eval.protocols import Reads
from ocr_eval.protocols.parameters import check, parameter, spell

if TYPE_CHECKING:
    from collections.abc import Callable

    from ocr_eval.pairing import Pairing
    from ocr_eval.protocols.formulas import Formula
    from ocr_eval.protocols.page_counts import PageCounts
    from ocr_eval.tables.counts import Counts, Totals
    from ocr_eval.tables.joined import Joined
    from ocr_eval.tables.matches import Matches
    from ocr_eval.text.breakdown import Breakdown

INVENTED = 5  # times the gt's length from which a prediction is warned about


@dataclass(frozen=True, repr=False)
class Page:
    """Parameters of ``page``."""

    normal_form: str = parameter("newlines+nfc", "steps for both sides, joined by +; raw for none")
    unit: str = parameter(
        "grapheme", "what lengths and edits count", choices=("grapheme", "codepoint", "jamo")
    )
    words: str = parameter("uax29", "what a word is", choices=("uax29", "whitespace", "space"))
    level: str = parameter(
        "region", "whose texts PAGE XML gives to the page", choices=("region", "line", "word")
    )
    fca: bool = parameter(True, "flexible character accuracy as well")
    order: str = parameter("auto", "reading order where both sides have regions", choices=("auto", "none"))

    ID: ClassVar[str] = "page"
    VERSION: ClassVar[int] = 1
    TASK: ClassVar[str] = "rec"
    COLUMNS: ClassVar[tuple[str, ...]] = (
        *("samples", "ignored", "distance", "length_gt", "length_pred"),
        *("hits", "substitutions", "deletions", "insertions", "codepoint_distance", "codepoint_length_gt"),
        *("uax29_distance", "uax29_hits", "uax29_words_gt", "uax29_words_pred"),
        *("whitespace_distance", "whitespace_hits", "whitespace_words_gt", "whitespace_words_pred"),
        *("space_distance", "space_hits", "space_words_gt", "space_words_pred"),
        *("words_read", "bag_missing", "bag_extra", "bag_max", "letter_distance", "letter_length_gt"),
        *("fca_pages", "fca_hits", "fca_substitutions", "fca_deletions", "fca_insertions"),
        *("order_pages", "order_regions", "order_distance", "order_length", "repeated_length"),
        *("both_empty", "gt_empty", "pred_empty", "filtered_gt_empty", "filtered_pred_empty"),
    )
    SUMS: ClassVar[tuple[str, ...]] = ("cer", "wer", "fca", "nsfd")
    METRICS: ClassVar[dict[str, bool | None]] = {
        "cer": False,
        "cer_codepoint": False,
        "cer_n": False,
        "cer_macro": False,
        "wer": False,
        "wer_uax29": False,
        "wer_whitespace": False,
        "wer_space": False,
        "wer_macro": False,
        "bwe": False,
        "bwer": False,
        "dwer": False,
        "fca": True,
        "fca_macro": True,
        "fca_order_effect": None,
        "letter_accuracy": True,
        "insertion_rate": False,
        "length_ratio": None,
        "nsfd": False,
        "order_error": False,
    }
    SOURCE: ClassVar[str] = "OCR-D specification ocrd_eval.md @1ce591e; Clausner et al. 2020 (fca)"

    __repr__ = spell

    def __post_init__(self) -> None:
        from ocr_eval.text.normal_forms import normal_form

        check(self)
        normal_form(self.normal_form)

    @property
    def reads(self) -> Reads:
        """Transcriptions on both sides, pages at ``level``; their regions, where there are any, for the order."""
        return Reads(
            geometry=False, gt_text=True, pred_text=True, level=self.level, regions=self.order == "auto"
        )

    @property
    def formulas(self) -> dict[str, Formula]:
        """All metrics but the order effect, which is no quotient of two sums."""
        from ocr_eval.protocols.formulas import rate

        words = self.words
        gt, pred, errors = f"{words}_words_gt", f"{words}_words_pred", f"{words}_distance"
        own = {
            f"wer_{name}": rate(f"{name}_distance", f"{name}_words_gt", empty=0.0)
            for name in ("uax29", "whitespace", "space")
        }
        size = "fca_hits + fca_substitutions + fca_deletions"
        return {
            "cer": rate("distance", "length_gt", empty=0.0),
            "cer_codepoint": rate("codepoint_distance", "codepoint_length_gt", empty=0.0),
            "cer_n": rate("distance", "hits + distance", empty=0.0),
            "cer_macro": rate("sum:cer", "samples - gt_empty"),
            "wer": rate(errors, gt, empty=0.0),
            **own,
            "wer_macro": rate("sum:wer", "words_read"),
            "bwe": rate("bag_missing + bag_extra", f"{gt} + {pred}", empty=0.0),
            "bwer": rate("bag_max", gt, empty=0.0),
            "dwer": rate(f"{errors} - bag_max", gt, empty=0.0),
            "fca": rate("fca_hits - fca_insertions", size, empty=1.0 if self.fca else None),
            "fca_macro": rate("sum:fca", "fca_pages"),
            "letter_accuracy": rate("letter_length_gt - letter_distance", "letter_length_gt", empty=1.0),
            "insertion_rate": rate("insertions", "length_gt", empty=0.0),
            "length_ratio": rate("length_pred", "length_gt"),
            "nsfd": rate("sum:nsfd", "order_pages"),
            "order_error": rate("order_distance", "order_length"),
        }

    def count(self, joined: Joined, pairing: Pairing | None = None) -> Counts:
        """One row per gt sample. Raises InputError when a sample is more than one text on a side."""
        from ocr_eval.errors import Notice, escape
        from ocr_eval.protocols.filtered import filtered_notice
        from ocr_eval.protocols.page_texts import joined_pages
        from ocr_eval.protocols.raw_texts import raw_texts, table
        from ocr_eval.protocols.reading_order import orders

        counter = self._counter()
        texts = raw_texts(joined_pages(joined), self.ID)
        rows = [counter.row(g, p) for g, p in zip(texts.gt, texts.pred, strict=True)]
        if self.order == "auto" and pairing is not None and joined.gt.geometry and joined.pred.geometry:
            found = orders(joined, pairing)
            for at, row in zip(texts.rows, rows, strict=True):
                row |= {"order_pages": 1, "order_regions": found[at].matched, "sum:nsfd": found[at].foot_rule}
                row |= {"order_distance": found[at].distance, "order_length": found[at].length}
        emptied = texts.where(joined, [bool(row["filtered_gt_empty"]) for row in rows])
        notices = filtered_notice(self.normal_form, emptied, len(rows))
        long = [
            joined.sample_ids[at] for at, row in zip(texts.rows, rows, strict=True) if not row["fca_pages"]
        ]
        if self.fca and long:
            message = "pages too long for free order of lines, which fca leaves out"
            notices += (Notice("W_PAGE", message, len(long), tuple(map(escape, long[:3]))),)
        invented = [
            joined.sample_ids[at]
            for at, row in zip(texts.rows, rows, strict=True)
            if row["length_pred"] > INVENTED * row["length_gt"] > 0
        ]
        if invented:
            message = "pages are predicted over five times as long as they are; a few decide every mean"
            notices += (Notice("W_INVENTED", message, len(invented), tuple(map(escape, invented[:3]))),)
        columns = {name: [row.get(name, 0) for row in rows] for name in self.COLUMNS}
        sums = {name: [row.get(f"sum:{name}", 0.0) for row in rows] for name in self.SUMS}
        return table(joined, texts, columns, sums, notices, rest="ignored")

    def derive(self, totals: Totals) -> dict[str, float | None]:
        """Metrics from column sums; None where a metric is undefined (the SPEC says when)."""
        from ocr_eval.protocols.formulas import evaluate
        from ocr_eval.text.distance import Edits
        from ocr_eval.text.flexible import accuracy

        if not totals["samples"]:
            return dict.fromkeys(self.METRICS, None)
        found = {name: evaluate(formula, totals) for name, formula in self.formulas.items()}
        found["fca"] = None
        if totals["fca_pages"]:
            names = ("hits", "substitutions", "deletions", "insertions")
            found["fca"] = accuracy(Edits(*(totals[f"fca_{name}"] for name in names)))
        if totals["letter_length_gt"]:
            found["letter_accuracy"] = 1 - totals["letter_distance"] / totals["letter_length_gt"]
        whole = totals["fca_pages"] == totals["samples"]
        fca, cer = found["fca"], found["cer"]
        found["fca_order_effect"] = fca - (1 - cer) if whole and fca is not None and cer is not None else None
        return {name: found[name] for name in self.METRICS}

    def breakdown(self, joined: Joined) -> Breakdown:
        """Confusions with examples, errors per script and per Unicode block, of all care pages."""
        from ocr_eval.protocols.page_texts import joined_pages
        from ocr_eval.protocols.raw_texts import raw_texts
        from ocr_eval.text.breakdown import breakdown

        counter = self._counter()
        texts = raw_texts(joined_pages(joined), self.ID)
        return breakdown(
            (joined.sample_ids[at], counter.cut(counter.form(gt)), counter.cut(counter.form(pred)))
            for at, gt, pred in zip(texts.rows, texts.gt, texts.pred, strict=True)
        )

    def _counter(self) -> PageCounts:
        from ocr_eval.protocols.page_counts import PageCounts

        return PageCounts.of(self.normal_form, self.unit, self.words, self.fca)

    def explain(self, joined: Joined, pairing: Pairing | None, sample: int) -> Matches:
        """The edits of one page; the last steps say where they lie: scripts, blocks, confusions, repeated lines."""
        return self.explainer(joined, pairing)(sample)

    def explainer(self, joined: Joined, pairing: Pairing | None) -> Callable[[int], Matches]:
        """``explain`` for many samples, their texts sorted out once."""
        from ocr_eval.protocols.page_texts import page_explainer

        return page_explainer(joined, self.ID, self._counter())
