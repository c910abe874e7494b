"""ReCTS JSON -> instances: ``rects``, one file per image; ``tda-rects``, one list with the predictions of all.

``rects``: ``{"lines": [{"points": [x1, y1, …, x4, y4], "transcription": …, "ignore": 0 or 1}], "chars": [same]}``;
an instance with ``ignore`` 1 is don't care and keeps its text. ``tda-rects``: ``[{"img_name", "points": [[[x, y],
…], …], "scores", "texts"}]`` with equally long lists; every prediction is kept, whatever its score
(whai362/TDA-ReCTS @d680eb0 keeps those above .6).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ocr_eval.errors import Findings, quote, usage_error
from ocr_eval.formats.glimpse import Glimpse
from ocr_eval.formats.json_safe import FAILED, JsonFault, kind, load, number
from ocr_eval.formats.names import Doubles, Unknown, key_of, unknown_names
from ocr_eval.formats.reader import Columns, Entry, Options

LEVELS = {None: "lines", "line": "lines", "character": "chars"}


class Rects:
    """Format ``rects``; ``level`` is ``line`` (default) or ``character``."""

    def looks(self, glimpse: Glimpse) -> bool:
        head = glimpse.head
        return head.startswith(b"{") and b'"points"' in head and (b'"lines"' in head or b'"chars"' in head)

    def read(self, entries: Sequence[Entry], options: Options, findings: Findings) -> Columns:
        """Lines or characters of every image."""
        if options.level not in LEVELS:
            raise usage_error(
                f"rects has no level {quote(options.level or '')}", "levels are line and character"
            )
        key = LEVELS[options.level]
        columns = Columns("rects", pointer=f"/{key}/{{index}}", has_confidence=options.confidence)
        for entry in entries:
            document = load(entry, findings, options.limits)
            if document is not FAILED:
                self._image(document, key, entry, options, findings, columns)
            columns.close(entry.sample, entry.name)
        return columns

    def _image(
        self, document: Any, key: str, entry: Entry, options: Options, findings: Findings, columns: Columns
    ) -> None:
        items = document.get(key) if isinstance(document, dict) else None
        if not isinstance(items, list):
            what = (
                f"/{key} must be a list" if isinstance(document, dict) else "the document must be an object"
            )
            findings.error(
                "E_FORMAT",
                f"{what}, got {kind(items if isinstance(document, dict) else document)}",
                entry=entry.name,
            )
            return
        if not enough_room(len(items), len(columns.care), entry, options, findings):
            return
        for k, item in enumerate(items):
            pointer = f"/{key}/{k}"
            try:
                ring = _flat_ring(_field(item, "points", list, pointer), f"{pointer}/points", options)
                text = None
                if (
                    options.text
                    or options.role == "gt"
                    or (isinstance(item, dict) and "transcription" in item)
                ):
                    text = _text(
                        _field(item, "transcription", str, pointer), f"{pointer}/transcription", options
                    )
                ignore = item.get("ignore", 0)
                if isinstance(ignore, bool) or ignore not in (0, 1):
                    raise JsonFault("E_FORMAT", f"{pointer}/ignore must be 0 or 1, got {quote(str(ignore))}")
                confidence = _score(item.get("score"), f"{pointer}/score") if options.confidence else 1.0
            except JsonFault as fault:
                findings.error(fault.code, fault.reason, fault.hint, entry=entry.name)
                continue
            columns.add(ring, text, not (ignore and options.role == "gt"), confidence, k + 1)


class TdaRects:
    """Format ``tda-rects``: one document with the predictions of all images."""

    def looks(self, glimpse: Glimpse) -> bool:
        return glimpse.head.startswith(b"[") and b'"img_name"' in glimpse.head and b'"points"' in glimpse.head

    def read(self, entries: Sequence[Entry], options: Options, findings: Findings) -> Columns:
        """Every prediction of the list, samples in its order."""
        columns = Columns("tda-rects", pointer="/{sample}/points/{index}", has_confidence=True)
        (entry,) = entries
        document = load(entry, findings, options.limits)
        if document is FAILED:
            return columns
        if not isinstance(document, list):
            findings.error("E_FORMAT", f"the document must be a list, got {kind(document)}", entry=entry.name)
            return columns
        doubles = Doubles()
        unknown: list[Unknown] = []
        for s, image in enumerate(document):
            try:
                name = _field(image, "img_name", str, f"/{s}")
                lists = [_field(image, key, list, f"/{s}") for key in ("points", "scores", "texts")]
                if len({len(values) for values in lists}) > 1:
                    sizes = ", ".join(str(len(values)) for values in lists)
                    raise JsonFault(
                        "E_FORMAT",
                        f"points, scores and texts of /{s} have {sizes} items, expected equally many",
                    )
                earlier = doubles.add(key_of(name), name)
                if earlier is not None:
                    raise JsonFault(
                        "E_ENTRY_DUPLICATE",
                        f"/{s}/img_name {quote(name)} is the sample of {quote(earlier)} again",
                    )
            except JsonFault as fault:
                findings.error(fault.code, fault.reason, fault.hint, entry=entry.name)
                continue
            sample = options.samples.find(key_of(name)) if options.samples else key_of(name)
            if sample is None:
                unknown.append(Unknown(key_of(name), name, entry.name))
                continue
            if not enough_room(len(lists[0]), len(columns.care), entry, options, findings):
                continue
            self._image(s, lists, entry, options, findings, columns)
            columns.close(sample, entry.name)
            columns.positions.append(s)
        unknown_names(unknown, options.samples, findings)
        return columns

    def _image(
        self,
        s: int,
        lists: list[list[Any]],
        entry: Entry,
        options: Options,
        findings: Findings,
        columns: Columns,
    ) -> None:
        for k, (points, score, text) in enumerate(zip(*lists, strict=True)):
            try:
                ring = _pairs_ring(points, f"/{s}/points/{k}", options)
                confidence = _score(score, f"/{s}/scores/{k}")
                if not isinstance(text, str):
                    raise JsonFault("E_FORMAT", f"/{s}/texts/{k} must be a string, got {kind(text)}")
                text = _text(text, f"/{s}/texts/{k}", options)
            except JsonFault as fault:
                findings.error(fault.code, fault.reason, fault.hint, entry=entry.name)
                continue
            columns.add(ring, text, True, confidence, k + 1)


def enough_room(more: int, so_far: int, entry: Entry, options: Options, findings: Findings) -> bool:
    """False after recording that a limit on the number of instances is exceeded."""
    limits = options.limits
    for count, limit, flag in (
        (more, limits.instances, "instances"),
        (so_far + more, limits.total_instances, "total-instances"),
    ):
        if count > limit:
            where = "in one sample" if flag == "instances" else "in all"
            hint = f"--limit {flag}=N raises the limit when the file is honest"
            findings.error("E_LIMIT", f"{count} instances {where}, at most {limit}", hint, entry=entry.name)
            return False
    return True


def _field(item: Any, key: str, wanted: type, pointer: str) -> Any:
    value = item.get(key) if isinstance(item, dict) else None
    if not isinstance(value, wanted):
        if not isinstance(item, dict):
            raise JsonFault("E_FORMAT", f"{pointer} must be an object, got {kind(item)}")
        got = kind(value) if key in item else "nothing"
        raise JsonFault("E_FORMAT", f"{pointer}/{key} must be {kind(wanted())}, got {got}")
    return value


def _flat_ring(points: list[Any], pointer: str, options: Options) -> list[float]:
    if len(points) % 2 or len(points) < 6:
        raise JsonFault("E_FORMAT", f"{pointer} has {len(points)} numbers, expected an even number from 6 on")
    _vertices(len(points) // 2, pointer, options)
    return [number(value, f"{pointer}/{k}", options.limits) for k, value in enumerate(points)]


def _pairs_ring(points: Any, pointer: str, options: Options) -> list[float]:
    if not isinstance(points, list) or len(points) < 3:
        got = f"{len(points)} points" if isinstance(points, list) else kind(points)
        raise JsonFault("E_FORMAT", f"{pointer} must be a list of three or more points, got {got}")
    _vertices(len(points), pointer, options)
    ring = []
    for k, point in enumerate(points):
        if not isinstance(point, list) or len(point) != 2:
            raise JsonFault("E_FORMAT", f"{pointer}/{k} must be a pair of numbers, got {kind(point)}")
        ring += [number(value, f"{pointer}/{k}/{axis}", options.limits) for axis, value in enumerate(point)]
    return ring


def _vertices(count: int, pointer: str, options: Options) -> None:
    if count > options.limits.vertices:
        reason = f"{pointer} has {count} vertices, at most {options.limits.vertices}"
        raise JsonFault("E_LIMIT", reason, "--limit vertices=N raises the limit when the file is honest")


def _score(value: Any, pointer: str) -> float:
    good = isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value <= 1
    if not good:
        raise JsonFault("E_CONFIDENCE", f"{pointer} is {quote(str(value))}, expected a number from 0 to 1")
    return float(value) + 0.0


def _text(text: str, pointer: str, options: Options) -> str:
    if len(text) > options.limits.characters:
        reason = f"{pointer} has {len(text)} characters, at most {options.limits.characters}"
        raise JsonFault("E_LIMIT", reason, "--limit characters=N raises the limit when the file is honest")
    return text


RECTS = Rects()
TDA_RECTS = TdaRects()
