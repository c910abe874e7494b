"""What an output depends on -> its key: SHA-256 over code, options, cards and digests; reads no rows."""

from __future__ import annotations

import hashlib
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path

from ocr_eval.record import package_version as package_version

CODE = (
    "board",
    "report",
    "stats",
    "protocols",
    "record.py",
    "tables",
    "errors.py",
)  # what decides a page's bytes
KINDS = (".py", ".html", ".css", ".js", ".json", ".svg", ".txt", ".xml")


def key_of(*parts: object) -> str:
    """64 hex digits. Parts are told apart: ("ab", "c") and ("a", "bc") differ."""
    digest = hashlib.sha256()
    for part in parts:
        data = part if isinstance(part, bytes) else str(part).encode("utf-8", "surrogatepass")
        digest.update(f"{len(data)}:".encode())
        digest.update(data)
    return digest.hexdigest()


def file_digest(path: Path) -> str:
    """SHA-256 of a file's bytes; "" when there is none."""
    try:
        with path.open("rb") as handle:
            return hashlib.file_digest(handle, "sha256").hexdigest()
    except OSError:
        return ""


@cache
def code_digest() -> str:
    """SHA-256 over the package's sources, templates, scripts, styles and catalogues that pages are made with."""
    root = files("ocr_eval")
    parts: list[object] = []
    for name in CODE:
        _collect(root / name, name, parts)
    return key_of(*parts)


def _collect(place: Traversable, name: str, parts: list[object]) -> None:
    if place.is_dir():
        for child in sorted(place.iterdir(), key=lambda item: item.name):
            _collect(child, f"{name}/{child.name}", parts)
    elif name.endswith(KINDS):
        parts += [name, place.read_bytes()]
