"""``Matches``: every instance of one sample, its partners, or the reason why it has none (``explain``, overlays)."""

from __future__ import annotations

from dataclasses import dataclass, field

STATUSES = (
    "match",
    "wrong text",
    "miss",
    "false positive",
    "don't care",
    "ignored",
    "split",
    "merge",
    "invalid",
    "dropped",
)


@dataclass(frozen=True, slots=True)
class Verdict:
    """What happened to one instance. ``index`` and ``partners`` count from 0 within the sample, in file order."""

    side: str  # "gt" or "pred"
    index: int
    status: str  # one of STATUSES
    partners: tuple[int, ...] = ()  # indices on the other side
    reason: str = ""  # one sentence with the numbers and thresholds that decided
    numbers: dict[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Matches:
    """The verdicts of one sample: gt in file order, then predictions in file order; ``steps`` in order of happening."""

    sample: str
    verdicts: tuple[Verdict, ...]
    steps: tuple[str, ...] = ()  # for protocols with a sequence (PopEval's removals), one line each

    def of(self, side: str) -> tuple[Verdict, ...]:
        """The verdicts of one side."""
        return tuple(v for v in self.verdicts if v.side == side)
