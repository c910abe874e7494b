"""docTR TextMatch: four shares of equal words, as written, lower-cased, transliterated to ASCII, and both.

What it measures
    Words read exactly, under four ideas of what may differ.

The rule, per sample
    1. ``raw``: g = p. ``caseless``: lower g = lower p.
    2. ``anyascii``: g and p transliterated by anyascii 0.3.3 are equal. ``unicase``: their transliterations are equal
       in lower case (transliterated first, lower-cased then).

Totals
    Each is a share of the samples; two empty texts are equal. Without any sample: undefined (the tool raises).
    anyascii is no requirement of this package (``pip install ocr_eval[doctr]``). Without it ``anyascii`` and
    ``unicase`` are undefined: no sample counts as ``transliterated``.

What it cannot see
    How wrong a wrong word is. Transliteration joins what readers keep apart: traditional and simplified characters,
    Arabic and ASCII digits, letters with and without accents.

Deviations from the official script
    1. The column ``transliterated`` is ours: how many samples anyascii saw.
    2. Another version of anyascii transliterates by other tables; only 0.3.3 is the tool's, any other is refused.

Source
    mindee/doctr ``doctr/utils/metrics.py`` (``string_match``, ``TextMatch``) @8a88fea.
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

TABLES = "0.3.3"  # the version of anyascii whose tables the tool used


@dataclass(frozen=True, repr=False)
class Doctr:
    """``doctr`` has no parameters."""

    ID: ClassVar[str] = "doctr"
    VERSION: ClassVar[int] = 1
    TASK: ClassVar[str] = "rec"
    COLUMNS: ClassVar[tuple[str, ...]] = (
        *("samples", "raw", "caseless", "anyascii", "unicase", "transliterated"),
    )
    SUMS: ClassVar[tuple[str, ...]] = ()
    METRICS: ClassVar[dict[str, bool | None]] = {
        "raw": True,
        "caseless": True,
        "anyascii": True,
        "unicase": True,
    }
    SOURCE: ClassVar[str] = "mindee/doctr doctr/utils/metrics.py (string_match, TextMatch) @8a88fea"

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
            "raw": rate("raw", "samples"),
            "caseless": rate("caseless", "samples"),
            "anyascii": rate("anyascii", "transliterated"),
            "unicase": rate("unicase", "transliterated"),
        }

    def count(self, joined: Joined, pairing: Pairing | None = None) -> Counts:
        """One row per gt sample.

        Raises InputError when a sample is more than one text on a side, (E_CONFIG) for another version of anyascii.
        """
        from ocr_eval.protocols.raw_texts import raw_texts, table

        texts = raw_texts(joined, self.ID)
        fold = transliteration()
        rows = [(1, *matches(g, p, fold)) for g, p in zip(texts.gt, texts.pred, strict=True)]
        columns = zip(*rows, strict=True) if rows else [()] * len(self.COLUMNS)
        return table(joined, texts, dict(zip(self.COLUMNS, columns, strict=True)))

    def derive(self, totals: Totals) -> dict[str, float | None]:
        """Four shares; the last two are None where nothing was transliterated."""
        from ocr_eval.tables.counts import ratio

        t = totals
        return {
            "raw": ratio(t["raw"], t["samples"]),
            "caseless": ratio(t["caseless"], t["samples"]),
            "anyascii": ratio(t["anyascii"], t["transliterated"]),
            "unicase": ratio(t["unicase"], t["transliterated"]),
        }

    def compared(self, gt: str, pred: str) -> Compared:
        """The raw pair."""
        from ocr_eval.protocols.raw_texts import Compared

        return Compared(gt, pred, gt == pred)

    def explain(self, joined: Joined, pairing: Pairing | None, sample: int) -> Matches:
        """The raw texts of one sample and their edits; a match is what ``raw`` counts."""
        return self.explainer(joined, pairing)(sample)

    def explainer(self, joined: Joined, pairing: Pairing | None) -> Callable[[int], Matches]:
        """``explain`` for many samples, their texts sorted out once."""
        from ocr_eval.protocols.raw_texts import text_explainer

        return text_explainer(joined, self.ID, self.compared)


def matches(gt: str, pred: str, fold: Callable[[str], str] | None) -> tuple[bool, bool, bool, bool, bool]:
    """raw, caseless, anyascii, unicase, and whether the last two mean anything."""
    if gt == pred:
        return True, True, fold is not None, fold is not None, fold is not None
    caseless = gt.lower() == pred.lower()
    if fold is None:
        return False, caseless, False, False, False
    g, p = fold(gt), fold(pred)
    return False, caseless, g == p, g.lower() == p.lower(), True


def transliteration() -> Callable[[str], str] | None:
    """anyascii's function; None where it is not installed. Raises InputError (E_CONFIG) for another version."""
    from importlib import import_module
    from importlib.metadata import PackageNotFoundError, version

    from ocr_eval.errors import usage_error

    try:
        found = version("anyascii")
    except PackageNotFoundError:
        return None
    if found != TABLES:
        raise usage_error(
            f"doctr needs the tables of anyascii {TABLES}, installed is {found}",
            f"pip install anyascii=={TABLES}, or uninstall it to do without",
            "E_CONFIG",
        )
    fold: Callable[[str], str] = import_module("anyascii").anyascii
    return fold
