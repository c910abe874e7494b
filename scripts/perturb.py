"""A submission -> copies of it with known faults, for boards and tests that need many systems of one data set.

    python scripts/perturb.py submission.zip worse.zip drop=0.1 jitter=2 case=0.05 [--seed 7]

Reads a zip or a folder of quads on whole pixels (``x1,y1,…,x4,y4[,text]``) and writes a zip of the same form. The
faults, in the order in which they are put in (a share is a probability per instance):

    drop=SHARE     the instance is left out
    merge=SHARE    the instance and the next one of its sample become one: their bounding box, their texts joined
    split=SHARE    the instance becomes two halves of its longer side, its text two halves
    jitter=PIXELS  every corner moves by a whole number of pixels, at most so many in x and in y
    case=SHARE     upper case becomes lower case and the other way round

A ring that a fault would make concave or empty keeps its shape. Draws depend on seed, fault, sample and the
instance's place in it, so a longer recipe drops the same instances as a shorter one, and equal calls give equal bytes.
"""

from __future__ import annotations

import argparse
import io
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path, PurePosixPath
from random import Random

from ocr_eval import Instances, read
from ocr_eval.formats.unquoting import unquote

Ring = list[tuple[float, float]]
Word = tuple[Ring, str | None]
Draw = Callable[[], float]  # the next number in [0, 1)

SMALLEST_PART = 1.0  # square pixels


def drop(words: list[Word], share: float, draw: Draw) -> list[Word]:
    """Leaves instances out."""
    return [word for word in words if draw() >= share]


def merge(words: list[Word], share: float, draw: Draw) -> list[Word]:
    """Joins an instance with the one that follows it; what was joined is not joined again."""
    result: list[Word] = []
    rest = iter(words)
    for word in rest:
        other = next(rest, None) if draw() < share else None
        result.append(word if other is None else (around(word[0] + other[0]), joined(word[1], other[1])))
    return result


def split(words: list[Word], share: float, draw: Draw) -> list[Word]:
    """Cuts instances in two, across their longer side."""
    return [part for word in words for part in (halves(word) if draw() < share else [word])]


def jitter(words: list[Word], pixels: float, draw: Draw) -> list[Word]:
    """Moves corners."""
    result: list[Word] = []
    for ring, text in words:
        moved = [(x + step(pixels, draw()), y + step(pixels, draw())) for x, y in ring]
        result.append((moved if usable(moved) else ring, text))
    return result


def case(words: list[Word], share: float, draw: Draw) -> list[Word]:
    """Swaps upper and lower case."""
    return [(ring, text.swapcase() if draw() < share and text else text) for ring, text in words]


FAULTS: dict[str, Callable[[list[Word], float, Draw], list[Word]]] = {
    "drop": drop,
    "merge": merge,
    "split": split,
    "jitter": jitter,
    "case": case,
}


def perturbed(instances: Instances, recipe: Mapping[str, float], seed: int = 0) -> dict[str, str]:
    """File name -> its lines, for every sample of ``instances``. Raises ValueError for a recipe it does not know."""
    for name, amount in recipe.items():
        if name not in FAULTS or not 0 <= amount <= (100 if name == "jitter" else 1):
            raise ValueError(f"{name}={amount}: known are {', '.join(FAULTS)} with shares in [0, 1]")
    texts = instances.texts
    files: dict[str, str] = {}
    for sample, (identifier, entry) in enumerate(zip(instances.sample_ids, instances.entries, strict=True)):
        words: list[Word] = [
            ([(x, y) for x, y in instances.points(k).tolist()], texts[k] if texts else None)
            for k in instances.span(sample)
        ]
        for name, fault in FAULTS.items():
            if name in recipe:
                words = fault(words, recipe[name], Random(f"{seed}/{name}/{identifier}").random)
        files[PurePosixPath(entry).name] = "".join(map(line_of, words))
    return files


def archive(files: Mapping[str, str]) -> bytes:
    """A zip whose bytes depend on names and contents only: sorted, stored, one fixed time."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_STORED) as target:
        for name in sorted(files, key=str.encode):
            entry = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
            entry.create_system, entry.external_attr = 3, 0o644 << 16
            target.writestr(entry, files[name].encode())
    return buffer.getvalue()


def line_of(word: Word) -> str:
    """One line of a result file; a text in quotes gets a second pair, for readers take one off."""
    ring, text = word
    numbers = ",".join(str(int(value)) for xy in ring for value in xy)
    if text is None:
        return numbers + "\n"
    written = text
    if unquote(text) != text:
        written = '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
        if unquote(written) != text:
            raise ValueError(f"no line gives back {text!r}")
    return f"{numbers},{written}\n"


def halves(word: Word) -> list[Word]:
    """Two parts that meet in the middle of the longer side; the word itself when a part would be too small."""
    ring, text = word
    if text is not None and len(text) < 2:
        return [word]
    a, b, c, d = ring
    if far(a, b) + far(c, d) < far(b, c) + far(d, a):  # turn it so that a-b and c-d are the longer sides
        a, b, c, d = b, c, d, a
    top, bottom = middle(a, b), middle(c, d)
    first, second = [a, top, bottom, d], [top, b, c, bottom]
    if not (usable(first) and usable(second)):
        return [word]
    if text is None:
        return [(first, None), (second, None)]
    half = len(text) // 2
    return [(first, text[:half]), (second, text[half:])]


def usable(ring: Ring) -> bool:
    """Convex, with an area: every turn has the same sign."""
    turns = [
        (bx - ax) * (cy - by) - (by - ay) * (cx - bx)
        for (ax, ay), (bx, by), (cx, cy) in zip(ring, ring[1:] + ring[:1], ring[2:] + ring[:2], strict=True)
    ]
    return min(turns) >= SMALLEST_PART or max(turns) <= -SMALLEST_PART


def around(points: Ring) -> Ring:
    """The bounding box, clockwise from its upper left corner."""
    xs, ys = [x for x, _ in points], [y for _, y in points]
    return [(min(xs), min(ys)), (max(xs), min(ys)), (max(xs), max(ys)), (min(xs), max(ys))]


def joined(first: str | None, second: str | None) -> str | None:
    """Both texts, one after the other."""
    return None if first is None or second is None else first + second


def far(a: tuple[float, float], b: tuple[float, float]) -> float:
    """The distance of two points, squared."""
    return (a[0] - b[0]) ** 2 + (a[1] - b[1]) ** 2


def middle(a: tuple[float, float], b: tuple[float, float]) -> tuple[float, float]:
    """The point between two points, on whole pixels."""
    return float((a[0] + b[0]) // 2), float((a[1] + b[1]) // 2)


def step(pixels: float, drawn: float) -> int:
    """A whole number from -pixels to pixels, all equally likely."""
    return int(drawn * (2 * int(pixels) + 1)) - int(pixels)


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description="Writes a copy of a submission with known faults.")
    parser.add_argument("submission")
    parser.add_argument("out", type=Path)
    parser.add_argument("faults", nargs="*", metavar="FAULT=AMOUNT")
    parser.add_argument("--seed", type=int, default=0)
    arguments = parser.parse_args()
    recipe = {name: float(amount) for name, _, amount in (fault.partition("=") for fault in arguments.faults)}
    files = perturbed(read(arguments.submission, format="icdar-quad"), recipe, arguments.seed)
    arguments.out.write_bytes(archive(files))
    print(f"{arguments.out}: {sum(text.count(chr(10)) for text in files.values())} instances")


if __name__ == "__main__":
    main()
