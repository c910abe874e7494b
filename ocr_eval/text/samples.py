"""Tables of a recognition task -> one text per sample: what the gt accepts, what was predicted."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from ocr_eval.errors import InputError, Problem, quote, usage_error
from ocr_eval.tables.instances import Instances
from ocr_eval.tables.packed import PackedTexts

MAX_PROBLEMS = 100


def accepted_texts(gt: Instances) -> list[list[str]]:
    """Per sample the accepted transcriptions in file order; none when all of them are don't care.

    A sample without any instance accepts the empty text. Raises InputError (E_USAGE) for a gt of regions with several
    instances per sample, (E_FORMAT) for a gt without transcriptions.
    """
    texts = _texts(gt, "the ground truth")
    care = gt.care.tolist()
    bounds = gt.start.tolist()
    return [
        [texts[i] for i in range(first, end) if care[i]] if end > first else [""]
        for first, end in pairwise(bounds)
    ]


def predicted_texts(pred: Instances) -> list[str]:
    """Per sample the predicted text, empty where there is none.

    Raises InputError (E_FORMAT) naming every sample with several predictions, and as ``accepted_texts``.
    """
    texts = _texts(pred, "the prediction")
    bounds = pred.start.tolist()
    spans = list(pairwise(bounds))
    several = [sample for sample, (first, end) in enumerate(spans) if end - first > 1]
    if several:
        raise InputError(
            [
                Problem(
                    "E_FORMAT",
                    f"sample {quote(pred.sample_ids[s])} has {spans[s][1] - spans[s][0]} predictions, expected one",
                    "keep one text per sample",
                    pred.source,
                    pred.entries[s],
                    int(pred.line[spans[s][0] + 1]),
                    is_folder=pred.is_folder,
                )
                for s in several[:MAX_PROBLEMS]
            ],
            total=len(several),
        )
    return [texts[first] if end > first else "" for first, end in spans]


def cared_for(gt: Instances) -> NDArray[np.bool_]:
    """(S,) False for the samples all of whose instances are don't care; a sample without any is cared for."""
    cared: NDArray[np.bool_] = np.diff(gt.start) == 0
    cared[gt.sample_of[gt.care]] = True
    return cared


def packed_texts(table: Instances) -> PackedTexts | None:
    """The one text of every sample, empty where there is none; None where a sample has several, or texts are absent."""
    if table.codepoints is None or table.text_offset is None or (np.diff(table.start) > 1).any():
        return None
    absent = np.zeros(len(table.sample_ids), np.bool_)
    return PackedTexts(table.codepoints, table.text_offset[table.start], absent)


def _texts(table: Instances, side: str) -> tuple[str, ...]:
    if table.codepoints is None:
        hint = 'a recognition list has one text per sample: name, "text"'
        raise usage_error(f"{side} has no transcriptions", hint, "E_FORMAT", table.source)
    if table.geometry and (table.start[1:] - table.start[:-1] > 1).any():
        raise usage_error(
            f"{side} has several text regions per sample, and recognition compares one text with one text",
            "score whole images with cascade or popeval; recognition wants a list with one text per word image",
            "E_USAGE",
            table.source,
        )
    return table.texts
