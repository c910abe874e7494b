"""Scenes -> datasets/sample: pictures, word polygons, samples.tsv and card.toml, the same bytes at every run.

    apt-get install fonts-liberation2 fonts-dejavu-core fonts-cabin fonts-vollkorn fonts-courier-prime \\
        fonts-bebas-neue fonts-lobster fonts-dancingscript fonts-nanum fonts-nanum-extra
    pip install numpy Pillow
    python scripts/make_sample.py [--out FOLDER] [--only N] [--sheet FILE.png]

Pillow is needed here only, never by the package. Another version of Pillow or of a font may change pixels; the fonts
are checked, and the card names the Pillow that was used. ``--sheet`` draws the polygons over the pictures.
After a change of the pictures run scripts/run_engines.py too.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import math
from pathlib import Path

import PIL
from PIL import Image, ImageDraw
from sampler import SCENES
from sampler.fonts import check_fonts
from sampler.geometry import Word, area_of
from sampler.surface import check_rings, settle
from sampler.textures import Draws

OUT = Path(__file__).resolve().parents[1] / "datasets" / "sample"
SEED = 20261121
QUALITY = 82
SMALL = 14  # pixels between the ring's upper and lower side
LONG = 10  # characters
TILT = 5  # degrees
FAINT = 2.0  # WCAG contrast ratio of ink and ground
SLICES = ("straight", "rotated", "curved", "small", "long", "low-contrast", "korean", "dont-care")

Row = tuple[list[int], str, set[str]]


def rounded(word: Word) -> list[int]:
    """The ring as integers x1, y1, x2, y2, …"""
    return [math.floor(value + 0.5) for point in word.ring for value in point]


def slices_of(word: Word) -> set[str]:
    """What kind of word it is; a don't care region is only that."""
    if not word.care:
        return {"dont-care"}
    ring = word.ring
    half = len(ring) // 2
    tall = (math.dist(ring[0], ring[-1]) + math.dist(ring[half - 1], ring[half])) / 2
    angle = abs(math.degrees(math.atan2(ring[1][1] - ring[0][1], ring[1][0] - ring[0][0])))
    found = {"curved" if word.curved else "rotated" if angle >= TILT else "straight"}
    checks = {
        "small": tall < SMALL,
        "long": len(word.text) >= LONG,
        "low-contrast": word.contrast < FAINT,
        "korean": any("가" <= letter <= "힣" for letter in word.text),
    }
    return found | {name for name, holds in checks.items() if holds}


def render(number: int) -> tuple[Image.Image, list[Row]]:
    """One sample (numbers count from 1): the picture and its rows of ground truth."""
    surface, image = SCENES[number - 1](Draws(SEED + number))
    settle(surface)
    check_rings(surface)
    rows: list[Row] = []
    for word in surface.words:
        ring = rounded(word)
        if area_of(list(zip(ring[::2], ring[1::2], strict=True))) <= 0:
            raise SystemExit(f"sample {number}: the ring of {word.text!r} does not run clockwise")
        rows.append((ring, word.text if word.care else "###", slices_of(word)))
    return image, rows


def canonical_digest(samples: dict[str, list[Row]]) -> str:
    """SHA-256 of the canonical ground truth, the digest that signatures show after ``ds:sample@``."""
    state = hashlib.sha256()
    for sample, rows in sorted(samples.items(), key=lambda item: item[0].encode()):
        instances = [{"ring": ring, "text": text, "care": text != "###"} for ring, text, _ in rows]
        line = json.dumps(
            {"sample": sample, "instances": instances}, ensure_ascii=False, separators=(",", ":")
        )
        state.update(line.encode() + b"\n")
    return state.hexdigest()


