"""jiwer 4.0: CER of stripped texts; WER, MER, WIP and WIL over its own idea of words.

What it measures
    Edits per gt character and per gt word, and how much of the words is kept on both sides.

The rule, per sample
    1. Characters: ``strip()`` at both ends, then code points. Case counts; no Unicode normalisation.
    2. Words: every run of two or more white-space characters becomes one space, both ends are stripped, and only
       U+0020 separates. A single line feed, tab or no-break space stays inside a word.
    3. Hits H, substitutions S, deletions D and insertions I of the alignment that
       ``rapidfuzz.distance.Levenshtein.opcodes`` gives, for characters and for words.

Totals
    All counts are added over the samples first (micro). cer and wer = (S + D + I) / (H + S + D),
    mer = (S + D + I) / (H + S + D + I), wip = (H / words_gt) (H / words_pred), 0 without predicted words,
    wil = 1 - wip.
    Without any gt characters (words), cer (wer) is the *number* of insertions; mer is then 0 and wip 1 when nothing
    was predicted either, else mer 1 and wip 0.
    An error rate above 1 means insertions: more was read than is there.

What it cannot see
    White space at the ends of a text. What a word is in scripts without spaces. A line break glues the last word of a
    line to the first of the next, so WER of pages is too high on both sides.

Deviations from the official tool
    1. Samples are joined by id; the tool joins lists by position and raises ValueError for different lengths.
    2. wip and wil have no interval: they are no quotient of two sums.

Source
    jitsi/jiwer 4.0 ``src/jiwer/process.py``, ``src/jiwer/transformations.py`` @c1b0d5e. ``cer`` and ``wer`` of
    huggingface/evaluate @a7dd338 are the same micro values, but divide by zero on an empty gt.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from ocr_eval.protocols import Reads
from ocr_eval.protocols.parameters import check, spell

if TYPE_CHECKING:
    from collections.abc import Callable

    from ocr_eval.pairing import Pairing
    from ocr_eval.protocols.formulas import Formula
    from ocr_eval.protocols.raw_texts import Compared
    from ocr_eval.tables.counts import Counts, Totals
    from ocr_eval.tables.joined import Joined
    from ocr_eval.tables.matches import Matches
    from ocr_eval.text.distance import Edits

CHARACTERS = ("hits", "substitutions", "deletions", "insertions")
WORDS = ("word_hits", "word_substitutions", "word_deletions", "word_insertions")


@dataclass(frozen=True, repr=False)
class Jiwer:
    """``jiwer`` has no parameters: its default transformations."""

    ID: ClassVar[str] = "jiwer"
    VERSION: ClassVar[int] = 1
    TASK: ClassVar[str] = "rec"
    COLUMNS: ClassVar[tuple[str, ...]] = (
        *("samples", "hits", "substitutions", "deletions", "insertions"),
        *("word_hits", "word_substitutions", "word_deletions", "word_insertions", "words_pred"),
    )
    SUMS: ClassVar[tuple[str, ...]] = ()
    METRICS: ClassVar[dict[str, bool | None]] = {
        "cer": False,
        "wer": False,
        "mer": False,
        "wil": False,
        "wip": True,
    }
    SOURCE: ClassVar[str] = "jitsi/jiwer 4.0 src/jiwer/process.py, src/jiwer/transformations.py @c1b0d5e"

    __repr__ = spell

    def __post_init__(self) -> None:
        check(self)

    @property
    def reads(self) -> Reads:
        """Transcriptions on both sides, no rings."""
        return Reads(geometry=False, gt_text=True, pred_text=True)

    @property
    def formulas(self) -> dict[str, Formula]:
        """The three error rates from sums."""
        from ocr_eval.protocols.formulas import rate

        errors = "word_substitutions + word_deletions + word_insertions"
        return {
            "cer": rate(
                "substitutions + deletions + insertions", "hits + substitutions + deletions", empty=0.0
            ),
            "wer": rate(errors, "word_hits + word_substitutions + word_deletions", empty=0.0),
            "mer": rate(errors, f"word_hits + {errors}", empty=0.0),
        }

    def count(self, joined: Joined, pairing: Pairing | None = None) -> Counts:
        """One row per gt sample. Raises InputError when a sample is more than one text on a side."""
        from ocr_eval.protocols.raw_texts import raw_texts, table
        from ocr_eval.text.distance import alignment
        from ocr_eval.text.units import words_space

        texts = raw_texts(joined, self.ID)
        rows = []
        for gt, pred in zip(texts.gt, texts.pred, strict=True):
            words = words_space(pred)
            characters, own = alignment(gt.strip(), pred.strip()), alignment(words_space(gt), words)
            rows.append((1, *characters, *own, len(words)))
        names = ("samples", *CHARACTERS, *WORDS, "words_pred")
        columns = zip(*rows, strict=True) if rows else [()] * len(names)
        return table(joined, texts, dict(zip(names, columns, strict=True)))

    def derive(self, totals: Totals) -> dict[str, float | None]:
        """The tool's values; None without any sample."""
        from ocr_eval.text.distance import Edits

        t = totals
        if not t["samples"]:
            return dict.fromkeys(self.METRICS, None)
        cer, _, _ = rates(Edits(*(t[name] for name in CHARACTERS)), 0)
        wer, mer, wip = rates(Edits(*(t[name] for name in WORDS)), t["words_pred"])
        return {"cer": cer, "wer": wer, "mer": mer, "wil": 1 - wip, "wip": wip}

    def compared(self, gt: str, pred: str) -> Compared:
        """The stripped pair."""
        from ocr_eval.protocols.raw_texts import Compared

        g, p = gt.strip(), pred.strip()
        return Compared(g, p, g == p)

    def explain(self, joined: Joined, pairing: Pairing | None, sample: int) -> Matches:
        """The stripped texts of one sample and the edits of their characters."""
        return self.explainer(joined, pairing)(sample)

    def explainer(self, joined: Joined, pairing: Pairing | None) -> Callable[[int], Matches]:
        """``explain`` for many samples, their texts sorted out once."""
        from ocr_eval.protocols.raw_texts import text_explainer

        return text_explainer(joined, self.ID, self.compared)


def rates(edits: Edits, predicted: int) -> tuple[float, float, float]:
    """Error rate, match error rate and information preserved, in the tool's order of operations."""
    hits, substitutions, deletions, insertions = edits
    size = hits + substitutions + deletions
    if not size:
        return float(insertions), float(insertions > 0), float(insertions == 0)
    preserved = (hits / size) * (hits / predicted) if predicted else 0.0
    return edits.distance / size, edits.distance / (size + insertions), preserved
