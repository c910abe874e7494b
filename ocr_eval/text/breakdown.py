"""Aligned texts -> where the errors are: confusions with examples, accuracy per script and per Unicode block.

All of them come from the one alignment that also gives substitutions (``text.distance.blocks``): empty -> x is an
insertion, x -> empty a deletion. Tables of disjoint samples add up.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from ocr_eval.text.blocks import block
from ocr_eval.text.distance import blocks
from ocr_eval.text.scripts import script

EXAMPLES = 3  # samples kept per confusion
NO_SCRIPT = "symbols"


class Kind(NamedTuple):
    """What became of the units of one script or block: of the gt's, and how many of its kind were inserted."""

    hits: int
    substitutions: int
    deletions: int
    insertions: int

    @property
    def accuracy(self) -> float | None:
        """Share of the gt's units that were read; None where the gt has none."""
        size = self.hits + self.substitutions + self.deletions
        return self.hits / size if size else None


@dataclass(eq=False)
class Breakdown:
    """Adds up with ``add``; ``confusions`` counts (gt unit, predicted unit)."""

    confusions: Counter[tuple[str, str]] = field(default_factory=Counter)
    examples: dict[tuple[str, str], tuple[str, ...]] = field(default_factory=dict)
    _scripts: dict[str, list[int]] = field(default_factory=dict)
    _blocks: dict[str, list[int]] = field(default_factory=dict)

    def add(self, gt: Sequence[str], pred: Sequence[str], sample: str = "") -> None:
        """Counts the units of one pair of texts."""
        for kind, gt_from, gt_to, pred_from, pred_to in blocks(gt, pred):
            if kind == "equal":
                for unit, times in Counter(gt[gt_from:gt_to]).items():
                    self._count(unit, 0, times)
                continue
            old = list(gt[gt_from:gt_to]) or [""] * (pred_to - pred_from)
            new = list(pred[pred_from:pred_to]) or [""] * (gt_to - gt_from)
            for pair in zip(old, new, strict=True):
                self.confusions[pair] += 1
                seen = self.examples.get(pair, ())
                if sample not in seen and len(seen) < EXAMPLES:
                    self.examples[pair] = (*seen, sample)
                self._count(pair[0] or pair[1], 3 if not pair[0] else 1 if pair[1] else 2, 1)

    def _count(self, unit: str, outcome: int, times: int) -> None:
        first = unit[0]
        for table, name in ((self._scripts, script(first) or NO_SCRIPT), (self._blocks, block(first))):
            table.setdefault(name, [0, 0, 0, 0])[outcome] += times

    def most_confused(self, limit: int = 20) -> list[tuple[str, str, int, tuple[str, ...]]]:
        """(gt unit, predicted unit, times, samples), most frequent first, then by code points."""
        rows = sorted(self.confusions.items(), key=lambda row: (-row[1], row[0]))
        return [(*pair, times, self.examples[pair]) for pair, times in rows[:limit]]

    @property
    def scripts(self) -> dict[str, Kind]:
        """Per script of a unit's first character, most gt units first."""
        return _ordered(self._scripts)

    @property
    def blocks(self) -> dict[str, Kind]:
        """Per Unicode block of a unit's first character, most gt units first."""
        return _ordered(self._blocks)

    def to_json(self) -> dict[str, Any]:
        """A JSON-ready dictionary."""
        kinds = {"scripts": self.scripts, "blocks": self.blocks}
        told = {
            name: [{"name": key, **kind._asdict(), "accuracy": kind.accuracy} for key, kind in table.items()]
            for name, table in kinds.items()
        }
        rows = self.most_confused(len(self.confusions))
        names = ("gt", "pred", "count", "samples")
        return {**told, "confusions": [dict(zip(names, row, strict=True)) for row in rows]}


def breakdown(texts: Iterable[tuple[str, Sequence[str], Sequence[str]]]) -> Breakdown:
    """The table of many samples: (sample id, gt units, predicted units)."""
    made = Breakdown()
    for sample, gt, pred in texts:
        made.add(gt, pred, sample)
    return made


def _ordered(table: dict[str, list[int]]) -> dict[str, Kind]:
    rows = [(name, Kind(*counts)) for name, counts in table.items()]
    return dict(sorted(rows, key=lambda row: (-sum(row[1][:3]), -row[1].insertions, row[0])))
