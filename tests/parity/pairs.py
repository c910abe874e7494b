"""Gold pairs of strings and pages of text -> our values beside the tool's: what the parity tests of presets walk."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from tests.texts import score

GOLD = Path(__file__).parents[1] / "gold"
PAIRS = 52
PAGES = 50

Values = dict[str, Any]  # columns, sums and metrics of one pair
Ours = Callable[[Values], Any]


def cases(stem: str, name: str = "tricky") -> list[dict[str, Any]]:
    loaded: list[dict[str, Any]] = json.loads((GOLD / stem / f"{name}.json").read_text(encoding="utf-8"))[
        "cases"
    ]
    return loaded


def six(value: Any) -> Any:
    """Top-level floats of the file have six decimals; those of two columns of formulas have them everywhere."""
    if isinstance(value, dict):
        return {key: six(each) for key, each in value.items()}
    return round(value, 6) if isinstance(value, float) else value


def different(stem: str, columns: Mapping[str, tuple[str, Ours]]) -> dict[str, list[tuple[str, Any, Any]]]:
    """Per column of a preset's pairs: (id, ours, the tool's) where they differ."""
    found: dict[str, list[tuple[str, Any, Any]]] = {}
    for column, (rule, ours) in columns.items():
        both = [
            (case["id"], ours(score(rule, case["gt"], case["pred"])), case[column]) for case in cases(stem)
        ]
        assert len(both) == PAIRS
        found[column] = [each for each in both if each[1] != each[2]]
    return found


def named(stem: str) -> set[str]:
    """The tool's columns in a gold file of pairs."""
    return {key for case in cases(stem) for key in case} - {"id", "gt", "pred"}


def texts(shared: Path, case: dict[str, Any]) -> tuple[str, str]:
    """Both texts of a page as their files hold them, content checked against the recorded hashes."""
    sides = []
    for side in ("gt", "pred"):
        data = (shared / "data/pages" / f"{case['id']}.{side}.txt").read_bytes()
        assert hashlib.sha256(data).hexdigest() == case["inputs"][side]
        sides.append(data.decode())
    return sides[0], sides[1]
