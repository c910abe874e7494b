"""A store and options -> the site on disk: every file with its key, the writer that brings them up to date, the scan.

Enumerating reads cards and records only; a view, and with it statistics, is computed when the first file that needs it
is rendered. ``jobs`` is accepted and changes nothing: rendering is a small part of a build, and bytes must not depend
on it.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from ocr_eval.board import data_outputs, page_outputs
from ocr_eval.board.build import Building
from ocr_eval.board.model import Output
from ocr_eval.board.options import Options
from ocr_eval.board.site_check import check_site, leak_problem
from ocr_eval.board.store import Store
from ocr_eval.board.writer import BuildReport, Progress, write
from ocr_eval.errors import InputError, Problem, quote, usage_error

__all__ = ["BuildReport", "build", "check_site", "outputs"]


def build(store: Store, out: Path, options: Options, progress: Progress | None = None) -> BuildReport:
    """Brings the site in ``out`` up to date for one audience.

    Raises InputError: E_LEAK (exit 1) when hidden text is found on a page, then nothing is replaced; E_USAGE for a
    folder that is not ours or looks published; E_CONFIG, E_SIGNATURE, E_DATASET, E_DRIFT for faults of the store.
    """
    from ocr_eval.board.canaries import scanner
    from ocr_eval.board.keys import package_version

    building = Building(store, options)
    options = building.options
    planned = list(outputs(building))
    _check_twins(planned)
    scan = scanner(store, options)
    problems: list[Problem] = []

    def gate(path: str, data: bytes) -> None:
        problems.extend(leak_problem(leak.origin, leak.how, path) for leak in scan.scan(path, data))

    def verdict() -> None:
        if problems:
            raise InputError(problems[:100], total=len(problems))

    audience = options.audience
    if options.participant:
        audience += f":{options.participant}"
    return write(
        out,
        planned,
        audience=audience,
        version=package_version(),
        date=options.date,
        gate=gate if len(scan) else None,
        verdict=verdict,
        yes=options.yes,
        progress=progress,
    )


def outputs(building: Building) -> Iterator[Output]:
    """Every file of the site, those of one view together."""
    pages = list(page_outputs.outputs(building))
    yield from data_outputs.outputs(building)
    yield from pages
    yield from data_outputs.machines(
        building, [output.path for output in pages if output.path.endswith(".html")]
    )


def _check_twins(planned: list[Output]) -> None:
    """Two boards may have names that make one file (``a-samples`` beside ``a``)."""
    seen = set()
    for output in planned:
        if output.path.casefold() in seen:
            raise usage_error(
                f"two files of the site would be called {quote(output.path)}",
                "give one of the boards another id",
                "E_CONFIG",
                "board.toml",
            )
        seen.add(output.path.casefold())
