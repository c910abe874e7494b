"""Contacts between texts -> the characters that every contact removes: PopEval's loop, plain or compiled.

Not a protocol: the counting part of ``popeval``. Which occurrence of a character goes never matters, only how
many are left, so a text is a multiset; one removal changes nothing but the contacts of its own gt and its own
prediction. Both engines return the same arrays, down to the order of steps.
"""

from __future__ import annotations

from dataclasses import dataclass
from heapq import heappop, heappush
from typing import TYPE_CHECKING, NamedTuple

from ocr_eval.protocols.packed_texts import Texts, packed

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np
    from numpy.typing import NDArray

    from ocr_eval.pairing import Pairing
    from ocr_eval.tables.pairs import Pairs

TIE = 1e-9  # shares of a gt's area closer than this are equal

# CPU seconds of a process that makes up words and removes their characters; Numba imported for it, cache warm:
#   contacts    9 000   18 000   37 000   74 000   148 000
#   plain         .25      .25      .50      .90      1.44
#   compiled      .58      .58      .81     1.02      1.24
KERNEL_CONTACTS = 100_000  # Numba is worth loading then; where it is loaded already, it is always used


@dataclass(frozen=True, slots=True)
class Contacts:
    """E contacts of G gts and P predictions, gt-major, predictions in file order; a pair occurs once.

    Samples need no mark here: what happens in one never changes what happens in another.
    """

    gt: NDArray[np.int64]  # (E,) rising
    pred: NDArray[np.int64]  # (E,)
    share: NDArray[np.float64]  # (E,) part of the gt's area that the prediction holds
    rank: NDArray[np.int64]  # (G,) order of visit within a sample; a permutation of 0 … G - 1

    def only(self, keep: NDArray[np.bool_]) -> Contacts:
        """Some of the contacts."""
        return Contacts(self.gt[keep], self.pred[keep], self.share[keep], self.rank)


@dataclass(frozen=True, slots=True)
class Page:
    """All samples as they stand before the first removal."""

    pairing: Pairing  # to be asked about pairs
    pairs: Pairs  # of hulls or rings, don't care gts included
    gt_texts: Texts  # (G,) as compared
    pred_texts: Texts  # (P,)
    care: NDArray[np.bool_]  # (G,)
    kept_gt: NDArray[np.bool_]  # (G,) care, with a text
    ignored: NDArray[np.bool_]  # (P,) excused by a don't care gt
    contacts: Contacts


class Removal(NamedTuple):
    """What happened to each contact; (E,) int64 arrays."""

    taken: NDArray[np.int64]  # characters removed from both texts
    credit: NDArray[np.int64]  # the same as if it had come first among the contacts tied with it
    tied: NDArray[np.int64]  # 0: the gt's only contact; n: one of n with the largest share
    step: NDArray[np.int64]  # order of removal from 0; -1 = never came to it


def remove(
    contacts: Contacts,
    gt_texts: Sequence[str],
    pred_texts: Sequence[str],
    *,
    paper: bool,
    first: bool,
    kernel: bool,
) -> Removal:
    """Removes characters until no contact has one to give, by the rule of the ``paper`` or of the code.

    ``first``: of several tied contacts only the first is used (always so under ``paper``). Texts are indexed
    as ``contacts.gt`` and ``contacts.pred`` are; none of a gt with a contact is empty.
    """
    import numpy as np

    if kernel:
        from ocr_eval.kernels import removal

        used = np.zeros(len(gt_texts) + len(pred_texts), np.bool_)
        used[contacts.gt] = used[len(gt_texts) + contacts.pred] = True
        runs = removal.runs(*packed(Texts.of(gt_texts), Texts.of(pred_texts)), used)
        order = (contacts.gt, contacts.pred, contacts.share, contacts.rank)
        return Removal(*removal.remove(*order, *runs, paper=paper, first=first, tie=TIE))
    loop = _Loop(contacts, gt_texts, pred_texts)
    loop.paper() if paper else loop.code(first)
    return Removal(*np.array([loop.taken, loop.credit, loop.tied, loop.step], np.int64).reshape(4, -1))


