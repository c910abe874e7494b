"""Values of a JSON document -> rings, scores, texts, and the samples it names; a ``JsonFault`` gives the pointer."""

from __future__ import annotations

from typing import Any

from ocr_eval.errors import Findings, quote
from ocr_eval.formats.json_safe import JsonFault, kind, number
from ocr_eval.formats.names import Doubles, Unknown, key_of, unknown_names
from ocr_eval.formats.numbers import is_decimal
from ocr_eval.formats.plain_names import plain_keys
from ocr_eval.formats.reader import Entry, Options

_NUMBERS = {int, float}
_HONEST = "--limit {}=N raises the limit when the file is honest"


class Names:
    """The samples that a document names: joined with the gt, doubles refused, unknown ones told together."""

    def __init__(self, entry: Entry, options: Options, findings: Findings) -> None:
        self.entry = entry  # the file that is read; changes where several files name the samples
        self._known, self._findings = options.samples, findings
        self._doubles: dict[str, Doubles] = {}
        self._key = str if options.full_names else key_of
        self._unknown: list[Unknown] = []
        self._told: set[str] = set()  # keys among them: several annotators may name an image
        self._numbered: dict[str, str | None] = {}
        self._again: dict[tuple[str, str], str | None] = {}

    def sample(self, name: str, pointer: str, annotator: str = "", *, numbered: bool = False) -> str | None:
        """The sample's id, or None for one that the gt does not have. ``numbered``: its number is enough.

        Raises JsonFault for a second one of the name by the same annotator.
        """
        key = self._key(name)
        if not key:
            raise JsonFault("E_FORMAT", f"{pointer} is no name of an image")
        earlier = self._doubles.setdefault(annotator, Doubles()).add(key, name)
        if earlier is not None:
            by = f" by {quote(annotator)}" if annotator else ""
            reason = f"{pointer} {quote(name)} is the sample of {quote(earlier)} again{by}"
            raise JsonFault("E_ENTRY_DUPLICATE", reason)
        found = self._known.find(key) if self._known is not None else key
        if found is None and numbered and self._known is not None:
            found = self._known.find_number(key)
            if found is not None:
                place = f"{key} is {found}"
                self._findings.warn("W_LAYOUT", "images joined by their number", place=place)
        if found is None and key not in self._told:
            self._told.add(key)
            self._unknown.append(Unknown(key, name, self.entry.name))
        return found

    def plain(self, names: list[str]) -> list[str] | None:
        """The samples of a document's names, all different, at once; None: ask for each, which tells what is wrong."""
        keys = None if self._doubles else plain_keys(names, full=self._key is not key_of)
        return keys if keys and (self._known is None or self._known.has_all(keys)) else None

    def again(self, name: str, pointer: str, annotator: str = "") -> str | None:
        """``sample`` for documents that name an image with every instance."""
        if (name, annotator) not in self._again:
            self._again[name, annotator] = self.sample(name, pointer, annotator)
        return self._again[name, annotator]

    def numbered(self, identity: str) -> str | None:
        """The sample of an image's id, which may come again and again; None for one that the gt does not have."""
        if identity not in self._numbered:
            found = identity if self._known is None else self._known.find_number(identity)
            self._numbered[identity] = found
            if found is not None and found != identity:
                place = f"{identity} is {found}"
                self._findings.warn("W_LAYOUT", "images joined by their number", place=place)
            if found is None:
                self._unknown.append(Unknown(identity, identity, self.entry.name))
        return self._numbered[identity]

    def tell_unknown(self) -> None:
        """Records the names that are no sample of the gt."""
        unknown_names(self._unknown, self._known, self._findings)


def enough_room(more: int, so_far: int, entry: Entry, options: Options, findings: Findings) -> bool:
    """False after recording that a limit on the number of instances is exceeded."""
    limits = options.limits
    for count, limit, flag in (
        (more, limits.instances, "instances"),
        (so_far + more, limits.total_instances, "total-instances"),
    ):
        if count > limit:
            where = "in one sample" if flag == "instances" else "in all"
            reason = f"{count} instances {where}, at most {limit}"
            findings.error("E_LIMIT", reason, _HONEST.format(flag), entry=entry.name)
            return False
    return True


def field(item: Any, key: str, wanted: type, pointer: str) -> Any:
    """``item[key]``, which must be there and of the type."""
    value = item.get(key) if isinstance(item, dict) else None
    if not isinstance(value, wanted):
        if not isinstance(item, dict):
            raise JsonFault("E_FORMAT", f"{pointer or 'the document'} must be an object, got {kind(item)}")
        got = kind(value) if key in item else "nothing"
        raise JsonFault("E_FORMAT", f"{pointer}/{key} must be {kind(wanted())}, got {got}")
    return value


def key_name(item: dict[str, Any], key: str, pointer: str) -> str:
    """The name of an image: a text that is not empty."""
    value = item.get(key)
    if not isinstance(value, str) or not value:
        got = "nothing" if key not in item or value == "" else kind(value)
        raise JsonFault("E_FORMAT", f"{pointer}/{key} must be the name of an image, got {got}")
    return value


def identity(item: dict[str, Any], key: str, pointer: str) -> str:
    """The id of an image or an annotation: a whole number or a text, as text."""
    value = item.get(key)
    if isinstance(value, str) and value:
        return value
    if isinstance(value, bool) or not isinstance(value, int):
        got = kind(value) if key in item else "nothing"
        raise JsonFault("E_FORMAT", f"{pointer}/{key} must be a whole number or a string, got {got}")
    return str(value)


