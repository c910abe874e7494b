"""``inspect.json`` -> report.html in every language: what a data set holds, what looks odd in it, what is there twice.

A pure function of the JSON, which is bounded; so is the page, whatever texts are in it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import partial
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ocr_eval.inspection.report_plots import bar, plot, shift, tail

if TYPE_CHECKING:
    from markupsafe import Markup

TEMPLATES = Path(__file__).parent / "templates"
EXAMPLES = 8  # of a kind of suspicion; suspicious.csv holds all
GROUPS, MEMBERS = 20, 6  # of duplicates, and samples of each
LETTERS, TEXTS, NEXT = 60, 24, 15
LONGEST, FEW = (
    60,
    12,
)  # characters of a text or a name; few where showing so many takes more than MARKUP bytes
MARKUP = 800
# Suspicions about the ring of an instance, not about its text: their examples are drawn.
DRAWN = (
    "self_intersecting",
    "zero_area",
    "too_few_points",
    "other_orientation",
    "left_of_or_above_image",
    "outside_image",
    "duplicate_ring",
    "near_duplicate_ring",
    "nested",
)


def render(body: Mapping[str, Any]) -> dict[str, str]:
    """Path -> content of the report's files."""
    from ocr_eval.report.document import document

    return document("inspection.html", TEMPLATES, partial(_views, body))


def _views(body: Mapping[str, Any], lang: str) -> dict[str, Any]:
    second = body["comparison"]
    units = {row["name"]: row["unit"] for row in body["distributions"]}
    odd = [row for row in body["suspicious"] if row["count"]]
    return {
        "body": body,
        "sides": [body["gt"], *([second["other"]] if second else [])],
        "suspicious": [_suspicion(row, lang) for row in odd],
        "clean": [row["kind"] for row in body["suspicious"] if not row["count"]],
        "plots": [plot(row, lang) for row in body["distributions"] if row["n"]],
        "tail": tail(body["characters"], lang),
        "slices": _by_attribute(body["slices"], lang),
        "few": [(_attribute(row, lang), row) for row in body["slices"] if row["few"] and row["samples"]],
        "shifts": [shift(row, units, lang) for row in second["shifts"]] if second else [],
        "differences": _differences(second["slices"], lang) if second else [],
        "bar": bar,
        "short": short,
        "limits": {
            "groups": GROUPS,
            "members": MEMBERS,
            "letters": LETTERS,
            "texts": TEXTS,
            "next": NEXT,
        },
    }


def short(text: str) -> Markup:
    """A foreign text or name, cut so that no text can blow up the page: a hidden character takes fifty bytes."""
    from ocr_eval.report.escape import brief

    shown = brief(text, LONGEST)
    return shown if len(shown) <= MARKUP else brief(text, FEW)


def _suspicion(row: Mapping[str, Any], lang: str) -> dict[str, Any]:
    from ocr_eval.report.curves import ring_plot
    from ocr_eval.report.i18n import text

    examples = []
    for k, example in enumerate(row["examples"][:EXAMPLES]):
        drawing = None
        if row["kind"] in DRAWN and example["ring"]:
            other = example["other"]["ring"] if "other" in example else []
            drawing = ring_plot(
                [_points(example["ring"])],
                [_points(other)] if other else [],
                name=f"{row['kind']}-{k}",
                title=text(lang, f"inspect.kind.{row['kind']}"),
                about=text(lang, "inspect.drawing.two" if other else "inspect.drawing"),
                width=150.0,
                height=64.0,
            )
        examples.append({"other": None, "value": None, **example, "drawing": drawing})
    return {**row, "examples": examples}


def _points(ring: Sequence[float]) -> list[tuple[float, float]]:
    return list(zip(ring[0::2], ring[1::2], strict=False))


def _by_attribute(
    rows: Sequence[Mapping[str, Any]], lang: str
) -> list[tuple[str, float, list[dict[str, Any]]]]:
    """(attribute, largest share, its rows) in their order."""
    found = []
    for attribute, own in groupby(rows, key=lambda row: row["attribute"]):
        listed = [{**row, "shown": label(row["label"], lang)} for row in own if row["instances"]]
        if listed:
            found.append((attribute, max(row["share"] for row in listed), listed))
    return found


def _attribute(row: Mapping[str, Any], lang: str) -> str:
    from ocr_eval.report.i18n import named

    return f"{named(lang, 'inspect.attribute', row['attribute'])}: {label(row['label'], lang)}"


def label(told: str, lang: str) -> str:
    """A slice's label in the reader's language: ``8 to < 12`` -> ``8 – < 12``, ``96 and more`` -> ``≥ 96``."""
    from ocr_eval.report.i18n import named

    found = re.fullmatch(r"(\d+) and more", told)
    if found:
        return f"≥ {found[1]}"
    found = re.fullmatch(r"(\d+) to (< )?(\d+)", told)
    if found:
        return f"{found[1]} – {found[2] or ''}{found[3]}"
    return named(lang, "inspect.label", told)


def _differences(rows: Sequence[Mapping[str, Any]], lang: str) -> list[dict[str, Any]]:
    """Slices that either data set has, the surest differences first."""
    used = [row for row in rows if any(row["instances"])]
    order = sorted(
        range(len(used)),
        key=lambda k: (used[k]["p"] is None, used[k]["p"] or 0.0, -abs(used[k]["difference"]), k),
    )
    return [{**used[k], "shown": _attribute(used[k], lang)} for k in order]
