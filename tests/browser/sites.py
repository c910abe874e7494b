"""Boards of many kinds -> built sites, each made once per run and shared by all workers."""

from __future__ import annotations

import fcntl
import shutil
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any

from ocr_eval.board.build import Building
from ocr_eval.board.options import Options
from ocr_eval.board.site import build
from ocr_eval.board.store import Store
from tests.board import boards, writing
from tests.board.hostile_texts import OWN, all_texts, harmless

ROOT = Path(__file__).resolve().parents[2]
SHARED = ROOT.parent / "shared"
KINDS = {
    "index": "index.html",
    "about": "about.html",
    "compare": "c.html",
    "board": "b/*/index.html",
    "matrix": "b/*/images.html",
    "submission": "s/*.html",
    "protocol": "p/*.html",
    "dataset": "datasets/*.html",
    "sample": "i/*/*.html",
}
NAMES = ("x", "w" * 300, "\u0645\u0631\u062d\u0628\u0627 \u05e9\u05dc\u05d5\u05dd", "Plain")


@dataclass(frozen=True)
class Site:
    """A store and its built pages."""

    store: Path
    folder: Path
    options: Options

    def page(self, kind: str, lang: str = "en") -> Path:
        """The first page of a kind; KeyError where the site has none."""
        found = self.pages(kind, lang)
        if not found:
            raise KeyError(kind)
        return found[0]

    def pages(self, kind: str, lang: str = "en") -> list[Path]:
        """All pages of a kind, sorted."""
        root = self.folder if lang == self.options.languages[0] else self.folder / lang
        return sorted(root.glob(KINDS[kind]))

    @property
    def kinds(self) -> dict[str, Path]:
        """The first page of every kind that the site has, in its first language."""
        return {kind: found[0] for kind in KINDS if (found := self.pages(kind))}

    @cached_property
    def building(self) -> Building:
        """The views behind the pages."""
        return Building(Store.open(self.store), self.options)


def own(folder: Path) -> tuple[Path, dict[str, Any]]:
    """Our own leaderboard: two boards, five engines, 37 images."""
    return ROOT / "leaderboard", {"languages": ("en", "ko"), "images": "copy"}


def ic15(folder: Path) -> tuple[Path, dict[str, Any]]:
    """Seven detectors under four thresholds, without pages of samples."""
    store = writing.store(boards.ic15(SHARED), folder, overlays=False)
    return store, {"languages": ("en", "ko"), "drilldown": "none"}


def end_to_end(folder: Path) -> tuple[Path, dict[str, Any]]:
    """A real end-to-end system and its copies, with the reasons of PopEval and of the cascade."""
    made = boards.end_to_end(SHARED, folder.parent)
    return writing.store(made, folder), {"drilldown": "pairs"}


def large(folder: Path) -> tuple[Path, dict[str, Any]]:
    """500 samples: more than a table of the matrix page."""
    made = boards.synthetic(6, 500, ("rrc-iou", "cascade", "popeval"), twins=1)
    return writing.store(made, folder), {"languages": ("en", "ko")}


def drawn(folder: Path) -> tuple[Path, dict[str, Any]]:
    """30 samples with rings, words, and the reasons of three protocols."""
    made = boards.hostile(harmless(OWN)[:30], 4)
    return writing.store(made, folder), {"languages": ("en", "ko")}


def sized(count: int) -> Callable[[Path], tuple[Path, dict[str, Any]]]:
    """So many submissions on 40 samples."""
    return lambda folder: (writing.store(boards.synthetic(count, 40 if count < 1000 else 20), folder), {})


def named(folder: Path) -> tuple[Path, dict[str, Any]]:
    """Short, long and right-to-left names."""
    made = boards.synthetic(len(NAMES), 40)
    entries = [replace(e, card=e.card | {"name": n}) for e, n in zip(made.entries, NAMES, strict=True)]
    return writing.store(replace(made, entries=tuple(entries)), folder), {}


def undefined(folder: Path) -> tuple[Path, dict[str, Any]]:
    """No metric of any submission is defined."""
    return writing.store(boards.synthetic(3, 30, undefined=True), folder), {}


def reference(folder: Path) -> tuple[Path, dict[str, Any]]:
    """100 submissions on 2 000 samples: what budgets are stated for."""
    return writing.store(boards.synthetic(100, 2000), folder), {"drilldown": "none"}


def texts() -> tuple[str, ...]:
    """Every hostile text there is on this machine."""
    return all_texts(SHARED / "hostile")


def names_of(texts: tuple[str, ...]) -> Callable[[Path], tuple[Path, dict[str, Any]]]:
    """Every text is a submission's name, and everything else on its card."""

    def make(folder: Path) -> tuple[Path, dict[str, Any]]:
        made = boards.hostile(texts, samples=30, protocols=("rrc-iou",))
        return writing.store(made, folder, overlays=False), {"drilldown": "none"}

    return make


def samples_of(texts: tuple[str, ...]) -> Callable[[Path], tuple[Path, dict[str, Any]]]:
    """Every text is a sample, and a transcription on its page."""

    def make(folder: Path) -> tuple[Path, dict[str, Any]]:
        return writing.store(boards.hostile(texts, 4), folder), {"drilldown": "top:3"}

    return make


SITES: dict[str, Callable[[Path], tuple[Path, dict[str, Any]]]] = {
    "own": own,
    "ic15": ic15,
    "end-to-end": end_to_end,
    "large": large,
    "drawn": drawn,
    **{f"of {count}": sized(count) for count in (0, 1, 2, 27, 1000)},
    "named": named,
    "undefined": undefined,
    "reference": reference,
    "hostile names": lambda folder: names_of(texts())(folder),
    "hostile samples": lambda folder: samples_of(texts())(folder),
    "harmless names": lambda folder: names_of(harmless(texts()))(folder),
    "harmless samples": lambda folder: samples_of(harmless(texts()))(folder),
}
FROM_REFERENCE = ("ic15", "end-to-end")


def made(name: str, root: Path) -> Site:
    """The site, built by whoever asks first; others wait. A builder that dies leaves nothing that counts as built."""
    folder = root / name.replace(" ", "-")
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        done, started = folder / "done", folder / "store"
        if not done.exists():
            for leftover in (started, folder / "site"):
                shutil.rmtree(leftover, ignore_errors=True)
            store, options = SITES[name](started)
            build(Store.open(store), folder / "site", Options(**options))
            (folder / "options").write_text(repr((str(store), options)), encoding="utf-8")
            done.touch()
        store_path, options = _read(folder / "options")
    return Site(Path(store_path), folder / "site", Options(**options))


def _read(path: Path) -> tuple[str, dict[str, Any]]:
    import ast

    found: tuple[str, dict[str, Any]] = ast.literal_eval(path.read_text(encoding="utf-8"))
    return found
