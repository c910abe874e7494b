"""Annotators and protocols -> what each would score as a submission against every other: the human ceiling.

The evaluator's own protocols count; nothing is reimplemented here. Don't care instances are not submitted, and an
annotator has no confidences: a protocol that reads them gets one and the same for all, so what depends on their order
(AP) has no value.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import permutations
from typing import TYPE_CHECKING, Any

import numpy as np

from ocr_eval.agreement.figures import Figure, Figures, undefined
from ocr_eval.agreement.inputs import Annotator
from ocr_eval.errors import InputError
from ocr_eval.pairing import Pairing
from ocr_eval.protocols.needs import check_needs
from ocr_eval.record import Identity, package_version, signature
from ocr_eval.stats.ratios import Stack
from ocr_eval.tables.digest import digest
from ocr_eval.tables.instances import Instances
from ocr_eval.tables.joined import Joined

if TYPE_CHECKING:
    from ocr_eval.protocols import EvaluationProtocol
    from ocr_eval.tables.counts import Counts

NO_RANKING = "annotators have no confidences, so nothing is ranked"
NO_VALUE = "0/0 under this protocol"
CONFIDENCE = 0.5


@dataclass(frozen=True, eq=False)
class Direction:
    """One annotator scored against another. ``metrics`` in the protocol's order; ``reason`` when it cannot be done."""

    gt: str
    pred: str
    signature: str | None
    metrics: dict[str, Figure]
    reason: str | None = None


@dataclass(frozen=True, eq=False)
class Ceiling:
    """One protocol: every ordered pair of annotators, and the mean over them."""

    protocol: str
    images: int
    directions: tuple[Direction, ...]
    mean: dict[str, Figure]

    def to_json(self) -> dict[str, Any]:
        """JSON-ready."""
        return {
            "protocol": self.protocol,
            "images": self.images,
            "mean": {name: figure.to_json() for name, figure in self.mean.items()},
            "directions": [
                {
                    "gt": one.gt,
                    "prediction": one.pred,
                    "signature": one.signature,
                    **({"reason": one.reason} if one.reason else {}),
                    "metrics": {name: figure.to_json() for name, figure in one.metrics.items()},
                }
                for one in self.directions
            ],
        }


def ceilings(
    annotators: Sequence[Annotator],
    rules: Sequence[EvaluationProtocol],
    *,
    seed: int,
    groups: dict[str, str | None] | None = None,
) -> list[Ceiling]:
    """One per protocol, in their order. ``groups``: image -> document, when documents are resampled."""
    prepared = [_Pair.of(gt, pred) for gt, pred in permutations(annotators, 2)]
    digests = {one.id: digest(one.table) for one in annotators}
    submitted = {one.id: digest(one.table.where(one.table.care)) for one in annotators}
    result = []
    for rule in rules:
        tables: dict[str, Counts] = {}
        directions: list[Direction] = []
        for pair in prepared:
            names = pair.gt.id, pair.pred.id
            reason = lacks(rule, pair.ranked if rule.reads.pred_confidence else pair.joined)
            counts: Counts | None = None
            if reason is None:
                try:
                    counts = pair.count(rule)
                except InputError as error:  # a limit of the protocol on this input
                    reason = error.problems[0].reason
            if counts is None:
                directions.append(Direction(*names, None, {}, reason))
                continue
            tables["/".join(names)] = counts
            identity = Identity(package_version(), "local", digests[names[0]], submitted[names[1]])
            if not (pair.joined.gt.valid.all() and pair.joined.pred.valid.all()):
                identity = identity._replace(kept_invalid="official")
            line = signature(rule, identity, len(counts.sample_ids))
            directions.append(Direction(*names, line, {}))
        result.append(_ceiling(rule, directions, tables, annotators[0].table.sample_ids, seed, groups))
    return result


def lacks(rule: EvaluationProtocol, joined: Joined) -> str | None:
    """Why a protocol cannot score these annotators; None when it can."""
    reads = rule.reads
    if not reads.geometry:
        return "it compares lists of texts, annotations have rings"
    if (reads.gt_text and joined.gt.codepoints is None) or (
        reads.pred_text and joined.pred.codepoints is None
    ):
        return "an annotator has no transcriptions"
    if reads.angle and (joined.gt.angle is None or joined.pred.angle is None):
        return "an annotator has no angles"
    if reads.lexicon:
        return "it needs a word list"
    if reads.image_size:
        return "it needs the sizes of the images"
    if reads.gt_lines:
        return "it needs the rings of text lines"
    if reads.gt_lines:
        return "it needs a second ground truth with text lines"
    if reads.gt_text_not_empty and joined.gt.text_offset is not None:
        empty = int((joined.gt.care & (np.diff(joined.gt.text_offset) == 0)).sum())
        if empty:
            return f"the one taken as ground truth has {empty} care instances with an empty text"
    try:
        check_needs(rule, joined.gt, joined.pred, None)
    except InputError as error:  # what later protocols will read
        return error.problems[0].reason
    return None


def position(value: float, figure: Figure) -> str | None:
    """Where a record's score lies: below, inside or above the interval of the ceiling; None without one."""
    if figure.interval is None:
        return None
    low, high = figure.interval
    return "below" if value < low else "above" if value > high else "inside"


@dataclass(frozen=True, eq=False)
class _Pair:
    """One ordered pair, paired once for all protocols."""

    gt: Annotator
    pred: Annotator
    joined: Joined
    ranked: Joined  # the same with a confidence
    pairing: Pairing

    @classmethod
    def of(cls, gt: Annotator, pred: Annotator) -> _Pair:
        drawn: Instances = pred.table.where(pred.table.care)
        drawn = replace(drawn, confidence=None)
        same = replace(drawn, confidence=np.full(len(drawn), CONFIDENCE))
        joined = Joined(gt.table, drawn, (), ())
        return cls(gt, pred, joined, replace(joined, pred=same), Pairing(joined, policy="official"))

    def count(self, rule: EvaluationProtocol) -> Counts:
        return rule.count(self.ranked if rule.reads.pred_confidence else self.joined, self.pairing)


def _ceiling(
    rule: EvaluationProtocol,
    directions: Sequence[Direction],
    tables: dict[str, Counts],
    images: tuple[str, ...],
    seed: int,
    groups: dict[str, str | None] | None,
) -> Ceiling:
    if not tables:
        return Ceiling(repr(rule), len(images), tuple(directions), {})
    stack = Stack.of(tables, groups=groups)
    formulas = rule.formulas
    figures = Figures(stack, formulas, seed, dict.fromkeys(formulas, NO_VALUE))
    filled, place = [], 0
    for one in directions:
        if one.reason is not None:
            filled.append(one)
            continue
        counts = tables["/".join((one.gt, one.pred))]
        derived = rule.derive(counts.total())
        metrics = {}
        for name, value in derived.items():
            if name in formulas:
                figure = figures.figure(place, name)._replace(sd=None, design_effect=None)
                # The number that ``score`` prints, to the last bit: one division may round otherwise than two.
                metrics[name] = figure if figure.value is None else figure._replace(value=value)
            elif rule.reads.pred_confidence:
                metrics[name] = undefined(NO_RANKING)
            elif value is None:
                metrics[name] = undefined(NO_VALUE)
            else:
                metrics[name] = Figure(value, len(images), no_interval="not a ratio of sums over images")
        filled.append(replace(one, metrics=metrics))
        place += 1
    whole = {name: figures.mean(name) for name in formulas}
    return Ceiling(repr(rule), len(images), tuple(filled), whole)
