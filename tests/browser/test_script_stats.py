"""The pages' own statistics against ocr_eval.stats, to the last bit, in the browser that readers use."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from ocr_eval.protocols.formulas import Formula, Harmonic, rate
from ocr_eval.report.numbers import p_value, percent, points
from ocr_eval.report.page import POLICY, STATIC
from ocr_eval.report.slim import slim
from ocr_eval.stats import random32
from ocr_eval.stats.bootstrap import intervals, replicates
from ocr_eval.stats.intervals import interval
from ocr_eval.stats.permutation import benjamini_hochberg, pairwise
from ocr_eval.stats.ratios import Stack

pytestmark = pytest.mark.browser

SEED = 20261121
HMEAN = rate("2*tp", "n_gt + n_det", empty=0.0, alone=1.0)
DRAIN = "const drain = job => { let step; while (!(step = job.next()).done); return step.value; };"
# Both metrics, the chosen samples, then what a compare page shows of them.
COMPARE = (
    """([formula, tables, n, chosen, groups, seed, B, R]) => {"""
    + DRAIN
    + """
  const [a, b] = tables.map(table => OE.stats.metric(formula, new Map(Object.entries(table)), n));
  const pair = OE.stats.pair(a, b, chosen, groups);
  const values = pair.values(pair.total).map(x => (Number.isNaN(x) ? null : x));
  return {values, exact: pair.exact, differ: pair.differ.length, ends: drain(OE.stats.bootstrap(pair, seed, B)),
    p: drain(OE.stats.permutation(pair, seed, R)), influence: OE.stats.influence(a, chosen),
    each: [...a.each].map(x => (Number.isNaN(x) ? null : x))};
}"""
)


@pytest.fixture
def scripts(open_page: Any, tmp_path: Path) -> Any:
    """A page with the scripts of a site and nothing else."""
    (tmp_path / "static").mkdir()
    names = ("base.js", "stats.js")
    for name in names:
        text = slim(name, (STATIC / name).read_text(encoding="utf-8"))
        (tmp_path / "static" / name).write_text(text, encoding="utf-8")
    tags = "".join(f'<script src="static/{name}" defer></script>' for name in names)
    page = tmp_path / "index.html"
    page.write_text(
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><meta http-equiv="Content-Security-Policy"'
        f' content="{POLICY}"><title>x</title>{tags}</head><body></body></html>',
        encoding="utf-8",
    )
    return open_page(page)


def test_random_numbers_are_those_of_python(scripts):
    found = scripts.evaluate(
        """seed => { const S = OE.stats, key = S.key(seed, 9999); return [S.mix(0), S.mix(1), S.mix(seed), key,
        S.stream(seed, 1), ...Array.from({length: 500}, (none, i) => S.index(key, i, 500))]; }""",
        SEED,
    )
    assert found[:5] == [0, 0x688990C0, 0x67C45247, 0x5E64146F, 0xFD15CBCF]
    assert found[5:13] == [240, 84, 194, 212, 246, 488, 342, 397]
    assert found[5:] == random32.indices(SEED, 9999, 10000, 500, 500)[0].tolist()
    bits = "([seed, r]) => Array.from({length: 32}, (x, i) => OE.stats.draw(OE.stats.key(seed, r), i) >>> 31)"
    drawn = scripts.evaluate(bits, [0xFD15CBCF, 1])
    assert "".join(map(str, drawn)) == "10101000111101000000110001010101"


def test_the_reference_pair_has_the_stated_intervals(scripts, shared):
    data = json.loads((shared / "expected/statistics/ic15_pair.json").read_text())
    found = scripts.evaluate(
        COMPARE, [HMEAN.to_json(), [data["A"], data["B"]], 500, list(range(500)), None, SEED, 10_000, 9_999]
    )
    assert found["ends"] == [
        [0.8024278029059856, 0.8423135990551391],
        [0.7957464806559129, 0.8355578916873445],
        [0.003913241438637252, 0.009789744014702886],
    ]
    assert found["p"] == 1e-4


CASES: dict[str, tuple[Formula, int, str]] = {
    "one_division": (HMEAN, 80, ""),
    "precision_that_may_be_undefined": (rate("tp", "n_det"), 40, ""),
    "real_valued_sums": (rate("sum:similarity", "n_gt + n_det - match", alone=1.0), 60, ""),
    "samples_less_a_sum": (rate("samples - sum:similarity", "samples"), 45, ""),
    "harmonic_of_two_numerators": (Harmonic(rate("match", "n_det", 0.0), rate("tp", "n_gt", 0.0)), 70, ""),
    "penalties_that_outweigh": (
        Harmonic(
            rate("tp - match", "n_det", 0.0, 0.0, floor=True),
            rate("2*tp - n_gt", "n_gt", 0.0, 0.0, floor=True),
        ),
        70,
        "",
    ),
    "groups": (HMEAN, 90, "groups"),
    "harmonic_in_groups": (Harmonic(rate("match", "n_det", 0.0), rate("tp", "n_gt", 0.0)), 90, "groups"),
    "a_part_of_the_samples": (HMEAN, 90, "part"),
    "a_part_of_the_groups": (rate("sum:similarity", "n_gt"), 120, "groups part"),
    "five_samples_differ": (HMEAN, 50, "few"),
    "differences_that_cancel": (rate("tp", "n_gt + n_det - match"), 40, "cancel"),
    "nothing_differs": (HMEAN, 30, "none"),
    "too_few_samples": (HMEAN, 19, ""),
    "everything_right": (HMEAN, 25, "right"),
    "everything_wrong": (rate("tp", "n_gt"), 25, "wrong"),
}


@pytest.mark.parametrize("case", CASES)
def test_compare_is_equal_to_python_to_the_last_bit(scripts, case):
    formula, n, kind = CASES[case]
    draw = np.random.default_rng(n)
    n_gt = draw.integers(0, 9, n)
    tables = []
    for _ in range(2):
        tp = draw.binomial(n_gt, 0.7)
        n_det = tp + draw.integers(0, 3, n)
        similarity = draw.random(n) * np.maximum(tp, 1)
        tables.append(
            {"tp": tp, "n_det": n_det, "match": np.maximum(tp - 1, 0), "sum:similarity": similarity}
        )
    if kind in ("few", "none", "cancel"):
        other = {name: column.copy() for name, column in tables[0].items()}
        if kind == "few":
            other["tp"][:5] = np.where(n_gt[:5] > other["tp"][:5], other["tp"][:5] + 1, 0)
        if kind == "cancel":
            other["n_det"][::2] += 1
            other["match"][::2] += 1
            other["tp"][:3] = np.minimum(n_gt[:3], other["tp"][:3] + 1)
        tables[1] = other
    if kind in ("right", "wrong"):
        full = n_gt if kind == "right" else np.zeros(n, np.int64)
        tables = [{"tp": full, "n_det": full, "match": full, "sum:similarity": full * 1.0}] * 2
    names = [f"g{k % 31}" if k % 7 else None for k in range(n)] if "groups" in kind else None
    chosen = np.flatnonzero(n_gt > 2) if "part" in kind else np.arange(n)
    columns = {name: np.stack([table[name] for table in tables], axis=1) for name in tables[0]} | {
        "n_gt": n_gt
    }
    whole = Stack.from_columns(("a", "b"), [f"{k:04d}" for k in range(n)], columns, groups=names)
    mask = np.zeros(n, np.bool_)
    mask[chosen] = True
    stack = whole.select(mask)
    given = [
        {k: v.tolist() for k, v in table.items()} | {"n_gt": n_gt.tolist(), "samples": [1] * n}
        for table in tables
    ]
    groups = None if whole.groups is None else whole.groups.tolist()
    found = scripts.evaluate(COMPARE, [formula.to_json(), given, n, chosen.tolist(), groups, SEED, 500, 300])

    point = stack.point(formula)
    assert found["exact"]
    assert found["values"] == [None if np.isnan(x) else x for x in point.tolist()]
    drawn = replicates(stack, {"m": formula}, seed=SEED, B=500)["m"]
    ends = [[i.lo, i.hi] if i.lo is not None else None for i in intervals(stack, formula, drawn)]
    gap = interval(drawn[:, 0] - drawn[:, 1], float(point[0] - point[1]), units=stack.units)
    assert found["ends"] == [*ends, [gap.lo, gap.hi] if gap.lo is not None else None]
    (test,) = pairwise(stack, formula, [(0, 1)], seed=SEED, R=300)
    assert (found["p"], found["differ"]) == (test.p, test.differing)
    each = whole.each(formula)[:, 0]
    assert found["each"] == [None if np.isnan(x) else x for x in each.tolist()]
    np.testing.assert_allclose(found["influence"], stack.influence(formula)[:, 0], rtol=1e-9, atol=1e-12)


def test_slices_are_adjusted_as_in_python(scripts):
    ps = [0.04, 0.01, 0.04, 0.5, 0.001, 1.0]
    assert scripts.evaluate("ps => OE.stats.adjust(ps)", ps) == benjamini_hochberg(ps)


def test_numbers_are_written_as_python_writes_them(scripts):
    values = [k / n for n in (7, 32, 800, 2077, 4123) for k in range(-n // 3, n + 1, 11)] + [1 / 800, 3 / 800]
    texts = scripts.evaluate("values => values.map(x => [OE.percent(x), OE.points(x)])", values)
    assert texts == [[percent(x), points(x)] for x in values]
    ps = [1e-5, 1e-4, 0.00014, 0.0123, 0.1, 0.4712, 0.996, 1.0]
    assert scripts.evaluate("ps => ps.map(p => OE.p(p))", ps) == [p_value(p) for p in ps]
    assert scripts.evaluate("[OE.percent(null), OE.percent(NaN), OE.p(null)]") == ["n/a"] * 3


def test_order_is_by_code_point_with_undefined_last(scripts):
    words = ["b", None, "a", "\U0001f600", "\uff5e", "ab", "a"]
    assert [*scripts.evaluate("words => [...OE.order(words, false)]", words)] == [2, 6, 5, 0, 4, 3, 1]
    assert [*scripts.evaluate("words => [...OE.order(words, true)]", words)] == [3, 4, 0, 5, 2, 6, 1]
    numbers = "[...OE.order([3, NaN, 1, 3, 10], %s)]"
    assert scripts.evaluate(numbers % "true") == [4, 0, 3, 2, 1]
    assert scripts.evaluate(numbers % "false") == [2, 0, 3, 4, 1]


def test_10_000_resamples_of_2_000_samples_take_half_a_second_of_an_idle_machine(scripts):
    """As a ratio to plain work in the same page: 20 million draws cost less than a hundred million steps."""
    took, unit = scripts.evaluate(
        """([formula, n, B]) => {"""
        + DRAIN
        + """
        const column = Uint8Array.from({length: n}, (x, i) => i % 5);
        const table = new Map(['tp', 'n_gt', 'n_det'].map(name => [name, column]));
        const metric = OE.stats.metric(formula, table, n), pair = OE.stats.pair(metric, metric, [...Array(n).keys()]);
        const time = work => { const start = performance.now(); work(); return performance.now() - start; };
        const step = (x, i) => Math.imul(x, 0x7feb352d) + i | 0;
        const plain = () => { let x = 1; for (let i = 0; i < 1e8; i++) x = step(x, i); return x; };
        drain(OE.stats.bootstrap(pair, 1, 500));
        return [time(() => drain(OE.stats.bootstrap(pair, 1, B))), time(plain)];
    }""",
        [HMEAN.to_json(), 2000, 10_000],
    )
    assert took < 8 * unit, f"{took:.0f} ms against {unit:.0f} ms"