class _Loop:
    """The plain engine: dictionaries of characters, flags of contacts, a heap of gts with one contact."""

    def __init__(self, contacts: Contacts, gt_texts: Sequence[str], pred_texts: Sequence[str]) -> None:
        self.gt, self.pred = contacts.gt.tolist(), contacts.pred.tolist()
        self.share, self.rank = contacts.share.tolist(), contacts.rank.tolist()
        self.by_rank = [0] * len(self.rank)
        for g, r in enumerate(self.rank):
            self.by_rank[r] = g
        self.left_gt: dict[int, dict[str, int]] = {g: _multiset(gt_texts[g]) for g in set(self.gt)}
        self.left_pred: dict[int, dict[str, int]] = {p: _multiset(pred_texts[p]) for p in set(self.pred)}
        size = len(self.gt)
        self.taken, self.credit, self.tied, self.step = [0] * size, [0] * size, [0] * size, [-1] * size
        self.steps = 0
        self.alive = bytearray(size)
        self.of_gt: dict[int, list[int]] = {g: [] for g in self.left_gt}
        self.of_pred: dict[int, list[int]] = {p: [] for p in self.left_pred}
        self.degree: dict[int, int] = {}

    def _open(self, *, common: bool) -> None:
        """Brings contacts to life: all, or only those of texts with a ``common`` character."""
        for k, (g, p) in enumerate(zip(self.gt, self.pred, strict=True)):
            if not common or not self.left_gt[g].keys().isdisjoint(self.left_pred[p]):
                self.alive[k] = 1
                self.of_gt[g].append(k)
                self.of_pred[p].append(k)
        self.degree = {g: len(found) for g, found in self.of_gt.items()}

    def _visits(self, least: int, most: int) -> list[int]:
        """Ranks of the gts with so many contacts, rising."""
        return sorted(self.rank[g] for g, n in self.degree.items() if least <= n <= most)

    def _largest(self, g: int) -> list[int]:
        """The living contacts of a gt that tie for the largest share, in file order."""
        living = [k for k in self.of_gt[g] if self.alive[k]]
        best = max([self.share[k] for k in living]) - TIE
        return [k for k in living if self.share[k] >= best]

    def _take(self, k: int, tied: int, credit: int | None = None) -> tuple[bool, bool]:
        """Removes the common characters of contact k; says whether gt, prediction ran out of one."""
        gt, pred = self.left_gt[self.gt[k]], self.left_pred[self.pred[k]]
        taken, gt_size, pred_size = 0, len(gt), len(pred)
        if gt == pred:  # the usual case, and four times as fast
            taken = sum(gt.values())
            gt.clear()
            pred.clear()
        for character in [c for c in gt if c in pred]:
            n, m = gt[character], pred[character]
            if n > m:
                gt[character] = n - m
                del pred[character]
            else:
                del gt[character]
                if m > n:
                    pred[character] = m - n
                else:
                    del pred[character]
            taken += min(n, m)
        self.taken[k], self.credit[k] = taken, taken if credit is None else credit
        self.tied[k], self.step[k] = tied, self.steps
        self.steps += 1
        return len(gt) < gt_size, len(pred) < pred_size

    def code(self, first: bool) -> None:
        """The rule of the published code."""
        self._open(common=True)
        singles, several, at = self._visits(1, 1), self._visits(2, len(self.gt)), 0
        while True:
            while singles and self.degree[self.by_rank[singles[0]]] != 1:
                heappop(singles)
            if singles:
                g = self.by_rank[heappop(singles)]
                partners, tied = [next(k for k in self.of_gt[g] if self.alive[k])], 0
            else:
                while at < len(several) and self.degree[self.by_rank[several[at]]] < 2:
                    at += 1
                if at == len(several):
                    return
                g = self.by_rank[several[at]]
                partners = self._largest(g)
                tied = len(partners)
                partners = partners[:1] if first else partners
            before = dict(self.left_gt[g]) if len(partners) > 1 else None
            ran_out = False
            for k in partners:
                p = self.pred[k]
                credit = None if before is None else _common(before, self.left_pred[p])
                gt_ran_out, pred_ran_out = self._take(k, tied, credit)
                self.alive[k] = 0
                self.degree[g] -= 1
                ran_out |= gt_ran_out
                if pred_ran_out and len(self.of_pred[p]) > 1:
                    self._recheck(self.of_pred[p], singles)
            if ran_out and self.degree[g]:
                self._recheck(self.of_gt[g], singles)
            if self.degree[g] == 1:
                heappush(singles, self.rank[g])

    def _recheck(self, contacts: list[int], singles: list[int]) -> None:
        """Contacts without common characters die; a gt left with one joins (twice is no harm)."""
        for k in contacts:
            g = self.gt[k]
            if self.alive[k] and self.left_gt[g].keys().isdisjoint(self.left_pred[self.pred[k]]):
                self.alive[k] = 0
                self.degree[g] -= 1
                if self.degree[g] == 1:
                    heappush(singles, self.rank[g])

    def paper(self) -> None:
        """The rule of the paper: a pass over all gts with one contact, then its predictions are gone."""
        self._open(common=False)
        singles, several, at = self._visits(1, 1), self._visits(2, len(self.gt)), 0
        while True:
            partners = [next(k for k in self.of_gt[self.by_rank[r]] if self.alive[k]) for r in singles]
            tied = 0
            if not partners:
                while at < len(several) and not self._waits(self.by_rank[several[at]]):
                    at += 1
                if at == len(several):
                    return
                partners = self._largest(self.by_rank[several[at]])
                tied, partners = len(partners), partners[:1]
            for k in partners:
                self._take(k, tied)
            touched: dict[int, None] = {}
            for p in dict.fromkeys(self.pred[k] for k in partners):
                for k in self.of_pred[p]:
                    self.alive[k] = 0
                    self.degree[self.gt[k]] -= 1
                    touched[self.gt[k]] = None
            singles = sorted(self.rank[g] for g in touched if self.degree[g] == 1 and self.left_gt[g])

    def _waits(self, g: int) -> bool:
        return self.degree[g] > 1 and bool(self.left_gt[g])


def _multiset(text: str) -> dict[str, int]:
    """Character -> how often it occurs. (``Counter`` costs three times as much on words.)"""
    found: dict[str, int] = {}
    for character in text:
        found[character] = found.get(character, 0) + 1
    return found


def _common(one: dict[str, int], other: dict[str, int]) -> int:
    """Size of the intersection of two multisets."""
    return sum([min(n, other[c]) for c, n in one.items() if c in other])
