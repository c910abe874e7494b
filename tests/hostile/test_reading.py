"""The hostile corpus at the level of reading: exit code, error code and place of every case of the line layouts."""

from __future__ import annotations

import json
import re
import zipfile
import zlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from ocr_eval.errors import Findings, InputError
from ocr_eval.formats import read, sources
from ocr_eval.formats.check import Examination, examine
from ocr_eval.limits import Limits

HOSTILE = Path(__file__).resolve().parents[2].parent / "shared" / "hostile"
GROUPS = ("archive", "encoding", "coordinates", "scale", "text", "ground-truth")
FORMATS = {"quad-text": "icdar-quad", "quad-confidence-text": "icdar-quad", "polygon-text": "polygon"}
# Decided after reading: by the protocol that reads transcriptions, by joining, by the totals.
NOT_HERE = {"111-gt-empty-transcription", "034-missing-samples", "114-gt-no-text-at-all"}


def load_cases() -> list[dict[str, Any]]:
    found = [json.loads(path.read_text(encoding="utf-8")) for path in sorted(HOSTILE.glob("*/case.json"))]
    return [case for case in found if case["group"] in GROUPS and case["kind"] == "sub"]


CASES = load_cases()
REFUSED_CONTENT = [
    case
    for case in CASES
    if case["group"] in ("encoding", "coordinates") and case["exit"] == 3 and case["id"][:3] != "079"
]
needs_corpus = pytest.mark.skipif(not CASES, reason="the hostile corpus is not beside the checkout")


def by_id(cases: Sequence[dict[str, Any]]) -> Any:
    return pytest.mark.parametrize("case", cases, ids=[case["id"] for case in cases])


def gt_samples(case: dict[str, Any]) -> tuple[str, ...]:
    return read(HOSTILE / case["id"] / case["gt"], role="gt", text=True).sample_ids


def look(case: dict[str, Any], source: Path, **more: Any) -> Examination:
    arguments: dict[str, Any] = {
        "format": FORMATS[case["format"]],
        "text": True,
        "confidence": "confidence" in case["format"],
    }
    return examine(source, **(arguments | more))


def contents(archive: Path) -> list[tuple[str, bytes]]:
    """What is in a zip, through our own reader only."""
    findings = Findings(str(archive))
    found = sources.open_source(str(archive), None, findings, Limits(), None)
    assert found is not None
    loaded = [(file.name, file.load(findings)) for file in found.files]
    return [(name, data) for name, data in loaded if data is not None]


def named_places(case: dict[str, Any]) -> list[tuple[str, int]]:
    return [
        (name, int(line)) for name, line in re.findall(r"((?:res|gt)_img_\d+\.txt):(\d+)", case["expect"])
    ]


def check_answer(case: dict[str, Any], found: Examination) -> None:
    worst = InputError(found.problems).exit_code if found.problems else 0
    expected = 0 if case["id"] in NOT_HERE else case["exit"]
    assert worst == expected, [str(problem) for problem in found.problems]
    if expected:
        assert found.instances is None
        assert found.problems[0].code == case["code"]
        for entry, line in named_places(case):
            assert any((p.entry, p.line) == (entry, line) for p in found.problems)
    elif case["code"].startswith("W_") and case["id"] not in NOT_HERE:
        assert case["code"] in [notice.code for notice in found.notices]
    for problem in found.problems:
        assert str(problem).isprintable()


