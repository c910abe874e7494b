"""The embedded sample says what it holds: counts, rings, digests, sizes, and submissions that are about it."""

from __future__ import annotations

import csv
import hashlib
import importlib.util
import io
import re
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from ocr_eval.formats import read
from ocr_eval.protocols import protocol
from ocr_eval.tables.digest import digest
from ocr_eval.tables.instances import SIMPLE, Instances

ROOT = Path(__file__).resolve().parents[2]
SAMPLE, BOARD = ROOT / "datasets" / "sample", ROOT / "leaderboard"
SUBMISSIONS = sorted(path.parent for path in BOARD.glob("submissions/*/card.toml"))
SLICES = ["straight", "rotated", "curved", "small", "long", "low-contrast", "korean", "dont-care"]


def card(folder: Path) -> dict[str, Any]:
    return tomllib.loads((folder / "card.toml").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def gt() -> Instances:
    return read(str(SAMPLE / "gt"), role="gt", text=True)


@pytest.fixture(scope="module")
def table() -> list[dict[str, str]]:
    with (SAMPLE / "samples.tsv").open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines, delimiter="\t"))


def bytes_below(*folders: Path) -> int:
    return sum(path.stat().st_size for folder in folders for path in folder.rglob("*") if path.is_file())


def jpeg_size(data: bytes) -> tuple[int, int]:
    """(width, height) from the frame header."""
    at = 2
    while data[at + 1] not in (0xC0, 0xC1, 0xC2):
        at += 2 + int.from_bytes(data[at + 2 : at + 4], "big")
    return int.from_bytes(data[at + 7 : at + 9], "big"), int.from_bytes(data[at + 5 : at + 7], "big")


def test_the_ground_truth_reads_without_a_flag_or_a_remark(gt: Instances) -> None:
    assert gt.format == card(SAMPLE)["files"]["gt_format"] == "polygon"
    assert gt.notices == ()


def test_the_card_counts_what_the_files_hold(gt: Instances) -> None:
    counts = card(SAMPLE)["counts"]
    vertices = np.diff(gt.ring)
    words = [text for text, care in zip(gt.texts, gt.care, strict=True) if care]
    assert counts["images"] == len(gt.sample_ids) >= 24
    assert counts["words"] == len(words)
    assert counts["dont-care"] == gt.texts.count("###") == len(gt) - len(words)
    assert counts["curved"] == int((gt.care & (vertices >= 8)).sum())
    assert counts["straight"] + counts["rotated"] + counts["curved"] == len(words)
    assert counts["korean"] == sum(any("가" <= letter <= "힣" for letter in word) for word in words)
    assert counts["long"] == sum(len(word) >= 10 for word in words)


@pytest.mark.parametrize("name", SLICES)
def test_every_slice_has_enough_to_look_at(name: str, table: list[dict[str, str]]) -> None:
    least = 15 if name == "dont-care" else 30
    assert card(SAMPLE)["counts"][name] >= least
    assert sum(row[name] == "1" for row in table) >= 4


def test_samples_pictures_and_ground_truth_are_the_same_set(
    gt: Instances, table: list[dict[str, str]]
) -> None:
    ids = [row["sample"] for row in table]
    assert ids == sorted(gt.sample_ids, key=str.encode)
    assert {path.name for path in (SAMPLE / "images").iterdir()} == {f"{name}.jpg" for name in ids}
    assert (
        list(table[0]) == ["sample", "alias", "width", "height", *SLICES] and card(SAMPLE)["slices"] == SLICES
    )
    for row in table:
        size = jpeg_size((SAMPLE / "images" / f"{row['sample']}.jpg").read_bytes())
        assert size == (int(row["width"]), int(row["height"]))
        texts = [gt.texts[i] for i in gt.span(gt.sample_ids.index(row["sample"]))]
        assert row["dont-care"] == str(int("###" in texts))
        assert row["korean"] == str(int(any("가" <= letter <= "힣" for letter in "".join(texts))))


