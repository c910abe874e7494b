"""Files of an input -> their contents that can be changed, and the list of what was changed and what was left."""

from __future__ import annotations

import contextlib
import stat
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from ocr_eval.errors import Findings, InputError
from ocr_eval.formats.files import File, is_system
from ocr_eval.formats.names import ARCHIVES, IMAGES, parts_of

KINDS = ("orientation", "layout", "encoding")


class Repair(NamedTuple):
    """One change: kind of ``--fix``, what was done in words, where, and the text before and after."""

    kind: str
    sort: str
    entry: str
    line: int | None
    was: str
    now: str


@dataclass
class Repairs:
    """``done`` in file and line order; ``doubts`` say what was left because it has more than one repair."""

    done: list[Repair] = field(default_factory=list)
    doubts: list[str] = field(default_factory=list)

    def add(self, repair: Repair) -> None:
        self.done.append(repair)


@dataclass
class Held:
    """A file and its bytes, which may be replaced."""

    file: File
    data: bytes

    def change(self, data: bytes) -> None:
        """The file, holding other bytes from now on."""
        self.data = data
        self.file = self.file._replace(size=len(data), load=lambda _: data)


def may_be_sample(file: File) -> bool:
    """True for what is no directory, no system file, no image and no archive."""
    return not (
        file.name.endswith("/") or is_system(file.name) or parts_of(file.name)[1] in ARCHIVES | IMAGES
    )


def contents(files: Sequence[File]) -> dict[int, Held]:
    """Position -> content of every file that may be a sample and can be read."""
    found = {}
    for k, file in enumerate(files):
        if may_be_sample(file) and stat.S_IFMT(file.mode) in (0, stat.S_IFREG):
            with contextlib.suppress(InputError):  # told by the reading that follows
                data = file.load(Findings(""))
                if data is not None:
                    found[k] = Held(file, data)
    return found
