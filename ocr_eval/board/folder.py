"""The folder of a site: its lock, temporary files beside their targets, replacement that survives a crash."""

from __future__ import annotations

import contextlib
import os
import re
import stat
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from ocr_eval.errors import escape, quote, usage_error

LOCK = ".lock"
PATIENCE = 1.0  # seconds: a process killed while it started another leaves its lock to it until that one's program runs
TEMPORARY = re.compile(r"(.+)\.tmp-[0-9]+\Z")


@contextlib.contextmanager
def failing(path: Path) -> Iterator[None]:
    """An OSError becomes one line (E_USAGE) that names the file."""
    try:
        yield
    except OSError as error:
        name = error.filename if isinstance(error.filename, str) else str(path)
        raise usage_error(
            f"{quote(name)} cannot be written: {error.strerror or error}",
            "free space or choose another folder, the next build repairs what is missing",
        ) from None


@contextlib.contextmanager
def locked(out: Path) -> Iterator[None]:
    """Holds ``<out>/.lock``, gone afterwards. Raises InputError (E_USAGE) that names who has it and for how long."""
    import fcntl
    import time

    path = out / LOCK
    end = time.monotonic() + PATIENCE
    while True:
        with failing(path):
            handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o666)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            holder = os.read(handle, 300).decode("utf-8", "replace").strip()
            age = max(0, int(time.time() - os.fstat(handle).st_mtime))
            os.close(handle)
            if isinstance(error, BlockingIOError) and time.monotonic() < end:
                time.sleep(0.02)
                continue
            if not isinstance(error, BlockingIOError):
                raise usage_error(f"{quote(str(path))} cannot be locked: {error.strerror}") from None
            number, _, host = holder.partition(" ")
            who = f"process {number} on {escape(host)}" if number.isdigit() and host else "another process"
            raise usage_error(
                f"{quote(str(out))} is being written by {who}, for {age} s",
                "wait for it, or end that process if it hangs, the lock goes with it",
            ) from None
        # The holder before us may have removed the file between our open and our lock: then this is another file.
        with contextlib.suppress(FileNotFoundError):
            if os.path.samestat(os.fstat(handle), path.stat()):
                break
        os.close(handle)
    try:
        with failing(path):
            os.truncate(handle, 0)
            os.write(handle, f"{os.getpid()} {os.uname().nodename}\n".encode())
        yield
    finally:
        with contextlib.suppress(OSError):
            path.unlink()
        os.close(handle)


def content(out: Path, path: str) -> bytes | None:
    """The file's bytes, None when there is none. Raises InputError for a folder or a link where none belongs."""
    place = out
    parts = path.split("/")
    for depth, part in enumerate(parts, 1):
        place = place / part
        is_last = depth == len(parts)
        with failing(place):
            try:
                mode = place.lstat().st_mode
            except FileNotFoundError:
                return None
        if not (stat.S_ISREG(mode) if is_last else stat.S_ISDIR(mode)):
            raise usage_error(
                f"{quote(str(place))} is in the way, a {'file' if is_last else 'folder'} belongs there",
                "move it away or choose another folder",
            )
    with failing(place):
        return place.read_bytes()


def temporary(target: Path) -> Path:
    """Where a file is written before it replaces ``target``."""
    return target.with_name(f"{target.name}.tmp-{os.getpid()}")


def put(target: Path, data: bytes) -> None:
    """Replaces one file atomically."""
    write_synced(temporary(target), data)
    temporary(target).replace(target)


def write_new(path: Path, data: bytes) -> None:
    """A file that was not there, with the permissions that the umask leaves; perhaps not on disk yet."""
    with path.open("xb") as stream:
        stream.write(data)


def write_synced(path: Path, data: bytes) -> None:
    """The same, on disk when this returns."""
    write_new(path, data)
    _sync(path)


def sync_files(paths: Sequence[Path]) -> None:
    """Waits until files are on disk; together, because a file system that must write its journal does it once."""
    from concurrent.futures import ThreadPoolExecutor

    with ThreadPoolExecutor(16) as pool:
        list(pool.map(_sync, paths))


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def sync_folder(folder: Path) -> None:
    """Makes renames in a folder durable; file systems that cannot sync a folder are left alone."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    with contextlib.suppress(OSError):
        os.fsync(handle)
    os.close(handle)


def sweep(out: Path, known: Iterable[str]) -> None:
    """Removes temporary files that builds left beside the files ``known``; only to be called under the lock."""
    names: dict[str, set[str]] = {}
    for path in known:
        folder, _, name = path.rpartition("/")
        names.setdefault(folder, set()).add(name)
    for folder, own in names.items():
        with contextlib.suppress(OSError):
            for item in list(os.scandir(out / folder)):
                match = TEMPORARY.match(item.name)
                if match and match[1] in own and item.is_file(follow_symlinks=False):
                    Path(item.path).unlink()


def remove_empty(out: Path, folders: Iterable[Path]) -> None:
    """Removes folders below ``out`` that hold nothing, and then their parents if they hold nothing."""
    for start in sorted(set(folders)):
        folder = start
        while folder != out:
            try:
                folder.rmdir()
            except OSError:
                break
            folder = folder.parent
