"""``audit.json`` -> report.html in every language, with the styles beside it: what to look at, and what no number says.

A pure function of the JSON: nothing is computed here but what the page shows twice: order, cuts, strips, drawings.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ocr_eval.audit.strips import strips

if TYPE_CHECKING:
    from markupsafe import Markup

TEMPLATES = Path(__file__).parent / "templates"
TEXTS, RINGS = 200, 24  # suspects on the page: texts, and rings of each kind; suspects.csv holds all
LONGEST, FEW = 300, 24  # characters of a text; few where hidden ones make it long
MOST_VERTICES = 64
READINGS, FOUND, PLOTS = 8, 8, 24  # of a suspect text, of a suspect ring, of the reliability of checkers
NAME = 40  # characters of a checker's name in drawings
PAGE_BYTES = 2_000_000
RING_KINDS = ("overlooked", "merged-label", "split-label", "misplaced", "spurious", "dont-care")
_REPEATS = 10  # labels that most others contradict, below which nothing is asked about a checker

# Reasons of estimates as audit.json has them -> keys of the catalogue.
_REASONS = (
    (r"no decision about drawn items of stratum (?P<names>.+)", "unseen"),
    (r"no interval from (?P<count>\d+) reviewed items, it takes (?P<least>\d+)", "few"),
    (r"decisions come from several draws, keep those of one", "draws"),
    (r"all replicates are equal: Wilson limits of the strata", "wilson"),
)


def render(body: Mapping[str, Any]) -> dict[str, str]:
    """Path -> content of the report's files. Lists become shorter until every page is below ``PAGE_BYTES``."""
    from ocr_eval.report.document import document

    part = 1
    while True:
        files = document("audit.html", TEMPLATES, partial(_views, body, part))
        if part > TEXTS or max(len(text.encode("utf-8")) for text in files.values()) < PAGE_BYTES:
            return files
        part *= 4


