"""``ocr-eval plan``: a pilot -> how many samples an interval of a wanted width takes."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING, Any

import click

from ocr_eval.cli.options import Example, Settings, close_names, common, option
from ocr_eval.errors import InputError, Problem, quote, usage_error

if TYPE_CHECKING:
    from ocr_eval.agreement.plan import Pilot

HINT = "give the agreement.json of `ocr-eval agree`, or a file that `ocr-eval score --per-sample` wrote"
SMALLEST = 1e-6  # a millionth: 10^12 samples are asked for


@click.command(
    cls=Example,
    example="ocr-eval score sample sample:tesseract-psm3 -p rrc-iou --per-sample rows.csv -q\n"
    "ocr-eval plan --pilot rows.csv --halfwidth 0.02 --metric hmean",
    short_help="how many samples for a wanted precision",
)
@click.option("--pilot", required=True, metavar="FILE", help="An agreement.json or a --per-sample file.")
@option(
    "--halfwidth",
    required=True,
    type=click.FloatRange(SMALLEST, 1, max_open=True),
    metavar="H",
    help="Half the width of the wanted 95 % interval, as a fraction: 0.02.",
)
@option("--metric", metavar="M", help="One score only.")
@option(
    "--power",
    type=click.FloatRange(0, 1, min_open=True, max_open=True),
    default=0.8,
    help="Probability of finding the difference of --detect (0.8).",
)
@click.option(
    "--population",
    type=click.IntRange(1, 2**53 - 1),
    metavar="N",
    help="Samples there are in all; fewer are needed of few.",
)
@click.option(
    "--detect",
    type=click.FloatRange(SMALLEST, 1, max_open=True),
    metavar="D",
    help="Also: samples to find a paired difference of D.",
)
@click.option("--force", is_flag=True, help="Plan from a pilot below 20 samples too.")
@option("--format", type=click.Choice(["text", "json"]), default="text", help="Form of the result.")
@click.option("-o", "target", metavar="FILE", help="Write the result there instead of stdout, atomically.")
@common
@click.pass_obj
def command(settings: Settings, /, pilot: str, **flags: Any) -> int:
    """Says how many samples to label or score for an interval of a wanted width, from a pilot.

    Widths are fractions: 0.02 is an interval of two points to both sides. The spread of single samples (or documents)
    decides, not the number of words. A pilot below 20 samples is refused without --force.
    """
    from ocr_eval.agreement.plan import choose, plan
    from ocr_eval.agreement.plan_output import to_json, to_text
    from ocr_eval.cli.output import OutputFile, check_outputs, emit
    from ocr_eval.stats.intervals import FEWEST_UNITS

    for name in ("halfwidth", "power", "detect"):
        if flags[name] is not None and flags[name] != flags[name]:  # click lets nan through every range
            raise usage_error(f"--{name} is not a number", "give a fraction such as 0.02")
    check_outputs([flags["target"]], [pilot])
    with contextlib.ExitStack() as stack:
        target = stack.enter_context(OutputFile(flags["target"])) if flags["target"] else None
        found = read_pilot(pilot)
        few = found.units < FEWEST_UNITS
        if few and not flags["force"]:
            reason = f"a pilot of {found.units} samples, its spread is known from {FEWEST_UNITS} on"
            raise usage_error(reason, "take a larger pilot, or --force", source=pilot)
        try:
            found = choose(found, flags["metric"])
        except KeyError as error:
            reason = f"the pilot has no score called {quote(flags['metric'])}"
            raise usage_error(reason, close_names(flags["metric"], list(error.args)), source=pilot) from None
        power, population = flags["power"], flags["population"]
        rows = plan(found, flags["halfwidth"], detect=flags["detect"], power=power, population=population)
        render = to_json if flags["format"] == "json" else to_text
        text = render(found, rows, power=power, population=population, few=few)
        if target:
            target.commit(text)
        else:
            emit(text)
    return 0


def read_pilot(path: str) -> Pilot:
    """The pilot in a file. Raises InputError (E_USAGE, E_FORMAT) for anything else."""
    from ocr_eval.cli.counted import is_counted

    return _counted(path) if is_counted(path) else _agreement(path)


def _counted(path: str) -> Pilot:
    from ocr_eval.agreement.plan import systems_pilot, together
    from ocr_eval.cli.counted import read_counted
    from ocr_eval.protocols import protocol
    from ocr_eval.stats.ratios import Stack

    by_protocol: dict[str, dict[str, Any]] = {}
    for table in read_counted(path):
        by_protocol.setdefault(table.protocol, {})[table.name] = table.counts
    try:
        return together(
            [
                systems_pilot(Stack.of(tables), protocol(spelled).formulas, spelled)
                for spelled, tables in by_protocol.items()
            ]
        )
    except ValueError as error:
        raise usage_error(
            f"the rows do not belong together: {error}", HINT, "E_FORMAT", source=path
        ) from None


def _agreement(path: str) -> Pilot:
    from pathlib import Path

    from ocr_eval.agreement.plan import Pilot
    from ocr_eval.formats.json_safe import JsonFault, parse
    from ocr_eval.limits import Limits

    limits = Limits()
    try:
        with Path(path).open("rb") as file:
            data = file.read(limits.file_bytes + 1)
    except (OSError, ValueError) as error:
        why = getattr(error, "strerror", None) or "not a path"
        raise usage_error(f"{quote(path)} cannot be read: {why}", HINT) from None
    if len(data) > limits.file_bytes:
        reason = f"larger than {limits.file_bytes} bytes"
        raise InputError([Problem("E_LIMIT", reason, HINT, path)])
    try:
        body = parse(data, limits)
    except JsonFault as fault:
        problem = Problem(fault.code, fault.reason, HINT, path, line=fault.line, col=fault.col)
        raise InputError([problem]) from None
    if not isinstance(body, dict) or body.get("schema") != "ocr-eval/agree/1":
        raise usage_error("this is no agreement.json", HINT, source=path)
    if body.get("pilot") is None:
        raise usage_error("this agreement.json holds no pilot", HINT, source=path)
    try:
        return Pilot.from_json(body["pilot"])
    except ValueError as error:
        raise usage_error(f"the pilot cannot be read: {error}", HINT, "E_FORMAT", source=path) from None
