"""The registry and the last bench results -> the generated tables of README.md.

    python scripts/tables.py            writes them
    python scripts/tables.py --check    exit 1 when README.md is stale

Results come from ``python scripts/bench.py``, one line per comparison; of several lines for one comparison the last
counts. Nobody types a number.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
README = ROOT / "README.md"
RESULTS = ROOT / "tests/bench/results.jsonl"
SCRIPT = "scripts/tables.py"


def protocol_table() -> str:
    """One row per protocol of the registry."""
    from ocr_eval.protocols import REGISTRY, protocol_class
    from ocr_eval.protocols.parameters import declared, spell_value

    rows = [["protocol", "task", "rule", "parameters", "metrics"]]
    for name, entry in REGISTRY.items():
        cls = protocol_class(name)
        official = ", ".join(f"{key}={spell_value(default)}" for key, (_, default) in declared(cls).items())
        metrics = ", ".join(f"`{metric}`" for metric in cls.METRICS)
        rows.append([f"`{name}`", entry.task, entry.line, f"`{official}`", metrics])
    return markdown(rows)


SUBJECTS = {  # file of tests/bench -> heading, in the order of the page
    "process": "Whole commands",
    "rrc_iou": "ICDAR detection",
    "reading": "Reading files",
    "prepared": "Ground truth that was read before",
    "geometry": "Areas and candidate pairs",
    "threads": "Threads",
    "texts": "Edit distances",
    "rates": "Character error rates, packages in environments of their own",
    "popeval": "PopEval",
    "detection": "Total-Text",
    "curved": "Curved text",
    "optimal": "COCO AP, best assignment",
    "tightness": "TIoU, HierText",
    "statistics": "Intervals",
    "agreement": "Agreement of annotators",
}


def speed_table(lines: list[dict[str, Any]]) -> str:
    """One table per subject, one row per comparison, and what they were measured on."""
    if not lines:
        return "Not measured yet: `python scripts/bench.py`."
    head = ["work", "our engine", "rival", "times as fast", "lowest – highest", "aim", "reached"]
    tables: dict[str, list[list[str]]] = {name: [] for name in SUBJECTS}
    kept = latest(lines)
    for line in kept:
        tables.setdefault(line.get("group", ""), []).append(speed_row(line))
    parts = [reached(kept)]
    for name, rows in tables.items():
        if rows:
            parts.append(f"**{SUBJECTS.get(name, name or 'All')}**")
            parts.append(markdown([head, *rows]))
    return "\n\n".join([*parts, conditions(kept)])


def speed_row(line: dict[str, Any]) -> list[str]:
    """Cells of one comparison. The aim is the reference's, or that of its prototype where that was faster."""
    ratio, aim = line["ratio_median"], line.get("reach")
    spread = f"{number(line['ratio_min'])} – {number(line['ratio_max'])}"
    met = "" if aim is None else "yes" if ratio >= aim else "no"
    shown = "" if aim is None else number(aim)
    return [line["work"], engine(line), rival(line), f"**{number(ratio)}**", spread, shown, met]


def number(value: float) -> str:
    """Three digits, no exponent: 1510, 23.9, 0.647."""
    return f"{value:.0f}" if value >= 1000 else f"{value:g}"


def reached(lines: list[dict[str, Any]]) -> str:
    """How many aims are reached."""
    aims = [line for line in lines if line.get("reach") is not None]
    met = sum(line["ratio_median"] >= line["reach"] for line in aims)
    return f"{met} of {len(aims)} aims reached."


def engine(line: dict[str, Any]) -> str:
    """``numpy``, ``numba`` or ``rapidfuzz``: what carried our side."""
    return str(line["ours_version"]).partition(", ")[2]


def rival(line: dict[str, Any]) -> str:
    """``Polygon3 3.0.9.1, from points``: the peer with the version the ratio is about."""
    name, separator, rest = line["peer"].partition(",")
    package, _, version = line["peer_version"].partition(", ")[0].partition(" ")
    head = f"{name} {version}" if package.lower() in name.lower() else f"{name} ({package} {version})"
    return f"{head}{separator}{rest}"


def latest(lines: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The last line of each comparison, in order of first appearance."""
    found: dict[tuple[str, str, str], dict[str, Any]] = {}
    for line in lines:
        found[line["work"], line["peer"], engine(line)] = line
    return list(found.values())


def conditions(lines: list[dict[str, Any]]) -> str:
    """Machine, versions and dates of the rows."""
    machines = sorted({f"{line['cores']} cores of {line['cpu']}" for line in lines})
    pythons = sorted({line["python"] for line in lines})
    days = sorted({line["date"] for line in lines})
    loads = [line["load"] for line in lines]
    period = days[0] if len(days) == 1 else f"{days[0]} to {days[-1]}"
    fewest = min(line["rounds"] for line in lines)
    return (
        f"Time of the rival divided by ours, median of at least {fewest} alternating rounds, answers compared first. "
        f"{'; '.join(machines)}, CPython {', '.join(pythons)}, {period}, load {min(loads):g} to {max(loads):g}. "
        "What is inside the clock on each side stands in `tests/bench/results.jsonl`. Official-style rivals are "
        "stand-ins of our own (`tests/oracles`) that do the work the official scripts do; they are not those scripts."
    )


def markdown(rows: list[list[str]]) -> str:
    """A table; the first row is its head."""
    head, *body = [[cell.replace("|", "\\|") for cell in row] for row in rows]
    return "\n".join("| " + " | ".join(row) + " |" for row in [head, ["---"] * len(head), *body])


def load(path: Path) -> list[dict[str, Any]]:
    """The result lines of a file; none when it does not exist."""
    if not path.is_file():
        return []
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line]


def save(path: Path, lines: list[dict[str, Any]]) -> None:
    """Writes result lines, one JSON object each; the file is replaced at once."""
    aside = path.with_name(path.name + ".new")
    aside.write_text("".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines), encoding="utf-8")
    aside.replace(path)


TABLES: dict[str, Callable[[Path], str]] = {
    "protocols": lambda _: protocol_table(),
    "speed": lambda results: speed_table(load(results)),
}


def fill(text: str, results: Path) -> str:
    """README's text with both tables made anew. Raises ValueError when a marker is missing."""
    for name, table in TABLES.items():
        begin = f"<!-- {name}: generated by {SCRIPT} -->\n"
        place = re.compile(re.escape(begin) + "(.*?)<!-- end -->", re.DOTALL)
        if len(place.findall(text)) != 1:
            raise ValueError(f"README.md holds no place, or several, for the table '{name}'")
        body = begin + table(results) + "\n<!-- end -->"
        text = place.sub(lambda _, body=body: body, text)  # type: ignore[misc]
    return text


def main(arguments: list[str] | None = None) -> int:
    """Exit code 1 when --check finds README.md stale."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--check", action="store_true", help="write nothing; exit 1 when README.md is stale")
    parser.add_argument("--results", type=Path, default=RESULTS, metavar="FILE")
    options = parser.parse_args(arguments)
    text = README.read_text(encoding="utf-8")
    wanted = fill(text, options.results)
    if options.check:
        if wanted != text:
            print(f"README.md is stale: run python {SCRIPT}", file=sys.stderr)
        return int(wanted != text)
    README.write_text(wanted, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
