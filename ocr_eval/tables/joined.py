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

    @property
    def sample_ids(self) -> tuple[str, ...]:
        return self.gt.sample_ids


def join(gt: Instances, pred: Instances, lexicon: WordList | None = None) -> Joined:
    """Puts the prediction on the gt's sample axis; a sample without prediction becomes empty.

    Raises InputError for a prediction of an unknown sample; readers that know the samples name place and close names.
    """
    position = {sample: index for index, sample in enumerate(pred.sample_ids)}
    unknown = sorted(position.keys() - set(gt.sample_ids))
    if unknown:
        reason = (
            f"{len(unknown)} predicted samples are not in the ground truth, first {', '.join(unknown[:3])}"
        )
        hint = "read the prediction with samples=gt.sample_ids, which joins names and says where they differ"
        raise InputError([Problem("E_ENTRY_UNKNOWN", reason, hint, pred.source)])
    order = [position.get(sample) for sample in gt.sample_ids]
    missing = tuple(sorted(s for s, index in zip(gt.sample_ids, order, strict=True) if index is None))
    notices = tuple(replace(n, message=f"ground truth: {n.message}") for n in gt.notices) + pred.notices
    if missing:
        count = len(missing)
        notices += (
            Notice("W_MISSING_SAMPLES", "samples without prediction, counted as empty", count, missing[:3]),
        )
    return Joined(gt, pred.take(order, gt.sample_ids), missing, notices, lexicon)
