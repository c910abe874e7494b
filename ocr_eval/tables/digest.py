"""``Instances`` -> SHA-256 of their canonical JSON lines: what a gt or submission is, whatever the archive."""

from __future__ import annotations

import hashlib
import itertools
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
    values = _numbers(instances.xy.ravel())
    bounds = (2 * instances.ring).tolist()
    parts = ['"care":true}' if care else '"care":false}' for care in instances.care.tolist()]
    if instances.confidence is not None:
        parts = [
            f'{p[:-1]},"confidence":{c}}}' for p, c in zip(parts, _numbers(instances.confidence), strict=True)
        ]
    if instances.codepoints is not None:
        spell = json.encoder.encode_basestring
        parts = [f'"text":{t},{p}' for t, p in zip(map(spell, instances.texts), parts, strict=True)]
    if instances.geometry:
        rings = (",".join(values[a:b]) for a, b in itertools.pairwise(bounds))
        parts = [f'{{"ring":[{r}],{p}' for r, p in zip(rings, parts, strict=True)]
    else:
        parts = ["{" + p for p in parts]
    start, ids = instances.start.tolist(), instances.sample_ids
    lines = []
    for sample in sorted(range(len(ids)), key=lambda s: ids[s].encode("utf-8", "surrogatepass")):
        own = parts[start[sample] : start[sample + 1]]
        body = ",".join(sorted(own) if sort else own)
        lines.append(f'{{"sample":{json.encoder.encode_basestring(ids[sample])},"instances":[{body}]}}\n')
    return hashlib.sha256("".join(lines).encode("utf-8", "surrogatepass")).hexdigest()
