"""CLEval, detection half: characters whose place was found, less a penalty for words that are cut or run together.

What it measures
    How many characters of the gt texts lie in predictions, without asking that words are cut alike: each superfluous
    cut or join costs one character. Texts are only counted, not compared.

The rule, per sample
    0. The aspect of a quad is ((|v1v2| + |v3v4|) / 2 + 1e-5) / ((|v2v3| + |v4v1|) / 2 + 1e-5). A gt is don't care when
       its transcription is exactly ``###``; it stands for min(round(0.5 + max(aspect, 1 / aspect)), 10) characters.
       ``case=upper`` puts transcriptions in upper case first, which can change their length.
    1. Each of the n characters of a gt has a centre at p + (q - p) / n * (i + 1/2), p the middle of v1 v4, q that of
       v2 v3; where aspect < vertical, after the corners were turned by one (v4, v1, v2, v3). A centre is inside a
       prediction by the half-open even-odd rule: low borders are inside, high ones are not.
    2. Every care gt is cut out of every don't care gt. A is the shared area over the prediction's, in float32.
    3. A prediction is ignored when A >= area_precision for one don't care gt, or for the sum (float32) over all don't
       care gts with a centre in it.
    4. Strong: A >= area_precision and a centre inside. Matches, none excluding another, of care gts and predictions
       that are not ignored:
       one-to-one: strong, and the only strong pair of its gt and of its prediction (don't care and ignored included);
       split: all strong pairs of a gt that has two or more;
       merge: all pairs with a centre inside of a prediction that has two or more, if their A sum to >= area_precision.
    5. tp_char: centres in a matched prediction, each once; ``overlapped`` counts the repetitions. penalty_gt: matched
       predictions less one, per gt; penalty_det: matched gts less one, per prediction.
    6. n_char_gt: characters of the care gts. n_char_det: centres in matched predictions, repetitions included, and
       fp_char: min(round(0.5 + 1 / (1e-5 + aspect)), 10) per prediction without match. round is half to even.

Totals
    recall = max(0, tp_char - recall_penalty * penalty_gt) / n_char_gt, precision = max(0, tp_char - precision_penalty *
    penalty_det) / n_char_det over all samples, 0 when a denominator is 0; hmean of the two. Without any gt character
    there is no score.

What it cannot see
    What was read. How tight a prediction is: boxes over the middle 40 % of every word score .99. A wide false positive
    costs one character, a tall one up to ten, whatever they cover.

Deviations from the official script
    1. ``shape=polygon`` is ours: the script's own option for polygons stops with an error at this commit, so there is
       no official number. Rules it intends are used: corners are two chains, top and bottom, of half their number;
       steps along them cut to whole pixels, centres are means of four steps; a don't care gt stands for 10 characters
       and a false positive for 1. Areas and inside as above. The parameter stands in the signature.
    2. Exact areas, and float32 numbers made from them. The script's areas have errors of about 1e-14; a decision
       changes only where a share stands within that of a rounding to 24 bits.
    3. Three or more don't care gts with characters in one prediction are added in file order, in the script in that of
       a Python set. Size: the last bit of a float32 sum.
    4. Counts of one gt in one prediction are int16 in the script: texts beyond 32 767 characters are lost there.
    5. A set without any gt character has no score here (null); the script prints 0.
    6. Corners are read as given, as in the script, also of counter-clockwise quads. A prediction of an unknown sample,
       a bad line or decimals are told with file and line; the script stops as well. Invalid rings: ``official``
       is the script's: even-odd shared areas over |shoelace|, which a bow-tie can make larger than 1.
    7. Not here: ``--CONFIDENCES`` (sorts predictions; no count changes), sizes (``--SCALE_WISE`` is never read),
       orientation (always 0 in the script, a condition is turned round).

Source
    clovaai/CLEval @513623c ``cleval/eval_functions.py``, ``box_types.py`` (the rewrite of 2023; older versions give
    other numbers); Baek et al., "CLEval: Character-Level Evaluation for Text Detection and Recognition Tasks", 2020.
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
class ClevalDet:
    """Parameters of ``cleval-det``; the defaults are official."""

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
    case: str = parameter("sensitive", "texts as written, or in upper case", choices=("sensitive", "upper"))
    shape: str = parameter(
        "quad", "rings of four corners, or (ours, not official) of any number", choices=("quad", "polygon")
    )

    ID: ClassVar[str] = "cleval-det"
    VERSION: ClassVar[int] = 1
    TASK: ClassVar[str] = "det"
    COLUMNS: ClassVar[tuple[str, ...]] = (
        "tp_char",
        "n_char_gt",
        "n_char_det",
        "penalty_gt",
        "penalty_det",
        "fp_char",
        "split",
        "merged",
        "overlapped",
    )
    SUMS: ClassVar[tuple[str, ...]] = ()
    METRICS: ClassVar[dict[str, bool | None]] = {"precision": True, "recall": True, "hmean": True}
    SOURCE: ClassVar[str] = "clovaai/CLEval @513623c cleval/eval_functions.py"

    def __post_init__(self) -> None:
        check(self)

    def __repr__(self) -> str:
        return spell(self)

    @property
    def reads(self) -> Reads:
        """Rings, and transcriptions of the gt for their lengths."""
        return Reads(gt_text=True)

    @property
    def formulas(self) -> dict[str, Formula]:
        """precision, recall and hmean from sums."""
        from ocr_eval.protocols.cleval_scores import formulas

        return formulas(self.recall_penalty, self.precision_penalty)

    def count(self, joined: Joined, pairing: Pairing) -> Counts:
        """Row per sample: characters found, of gts, of predictions; penalties, false positives, splits and merges."""
        from ocr_eval.protocols.cleval_match import rows
        from ocr_eval.tables.counts import Counts
        from ocr_eval.tables.notices import ignored

        match = self._match(joined, pairing)
        found, notices = rows(joined, match), ignored(int(match.ignored.sum()))
        return Counts.of(joined.sample_ids, {name: found[name] for name in self.COLUMNS}, notices=notices)

    def derive(self, totals: Totals) -> dict[str, float | None]:
        """precision, recall, hmean; None without any gt character."""
        from ocr_eval.protocols.cleval_scores import scores

        return scores(totals, self.recall_penalty, self.precision_penalty)

    def explain(self, joined: Joined, pairing: Pairing, sample: int) -> Matches:
        """Every instance with its partners and characters, or why it has none."""
        return self.explainer(joined, pairing)(sample)

    def explainer(self, joined: Joined, pairing: Pairing) -> Callable[[int], Matches]:
        """``explain`` for many samples of one match."""
        from ocr_eval.protocols.cleval_report import reporter

        return reporter(joined, pairing, self._match(joined, pairing), self.area_precision)

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
