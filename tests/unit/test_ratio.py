"""The harness of the benches: what it compares, what it counts, and what it refuses to measure."""

from __future__ import annotations

import json
import sys
import types
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.bench import pages
from tests.bench.equality import AREAS, NUMBERS, PAIRS
from tests.bench.inputs import aligned, table
from tests.bench.ratio import Command, Side, in_process, ratio


def clock(*seconds: float, answer: Any = 1) -> Side:
    """A side whose rounds take these seconds; the last value repeats."""
    left: Iterator[float] = iter(seconds)
    last = seconds[-1]
    return lambda repeat: (next(left, last) * repeat, answer)


def same(ours: Any, theirs: Any) -> bool:
    assert ours == theirs
    return True


def test_a_ratio_is_the_peers_time_over_ours() -> None:
    found = ratio(clock(2.0), clock(6.0), rounds=3, equal=same)
    assert found.ratios == (6 / 2, 6 / 2, 6 / 2)
    assert found.median == 3


def test_the_median_ignores_one_disturbed_round() -> None:
    # Two calls before the rounds: one for the answer, one to warm up.
    found = ratio(clock(1.0, 1.0, 1.0, 100.0, 1.0), clock(4.0), rounds=3, equal=same)
    assert found.ratios == (4, 0.04, 4)
    assert found.median == 4


def test_first_rounds_can_be_dropped() -> None:
    found = ratio(clock(1.0, 1.0, 9.0, 1.0), clock(2.0), rounds=2, drop=1, equal=same)
    assert found.ratios == (2, 2)


def test_short_work_is_repeated_and_counted_once() -> None:
    found = ratio(clock(0.001), clock(0.004), rounds=2, equal=same)
    assert found.ours == pytest.approx((0.001, 0.001))
    assert found.median == pytest.approx(4)


def test_different_answers_are_not_timed() -> None:
    with pytest.raises(AssertionError):
        ratio(clock(1.0, answer=1), clock(1.0, answer=2), equal=same)


def test_a_kernel_compiled_under_the_clock_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    late = types.SimpleNamespace(signatures=[])
    module = types.ModuleType("ocr_eval.kernels.planted")
    monkeypatch.setattr(module, "late", late, raising=False)
    monkeypatch.setitem(sys.modules, module.__name__, module)
    calls: list[int] = []

    def ours(repeat: int) -> tuple[float, int]:
        calls.append(repeat)
        if len(calls) == 4:
            late.signatures.append("(int64)")
        return 1.0, 1

    with pytest.raises(AssertionError, match="planted"):
        ratio(ours, clock(1.0), rounds=3, equal=same)


def test_processor_time_of_a_call() -> None:
    seconds, answer = in_process(lambda: sum(range(1000)))(3)
    assert seconds > 0
    assert answer == 1000 * 999 // 2


def test_a_process_is_timed_with_its_output() -> None:
    side = Command([sys.executable, "-c", "print('[1, 2]')"], answer=json.loads)
    seconds, answer = side(1)
    assert seconds > 0
    assert answer == [1, 2]


def test_a_process_that_fails_is_no_round() -> None:
    with pytest.raises(AssertionError, match="ended with 3"):
        Command([sys.executable, "-c", "raise SystemExit(3)"])(1)


@pytest.mark.parametrize(
    ("ours", "theirs", "equal"),
    [([1, 2], [1, 2], True), ([1, 2], [1, 3], False), ([1, 2], [1, 2, 3], False), ([[0.1]], [[0.1]], True)],
)
def test_numbers_are_equal_to_the_last_bit(ours: Any, theirs: Any, equal: bool) -> None:
    if equal:
        assert NUMBERS.of(None)(ours, theirs) is True
    else:
        with pytest.raises(AssertionError):
            NUMBERS.of(None)(ours, theirs)


def test_areas_are_compared_in_units_of_the_ring() -> None:
    square = table([[(0, 0), (1000, 0), (1000, 1000), (0, 1000)]])
    equal = AREAS.of(aligned(square, square))
    assert equal([1e6], [1e6 + 5e-7]) == pytest.approx(5e-7 / 1e6, rel=1e-3)
    with pytest.raises(AssertionError):
        equal([1e6], [1e6 + 2e-6])


def test_pairs_are_a_set() -> None:
    assert PAIRS.of(None)(([0, 0, 1], [5, 2, 3]), np.array([[1, 0, 0], [3, 2, 5]])) is True


def test_made_up_pages_are_the_same_every_time() -> None:
    assert pages.dense_characters(30) == pages.dense_characters(30)
    assert pages.many_words(30) == pages.many_words(30)
    assert pages.bands(14, 5) == pages.bands(14, 5)
    assert pages.boxes(9) == pages.boxes(9)


def test_popeval_lines_of_a_page(tmp_path: Path) -> None:
    import zipfile

    line = pages.Line([(1, 2), (3, 4), (5, 6), (7, 8)], "a b")
    with zipfile.ZipFile(pages.write_popeval(tmp_path / "a.zip", {"s": [line]})) as archive:
        assert archive.read("s.txt") == b"1 2 3 4 5 6 7 8##::a b\n"
