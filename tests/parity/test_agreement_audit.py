"""The audit of real and simulated checkers against the reference's scores, item by item, and its rates."""

from __future__ import annotations

import json
import time
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from ocr_eval.audit.candidates import Answers
from ocr_eval.audit.checkers import canonical_gt, checker_of
from ocr_eval.audit.pico import pico
from ocr_eval.audit.ranking import Ranking
from ocr_eval.audit.result import Audit
from ocr_eval.audit.stack import stack
from ocr_eval.formats import read
from ocr_eval.stats.signature import samples_seed
from ocr_eval.tables.builder import InstancesBuilder

MIXES = {
    "tess_psm7": "tess_psm7",
    "tess3": "tess_psm7+tess_psm8_2x+tess_psm8_bin",
    "mixed": "tess_psm7+gocr+ocrad",
    "weak": "tess_psm8_2x+gocr+ocrad",
    "all5": "all5",
}
SIMULATED = ("k1", "k3", "k5", "k5_correlated", "k5_memorised")
SEED = samples_seed(["img_1"])
FOUR_DECIMALS = 6e-5  # what the reference is written with
STREAMS = 12  # of random numbers, to know how much they matter
STUDENT = 4.86  # quantile of t with 11 degrees of freedom: 1 % for all 20 comparisons together, two-sided


@cache
def load(path: Path) -> Any:
    return json.loads(path.read_text(encoding="utf-8"))


@cache
def real(shared: Path, mix: str, seed: int) -> tuple[Ranking, np.ndarray]:
    """The ranking and which labels are wrong."""
    folder = shared / "data/agreement/real_checkers"
    names = load(shared / "expected/agreement/audit_scores_real_seed0.json")[MIXES[mix]]["checkers"]
    checkers = load(folder / "checkers.json")["checkers"]
    labels = load(folder / "injected_labels.json")["seeds"][str(seed)]
    texts = tuple(tuple(checkers[name]["text"]) for name in names)
    answers = Answers(
        tuple(labels["labels"]), texts, np.array([checkers[n]["confidence"] for n in names], float)
    )
    return Ranking.of(answers, seed=SEED), np.array(labels["bad"], bool)


@cache
def simulated(shared: Path, mix: str, seed: int) -> tuple[Ranking, np.ndarray]:
    data = load(shared / f"data/agreement/simulated_checkers/{mix}_seed{seed}.json")
    own = data["checkers"] if isinstance(data["checkers"], list) else list(data["checkers"].values())
    texts = tuple(tuple(checker["text"]) for checker in own)
    answers = Answers(tuple(data["labels"]), texts, np.array([c["confidence"] for c in own], float))
    return Ranking.of(answers, seed=SEED), np.array(data["bad"], bool)


def average_precision(score: np.ndarray, bad: np.ndarray) -> float:
    """Sum over thresholds of precision times the recall gained; equal scores are one threshold."""
    levels, own = np.unique(-score, return_inverse=True)
    hits = np.bincount(own, bad, len(levels))
    return float((hits / bad.sum() * np.cumsum(hits) / np.cumsum(np.bincount(own))).sum())


def auroc(score: np.ndarray, bad: np.ndarray) -> float:
    wins = (score[bad][:, None] > score[~bad]) + 0.5 * (score[bad][:, None] == score[~bad])
    return float(wins.mean())


@pytest.mark.parametrize("mix", MIXES)
def test_every_score_of_every_item_is_the_references(shared: Path, mix: str) -> None:
    expected = load(shared / "expected/agreement/audit_scores_real_seed0.json")[MIXES[mix]]
    ranking, _ = real(shared, mix, 0)
    found = {
        "vote": ranking.vote,
        "best_single": ranking.best_single,
        "conf_support": ranking.confidence_support,
        "picosig": ranking.picosig.log_odds,
    }
    for rule, scores in found.items():
        assert np.abs(scores - np.array(expected[rule])).max() <= 1e-5, rule
    assert ranking.picosig.tempering == pytest.approx(expected["tempering"], abs=1e-5)
    assert ranking.picosig.eps == pytest.approx(expected["eps_hat"], abs=1e-5)
    best = [ranking.candidates.strings[c] for c in ranking.picosig.best.tolist()]
    assert best == expected["suggestion"]


