"""Verdicts of all samples -> how often which reason decided, what each sample costs, which texts were confused.

Nothing here knows a protocol: reasons are the clauses of ``Matches``, costs come from the formulas, texts from the
edits that a protocol tells, else from the transcriptions of pairs that it calls wrong.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from ocr_eval.text.breakdown import Breakdown

if TYPE_CHECKING:
    from ocr_eval.protocols import EvaluationProtocol
    from ocr_eval.tables.counts import Counts
    from ocr_eval.tables.instances import Instances
    from ocr_eval.tables.matches import Clause, Matches, Value, Verdict

Confusion = tuple[str, str, int, tuple[str, ...]]  # gt, prediction ("": nothing), times, up to three samples


@dataclass(frozen=True, slots=True)
class Reason:
    """Verdicts of one side with the same status and the same clauses; ``text`` has … for what differs among them."""

    side: str
    status: str
    keys: tuple[str, ...]
    text: str
    count: int
    samples: int
    example: tuple[str, int]  # sample, index of its first instance with this reason


class Cost(NamedTuple):
    """What one sample does to the headline metric."""

    sample: str
    cost: (
        float | None
    )  # by how much the metric would be better without the sample; None where it has no value
    value: float | None  # the metric of the sample alone
    missed: int  # gts without partner
    false: int  # predictions without partner
    misread: int  # gts whose partner has another text
    counts: dict[str, int]


class _Varying(str):
    """Stands for values that differ, whatever their format."""

    def __format__(self, spec: str) -> str:
        return "…"


@dataclass(eq=False)
class _Group:
    example: tuple[str, int]
    why: list[tuple[str, dict[str, Value]]]
    count: int = 0
    samples: int = 0
    last: str | None = None  # the sample seen last

    def add(self, sample: str, why: tuple[Clause, ...]) -> None:
        self.count += 1
        self.samples += sample != self.last
        self.last = sample
        for (_, kept), (_, given) in zip(self.why, why, strict=True):
            for name, value in given.items():
                if kept.get(name, value) != value:
                    kept[name] = _Varying()


@dataclass(eq=False)
class Texts:
    """Texts of instances that belong together one to one, neither of them ignored."""

    unit: str = "grapheme"  # of ``characters``
    pairs: int = 0
    differing: int = 0  # as the protocol judges it
    case_only: int = 0  # of the differing: the transcriptions differ in case alone
    shared: int = 0  # pairs left out: one of the two has more partners
    as_written: bool = (
        False  # some texts are transcriptions as the files have them, for the protocol tells no others
    )
    characters: Breakdown = field(default_factory=Breakdown)
    words: Breakdown = field(default_factory=Breakdown)  # between white space
    _places: dict[str, int] = field(default_factory=dict)  # of the samples in the tables

    def add(self, matches: Matches, gt: Instances, pred: Instances) -> None:
        """Counts the pairs of one sample."""
        from ocr_eval.text.units import units, words_whitespace

        cut = units(self.unit)
        for old, new, agree, told in self._pairs(matches, gt, pred):
            self.pairs += 1
            if agree:
                self.characters.add(cut(old), cut(old), matches.sample)
                continue
            self.differing += 1
            if not told:
                self.as_written = True
                if old.casefold() == new.casefold():
                    self.case_only += 1
                    continue
            self.characters.add(cut(old), cut(new), matches.sample)
            self.words.add(words_whitespace(old), words_whitespace(new), matches.sample)

    def _pairs(
        self, matches: Matches, gt: Instances, pred: Instances
    ) -> Iterator[tuple[str, str, bool, bool]]:
        """(gt text, predicted text, they agree, the protocol told them)."""
        status: dict[str, dict[int, Verdict]] = {"gt": {}, "pred": {}}
        for verdict in matches.verdicts:
            status[verdict.side][verdict.index] = verdict
        degree = (Counter(pair.gt for pair in matches.pairs), Counter(pair.pred for pair in matches.pairs))
        edits = {(edit.gt, edit.pred): edit.ops for edit in matches.edits}
        if not self._places:
            self._places = {sample: k for k, sample in enumerate(gt.sample_ids)}
        place = self._places[matches.sample]
        for pair in matches.pairs:
            both = status["gt"][pair.gt], status["pred"][pair.pred]
            if any(verdict.outcome == "ignored" for verdict in both):
                continue
            if degree[0][pair.gt] > 1 or degree[1][pair.pred] > 1:
                self.shared += 1
                continue
            ops = edits.get((pair.gt, pair.pred))
            if ops is not None:
                old, new = ("".join(op[k] for op in ops) for k in (1, 2))
                yield old, new, old == new, True
            elif not edits and gt.codepoints is not None and pred.codepoints is not None:
                old = gt.texts[gt.span(place).start + pair.gt]
                new = pred.texts[pred.span(place).start + pair.pred]
                yield old, new, "wrong text" not in (both[0].status, both[1].status), False

    def confused(self, table: Breakdown, limit: int) -> list[Confusion]:
        """The most frequent ones; without those of case alone where texts are as written."""
        rows = table.most_confused(len(table.confusions))
        if self.as_written:
            rows = [row for row in rows if row[0].casefold() != row[1].casefold()]
        return rows[:limit]


@dataclass(eq=False)
class Verdicts:
    """Adds up with ``add``, a sample at a time; ``texts`` is None where texts do not matter."""

    texts: Texts | None = None
    _groups: dict[tuple[str, str, tuple[str, ...]], _Group] = field(default_factory=dict)
    _errors: dict[str, tuple[int, int, int]] = field(default_factory=dict)

    @classmethod
    def of(cls, rule: EvaluationProtocol) -> Verdicts:
        """Empty ones for a protocol; a protocol of detection compares no texts."""
        return cls(None if rule.TASK == "det" else Texts(getattr(rule, "unit", "grapheme")))

    def add(self, matches: Matches, gt: Instances, pred: Instances) -> None:
        """Counts the verdicts of one sample; the tables are those that were joined."""
        missed = false = misread = 0
        for verdict in matches.verdicts:
            missed += verdict.side == "gt" and verdict.outcome == "unmatched"
            false += verdict.side == "pred" and verdict.outcome == "unmatched"
            misread += verdict.side == "gt" and verdict.status == "wrong text"
            key = verdict.side, verdict.status, tuple(name for name, _ in verdict.why)
            if key not in self._groups:
                why = [(name, dict(given)) for name, given in verdict.why]
                self._groups[key] = _Group((matches.sample, verdict.index), why)
            self._groups[key].add(matches.sample, verdict.why)
        self._errors[matches.sample] = missed, false, misread
        if self.texts is not None:
            self.texts.add(matches, gt, pred)

    def reasons(self) -> list[Reason]:
        """gt before predictions; each side by status, the most frequent first, then by reason."""
        from ocr_eval.protocols.reasons import sentence

        sizes = Counter[tuple[str, str]]()
        for (side, status, _), group in self._groups.items():
            sizes[side, status] += group.count
        found = [
            Reason(side, status, keys, sentence(group.why), group.count, group.samples, group.example)
            for (side, status, keys), group in self._groups.items()
        ]
        return sorted(
            found, key=lambda r: (r.side, -sizes[r.side, r.status], r.status, -r.count, r.keys, r.example)
        )

    def costs(self, counts: Counts, rule: EvaluationProtocol) -> list[Cost]:
        """Every sample with an error or a cost, the dearest first; without a metric of sums by their errors."""
        value, cost = _influence(counts, rule)
        rows = []
        for at, sample in enumerate(counts.sample_ids):
            errors = self._errors.get(sample, (0, 0, 0))
            if any(errors) or (cost.get(sample) or 0) > 0:
                own = dict(zip(counts.columns, counts.rows[at].tolist(), strict=True))
                rows.append(Cost(sample, cost.get(sample), value.get(sample), *errors, own))
        # The dearest first; equal ones by their errors, then by the bytes of their ids.
        return sorted(
            rows,
            key=lambda row: (
                -(row.cost if row.cost is not None else -math.inf),
                -(row.missed + row.false + row.misread),
                row.sample.encode("utf-8", "surrogatepass"),
            ),
        )


def _influence(
    counts: Counts, rule: EvaluationProtocol
) -> tuple[Mapping[str, float | None], Mapping[str, float | None]]:
    """The headline metric of every sample alone, and by how much it would be better without the sample."""
    from ocr_eval.protocols.formulas import headline
    from ocr_eval.stats.ratios import Stack

    name = headline(rule)
    if name is None:
        return {}, {}
    stack, formula = Stack.of({"": counts}), rule.formulas[name]
    sign = 1 if rule.METRICS[name] else -1
    point = float(stack.point(formula)[0])
    alone, without = stack.each(formula)[:, 0].tolist(), stack.left_out(formula)[:, 0].tolist()

    def told(number: float) -> float | None:
        return number if math.isfinite(number) else None

    return (
        dict(zip(stack.samples, map(told, alone), strict=True)),
        dict(zip(stack.samples, (told(sign * (one - point) + 0.0) for one in without), strict=True)),
    )
