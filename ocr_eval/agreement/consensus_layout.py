"""Decisions of a consensus -> label files, as ``icdar-quad`` when every ring has four vertices, else as ``polygon``.

The same labels stand in ``gt.jsonl``, a canonical line per image as signatures digest it. A text that the layout would
read back as another one has no spelling.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from ocr_eval.agreement.consensus import KEPT, Consensus, Decision
from ocr_eval.errors import InputError, Problem, quote
from ocr_eval.formats.names import key_of
from ocr_eval.formats.numbers import is_integer
from ocr_eval.formats.reader import DONT_CARE
from ocr_eval.formats.unquoting import unquote

QUAD, POLYGON = "icdar-quad", "polygon"
LABELS = "gt"  # the folder of the label files
JSON_LINES = "gt.jsonl"


def layout_of(found: Consensus) -> tuple[str, Callable[[str], str | None]]:
    """(layout, how it spells a text or None) that holds every ring that is kept."""
    quads = all(len(flat_ring(one)) == 8 for one in found.with_status(KEPT))
    return (QUAD, spell_quad) if quads else (POLYGON, spell_polygon)


def spell_quad(text: str) -> str | None:
    """How the text stands behind eight coordinates; None when every spelling would be read as another text."""
    quoted = '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
    return next((way for way in (text, quoted) if _plain(text) and unquote(way) == text), None)


def spell_polygon(text: str) -> str | None:
    """How the text stands behind a ring of any length; None when numbers at its front would join the ring."""
    fields = text.split(",")
    numbers = next((k for k, field in enumerate(fields) if not is_integer(field)), len(fields))
    return text if _plain(text) and (numbers == 0 or numbers == len(fields) <= 2) else None


def _plain(text: str) -> bool:
    return text != DONT_CARE and not any(c in "\n\r\0" or "\ud800" <= c <= "\udfff" for c in text)


def label_files(
    found: Consensus, images: Sequence[str], has_text: bool, spell: Callable[[str], str | None]
) -> dict[str, bytes]:
    """One file per image, an empty one too. Raises InputError (E_FORMAT) for an image id that is no file name."""
    lines: list[list[str]] = [[] for _ in images]
    for one in found.with_status(KEPT):
        fields = list(map(str, flat_ring(one)))
        if has_text:
            fields.append(DONT_CARE if not one.care else spell(one.text or "") or "")
        lines[one.sample].append(",".join(fields) + "\n")
    return {
        f"{LABELS}/{_name(image)}": "".join(own).encode() for image, own in zip(images, lines, strict=True)
    }


def json_lines(found: Consensus, images: Sequence[str], has_text: bool) -> bytes:
    """The labels as canonical JSON lines; instances stand in the order of the label files."""
    from ocr_eval.tables.builder import InstancesBuilder
    from ocr_eval.tables.jsonl import lines

    kept: list[list[Decision]] = [[] for _ in images]
    for one in found.with_status(KEPT):
        kept[one.sample].append(one)
    builder = InstancesBuilder(source=JSON_LINES, format=POLYGON, has_text=has_text)
    for image, own in zip(images, kept, strict=True):
        builder.begin(image)
        for one in own:
            text = (one.text or "") if one.care else DONT_CARE
            builder.add(flat_ring(one), text if has_text else "", bool(one.care))
    return "".join(lines(builder.build())).encode()


def _name(image: str) -> str:
    name = f"gt_{image}.txt"
    if key_of(name) != image or not _plain(image) or len(name.encode()) > 255:
        reason = f"image id {quote(image)} cannot be the name of a label file"
        raise InputError([Problem("E_FORMAT", reason, "give the images names without slashes")])
    return name


def flat_ring(decision: Decision) -> list[int]:
    """x1, y1, x2, … in whole pixels; empty where there is none."""
    return [] if decision.drawn is None else [int(value) for value in decision.drawn.ring.ravel().tolist()]
