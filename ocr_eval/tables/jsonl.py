"""``Instances`` <-> their canonical JSON lines (``instances.jsonl``), whose SHA-256 is the digest in signatures.

One line a sample, by UTF-8 bytes of the id, instances in file order:
``{"sample":…,"instances":[{"ring":[x1,y1,…],"text":…,"care":…,"confidence":…,"angle":…},…]}``. Absent fields are left
out of all instances; numbers are the shortest decimals that read back. Nothing that counts is imported before it is
needed: pages read rings and texts with ``plain_lines``.
"""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterator
from operator import itemgetter
from typing import TYPE_CHECKING, Any

from ocr_eval.errors import InputError, Problem, quote
from ocr_eval.limits import Limits
from ocr_eval.tables import level_lines
from ocr_eval.tables.spelling import NUMBERS, finite, ring, spell, spell_all, text
from ocr_eval.tables.spelling import LineError as LineError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from ocr_eval.tables.instances import Instances

FIELDS = ("ring", "text", "care", "confidence", "angle", *NUMBERS, "line")


def lines(instances: Instances, *, sort: bool = False) -> Iterator[str]:
    """The canonical lines, each with its LF. ``sort`` orders the instances of a sample (duplicate detection)."""
    values = spell_all(instances.xy.ravel())
    bounds = 2 * instances.ring
    parts = ['"care":true}' if care else '"care":false}' for care in instances.care.tolist()]
    columns = {"confidence": instances.confidence, "angle": instances.angle, **instances.numbers}
    for name in FIELDS:
        column = columns.get(name)
        if column is not None:
            parts = [f'{p[:-1]},"{name}":{v}}}' for p, v in zip(parts, spell_all(column), strict=True)]
    levels = instances.levels
    if levels is not None:
        own_line = level_lines.line_numbers(levels, instances.sample_of)
        parts = [f'{p[:-1]},"line":{k}}}' for p, k in zip(parts, own_line, strict=True)]
    tails = [""] * len(instances.sample_ids) if levels is None else level_lines.tails(levels)
    quoted = json.encoder.encode_basestring
    if instances.codepoints is not None:
        parts = [f'"text":{t},{p}' for t, p in zip(map(quoted, instances.texts), parts, strict=True)]
    if instances.geometry:
        parts = [f'{{"ring":[{r}],{p}' for r, p in zip(_joined(values, bounds), parts, strict=True)]
    else:
        parts = ["{" + p for p in parts]
    start, ids = instances.start.tolist(), instances.sample_ids
    for sample in sorted(range(len(ids)), key=lambda s: ids[s].encode("utf-8", "surrogatepass")):
        own = parts[start[sample] : start[sample + 1]]
        body = ",".join(sorted(own) if sort else own)
        yield f'{{"sample":{quoted(ids[sample])},"instances":[{body}]{tails[sample]}}}\n'


def _joined(values: list[str], bounds: NDArray[np.int64]) -> Iterator[str]:
    """The values between two bounds each, with commas; runs of one length are joined without being cut out first."""
    size = int(bounds[1]) if len(bounds) > 1 else 0
    if size and len(values) == size * (len(bounds) - 1) and not (bounds[1:] - bounds[:-1] - size).any():
        return map(",".join, zip(*[iter(values)] * size, strict=True))
    return (",".join(values[a:b]) for a, b in itertools.pairwise(bounds.tolist()))


def _is_word_list(instances: Instances) -> bool:
    """True for one text in every sample, all of them cared for, and nothing else."""
    columns = (instances.confidence, instances.angle, instances.levels, *instances.numbers)
    return (
        not instances.geometry
        and instances.codepoints is not None
        and all(column is None for column in columns)
        and len(instances) == len(instances.sample_ids)
        and bool(instances.care.all() and (instances.start[1:] - instances.start[:-1] == 1).all())
    )


def _word_lines(instances: Instances) -> Iterator[str]:
    """``lines`` of a list of words, of which there may be millions."""
    quoted = json.encoder.encode_basestring
    pairs = list(zip(instances.sample_ids, instances.texts, strict=True))
    if "".join(instances.sample_ids).isascii():
        pairs.sort(key=itemgetter(0))  # the order of code points is that of bytes
    else:
        pairs.sort(key=lambda pair: pair[0].encode("utf-8", "surrogatepass"))
    for sample, word in pairs:
        yield f'{{"sample":{quoted(sample)},"instances":[{{"text":{quoted(word)},"care":true}}]}}\n'


def read_lines(data: bytes, source: str = "", *, limits: Limits | None = None) -> Instances:
    """The table of a canonical file; ``lines`` of it gives the same bytes.

    An instance's ``line`` is its position in the sample. A file without any instance has all fields, all of them empty.
    Raises InputError with the first fault and its line (E_FORMAT, E_ENCODING, E_COORD, E_CONFIDENCE, E_LIMIT).
    """
    from ocr_eval.tables.builder import InstancesBuilder
    from ocr_eval.tables.levels import LevelsBuilder

    builder = InstancesBuilder(source=source, format="instances")
    for sample in plain_lines(data, source, limits=limits):
        builder.begin(sample["sample"], sample["sample"])
        for position, instance in enumerate(sample["instances"], 1):
            if not builder.care:
                builder.geometry, builder.has_text = "ring" in instance, "text" in instance
                builder.has_confidence, builder.has_angle = "confidence" in instance, "angle" in instance
                builder.numbers = {name: [] for name in NUMBERS if name in instance}
            builder.add(
                instance.get("ring", ()),
                instance.get("text", ""),
                instance["care"],
                instance.get("confidence", 1.0),
                position,
                instance.get("angle", 0.0),
            )
            for name, values in builder.numbers.items():
                values.append(instance[name])
        if "lines" in sample:
            builder.levels = builder.levels or LevelsBuilder()
            level_lines.add_sample(builder.levels, sample)
    if not builder.care:
        builder.has_confidence = builder.has_angle = True
    return builder.build()


