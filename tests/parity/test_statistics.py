"""Intervals, tests and ranks: every file of expected/statistics, and the tables that state values to the last digit."""

from __future__ import annotations

import hashlib
import json
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import ocr_eval
from ocr_eval.stats import random32
from ocr_eval.stats.bootstrap import interval, intervals, replicates
from ocr_eval.stats.comparison import Comparison, compare
from ocr_eval.stats.correlation import spearman, tau_b, weighted_tau
from ocr_eval.stats.intervals import bca_levels, type7
from ocr_eval.stats.items import care_samples, items
from ocr_eval.stats.permutation import benjamini_hochberg, holm, pairwise, sacrebleu_p
from ocr_eval.stats.power import minimal_detectable_difference, neighbour_errors, standard_error
from ocr_eval.stats.ranks import parametric_rank_sets, rank_sets, stability, tie_groups
from ocr_eval.stats.ratios import Stack
from ocr_eval.tables.counts import Counts
from tests.oracles import statistics as oracle
from tests.stacks import HMEAN, PRECISION, RECALL, WORDS, arrays, hmean

SEED = 20261121
FOLDER = "expected/statistics"


def expected(shared: Path, name: str) -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads((shared / FOLDER / f"{name}.json").read_text(encoding="utf-8"))
    return loaded


def pair(shared: Path) -> Stack:
    file = expected(shared, "ic15_pair")
    sides = file["A"], file["B"]
    return arrays(*([side[name] for side in sides] for name in ("tp", "n_gt", "n_det")))


def thirty(shared: Path) -> Stack:
    file = expected(shared, "rank_sets")
    return arrays(file["tp"], file["n_gt"], file["n_det"])


def on_weights(stack: Stack, weights: np.ndarray) -> np.ndarray:
    """(B, S) hmean under foreign weights (B, n)."""
    return stack.evaluate(HMEAN, stack.add_up(weights)).T


# rng32.json


def test_weights_are_the_stated_bytes(shared: Path) -> None:
    file = expected(shared, "rng32")
    rows = random32.weights(SEED, 0, 200, file["n"])
    assert rows[0].tolist() == file["row0"]
    assert hashlib.sha256(rows.astype("<u2").tobytes()).hexdigest() == file["first_rows_sha256"]


def test_the_interval_of_the_generator_is_the_stated_one(shared: Path) -> None:
    file, stack = expected(shared, "rng32"), pair(shared)
    values = replicates(stack, {"hmean": HMEAN}, seed=SEED, B=file["B"])["hmean"]
    found = intervals(stack, HMEAN, values)[0]
    assert [found.lo, found.hi, found.notice] == [*file["hmean_A_percentile95"], None]
    assert values[:, 0].std(ddof=1) == pytest.approx(file["sd_ddof1"], rel=1e-13)


# ic15_pair.json


def test_intervals_on_numpys_indices_are_scipys(shared: Path) -> None:
    file, stack = expected(shared, "ic15_pair"), pair(shared)
    draw = np.random.default_rng(SEED)
    drawn = np.concatenate([draw.integers(0, 500, (500, 500)) for _ in range(20)])
    weights = np.stack([np.bincount(row, minlength=500) for row in drawn])
    totals = stack.add_up(weights)
    cases = {
        "hmean_A": (HMEAN, 0),
        "hmean_B": (HMEAN, 1),
        "precision_A": (PRECISION, 0),
        "recall_A": (RECALL, 0),
    }
    for name, (formula, system) in cases.items():
        values, left_out = stack.evaluate(formula, totals)[system], stack.left_out(formula)[:, system]
        compare_intervals(file["results"][name], values, float(stack.point(formula)[system]), left_out)
    values, left_out, point = stack.evaluate(HMEAN, totals), stack.left_out(HMEAN), stack.point(HMEAN)
    compare_intervals(
        file["results"]["diff_hmean"],
        values[0] - values[1],
        float(point[0] - point[1]),
        left_out[:, 0] - left_out[:, 1],
    )
    levels = bca_levels(values[0], float(point[0]), left_out[:, 0])
    assert levels == (pytest.approx(0.0231588769, abs=1e-10), pytest.approx(0.9730789040, abs=1e-10))


