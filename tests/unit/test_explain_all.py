"""``explain`` without ``--sample``: reasons, costs and confusions of a whole set, for every protocol there is."""

from __future__ import annotations

import json
import re
import shlex
from collections import Counter
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from ocr_eval.assets import dataset_path, submission_path
from ocr_eval.engine.local import Job, every_sample
from ocr_eval.formats import read
from ocr_eval.protocols import REGISTRY, protocol
from ocr_eval.protocols.formulas import evaluate, headline
from ocr_eval.report.verdicts import to_json, to_text
from ocr_eval.stats.verdicts import Verdicts
from ocr_eval.tables.counts import Counts
from ocr_eval.tables.instances import Instances
from ocr_eval.text.lexicon import Lexicon
from tests import texts
from tests.command import run_here, validate
from tests.tables import Word, box, table

RULES = [*REGISTRY, "rrc-2024(task=e2e)", "recognition(unit=jamo)"]


@cache
def sample() -> tuple[Instances, Instances]:
    """The shipped sample and a stored engine output: boxes, texts, one confidence, angles."""
    truth = read(dataset_path("sample", None) / "gt", role="gt", text=True)
    found = read(submission_path("tesseract-psm11"), samples=truth, text=True)

    def boxed(side: Instances, role: str) -> Instances:
        made: dict[str, list[Word]] = {}
        for s, name in enumerate(side.sample_ids):
            made[name] = []
            for i in side.span(s):
                ring = side.xy[side.ring[i] : side.ring[i + 1]]
                text = side.texts[i] if side.care[i] else "###"
                made[name].append(Word((*ring.min(axis=0).tolist(), *ring.max(axis=0).tolist()), text, 0.5))
        kept = table(made, confidence=role != "gt", role=role)
        return replace(kept, angle=np.zeros(len(kept)))

    return boxed(truth, "gt"), boxed(found, "prediction")


@cache
def lists() -> tuple[Instances, Instances]:
    """The words of the sample as a list, read as the words of the other side that stand at their place."""
    truth, found = sample()
    words: dict[str, list[str | None]] = {}
    read_as: dict[str, list[str | None]] = {}
    for s, name in enumerate(truth.sample_ids):
        for k, (i, j) in enumerate(zip(truth.span(s), found.span(s), strict=False)):
            words[f"{name} {k}"] = [truth.texts[i] if truth.care[i] else None]
            read_as[f"{name} {k}"] = [found.texts[j]]
    return texts.table(words, "gt.txt"), texts.table(read_as, "pred.txt")


def gathered(spelled: str, truth: Instances, found: Instances) -> tuple[Any, Verdicts, Counts, list[Any]]:
    rule = protocol(spelled)
    lexicon = Lexicon.of(["alone"]) if rule.reads.lexicon else None
    job = Job(truth, [rule], "", lexicon, gt_lines=truth if rule.reads.gt_lines else None)
    joined, pairing = job.pair(found)
    made, every = Verdicts.of(rule), []
    for matches in every_sample(job, joined, pairing):
        made.add(matches, joined.gt, joined.pred)
        every.append(matches)
    return rule, made, rule.count(joined, pairing), every


@pytest.mark.parametrize("spelled", RULES)
def test_every_protocol_explains_the_shipped_sample_as_a_whole(spelled: str) -> None:
    geometry = REGISTRY[spelled.split("(")[0]].task in ("detection", "end-to-end")
    truth, found = sample() if geometry else lists()
    rule, made, counts, every = gathered(spelled, truth, found)
    # Every verdict of every sample has exactly one reason.
    told = Counter((v.side, v.status, tuple(key for key, _ in v.why)) for m in every for v in m.verdicts)
    reasons = made.reasons()
    assert {(r.side, r.status, r.keys): r.count for r in reasons} == told
    by_name = {matches.sample: matches for matches in every}
    for reason in reasons:
        name, index = reason.example
        (verdict,) = [v for v in by_name[name].of(reason.side) if v.index == index]
        assert (verdict.status, tuple(key for key, _ in verdict.why)) == (reason.status, reason.keys)
        assert reason.text and reason.samples <= min(reason.count, len(every))
        assert re.fullmatch(".*".join(map(re.escape, reason.text.split("…"))), verdict.reason, re.DOTALL)
    # A cost is what the metric gains without the sample.
    metric = headline(rule)
    costs = made.costs(counts, rule)
    assert costs and (metric is None or any(cost.cost for cost in costs))
    for cost in costs[:2]:
        assert cost.counts == counts.take([cost.sample]).total().counts
        if metric is not None:
            rest = counts.take([name for name in counts.sample_ids if name != cost.sample])
            whole, without = (evaluate(rule.formulas[metric], part.total()) for part in (counts, rest))
            sign = 1 if rule.METRICS[metric] else -1
            assert whole is not None and without is not None and cost.cost is not None
            assert cost.cost == pytest.approx(
                sign * (without - whole), rel=0, abs=1e-7 if rule.SUMS else 1e-14
            )
    body = json.loads(to_json(made, counts, rule, top=5, command=lambda name: f"x {name}"))
    validate(body, "explain-all")
    assert (body["texts"] is None) == (rule.TASK == "det")
    text = to_text(made, counts, rule, top=5, command=lambda name: f"x {name}")
    assert not re.search(r"\bnan\b|None|\{", text)


