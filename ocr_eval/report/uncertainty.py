"""Records -> intervals of every metric and rank sets of the headline metric, per protocol: what ``score --ci`` adds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from ocr_eval.errors import Notice, merge_notices
from ocr_eval.protocols.formulas import headline
from ocr_eval.record import parse_signature

if TYPE_CHECKING:
    from ocr_eval.protocols import EvaluationProtocol
    from ocr_eval.record import Record

Key = tuple[str, str]  # (prediction, protocol string)


@dataclass(frozen=True)
class Uncertainty:
    """``intervals`` leaves out metrics without one; ``ranks`` are simultaneous 95 % sets by ``headlines``' metric."""

    ci: str  # signature of the intervals
    intervals: Mapping[Key, Mapping[str, tuple[float, float]]]
    ranks: Mapping[Key, tuple[int, int]]
    headlines: Mapping[str, str]  # protocol string -> metric

    def of(self, record: Record) -> Mapping[str, tuple[float, float]]:
        """metric -> (lo, hi) of one record."""
        return self.intervals.get((record.prediction, record.protocol), {})

    def rank(self, record: Record) -> tuple[int, int] | None:
        """The rank set of one record, None where its headline metric has no value or no interval."""
        return self.ranks.get((record.prediction, record.protocol))

    def is_best(self, record: Record) -> bool:
        """Whether a row's numbers may be set in bold: its rank set is exactly {1}, among several."""
        rivals = sum(protocol == record.protocol for _, protocol in self.ranks)
        return rivals > 1 and self.rank(record) == (1, 1)


def gt_seed(record: Record) -> int:
    """The default seed: the first 8 hex digits of the gt digest, the same for every submission."""
    from ocr_eval.stats.signature import default_seed

    return default_seed(parse_signature(record.signature)["ds"].rpartition("@")[2])


def measure(
    records: Sequence[Record],
    rules: Sequence[EvaluationProtocol],
    *,
    seed: int | None = None,
    groups: Mapping[str, str] | None = None,
) -> tuple[list[Record], Uncertainty]:
    """The records with the notices of their intervals added, and the intervals. ``groups``: sample id -> group."""
    from ocr_eval.stats import bootstrap, ranks
    from ocr_eval.stats.ratios import Stack
    from ocr_eval.stats.signature import interval_signature

    seed = gt_seed(records[0]) if seed is None else seed
    intervals: dict[Key, dict[str, tuple[float, float]]] = {}
    places: dict[Key, tuple[int, int]] = {}
    headlines: dict[str, str] = {}
    notices: dict[Key, list[Notice]] = {}
    for rule in rules:
        own = [record for record in records if record.protocol == repr(rule)]
        if not own:
            continue
        stack = Stack.of({record.prediction: record.counts for record in own}, groups=groups)
        drawn = bootstrap.replicates(stack, rule.formulas, seed=seed)
        keys = [(record.prediction, record.protocol) for record in own]
        for metric, formula in rule.formulas.items():
            for key, record, found in zip(
                keys, own, bootstrap.intervals(stack, formula, drawn[metric], metric=metric), strict=True
            ):
                if record.metrics[metric] is None:
                    continue  # W_UNDEFINED says it
                if found.lo is not None and found.hi is not None:
                    intervals.setdefault(key, {})[metric] = (found.lo, found.hi)
                if found.notice is not None:
                    notices.setdefault(key, []).append(found.notice)
        main = headline(rule)
        if main is None:
            continue
        headlines[repr(rule)] = main
        valued = [k for k, key in enumerate(keys) if main in intervals.get(key, {})]
        if valued and len(valued) == len(keys):
            points = stack.point(rule.formulas[main])
            sets = ranks.rank_sets(points, drawn[main], higher_is_better=bool(rule.METRICS[main]))
            places |= {keys[k]: (int(sets.low[k]), int(sets.high[k])) for k in valued}
    told = [_with(record, notices.get((record.prediction, record.protocol), [])) for record in records]
    ci = interval_signature(seed, unit="sample" if groups is None else "group")
    return told, Uncertainty(ci, intervals, places, headlines)


def _with(record: Record, notices: list[Notice]) -> Record:
    return replace(record, notices=merge_notices((*record.notices, *notices))) if notices else record
