"""A ground truth and the flags that say how to read -> predictions read and scored alike by every command."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from ocr_eval.cli.inputs import read_lines, read_side, reading
from ocr_eval.cli.strictness import wanted_repairs

if TYPE_CHECKING:
    from ocr_eval.cli.options import Settings
    from ocr_eval.formats.isolated import Isolation
    from ocr_eval.limits import Limits
    from ocr_eval.protocols import EvaluationProtocol
    from ocr_eval.record import Record
    from ocr_eval.tables.instances import Instances
    from ocr_eval.text.lexicon import Lexicon


class Scorer:
    """Reads the gt at once; ``flags`` are those of ``reading_flags``, and ``kernels`` where a command has it."""

    def __init__(
        self,
        rules: Sequence[EvaluationProtocol],
        gt_path: str,
        dataset: str,
        settings: Settings,
        flags: Mapping[str, Any],
        *,
        limits: Limits,
        lexicon: Lexicon | None,
        tables: tuple[Instances, Instances | None] | None = None,
    ) -> None:
        """``tables``: the gt and its text lines, where they have been read already."""
        from ocr_eval.engine.local import Job

        self.rules, self.flags, self.dataset, self.settings = rules, flags, dataset, settings
        self.lexicon = lexicon
        self.common = {
            "limits": limits,
            "invalid_polygons": flags["invalid_polygons"],
            "max_errors": settings.max_errors,
        }
        self.isolation = isolation() if flags.get("isolate") else None
        self.fix = wanted_repairs(flags)
        self.gt, lines = tables or self._ground_truth(gt_path)
        provenance: dict[str, Any] = {"limits": limits.raised()} if limits.raised() else {}
        if self.fix:
            provenance["fix"] = list(self.fix)
        if flags["confidence_above"] is not None:
            provenance["confidence_above"] = flags["confidence_above"]
        kernels = flags.get("kernels", "auto")
        policy = flags["invalid_polygons"]
        self.job = Job(self.gt, rules, dataset, lexicon, policy, kernels, provenance, lines)

    def _ground_truth(self, path: str) -> tuple[Instances, Instances | None]:
        """The gt and its text lines."""
        if self.flags.get("strict_official"):
            self._check(path, "gt", None)
        asked = {"format": self.flags["gt_format"], "keep": not self.settings.no_cache} | self.common
        gt = read_side(path, **reading(self.rules, "gt"), **asked)
        return gt, read_lines(self.flags.get("gt_lines"), self.rules, **asked)

    def _check(self, path: str, role: str, samples: Sequence[str] | None) -> None:
        """Raises InputError with what the official script refuses in an input (``--strict-official``)."""
        from ocr_eval.cli.strictness import check_official

        named = self.flags["gt_format" if role == "gt" else "pred_format"]
        limits, most = self.common["limits"], self.common["max_errors"]
        apart = None if role == "gt" else self.isolation
        asked = {"role": role, "format": named, "samples": samples, "limits": limits}
        check_official(path, self.rules, max_errors=most, isolation=apart, **asked)

    @property
    def steps(self) -> int:
        """How many results one prediction has."""
        return len(self.rules)

    def read(self, path: str) -> Instances:
        """A prediction, without what ``--confidence-above`` leaves out."""
        if self.flags.get("strict_official"):
            self._check(path, "prediction", self.gt.sample_ids)
        arguments = reading(self.rules, "prediction") | self.common
        arguments |= {"format": self.flags["pred_format"], "samples": self.gt, "fix": self.fix}
        pred = read_side(path, isolation=self.isolation, **arguments)
        if self.isolation is not None and self.isolation.unlimited:
            self.job.provenance["unlimited"] = list(self.isolation.unlimited)
        from ocr_eval.engine.thresholds import above

        return above(pred, self.flags["confidence_above"])

    def score(self, path: str, name: str, step: Callable[[], None] | None = None) -> list[Record]:
        """One record per protocol, with counts that reveal gaming; what is next to zero with its explanation.

        ``step`` is called after every protocol.
        """
        from ocr_eval.cli.image_sizes import dataset_areas
        from ocr_eval.engine.revealing import reveal
        from ocr_eval.engine.suspicion import explained

        pred = self.read(path)
        records = explained(self.job.run(pred, name, step), self.rules, self.gt, pred)
        return reveal(records, self.gt, pred, areas=dataset_areas(self.dataset, self.settings))


def isolation() -> Isolation:
    """A reader in processes of their own."""
    from ocr_eval.formats.isolated import Isolation

    return Isolation()
