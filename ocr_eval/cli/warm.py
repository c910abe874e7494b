"""``ocr-eval warm``: compiles the kernels into the cache, so that later runs start fast."""

from __future__ import annotations

import click

from ocr_eval.cli.options import Example, Settings, common


@click.command(cls=Example, example="ocr-eval warm", short_help="compile the kernels into the cache")
@common
@click.pass_obj
def command(_settings: Settings) -> int:
    """Compiles every kernel once. Without it the first big job does so itself (about ten seconds)."""
    import time

    from ocr_eval.cli.output import emit
    from ocr_eval.kernels.jit import cache_folder, warm_up

    began = time.perf_counter()
    names = warm_up()
    seconds = time.perf_counter() - began
    folder = cache_folder()
    place = (
        f"cache: {folder}"
        if folder
        else "no cache: neither the package folder nor the user's cache can be written"
    )
    emit(f"{len(names)} kernels ready in {seconds:.1f} s\n{place}\n")
    return 0
