"""PopEval: characters removed from overlapping instances, however text is cut into boxes; long because of its options.

What it measures
    Which share of the predicted characters is right and which share of the written characters was found, without
    asking that words are cut alike: a word in two boxes, or two words in one, costs nothing.

The rule, per sample
    0. Every ring becomes its convex hull (``hull=false``: stays as it is; ``vertices=first4``: its first four vertices
       only). ``case=lower``: both sides in lower case. A gt is don't care when its transcription is exactly ``###``.
    1. A prediction is ignored when, for a single don't care gt, I > 0 and I / area(prediction) > 0.5 (strict).
       Then don't care gts and gts with empty text are dropped. What is left gives ``chars_gt`` and ``chars_det``.
       ``dont_care=iou``: IoU > 0.5 instead. ``dont_care=none``: no such rule, ``###`` is a text as any other.
    2. A gt and a prediction are in contact when their hulls meet, a shared edge or corner is enough
       (``touch=false``: I > 0), and what is left of their texts has a character in common.
    3. Repeat until there is no contact:
       a. If gts with exactly one contact exist, take the one nearest to the origin. Remove the characters that gt
          and prediction have in common (as multisets) from both and add their number to ``removed``.
       b. Else take the nearest gt. Among its contacts those with the largest I / area(gt), up to 1e-9, are all used,
          one after the other in file order. ``ties=first``: only the first of them. ``ties=reciprocal``: all of them,
          but each of n counts 1/n of what it shares with the gt as it was before this step.
       All contacts of a gt without area tie.
    Nearest: least distance from (0, 0) to a point inside the gt's hull, then file order. The point is the middle
    of the hull on a line half-way between the two vertices next to the middle of its y range (GEOS
    ``representative_point``); a segment gives its upper end, then the left one.
    ``variant=paper``: a contact is a meeting of hulls alone. Pass: every gt with exactly one contact, by distance to
    its centroid, loses what it shares; then all predictions used are gone. If there is no such gt: the nearest gt
    and its contact with the largest I / area(gt), the first on ties (``ties`` is not asked); then that prediction
    is gone.

Totals
    recall = removed / chars_gt, precision = removed / chars_det over all samples (micro), 0 when nothing was predicted;
    hmean of the two. Without any gt character there is no score. ``removed`` is a sum of reals under
    ``ties=reciprocal`` and an integer otherwise.

What it cannot see
    Order: ``silent`` for ``listen`` is perfect. Place: one box over the page with all its characters scores 1.0. So
    publish it beside a word-level score. Warnings: W_ORDER when more than a tenth of the removed characters stand in
    another order (per contact: removed less longest common subsequence); W_LARGE for a prediction larger than half of
    the box around all gts of its sample, in which more than half of each of two words lies that fill less than half of
    it, or of each of ten; W_VERTICES when ``vertices=first4`` cuts rings.

Paper against code
    ``variant=code`` is the published script. The paper asks no common character, orders by centroids, deletes a
    prediction once it was used, weighs ties by the reciprocal of their number and does not say what a don't care is.
    Under the paper's rule IC15 of ``units_shared`` loses 88 of 9589 characters, hmean .8912 for .8994.

Deviations from the official script
    1. Rings keep all their vertices. The script reads four and asks its users to change that. Equal on quads; on
       16-vertex rings the first four are a sliver: hmean .6935 against .9068 (Total-Text), .4078 against .9213
       (CTW1500). ``vertices=first4`` gives the script's number and warns.
    2. A sample without prediction is an empty prediction; the script leaves it out of both totals. Direction: down;
       Total-Text ``units_shared`` has one such sample of 7 characters, recall .687774 for .688172.
    3. No sample is ever lost. The script drops a sample from both totals on any exception: coordinates with decimals, a
       BOM, commas, a gt without area and several contacts, or about 1000 boxes (recursion). Direction: either. Decimals
       are used as they are; who cuts them to whole numbers for the script can get other contacts (ReCTS example: none
       here, 6 of 21640 characters under ``variant=paper``).
    4. A gt without area and several contacts: all of them tie. The script divides by zero there (see 3).
    5. Ties are shares within 1e-9, not equal floats, which depend on how a library computes areas. No count of any
       official output changes.
    6. Text after a second ``##::`` is kept, the script cuts it. Direction: either; size: those characters.
    7. The readers of ``icdar-quad`` and ``icdar-ltrb`` take a transcription out of its quotes and undo its backslashes,
       as the RRC scripts do (a quoted ``###`` is don't care); turned into PopEval's own files such a text would keep
       them. Direction: either; size: two characters per quoted text, none in the official runs. Files of format
       ``popeval`` and ``characters`` are read as they are.
    8. Without gt characters there is no score; the script prints 0 for such a set and (P, R) = (1 or 0, 1) for such an
       image. Neither changes the totals of other sets.
    9. Invalid rings: ``official`` takes the hull as the script does. By default they are refused; under
       ``false-positive`` such a prediction is in no contact, is never ignored, and its characters count in precision.

Source
    ``popEval.py`` in naver/popeval @93a957a; Lee, Yoon, Hoon, Choi, "PopEval: A Character-Level Approach to End-To-End
    Evaluation Compatible with Word-Level Benchmark Dataset", 2019.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, ClassVar

from ocr_eval.errors import usage_error
from ocr_eval.protocols import Reads
from ocr_eval.protocols.parameters import check, parameter, spell

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    import numpy as np
    from numpy.typing import NDArray

    from ocr_eval.errors import Notice
    from ocr_eval.pairing import Pairing
    from ocr_eval.protocols.character_removal import Page, Removal
    from ocr_eval.protocols.formulas import Formula
    from ocr_eval.tables.counts import Counts, Totals
    from ocr_eval.tables.instances import Instances
    from ocr_eval.tables.joined import Joined
    from ocr_eval.tables.matches import Matches
    from ocr_eval.tables.pairs import Pairs


@dataclass(frozen=True, repr=False)
class PopEval:
    """Parameters of ``popeval``; the defaults are the script's, but for ``vertices``."""

    variant: str = parameter(
        "code", "the published script, or the paper's own rule", choices=("code", "paper")
    )
    vertices: str = parameter("all", "vertices of a ring that are read", choices=("first4", "all"))
    hull: bool = parameter(True, "rings become their convex hulls")
    case: str = parameter("sensitive", "compare as written, or in lower case", choices=("sensitive", "lower"))
    touch: bool = parameter(True, "a shared edge or corner is a contact")
    ties: str = parameter(
        "all", "which of the predictions with the largest share give", choices=("all", "first", "reciprocal")
    )
    dont_care: str = parameter(
        "precision", "what share of don't care excuses a prediction", choices=("precision", "iou", "none")
    )

    ID: ClassVar[str] = "popeval"
    VERSION: ClassVar[int] = 1
    TASK: ClassVar[str] = "e2e"
    COLUMNS: ClassVar[tuple[str, ...]] = ("removed", "chars_gt", "chars_det", "dc_gt", "dc_det")
    SUMS: ClassVar[tuple[str, ...]] = ()
    METRICS: ClassVar[dict[str, bool | None]] = {"precision": True, "recall": True, "hmean": True}
    SOURCE: ClassVar[str] = "naver/popeval @93a957a popEval.py"

    def __post_init__(self) -> None:
        check(self)
        if self.ties == "reciprocal":
            if self.variant == "paper":
                reason = f"{self.ID}: ties=reciprocal is a rule for variant=code"
                raise usage_error(reason, "variant=paper takes the first of tied predictions", "E_CONFIG")
            object.__setattr__(self, "COLUMNS", type(self).COLUMNS[1:])
            object.__setattr__(self, "SUMS", ("removed",))

    def __repr__(self) -> str:
        return spell(self)

    @property
    def reads(self) -> Reads:
        """Rings and transcriptions on both sides."""
        return Reads(gt_text=True, pred_text=True)

    @property
    def formulas(self) -> dict[str, Formula]:
        """precision, recall and hmean from sums."""
        from ocr_eval.protocols.formulas import rate

        removed = "sum:removed" if self.SUMS else "removed"
        return {
            "precision": rate(removed, "chars_det", empty=0.0),
            "recall": rate(removed, "chars_gt"),
            "hmean": rate(f"2*{removed}", "chars_gt + chars_det", alone=1.0),
        }

    def count(self, joined: Joined, pairing: Pairing) -> Counts:
        """Row per sample: characters removed, of gts, of predictions; don't care gts, ignored predictions."""
        import numpy as np

        from ocr_eval.tables.counts import Counts

        gt, pred, size = joined.gt, joined.pred, len(joined.sample_ids)
        page = self._page(joined, pairing)
        removal = self._remove(page, pairing)
        removed = self._removed(joined, page, removal)
        rows = {
            "chars_gt": np.bincount(gt.sample_of, page.gt_texts.sizes * page.kept_gt, minlength=size),
            "chars_det": np.bincount(pred.sample_of, page.pred_texts.sizes * ~page.ignored, minlength=size),
            "dc_gt": np.bincount(gt.sample_of[~page.care], minlength=size),
            "dc_det": np.bincount(pred.sample_of[page.ignored], minlength=size),
        }
        notices = tuple(self._notices(joined, page, removal, pairing))
        if self.ties == "reciprocal":
            return Counts.of(joined.sample_ids, rows, {"removed": removed}, notices=notices)
        return Counts.of(joined.sample_ids, {"removed": removed} | rows, notices=notices)

    def derive(self, totals: Totals) -> dict[str, float | None]:
        """Micro precision, recall and hmean; undefined without gt characters."""
        from ocr_eval.tables.counts import harmonic, ratio

        if totals["chars_gt"] == 0:
            return dict.fromkeys(self.METRICS)
        removed = totals.sums["removed"] if self.SUMS else totals["removed"]
        precision, recall = ratio(removed, totals["chars_det"], empty=0.0), removed / totals["chars_gt"]
        return {"precision": precision, "recall": recall, "hmean": harmonic(precision, recall)}

    def optimum(self, joined: Joined, pairing: Pairing) -> Counts:
        """One column, ``optimum``: characters that the best order of removals could take; never below ``removed``."""
        from ocr_eval.tables.counts import Counts

        most = self._optimum(joined, self._page(joined, pairing), pairing)
        return Counts.of(joined.sample_ids, {"optimum": most})

    def explain(self, joined: Joined, pairing: Pairing, sample: int) -> Matches:
        """Every removal in order, then what each instance gave or got and what is left of it."""
        return self.explainer(joined, pairing)(sample)

    def explainer(self, joined: Joined, pairing: Pairing) -> Callable[[int], Matches]:
        """``explain`` for many samples of one removal."""
        from dataclasses import replace

        from ocr_eval.protocols.removal_report import reporter

        page = self._page(joined, pairing)
        removal = self._remove(page, pairing)
        report = reporter(joined, page, removal)
        removed = self._removed(joined, page, removal).tolist()
        most = self._optimum(joined, page, pairing).tolist()

        def told(sample: int) -> Matches:
            note = f"order-free optimum: {most[sample]} characters (greedy found {removed[sample]:g})"
            return replace(report(sample), notes=(note,))

        return told

    def _page(self, joined: Joined, pairing: Pairing) -> Page:
        """Steps 0 to 2: texts, who counts, who is in contact, in which order gts are visited."""
        import numpy as np

        from ocr_eval.protocols.character_removal import Contacts, Page
        from ocr_eval.protocols.packed_texts import Texts

        gt, pred = joined.gt, joined.pred
        gt_texts, pred_texts = Texts.written(gt), Texts.written(pred)
        if self.case == "lower":
            gt_texts, pred_texts = (Texts.of(map(str.lower, side.texts)) for side in (gt, pred))
        made = self._made(joined, pairing)
        pairs = made.hulls(self.vertices) if self.hull else made.rings
        care = np.ones(len(gt), np.bool_) if self.dont_care == "none" else gt.care
        usable = pred.valid | (pairing.policy == "official")
        held = made.overlaps if self.dont_care == "iou" else made.covers_pred
        ignored = np.zeros(len(pred), np.bool_)
        ignored[pairs.pred[held(pairs, 0.5, among=~care[pairs.gt] & usable[pairs.pred])]] = True
        kept_gt = care & (gt_texts.sizes > 0)
        meet = kept_gt[pairs.gt] & (usable & ~ignored)[pairs.pred]
        if not self.touch:
            sure = meet & (pairs.inter > pairs.guard)
            meet = sure | made.covers_gt(pairs, 0.0, among=meet & ~sure)
        elif not self.hull:
            meet = made.meets(pairs, among=meet)
        met = np.zeros(len(gt), np.bool_)
        met[pairs.gt[meet]] = True
        rank = _ranks(self._distances(pairs, pairing), met)
        contacts = Contacts(pairs.gt[meet], pairs.pred[meet], made.gt_share(pairs)[meet], rank)
        return Page(made, pairs, gt_texts, pred_texts, care, kept_gt, ignored, contacts)

    def _made(self, joined: Joined, pairing: Pairing) -> Pairing:
        """The pairing whose rings are the ones read: that of rings cut to four, if they stay rings."""
        if self.hull or self.vertices == "all":
            return pairing
        from ocr_eval.pairing import Pairing

        # Four vertices of a valid ring may cross: the policy has judged whole rings, so nothing is invalid here.
        cut = replace(joined, gt=_first_four(joined.gt), pred=_first_four(joined.pred))
        return Pairing(cut, policy="official", kernels=pairing.kernels)

    def _distances(self, pairs: Pairs, pairing: Pairing) -> NDArray[np.float64]:
        """(G,) what orders the gts; an empty ring, which no prediction meets, has NaN and comes last."""
        if pairing.kernels == "numba" and self.hull and self.variant == "code":
            from ocr_eval.kernels import removal

            found: NDArray[np.float64] = removal.inner_distances(pairs.gt_xy, pairs.gt_ring)
            return found
        from ocr_eval.kernels import inner_points

        point = inner_points.centroids if self.variant == "paper" else inner_points.inner_points
        return inner_points.distances(point(pairs.gt_xy, pairs.gt_ring))

    def _remove(self, page: Page, pairing: Pairing) -> Removal:
        from ocr_eval.protocols.character_removal import remove

        paper, kernel = self.variant == "paper", _compiled(page, pairing)
        texts = page.gt_texts, page.pred_texts
        return remove(page.contacts, *texts, paper=paper, first=paper or self.ties == "first", kernel=kernel)

    def _removed(self, joined: Joined, page: Page, removal: Removal) -> NDArray[np.float64]:
        """(S,) characters removed; under ``ties=reciprocal`` tied predictions share what each would have given."""
        import numpy as np

        taken = removal.taken.astype(np.float64)
        if self.ties == "reciprocal":
            taken = np.where(removal.tied > 1, removal.credit / np.maximum(removal.tied, 1), taken)
        samples = joined.gt.sample_of[page.contacts.gt]
        return np.bincount(samples, taken, minlength=len(joined.sample_ids)).astype(np.float64)

    def _optimum(self, joined: Joined, page: Page, pairing: Pairing) -> NDArray[np.int64]:
        """(S,) the most characters that any order of removals takes."""
        import numpy as np

        from ocr_eval.protocols.character_flow import most_removed

        kernel = None if pairing.auto else pairing.kernels == "numba"
        most = most_removed(page.contacts, page.gt_texts, page.pred_texts, kernel=kernel)
        found = np.bincount(joined.gt.sample_of, most, minlength=len(joined.sample_ids))
        return found.astype(np.int64)

    def _notices(self, joined: Joined, page: Page, removal: Removal, pairing: Pairing) -> Iterator[Notice]:
        from ocr_eval.protocols import removal_notices

        if self.vertices == "first4":
            yield from removal_notices.long_rings(joined)
        yield from removal_notices.large_predictions(joined, page)
        yield from removal_notices.shuffled(joined, page, removal, kernel=_compiled(page, pairing))


