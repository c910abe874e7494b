"""``Instances`` -> files of a layout: the table of writers (long because it is data), and ``written``."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, NamedTuple, Protocol

from ocr_eval.errors import close_matches, quote, usage_error

if TYPE_CHECKING:
    from ocr_eval.formats.writers.fitting import Loss
    from ocr_eval.tables.instances import Instances


class Holds(NamedTuple):
    """What a layout can hold. What it cannot is refused, or counted as lost: see ``fit``."""

    location: str  # "module:attribute" of its writer
    rings: str = "polygon"  # none, box, rotated (box and angle), quad, polygon (from 3 vertices on), any
    decimals: bool = True  # coordinates between whole pixels
    short: bool = False  # coordinates are decimals without exponents, none nearer to 0 than 1e-10
    text: str = "optional"  # optional (all or none), gt (a gt needs them), always
    marks: tuple[
        str, ...
    ] = ()  # texts that say don't care in a gt, the first is written; no care text can be one
    silent: bool = False  # don't cares have no text
    care: bool = True  # don't care beside any text; False: only as a mark, or not at all
    confidence: str = "none"  # none, optional, always
    more: frozenset[str] = frozenset()  # of angle, numbers (coco: some of them), levels, aliases
    empty: bool = True  # samples without instances
    several: bool = True  # more than one instance in a sample
    suffix: str = ".txt"  # of its files
    reads: str = ""  # id of the layout that reads it; empty: its own


ALL = frozenset(("angle", "numbers", "levels", "aliases"))
COCO = frozenset(("coco", "aliases"))  # of the numbers those that a COCO document can say

WRITERS: dict[str, Holds] = {
    "icdar-quad": Holds(
        "ocr_eval.formats.writers.lines:QUAD",
        rings="quad",
        decimals=False,
        text="gt",
        marks=("###",),
        care=False,
        confidence="optional",
    ),
    "icdar-ltrb": Holds(
        "ocr_eval.formats.writers.lines:LTRB",
        rings="box",
        decimals=False,
        text="gt",
        marks=("###",),
        care=False,
        confidence="optional",
    ),
    "polygon": Holds(
        "ocr_eval.formats.writers.lines:POLYGON",
        decimals=False,
        marks=("###",),
        care=False,
        confidence="optional",
    ),
    "ctw1500": Holds(
        "ocr_eval.formats.writers.lines:CTW1500", decimals=False, text="always", marks=("###",), care=False
    ),
    "td500": Holds(
        "ocr_eval.formats.writers.lines:TD500",
        rings="rotated",
        decimals=False,
        marks=("###",),
        care=False,
        confidence="optional",
        more=frozenset(("angle",)),
    ),
    "characters": Holds(
        "ocr_eval.formats.writers.lines:CHARACTERS", rings="quad", decimals=False, marks=("###",), care=False
    ),
    "popeval": Holds(
        "ocr_eval.formats.writers.lines:POPEVAL", rings="quad", decimals=False, marks=("###",), care=False
    ),
    "totaltext": Holds(
        "ocr_eval.formats.writers.totaltext:TOTALTEXT", decimals=False, text="always", marks=("#",)
    ),
    "coco": Holds("ocr_eval.formats.writers.coco:COCO", confidence="optional", more=COCO, suffix=".json"),
    "coco-results": Holds(
        "ocr_eval.formats.writers.coco:RESULTS",
        care=False,
        confidence="optional",
        more=frozenset(("coco", "aliases")),
        empty=False,
        suffix=".json",
        reads="coco",
    ),
    "coco-text": Holds(
        "ocr_eval.formats.writers.coco:COCO_TEXT",
        silent=True,
        confidence="optional",
        more=COCO,
        suffix=".json",
    ),
    "textocr": Holds(
        "ocr_eval.formats.writers.coco:TEXTOCR",
        marks=(".",),
        care=False,
        confidence="optional",
        more=frozenset(("aliases",)),
        suffix=".json",
        reads="coco-text",
    ),
    "hiertext": Holds(
        "ocr_eval.formats.writers.documents:HIERTEXT", more=frozenset(("levels",)), suffix=".json"
    ),
    "rrc-2024": Holds("ocr_eval.formats.writers.documents:RRC2024", confidence="optional", suffix=".json"),
    "rects": Holds("ocr_eval.formats.writers.documents:RECTS", rings="quad", text="always", suffix=".json"),
    "tda-rects": Holds(
        "ocr_eval.formats.writers.documents:TDA_RECTS",
        text="always",
        care=False,
        confidence="always",
        suffix=".json",
    ),
    "paddleocr": Holds(
        "ocr_eval.formats.writers.documents:PADDLEOCR",
        text="always",
        marks=("###", "*"),
        confidence="optional",
    ),
    "mmocr": Holds("ocr_eval.formats.writers.documents:MMOCR", confidence="optional", suffix=".json"),
    "labelme": Holds(
        "ocr_eval.formats.writers.tools:LABELME", text="always", marks=("###",), care=False, suffix=".json"
    ),
    "cvat": Holds(
        "ocr_eval.formats.writers.tools:CVAT",
        short=True,
        text="optional",
        marks=("###",),
        care=False,
        suffix=".xml",
    ),
    "icdar-words": Holds(
        "ocr_eval.formats.writers.texts:WORDS",
        rings="none",
        text="always",
        care=False,
        empty=False,
        several=False,
    ),
    "pairs": Holds(
        "ocr_eval.formats.writers.texts:PAIRS",
        rings="none",
        text="always",
        care=False,
        empty=False,
        several=False,
    ),
    "csv": Holds(
        "ocr_eval.formats.writers.texts:CSV",
        rings="none",
        text="always",
        care=False,
        confidence="optional",
        empty=False,
        several=False,
        suffix=".csv",
    ),
    "text": Holds(
        "ocr_eval.formats.writers.texts:TEXT",
        rings="none",
        text="always",
        care=False,
        empty=False,
        several=False,
    ),
    "parquet": Holds(
        "ocr_eval.formats.writers.parquet:PARQUET",
        rings="any",
        confidence="optional",
        more=ALL,
        suffix=".parquet",
    ),
    "json": Holds(
        "ocr_eval.formats.writers.exchange:JSON",
        rings="any",
        confidence="optional",
        more=ALL,
        suffix=".json",
    ),
    "jsonl": Holds(
        "ocr_eval.formats.writers.exchange:JSONL",
        rings="any",
        confidence="optional",
        more=ALL,
        suffix=".jsonl",
    ),
}


class Writer(Protocol):
    """The shape of a writer: both are called only with what ``fit`` let through."""

    def spell(self, text: str) -> str | None:
        """How a care transcription stands in a file; None when it would be read as another one."""

    def write(self, table: Instances, role: str) -> dict[str, bytes]:
        """Files by name; a layout of one document gives one."""


class Written(NamedTuple):
    """Files by name, the table that reading them gives, and what of the input is not in it."""

    files: dict[str, bytes]
    table: Instances
    losses: tuple[Loss, ...]
    layout: str  # id of the layout that reads them
    regions: bool = False  # it is one of pages, read as regions with rings
    joined: bool = False  # samples are named as in the gt alone: reading needs it


def written(
    table: Instances, to: str, *, role: str = "gt", level: str | None = None, lossy: bool = False
) -> Written:
    """The files of a layout, an id of ``WRITERS``.

    ``role`` is that of the table when it was read; ``level`` (``line``, ``paragraph``) takes the lines or paragraphs
    for the instances. Raises InputError (E_USAGE) for what the layout cannot hold, naming the first place; ``lossy``
    lets rings and texts change instead, which is counted like all that is left out.
    """
    from ocr_eval.formats.writers.fit import fit
    from ocr_eval.formats.writers.raised import raised

    writer = writer_of(to)
    holds = WRITERS[to]
    taken, before = raised(table, level)
    fitted, losses = fit(taken, to, holds, writer, role, lossy)
    return Written(
        writer.write(fitted, role),
        fitted,
        (*before, *losses),
        reader_of(to, fitted),
        joined=to == "coco-results",
    )


def reader_of(to: str, table: Instances) -> str:
    """The id of the layout that reads what the writer of a layout makes of a table."""
    if to == "jsonl":
        return "json" if table.geometry else "jsonl"
    return WRITERS[to].reads or to


def writer_of(name: str) -> Writer:
    """The writer behind an id of the table. Raises InputError (E_USAGE) for one that it does not have."""
    if name not in WRITERS:
        near = close_matches(name, WRITERS, cutoff=0.5)
        reason = f"no layout that can be written is called {quote(name)}"
        raise usage_error(reason, f"known: {', '.join(near or WRITERS)}")
    module, _, attribute = WRITERS[name].location.partition(":")
    found: Writer = getattr(importlib.import_module(module), attribute)
    return found
