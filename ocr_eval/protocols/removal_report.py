"""The removals of one sample -> its verdicts and steps: who gave which characters to whom, and what is left over.

Not a protocol: what ``popeval`` explains. Strings of files stand in the sentences as they are, cut to 80 code points.
Which of several equal characters goes is not said by the rule: here it is the first that still stands.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import TYPE_CHECKING

from ocr_eval.protocols.match_report import cut, steady
from ocr_eval.protocols.reasons import clause, sentence, verdict

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from ocr_eval.protocols.character_removal import Page, Removal
    from ocr_eval.tables.instances import Instances
    from ocr_eval.tables.joined import Joined
    from ocr_eval.tables.matches import Clause, Matches, Verdict
    from ocr_eval.tables.matches import Removal as Told


def reporter(joined: Joined, page: Page, removal: Removal) -> Callable[[int], Matches]:
    """What tells one sample; ``page`` and ``removal`` hold the contacts of all of them."""
    # Contacts stand by gt, so those of a sample are neighbours.
    bounds = page.contacts.gt.searchsorted(joined.gt.start).tolist()
    return lambda sample: _Report(
        joined, page, removal, sample, slice(*bounds[sample : sample + 2])
    ).matches()


class _Text:
    """One transcription while characters leave it."""

    def __init__(self, compared: str, written: str) -> None:
        self.text = compared
        self.standing = list(range(len(compared)))
        self.left = Counter(compared)
        self.places = _places(compared, written)

    def give(self, characters: Counter[str]) -> tuple[str, tuple[int, ...]]:
        """Takes the first standing ones of these characters away; says which, and where they are written."""
        budget, gone, rest = characters.copy(), [], []
        for i in self.standing:
            if budget[self.text[i]] > 0:
                budget[self.text[i]] -= 1
                gone.append(i)
            else:
                rest.append(i)
        self.standing = rest
        self.left -= characters
        return "".join([self.text[i] for i in gone]), tuple([self.places[i] for i in gone])


class _Report:
    """Replays the removals of a sample to learn which characters went where."""

    def __init__(self, joined: Joined, page: Page, removal: Removal, sample: int, here: slice) -> None:
        self.joined, self.page, self.sample = joined, page, sample
        self.gts, self.preds = joined.gt.span(sample), joined.pred.span(sample)
        self.gt_texts = _texts(joined.gt, page.gt_texts, self.gts)
        self.pred_texts = _texts(joined.pred, page.pred_texts, self.preds)
        self.givers: dict[int, list[int]] = defaultdict(list)
        self.takers: dict[int, list[int]] = defaultdict(list)
        self.steps: list[str] = []
        self.removals: list[Told] = []
        self.near_gt: dict[int, list[int]] = defaultdict(list)
        self.near_pred: dict[int, list[int]] = defaultdict(list)
        contacts = page.contacts
        gts, preds = contacts.gt[here].tolist(), contacts.pred[here].tolist()
        shares = steady(contacts.share[here])
        for g, p in zip(gts, preds, strict=True):
            self.near_gt[g].append(p)
            self.near_pred[p].append(g)
        steps, tied = removal.step[here].tolist(), removal.tied[here].tolist()
        taken = removal.taken[here].nonzero()[0].tolist()
        for k in sorted(taken, key=lambda k: int(steps[k])):
            self._step(gts[k], preds[k], tied[k], shares[k])

    def _step(self, g: int, p: int, tied: int, share: float) -> None:
        from ocr_eval.tables.matches import Removal

        common = self.gt_texts[g].left & self.pred_texts[p].left
        given, places_gt = self.gt_texts[g].give(common)
        _, places_pred = self.pred_texts[p].give(common)
        self.givers[g].append(p)
        self.takers[p].append(g)
        gt, pred = g - self.gts.start, p - self.preds.start
        names: dict[str, str | int | float] = {
            "gt": gt,
            "gt_text": cut(self.gt_texts[g].text),
            "pred": pred,
            "pred_text": cut(self.pred_texts[p].text),
            "letters": cut(" ".join(given)),
        }
        key = "removal_only"
        if tied:
            key, names["share"] = "removal_largest", share
        if tied > 1:
            key, names["tied"] = "removal_tied", tied
        self.steps.append(sentence([(key, names)]))
        rule = "largest" if tied else "only"
        order = len(self.removals) + 1
        self.removals.append(Removal(order, gt, pred, given, places_gt, places_pred, rule, share, tied))

    def matches(self) -> Matches:
        """All verdicts of the sample."""
        from ocr_eval.tables.matches import Matches, Pair

        name = self.joined.sample_ids[self.sample]
        verdicts = (*map(self._gt, self.gts), *map(self._pred, self.preds))
        pairs = tuple(sorted(Pair(r.gt, r.pred, r.share) for r in self.removals))
        return Matches(name, verdicts, tuple(self.steps), pairs, tuple(self.removals))

    def _gt(self, g: int) -> Verdict:
        index, size = g - self.gts.start, len(self.page.gt_texts[g])
        if not self.page.care[g]:
            return verdict("gt", index, "don't care", (), clause("dont_care_text"))
        if not size:
            return verdict("gt", index, "dropped", (), clause("empty_left_out"))
        givers = tuple(p - self.preds.start for p in dict.fromkeys(self.givers[g]))
        left = self.gt_texts[g].left
        count = size - left.total()
        numbers = {"removed": float(count), "left": float(left.total())}
        status, why = "match", clause("found_all", size=size)
        if not givers:
            status, why = "miss", self._why_not(g)
        elif left:
            status, why = "wrong text", clause("found_some", count=count, size=size, letters=_letters(left))
        elif len(givers) > 1:
            status, why = "split", clause("found_in_several", size=size, count=len(givers))
        return verdict("gt", index, status, givers, why, numbers=numbers)

    def _why_not(self, g: int) -> Clause:
        near = self.near_gt[g]
        if not near:
            return clause("no_prediction_touches")
        who = ", ".join(str(p - self.preds.start) for p in near[:3])
        return clause("nothing_left", partners=who + (", …" if len(near) > 3 else ""))

    def _pred(self, p: int) -> Verdict:
        index, size = p - self.preds.start, len(self.page.pred_texts[p])
        if self.page.ignored[p]:
            return self._ignored(p)
        takers = tuple(g - self.gts.start for g in dict.fromkeys(self.takers[p]))
        left = self.pred_texts[p].left
        count = size - left.total()
        numbers = {"removed": float(count), "left": float(left.total())}
        status, why = "match", clause("used_all", size=size)
        if not size:
            status, why = "dropped", clause("empty_gives_nothing")
        elif not takers:
            status, why = "false positive", clause("touches_no_gt")
            if self.near_pred[p]:
                why = clause("not_needed", size=size)
            elif not self.joined.pred.valid[p]:
                status, why = "invalid", clause("invalid_all_wrong", size=size)
        elif left:
            status, why = "wrong text", clause("used_some", count=count, size=size, letters=_letters(left))
        elif len(takers) > 1:
            status, why = "merge", clause("used_by_several", size=size, count=len(takers))
        return verdict("pred", index, status, takers, why, numbers=numbers)

    def _ignored(self, p: int) -> Verdict:
        """Excused by the don't care gt that holds most of it."""
        pairs = self.page.pairs
        own = slice(int(pairs.start[self.sample]), int(pairs.start[self.sample + 1]))
        gts, inter = pairs.gt[own], pairs.inter[own]
        mine = ((pairs.pred[own] == p) & ~self.page.care[gts]).nonzero()[0]
        shares = steady(inter[mine] / (pairs.area_pred[p] or 1.0))
        share = max(shares)
        holder = int(gts[mine[shares.index(share)]]) - self.gts.start
        why = clause("ignored_share", share=share, partner=holder)
        return verdict("pred", p - self.preds.start, "ignored", (holder,), why, numbers={"share": share})


def _texts(side: Instances, compared: Sequence[str], span: range) -> dict[int, _Text]:
    return {i: _Text(compared[i], side.texts[i]) for i in span}


def _places(compared: str, written: str) -> range | list[int]:
    """For each code point of a text in lower case, the one it was written as (one of two lengths is rare: "İ")."""
    if len(compared) == len(written):
        return range(len(written))
    return [i for i, character in enumerate(written) for _ in character.lower()]


def _letters(left: Counter[str]) -> str:
    return cut(" ".join(sorted(left.elements())))
