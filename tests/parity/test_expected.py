"""Every official output of the reference folder is walked by a parity test, or stands in the list of deviations."""

from __future__ import annotations

import json
from fnmatch import fnmatch
from pathlib import Path

from tests.parity import walk

TOPICS = ("detection", "end_to_end", "rrc2024", "recognition")

# Outputs that no protocol of ours has to reproduce, and why.
DEVIATIONS = {
    "detection/fw_*/*": "evaluators of training frameworks, in the folder for comparison; they are no protocols",
}

# Complete cases with their input: a gold file holds all of it, the protocol's own parity test walks it.
DOCUMENTS = {
    "detection/quirks__rrc_iou": "rrc_iou/quirks.json",
    "detection/quirks__deteval": "ic13/quirks.json",
    "end_to_end/popeval-edgecases__synthetic__official": "popeval/edge_cases.json",
    "recognition/tricky": "recognition/tricky.json",
    "recognition/pages": "page/pages.json",
}


def walked() -> set[str]:
    """The expected files that gold files were made of."""
    found = set()
    for path in walk.GOLD.rglob("*.json"):
        told = json.loads(path.read_text(encoding="utf-8")).get("expected", "")
        found.add(told.removeprefix("expected/").removesuffix(".json"))
    return found | {name for name, path in DOCUMENTS.items() if (walk.GOLD / path).is_file()}


def excused(name: str) -> bool:
    return any(fnmatch(name, pattern) for pattern in DEVIATIONS)


def test_no_official_output_is_skipped_without_a_reason(shared: Path) -> None:
    there = {
        str(path.relative_to(shared / "expected").with_suffix(""))
        for topic in TOPICS
        for path in (shared / "expected" / topic).rglob("*.json")
    }
    assert len(there) > 100
    assert {name for name in there - walked() if not excused(name)} == set()


def test_a_reason_is_given_only_for_what_is_not_walked() -> None:
    assert [name for name in walked() if excused(name)] == []


def test_every_gold_file_with_inputs_is_walked_by_a_parity_test() -> None:
    stems = {path.parent.name for path in walk.GOLD.rglob("*.json") if "inputs" in walk.load(path)}
    tests = {path.stem.removeprefix("test_") for path in Path(__file__).parent.glob("test_*.py")}
    assert stems <= tests
