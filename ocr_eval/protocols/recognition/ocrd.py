"""dinglehopper 0.11 and the OCR-D specification: character error rate in grapheme clusters, word error rate by UAX #29.

What it measures
    How many edits a text needs per character as a reader counts them, and per word as Unicode cuts them.

The rule, per sample
    1. NFC on both sides; with ``sbb=true`` then the tool's substitutions (ligatures, private-use letters of old prints,
       dashes and apostrophes). Its functions work without them, its command line and everything it reads from a file
       with them: say which a number is.
    2. Characters are extended grapheme clusters (Unicode 16.0); newlines count. Words are the UAX #29 segments that
       hold more than punctuation, symbols, marks, separators and controls; private-use characters are letters.
    3. Counted: distance, gt length and hits, in clusters and in words. Hits are those of the alignment that
       ``rapidfuzz.distance.Levenshtein.opcodes`` gives.

Totals
    cer = distance / length_gt and wer = word_distance / words_gt, 0 without any error; cer_n and wer_n of the
    specification = distance / (hits + distance). With errors and nothing to read an error rate is undefined (the tool
    gives infinity). The tool's own summary averages its reports; here counts are added first (micro).

What it cannot see
    Punctuation in words: wer 0 does not mean equal texts. Differences that ``sbb`` folds.

Deviations from the official tool
    1. null in the place of infinity, with W_UNDEFINED.
    2. Sums over samples instead of its mean over pages.

Source
    qurator-spk/dinglehopper 0.11 @1efb382; OCR-D/ocrd-website ``site/en/spec/ocrd_eval.md`` @1ce591e.
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
    from ocr_eval.protocols.raw_texts import Compared
    from ocr_eval.tables.counts import Counts, Totals
    from ocr_eval.tables.joined import Joined
    from ocr_eval.tables.matches import Matches


@dataclass(frozen=True, repr=False)
class Ocrd:
    """Parameter of ``ocrd``; the default is that of the tool's functions."""

    sbb: bool = parameter(False, "the substitutions of the tool's command line")

    ID: ClassVar[str] = "ocrd"
    VERSION: ClassVar[int] = 1
    TASK: ClassVar[str] = "rec"
    COLUMNS: ClassVar[tuple[str, ...]] = (
        *("samples", "distance", "length_gt", "hits", "word_distance", "words_gt", "word_hits"),
    )
    SUMS: ClassVar[tuple[str, ...]] = ()
    METRICS: ClassVar[dict[str, bool | None]] = {"cer": False, "wer": False, "cer_n": False, "wer_n": False}
    SOURCE: ClassVar[str] = (
        "qurator-spk/dinglehopper 0.11 @1efb382; OCR-D specification ocrd_eval.md @1ce591e"
    )

    __repr__ = spell

    def __post_init__(self) -> None:
        check(self)

    @property
    def reads(self) -> Reads:
        """Transcriptions on both sides, no rings."""
        return Reads(geometry=False, gt_text=True, pred_text=True)

    @property
    def formulas(self) -> dict[str, Formula]:
        """All metrics from sums."""
        from ocr_eval.protocols.formulas import rate

        return {
            "cer": rate("distance", "length_gt", empty=0.0),
            "wer": rate("word_distance", "words_gt", empty=0.0),
            "cer_n": rate("distance", "hits + distance", empty=0.0),
            "wer_n": rate("word_distance", "word_hits + word_distance", empty=0.0),
        }

    def count(self, joined: Joined, pairing: Pairing | None = None) -> Counts:
        """One row per gt sample. Raises InputError when a sample is more than one text on a side."""
        from ocr_eval.protocols.raw_texts import raw_texts, table
        from ocr_eval.text.distance import alignment
        from ocr_eval.text.units import graphemes, words_uax29

        texts = raw_texts(joined, self.ID)
        rows = []
        for gt, pred in zip(texts.gt, texts.pred, strict=True):
            found = self.compared(gt, pred)
            clusters, words = graphemes(found.gt), words_uax29(found.gt)
            characters = alignment(clusters, graphemes(found.pred))
            own = alignment(words, words_uax29(found.pred))
            size = (characters.distance, len(clusters), characters.hits)
            rows.append((1, *size, own.distance, len(words), own.hits))
        columns = zip(*rows, strict=True) if rows else [()] * len(self.COLUMNS)
        return table(joined, texts, dict(zip(self.COLUMNS, columns, strict=True)))

    def derive(self, totals: Totals) -> dict[str, float | None]:
        """None without any sample, and for errors without anything to read."""
        from ocr_eval.tables.counts import ratio

        t = totals
        if not t["samples"]:
            return dict.fromkeys(self.METRICS, None)

        def rate(errors: int, size: int) -> float | None:
            return ratio(errors, size, empty=None if errors else 0.0)

        return {
            "cer": rate(t["distance"], t["length_gt"]),
            "wer": rate(t["word_distance"], t["words_gt"]),
            "cer_n": rate(t["distance"], t["hits"] + t["distance"]),
            "wer_n": rate(t["word_distance"], t["word_hits"] + t["word_distance"]),
        }

    def compared(self, gt: str, pred: str) -> Compared:
        """The normalised pair."""
        from ocr_eval.protocols.raw_texts import Compared
        from ocr_eval.text.normal_forms import normal_form

        form = normal_form("nfc+sbb" if self.sbb else "nfc")
        g, p = form(gt), form(pred)
        return Compared(g, p, g == p)

    def explain(self, joined: Joined, pairing: Pairing | None, sample: int) -> Matches:
        """The normalised texts of one sample and the edits of their code points."""
        return self.explainer(joined, pairing)(sample)

    def explainer(self, joined: Joined, pairing: Pairing | None) -> Callable[[int], Matches]:
        """``explain`` for many samples, their texts sorted out once."""
        from ocr_eval.protocols.raw_texts import text_explainer

        return text_explainer(joined, self.ID, self.compared)
