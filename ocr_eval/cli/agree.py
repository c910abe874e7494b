"""``ocr-eval agree``: annotations of the same images -> how far they agree and what a guideline should settle."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ocr_eval.cli.options import FORMATS_HELP, Example, Settings, close_names, common, option
from ocr_eval.errors import escape, quote, usage_error

if TYPE_CHECKING:
    from ocr_eval.agreement.result import Agreement
    from ocr_eval.agreement.rounds import Rounds


@click.command(
    cls=Example,
    example="ocr-eval agree A=sample B=sample:tesseract-psm3 C=sample:tesseract-psm11 --out my-agreement",
    short_help="labeling consistency between annotators",
)
@click.argument("annotations", nargs=-1, metavar="NAME=PATH NAME=PATH… | FILE")
@click.option(
    "--before",
    metavar="DIR",
    help="First round: a folder with one sub-folder or file per annotator, or one file of several.",
)
@click.option("--after", metavar="DIR", help="Second round, after the guideline changed; same names.")
@click.option("--out", metavar="DIR", help="Write the report, agreement.json and the CSV files there.")
@option(
    "-p",
    "--protocol",
    multiple=True,
    metavar="ID[(key=value,…)]",
    help="Ceiling of this protocol; default all.",
)
@option("--iou", type=float, default=0.5, metavar="T", help="A pair needs an IoU above this (0.5).")
@click.option("--images", "image_ids", metavar="IDS.txt", help="The images to compare, one id a line.")
@option("--rules", metavar="RULES.toml", help='Own classes of text differences: name = "regex".')
@option(
    "--rule",
    multiple=True,
    metavar="NAME=REGEX",
    help="One such class: texts equal without what the pattern finds; repeatable.",
)
@click.option("--meta", metavar="WORK.csv", help="Work log: annotator,image,seconds,timestamp[,document].")
@option("--gt-format", metavar="F", help=FORMATS_HELP)
@option(
    "--dont-care",
    multiple=True,
    metavar="TEXT",
    help="A text that means don't care, besides ###; repeatable.",
)
@click.option(
    "--words-of", metavar="NAME", help="Put annotations of characters together with this one's words."
)
@option("--names", is_flag=True, help="Tell the annotators' names instead of R1, R2, …")
@option(
    "--seed",
    type=click.IntRange(0, 2**32 - 1),
    metavar="N",
    help="Seed of intervals and examples; by default it follows from the image ids.",
)
@option(
    "--fail-under", multiple=True, metavar="METRIC=VALUE", help="Exit 1 when the mean over pairs is below."
)
@option("--format", type=click.Choice(["text", "json"]), default="text", help="Form of what is printed.")
@option("--limit", multiple=True, metavar="NAME=VALUE", help="Raise a safety limit; repeatable.")
@common
@click.pass_obj
def command(settings: Settings, /, annotations: tuple[str, ...], **flags: Any) -> int:
    """Compares two or more annotations of the same images; neither names nor their order change a number.

    Instances are paired one to one above an IoU, and grouped into units that overlap: match, split, merge, regroup,
    missing, extra. Guideline cases are ranked by the points of agreement that settling them would bring back.
    Annotators are called R1, R2, … in everything that is written, unless --names. FILE is one document with several
    annotators: an export of Label Studio or CVAT, Prodigy's JSONL, COCO or our JSON with the key annotator.
    """
    from ocr_eval.cli.output import emit

    bounds = parse_bounds(flags["fail_under"])
    found: Agreement | Rounds
    if flags["before"] or flags["after"]:
        found, inputs = compared_rounds(settings, annotations, flags)
        headline = found.after
    else:
        found, inputs = compared(settings, annotations, flags)
        headline = found
    folder = out_folder(flags["out"], inputs)
    status = int(failed(headline, bounds))
    body = save(found, folder)
    emit(body if flags["format"] == "json" else told(found))
    return status


def compared(
    settings: Settings, annotations: tuple[str, ...], flags: dict[str, Any]
) -> tuple[Agreement, list[str]]:
    """The agreement of the annotations given, and the paths that were read."""
    from ocr_eval.agreement.library import agreement
    from ocr_eval.cli import agree_inputs as inputs
    from ocr_eval.cli.annotators import is_one_file, named_annotators, read_one_file

    if not annotations:
        raise usage_error("no annotations given", "give NAME=PATH NAME=PATH, or --before DIR --after DIR")
    if is_one_file(annotations):
        tables = inputs.with_words(read_one_file(annotations[0], flags, settings), flags)
        return agreement(tables, **inputs.options(tables, flags)), list(annotations)
    named = named_annotators(annotations, settings)
    out_folder(flags["out"], [path for _, path in named])
    tables = inputs.read_annotations(named, flags, settings)
    found = agreement(tables, **inputs.options(tables, flags))
    return found, [path for _, path in named]


def compared_rounds(
    settings: Settings, annotations: tuple[str, ...], flags: dict[str, Any]
) -> tuple[Rounds, list[str]]:
    """Two rounds, and the paths that were read."""
    from ocr_eval.agreement.rounds import rounds
    from ocr_eval.cli import agree_inputs as inputs

    if annotations or not (flags["before"] and flags["after"]):
        hint = "ocr-eval agree --before DIR --after DIR --out DIR"
        raise usage_error("a guideline round needs --before and --after, and nothing else to compare", hint)
    folders = [flags["before"], flags["after"]]
    out_folder(flags["out"], folders)
    before, after = (inputs.read_round(folder, flags, settings) for folder in folders)
    both = {f"{k}/{name}": table for k, one in enumerate((before, after)) for name, table in one.items()}
    chosen = inputs.options(both, flags, names=list(after))
    return rounds(before, after, **chosen), folders


def parse_bounds(checks: Sequence[str]) -> dict[str, float]:
    """``--fail-under f1=0.9`` -> bounds. Raises InputError (E_USAGE) for a metric that does not exist."""
    if not checks:
        return {}
    from ocr_eval.agreement.scores import SCORES

    bounds = {}
    for check in checks:
        name, _, word = check.partition("=")
        if name not in SCORES:
            reason = f"--fail-under: no result has the metric {quote(name)}"
            raise usage_error(reason, close_names(name, list(SCORES)))
        try:
            bounds[name] = float(word) if word.isascii() else float("nan")
        except ValueError:
            bounds[name] = float("nan")
        if bounds[name] != bounds[name]:
            raise usage_error(f"--fail-under {quote(check)} is not metric=value", "write for example f1=0.9")
    return bounds


def failed(found: Agreement, bounds: dict[str, float]) -> bool:
    """Whether a bound is not met; says which on stderr. Raises InputError (E_USAGE) where there are no texts."""
    from ocr_eval.cli.output import tell

    result = False
    for name, bound in bounds.items():
        try:
            value = found.metric(name).value
        except KeyError:
            reason = f"--fail-under: {name} needs transcriptions, an annotator has none"
            raise usage_error(reason, "check another metric") from None
        if value is None or value < bound:
            tell(f"{name} {value if value is not None else 'undefined'} < {bound:g}")
            result = True
    return result


def files_of(found: Agreement | Rounds, body: str) -> dict[str, str]:
    """File name -> content of everything that is written."""
    from ocr_eval.agreement.exports import csv_files
    from ocr_eval.agreement.rounds import Rounds

    last = found.after if isinstance(found, Rounds) else found
    return {"agreement.json": body, **csv_files(last)}


def told(found: Agreement | Rounds) -> str:
    """What is printed."""
    from ocr_eval.agreement.brief import rounds_to_text, to_text
    from ocr_eval.agreement.rounds import Rounds

    return rounds_to_text(found) if isinstance(found, Rounds) else to_text(found)


def save(found: Agreement | Rounds, folder: Path) -> str:
    """Writes agreement.json, the tables and the report; returns agreement.json."""
    from ocr_eval.agreement.report import report_files
    from ocr_eval.agreement.rounds import Rounds
    from ocr_eval.cli.agree_report import write_report

    data = found.to_json()
    body = json.dumps(data, ensure_ascii=False, indent=1, allow_nan=False) + "\n"
    write(folder, files_of(found, body))
    if isinstance(found, Rounds):
        pages = report_files(found.after, data["after"], rounds=data)
    else:
        pages = report_files(found, data)
    write_report(folder, pages)
    return body


def out_folder(out: str | None, inputs: Sequence[str]) -> Path:
    """The folder to write to; it may exist, but not be an input or lie in one."""
    from ocr_eval.cli.output import check_folder

    if out is None:
        raise usage_error("no place to write to", "add --out DIR")
    folder = Path(out)
    real = folder.resolve()
    for given in inputs:
        inside = Path(given).is_dir() and (
            real == Path(given).resolve() or Path(given).resolve() in real.parents
        )
        if given != "-" and inside:
            raise usage_error(f"--out {quote(out)} lies in an input folder", "choose another folder")
    if folder.exists() and not folder.is_dir():
        raise usage_error(f"--out {quote(out)} is a file", "give a folder")
    check_folder(folder)
    return folder


def write(folder: Path, files: dict[str, str]) -> None:
    """All files, each replaced atomically."""
    from ocr_eval.cli.output import OutputFile, write_all

    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        reason = f"{escape(str(folder))} cannot be made: {error.strerror or error}"
        raise usage_error(reason, "choose another folder with --out DIR") from None
    with contextlib.ExitStack() as stack:
        write_all([(stack.enter_context(OutputFile(folder / name)), text) for name, text in files.items()])
