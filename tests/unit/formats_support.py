"""Small inputs for the readers: zips, folders and single files from a dictionary of entries."""

from __future__ import annotations

import random
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ocr_eval.errors import InputError, Problem
from ocr_eval.formats import read
from ocr_eval.formats.check import examine
from ocr_eval.tables.instances import Instances

Content = Mapping[str, str | bytes]
SQUARE = "0,0,10,0,10,10,0,10"


def as_bytes(content: str | bytes) -> bytes:
    return content.encode("utf-8", "surrogatepass") if isinstance(content, str) else content


def zipped(path: Path, content: Content, method: int = zipfile.ZIP_DEFLATED) -> Path:
    with zipfile.ZipFile(path, "w", method) as archive:
        for name, data in content.items():
            archive.writestr(name, as_bytes(data))
    return path


def unpacked(path: Path, content: Content) -> Path:
    for name, data in content.items():
        file = path / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(as_bytes(data))
    return path


def one(tmp_path: Path, content: str | bytes, /, **arguments: Any) -> Instances:
    """Reads one prediction file ``res_img_1.txt``."""
    return read(zipped(tmp_path / "one.zip", {"res_img_1.txt": content}), **arguments)


def problems_of(source: Path, **arguments: Any) -> list[Problem]:
    """All problems, also those of the call itself."""
    try:
        return examine(source, **arguments).problems
    except InputError as error:
        return list(error.problems)


def problem_of(tmp_path: Path, content: str | bytes, /, **arguments: Any) -> Problem:
    """The only problem of one prediction file."""
    (problem,) = problems_of(zipped(tmp_path / "one.zip", {"res_img_1.txt": content}), **arguments)
    return problem


def shuffled(content: Content, seed: int) -> Content:
    names = list(content)
    random.Random(seed).shuffle(names)
    return {name: content[name] for name in names}


def same(one_table: Instances, other: Instances) -> bool:
    """Equal instances of equal samples, whatever the order of the samples in the source."""
    if set(one_table.sample_ids) != set(other.sample_ids):
        return False
    order = [other.sample_ids.index(sample) for sample in one_table.sample_ids]
    again = other.take(order, one_table.sample_ids)
    names = ("start", "xy", "ring", "care", "shape", "line", "codepoints", "text_offset", "confidence")
    for name in names:
        mine, theirs = getattr(one_table, name), getattr(again, name)
        if (mine is None) != (theirs is None) or (mine is not None and mine.tolist() != theirs.tolist()):
            return False
    return True
