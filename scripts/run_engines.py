"""Sample pictures -> archives and cards for our leaderboard: runs real OCR engines, keeps what they answer unedited.

    apt-get install tesseract-ocr tesseract-ocr-eng tesseract-ocr-kor gocr ocrad        (and: pip install Pillow)
    python scripts/run_engines.py --out FOLDER [--only ID]

Each submission gets predictions.zip (one ``res_img_N.txt`` per picture, lines ``x1,y1,…,x4,y4,text``) and card.toml in
FOLDER/ID; the printed command adds it to the board, which refuses what it holds already.
What happens between an engine's answer and the file: its word boxes become quads; characters of gocr and ocrad are
joined to words at the blanks these engines report; words without any recognised character are left out and counted in
the card; a word in quotes gets the second pair that the line form asks for. The archives are stored without compression
and with one fixed time, so equal answers give equal bytes.
"""

from __future__ import annotations

import argparse
import html
import io
import re
import subprocess
import zipfile
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from PIL import Image

ROOT = Path(__file__).resolve().parents[1]
IMAGES = ROOT / "datasets" / "sample" / "images"
KEEP = "--keep-archive --keep-predictions"
ADD = f"ocr-eval board add leaderboard {{folder}}/predictions.zip --card {{folder}}/card.toml {KEEP}"
ENVIRONMENT = {"PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8", "OMP_THREAD_LIMIT": "1"}
DATE = "2026-11-21"  # of the stored runs; change it with them

Box = tuple[int, int, int, int]  # left, top, right, bottom; right and bottom are not part of the word
Words = list[tuple[Box, str]]


@dataclass(frozen=True)
class Setting:
    """One engine under one set of options: how to call it, what it is given, and how its answer is read."""

    id: str
    name: str
    engine: str
    packages: tuple[str, ...]
    command: tuple[str, ...]
    given: str
    prepare: Callable[[Image.Image], bytes]
    read: Callable[[str], Words]
    website: str
    notes: str


def png(image: Image.Image, scale: int = 1) -> bytes:
    """The picture as PNG, enlarged ``scale`` times (Lanczos)."""
    if scale > 1:
        image = image.resize((image.width * scale, image.height * scale), Image.Resampling.LANCZOS)
    buffer = io.BytesIO()
    image.save(buffer, "PNG")
    return buffer.getvalue()


def grey(image: Image.Image) -> bytes:
    """The picture as a binary PGM."""
    image = image.convert("L")
    return b"P5\n%d %d\n255\n" % image.size + image.tobytes()


