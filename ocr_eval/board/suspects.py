"""Stored polygons of the ground truth and of the best systems -> places where systems agree and the gt differs.

At least three of the systems agree with each other on an instance (IoU of rings at least .7, equal text) and none of
them agrees with the ground truth there. A list to look at: nothing is corrected, no score changes.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from ocr_eval.board.overlap import Place, place, place_iou

AGREEMENT = 0.7  # IoU of rings that mean the same instance
SYSTEMS = 10  # the best so many are asked
FEWEST = 3  # of them must agree


class Shape:
    """A stored instance: ring ``x1, y1, x2, y2, …`` and text (None in detection)."""

    __slots__ = ("care", "place", "text")

    def __init__(self, ring: Sequence[float], text: str | None, care: bool = True) -> None:
        self.place: Place = place(ring)
        self.text = text
        self.care = care


@dataclass(frozen=True, slots=True)
class Suspect:
    """``gt`` is the index of the gt that lies there, -1 where there is none; texts are as written."""

    sample: str
    gt: int
    gt_text: str
    text: str
    systems: int


def same_text(text: str | None) -> str:
    """The form in which texts are compared: NFC and case-folded; None is the empty text."""
    return unicodedata.normalize("NFC", (text or "").casefold())


def suspects(
    sample: str,
    gt: Sequence[Shape],
    systems: Sequence[Sequence[Shape]],
    *,
    form: Callable[[str | None], str] = same_text,
) -> list[Suspect]:
    """The suspected places of one sample; ``systems`` best first, whose spelling is the one shown."""
    gt_forms = [form(shape.text) for shape in gt]
    texts = any(shape.text is not None for own in systems for shape in own)
    by_text: dict[str, list[tuple[int, Shape]]] = {}
    for number, own in enumerate(systems):
        for shape in own:
            by_text.setdefault(form(shape.text) if texts else "", []).append((number, shape))
    agreed: set[int] = set()  # gts that some system reads as they are
    open_by_text: dict[str, list[tuple[int, Shape]]] = {}
    for word, shapes in by_text.items():
        alike = [k for k, shape in enumerate(gt) if shape.care and (not texts or gt_forms[k] == word)]
        for number, shape in shapes:
            here = [k for k in alike if _same_place(gt[k], shape)]
            agreed.update(here)
            if not here:
                open_by_text.setdefault(word, []).append((number, shape))
    found: list[Suspect] = []
    for shapes in open_by_text.values():
        if len({number for number, _ in shapes}) < FEWEST:
            continue
        used: set[int] = set()
        for k, (_, shape) in enumerate(shapes):
            if k in used:
                continue
            near = [j for j in range(len(shapes)) if j not in used and _same_place(shape, shapes[j][1])]
            voices = {shapes[j][0] for j in near}
            if len(voices) < FEWEST:
                continue
            used.update(near)
            where = _place(gt, shape)
            if where >= 0 and (where in agreed or not gt[where].care):
                continue
            gt_text = (gt[where].text or "") if where >= 0 else ""
            found.append(Suspect(sample, where, gt_text, shape.text or "", len(voices)))
    return sorted(found, key=lambda s: (-s.systems, s.gt, s.text))


def first_suspects(found: Iterable[Suspect], order: Mapping[str, int], limit: int) -> tuple[Suspect, ...]:
    """Those most systems agree on, then in the order of the samples; at most ``limit``."""
    return tuple(sorted(found, key=lambda s: (-s.systems, order[s.sample], s.gt, s.text))[:limit])


def _same_place(a: Shape, b: Shape) -> bool:
    return place_iou(a.place, b.place, AGREEMENT) >= AGREEMENT


def _place(gt: Sequence[Shape], shape: Shape) -> int:
    """The gt that overlaps a ring most, -1 when none does."""
    overlaps = [place_iou(own.place, shape.place) for own in gt]
    best = max(range(len(gt)), key=lambda k: (overlaps[k], -k), default=-1)
    return best if best >= 0 and overlaps[best] > 0 else -1
