"""``--fix``: an input that is refused -> the same input with what is unambiguous repaired, and a note of every repair.

An input is first read as it is. Only when that fails are encodings and layouts repaired and the result read in its
place, so that nothing that reads well is touched; rings that run counter-clockwise are turned afterwards. What has
more than one repair keeps its error, which then says why.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from ocr_eval.errors import Findings, InputError, Notice, escape, merge_notices, quote, usage_error
from ocr_eval.formats.reader import Options
from ocr_eval.formats.repair_bytes import decoded, line_ends, separators
from ocr_eval.formats.repair_names import renamed
from ocr_eval.formats.repairs import KINDS, Repair, Repairs, contents
from ocr_eval.formats.sources import Source
from ocr_eval.tables.instances import Instances

if TYPE_CHECKING:
    Once = Callable[[Findings, Callable[[Source], Source] | None], tuple[int, Instances | None]]

CODE = "W_FIXED"


def check_kinds(kinds: Sequence[str]) -> None:
    """Raises InputError (E_USAGE) for a kind of repair that does not exist."""
    for kind in kinds:
        if kind not in KINDS:
            raise usage_error(f"--fix {quote(kind)} is not known", f"one or more of {','.join(KINDS)}")


def read_repaired(
    once: Once, findings: Callable[[], Findings], kinds: Sequence[str], name: str | None, options: Options
) -> tuple[Findings, int, Instances | None]:
    """What ``check.reading`` answers, with repairs of these kinds.

    ``once`` reads the input, through a change of its files if one is given; ``findings`` makes an empty collection.
    """
    check_kinds(kinds)
    found, failure = findings(), None
    try:
        entries, instances = once(found, None)
    except InputError as error:  # a layout that cannot be told apart, say
        failure, entries, instances = error, 0, None
    repairs = Repairs()
    if instances is None and {"layout", "encoding"} & set(kinds):
        again = findings()
        try:
            entries, instances = once(again, lambda source: mended(source, kinds, name, options, repairs))
            failure, found = None, again
        except InputError:
            if failure is None:
                raise
    if failure is not None:
        raise failure
    if instances is not None and "orientation" in kinds and options.role == "prediction":
        instances = clockwise(instances, repairs)
        found.forget("W_ORIENTATION")
    for notice in notices(repairs):
        found.add(notice)
    if repairs.doubts and found.problems:
        first, *others = found.problems
        doubts = ", ".join(repairs.doubts)
        found.problems[:] = [first._replace(hint=f"{first.hint}; --fix left this: {doubts}"), *others]
    return found, entries, None if instances is None else replace(instances, notices=found.notices)


def mended(
    source: Source, kinds: Sequence[str], name: str | None, options: Options, repairs: Repairs
) -> Source:
    """The source with encodings first, then line ends and separators, then names."""
    files = list(source.files)
    held = contents(files)
    if "encoding" in kinds:
        decoded(held, repairs)
    if "layout" in kinds:
        line_ends(held, repairs)
        if options.geometry:
            separators(held, name, options.confidence, repairs)
    files = [held[k].file if k in held else file for k, file in enumerate(files)]
    if "layout" in kinds and options.samples is not None and not source.whole:
        files = renamed(files, options.samples, repairs)
    return source._replace(files=files)


def clockwise(instances: Instances, repairs: Repairs) -> Instances:
    """Valid rings that run counter-clockwise turned round; each keeps its first vertex."""
    if not instances.geometry or not len(instances):
        return instances
    from ocr_eval.kernels.rings import signed_areas

    backwards = np.flatnonzero(instances.valid & (signed_areas(instances.xy, instances.ring) < 0))
    if not len(backwards):
        return instances
    xy = np.array(instances.xy)
    for k in backwards.tolist():
        ring = instances.points(k)
        turned = np.vstack([ring[:1], ring[:0:-1]])
        xy[instances.ring[k] : instances.ring[k + 1]] = turned
        entry, line = instances.entries[int(instances.sample_of[k])], int(instances.line[k])
        was, now = (",".join(f"{v:.12g}" for v in points.ravel().tolist()) for points in (ring, turned))
        repairs.add(Repair("orientation", "ring turned clockwise", entry, line, was, now))
    return replace(instances, xy=xy)


def notices(repairs: Repairs) -> tuple[Notice, ...]:
    """One W_FIXED for every sort of repair, with every place."""
    sorts: dict[str, list[str]] = {}
    for one in repairs.done:
        place = escape(one.entry) + (f":{one.line}" if one.line is not None else "")
        sorts.setdefault(f"--fix {one.kind}: {one.sort}", []).append(
            f"{place or 'input'}: {quote(one.was)} → {quote(one.now)}"
        )
    return merge_notices(Notice(CODE, sort, len(places), tuple(places)) for sort, places in sorts.items())
