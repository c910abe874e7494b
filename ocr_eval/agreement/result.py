"""``Agreement``: what was found about several annotations of the same images -> ``agreement.json``, part by part."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from ocr_eval.agreement import causes, dont_care, effort, texts
from ocr_eval.agreement import order as reading_order
from ocr_eval.agreement.annotators import annotator_rows, disagreement
from ocr_eval.agreement.ceiling import Ceiling
from ocr_eval.agreement.figures import TOO_FEW, Figure, Figures, plain
from ocr_eval.agreement.inputs import Annotations
from ocr_eval.agreement.leverage import Case
from ocr_eval.agreement.pair import Pair
from ocr_eval.agreement.plan import mean_pilot
from ocr_eval.agreement.scores import SCORES, SWEPT, sweep_name
from ocr_eval.agreement.slices import Slice
from ocr_eval.agreement.units import MANY, SHARE
from ocr_eval.agreement.user_rules import UserRule
from ocr_eval.agreement.work_log import WorkLog
from ocr_eval.errors import Notice, merge_notices
from ocr_eval.stats.intervals import FEWEST_UNITS
from ocr_eval.stats.signature import interval_signature

if TYPE_CHECKING:
    pass

SCHEMA = "ocr-eval/agree/1"
PILOT = ("f1", "end_to_end_f1", "end_to_end_f1_folded", "wem", "one_minus_ned")
OVERALL = tuple(name for name in SCORES if not name.startswith("found_of"))


@dataclass(frozen=True, eq=False)
class Agreement:
    """Annotators, pairs and everything found; ``names`` says whether real names are told."""

    annotations: Annotations
    pairs: tuple[Pair, ...]
    figures: Figures  # systems are the pairs
    cases: tuple[Case, ...]
    ceilings: tuple[Ceiling, ...]
    slices: tuple[Slice, ...]
    threshold: float
    seed: int
    groups: tuple[str | None, ...] | None  # document of each image, None: images are resampled
    log: WorkLog | None
    names: bool

    @property
    def rules(self) -> tuple[UserRule, ...]:
        return self.pairs[0].user_rules

    @cached_property
    def first_rows(self) -> list[int]:
        """The number of each pair's first unit; examples of cases are such numbers."""
        return causes.first_rows(self.pairs)

    def unit(self, number: int) -> tuple[Pair, int]:
        """The pair of a unit's number, and its index in there."""
        k = max(k for k, first in enumerate(self.first_rows) if first <= number)
        return self.pairs[k], number - self.first_rows[k]

    def label(self, pseudonym: str) -> str:
        """An annotator as told to the reader: the pseudonym, with ``names`` the name."""
        if not self.names:
            return pseudonym
        return next(one.name for one in self.annotations.annotators if one.id == pseudonym)

    @cached_property
    def _labels(self) -> dict[str, str]:
        return {one.id: self.label(one.id) for one in self.annotations.annotators}

    def metric(self, name: str) -> Figure:
        """The mean of a score over all pairs. Raises KeyError for a score there is none of."""
        return self.figures.mean(name) if name in self.figures.formulas else _unknown(name)

    @cached_property
    def disagreement(self) -> dict[str, float]:
        """image -> 1 - mean F1 (end to end where there are transcriptions); images that hold instances."""
        return disagreement(self.pairs)

    @cached_property
    def annotators(self) -> list[dict[str, Any]]:
        """One row per annotator; see ``annotators.annotator_rows``."""
        rows = annotator_rows(
            self.annotations, self.pairs, self.figures, seed=self.seed, groups=self.groups, log=self.log
        )
        return [row | {"annotator": self.label(row["annotator"])} for row in rows]

    @cached_property
    def notices(self) -> tuple[Notice, ...]:
        """Warnings about the inputs and the numbers."""
        found = list(self.annotations.notices)
        found += [notice for one in self.annotations.annotators for notice in one.table.notices]
        if self.figures.stack.units < FEWEST_UNITS:
            found.append(Notice("W_FEW_SAMPLES", f"{TOO_FEW}, there are {self.figures.stack.units}"))
        large = sum(pair.structure.oversized for pair in self.pairs)
        if large:
            found.append(
                Notice("W_LARGE", f"units of more than {MANY} instances that overlap in a chain", large)
            )
        return merge_notices(found)

    def to_json(self) -> dict[str, Any]:
        """``ocr-eval/agree/1``; every number with n and interval, or null with a reason."""
        images = self.annotations.images
        body: dict[str, Any] = {
            "schema": SCHEMA,
            "settings": self._settings(),
            "images": {
                "compared": len(images),
                "without_instances": len(images) - len(self.disagreement),
                "unshared": [
                    {"image": one.image, "present": [self.label(who) for who in one.present]}
                    for one in self.annotations.unshared
                ],
            },
            "annotators": self.annotators,
            "agreement": {
                name: self.metric(name).to_json() for name in OVERALL if name in self.figures.formulas
            },
            "pairs": [self._pair(k, pair) for k, pair in enumerate(self.pairs)],
            "ceiling": [self._ceiling(one) for one in self.ceilings],
            "cases": [self._case(rank, case) for rank, case in enumerate(self.cases, 1)],
            "slices": [one.to_json() for one in self.slices],
            "pilot": self._pilot(),
            "warnings": [
                {"code": notice.code, "message": notice.message, "count": notice.count}
                for notice in self.notices
            ],
        }
        return body

    def _settings(self) -> dict[str, Any]:
        digest = hashlib.sha256("".join(one.digest for one in self.annotations.annotators).encode())
        unit = self.figures.stack.unit
        return {
            "iou": self.threshold,
            "overlap_of_the_smaller": SHARE,
            "markers": list(self.annotations.markers),
            "rules": [
                {"name": r.name, "pattern": r.pattern.pattern, "replace": r.replacement} for r in self.rules
            ],
            "protocols": [one.protocol for one in self.ceilings],
            "leverage_of": "end_to_end_f1" if causes.agreed_column(self.pairs) == causes.AGREED else "f1",
            "seed": self.seed,
            "intervals": interval_signature(self.seed, unit=unit),
            "inputs": digest.hexdigest(),
            "names": self.names,
        }

    def _pair(self, k: int, pair: Pair) -> dict[str, Any]:
        row = self.figures.row(k)
        counted = {
            name: int(pair.columns[name].sum()) for name in pair.columns if not name.startswith("sum:")
        }
        swept = [{"iou": t} | row[sweep_name(t)].to_json() for t in SWEPT]
        mean = sum(point["value"] for point in swept) / len(swept) if row["f1"].value is not None else None
        return {
            "a": self.label(pair.a.id),
            "b": self.label(pair.b.id),
            "counts": {name: value for name, value in counted.items() if not name.startswith("m_")},
            "scores": {name: figure.to_json() for name, figure in row.items() if name in SCORES},
            "sweep": {"f1": swept, "mean": plain(mean, row["f1"].n).to_json()},
            "structure": pair.structure.counts() | {"largest": pair.structure.largest},
            "text": texts.to_json(pair, seed=self.seed),
            "dont_care": dont_care.to_json(pair.units, seed=self.seed, groups=self.groups),
            "tightness": pair.tightness.to_json(seed=self.seed, groups=self.groups),
            "reading_order": reading_order.to_json(pair.units, seed=self.seed, groups=self.groups),
            "edit_effort": effort.pair_rows(pair, seed=self.seed, groups=self.groups, labels=self._labels),
        }

    def _ceiling(self, one: Ceiling) -> dict[str, Any]:
        body = one.to_json()
        for row in body["directions"]:
            row |= {side: self.label(row[side]) for side in ("gt", "prediction")}
        return body

    def _case(self, rank: int, case: Case) -> dict[str, Any]:
        n = int(self.figures.stack.column("n_a").bound > 0) and case.scored
        ends = None if case.lo is None or case.hi is None else [case.lo, case.hi]
        reason = None if case.notice is None else case.notice.message
        return {
            "rank": rank,
            "kind": case.kind,
            "case": self.case_name(case),
            "units": case.units,
            "scored": case.scored,
            "images": case.images,
            "pairs": case.pairs,
            "leverage": {"value": case.leverage, "n": n, "interval": ends}
            | ({"reason": reason} if reason else {}),
            "normalised": case.normalised,
            "examples": [self.example(number) for number in case.examples],
        }

    def case_name(self, case: Case) -> str:
        """As told to the reader: the flags of an annotator carry the name that they are called by."""
        head, _, who = case.name.rpartition(" ")
        return f"{head} {self.label(who)}" if case.kind == "dont-care" else case.name

    def example(self, number: int) -> dict[str, Any]:
        """A unit with its rings, for a drawing."""
        pair, unit = self.unit(number)
        row, (rings_a, rings_b) = pair.row(unit), pair.rings(unit)
        return {
            "image": row.image,
            "a": self.label(row.a),
            "b": self.label(row.b),
            "structure": row.structure,
            "sub_kind": row.sub_kind,
            "class": row.text_class,
            "iou": row.iou,
            "text_a": row.text_a,
            "text_b": row.text_b,
            "ids_a": list(row.ids_a),
            "ids_b": list(row.ids_b),
            "rings_a": rings_a,
            "rings_b": rings_b,
        }

    def _pilot(self) -> dict[str, Any]:
        formulas = {name: self.figures.formulas[name] for name in PILOT if name in self.figures.formulas}
        seconds = None if self.log is None else self.log.seconds_per_image()
        return mean_pilot(self.figures.stack, formulas, seconds_per_image=seconds or None).to_json()


def _unknown(name: str) -> Figure:
    raise KeyError(name)