@pytest.mark.parametrize("mix", MIXES)
def test_rates_on_real_checkers_are_the_references(shared: Path, mix: str) -> None:
    expected = load(shared / "expected/agreement/audit_rules_reference.json")["real"][MIXES[mix]]
    runs = [real(shared, mix, seed) for seed in range(3)]
    check_rates(runs, expected)


@pytest.mark.parametrize("mix", SIMULATED)
def test_rates_on_simulated_checkers_are_the_references(shared: Path, mix: str) -> None:
    expected = load(shared / "expected/agreement/audit_rules_reference.json")["simulated"][mix]
    runs = [simulated(shared, mix, seed) for seed in range(2)]
    check_rates(runs, expected)


def check_rates(runs: list[tuple[Ranking, np.ndarray]], expected: dict[str, Any]) -> None:
    rules = {
        "vote": lambda r: r.vote,
        "best_single": lambda r: r.best_single,
        "conf_support": lambda r: r.confidence_support,
        "picosig": lambda r: r.picosig.log_odds,
    }
    for rule, score in rules.items():
        pairs = [(score(ranking), bad) for ranking, bad in runs]
        alone = rule == "picosig" and len(runs[0][0].candidates.said) == 1
        for k, measure in enumerate((auroc, average_precision)):
            if alone:
                # With one checker many items have equal log odds, and the last bits of logarithms said in which order
                # the reference counted them: its value lies between those of the best and of the worst order.
                low, high = (
                    np.mean([measure(ordered(*pair, sign), pair[1]) for pair in pairs]) for sign in (-1, 1)
                )
            else:
                low = high = np.mean([measure(*pair) for pair in pairs])
            assert low - FOUR_DECIMALS <= expected[rule][k] <= high + FOUR_DECIMALS, (rule, k)
    told = expected["_suggestion"]
    assert np.mean([r.picosig.eps for r, _ in runs]) == pytest.approx(told["eps_hat"], abs=FOUR_DECIMALS)
    assert np.mean([r.picosig.tempering for r, _ in runs]) == pytest.approx(
        told["tempering"], abs=FOUR_DECIMALS
    )
    # STACK draws other random numbers than the reference did; so does what is ranked with it. The reference is one
    # stream: it must lie where one more of ours would, in the interval of a new value (Student's t).
    drawn = np.array([precisions(runs, seed) for seed in range(1, STREAMS + 1)])
    for k, rule in enumerate(("stack", "rank3")):
        reach = STUDENT * drawn[:, k].std(ddof=1) * np.sqrt(1 + 1 / STREAMS)
        assert abs(expected[rule][1] - drawn[:, k].mean()) <= reach + FOUR_DECIMALS, rule


@pytest.mark.parametrize(("mix", "key"), [(m, MIXES[m]) for m in ("tess_psm7", "tess3", "mixed")])
def test_plain_naive_bayes_on_real_checkers_is_the_references(shared: Path, mix: str, key: str) -> None:
    """The reference averaged over four sets of wrong labels, three of which are known: means of a few draws."""
    expected = load(shared / "expected/agreement/pico_real_engines.json")[f"{key} eps=0.05"]
    runs = [real(shared, mix, seed) for seed in range(3)]
    for rule, temper in (("PICO", 1.0), ("PICO_t.6", 0.6)):
        for k, measure in enumerate((auroc, average_precision)):
            found = [measure(pico(r.candidates, tempering=temper), bad) for r, bad in runs]
            reach = 3 * np.std(found, ddof=1) * np.sqrt(1 / 3 + 1 / 4)
            assert abs(np.mean(found) - expected[rule][k]) <= reach + FOUR_DECIMALS, (rule, k)


def ordered(score: np.ndarray, bad: np.ndarray, sign: int) -> np.ndarray:
    """Scores without ties: of items equal to nine decimals the wrong labels stand first (+1) or last (-1)."""
    return 2 * np.unique(np.round(score, 9), return_inverse=True)[1] + sign * bad


def precisions(runs: list[tuple[Ranking, np.ndarray]], seed: int) -> tuple[float, float]:
    """Average precision of STACK and of RANK3 with one stream of random numbers, the mean over runs."""
    again = [(replace(r, stack=stack(r.candidates, seed)), bad) for r, bad in runs]
    found = [(average_precision(r.stack, bad), average_precision(r.rank3, bad)) for r, bad in again]
    return tuple(np.mean(found, axis=0).tolist())


