"""The word comparison inside the RRC end-to-end script, applied to every sample of a recognition list.

What it measures
    Words read correctly, as ICDAR 2013 and 2015 end-to-end compare them once two boxes are matched.

The rule, per sample
    ``variant=e2e`` (default): g and p are upper-cased and match when equal, or when g without its first character,
    without its last or without both equals p (each only if it is one of ``!?.:,*"()·[]/'``). p stays whole.
    ``variant=strip-all``: both are upper-cased and lose special characters at both ends, any number; equal or not.
    ``variant=word-spotting``: g loses a final 's or 'S, then outer hyphens, special characters become spaces, ends are
    stripped. g is don't care (``ignored``) when an inner space is left, when it is shorter than 3, or holds anything
    but a-z, A-Z, U+00C0 to U+01BF, U+01C4 to U+027F, U+0386 to U+03FF and hyphens, or one of × ÷ ·. Then upper g
    must equal upper p.

Totals
    wem = equal / samples; ignored samples are not among them. Without any sample: undefined.

What it cannot see
    How wrong a wrong word is; outer punctuation of the gt that was not read. ``upper()`` makes ß equal SS, a ligature
    fi equal FI, the micro sign equal a Greek mu. A gt of one special character matches the empty prediction.

Deviations from the official script
    1. An empty gt ends the script with IndexError as soon as it is compared with a prediction that is not empty
       (``e2e``); here that is E_GT with the sample's place.
    2. Lexicons are not part of it; see the end-to-end protocols.

Source
    RRC ``E2E_iou_1_1.py`` v1.1 (2019-12-29), as kept in whai362/pan_pp.pytorch ``eval/ic15_word_spotting/script.py``.
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
class RrcWord:
    """Parameter of ``rrc-word``; the default is that of the end-to-end task."""

    variant: str = parameter(
        "e2e", "which comparison of the script", choices=("e2e", "strip-all", "word-spotting")
    )

    ID: ClassVar[str] = "rrc-word"
    VERSION: ClassVar[int] = 1
    TASK: ClassVar[str] = "rec"
    COLUMNS: ClassVar[tuple[str, ...]] = ("samples", "equal", "ignored")
    SUMS: ClassVar[tuple[str, ...]] = ()
    METRICS: ClassVar[dict[str, bool | None]] = {"wem": True}
    SOURCE: ClassVar[str] = (
        "RRC E2E_iou_1_1.py v1.1, in whai362/pan_pp.pytorch eval/ic15_word_spotting/script.py"
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
        """The one metric from sums."""
        from ocr_eval.protocols.formulas import rate

        return {"wem": rate("equal", "samples")}

    def count(self, joined: Joined, pairing: Pairing | None = None) -> Counts:
        """One row per gt sample.

        Raises InputError when a sample is more than one text on a side, (E_GT) naming every empty gt text that a
        prediction would be compared with.
        """
        from ocr_eval.protocols.filtered import LEFT_OUT, NOTHING_LEFT, filtered_notice
        from ocr_eval.protocols.raw_texts import raw_texts, table

        texts = raw_texts(joined, self.ID)
        if self.variant == "e2e":
            empty = zip(texts.rows, texts.gt, texts.pred, strict=True)
            refuse_empty(joined, [row for row, gt, pred in empty if pred and not gt])
        found = [self.compared(g, p) for g, p in zip(texts.gt, texts.pred, strict=True)]
        kept = [not each.left_out for each in found]
        columns = {
            "samples": kept,
            "equal": [each.equal and counted for each, counted in zip(found, kept, strict=True)],
            "ignored": [not counted for counted in kept],
        }
        lost = [bool(raw and not each.gt) for each, raw in zip(found, texts.gt, strict=True)]
        does = LEFT_OUT if self.variant == "word-spotting" else NOTHING_LEFT
        if self.variant == "word-spotting":
            lost = [bool(raw) and not counted for raw, counted in zip(texts.gt, kept, strict=True)]
        notices = filtered_notice(repr(self), texts.where(joined, lost), len(texts), does)
        return table(joined, texts, columns, notices=notices)

    def derive(self, totals: Totals) -> dict[str, float | None]:
        """None without any sample."""
        from ocr_eval.tables.counts import ratio

        return {"wem": ratio(totals["equal"], totals["samples"])}

    def compared(self, gt: str, pred: str) -> Compared:
        """The pair upper-cased (and cleaned, by ``variant``), whether it matches, or why it is don't care."""
        from ocr_eval.protocols.raw_texts import Compared
        from ocr_eval.text.rrc_words import agree_trimmed, is_looked_for, spotting_word, stripped

        if self.variant == "e2e":
            return Compared(gt.upper(), pred.upper(), agree_trimmed(gt, pred))
        if self.variant == "strip-all":
            g, p = stripped(gt), stripped(pred)
            return Compared(g, p, g == p)
        word = spotting_word(gt)
        g, p = word.upper(), pred.upper()
        return Compared(g, p, g == p, "" if is_looked_for(word) else "not_looked_for")

    def explain(self, joined: Joined, pairing: Pairing | None, sample: int) -> Matches:
        """The texts of one sample as they are compared; or why it is don't care."""
        return self.explainer(joined, pairing)(sample)

    def explainer(self, joined: Joined, pairing: Pairing | None) -> Callable[[int], Matches]:
        """``explain`` for many samples, their texts sorted out once."""
        from ocr_eval.protocols.raw_texts import text_explainer

        return text_explainer(joined, self.ID, self.compared)


def refuse_empty(joined: Joined, rows: list[int]) -> None:
    """Raises InputError (E_GT) naming the place of each of these samples' empty gt text."""
    if not rows:
        return
    from ocr_eval.errors import Findings

    gt = joined.gt
    findings = Findings(gt.source, "gt", is_folder=gt.is_folder)
    for row in rows:
        span = gt.span(row)
        findings.error(
            "E_GT",
            "empty transcription, which the script cannot compare with a word",
            "write its text, or take the sample out",
            entry=gt.entries[row],
            line=int(gt.line[span[0]]) if len(span) else None,
        )
    findings.check()