def annotator(item: Any, pointer: str) -> str:
    """Who made an object, ``annotator``: a string or a whole number, as text; empty where nobody is named."""
    value = item.get("annotator") if isinstance(item, dict) else None
    if value is None:
        return ""
    if isinstance(value, bool) or not isinstance(value, int | str) or value == "":
        reason = f"{pointer}/annotator must be a name or a whole number, got {kind(value)}"
        raise JsonFault("E_FORMAT", reason)
    return str(value)


def flag(item: dict[str, Any], key: str, pointer: str) -> bool:
    """A boolean or 0 or 1; False where the key is absent."""
    value = item.get(key, False)
    if not isinstance(value, bool) and (not isinstance(value, int | float) or value not in (0, 1)):
        raise JsonFault("E_FORMAT", f"{pointer}/{key} must be true or false, got {quote(str(value))}")
    return bool(value)


def flat_ring(points: list[Any], pointer: str, options: Options) -> list[float]:
    """x1, y1, x2, y2, …: three vertices or more."""
    if len(points) % 2 or len(points) < 6:
        raise JsonFault("E_FORMAT", f"{pointer} has {len(points)} numbers, expected an even number from 6 on")
    _vertices(len(points) // 2, pointer, options)
    if _plain(points, options):
        return [float(value) + 0.0 for value in points]  # -0.0 is 0.0
    return [number(value, f"{pointer}/{k}", options.limits) for k, value in enumerate(points)]


def pair_ring(points: Any, pointer: str, options: Options) -> list[float]:
    """[[x1, y1], [x2, y2], …]: three vertices or more."""
    if not isinstance(points, list) or len(points) < 3:
        got = f"{len(points)} points" if isinstance(points, list) else kind(points)
        raise JsonFault("E_FORMAT", f"{pointer} must be a list of three or more points, got {got}")
    _vertices(len(points), pointer, options)
    try:
        flat = [value for x, y in points for value in (x, y)]
    except (TypeError, ValueError):
        flat = []
    if flat and _plain(flat, options):
        return [float(value) + 0.0 for value in flat]
    ring = []
    for k, point in enumerate(points):
        if not isinstance(point, list) or len(point) != 2:
            raise JsonFault("E_FORMAT", f"{pointer}/{k} must be a pair of numbers, got {kind(point)}")
        ring += [number(value, f"{pointer}/{k}/{axis}", options.limits) for axis, value in enumerate(point)]
    return ring


def spelled_number(value: Any, pointer: str) -> Any:
    """A text of a number as that number; anything else as it is, to be judged as any other value."""
    if not isinstance(value, str):
        return value
    if not is_decimal(value):
        raise JsonFault("E_COORD", f"{pointer} holds {quote(value)}, which is no number")
    return float(value)


def _plain(values: list[Any], options: Options) -> bool:
    """True for numbers within the range: nothing about them has to be told."""
    if not {*map(type, values)} <= _NUMBERS:
        return False
    most = options.limits.coordinate
    return bool(-most <= min(values) and max(values) <= most)


def box(values: Any, pointer: str, options: Options) -> tuple[float, float, float, float]:
    """x, y, width, height; none of the last two negative."""
    if not isinstance(values, list) or len(values) != 4:
        got = f"{len(values)} values" if isinstance(values, list) else kind(values)
        raise JsonFault("E_FORMAT", f"{pointer} must be x, y, width and height, got {got}")
    x, y, width, height = (number(v, f"{pointer}/{k}", options.limits) for k, v in enumerate(values))
    if width < 0 or height < 0:
        reason = f"{pointer} has a negative width or height"
        raise JsonFault("E_COORD", reason, "write x, y, width, height from the top left corner")
    return x, y, width, height


def corner_box(values: Any, pointer: str, options: Options) -> list[float]:
    """x1, y1, x2, y2 -> the ring of the box; none of the first two above its partner."""
    if not isinstance(values, list) or len(values) != 4:
        got = f"{len(values)} values" if isinstance(values, list) else kind(values)
        raise JsonFault("E_FORMAT", f"{pointer} must be x1, y1, x2, y2, got {got}")
    left, top, right, bottom = (number(v, f"{pointer}/{k}", options.limits) for k, v in enumerate(values))
    if right < left or bottom < top:
        hint = "four numbers are x1, y1, x2, y2; write x, y, width, height as coco"
        raise JsonFault("E_COORD", f"{pointer} has x2 < x1 or y2 < y1", hint)
    return [left, top, right, top, right, bottom, left, bottom]


def corners(x: float, y: float, width: float, height: float) -> list[float]:
    """The ring of a box, clockwise on the screen from its top left corner."""
    return [x, y, x + width, y, x + width, y + height, x, y + height]


def _vertices(count: int, pointer: str, options: Options) -> None:
    if count > options.limits.vertices:
        reason = f"{pointer} has {count} vertices, at most {options.limits.vertices}"
        raise JsonFault("E_LIMIT", reason, _HONEST.format("vertices"))


def score(value: Any, pointer: str) -> float:
    """A confidence."""
    good = isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value <= 1
    if not good:
        raise JsonFault("E_CONFIDENCE", f"{pointer} is {quote(str(value))}, expected a number from 0 to 1")
    return float(value) + 0.0


def text(value: str, pointer: str, options: Options) -> str:
    """A transcription that is not too long."""
    if len(value) > options.limits.characters:
        reason = f"{pointer} has {len(value)} characters, at most {options.limits.characters}"
        raise JsonFault("E_LIMIT", reason, _HONEST.format("characters"))
    return value


def count_others(row: Any, known: set[str], entry: Entry, findings: Findings) -> None:
    """A note about the keys of an object that are not read."""
    others = len(row.keys() - known) if isinstance(row, dict) else 0
    if others:
        findings.warn("W_LAYOUT", "keys that are not read", place=entry.name, count=others)
