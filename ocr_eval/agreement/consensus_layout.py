"""Decisions of a consensus -> label files, as ``icdar-quad`` when every ring has four vertices, else as ``polygon``.

The same labels stand in ``gt.jsonl``, a canonical line per image as signatures digest it. A text that the layout would
read back as another one has no spelling.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from ocr_eval.agreement.consensus import KEPT, Consensus, Decision
from ocr_eval.errors import InputError, usage_error
from ocr_eval.formats.reader import DONT_CARE
from ocr_eval.formats.writers import writer_of, written
from ocr_eval.tables.instances import Instances

QUAD, POLYGON = "icdar-quad", "polygon"
LABELS = "gt"  # the folder of the label files
JSON_LINES = "gt.jsonl"


def layout_of(found: Consensus) -> tuple[str, Callable[[str], str | None]]:
    """(layout, how it spells a care text or None) that holds every ring that is kept."""
    quads = all(len(flat_ring(one)) == 8 for one in found.with_status(KEPT))
    layout = QUAD if quads else POLYGON
    spell = writer_of(layout).spell
    return layout, lambda text: None if text == DONT_CARE else spell(text)


def labels(found: Consensus, images: Sequence[str], has_text: bool) -> Instances:
    """What is kept, image by image, in the order of the decisions."""
    from ocr_eval.tables.builder import InstancesBuilder

    kept: list[list[Decision]] = [[] for _ in images]
    for one in found.with_status(KEPT):
        kept[one.sample].append(one)
    builder = InstancesBuilder(source=JSON_LINES, format=POLYGON, has_text=has_text)
    for image, own in zip(images, kept, strict=True):
        builder.begin(image)
        for one in own:
            text = (one.text or "") if one.care else DONT_CARE
            builder.add(flat_ring(one), text if has_text else "", bool(one.care))
    return builder.build()


def label_files(table: Instances, layout: str) -> dict[str, bytes]:
    """One file per image, an empty one too. Raises InputError (E_FORMAT) for an image id that is no file name."""
    try:
        files = written(table, layout, role="gt").files
    except InputError as error:
        first = error.problems[0]
        raise usage_error(first.reason, first.hint, "E_FORMAT") from None
    return {f"{LABELS}/{name}": data for name, data in files.items()}


def json_lines(table: Instances) -> bytes:
    """The labels as canonical JSON lines; instances stand in the order of the label files."""
    from ocr_eval.tables.jsonl import lines

    return "".join(lines(table)).encode()


def flat_ring(decision: Decision) -> list[int]:
    """x1, y1, x2, … in whole pixels; empty where there is none."""
    return [] if decision.drawn is None else [int(value) for value in decision.drawn.ring.ravel().tolist()]