def compare_intervals(stated: dict[str, Any], values: Any, estimate: float, left_out: Any) -> None:
    """Equal to numpy's quantiles; scipy weighs the two neighbours as (1-g)a + gb, which may move the last bit."""
    assert estimate == stated["estimate"]
    low, high = np.quantile(values, 0.025), np.quantile(values, 0.975)
    for kind, name, ends in (
        ("percentile", "percentile", (low, high)),
        ("basic", "basic", (2 * estimate - high, 2 * estimate - low)),
        ("bca", "BCa", None),
    ):
        found = interval(values, estimate, kind, units=500, left_out=left_out)
        assert ends is None or found[:2] == ends
        assert found[:2] == pytest.approx(stated[name], rel=0, abs=1e-14 if kind == "bca" else 1.2e-16)
    assert values.std(ddof=1) == pytest.approx(stated["se"], rel=1e-12)


def test_our_generator_gives_the_stated_intervals(shared: Path) -> None:
    stack = pair(shared)
    values = replicates(stack, WORDS, seed=SEED)
    found = {
        (name, k): intervals(stack, formula, values[name])[k][:2]
        for name, formula in WORDS.items()
        for k in (0, 1)
    }
    assert found["hmean", 0] == (0.8024278029059856, 0.8423135990551391)
    assert found["hmean", 1] == (0.7957464806559129, 0.8355578916873445)
    assert found["precision", 0] == (0.8064960360852925, 0.8503173246739161)
    assert found["recall", 0] == (0.7931199235547062, 0.8386947996459854)
    difference = values["hmean"][:, 0] - values["hmean"][:, 1]
    assert interval(difference, 0.0, units=500)[:2] == (0.003913241438637252, 0.009789744014702886)
    assert difference.std(ddof=1) == pytest.approx(0.0014990336706854114, rel=1e-13)


def test_influence_and_jackknife_errors_are_the_stated_ones(shared: Path) -> None:
    file, stack = expected(shared, "ic15_pair"), pair(shared)
    rows = stack.influence(HMEAN)
    shrink = (499 / 500) ** 0.5  # the file divides by n
    for value, name in (
        (rows[:, 0], "se_hmean_A"),
        (rows[:, 1], "se_hmean_B"),
        (rows[:, 0] - rows[:, 1], "se_diff"),
    ):
        assert standard_error(value, 500) * shrink == pytest.approx(file["delta"][name], rel=1e-12)
    assert standard_error(rows[:, 0], 500) == pytest.approx(0.010170543, abs=5e-10)
    left_out = stack.left_out(HMEAN)[:, 0]
    jackknife = (499 / 500 * ((left_out - left_out.mean()) ** 2).sum()) ** 0.5
    assert jackknife == pytest.approx(file["jackknife_se_hmean_A"], rel=1e-12)


def test_the_permutation_of_the_pair_never_reaches_the_difference(shared: Path) -> None:
    file, stack = expected(shared, "ic15_pair"), pair(shared)
    found = pairwise(stack, HMEAN, [(0, 1)], seed=SEED)[0]
    assert (found.count, found.p) == (file["permutation"]["count_ge"], file["permutation"]["p"])
    assert found.difference == file["permutation"]["obs"]


# tiny_exact.json


def test_the_bootstrap_of_six_samples_enumerated(shared: Path) -> None:
    file = expected(shared, "tiny_exact")
    a, b = (tuple(zip(file[s]["tp"], file["gt"], file[s]["n_det"], strict=True)) for s in "AB")
    outcomes = oracle.exact_bootstrap(a, b, hmean)
    assert len(outcomes) == 462 and sum(p for *_, p in outcomes) == 1
    copies = np.array([int(p * file["n_resamples"]) for *_, p in outcomes])
    values = np.array([(x, y) for x, y, _ in outcomes]).repeat(copies, axis=0)
    weights = np.array(file["quantiles"])
    assert type7(values[:, 0], weights).tolist() == file["q_A"]
    assert type7(values[:, 1], weights).tolist() == file["q_B"]
    difference = values[:, 0] - values[:, 1]
    assert type7(difference, weights).tolist() == pytest.approx(file["q_diff"], abs=1e-15)
    assert (difference > 0).mean() == file["frac_diff_gt0"]
    assert (difference == 0).mean() == file["frac_diff_eq0"]

    stack = arrays([file["A"]["tp"], file["B"]["tp"]], file["gt"], [file["A"]["n_det"], file["B"]["n_det"]])
    drawn = replicates(stack, {"hmean": HMEAN}, seed=SEED, B=40_000)["hmean"]
    error = file["bootstrap_sd_A_ddof0"] / 40_000**0.5
    assert abs(drawn[:, 0].mean() - file["bootstrap_mean_A"]) < 4 * error
    share = file["frac_diff_gt0"]
    positive = (drawn[:, 0] > drawn[:, 1]).mean()
    assert abs(positive - share) < 4 * (share * (1 - share) / 40_000) ** 0.5
    assert abs((drawn[:, 0] - drawn[:, 1]).std() - file["sd_diff_ddof0"]) < 0.002


