"""gt and predictions -> what a board stores of them: results with revealing counts, digests, reasons per sample."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from ocr_eval.cli.scoring import isolation
from ocr_eval.errors import InputError, usage_error

if TYPE_CHECKING:
    from ocr_eval.board.records import Scored
    from ocr_eval.board.store import Store
    from ocr_eval.board.stored import Lines, SampleTable
    from ocr_eval.formats.isolated import Isolation
    from ocr_eval.protocols import EvaluationProtocol
    from ocr_eval.tables.instances import Instances
    from ocr_eval.text.lexicon import Lexicon

ARCHIVE = "predictions.zip"  # in a submission's folder, where it is kept


@dataclass(frozen=True, eq=False)
class Scoring:
    """How a board's submissions are scored: the data set, its gt, and flags of the command."""

    dataset: str
    gt: Instances
    samples: SampleTable
    lexicon: Lexicon | None = None
    invalid_polygons: str = "refuse"
    limits: Any = None
    lines: Instances | None = None  # text lines, for protocols that also match those
    isolation: Isolation = field(default_factory=isolation)  # predictions are strangers' files

    def score(
        self, pred: Instances, protocols: Sequence[EvaluationProtocol], *, overlays: bool = False
    ) -> list[Scored]:
        """One result per protocol, in order. Raises InputError when a table lacks what a protocol reads."""
        from ocr_eval.board.records import Scored, provenance
        from ocr_eval.cli.image_sizes import board_areas
        from ocr_eval.engine.local import Job
        from ocr_eval.engine.revealing import reveal

        made = provenance() | ({"limits": self.limits.raised()} if self.limits else {})
        made |= {"unlimited": list(self.isolation.unlimited)} if self.isolation.unlimited else {}
        job = Job(
            self.gt,
            protocols,
            self.dataset,
            self.lexicon,
            self.invalid_polygons,
            provenance=made,
            gt_lines=self.lines,
        )
        records = reveal(job.run(pred), self.gt, pred, areas=board_areas(self.samples))
        return [
            Scored(rule, record, record.revealing, self._why(pred, rule) if overlays else None, job.gt_digest)
            for rule, record in zip(protocols, records, strict=True)
        ]

    def _why(self, pred: Instances, rule: EvaluationProtocol) -> bytes:
        """.why.jsonl: one line a sample."""
        from ocr_eval.engine.local import explain_all

        found = explain_all(
            self.gt,
            pred,
            protocol=rule,
            invalid_polygons=self.invalid_polygons,
            lexicon=self.lexicon,
            gt_lines=self.lines,
        )
        return "".join(f"{matches.to_json()}\n" for matches in found).encode("utf-8", "surrogatepass")


def digests(pred: Instances, dataset: str) -> dict[str, str]:
    """canonical/<dataset> (order kept) and sorted/<dataset> (for duplicates) -> 64 hex digits."""
    from ocr_eval.tables.digest import digest

    return {f"canonical/{dataset}": digest(pred), f"sorted/{dataset}": digest(pred, sort=True)}


def stored_gt(store: Store, dataset: str) -> Instances:
    """The gt that the store keeps. Raises InputError (E_USAGE) when it keeps none, (E_GT) when it is broken."""
    from ocr_eval.tables.digest import digest

    found = store.gt_lines(dataset)
    if found is None:
        hint = "give the ground truth with --gt GT"
        raise usage_error(f"the board keeps no instances.jsonl of {dataset}", hint)
    gt = _stored(found)
    if digest(gt) != store.dataset(dataset).gt_digest:
        reason = "instances.jsonl is not the ground truth of the card (gt_digest)"
        raise usage_error(reason, "restore the file", "E_DATASET", str(found.path))
    return gt


def _stored(found: Lines) -> Instances:
    """A canonical ground truth of the store. Raises InputError (E_GT) when it is broken."""
    from dataclasses import replace

    from ocr_eval.tables.jsonl import read_lines

    try:
        return replace(read_lines(found.data, str(found.path)), source=str(found.path))
    except InputError as error:
        problems = [p._replace(code="E_GT", reason=f"{p.code} {p.reason}") for p in error.problems]
        raise InputError(problems, total=error.total) from None


def text_lines(store: Store, dataset: str, given: Instances | None) -> Instances | None:
    """The text lines that the store keeps, else those given. Raises InputError (E_DATASET) when they differ."""
    from ocr_eval.tables.digest import digest

    found = store.text_lines(dataset)
    if found is None:
        return given
    kept = _stored(found)
    if given is not None and digest(given) != digest(kept):
        reason = (
            f"the board's text lines of {dataset} are @{digest(kept)[:8]}, these are @{digest(given)[:8]}"
        )
        raise usage_error(reason, "leave --gt-lines out, or give the board's own file", "E_DATASET")
    return kept


def keep_lines(store: Store, scoring: Scoring) -> None:
    """Writes the text lines into the store, once; rescoring and checking need them."""
    from ocr_eval.board.writing import put_files
    from ocr_eval.tables.jsonl import lines

    if scoring.lines is not None and store.text_lines(scoring.dataset) is None:
        data = "".join(lines(scoring.lines)).encode("utf-8", "surrogatepass")
        put_files(store.path, {f"datasets/{scoring.dataset}/lines.jsonl": data})


def missing(
    store: Store, slug: str, dataset: str, rules: Sequence[EvaluationProtocol], *, overlays: bool
) -> list[EvaluationProtocol]:
    """The protocols without a result under the current ground truth, version and parameters; or without reasons."""
    from ocr_eval.board.records import card_of

    folder = store.path / "submissions" / slug / "results" / f"{dataset}@{store.dataset(dataset).gt8}"
    found = []
    for rule in rules:
        stem = folder / card_of(rule).key
        has_why = stem.with_name(stem.name + ".why.jsonl").is_file()
        if not stem.with_name(stem.name + ".json").is_file() or (overlays and not has_why):
            found.append(rule)
    return found


def is_kept(store: Store, slug: str, dataset: str) -> bool:
    """Whether the store has what the submission was made of."""
    archive = store.path / "submissions" / slug / ARCHIVE
    return archive.is_file() or store.prediction_lines(slug, dataset) is not None
