"""Attributes and texts of an XML document -> numbers and rings; an ``XmlFault`` gives element and line."""

from __future__ import annotations

from collections.abc import Sequence

from ocr_eval.errors import quote
from ocr_eval.formats.numbers import is_decimal, resembles_number
from ocr_eval.formats.reader import Options
from ocr_eval.formats.xml_safe import Element, XmlFault


def attribute(element: Element, name: str) -> str:
    """An attribute that must be there."""
    value = element.attributes.get(name)
    if value is None:
        raise XmlFault("E_FORMAT", f"{element.name} has no attribute {name}", "", element.line)
    return value


def coordinate(written: str, what: str, element: Element, options: Options) -> float:
    """A decimal within the range. ``what`` names it in messages."""
    word = written.strip(" \t\r\n")
    limits = options.limits
    if not is_decimal(word) or len(word) > limits.number_length:
        code = "E_COORD" if resembles_number(word) else "E_FORMAT"
        shown = quote(word) if word else "nothing"
        raise XmlFault(code, f"{what} of {element.name} is {shown}, expected a number", "", element.line)
    value = float(word)
    if not -limits.coordinate <= value <= limits.coordinate:
        reason = f"{what} of {element.name} is outside -{limits.coordinate} to {limits.coordinate}"
        raise XmlFault("E_COORD", reason, "write pixels", element.line)
    return value + 0.0


def number(element: Element, name: str, options: Options) -> float:
    """The attribute ``name`` as a coordinate."""
    return coordinate(attribute(element, name), name, element, options)


def ring(values: Sequence[str], what: str, element: Element, options: Options) -> list[float]:
    """x1, y1, x2, y2, … as written: three vertices or more."""
    most = options.limits.vertices
    if len(values) % 2 or len(values) < 6:
        reason = f"{what} of {element.name} has {len(values)} numbers, expected an even number from 6 on"
        raise XmlFault("E_FORMAT", reason, "", element.line)
    if len(values) > 2 * most:
        hint = "--limit vertices=N raises the limit when the file is honest"
        reason = f"{what} of {element.name} has {len(values) // 2} vertices, at most {most}"
        raise XmlFault("E_LIMIT", reason, hint, element.line)
    return [coordinate(value, what, element, options) for value in values]


def own_text(written: str, element: Element, options: Options) -> str:
    """A transcription that is not too long."""
    most = options.limits.characters
    if len(written) > most:
        hint = "--limit characters=N raises the limit when the file is honest"
        reason = f"text of {element.name} has {len(written)} characters, at most {most}"
        raise XmlFault("E_LIMIT", reason, hint, element.line)
    return written
