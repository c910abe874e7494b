"""Hand-made results of audits and inspections, valid by their schemas; the test chooses every foreign text in them."""

from __future__ import annotations

import json
from collections.abc import Sequence
from importlib import resources
from itertools import cycle
from pathlib import Path
from typing import Any

DIGEST = "0123456789abcdef" * 4
RING = [0.0, 0.0, 80.0, 5.0, 78.0, 30.0, 1.0, 24.0]
OTHER = [10.0, 2.0, 50.0, 2.0, 50.0, 40.0, 10.0, 40.0]
KINDS = (
    "empty only_blanks blank_at_end doubled_blank control hidden strange not_nfc changed_by_nfkc mixed_scripts "
    "look_alikes marker_inside like_a_marker in_quotes self_intersecting zero_area too_few_points other_orientation "
    "left_of_or_above_image duplicate_ring near_duplicate_ring nested outside_image"
).split()
UNITS = {
    "instances_per_sample": "instances",
    "dont_care_share": "share",
    "height": "pixels",
    "height_of_dont_cares": "pixels",
    "aspect": "ratio",
    "angle": "degrees",
    "bend": "share",
    "vertices": "vertices",
    "length": "characters",
    "characters_without_blanks": "characters",
    "words": "words",
}


def validate(body: Any, name: str) -> None:
    """Raises when a result breaks its schema."""
    import jsonschema

    schema = resources.files("ocr_eval.report").joinpath(f"schemas/{name}-1.json").read_text(encoding="utf-8")
    jsonschema.validate(json.loads(json.dumps(body)), json.loads(schema))


def written(files: dict[str, str], folder: Path) -> Path:
    """The files below a folder; returns the English page."""
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    return folder / "report.html"


def suspect(**changes: Any) -> dict[str, Any]:
    """A suspect text that two checkers read otherwise; ``changes`` replace fields."""
    made = {
        "rank": 1,
        "item": "img_1#0",
        "sample": "img_1",
        "instance": 0,
        "kind": "text",
        "label": "EXIT",
        "suggestion": "EXlT",
        "score": 0.99,
        "posterior_raw": 0.9,
        "probability": None,
        "vote": 0.5,
        "best_single": 0.4,
        "pico": 1.5,
        "texts": ["EXlT", "EXIT", None],
        "confidences": [0.4, None, None],
        "ring": RING,
        "found": [],
    }
    return made | changes


def audit(suspects: Sequence[dict[str, Any]] = (), text: str = "x", **changes: Any) -> dict[str, Any]:
    """``audit.json`` with these suspects; ``text`` stands wherever else a foreign text can."""
    rings = dict.fromkeys(
        ("misplaced", "spurious", "split-label", "merged-label", "overlooked", "dont-care"), 0
    )
    for row in suspects:
        if row["kind"] in rings:
            rings[row["kind"]] += 1
    checkers = [
        {
            "id": f"C{k}",
            "name": text,
            "digest": DIGEST,
            "confidence": k == 1,
            "read": 40,
            "agrees": 30,
            "samples": 9,
            "left_out": 0,
            "contradicted": {"agrees": 8, "n": 11},
            "reliability": [
                {"confidence": 0.25, "read": 4, "agrees": 1, "interval": None},
                {"confidence": 0.95, "read": 36, "agrees": 29, "interval": [0.65, 0.9]},
            ]
            if k == 1
            else None,
        }
        for k in (1, 2, 3)
    ]
    made = {
        "schema": "ocr-eval/audit/1",
        "settings": {"iou": 0.5, "top": 200, "estimate": False},
        "gt": {"digest": DIGEST, "samples": 9, "care": 50, "items": 40},
        "seed": 7,
        "checkers": checkers,
        "model_estimate": {"rate": 0.05, "tempering": 0.7, "note": "estimate of the model, not reviewed"},
        "reviewed_estimate": {
            "rate": 0.04,
            "interval": [0.01, 0.09],
            "reviewed": 60,
            "strata": [
                {"name": "top", "size": 4, "reviewed": 4, "bad": 2, "unsure": 0},
                {"name": "rest", "size": 36, "reviewed": 30, "bad": 1, "unsure": 1},
            ],
            "reason": None,
        },
        "calibration": {
            "score": [0.1, 0.9],
            "probability": [0.02, 0.9],
            "decided": [60.0, 40.0],
            "wrong": [1.0, 36.0],
        },
        "contradicted": sum(row["kind"] == "text" for row in suspects),
        "rings": rings,
        "decisions": {
            "accept": 3,
            "reject": 5,
            "edit": 1,
            "unsure": 1,
            "open": 9,
            "misfits": [{"item": text, "line": 3, "reason": text}],
        },
        "warnings": [{"code": "W_AMBIGUOUS", "message": text, "count": 2}],
        "suspects": [row for row in suspects if row["kind"] != "dont-care"],
        "dont_cares": [row for row in suspects if row["kind"] == "dont-care"],
        "selected": [{"sample": text, "value": 1.5, "items": 3, "slice": text}],
    }
    return made | changes


