"""Parts of shards, in any order and perhaps twice -> the count tables, warnings and digests of the whole."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from ocr_eval.engine.distinct import Distinct
from ocr_eval.engine.ordered_lines import OrderedLines
from ocr_eval.engine.parts import Part
from ocr_eval.errors import Findings, InputError, Notice, Problem, escape, merge_notices, quote, usage_error
from ocr_eval.formats.shards import base_name
from ocr_eval.tables.counts import Counts
from ocr_eval.tables.summed import Summed

# Warnings whose words or threshold are a share of all samples: they are told of the shard that they are about.
OF_A_SHARE = ("W_FILTERED", "W_ORDER", "W_AMBIGUOUS")
MISSING = "W_MISSING_SAMPLES"
ROLES = ("gt", "prediction")
SHOWN = 3  # shards that such a warning is told of, and examples of any warning


@dataclass(frozen=True)
class Whole:
    """What a record needs of all shards together."""

    tables: tuple[Counts, ...]  # one per protocol
    notices: tuple[Notice, ...]
    gt_digest: str
    pred_digest: str
    kept_invalid: bool
    shown: dict[str, int | None]  # the counts that reveal gaming
    shown_notices: tuple[Notice, ...]
    sources: tuple[tuple[str, str], ...]  # SHA-256 of the bytes of every pair of shards


@dataclass
class Merger:
    """Adds each of the ``shards``, (path of gt, path of predictions), once.

    ``before``: what ``Whole`` said of the gt in an earlier run, its digest and ``sources``; then its lines are not
    needed again, and its shards must be the same.
    """

    shards: Sequence[tuple[str, str]]
    max_errors: int = 100
    before: tuple[str, tuple[tuple[str, str], ...]] | None = None
    sources: dict[int, tuple[str, str]] = field(default_factory=dict)
    lines: dict[str, OrderedLines] = field(default_factory=lambda: {role: OrderedLines() for role in ROLES})
    distinct: Distinct = field(default_factory=Distinct)
    _waiting: dict[int, Part] = field(default_factory=dict)
    _next: int = 0
    _faults: list[Part] = field(default_factory=list)
    _tables: dict[int, list[Counts]] = field(default_factory=dict)  # by protocol
    _told: dict[object, list[Notice]] = field(
        default_factory=dict
    )  # by protocol; "" of the inputs, "shown" of reveal
    _shares: dict[tuple[object, str], list[tuple[str, Notice]]] = field(
        default_factory=dict
    )  # with their shards
    _shown: dict[str, int | None] = field(default_factory=dict)
    _kept_invalid: bool = False
    _fields: dict[str, tuple[str, tuple[str, ...]]] = field(
        default_factory=dict
    )  # role -> a shard, its fields

    @property
    def failed(self) -> bool:
        """True once a shard has problems: the others need only be read."""
        return bool(self._faults)

    def add(self, shard: int, part: Part) -> None:
        """Takes a part; one that came before is left out. Raises InputError (E_USAGE) when its files have changed."""
        changed = self.sources.setdefault(shard, part.digests) != part.digests
        if changed or (self.before is not None and self.before[1][shard][0] != part.digests[0]):
            hint = "score again when nobody writes to it"
            raise usage_error("the file changed while it was counted", hint, source=self.shards[shard][0])
        if shard < self._next or shard in self._waiting:
            return
        self._waiting[shard] = part
        while self._next in self._waiting:
            self._take(self._next, self._waiting.pop(self._next))
            self._next += 1

    def _take(self, shard: int, part: Part) -> None:
        """The next part in the order of the shards."""
        if part.problems:
            problems = tuple(map(self._hinted, part.problems))
            self._faults.append(replace(part, problems=problems))
            return
        sides = dict(zip(ROLES, (part.gt, part.pred), strict=True))
        for (role, side), path in zip(sides.items(), self.shards[shard], strict=True):
            if not side.fields:
                continue
            first, fields = self._fields.setdefault(role, (path, side.fields))
            if fields != side.fields:
                self._faults.append(_other_fields(part, role, path, side.fields, first, fields))
                return
        if self.before is None:
            self.lines["gt"].add(shard, part.gt.lines)
            self.distinct.add(shard, part.keys)
        self.lines["prediction"].add(shard, part.pred.lines)
        self._kept_invalid |= part.kept_invalid
        for k, table in enumerate(part.tables):
            self._tell(k, shard, table.notices)
            own, table = self._tables.setdefault(k, []), replace(table, notices=())
            if own and isinstance(table, Summed) and isinstance(own[0], Summed):
                own[0] = own[0].plus(table)
            else:
                own.append(table)
        self._tell("", shard, part.notices)
        self._tell("shown", shard, part.shown_notices)
        for name, count in part.shown.items():
            known = self._shown.get(name, 0)
            self._shown[name] = None if count is None or known is None else known + count

    def _hinted(self, problem: Problem) -> Problem:
        """A sample that this shard of the gt does not have may stand in another one."""
        if problem.code != "E_ENTRY_UNKNOWN" or len(self.shards) == 1:
            return problem
        return problem._replace(hint=f"{problem.hint}, and cut both sides into shards at the same samples")

    def _tell(self, whose: object, shard: int, notices: Sequence[Notice]) -> None:
        for notice in notices:
            if notice.code in OF_A_SHARE and len(self.shards) > 1:
                name = base_name(self.shards[shard][1] or self.shards[shard][0])
                self._shares.setdefault((whose, notice.code), []).append((name, notice))
            else:
                self._told.setdefault(whose, []).append(notice)

    def check(self) -> None:
        """Raises InputError with what is wrong with the shards; where the gt is, only that, as with a single file."""
        role = "gt" if any(part.faulty == "gt" for part in self._faults) else "prediction"
        faults = [part for part in self._faults if part.faulty == role]
        if faults:
            problems = [problem for part in faults for problem in part.problems]
            scope = f" in {len(faults)} of {len(self.shards)} shards" if len(self.shards) > 1 else ""
            raise InputError(
                problems[: self.max_errors], total=sum(part.total for part in faults), scope=scope
            )

    def whole(self) -> Whole:
        """All shards together, once every one was added, lost lines came again, and ``check`` was silent."""
        tables = []
        for k, own in sorted(self._tables.items()):
            table = own[0] if len(own) == 1 else Counts.concat(own)
            tables.append(replace(table, notices=self._notices(k)))
        without = [shard for shard, pred in self.shards if not pred]
        missing = "shards without predictions, all their samples counted as empty"
        if without:
            examples = tuple(escape(base_name(path)) for path in without[:SHOWN])
            self._told.setdefault("", []).append(Notice(MISSING, missing, len(without), examples))
        gt_digest = self.before[0] if self.before is not None else self.lines["gt"].hexdigest()
        return Whole(
            tuple(tables),
            self._notices(""),
            gt_digest,
            self.lines["prediction"].hexdigest(),
            self._kept_invalid,
            self._shown,
            self._notices("shown"),
            tuple(self.sources[k] for k in range(len(self.shards))),
        )

    def close(self) -> None:
        """Lets temporary files go."""
        self.distinct.close()
        for lines in self.lines.values():
            lines.close()

    def _notices(self, whose: object) -> tuple[Notice, ...]:
        """All warnings of a kind, the places of missing samples by name as in one table."""
        told = list(self._told.get(whose, []))
        merged = []
        for notice in merge_notices(told):
            if notice.code == MISSING:
                every = [
                    e for n in told if (n.code, n.message) == (MISSING, notice.message) for e in n.examples
                ]
                notice = replace(notice, examples=tuple(sorted(every)[:SHOWN]))
            merged.append(notice)
        for (own, code), found in self._shares.items():
            if own == whose:
                merged += [replace(n, message=f"{quote(name)}: {n.message}") for name, n in found[:SHOWN]]
                rest = found[SHOWN:]
                if rest:
                    said = f"the same of {len(rest)} more shards"
                    merged.append(Notice(code, said, sum(n.count for _, n in rest)))
        return tuple(sorted(merged, key=lambda notice: (notice.code, notice.message)))


def _other_fields(
    part: Part, role: str, path: str, fields: tuple[str, ...], first: str, others: tuple[str, ...]
) -> Part:
    """A shard whose instances have other columns than those of the first: in one table they would have all of them."""
    found = Findings(path, role)
    said = " and ".join(sorted(set(fields) ^ set(others)))
    has = "has" if set(fields) - set(others) else "lacks"
    reason = f"this shard {has} {said}, unlike {quote(base_name(first))}"
    found.error("E_FORMAT", reason, "write the same columns into every shard")
    return replace(part, problems=tuple(found.problems), total=1, faulty=role)
