"""Every protocol on submissions made to fool it -> docs/gaming.md and the data of protocol pages: ceilings, tricks.

    python scripts/gaming.py            writes it (public sets need the reference folder beside the checkout)
    python scripts/gaming.py --check    exit 1 when page or data are stale, the sample counted again

Every variant is made from the care instances of a ground truth. A cell is the protocol's main number in percent under
``--invalid-polygons official``, because tricks with rings that cross themselves are refused otherwise.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

ROOT = Path(__file__).resolve().parents[1]
PAGE = ROOT / "docs/gaming.md"
DATA = ROOT / "ocr_eval/board/gaming.json"
SCRIPT = "scripts/gaming.py"
GIANT = (
    (-20000, -19640),
    (30001, 20360),
    (30000, -19639),
    (-20001, 20359),
)  # a bow-tie of area 1 over everything
SETS = {"ic13": "ic13/gt_tedeval.zip", "ic15": "ic15/gt.zip"}
ORDER = ("sample", "sample_words", *SETS)


SHAPED = ("cleval-det", "cleval")  # read other rings than quads on request


class Word(NamedTuple):
    """One instance: its ring as points, its text."""

    ring: tuple[tuple[float, float], ...]
    text: str


class Row(NamedTuple):
    """A protocol on the tricks of one set: its main number in percent, as it is printed."""

    protocol: str
    metric: str
    cells: tuple[str | None, ...]


Page = Sequence[Word]
Trick = Callable[[Page], list[Word]]


def around(page: Page) -> tuple[tuple[float, float], ...]:
    """The box around all words."""
    xs = [x for word in page for x, _ in word.ring]
    ys = [y for word in page for _, y in word.ring]
    return ((min(xs), min(ys)), (max(xs), min(ys)), (max(xs), max(ys)), (min(xs), max(ys)))


def one_box(page: Page) -> list[Word]:
    """One box around everything, all texts joined."""
    return [Word(around(page), "".join(word.text for word in page))] if page else []


def one_bow_tie(page: Page) -> list[Word]:
    """One giant ring that crosses itself, all texts joined."""
    return [Word(GIANT, "".join(word.text for word in page))] if page else []


def bow_ties(page: Page) -> list[Word]:
    """A giant ring that crosses itself for every word, with its text."""
    return [Word(GIANT, word.text) for word in page]


def wrong_order(page: Page) -> list[Word]:
    """Four corners in the order 0, 2, 1, 3; longer rings as they are."""
    return [
        word._replace(ring=tuple(word.ring[k] for k in (0, 2, 1, 3))) if len(word.ring) == 4 else word
        for word in page
    ]


def left_part(page: Page) -> list[Word]:
    """The left 40 % of every box; longer rings as they are."""

    def part(ring: tuple[tuple[float, float], ...]) -> tuple[tuple[float, float], ...]:
        if len(ring) != 4:
            return ring
        p0, p1, p2, p3 = ring

        def towards(a: tuple[float, float], b: tuple[float, float]) -> tuple[float, float]:
            return round(a[0] + 0.4 * (b[0] - a[0])), round(a[1] + 0.4 * (b[1] - a[1]))

        return p0, towards(p0, p1), towards(p3, p2), p3

    return [word._replace(ring=part(word.ring)) for word in page]


def twice(page: Page, first: str) -> list[Word]:
    """Every word twice in one place, once with its text and once with another; ``first``: which line comes first."""
    both = {"right": lambda word: word, "wrong": lambda word: word._replace(ring=inner(word.ring), text="?")}
    order = ("right", "wrong") if first == "right" else ("wrong", "right")
    return [both[kind](word) for word in page for kind in order]


def inner(ring: tuple[tuple[float, float], ...]) -> tuple[tuple[float, float], ...]:
    """The ring drawn in towards the middle of its corners by a fifth: about two thirds of its area."""
    x, y = (sum(point[k] for point in ring) / len(ring) for k in (0, 1))
    return tuple((round(x + 0.8 * (px - x)), round(y + 0.8 * (py - y))) for px, py in ring)


# Key -> trick; the catalogues of the report name them, ``trick.<key>``.
TRICKS: dict[str, Trick] = {
    "ceiling": list,
    "nothing": lambda _: [],
    "one_box": one_box,
    "one_bow_tie": one_bow_tie,
    "bow_ties": bow_ties,
    "wrong_corners": wrong_order,
    "left_part": left_part,
    "sorted_characters": lambda page: [w._replace(text="".join(sorted(w.text))) for w in page],
    "three_times": lambda page: [word for word in page for _ in range(3)],
    "half_pages": lambda page: list(page[: (len(page) + 1) // 2]),
    "right_first": lambda page: twice(page, "right"),
    "wrong_first": lambda page: twice(page, "wrong"),
}
EVERY_OTHER = "half_set"
TEXTS: dict[str, Callable[[str], str]] = {
    "ceiling": str,
    "nothing": lambda _: "",
    "sorted_characters": lambda text: "".join(sorted(text)),
    "swapped_case": str.swapcase,
    "letters_only": lambda text: "".join(c for c in text if c.isalnum()),
    "text_twice": lambda text: text + text,
}


def pages(gt: Any) -> dict[str, list[Word]]:
    """The care instances of a table, by sample."""
    found: dict[str, list[Word]] = {}
    for s, sample in enumerate(gt.sample_ids):
        found[sample] = [
            Word(tuple(map(tuple, gt.xy[gt.ring[i] : gt.ring[i + 1]].tolist())), gt.texts[i])
            for i in gt.span(s)
            if gt.care[i]
        ]
    return found


def submission(made: dict[str, list[Word]]) -> Any:
    """The words as a prediction, every confidence the same."""
    from ocr_eval.tables.builder import InstancesBuilder

    builder = InstancesBuilder(source="variant", format="polygon", has_confidence=True)
    for sample, words in made.items():
        builder.begin(sample, sample)
        for line, word in enumerate(words, 1):
            builder.add([value for point in word.ring for value in point], word.text, True, 0.5, line)
    return builder.build()


def variants(gt: Any) -> Iterator[tuple[str, Any]]:
    """(name, prediction) of every trick."""
    own = pages(gt)
    for name, trick in TRICKS.items():
        yield name, submission({sample: trick(page) for sample, page in own.items()})
    yield EVERY_OTHER, submission({sample: own[sample] for k, sample in enumerate(own) if k % 2 == 0})


def columns() -> list[str]:
    """The protocols that score rings, under their official parameters, end-to-end last."""
    from ocr_eval.protocols import REGISTRY

    order = {"detection": 0, "end-to-end": 1}
    names = [name for name, entry in REGISTRY.items() if entry.task in order]
    return [*sorted(names, key=lambda name: order[REGISTRY[name].task]), "rrc-2024(task=e2e)"]


def table(gt: Any) -> list[Row]:
    """One row per protocol that scores rings; a protocol that does not read such a set has none."""
    from ocr_eval.protocols import protocol

    four = bool((gt.ring[1:] - gt.ring[:-1] == 4).all())
    names = [name if four or name not in SHAPED else f"{name}(shape=polygon)" for name in columns()]
    return rows_of([protocol(name) for name in names], gt, [each for _, each in variants(gt)])


def rows_of(rules: Sequence[Any], gt: Any, predictions: Sequence[Any]) -> list[Row]:
    """The main number of every protocol on every prediction, in percent; None where it has none."""
    from ocr_eval.engine.local import Job
    from ocr_eval.errors import InputError
    from ocr_eval.protocols.formulas import headline

    rows = []
    for rule in rules:
        metric = headline(rule) or next(iter(rule.METRICS))
        cells: list[str | None] = []
        for prediction in predictions:
            sides = [level(side) if rule.reads.angle else side for side in (gt, prediction)]
            try:
                lines = sides[0] if rule.reads.gt_lines else None  # every word a line of its own
                job = Job(sides[0], [rule], invalid_polygons="official", gt_lines=lines)
                (record,) = job.run(sides[1])
            except InputError:
                cells.append(None)
                continue
            value = record.metrics.get(metric)
            cells.append(None if value is None else f"{100 * value:.2f}")
        if any(cells):
            rows.append(Row(repr(rule), metric, tuple(cells)))
    return rows


def level(side: Any) -> Any:
    """The table with the angle 0 for every instance."""
    from dataclasses import replace

    import numpy as np

    return replace(side, angle=np.zeros(len(side)))


def texts(gt: Any) -> list[Row]:
    """One row per protocol that scores lists of texts: every care word is a sample."""
    from ocr_eval.protocols import REGISTRY, protocol
    from ocr_eval.tables.builder import InstancesBuilder

    words = [gt.texts[i] for i in range(len(gt)) if gt.care[i]]

    def listed(change: Callable[[str], str]) -> Any:
        builder = InstancesBuilder(source="variant", format="icdar-words", geometry=False)
        for number, word in enumerate(words, 1):
            builder.begin(f"word_{number}")
            builder.add([], change(word), True, line=number)
        return builder.build()

    rules = [protocol(name) for name, entry in REGISTRY.items() if entry.task == "recognition"]
    return rows_of(rules, listed(str), [listed(change) for change in TEXTS.values()])


def sections(shared: Path | None) -> dict[str, list[Row]]:
    """Name of a set -> rows; those of the sample always, public sets where their files are."""
    from ocr_eval.assets import dataset_path
    from ocr_eval.formats import read

    sample = read(dataset_path("sample", None) / "gt", role="gt", text=True)
    found = {"sample": table(sample), "sample_words": texts(sample)}
    for name, file in SETS.items():
        path = None if shared is None else shared / "data" / file
        if path is not None and path.is_file():
            found[name] = table(read(path, role="gt", text=True, invalid_polygons="official"))
    return found


def data_of(found: dict[str, list[Row]]) -> dict[str, Any]:
    """What the package carries: keys of tricks in order, and the rows of every set."""
    tricks = {"rings": [*TRICKS, EVERY_OTHER], "texts": list(TEXTS)}
    sets = [
        {"name": name, "tricks": kind_of(name), "rows": [[r.protocol, r.metric, list(r.cells)] for r in rows]}
        for name, rows in sorted(found.items(), key=lambda item: ORDER.index(item[0]))
    ]
    return {"tricks": tricks, "sets": sets}


def kind_of(name: str) -> str:
    """Which tricks a set was made of."""
    return "texts" if name == "sample_words" else "rings"


def spelled(data: dict[str, Any]) -> str:
    """The data file: one row a line."""
    lines = ['{"tricks": ' + json.dumps(data["tricks"]) + ",", ' "sets": [']
    for k, each in enumerate(data["sets"]):
        rows = ",\n".join("   " + json.dumps(row, ensure_ascii=False) for row in each["rows"])
        head = f'  {{"name": {json.dumps(each["name"])}, "tricks": {json.dumps(each["tricks"])}, "rows": [\n'
        lines.append(f"{head}{rows}\n  ]}}" + ("," if k + 1 < len(data["sets"]) else ""))
    return "\n".join([*lines, " ]}", ""])


def render(data: dict[str, Any]) -> str:
    """The page."""
    from ocr_eval.report.i18n import catalogue
    from scripts.tables import markdown

    names = catalogue("en")
    parts = []
    for each in data["sets"]:
        keys = data["tricks"][each["tricks"]]
        legend = "\n".join(f"{k}. {names[f'trick.{key}']}" for k, key in enumerate(keys, 1))
        head = ["protocol", "number", *(str(k) for k in range(1, len(keys) + 1))]
        rows = [[f"`{name}`", metric, *(c or "–" for c in cells)] for name, metric, cells in each["rows"]]
        first = not any(
            other["tricks"] == each["tricks"] for other in data["sets"][: data["sets"].index(each)]
        )
        parts.append(
            f"## {names['trick.set.' + each['name']]}\n\n"
            + (f"{legend}\n\n" if first else "")
            + markdown([head, *rows])
        )
    body = "\n\n".join(parts)
    return (
        "# Ceilings and tricks\n\n"
        "What every protocol gives to submissions that were made from the ground truth to fool it, in percent. Column 1"
        " is the ceiling: some official rules do not give a perfect submission a perfect score. Rings that cross"
        " themselves are scored as the official scripts do here; by default they are refused. Of text lines every word"
        " is one of its own, and angles are 0, for the protocols that read such things.\n\n"
        f"Made by `python {SCRIPT}`; nobody typed a number.\n\n{body}\n"
    )


def main(arguments: list[str] | None = None) -> int:
    """Exit code 1 when --check finds the page stale."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--check", action="store_true", help="write nothing; compare the sample's table")
    parser.add_argument("--shared", type=Path, default=ROOT.parent / "shared", help="the reference folder")
    options = parser.parse_args(arguments)
    known = json.loads(DATA.read_text(encoding="utf-8")) if DATA.is_file() else {"sets": []}
    found = sections(None if options.check else options.shared)
    for each in known["sets"]:  # without its files a set keeps the numbers it has
        if each["name"] in SETS and each["tricks"] == kind_of(each["name"]):
            rows = [Row(protocol, metric, tuple(cells)) for protocol, metric, cells in each["rows"]]
            found.setdefault(each["name"], rows)
    data = data_of(found)
    made = {DATA: spelled(data), PAGE: render(data)}
    if options.check:
        stale = [
            p.name for p, text in made.items() if not p.is_file() or p.read_text(encoding="utf-8") != text
        ]
        if stale:
            print(f"{' and '.join(stale)}: stale, run python {SCRIPT}", file=sys.stderr)
        return int(bool(stale))
    for path, text in made.items():
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.path.insert(0, str(ROOT))
    raise SystemExit(main())
