"""``ocr-eval study popeval``: predictions, and ratings if there are any -> what PopEval sees that others do not."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import click

from ocr_eval.cli.options import Example, Settings, common, option, reading_flags
from ocr_eval.errors import close_matches, quote, usage_error

if TYPE_CHECKING:
    from ocr_eval.protocols import EvaluationProtocol
    from ocr_eval.study.ratings import Rating

# What is compared when no protocol is asked for: end-to-end rules of every kind, and detection beside them.
PROTOCOLS = (
    "popeval",
    "cascade",
    "rrc-e2e",
    "cleval",
    "hiertext-e2e",
    "rrc-2024(task=e2e)",
    "rrc-iou",
    "tiou",
    "tedeval",
    "cleval-det",
)


@click.command(
    cls=Example,
    example="ocr-eval study popeval sample sample:tesseract-psm3 sample:tesseract-psm11 --out my-study",
    short_help="the PopEval paper's questions, asked of the data at hand",
)
@click.argument("gt")
@click.argument("predictions", nargs=-1, required=True, metavar="PRED…")
@click.option("--out", metavar="DIR", help="Write the report, study.json and the CSV files there.")
@click.option("--gt-characters", metavar="GT2", help="The same images with an instance per character.")
@click.option("--ratings", metavar="CSV", help="Ratings of people: sample,rating[,prediction][,rater].")
@option(
    "-p",
    "--protocol",
    multiple=True,
    metavar="ID[(key=value,…)]",
    help="Compare these protocols; repeatable.",
)
@option(
    "--seed",
    type=click.IntRange(0, 2**32 - 1),
    metavar="N",
    help="Seed of intervals; by default it follows from the ground truth.",
)
@option("--format", type=click.Choice(["text", "json"]), default="text", help="Form of what is printed.")
@reading_flags
@common
@click.pass_obj
def command(settings: Settings, /, gt: str, predictions: tuple[str, ...], **flags: Any) -> int:
    """Asks the four questions of the PopEval paper of your own predictions.

    How often are only the characters' places wrong? How often are words split or merged? Does a ground truth of
    characters give another number than one of words (--gt-characters)? Which metric goes with what people think
    (--ratings)? Beside them: the best that any order of removals could reach, and how ranks move between protocols.
    """
    from ocr_eval.cli.agree import out_folder, write
    from ocr_eval.cli.agree_report import write_report
    from ocr_eval.cli.output import emit
    from ocr_eval.study.brief import csv_files, to_text
    from ocr_eval.study.report import report_files

    inputs = [path for path in (gt, *predictions, flags["gt_characters"], flags["ratings"]) if path]
    folder = out_folder(flags["out"], inputs)
    body = answered(settings, gt, predictions, flags)
    text = json.dumps(body, ensure_ascii=False, indent=1, allow_nan=False) + "\n"
    pages = report_files(body)
    write(folder, {"study.json": text} | csv_files(body))
    write_report(folder, pages.items())
    emit(text if flags["format"] == "json" else to_text(body))
    return 0


def answered(
    settings: Settings, gt: str, predictions: Sequence[str], flags: dict[str, Any]
) -> dict[str, Any]:
    """Reads everything, then counts; nothing is counted when something cannot be read."""
    from ocr_eval.cli.inputs import named_predictions, parse_limits, read_lexicon, read_side, resolve_gt
    from ocr_eval.cli.score import join_errors
    from ocr_eval.cli.scoring import Scorer
    from ocr_eval.errors import InputError
    from ocr_eval.protocols import protocol
    from ocr_eval.stats.signature import default_seed
    from ocr_eval.study.evidence import CASCADE, POPEVAL, evidence
    from ocr_eval.study.popeval import answers

    rules = chosen(flags["protocol"])
    limits, lexicon = parse_limits(flags["limit"]), read_lexicon(flags["lexicon"], rules)
    path, dataset = resolve_gt(gt, settings)
    named = named_predictions(predictions)
    needed = [protocol(POPEVAL), protocol(CASCADE), *rules]
    scorer = Scorer(needed, path, dataset, settings, flags, limits=limits, lexicon=lexicon)
    tables, failures = {}, []
    for name, place in named:
        try:
            tables[name] = scorer.read(place)
        except InputError as error:
            failures.append(error)
    if failures:
        raise join_errors(failures)
    characters = None
    if flags["gt_characters"]:
        policy = flags["invalid_polygons"]
        finer = resolve_gt(flags["gt_characters"], settings)[0]
        characters = read_side(
            finer,
            role="gt",
            text=True,
            format=None,
            samples=scorer.gt.sample_ids,
            limits=limits,
            invalid_polygons=policy,
        )
        missing = sorted(set(scorer.gt.sample_ids) ^ set(characters.sample_ids))
        if missing:
            reason = f"{len(missing)} samples are in one ground truth only, first {quote(missing[0])}"
            raise usage_error(f"--gt-characters: {reason}", "give the same images", source=finer)
    ratings = None
    if flags["ratings"]:
        ratings = read_ratings(flags["ratings"], list(tables), scorer.gt.sample_ids)
    found = evidence(
        scorer.gt,
        tables,
        rules,
        policy=flags["invalid_polygons"],
        characters=characters,
        lexicon=lexicon,
        gt_lines=scorer.job.gt_lines,
    )
    seed = default_seed(scorer.job.gt_digest) if flags["seed"] is None else flags["seed"]
    return answers(found, seed=seed, ratings=ratings)


def chosen(spelled: Sequence[str]) -> list[EvaluationProtocol]:
    """The protocols asked for, else those of ``PROTOCOLS``."""
    from ocr_eval.cli.inputs import parse_protocols

    return parse_protocols(spelled or PROTOCOLS)


def read_ratings(path: str, predictions: Sequence[str], samples: Sequence[str]) -> list[Rating]:
    """The rows of a ratings file. Raises InputError (E_USAGE) with the line of what is unknown or no number."""
    from ocr_eval.errors import InputError, Problem
    from ocr_eval.report.csv_file import read_csv
    from ocr_eval.study.ratings import COLUMNS, Rating

    def fault(reason: str, hint: str, line: int | None = None) -> InputError:
        return InputError([Problem("E_USAGE", reason, hint, path, line=line)])

    known = {"prediction": dict.fromkeys(predictions), "sample": dict.fromkeys(samples)}
    found = []
    for row in read_csv(path, COLUMNS):
        if "prediction" not in row and len(predictions) > 1:
            hint = f"add it, with the names {', '.join(predictions)}"
            raise fault("no column prediction, and there are several predictions", hint, 1)
        named = {"prediction": row.text("prediction") or predictions[0], "sample": row.text("sample")}
        for what, name in named.items():
            if name not in known[what]:
                near = close_matches(name, known[what], n=1, cutoff=0.5)
                hint = (
                    f"did you mean {near[0]}?"
                    if near
                    else f"{what}s are named like {next(iter(known[what]))}"
                )
                raise fault(f"no {what} is called {quote(name)}", hint, row.line)
        value = _number(row["rating"])
        if value is None:
            raise fault(
                f"rating {quote(row['rating'])} is no number", "write a number like 4 or 3.5", row.line
            )
        found.append(Rating(named["prediction"], named["sample"], value))
    if not found:
        raise fault("no ratings", "one row a rating: sample,rating[,prediction]")
    return found


def _number(cell: str) -> float | None:
    try:
        value = float(cell) if cell.isascii() and "_" not in cell else math.nan
    except ValueError:
        return None
    return value if math.isfinite(value) else None
