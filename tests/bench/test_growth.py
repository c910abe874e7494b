"""A page of 5 000 instances per side runs in every protocol of rings, and costs grow slower than n^1.5 up to there."""

from __future__ import annotations

import math
from functools import partial

import pytest

import ocr_eval
from ocr_eval.protocols import REGISTRY
from ocr_eval.tables.instances import Instances
from tests.bench import pages
from tests.bench.inputs import table
from tests.bench.ratio import in_process, ratio

SMALL, LARGE = 1000, 5000
GEOMETRIC = [name for name, entry in REGISTRY.items() if entry.task != "recognition"]


def page(size: int, kind: str) -> tuple[Instances, Instances]:
    found = pages.many_words(size) if kind == "words" else pages.dense_characters(size)
    gt, pred = (table([line.ring for line in side], [line.text for line in side]) for side in found)
    return gt, pred


@pytest.mark.parametrize("engine", ["numpy", "numba"])
@pytest.mark.parametrize("kind", ["words", "characters"])
@pytest.mark.parametrize("name", GEOMETRIC)
def test_a_page_of_5000_instances(name: str, kind: str, engine: str) -> None:
    calls = []
    for size in (SMALL, LARGE):
        gt, pred = page(size, kind)
        calls.append(partial(ocr_eval.count, gt, pred, protocol=name, kernels=engine))
        metrics = ocr_eval.protocol(name).derive(calls[-1]().total())
        assert metrics["recall"] is not None and metrics["recall"] > 0.5
    found = ratio(in_process(calls[0]), in_process(calls[1]), equal=lambda *_: True)
    growth = math.log(found.median) / math.log(LARGE / SMALL)
    print(
        f"{name}, {engine}: {1000 * min(found.peer):.0f} ms for {LARGE} {kind} a side, growth n^{growth:.2f}"
    )
    assert growth < 1.5
