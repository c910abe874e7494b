"""Names -> files in a folder of the user's own cache: private, bounded, and whole or not there at all.

A folder that others can write to is no cache, nor is a file of somebody else; a system without a place for one, a home
that cannot be written and a full disk mean that nothing is kept, and nobody hears of it. What was used longest ago
makes room for what is new.
"""

from __future__ import annotations

import contextlib
import os
import re
import stat
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

VARIABLE = "OCR_EVAL_CACHE"
MOST = 1 << 30  # bytes of the whole folder
LARGEST = MOST // 4  # bytes of one file
_READ = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)
_WRITE = os.O_WRONLY | os.O_CREAT | os.O_EXCL
_PLAIN = getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_BINARY", 0)
_NAME = re.compile(r"[0-9a-f]{64}(\.[0-9a-f]{16}\.new)?\Z")


class Kept(NamedTuple):
    """One file of the cache."""

    path: Path
    size: int  # bytes
    used: int  # ns since the epoch


def cache_folder() -> Path | None:
    """Where prepared ground truths are kept, whether or not it is there; None when the system names no place."""
    given = os.environ.get(VARIABLE)
    if given:
        return Path(given) / "gt"
    try:
        home = Path.home()
    except RuntimeError:
        return None
    if sys.platform == "win32":
        base = os.environ.get("LOCALAPPDATA", "")
    elif sys.platform == "darwin":
        base = str(home / "Library" / "Caches") if home.is_dir() else ""
    else:
        base = os.environ.get("XDG_CACHE_HOME", "")
        if not Path(base).is_absolute():  # as its specification says
            base = str(home / ".cache") if home.is_dir() else ""
    return Path(base) / "ocr_eval" / "gt" if base else None


def private_folder() -> Path | None:
    """The folder, made if need be; None when there can be none, or when others can write to it."""
    folder = cache_folder()
    if folder is None:
        return None
    try:
        folder.parent.mkdir(0o700, parents=True, exist_ok=True)
        folder.mkdir(0o700, exist_ok=True)
    except (OSError, ValueError):  # ValueError: a NUL in the path
        return None
    return folder if _is_trusted(folder) else None


def content(place: Path) -> bytes | None:
    """The bytes of a file; None for no file, somebody else's, a link and one that is too large."""
    try:
        with os.fdopen(os.open(place, _READ | _PLAIN), "rb") as file:
            status = os.fstat(file.fileno())
            if not (stat.S_ISREG(status.st_mode) and _is_own(status) and status.st_size <= LARGEST):
                return None
            return file.read(LARGEST)
    except (OSError, MemoryError):
        return None


def touch(place: Path) -> None:
    """Notes that the file was used now."""
    with contextlib.suppress(OSError):
        os.utime(place)


def keep(place: Path, data: bytes) -> None:
    """Puts a whole file in its place, or none: other processes may read and write the same at this moment."""
    new = place.with_name(f"{place.name}.{os.urandom(8).hex()}.new")
    try:
        with os.fdopen(os.open(new, _WRITE | _PLAIN, 0o600), "wb") as file:
            file.write(data)
        os.replace(new, place)
    except BaseException as error:
        _removed(new)
        if not isinstance(error, OSError):
            raise
    else:
        _evict(place.parent)


def kept() -> list[Kept]:
    """The files of the cache, the one used longest ago first; whatever else lies there is not ours."""
    folder = cache_folder()
    if folder is None or not _is_trusted(folder):
        return []
    return sorted(_files(folder), key=lambda file: (file.used, file.path))


def forget() -> list[Kept]:
    """Removes the files of the cache and returns those that are gone."""
    return [file for file in kept() if _removed(file.path)]


def _is_trusted(folder: Path) -> bool:
    try:
        status = folder.stat()
    except (OSError, ValueError):
        return False
    return stat.S_ISDIR(status.st_mode) and _is_own(status)


def _is_own(status: os.stat_result) -> bool:
    """Belongs to this user (or to root), and nobody else can write to it."""
    if not hasattr(os, "geteuid"):
        return True
    return status.st_uid in (0, os.geteuid()) and not status.st_mode & (stat.S_IWGRP | stat.S_IWOTH)


def _evict(folder: Path) -> None:
    """Removes what was used longest ago until the rest fits."""
    files = sorted(_files(folder), key=lambda file: (-file.used, file.path))
    total = 0
    for file in files:
        total += file.size
        if total > MOST:
            _removed(file.path)


def _files(folder: Path) -> Iterator[Kept]:
    try:
        with os.scandir(folder) as listing:
            for item in listing:
                if _NAME.match(item.name):
                    with contextlib.suppress(OSError):  # another process removed it
                        status = item.stat(follow_symlinks=False)
                        yield Kept(folder / item.name, status.st_size, status.st_mtime_ns)
    except OSError:
        return


def _removed(path: Path) -> bool:
    try:
        path.unlink()
    except OSError:
        return False
    return True