@pytest.mark.parametrize(
    ("mix", "least"), [("all5", 0.92), ("weak", 0.60), ("tess_psm7", 0), ("tess3", 0), ("mixed", 0)]
)
def test_the_default_order_is_as_good_as_required_on_real_checkers(
    shared: Path, mix: str, least: float
) -> None:
    runs = [real(shared, mix, seed) for seed in range(3)]
    precision = {
        rule: np.mean([average_precision(getattr(r, rule), bad) for r, bad in runs])
        for rule in ("rank3", "vote", "best_single")
    }
    assert precision["rank3"] >= max(least, precision["vote"], precision["best_single"] - 0.02)
    if mix == "all5":
        assert np.mean([bad[r.order[:50]].mean() for r, bad in runs]) >= 0.95


@pytest.mark.parametrize(("mix", "least"), [("k3", 0.95), ("k5", 0.985)])
def test_the_default_order_is_as_good_as_required_on_simulated_checkers(
    shared: Path, mix: str, least: float
) -> None:
    runs = [simulated(shared, mix, seed) for seed in range(2)]
    assert np.mean([average_precision(r.rank3, bad) for r, bad in runs]) >= least


@pytest.mark.parametrize(
    ("mix", "least"), [("tess3", 0.982), ("mixed", 0.966), ("weak", 0.967), ("all5", 0.978)]
)
def test_accepting_every_confident_suggestion_raises_the_share_of_right_labels(
    shared: Path, mix: str, least: float
) -> None:
    ranking, _ = real(shared, mix, 0)
    words = load(shared / "data/agreement/real_checkers/words.json")
    labels = list(ranking.candidates.answers.labels)
    best = [ranking.candidates.strings[c] for c in ranking.picosig.best.tolist()]
    for i in np.flatnonzero(ranking.posterior_raw > 0.9).tolist():
        labels[i] = best[i]
    before = np.mean([a == b for a, b in zip(ranking.candidates.answers.labels, words, strict=True)])
    after = np.mean([a == b for a, b in zip(labels, words, strict=True)])
    assert after >= max(before, least - 0.001)


def test_checkers_that_remember_wrong_labels_are_asked_about(shared: Path) -> None:
    def shares(mix: str) -> list[float]:
        told = [pair for seed in range(2) for pair in simulated(shared, mix, seed)[0].memorised()]
        return [agrees / n for agrees, n in told]

    honest, remembering = shares("k5"), shares("k5_memorised")
    assert max(honest) <= 0.22 and min(remembering) >= 0.175


def test_wrong_official_labels_are_among_the_suspects_of_the_second_team(shared: Path) -> None:
    rows = load(shared / "expected/agreement/ic15_word_vs_char_pairs.json")
    gt = canonical_gt(read(shared / "data/ic15/gt.zip", role="gt", text=True))
    builder = InstancesBuilder(format="polygon")
    for sample in sorted({row["img"] for row in rows}):
        builder.begin(f"img_{sample}")
        for row in rows:
            if row["img"] == sample and row["n"]:
                builder.add([x for point in row["hull"] for x in point], row["chars"])
    second = checker_of(gt, "second", [(None, builder.build())], {})
    audit = Audit.of(gt, [second])
    suspects = audit.text_suspects(200)
    # 2027 pairs share more than half of their rings, 1903 of them the text too.
    assert len(audit.items) == 2027 and len(suspects) == 2027 - 1903
    found = {(row.label, row.suggestion) for row in suspects}
    assert found >= {
        ("SINCLARE", "SKINCARE"),
        ("VEICHLES", "VEHICLES"),
        ("CHAXLIE", "CHARLIE"),
        ("POPEVES", "POPEYES"),
    }


def test_ten_thousand_items_and_five_checkers_are_ranked_within_seconds(shared: Path) -> None:
    ranking, _ = real(shared, "all5", 0)
    answers = ranking.candidates.answers
    # Six rounds of the real items with an ending of their own each, so that nothing is measured twice.
    ends = ["", "a", "Bx", "7", "-k", "Q9"]
    labels = [label + end for end in ends for label in answers.labels][:10_000]
    texts = [
        tuple(text + end if text else text for end in ends for text in own)[:10_000] for own in answers.texts
    ]
    large = Answers(tuple(labels), tuple(texts), np.tile(answers.confidence, len(ends))[:, :10_000])
    before = time.process_time()
    assert len(Ranking.of(large, seed=SEED).order) == 10_000
    assert time.process_time() - before < 5