def listing_digest(folder: Path) -> str:
    """SHA-256 over ``sha256sum *`` of a folder (names in byte order)."""
    files = sorted(folder.iterdir(), key=lambda path: path.name.encode())
    lines = [f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {path.name}\n" for path in files]
    return hashlib.sha256("".join(lines).encode()).hexdigest()


def card(out: Path, samples: dict[str, list[Row]]) -> str:
    """card.toml; the keys above ``[files]`` are those of a leaderboard's dataset card."""
    rows = [row for sample in samples.values() for row in sample]
    counts = "\n".join(f"{name} = {sum(name in row[2] for row in rows)}" for name in SLICES)
    return f"""# Made by scripts/make_sample.py; do not edit.
schema = 1
id = "sample"
version = "1"
split = "test"
title = "Rendered scenes in English and Korean"
task = ["detection", "end-to-end"]
languages = ["en", "ko"]
protocols = ["rrc-iou", "cascade", "popeval"]
licence = "CC0-1.0"
citation = "Sample data set of ocr_eval, version 1"
gt_digest = "{canonical_digest(samples)}"  # canonical ground truth: what signatures show
visibility = "public"
images = "copy"
groups = "none"
slices = {json.dumps(SLICES)}
frozen = 2026-11-21

[files]
gt = "gt"
gt_format = "polygon"
gt_sha256 = "{listing_digest(out / "gt")}"  # cd gt; LC_ALL=C sha256sum * | sha256sum
images = "images"
images_sha256 = "{listing_digest(out / "images")}"
made_with = "Pillow {PIL.__version__}, seed {SEED}"

[counts]
images = {len(samples)}
words = {sum("dont-care" not in row[2] for row in rows)}
{counts}
"""


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description="Renders the embedded sample data set.")
    parser.add_argument("--out", type=Path, default=OUT)
    parser.add_argument("--only", type=int, help="write the picture and ground truth of this sample only")
    parser.add_argument("--sheet", type=Path, help="also write all pictures with their polygons on one sheet")
    arguments = parser.parse_args()
    check_fonts()
    out: Path = arguments.out
    for folder in ("images", "gt"):
        (out / folder).mkdir(parents=True, exist_ok=True)
    numbers = [arguments.only] if arguments.only else range(1, len(SCENES) + 1)
    samples: dict[str, list[Row]] = {}
    table = ["\t".join(("sample", "alias", "width", "height", *SLICES))]
    pictures: list[Image.Image] = []
    for number in numbers:
        image, rows = render(number)
        sample = f"img_{number}"
        image.save(out / "images" / f"{sample}.jpg", quality=QUALITY, optimize=True)
        lines = [",".join([*map(str, ring), text]) + "\n" for ring, text, _ in rows]
        (out / "gt" / f"gt_{sample}.txt").write_text("".join(lines), encoding="utf-8", newline="\n")
        flags = ["1" if any(name in row[2] for row in rows) else "0" for name in SLICES]
        alias = SCENES[number - 1].__name__.replace("_", "-")
        table.append("\t".join((sample, alias, str(image.width), str(image.height), *flags)))
        samples[sample] = rows
        if arguments.sheet:
            pen = ImageDraw.Draw(image)
            for ring, text, _ in rows:
                pen.polygon(ring, outline=(0, 90, 255) if text == "###" else (255, 0, 0))
            pictures.append(image)
    if not arguments.only:
        body = sorted(table[1:], key=lambda line: line.split("\t")[0].encode())
        (out / "samples.tsv").write_text("\n".join([table[0], *body]) + "\n", encoding="utf-8", newline="\n")
        (out / "card.toml").write_text(card(out, samples), encoding="utf-8", newline="\n")
    if arguments.sheet:
        sheet = Image.new("RGB", (4 * 720, 640 * math.ceil(len(pictures) / 4)))
        for i, picture in enumerate(pictures):
            sheet.paste(picture, (i % 4 * 720, i // 4 * 640))
        sheet.save(arguments.sheet)
    print(f"{len(samples)} samples, {sum(map(len, samples.values()))} instances in {out}")


if __name__ == "__main__":
    main()
