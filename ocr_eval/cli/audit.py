"""``ocr-eval audit``: a gt and submissions as checkers -> ranked suspects, a template for decisions, an estimate."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ocr_eval.cli.groups import TableGroup
from ocr_eval.cli.options import FORMATS_HELP, Settings, common, option
from ocr_eval.errors import quote, usage_error

if TYPE_CHECKING:
    from ocr_eval.audit.result import Audit

COMMANDS = {"apply": ("ocr_eval.cli.audit_apply", "write the reviewed corrections as a new ground truth")}
EXAMPLE = (
    "ocr-eval audit --gt sample --checkers sample:tesseract-psm3 sample:tesseract-psm11 sample:gocr sample:ocrad "
    "--out my-audit"
)


class AuditCommand(TableGroup):
    """Takes several paths after one ``--checkers``; ``apply`` is a command of its own."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        return super().parse_args(ctx, repeated(args, "--checkers"))

    def invoke(self, ctx: click.Context) -> Any:
        settings = ctx.find_root().obj
        if (
            isinstance(settings, Settings)
            and settings.show_config
            and not getattr(ctx, "_protected_args", None)
        ):
            from ocr_eval.cli.config import describe
            from ocr_eval.cli.output import emit

            emit(describe(ctx, settings))
            return 0
        return super().invoke(ctx)


def repeated(args: Sequence[str], flag: str) -> list[str]:
    """``--checkers A B C`` -> ``--checkers A --checkers B --checkers C``: what a shell makes of ``subs/*.zip``."""
    result: list[str] = []
    inside = first = False
    for word in args:
        if word == flag:
            inside = first = True
            result.append(word)
            continue
        if word.startswith("-") and word != "-":
            inside = False
        if inside and not first:
            result.append(flag)
        first = False
        result.append(word)
    return result


@click.command(
    cls=AuditCommand,
    table=COMMANDS,
    epilog=f"\b\nExample:\n  {EXAMPLE}\n",
    short_help="rank suspected label errors, suggest corrections; write the reviewed ones",
    invoke_without_command=True,
)
@click.option("--gt", metavar="GT", help="Ground truth, or the id of a prepared data set.")
@click.option(
    "--checkers",
    multiple=True,
    metavar="PRED…",
    help="Submissions for the same samples, one or more. NAME:FOLD=PATH judges only the images of its fold, and so "
    "does every row of a CSV with the columns image, fold, text, ring, confidence.",
)
@click.option("--out", metavar="DIR", help="Folder for suspects.csv, decisions.csv and audit.json.")
@click.option("--folds", metavar="CSV", help="image,fold: which images a fold's checker was not trained on.")
@click.option(
    "--decisions", metavar="CSV", help="Earlier decisions: labels and priors change, and are estimated."
)
@option("--top", type=click.IntRange(1, 1_000_000), default=200, metavar="N", help="Suspects to list (200).")
@click.option(
    "--estimate", is_flag=True, help="Put a random review sample of --top items into decisions.csv."
)
@click.option(
    "--select", type=click.IntRange(1, 1_000_000), metavar="N", help="Also name N images to label again."
)
@click.option(
    "--fail-if", metavar="noise>X", help="Exit 1 when the reviewed share of wrong labels is above X."
)
@option(
    "--confidences",
    type=click.Choice(["auto", "yes", "no"]),
    default="auto",
    help="Whether lines of checkers carry a number from 0 to 1 before the text.",
)
@option("--gt-format", metavar="F", help=FORMATS_HELP)
@option("--pred-format", metavar="F", help=FORMATS_HELP)
@option("--limit", multiple=True, metavar="NAME=VALUE", help="Raise a safety limit; repeatable.")
@option("--format", type=click.Choice(["text", "json"]), default="text", help="Form of the summary.")
@common
@click.pass_context
def command(ctx: click.Context, /, **flags: Any) -> int:
    """Ranks labels by how likely they are wrong, and suggests what they may be. Nothing is corrected.

    A person fills in decisions.csv; `audit apply` writes the new ground truth. Scores are no probabilities, and no
    list is complete.
    """
    if ctx.invoked_subcommand is not None:
        return 0
    from ocr_eval.cli.audit_inputs import read_audit
    from ocr_eval.cli.output import check_folder, emit

    settings: Settings = ctx.find_root().obj
    for name in ("gt", "checkers", "out"):
        if not flags[name]:
            raise usage_error(f"no --{name} given", EXAMPLE)
    limit = noise_limit(flags["fail_if"])
    if Path(flags["out"]).is_file():
        raise usage_error(f"--out {quote(flags['out'])} is a file", "give a folder")
    check_folder(flags["out"])
    audit, slices = read_audit(settings, flags)
    if limit is not None and (audit.estimate is None or audit.estimate.rate is None):
        why = audit.estimate.reason if audit.estimate else "no decision about an item that --estimate drew"
        hint = "run audit --estimate, decide the first rows of decisions.csv, give them with --decisions"
        raise usage_error(f"--fail-if needs a reviewed sample: {why}", hint)
    files = rendered(audit, flags, slices)
    write_folder(output_folder(flags["out"]), files)
    body = json.loads(files["audit.json"])
    shown = sorted(name for name in files if "/" not in name)  # not what the page brings along
    emit(files["audit.json"] if flags["format"] == "json" else to_text(body, shown, flags["out"]))
    tell_notices(audit, settings)
    low = audit.estimate.lo if audit.estimate else None
    return 1 if limit is not None and low is not None and low > limit else 0


