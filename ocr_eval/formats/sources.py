"""A path (zip, folder, file) or standard input -> the files in it; nothing is written, links are not followed.

A folder is judged as a zip of the same content would be: see ``archive`` for A1 to A5 and ``files`` for the names.
"""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO, NamedTuple

from ocr_eval.errors import Findings, quote, usage_error
from ocr_eval.formats import archive
from ocr_eval.formats.files import File
from ocr_eval.formats.zip_directory import Member
from ocr_eval.limits import Limits

_OPEN = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_BINARY", 0)
LMDB, LOCK = "data.mdb", "lock.mdb"
_OTHER_ARCHIVES = {
    b"\x1f\x8b": "gzip",
    b"7z\xbc\xaf\x27\x1c": "7z",
    b"\xfd7zXZ\x00": "xz",
    b"Rar!\x1a\x07": "rar",
    b"\x28\xb5\x2f\xfd": "zstd",
}


class Source(NamedTuple):
    """What a path turned out to be. ``whole``: a single file that is no container; its only entry has no name."""

    files: list[File]
    whole: bool
    is_folder: bool


def open_source(
    source: str, stdin: bytes | None, findings: Findings, limits: Limits, samples: int | None
) -> Source | None:
    """Lists the files of a source (A1 to A5 for a zip); None after recording what is wrong.

    ``stdin`` are the bytes of standard input, or those that ``content_of`` has read already.

    Raises InputError (E_USAGE) when there is nothing to read at the path.
    """
    if stdin is not None:
        return _contained("" if source == "-" else source, stdin, findings, limits, samples)
    try:
        if not source:  # Path("") would be the working folder
            raise ValueError("no path")
        status = Path(source).stat()
        if stat.S_ISDIR(status.st_mode) and _is_lmdb(source):
            source = str(Path(source, LMDB))
            status = Path(source).stat()
        if stat.S_ISDIR(status.st_mode):
            findings.is_folder = True
            return _folder(source, findings, limits, samples)
        with _opened(source, follow=True) as file:
            head = file.read(4)
            flag, most = ("archive-bytes", limits.archive_bytes)
            if not is_zip(source, head):
                flag, most = ("file-bytes", limits.file_bytes)
            content = head + file.read(most + 1) if status.st_size <= most else b""
        if max(status.st_size, len(content)) > most:
            findings.error("E_LIMIT", f"file of {status.st_size} bytes, at most {most}", _more(flag))
            return None
    except (OSError, ValueError) as error:  # ValueError: a NUL in the path
        reason = (getattr(error, "strerror", None) or "not a path").lower()
        raise usage_error(f"cannot be read: {reason}", "check the path", source=source) from None
    return _contained(source, content, findings, limits, samples)


def content_of(source: str, limits: Limits) -> bytes | None:
    """The bytes of a file within the limits; None for anything else, of which ``open_source`` says what it is."""
    try:
        if source == "-" or not stat.S_ISREG(Path(source).stat().st_mode):
            return None
        with _opened(source, follow=True) as file:
            head = file.read(4)
            most = limits.archive_bytes if is_zip(source, head) else limits.file_bytes
            content = head + file.read(most + 1)
    except (OSError, ValueError):  # ValueError: a NUL in the path
        return None
    return content if len(content) <= most else None


def _is_lmdb(folder: str) -> bool:
    """A folder that holds an LMDB and nothing else: its one file is read, as a file."""
    names = set(os.listdir(folder))
    return LMDB in names and names <= {LMDB, LOCK} and stat.S_ISREG(Path(folder, LMDB).lstat().st_mode)


def is_zip(source: str, head: bytes) -> bool:
    """By content; a name that ends in .zip makes anything else a broken zip."""
    return head.startswith((b"PK\x03\x04", b"PK\x05\x06")) or source.lower().endswith(".zip")


def _contained(
    source: str, content: bytes, findings: Findings, limits: Limits, samples: int | None
) -> Source | None:
    """The entries of a zip, or the one entry that a plain file is."""
    kind = next((name for magic, name in _OTHER_ARCHIVES.items() if content.startswith(magic)), "")
    if not kind:
        kind = "bzip2" if content[4:10] == b"1AY&SY" else "tar" if content[257:262] == b"ustar" else ""
    if kind:
        unpack = "gunzip it first: a document is read as it is, files of samples as a folder or zip"
        findings.error("E_ZIP_FORMAT", f"{kind} file, expected zip", unpack if kind == "gzip" else "")
        return None
    if not is_zip(source, content):
        return Source([File(Path(source).name, len(content), 0, lambda _: content)], True, False)
    members = archive.members(content, findings, limits, samples)
    if members is None:
        return None

    def loader(member: Member) -> Callable[[Findings], bytes | None]:
        return lambda found: archive.inflate(content, member, found)

    return Source([File(m.name, m.size, m.mode, loader(m)) for m in members], False, False)


def _folder(root: str, findings: Findings, limits: Limits, samples: int | None) -> Source | None:
    """Everything below a folder, by name; the limits are those of an archive (A2)."""
    allowed, found, total = limits.entries_for(samples), [], 0
    waiting = [""]
    while waiting:
        below = waiting.pop()
        with os.scandir(Path(root, below)) as listing:
            for item in listing:
                status = item.stat(follow_symlinks=False)
                name = below + item.name
                if stat.S_ISDIR(status.st_mode):
                    waiting.append(name + "/")
                    found.append(File(name + "/", 0, status.st_mode, lambda _: b""))
                else:
                    found.append(File(name, status.st_size, status.st_mode, _file_loader(root, name, limits)))
                    total += status.st_size
                    if status.st_size > limits.entry_bytes and stat.S_ISREG(status.st_mode):
                        reason = f"file of {status.st_size} bytes, at most {limits.entry_bytes}"
                        findings.error("E_ZIP_TOO_BIG", reason, _more("entry-bytes"), entry=name)
                if len(found) > allowed:
                    findings.error("E_ZIP_TOO_BIG", f"more than {allowed} entries", _more("entries"))
                    return None
    if total > limits.total_bytes:
        findings.error(
            "E_ZIP_TOO_BIG", f"folder holds {total} bytes, at most {limits.total_bytes}", _more("total-bytes")
        )
    found.sort(key=lambda file: os.fsencode(file.name))
    return None if findings.total else Source(found, False, True)


def _file_loader(root: str, name: str, limits: Limits) -> Callable[[Findings], bytes | None]:
    def load(findings: Findings) -> bytes | None:
        try:
            with _opened(str(Path(root, name)), follow=False) as file:
                content = file.read(limits.entry_bytes + 1)
        except OSError as error:
            reason = f"{quote(name)} cannot be read: {(error.strerror or 'unknown').lower()}"
            raise usage_error(reason, "check the folder", source=root) from None
        if len(content) > limits.entry_bytes:
            findings.error("E_ZIP_TOO_BIG", f"file grew beyond {limits.entry_bytes} bytes", entry=name)
            return None
        return content

    return load


def _opened(path: str, *, follow: bool) -> BinaryIO:
    """A regular file, opened without waiting; anything else, and a link that is not to be followed, is an OSError."""
    number = os.open(path, _OPEN | (0 if follow else getattr(os, "O_NOFOLLOW", 0)))
    if stat.S_ISREG(os.fstat(number).st_mode):
        return os.fdopen(number, "rb")
    os.close(number)
    raise OSError(errno.EINVAL, "neither a file nor a folder")


def _more(limit: str) -> str:
    return f"--limit {limit}=N raises the limit when the input is honest"
