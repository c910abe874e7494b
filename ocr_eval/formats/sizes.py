"""A CSV of ``image,width,height`` -> the sizes of images by name, for layouts that only tell parts of an image."""

from __future__ import annotations

import csv
from io import StringIO
from pathlib import Path

from ocr_eval.errors import InputError, quote, usage_error
from ocr_eval.formats.names import Doubles, Samples, key_of
from ocr_eval.formats.numbers import is_integer
from ocr_eval.limits import Limits

COLUMNS = ["image", "width", "height"]


class Sizes:
    """Sizes in whole pixels; names are joined as those of samples are. Raises InputError (E_USAGE) for a bad file."""

    def __init__(self, path: str, limits: Limits) -> None:
        self._sizes: dict[str, tuple[int, int]] = {}
        text, doubles = _text(path, limits), Doubles()
        line = 1  # where the record begins
        records = csv.reader(StringIO(text, newline=""), strict=True)
        try:
            for record in records:
                begin, line = line, records.line_num + 1
                if not record or (begin == 1 and [cell.strip() for cell in record] == COLUMNS):
                    continue
                name, sides = record[0], record[1:]
                good = len(sides) == 2 and all(
                    is_integer(v) and 0 < int(v) <= limits.coordinate for v in sides
                )
                if not good or not key_of(name) or doubles.add(key_of(name), name) is not None:
                    shown = quote(",".join(record))
                    raise _bad(path, f"line {begin}, {shown}, is no new image,width,height")
                self._sizes[key_of(name)] = int(sides[0]), int(sides[1])
        except csv.Error as error:
            raise _bad(path, f"line {line}: {error}") from None
        self._names = Samples(self._sizes)

    def find(self, name: str) -> tuple[int, int] | None:
        """Width and height of the image of a name, None where the file does not have it."""
        found = self._names.find(key_of(name))
        return None if found is None else self._sizes[found]


def _text(path: str, limits: Limits) -> str:
    try:
        with Path(path).open("rb") as file:
            data = file.read(limits.entry_bytes + 1)
        if len(data) > limits.entry_bytes:
            raise _bad(path, f"more than {limits.entry_bytes} bytes")
        return data.decode("utf-8-sig")
    except (OSError, ValueError) as error:  # ValueError: a NUL in the path, or bytes that are no text
        raise _bad(path, f"cannot be read: {getattr(error, 'strerror', None) or 'not UTF-8'}") from None


def _bad(path: str, reason: str) -> InputError:
    return usage_error(f"sizes {quote(path)}: {reason}", "give a UTF-8 file of lines image,width,height")
