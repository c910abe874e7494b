"""Tables of several annotators -> the images all of them looked at, on one axis, annotators in an order of content.

An image that an annotator has no file for was not annotated: it is listed, never counted as empty. An image whose file
is empty was annotated as empty. Names decide nothing: annotators are ordered by a digest of what they drew.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from ocr_eval.errors import Notice, quote, usage_error
from ocr_eval.formats import FORMATS
from ocr_eval.formats.names import by_value
from ocr_eval.stats.tables import byte_order
from ocr_eval.tables.canonical import content_digest
from ocr_eval.tables.instances import Instances

DONT_CARE = ("###",)


@dataclass(frozen=True, eq=False)
class Annotator:
    """One source of instances. ``table`` stands on the common image axis; the rest are facts about all of the input."""

    id: str  # R1, R2, …: the place in the order of content
    name: str  # as the user gave it
    digest: str  # of the images compared
    table: Instances
    images: int  # with a file, shared or not
    instances: int  # in all of those


@dataclass(frozen=True, eq=False)
class Unshared:
    """An image that some annotator has no file for; ``present`` are the ids of those that have one."""

    image: str
    present: tuple[str, ...]


@dataclass(frozen=True, eq=False)
class Annotations:
    """R >= 2 annotators on one image axis, in canonical order (UTF-8 bytes of the id)."""

    annotators: tuple[Annotator, ...]
    images: tuple[str, ...]
    unshared: tuple[Unshared, ...]
    markers: tuple[str, ...]  # texts that mean don't care
    notices: tuple[Notice, ...]

    def __len__(self) -> int:
        return len(self.annotators)


def gather(
    tables: Mapping[str, Instances],
    *,
    images: Collection[str] | None = None,
    markers: Sequence[str] = DONT_CARE,
    order: Sequence[str] | None = None,
) -> Annotations:
    """Joins the images of all annotators by id.

    ``images`` is the universe: only these count, and one that a document for all images (a JSON file, say) does not
    name was annotated as empty in it. Ids that differ only by leading zeros of the last number are one image, unless
    an annotator has two such ids. ``markers``: an instance with such a text is don't care. ``order``: names in an order
    of another round, instead of that of content.
    Raises InputError: E_USAGE for fewer than two annotators, E_DATASET when no image is shared.
    """
    if len(tables) < 2:
        raise usage_error(
            f"{len(tables)} annotator is given, agreement takes two or more", "give NAME=PATH NAME=PATH"
        )
    marked = {name: mark(table, markers) for name, table in tables.items()}
    named, universe, notices = _same_names(marked, images)
    present = {name: set(table.sample_ids) for name, table in named.items()}
    whole = {name for name, table in named.items() if images is not None and _is_document(table)}
    every = set(universe) if universe is not None else set().union(*present.values())
    shared = sorted(
        (image for image in every if all(name in whole or image in present[name] for name in named)),
        key=byte_order,
    )
    if not shared:
        counts = ", ".join(f"{quote(name)} has {len(own)}" for name, own in present.items())
        reason = f"no image is shared by all annotators ({counts})"
        raise usage_error(reason, "name the files alike, or look at --images", "E_DATASET")
    filled = {name: sum(image not in present[name] for image in shared) for name in sorted(whole)}
    if any(filled.values()):
        message = "images of --images that a document does not name, taken as annotated and empty"
        notices.append(Notice("W_MISSING_SAMPLES", message, sum(filled.values())))
    annotators = _ordered(named, tuple(shared), order)
    ids = {one.name: one.id for one in annotators}
    rest = [
        Unshared(image, tuple(sorted((ids[name] for name in named if image in present[name]), key=_number)))
        for image in sorted(every - set(shared), key=byte_order)
    ]
    return Annotations(annotators, tuple(shared), tuple(rest), tuple(markers), tuple(notices))


def mark(table: Instances, markers: Sequence[str]) -> Instances:
    """The table with every instance don't care whose text is a marker; ``###`` was one when the file was read."""
    if not table.texts:
        return table
    known = frozenset(markers)
    care = table.care & np.array([text not in known for text in table.texts], np.bool_)
    return replace(table, care=care)


def one_spelling(tables: Mapping[str, Instances]) -> tuple[dict[str, Instances], list[Notice]]:
    """The tables with one spelling per image, and what there is to say about it."""
    named, _, notices = _same_names(tables, None)
    return named, notices


def _same_names(
    tables: Mapping[str, Instances], images: Collection[str] | None
) -> tuple[dict[str, Instances], list[str] | None, list[Notice]]:
    """Tables and universe with one spelling per image: the shortest of those that differ by leading zeros."""
    sources = [table.sample_ids for table in tables.values()] + (
        [tuple(images)] if images is not None else []
    )
    injective = all(len({by_value(image) for image in ids}) == len(set(ids)) for ids in sources)
    every = sorted({image for ids in sources for image in ids}, key=byte_order)
    spelling: dict[str, str] = {}
    for image in sorted(every, key=lambda image: (len(image), byte_order(image))):
        spelling.setdefault(by_value(image) if injective else image, image)
    padded = [image for image in every if spelling[by_value(image) if injective else image] != image]
    if not padded:
        return dict(tables), None if images is None else list(images), []
    notice = Notice(
        "W_LAYOUT", "image ids that differ by leading zeros were joined", len(padded), tuple(padded[:3])
    )
    same = {image: spelling[by_value(image)] for image in every}
    named = {
        name: replace(table, sample_ids=tuple(same[image] for image in table.sample_ids))
        for name, table in tables.items()
    }
    return named, None if images is None else [same[image] for image in images], [notice]


def _is_document(table: Instances) -> bool:
    return table.format in FORMATS and FORMATS[table.format].document


def _ordered(
    tables: Mapping[str, Instances], shared: tuple[str, ...], order: Sequence[str] | None
) -> tuple[Annotator, ...]:
    """By digest of what was drawn on the shared images; annotators that drew the same are interchangeable."""
    found = []
    for name, table in tables.items():
        place = {image: k for k, image in enumerate(table.sample_ids)}
        own = table.take([place.get(image) for image in shared], shared)
        found.append(Annotator("", name, content_digest(own), own, len(table.sample_ids), len(table)))
    found.sort(key=lambda one: (one.digest, one.images, one.instances, byte_order(one.name)))
    if order is not None:
        found.sort(key=lambda one: order.index(one.name))
    return tuple(replace(one, id=f"R{k}") for k, one in enumerate(found, 1))


def _number(pseudonym: str) -> int:
    return int(pseudonym[1:])
