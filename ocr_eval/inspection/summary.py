"""A gt, perhaps a second one and pictures -> everything an inspection says: its page and its files are copies."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from ocr_eval.inspection import listing
from ocr_eval.inspection.differences import compared
from ocr_eval.inspection.distributions import categories, distributions, listed
from ocr_eval.inspection.duplicates import Group, Near, equal_samples, near_samples, not_equal
from ocr_eval.inspection.facts import Facts, gather
from ocr_eval.inspection.overlaps import overlaps
from ocr_eval.inspection.pictures import Look, Pictures, look
from ocr_eval.inspection.slices import FEW, Slice, rarity, slices
from ocr_eval.inspection.suspicious import Suspicion, of_rings, of_texts, outside
from ocr_eval.inspection.texts import containing, equal_to
from ocr_eval.stats.signature import default_seed
from ocr_eval.tables.instances import Instances

SCHEMA = "ocr-eval/inspect/1"
NEXT = 50  # samples with rare content that are listed


@dataclass(frozen=True, eq=False)
class Inspection:
    """What an inspection found. ``data`` is what ``inspect.json`` holds and all that a page needs, bounded in size
    whatever the data set; the other fields are whole, for the CSV files beside it."""

    data: Mapping[str, Any]
    facts: Facts
    suspicions: tuple[Suspicion, ...]
    equal: tuple[Group, ...]
    near: tuple[Near, ...]
    slices: tuple[Slice, ...]
    rarity: tuple[float, ...]  # per sample
    pictures: Pictures | None

    def to_json(self) -> str:
        """``inspect.json``: keys in fixed order, a final line feed."""
        return json.dumps(self.data, ensure_ascii=False, allow_nan=False, indent=1) + "\n"


def inspect(
    gt: Instances,
    *,
    other: Instances | None = None,
    images: str | None = None,
    other_images: str | None = None,
    markers: Sequence[str] = (),
    seed: int | None = None,
    names: tuple[str, str] = ("gt", "other"),
) -> Inspection:
    """Inspects a gt; with ``other`` also compares the two.

    Read the tables with ``role="gt"``, ``invalid_polygons="official"`` (so that bad rings are shown, not refused) and
    ``verbatim=True`` (so that quotes are). ``markers``: don't-care texts besides ``###``. ``images``: folder with a
    picture per sample. The seed chooses examples; by default it follows from the gt's digest.
    """
    facts = gather(gt, markers)
    chosen = default_seed(facts.digest) if seed is None else seed
    pictures, looks = (None, []) if images is None else look(images, facts.instances.sample_ids)
    suspicions, crowded = _suspicions(facts, pictures)
    equal = equal_samples([facts])
    near = not_equal(near_samples([facts]) if facts.has_text else [], equal)
    rare = rarity(facts)
    parts = slices(facts)
    ids = facts.instances.sample_ids
    data: dict[str, Any] = {
        "schema": SCHEMA,
        "seed": chosen,
        "gt": overview(facts, names[0]),
        "distributions": [d.to_json() for d in distributions(facts)],
        "categories": {name: listed(rows) for name, rows in categories(facts).items()},
        "characters": listing.characters(facts) if facts.has_text else None,
        "frequent_texts": listing.frequent_texts(facts) if facts.has_text else None,
        "suspicious": [listing.suspicion(facts, s, chosen) for s in suspicions],
        "crowded_samples": {
            "count": len(crowded),
            "listed": [listing.cut(ids[s]) for s in crowded[: listing.EXAMPLES]],
        },
        "duplicates": {"equal": listing.groups(equal, ids), "near": listing.nears(near, ids)},
        "slices": [_slice(s) for s in parts],
        "rare_samples": rarest_samples(rare.tolist(), ids),
        "pictures": None if pictures is None else _pictures(pictures, ids),
        "comparison": None,
    }
    if other is not None:
        second = gather(other, markers)
        theirs: list[Look] = []
        if other_images is not None:
            theirs = look(other_images, second.instances.sample_ids)[1]
        data["comparison"] = {
            "other": overview(second, names[1]),
            **compared(facts, second, (looks, theirs) if images and other_images else None),
        }
    return Inspection(
        data,
        facts,
        tuple(suspicions),
        tuple(equal),
        tuple(near),
        tuple(parts),
        tuple(rare.tolist()),
        pictures,
    )


def overview(facts: Facts, name: str) -> dict[str, Any]:
    """The totals of a data set."""
    table = facts.instances
    size, care = np.diff(table.start), int(facts.care.sum())
    texts = None
    if facts.has_text:
        own = facts.care
        texts = {
            "characters": int(facts.length[own].sum()),
            "characters_without_blanks": int(facts.filled[own].sum()),
            "longest": int(facts.length[own].max(initial=0)),
            "distinct": int((np.bincount(facts.ids[own], minlength=1) > 0).sum()),
            "charset": int((facts.count > 0).sum()),
            "singletons": int((facts.count == 1).sum()),
            "empty": int((facts.length[own] == 0).sum()),
            "with_inner_blank": int((facts.words[own] > 1).sum()),
            "in_quotes": {"kept": len(facts.quoted), "taken_off": facts.quotes_taken_off},
            "with_marker_character": [
                {"character": c, "count": int((containing(facts.texts, c) & own).sum())}
                for c in sorted(set("".join(facts.markers)))
            ],
        }
    return {
        "name": name,
        "format": table.format,
        "digest": facts.digest,
        "samples": len(size),
        "empty_samples": int((size == 0).sum()),
        "instances": len(table),
        "most_per_sample": int(size.max(initial=0)),
        "care": care,
        "dont_care": len(table) - care,
        "dont_care_share": (len(table) - care) / len(table) if len(table) else None,
        "markers": [
            {"text": listing.cut(m), "count": int(equal_to(facts.texts, [m]).sum()) if facts.has_text else 0}
            for m in facts.markers
        ],
        "has_rings": table.geometry,
        "texts": texts,
        "warnings": [{"code": n.code, "message": n.message, "count": n.count} for n in table.notices],
    }


def _suspicions(facts: Facts, pictures: Pictures | None) -> tuple[list[Suspicion], tuple[int, ...]]:
    found: list[Suspicion] = []
    crowded: tuple[int, ...] = ()
    if facts.has_text:
        found += of_texts(facts.texts, facts.letters, facts.care, facts.markers)
        quoted = facts.quoted[facts.care[facts.quoted]]
        found.append(Suspicion("in_quotes", int(facts.care.sum()), quoted))
    if facts.instances.geometry:
        found += of_rings(facts.instances, facts.shapes)
        over = overlaps(facts.instances)
        found += over[:3]
        crowded = over.crowded
        if pictures is not None:
            found.append(outside(facts.instances, pictures.sizes))
    return found, crowded


def _slice(found: Slice) -> dict[str, Any]:
    return {
        "attribute": found.attribute,
        "label": found.label,
        "instances": found.instances,
        "samples": found.samples,
        "share": found.share,
        "interval": None if found.interval is None else list(found.interval),
        "few": found.samples < FEW,
    }


def rarest_samples(scores: Sequence[float], ids: Sequence[str]) -> list[dict[str, Any]]:
    """The samples with the rarest content, by falling score and then id."""
    order = sorted(range(len(ids)), key=lambda s: (-round(scores[s], 9), ids[s]))[:NEXT]
    return [{"sample": listing.cut(ids[s]), "rarity": round(scores[s], 6)} for s in order if scores[s] > 0]


def _pictures(pictures: Pictures, ids: Sequence[str]) -> dict[str, Any]:
    sizes: dict[str, int] = {}
    for width, height in pictures.sizes.values():
        label = f"{width} x {height}"
        sizes[label] = sizes.get(label, 0) + 1
    first = slice(listing.PAIRS)
    return {
        "found": len(pictures.sizes),
        "missing": {
            "count": len(pictures.missing),
            "listed": [listing.cut(ids[s]) for s in pictures.missing[first]],
        },
        "unread": {
            "count": len(pictures.unread),
            "listed": [{"sample": listing.cut(ids[s]), "why": why} for s, why in pictures.unread[first]],
        },
        "sizes": listed(sorted(sizes.items(), key=lambda row: (-row[1], row[0]))),
        "equal": {
            "groups": len(pictures.equal),
            "listed": [[listing.cut(ids[s]) for s in g[: listing.EXAMPLES]] for g in pictures.equal[first]],
        },
        "alike": {
            "pairs": len(pictures.alike),
            "listed": [
                {"samples": [listing.cut(ids[a]), listing.cut(ids[b])], "bits": bits}
                for a, b, bits in pictures.alike[first]
            ],
        },
    }
