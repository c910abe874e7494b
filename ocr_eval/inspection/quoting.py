"""Transcriptions as written -> with or without the quotes that RRC scripts take off, and the digest of the gt.

In a layout with quotes around everything they are layout, and go; around a few texts they are something to see: the
scripts read those texts without them.
"""

from __future__ import annotations

import hashlib
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ocr_eval.formats.unquoting import unquote
from ocr_eval.inspection.texts import containing, texts_of, with_texts
from ocr_eval.tables.instances import Instances
from ocr_eval.tables.jsonl import lines

LAYOUTS = ("icdar-quad", "icdar-ltrb")
_CHUNK = 20_000  # instances whose canonical lines are made at once


class Quotes(NamedTuple):
    """``table`` is what to look at; ``quoted`` the instances of it that a script reads without their quotes."""

    table: Instances
    quoted: NDArray[np.int64]
    taken_off: int  # texts whose quotes went, because most texts have some
    digest: str  # of the gt as protocols read it


def settle(instances: Instances) -> Quotes:
    """Decides what quotes are: layout where more than half of the care texts that hold anything stand in them."""
    changed: dict[int, str] = {}
    if instances.format in LAYOUTS and instances.codepoints is not None:
        texts = texts_of(instances)
        for k in np.flatnonzero(containing(texts, '"')).tolist():
            text = texts.text(k)
            if (bare := unquote(text)) != text:
                changed[k] = bare
    plain = with_texts(instances, changed)
    digest = digest_of(plain)
    quoted = np.array(sorted(changed), np.int64)
    filled = instances.care & (texts_of(plain).size > 0)
    if len(quoted) and 2 * int(filled[quoted].sum()) > int(filled.sum()):
        return Quotes(plain, np.zeros(0, np.int64), len(quoted), digest)
    return Quotes(instances, quoted, 0, digest)


def digest_of(instances: Instances) -> str:
    """``tables.digest`` of a table of any size: a few samples at a time."""
    order = sorted(
        range(len(instances.sample_ids)),
        key=lambda s: instances.sample_ids[s].encode("utf-8", "surrogatepass"),
    )
    size = np.diff(instances.start)
    made = hashlib.sha256()
    batch: list[int] = []
    waiting = 0
    for k, sample in enumerate(order):
        batch.append(sample)
        waiting += int(size[sample])
        if waiting >= _CHUNK or k == len(order) - 1:
            own = instances.take(batch, tuple(instances.sample_ids[s] for s in batch))
            made.update("".join(lines(own)).encode("utf-8", "surrogatepass"))
            batch, waiting = [], 0
    return made.hexdigest()
