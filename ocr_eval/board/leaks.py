"""Strings that must not be published + the files of a site -> where they appear, in whatever spelling.

A canary is searched as UTF-8 and UTF-16, in any mixture of JSON, HTML, URL, LaTeX and CSV escapes, inside every run of
base64 of 40 or more characters and inside what such a run or a file unpacks to. Coordinates are searched as numbers
between any separators and as packed arrays. Numbers that were scaled or reordered cannot be found this way; that is
what the invariance test is for.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from ocr_eval.board.spellings import is_text, number_words, unescape, variants

if TYPE_CHECKING:
    from numpy.typing import NDArray

LARGEST = 1 << 28  # bytes that one file may unpack to before the scan refuses it
DEEPEST = 4  # base64 in gzip in base64 …
_WIDE, _NARROW = 8, 5  # bytes looked up at once; a canary of fewer than 8 must stand alone
_RUN = re.compile(rb"[A-Za-z0-9+/_-]{40,}(?:\r?\n[A-Za-z0-9+/_-]{4,})*")
_STREAM = re.compile(rb"stream\r?\n(.*?)\r?\nendstream", re.DOTALL)  # of a PDF
_BITS = 22
_FACTOR = 0x9E3779B97F4A7C15  # golden ratio, odd: spreads windows over the table


class Leak(NamedTuple):
    """What was found where. ``origin`` names the kind and home of the canary, never its text."""

    path: str
    origin: str
    how: str  # plain, escaped, base64, gzip in base64, name, …


class Canary(NamedTuple):
    """One secret: a text or a ring (x1, y1, x2, y2, …), and where it comes from."""

    origin: str
    text: str = ""
    ring: Sequence[float] = ()


class Scanner:
    """Finds canaries in files. Those that occur in ``allowed`` (text that is public anyway) are no canaries."""

    def __init__(self, canaries: Iterable[Canary], allowed: Iterable[str] = ()) -> None:
        self._origins: dict[bytes, str] = {}
        self._has_rings = False
        for canary in canaries:
            self._has_rings |= bool(canary.ring)
            for needle in variants(canary.text, canary.ring):
                if len(needle) >= _NARROW and len(set(needle)) > 2:
                    self._origins.setdefault(needle, canary.origin)
        public = "\n".join(allowed).encode("utf-8", "surrogatepass")
        self._index()
        if public and self._origins:
            known = {needle for view in (public, unescape(public)) for needle in self._needles(view)}
            known |= set(self._needles(number_words(public)))
            self._origins = {
                needle: origin for needle, origin in self._origins.items() if needle not in known
            }
            self._index()

    def __len__(self) -> int:
        return len(self._origins)

    def scan(self, path: str, data: bytes) -> list[Leak]:
        """Every kind of canary in a file's name or content, each kind once. ``path`` is relative to the site."""
        if not self._origins:
            return []
        found = dict.fromkeys(Leak(path, origin, "name") for origin in self._look(path.encode()))
        for how, view, plain in _layers(data):
            found.update(dict.fromkeys(Leak(path, origin, how) for origin in self._look(view, plain)))
        return list(found)

    def _look(self, data: bytes, plain: bytes | None = None) -> Iterator[str]:
        for needle in self._needles(data):
            yield self._origins[needle]
        if plain is None:
            return
        if plain is not data:
            for needle in self._needles(plain):
                yield self._origins[needle]
        if self._has_rings:
            for needle in self._needles(number_words(plain)):
                yield self._origins[needle]

    def _index(self) -> None:
        """One window of each needle -> the needles that have it, by the window's offset and their length."""
        self._by_window: dict[int, dict[bytes, dict[tuple[int, int], set[bytes]]]] = {_WIDE: {}, _NARROW: {}}
        for needle in self._origins:
            width = _WIDE if len(needle) >= _WIDE else _NARROW
            start = _telling(needle, width)
            shapes = self._by_window[width].setdefault(needle[start : start + width], {})
            shapes.setdefault((start, len(needle)), set()).add(needle)
        self._tables = {width: _table(windows) for width, windows in self._by_window.items() if windows}

    def _needles(self, data: bytes) -> Iterator[bytes]:
        """Needles in one piece of data. Short ones only where no letter or digit continues them."""
        for width, table in self._tables.items():
            windows = self._by_window[width]
            for place in _places(data, width, table):
                for (start, length), needles in windows.get(data[place : place + width], {}).items():
                    first = place - start
                    needle = data[max(first, 0) : first + length]
                    if needle in needles and (width == _WIDE or _stands_alone(data, first, length)):
                        yield needle


