"""A shard of gt and one of predictions -> its part of the score: a pure function of two paths and a plan.

Nothing but strings goes to a worker and nothing but the bytes of a ``Part`` comes back, so a thread, a process and a
machine far away do the same; whoever is lost in the middle is asked again, and the answer is the same.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from itertools import islice
from typing import TYPE_CHECKING, Any

import numpy as np

from ocr_eval.engine.parts import Part, Side
from ocr_eval.errors import InputError
from ocr_eval.limits import Limits

if TYPE_CHECKING:
    from ocr_eval.tables.counts import Counts
    from ocr_eval.tables.instances import Instances

_LINES = 1 << 12
NO_SHARD = ""  # in the place of a path: no prediction for this shard of the gt


@dataclass(frozen=True)
class Plan:
    """What all shards of a run share. ``to_json`` is what travels, and what names a stored part."""

    protocols: tuple[str, ...]  # spelled in full
    gt: dict[str, Any] = field(default_factory=dict)  # arguments of ``formats.read``
    pred: dict[str, Any] = field(default_factory=dict)
    limits: dict[str, int] = field(default_factory=dict)  # those that were raised
    invalid_polygons: str = "refuse"
    kernels: str = "auto"
    lexicon: tuple[str, ...] | None = None
    confidence_above: float | None = None
    max_errors: int = 100
    rows: bool = False  # counts of every sample are kept
    gt_lines: bool = True  # canonical lines and keys of the gt are wanted; those of predictions always are
    version: str = ""  # of the package that made the plan: others do not count for it

    def to_json(self) -> str:
        return json.dumps(self.__dict__, sort_keys=True)

    @classmethod
    def from_json(cls, text: str) -> Plan:
        """The plan that ``to_json`` wrote."""
        said = json.loads(text)
        lexicon = said["lexicon"]
        said |= {
            "protocols": tuple(said["protocols"]),
            "lexicon": None if lexicon is None else tuple(lexicon),
        }
        return cls(**said)


def answering(
    header: dict[str, Any], _body: bytes
) -> Callable[[dict[str, Any]], tuple[dict[str, Any], bytes]]:
    """The worker's side: a function from a request to the bytes of a part.

    A request holds ``gt``, ``pred`` and ``counting``, and perhaps the ``digests`` of shards that were counted before:
    when they are what the files hold, the answer is ``same`` and nothing is counted.
    """
    plan = Plan.from_json(header["plan"])

    def answer(request: dict[str, Any]) -> tuple[dict[str, Any], bytes]:
        known = request.get("digests")
        part = count_shard(plan, request["gt"], request["pred"], counting=request["counting"], known=known)
        return ({"same": True}, b"") if part is None else ({"same": False}, part.to_bytes())

    return answer


def count_shard(
    plan: Plan, gt: str, pred: str = NO_SHARD, *, counting: bool = True, known: Sequence[str] | None = None
) -> Part | None:
    """The part of a pair of shards; ``counting=False`` only reads them, for their lines and problems.

    None when the files have the digests that are ``known``. Invalid input is a part with its problems. Raises
    RuntimeError on a worker with another version of this package.
    """
    from ocr_eval.formats.shards import content_of_shard
    from ocr_eval.record import package_version

    if plan.version != package_version():
        raise RuntimeError(f"the worker has ocr_eval {package_version()}, the run {plan.version}")
    limits = Limits()._replace(**plan.limits)
    digests: dict[str, str] = {"gt": "", "prediction": ""}
    contents: dict[str, bytes] = {}
    role = "gt"
    try:
        for role, path in (("gt", gt), ("prediction", pred)):
            if path != NO_SHARD:
                contents[role] = content_of_shard(path, limits)
                digests[role] = hashlib.sha256(contents[role]).hexdigest()
        pair = (digests["gt"], digests["prediction"])
        if known is not None and tuple(known) == pair:
            return None
        role = "gt"
        truth = _read(gt, contents.pop("gt"), plan, plan.gt, role, None)
        role = "prediction"
        found = _nothing_like(truth)
        if pred != NO_SHARD:
            found = _read(pred, contents.pop(role), plan, plan.pred, role, truth)
        return _counted(plan, pair, truth, found, counting)
    except InputError as error:
        return Part.failed((digests["gt"], digests["prediction"]), error, role)


def tables_of(plan: Plan, gt: str, pred: str) -> tuple[Instances, Instances]:
    """Both tables of a pair of shards; raises InputError as reading a file does."""
    from ocr_eval.formats.shards import content_of_shard

    limits = Limits()._replace(**plan.limits)
    truth = _read(gt, content_of_shard(gt, limits), plan, plan.gt, "gt", None)
    return truth, _read(pred, content_of_shard(pred, limits), plan, plan.pred, "prediction", truth)


def _read(
    path: str, content: bytes, plan: Plan, arguments: dict[str, Any], role: str, gt: Instances | None
) -> Instances:
    from ocr_eval.engine.thresholds import above
    from ocr_eval.formats import read

    table = read(
        path,
        stdin=content,
        role=role,
        samples=gt,
        limits=Limits()._replace(**plan.limits),
        invalid_polygons=plan.invalid_polygons,
        max_errors=plan.max_errors,
        **arguments,
    )
    return table if role == "gt" else above(table, plan.confidence_above)


def _nothing_like(gt: Instances) -> Instances:
    """A prediction without any sample."""
    none = np.zeros(0)
    return replace(gt.take((), ()), source="", notices=(), confidence=none, angle=none, levels=None)


def _counted(plan: Plan, digests: tuple[str, str], gt: Instances, pred: Instances, counting: bool) -> Part:
    from ocr_eval.engine.distinct import sample_keys
    from ocr_eval.engine.local import Job
    from ocr_eval.engine.revealing import count as revealed
    from ocr_eval.protocols import protocol
    from ocr_eval.text.lexicon import Lexicon

    part = Part(
        digests,
        _side(gt, lines=plan.gt_lines),
        _side(pred, lines=True),
        keys=sample_keys(gt.sample_ids) if plan.gt_lines else np.zeros(0, np.uint64),
    )
    if not counting:
        return part
    rules = [protocol(spelled) for spelled in plan.protocols]
    lexicon = None if plan.lexicon is None else Lexicon(plan.lexicon)
    job = Job(gt, rules, "", lexicon, plan.invalid_polygons, plan.kernels)
    joined, pairing = job.pair(pred)
    shown, shown_notices = revealed(gt, pred, {})
    return replace(
        part,
        tables=tuple(_summed(rule.count(joined, pairing), plan.rows) for rule in rules),
        notices=joined.notices,
        kept_invalid=not (joined.gt.valid.all() and joined.pred.valid.all()),
        shown=shown,
        shown_notices=tuple(shown_notices),
    )


def _summed(table: Counts, rows: bool) -> Counts:
    """The table, or its totals where rows are not wanted and nothing hangs on the order of predictions."""
    from ocr_eval.tables.summed import Summed

    return table if rows or table.scored is not None else Summed.of_rows(table)


def _side(table: Instances, *, lines: bool) -> Side:
    from ocr_eval.tables.jsonl import lines as canonical

    text = bytearray()
    every = canonical(table) if lines else iter(())
    while some := "".join(islice(every, _LINES)):  # so that they are never all there as texts of their own
        text += some.encode("utf-8", "surrogatepass")
    fields: list[str] = []
    if len(table):
        optional = {"text": table.codepoints, "confidence": table.confidence, "angle": table.angle}
        fields = [name for name, column in optional.items() if column is not None]
        fields += [*sorted(table.numbers), *(["ring"] if table.geometry else [])]
        fields += ["levels"] if table.levels is not None else []
    return Side(table.format, tuple(fields), len(table.sample_ids), bytes(text))