def test_the_permutation_of_six_samples_enumerated(shared: Path) -> None:
    file = expected(shared, "tiny_exact")
    stack = arrays([file["A"]["tp"], file["B"]["tp"]], file["gt"], [file["A"]["n_det"], file["B"]["n_det"]])
    found = pairwise(stack, HMEAN, [(0, 1)], seed=0)[0]
    assert (found.p, found.difference) == (file["perm_p_two_sided_ge_exact"], file["perm_obs"])
    assert stack.point(HMEAN).tolist() == [file["hmean_A"], file["hmean_B"]] == [36 / 47, 32 / 46]


# kendall_holm.json


def test_rank_correlations_and_adjusted_p_values(shared: Path) -> None:
    file = expected(shared, "kendall_holm")
    assert tau_b(file["x"], file["y"]) == pytest.approx(file["tau_b"], abs=1e-15)
    assert weighted_tau(file["x"], file["y"]) == pytest.approx(file["weightedtau"], abs=1e-15)
    assert spearman(file["x"], file["y"]) == pytest.approx(file["spearman"], abs=1e-15)
    assert holm(file["p"]) == pytest.approx(file["holm"], abs=1e-15)
    assert benjamini_hochberg(file["p"]) == pytest.approx(file["bh"], abs=1e-15)


# rank_sets.json, the tables of sections 7 and 9


def test_rank_sets_on_numpys_weights(shared: Path) -> None:
    file, stack = expected(shared, "rank_sets"), thirty(shared)
    assert stack.point(HMEAN).tolist() == file["hmean"]
    weights = np.random.default_rng(SEED).multinomial(500, [1 / 500] * 500, size=10_000)
    values = on_weights(stack, weights)
    found = rank_sets(stack.point(HMEAN), values)
    assert (found.low.tolist(), found.high.tolist()) == (file["L"], file["U"])
    assert found.critical == pytest.approx([3.6889848538, 3.6128818397, 3.6114477775], abs=5e-11)
    assert found.rejected.sum() == 289
    assert found.could_be_best == [0, 1]
    groups = tie_groups(found.rejected)
    assert groups.complete and len(groups.groups) == 19
    assert groups.groups[:4] == ((0, 1), (1, 2), (2, 3, 4), (3, 4, 5, 6, 7))
    first, _ = stability(values)
    assert first[:2].tolist() == [0.9514, 0.0631]


def test_rank_sets_on_our_weights(shared: Path) -> None:
    file, stack = expected(shared, "rank_sets"), thirty(shared)
    found = rank_sets(stack.point(HMEAN), replicates(stack, {"hmean": HMEAN}, seed=SEED)["hmean"])
    low, high = list(file["L"]), list(file["U"])
    low[13], high[8] = 9, 15
    assert (found.low.tolist(), found.high.tolist()) == (low, high)
    assert found.critical == pytest.approx([3.6892626469, 3.6161580172, 3.6136184562], abs=5e-11)
    assert found.rejected.sum() == 288


