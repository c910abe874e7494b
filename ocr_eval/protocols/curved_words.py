"""Curved text lines with transcriptions -> what the curved end-to-end protocols compare; their shared steps.

Not a protocol: ``totaltext-*`` and ``ctw1500-*`` read texts as aim-uofa/AdelaiDet ``adet/evaluation`` does (a copy is
in clovaai/units), or, for Total-Text, as MhLiao/MaskTextSpotterV3 ``evaluation/totaltext/e2e`` does.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ocr_eval.pairing import Pairing
    from ocr_eval.protocols.word_match import WordMatch
    from ocr_eval.tables.joined import Joined

COLUMNS = ("tp", "paired", "n_gt", "n_det", "dc_gt", "dc_det", "dropped")
MARK = ",####"


def field(text: str) -> str:
    """A transcription as AdelaiDet takes it from the line: up to a second ``,####``, stripped, outer quotes off."""
    from ocr_eval.formats.unquoting import unquote

    return unquote(text.partition(MARK)[0].strip())


def last_field(text: str) -> str:
    """A transcription as MaskTextSpotterV3 takes it from the line: what stands behind its last comma, as written."""
    return text.rpartition(",")[2]


def curved_words(
    joined: Joined,
    pairing: Pairing,
    *,
    iou: float,
    area_precision: float,
    lexicon: str,
    min_length: int | None = None,
    last: bool = False,
) -> WordMatch:
    """RRC matches of rings with texts. ``min_length`` given: word spotting; ``last``: texts of MaskTextSpotterV3.

    With ``last`` gts ``###`` are left out altogether, as they are in that repository's gt: they excuse nothing.
    """
    import numpy as np

    from ocr_eval.protocols.word_match import Texts, corrected, match_words, spotted, texts_equal
    from ocr_eval.text.rrc_words import agree_trimmed

    take = last_field if last else field
    gt = [take(text) for text in joined.gt.texts]
    pred, kept = corrected(joined, map(take, joined.pred.texts), lexicon)
    care = joined.gt.care & np.array([text != "###" for text in gt], np.bool_)
    texts = Texts(gt, pred, care, kept)
    if min_length is not None:
        texts = spotted(texts, min_length)
    return match_words(
        joined,
        pairing,
        texts,
        agree_trimmed if min_length is None else texts_equal,
        iou=iou,
        area_precision=area_precision,
        holders=care & ~texts.care if last else None,
    )
