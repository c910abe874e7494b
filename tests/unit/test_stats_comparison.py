"""``compare`` and ``interval``: boards of any size, lower-is-better metrics, groups, and what they refuse."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import asdict
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

import ocr_eval
from ocr_eval.errors import InputError
from ocr_eval.stats.comparison import Comparison, compare, default_seed, interval, interval_signature
from ocr_eval.tables.counts import Counts
from tests.stacks import board, counted, names

ROOT = Path(__file__).resolve().parents[2]


def tables(systems: int, samples: int = 40, *, seed: int = 0, gap: float = 0.3) -> dict[str, Counts]:
    made = board(systems, samples, seed, gap)
    columns = [
        np.broadcast_to(made.matrix[:, made.columns[name].slices[0]], (samples, systems))
        for name in ("tp", "n_gt", "n_det")
    ]
    return {
        f"system-{k}": counted([tuple(column[i, k] for column in columns) for i in range(samples)])
        for k in range(systems)
    }


def run(made: dict[str, Counts], **options: object) -> Comparison:
    return compare(made, protocol="rrc-iou", B=400, R=200, **options)  # type: ignore[arg-type]


@pytest.mark.parametrize("size", [0, 1, 2, 27])
def test_boards_of_any_size(size: int) -> None:
    found = run(tables(size))
    assert len(found.systems) == size and len(found.pairs) == size * (size - 1) // 2
    assert (found.mdd is None) is (size < 2)
    for system in found.systems:
        assert system.rank is not None and 1 <= system.rank[0] <= system.rank[1] <= size
        assert system.interval is not None and system.interval[0] < system.interval[1]
    json.dumps(asdict(found), allow_nan=False)


@pytest.mark.parametrize("samples", [0, 1, 2, 19])
def test_few_samples_claim_nothing(samples: int) -> None:
    made = {name: counted([(k % 3, 3, 3 + j) for k in range(samples)]) for j, name in enumerate("ab")}
    found = run(made)
    assert all(system.interval is None for system in found.systems)
    assert all(pair.interval is None for pair in found.pairs)
    if samples:
        assert [system.rank for system in found.systems] == [(1, 2), (1, 2)]
        assert {notice.code for notice in found.notices} == {"W_FEW_SAMPLES"}
    json.dumps(asdict(found), allow_nan=False)


def test_a_submission_with_itself() -> None:
    one = tables(1)["system-0"]
    found = run({"a": one, "b": one})
    pair = found.pairs[0]
    assert (pair.difference, pair.p, pair.p_holm, pair.differing, pair.wins, pair.losses) == (
        0.0,
        1.0,
        1.0,
        0,
        0,
        0,
    )
    assert [system.rank for system in found.systems] == [(1, 2), (1, 2)]
    assert pair.interval is None
    assert [notice.code for notice in pair.notices] == ["W_DEGENERATE_INTERVAL"]
    assert found.tie_groups == (("a", "b"),)


def test_all_right_all_wrong_and_nothing_found() -> None:
    made = {
        "right": counted([(3, 3, 3)] * 30),
        "wrong": counted([(0, 3, 3)] * 30),
        "silent": counted([(0, 3, 0)] * 30),
        "usual": counted([(k % 3, 3, 3) for k in range(30)]),
    }
    for metric in ("precision", "recall", "hmean"):
        found = run(made, metric=metric)
        for system in found.systems[:3]:
            assert "W_DEGENERATE_INTERVAL" in {notice.code for notice in system.notices}
            assert system.interval is None or system.interval[0] < system.interval[1]
        assert found.systems[3].notices == ()
        json.dumps(asdict(found), allow_nan=False)


def test_a_metric_without_value_has_no_rank_and_no_test() -> None:
    empty = {name: recognised([0] * 30, [0] * 30) for name in "ab"}
    found = compare(empty, protocol="recognition", metric="wem", B=50, R=50)
    assert [(s.value, s.interval, s.rank) for s in found.systems] == [(None, None, None)] * 2
    pair = found.pairs[0]
    assert (pair.p, pair.p_holm, pair.difference, found.mdd) == (None, None, None, None)
    assert {notice.code for notice in found.notices} == {"W_UNDEFINED"}


def recognised(distance: list[int], length: list[int]) -> Counts:
    """A table of the protocol ``recognition`` with these edits and gt lengths."""
    rule = ocr_eval.protocol("recognition")
    columns = {name: np.zeros(len(length), np.int64) for name in rule.COLUMNS}
    columns |= {
        "distance": np.array(distance),
        "length_gt": np.array(length),
        "samples": (np.array(length) > 0).astype(np.int64),
    }
    return Counts.of(tuple(names(len(length))), columns, {name: np.zeros(len(length)) for name in rule.SUMS})


def test_the_lower_error_rate_is_better() -> None:
    draw = np.random.default_rng(4)
    length = draw.integers(3, 9, 60)
    made = {
        "bad": recognised(draw.binomial(length, 0.5).tolist(), length.tolist()),
        "good": recognised(draw.binomial(length, 0.1).tolist(), length.tolist()),
    }
    found = compare(made, protocol="recognition", metric="cer", B=400, R=200)
    assert [system.rank for system in found.systems] == [(2, 2), (1, 1)]
    pair = found.pairs[0]
    assert pair.difference is not None and pair.difference > 0 and pair.losses > pair.wins
    assert found.tie_groups == (("good",), ("bad",))


def test_groups_are_the_unit() -> None:
    found = run(tables(2), groups=[f"page-{k // 2}" for k in range(40)])
    assert (found.unit, found.samples) == ("group", 40)
    assert found.ci.endswith(",unit:group")
    assert found.systems[0].interval != run(tables(2)).systems[0].interval


def test_one_submission_does_not_move_anothers_interval() -> None:
    made = tables(5)
    whole = {system.name: system.interval for system in run(made).systems}
    for name, table in made.items():
        assert run({"renamed": table}).systems[0].interval == whole[name]
        assert interval(table, protocol="rrc-iou", B=400)[:2] == whole[name]


def test_the_order_of_samples_in_a_table_does_not_matter() -> None:
    made = tables(3)
    turned = {
        name: Counts(table.sample_ids[::-1], table.columns, table.rows[::-1]) for name, table in made.items()
    }
    assert run(made) == run(turned)


def test_chosen_pairs() -> None:
    made = tables(4)
    neighbours = [(pair.a, pair.b) for pair in run(made, pairs="neighbours").pairs]
    order = sorted(made, key=lambda name: -next(s.value for s in run(made).systems if s.name == name))
    assert neighbours == list(pairwise(order))
    chosen = run(made, pairs=[("system-3", "system-0")]).pairs
    assert [(pair.a, pair.b) for pair in chosen] == [("system-3", "system-0")] and chosen[0].p == chosen[
        0
    ].p_holm
    for wrong in ("some", [("system-0", "system-9")]):
        with pytest.raises(ValueError, match="pairs of unknown systems"):
            run(made, pairs=wrong)


@pytest.mark.parametrize(
    ("metric", "says"),
    [
        ("hmaen", "did you mean hmean"),
        ("ap", "not a function of column sums"),
        ("f1", "it has precision, recall"),
    ],
)
def test_a_metric_that_cannot_be_compared_is_refused(metric: str, says: str) -> None:
    with pytest.raises(InputError, match=says):
        run(tables(2), metric=metric)


def test_a_metric_without_a_better_direction_ranks_nothing() -> None:
    table = recognised([1] * 30, [4] * 30)
    with pytest.raises(InputError, match="neither higher nor lower length_ratio is better"):
        compare({"a": table}, protocol="recognition", metric="length_ratio")
    assert interval(table, protocol="recognition", metric="length_ratio", B=50).notice is not None


def test_seeds_and_signatures() -> None:
    assert default_seed("01352901" + "0" * 56) == 20261121
    assert interval_signature(20261121) == "ci:perc,B:10000,seed:01352901,rng:lb32/1,unit:sample"
    assert (
        interval_signature(1, kind="bca", B=99, unit="group")
        == "ci:bca,B:99,seed:00000001,rng:lb32/1,unit:group"
    )
    assert run(tables(2)).seed == run(tables(3, seed=9)).seed  # a constant of the samples


def test_the_public_names() -> None:
    assert ocr_eval.compare is compare and ocr_eval.interval is interval


CHILD = """
import hashlib, sys
from tests.stacks import HMEAN, board
from ocr_eval.stats.bootstrap import replicates
from ocr_eval.stats.permutation import pairwise
from ocr_eval.stats.ranks import rank_sets
made = board(6, 700)
values = replicates(made, {"hmean": HMEAN}, seed=1, B=2000)["hmean"]
found = rank_sets(made.point(HMEAN), values)
tests = pairwise(made, HMEAN, [(0, 1), (2, 5)], seed=1, R=999)
sys.stdout.write(hashlib.sha256(values.tobytes() + repr((found.critical, tests)).encode()).hexdigest())
"""


def test_threads_of_the_linear_algebra_change_no_bit() -> None:
    answers = set()
    for threads in ("1", "2"):
        variables = {f"{library}_NUM_THREADS": threads for library in ("OPENBLAS", "MKL", "OMP")}
        done = subprocess.run(
            [sys.executable, "-c", CHILD],
            cwd=ROOT,
            env=os.environ | variables,
            capture_output=True,
            text=True,
            check=True,
        )
        answers.add(done.stdout)
    assert len(answers) == 1


LOADS = """
import sys, time
begin = time.process_time()
import ocr_eval.stats.comparison, ocr_eval.stats.items, ocr_eval.stats.correlation
heavy = [name for name in ("scipy", "numba", "pandas", "shapely") if name in sys.modules]
sys.stdout.write(f"{time.process_time() - begin} {heavy}")
"""


def test_the_room_opens_at_once_and_loads_nothing_heavy() -> None:
    seconds = []
    for _ in range(5):
        done = subprocess.run(
            [sys.executable, "-c", LOADS], cwd=ROOT, capture_output=True, text=True, check=True
        )
        taken, _, loaded = done.stdout.partition(" ")
        assert loaded == "[]"
        seconds.append(float(taken))
    assert min(seconds) < 0.25
