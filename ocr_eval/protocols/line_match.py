"""Words, text lines and predictions -> matches with lines, the words found with them, then matches with words.

Not a protocol: what ``tiou-wordline`` counts, and ``line_report`` explains (``Word_Text-Line/script.py`` in
Yuliang-Liu/TIoU-metric @1da1363).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from ocr_eval.pairing import Pairing
    from ocr_eval.protocols.rrc_match import RrcMatch
    from ocr_eval.tables.joined import Joined
    from ocr_eval.tables.pairs import Pairs

    Floats = NDArray[np.float64]
    Positions = NDArray[np.int64]

HALF = 0.5  # of a word: in its line (>=), in the line's prediction (>)


class LineMatch(NamedTuple):
    """Matches with M lines in order, the F words found with them in order, and the K matches with words."""

    words: RrcMatch  # of the words left; its ``care`` is False also for found ones
    line: Positions  # (M,) index into the lines
    line_pred: Positions  # (M,)
    line_iou: Floats
    line_credit: Floats  # precision
    found_word: Positions  # (F,) may hold a word twice
    found_by: Positions  # (F,) position in ``line``
    found_credit: Floats  # recall
    excused_by: Positions  # (N pred,) the found word that excuses a prediction, -1 = none
    word: Positions  # (K,)
    word_iou: Floats
    recall: Floats
    precision: Floats


def line_match(joined: Joined, pairing: Pairing, *, iou: float, area_precision: float) -> LineMatch:
    """Steps 1 to 5 of ``tiou-wordline``."""
    import numpy as np

    from ocr_eval.protocols.rrc_match import RrcMatch
    from ocr_eval.protocols.tiou_credit import credit

    gt, pred, pairs = joined.gt, joined.pred, pairing.rings
    ignored = np.zeros(len(pred), np.bool_)
    ignored[pairs.pred[pairing.covers_pred(pairs, area_precision, among=~gt.care[pairs.gt])]] = True
    line, line_pred, line_iou, line_credit, words_of = _lines(joined, pairing, iou, ignored)

    word, by, place = _found(pairs, pairing, line_pred, *words_of)
    found_credit = _found_credits(pairing, pairs, place, words_of[1][by + 1] - words_of[1][by])
    found = np.zeros(len(gt), np.bool_)
    found[word] = True
    taken = np.zeros(len(pred), np.bool_)
    taken[line_pred] = True

    held = pairing.covers_pred(pairs, area_precision, among=found[pairs.gt] & ~(taken | ignored)[pairs.pred])
    excused_by = _excused(pairs, held, word, len(pred))
    ignored |= excused_by >= 0

    care = gt.care & ~found
    free = care[pairs.gt] & ~(taken | ignored)[pairs.pred]
    partner = pairing.first_fit(pairs, np.flatnonzero(pairing.overlaps(pairs, iou, among=free)))
    matched = np.flatnonzero(partner[pairs.gt] == pairs.pred)
    words = RrcMatch(ignored, partner, care, np.ones(len(pred), np.bool_))
    lines = line, line_pred, line_iou, line_credit
    return LineMatch(
        words, *lines, word, by, found_credit, excused_by, pairs.gt[matched], *credit(pairing, pairs, matched)
    )


def _lines(
    joined: Joined, pairing: Pairing, iou: float, ignored: NDArray[np.bool_]
) -> tuple[Positions, Positions, Floats, Floats, tuple[Positions, Positions]]:
    """Matches with lines: (line, prediction, IoU, precision credit, (words, their offsets per match))."""
    from dataclasses import replace

    import numpy as np

    from ocr_eval.pairing import Pairing
    from ocr_eval.protocols.tiou_credit import SLACK, without_outliers

    assert joined.gt_lines is not None
    lines, gt, pred = joined.gt_lines, joined.gt, joined.pred
    to_pred = Pairing(replace(joined, gt=lines), policy=pairing.policy, kernels=pairing.kernels)
    pairs = to_pred.rings
    wordless = np.diff(gt.start) == 0
    free = ~ignored[pairs.pred] & ~wordless[pred.sample_of[pairs.pred]]
    partner = to_pred.first_fit(pairs, np.flatnonzero(to_pred.overlaps(pairs, iou, among=free)))
    matched = np.flatnonzero(partner[pairs.gt] == pairs.pred)
    line, found = pairs.gt[matched], pairs.pred[matched]
    inter, area_line, area_pred = to_pred.steady_areas(pairs, matched)
    union = area_line + area_pred - inter
    # The word with the line's own number in its file, if there is one.
    skip = line - lines.start[lines.sample_of[line]] + gt.start[lines.sample_of[line]]
    skip[skip >= gt.start[lines.sample_of[line] + 1]] = -1
    own = (pairs.gt_xy, pairs.gt_ring, line)
    kept = without_outliers(pairing, found, own, skip, area_pred, SLACK)

    to_word = Pairing(replace(joined, gt=lines, pred=gt), policy=pairing.policy, kernels=pairing.kernels)
    inside = to_word.rings
    asked = np.zeros(len(lines), np.bool_)
    asked[line] = True
    member = np.flatnonzero(to_word.covers_pred(inside, HALF, strict=False, among=asked[inside.gt]))
    count = np.bincount(inside.gt[member], minlength=len(lines))[line]
    offsets = np.concatenate([[0], np.cumsum(count)])
    # Lines matched stand in order, as pairs do.
    return line, found, inter / union, inter * kept / union, (inside.pred[member], offsets)


def _found(
    pairs: Pairs, pairing: Pairing, line_pred: Positions, words: Positions, offsets: Positions
) -> tuple[Positions, Positions, Positions]:
    """Words of matched lines that lie in the prediction by more than half: (word, match, their pair), in order."""
    import numpy as np

    by = np.repeat(np.arange(len(line_pred)), np.diff(offsets))
    if not len(pairs) or not len(words):
        nothing = np.zeros(0, np.int64)
        return nothing, nothing, nothing
    width = len(pairs.area_pred)
    keys, wanted = pairs.gt * width + pairs.pred, words * width + line_pred[by]
    place = np.minimum(np.searchsorted(keys, wanted), len(keys) - 1)
    asked = np.zeros(len(pairs), np.bool_)
    asked[place] = True
    good = (keys[place] == wanted) & pairing.covers_gt(pairs, HALF, among=asked)[place]
    return words[good], by[good], place[good]


def _found_credits(pairing: Pairing, pairs: Pairs, place: Positions, companions: Positions) -> Floats:
    """(F,) recall: I / area of the word, or IoU where its line has no other word, less what is cut off."""
    import numpy as np

    from ocr_eval.protocols.tiou_credit import FREE, uncut

    inter, area, area_pred = pairing.steady_areas(pairs, place)
    asked = np.zeros(len(pairs), np.bool_)
    asked[place] = True
    whole = pairing.covers_gt(pairs, 1 - FREE, strict=False, among=asked)[place]
    under = np.where(companions >= 2, area, area + area_pred - inter)
    worth = inter * uncut(inter, area, whole)
    return np.divide(worth, under, out=np.zeros(len(under)), where=under != 0)


def _excused(pairs: Pairs, held: NDArray[np.bool_], word: Positions, size: int) -> Positions:
    """(size,) the found word that excuses a prediction: each the first one it holds that is not excused yet."""
    import numpy as np

    k = np.flatnonzero(held)
    preds, start = (
        pairs.pred[k].tolist(),
        np.searchsorted(pairs.gt[k], np.arange(len(pairs.area_gt) + 1)).tolist(),
    )
    result, following = [-1] * size, start[:-1]  # what a word has passed over stays excused
    for g in word.tolist():
        while following[g] < start[g + 1] and result[preds[following[g]]] >= 0:
            following[g] += 1
        if following[g] < start[g + 1]:
            result[preds[following[g]]] = g
    return np.array(result, np.int64)
