"""The hostile corpus at the level of reading: what is not inflated, not followed, not repeated; what hints say."""

from __future__ import annotations

import json
import zlib
from functools import cache
from typing import Any

import pytest

from ocr_eval.formats import read
from ocr_eval.formats.check import Examination, examine
from tests.board.hostile_texts import all_texts
from tests.hostile import corpus
from tests.hostile.corpus import HOSTILE

CASES = {case["id"]: case for case in corpus.load()}
needs_corpus = pytest.mark.skipif(not CASES, reason="the hostile corpus is not beside the checkout")


@cache
def samples_of(name: str) -> tuple[str, ...]:
    return read(corpus.gt_of(CASES[name]), role="gt", text=True).sample_ids


def look(name: str, **more: Any) -> Examination:
    """The submission of a case, as an end-to-end protocol asks for it."""
    samples = samples_of(name)
    return examine(HOSTILE / name / "sub.zip", format="icdar-quad", text=True, samples=samples, **more)


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
    assert samples_of(case_id)  # reading the ground truth inflates it
    monkeypatch.setattr(CountingInflater, "produced", 0)
    monkeypatch.setattr(
        "ocr_eval.formats.archive.zlib.decompressobj", lambda bits: CountingInflater(real(bits))
    )
    assert look(case_id).problems
    assert CountingInflater.produced <= most


@needs_corpus
def test_a_link_is_not_followed_and_its_target_not_told() -> None:
    name = "011-symlink-entry"
    (problem,) = look(name).problems
    assert problem.code == "E_ENTRY_TYPE"
    assert "passwd" not in str(problem)


@needs_corpus
def test_thousands_of_unknown_names_are_one_error() -> None:
    name = "027-many-tiny-files"
    found = look(name)
    assert found.total == 1
    assert "4000" in found.problems[0].reason
    assert found.problems[0].reason.count("'") == 2 * 10


@needs_corpus
def test_a_bow_tie_is_told_with_both_areas() -> None:
    name = "073-bow-tie"
    (problem,) = look(name).problems
    assert "signed area 0, even-odd area 1500" in problem.hint
    kept = look(name, invalid_polygons="false-positive")
    assert kept.instances is not None
    assert int((~kept.instances.valid).sum()) == 1
    assert "W_POLYGON" in [notice.code for notice in kept.notices]


@needs_corpus
@pytest.mark.parametrize("name", ["pred.npy", "pred.pkl"])
def test_a_pickle_is_no_known_layout(name: str) -> None:
    found = examine(HOSTILE / "153-pickle-file" / name)
    assert [problem.code for problem in found.problems] == ["E_FORMAT"]


@needs_corpus
def test_texts_names_and_cards_of_the_corpus_go_through_the_pages() -> None:
    """tests/browser and tests/board put every text of this list into every field of a board."""
    listed = set(all_texts(HOSTILE))
    wanted = {"res_<img src=x onerror=alert(1)>.txt"}
    for case in CASES.values():
        if case["group"] == "text":
            table = look(case["id"]).instances
            assert table is not None
            wanted |= {text for text in table.texts if text and case["id"][:3] != "106"}
        elif case["group"] == "structured" and case.get("role") == "method-card":
            path = HOSTILE / case["id"] / case["files"][0]
            wanted |= set(json.loads(path.read_text()).values()) if path.suffix == ".json" else set()
        elif case.get("role") == "method-ids":
            wanted |= set(corpus.lines_of(case))
    assert sorted(wanted - listed) == []
