"""Shards of gt and predictions, and whoever counts them -> one record per protocol, as of two whole files.

The shards are counted here, by processes (``pool``) or by a cluster (``dask``); all of them send the same parts, and
``merging`` puts them together in the order of the shards, so results do not depend on who counted what, or when.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, overload

from ocr_eval.engine.chunks import NO_SHARD, Plan, answering
from ocr_eval.engine.distinct import named_twice
from ocr_eval.engine.merging import ROLES, Merger, Whole
from ocr_eval.engine.parts import Part
from ocr_eval.engine.pool import Reply
from ocr_eval.errors import Findings, InputError, Problem, quote

if TYPE_CHECKING:
    from ocr_eval.engine.stored_parts import StoredParts
    from ocr_eval.protocols import EvaluationProtocol
    from ocr_eval.record import Record

ATTEMPTS = 3  # workers that may die over one shard
Asking = Callable[[bytes, Sequence[dict[str, Any]]], Iterator[Reply]]


class Requests(Sequence[dict[str, Any]]):
    """What workers are asked, made when they ask for it: after the first problem shards are only read."""

    def __init__(
        self,
        merger: Merger,
        wanted: Sequence[int],
        stored: dict[int, tuple[str, str]],
        *,
        lines: bool = False,
    ) -> None:
        self._merger, self.wanted, self._stored, self._lines = merger, wanted, stored, lines

    def __len__(self) -> int:
        return len(self.wanted)

    @overload
    def __getitem__(self, index: int) -> dict[str, Any]: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[dict[str, Any]]: ...
    def __getitem__(self, index: int | slice) -> Any:
        if isinstance(index, slice):
            return [self[k] for k in range(*index.indices(len(self)))]
        shard = self.wanted[index]
        gt, pred = self._merger.shards[shard]
        known = self._stored.get(shard)
        counting = not (self._merger.failed or self._lines)
        return {
            "gt": gt,
            "pred": pred,
            "counting": counting,
            "digests": known if counting else None,
        }


def here(setup: bytes, requests: Sequence[dict[str, Any]]) -> Iterator[Reply]:
    """Counts in this process, one shard after the other."""
    import json

    from ocr_eval.formats.messages import PREFIX

    answer = answering(json.loads(setup[PREFIX:]), b"")
    for k in range(len(requests)):
        yield Reply(k, *answer(requests[k]))


@dataclass
class ShardedJob:
    """Scores predictions against the shards of one gt. ``ask`` sends requests to whoever counts."""

    gt: Sequence[str]
    rules: Sequence[EvaluationProtocol]
    plan: Plan
    ask: Asking = here
    dataset: str = "local"
    lexicon_digest: str | None = None
    provenance: dict[str, Any] = field(default_factory=dict)
    stored: StoredParts | None = None
    _before: tuple[str, tuple[tuple[str, str], ...]] | None = None

    def run(
        self,
        pairs: Sequence[tuple[str, str | None]],
        name: str = "",
        done: Callable[[int], object] = lambda _: None,
    ) -> list[Record]:
        """One record per protocol for (shard of the gt, shard of the predictions or None); ``done`` hears of shards.

        Raises InputError with every problem of every shard.
        """
        shards = [(gt, pred or NO_SHARD) for gt, pred in pairs]
        merger = Merger(shards, self.plan.max_errors, self._before)
        try:
            self._count(merger, done)
            merger.check()
            self._check_names(merger)
            self._again(merger)
            whole = merger.whole()
        finally:
            merger.close()
        self._before = (whole.gt_digest, whole.sources)
        return self._records(whole, name)

    def _count(self, merger: Merger, done: Callable[[int], object]) -> None:
        stored = {} if self.stored is None else self.stored.digests(self.plan, merger.shards)
        for shard, part in self._asked(merger, range(len(merger.shards)), stored):
            if self.stored is not None and not part.problems:
                self.stored.keep(self.plan, *merger.shards[shard], part)
            merger.add(shard, part)
            del part  # not kept while the next one is made
            done(1)

    def _asked(
        self,
        merger: Merger,
        wanted: Sequence[int],
        stored: dict[int, tuple[str, str]],
        *,
        lines: bool = False,
    ) -> Iterator[tuple[int, Part]]:
        """(shard, its part) as they come; a shard over which a worker died goes to another one."""
        from ocr_eval.formats.messages import frame

        setup = frame({"plan": replace(self.plan, gt_lines=lines or self._before is None).to_json()})
        left = list(wanted)
        for _ in range(ATTEMPTS):
            dead = {}
            for reply in self.ask(setup, Requests(merger, left, stored, lines=lines)):
                shard = left[reply.number]
                if reply.header is None:
                    dead[shard] = reply.status
                elif reply.header["same"]:
                    assert self.stored is not None
                    yield shard, self.stored.part(self.plan, *merger.shards[shard])
                else:
                    part = Part.from_bytes(reply.body)
                    del reply
                    yield shard, part
                    del part
            left = sorted(dead)
            if not left:
                return
        shard, status = next(iter(sorted(dead.items())))
        how = f"signal {-status}" if status < 0 else f"status {status}"
        reason = f"{ATTEMPTS} processes that counted this shard ended with {how}, perhaps for want of memory"
        raise InputError(
            [Problem("E_LIMIT", reason, "cut smaller shards, or use fewer workers", merger.shards[shard][0])]
        )

    def _again(self, merger: Merger) -> None:
        """Brings the lines of shards that were digested before it showed that shards are interleaved."""
        for role in ROLES:
            lost = merger.lines[role].lost
            for shard, part in self._asked(merger, lost, {}, lines=True) if lost else ():
                if part.digests != merger.sources[shard]:
                    merger.add(shard, part)  # which says that the file has changed
                merger.lines[role].put((part.gt if role == "gt" else part.pred).lines)

    def _check_names(self, merger: Merger) -> None:
        """Raises InputError with the samples of the gt that stand in two shards."""
        repeated = merger.distinct.repeated() if self._before is None else {}
        if not repeated:
            return
        from ocr_eval.formats import read
        from ocr_eval.formats.shards import base_name
        from ocr_eval.limits import Limits

        limits = Limits()._replace(**self.plan.limits)

        def names(shard: int) -> tuple[str, ...]:
            from ocr_eval.formats.shards import content_of_shard

            path = merger.shards[shard][0]
            table = read(path, stdin=content_of_shard(path, limits), role="gt", limits=limits, **self.plan.gt)
            return table.sample_ids

        found: list[Problem] = []
        twice = named_twice(repeated, names)
        for name, shard, earlier, other in twice:
            findings = Findings(merger.shards[shard][0], "gt")
            where = base_name(merger.shards[other][0])
            findings.error(
                "E_ENTRY_DUPLICATE", f"{quote(name)} is the sample {quote(earlier)} of {quote(where)}"
            )
            found += findings.problems
        if found:
            raise InputError(found[: self.plan.max_errors], total=len(found))

    def _records(self, whole: Whole, name: str) -> list[Record]:
        from ocr_eval.engine.revealing import with_revealing
        from ocr_eval.record import Identity, Record

        kept = {"false-positive": "fp", "official": "official"}.get(self.plan.invalid_polygons)
        identity = Identity(
            self.plan.version,
            self.dataset,
            whole.gt_digest,
            whole.pred_digest,
            kept_invalid=kept if whole.kept_invalid else None,
        )
        records = []
        for rule, table in zip(self.rules, whole.tables, strict=True):
            own = identity._replace(
                kept_invalid=None if rule.reads.boxes else identity.kept_invalid,  # no ring is invalid there
                lexicon_digest=self.lexicon_digest if rule.reads.lexicon else None,
            )
            provenance = dict(self.provenance) | {"shards": len(whole.sources)}
            records.append(
                Record.of(rule, table, own, prediction=name, notices=whole.notices, provenance=provenance)
            )
        return with_revealing(records, whole.shown, whole.shown_notices)

    def explained(self, records: list[Record], pairs: Sequence[tuple[str, str | None]]) -> list[Record]:
        """The records, those next to zero with what would explain the first pair of shards."""
        from ocr_eval.engine.chunks import tables_of
        from ocr_eval.engine.suspicion import explained, is_suspicious

        first = next(((gt, pred) for gt, pred in pairs if pred is not None), None)
        if first is None or not any(map(is_suspicious, records)):
            return records
        from ocr_eval.engine.why_zero import CODE
        from ocr_eval.formats.shards import base_name

        told = explained(records, self.rules, *tables_of(self.plan, *first))
        if len(pairs) == 1:
            return told
        where = quote(base_name(first[1]))
        return [
            replace(
                r,
                notices=tuple(
                    replace(n, message=f"{where}: {n.message}") if n.code == CODE else n for n in r.notices
                ),
            )
            for r in told
        ]