def hostile_audit(texts: Sequence[str]) -> dict[str, Any]:
    """Every text is a label, a reading, a suggestion and a sample once, in lists of every kind."""
    kinds = (
        "text",
        "text",
        "overlooked",
        "merged-label",
        "split-label",
        "misplaced",
        "spurious",
        "dont-care",
    )
    ring = {
        "posterior_raw": None,
        "probability": None,
        "vote": None,
        "best_single": None,
        "pico": None,
        "found": [[0, OTHER]],
    }
    rows = []
    for k, (text, kind) in enumerate(zip(texts, cycle(kinds), strict=False)):
        after = texts[(k + 1) % len(texts)]
        own = {"item": text, "sample": text, "label": text, "suggestion": after, "kind": kind, "rank": k + 1}
        own["texts"] = [after, text, ""]
        rows.append(suspect(**own, **({} if kind == "text" else ring)))
        if kind == "overlooked":
            rows[-1] |= {"instance": None, "label": None}
    return audit(rows, text=texts[0])


def overview(text: str, **changes: Any) -> dict[str, Any]:
    """The totals of a data set of ``inspect.json``."""
    texts = {
        "characters": 900,
        "characters_without_blanks": 880,
        "longest": 21,
        "distinct": 70,
        "charset": 40,
        "singletons": 5,
        "empty": 0,
        "with_inner_blank": 2,
        "in_quotes": {"kept": 0, "taken_off": 0},
        "with_marker_character": [{"character": "#", "count": 1}],
    }
    return {
        "name": text,
        "format": "icdar-quad",
        "digest": DIGEST,
        "samples": 30,
        "empty_samples": 1,
        "instances": 200,
        "most_per_sample": 12,
        "care": 150,
        "dont_care": 50,
        "dont_care_share": 0.25,
        "markers": [{"text": text, "count": 50}],
        "has_rings": True,
        "texts": texts,
        "warnings": [{"code": "W_AMBIGUOUS", "message": text, "count": 2}],
        **changes,
    }