def noise_limit(text: str | None) -> float | None:
    """``noise>0.03`` -> .03. Raises InputError (E_USAGE) for anything else."""
    if text is None:
        return None
    name, mark, value = text.replace(" ", "").partition(">")
    try:
        number = float(value)
    except ValueError:
        number = -1.0
    if name != "noise" or not mark or not 0 <= number <= 1:
        raise usage_error(f"--fail-if {quote(text)} is not noise>X", 'write --fail-if "noise>0.03"')
    return number


def output_folder(path: str) -> Path:
    """The folder, made if it is not there. Raises InputError (E_USAGE)."""
    from ocr_eval.errors import escape

    folder = Path(path)
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        reason = f"{escape(path)} cannot be made: {error.strerror or error}"
        raise usage_error(reason, "choose another folder with --out DIR") from None
    return folder


def rendered(audit: Audit, flags: dict[str, Any], slices: dict[str, str | None] | None) -> dict[str, str]:
    """Path below the folder -> content."""
    from ocr_eval.audit.report import render
    from ocr_eval.audit.summary import to_json
    from ocr_eval.audit.tables import chosen_csv, decisions_csv, suspects_csv

    top = flags["top"]
    rows = [*audit.text_suspects(top), *audit.ring_suspects(top)]
    files = {
        "suspects.csv": suspects_csv(rows, len(audit.views)),
        "decisions.csv": decisions_csv(audit, rows, top if flags["estimate"] else 0),
    }
    dont_cares = audit.dont_care_suspects(top)
    if dont_cares:
        files["dont_cares.csv"] = suspects_csv(dont_cares, len(audit.views))
    chosen = audit.chosen(flags["select"], slices) if flags["select"] else None
    if chosen is not None:
        files["select.csv"] = chosen_csv(chosen)
    files["audit.json"] = to_json(audit, rows, dont_cares, chosen, top=top, estimate=flags["estimate"])
    return files | render(json.loads(files["audit.json"]))


def write_folder(folder: Path, files: dict[str, str]) -> None:
    """All files or none: each is written beside its target first."""
    import contextlib

    from ocr_eval.cli.output import OutputFile, write_all

    for path in sorted({(folder / name).parent for name in files}):
        output_folder(str(path))
    with contextlib.ExitStack() as stack:
        opened = [(stack.enter_context(OutputFile(folder / name)), text) for name, text in files.items()]
        write_all(opened)


def to_text(body: dict[str, Any], files: Sequence[str], out: str) -> str:
    """What the command prints: counts, checkers, estimates with what they are, and the files."""
    from ocr_eval.audit.printed import to_text as render

    return render(body, files, out)


def tell_notices(audit: Audit, settings: Settings) -> None:
    """Warnings of checkers and gt on stderr; rows of decisions that do not fit, each by itself."""
    from ocr_eval.cli.output import tell
    from ocr_eval.errors import Problem

    if settings.quiet:
        return
    for notice in audit.notices:
        tell(f"warning[{notice.code}]: {notice.count} × {notice}")
    for misfit in audit.decisions.misfits if audit.decisions else ():
        place = audit.decisions.source if audit.decisions else ""
        tell(
            str(
                Problem(
                    "W_IGNORED",
                    f"decision about {quote(misfit.item_id)} not used: {misfit.reason}",
                    "run the audit again and decide it anew",
                    place,
                    line=misfit.line,
                )
            )
        )
