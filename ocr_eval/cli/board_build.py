"""``ocr-eval board build``: a store -> the static site for one audience; says what was written, kept and removed."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ocr_eval.cli.board import output_flags, report
from ocr_eval.cli.options import Example, Settings, common, option
from ocr_eval.errors import escape

if TYPE_CHECKING:
    from collections.abc import Callable

# Half of a board's pages cost 80 to 90 % of all: most of a build is statistics that every page needs.
JOBS_HELP = "Accepted, and changes nothing: most of a build is statistics that all pages share."


@click.command(
    cls=Example,
    example="ocr-eval board build my-board --out my-site --lang all",
    short_help="write the static site",
)
@click.argument("directory", metavar="DIR")
@click.option("--out", required=True, metavar="SITE", help="Folder of the site; new, empty, or built before.")
@option("--audience", default="public", metavar="WHO", help="public, participant:SLUG or internal.")
@option("--lang", type=click.Choice(["en", "ko", "all"]), help="Languages (default: those of board.toml).")
@option(
    "--images",
    type=click.Choice(["none", "link", "copy"]),
    help="Pictures (default: what the data sets allow).",
)
@option(
    "--drilldown", default="top:10", metavar="HOW", help="Sample pages: none, top:N, pairs or all (top:10)."
)
@option("--shards", type=click.Choice(["gzip", "plain"]), default="gzip", help="Form of the data files.")
@option("--jobs", type=click.IntRange(0, 1024), default=1, metavar="N", help=JOBS_HELP)
@option("--paper-figures", is_flag=True, help="Write PDF and SVG figures too (matplotlib).")
@click.option("--yes", is_flag=True, help="Build an internal site even where it looks published.")
@output_flags
@common
@click.pass_obj
def command(settings: Settings, /, directory: str, out: str, **flags: Any) -> int:
    """Writes the site: plain files that open without a server. Unchanged files are not written again.

    What an audience may not see is not in the site. Exit 1 when the leak scan finds hidden ground truth: then the old
    site stays as it was.
    """
    from ocr_eval.board.library import build_board
    from ocr_eval.cli.output import tell

    names = ("audience", "lang", "images", "drilldown", "shards", "jobs", "paper_figures", "yes")
    asked = {name: flags[name] for name in names}
    done = build_board(directory, out, progress=_progress(settings), **asked)
    written, skipped, removed = len(done.written), len(done.skipped), len(done.removed)
    body = {
        "schema": "ocr-eval/board-build/1",
        "site": out,
        "audience": flags["audience"],
        "written": list(done.written),
        "skipped": skipped,
        "removed": list(done.removed),
        "left": list(done.left),
    }
    text = f"{escape(out)}: {written} files written, {skipped} unchanged, {removed} removed\n"
    if written:
        text += f"open {escape(str(Path(out) / 'index.html'))}\n"
    report(body, text, flags["format"], flags["target"])
    if done.left and not settings.quiet:
        tell(
            f"{escape(out)}: {len(done.left)} files that are no longer needed were changed by someone and left"
        )
    return 0


def _progress(settings: Settings) -> Callable[..., Any] | None:
    """A bar on stderr for lists of work, when stderr is a terminal and nobody turned it off."""
    import sys

    wanted = settings.progress is not False and not settings.quiet
    if not (wanted and sys.stderr is not None and sys.stderr.isatty()):
        return None

    def bar(items: Any, **names: Any) -> Any:
        from tqdm import tqdm

        return tqdm(items, delay=0.5, leave=False, file=sys.stderr, **names)

    return bar
