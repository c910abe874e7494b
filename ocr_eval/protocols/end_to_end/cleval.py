"""CLEval, end to end: characters found and read, less a penalty for words that are cut or run together.

What it measures
    How many characters were read in their place and order, without asking that words are cut alike: a word in two
    boxes or two words in one cost one character each.

The rule, per sample
    1. Matches of care gts and predictions: exactly those of ``cleval-det`` (its steps 0 to 4).
    2. Every prediction begins with all characters of its text. For each care gt with matches, in file order:
       a. Its predictions are put in order: for each of its character centres in turn, while more than one prediction is
          left, the first one left (in file order) that holds the centre is next. Then the first one left ends the
          order; any more are left out.
       b. What remains of their texts is joined in this order. The longest common subsequence with the gt text is read:
          of several, the one of the table m(a, b) = m(a - 1, b - 1) + character where both agree, else m(a - 1, b) if
          that is longer than m(a, b - 1), else m(a, b - 1).
       c. Each of its characters goes from the first prediction in order that still has one: its first occurrence.
    3. tp_char: characters gone from predictions that are not ignored. n_char_det: all characters of their texts.
       n_char_gt, penalty_gt and penalty_det as in ``cleval-det``. ``case=upper``: both sides in upper case.

Totals
    recall = max(0, tp_char - recall_penalty * penalty_gt) / n_char_gt, precision = max(0, tp_char - precision_penalty *
    penalty_det) / n_char_det over all samples, 0 when a denominator is 0; hmean of the two. Without any gt character
    there is no score.

What it cannot see
    Predictions with empty text cost nothing. How tight a prediction is: boxes over 40 % of every word score .986 on
    IC13. Characters of one word in another order lose only what is out of order.

Deviations from the official script
    1. All those of ``cleval-det``; ``shape=polygon`` is ours, with a signature of its own.
    2. gts take turns in file order, in the script in the order of a Python set, which is another one where most gts of
       a sample are don't care. Direction: either; size: characters of predictions that several gts share and that their
       order decides; none in the official outputs, 11 of 16 800 generated pages full of merges.
    3. Characters beyond 16 777 216 in a sample are lost in the script (float32 counts).

Source
    clovaai/CLEval @513623c ``cleval/eval_functions.py`` (``eval_e2e``), ``utils.py`` (``lcs``); Baek et al., "CLEval:
    Character-Level Evaluation for Text Detection and Recognition Tasks", 2020.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from ocr_eval.protocols import Reads
from ocr_eval.protocols.parameters import check, fraction, parameter, spell

if TYPE_CHECKING:
    from collections.abc import Callable

    from ocr_eval.pairing import Pairing
    from ocr_eval.protocols.cleval_match import Match
    from ocr_eval.protocols.formulas import Formula
    from ocr_eval.tables.counts import Counts, Totals
    from ocr_eval.tables.joined import Joined
    from ocr_eval.tables.matches import Matches


@dataclass(frozen=True, repr=False)
class Cleval:
    """Parameters of ``cleval``; the defaults are official."""

    area_precision: float = fraction(0.3, "a gt must hold so much of a prediction, or several together")
    recall_penalty: float = parameter(
        1.0, "characters that each further prediction of a gt costs", low=0.0, high=100.0, open_low=False
    )
    precision_penalty: float = parameter(
        1.0, "characters that each further gt of a prediction costs", low=0.0, high=100.0, open_low=False
    )
    vertical: float = parameter(
        0.5,
        "quads of a smaller aspect (width over height) are read from above",
        low=0.0,
        high=1000.0,
        open_low=False,
    )
    case: str = parameter("sensitive", "compare as written, or in upper case", choices=("sensitive", "upper"))
    shape: str = parameter(
        "quad", "rings of four corners, or (ours, not official) of any number", choices=("quad", "polygon")
    )

    ID: ClassVar[str] = "cleval"
    VERSION: ClassVar[int] = 1
    TASK: ClassVar[str] = "e2e"
    COLUMNS: ClassVar[tuple[str, ...]] = ("tp_char", "n_char_gt", "n_char_det", "penalty_gt", "penalty_det")
    SUMS: ClassVar[tuple[str, ...]] = ()
    METRICS: ClassVar[dict[str, bool | None]] = {"precision": True, "recall": True, "hmean": True}
    SOURCE: ClassVar[str] = "clovaai/CLEval @513623c cleval/eval_functions.py"

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
        """precision, recall and hmean from sums."""
        from ocr_eval.protocols.cleval_scores import formulas

        return formulas(self.recall_penalty, self.precision_penalty)

    def count(self, joined: Joined, pairing: Pairing) -> Counts:
        """Row per sample: characters read, of gts, of predictions; penalties of both sides."""
        import numpy as np

        from ocr_eval.protocols.cleval_match import rows
        from ocr_eval.protocols.cleval_text import read
        from ocr_eval.tables.counts import Counts
        from ocr_eval.tables.notices import ignored

        pred, size = joined.pred, len(joined.sample_ids)
        match = self._match(joined, pairing)
        found = rows(joined, match)
        texts = self._pred_texts(joined)
        reading = read(match, texts)
        kept = ~match.ignored
        length = np.array(list(map(len, texts)), np.int64)
        found["tp_char"] = np.bincount(pred.sample_of[kept], reading.consumed[kept], minlength=size)
        found["n_char_det"] = np.bincount(pred.sample_of[kept], length[kept], minlength=size)
        columns, notices = {name: found[name] for name in self.COLUMNS}, ignored(int(match.ignored.sum()))
        return Counts.of(joined.sample_ids, columns, notices=notices)

    def derive(self, totals: Totals) -> dict[str, float | None]:
        """precision, recall, hmean; None without any gt character."""
        from ocr_eval.protocols.cleval_scores import scores

        return scores(totals, self.recall_penalty, self.precision_penalty)

    def explain(self, joined: Joined, pairing: Pairing, sample: int) -> Matches:
        """Every instance with its partners and what was read, or why it has none."""
        return self.explainer(joined, pairing)(sample)

    def explainer(self, joined: Joined, pairing: Pairing) -> Callable[[int], Matches]:
        """``explain`` for many samples of one match."""
        from ocr_eval.protocols.cleval_report import reporter
        from ocr_eval.protocols.cleval_text import read

        match, texts = self._match(joined, pairing), self._pred_texts(joined)
        return reporter(joined, pairing, match, self.area_precision, texts, read(match, texts))

    def _pred_texts(self, joined: Joined) -> tuple[str, ...]:
        texts = joined.pred.texts
        return tuple(map(str.upper, texts)) if self.case == "upper" else texts

    def _match(self, joined: Joined, pairing: Pairing) -> Match:
        from ocr_eval.protocols.cleval_match import match

        return match(
            joined,
            pairing,
            area_precision=self.area_precision,
            vertical=self.vertical,
            upper=self.case == "upper",
            polygon=self.shape == "polygon",
        )
