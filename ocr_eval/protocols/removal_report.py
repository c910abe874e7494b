"""The removals of one sample -> its verdicts and steps: who gave which characters to whom, and what is left over.

Not a protocol: what ``popeval`` explains. Strings of files stand in the sentences as they are, cut to 80 code points.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ocr_eval.protocols.character_removal import Page, Removal
    from ocr_eval.tables.joined import Joined
    from ocr_eval.tables.matches import Matches, Verdict

LONGEST = 80


def report(joined: Joined, page: Page, removal: Removal, sample: int) -> Matches:
    """``page.contacts`` and ``removal`` hold the contacts of this sample only."""
    return _Report(joined, page, removal, sample).matches()


class _Report:
    """Replays the removals to learn which characters went where."""

    def __init__(self, joined: Joined, page: Page, removal: Removal, sample: int) -> None:
        self.joined, self.page, self.sample = joined, page, sample
        self.gts, self.preds = joined.gt.span(sample), joined.pred.span(sample)
        self.left_gt = {g: Counter(page.gt_texts[g]) for g in self.gts}
        self.left_pred = {p: Counter(page.pred_texts[p]) for p in self.preds}
        self.givers: dict[int, list[int]] = defaultdict(list)
        self.takers: dict[int, list[int]] = defaultdict(list)
        self.steps: list[str] = []
        contacts = page.contacts
        self.near_gt: dict[int, list[int]] = defaultdict(list)
        self.near_pred: dict[int, list[int]] = defaultdict(list)
        for g, p in zip(contacts.gt.tolist(), contacts.pred.tolist(), strict=True):
            self.near_gt[g].append(p)
            self.near_pred[p].append(g)
        for k in sorted((removal.taken > 0).nonzero()[0].tolist(), key=lambda k: int(removal.step[k])):
            g, p, tied = int(contacts.gt[k]), int(contacts.pred[k]), int(removal.tied[k])
            self._step(g, p, tied, float(contacts.share[k]))

    def _step(self, g: int, p: int, tied: int, share: float) -> None:
        common = self.left_gt[g] & self.left_pred[p]
        given = []
        budget = common.copy()
        for character in self.page.gt_texts[g]:
            if budget[character]:
                budget[character] -= 1
                given.append(character)
        self.left_gt[g] -= common
        self.left_pred[p] -= common
        self.givers[g].append(p)
        self.takers[p].append(g)
        rule = "its only contact"
        if tied:
            rule = f"holds {share:.4f} of its area, the largest share" + (f", {tied} tie" if tied > 1 else "")
        pred_text, gt_text = _cut(self.page.pred_texts[p]), _cut(self.page.gt_texts[g])
        self.steps.append(
            f"prediction {p - self.preds.start} '{pred_text}' gives {_cut(' '.join(given))} "
            f"to gt {g - self.gts.start} '{gt_text}' ({rule})"
        )

    def matches(self) -> Matches:
        """All verdicts of the sample."""
        from ocr_eval.tables.matches import Matches

        verdicts = [*map(self._gt, self.gts), *map(self._pred, self.preds)]
        return Matches(self.joined.sample_ids[self.sample], tuple(verdicts), tuple(self.steps))

    def _gt(self, g: int) -> Verdict:
        from ocr_eval.tables.matches import Verdict

        index, size = g - self.gts.start, len(self.page.gt_texts[g])
        if not self.page.care[g]:
            return Verdict("gt", index, "don't care", (), "transcription is ###")
        if not size:
            return Verdict("gt", index, "dropped", (), "its transcription is empty: it is left out")
        givers = tuple(p - self.preds.start for p in dict.fromkeys(self.givers[g]))
        left = self.left_gt[g].total()
        numbers = {"removed": float(size - left), "left": float(left)}
        if not givers:
            return Verdict("gt", index, "miss", (), self._why_not(g), numbers)
        if left:
            reason = f"{size - left} of {size} characters found, left: {_letters(self.left_gt[g])}"
            return Verdict("gt", index, "wrong text", givers, reason, numbers)
        if len(givers) > 1:
            reason = f"all {size} characters found in {len(givers)} predictions"
            return Verdict("gt", index, "split", givers, reason, numbers)
        return Verdict("gt", index, "match", givers, f"all {size} characters found", numbers)

    def _why_not(self, g: int) -> str:
        if not self.near_gt[g]:
            return "no prediction touches it"
        who = ", ".join(str(p - self.preds.start) for p in self.near_gt[g][:3])
        more = ", …" if len(self.near_gt[g]) > 3 else ""
        return f"it touches prediction {who}{more}, where none of its characters is left"

    def _pred(self, p: int) -> Verdict:
        from ocr_eval.tables.matches import Verdict

        index, size = p - self.preds.start, len(self.page.pred_texts[p])
        if self.page.ignored[p]:
            return Verdict("pred", index, "ignored", *self._holder(p))
        takers = tuple(g - self.gts.start for g in dict.fromkeys(self.takers[p]))
        left = self.left_pred[p].total()
        numbers = {"removed": float(size - left), "left": float(left)}
        if not size:
            return Verdict(
                "pred", index, "dropped", (), "its transcription is empty: it gives nothing", numbers
            )
        if not takers:
            if not self.near_pred[p] and not self.joined.pred.valid[p]:
                reason = f"the ring is invalid: all {size} characters count as wrong"
                return Verdict("pred", index, "invalid", (), reason, numbers)
            reason = f"no gt that it touches needs any of its {size} characters"
            reason = reason if self.near_pred[p] else "it touches no gt with text"
            return Verdict("pred", index, "false positive", (), reason, numbers)
        if left:
            reason = f"{size - left} of {size} characters used, left: {_letters(self.left_pred[p])}"
            return Verdict("pred", index, "wrong text", takers, reason, numbers)
        if len(takers) > 1:
            reason = f"all {size} characters used, by {len(takers)} gts"
            return Verdict("pred", index, "merge", takers, reason, numbers)
        return Verdict("pred", index, "match", takers, f"all {size} characters used", numbers)

    def _holder(self, p: int) -> tuple[tuple[int, ...], str, dict[str, float]]:
        """The don't care gt that holds most of a prediction."""
        pairs = self.page.pairs
        mine = ((pairs.pred == p) & ~self.page.care[pairs.gt]).nonzero()[0]
        best = int(mine[pairs.inter[mine].argmax()])
        area = float(pairs.area_pred[p])
        share = float(pairs.inter[best]) / area if area else 0.0
        holder = int(pairs.gt[best]) - self.gts.start
        return (holder,), f"{share:.4f} of its area lies in don't care gt {holder}", {"share": share}


def _letters(left: Counter[str]) -> str:
    return _cut(" ".join(sorted(left.elements())))


def _cut(text: str) -> str:
    return text[:LONGEST] + "…" if len(text) > LONGEST else text
