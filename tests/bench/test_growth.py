"""Pages of 1 000 and 10 000 instances -> how costs grow (below n^1.3), and what a pile of 10 000 predictions costs."""

from __future__ import annotations

import functools
import math
import time
from functools import partial
from typing import Any

import pytest

import ocr_eval
from ocr_eval.protocols import REGISTRY
from ocr_eval.tables.builder import InstancesBuilder
from ocr_eval.tables.instances import Instances
from tests.bench import pages
from tests.bench.ratio import in_process, ratio

SMALL, LARGE = 1_000, 10_000  # 10 000 instances of a sample are the default limit
GROWTH = 1.3
PILE, SECONDS = 100, 2.0  # gts under 10 000 predictions, and what that may take
GEOMETRIC = [name for name, entry in REGISTRY.items() if entry.task != "recognition"]
ENGINES = ["numpy", "numba"]


def table(lines: list[pages.Line]) -> Instances:
    """One sample with everything a protocol may read."""
    builder = InstancesBuilder(has_text=True, has_confidence=True, has_angle=True)
    builder.begin("1")
    for i, line in enumerate(lines):
        builder.add([v for xy in line.ring for v in xy], line.text, confidence=0.3 + (i * 7919 % 1000) / 2000)
    return builder.build()


@functools.cache
def page(size: int, kind: str) -> tuple[Instances, Instances]:
    gt, pred = pages.many_words(size) if kind == "words" else pages.dense_characters(size)
    return table(gt), table(pred)


@functools.cache
def pile(kind: str) -> tuple[Instances, Instances]:
    gt, pred = pages.pile(PILE, LARGE, same=kind)
    return table(gt), table(pred)


def call(name: str, sides: tuple[Instances, Instances], engine: str) -> Any:
    lines: dict[str, Any] = {"gt_lines": sides[0]} if name == "tiou-wordline" else {}
    return partial(ocr_eval.count, *sides, protocol=name, kernels=engine, **lines)


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("kind", ["words", "characters"])
@pytest.mark.parametrize("name", GEOMETRIC)
def test_ten_times_as_many_instances(name: str, kind: str, engine: str) -> None:
    calls = [call(name, page(size, kind), engine) for size in (SMALL, LARGE)]
    for one in calls:
        recall = ocr_eval.protocol(name).derive(one().total()).get("recall")
        assert recall is None or recall > 0.5
    found = ratio(in_process(calls[0]), in_process(calls[1]), rounds=5, equal=lambda *_: True)
    growth = math.log(found.median) / math.log(LARGE / SMALL)
    print(
        f"{name}, {engine}: {1000 * min(found.peer):.0f} ms for {LARGE} {kind} a side, growth n^{growth:.2f}"
    )
    assert growth < GROWTH


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("kind", ["both", "pred", "neither"])
@pytest.mark.parametrize("name", GEOMETRIC)
def test_a_pile_of_ten_thousand(name: str, kind: str, engine: str, request: pytest.FixtureRequest) -> None:
    """A million pairs: equal rings on both sides, among predictions only, or no two of them equal."""
    one = call(name, pile(kind), engine)
    if name == "rrc-2024" and kind == "neither":
        with pytest.raises(ocr_eval.InputError, match="E_LIMIT"):
            one()
        return
    seconds = []
    for _ in range(2):  # the first may compile
        begin = time.process_time()
        one()
        seconds.append(time.process_time() - begin)
    print(f"{name}, {engine}: {min(seconds):.2f} s for {PILE} gts under {LARGE} predictions, same: {kind}")
    if not request.config.getoption("--no-gate"):
        assert min(seconds) < SECONDS
