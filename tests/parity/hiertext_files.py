"""ICDAR 2015 archives -> HierText JSON, as the reference's evaluation of words, lines and paragraphs was fed.

The first hundred images. A word belongs to the first text line that holds half of it or more, else to a line of its
own; every line is a paragraph, legible when one of its words is, with the ring of its first word. Every predicted quad
is a paragraph with one line with one word.
"""

from __future__ import annotations

import json
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tests.oracles.rrc_match import share_of

IMAGES = range(1, 101)
SIZE = {"image_width": 1280, "image_height": 720}
Ring = list[tuple[int, int]]
Node = dict[str, Any]


def rows(archive: Path, prefix: str, image: int) -> Iterator[tuple[Ring, str]]:
    """(ring, rest of the line) of one image; nothing where the archive has no entry."""
    with zipfile.ZipFile(archive) as opened:
        name = f"{prefix}_img_{image}.txt"
        text = opened.read(name).decode("utf-8-sig") if name in opened.namelist() else ""
    for line in filter(None, map(str.strip, text.splitlines())):
        parts = line.split(",", 8)
        numbers = list(map(int, parts[:8]))
        yield list(zip(numbers[::2], numbers[1::2], strict=True)), ",".join(parts[8:])


def node(ring: Ring, text: str, legible: bool, **below: list[Node]) -> Node:
    return {"vertices": [list(point) for point in ring], "text": text, "legible": legible, **below}


def ground_truth(words: Path, lines: Path) -> Node:
    """The gt document."""
    annotations = []
    for image in IMAGES:
        text_lines = [ring for ring, _ in rows(lines, "gt", image)]
        groups: dict[int, list[Node]] = {}
        for k, (ring, text) in enumerate(rows(words, "gt", image)):
            holders = (
                n for n, line in enumerate(text_lines) if meets(ring, line) and 2 * share_of(ring, line) >= 1
            )
            groups.setdefault(next(holders, -1 - k), []).append(node(ring, text, text != "###"))
        paragraphs = []
        for group in groups.values():
            ring, legible = group[0]["vertices"], any(word["legible"] for word in group)
            line = node(ring, " ".join(word["text"] for word in group), legible, words=group)
            paragraphs.append({"vertices": ring, "legible": legible, "lines": [line]})
        annotations.append({"image_id": str(image), **SIZE, "paragraphs": paragraphs})
    return {"annotations": annotations}


def meets(a: Ring, b: Ring) -> bool:
    return all(
        max(min(p[k] for p in a), min(p[k] for p in b)) < min(max(p[k] for p in a), max(p[k] for p in b))
        for k in (0, 1)
    )


def predictions(archive: Path) -> Node:
    """The result document."""
    annotations = []
    for image in IMAGES:
        words = [{"vertices": [list(p) for p in ring], "text": ""} for ring, _ in rows(archive, "res", image)]
        paragraphs = [{"lines": [{"text": "", "words": [word]}]} for word in words]
        annotations.append({"image_id": str(image), "paragraphs": paragraphs})
    return {"annotations": annotations}


def write(folder: Path, gt: Path, lines: Path, pred: Path) -> tuple[Path, Path]:
    """Both documents as files: gt.json, pred.json."""
    made = {"gt.json": ground_truth(gt, lines), "pred.json": predictions(pred)}
    for name, document in made.items():
        (folder / name).write_text(json.dumps(document), encoding="utf-8")
    return folder / "gt.json", folder / "pred.json"
