"""Every protocol on submissions made to fool it -> docs/gaming.md: ceilings, and tricks that pay.

    python scripts/gaming.py            writes it (public sets need the reference folder beside the checkout)
    python scripts/gaming.py --check    exit 1 when the table of the shipped sample is stale

Every variant is made from the care instances of a ground truth. A cell is the protocol's main number in percent under
``--invalid-polygons official``, because tricks with rings that cross themselves are refused otherwise.
"""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

ROOT = Path(__file__).resolve().parents[1]
PAGE = ROOT / "docs/gaming.md"
SCRIPT = "scripts/gaming.py"
GIANT = (
    (-20000, -19640),
    (30001, 20360),
    (30000, -19639),
    (-20001, 20359),
)  # a bow-tie of area 1 over everything
SETS = {"ICDAR 2013": "ic13/gt_tedeval.zip", "ICDAR 2015": "ic15/gt.zip"}


SHAPED = ("cleval-det", "cleval")  # read other rings than quads on request


class Word(NamedTuple):
    """One instance: its ring as points, its text."""

    ring: tuple[tuple[float, float], ...]
    text: str


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


TRICKS: dict[str, Trick] = {
    "the ground truth itself: the ceiling": list,
    "nothing": lambda _: [],
    "one box around everything, all texts joined": one_box,
    "one giant bow-tie per image, all texts joined": one_bow_tie,
    "a giant bow-tie per word, right texts": bow_ties,
    "right corners in the wrong order": wrong_order,
    "the left 40 % of every box": left_part,
    "the characters of every word sorted": lambda page: [
        w._replace(text="".join(sorted(w.text))) for w in page
    ],
    "every instance three times": lambda page: [word for word in page for _ in range(3)],
    "only the first half of every page": lambda page: list(page[: (len(page) + 1) // 2]),
}
EVERY_OTHER = "every second image missing"


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


def table(gt: Any) -> list[list[str]]:
    """One row per protocol, one column per trick; a dash where a protocol does not read such a set."""
    from ocr_eval.engine.local import Job
    from ocr_eval.errors import InputError
    from ocr_eval.protocols import protocol
    from ocr_eval.protocols.formulas import headline

    predictions = list(variants(gt))
    rows = [["protocol", "number", *(str(k) for k in range(1, len(predictions) + 1))]]
    four = bool((gt.ring[1:] - gt.ring[:-1] == 4).all())
    for name in columns():
        name = name if four or name not in SHAPED else f"{name}(shape=polygon)"
        rule = protocol(name)
        metric = headline(rule) or next(iter(rule.METRICS))
        cells = []
        for _, prediction in predictions:
            try:
                (record,) = Job(gt, [rule], invalid_polygons="official").run(prediction)
            except InputError:
                cells.append("–")
                continue
            value = record.metrics.get(metric)
            cells.append("–" if value is None else f"{100 * value:.2f}")
        if set(cells) != {"–"}:
            rows.append([f"`{name}`", metric, *cells])
    return rows


def sections(shared: Path | None) -> dict[str, str]:
    """Heading -> table; the sample always, public sets where their files are."""
    from ocr_eval.assets import dataset_path
    from ocr_eval.formats import read
    from scripts.tables import markdown

    found = {
        "The shipped sample": markdown(table(read(dataset_path("sample", None) / "gt", role="gt", text=True)))
    }
    for name, file in SETS.items():
        path = None if shared is None else shared / "data" / file
        if path is not None and path.is_file():
            gt = read(path, role="gt", text=True, invalid_polygons="official")
            found[name] = markdown(table(gt))
    return found


def render(found: dict[str, str]) -> str:
    """The page."""
    names = [*TRICKS, EVERY_OTHER]
    legend = "\n".join(f"{k}. {name}" for k, name in enumerate(names, 1))
    body = "\n\n".join(f"## {heading}\n\n{text}" for heading, text in found.items())
    return (
        "# Ceilings and tricks\n\n"
        "What every protocol gives to submissions that were made from the ground truth to fool it, in percent. Column 1"
        " is the ceiling: some official rules do not give a perfect submission a perfect score. Rings that cross"
        " themselves are scored as the official scripts do here; by default they are refused.\n\n"
        f"Made by `python {SCRIPT}`; nobody typed a number.\n\n{legend}\n\n{body}\n"
    )


def main(arguments: list[str] | None = None) -> int:
    """Exit code 1 when --check finds the page stale."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--check", action="store_true", help="write nothing; compare the sample's table")
    parser.add_argument("--shared", type=Path, default=ROOT.parent / "shared", help="the reference folder")
    options = parser.parse_args(arguments)
    if options.check:
        (sample,) = sections(None).values()
        stale = not PAGE.is_file() or sample not in PAGE.read_text(encoding="utf-8")
        if stale:
            print(f"{PAGE.name} is stale: run python {SCRIPT}", file=sys.stderr)
        return int(stale)
    found = sections(options.shared)
    known = PAGE.read_text(encoding="utf-8") if PAGE.is_file() else ""
    for name in SETS:  # without its files a set keeps the numbers it has
        kept = re.search(rf"## {re.escape(name)}\n\n(.*?)\n(?=\n## |\Z)", known, re.DOTALL)
        if name not in found and kept:
            found[name] = kept[1]
    PAGE.parent.mkdir(exist_ok=True)
    PAGE.write_text(render(found), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.path.insert(0, str(ROOT))
    raise SystemExit(main())
