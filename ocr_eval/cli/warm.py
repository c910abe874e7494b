"""``ocr-eval warm``: compiles the kernels into the cache, so that later runs start fast."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING, Any

import click

from ocr_eval.cli.options import Example, Settings, common, option

if TYPE_CHECKING:
    from collections.abc import Callable

COMPILING = "ocr_eval.cli.warm:compiling"


@click.command(cls=Example, example="ocr-eval warm", short_help="compile the kernels into the cache")
@option(
    "--jobs",
    type=click.IntRange(0, 1024),
    default=1,
    metavar="N",
    help="Compile in N processes; 0: one per core.",
)
@common
@click.pass_obj
def command(settings: Settings, /, jobs: int) -> int:
    """Compiles every kernel once. Without it the first big job does so itself (about ten seconds)."""
    import time

    from ocr_eval.cli.output import emit
    from ocr_eval.cli.score import bar
    from ocr_eval.engine.pool import cores
    from ocr_eval.kernels.jit import cache_folder, modules, warm_module

    began = time.perf_counter()
    folder, waiting = cache_folder(), modules()
    jobs = min(jobs or cores(), len(waiting))
    with bar(len(waiting), settings, doing="compiling", unit="module") as done:
        if folder and jobs > 1:
            _compile_apart(waiting, jobs, done)
            done = _nobody
        names = []
        for module in waiting:
            names += warm_module(module)
            done(1)
    seconds = time.perf_counter() - began
    place = (
        f"cache: {folder}"
        if folder
        else "no cache: neither the package folder nor the user's cache can be written"
    )
    emit(f"{len(names)} kernels ready in {seconds:.1f} s\n{place}\n")
    return 0


def _compile_apart(waiting: list[str], jobs: int, done: Callable[[int], object]) -> None:
    """Fills the cache. A module whose worker fails is left to this process, which then says why."""
    from ocr_eval.engine.pool import Pool
    from ocr_eval.formats.messages import frame

    with Pool(COMPILING, frame({}), jobs) as pool:
        for _ in pool.replies([{"module": module} for module in waiting]):
            done(1)


def compiling(
    _header: dict[str, Any], _body: bytes
) -> Callable[[dict[str, Any]], tuple[dict[str, Any], bytes]]:
    """A worker's side."""
    from ocr_eval.kernels.jit import warm_module

    def answer(request: dict[str, Any]) -> tuple[dict[str, Any], bytes]:
        with contextlib.suppress(Exception):  # whoever asks compiles it again, and is told
            warm_module(request["module"])
        return {}, b""

    return answer


def _nobody(_more: int) -> None:
    """Hears what has been told already."""
