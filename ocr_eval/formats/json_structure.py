"""What our own JSON says beyond rings and texts -> angles, numbers, lines, paragraphs and other names of samples.

``{"image": "img_1", "level": "image", "alias": "17", "size": [w, h], "paragraphs": [{"care": true, "box": […]}],
"lines": [{"paragraph": 0, "care": true, "box": […]}]}`` describes an image and is no instance; an image without
instances stands there alone. An instance may have ``"angle"`` (radians), ``"numbers"`` (``{"area": 12, …}``, names of
COCO documents) and ``"line"``, a position in its image's lines. What one instance has, all have.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from ocr_eval.formats.json_safe import JsonFault, kind
from ocr_eval.formats.reader import Columns, Options, Owner
from ocr_eval.formats.schema import flag
from ocr_eval.tables.levels import LevelsBuilder
from ocr_eval.tables.spelling import NUMBERS

IMAGE_KEYS = {"image", "annotator", "level", "alias", "size", "lines", "paragraphs"}
MORE_KEYS = {"angle", "numbers", "line"}
_LARGEST = 1 << 24  # pixels on a side, as in HierText documents
_NUMBER = 1e15  # the largest number beside an instance: an area
Ring = Callable[[Any, str], list[float]]


class Region(NamedTuple):
    """A line or paragraph; ``above`` is the paragraph of a line."""

    care: bool
    ring: list[float]
    above: int


class Image(NamedTuple):
    """What an image's own object says; ``lines`` None where it says nothing of lines."""

    alias: str | None
    size: tuple[int, int]
    lines: list[Region] | None
    paragraphs: list[Region]


class More(NamedTuple):
    """What an instance has beside ring, text, care and score; ``keys`` names it."""

    keys: tuple[str, ...]
    angle: float
    line: int
    numbers: tuple[float, ...]


def is_image(row: Any) -> bool:
    """True for an object that describes an image: ``level`` is ``image``, and it holds neither ring nor text."""
    return isinstance(row, dict) and row.get("level") == "image" and not row.keys() & {"box", "ring", "text"}


def image_of(row: dict[str, Any], pointer: str, options: Options, ring: Ring) -> Image:
    """The checked values of an image's object; ``ring`` reads the ring of a line or paragraph. Raises JsonFault."""
    alias = row.get("alias")
    if alias is not None and (not isinstance(alias, str) or not alias):
        raise JsonFault("E_FORMAT", f"{pointer}/alias must be another name of the image, got {kind(alias)}")
    size = row.get("size", [0, 0])
    if not _is_size(size):
        reason = f"{pointer}/size must be width and height in whole pixels, at most {_LARGEST}"
        raise JsonFault("E_FORMAT", reason)
    if ("lines" in row) != ("paragraphs" in row):
        raise JsonFault("E_FORMAT", f"{pointer} has lines without paragraphs, or paragraphs without lines")
    if "lines" not in row:
        return Image(alias, (size[0], size[1]), None, [])
    paragraphs = _regions(row, "paragraphs", pointer, options, ring, -1)
    lines = _regions(row, "lines", pointer, options, ring, len(paragraphs))
    return Image(alias, (size[0], size[1]), lines, paragraphs)


def _is_size(size: Any) -> bool:
    return (
        isinstance(size, list)
        and len(size) == 2
        and all(isinstance(v, int) and not isinstance(v, bool) and 0 <= v <= _LARGEST for v in size)
    )


def _regions(
    row: dict[str, Any], key: str, pointer: str, options: Options, ring: Ring, above: int
) -> list[Region]:
    items = row[key]
    if not isinstance(items, list):
        raise JsonFault("E_FORMAT", f"{pointer}/{key} must be a list, got {kind(items)}")
    if len(items) > options.limits.instances:
        hint = "--limit instances=N raises the limit when the file is honest"
        reason = f"{pointer}/{key} has {len(items)} regions, at most {options.limits.instances}"
        raise JsonFault("E_LIMIT", reason, hint)
    found = []
    for k, item in enumerate(items):
        where = f"{pointer}/{key}/{k}"
        if not isinstance(item, dict):
            raise JsonFault("E_FORMAT", f"{where} must be an object, got {kind(item)}")
        care = "care" not in item or flag(item, "care", where) or options.role != "gt"
        own = ring(item, where) if item.keys() & {"box", "ring"} else []
        parent = 0 if above < 0 else position(item.get("paragraph"), f"{where}/paragraph", above)
        found.append(Region(care, own, parent))
    return found