@needs_corpus
@by_id(CASES)
def test_a_case_gets_its_answer(
    case: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    folder = HOSTILE / case["id"]
    gt = examine(folder / case["gt"], role="gt", text=True, format="icdar-quad")
    if gt.problems:  # the gt is read first: a broken one is never a bad submission
        check_answer(case, gt)
    else:
        assert gt.instances is not None
        found = look(case, folder / "sub.zip", samples=gt.instances.sample_ids)
        check_answer(case, found._replace(notices=gt.notices + found.notices))
    assert list(tmp_path.iterdir()) == []


@needs_corpus
@by_id([case for case in CASES if case["group"] != "archive" and case["id"] != "117-gt-bow-tie"])
def test_a_folder_gets_the_answer_of_the_zip(case: dict[str, Any], tmp_path: Path) -> None:
    archive = HOSTILE / case["id"] / "sub.zip"
    for name, data in contents(archive):
        (tmp_path / name).write_bytes(data)
    samples = gt_samples(case)
    zipped, unpacked = look(case, archive, samples=samples), look(case, tmp_path, samples=samples)
    places = [
        [(p.code, p.reason, p.entry, p.line, p.col) for p in found.problems] for found in (zipped, unpacked)
    ]
    assert places[0] == places[1]
    assert [(n.code, n.count) for n in zipped.notices] == [(n.code, n.count) for n in unpacked.notices]
    if zipped.instances is not None and unpacked.instances is not None:
        order = [unpacked.instances.sample_ids.index(sample) for sample in zipped.instances.sample_ids]
        again = unpacked.instances.take(order, zipped.instances.sample_ids)
        assert again.texts == zipped.instances.texts
        assert (again.xy == zipped.instances.xy).all()


@needs_corpus
@by_id(REFUSED_CONTENT)
def test_the_same_fault_in_the_gt_is_exit_5(case: dict[str, Any], tmp_path: Path) -> None:
    entries = contents(HOSTILE / case["id"] / "sub.zip")
    archive = tmp_path / "gt.zip"
    with zipfile.ZipFile(archive, "w") as made:
        for name, data in entries:
            made.writestr(name.replace("res_", "gt_"), data)
    found = look(case, archive, role="gt")
    assert InputError(found.problems).exit_code == 5
    assert found.problems[0].code == "E_GT"
    assert found.problems[0].reason.startswith(case["code"] + " ")


class CountingInflater:
    """Stands in for zlib.decompressobj and counts what comes out."""

    produced = 0

    def __init__(self, inner: Any) -> None:
        self.inner = inner

    def decompress(self, data: bytes, most: int) -> bytes:
        out: bytes = self.inner.decompress(data, most)
        type(self).produced += len(out)
        return out

    @property
    def eof(self) -> bool:
        return bool(self.inner.eof)


@needs_corpus
@pytest.mark.parametrize(
    ("case_id", "most"),
    [
        ("002-zip-bomb-flat", 0),
        ("003-zip-bomb-nested", 0),
        ("004-zip-bomb-overlap-quoted", 0),
        ("027-many-tiny-files", 0),
        ("006-zip-declared-size-lies", 200),
    ],
)
def test_a_bomb_is_not_inflated(case_id: str, most: int, monkeypatch: pytest.MonkeyPatch) -> None:
    real = zlib.decompressobj
    case = next(case for case in CASES if case["id"] == case_id)
    samples = gt_samples(case)
    monkeypatch.setattr(CountingInflater, "produced", 0)
    monkeypatch.setattr(
        "ocr_eval.formats.archive.zlib.decompressobj", lambda bits: CountingInflater(real(bits))
    )
    assert look(case, HOSTILE / case_id / "sub.zip", samples=samples).problems
    assert CountingInflater.produced <= most


@needs_corpus
def test_a_link_is_not_followed_and_its_target_not_told() -> None:
    case = next(case for case in CASES if case["id"] == "011-symlink-entry")
    (problem,) = look(case, HOSTILE / case["id"] / "sub.zip", samples=gt_samples(case)).problems
    assert problem.code == "E_ENTRY_TYPE"
    assert "passwd" not in str(problem)


@needs_corpus
def test_thousands_of_unknown_names_are_one_error() -> None:
    case = next(case for case in CASES if case["id"] == "027-many-tiny-files")
    found = look(case, HOSTILE / case["id"] / "sub.zip", samples=gt_samples(case))
    assert found.total == 1
    assert "4000" in found.problems[0].reason
    assert found.problems[0].reason.count("'") == 2 * 10


@needs_corpus
def test_a_bow_tie_is_told_with_both_areas() -> None:
    case = next(case for case in CASES if case["id"] == "073-bow-tie")
    (problem,) = look(case, HOSTILE / case["id"] / "sub.zip", samples=gt_samples(case)).problems
    assert "signed area 0, even-odd area 1500" in problem.hint
    kept = look(
        case, HOSTILE / case["id"] / "sub.zip", samples=gt_samples(case), invalid_polygons="false-positive"
    )
    assert kept.instances is not None
    assert int((~kept.instances.valid).sum()) == 1
    assert "W_POLYGON" in [notice.code for notice in kept.notices]


@needs_corpus
@pytest.mark.parametrize("name", ["pred.npy", "pred.pkl"])
def test_a_pickle_is_no_known_layout(name: str) -> None:
    found = examine(HOSTILE / "153-pickle-file" / name)
    assert [problem.code for problem in found.problems] == ["E_FORMAT"]