def few() -> tuple[Instances, Instances]:
    truth = {
        "a": [Word(box(0, 0, 100, 20), "coffee"), Word(box(0, 50, 100, 70), "tea")],
        "b": [Word(box(0, 0, 100, 20), "coffee"), Word(box(0, 50, 100, 70), "###")],
        "c": [Word(box(0, 0, 100, 20), "milk")],
    }
    found = {
        "a": [Word(box(0, 0, 100, 20), "cofFoe"), Word(box(0, 50, 100, 70), "tea")],
        "b": [Word(box(0, 0, 90, 20), "coffoe"), Word(box(0, 50, 100, 70), "x"), Word(box(300, 0, 400, 20), "y")],
    }  # fmt: skip
    return table(truth, role="gt"), table(found)


def test_reasons_keep_what_all_their_instances_share() -> None:
    _, made, *_ = gathered("rrc-e2e", *few())
    assert [(r.side, r.status, r.count, r.samples, r.text) for r in made.reasons()] == [
        ("gt", "wrong text", 2, 2, "IoU … > 0.5 with prediction 0, the first free one, "
         "texts differ ('coffee', '…'), pair used up"),
        ("gt", "don't care", 1, 1, "don't care region: it is not searched for"),
        ("gt", "match", 1, 1, "IoU 1.0000 > 0.5 with prediction 1, the first free one, texts agree"),
        ("gt", "miss", 1, 1, "no prediction overlaps it"),
        ("pred", "wrong text", 2, 2, "IoU … > 0.5 with gt 0, texts differ ('coffee', '…'), pair used up"),
        ("pred", "false positive", 1, 1, "it overlaps no care gt"),
        ("pred", "ignored", 1, 1, "1.0000 > 0.5 of its area lies in don't care gt 1"),
        ("pred", "match", 1, 1, "IoU 1.0000 > 0.5 with gt 1, texts agree"),
    ]  # fmt: skip


def test_the_dearest_sample_comes_first_with_its_errors() -> None:
    rule, made, counts, _ = gathered("rrc-e2e", *few())
    # 1 of 4 gts and of 4 predictions is right: hmean 2 * 1 / 8. Without b 2 * 1 / 5, without c 2 * 1 / 7.
    rows = [
        (cost.sample, cost.cost, cost.missed, cost.false, cost.misread) for cost in made.costs(counts, rule)
    ]
    assert rows == [
        ("b", pytest.approx(2 / 5 - 2 / 8), 0, 1, 1),
        ("c", pytest.approx(2 / 7 - 2 / 8), 1, 0, 0),
        ("a", pytest.approx(0 - 2 / 8), 0, 0, 1),
    ]


def test_case_is_no_confusion_where_the_protocol_does_not_tell_its_texts() -> None:
    _, made, *_ = gathered("rrc-e2e", *few())
    assert made.texts is not None and made.texts.as_written
    assert made.texts.confused(made.texts.characters, 9) == [("e", "o", 2, ("a", "b"))]
    words = [("coffee", "cofFoe", 1, ("a",)), ("coffee", "coffoe", 1, ("b",))]
    assert made.texts.confused(made.texts.words, 9) == words
    _, made, *_ = gathered("cascade", *few())
    assert made.texts is not None and not made.texts.as_written
    assert made.texts.confused(made.texts.words, 9) == [("COFFEE", "COFFOE", 2, ("a", "b"))]
    assert (made.texts.pairs, made.texts.differing, made.texts.case_only, made.texts.shared) == (3, 2, 0, 0)