def read_tesseract(answer: str, scale: int = 1) -> Words:
    """TSV: the rows of level 5 are words; left, top, width, height and text are columns 7 to 10 and 12."""
    words: Words = []
    for line in answer.split("\n")[1:]:
        cells = line.split("\t")
        if len(cells) == 12 and cells[0] == "5":
            left, top, width, height = (int(cell) for cell in cells[6:10])
            right, bottom = -(-(left + width) // scale), -(-(top + height) // scale)
            words.append(((left // scale, top // scale, right, bottom), cells[11].strip()))
    return words


def read_gocr(answer: str) -> Words:
    """XML: boxes of characters and blanks, line by line.

    ``_`` stands for what was not recognised, (PICTURE) for what is no text. Blanks of no
    width are left over from gocr's splitting of characters and separate nothing.
    """
    words: Words = []
    for line in re.findall(r"<line .*?</line>", answer, re.DOTALL):
        pieces: list[tuple[Box, str] | None] = []
        for kind, attributes in re.findall(r"<(box|space) (.*?)/>", line):
            values = dict(re.findall(r'(\w+)="([^"]*)"', attributes))
            x, y, dx, dy = (int(values[name]) for name in ("x", "y", "dx", "dy"))
            if kind == "box":
                text = html.unescape(values["value"]).replace("(PICTURE)", "").replace("_", "")
                pieces.append(((x, y, x + dx, y + dy), text))
            elif dx > 0:
                pieces.append(None)
        words += joined(pieces)
    return words


def read_ocrad(answer: str) -> Words:
    """ORF: a line per character, ``x y width height; guesses, 'best'…``; blanks separate, no guess: unrecognised."""
    words: Words = []
    pieces: list[tuple[Box, str] | None] = []
    for line in answer.split("\n"):
        found = re.match(r"\s*(\d+)\s+(\d+)\s+(\d+)\s+(\d+);\s*(\d+)(?:, '(.)'\d)?", line)
        if found is None:
            words += joined(pieces)
            pieces = []
            continue
        x, y, dx, dy, _ = (int(value) for value in found.groups()[:5])
        text = found[6] or ""
        pieces.append(None if text.isspace() else ((x, y, x + dx, y + dy), text))
    return words + joined(pieces)


def joined(pieces: Iterable[tuple[Box, str] | None]) -> Words:
    """Characters -> words: None separates; a word's box holds the boxes of its characters."""
    words: Words = []
    open_word = False
    for piece in pieces:
        if piece is None:
            open_word = False
        elif not open_word:
            words.append(piece)
            open_word = True
        else:
            (left, top, right, bottom), text = words[-1]
            box, more = piece
            corner = (max(right, box[2]), max(bottom, box[3]))
            words[-1] = ((min(left, box[0]), min(top, box[1]), *corner), text + more)
    return words


TESSERACT: dict[str, Any] = {
    "engine": "Tesseract",
    "packages": ("tesseract-ocr", "tesseract-ocr-eng", "tesseract-ocr-kor"),
    "website": "https://github.com/tesseract-ocr/tesseract",
}
SETTINGS = (
    Setting(
        "tesseract-psm11",
        "Tesseract, sparse text",
        **TESSERACT,
        command=("tesseract", "-", "-", "-l", "eng+kor", "--psm", "11", "tsv"),
        given="the picture as PNG",
        prepare=png,
        read=read_tesseract,
        notes="Page segmentation mode 11: as much text as possible, in no order.",
    ),
    Setting(
        "tesseract-psm3",
        "Tesseract, whole page",
        **TESSERACT,
        command=("tesseract", "-", "-", "-l", "eng+kor", "--psm", "3", "tsv"),
        given="the picture as PNG",
        prepare=png,
        read=read_tesseract,
        notes="Page segmentation mode 3: the default, made for pages.",
    ),
    Setting(
        "tesseract-psm11-x2",
        "Tesseract, sparse text, enlarged",
        **TESSERACT,
        command=("tesseract", "-", "-", "-l", "eng+kor", "--psm", "11", "tsv"),
        given="the picture as PNG, twice as large (Lanczos)",
        prepare=partial(png, scale=2),
        read=partial(read_tesseract, scale=2),
        notes="As tesseract-psm11, on enlarged pictures; boxes are divided by 2 and rounded outwards.",
    ),
    Setting(
        "gocr",
        "GOCR",
        engine="GOCR",
        packages=("gocr",),
        website="https://jocr.sourceforge.net",
        command=("setarch", "-R", "gocr", "-f", "XML", "-"),
        given="the picture as grey PGM",
        prepare=grey,
        read=read_gocr,
        notes="Knows no Korean. Its answer on img_14 depends on memory addresses, which setarch fixes.",
    ),
    Setting(
        "ocrad",
        "GNU Ocrad",
        engine="GNU Ocrad",
        packages=("ocrad",),
        website="https://www.gnu.org/software/ocrad/",
        command=("ocrad", "-F", "utf8", "-x", "-", "-"),
        given="the picture as grey PGM",
        prepare=grey,
        read=read_ocrad,
        notes="Knows no Korean; reads dark text on light ground only.",
    ),
)


def answer_of(setting: Setting, picture: bytes) -> str:
    """What the engine writes to stdout for one picture.

    One thread and a fixed environment, so that runs can be repeated: gocr reads memory that it has not written, and
    what it finds there moves with the length of the environment.
    """
    done = subprocess.run(setting.command, input=picture, capture_output=True, check=True, env=ENVIRONMENT)
    return done.stdout.decode("utf-8")


def lines_of(words: Words) -> tuple[str, int]:
    """The result file, and how many words were left out because they hold no recognised character."""
    lines = [f"{x},{y},{r},{y},{r},{b},{x},{b},{quoted(text)}\n" for (x, y, r, b), text in words if text]
    return "".join(lines), len(words) - len(lines)


def quoted(text: str) -> str:
    """A text as it is; one that stands in quotes itself is quoted once more, for readers take one pair off."""
    if len(text) > 1 and text[0] == text[-1] == '"':
        return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
    return text


def archive(files: dict[str, str]) -> bytes:
    """A zip whose bytes depend on names and contents only: sorted, stored, one fixed time."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_STORED) as target:
        for name in sorted(files, key=str.encode):
            entry = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
            entry.create_system, entry.external_attr = 3, 0o644 << 16
            target.writestr(entry, files[name].encode())
    return buffer.getvalue()


def version_of(package: str) -> str:
    """The installed version of a Debian package."""
    command = ["dpkg-query", "-W", "-f", "${Version}", package]
    return subprocess.run(command, capture_output=True, check=True, text=True).stdout


def card(setting: Setting, words: int, skipped: int) -> str:
    """card.toml of a submission; its notes say how to repeat the run."""
    packages = ", ".join(f"{package} {version_of(package)}" for package in setting.packages)
    left = f" {skipped} more without any recognised character are left out." if skipped else ""
    command = " ".join(setting.command)
    notes = (
        f"A real run on the sample's pictures; nothing was edited. {setting.notes} Command: {command}. "
        f"Given: {setting.given}. Packages of Debian 12: {packages}. "
        f"{words} words were found{';' if left else '.'}{left}"
    )
    return f"""schema = 1
id = "{setting.id}"
name = "{setting.name}"
date = {DATE}
authors = ["The ocr_eval maintainers"]
code = "{setting.website}"
pretraining = "as packaged"
uses_test_lexicon = false
licence = "CC0-1.0"
verification = "reproduced"
notes = "{notes}"
"""


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description="Runs real OCR engines on the sample data set.")
    parser.add_argument("--only", help="id of one setting")
    parser.add_argument("--out", type=Path, required=True)
    arguments = parser.parse_args()
    pictures = sorted(IMAGES.glob("img_*.jpg"), key=lambda path: int(path.stem.removeprefix("img_")))
    for setting in SETTINGS:
        if arguments.only not in (None, setting.id):
            continue
        files: dict[str, str] = {}
        skipped = 0
        for path in pictures:
            with Image.open(path) as image:
                picture = setting.prepare(image.convert("RGB"))
            files[f"res_{path.stem}.txt"], lost = lines_of(setting.read(answer_of(setting, picture)))
            skipped += lost
        data = archive(files)
        folder: Path = arguments.out / setting.id
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "predictions.zip").write_bytes(data)
        words = sum(text.count("\n") for text in files.values())
        (folder / "card.toml").write_text(card(setting, words, skipped), encoding="utf-8", newline="\n")
        print(f"{setting.id}: {words} words, {skipped} left out")
        print(f"  {ADD.format(folder=folder)}")


if __name__ == "__main__":
    main()
