"""``ocr-eval board``: the group of commands that keep a leaderboard, from a literal table; what they share."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, TypeVar

import click

from ocr_eval.cli.groups import TableGroup
from ocr_eval.cli.options import Settings, common, option
from ocr_eval.errors import quote, usage_error

if TYPE_CHECKING:
    import datetime

    from ocr_eval.errors import Notice

F = TypeVar("F", bound=Callable[..., Any])

# name -> (module, one line of help): the literal table that lets --help import nothing.
COMMANDS: dict[str, tuple[str, str]] = {
    "init": ("ocr_eval.cli.board_init", "make a board for a data set, or add a board to a store"),
    "add": ("ocr_eval.cli.board_add", "score a submission and store its counts"),
    "rescore": ("ocr_eval.cli.board_rescore", "score stored predictions again, beside the old results"),
    "withdraw": ("ocr_eval.cli.board_change:withdraw", "take a submission out of the ranking, with a reason"),
    "correct": ("ocr_eval.cli.board_change:correct", "change fields of a submission's card"),
    "check": ("ocr_eval.cli.board_check", "recompute totals, digests and signatures; scan a site for leaks"),
    "build": ("ocr_eval.cli.board_build", "write the static site"),
}


@click.command(
    cls=TableGroup,
    table=COMMANDS,
    epilog="\b\nExample:\n  ocr-eval board init my-board --dataset sample -p rrc-iou --visibility public\n",
    short_help="a leaderboard: store and static site",
)
@common
@click.pass_obj
def command(settings: Settings) -> None:
    """Keeps a leaderboard as a folder of text files, and writes it as a static site.

    A result is addressed by submission, ground truth digest and protocol digest; nothing is overwritten.
    """


def output_flags(function: F) -> F:
    """``--format text|json`` and ``-o FILE``."""
    kind = option("--format", type=click.Choice(["text", "json"]), default="text", help="Form of the report.")
    target = click.option("-o", "target", metavar="FILE", help="Write the report there instead of stdout.")
    return kind(target(function))


def date_flag(function: F) -> F:
    """``--date``: for what the command writes into the history."""
    text = "Date of the change (default: $SOURCE_DATE_EPOCH, else today)."
    return click.option("--date", "day", metavar="YYYY-MM-DD", help=text)(function)


def date_of(day: str | None) -> datetime.date:
    """The date of a change: as given, else $SOURCE_DATE_EPOCH, else today in UTC. Raises InputError (E_USAGE)."""
    import datetime
    import os

    epoch = os.environ.get("SOURCE_DATE_EPOCH", "")
    try:
        if day is not None:
            return datetime.datetime.strptime(day, "%Y-%m-%d").date()
        if epoch:
            return datetime.datetime.fromtimestamp(int(epoch), datetime.UTC).date()
    except (ValueError, OverflowError, OSError):
        what = f"--date {quote(day)}" if day is not None else f"$SOURCE_DATE_EPOCH {quote(epoch)}"
        raise usage_error(f"{what} is no date", "write a date like 2026-11-21") from None
    return datetime.datetime.now(datetime.UTC).date()


def report(body: Mapping[str, Any], text: str, kind: str, target: str | None) -> None:
    """Writes a command's report to stdout or to ``target``."""
    from ocr_eval.cli.output import OutputFile, emit

    written = json.dumps(body, ensure_ascii=False, indent=1) + "\n" if kind == "json" else text
    if target is None:
        emit(written)
        return
    with OutputFile(target) as output:
        output.commit(written)


def tell_notices(name: str, found: Sequence[Notice], settings: Settings) -> None:
    """Warnings on stderr, one a line."""
    from ocr_eval.cli.output import tell
    from ocr_eval.errors import escape
    from ocr_eval.report.score import QUIET_CODES

    for notice in found:
        if not settings.quiet and (settings.verbose or notice.code not in QUIET_CODES):
            times = f"{notice.count} × " if notice.count != 1 else ""
            tell(f"{escape(name)}: warning[{notice.code}]: {times}{notice}")


def warnings_json(found: Sequence[Notice]) -> list[dict[str, Any]]:
    return [{"code": n.code, "message": n.message, "count": n.count} for n in found]


POLICY_FLAG = option(
    "--invalid-polygons",
    type=click.Choice(["refuse", "false-positive", "official"]),
    default="refuse",
    help="Rings that cross themselves or have no area: refuse, keep as unmatched, or do what the script does.",
)
