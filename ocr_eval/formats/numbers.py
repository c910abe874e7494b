"""One field of a line -> a coordinate or a confidence, by one ASCII grammar; a ``LineFault`` says what is wrong.

Rules T7 to T9 of the reference on reliability, section 2.2. Every check is linear in the field, and ``int`` and
``float`` see only what the grammar let through: they would take ``+1``, ``1_0``, other scripts' digits, ``nan``,
and 4 301 digits raise.
"""

from __future__ import annotations

from collections.abc import Sequence

from ocr_eval.errors import quote
from ocr_eval.limits import Limits

BLANK = " \t"
_NUMBER_LIKE = frozenset("0123456789.+-_eExX \t")
NAMES = {"nan", "inf", "infinity"}
_MARKS = {",": "','", ";": "';'", "	": "a tab", "|": "'|'", " ": "a space"}


class LineFault(Exception):
    """A line that cannot be read. ``col`` counts from 1 in code points."""

    def __init__(self, code: str, reason: str, hint: str = "", col: int | None = None) -> None:
        super().__init__(reason)
        self.code, self.reason, self.hint, self.col = code, reason, hint, col


def is_integer(field: str) -> bool:
    """True for the integer grammar ``-?[0-9]{1,9}`` with spaces and tabs around it."""
    digits = field.strip(BLANK)
    digits = digits[1:] if digits[:1] == "-" else digits
    return 0 < len(digits) < 10 and digits.isascii() and digits.isdigit()


def is_decimal(field: str) -> bool:
    """True for the decimal grammar ``-?[0-9]{1,9}(\\.[0-9]+)?`` with spaces and tabs around it."""
    number = field.strip(BLANK)
    whole, point, fraction = number[number[:1] == "-" :].partition(".")
    good = not point or (fraction.isascii() and fraction.isdigit())
    return good and len(number) <= 32 and 0 < len(whole) < 10 and whole.isascii() and whole.isdigit()


def resembles_number(field: str) -> bool:
    """True for what may be a broken coordinate rather than a word: ``12.5``, ``1e3``, ``0x1A``, ``１２``, ``nan``."""
    word = field.strip(BLANK)
    if word.lstrip("+-").casefold() in NAMES:
        return True
    return any(c.isdigit() for c in word) and all(c in _NUMBER_LIKE or c.isdigit() for c in word)


def coordinates(fields: Sequence[str], limits: Limits, begin: int = 1) -> list[int]:
    """Integer coordinates of these fields, which stand one character apart from column ``begin`` on."""
    values = []
    for k, field in enumerate(fields):
        number = field.strip(BLANK)
        if is_integer(number) and len(number) <= limits.number_length:
            value = int(number)
            if -limits.coordinate <= value <= limits.coordinate:
                values.append(value)
                continue
        col = begin + sum(map(len, fields[:k])) + k + len(field) - len(field.lstrip(BLANK))
        raise _wrong_coordinate(number, k, limits, col)
    return values


def _wrong_coordinate(number: str, k: int, limits: Limits, col: int) -> LineFault:
    shown = quote(number)
    if not number:
        return LineFault(
            "E_FORMAT", f"coordinate {k + 1} is missing", "write the number between the separators", col
        )
    digits = number[1:] if number[:1] == "-" else number
    if digits.isascii() and digits.isdigit():
        reason = f"coordinate {shown} is outside -{limits.coordinate} to {limits.coordinate}"
        return LineFault("E_COORD", reason, "write pixels; --limit coordinate=N raises the limit", col)
    if any(character.isdigit() for character in number) or number.lstrip("+-").casefold() in NAMES:
        cure = "round to whole pixels"
        if is_decimal(number) and 0 < abs(float(number)) < 1:
            cure += ", after multiplying coordinates from 0 to 1 by the width and height of the image"
        return LineFault("E_COORD", f"{shown} is no coordinate, expected an integer", cure, col)
    return LineFault("E_FORMAT", f"{shown} stands where coordinate {k + 1} belongs", "", col)


def confidence(field: str, limits: Limits, col: int | None = None) -> float:
    """A decimal in [0, 1], exponent notation allowed."""
    number = field.strip(BLANK)
    mantissa, mark, exponent = number.partition("e" if "e" in number else "E")
    power = exponent[1:] if exponent[:1] in ("+", "-") else exponent
    good = len(number) <= limits.number_length and is_decimal(mantissa) and mantissa == mantissa.strip(BLANK)
    if good and mark:
        good = power.isascii() and power.isdigit()
    value = float(number) if good else -1.0
    if not 0 <= value <= 1:
        shown = quote(number) if number else "nothing"
        raise LineFault("E_CONFIDENCE", f"confidence is {shown}, expected a number from 0 to 1", "", col)
    return value + 0.0  # -0.0 becomes 0.0


def too_few_fields(
    fields: Sequence[str], count: int, more: Sequence[str], form: str, separator: str = ","
) -> LineFault:
    """The fault of a line with less than ``count`` coordinates and ``more``; names a separator that is wrong."""
    run = next((k for k, field in enumerate(fields) if not is_integer(field)), len(fields))
    if run >= count:
        missing = more[len(fields) - count]
        hint = f"add the {missing}, or choose a protocol that reads none"
        return LineFault("E_FORMAT", f"no {missing} after {count} coordinates, expected {form}", hint, 1)
    hint = f"compare the line with {form}, or name its layout (--gt-format, --pred-format)"
    other = next((mark for mark in ";\t| ," if mark != separator and _numbers_apart(fields[-1], mark)), None)
    if other is not None:
        hint = f"separate the fields with {_MARKS[separator]}, the line has {_MARKS[other]}"
    size = f"{len(fields)} field{'s' * (len(fields) > 1)}"
    reason = f"{run} coordinate{'s' * (run != 1)} in {size}, expected {count} ({form})"
    return LineFault("E_FORMAT", reason, hint, 1)


def _numbers_apart(field: str, separator: str) -> bool:
    """True when at least two integers stand in the field with this separator between them."""
    parts = field.strip(BLANK).split(separator, 3)
    return len(parts) > 1 and is_integer(parts[0]) and is_integer(parts[1])