def test_pairs_with_several_partners_are_left_out_and_counted() -> None:
    truth = table({"a": [Word(box(0, 0, 100, 20), "abcd"), Word(box(0, 50, 9, 60), "q")]}, role="gt")
    found = table(
        {"a": [Word(box(0, 0, 50, 20), "ab"), Word(box(50, 0, 100, 20), "cx"), Word(box(0, 50, 9, 60), "q")]}
    )
    _, made, *_ = gathered("popeval", truth, found)
    assert made.texts is not None
    assert (made.texts.pairs, made.texts.differing, made.texts.shared) == (1, 0, 2)


PAGES = {"p1": "The quick\nbrown 여우", "p2": "jumps over", "p3": "the lazy dog"}
READ = {"p1": "Teh quick\nbrown 여유", "p2": "jumps over over over", "p3": ""}


def test_pages_have_the_breakdown_that_python_gives() -> None:
    joined = texts.joined(PAGES, READ)
    rule, made, counts, _ = gathered("page", joined.gt, joined.pred)
    whole = rule.breakdown(joined).to_json()
    assert made.texts is not None
    assert made.texts.characters.to_json() == whole
    whole = json.loads(json.dumps(whole))
    body = json.loads(to_json(made, counts, rule, top=50, command=str))
    assert body["texts"]["scripts"] == whole["scripts"]
    assert body["texts"]["blocks"] == whole["blocks"]
    assert body["texts"]["characters"] == whole["confusions"]
    totals = counts.total()
    assert body["metrics"]["insertion_rate"] == totals["insertions"] / totals["length_gt"] > 0
    assert {"gt": "", "pred": "over", "count": 2, "samples": ["p2"]} in body["texts"]["words"]


def test_units_are_those_of_the_protocol() -> None:
    joined = texts.joined({"1": "각도"}, {"1": "강도"})
    for spelled, confusion in (
        ("recognition(unit=jamo)", ("\u11a8", "\u11bc")),
        ("recognition", ("각", "강")),
    ):
        _, made, *_ = gathered(spelled, joined.gt, joined.pred)
        assert made.texts is not None
        assert [row[:2] for row in made.texts.confused(made.texts.characters, 9)] == [confusion]


def test_the_command_line_tells_the_whole_set_and_how_to_look_at_one_sample(tmp_path: Path) -> None:
    lines = {"gt": "0,0,100,0,100,20,0,20,coffee", "sub": "0,0,100,0,100,20,0,20,c\u202eoffee"}
    for folder, line in lines.items():
        (tmp_path / f"my {folder}").mkdir()
        for name in ("img_1", "-x; y"):
            (tmp_path / f"my {folder}" / f"{name}.txt").write_text(line + "\n", encoding="utf-8")
    call = ("explain", "my gt", "my sub", "-p", "rrc-e2e", "--gt-format", "icdar-quad")
    ran = run_here(*call, cwd=tmp_path)
    assert (ran.status, ran.err) == (0, "")
    assert "\u202e" not in ran.out and "2  wrong text" in ran.out
    ran = run_here(*call, "--format", "json", "-o", "out.json", cwd=tmp_path)
    assert (ran.status, ran.out) == (0, "")
    body = json.loads((tmp_path / "out.json").read_text(encoding="utf-8"))
    validate(body, "explain-all")
    assert {cost["sample"] for cost in body["costs"]} == {"img_1", "-x; y"}
    for cost in body["costs"]:
        words = shlex.split(cost["command"])
        assert words[0] == "ocr-eval" and "--gt-format" in words
        alone = run_here(*words[1:], "--format", "json", cwd=tmp_path)
        assert json.loads(alone.out)["sample"] == cost["sample"]


def test_what_belongs_to_one_sample_is_refused_without_it(tmp_path: Path) -> None:
    ran = run_here("explain", "sample", "sample:gocr", "-p", "rrc-iou", "--svg", "x.svg", cwd=tmp_path)
    assert (ran.status, ran.out) == (2, "") and "--sample" in ran.err
    assert run_here("explain", "sample", "sample:gocr", cwd=tmp_path).status == 2
    ran = run_here("explain", "sample", "sample:gocr", "-p", "rrc-iou", "--top", "3", cwd=tmp_path)
    assert ran.status == 0 and ran.out.count("--sample=img_") == 3
