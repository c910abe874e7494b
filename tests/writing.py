"""Generated tables of every kind, and a table -> files of a layout -> the table that is read from them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from hypothesis import strategies as st

from ocr_eval.formats import FORMATS, read
from ocr_eval.formats.writers import Written, written
from ocr_eval.tables.builder import InstancesBuilder
from ocr_eval.tables.instances import Instances
from ocr_eval.tables.levels import LevelsBuilder
from tests.tables import box

WHOLE = st.integers(-50, 2000).map(float)
BROKEN = st.one_of(WHOLE, st.floats(-50, 2000, allow_nan=False).map(lambda v: v + 0.0))
BOXES = st.tuples(WHOLE, WHOLE, st.integers(1, 300), st.integers(1, 300)).map(
    lambda b: box(b[0], b[1], b[0] + b[2], b[1] + b[3])
)
ODD = (
    "###",
    "",
    "*",
    "#",
    ".",
    '"',
    '"a"',
    'a"b',
    '\\"',
    "5",
    "1,234",
    "12,a",
    "a,b",
    " x ",
    "##::",
    "[u'a']",
    "NA",
)
TEXTS = st.one_of(
    st.sampled_from(ODD),
    st.text(st.characters(exclude_categories=("Cs",), exclude_characters="\r\0"), max_size=8),
)
NAMES = st.lists(
    st.from_regex(r"[a-z]{1,3}_[1-9][0-9]{0,2}", fullmatch=True), unique=True, min_size=1, max_size=4
)


def rings(size: int | None, number: st.SearchStrategy[float] = WHOLE) -> st.SearchStrategy[list[float]]:
    """Flat rings of ``size`` vertices, or of 1 to 9."""
    low, high = (2, 18) if size is None else (2 * size, 2 * size)
    return st.lists(number, min_size=low, max_size=high).map(lambda v: v[: len(v) // 2 * 2])


@st.composite
def tables(
    draw: st.DrawFn,
    *,
    role: str = "gt",
    ring: st.SearchStrategy[list[float]] | None = None,
    has: frozenset[str] = frozenset(),
) -> Instances:
    """Some samples of some instances; ``has`` names what may stand beside rings and texts."""
    parts = {name: draw(st.booleans()) for name in sorted(has)}
    has_text, scored = draw(st.booleans()), role == "prediction" and draw(st.booleans())
    builder = InstancesBuilder(source="made", has_text=has_text, has_confidence=scored)
    builder.has_angle = parts.get("angle", False)
    numbers = ["left", "area", "crowd", "transcribed"] if parts.get("numbers") else []
    builder.numbers = {name: [] for name in numbers}
    levels = builder.levels = LevelsBuilder() if parts.get("levels") else None
    names, nested = draw(NAMES), draw(st.booleans())
    for name in names:
        builder.begin(name, f"{name}.txt")
        owners: list[int] = []
        if levels is not None:
            levels.begin(*draw(st.tuples(st.integers(0, 99), st.integers(0, 99))))
            some = st.one_of(st.just([]), rings(4))
            above = [levels.paragraph(draw(st.booleans()) or role != "gt", draw(some)) for _ in range(2)]
            parents = [draw(st.sampled_from(above)) for _ in range(3)]
            lines = [
                levels.line(parent, draw(st.booleans()) or role != "gt", draw(some))
                for parent in (sorted(parents) if nested else parents)
            ]
            owners = [draw(st.sampled_from(lines)) for _ in range(4)]
            owners = sorted(owners) if nested else owners
        for k in range(draw(st.integers(0, 4))):
            own = draw(rings(None) if ring is None else ring)
            care = role != "gt" or draw(st.booleans())
            score = draw(st.one_of(st.sampled_from([0.0, 1.0, 9e-05]), st.floats(0, 1)))
            text = draw(TEXTS)
            builder.add(own, text, care, score + 0.0, k + 1, draw(st.floats(-3, 3)) + 0.0)
            for number, values in builder.numbers.items():
                told = float(has_text and bool(text or k == 0 or draw(st.booleans())))
                known = {"transcribed": told, "crowd": float(not care)}
                values.append(known.get(number, float(draw(st.integers(0, 9)))))
            if levels is not None:
                levels.word(owners[k])
    if parts.get("aliases"):
        builder.aliases = [str(k + 7) for k in range(len(names))]
    return builder.build()


def read_back(made: Written, folder: Path, role: str) -> Instances:
    """The files as the command would read them from a folder, or from one file."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, data in made.files.items():
        (folder / name).write_bytes(data)
    whole = FORMATS[made.layout].document
    arguments: dict[str, Any] = {
        "format": made.layout,
        "role": role,
        "samples": made.table if made.joined else None,
        "geometry": made.table.geometry,
        "confidence": made.table.confidence is not None,
        "invalid_polygons": "official",
    }
    return read(folder / next(iter(made.files)) if whole else folder, **arguments)


def round_trip(table: Instances, to: str, folder: Path, role: str, **flags: Any) -> tuple[Written, Instances]:
    """What was written, and what is read from it."""
    made = written(table, to, role=role, **flags)
    return made, read_back(made, folder, role)