def inspection(texts: Sequence[str] = ("x",), *, most: bool = False) -> dict[str, Any]:
    """``inspect.json`` of two data sets with pictures; texts in turn wherever a foreign text can stand. ``most``:
    every list as long as it can get."""
    turn = cycle(texts)
    size = 20 if most else 2
    ring = [float(v) for v in RING] + ([1234.567, 2345.678] * 28 if most else [])

    def example() -> dict[str, Any]:
        other = {"line": 4, "text": next(turn), "ring": ring}
        return {
            "sample": next(turn),
            "line": 3,
            "text": next(turn),
            "other": other,
            "value": 0.95,
            "ring": ring,
        }

    def letter(k: int, **more: Any) -> dict[str, Any]:
        text = next(turn)[:1] or "x"
        told = {
            "character": text,
            "code": f"U+{ord(text):04X}",
            "name": "NAME OF A CHARACTER",
            "category": "Lo",
        }
        return told | {"script": "Hangul", "count": k + 1} | more

    def group() -> dict[str, Any]:
        return {"samples": [next(turn) for _ in range(size)], "size": size, "kind": "texts and rings"}

    def pictures() -> dict[str, Any]:
        alike = [{"samples": [next(turn), next(turn)], "bits": 3} for _ in range(size)]
        equal = [[next(turn) for _ in range(size)] for _ in range(size)]
        return {"equal": {"groups": size, "listed": equal}, "alike": {"pairs": size, "listed": alike}}

    def nears() -> dict[str, Any]:
        pairs = [{"samples": [next(turn), next(turn)], "jaccard": 0.9} for _ in range(50 if most else 2)]
        return {"pairs": 99, "samples": 9, "listed": pairs}

    categories = {
        name: {"n": 150, "rows": [{"label": "Latin", "count": 140}], "others": {"labels": 2, "count": 10}}
        for name in ("vertices", "orientation", "scripts")
    }
    slices = [
        ("height", "8 to < 12", 40, 25, [0.2, 0.3]),
        ("angle", "nearly vertical", 3, 2, None),
        ("length", "21 and more", 1, 1, None),
        ("script", "Hangul+Latin", 30, 22, [0.1, 0.3]),
    ]
    return {
        "schema": "ocr-eval/inspect/1",
        "seed": 7,
        "gt": overview(next(turn)),
        "distributions": [_distribution(name, most) for name in UNITS],
        "categories": categories,
        "characters": {
            "distinct": 40,
            "singletons": 5,
            "occurrences": 900,
            "spectrum": [
                {"from": 1, "to": 1, "characters": 5, "occurrences": 5},
                {"from": 2, "to": 10, "characters": 20, "occurrences": 95},
                {"from": 11, "to": None, "characters": 15, "occurrences": 800},
            ],
            "frequent": [letter(k) for k in range(100 if most else 3)],
            "rare": [
                letter(0, first={"sample": next(turn), "line": 9})
                for _ in range(200 if most else max(3, len(texts)))
            ][:200],
        },
        "frequent_texts": [{"text": next(turn), "count": 9} for _ in range(50 if most else 3)],
        "suspicious": [
            {
                "kind": kind,
                "count": 25 * (kind != "control"),
                "of": 150,
                "share": 25 / 150,
                "samples": 7,
                "examples": [example() for _ in range(size if kind != "control" else 0)],
            }
            for kind in KINDS
        ],
        "crowded_samples": {"count": 2, "listed": [next(turn) for _ in range(size)]},
        "duplicates": {
            "equal": {"groups": 60, "samples": 120, "listed": [group() for _ in range(50 if most else 2)]},
            "near": nears(),
        },
        "slices": [
            {
                "attribute": attribute,
                "label": label,
                "instances": n,
                "samples": samples,
                "share": n / 150,
                "interval": interval,
                "few": interval is None,
            }
            for attribute, label, n, samples, interval in slices
        ],
        "rare_samples": [{"sample": next(turn), "rarity": 3.25} for _ in range(50 if most else 2)],
        "pictures": {
            "found": 28,
            "missing": {"count": 2, "listed": [next(turn) for _ in range(size)]},
            "unread": {"count": 1, "listed": [{"sample": next(turn), "why": next(turn)}]},
            "sizes": categories["scripts"],
            **pictures(),
        },
        "comparison": {
            "other": overview(next(turn)),
            "shifts": [_shift(name, most) for name in UNITS],
            "slices": [
                {
                    "attribute": attribute,
                    "label": label,
                    "instances": [n, 2 * n],
                    "samples": [samples, samples],
                    "shares": [n / 150, n / 75],
                    "difference": n / 150,
                    "interval": interval,
                    "p": None if interval is None else 0.0123,
                }
                for attribute, label, n, samples, interval in slices
            ],
            "unseen": {
                "texts": 99,
                "texts_seen": 33,
                "share_seen": 1 / 3,
                "distinct": [70, 60],
                "distinct_shared": 20,
                "characters": 800,
                "characters_unseen": 8,
                "only_gt": {"characters": 2, "occurrences": 4, "listed": [letter(k) for k in range(2)]},
                "only_other": {"characters": 3, "occurrences": 8, "listed": [letter(k) for k in range(3)]},
            },
            "leaks": {
                "same_ids": {"count": 5, "listed": [next(turn) for _ in range(size)]},
                "equal": {
                    "groups": 60,
                    "other_samples": 61,
                    "listed": [
                        {
                            "gt": [next(turn) for _ in range(size)],
                            "other": [next(turn) for _ in range(size)],
                            "size": 2 * size,
                            "kind": "texts",
                        }
                        for _ in range(50 if most else 2)
                    ],
                },
                "near": nears(),
                "pictures": pictures(),
            },
            "new_samples": [{"sample": next(turn), "novelty": 2.5} for _ in range(50 if most else 2)],
        },
    }


def _edges(most: bool) -> list[float]:
    return [float(k) for k in range(95 if most else 5)]


def _distribution(name: str, most: bool) -> dict[str, Any]:
    edges = _edges(most)
    return {
        "name": name,
        "unit": UNITS[name],
        "of": "samples" if name in ("instances_per_sample", "dont_care_share") else "instances",
        "n": 150,
        "lowest": edges[0],
        "highest": edges[-1],
        "mean": 2.125,
        "quantiles": [{"p": p, "value": 1.0 + p} for p in (0.05, 0.25, 0.5, 0.75, 0.95)],
        "edges": edges,
        "counts": [3 * k % 40 for k in range(len(edges) - 1)],
    }


def _shift(name: str, most: bool) -> dict[str, Any]:
    edges = _edges(most)
    counts = [[3 * k % 40 for k in range(len(edges) - 1)], [5 * k % 40 for k in range(len(edges) - 1)]]
    return {"name": name, "n": [150, 160], "edges": edges, "counts": counts, "psi": 0.3, "ks": 0.2}
