"""gt and prediction tables -> counts and records, in this process; pairs are computed once for all protocols."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

from ocr_eval.errors import close_matches, quote, usage_error
from ocr_eval.protocols.needs import check_needs
from ocr_eval.record import Identity, Record

if TYPE_CHECKING:
    from ocr_eval.pairing import Pairing
    from ocr_eval.protocols import EvaluationProtocol
    from ocr_eval.tables.counts import Counts
    from ocr_eval.tables.instances import Instances
    from ocr_eval.tables.joined import Joined, WordList
    from ocr_eval.tables.matches import Matches

POLICIES = ("refuse", "false-positive", "official")


@dataclass(frozen=True, eq=False)
class Job:
    """What all predictions of one run share: the gt, the protocols, and how invalid rings are treated.

    ``dataset`` names the gt in signatures; ``kernels`` is "auto", "numpy" or "numba" (same counts either way).
    """

    gt: Instances
    protocols: Sequence[EvaluationProtocol]
    dataset: str = "local"
    lexicon: WordList | None = None
    invalid_polygons: str = "refuse"
    kernels: str = "auto"
    provenance: dict[str, Any] = field(default_factory=dict)
    gt_lines: Instances | None = None  # for protocols that also match text lines

    @cached_property
    def gt_digest(self) -> str:
        """SHA-256 of the canonical gt; computed once for all predictions."""
        from ocr_eval.tables.digest import digest

        return digest(self.gt)

    @cached_property
    def gt_lines_digest(self) -> str:
        """SHA-256 over two digests, of words and of lines: the ground truth of protocols that read both."""
        from ocr_eval.tables.digest import digest, with_lines

        assert self.gt_lines is not None
        return with_lines(self.gt_digest, digest(self.gt_lines))

    def pair(self, pred: Instances) -> tuple[Joined, Pairing]:
        """The joined tables and their lazily computed pairs.

        Raises InputError when the tables do not hold what a protocol reads, ValueError for an unknown policy.
        """
        from ocr_eval.pairing import Pairing
        from ocr_eval.tables.joined import join

        if self.invalid_polygons not in POLICIES:
            raise ValueError(f"invalid_polygons is {self.invalid_polygons!r}, expected one of {POLICIES}")
        for rule in self.protocols:
            check_needs(rule, self.gt, pred, self.lexicon, self.gt_lines)
        lines = self.gt_lines if any(rule.reads.gt_lines for rule in self.protocols) else None
        joined = join(self.gt, pred, self.lexicon, lines)
        return joined, Pairing(joined, policy=self.invalid_polygons, kernels=self.kernels)

    def run(self, pred: Instances, name: str = "", step: Callable[[], None] | None = None) -> list[Record]:
        """One record per protocol, in order; ``step`` is called after each."""
        from ocr_eval.record import package_version
        from ocr_eval.tables.digest import digest

        joined, pairing = self.pair(pred)
        kept = None
        if not (joined.gt.valid.all() and joined.pred.valid.all()):
            kept = {"false-positive": "fp", "official": "official"}.get(self.invalid_polygons)
        identity = Identity(package_version(), self.dataset, self.gt_digest, digest(pred), kept_invalid=kept)
        records = []
        for rule in self.protocols:
            own = identity
            if rule.reads.boxes:  # no ring is invalid there
                own = own._replace(kept_invalid=None)
            if rule.reads.lexicon and self.lexicon is not None:
                own = own._replace(lexicon_digest=self.lexicon.digest)
            if rule.reads.gt_lines:
                own = own._replace(gt_digest=self.gt_lines_digest)
            counts = rule.count(joined, pairing)
            records.append(
                Record.of(
                    rule,
                    counts,
                    own,
                    prediction=name,
                    notices=joined.notices,
                    provenance=dict(self.provenance),
                )
            )
            if step is not None:
                step()
        pairing.shared.clear()  # what is in it holds the pairing, and all tables with it
        return records


def count(
    gt: Instances,
    pred: Instances,
    *,
    protocol: EvaluationProtocol | str,
    lexicon: WordList | None = None,
    invalid_polygons: str = "refuse",
    kernels: str = "auto",
    gt_lines: Instances | None = None,
) -> Counts:
    """One row of integers per gt sample; ``protocol`` is a protocol or its string ("rrc-iou(iou=0.7)").

    A gt sample without prediction counts as empty. Raises InputError when the tables do not hold what the protocol
    reads.
    """
    from ocr_eval.protocols import protocol as parse

    rule = parse(protocol) if isinstance(protocol, str) else protocol
    joined, pairing = Job(gt, [rule], "", lexicon, invalid_polygons, kernels, gt_lines=gt_lines).pair(pred)
    return rule.count(joined, pairing)


def explain(
    gt: Instances,
    pred: Instances,
    sample: str,
    *,
    protocol: EvaluationProtocol | str,
    invalid_polygons: str = "refuse",
    lexicon: WordList | None = None,
    gt_lines: Instances | None = None,
) -> Matches:
    """What happened to every instance of one sample, and why. Raises InputError (E_USAGE) for an unknown sample."""
    from ocr_eval.protocols import protocol as parse

    rule = parse(protocol) if isinstance(protocol, str) else protocol
    if sample not in gt.sample_ids:
        near = close_matches(sample, gt.sample_ids, n=3, cutoff=0.3)
        raise usage_error(f"no sample is called {quote(sample)}", f"close names: {', '.join(near) or 'none'}")
    joined, pairing = Job(gt, [rule], "", lexicon, invalid_polygons, gt_lines=gt_lines).pair(pred)
    return rule.explain(joined, pairing, gt.sample_ids.index(sample))


def explain_all(
    gt: Instances,
    pred: Instances,
    *,
    protocol: EvaluationProtocol | str,
    invalid_polygons: str = "refuse",
    lexicon: WordList | None = None,
    gt_lines: Instances | None = None,
) -> Iterator[Matches]:
    """``explain`` of every sample by UTF-8 bytes of its id, for about the price of ``count``; raises as ``count`` does.

    A protocol that has an ``explainer`` matches all samples once; for any other every sample is matched by itself.
    """
    from ocr_eval.protocols import protocol as parse

    rule = parse(protocol) if isinstance(protocol, str) else protocol
    job = Job(gt, [rule], "", lexicon, invalid_polygons, gt_lines=gt_lines)
    return every_sample(job, *job.pair(pred))


def every_sample(job: Job, joined: Joined, pairing: Pairing) -> Iterator[Matches]:
    """``explain_all`` for the first protocol of a job, with what its ``pair`` returned."""
    rule, ids = job.protocols[0], job.gt.sample_ids
    order = sorted(range(len(ids)), key=lambda s: ids[s].encode("utf-8", "surrogatepass"))
    explainer = getattr(rule, "explainer", None)
    if explainer is not None:
        return map(explainer(joined, pairing), order)

    def alone(sample: int) -> Matches:
        sides = (side.take([sample], (ids[sample],)) for side in (joined.gt, joined.pred))
        lines = joined.gt_lines.take([sample], (ids[sample],)) if joined.gt_lines is not None else None
        one = replace(job, gt=next(sides), protocols=[rule], gt_lines=lines)
        return rule.explain(*one.pair(next(sides)), 0)

    return map(alone, order)
