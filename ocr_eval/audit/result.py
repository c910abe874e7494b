"""A gt, checkers and earlier decisions -> an audit: suspects of every kind, what is estimated, what must be said."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from ocr_eval.audit import geometry, overlooked
from ocr_eval.audit.calibration import Calibration
from ocr_eval.audit.candidates import Floats
from ocr_eval.audit.checkers import Checker, View, notices, view
from ocr_eval.audit.decisions import PRIORS, Decisions
from ocr_eval.audit.estimate import Drawn, Estimate, draw_sample, estimate
from ocr_eval.audit.items import Items, item_id
from ocr_eval.audit.ranking import Ranking
from ocr_eval.audit.selection import Chosen, select
from ocr_eval.errors import Notice, usage_error
from ocr_eval.stats.signature import default_seed
from ocr_eval.tables.digest import digest
from ocr_eval.tables.instances import Instances

DECIDED = ("accept", "reject", "edit")


@dataclass(frozen=True)
class Suspect:
    """One row of the list. ``rank`` counts within ``kind``; fields without a meaning for a kind are None.

    ``ring``: x1, y1, x2, y2, … of the label, or of the place where a label is missing.
    """

    rank: int
    item: str
    sample: str
    instance: int | None  # position in the sample, from 0
    kind: str
    label: str | None
    suggestion: str | None
    score: float
    posterior_raw: float | None
    probability: float | None
    vote: float | None
    best_single: float | None
    pico: float | None  # log odds of plain naive Bayes, which counts shared errors as evidence
    texts: tuple[str | None, ...]  # per checker
    confidences: tuple[float | None, ...]
    ring: tuple[float, ...]
    found: tuple[tuple[int, tuple[float, ...]], ...] = ()  # (checker, its ring) of who saw it otherwise


@dataclass(frozen=True, eq=False)
class Audit:
    """Everything an audit found. ``ranking`` knows earlier decisions, ``first`` does not (their estimates need it)."""

    gt: Instances  # samples in canonical order
    views: tuple[View, ...]  # checkers in canonical order: C1, C2, …
    items: Items
    first: Ranking
    ranking: Ranking
    decisions: Decisions | None
    rings: tuple[geometry.RingSuspect, ...]
    dont_cares: tuple[geometry.RingSuspect, ...]
    seed: int

    @classmethod
    def of(
        cls,
        gt: Instances,
        checkers: Sequence[Checker],
        *,
        decisions: Decisions | None = None,
        seed: int | None = None,
    ) -> Audit:
        """``gt`` as ``canonical_gt`` gives it; checkers and decisions read against it.

        Raises InputError (E_USAGE) without checkers, or where nothing can be compared.
        """
        if not checkers:
            raise usage_error("no checkers given", "add --checkers PRED…")
        seed = default_seed(digest(gt)) if seed is None else seed
        views = tuple(view(gt, checker) for checker in sorted(checkers, key=lambda checker: checker.key))
        items = Items.of(gt, views)
        first = Ranking.of(items.answers, seed=seed)
        ranking = first if decisions is None else _decided(items, first, decisions, seed)
        rings, dont_cares = [], []
        if gt.geometry:
            rings = [*geometry.ring_suspects(gt, views), *overlooked.overlooked(gt, views)]
            dont_cares = overlooked.read_dont_cares(gt, views)
        return cls(gt, views, items, first, ranking, decisions, tuple(rings), tuple(dont_cares), seed)

    @cached_property
    def first_of(self) -> dict[str, int]:
        """sample -> its first instance."""
        return dict(zip(self.gt.sample_ids, self.gt.start.tolist(), strict=False))

    @cached_property
    def settled(self) -> frozenset[int]:
        """Instances of the gt whose text a person has decided."""
        rows = self.decisions.by_instance() if self.decisions else {}
        return frozenset(i for i, decision in rows.items() if decision.word in DECIDED)

    @cached_property
    def calibration(self) -> Calibration | None:
        """From the decisions about texts, at the scores these items had before them."""
        if self.decisions is None:
            return None
        place = {int(i): j for j, i in enumerate(self.items.index.tolist())}
        rows = [(place[i], d.verdict) for i, d in self.decisions.by_instance().items() if i in place]
        known = [(j, verdict) for j, verdict in rows if verdict is not None]
        score = self.first.score[[j for j, _ in known]]
        return Calibration.of(score, np.array([float(verdict) for _, verdict in known]))

    @cached_property
    def probability(self) -> Floats | None:
        """(n,) of each item, None while there are too few decisions."""
        return None if self.calibration is None else self.calibration.probability(self.first.score)

    @cached_property
    def estimate(self) -> Estimate | None:
        """The reviewed share of wrong labels; None when no drawn item was decided."""
        return None if self.decisions is None else estimate(self.decisions.rows, seed=self.seed)

    def draw(self, size: int) -> list[Drawn]:
        """The review sample of ``--estimate``; it does not depend on decisions."""
        return draw_sample(self.first.order, size, self.seed)

    def chosen(self, most: int, slices: Mapping[str, str | None] | None = None) -> list[Chosen]:
        """The images of ``--select``."""
        return select(self.items, self.ranking, most, slices)

    @cached_property
    def notices(self) -> tuple[Notice, ...]:
        return notices([each.checker for each in self.views])

    def text_suspects(self, most: int) -> list[Suspect]:
        """The first ``most`` undecided items whose label some checker contradicts."""
        contradicted = np.asarray(self.ranking.candidates.differs.any(axis=0))
        ranked = (j for j in self.ranking.order.tolist() if contradicted[j])
        open_items = [j for j in ranked if int(self.items.index[j]) not in self.settled]
        return [self.text_suspect(j, rank) for rank, j in enumerate(open_items[:most], 1)]

    def text_suspect(self, j: int, rank: int) -> Suspect:
        """Item ``j`` as a row."""
        ranking, answers, i = self.ranking, self.items.answers, int(self.items.index[j])
        texts = tuple(own[j] for own in answers.texts)
        given = [each.checker.has_confidence for each in self.views]
        confidences = tuple(
            float(answers.confidence[k, j]) if given[k] and texts[k] is not None else None
            for k in range(len(texts))
        )
        return Suspect(
            rank=rank,
            item=self.items.ids[j],
            sample=self.gt.sample_ids[int(self.gt.sample_of[i])],
            instance=self._position(i),
            kind="text",
            label=self._label(i),
            suggestion=ranking.suggestions[j],
            score=float(ranking.score[j]),
            posterior_raw=float(ranking.posterior_raw[j]),
            probability=None if self.probability is None else float(self.probability[j]),
            vote=float(ranking.vote[j]),
            best_single=float(ranking.best_single[j]),
            pico=float(ranking.pico[j]),
            texts=texts,
            confidences=confidences,
            ring=tuple(self.gt.points(i).ravel().tolist()),
        )

    def ring_suspects(self, most: int) -> list[Suspect]:
        """The first ``most`` of each kind, kinds in the order of ``geometry.KINDS``."""
        rows = []
        for kind in geometry.KINDS:
            own = [suspect for suspect in self.rings if suspect.kind == kind]
            rows += [self._ring_row(suspect, rank) for rank, suspect in enumerate(own[:most], 1)]
        return rows

    def dont_care_suspects(self, most: int) -> list[Suspect]:
        """Don't cares that checkers read, most confident first."""
        return [self._ring_row(suspect, rank) for rank, suspect in enumerate(self.dont_cares[:most], 1)]

    def _ring_row(self, suspect: geometry.RingSuspect, rank: int) -> Suspect:
        texts: list[str | None] = [None] * len(self.views)
        confidences: list[float | None] = [None] * len(self.views)
        for k, own in enumerate(self.views):
            found = [p for checker, p in suspect.found if checker == k]
            if found and own.checker.texts:
                texts[k] = " ".join(own.checker.texts[p] for p in found)
            given = own.checker.instances.confidence
            if found and given is not None:
                confidences[k] = float(min(given[p] for p in found))
        i = suspect.instance
        sample = self.gt.sample_ids[suspect.sample]
        if i is None:
            k, p = overlooked.representative(self.views, suspect)
            points, name = self.views[k].checker.instances.points(p), f"{sample}#new-{rank}"
            suggestion = texts[k] or None
        else:
            points, name = self.gt.points(i), item_id(self.gt, i)
            suggestion = next((text for text in texts if text), None) if suspect.kind in _REWRITTEN else None
        return Suspect(
            rank=rank,
            item=name,
            sample=sample,
            instance=None if i is None else self._position(i),
            kind=suspect.kind,
            label=None if i is None else self._label(i),
            suggestion=suggestion,
            score=suspect.score,
            posterior_raw=None,
            probability=None,
            vote=None,
            best_single=None,
            pico=None,
            texts=tuple(texts),
            confidences=tuple(confidences),
            ring=tuple(points.ravel().tolist()),
            found=geometry.found_rings(suspect, self.views),
        )

    def _position(self, instance: int) -> int:
        return instance - int(self.gt.start[int(self.gt.sample_of[instance])])

    def _label(self, instance: int) -> str:
        return self.gt.texts[instance] if self.gt.texts else ""


_REWRITTEN = ("split-label", "merged-label", "dont-care")


def _decided(items: Items, first: Ranking, decisions: Decisions, seed: int) -> Ranking:
    """The ranking with decided labels in place and their priors; the same when nothing was decided about texts."""
    rows = decisions.by_instance()
    labels = list(items.answers.labels)
    prior = np.full(len(items), np.nan)
    for j, i in enumerate(items.index.tolist()):
        decision = rows.get(i)
        if decision is None or decision.word not in PRIORS:
            continue
        prior[j] = PRIORS[decision.word]
        if decision.word != "reject" and decision.outcome is not None:
            labels[j] = decision.outcome
    if np.isnan(prior).all():
        return first
    return Ranking.of(items.answers.relabelled(labels), seed=seed, prior=prior)
