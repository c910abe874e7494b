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
from ocr_eval.formats.json_safe import FAILED, JsonFault, kind, load
from ocr_eval.formats.reader import Columns, Entry, Options
from ocr_eval.formats.schema import Names, enough_room, field, flat_ring, pair_ring
from ocr_eval.formats.schema import score as confidence_of
from ocr_eval.formats.schema import text as text_of

LEVELS = {None: "lines", "line": "lines", "character": "chars"}


class Rects:
    """Format ``rects``; ``level`` is ``line`` (default) or ``character``, or a choice: ``rects(level=character)``."""

    def looks(self, glimpse: Glimpse) -> bool:
        head = glimpse.head
        return head.startswith(b"{") and b'"points"' in head and (b'"lines"' in head or b'"chars"' in head)

    def read(self, entries: Sequence[Entry], options: Options, findings: Findings) -> Columns:
        """Lines or characters of every image."""
        level = options.choices.get("level") or options.level
        if level not in LEVELS:
            raise usage_error(f"rects has no level {quote(level or '')}", "levels are line and character")
        key = LEVELS[level]
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
                ring = flat_ring(field(item, "points", list, pointer), f"{pointer}/points", options)
                text = None
                if (
                    options.text
                    or options.role == "gt"
                    or (isinstance(item, dict) and "transcription" in item)
                ):
                    text = text_of(
                        field(item, "transcription", str, pointer), f"{pointer}/transcription", options
                    )
                ignore = item.get("ignore", 0)
                if isinstance(ignore, bool) or ignore not in (0, 1):
                    raise JsonFault("E_FORMAT", f"{pointer}/ignore must be 0 or 1, got {quote(str(ignore))}")
                confidence = (
                    confidence_of(item.get("score"), f"{pointer}/score") if options.confidence else 1.0
                )
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
        names = Names(entry, options, findings)
        for s, image in enumerate(document):
            try:
                name = field(image, "img_name", str, f"/{s}")
                lists = [field(image, key, list, f"/{s}") for key in ("points", "scores", "texts")]
                if len({len(values) for values in lists}) > 1:
                    sizes = ", ".join(str(len(values)) for values in lists)
                    raise JsonFault(
                        "E_FORMAT",
                        f"points, scores and texts of /{s} have {sizes} items, expected equally many",
                    )
                sample = names.sample(name, f"/{s}/img_name")
            except JsonFault as fault:
                findings.error(fault.code, fault.reason, fault.hint, entry=entry.name)
                continue
            if sample is None or not enough_room(len(lists[0]), len(columns.care), entry, options, findings):
                continue
            self._image(s, lists, entry, options, findings, columns)
            columns.close(sample, entry.name)
            columns.positions.append(s)
        names.tell_unknown()
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
                ring = pair_ring(points, f"/{s}/points/{k}", options)
                confidence = confidence_of(score, f"/{s}/scores/{k}")
                if not isinstance(text, str):
                    raise JsonFault("E_FORMAT", f"/{s}/texts/{k} must be a string, got {kind(text)}")
                text = text_of(text, f"/{s}/texts/{k}", options)
            except JsonFault as fault:
                findings.error(fault.code, fault.reason, fault.hint, entry=entry.name)
                continue
            columns.add(ring, text, True, confidence, k + 1)


RECTS = Rects()
TDA_RECTS = TdaRects()
