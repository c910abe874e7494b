"""The bytes of a ground truth and what was asked of its reader -> the table that was read from them once before.

A file of the user's cache (``private_folder``) per table, named by a digest of all that the table follows from: the
bytes, the name where a layout takes a sample from it, the arguments of ``formats.read``, and which reader this is.
Nothing in it is believed: its digest must be right, and what it says is checked as the answer of a stranger's process
is (``messages``). Whatever is wrong with it, the ground truth is read as if it were not there, and it is written anew.
"""

from __future__ import annotations

import contextlib
import dataclasses
import hashlib
import json
import os
import sys
import unicodedata
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ocr_eval.formats import private_folder
from ocr_eval.formats.sources import content_of, is_zip

if TYPE_CHECKING:
    from ocr_eval.tables.instances import Instances

MAGIC = b"ocr-eval prepared 1\n"
# Bytes of a ground truth. Reading, by taking it from the cache, zips of quads in fresh processes: 1.6 at 9 kB, 1.8 at
# 18 kB, 2.1 at 35 kB, 3.5 at 250 kB. Reading and keeping it, by reading: 1.5 at 18 kB, 1.3 at 250 kB, 1.0 at 30 MB.
SMALLEST = 16 << 10
BEGIN = len(MAGIC) + hashlib.sha256().digest_size
READERS = (".", "formats", "kernels", "tables", "text")  # folders of the modules that a table follows from


def read_prepared(
    path: str, read: Callable[..., Instances], arguments: Mapping[str, Any], *, version: str
) -> Instances:
    """``read(path, **arguments)``, or the same table from the cache. Errors are those of ``read``.

    ``version`` is the package's: another one may read another table from the same bytes.

    Only files are looked up: reading a folder's files to tell whether they changed is most of the work there, and
    whoever gives standard input wants nothing written.
    """
    content = content_of(path, arguments["limits"]) if _is_pure(arguments) else None
    folder = None if content is None or len(content) < SMALLEST else private_folder.private_folder()
    if content is None or folder is None:
        return read(path, **arguments)
    key = _key(content, path, arguments, version)
    place = folder / key.hex()
    data = private_folder.content(place)
    if data is not None:
        with contextlib.suppress(ValueError, MemoryError):
            table = _unpacked(key, data, path)
            private_folder.touch(place)
            return table
    table = read(path, **arguments, stdin=content)  # what was digested, whatever the file holds by now
    data = _packed(key, table)
    if data is not None:
        private_folder.keep(place, data)
    return table


def _is_pure(arguments: Mapping[str, Any]) -> bool:
    """False when the table follows from more than the file: ``sizes=`` names another one, samples are another table."""
    return arguments.get("samples") is None and "sizes=" not in (arguments.get("format") or "")


def _key(content: bytes, path: str, arguments: Mapping[str, Any], version: str) -> bytes:
    """The digest of all that the table follows from. How many errors are listed says nothing of a table."""
    asked = {name: value for name, value in arguments.items() if name != "max_errors"}
    asked["limits"] = arguments["limits"]._asdict()
    # The only file of an input may give its sample's name; entries of a zip have names of their own.
    name = "" if is_zip("", content[:4]) else Path(path).name
    reader = [version, sys.version_info[:2], unicodedata.unidata_version, _modules()]
    said = json.dumps([reader, name, hashlib.sha256(content).hexdigest(), asked], sort_keys=True)
    return hashlib.sha256(said.encode("ascii")).digest()


def _modules() -> list[tuple[str, int, int]]:
    """Name, size and time of every module that reads: another one may read another table from the same bytes."""
    package = Path(__file__).parent.parent
    found = [(str(package), 0, 0)]
    with contextlib.suppress(OSError):  # inside a zip: the version has to do
        for name in READERS:
            with os.scandir(package / name) as listing:
                modules = [(item.name, item.stat()) for item in listing if item.name.endswith(".py")]
            found += [(f"{name}/{module}", status.st_size, status.st_mtime_ns) for module, status in modules]
    return sorted(found)


def _packed(key: bytes, table: Instances) -> bytes | None:
    """The file of a table; None when it would be too large, or when not every bit of the table would come back."""
    from ocr_eval.formats.messages import Answer, answer

    message = answer(Answer("table", notices=table.notices, instances=table))
    data = b"".join((MAGIC, hashlib.sha256(key + message).digest(), message))
    if len(data) > private_folder.LARGEST:
        return None
    with contextlib.suppress(ValueError):
        return data if _is_same(table, _unpacked(key, data, table.source)) else None
    return None


def _unpacked(key: bytes, data: bytes, source: str) -> Instances:
    """The table of a file. Raises ValueError for anything else."""
    from ocr_eval.formats.messages import PREFIX, answer_of, lengths

    message = memoryview(data)[BEGIN:]
    checksum = hashlib.sha256(key)
    checksum.update(message)
    if data[:BEGIN] != MAGIC + checksum.digest():
        raise ValueError("another file, or a damaged one")
    header, body = lengths(bytes(message[:PREFIX]))
    if PREFIX + header + body != len(message):
        raise ValueError("lengths that do not fit")
    said = answer_of(bytes(message[PREFIX : PREFIX + header]), message[PREFIX + header :], source)
    if said.kind != "table" or said.instances is None:
        raise ValueError("an answer without a table")
    return said.instances


def _is_same(a: Any, b: Any) -> bool:
    """Equal to the last bit and in every type."""
    if type(a) is not type(b):
        return False
    if dataclasses.is_dataclass(a):
        return all(_is_same(getattr(a, f.name), getattr(b, f.name)) for f in dataclasses.fields(a))
    if isinstance(a, Mapping):
        return list(a) == list(b) and all(_is_same(a[name], b[name]) for name in a)
    if hasattr(a, "dtype"):
        return (a.dtype, a.shape) == (b.dtype, b.shape) and bool(a.tobytes() == b.tobytes())
    return bool(a == b)
