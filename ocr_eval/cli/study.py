"""``ocr-eval study``: the table of studies."""

from __future__ import annotations

import click

from ocr_eval.cli.groups import TableGroup

COMMANDS = {
    "popeval": (
        "ocr_eval.cli.study_popeval",
        "the PopEval paper's questions, asked of the data at hand",
    ),
}


@click.command(
    cls=TableGroup,
    table=COMMANDS,
    epilog="\b\nExample:\n  ocr-eval study popeval sample sample:tesseract-psm3 --out my-study\n",
    short_help="the PopEval paper's questions on the data at hand",
)
def command() -> None:
    """Studies of evaluation itself: what a metric sees, and whether it matters on your data."""
