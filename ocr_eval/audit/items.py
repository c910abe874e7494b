"""A gt and its checkers -> the labels to look at and the answers to each, in canonical order."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from ocr_eval.audit.candidates import NO_CONFIDENCE, Answers
from ocr_eval.audit.checkers import View, nfc
from ocr_eval.tables.instances import Instances


@dataclass(frozen=True, eq=False)
class Items:
    """The care instances that at least one checker read: item j is instance ``index[j]`` of ``gt``."""

    gt: Instances
    index: NDArray[np.int64]  # (n,) rising
    answers: Answers

    @classmethod
    def of(cls, gt: Instances, views: Sequence[View]) -> Items:
        """``gt`` with its samples in canonical order, ``views`` in the canonical order of checkers."""
        reading = [view for view in views if view.checker.texts or not len(view.checker.instances)]
        matched = np.zeros(len(gt), np.bool_)
        for view in reading:
            matched |= gt.care & (view.partner >= 0) & view.asked
        index = np.flatnonzero(matched)
        labels = nfc([gt.texts[i] for i in index.tolist()]) if gt.texts else ("",) * len(index)
        texts: list[tuple[str | None, ...]] = []
        confidence = np.full((len(views), len(index)), NO_CONFIDENCE)
        for k, view in enumerate(views):
            partner = np.where(view.asked, view.partner, -1)[index]
            own = view.checker.texts
            texts.append(tuple(own[p] if p >= 0 and own else None for p in partner.tolist()))
            given = view.checker.instances.confidence
            if given is not None and len(given):
                confidence[k] = np.where(partner >= 0, given[np.maximum(partner, 0)], NO_CONFIDENCE)
        return cls(gt, index, Answers(labels, tuple(texts), confidence))

    def __len__(self) -> int:
        return len(self.index)

    @cached_property
    def ids(self) -> tuple[str, ...]:
        """(n,) ``sample#position``, positions from 0 in file order, as ``explain`` counts them."""
        return tuple(item_id(self.gt, i) for i in self.index.tolist())


def item_id(gt: Instances, instance: int) -> str:
    """``sample#position`` of one instance."""
    sample = int(gt.sample_of[instance])
    return f"{gt.sample_ids[sample]}#{instance - int(gt.start[sample])}"


def split_id(text: str) -> tuple[str, int] | None:
    """The two halves of an item id; None when it is none."""
    sample, mark, position = text.rpartition("#")
    if not (mark and sample and position.isascii() and position.isdigit() and len(position) < 10):
        return None
    return sample, int(position)


def item_digest(sample: str, ring: NDArray[np.float64], label: str) -> str:
    """16 hex digits that a decision carries: sample, ring and label it was made about."""
    body = json.dumps([sample, ring.ravel().tolist(), label], ensure_ascii=True)
    return hashlib.sha256(body.encode("ascii")).hexdigest()[:16]
