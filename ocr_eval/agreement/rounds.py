"""The same annotators before and after a change of the guideline -> what the change did, per score and per case.

Both rounds are compared on the images that every annotator has in both, and resampled with the same weights, so that
differences are paired. A case is resolved when nothing of its leverage is left (the interval after holds 0) and the
difference is no accident (its interval does not hold 0).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from ocr_eval.agreement import causes
from ocr_eval.agreement.cases import Resolved
from ocr_eval.agreement.figures import TOO_FEW, Figure, Figures, ends_of, undefined
from ocr_eval.agreement.inputs import DONT_CARE, gather
from ocr_eval.agreement.leverage import Case, differences
from ocr_eval.agreement.library import agreement, images_seed
from ocr_eval.agreement.result import Agreement
from ocr_eval.agreement.scores import SCORES
from ocr_eval.agreement.units import KINDS
from ocr_eval.errors import quote, usage_error
from ocr_eval.protocols.formulas import rate
from ocr_eval.stats.bootstrap import REPLICATES
from ocr_eval.stats.intervals import FEWEST_UNITS, interval
from ocr_eval.stats.ratios import Stack

if TYPE_CHECKING:
    from ocr_eval.tables.instances import Instances

SCHEMA = "ocr-eval/agree-rounds/1"
NOT_HERE = "no unit of this case"


@dataclass(frozen=True, eq=False)
class Rounds:
    """Two agreements on the same images and annotators."""

    before: Agreement
    after: Agreement

    def scores(self) -> dict[str, dict[str, Figure]]:
        """Score -> before, after, difference (after - before); means over pairs."""
        result = {}
        for name in self.before.figures.formulas:
            if name in SCORES and name in self.after.figures.formulas:
                result[name] = self._three(self.before.figures, self.after.figures, name)
        return result

    def structure(self) -> dict[str, dict[str, Figure]]:
        """Kind -> units per 100 instances of both annotators, before, after, difference."""
        both = [self._kinds(one) for one in (self.before, self.after)]
        return {kind: self._three(both[0], both[1], kind) for kind in KINDS}

    def cases(self) -> list[dict[str, Any]]:
        """Every case of either round: leverage before and after, the paired difference, whether it is resolved."""
        found = [{(c.kind, one.case_name(c)): c for c in one.cases} for one in (self.before, self.after)]
        drawn = [self._leverages(one) for one in (self.before, self.after)]
        rows = []
        for key in sorted({*found[0], *found[1]}):
            figures = [_leverage(cases.get(key)) for cases in found]
            values = [figure.value or 0.0 for figure in figures]
            zero = np.zeros(REPLICATES)
            spread = drawn[1].get(key, zero) - drawn[0].get(key, zero)
            difference = self._difference(spread, values[1] - values[0], key[1])
            rows.append(
                {
                    "kind": key[0],
                    "case": key[1],
                    "before": figures[0].to_json() | _sizes(found[0].get(key)),
                    "after": figures[1].to_json() | _sizes(found[1].get(key)),
                    "difference": difference.to_json(),
                    "resolved": _resolved(key in found[0], figures[1], key in found[1], difference),
                }
            )
        return sorted(rows, key=lambda row: (-(row["before"]["value"] or 0.0), row["kind"], row["case"]))

    def to_json(self) -> dict[str, Any]:
        """``ocr-eval/agree-rounds/1``: the changes; the two rounds in full stand beside it."""
        after = self.after.to_json()
        return {
            "schema": SCHEMA,
            "images": len(self.before.annotations.images),
            "annotators": [row["annotator"] for row in self.after.annotators],
            "settings": after["settings"],
            "scores": {name: _json(row) for name, row in self.scores().items()},
            "structure_per_100_instances": {name: _json(row) for name, row in self.structure().items()},
            "cases": self.cases(),
            "before": self.before.to_json(),
            "after": after,
        }

    def _three(self, before: Figures, after: Figures, name: str) -> dict[str, Figure]:
        first, second = before.mean(name), after.mean(name)
        if first.value is None or second.value is None:
            change = undefined(first.reason or second.reason or "no value")
        else:
            drawn = [_mean_drawn(figures, name) for figures in (before, after)]
            change = self._difference(drawn[1] - drawn[0], second.value - first.value, name)
        return {"before": first, "after": second, "difference": change}

    def _difference(self, drawn: Any, value: float, name: str) -> Figure:
        stack = self.after.figures.stack
        n = len(self.after.annotations.images)
        if stack.units < FEWEST_UNITS or not len(drawn):
            return Figure(value, n, no_interval=TOO_FEW)
        ends, why = ends_of(interval(drawn, value, units=stack.units, metric=name, unit=stack.unit))
        return Figure(value, n, ends, None, why)

    def _kinds(self, one: Agreement) -> Figures:
        columns = {
            kind: np.stack([pair.structure.per_image()[kind] for pair in one.pairs], axis=1) for kind in KINDS
        }
        size = len(one.annotations.images)
        columns["instances"] = np.stack(
            [
                np.bincount(pair.units.a.sample_of, minlength=size)
                + np.bincount(pair.units.b.sample_of, minlength=size)
                for pair in one.pairs
            ],
            axis=1,
        )
        names = [pair.name for pair in one.pairs]
        stack = Stack.from_columns(names, one.annotations.images, columns, groups=one.groups)
        formulas = {kind: rate(f"100*{kind}", "instances") for kind in KINDS}
        return Figures(stack, formulas, one.seed, {})

    def _leverages(self, one: Agreement) -> dict[tuple[str, str], Any]:
        """(kind, case) -> resampled leverages."""
        now, found = causes.cases_of(one.pairs, one.groups)
        drawn = differences(now, found, one.seed, REPLICATES)
        named: dict[tuple[str, str], Any] = {}
        for case, values in zip(found, drawn, strict=True):
            named[case.kind, _name(one, case)] = values
        return named


def rounds(
    before: Mapping[str, Instances],
    after: Mapping[str, Instances],
    *,
    seed: int | None = None,
    **options: Any,
) -> Rounds:
    """Compares two rounds of the same annotators; ``options`` are those of ``agreement``.

    Annotators have the pseudonyms of the second round in both. Raises InputError: E_USAGE when the rounds have other
    annotators, E_DATASET when no image is in all of them.
    """
    if set(before) != set(after):
        odd = sorted(set(before) ^ set(after))
        reason = f"{quote(odd[0])} is an annotator of one round only"
        raise usage_error(reason, "give both rounds a sub-folder per annotator, named alike")
    markers = options.get("markers", DONT_CARE)
    chosen = options.pop("images", None)
    both = {f"{k}/{name}": table for k, one in enumerate((before, after)) for name, table in one.items()}
    shared = gather(both, images=chosen, markers=markers)
    seed = images_seed(shared.images) if seed is None else seed
    tables = {one.name: one.table for one in shared.annotators}
    first, second = (
        {name: tables[f"{k}/{name}"] for name in sorted(one)} for k, one in enumerate((before, after))
    )
    order = [one.name for one in gather(second, markers=markers).annotators]
    return Rounds(*(agreement(one, seed=seed, order=order, **options) for one in (first, second)))


def _leverage(case: Case | None) -> Figure:
    if case is None:
        return undefined(NOT_HERE)
    ends = None if case.lo is None or case.hi is None else (case.lo, case.hi)
    why = None if ends or case.notice is None else case.notice.message
    if case.leverage is None:
        return undefined("no value", case.units)
    return Figure(case.leverage, case.units, ends, None, why)


def _sizes(case: Case | None) -> dict[str, int]:
    return {"units": 0, "images": 0} if case is None else {"units": case.units, "images": case.images}


def _resolved(was_there: bool, after: Figure, is_there: bool, difference: Figure) -> bool | None:
    """None where intervals are missing, so that it cannot be said."""
    if not was_there:
        return False
    if difference.interval is None or (is_there and after.interval is None):
        return None
    left = is_there and after.interval is not None and not after.interval[0] <= 0 <= after.interval[1]
    moved = not difference.interval[0] <= 0 <= difference.interval[1]
    return moved and not left


def _name(one: Agreement, case: Resolved) -> str:
    head, _, who = case.name.rpartition(" ")
    return f"{head} {one.label(who)}" if case.kind == "dont-care" else case.name


def _mean_drawn(figures: Figures, name: str) -> Any:
    points = figures.stack.point(figures.formulas[name])
    return figures.drawn[name][:, ~np.isnan(points)].mean(axis=1)


def _json(row: Mapping[str, Figure]) -> dict[str, Any]:
    return {name: figure.to_json() for name, figure in row.items()}
