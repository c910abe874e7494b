"""``ocr-eval inspect``: a gt -> what is in it, what looks wrong, what is there twice, how it differs from another."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ocr_eval.cli.options import FORMATS_HELP, Example, Settings, common, option
from ocr_eval.errors import InputError, escape, usage_error

if TYPE_CHECKING:
    from ocr_eval.limits import Limits
    from ocr_eval.tables.instances import Instances


@click.command(
    cls=Example,
    example="ocr-eval inspect sample --out inspection",
    short_help="dataset report: distributions, character table, suspicious labels",
)
@click.argument("gt", metavar="GT")
@click.option("--compare", metavar="GT2", help="A second data set: how they differ, and what leaks.")
@click.option(
    "--images", "pictures", metavar="DIR", help="Pictures of GT: rings outside them, equal and similar ones."
)
@click.option("--compare-images", "compare_pictures", metavar="DIR", help="Pictures of GT2.")
@click.option("--out", metavar="DIR", help="Write the page, inspect.json and the CSV files there.")
@option("--gt-format", metavar="F", help=FORMATS_HELP)
@option("--compare-format", metavar="F", help="Layout of GT2.")
@option(
    "--dont-care",
    multiple=True,
    metavar="TEXT",
    help="A text that means don't care, besides ###; repeatable.",
)
@option(
    "--seed", type=click.IntRange(0, 2**32 - 1), metavar="N", help="Chooses the examples; default from GT."
)
@option("--format", type=click.Choice(["text", "json"]), default="text", help="Form of what is printed.")
@option("--limit", multiple=True, metavar="NAME=VALUE", help="Raise a safety limit; repeatable.")
@common
@click.pass_obj
def command(settings: Settings, /, gt: str, **flags: Any) -> int:
    """Looks at a data set: distributions, characters, suspicious labels, duplicates, slices.

    Nothing is refused that can be shown: bad rings and texts are listed with their place. With --compare also what
    GT2 has that GT has not, and labels or pictures that stand in both (train/test leakage).
    """
    from ocr_eval.cli.output import emit
    from ocr_eval.inspection.brief import to_text

    if flags["compare_pictures"] and not (flags["compare"] and flags["pictures"]):
        raise usage_error("--compare-images needs --compare and --images", "add them, or leave it out")
    folder = _free_folder(flags["out"], [gt, flags["compare"], flags["pictures"], flags["compare_pictures"]])
    found = inspected(settings, gt, flags)
    if folder is not None:
        _write(folder, found)
    emit(found.to_json() if flags["format"] == "json" else to_text(found.data))
    return 0


def inspected(settings: Settings, gt: str, flags: dict[str, Any]) -> Any:
    """Reads one or two data sets and inspects them."""
    from ocr_eval.cli.inputs import parse_limits, resolve_gt
    from ocr_eval.inspection.summary import inspect

    limits = parse_limits(flags["limit"])
    first = read_labels(resolve_gt(gt, settings)[0], flags["gt_format"], limits, settings)
    second, name = None, ""
    if flags["compare"]:
        name = flags["compare"]
        second = read_labels(resolve_gt(name, settings)[0], flags["compare_format"], limits, settings)
    return inspect(
        first,
        other=second,
        images=flags["pictures"],
        other_images=flags["compare_pictures"],
        markers=[text for text in flags["dont_care"] if text],
        seed=flags["seed"],
        names=(_name(gt), _name(name)),
    )


def read_labels(
    path: str, layout: str | None, limits: Limits, settings: Settings, *, verbatim: bool = True
) -> Instances:
    """A gt as it is written: bad rings kept, quotes left on, a list of texts without rings read as one."""
    from ocr_eval.cli.inputs import read_side
    from ocr_eval.formats import FORMATS

    arguments: dict[str, Any] = {
        "format": layout,
        "role": "gt",
        "limits": limits,
        "invalid_polygons": "official",
        "max_errors": settings.max_errors,
        "verbatim": verbatim,
    }
    if layout in FORMATS and not FORMATS[layout].geometry:
        return read_side(path, **arguments, geometry=False)
    try:
        return read_side(path, **arguments)
    except InputError as error:
        # Sniffing says so itself when the content is a recognition list.
        if layout is not None or not any("texts without rings" in p.reason for p in error.problems):
            raise
    return read_side(path, **arguments, geometry=False)


def _name(argument: str) -> str:
    """The last part of a path, so that a page says the same wherever the data lies."""
    return Path(argument).name or argument


def _free_folder(out: str | None, inputs: list[str | None]) -> Path | None:
    """The folder to write to; it may exist, but not be an input or lie in one."""
    from ocr_eval.cli.output import check_folder

    if out is None:
        return None
    folder = Path(out)
    real = folder.resolve()
    for given in inputs:
        if (
            given
            and Path(given).is_dir()
            and (real == Path(given).resolve() or Path(given).resolve() in real.parents)
        ):
            raise usage_error(f"--out {escape(out)} lies in an input folder", "choose another folder")
    if folder.exists() and not folder.is_dir():
        raise usage_error(f"--out {escape(out)} is a file", "give a folder")
    check_folder(folder)
    return folder


def _write(folder: Path, found: Any) -> None:
    """All files, each replaced atomically."""
    import contextlib

    from ocr_eval.cli.output import OutputFile, write_all
    from ocr_eval.inspection.files import csv_files
    from ocr_eval.inspection.report import render

    files = {"inspect.json": found.to_json(), **csv_files(found), **render(found.data)}
    try:
        for name in files:
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        reason = f"{escape(str(folder))} cannot be made: {error.strerror or error}"
        raise usage_error(reason, "choose another folder with --out DIR") from None
    with contextlib.ExitStack() as stack:
        write_all([(stack.enter_context(OutputFile(folder / name)), text) for name, text in files.items()])
