"""What a character count cannot see in itself -> warnings: a prediction that swallows the page, shuffled characters.

Not a protocol: PopEval looks neither at place nor at order, so these say when a score rests on that.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from ocr_eval.errors import Notice, escape
from ocr_eval.protocols.packed_texts import packed

if TYPE_CHECKING:
    from ocr_eval.protocols.character_removal import Page, Removal
    from ocr_eval.tables.instances import Instances
    from ocr_eval.tables.joined import Joined

FEW, MANY = (
    2,
    10,
)  # words in a prediction larger than half of the page: sparse from FEW on, in any case from MANY
SHUFFLED = 0.1  # of the removed characters; real submissions stay below .004, sorted words give .34 and more


def long_rings(joined: Joined) -> Iterator[Notice]:
    """W_VERTICES: rings of which only the first four vertices are read."""
    import numpy as np

    longer = [(side, np.flatnonzero(np.diff(side.ring) > 4)) for side in (joined.gt, joined.pred)]
    count = sum(len(found) for _, found in longer)
    if count:
        places = [_place(side, i) for side, found in longer for i in found[:3].tolist()][:3]
        yield Notice("W_VERTICES", "rings with more than 4 vertices, first four used", count, tuple(places))


def large_predictions(joined: Joined, page: Page) -> Iterator[Notice]:
    """W_LARGE: predictions that swallow a page rather than a line of text.

    Larger than half of the box around all gts of the sample, don't care or not; and more than half of each of two words
    lies in it, which together fill less than half of it, or of each of ten words. A word is a care gt of two characters
    or more: over a gt of single characters every prediction of a word would be large.
    """
    import numpy as np

    gt, pred, pairs = joined.gt, joined.pred, page.pairs
    if not len(gt.xy) or not len(pred):
        return
    extent = np.zeros(len(gt.sample_ids))
    first = gt.ring[gt.start]
    full = np.flatnonzero(np.diff(first))
    sides = np.maximum.reduceat(gt.xy, first[full]) - np.minimum.reduceat(gt.xy, first[full])
    extent[full] = sides.prod(axis=1)
    wide = ~page.ignored & (pairs.area_pred > extent[pred.sample_of] / 2)
    word = page.kept_gt & (page.gt_texts.sizes > 1)
    among = wide[pairs.pred] & word[pairs.gt]
    if not among.any():
        return
    covered = page.pairing.covers_gt(pairs, 0.5, among=among)
    words = np.bincount(pairs.pred[covered], minlength=len(pred))
    filled = np.bincount(pairs.pred[covered], pairs.area_gt[pairs.gt[covered]], minlength=len(pred))
    found = np.flatnonzero((words >= MANY) | ((words >= FEW) & (filled < pairs.area_pred / 2)))
    if len(found):
        places = tuple(_place(pred, i) for i in found[:3].tolist())
        yield Notice(
            "W_LARGE", "predictions larger than half of the page's words together", len(found), places
        )


def shuffled(joined: Joined, page: Page, removal: Removal, *, kernel: bool) -> Iterator[Notice]:
    """W_ORDER: removed characters that no common subsequence of the two texts explains, when they are many."""
    import numpy as np

    contacts, total = page.contacts, int(removal.taken.sum())
    explained = np.full(len(removal.taken), -1)
    if kernel:
        from ocr_eval.kernels.removal import in_order

        texts = packed(page.gt_texts, page.pred_texts)
        explained = in_order(*texts, len(page.gt_texts), contacts.gt, contacts.pred, removal.taken)
    unknown = np.flatnonzero((removal.taken > 1) & (explained < 0))
    masks: dict[int, dict[str, int]] = {}
    for k, g, p in zip(
        unknown.tolist(), contacts.gt[unknown].tolist(), contacts.pred[unknown].tolist(), strict=True
    ):
        one, other = page.gt_texts[g], page.pred_texts[p]
        if one in other or other in one:
            explained[k] = min(len(one), len(other))
            continue
        if p not in masks:
            masks[p] = _masks(other)
        explained[k] = _common_subsequence(one, masks[p], len(other))
    missing = np.where(removal.taken > 1, np.maximum(removal.taken - explained, 0), 0)
    count = int(missing.sum())
    if count > SHUFFLED * total:
        some = np.flatnonzero(missing)
        beside = zip(missing[some].tolist(), contacts.pred[some].tolist(), strict=True)
        worst = sorted(beside, key=lambda each: (-each[0], each[1]))[:3]
        places = tuple(_place(joined.pred, p) for _, p in worst)
        yield Notice(
            "W_ORDER", "removed characters stand in another order than in the ground truth", count, places
        )


def _masks(text: str) -> dict[str, int]:
    """Character -> bits of its places in the text."""
    found: dict[str, int] = {}
    for place, character in enumerate(text):
        found[character] = found.get(character, 0) | 1 << place
    return found


def _common_subsequence(text: str, masks: dict[str, int], length: int) -> int:
    """Length of the longest common subsequence (Hyyrö 2004: a bit of ``rows`` falls where the length grows)."""
    full = (1 << length) - 1
    rows = full
    for character in text:
        hit = rows & masks.get(character, 0)
        if hit:
            rows = ((rows + hit) | (rows - hit)) & full
    return length - rows.bit_count()


def _place(side: Instances, instance: int) -> str:
    return escape(side.place(instance))
