"""Works -> results: each race measured, or why it was not."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from ocr_eval.bench.ratio import ROUNDS, in_process, load, ratio
from ocr_eval.bench.works import Work

QUICK = 3  # rounds


@dataclass(frozen=True)
class Result:
    """Times of the twin over ours; None, with a reason, when the answers differ and nothing was measured."""

    work: Work
    rounds: int
    median: float | None
    lowest: float | None
    highest: float | None
    seconds: tuple[float, float] | None  # of the fastest round: ours, the twin's
    equal: bool | float
    load: float
    reason: str | None = None


def measure(works: Iterable[Work], *, quick: bool, tell: Callable[[str], object]) -> list[Result]:
    """Every work in turn; ``tell`` hears the name of each before it begins."""
    rounds = QUICK if quick else ROUNDS
    results = []
    for work in works:
        tell(work.name)
        try:
            found = ratio(in_process(work.ours), in_process(work.twin), rounds, equal=work.equal)
        except AssertionError as error:
            results.append(Result(work, 0, None, None, None, None, False, load(), str(error)))
            continue
        best = min(found.ours), min(found.peer)
        spread = min(found.ratios), max(found.ratios)
        results.append(Result(work, rounds, found.median, *spread, best, found.equal, found.load))
    return results
