"""A ground truth that was read before: from the user's cache, and by its reader once more."""

from __future__ import annotations

import json
import random
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.bench.conftest import IC15, Race
from tests.bench.inputs import Files
from tests.bench.rivals import table_of

TIMES, PAGES = 20, 400  # copies of every image; images of the document
WORDS = ("the", "Straße", "한국어", "OPEN", "2024")


def copies(shared: Path, folder: Path) -> Path:
    """IC15, every image twenty times."""
    path = folder / "gt.zip"
    with zipfile.ZipFile(shared / IC15[0]) as one, zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as many:
        for name in one.namelist():
            for k in range(TIMES):
                many.writestr(name.replace("img_", f"img_{k + 1}0000"), one.read(name))
    return path


def document(_: Path, folder: Path) -> Path:
    """Paragraphs of lines of words as HierText has them, 96 words an image, made up."""
    draw = random.Random(7)

    def word() -> dict[str, object]:
        x, y = draw.randrange(1500), draw.randrange(1000)
        ring = [[x, y], [x + 60, y + 3], [x + 59, y + 22], [x, y + 20]]
        return {"vertices": ring, "text": draw.choice(WORDS), "legible": True}

    def line() -> dict[str, object]:
        return {"vertices": [[0, 0], [90, 0], [90, 20]], "legible": True, "words": [word() for _ in range(3)]}

    pages = [
        {
            "image_id": f"{k:016x}",
            "image_width": 1600,
            "image_height": 1200,
            "paragraphs": [
                {
                    "vertices": [[0, 0], [90, 0], [90, 90]],
                    "legible": True,
                    "lines": [line() for _ in range(4)],
                }
                for _ in range(8)
            ],
        }
        for k in range(PAGES)
    ]
    path = folder / "gt.json"
    path.write_text(json.dumps({"annotations": pages}), encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("work", "make", "reach"),
    [
        ("IC15, every image 20 times (one zip of 10 000 files)", copies, 8),
        (f"{PAGES * 96:,} words of a HierText document".replace(",", " "), document, 20),
    ],
)
def test_a_ground_truth_that_was_read_before(
    race: Race,
    shared: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    work: str,
    make: Callable[[Path, Path], Path],
    reach: float,
) -> None:
    monkeypatch.setenv("OCR_EVAL_CACHE", str(tmp_path / "cache"))
    path = make(shared, tmp_path)
    race(
        f"prepared ground truth: {work}",
        "prepared: our own readers",
        Files(path, path),
        lambda: table_of(path, keep=True),
        reach=reach,
        inside="ours: digest of the file, its table from the cache, checked; the peer: the file read and checked",
        engine="numpy",
        rounds=5,
        drop=1,
    )
