"""``ocr-eval demo``: scores the shipped sample with the stored outputs of real engines and shows how to repeat it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from ocr_eval.cli.options import Example, Settings, common

PROTOCOLS = ("rrc-iou", "cascade", "popeval")


@click.command(
    cls=Example,
    example="ocr-eval demo --out my-demo",
    short_help="score the shipped sample data set with outputs of real engines",
)
@click.option(
    "--out",
    default="./ocr-eval-demo",
    metavar="DIR",
    show_default=True,
    help="Where the demo writes its files.",
)
@common
@click.pass_obj
def command(settings: Settings, out: str) -> int:
    """Scores the sample data set with the stored outputs of real engines; works offline.

    Writes the counts of every image, the records, a drawing of a difficult image, a leaderboard with its site, and a
    report of how far the ground truth and two engines agree; prints the commands it ran.
    """
    from ocr_eval.cli.output import emit

    emit(run(Path(out), settings))
    return 0


def run(folder: Path, settings: Settings) -> str:
    """Writes the demo's files into ``folder`` and returns what it prints."""
    from ocr_eval.assets import dataset_path, submissions
    from ocr_eval.cli.demo_agreement import agree_demo
    from ocr_eval.cli.demo_board import build_demo
    from ocr_eval.cli.output import OutputFile
    from ocr_eval.engine.local import Job
    from ocr_eval.errors import escape, usage_error
    from ocr_eval.formats import read
    from ocr_eval.protocols import protocol
    from ocr_eval.report.per_sample import render as render_rows
    from ocr_eval.report.score import to_json, to_text
    from ocr_eval.report.svg import draw

    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        reason = f"{escape(str(folder))} cannot be made: {error.strerror or error}"
        raise usage_error(reason, "choose another folder with --out DIR") from None
    gt = read(str(dataset_path("sample", settings.datasets) / "gt"), role="gt", text=True)
    job = Job(gt, [protocol(name) for name in PROTOCOLS], "sample")
    engines = submissions()
    records = []
    for name, path in engines.items():
        pred = read(str(path), samples=gt.sample_ids, text=True)
        records += job.run(pred, name)
    name, path, worst = _worst_sample(records, engines)
    joined, pairing = job.pair(read(str(path), samples=gt.sample_ids, text=True))
    matches = job.protocols[0].explain(joined, pairing, gt.sample_ids.index(worst))
    files: dict[str, str] = {
        "scores.json": to_json(records),
        "rows.csv": render_rows(records, ".csv"),
        f"{worst}.svg": draw(joined.gt, joined.pred, matches),
    }
    for file, text in files.items():
        with OutputFile(folder / file) as output:
            output.commit(text)
    built = build_demo(folder, settings)
    agreed, again = agree_demo(folder, settings, _best_two(records), PROTOCOLS)
    flags = " ".join(f"-p {p}" for p in PROTOCOLS)
    labelled = " ".join(f"{engine}=sample:{engine}" for engine in engines)
    lines = [
        to_text(records, long=settings.verbose),
        "The ground truth and the two best engines as annotators of the same images:",
        agreed,
        f"Written to {escape(str(folder))}: scores.json, rows.csv (counts of every image), {worst}.svg, board, site,",
        "agreement (report, tables, agreement.json). To open in a browser:",
        f"  a leaderboard: {escape(str(folder / 'site' / 'index.html'))}",
        f"  where annotators differ: {escape(str(folder / 'agreement' / 'report.html'))}",
        "",
        "The same again, step by step:",
        f"  ocr-eval score sample {labelled} {flags}",
        f"  ocr-eval compare sample {labelled} -p {PROTOCOLS[0]}",
        f"  ocr-eval explain sample sample:{name} --sample {worst} -p {PROTOCOLS[0]} --svg {worst}.svg",
        *(f"  {command}" for command in (*built, again)),
        "With your own files:",
        "  ocr-eval score your-gt.zip your-submission.zip -p rrc-iou",
        "  ocr-eval compare your-gt.zip A=one.zip B=another.zip -p rrc-iou",
        "  ocr-eval validate your-submission.zip --gt your-gt.zip",
        "  ocr-eval board init your-board --dataset your-data --gt your-gt.zip -p rrc-iou --visibility public",
        "  ocr-eval board add your-board your-submission.zip --id yours --name Yours --overlays",
        "  ocr-eval agree A=first-annotator/ B=second-annotator/ --out your-agreement",
    ]
    return "\n".join(lines) + "\n"


def _best_two(records: list[Any]) -> list[str]:
    """The two engines that find most words."""
    first = [record for record in records if record.protocol == PROTOCOLS[0]]
    ranked = sorted(first, key=lambda record: (-(record.metrics["hmean"] or 0.0), record.prediction))
    return [record.prediction for record in ranked[:2]]


def _worst_sample(records: list[Any], engines: dict[str, Path]) -> tuple[str, Path, str]:
    """Where the best engine misses most words of an image it does read in part: worth a look, and a full drawing."""
    first = [record for record in records if record.protocol == PROTOCOLS[0]]
    best = max(first, key=lambda record: record.metrics["hmean"] or 0.0)
    missed = ((best.counts["n_gt"] - best.counts["tp"]) * (best.counts["tp"] > 0)).tolist()
    return best.prediction, engines[best.prediction], best.counts.sample_ids[missed.index(max(missed))]
