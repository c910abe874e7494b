"""A ground truth and the flags that say how to read -> predictions read and scored alike by every command."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from ocr_eval.cli.inputs import above, read_lines, read_side, reading

if TYPE_CHECKING:
    from ocr_eval.cli.options import Settings
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
    ) -> None:
        from ocr_eval.engine.local import Job

        self.rules, self.flags = rules, flags
        self.common = {
            "limits": limits,
            "invalid_polygons": flags["invalid_polygons"],
            "max_errors": settings.max_errors,
        }
        self.gt = read_side(gt_path, format=flags["gt_format"], **reading(rules, "gt"), **self.common)
        provenance: dict[str, Any] = {"limits": limits.raised()} if limits.raised() else {}
        if flags["confidence_above"] is not None:
            provenance["confidence_above"] = flags["confidence_above"]
        kernels = flags.get("kernels", "auto")
        lines = read_lines(flags.get("gt_lines"), rules, format=flags["gt_format"], **self.common)
        policy = flags["invalid_polygons"]
        self.job = Job(self.gt, rules, dataset, lexicon, policy, kernels, provenance, lines)

    def read(self, path: str) -> Instances:
        """A prediction, without what ``--confidence-above`` leaves out."""
        arguments = reading(self.rules, "prediction") | self.common
        pred = read_side(path, format=self.flags["pred_format"], samples=self.gt, **arguments)
        return above(pred, self.flags["confidence_above"])

    def score(self, path: str, name: str) -> list[Record]:
        """One record per protocol."""
        return self.job.run(self.read(path), name)
