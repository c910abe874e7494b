"""``Instances`` <-> a header of JSON values and flat little-endian arrays; what comes back is checked as a stranger's.

This is how a table travels from the process that reads a file to the one that scores it: lengths in the header, numbers
one array after the other, no code and no references. ``from_wire`` believes nothing: every length, offset and range is
looked at before an array is used.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ocr_eval.errors import Notice
from ocr_eval.tables.instances import SIMPLE, TOO_FEW, Instances
from ocr_eval.tables.levels import Levels, Regions
from ocr_eval.tables.spelling import NUMBERS

REGIONS = ("lines", "paragraphs")
WORDS, BYTES, REALS = "<i8", "|u1", "<f8"
FLAT: dict[str, str] = {  # array -> type of its items, in the order in which they travel
    "start": WORDS,
    "ring": WORDS,
    "line": WORDS,
    "text_offset": WORDS,
    "line_of": WORDS,
    "paragraph_of": WORDS,
    "size": WORDS,
    **{f"{level}.{name}": WORDS for level in REGIONS for name in ("start", "ring")},
    "xy": REALS,
    "confidence": REALS,
    "angle": REALS,
    **{f"numbers.{name}": REALS for name in NUMBERS},
    **{f"{level}.xy": REALS for level in REGIONS},
    "codepoints": "<u4",
    "care": BYTES,
    "shape": BYTES,
    **{f"{level}.care": BYTES for level in REGIONS},
}
LARGEST = 2.0**53  # of a coordinate: doubles below hold every integer
Arrays = Mapping[str, NDArray[Any]]


def to_wire(instances: Instances) -> tuple[dict[str, Any], list[bytes]]:
    """(header, the arrays that the header counts, in its order). Source and notices do not travel with the table."""
    arrays = _arrays(instances)
    counts = {name: int(arrays[name].size) for name in FLAT if name in arrays}
    header = {
        "counts": counts,
        "sample_ids": instances.sample_ids,
        "entries": instances.entries,
        "aliases": instances.aliases,
        "format": instances.format,
        "geometry": instances.geometry,
        "is_folder": instances.is_folder,
    }
    return header, [arrays[name].astype(FLAT[name]).tobytes() for name in counts]


def from_wire(
    header: object, body: bytes | memoryview, *, source: str = "", notices: tuple[Notice, ...] = ()
) -> Instances:
    """The table. Raises ValueError for a header or arrays that no table has."""
    if not isinstance(header, dict):
        raise ValueError("the header is no object")
    arrays = _split(header.get("counts"), body)
    samples = _names(header, "sample_ids")
    for name in ("start", "ring", "line", "care", "shape", "xy"):
        if name not in arrays:
            raise ValueError(f"there is no {name}")
    _check_values(arrays, geometry=header.get("geometry") is not False)
    entries, aliases = _names(header, "entries"), _names(header, "aliases")
    if len(entries) != len(samples):
        raise ValueError(f"{len(entries)} entries for {len(samples)} samples")
    if not all(isinstance(header.get(name), bool) for name in ("geometry", "is_folder")):
        raise ValueError("geometry and is_folder must be true or false")
    if not isinstance(header.get("format"), str):
        raise ValueError("the format has no name")
    return Instances(
        sample_ids=samples,
        start=arrays["start"],
        xy=arrays["xy"].reshape(-1, 2),
        ring=arrays["ring"],
        care=arrays["care"].astype(np.bool_),
        shape=arrays["shape"],
        line=arrays["line"],
        codepoints=arrays.get("codepoints"),
        text_offset=arrays.get("text_offset"),
        confidence=arrays.get("confidence"),
        angle=arrays.get("angle"),
        numbers={name: arrays[f"numbers.{name}"] for name in NUMBERS if f"numbers.{name}" in arrays},
        levels=_levels(arrays) if "line_of" in arrays else None,
        source=source,
        entries=entries,
        aliases=aliases,
        format=header["format"],
        geometry=header["geometry"],
        notices=notices,
        is_folder=header["is_folder"],
    )


def _arrays(instances: Instances) -> dict[str, NDArray[Any]]:
    """Every array that there is, by its name on the wire."""
    found = {name: getattr(instances, name, None) for name in FLAT}
    found |= {f"numbers.{name}": column for name, column in instances.numbers.items()}
    levels = instances.levels
    if levels is not None:
        found |= {"line_of": levels.line_of, "paragraph_of": levels.paragraph_of, "size": levels.size}
        for level in REGIONS:
            regions = getattr(levels, level)
            found |= {f"{level}.{name}": getattr(regions, name) for name in ("start", "care", "xy", "ring")}
    return {name: array for name, array in found.items() if array is not None}


def _split(counts: object, body: bytes | memoryview) -> dict[str, NDArray[Any]]:
    """The arrays by name, copied out of the body, which must hold them and nothing else."""
    if not isinstance(counts, dict) or list(counts) != [name for name in FLAT if name in counts]:
        raise ValueError("the header counts other arrays than a table has")
    arrays, position = {}, 0
    for name, count in counts.items():
        size = np.dtype(FLAT[name]).itemsize
        if type(count) is not int or not 0 <= count <= (len(body) - position) // size:
            raise ValueError(f"{name} is said to have {str(count)[:20]} items, which are not there")
        array = np.frombuffer(body, FLAT[name], count, position)
        arrays[name] = array.astype(array.dtype.newbyteorder("="))
        position += count * size
    if position != len(body):
        raise ValueError(f"{len(body) - position} bytes after the last array")
    return arrays


def _names(header: Mapping[str, Any], key: str) -> tuple[str, ...]:
    names = header.get(key)
    if not isinstance(names, list) or not set(map(type, names)) <= {str}:
        raise ValueError(f"{key} is no list of names")
    return tuple(names)


def _check_values(arrays: Arrays, *, geometry: bool) -> None:
    """Ranges of all that is used as an index, a code point, a class or a number; the table checks how lengths fit."""
    ends = {"start": "care", "ring": "xy", "text_offset": "codepoints"}
    ends |= {f"{level}.start": f"{level}.care" for level in REGIONS}
    ends |= {f"{level}.ring": f"{level}.xy" for level in REGIONS}
    for name, target in ends.items():
        # Offsets that wrap around would rise as well, so their range comes before their order.
        end = len(arrays.get(target, ())) // (2 if target.endswith("xy") else 1)
        _check(name, arrays, 0, end)
        if name in arrays and not len(arrays[name]):
            raise ValueError(f"{name} is empty")
    for name, array in arrays.items():
        if name.endswith("xy"):
            _check(name, arrays, -LARGEST, LARGEST)
            if len(array) % 2:
                raise ValueError(f"{name} has half a point")
        elif array.dtype.kind == "f" and not np.isfinite(array).all():
            raise ValueError(f"{name} holds a number that is none")
        elif name.endswith("care"):
            _check(name, arrays, 0, 1)
    _check("line", arrays, 0, 2**62)
    _check("size", arrays, 0, 2**62)
    _check("confidence", arrays, 0, 1)
    _check("codepoints", arrays, 0, 0x10FFFF)
    _check("shape", arrays, SIMPLE, TOO_FEW if geometry else SIMPLE)
    if not geometry and len(arrays["xy"]):
        raise ValueError("there are rings in a table without any")


def _check(name: str, arrays: Arrays, low: float, high: float) -> None:
    array = arrays.get(name)
    if array is not None and not ((array >= low) & (array <= high)).all():  # NaN is neither
        raise ValueError(f"{name} leaves {low:g} to {high:g}")


def _levels(arrays: Arrays) -> Levels:
    wanted: Sequence[str] = [name for name in FLAT if name.partition(".")[0] in REGIONS]
    missing = [name for name in (*wanted, "paragraph_of", "size") if name not in arrays]
    if missing:
        raise ValueError(f"there is no {missing[0]}")
    lines, paragraphs = (
        Regions(
            arrays[f"{level}.start"],
            arrays[f"{level}.care"].astype(np.bool_),
            arrays[f"{level}.xy"].reshape(-1, 2),
            arrays[f"{level}.ring"],
        )
        for level in REGIONS
    )
    if len(arrays["size"]) % 2:
        raise ValueError("size has half a pair")
    return Levels(arrays["line_of"], arrays["paragraph_of"], lines, paragraphs, arrays["size"].reshape(-1, 2))
