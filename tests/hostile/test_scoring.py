"""The hostile corpus through the command line: exit code, first error, nothing written, official numbers."""

from __future__ import annotations

import json
import unicodedata
from pathlib import Path
from typing import Any

import pytest

from ocr_eval.cli.app import run

HOSTILE = Path(__file__).resolve().parents[2].parent / "shared" / "hostile"
FORMATS = {"quad-text": "icdar-quad", "quad-confidence-text": "icdar-quad", "polygon-text": "polygon"}
OURS = ("rrc-e2e", "rrc-iou", "popeval", "tedeval", "cleval-det", "cleval")
CARE = ("n_gt", "chars_gt", "n_char_gt")  # 0: nothing to be found


def load_cases() -> list[dict[str, Any]]:
    found = [json.loads(path.read_text(encoding="utf-8")) for path in sorted(HOSTILE.glob("*/case.json"))]
    return [case for case in found if case["kind"] == "sub" and case["format"] in FORMATS]


CASES = load_cases()
needs_corpus = pytest.mark.skipif(not CASES, reason="the hostile corpus is not beside the checkout")


def words(case: dict[str, Any], protocol: str, *more: str) -> list[str]:
    """The command line that the corpus asks for."""
    folder = HOSTILE / case["id"]
    if "confidence" in case["format"]:
        protocol += "(confidence=true)"
    call = ["score", str(folder / case["gt"]), str(folder / case["files"][0]), "-p", protocol]
    return [
        *call,
        "--pred-format",
        FORMATS[case["format"]],
        *case.get("options", []),
        "--format",
        "json",
        *more,
    ]


@needs_corpus
@pytest.mark.parametrize("case", CASES, ids=[case["id"] for case in CASES])
def test_case_answers_as_it_says(
    case: dict[str, Any],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capfdbinary: pytest.CaptureFixture[bytes],
) -> None:
    monkeypatch.chdir(tmp_path)
    target = tmp_path / "out.json"
    target.write_text("old")
    status = run(words(case, case["protocol"], "-o", "out.json", "--per-sample", "rows.csv"))
    out, err = capfdbinary.readouterr()
    lines = err.decode("utf-8").splitlines()
    assert status == case["exit"], lines[:3]
    assert out == b""
    assert not [c for line in lines for c in line if unicodedata.category(c) in ("Cc", "Cf", "Cs")]
    if status:
        assert f"error[{case['code']}]" in lines[0]
        assert "; " in lines[0]
        assert sorted(path.name for path in tmp_path.iterdir()) == ["out.json"]
        assert target.read_text() == "old"
        return
    result = json.loads(target.read_text(encoding="utf-8"))["results"][0]
    if case["code"]:
        assert case["code"] in {warning["code"] for warning in result["warnings"]}
    assert all(value is None or 0 <= value <= 1 for value in result["metrics"].values())


ACCEPTED = [
    (case, name) for case in CASES if case["exit"] == 0 for name in OURS if name in case.get("official", {})
]


@needs_corpus
@pytest.mark.parametrize(
    ("case", "protocol"), ACCEPTED, ids=[f"{case['id']}-{name}" for case, name in ACCEPTED]
)
def test_accepted_case_has_the_official_numbers(
    case: dict[str, Any], protocol: str, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    assert run(words(case, protocol)) == 0
    result = json.loads(capfdbinary.readouterr().out)["results"][0]
    official = case["official"][protocol]
    undefined = 0 in [result["counts"][name] for name in CARE if name in result["counts"]]
    # Only TedEval adds reals: a few fractions, serially there and exactly here.
    exact = 1e-15 if protocol == "tedeval" else 0
    for name, value in official.items():
        ours = result["metrics"][name]
        assert undefined if ours is None else ours == pytest.approx(value, rel=0, abs=exact)


@needs_corpus
def test_layouts_that_only_the_official_script_refuses_are_perfect(
    capfdbinary: pytest.CaptureFixture[bytes],
) -> None:
    for name in ("026", "038", "047", "071"):
        (case,) = [case for case in CASES if case["id"].startswith(name)]
        assert run(words(case, "rrc-e2e")) == 0
        assert json.loads(capfdbinary.readouterr().out)["results"][0]["metrics"]["hmean"] == 1.0


@needs_corpus
def test_no_care_text_anywhere_is_undefined(capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    (case,) = [case for case in CASES if case["id"].startswith("114")]
    assert run(words(case, "rrc-e2e")) == 0
    assert json.loads(capfdbinary.readouterr().out)["results"][0]["metrics"]["hmean"] is None
