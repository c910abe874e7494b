"""``Levels`` <-> what canonical lines say about a sample's image, lines and paragraphs after its instances.

``,"size":[w,h],"lines":[{"paragraph":0,"care":true,"ring":[…]},…],"paragraphs":[{"care":true,"ring":[…]},…]``; a word's
``line`` and a line's ``paragraph`` are positions in the sample.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from ocr_eval.tables.spelling import LineError, finite, ring, spell_all

if TYPE_CHECKING:
    from ocr_eval.limits import Limits
    from ocr_eval.tables.levels import Levels, LevelsBuilder, Regions

KEYS = ("size", "lines", "paragraphs")
_LARGEST = 1 << 31  # of an image's side


def line_numbers(levels: Levels, sample_of: Any) -> list[int]:
    """(N,) the line of every word as a position in its sample."""
    numbers: list[int] = (levels.line_of - levels.lines.start[sample_of]).tolist()
    return numbers


def tails(levels: Levels) -> list[str]:
    """What follows the instances, per sample."""
    lines, paragraphs = levels.lines, levels.paragraphs
    above = levels.paragraph_of.tolist()
    first = paragraphs.start.tolist()
    of_lines, of_paragraphs = _parts(lines), _parts(paragraphs)
    made = []
    for s, (width, height) in enumerate(levels.size.tolist()):
        own = [f'{{"paragraph":{above[k] - first[s]},{of_lines[k]}' for k in lines.span(s)]
        over = ["{" + of_paragraphs[k] for k in paragraphs.span(s)]
        made.append(f',"size":[{width},{height}],"lines":[{",".join(own)}],"paragraphs":[{",".join(over)}]')
    return made


def _parts(regions: Regions) -> list[str]:
    """``"care":true,"ring":[…]}`` of every region."""
    values = spell_all(regions.xy.ravel())
    rings = (",".join(values[a:b]) for a, b in itertools.pairwise((2 * regions.ring).tolist()))
    return [
        f'"care":{"true" if care else "false"},"ring":[{r}]}}'
        for care, r in zip(regions.care.tolist(), rings, strict=True)
    ]


def spelled_tail(found: dict[str, Any], limits: Limits) -> str:
    """The tail of a parsed line as ``tails`` writes it. Raises LineError when a value is none."""
    size, lines, paragraphs = (found[key] for key in KEYS)
    if not (isinstance(lines, list) and isinstance(paragraphs, list) and _is_size(size)):
        raise LineError("E_FORMAT", "expected size as [width,height], lists of lines and paragraphs")
    for name, regions in (("lines", lines), ("paragraphs", paragraphs)):
        if len(regions) > limits.instances:
            raise LineError("E_LIMIT", f"{len(regions)} {name}, at most {limits.instances}")
    own = []
    for k, line in enumerate(lines):
        part = _region(line, f"line {k}", ("paragraph", "care", "ring"), limits)
        own.append(f'{{"paragraph":{position(line["paragraph"], f"line {k}", len(paragraphs))},{part}')
    over = ["{" + _region(p, f"paragraph {k}", ("care", "ring"), limits) for k, p in enumerate(paragraphs)]
    return f',"size":[{size[0]},{size[1]}],"lines":[{",".join(own)}],"paragraphs":[{",".join(over)}]'


def _is_size(size: Any) -> bool:
    return (
        isinstance(size, list)
        and len(size) == 2
        and all(isinstance(v, int) and not isinstance(v, bool) and 0 <= v < _LARGEST for v in size)
    )


def _region(region: Any, where: str, keys: Sequence[str], limits: Limits) -> str:
    if not isinstance(region, dict) or list(region) != list(keys) or not isinstance(region.get("care"), bool):
        raise LineError("E_FORMAT", f"{where}: expected {', '.join(keys)}, and care true or false")
    spelled = ",".join(ring(region["ring"], where, limits))
    return f'"care":{"true" if region["care"] else "false"},"ring":[{spelled}]}}'


def position(value: Any, where: str, size: int) -> str:
    """An index below ``size``, spelled. Raises LineError for anything else."""
    number = finite(value, where)
    if not isinstance(value, int) or not 0 <= number < size:
        raise LineError("E_FORMAT", f"{where}: {value!r:.40} is no position below {size}")
    return str(value)


def add_sample(builder: LevelsBuilder, found: dict[str, Any]) -> None:
    """Appends a sample that ``spelled_tail`` let through."""
    builder.begin(*found["size"])
    above = [builder.paragraph(p["care"], p["ring"]) for p in found["paragraphs"]]
    own = [builder.line(above[line["paragraph"]], line["care"], line["ring"]) for line in found["lines"]]
    for instance in found["instances"]:
        builder.word(own[instance["line"]])
