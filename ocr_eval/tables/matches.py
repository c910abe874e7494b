"""``Matches``: every instance of one sample, its partners, or why it has none; one line of ``.why.jsonl``."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, NamedTuple

# What a verdict says, in words; and whether that leaves the instance matched, unmatched or ignored.
OUTCOMES = {
    "match": "matched",
    "wrong text": "matched",
    "miss": "unmatched",
    "false positive": "unmatched",
    "don't care": "ignored",
    "ignored": "ignored",
    "split": "matched",
    "merge": "matched",
    "invalid": "unmatched",
    "dropped": "ignored",
}
STATUSES = tuple(OUTCOMES)
EDITS = ("equal", "substituted", "inserted", "deleted")
RULES = ("only", "largest")

Value = str | int | float
Clause = tuple[str, dict[str, Value]]  # key of a catalogue of sentences, and what its {names} stand for


@dataclass(frozen=True, slots=True)
class Verdict:
    """What happened to one instance. ``index`` and ``partners`` count from 0 within the sample, in file order."""

    side: str  # "gt" or "pred"
    index: int
    status: str  # one of STATUSES
    partners: tuple[int, ...] = ()  # indices on the other side
    reason: str = ""  # ``why`` as an English sentence
    numbers: dict[str, float] = field(default_factory=dict)
    why: tuple[Clause, ...] = ()  # the numbers and thresholds that decided, raw; strings of files as they are

    @property
    def outcome(self) -> str:
        """``matched``, ``unmatched`` or ``ignored``."""
        return OUTCOMES[self.status]


class Pair(NamedTuple):
    """Two instances that belong together. ``value``: IoU; in PopEval the share of the gt's area; in lists 1-NED."""

    gt: int
    pred: int
    value: float


@dataclass(frozen=True, slots=True)
class Removal:
    """Characters that one prediction gave to one gt.

    Positions are code points of the transcriptions as written. One whose lower case is several code points
    (``case=lower``) may stand there more than once, so that ``chars`` and both tuples have one length.
    """

    order: int  # from 1, within the sample
    gt: int
    pred: int
    chars: str  # in the order of the gt
    positions_gt: tuple[int, ...]
    positions_pred: tuple[int, ...]
    rule: str  # one of RULES: the gt's only contact, or one of those with the largest share
    share: float  # of the gt's area
    tied: int  # contacts with the largest share; 0 under "only"


@dataclass(frozen=True, slots=True)
class Edit:
    """The alignment of the texts of two instances, as they were compared: (one of EDITS, gt's piece, prediction's)."""

    gt: int
    pred: int
    ops: tuple[tuple[str, str, str], ...]


@dataclass(frozen=True, slots=True)
class Matches:
    """The verdicts of one sample: gt in file order, then predictions in file order; ``steps`` in order of happening."""

    sample: str
    verdicts: tuple[Verdict, ...]
    steps: tuple[str, ...] = ()  # for protocols with a sequence (PopEval's removals), one English line each
    pairs: tuple[Pair, ...] = ()  # by gt, then prediction
    removals: tuple[Removal, ...] = ()  # in order
    edits: tuple[Edit, ...] = ()  # of the pairs, where texts were compared
    notes: tuple[str, ...] = ()  # about the sample as a whole, in English; not kept by ``to_json``

    def of(self, side: str) -> tuple[Verdict, ...]:
        """The verdicts of one side."""
        return tuple(v for v in self.verdicts if v.side == side)

    def to_json(self) -> str:
        """One line without its end: keys in fixed order, shortest numbers. Raises ValueError for NaN and infinity."""
        body = {
            "sample": self.sample,
            **{side: [_told(verdict) for verdict in self.of(side)] for side in ("gt", "pred")},
            "pairs": self.pairs,
            "removals": [
                {name: getattr(removal, name) for name in Removal.__slots__} for removal in self.removals
            ],
            "edits": [{"gt": edit.gt, "pred": edit.pred, "ops": edit.ops} for edit in self.edits],
        }
        return json.dumps(_short(body), ensure_ascii=False, allow_nan=False, separators=(",", ":"))

    @classmethod
    def from_json(cls, line: str) -> Matches:
        """The inverse of ``to_json``, but for English and ``numbers``: reasons are in ``why``, there are no ``steps``.

        Raises ValueError for everything that ``to_json`` would not have written, and for an index of no instance.
        """
        try:
            made = _read(json.loads(line))
            same = made.to_json() == line
        except (KeyError, TypeError, AttributeError, RecursionError) as error:
            raise ValueError(f"not a line of matches: {type(error).__name__} {error}") from None
        if not same:
            raise ValueError("not a line of matches in canonical form")
        return made


def _told(verdict: Verdict) -> dict[str, Any]:
    return {
        "status": verdict.outcome,
        "kind": verdict.status,
        "partners": verdict.partners,
        "reasons": verdict.why,
    }


def _short(value: Any) -> Any:
    """Whole floats as integers, so that a number is written in one way only."""
    if isinstance(value, dict):
        return {key: _short(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_short(item) for item in value]
    if isinstance(value, float) and value.is_integer() and abs(value) < 2**53:
        return int(value)
    return value


def _read(body: dict[str, Any]) -> Matches:
    sizes = {"gt": len(body["gt"]), "pred": len(body["pred"])}
    verdicts = []
    for side, other in (("gt", "pred"), ("pred", "gt")):
        for index, told in enumerate(body[side]):
            partners = tuple(_index(k, sizes[other]) for k in told["partners"])
            why = tuple((_text(key), _arguments(given)) for key, given in told["reasons"])
            verdicts.append(Verdict(side, index, _one_of(told["kind"], STATUSES), partners, why=why))

    def both(gt: Any, pred: Any) -> tuple[int, int]:
        return _index(gt, sizes["gt"]), _index(pred, sizes["pred"])

    pairs = tuple(Pair(*both(gt, pred), _number(value)) for gt, pred, value in body["pairs"])
    removals = tuple(
        Removal(
            _index(given["order"]),
            *both(given["gt"], given["pred"]),
            _text(given["chars"]),
            tuple(map(_index, given["positions_gt"])),
            tuple(map(_index, given["positions_pred"])),
            _one_of(given["rule"], RULES),
            _number(given["share"]),
            _index(given["tied"]),
        )
        for given in body["removals"]
    )
    edits = tuple(
        Edit(
            *both(given["gt"], given["pred"]),
            tuple((_one_of(kind, EDITS), _text(old), _text(new)) for kind, old, new in given["ops"]),
        )
        for given in body["edits"]
    )
    return Matches(_text(body["sample"]), tuple(verdicts), (), pairs, removals, edits)


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError(f"{value!r:.80} is no text")
    return value


def _one_of(value: Any, known: Iterable[str]) -> str:
    if value not in known:
        raise TypeError(f"{value!r:.80} is none of {', '.join(known)}")
    return _text(value)


def _number(value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise TypeError(f"{value!r:.80} is no number")
    return value


def _index(value: Any, size: int | None = None) -> int:
    """A number from 0; with a ``size``, below it."""
    if (
        not isinstance(value, int)
        or isinstance(value, bool)
        or value < 0
        or (size is not None and value >= size)
    ):
        raise TypeError(f"{value!r:.80} is no position")
    return value


def _arguments(given: Any) -> dict[str, Value]:
    return {name: value if isinstance(value, str) else _number(value) for name, value in given.items()}
