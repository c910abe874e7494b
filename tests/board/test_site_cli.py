"""``ocr-eval board build`` and ``board check --site``: exit codes, words, and a refusal changes nothing."""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
import time
from pathlib import Path

import pytest

from ocr_eval.board import folder, site
from ocr_eval.board.store import Store
from ocr_eval.cli.app import run as in_process
from tests.board import boards, writing
from tests.board.test_site import first_canary, plant_in_log_line, tree
from tests.command import Ran, run

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return writing.store(boards.synthetic(3, 30), tmp_path_factory.mktemp("cli") / "store")


def build(store: Path, out: Path, *more: str) -> Ran:
    return run("board", "build", str(store), "--out", str(out), *more, cwd=out.parent)


def test_build_says_what_it_wrote_and_check_agrees(store: Path, tmp_path: Path) -> None:
    ran = build(store, tmp_path / "site", "--lang", "all", "--format", "json")
    assert ran.status == 0, ran.err
    body = json.loads(ran.out)
    assert len(body["written"]) == len(tree(tmp_path / "site")) - 1 and body["skipped"] == 0
    again = build(store, tmp_path / "site", "--lang", "all", "--jobs", "2")
    assert again.out.startswith(
        f"{tmp_path / 'site'}: 0 files written, {len(body['written'])} unchanged, 0 removed"
    )
    assert run("board", "check", str(store), "--site", str(tmp_path / "site"), cwd=tmp_path).status == 0


def test_jobs_and_yes_change_no_byte(store: Path, tmp_path: Path) -> None:
    assert (
        build(store, tmp_path / "a").status
        == build(store, tmp_path / "b", "--jobs", "3", "--yes").status
        == 0
    )
    assert tree(tmp_path / "a") == tree(tmp_path / "b")


def test_a_damaged_site_fails_the_check(store: Path, tmp_path: Path) -> None:
    build(store, tmp_path / "site")
    (tmp_path / "site" / "about.html").write_text("<p>", encoding="utf-8")
    ran = run("board", "check", str(store), "--site", str(tmp_path / "site"), cwd=tmp_path)
    assert ran.status == 1 and "error[E_DRIFT]: changed since it was written" in ran.err


def test_a_folder_of_somebody_else_is_refused(store: Path, tmp_path: Path) -> None:
    (tmp_path / "site").mkdir()
    (tmp_path / "site" / "thesis.doc").write_text("x")
    ran = build(store, tmp_path / "site")
    assert (ran.status, ran.out) == (2, "")
    assert "error[E_USAGE]" in ran.err and "'thesis.doc'" in ran.err and ran.err.count("\n") == 1
    assert tree(tmp_path / "site") == {"thesis.doc": b"x"}


def test_an_internal_site_is_kept_out_of_a_public_folder(store: Path, tmp_path: Path) -> None:
    build(store, tmp_path / "site")
    before = tree(tmp_path / "site")
    ran = build(store, tmp_path / "site", "--audience", "internal")
    assert ran.status == 2 and "--yes" in ran.err
    assert tree(tmp_path / "site") == before
    assert build(store, tmp_path / "site", "--audience", "internal", "--yes").status == 0
    assert not (tmp_path / "site" / "_headers").exists()
    assert build(store, tmp_path / "site", "--audience", "internal").status == 0


def test_two_builders_at_once(store: Path, tmp_path: Path) -> None:
    (tmp_path / "site").mkdir()
    with folder.locked(tmp_path / "site"):
        ran = build(store, tmp_path / "site")
    assert ran.status == 2 and "is being written by process" in ran.err


def test_a_leak_ends_with_exit_1_and_an_empty_stdout(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    secret = writing.store(boards.hidden(), tmp_path / "hidden")
    canary = first_canary(secret, "text")
    plant_in_log_line(monkeypatch, canary)
    status = in_process(["board", "build", str(secret), "--out", str(tmp_path / "site")])
    out, err = capfd.readouterr()
    assert (status, out) == (1, "")
    assert "error[E_LEAK]: holds a ground truth text of 'hidden' (plain)" in err and canary not in err
    assert tree(tmp_path / "site") == {}


def test_mixed_signatures_end_with_exit_6(store: Path, tmp_path: Path) -> None:
    import shutil

    own = tmp_path / "store"
    shutil.copytree(store, own)
    record = sorted((own / "submissions").glob("*/results/*/*.json"))[0]
    rows = record.with_suffix(".tsv")
    rows.write_text(rows.read_text(encoding="utf-8").replace("iou:0.5", "iou:0.7"), encoding="utf-8")
    body = json.loads(record.read_text(encoding="utf-8"))
    body["signature"] = body["signature"].replace("iou:0.5", "iou:0.7")
    body["table_sha256"] = hashlib.sha256(rows.read_bytes()).hexdigest()
    record.write_text(json.dumps(body) + "\n", encoding="utf-8")
    ran = build(own, tmp_path / "site")
    assert (ran.status, ran.out) == (6, "")
    assert tree(tmp_path / "site") == {}


def test_building_under_an_interrupt_leaves_nothing_half(store: Path, tmp_path: Path) -> None:
    import signal

    out = tmp_path / "site"
    command = [sys.executable, "-m", "ocr_eval", "board", "build", str(store), "--out", str(out)]
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    for _ in range(1000):
        if (out / ".lock").exists() or process.poll() is not None:
            break
        time.sleep(0.01)
    process.send_signal(signal.SIGINT)
    process.communicate()
    assert process.returncode in (0, 130)
    found = tree(out) if out.exists() else {}
    assert not [name for name in found if ".tmp-" in name or name.startswith(".")]
    if process.returncode == 130:
        assert found == {}


def test_the_sitemap_names_every_page_of_a_site_whose_address_is_known(store: Path, tmp_path: Path) -> None:
    import shutil

    own = tmp_path / "store"
    shutil.copytree(store, own)
    board = own / "board.toml"
    board.write_text(
        'url = "https://boards.example.org/ocr"\n' + board.read_text(encoding="utf-8"), encoding="utf-8"
    )
    assert build(own, tmp_path / "site", "--lang", "all").status == 0
    made = tree(tmp_path / "site")
    pages = {name for name in made if name.endswith(".html")}
    assert made["sitemap.xml"].count(b"<loc>") == len(pages)
    for name in pages:
        assert f"<loc>https://boards.example.org/ocr/{name}</loc>".encode() in made["sitemap.xml"]
    assert [str(p) for p in site.check_site(Store.open(own), tmp_path / "site")] == []
