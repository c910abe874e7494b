"""The report of ``agree`` -> files below the output folder, one after another, each replaced atomically."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path

from ocr_eval.cli.output import OutputFile
from ocr_eval.errors import escape, usage_error

_PAGE = re.compile(r"\d{4,}\.html")


def write_report(folder: Path, files: Iterable[tuple[str, str]]) -> int:
    """Writes (path below ``folder``, text) as they are made; pages of images an earlier run left are removed.

    Returns the number of files. Raises InputError (E_USAGE) when a folder or a file cannot be written.
    """
    written = set()
    for path, text in files:
        target = folder / path
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            reason = f"{escape(str(target.parent))} cannot be made: {error.strerror or error}"
            raise usage_error(reason, "choose another folder with --out DIR") from None
        with OutputFile(target) as output:
            output.commit(text)
        written.add(target)
    for kept in (folder / "images", folder / "ko" / "images"):
        for old in sorted(kept.iterdir()) if kept.is_dir() else ():
            if old not in written and _PAGE.fullmatch(old.name) and old.is_file() and not old.is_symlink():
                old.unlink()
    return len(written)
