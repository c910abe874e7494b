"""``demo`` as somebody meets it who has no data of their own: scores, a board with its site, an agreement report."""

from __future__ import annotations

import json
import shlex
from pathlib import Path

import pytest

from tests.command import run


def shown(*words: str | Path, cwd: Path) -> str:
    """What a command that ends well prints."""
    ran = run(*words, cwd=cwd)
    assert ran.status == 0, ran.err
    return ran.out


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    folder = tmp_path_factory.mktemp("demo")
    return folder, shown("demo", "--out", "my-demo", cwd=folder)


def content(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_every_path_that_is_told_is_there(told: tuple[Path, str]) -> None:
    folder, output = told
    for page in ("my-demo/site/index.html", "my-demo/agreement/report.html"):
        assert page in output
        assert (folder / page).is_file()
    assert (folder / "my-demo/scores.json").is_file() and (folder / "my-demo/rows.csv").is_file()


def test_the_agreement_command_makes_the_same_report_again(told: tuple[Path, str]) -> None:
    folder, output = told
    (command,) = [line for line in output.splitlines() if line.startswith("  ocr-eval agree gt=sample")]
    again = command.replace("my-demo/agreement", "again")
    shown(*shlex.split(again)[1:], cwd=folder)
    assert content(folder / "again") == content(folder / "my-demo/agreement")


def test_ground_truth_and_the_two_best_engines_are_the_annotators(told: tuple[Path, str]) -> None:
    folder, _ = told
    records = json.loads((folder / "my-demo/scores.json").read_text(encoding="utf-8"))["results"]
    hmean = {row["prediction"]: row["metrics"]["hmean"] for row in records if "rrc-iou" in row["signature"]}
    found = json.loads((folder / "my-demo/agreement/agreement.json").read_text(encoding="utf-8"))
    names = {row["annotator"] for row in found["annotators"]}
    assert names == {"gt", *sorted(hmean, key=lambda name: -hmean[name])[:2]}
    # An engine scored as a submission against the ground truth is the row that score prints.
    (ceiling,) = [row for row in found["ceiling"] if row["protocol"].startswith("rrc-iou")]
    for row in ceiling["directions"]:
        if row["gt"] == "gt":
            assert row["metrics"]["hmean"]["value"] == hmean[row["prediction"]]