def _telling(needle: bytes, width: int) -> int:
    """Where the window with the most different bytes begins: padding and zeros would be found everywhere."""
    if len(set(needle[:width])) >= width - 2:
        return 0
    starts = range(0, min(len(needle) - width, 24) + 1, 4)
    return max(starts, key=lambda start: (len(set(needle[start : start + width])), -start))


def _layers(data: bytes) -> Iterator[tuple[str, bytes, bytes | None]]:
    """A file's content, then everything packed into it: a word for the way in, the bytes, and, if they are text, the
    same without escapes. Raises ValueError when it all unpacks to more than LARGEST.
    """
    budget = LARGEST
    waiting = [("plain", data, 0)]
    while waiting:
        how, piece, depth = waiting.pop()
        inner = _unpack(piece, budget)
        if inner is not None:
            budget -= len(inner)
            how, piece = _inside("gzip", how), inner
        plain = unescape(piece) if is_text(piece) else None
        yield how, piece, plain
        if depth >= DEEPEST or plain is None:
            continue
        if piece.startswith(b"%PDF"):
            waiting += [(_inside("stream", how), match[1], depth + 1) for match in _STREAM.finditer(piece)]
        for view in (piece,) if plain is piece else (piece, plain):
            for match in _RUN.finditer(view):
                waiting += [(_inside("base64", how), part, depth + 1) for part in _decode(match[0])]


def _inside(what: str, how: str) -> str:
    return what if how == "plain" else f"{what} in {how}"


def _decode(run: bytes) -> Iterator[bytes]:
    """What a run holds. Letters before it may not belong to it: unless it unpacks, all four alignments are read."""
    import base64

    body = run.translate(bytes.maketrans(b"-_", b"+/"), b"\r\n")
    for start in range(4):
        part = body[start : start + (len(body) - start) // 4 * 4]
        rest = body[start + len(part) :]
        if len(rest) >= 2:
            part += rest + b"=" * (4 - len(rest))
        if not part:
            return
        content = base64.b64decode(part)
        yield content
        if content[:2] == b"\x1f\x8b":
            return


def _unpack(data: bytes, budget: int) -> bytes | None:
    """What gzip or zlib data hold, as far as they are whole; None for anything else."""
    import zlib

    if data[:2] == b"\x1f\x8b":
        bits = 31
    elif data[:1] == b"\x78" and len(data) > 2 and int.from_bytes(data[:2], "big") % 31 == 0:
        bits = 15
    else:
        return None
    content = b""
    while data:  # a gzip file may have several members
        machine = zlib.decompressobj(bits)
        try:
            content += machine.decompress(data, max(1, budget + 1 - len(content)))
        except zlib.error:
            break
        if len(content) > budget:
            raise ValueError(f"unpacks to more than {LARGEST} bytes")
        if not machine.eof:
            break
        data = machine.unused_data
    return content or None


def _table(windows: Iterable[bytes]) -> tuple[NDArray[Any], NDArray[Any]]:
    """The windows as sorted numbers, and a bit table that most other windows are not in."""
    import numpy as np

    keys = np.array(sorted(int.from_bytes(window, "little") for window in windows), np.uint64)
    table = np.zeros(1 << _BITS, np.bool_)
    table[_hash(keys)] = True
    return keys, table


def _hash(keys: NDArray[Any]) -> NDArray[Any]:
    import numpy as np

    return (keys * np.uint64(_FACTOR)) >> np.uint64(64 - _BITS)


def _places(data: bytes, width: int, tables: tuple[NDArray[Any], NDArray[Any]]) -> Iterator[int]:
    """Positions where one of the windows stands."""
    import numpy as np

    windows, table = tables
    padded = data + bytes(16)
    mask = np.uint64((1 << (8 * width)) - 1)
    for shift in range(8):
        count = (len(data) - shift + 7) // 8
        if count <= 0:
            return
        keys = np.frombuffer(padded, "<u8", count, shift) & mask
        near = np.flatnonzero(table[_hash(keys)])
        slots = np.searchsorted(windows, keys[near])
        exact = near[windows[np.minimum(slots, len(windows) - 1)] == keys[near]]
        for place in exact.tolist():
            yield 8 * place + shift


def _stands_alone(data: bytes, place: int, length: int) -> bool:
    """No letter or digit before or after, and no long run of base64 around (digests, packed data)."""
    before, after = data[max(0, place - 40) : place], data[place + length : place + length + 40]
    marks = before.decode("utf-8", "ignore")[-1:] + after.decode("utf-8", "ignore")[:1]
    if any(mark.isalnum() or mark == "_" for mark in marks):
        return False
    around = before + data[place : place + length] + after
    return not any(run.start() <= len(before) < run.end() for run in _RUN.finditer(around))
