"""The table of fuzz targets: a name -> what runs an input, where inputs come from, and what is told of an answer.

Every reader of ``FORMATS`` belongs to one of the targets, by the kind of file its corpus holds, so that a new format is
fuzzed as soon as it has a seed in ``corpus/<id>/``.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from random import Random

from ocr_eval.errors import InputError
from ocr_eval.formats import FORMATS
from tests.fuzz import containers, geometry, readers, strings
from tests.fuzz.mutation import mutate

CORPUS = Path(__file__).parent / "corpus"
CRASHERS = Path(__file__).parent / "crashers"
_KINDS = {
    "json": "json",
    "jsonl": "json",
    "xml": "markup",
    "html": "markup",
    "mat": "binary",
    "mdb": "binary",
    "parquet": "binary",
    "gz": "binary",
}
_ODD = 0.1  # share of inputs whose first line belongs to another seed
_SHOWN = re.compile(r"'(?:[^'\\]|\\.)*'|/[^ ]*|-?[0-9.]+")


@dataclass(frozen=True)
class Target:
    """``run`` raises where a property does not hold, and tells traits of the answer: a new one is worth keeping."""

    name: str
    run: Callable[[bytes], Iterable[str]]
    seeds: Callable[[], list[bytes]]
    head: (
        Callable[[Sequence[str], Random], list[str]] | None
    )  # words of the first line -> others; None: it has none

    def draw(self, pool: Sequence[bytes], draw: Random) -> bytes:
        """A new input from one of the pool."""
        return self.change(draw.choice(pool), pool, draw)

    def change(self, data: bytes, pool: Sequence[bytes], draw: Random) -> bytes:
        """An input near another one."""
        if self.head is None:
            return mutate(data, pool[:500], (), draw)
        words, body = readers.split(data)
        if draw.random() < 0.4:
            words = self.head(words, draw)
        other = readers.split(draw.choice(pool))
        if draw.random() < _ODD:
            words = other[0]
        if draw.random() < 0.9:
            body = mutate(body, [other[1]], (), draw)
        return readers.joined(words, body)


def _traits(found: object) -> Iterable[str]:
    """Codes and reasons of an answer without what they quote."""
    if isinstance(found, InputError):
        return [_SHOWN.sub("?", f"{problem.code} {problem.reason}") for problem in found.problems[:3]]
    if isinstance(found, readers.Examination):
        told = [f"{p.code} {p.reason}" for p in found.problems[:5]] + [
            f"{n.code} {n.message}" for n in found.notices
        ]
        return [_SHOWN.sub("?", one) for one in told]
    return ()


def _reading(data: bytes) -> Iterable[str]:
    name = data[: data.find(b"\n")].split(b" ")[0].decode("ascii", "replace")
    return [f"{name} {trait}" for trait in _traits(readers.run(data))]


def _quietly(run: Callable[[bytes], None]) -> Callable[[bytes], Iterable[str]]:
    def of(data: bytes) -> Iterable[str]:
        run(data)
        return ()

    return of


@cache
def formats_of(target: str) -> tuple[str, ...]:
    """The ids of ``FORMATS`` whose corpus is of a target's kind."""
    return tuple(name for name in FORMATS if target in {_kind(path) for path in _files(name)})


def _files(name: str) -> list[Path]:
    return sorted(path for path in (CORPUS / name).glob("*") if path.is_file())


def _kind(path: Path) -> str:
    return _KINDS.get(path.suffix[1:], "lines")


def _file_seeds(target: str) -> Callable[[], list[bytes]]:
    def seeds() -> list[bytes]:
        flags = (["text"], ["gt"], ["confidence", "text"], ["regions", "word"], ["samples", "two"])
        return [
            readers.joined([name, *more], path.read_bytes())
            for name in formats_of(target)
            for path in _files(name)
            if _kind(path) == target
            for more in ([], *flags)
        ] + crashers(target)

    return seeds


def _text_seeds() -> list[bytes]:
    return [
        readers.joined([path.parent.name], path.read_bytes())
        for kind in strings.PARSERS
        for path in sorted((CORPUS / "strings" / kind).glob("*"))
    ] + crashers("strings")


def crashers(target: str) -> list[bytes]:
    """Inputs that once broke a property of the target, by name."""
    return [path.read_bytes() for path in sorted((CRASHERS / target).glob("*"))]


def _reader_head(target: str) -> Callable[[Sequence[str], Random], list[str]]:
    def head(words: Sequence[str], draw: Random) -> list[str]:
        name = words[0].partition("(")[0] if words and draw.random() < 0.8 else ""
        if not name:
            name = draw.choice((*formats_of(target), *list(FORMATS)[:2], "auto"))
        return readers.draw_words(name, draw)

    return head


def _container_head(words: Sequence[str], draw: Random) -> list[str]:
    kind = words[0] if words and draw.random() < 0.9 else draw.choice(containers.KINDS)
    return containers.draw_words(kind, draw)


def _container_seeds() -> list[bytes]:
    documents = [
        (kind, path)
        for kind in ("json", "xml", "mat")
        for path in sorted(CORPUS.glob(f"*/*.{kind}"))
        if path.is_file()
    ]
    return (
        containers.seeds()
        + [readers.joined([kind], path.read_bytes()) for kind, path in documents]
        + crashers("containers")
    )


def _string_head(words: Sequence[str], draw: Random) -> list[str]:
    return [words[0] if words and draw.random() < 0.9 else draw.choice(list(strings.PARSERS))]


TARGETS = {
    target.name: target
    for target in (
        *(
            Target(kind, _reading, _file_seeds(kind), _reader_head(kind))
            for kind in ("lines", "json", "markup", "binary")
        ),
        Target("containers", _quietly(containers.run), _container_seeds, _container_head),
        Target("strings", _quietly(strings.run), _text_seeds, _string_head),
        Target("geometry", _quietly(geometry.run), lambda: geometry.seeds() + crashers("geometry"), None),
    )
}
