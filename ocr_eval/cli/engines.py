"""``--engine``, ``--jobs``, ``--scheduler`` and shards -> who counts what; the results are the same."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, TypeVar

import click

from ocr_eval.cli.options import option
from ocr_eval.errors import InputError, usage_error

if TYPE_CHECKING:
    from ocr_eval.cli.options import Settings
    from ocr_eval.cli.scoring import Scorer
    from ocr_eval.cli.scoring_jobs import Done, Outcome
    from ocr_eval.engine.sharded import Asking
    from ocr_eval.limits import Limits
    from ocr_eval.protocols import EvaluationProtocol
    from ocr_eval.record import Record
    from ocr_eval.text.lexicon import Lexicon

F = TypeVar("F", bound=Callable[..., Any])
COUNTING = "ocr_eval.engine.chunks:answering"
HERE: Mapping[str, Any] = {"engine": "local", "jobs": 1}  # flags of commands that have none of them
# What reads or repairs whole submissions, or reads a second gt.
WHOLE_ONLY = ("isolate", "fix", "strict_official", "gt_lines")


def engine_flags(function: F) -> F:
    """Adds the flags that say where samples are counted."""
    flags = [
        option(
            "--engine",
            type=click.Choice(["local", "dask"]),
            default="local",
            help="Who counts: this machine, or a Dask cluster (of --jobs processes). Same results.",
        ),
        option("--scheduler", metavar="ADDRESS", help="With --engine dask: a cluster that is there, tcp://…"),
        option(
            "--resume", metavar="DIR", help="Keep the counts of shards there, and use those that still hold."
        ),
    ]
    for flag in reversed(flags):
        function = flag(function)
    return function


def check_engine(flags: Mapping[str, Any], *, sharded: bool) -> None:
    """Raises InputError (E_USAGE) for flags that do not go together."""
    asked = click.get_current_context().get_parameter_source("scheduler")
    is_setting = asked is not None and asked.name != "COMMANDLINE"  # which may stand for other calls
    if flags["scheduler"] and flags["engine"] != "dask" and not is_setting:
        raise usage_error("--scheduler is given, but the engine is local", "add --engine dask")
    if flags["resume"] and not sharded:
        raise usage_error("--resume keeps counts of shards, and there are none", "leave it out")


class ShardScorer:
    """Scores predictions in shards against a gt in shards, whoever counts them."""

    def __init__(
        self,
        rules: Sequence[EvaluationProtocol],
        gt: str,
        dataset: str,
        settings: Settings,
        flags: Mapping[str, Any],
        *,
        limits: Limits,
        lexicon: Lexicon | None,
    ) -> None:
        """Lists the shards of the gt. Raises InputError (E_USAGE) for flags that want whole submissions."""
        from ocr_eval.cli.inputs import reading
        from ocr_eval.engine.chunks import Plan
        from ocr_eval.engine.sharded import ShardedJob
        from ocr_eval.engine.stored_parts import StoredParts
        from ocr_eval.formats.shards import shards_of
        from ocr_eval.record import package_version

        for name in WHOLE_ONLY:
            if flags.get(name):
                reason = f"--{name.replace('_', '-')} does not go with shards"
                raise usage_error(reason, "leave it out, or give both sides as one file each")
        self.flags, self.argument = flags, gt
        asked = {
            role: {key: value for key, value in reading(rules, role).items() if key != "role"}
            | {"format": flags[flag]}
            for role, flag in (("gt", "gt_format"), ("prediction", "pred_format"))
        }
        plan = Plan(
            tuple(map(repr, rules)),
            asked["gt"],
            asked["prediction"],
            limits.raised(),
            flags["invalid_polygons"],
            flags.get("kernels", "auto"),
            None if lexicon is None else lexicon.words,
            flags["confidence_above"],
            settings.max_errors,
            rows=bool(flags.get("ci") or flags.get("per_sample")),
            version=package_version(),
        )
        provenance: dict[str, Any] = {"limits": limits.raised()} if limits.raised() else {}
        if flags["confidence_above"] is not None:
            provenance["confidence_above"] = flags["confidence_above"]
        self.job = ShardedJob(
            shards_of(gt, "gt"),
            rules,
            plan,
            dataset=dataset,
            lexicon_digest=None if lexicon is None else lexicon.digest,
            provenance=provenance,
            stored=StoredParts(flags["resume"]) if flags.get("resume") else None,
        )

    @property
    def steps(self) -> int:
        """How often ``done`` is called for one prediction."""
        return len(self.job.gt)

    def outcomes(self, named: Sequence[tuple[str, str]], done: Done) -> Iterator[Outcome]:
        """One outcome per (name, path), in order."""
        with _counters(self.flags) as ask:
            self.job.ask = ask
            for name, path in named:
                try:
                    yield self._scored(name, path, done)
                except InputError as error:
                    yield error

    def _scored(self, name: str, path: str, done: Done) -> list[Record]:
        from ocr_eval.formats.shards import matched, shards_of

        pairs = matched(self.job.gt, shards_of(path, "prediction"), self.argument, path)
        return self.job.explained(self.job.run(pairs, name, done), pairs)


@contextlib.contextmanager
def _counters(flags: Mapping[str, Any]) -> Iterator[Asking]:
    """Whoever is asked to count shards."""
    from ocr_eval.engine.pool import Pool, Reply, cores
    from ocr_eval.engine.sharded import here

    jobs = flags["jobs"] or cores()
    if flags["engine"] == "dask":
        from ocr_eval.engine.dask import Cluster

        with Cluster(flags["scheduler"], jobs) as cluster:
            yield lambda setup, requests: cluster.replies(COUNTING, setup, requests)
    elif jobs > 1:

        def ask(setup: bytes, requests: Sequence[dict[str, Any]]) -> Iterator[Reply]:
            with Pool(COUNTING, setup, min(jobs, len(requests))) as pool:
                yield from pool.replies(requests)

        yield ask
    else:
        yield here


def any_sharded(gt: str, named: Sequence[tuple[str, str]]) -> bool:
    """True when a side is a URL, a pattern, or a folder of shards."""
    from ocr_eval.formats.shards import is_sharded

    return any(is_sharded(path) for path in (gt, *(path for _, path in named)) if path != "-")


def scorer_of(*arguments: Any, sharded: bool, **named: Any) -> Scorer | ShardScorer:
    """Who reads and scores whole files, or shards; the arguments of both are the same."""
    from ocr_eval.cli.scoring import Scorer

    return ShardScorer(*arguments, **named) if sharded else Scorer(*arguments, **named)


def outcomes_of(
    scorer: Scorer | ShardScorer,
    named: Sequence[tuple[str, str]],
    flags: Mapping[str, Any],
    *,
    done: Done,
    tell: Callable[[str], None],
) -> Iterator[Outcome]:
    """One outcome per (name, path), in order, from whoever the flags say."""
    if isinstance(scorer, ShardScorer):
        yield from scorer.outcomes(named, done)
    elif flags["engine"] == "dask":
        yield from _by_cluster(scorer, named, flags, done)
    else:
        from ocr_eval.cli.scoring_jobs import outcomes

        yield from outcomes(scorer, named, jobs=flags["jobs"], done=done, tell=tell)


def _by_cluster(
    scorer: Scorer, named: Sequence[tuple[str, str]], flags: Mapping[str, Any], done: Done
) -> Iterator[Outcome]:
    """Whole submissions, one task each."""
    from ocr_eval.cli.scoring_jobs import ANSWERING, collected
    from ocr_eval.cli.scoring_messages import message
    from ocr_eval.engine.dask import Cluster
    from ocr_eval.engine.pool import cores

    jobs = max(1, min(flags["jobs"] or cores(), len(named)))
    setup = message(scorer, load=False)
    with Cluster(flags["scheduler"], jobs) as cluster:
        yield from collected(
            scorer, named, lambda requests: cluster.replies(ANSWERING, setup, requests), done
        )
