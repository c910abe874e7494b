"""The command table, and the one place where exceptions become error lines and exit codes."""

from __future__ import annotations

import contextlib
import gc
import os
import signal
import sys
from collections.abc import Iterator
from typing import Any

import click

from ocr_eval.cli.groups import TableGroup
from ocr_eval.cli.options import Settings, common
from ocr_eval.errors import CODES, InputError, Problem

# name -> (module, one line of help): the literal table that lets --help import nothing.
COMMANDS: dict[str, tuple[str, str]] = {
    "score": ("ocr_eval.cli.score", "score one or more predictions under one or more protocols"),
    "validate": ("ocr_eval.cli.validate", "check a submission without scoring: every problem with its place"),
    "explain": ("ocr_eval.cli.explain", "every instance of one sample, its partner, and why"),
    "compare": ("ocr_eval.cli.compare", "paired differences, p-values, rank sets, the samples that separate"),
    "protocols": ("ocr_eval.cli.protocols", "list protocols, or show one with parameters and deviations"),
    "convert": ("ocr_eval.cli.convert", "read one annotation format, write another"),
    "agree": ("ocr_eval.cli.agree", "labeling consistency between annotators"),
    "consensus": ("ocr_eval.cli.consensus", "merged labels plus the unresolved list"),
    "audit": (
        "ocr_eval.cli.audit",
        "rank suspected label errors, suggest corrections; write the reviewed ones",
    ),
    "inspect": ("ocr_eval.cli.inspect", "dataset report: distributions, character table, suspicious labels"),
    "plan": ("ocr_eval.cli.plan", "how many samples for a wanted precision"),
    "board": ("ocr_eval.cli.board", "a leaderboard: store and static site"),
    "datasets": ("ocr_eval.cli.datasets", "data set cards: list, show, digest, prepare"),
    "study": ("ocr_eval.cli.study", "the PopEval paper's questions on the data at hand"),
    "demo": ("ocr_eval.cli.demo", "score the shipped sample data set with outputs of real engines"),
    "bench": ("ocr_eval.cli.bench", "time this installation, ratios to slow twins of the same rules"),
    "cache": ("ocr_eval.cli.cache", "ground truths kept as they were read: where, how many, --clear"),
    "warm": ("ocr_eval.cli.warm", "compile the kernels into the cache"),
}

EXAMPLE = """\b
Examples:
  ocr-eval demo
  ocr-eval score gt.zip submission.zip -p rrc-iou
"""


def _version(ctx: click.Context, _parameter: click.Parameter, value: bool) -> None:
    if value and not ctx.resilient_parsing:
        from ocr_eval import __version__
        from ocr_eval.cli.output import emit

        emit(f"ocr-eval {__version__}\n")
        ctx.exit()


@click.command(
    cls=TableGroup, table=COMMANDS, epilog=EXAMPLE, context_settings={"help_option_names": ["-h", "--help"]}
)
@click.option(
    "--version", is_flag=True, is_eager=True, expose_value=False, callback=_version, help="Show the version."
)
@common
def app() -> None:
    """Scores OCR submissions exactly as the benchmarks' own scripts do, and shows what went wrong."""


def run(arguments: list[str]) -> int:
    """Runs the command line and returns the exit status. Nothing but results reaches stdout."""
    settings = Settings()
    gc.set_threshold(200_000, 20, 20)  # a command is short, and reading allocates much that stays
    with _interruptible():
        return _run(arguments, settings)


def _run(arguments: list[str], settings: Settings) -> int:
    try:
        status = app.main(arguments or ["--help"], prog_name="ocr-eval", standalone_mode=False, obj=settings)
        return status if isinstance(status, int) else 0
    except InputError as error:
        return _refuse(error, settings)
    except click.exceptions.Exit as error:
        return error.exit_code
    except click.ClickException as error:
        return _refuse(InputError([_from_click(error)]), settings)
    except (KeyboardInterrupt, click.Abort):
        from ocr_eval.cli.output import tell

        tell("ocr-eval: interrupted")
        return 130
    except BrokenPipeError:
        # The reader of our pipe has gone; keep the interpreter from complaining about it at exit.
        with contextlib.suppress(OSError, AttributeError):
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except Exception as error:
        if settings.traceback:
            raise
        reason = f"unexpected {type(error).__name__}: {str(error)[:200]}".replace("\n", " ")
        return _refuse(InputError([Problem("E_INTERNAL", reason, CODES["E_INTERNAL"].cure)]), settings)


def _refuse(error: InputError, settings: Settings) -> int:
    from ocr_eval.cli.output import tell_problems, wants_colour

    if settings.traceback:
        import traceback

        traceback.print_exc()
    tell_problems(error, max_errors=settings.max_errors, colour=wants_colour(settings.color))
    return error.exit_code


def _from_click(error: click.ClickException) -> Problem:
    """Click's complaint in the contract's form; its close names become the hint."""
    reason = error.format_message().replace("\n", " ").strip().rstrip(".")
    hint = "`ocr-eval --help` lists commands and flags"
    if isinstance(error, click.UsageError) and error.ctx is not None:
        hint = f"`{error.ctx.command_path} --help` shows the flags with an example"
    for mark in (" Did you mean ", " (Possible options: "):
        if mark in reason:
            reason, _, near = reason.partition(mark)
            hint = "did you mean " + near.rstrip("?)") + "?"
    code = "E_USAGE"
    if isinstance(error, click.BadParameter) and error.ctx is not None and error.param is not None:
        source = error.ctx.get_parameter_source(error.param.name or "")
        if source is not None and source.name in ("DEFAULT_MAP", "ENVIRONMENT"):
            where = "the configuration file" if source.name == "DEFAULT_MAP" else f"${error.param.envvar}"
            code, reason = "E_CONFIG", f"{where}: {reason}"
    return Problem(code, reason.rstrip("."), hint)


@contextlib.contextmanager
def _interruptible() -> Iterator[None]:
    """SIGTERM interrupts as Ctrl-C does; after the first of them the next one ends the process at once."""
    before: dict[int, Any] = {}

    def interrupt(_number: int, _frame: object) -> None:
        for each in before:
            signal.signal(each, signal.SIG_DFL)
        raise KeyboardInterrupt

    with contextlib.suppress(ValueError, OSError):  # not in the main thread
        for number in (signal.SIGINT, signal.SIGTERM):
            if signal.getsignal(number) not in (signal.SIG_IGN, None):  # whoever ignores them means it
                before[number] = signal.signal(number, interrupt)
    try:
        yield
    finally:
        for each, handler in before.items():
            signal.signal(each, handler)
