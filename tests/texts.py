"""Hand-written texts -> a joined table as readers of recognition lists make it, for tests that need no file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from ocr_eval import protocol
from ocr_eval.tables.builder import InstancesBuilder
from ocr_eval.tables.instances import Instances
from ocr_eval.tables.joined import Joined, join

DONT_CARE = None  # in the place of an accepted text


def table(samples: Mapping[str, Sequence[str | None]], source: str = "list.txt") -> Instances:
    """Per sample its texts, one instance each; ``None`` is a don't care instance."""
    builder = InstancesBuilder(source=source, format="icdar-words", geometry=False)
    line = 0
    for sample, texts in samples.items():
        builder.begin(sample)
        for text in texts:
            line += 1
            builder.add([], text or "", text is not None, line=line)
    return builder.build()


def joined(gt: Mapping[str, str | Sequence[str | None]], pred: Mapping[str, str]) -> Joined:
    """Gt texts (one, or the accepted ones) and predicted texts, by sample id."""
    accepted = {sample: [texts] if isinstance(texts, str) else texts for sample, texts in gt.items()}
    return join(
        table(accepted, "gt.txt"), table({sample: [text] for sample, text in pred.items()}, "pred.txt")
    )


def score(rule: str, gt: str | Sequence[str | None], pred: str) -> dict[str, float | int | None]:
    """Columns, sums and metrics of one sample."""
    made = protocol(rule)
    totals = made.count(joined({"1": gt}, {"1": pred}), None).total()  # type: ignore[arg-type]
    sums = {f"sum:{name}": value for name, value in totals.sums.items()}
    return {**totals.counts, **sums, **made.derive(totals)}