def _first_four(side: Instances) -> Instances:
    """The same instances, their rings cut after the fourth vertex."""
    import numpy as np

    from ocr_eval.kernels.rings import classify
    from ocr_eval.tables.instances import offsets

    sizes = np.diff(side.ring)
    place = np.arange(len(side.xy)) - np.repeat(side.ring[:-1], sizes)
    xy, ring = side.xy[place < 4], offsets(np.minimum(sizes, 4))
    return replace(side, xy=xy, ring=ring, shape=classify(xy, ring))


def _ranks(values: NDArray[np.float64], asked: NDArray[np.bool_]) -> NDArray[np.int64]:
    """(N,) place of each when the ones ``asked`` are sorted, equal ones in their order; the others come last."""
    import numpy as np

    some = np.flatnonzero(asked)
    order = np.concatenate([some[np.argsort(values[some], kind="stable")], np.flatnonzero(~asked)])
    rank = np.empty(len(values), np.int64)
    rank[order] = np.arange(len(values))
    return rank


def _compiled(page: Page, pairing: Pairing) -> bool:
    """Whether characters are removed by kernels."""
    from ocr_eval.protocols.character_removal import KERNEL_CONTACTS

    return pairing.kernels == "numba" or (pairing.auto and len(page.contacts.gt) > KERNEL_CONTACTS)
