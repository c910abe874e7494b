"""``manifest.json`` of a site <-> path, digest and key of every file; digests of data shards are of what they hold."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from ocr_eval.errors import usage_error

SCHEMA = "ocr-eval/site/1"
MANIFEST = "manifest.json"
JOURNAL = ".journal"  # files that the running build is about to rename into place
LARGEST_SHARD = 1 << 28  # bytes a shard may unpack to
_SHARD = re.compile(rb'OE\.put\("([a-z0-9._-]+)","([A-Za-z0-9+/]*={0,2})"\);\n')
_HEX = re.compile(r"[0-9a-f]{64}\Z")
_SEGMENT = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._@-]*\Z")


class Entry(NamedTuple):
    """One file: digest of its content, and the key that says what it was made of."""

    sha256: str
    key: str


PENDING = Entry("0" * 64, "")  # in a journal: a file that a build meant to make


@dataclass(frozen=True, slots=True)
class Manifest:
    """The files of one build by path. ``pending``: names that a killed build may have left temporary files of."""

    version: str = ""
    audience: str = ""  # "participant:<key>" for a participant
    date: str = ""  # of the build: decides which entries are still under embargo
    files: Mapping[str, Entry] = field(default_factory=dict)
    pending: frozenset[str] = frozenset()

    def to_bytes(self) -> bytes:
        """JSON, one file a line, sorted by path."""
        head = {"schema": SCHEMA, "version": self.version, "audience": self.audience, "date": self.date}
        lines = [
            json.dumps({"path": path, "sha256": entry.sha256, "key": entry.key}, separators=(",", ":"))
            for path, entry in sorted(self.files.items())
        ]
        start = json.dumps(head, ensure_ascii=False, separators=(",", ":"))[:-1]
        return (start + ',"files":[\n' + ",\n".join(lines) + "\n]}\n").encode()

    @classmethod
    def read(cls, path: Path) -> Manifest | None:
        """What ``to_bytes`` wrote; None when there is no such file.

        Raises InputError (E_USAGE) for anything else: paths in it decide what a build may remove.
        """
        try:
            data = path.read_bytes()
        except FileNotFoundError:
            return None
        except OSError as error:
            raise usage_error(f"{path.name} cannot be read: {error.strerror}", source=str(path)) from None
        try:
            body = json.loads(data.decode("utf-8"))
            if body["schema"] != SCHEMA:
                raise ValueError("another schema")
            files = {_path(row["path"]): Entry(_hex(row["sha256"]), str(row["key"])) for row in body["files"]}
            pending = frozenset(name for name, entry in files.items() if entry == PENDING)
            made = {name: entry for name, entry in files.items() if entry != PENDING}
            return cls(str(body["version"]), str(body["audience"]), str(body["date"]), made, pending)
        except (ValueError, TypeError, KeyError, RecursionError):
            raise usage_error(
                f"{path.name} is not a list of files that a build wrote",
                "choose another folder, nothing was touched",
                source=str(path),
            ) from None


def shard(data: bytes) -> tuple[str, bytes] | None:
    """Key and unpacked content of a data shard; None when the file is none.

    Raises ValueError when it is one in form but its content does not unpack, or to more than ``LARGEST_SHARD``.
    """
    match = _SHARD.fullmatch(data)
    if match is None:
        return None
    import base64
    import zlib

    content = base64.b64decode(match[2], validate=True)
    if content[:2] == b"\x1f\x8b":
        try:
            machine = zlib.decompressobj(31)
            content = machine.decompress(content, LARGEST_SHARD)
        except zlib.error as error:
            raise ValueError(f"shard {match[1].decode()}: {error}") from None
        if not machine.eof or machine.unused_data:
            raise ValueError(f"shard {match[1].decode()}: cut off, too long, or followed by something")
    return match[1].decode(), content


def content_digest(data: bytes) -> str:
    """SHA-256 of a file; of a shard, of its unpacked content, because deflate's bytes differ between zlib builds."""
    try:
        found = shard(data)
    except ValueError:
        found = None
    return hashlib.sha256(data if found is None else found[1]).hexdigest()


def _path(text: object) -> str:
    if not isinstance(text, str) or not all(_SEGMENT.match(part) for part in text.split("/")):
        raise ValueError("path")
    return text


def _hex(text: object) -> str:
    if not isinstance(text, str) or not _HEX.match(text):
        raise ValueError("digest")
    return text
