"""Worker processes: what they answer, how they die, and that none is left."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from ocr_eval.engine.pool import START, Pool, cores
from ocr_eval.formats.messages import frame
from scripts.kill_loop import write_zip

HERE = "tests.operation.planted_worker"
SETUP = frame({"set": "up"}, b"body")


def gone(number: int) -> bool:
    try:
        os.kill(number, 0)
    except ProcessLookupError:
        return True
    return Path(f"/proc/{number}/stat").exists() and ") Z " in Path(f"/proc/{number}/stat").read_text()


def all_gone(numbers: list[int]) -> bool:
    """True as soon as they are."""
    for _ in range(6_000):
        if all(map(gone, numbers)):
            return True
        time.sleep(0.01)
    return False


def noted(folder: Path, count: int) -> list[int]:
    """The processes that say that they work, once there are so many of them."""
    for _ in range(6_000):  # a minute, so that a broken test ends
        if len(found := list(folder.iterdir())) == count:
            break
        time.sleep(0.01)
    return [int(number) for path in found for number in path.name.split("-")]


def test_every_request_is_answered_once_and_by_its_number() -> None:
    asked = [{"name": f"é\ud800 {k}"} for k in range(7)]
    with Pool(f"{HERE}:answering", SETUP, 2) as pool:
        found = {reply.number: reply for reply in pool.replies(asked)}
    assert sorted(found) == list(range(7))
    for k, reply in found.items():
        assert reply.header is not None
        assert (reply.header["asked"], reply.header["prepared"]) == (asked[k], {"set": "up"})
        assert reply.body == b"body"
    assert all_gone([reply.header["pid"] for reply in found.values() if reply.header])


def test_the_first_worker_may_answer_before_others_start(monkeypatch: pytest.MonkeyPatch) -> None:
    started: list[bool] = []
    begin = Pool._started

    def noticed(self: Pool) -> subprocess.Popen[bytes] | None:
        started.append(self._may_start.is_set())
        if not started[-1]:
            time.sleep(0.1)  # long enough for the other to start, if nothing held it
        return begin(self)

    monkeypatch.setattr(Pool, "_started", noticed)
    with Pool(f"{HERE}:answering", SETUP, 2, alone_first=True) as pool:
        assert {reply.number for reply in pool.replies([{}] * 60)} == set(range(60))
    assert started[0] is False
    assert all(started[1:])


def test_a_worker_that_dies_costs_one_answer_and_is_named() -> None:
    asked = [{}, {"signal": signal.SIGKILL}, {}, {"status": 3}, {}]
    with Pool(f"{HERE}:answering", SETUP, 1) as pool:
        found = [(reply.number, reply.header is None, reply.status) for reply in pool.replies(asked)]
    assert found == [
        (0, False, 0),
        (1, True, -signal.SIGKILL),
        (2, False, 0),
        (3, True, 3),
        (4, False, 0),
    ]


def test_a_worker_that_cannot_begin_is_an_error_at_once() -> None:
    with (
        Pool(f"{HERE}:unprepared", SETUP, 2) as pool,
        pytest.raises(RuntimeError, match="ended with status 5 before"),
    ):
        next(iter(pool.replies([{}, {}, {}])))


def test_leaving_ends_workers_at_work_and_what_they_started(tmp_path: Path) -> None:
    with Pool(f"{HERE}:answering", SETUP, 2) as pool:
        replies = pool.replies([{}, {"pids": str(tmp_path)}, {"pids": str(tmp_path)}])
        assert next(replies).header is not None
        numbers = noted(tmp_path, 2)
    assert all_gone(numbers)


def test_a_worker_ends_with_the_process_that_asks_it(tmp_path: Path) -> None:
    command = [sys.executable, "-c", START, json.dumps(sys.path), f"{HERE}:answering"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as worker:
        assert worker.stdin is not None
        worker.stdin.write(SETUP + frame({"pids": str(tmp_path)}))
        worker.stdin.flush()
        numbers = noted(tmp_path, 1)
        worker.stdin.close()
        assert all_gone(numbers)


@pytest.fixture
def submissions(tmp_path: Path) -> list[str]:
    for name, jitter, role in (("gt", 0, "gt"), ("a", 3, "res"), ("b", 5, "res")):
        write_zip(tmp_path / f"{name}.zip", jitter, role)
    return [str(tmp_path / f"{name}.zip") for name in ("gt", "a", "b")]


INTERRUPTED = f"""
import signal, sys
from ocr_eval.cli import main, scoring_jobs
signal.signal(signal.SIGINT, signal.default_int_handler)  # whoever runs the tests may ignore it
scoring_jobs.ANSWERING = "{HERE}:working"
main()
"""


def test_ctrl_c_ends_the_workers_of_a_scoring(tmp_path: Path, submissions: list[str]) -> None:
    pids, out = tmp_path / "pids", tmp_path / "out.json"
    pids.mkdir()
    words = ["score", *submissions, "-p", "rrc-iou", "--jobs", "2", "-o", str(out)]
    environment = os.environ | {"PIDS": str(pids), "PYTHONPATH": os.pathsep.join(sys.path)}
    command = [sys.executable, "-c", INTERRUPTED, *words]
    with subprocess.Popen(command, stderr=subprocess.PIPE, env=environment) as process:
        numbers = noted(pids, 2)
        process.send_signal(signal.SIGINT)
        _, said = process.communicate(timeout=60)
    assert (process.returncode, said.split(b"\n")[-2]) == (130, b"ocr-eval: interrupted")
    assert all_gone(numbers)
    assert not out.exists()


def test_there_is_a_core() -> None:
    assert 1 <= cores() <= (os.cpu_count() or 1)
