"""Recognition tables -> one pair of raw strings per sample, as the tools get them; and one pair explained.

Not a protocol: what the presets share. A tool knows one gt text per sample, so several accepted texts are refused.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from ocr_eval.errors import Notice
    from ocr_eval.tables.counts import Counts
    from ocr_eval.tables.instances import Instances
    from ocr_eval.tables.joined import Joined
    from ocr_eval.tables.matches import Matches

MAX_PROBLEMS = 100


@dataclass(frozen=True, slots=True)
class RawTexts:
    """The care samples in order; a missing prediction is an empty one."""

    rows: list[int]  # positions on the sample axis
    gt: list[str]
    pred: list[str]

    def __len__(self) -> int:
        return len(self.rows)

    def where(self, joined: Joined, chosen: Sequence[bool]) -> dict[str, str]:
        """Sample id -> raw gt text of the samples with a True in ``chosen``."""
        return {joined.sample_ids[self.rows[k]]: self.gt[k] for k, taken in enumerate(chosen) if taken}


class Compared(NamedTuple):
    """What a tool makes of one pair: the strings it compares, whether they count as equal, why it drops the sample."""

    gt: str
    pred: str
    equal: bool
    left_out: str = ""  # key of the reason; "" for a sample that counts


def raw_texts(joined: Joined, name: str) -> RawTexts:
    """The texts of all care samples.

    Raises InputError (E_USAGE) naming the samples with several accepted texts, and as ``text.samples`` does.
    """
    from ocr_eval.text.samples import accepted_texts, predicted_texts

    accepted, predicted = accepted_texts(joined.gt), predicted_texts(joined.pred)
    several = [k for k, texts in enumerate(accepted) if len(texts) > 1]
    if several:
        _refuse(joined.gt, several, name)
    rows = [k for k, texts in enumerate(accepted) if texts]
    return RawTexts(rows, [accepted[k][0] for k in rows], [predicted[k] for k in rows])


def table(
    joined: Joined,
    texts: RawTexts,
    columns: Mapping[str, Sequence[float]],
    sums: Mapping[str, Sequence[float]] | None = None,
    notices: tuple[Notice, ...] = (),
    *,
    rest: str = "",
) -> Counts:
    """Columns of the care samples as a count table of all samples; the rows of don't care samples are zero.

    ``rest``: the column that counts the don't care samples.
    """
    import numpy as np

    from ocr_eval.tables.counts import Counts

    def spread(values: Sequence[float], dtype: type) -> NDArray[Any]:
        whole: NDArray[Any] = np.zeros(len(joined.sample_ids), dtype)
        whole[texts.rows] = np.fromiter(values, dtype, len(texts.rows))
        return whole

    made = {name: spread(values, np.int64) for name, values in columns.items()}
    if rest:
        made[rest] = 1 - spread([1] * len(texts), np.int64)
    return Counts.of(
        joined.sample_ids,
        made,
        {name: spread(values, np.float64) for name, values in (sums or {}).items()},
        notices=notices,
    )


def _refuse(gt: Instances, several: list[int], name: str) -> None:
    from ocr_eval.errors import InputError, Problem, quote

    raise InputError(
        [
            Problem(
                "E_USAGE",
                f"sample {quote(gt.sample_ids[k])} has several accepted texts, {name} compares one with one",
                "score with recognition, which takes the nearest of them",
                gt.source,
                gt.entries[k],
                int(gt.line[gt.span(k)[1]]),
                is_folder=gt.is_folder,
            )
            for k in several[:MAX_PROBLEMS]
        ],
        total=len(several),
    )


def text_explainer(
    joined: Joined, name: str, compare: Callable[[str, str], Compared]
) -> Callable[[int], Matches]:
    """What became of a sample and, where it counts, the edits between the strings that the tool compares."""
    texts = raw_texts(joined, name)
    place = {row: k for k, row in enumerate(texts.rows)}

    def told(sample: int) -> Matches:
        from ocr_eval.protocols.reasons import clause, verdict
        from ocr_eval.tables.matches import Matches

        at = place.get(sample)
        if at is not None:
            return _told(joined, sample, compare(texts.gt[at], texts.pred[at]))
        verdicts = [
            verdict("gt", k, "don't care", (), clause("dont_care_said"))
            for k in range(len(joined.gt.span(sample)))
        ]
        if len(joined.pred.span(sample)):
            verdicts.append(verdict("pred", 0, "ignored", (), clause("dont_care_sample")))
        return Matches(joined.sample_ids[sample], tuple(verdicts))

    return told


def _told(joined: Joined, sample: int, found: Compared) -> Matches:
    from ocr_eval.protocols.match_report import cut
    from ocr_eval.protocols.reasons import clause, verdict
    from ocr_eval.tables.matches import Edit, Matches, Pair
    from ocr_eval.text.distance import distance, edit_lines, edit_script

    sides = {side: tuple(range(len(table.span(sample)))) for side, table in _tables(joined)}
    longest = max(len(found.gt), len(found.pred))
    similarity = 1 - (distance(found.gt, found.pred) / longest if longest else 0)
    same = {"gt_text": cut(found.gt), "pred_text": cut(found.pred)}
    why = [clause("compared_as", **same), clause("error_rate", one_minus_ned=similarity)]
    status = "match" if found.equal else "wrong text" if sides["pred"] else "miss"
    if found.left_out:
        status, why = "dropped", [clause(found.left_out)]
    elif status == "miss":
        why.insert(0, clause("no_prediction"))
    verdicts = tuple(
        verdict(side, k, status, sides["pred" if side == "gt" else "gt"], *why)
        for side in ("gt", "pred")
        for k in sides[side]
    )
    if found.left_out or not (sides["gt"] and sides["pred"]):
        return Matches(joined.sample_ids[sample], verdicts)
    edits = (Edit(0, 0, edit_script(found.gt, found.pred)),)
    steps = edit_lines(found.gt, found.pred)
    return Matches(joined.sample_ids[sample], verdicts, steps, (Pair(0, 0, similarity),), (), edits)


def _tables(joined: Joined) -> tuple[tuple[str, Instances], ...]:
    return (("gt", joined.gt), ("pred", joined.pred))
