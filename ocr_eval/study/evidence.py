"""A ground truth and predictions -> every count that a study looks at: one stack of tables per protocol."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from ocr_eval.errors import InputError
from ocr_eval.pairing import Pairing
from ocr_eval.protocols import protocol
from ocr_eval.protocols.end_to_end.popeval import PopEval
from ocr_eval.protocols.formulas import headline
from ocr_eval.protocols.needs import check_needs
from ocr_eval.stats.ratios import Stack
from ocr_eval.study.order import Example, order
from ocr_eval.tables.joined import join

if TYPE_CHECKING:
    from ocr_eval.protocols import EvaluationProtocol
    from ocr_eval.protocols.formulas import Formula
    from ocr_eval.tables.counts import Counts
    from ocr_eval.tables.instances import Instances
    from ocr_eval.tables.joined import WordList

POPEVAL, CASCADE = "popeval", "cascade"


@dataclass(frozen=True, eq=False)
class Evidence:
    """``protocols`` name -> counts of all predictions; ``left_out`` says why a protocol does not count this input.

    ``order`` has the columns of ``study.order``, ``optimum`` one column (characters that the best order of removals
    would take), ``characters`` popeval on a ground truth of single characters, None without one.
    """

    predictions: tuple[str, ...]
    rules: Mapping[str, EvaluationProtocol]
    protocols: Mapping[str, Stack]
    order: Stack
    optimum: Stack
    characters: Stack | None
    examples: Mapping[str, tuple[Example, ...]]
    left_out: Mapping[str, str] = field(default_factory=dict)

    @property
    def samples(self) -> tuple[str, ...]:
        """In the order of every stack."""
        return self.order.samples

    def headlines(self) -> dict[str, tuple[str, Formula]]:
        """protocol -> the metric that ranks and its formula; protocols without one are not there."""
        found = {name: headline(self.rules[name]) for name in self.protocols}
        return {name: (metric, self.rules[name].formulas[metric]) for name, metric in found.items() if metric}


def evidence(
    gt: Instances,
    predictions: Mapping[str, Instances],
    rules: Sequence[EvaluationProtocol],
    *,
    policy: str = "refuse",
    characters: Instances | None = None,
    lexicon: WordList | None = None,
    gt_lines: Instances | None = None,
    progress: Callable[[str], None] = lambda _: None,
) -> Evidence:
    """Counts every prediction under popeval, cascade and ``rules``; ``progress`` hears each prediction's name.

    ``characters``: the same samples, one instance per character. A rule that cannot count this input is left out and
    named. Raises InputError when popeval or cascade cannot, ValueError without predictions.
    """
    if not predictions:
        raise ValueError("no predictions")
    own: dict[str, EvaluationProtocol] = {
        repr(rule): rule for rule in (protocol(POPEVAL), protocol(CASCADE), *rules)
    }
    tables: dict[str, dict[str, Counts]] = {name: {} for name in own}
    orders: dict[str, Counts] = {}
    best: dict[str, Counts] = {}
    finer: dict[str, Counts] = {}
    examples, left_out = {}, {}
    for name, table in predictions.items():
        progress(name)
        joined = join(gt, table, lexicon, gt_lines)
        pairing = Pairing(joined, policy=policy)
        found = order(joined, pairing)
        orders[name], examples[name] = found.counts, found.examples
        best[name] = PopEval().optimum(joined, pairing)
        for spelled, rule in own.items():
            if spelled in left_out:
                continue
            try:
                check_needs(rule, joined.gt, joined.pred, lexicon, gt_lines)
                tables[spelled][name] = rule.count(joined, pairing)
            except InputError as error:
                if spelled in (POPEVAL, CASCADE):
                    raise
                left_out[spelled] = error.problems[0].reason
        if characters is not None:
            other = join(characters, table, None)
            finer[name] = own[POPEVAL].count(other, Pairing(other, policy=policy))
    return Evidence(
        tuple(predictions),
        own,
        {name: Stack.of(rows) for name, rows in tables.items() if name not in left_out},
        Stack.of(orders),
        Stack.of(best),
        Stack.of(finer) if finer else None,
        examples,
        left_out,
    )
