"""The reference folder's official outputs -> tests/gold/PROTOCOL/*.json: per-sample counts with their provenance.

    python -m scripts.gold            writes the files (needs the reference folder beside the checkout, or --shared DIR)
    python -m scripts.gold --check    exit 1 when a file differs from what would be written
    python -m scripts.gold tiou ...   writes those of some families only (modules of scripts/golds)

A gold file says which script at which commit gave the numbers, under which parameters, and the SHA-256 of both inputs.
It holds no input: with the inputs at hand a test scores them again, without them the rows still add up to the official
totals and ``derive`` must turn those into the official ratios. Some files are complete cases made by hand (quirks, edge
cases) or hold pairs of strings; those carry their few lines of input with them.
"""

from __future__ import annotations

import argparse
import importlib
import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from scripts.golds import Row, gold

ROOT = Path(__file__).resolve().parents[1]
GOLD = ROOT / "tests/gold"
FAMILIES = (
    "tiou",
    "hiertext",
    "rrc_iou",
    "rrc_e2e",
    "popeval",
    "recognition",
    "presets",
    "page",
    "curved_detection",
    "word_spotting",
    "deteval",
    "rrc_2024",
    "coco_ap",
    "characters",
)


def files(shared: Path, families: Sequence[str] = FAMILIES) -> dict[str, str]:
    """Path below tests/gold -> content."""
    made: dict[str, Row] = {}
    for family in families:
        module = importlib.import_module(f"scripts.golds.{family}")
        made |= {source.target: gold(source, shared) for source in module.sources()}
        made |= module.documents(shared) if hasattr(module, "documents") else {}
    return {path: render(content) for path, content in made.items()}


def render(content: Row) -> str:
    """JSON with one line per field and one per column or case, so that a change is one line of a diff."""
    lines = []
    for key, value in content.items():
        if key in ("columns", "cases"):
            many = value.items() if isinstance(value, dict) else ((None, each) for each in value)
            inner = [
                (f"{_compact(name)}:" if name is not None else "") + _compact(each) for name, each in many
            ]
            opening, closing = "{}" if isinstance(value, dict) else "[]"
            lines.append(f"{_compact(key)}:{opening}\n" + ",\n".join(inner) + f"\n{closing}")
        else:
            lines.append(f"{_compact(key)}:{_compact(value)}")
    return "{\n" + ",\n".join(lines) + "\n}\n"


def _compact(value: Any) -> str:
    return json.dumps(value, separators=(",", ":"))


def main(words: list[str] | None = None) -> int:
    """Exit status: 0 written or equal, 1 different."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("families", nargs="*", help="default all")
    parser.add_argument("--shared", type=Path, default=ROOT.parent / "shared", help="the reference folder")
    parser.add_argument("--check", action="store_true", help="write nothing, compare")
    options = parser.parse_args(words)
    made = files(options.shared, options.families or FAMILIES)
    different = [path for path, text in made.items() if _read(GOLD / path) != text]
    present = [] if options.families else [str(p.relative_to(GOLD)) for p in sorted(GOLD.rglob("*.json"))]
    foreign = [path for path in present if path not in made]
    if options.check:
        for path in different + foreign:
            print(
                f"{path}: differs from the reference folder" if path in made else f"{path}: nothing makes it"
            )
        return 1 if different or foreign else 0
    for path in different:
        (GOLD / path).parent.mkdir(parents=True, exist_ok=True)
        (GOLD / path).write_text(made[path], encoding="utf-8")
    print(
        f"{len(made)} gold files, {len(different)} written, {sum(map(len, made.values())) // 1000} kB",
        file=sys.stderr,
    )
    return 0


def _read(path: Path) -> str:
    return path.read_text(encoding="utf-8") if path.is_file() else ""


if __name__ == "__main__":
    sys.exit(main())
