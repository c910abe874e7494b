"""What every run of a target is held to: no warning, nothing written or started, little time and memory."""

from __future__ import annotations

import resource
import sys
import time
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager

SECONDS = 2.0  # of the processor, per input
MEGABYTES = 300.0  # by which one input may raise the peak
_WRITES = {
    "os.mkdir",
    "os.remove",
    "os.rename",
    "os.rmdir",
    "os.link",
    "os.symlink",
    "os.truncate",
    "os.chmod",
}
_STARTS = {
    "subprocess.Popen",
    "os.system",
    "os.exec",
    "os.posix_spawn",
    "os.fork",
    "socket.connect",
    "socket.bind",
}


class Broken(AssertionError):
    """A property that does not hold; the message says which."""


class _Watch:
    on = False
    hooked = False
    seen: list[str] = []  # noqa: RUF012


def _hook(event: str, arguments: tuple[object, ...]) -> None:
    if not _Watch.on:
        return
    if event == "open":
        path, mode, flags = arguments
        writes = isinstance(mode, str) and set(mode) & set("wax+")
        writes = writes or (mode is None and isinstance(flags, int) and flags & 0o3)
        if writes and not _is_cache(path):
            _Watch.seen.append(f"opens {path!r} for writing")
    elif (event in _WRITES or event in _STARTS) and not _is_cache(arguments):
        _Watch.seen.append(f"{event} {arguments!r:.80}")


def _is_cache(place: object) -> bool:
    """Of the interpreter or of Numba, which grow with the first use of a module."""
    return any(word in str(place) for word in ("__pycache__", ".nbi", ".nbc", "numba"))


@contextmanager
def nothing_written() -> Iterator[None]:
    """Raises Broken when files are written or processes started inside."""
    if not _Watch.hooked:
        sys.addaudithook(_hook)
        _Watch.hooked = True
    _Watch.seen.clear()
    _Watch.on = True
    try:
        yield
    finally:
        _Watch.on = False
    if _Watch.seen:
        raise Broken(_Watch.seen[0])


@contextmanager
def paused() -> Iterator[None]:
    """For a target that has to make a file before it is read."""
    before, _Watch.on = _Watch.on, False
    try:
        yield
    finally:
        _Watch.on = before


def peak() -> float:
    """The most memory this process has had, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (2**20 if sys.platform == "darwin" else 2**10)


def watched(run: Callable[[bytes], object], data: bytes) -> float:
    """Runs a target on one input and gives the seconds it took. Raises Broken, or what the target raises."""
    before = peak()
    begin = time.process_time()
    with warnings.catch_warnings(), nothing_written():
        warnings.simplefilter("error")
        run(data)
    seconds = time.process_time() - begin
    if seconds > SECONDS:
        begin = time.process_time()  # once more: the first call of a kernel compiles it
        run(data)
        seconds = time.process_time() - begin
        if seconds > SECONDS:
            raise Broken(f"{seconds:.1f} s for {len(data)} bytes, at most {SECONDS:g}")
    if peak() - before > MEGABYTES:
        raise Broken(
            f"peak memory rose by {peak() - before:.0f} MB for {len(data)} bytes, at most {MEGABYTES:g}"
        )
    return seconds
