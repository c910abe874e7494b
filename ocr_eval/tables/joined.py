"""``Joined``: gt and prediction on one sample axis, joined by sample id, never by position."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Protocol

from ocr_eval.errors import InputError, Notice, Problem
from ocr_eval.tables.instances import Instances


class WordList(Protocol):
    """What a lexicon offers to protocols (``ocr_eval.text.lexicon.Lexicon``)."""

    @property
    def digest(self) -> str: ...

    def nearest(self, text: str) -> str | None: ...


@dataclass(frozen=True, slots=True, eq=False)
class Joined:
    """``gt`` and ``pred`` have equal ``sample_ids`` in gt order; ``missing`` names the samples without prediction."""

    gt: Instances
    pred: Instances
    missing: tuple[str, ...]
    notices: tuple[Notice, ...]
    lexicon: WordList | None = None
    gt_lines: Instances | None = None  # text lines, on the same sample axis

    @property
    def sample_ids(self) -> tuple[str, ...]:
        return self.gt.sample_ids


def join(
    gt: Instances, pred: Instances, lexicon: WordList | None = None, gt_lines: Instances | None = None
) -> Joined:
    """Puts the prediction on the gt's sample axis; a sample without prediction becomes empty.

    ``gt_lines`` must have every gt sample; further ones are left out with a notice.
    Raises InputError for a prediction of an unknown sample; readers that know the samples name place and close names.
    """
    # A list of words has as many samples as words: where both sides name the same ones, nothing is looked up.
    same = pred.sample_ids == gt.sample_ids
    position = {} if same else {sample: index for index, sample in enumerate(pred.sample_ids)}
    unknown = sorted(position.keys() - set(gt.sample_ids))
    if unknown:
        reason = (
            f"{len(unknown)} predicted samples are not in the ground truth, first {', '.join(unknown[:3])}"
        )
        hint = "read the prediction with samples=gt.sample_ids, which joins names and says where they differ"
        raise InputError([Problem("E_ENTRY_UNKNOWN", reason, hint, pred.source)])
    order = [] if same else [position.get(sample) for sample in gt.sample_ids]
    missing = () if same else tuple(sorted(s for s in gt.sample_ids if s not in position))
    notices = tuple(replace(n, message=f"ground truth: {n.message}") for n in gt.notices) + pred.notices
    if missing:
        count = len(missing)
        notices += (
            Notice("W_MISSING_SAMPLES", "samples without prediction, counted as empty", count, missing[:3]),
        )
    if gt_lines is not None:
        gt_lines, more = _with_lines(gt, gt_lines)
        notices += more
    return Joined(gt, pred if same else pred.take(order, gt.sample_ids), missing, notices, lexicon, gt_lines)


def _with_lines(gt: Instances, gt_lines: Instances) -> tuple[Instances, tuple[Notice, ...]]:
    """Text lines on the sample axis of the words. Raises InputError (E_GT) when a sample has none."""
    position = {sample: index for index, sample in enumerate(gt_lines.sample_ids)}
    absent = [sample for sample in gt.sample_ids if sample not in position]
    if absent:
        reason = (
            f"{len(absent)} samples of the ground truth have no text lines, first {', '.join(absent[:3])}"
        )
        hint = "the second ground truth needs an entry for every sample, if an empty one"
        raise InputError([Problem("E_GT", reason, hint, gt_lines.source)])
    notices = tuple(replace(n, message=f"text lines: {n.message}") for n in gt_lines.notices)
    extra = sorted(position.keys() - set(gt.sample_ids))
    if extra:
        message = "samples of the text lines that the ground truth does not have, left out"
        notices += (Notice("W_IGNORED", message, len(extra), tuple(extra[:3])),)
    return gt_lines.take([position[sample] for sample in gt.sample_ids], gt.sample_ids), notices
