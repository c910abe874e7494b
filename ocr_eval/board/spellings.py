"""A text or a ring -> the byte strings it may be published as; a file's bytes -> the same with every escape undone."""

from __future__ import annotations

import re
import struct
import unicodedata
from collections.abc import Iterator, Sequence

_ROUNDS = 4  # JSON in HTML in a URL, and one more
_LONGEST = 64  # characters of a long text that are looked for: pages may cut what follows
_ESCAPE = re.compile(
    r"\\u([dD][89abAB][0-9a-fA-F]{2})\\u([dD][c-fC-F][0-9a-fA-F]{2})"
    r"|\\u\{([0-9a-fA-F]{1,6})\}|\\u([0-9a-fA-F]{4})|\\U([0-9a-fA-F]{8})|\\x([0-9a-fA-F]{2})"
    r"|\\([nrtbf])|\\([^\w\s]|_)"
)
_NAMED = {"n": "\n", "r": "\r", "t": "\t", "b": "\b", "f": "\f"}
_PERCENT = re.compile(rb"%[0-9a-fA-F]{2}")
_ONLY_NUMBERS = bytes(byte if chr(byte) in "0123456789.-" else 32 for byte in range(256))
_TRAILING_ZEROS = re.compile(rb"(\.[0-9]*?)0+(?= )")
_HIDDEN = re.compile(
    r"[\x00-\x1f\x7f-\x9f\u061c\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff\ufff9-\ufffb\ud800-\udfff]+"
)
_POINTS, _FEWEST_DIGITS = 3, 9  # of a ring's window: six numbers; fewer digits occur by chance


def unescape(data: bytes) -> bytes:
    """JSON, JavaScript, HTML, URL, LaTeX, Markdown and CSV escapes undone until nothing changes."""
    import html

    original = data
    for _ in range(_ROUNDS):
        before = data
        if b"%" in data:
            data = _PERCENT.sub(lambda match: bytes.fromhex(match[0][1:].decode()), data)
        if b"&" in data or b"\\" in data:
            text = data.decode("utf-8", "replace")
            if "&" in text:
                text = html.unescape(text)
            if "\\" in text:
                text = _ESCAPE.sub(_character, text)
            data = text.encode("utf-8", "surrogatepass")
        data = data.replace(b'""', b'"')
        if data == before:
            break
    return original if data == original else data


def _character(match: re.Match[str]) -> str:
    high, low, braced, short, long, byte, named, mark = match.groups()
    if high:
        return chr(0x10000 + ((int(high, 16) - 0xD800) << 10) + int(low, 16) - 0xDC00)
    if named:
        return _NAMED[named]
    if mark:
        return str(mark)
    point = int(braced or short or long or byte, 16)
    return chr(point) if point < 0x110000 else match[0]


def is_text(data: bytes) -> bool:
    """Few enough NUL bytes to be read as text; compressed data and arrays of numbers have more."""
    return data.count(0) * 4096 <= len(data)


def number_words(data: bytes) -> bytes:
    """Only the numbers of a file, one blank between two, without zeros at the end of decimals: `` 377 117 4.5 ``."""
    words = b" " + b" ".join(data.translate(_ONLY_NUMBERS).split()) + b" "
    return _TRAILING_ZEROS.sub(lambda match: match[1].rstrip(b"."), words)


def variants(text: str = "", ring: Sequence[float] = ()) -> Iterator[bytes]:
    """Byte strings to look for. A text is also looked for in other case, in NFC and NFKC, and as its page name."""
    yield from _of_text(text)
    if len(ring) >= 2 * _POINTS:
        yield from _of_ring([float(value) for value in ring])


def _of_text(text: str) -> Iterator[bytes]:
    from ocr_eval.board.model import page_name
    from ocr_eval.report.escape import latex, markdown, visible

    text = text.strip()
    if not text or (text.isdigit() and len(text) < 10):
        return
    spelled = {text, text.lower(), text.upper()}
    if not (text.isascii() and text.isalnum()):
        spelled |= {text.casefold(), *(unicodedata.normalize(form, text) for form in ("NFC", "NFKC"))}
        # Pages print control and invisible characters as marks of their own, which cuts the text into pieces.
        spelled.update(piece for piece in _HIDDEN.split(text) if len(piece) > 4)
        spelled.update(escaped(text) for escaped in (latex, markdown, visible))
        spelled.add(page_name(text)[:-9])  # the readable part of a file name
    for spelling in spelled:
        short = spelling[:_LONGEST]
        raw = short.encode("utf-8", "surrogatepass")
        yield raw
        if not raw.isalnum():
            yield unescape(raw)
        yield short.encode("utf-16-le", "surrogatepass")
        yield short.encode("utf-16-be", "surrogatepass")


def _of_ring(ring: Sequence[float]) -> Iterator[bytes]:
    count = len(ring) // 2
    for first in range(count):
        numbers = [ring[(2 * first + k) % (2 * count)] for k in range(2 * _POINTS)]
        if len(set(numbers)) < 3:
            continue
        is_whole = all(value == int(value) for value in numbers)
        for spelled in {
            tuple(_spell(value, digits) for value in numbers)
            for digits in ((0,) if is_whole else (None, 1, 2, 3))
        }:
            words = " ".join(spelled)
            if sum(map(str.isdigit, words)) >= _FEWEST_DIGITS:
                yield f" {words} ".encode()
        if first == 0:
            yield from _packed(numbers)


def _packed(numbers: Sequence[float]) -> Iterator[bytes]:
    """Little-endian arrays of the types that JavaScript reads."""
    if sum(abs(value) >= 16 for value in numbers) < 4:
        return
    size = len(numbers)
    yield struct.pack(f"<{size}d", *numbers)
    yield struct.pack(f"<{size}f", *numbers)
    if all(value == int(value) for value in numbers):
        whole = [int(value) for value in numbers]
        if all(-(2**31) <= value < 2**31 for value in whole):
            yield struct.pack(f"<{size}i", *whole)
        if all(-(2**15) <= value < 2**15 for value in whole):
            yield struct.pack(f"<{size}h", *whole)


def _spell(value: float, digits: int | None) -> str:
    """A coordinate as pages may print it, without zeros at the end of decimals."""
    text = repr(value) if digits is None else f"{value:.{digits}f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
