"""``ocr-eval bench``: times this installation on the shipped sample, as ratios to slow twins of the same rules."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import click

from ocr_eval.cli.options import Example, Settings, common, option

if TYPE_CHECKING:
    from ocr_eval.bench.run import Result


@click.command(
    cls=Example,
    example="ocr-eval bench --quick --against official",
    short_help="time this installation, ratios to slow twins",
)
@option("--quick", is_flag=True, help="Three rounds of each race, not nine: below half a minute.")
@option(
    "--against",
    type=click.Choice(["naive", "official"]),
    help="Only these rivals: plain loops, or twins that do what official scripts do. Default: both, and the kernels "
    "against our path without them.",
)
@option("--format", type=click.Choice(["text", "json"]), default="text", help="Form of the result.")
@click.option("-o", "target", metavar="FILE", help="Write the result there instead of stdout, atomically.")
@common
@click.pass_obj
def command(
    settings: Settings, /, *, quick: bool, against: str | None, target: str | None, **flags: str
) -> int:
    """Times this installation on the shipped sample data; works offline.

    Every race compares both answers first, then lets both sides run in turns and prints the median of the ratios with
    the lowest and the highest: how many times as fast as the rival we are. Exit 1 when an answer differs. Seconds on a
    busy machine say little, and the kernels are compiled first where no cache holds them.
    """
    from ocr_eval.bench.output import to_json, to_text
    from ocr_eval.cli.output import OutputFile, emit
    from ocr_eval.record import package_version

    with contextlib.ExitStack() as stack:
        output = stack.enter_context(OutputFile(target)) if target else None
        results = _measured(settings, against, quick=quick)
        version = package_version()
        text = (
            to_json(results, version, quick=quick) if flags["format"] == "json" else to_text(results, version)
        )
        if output:
            output.commit(text)
        else:
            emit(text)
    return int(any(result.reason is not None for result in results))


def _measured(settings: Settings, against: str | None, *, quick: bool) -> list[Result]:
    import tempfile
    from pathlib import Path

    from ocr_eval.bench.run import measure
    from ocr_eval.bench.sample import Sample
    from ocr_eval.bench.works import AGAINST, works
    from ocr_eval.errors import usage_error

    chosen = AGAINST if against is None else (against,)
    try:
        folder = tempfile.TemporaryDirectory(prefix="ocr-eval-bench-")
    except OSError as error:
        reason = f"no folder for temporary files: {error.strerror or error}"
        raise usage_error(reason, "set TMPDIR to a folder that can be written to") from None
    with folder as made, _progress(settings) as tell:
        sample = Sample(Path(made), settings.datasets)
        return measure(works(sample, chosen), quick=quick, tell=tell)


@contextlib.contextmanager
def _progress(settings: Settings) -> Iterator[Callable[[str], object]]:
    """A function that is told what is measured next; a line on stderr when that is a terminal."""
    import sys

    if settings.progress is False or settings.quiet or sys.stderr is None or not sys.stderr.isatty():
        yield lambda _name: None
        return
    from tqdm import tqdm

    with tqdm(desc="racing", unit="race", delay=0.5, leave=False, file=sys.stderr) as shown:

        def tell(name: str) -> None:
            shown.set_postfix_str(name)
            shown.update()

        yield tell