def position(value: Any, pointer: str, size: int) -> int:
    """An index below ``size``. Raises JsonFault for anything else."""
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value < size:
        raise JsonFault("E_FORMAT", f"{pointer} must be a position below {size}, got {value!s:.40}")
    return value


def more_of(row: dict[str, Any], pointer: str) -> More:
    """What an instance has beside the usual. Raises JsonFault."""
    if not row.keys() & MORE_KEYS:
        return More((), 0.0, -1, ())
    angle = _number(row["angle"], f"{pointer}/angle", 1e6) if "angle" in row else 0.0
    line = position(row["line"], f"{pointer}/line", _LARGEST) if "line" in row else -1
    numbers = row.get("numbers", {})
    if not isinstance(numbers, dict) or numbers.keys() - set(NUMBERS):
        raise JsonFault("E_FORMAT", f"{pointer}/numbers must be an object of {', '.join(NUMBERS)}")
    names = [name for name in NUMBERS if name in numbers]
    values = tuple(_number(numbers[name], f"{pointer}/numbers/{name}", _NUMBER) for name in names)
    return More((*sorted(row.keys() & MORE_KEYS - {"numbers"}), *names), angle, line, values)


def _number(value: Any, pointer: str, most: float) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not -most <= value <= most:
        raise JsonFault("E_COORD", f"{pointer} must be a number within {most:.0e}, got {value!s:.40}")
    return float(value)


@dataclass
class Structure:
    """Collects images and what their instances have, sample by sample; ``fill`` adds it to the columns."""

    images: dict[Owner, Image] = field(default_factory=dict)
    more: dict[Owner, list[More]] = field(default_factory=dict)

    def fill(self, columns: Columns) -> None:
        """Angles, numbers, levels and aliases of all samples, in their order. Raises JsonFault where some lack what
        others have.
        """
        every = [one for owner in columns.owners() for one in self.more.get(owner, ())]
        keys = {one.keys for one in every}
        if len(keys) > 1:
            few, many = sorted(keys, key=len)[0], sorted(keys, key=len)[-1]
            lacking = ", ".join(sorted(set(many) - set(few)) or set(few))
            raise JsonFault("E_FORMAT", f"some instances have {lacking} and others do not")
        own: Sequence[str] = next(iter(keys), ())
        if "angle" in own:
            columns.has_angle = True
            columns.angle = [one.angle for one in every]
        names = [name for name in own if name in NUMBERS]
        columns.numbers = {name: [one.numbers[k] for one in every] for k, name in enumerate(names)}
        self._aliases(columns)
        self._levels(columns, "line" in own)

    def _aliases(self, columns: Columns) -> None:
        aliases = [image.alias for image in map(self.images.get, columns.owners()) if image is not None]
        given = [alias for alias in aliases if alias is not None]
        if given:
            different = set(zip(given, columns.annotators or given, strict=False))
            if len(given) < len(columns.samples) or len(different) < len(given):
                raise JsonFault("E_FORMAT", "every image needs an alias of its own where one has it")
            columns.aliases = given

    def _levels(self, columns: Columns, wanted: bool) -> None:
        known = [self.images.get(owner) for owner in columns.owners()]
        given = [image for image in known if image is not None and image.lines is not None]
        if not given and not wanted:
            return
        if len(given) < len(known) or (len(columns.care) and not wanted):
            raise JsonFault("E_FORMAT", "some images or instances have lines and others do not")
        levels = columns.levels = LevelsBuilder()
        for owner, image in zip(columns.owners(), given, strict=True):
            levels.begin(*image.size)
            above = [levels.paragraph(one.care, one.ring) for one in image.paragraphs]
            lines = [levels.line(above[one.above], one.care, one.ring) for one in image.lines or ()]
            for one in self.more.get(owner, ()):
                if one.line >= len(lines):
                    reason = f"an instance is in line {one.line} of an image with {len(lines)} lines"
                    raise JsonFault("E_FORMAT", reason)
                levels.word(lines[one.line])
