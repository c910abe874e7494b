"""``ocr-eval score`` as a whole process, from the shell to the printed numbers; start-up of the small commands."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

from scripts import peers
from tests.bench import rivals
from tests.bench.conftest import IC15, Race
from tests.bench.inputs import Files
from tests.bench.ratio import Command

ROUNDS = 15  # and one before them that does not count


def metrics(output: str) -> list[float]:
    """precision, recall and hmean from either side's output."""
    found = json.loads(output)
    found = found["results"][0]["metrics"] if "results" in found else found
    return [found[name] for name in ("precision", "recall", "hmean")]


def score(shared: Path, **environment: str) -> Command:
    """One submission in a fresh process of an installation without extras."""
    reason = rivals.environment_missing("core")
    if reason:
        pytest.skip(f"core is {reason}: {peers.install_line('core')}")
    program = str(peers.python_of("core").with_name("ocr-eval"))
    files = [str(shared / path) for path in IC15]
    arguments = [program, "score", *files, "-p", "rrc-iou", "--format", "json"]
    return Command(arguments, environment, answer=metrics)


@pytest.mark.parametrize("cache", ["usual", "empty"])
def test_score_in_a_fresh_process(race: Race, shared: Path, tmp_path: Path, cache: str) -> None:
    empty = {"NUMBA_CACHE_DIR": str(tmp_path / "cache"), "OCR_EVAL_NO_CACHE": "1"}
    environment = empty if cache == "empty" else {"OCR_EVAL_CACHE": str(tmp_path / "prepared")}
    race(
        "ocr-eval score of one IC15 submission, whole process"
        + (", empty kernel cache" if cache == "empty" else ""),
        "score: official-style script",
        Files(shared / IC15[0], shared / IC15[1]),
        score(shared, **environment),
        reach=3,
        inside="both: start of the process to its end, wall time; the peer writes its result zip"
        + ("" if cache == "empty" else "; our ground truth was read before, in the round that is dropped"),
        engine="numpy",
        clocked=True,
        rounds=ROUNDS,
        drop=1,
    )
    assert not list(tmp_path.rglob("*.nb?")), "one small submission compiles nothing"


def test_score_with_kernels_from_an_empty_cache(shared: Path, tmp_path: Path) -> None:
    """Not a race: a cold start of the kernels works and gives the same numbers."""
    command = score(shared, NUMBA_CACHE_DIR=str(tmp_path))
    forced = Command([*command.arguments, "--kernels", "numba"], command.environment, answer=metrics)
    assert forced(1)[1] == command(1)[1]
    assert list(tmp_path.rglob("*.nbi")) or os.name == "nt"


def test_history_of_score(benchmark: Any, shared: Path) -> None:
    command = score(shared)
    benchmark.pedantic(command, args=(1,), rounds=5, warmup_rounds=1)
