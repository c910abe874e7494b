"""A board under a protocol that reads text lines too: the store keeps them, and they belong to every signature."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from ocr_eval.board.canaries import canaries
from ocr_eval.board.options import Options
from ocr_eval.board.store import Store
from ocr_eval.record import parse_signature
from tests.command import Ran, run_here, validate

GT = {
    "img_1": "0,0,40,0,40,20,0,20,one\n60,0,100,0,100,20,60,20,two\n",
    "img_2": "0,0,40,0,40,20,0,20,three\n",
}
LINES = {"img_1": "0,0,100,0,100,20,0,20,x\n", "img_2": "0,0,40,0,40,20,0,20,x\n"}
OTHER = LINES | {"img_1": "0,0,99,0,99,20,0,20,x\n"}
# The prediction is the line: rrc-iou finds nothing in img_1, with lines both words are found.
PRED = {"img_1": "0,0,100,0,100,20,0,20,onetwo\n", "img_2": "0,0,40,0,40,20,0,20,three\n"}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name, files in {"gt": GT, "lines": LINES, "other": OTHER, "sub": PRED}.items():
        (tmp_path / name).mkdir()
        for sample, text in files.items():
            (tmp_path / name / f"{sample}.txt").write_text(text)
    return tmp_path


def init(folder: Path, *more: str) -> Ran:
    words = ("--title", "T", "--dataset", "d", "--gt", "gt", "-p", "tiou-wordline", "--date", "2026-11-20")
    ran = run_here("board", "init", "b", *words, *more, cwd=folder)
    assert ran.status == 0, ran.err
    return ran


def add(folder: Path, *more: str) -> Ran:
    names = ("--id", "mine", "--name", "Mine", "--date", "2026-11-21", "--keep-predictions")
    return run_here("board", "add", "b", "sub", *names, *more, cwd=folder)


def records(folder: Path) -> dict[str, dict[str, object]]:
    found = sorted((folder / "b/submissions").glob("*/results/*/*.json"))
    return {path.stem.split("@")[0]: json.loads(path.read_text()) for path in found}


def test_a_submission_is_scored_with_text_lines_as_score_does(folder: Path) -> None:
    init(folder, "--visibility", "public", "-p", "rrc-iou")
    ran = add(folder, "--gt-lines", "lines", "--overlays", "--format", "json")
    assert ran.status == 0, ran.err
    validate(json.loads(ran.out), "board-add")
    call = (
        "score",
        "gt",
        "sub",
        "-p",
        "tiou-wordline",
        "-p",
        "rrc-iou",
        "--gt-lines",
        "lines",
        "-v",
        "--format",
        "json",
    )
    scored = json.loads(run_here(*call, cwd=folder).out)["results"]
    for result in scored:
        record = records(folder)[result["protocol"]]
        assert record["counts"] == result["counts"] and record["metrics"] == result["metrics"]
        own, same = (parse_signature(str(each["signature"])) for each in (record, result))
        assert own["ds"].rpartition("@")[2] == same["ds"].rpartition("@")[2]
    store = Store.open(folder / "b")
    digests = {parse_signature(str(record["signature"]))["ds"] for record in records(folder).values()}
    assert len(digests) == 2 and {record["dataset"]["digest"] for record in records(folder).values()} == {  # type: ignore[index]
        store.dataset("d").gt_digest
    }
    (why,) = (folder / "b/submissions").glob("*/results/*/tiou-wordline*.why.jsonl")
    assert "found_with_line" in why.read_text()
    assert run_here("board", "check", "b", "--rescore", "9", cwd=folder).status == 0
    assert run_here("board", "build", "b", "--out", "site", cwd=folder).status == 0
    assert run_here("board", "check", "b", "--site", "site", cwd=folder).status == 0


def test_without_text_lines_nothing_is_stored(folder: Path) -> None:
    init(folder)
    ran = add(folder)
    assert (ran.status, ran.out) == (2, "") and "--gt-lines" in ran.err
    assert (
        not list((folder / "b").glob("submissions/*")) and not (folder / "b/datasets/d/lines.jsonl").exists()
    )


def test_the_store_keeps_the_lines_and_refuses_others(folder: Path) -> None:
    init(folder)
    assert add(folder, "--gt-lines", "lines").status == 0
    kept = (folder / "b/datasets/d/lines.jsonl").read_bytes()
    (folder / "sub/img_1.txt").write_text(GT["img_1"])
    refused = add(folder, "--gt-lines", "other")
    assert (refused.status, refused.out) == (6, "") and "error[E_DATASET]" in refused.err
    assert add(folder).status == 0  # those of the store
    assert (
        add(folder, "--gt-lines", "lines").status == 3
    )  # a duplicate, after the lines were found to be the same
    assert (folder / "b/datasets/d/lines.jsonl").read_bytes() == kept


def test_lines_that_no_protocol_of_the_board_reads_are_refused(folder: Path) -> None:
    words = ("--title", "T", "--dataset", "d", "--gt", "gt", "-p", "rrc-iou", "--date", "2026-11-20")
    assert run_here("board", "init", "b", *words, cwd=folder).status == 0
    ran = add(folder, "--gt-lines", "lines")
    assert (ran.status, ran.out) == (2, "") and "no protocol uses it" in ran.err


def test_rescoring_takes_the_lines_when_the_protocol_comes_later_and_then_from_the_store(
    folder: Path,
) -> None:
    words = ("--title", "T", "--dataset", "d", "--gt", "gt", "-p", "rrc-iou", "--date", "2026-11-20")
    assert run_here("board", "init", "b", *words, cwd=folder).status == 0
    assert add(folder).status == 0
    config = folder / "b/board.toml"
    config.write_text(
        config.read_text().replace('protocol = "rrc-iou"', 'protocol = "rrc-iou"\nalso = ["tiou-wordline"]')
    )
    again = ("board", "rescore", "b", "-p", "tiou-wordline")
    assert "not re-scored: tiou-wordline needs a second ground truth" in run_here(*again, cwd=folder).out
    ran = run_here(*again, "--gt-lines", "lines", cwd=folder)
    assert ran.status == 0 and "tiou-wordline" in ran.out, ran.err
    assert set(records(folder)) == {"rrc-iou", "tiou-wordline"}
    before = records(folder)
    shutil.rmtree(next((folder / "b/submissions").glob("*/results")))
    assert run_here("board", "rescore", "b", "--reason", "lost", cwd=folder).status == 0
    after = records(folder)
    assert {name: record["counts"] for name, record in after.items()} == {
        name: record["counts"] for name, record in before.items()
    }
    assert run_here("board", "check", "b", cwd=folder).status == 0


def test_check_sees_lines_that_are_not_those_of_the_results(folder: Path) -> None:
    init(folder)
    assert add(folder, "--gt-lines", "lines").status == 0
    kept = folder / "b/datasets/d/lines.jsonl"
    kept.write_text(kept.read_text().replace("100", "101"))
    ran = run_here("board", "check", "b", cwd=folder)
    assert ran.status == 6 and "mixed signature: ds" in ran.err


def test_hidden_lines_are_looked_for_on_the_pages(folder: Path) -> None:
    init(folder)  # hidden
    assert add(folder, "--gt-lines", "lines").status == 0
    rings = [canary.ring for canary in canaries(Store.open(folder / "b"), Options())]
    assert [0.0, 0.0, 100.0, 0.0, 100.0, 20.0, 0.0, 20.0] in rings


def test_lines_may_be_named_in_the_configuration(folder: Path) -> None:
    init(folder)
    (folder / "ocr-eval.toml").write_text('[board]\ngt_lines = "lines"\n')
    assert add(folder).status == 0