def plain_lines(data: bytes, source: str = "", *, limits: Limits | None = None) -> Iterator[dict[str, Any]]:
    """``plain`` of every line, with what only the file shows: samples rise, and all instances have the same fields.

    Raises InputError as ``read_lines`` does, when it comes to the line.
    """
    limits = limits or Limits()
    before = b""
    known: tuple[str, ...] | None = None
    keys: tuple[str, ...] = ()
    total = 0
    rest = data.split(b"\n")
    for number, raw in enumerate(rest, 1):
        if number == len(rest):
            if raw:
                raise _fault(source, number, "E_FORMAT", "no LF after the last line")
            return
        try:
            found = plain(raw.decode(), limits=limits)
            name = found["sample"].encode()
            if number > 1 and name <= before:
                raise LineError(
                    "E_FORMAT", f"sample {quote(found['sample'])} stands after a later or equal id"
                )
            before = name
            keys = keys or tuple(found)
            if tuple(found) != keys:
                raise LineError(
                    "E_FORMAT", f"a sample without or beyond {', '.join(keys)}, which others have"
                )
            for instance in found["instances"]:
                known = known or tuple(instance)
                if tuple(instance) != known:
                    expected = ", ".join(known)
                    raise LineError(
                        "E_FORMAT", f"an instance without or beyond {expected}, which others have"
                    )
            total += len(found["instances"])
            if total > limits.total_instances:
                raise LineError("E_LIMIT", f"more than {limits.total_instances} instances")
        except UnicodeDecodeError as error:
            reason = f"byte 0x{raw[error.start]:02x} at offset {error.start} is not UTF-8"
            raise _fault(source, number, "E_ENCODING", reason) from None
        except LineError as error:
            raise _fault(source, number, error.code, str(error)) from None
        yield found


def plain(line: str, *, limits: Limits | None = None) -> dict[str, Any]:
    """One canonical line, without its LF, as Python values; only the fields named above, in that order.

    Raises LineError (a ValueError) for anything that ``lines`` would not have written, and beyond the limits.
    """
    limits = limits or Limits()
    try:
        found = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise LineError("E_FORMAT", f"not JSON: {getattr(error, 'msg', 'unreadable')}") from None
    keys = ("sample", "instances")
    if not (isinstance(found, dict) and tuple(found) in (keys, keys + level_lines.KEYS)):
        raise LineError("E_FORMAT", 'expected {"sample":…,"instances":[…]}')
    name, instances = found["sample"], found["instances"]
    if not (isinstance(name, str) and isinstance(instances, list)):
        raise LineError("E_FORMAT", "expected a text as sample and a list of instances")
    if len(instances) > limits.instances:
        raise LineError("E_LIMIT", f"{len(instances)} instances, at most {limits.instances}")
    tail, known = "", -1
    if len(found) > len(keys):
        tail, known = level_lines.spelled_tail(found, limits), len(found["lines"])
    parts = [_part(position, instance, known, limits) for position, instance in enumerate(instances)]
    # Comparing with what would have been written finds double keys, spaces, escapes and numbers spelled otherwise.
    if f'{{"sample":{text(name, "sample")},"instances":[{",".join(parts)}]{tail}}}' != line:
        raise LineError(
            "E_FORMAT", "not in canonical form: fixed order, no spaces, shortest numbers, no escapes"
        )
    return found


def _part(position: int, instance: Any, known: int, limits: Limits) -> str:
    """An instance as it is written; ``known`` lines stand in the sample, -1: none can. Raises LineError."""
    where = f"instance {position}"
    if (
        not isinstance(instance, dict)
        or set(instance) - set(FIELDS)
        or not isinstance(instance.get("care"), bool)
        or ("line" in instance) != (known >= 0)
    ):
        raise LineError("E_FORMAT", f"{where}: expected {', '.join(FIELDS)}, and care true or false")
    fields = []
    for key, value in instance.items():
        if key == "ring":
            spelled = f"[{','.join(ring(value, where, limits))}]"
        elif key == "text":
            spelled = text(value, where)
            if len(value) > limits.page_characters:
                raise LineError(
                    "E_LIMIT", f"{where}: {len(value)} characters, at most {limits.page_characters}"
                )
        elif key == "line":
            spelled = level_lines.position(value, where, known)
        elif key == "confidence":
            if not 0 <= finite(value, where) <= 1:
                raise LineError("E_CONFIDENCE", f"{where}: confidence is outside 0 to 1")
            spelled = spell(value)
        elif key == "care":
            spelled = "true" if value else "false"
        else:
            spelled = spell(finite(value, where))
        fields.append(f'"{key}":{spelled}')
    if list(instance) != [name for name in FIELDS if name in instance]:
        raise LineError("E_FORMAT", f"{where}: fields in another order than {', '.join(FIELDS)}")
    return "{" + ",".join(fields) + "}"


def _fault(source: str, line: int, code: str, reason: str) -> InputError:
    hint = "write the file again with the command that made it; it is not meant to be edited"
    return InputError([Problem(code, reason, hint, source, line=line)])
