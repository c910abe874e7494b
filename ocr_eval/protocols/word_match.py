"""RRC matches and their texts -> correct words: what the end-to-end and word-spotting protocols share.

Not a protocol: geometry decides who is compared with whom (``rrc_match``), then the texts of a pair are compared once.
Rules of ``E2E_iou_1_1.py`` v1.1 (2019-12-29); the protocols say which of them they use.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    import numpy as np
    from numpy.typing import NDArray

    from ocr_eval.pairing import Pairing
    from ocr_eval.protocols.rrc_match import RrcMatch
    from ocr_eval.tables.counts import Counts, Totals
    from ocr_eval.tables.joined import Joined
    from ocr_eval.tables.matches import Matches


class Texts(NamedTuple):
    """What is compared: ``gt`` and ``pred`` transcriptions, ``care`` (N gt,), ``kept`` (N pred,)."""

    gt: Sequence[str]
    pred: Sequence[str]
    care: NDArray[np.bool_]
    kept: NDArray[np.bool_]


class WordMatch(NamedTuple):
    """``correct`` (N pred,): paired, and the texts agree."""

    match: RrcMatch
    texts: Texts
    correct: NDArray[np.bool_]


def texts_equal(gt: str, pred: str) -> bool:
    """Upper-cased equality: the rule of word spotting, whose gts are cleaned before."""
    return gt.upper() == pred.upper()


def spotted(texts: Texts, min_length: int) -> Texts:
    """Only dictionary words are care, with their cleaned texts; every other gt is don't care."""
    import numpy as np

    from ocr_eval.text.rrc_words import is_looked_for, spotting_word

    cleaned, care = list(texts.gt), texts.care.copy()
    for g in np.flatnonzero(texts.care).tolist():
        word = spotting_word(cleaned[g])
        if is_looked_for(word, min_length):
            cleaned[g] = word
        else:
            care[g] = False
    return texts._replace(gt=cleaned, care=care)


def corrected(joined: Joined, texts: Iterable[str], lexicon: str) -> tuple[list[str], NDArray[np.bool_]]:
    """Predicted texts after the lexicon policy ``none``, ``drop`` or ``keep``, and which predictions it leaves."""
    import numpy as np

    texts = list(texts)
    if lexicon == "none":
        return texts, np.ones(len(texts), np.bool_)
    assert joined.lexicon is not None
    nearest = [joined.lexicon.nearest(text) for text in texts]
    kept = np.array([word is not None or lexicon == "keep" for word in nearest], np.bool_)
    return [text if word is None else word for text, word in zip(texts, nearest, strict=True)], kept


def match_words(
    joined: Joined,
    pairing: Pairing,
    texts: Texts,
    agree: Callable[[str, str], bool],
    *,
    iou: float,
    area_precision: float,
    by_confidence: bool = False,
    holders: NDArray[np.bool_] | None = None,
) -> WordMatch:
    """Pairs by overlap alone, as ``rrc_match`` does, then compares every pair's texts with ``agree(gt, pred)``."""
    import numpy as np

    from ocr_eval.protocols.rrc_match import rrc_match

    match = rrc_match(
        joined,
        pairing,
        iou=iou,
        area_precision=area_precision,
        by_confidence=by_confidence,
        care=texts.care,
        kept=texts.kept,
        holders=holders,
    )
    correct = np.zeros(len(texts.pred), np.bool_)
    for g, p in enumerate(match.partner.tolist()):
        if p >= 0:
            correct[p] = agree(texts.gt[g], texts.pred[p])
    return WordMatch(match, texts, correct)


def count_words(
    joined: Joined, words: WordMatch, columns: Sequence[str], *, confidence: bool = False
) -> Counts:
    """One row per sample of ``columns``; with ``confidence`` also what average precision needs."""
    import numpy as np

    from ocr_eval.protocols.rrc_match import count_rows, scored_predictions
    from ocr_eval.tables.counts import Counts

    rows = count_rows(joined, words.match)
    rows["tp"] = np.bincount(joined.pred.sample_of[words.correct], minlength=len(joined.sample_ids))
    scored = scored_predictions(joined, words.match, words.correct) if confidence else None
    return Counts.of(joined.sample_ids, {name: rows[name] for name in columns}, scored=scored)


def word_metrics(totals: Totals) -> dict[str, float | None]:
    """precision, recall, hmean; with confidences also ap and the interval of its ties."""
    from ocr_eval.protocols.rrc_match import average_precision, word_scores

    metrics = word_scores(totals["tp"], totals["n_gt"], totals["n_det"])
    if totals.scored is not None:
        metrics |= average_precision(totals.scored, totals["n_gt"])
    return metrics


def word_explainer(
    joined: Joined, pairing: Pairing, words: WordMatch, iou: float, share: float
) -> Callable[[int], Matches]:
    """For a sample: partners with IoU, and whether their texts agree."""
    import numpy as np

    from ocr_eval.protocols.match_report import MatchReport, cut
    from ocr_eval.protocols.reasons import clause, extended, verdict
    from ocr_eval.tables.matches import Matches

    gt, pred = joined.gt, joined.pred
    report = MatchReport(joined, pairing, words.match, iou, share)
    looked_away = gt.care & ~words.texts.care
    lost = looked_away & np.array([text != "###" for text in words.texts.gt], np.bool_)

    def told(sample: int) -> Matches:
        first_gt, first_pred = gt.span(sample).start, pred.span(sample).start
        verdicts = []
        for found in report.verdicts(sample):
            if found.side == "gt" and lost[first_gt + found.index]:
                found = verdict("gt", found.index, found.status, (), clause("not_in_dictionary"))
            elif found.status == "match":
                here, (there,) = found.index, found.partners
                g, p = (here, there) if found.side == "gt" else (there, here)
                if words.correct[first_pred + p]:
                    found = extended(found, clause("texts_agree"))
                else:
                    shown = {
                        "gt_text": cut(words.texts.gt[first_gt + g]),
                        "pred_text": cut(words.texts.pred[first_pred + p]),
                    }
                    found = extended(found, clause("texts_disagree", **shown), status="wrong text")
            verdicts.append(found)
        return Matches(joined.sample_ids[sample], tuple(verdicts), pairs=report.pairs(sample))

    return told
