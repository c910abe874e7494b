"""The ladder: a team's new score is released only when it beats the team's best by more than its noise.

Blum and Hardt, "The Ladder: A Reliable Leaderboard for Machine Learning Competitions", 2015.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from ocr_eval.board.entries import Entry

if TYPE_CHECKING:
    from ocr_eval.protocols.formulas import Formula


def beats(formula: Formula, groups: Sequence[str] | None, *, higher: bool) -> Callable[[Entry, Entry], bool]:
    """(new, best) -> is new better by more than sd(per-sample difference) / sqrt(n)? By influence; both have rows."""

    def test(new: Entry, best: Entry) -> bool:
        from ocr_eval.stats.power import standard_error
        from ocr_eval.stats.ratios import Stack

        assert new.result is not None and best.result is not None
        assert new.value is not None and best.value is not None
        stack = Stack.of({"new": new.result.counts, "best": best.result.counts}, groups=groups)
        moved = stack.unit_influence(formula)
        error = standard_error(moved[:, 0] - moved[:, 1], len(stack.samples))
        return (new.value - best.value) * (1.0 if higher else -1.0) > error

    return test
