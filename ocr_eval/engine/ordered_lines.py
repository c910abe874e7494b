"""Canonical lines of shards -> the digest of the whole table, one shard in memory at a time.

The digest is over the lines by UTF-8 bytes of the sample's id. Where every shard begins after the one before has ended
they are digested as they come. Where shards are interleaved, their lines wait in a temporary file and are merged there;
those of the shards that were digested before that showed have to come again (``lost``).
"""

from __future__ import annotations

import hashlib
import heapq
import json
import tempfile
from collections.abc import Iterator
from typing import IO

from ocr_eval.errors import usage_error

_HEAD, _TAIL = b'{"sample":', b',"instances":['
_IN_MEMORY = 16 << 20  # bytes that wait before they go to a file
_BUFFERS, _LEAST = 64 << 20, 16 << 10  # bytes of all shards, and of one, that are read at a time


class OrderedLines:
    """Takes the lines of every shard, each by itself in order, and tells the SHA-256 of all of them in order."""

    def __init__(self) -> None:
        self._digest = hashlib.sha256()
        self._last: bytes | None = None
        self._taken: list[int] = []
        self._file: IO[bytes] | None = None
        self._spans: list[tuple[int, int]] = []
        self.lost: tuple[int, ...] = ()  # shards whose lines are needed again, when all others are here

    def add(self, shard: int, lines: bytes) -> None:
        """The lines of one shard. Raises InputError (E_USAGE) when there is no room for temporary files."""
        if not lines:
            return
        first = sample_of(lines[: lines.index(b"\n") + 1])
        if self._file is None and (self._last is None or self._last < first):
            self._digest.update(lines)
            self._last = sample_of(lines[lines.rfind(b"\n", 0, len(lines) - 1) + 1 :])
            self._taken.append(shard)
            return
        if self._file is None:
            self._file = temporary()
            self.lost = tuple(self._taken)
        self.put(lines)

    def put(self, lines: bytes) -> None:
        """Lines that came again."""
        assert self._file is not None
        begin = self._spans[-1][1] if self._spans else 0
        with writing():
            self._file.seek(begin)
            self._file.write(lines)
        self._spans.append((begin, begin + len(lines)))

    def hexdigest(self) -> str:
        """64 hex digits; all lost lines must have come again."""
        if self._file is None:
            return self._digest.hexdigest()
        digest = hashlib.sha256()
        size = max(_LEAST, _BUFFERS // len(self._spans))
        for _, line in heapq.merge(*(self._lines(begin, end, size) for begin, end in self._spans)):
            digest.update(line)
        return digest.hexdigest()

    def close(self) -> None:
        """Lets the temporary file go."""
        if self._file is not None:
            self._file.close()

    def _lines(self, begin: int, end: int, size: int) -> Iterator[tuple[bytes, bytes]]:
        """(id, line) of one shard."""
        assert self._file is not None
        rest = b""
        while begin < end:
            self._file.seek(begin)
            block = self._file.read(min(size, end - begin))
            begin += len(block)
            *whole, rest = (rest + block).split(b"\n")
            for line in whole:
                yield sample_of(line), line + b"\n"


def sample_of(line: bytes) -> bytes:
    """The UTF-8 bytes of a canonical line's sample, by which lines are ordered."""
    # A quote within a JSON string has a backslash before it, so what follows the string cannot stand in it.
    quoted = line[len(_HEAD) : line.index(b'"' + _TAIL, len(_HEAD)) + 1]
    if b"\\" not in quoted:
        return quoted[1:-1]
    name: str = json.loads(quoted.decode("utf-8", "surrogatepass"))
    return name.encode("utf-8", "surrogatepass")


def temporary() -> IO[bytes]:
    """A file that is in memory as long as it is small, without a name."""
    return tempfile.SpooledTemporaryFile(_IN_MEMORY)


class writing:  # noqa: N801
    """``with``: a full or missing folder of temporary files becomes an InputError (E_USAGE) that says what to do."""

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        if isinstance(error, OSError):
            reason = f"temporary files cannot be written: {error.strerror or error}"
            hint = "free space there, or name another folder: TMPDIR=…"
            raise usage_error(reason, hint) from None
