"""Files as people have them -> ``Instances``: the table of formats, and ``read``."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from ocr_eval.limits import Limits

if TYPE_CHECKING:
    from ocr_eval.tables.instances import Instances


class Row(NamedTuple):
    """One line of the table: what is known of a format before its module is imported."""

    location: str  # "module:attribute"
    geometry: bool  # instances have rings
    document: bool  # one document holds all samples, otherwise one file per sample
    line: str


FORMATS: dict[str, Row] = {
    "icdar-quad": Row("ocr_eval.formats.icdar:QUAD", True, False, "x1,y1,…,x4,y4[,confidence][,text]"),
    "icdar-ltrb": Row("ocr_eval.formats.icdar:LTRB", True, False, "xmin,ymin,xmax,ymax[,confidence][,text]"),
    "polygon": Row("ocr_eval.formats.polygon:POLYGON", True, False, "x1,y1,…,xn,yn[,confidence][,text]"),
    "ctw1500": Row("ocr_eval.formats.ctw1500:CTW1500", True, False, "x1,y1,…,xn,yn,####text"),
    "characters": Row("ocr_eval.formats.characters:CHARACTERS", True, False, "x1 y1 … x4 y4 text"),
    "popeval": Row("ocr_eval.formats.popeval:POPEVAL", True, False, "x1 y1 … x4 y4##::text"),
    "totaltext-mat": Row(
        "ocr_eval.formats.totaltext_mat:TOTALTEXT_MAT", True, False, "MATLAB 5: polygt, or accuInf"
    ),
    "rects": Row("ocr_eval.formats.rects:RECTS", True, False, "one JSON per image, lines and chars"),
    "tda-rects": Row(
        "ocr_eval.formats.rects:TDA_RECTS", True, True, "one JSON list of predictions for all images"
    ),
    "icdar-words": Row("ocr_eval.formats.words:WORDS", False, True, 'name, "text"'),
    "pairs": Row("ocr_eval.formats.words:PAIRS", False, True, "name TAB text"),
    "text": Row("ocr_eval.formats.words:TEXT", False, False, "one file per sample, all of it text"),
}


def read(
    source: str | Path,
    *,
    format: str | None = None,  # noqa: A002
    role: str = "prediction",
    samples: Sequence[str] | None = None,
    text: bool | None = None,
    confidence: bool = False,
    geometry: bool = True,
    level: str | None = None,
    limits: Limits | None = None,
    invalid_polygons: str = "refuse",
    max_errors: int = 100,
    stdin: bytes | None = None,
    verbatim: bool = False,
    boxes: bool = False,
) -> Instances:
    """Reads a zip, a folder or a file (``"-"``: the bytes ``stdin``) into ``Instances``, samples in its order.

    Parameters
    ----------
    format: an id of ``FORMATS``; None recognises the layout by content.
    role: ``"prediction"`` or ``"gt"``. A fault of a gt is E_GT; ``###`` is don't care only there.
    samples: the gt's sample ids. Names are joined with them, and the result carries the gt's ids.
    text: True when every instance needs a transcription; otherwise it is taken where the layout has one.
    confidence: every instance carries one; without it a further number is part of the transcription.
    geometry: False for recognition lists, which have no rings.
    level: ``"line"`` (default) or ``"character"`` for formats with both.
    verbatim: True leaves the quotes that an RRC layout takes off a transcription (``inspect`` shows what is written).
    boxes: True when rings count as boxes of whole pixels (``ic13-*``), of which none is invalid.
    invalid_polygons: ``refuse``, ``false-positive`` or ``official`` (reference on reliability, section 3).

    Raises InputError with every fault found, at most ``max_errors`` of them spelled out. Nothing is dropped or
    repaired; what was tolerated stands in ``notices``.
    """
    from ocr_eval.formats.check import reading

    findings, entries, instances = reading(
        source,
        format=format,
        role=role,
        samples=samples,
        text=text,
        confidence=confidence,
        geometry=geometry,
        level=level,
        limits=limits or Limits(),
        invalid_polygons=invalid_polygons,
        max_errors=max_errors,
        stdin=stdin,
        verbatim=verbatim,
        boxes=boxes,
    )
    findings.check(entries)
    assert instances is not None
    return instances