def test_rings_are_simple_clockwise_and_inside_the_picture(
    gt: Instances, table: list[dict[str, str]]
) -> None:
    assert (gt.shape == SIMPLE).all()
    sizes = {row["sample"]: (int(row["width"]), int(row["height"])) for row in table}
    for i in range(len(gt)):
        points = gt.points(i)
        following = np.roll(points, -1, axis=0)
        assert (points[:, 0] * following[:, 1] - following[:, 0] * points[:, 1]).sum() > 0, gt.place(i)
        assert points.min() >= 0 and (points <= sizes[gt.sample_ids[gt.sample_of[i]]]).all(), gt.place(i)
        assert 4 <= len(points) <= 14, gt.place(i)


def listing_digest(folder: Path) -> str:
    files = sorted(folder.iterdir(), key=lambda path: path.name.encode())
    lines = "".join(f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {path.name}\n" for path in files)
    return hashlib.sha256(lines.encode()).hexdigest()


def test_digests_on_the_card_match(gt: Instances) -> None:
    own = card(SAMPLE)
    assert own["gt_digest"] == digest(gt)
    assert own["files"]["gt_sha256"] == listing_digest(SAMPLE / "gt")
    assert own["files"]["images_sha256"] == listing_digest(SAMPLE / "images")


def test_everything_embedded_stays_small() -> None:
    assert bytes_below(SAMPLE) < 2.2e6
    assert bytes_below(SAMPLE, BOARD) < 3e6


def test_the_board_is_about_this_ground_truth() -> None:
    board = tomllib.loads((BOARD / "board.toml").read_text(encoding="utf-8"))
    assert len(SUBMISSIONS) >= 3
    shown = set()
    for entry in board["board"]:
        assert entry["dataset"] == f"sample@{card(SAMPLE)['gt_digest'][:8]}"
        rules = [protocol(text) for text in (entry["protocol"], *entry.get("also", ()))]
        assert entry["headline"] in rules[0].METRICS
        shown |= {rule.ID for rule in rules}
    assert shown == set(card(SAMPLE)["protocols"])


@pytest.mark.parametrize("folder", SUBMISSIONS, ids=lambda folder: folder.name)
def test_a_submission_reads_without_a_flag_and_is_what_its_card_says(folder: Path, gt: Instances) -> None:
    own = card(folder)
    data = (folder / "predictions.zip").read_bytes()
    pred = read(str(folder / "predictions.zip"), samples=gt.sample_ids, text=True)
    assert folder.name == f"{own['date']}-{own['id']}-{digest(pred)[:8]}"
    assert f"{hashlib.sha256(data).hexdigest()}  archive\n" in (folder / "predictions.sha256").read_text()
    assert pred.format == "icdar-quad"
    assert f" {len(pred)} words were found" in own["notes"] and len(pred) > 0
    assert set(pred.sample_ids) == set(gt.sample_ids)
    assert all(pred.texts) and pred.confidence is None
    assert re.search(r"Packages of Debian 12: [a-z-]+ [0-9]", own["notes"])


@pytest.mark.parametrize("folder", SUBMISSIONS, ids=lambda folder: folder.name)
def test_an_archive_depends_on_names_and_contents_only(folder: Path) -> None:
    data = (folder / "predictions.zip").read_bytes()
    again = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as stored, zipfile.ZipFile(again, "w", zipfile.ZIP_STORED) as made:
        for name in sorted(stored.namelist(), key=str.encode):
            entry = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
            entry.create_system, entry.external_attr = 3, 0o644 << 16
            made.writestr(entry, stored.read(name))
    assert again.getvalue() == data


def test_rendering_twice_gives_the_same_bytes(tmp_path: Path) -> None:
    if importlib.util.find_spec("PIL") is None:
        pytest.skip("Pillow is not installed")
    for run in ("a", "b"):
        command = [sys.executable, str(ROOT / "scripts" / "make_sample.py"), "--only", "6"]
        done = subprocess.run(
            [*command, "--out", str(tmp_path / run)], capture_output=True, text=True, check=False
        )
        if done.returncode and "font " in done.stderr:
            pytest.skip(done.stderr.strip())
        assert done.returncode == 0, done.stderr
    for name in ("images/img_6.jpg", "gt/gt_img_6.txt"):
        assert (tmp_path / "a" / name).read_bytes() == (tmp_path / "b" / name).read_bytes()
    import PIL

    if f"Pillow {PIL.__version__}," in card(SAMPLE)["files"]["made_with"]:
        assert (tmp_path / "a/gt/gt_img_6.txt").read_bytes() == (SAMPLE / "gt/gt_img_6.txt").read_bytes()
