"""A ground truth -> the submissions of the reference that try to score without reading, and what scripts gave them.

Numbers are hmeans of the official scripts on the same variants (reliability reference, section 7), as printed there;
None: not run, or refused by the script.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np

from ocr_eval.formats import read
from ocr_eval.tables.builder import InstancesBuilder
from ocr_eval.tables.instances import Instances

PROTOCOLS = ("rrc-iou", "rrc-e2e", "cleval-det", "cleval", "tedeval", "popeval")
GIANT = (
    -20000,
    -19640,
    30001,
    20360,
    30000,
    -19639,
    -20001,
    20359,
)  # two lobes over any image, signed area 1
PAGE = (0, 0, 1280, 0, 1280, 720, 0, 720)

Row = tuple[float | None, ...]  # in the order of PROTOCOLS


class Word(NamedTuple):
    """One care instance."""

    ring: tuple[float, ...]  # x1, y1, …, x4, y4
    text: str


Page = Sequence[Word]


def ground_truth(path: Path) -> Instances:
    """The gt as the numbers were made with: quads, texts without surrounding spaces, lines without text dropped."""
    gt = read(path, role="gt", text=True)
    builder = InstancesBuilder(source=str(path), format="icdar-quad")
    for s, sample in sorted(enumerate(gt.sample_ids), key=lambda each: int(each[1].rpartition("_")[2])):
        builder.begin(sample, sample)
        for i in gt.span(s):
            text = gt.texts[i].strip()
            if text:
                builder.add(gt.points(i).ravel().tolist(), text, bool(gt.care[i]), None, int(gt.line[i]))
    return builder.build()


def submission(gt: Instances, trick: Callable[[Page], Page]) -> Instances:
    """What a trick makes of the care instances of every sample."""
    builder = InstancesBuilder(source="variant.zip", format="icdar-quad")
    for s, sample in enumerate(gt.sample_ids):
        words = [Word(tuple(gt.points(i).ravel().tolist()), gt.texts[i]) for i in gt.span(s) if gt.care[i]]
        builder.begin(sample, f"res_{sample}.txt")
        for line, word in enumerate(trick(words), 1):
            builder.add(list(word.ring), word.text, True, None, line)
    return builder.build()


def without_dont_cares(gt: Instances) -> Instances:
    """The samples that hold none."""
    index = [s for s in range(len(gt.sample_ids)) if gt.care[gt.start[s] : gt.start[s + 1]].all()]
    return gt.take(index, tuple(gt.sample_ids[s] for s in index))


def _one(ring: tuple[float, ...]) -> Callable[[Page], Page]:
    return lambda page: [Word(ring, "".join(word.text for word in page))] if page else []


def _wrong_order(page: Page) -> Page:
    return [Word(tuple(w.ring[2 * k + axis] for k in (0, 2, 1, 3) for axis in (0, 1)), w.text) for w in page]


def _left_part(page: Page) -> Page:
    made = []
    for word in page:
        p = np.array(word.ring).reshape(4, 2)
        cut = [p[0], p[0] + 0.4 * (p[1] - p[0]), p[3] + 0.4 * (p[2] - p[3]), p[3]]
        made.append(Word(tuple(np.round(np.concatenate(cut)).tolist()), word.text))
    return made


TRICKS: dict[str, Callable[[Page], Page]] = {
    "itself": lambda page: page,
    "empty": lambda _: [],
    "one box": _one(PAGE),
    "one bow-tie": _one(GIANT),
    "n bow-ties": lambda page: [Word(GIANT, word.text) for word in page],
    "five bow-ties": lambda _: [Word(GIANT, "x")] * 5,
    "wrong order": _wrong_order,
    "left part": _left_part,
    "sorted": lambda page: [Word(word.ring, "".join(sorted(word.text))) for word in page],
    "three times": lambda page: [*page, *page, *page],
}
BOW_TIES = ("one bow-tie", "n bow-ties", "five bow-ties", "wrong order")
NONE = (None, None)

IC13: dict[str, Row] = {
    "itself": (1.0, 1.0, 0.9923, 0.9974, 0.9967, 1.0),
    "empty": (0, 0, 0, 0, 0, 0),
    "one box": (0.0030, 0.0030, 0.0523, 0.0275, 0.0080, 0.7559),
    "one bow-tie": (0.3509, 0.0482, 0.9190, 0.9200, 0.2053, 1.0),
    "n bow-ties": (0.9973, 0.9945, 0, 0, 0, 1.0),
    "five bow-ties": (0.7195, 0.0009, 0.0868, 0, 0, 0.0043),
    "wrong order": (1.0, 1.0, 0, 0, 0, 1.0),
    "left part": (0, 0, 0.5508, 0.9856, 0.2262, 1.0),
    "sorted": (1.0, 0.1635, 0.9923, 0.5850, 0.9967, 1.0),
    "three times": (0.5, 0.5, 0.4281, 0.4310, 0, 0.5),
}
IC15: dict[str, Row] = {
    "itself": (1.0, 1.0, *NONE, 0.9993, 1.0),
    "one box": (0, 0, *NONE, 0, 1.0),
    "one bow-tie": (0.0359, 0.0151, *NONE, 0.0435, 1.0),
    "n bow-ties": (0.0884, 0.0884, *NONE, 0, 1.0),
    # TedEval .0922: in 9 of 500 samples slivers of its clipping decide, .09 to .094 where the page is moved.
    "wrong order": (None, None, *NONE, None, 1.0),
    "left part": (0.0034, 0.0034, *NONE, 0.1746, 0.9997),
    "sorted": (1.0, 0.0573, *NONE, 0.9993, 1.0),
}
IC15_WITHOUT_DONT_CARES: dict[str, Row] = {
    "one bow-tie": (0.5672, 0.2388, 0.9437, 0.9437, 0.4242, 1.0),
    "n bow-ties": (1.0, 1.0, 0.1832, 0.4007, 0, 1.0),
}
# TedEval's script on IC15's corners in wrong order once areas up to 1e-9 count as none; all 500 samples agree.
WITHOUT_SLIVERS = {
    "n_gt": 2077,
    "n_det": 2077,
    "dc_gt": 3153,
    "dc_det": 0,
    "n_oo": 90,
    "n_om": 137,
    "n_mo": 1,
    "precision": 0.07902812579756806,
    "recall": 0.09659169937215195,
    "hmean": 0.08693165434604298,
}