def test_p_values_of_the_stated_pairs(shared: Path) -> None:
    stack = thirty(shared)
    stated = {
        (0, 1): (5, 6, 32, 0.1875),
        (0, 2): (13, 2, 8192, 0.000244140625),
        (0, 3): (29, 0, 9999, 0.0001),
        (8, 9): (153, 2315, 9999, 0.2316),
        (8, 13): (167, 3, 9999, 0.0004),
        (9, 10): (None, 4464, 9999, 0.4465),
    }
    for found, (differing, count, trials, p) in zip(
        pairwise(stack, HMEAN, list(stated), seed=SEED), stated.values(), strict=True
    ):
        assert (found.count, found.trials, found.p) == (count, trials, p)
        assert differing is None or found.differing == differing


def test_few_differing_samples_drawn_instead_of_enumerated(
    shared: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ocr_eval.stats.permutation.ENUMERATED", 0)
    found = pairwise(thirty(shared), HMEAN, [(0, 1), (0, 2)], seed=SEED)
    assert [(one.count, one.p) for one in found] == [(1885, 0.1886), (1, 0.0002)]


def test_thirty_systems_resolve_1_3_points(shared: Path) -> None:
    stack = thirty(shared)
    errors = sorted(neighbour_errors(stack, HMEAN))
    assert errors[14] == pytest.approx(0.0047309180, abs=5e-11)
    assert minimal_detectable_difference(stack, HMEAN) == pytest.approx(0.0132540700, abs=5e-11)


# csranks_reference.json


def test_csranks_sets_from_the_influence_covariance_and_from_the_bootstrap(shared: Path) -> None:
    file, stack = expected(shared, "csranks_reference"), thirty(shared)
    sigma, x = stack.covariance(HMEAN), stack.point(HMEAN)
    assert x.tolist() == file["x"]
    assert np.abs(sigma - np.array(file["Sigma"])).max() < 1e-14 * sigma.max()
    stated = file["simultaneous"]
    weights = np.random.default_rng(2).multinomial(500, [1 / 500] * 500, size=20_000)
    for found in (parametric_rank_sets(x, sigma), rank_sets(x, on_weights(stack, weights))):
        assert (found.low.tolist(), found.high.tolist()) == (stated["L"], stated["U"])
        assert [k in found.could_be_best for k in range(30)] == file["taubest1"]


# sacrebleu_significance.json


def test_sacrebleus_p_values_for_reproducing_papers(shared: Path) -> None:
    stack = thirty(shared)
    for name, stated in expected(shared, "sacrebleu_significance")["rows"].items():
        a, b = map(int, name.split("-"))
        assert stack.point(HMEAN)[[a, b]].tolist() == [stated["score_a"], stated["score_b"]]
        assert sacrebleu_p(stack, HMEAN, a, b) == stated["bs_p"]


# the board of section 9.4

BOARD = {  # submission -> tp, n_det, hmean, interval, sd of replicates, rank set
    "textpms": (1763, 1963, 0.8727722772277228, (0.8558553985457539, 0.8890544026440834), 0.0083852726, (1, 1)),
    "east_resnet50": (1709, 2047, 0.8288069835111542, (0.8090269510582011, 0.8472420981332538), 0.0098672907, (2, 6)),
    "pixellink": (1696, 2046, 0.8227019160805239, (0.8023429782531526, 0.8418528471210674), 0.0101774651, (2, 6)),
    "drrg": (1593, 1805, 0.8207109737248841, (0.8020116064706805, 0.8381418723061024), 0.0092075253, (2, 6)),
    "giou_east": (1639, 1936, 0.816845252927984, (0.7965189185295353, 0.8358210817171626), 0.0100588287, (2, 6)),
    "synthetic": (1682, 2150, 0.7958362905133665, (0.7801914724121062, 0.8117116462826818), 0.0080958145, (2, 6)),
    "craft_reimpl": (1297, 1534, 0.7183605649404597, (0.6922178362558541, 0.7437974379809819), 0.0131766118, (7, 7)),
}  # fmt: skip
# Corrected digits: giou_east - synthetic has .0210089622 and .0453494381 in the table, its own hmeans say otherwise.
NEIGHBOURS = (  # difference, interval, p, wins, losses, ties
    (0.0439652937, (0.0274547860, 0.0609586385), 0.0001, 186, 89, 225),
    (0.0061050674, (-0.0109940558, 0.0234109420), 0.4712, 138, 154, 208),
    (0.0019909424, (-0.0145071454, 0.0184836001), 0.8131, 162, 134, 204),
    (0.0038657207, (-0.0115363519, 0.0193874673), 0.6358, 136, 140, 224),
    (0.0210089624, (-0.0043044097, 0.0453494281), 0.0996, 212, 176, 112),
    (0.0774757256, (0.0469096139, 0.1091928324), 0.0001, 249, 155, 96),
)


@cache
def counted(shared: Path) -> dict[str, Counts]:
    tables = {}
    for name in BOARD:
        policy = "official" if name == "synthetic" else "refuse"
        gt = ocr_eval.read(shared / "data/ic15/gt.zip", role="gt", invalid_polygons=policy)
        pred = ocr_eval.read(
            shared / f"data/ic15/detection/{name}.zip", samples=gt.sample_ids, invalid_polygons=policy
        )
        tables[name] = ocr_eval.count(gt, pred, protocol="rrc-iou", invalid_polygons=policy)
    return tables


@cache
def compared(shared: Path) -> Comparison:
    return compare(counted(shared), protocol="rrc-iou", seed=SEED)


def test_the_board_of_seven_submissions(shared: Path) -> None:
    tables, found = counted(shared), compared(shared)
    stack = Stack.of(tables)
    sd = replicates(stack, {"hmean": HMEAN}, seed=SEED)["hmean"].std(axis=0, ddof=1)
    points = stack.point(HMEAN)
    for k, (system, (name, stated)) in enumerate(zip(found.systems, BOARD.items(), strict=True)):
        tp, n_det, value, ends, spread, rank = stated
        totals = tables[name].total()
        assert (system.name, totals["tp"], totals["n_det"], totals["n_gt"]) == (name, tp, n_det, 2077)
        assert (points[k], system.interval, system.rank, system.notices) == (value, ends, rank, ())
        assert system.value == pytest.approx(value, abs=2e-16)  # 2PR/(P+R), as the protocol publishes it
        assert sd[k] == pytest.approx(spread, abs=5e-11)
    assert found.systems[2].value == 0.822701916080524
    assert found.critical == pytest.approx([2.9090695320, 2.7998499425], abs=5e-11)
    assert found.ci == "ci:perc,B:10000,seed:01352901,rng:lb32/1,unit:sample"
    assert found.tie_groups == (("textpms",), tuple(list(BOARD)[1:6]), ("craft_reimpl",))
    assert found.mdd == pytest.approx(0.0240586710, abs=5e-11)
    errors = [0.0084734, 0.0087016, 0.0084327, 0.0079579, 0.0126497, 0.0159677]
    assert neighbour_errors(stack, HMEAN) == pytest.approx(errors, abs=5e-8)


def test_its_pairs(shared: Path) -> None:
    found = compared(shared)
    order = list(BOARD)
    neighbours = {(p.a, p.b): p for p in found.pairs if order.index(p.b) == order.index(p.a) + 1}
    for k, (difference, ends, p, wins, losses, ties) in enumerate(NEIGHBOURS):
        row = neighbours[order[k], order[k + 1]]
        assert row.difference == pytest.approx(difference, abs=1e-10)
        assert row.interval == pytest.approx(ends, abs=5e-11)
        assert (row.p, row.wins, row.losses, row.ties) == (p, wins, losses, ties)
    assert len(found.pairs) == 21
    assert sum(row.p_holm <= 0.05 for row in found.pairs if row.p_holm is not None) == 11
    assert sum(row.p <= 0.05 for row in found.pairs if row.p is not None) == 14


def test_one_interval_by_the_public_function(shared: Path) -> None:
    table = counted(shared)["pixellink"]
    ends = [
        ocr_eval.interval(table, protocol="rrc-iou", metric=name, seed=SEED)[:2]
        for name in ("precision", "recall")
    ]
    assert ends == [(0.8063855180778662, 0.8503200393894633), (0.793268513916501, 0.8385882789479427)]


def test_the_health_of_the_test_set(shared: Path) -> None:
    stack = Stack.of(counted(shared))
    found = items(stack, HMEAN, care=care_samples(stack, WORDS, "hmean"))
    assert (found.care.sum(), found.saturated.sum(), found.unsolved.sum()) == (496, 33, 0)
