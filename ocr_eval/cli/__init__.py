"""``ocr-eval``: parses arguments, calls the package, prints. ``main`` is the entry point."""

from __future__ import annotations

import sys
from collections.abc import Sequence


def main(arguments: Sequence[str] | None = None) -> None:
    """Runs one command and exits with the contract's status."""
    try:
        from ocr_eval.cli.app import run

        status = run(list(sys.argv[1:] if arguments is None else arguments))
    except KeyboardInterrupt:  # while Python is still importing
        status = 130
    sys.exit(status)