def _views(body: Mapping[str, Any], part: int, lang: str) -> dict[str, Any]:
    texts = [row for row in body["suspects"] if row["kind"] == "text"]
    rings = {kind: [row for row in body["suspects"] if row["kind"] == kind] for kind in RING_KINDS}
    rings["dont-care"] = list(body["dont_cares"])
    checkers = body["checkers"]
    most = TEXTS // part
    return {
        "body": body,
        "most": most,
        "texts": [text_view(row) for row in texts[:most]],
        # Decided items left the list; where it ends by itself, it is whole.
        "suspected": body["contradicted"] if len(texts) >= body["settings"]["top"] else len(texts),
        "with_probability": any(row["probability"] is not None for row in texts),
        "rings": [
            (
                kind,
                [_ring_view(row, k, kind, lang) for k, row in enumerate(own[: -(-RINGS // part)])],
                body["rings"].get(kind, 0),
            )
            for kind, own in rings.items()
            if own
        ],
        "questions": [row for row in checkers if _repeats(row["contradicted"])],
        "reliability": _reliability(checkers, lang),
        "calibration": _calibration(body["calibration"], lang),
        "strata": [_stratum(row) for row in (body["reviewed_estimate"] or {}).get("strata", ())],
        "reason": _reason((body["reviewed_estimate"] or {}).get("reason"), lang),
        "cut": cut,
    }


def cut(text: str) -> str:
    """As much of a foreign text as a page carries."""
    from ocr_eval.report.escape import plain

    most = LONGEST if len(plain(text[:LONGEST])) <= 2 * LONGEST else FEW
    return text if len(text) <= most else text[: most - 1] + "…"


def text_view(row: Mapping[str, Any]) -> dict[str, Any]:
    """A suspect text: its label and every different reading once, with who read it; the suggestion comes first."""
    label, suggestion = row["label"] or "", row["suggestion"]
    readers: dict[str, list[tuple[str, float | None]]] = {label: []}
    if suggestion is not None:
        readers.setdefault(suggestion, [])
    for k, text in enumerate(row["texts"]):
        if text is not None:
            readers.setdefault(text, []).append((f"C{k + 1}", row["confidences"][k]))
    first = [label, *([suggestion] if suggestion is not None and suggestion != label else [])]
    # Dicts keep the order of checkers, sorting keeps it among readings of equally many.
    rest = sorted((text for text in readers if text not in first), key=lambda text: -len(readers[text]))
    shown = [*first, *rest][: READINGS + 1]
    laid = strips(label, shown[1:])
    return {
        **{
            key: row[key]
            for key in ("rank", "sample", "instance", "probability", "vote", "best_single", "pico")
        },
        "readings": [
            {
                "text": cut(text),
                "pieces": None if laid is None else laid[k],
                "label": k == 0,
                "suggestion": text == suggestion and k > 0,
                "readers": readers[text],
            }
            for k, text in enumerate(shown)
        ],
        "more": len(readers) - len(shown),
        "missing": [f"C{k + 1}" for k, text in enumerate(row["texts"]) if text is None],
    }


def _ring_view(row: Mapping[str, Any], k: int, kind: str, lang: str) -> dict[str, Any]:
    return {
        **{key: row[key] for key in ("rank", "sample", "instance", "label", "suggestion")},
        "readings": [
            (f"C{k + 1}", text, row["confidences"][k])
            for k, text in enumerate(row["texts"])
            if text is not None
        ][:READINGS],
        "drawing": draw_rings(row, f"{kind}-{k}", lang),
    }


def draw_rings(row: Mapping[str, Any], name: str, lang: str) -> Markup:
    """The label's ring solid, what checkers found dashed; where no label is, theirs alone."""
    from ocr_eval.report.curves import ring_plot
    from ocr_eval.report.i18n import text

    own = _points(row["ring"])
    found = [_points(ring) for _, ring in row["found"][:FOUND]]
    missing = row["instance"] is None
    title = text(lang, "audit.drawing", rank=row["rank"], kind=text(lang, f"audit.kind.{row['kind']}"))
    about = text(lang, "audit.drawing.about", count=len(found))
    return ring_plot(
        [] if missing else [own], found or ([own] if missing else []), name=name, title=title, about=about
    )


def _points(ring: Sequence[float]) -> list[tuple[float, float]]:
    return list(zip(ring[0::2], ring[1::2], strict=False))[:MOST_VERTICES]


def _repeats(told: Mapping[str, int]) -> bool:
    return told["n"] >= _REPEATS and 2 * told["agrees"] > told["n"]


def _reliability(checkers: Sequence[Mapping[str, Any]], lang: str) -> dict[str, Any] | None:
    """Drawings of the checkers that have confidences, and the same as rows."""
    from ocr_eval.report.i18n import text
    from ocr_eval.report.numbers import bounds, integer, percent, ratio
    from ocr_eval.report.small_plots import Dot, reliability_plot

    drawings: list[Markup] = []
    rows: list[list[str]] = []
    for each in checkers:
        classes = each["reliability"]
        if not classes:
            continue
        label = f"{each['id']} {cut(each['name'])[:NAME]}"
        dots = [
            Dot(c["confidence"], c["agrees"] / c["read"], *(c["interval"] or (None, None))) for c in classes
        ]
        about = text(lang, "audit.reliability.about", count=len(dots))
        if len(drawings) < PLOTS:
            name = f"reliability-{each['id']}"
            drawings.append(reliability_plot(dots, label=label, name=name, title=label, about=about))
        for c, dot in zip(classes, dots, strict=True):
            share = f"{percent(dot.y)} {bounds(dot.lo, dot.hi)}".strip()
            rows.append([label, ratio(dot.x), integer(c["read"]), integer(c["agrees"]), share])
    if not drawings:
        return None
    return {
        "caption": text(lang, "audit.reliability"),
        "drawings": drawings,
        "note": text(lang, "audit.reliability.note"),
        "headers": [
            text(lang, f"audit.column.{k}") for k in ("checker", "confidence", "read", "agrees", "share")
        ],
        "rows": rows,
    }


def _calibration(steps: Mapping[str, Sequence[float]] | None, lang: str) -> dict[str, Any] | None:
    from ocr_eval.report.i18n import text
    from ocr_eval.report.numbers import percent, ratio
    from ocr_eval.report.small_plots import Dot, reliability_plot

    if steps is None:
        return None
    columns = zip(*(steps[k] for k in ("score", "probability", "decided", "wrong")), strict=True)
    title = text(lang, "audit.calibration")
    dots, rows = [], []
    for score, probability, decided, wrong in columns:
        dots.append(Dot(probability, wrong / decided if decided else probability))
        rows.append([f"≥ {ratio(score, 3)}", percent(probability), int(decided), int(wrong)])
    about = text(lang, "audit.calibration.about", count=len(dots))
    return {
        "caption": title,
        "drawings": [reliability_plot(dots, label=title, name="calibration", title=title, about=about)],
        "note": text(lang, "audit.calibration.note"),
        "headers": [text(lang, f"audit.column.{k}") for k in ("score", "probability", "decided", "wrong")],
        "rows": rows,
    }


def _stratum(row: Mapping[str, Any]) -> dict[str, Any]:
    from ocr_eval.stats.intervals import FEWEST_UNITS, wilson

    n, bad = row["reviewed"], row["bad"]
    lo, hi = wilson(bad, n) if n >= FEWEST_UNITS else (None, None)
    return {**row, "share": bad / n if n else None, "lo": lo, "hi": hi}


def _reason(told: str | None, lang: str) -> str | None:
    """The reason in the reader's language; as it is when it is none of ours."""
    from ocr_eval.report.i18n import named, text

    for pattern, key in _REASONS:
        found = re.fullmatch(pattern, told or "")
        if found:
            values = found.groupdict()
            if "names" in values:
                values["names"] = ", ".join(
                    named(lang, "audit.stratum", each) for each in values["names"].split(", ")
                )
            return text(lang, f"audit.reason.{key}", **values)
    return told
