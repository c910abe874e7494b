"""``Instances`` -> SHA-256 of their canonical JSON lines: what a gt or submission is, whatever the archive."""

from __future__ import annotations

import hashlib
import json

import numpy as np
from numpy.typing import NDArray

from ocr_eval.tables.instances import Instances


def _numbers(values: NDArray[np.float64]) -> list[str]:
    """The shortest decimals that read back; whole numbers without a point."""
    whole = values.astype(np.int64)
    if (whole == values).all():
        return list(map(str, whole.tolist()))
    return [str(int(v)) if v == int(v) else repr(v) for v in values.tolist()]


def digest(instances: Instances, *, sort: bool = False) -> str:
    """64 hex digits over one JSON line per sample, samples by UTF-8 bytes of the id.

    A line is ``{"sample":…,"instances":[{"ring":[x1,y1,…],"text":…,"care":…,"confidence":…},…]}``; absent fields are
    left out, numbers are the shortest decimals that read back. ``sort`` orders the instances (duplicate detection).
    """
    state = hashlib.sha256()
    spell = json.encoder.encode_basestring
    values = _numbers(instances.xy.ravel())
    ring = (2 * instances.ring).tolist()
    care = instances.care.tolist()
    texts = instances.texts
    confidence = None if instances.confidence is None else _numbers(instances.confidence)
    parts: list[str] = []
    for i in range(len(instances)):
        fields = [f'"ring":[{",".join(values[ring[i] : ring[i + 1]])}]'] if instances.geometry else []
        if texts:
            fields.append(f'"text":{spell(texts[i])}')
        fields.append('"care":true' if care[i] else '"care":false')
        if confidence is not None:
            fields.append(f'"confidence":{confidence[i]}')
        parts.append("{" + ",".join(fields) + "}")
    for sample in sorted(
        range(len(instances.sample_ids)), key=lambda s: instances.sample_ids[s].encode("utf-8")
    ):
        own = [parts[i] for i in instances.span(sample)]
        body = ",".join(sorted(own) if sort else own)
        line = f'{{"sample":{spell(instances.sample_ids[sample])},"instances":[{body}]}}\n'
        state.update(line.encode("utf-8", "surrogatepass"))
    return state.hexdigest()
