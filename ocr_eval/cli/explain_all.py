"""``explain`` without ``--sample``: both sides -> verdicts of every sample, added up one at a time, as text or JSON."""

from __future__ import annotations

import shlex
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ocr_eval.cli.options import Settings
    from ocr_eval.tables.matches import Matches

TOP = 20
# Flags of the whole view that the view of one sample needs too.
SAME = ("gt_format", "pred_format", "lexicon", "gt_lines", "confidence_above", "limit")


def explained_all(settings: Settings, gt: str, prediction: str, flags: dict[str, Any]) -> str:
    """Counts and explains every sample once; the verdicts of a sample are dropped when they are added up."""
    from ocr_eval.cli.explain import reader
    from ocr_eval.engine.local import every_sample
    from ocr_eval.report.verdicts import to_json, to_text
    from ocr_eval.stats.verdicts import Verdicts

    scorer, path = reader(settings, gt, prediction, flags)
    (rule,) = scorer.rules
    joined, pairing = scorer.job.pair(scorer.read(path))
    counts = rule.count(joined, pairing)
    found = Verdicts.of(rule)
    for matches in shown(every_sample(scorer.job, joined, pairing), len(joined.sample_ids), settings):
        found.add(matches, joined.gt, joined.pred)
    render = to_json if flags["format"] == "json" else to_text
    command = command_line(settings, gt, prediction, repr(rule), flags)
    return render(found, counts, rule, top=flags["top"] or TOP, command=command)


def shown(samples: Iterator[Matches], size: int, settings: Settings) -> Iterator[Matches]:
    """The samples, with a bar on stderr when it is a terminal."""
    import sys

    if settings.progress is False or settings.quiet or sys.stderr is None or not sys.stderr.isatty():
        return samples
    from tqdm import tqdm

    bar: Iterator[Matches] = iter(
        tqdm(samples, total=size, desc="explaining", unit="sample", delay=0.5, leave=False, file=sys.stderr)
    )
    return bar


def command_line(
    settings: Settings, gt: str, prediction: str, spelled: str, flags: dict[str, Any]
) -> Callable[[str], str]:
    """Sample id -> the command that explains it alone, quoted for a POSIX shell."""
    words = ["ocr-eval", "explain", gt, prediction, "-p", spelled]
    for name in SAME:
        values = flags[name] if isinstance(flags[name], tuple) else (flags[name],)
        for value in values:
            words += [] if value is None else [f"--{name.replace('_', '-')}", str(value)]
    if flags["invalid_polygons"] != "refuse":
        words += ["--invalid-polygons", flags["invalid_polygons"]]
    if flags["isolate"]:
        words += ["--isolate"]
    if settings.datasets:
        words += ["--datasets", str(settings.datasets)]

    def command(sample: str) -> str:
        return shlex.join([*words, f"--sample={sample}"])  # an id may begin with a dash

    return command
