"""The command line as its user meets it: a process of its own, and what it said."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from importlib import resources
from pathlib import Path
from typing import Any, NamedTuple


class Ran(NamedTuple):
    """Exit status and both streams as text."""

    status: int
    out: str
    err: str


def run(*words: str | Path, cwd: Path | None = None, **environment: str) -> Ran:
    """``ocr-eval WORDS`` in its own process."""
    done = subprocess.run(
        [sys.executable, "-m", "ocr_eval", *map(str, words)],
        env=os.environ | {"COLUMNS": "80"} | environment,
        capture_output=True,
        timeout=120,
        check=False,
        cwd=cwd,
    )
    return Ran(done.returncode, done.stdout.decode("utf-8"), done.stderr.decode("utf-8"))


def validate(body: Any, name: str) -> None:
    """Raises when a result breaks its schema."""
    import jsonschema

    schema = resources.files("ocr_eval.report").joinpath(f"schemas/{name}-1.json").read_text(encoding="utf-8")
    jsonschema.validate(json.loads(json.dumps(body)), json.loads(schema))
