"""``score`` with shards and on a Dask cluster: the same bytes whoever counts, and whatever dies."""

from __future__ import annotations

import json
import os
import signal
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from ocr_eval.assets import submission_path
from ocr_eval.cli import app
from ocr_eval.engine import dask as engine
from ocr_eval.engine.chunks import Plan
from ocr_eval.engine.dask import Cluster
from ocr_eval.engine.sharded import ShardedJob
from ocr_eval.errors import InputError
from ocr_eval.formats.shards import matched, shards_of
from ocr_eval.protocols import protocol
from ocr_eval.record import Record, package_version
from tests.command import Ran, run

COUNTING = "ocr_eval.engine.chunks:answering"
WORDS = {f"word_{k}": "".join(chr(97 + k * j % 26) for j in range(1, 2 + k % 7)) for k in range(60)}


def stored(folder: Path, words: dict[str, str], shards: int) -> Path:
    folder.mkdir()
    rows = [json.dumps({"filename": name, "text": text}) + "\n" for name, text in words.items()]
    for k in range(shards):
        own = "".join(rows[len(rows) * k // shards : len(rows) * (k + 1) // shards])
        (folder / f"part-{k}.jsonl").write_text(own, encoding="utf-8")
    return folder


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """gt and pred in four shards each, and one file of each in ``whole``."""
    pred = {name: text.replace("a", "b") for name, text in WORDS.items()}
    for name, words in (("gt", WORDS), ("pred", pred)):
        stored(tmp_path / name, words, 4)
        stored(tmp_path / f"{name}-whole", words, 1)
    return tmp_path


@pytest.fixture(scope="module")
def cluster() -> Iterator[Cluster]:
    """Two workers in this process."""
    pytest.importorskip("distributed", reason="pip install 'ocr_eval[dask]'")
    with Cluster(None, 2, processes=False) as made:
        yield made


def job_of(folder: Path, cluster: Cluster) -> ShardedJob:
    asked: dict[str, Any] = {"geometry": False, "text": True}
    plan = Plan(("recognition",), asked, asked, version=package_version())
    gt = shards_of(str(folder / "gt"), "gt")
    return ShardedJob(
        gt, [protocol("recognition")], plan, lambda setup, wanted: cluster.replies(COUNTING, setup, wanted)
    )


def score(folder: Path, job: ShardedJob, done: Any = lambda _: None) -> Record:
    pred = shards_of(str(folder / "pred"), "prediction")
    (record,) = job.run(matched(job.gt, pred, "gt", "pred"), "pred", done)
    return record


def scored(folder: Path, *flags: str, gt: str = "gt", pred: str = "x=pred") -> Ran:
    return run("score", gt, pred, "-p", "recognition", "-p", "jiwer", "--format", "json", *flags, cwd=folder)


def test_shards_and_one_file_have_the_same_bytes(folder: Path) -> None:
    files = scored(folder, gt="gt-whole/part-0.jsonl", pred="x=pred-whole/part-0.jsonl")
    assert (files.status, len(json.loads(files.out)["results"])) == (0, 2)
    assert scored(folder) == files
    assert scored(folder, gt="gt/part-*.jsonl", pred="x=pred/*.jsonl") == files
    rows = "--per-sample", "rows.csv", "--ci", "--seed", "1"
    with_rows = scored(folder, *rows)
    whole = scored(folder, *rows, gt="gt-whole/part-0.jsonl", pred="x=pred-whole/part-0.jsonl")
    assert with_rows == whole
    assert (folder / "rows.csv").read_text(encoding="utf-8").count("\n") == 1 + 2 * len(WORDS)


def test_processes_count_shards_to_the_same_bytes(folder: Path) -> None:
    assert scored(folder, "--jobs", "2") == scored(folder)


def test_a_resumed_command_says_the_same(folder: Path) -> None:
    first = scored(folder, "--resume", "kept")
    assert (first.status, len(list((folder / "kept").iterdir()))) == (0, 4)
    assert scored(folder, "--resume", "kept") == first
    assert scored(folder, "--resume", "gt/part-0.jsonl").err.startswith(
        "ocr-eval: error[E_USAGE]: counts cannot be"
    )


@pytest.mark.parametrize(
    ("flags", "said"),
    [
        (["--scheduler", "tcp://127.0.0.1:1"], "--scheduler is given, but the engine is local"),
        (["--isolate"], "--isolate does not go with shards"),
        (["--fix", "layout"], "--fix does not go with shards"),
    ],
)
def test_flags_that_do_not_go_together(folder: Path, flags: list[str], said: str) -> None:
    ran = scored(folder, *flags)
    assert (ran.status, ran.out) == (2, "")
    assert f"error[E_USAGE]: {said}" in ran.err
    assert (
        "error[E_USAGE]: --resume keeps counts of shards"
        in run(
            "score", "sample", "sample:tesseract-psm11", "-p", "rrc-iou", "--resume", "kept", cwd=folder
        ).err
    )


def test_problems_keep_their_file_and_line_and_exit_code(folder: Path) -> None:
    with (folder / "pred" / "part-2.jsonl").open("a", encoding="utf-8") as file:
        file.write("{]\n")
    ran = scored(folder)
    assert (ran.status, ran.out) == (3, "")
    assert ran.err.startswith("pred/part-2.jsonl:16:2: error[E_FORMAT]: ")


def test_a_cluster_counts_shards_to_the_same_record_and_brings_its_problems(
    folder: Path, cluster: Cluster
) -> None:
    found = score(folder, job_of(folder, cluster))
    (local, _) = json.loads(scored(folder).out)["results"]
    assert (found.short_signature, found.metrics) == (local["signature"], local["metrics"])
    with (folder / "pred" / "part-2.jsonl").open("a", encoding="utf-8") as file:
        file.write("{]\n")
    with pytest.raises(InputError, match=r"part-2\.jsonl:16:2: error\[E_FORMAT\]"):
        score(folder, job_of(folder, cluster))


def test_score_finds_a_cluster_that_is_there(
    folder: Path, cluster: Cluster, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    paths = [str(submission_path(name)) for name in ("tesseract-psm11", "tesseract-psm3")]
    calls = [
        [str(folder / "gt"), f"x={folder / 'pred'}", "-p", "recognition"],
        ["sample", f"a={paths[0]}", f"b={paths[1]}", "-p", "rrc-iou"],
    ]
    for words in calls:
        said = []
        for flags in ([], ["--engine", "dask", "--scheduler", cluster.address]):
            assert app.run(["-q", "score", *words, "--format", "json", *flags]) == 0
            said.append(capfdbinary.readouterr())
        assert said[0] == said[1] and said[0].out


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="processes are killed another way there")
def test_a_worker_that_is_killed_in_the_middle_changes_nothing(folder: Path, cluster: Cluster) -> None:
    plain = score(folder, job_of(folder, cluster))
    with Cluster(None, 2) as two:
        killed = []

        def kill(_more: int) -> None:
            if not killed:
                killed.append(next(iter(two.asked(os.getpid).values())))
                os.kill(killed[0], signal.SIGKILL)

        found = score(folder, job_of(folder, two), kill)
    assert killed
    assert (found.signature, found.metrics) == (plain.signature, plain.metrics)
    totals = [(each.counts.total().counts, each.counts.total().sums) for each in (found, plain)]
    assert totals[0] == totals[1]


def test_dask_that_is_not_there_is_told_with_the_line_that_installs_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(InputError, match=r"needs dask and distributed.*pip install 'ocr_eval\[dask\]'"):
        Cluster(None, 1)


def test_a_scheduler_that_does_not_answer_is_told(cluster: Cluster, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine, "PATIENCE", 0.2)
    with pytest.raises(
        InputError, match=r"error\[E_USAGE\]: --scheduler 'tcp://127\.0\.0\.1:9' does not answer"
    ):
        Cluster("tcp://127.0.0.1:9", 1)
