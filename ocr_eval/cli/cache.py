"""``ocr-eval cache``: where ground truths are kept as they were read, how much that is, and how to be rid of them."""

from __future__ import annotations

from typing import Any

import click

from ocr_eval.cli.board import output_flags, report
from ocr_eval.cli.options import Example, Settings, common


@click.command(
    cls=Example,
    example="ocr-eval cache --clear",
    short_help="ground truths kept as they were read: where, how many",
)
@click.option("--clear", is_flag=True, help="Remove all of them.")
@output_flags
@common
@click.pass_obj
def command(_settings: Settings, /, clear: bool, **flags: Any) -> int:
    """Tells where large ground truths are kept as they were read, so that the next `score` starts faster.

    Only you can read the folder ($OCR_EVAL_CACHE, else your cache folder). It holds what was scored with: keep a secret
    ground truth out of it with --no-cache, with OCR_EVAL_NO_CACHE=1, or with `no_cache = true` in ocr-eval.toml.
    """
    from ocr_eval.errors import escape
    from ocr_eval.formats.private_folder import MOST, cache_folder, forget, kept

    removed = forget() if clear else []
    files, folder = kept(), cache_folder()
    size = sum(file.size for file in files)
    body = {
        "schema": "ocr-eval/cache/1",
        "folder": None if folder is None else str(folder),
        "files": len(files),
        "bytes": size,
        "most": MOST,
        "removed": len(removed),
    }
    text = f"{len(files)} ground truths, {size} bytes of at most {MOST}, in "
    text += escape(str(folder)) if folder else "no folder: this system names no place for one"
    gone = f"{len(removed)} removed\n" if clear else ""
    report(body, f"{gone}{text}\n", flags["format"], flags["target"])
    return 0
