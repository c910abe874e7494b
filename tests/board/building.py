"""Test boards written to a folder and opened for an audience, for tests of views."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

from ocr_eval.board.build import Building
from ocr_eval.board.model import BoardView, RowView
from ocr_eval.board.options import Options
from ocr_eval.board.store import Store
from tests.board.boards import Made
from tests.board.writing import store


def written(folder: Path, made: Made, cards: dict[int, dict[str, Any]] | None = None) -> Path:
    """The board of ``made``, written to ``folder``; ``cards`` adds to the card of entry k."""
    entries = [
        replace(entry, card=entry.card | (cards or {}).get(k, {})) for k, entry in enumerate(made.entries)
    ]
    return store(replace(made, entries=tuple(entries)), folder)


def reopened(folder: Path, **options: Any) -> Building:
    """The board in a folder, as it is now."""
    return Building(Store.open(folder), Options(**options))


def built(
    folder: Path, made: Made, cards: dict[int, dict[str, Any]] | None = None, **options: Any
) -> Building:
    """Written and opened."""
    return reopened(written(folder, made, cards), **options)


def configured(folder: Path, old: str, new: str) -> None:
    """board.toml with something replaced."""
    file = folder / "board.toml"
    text = file.read_text(encoding="utf-8")
    assert old in text
    file.write_text(text.replace(old, new), encoding="utf-8")


def board_of(building: Building) -> BoardView:
    """The first board."""
    return building.site.boards[0]


def rows_of(building: Building) -> dict[str, RowView]:
    """Rows of the first table by name."""
    return {row.name: row for row in board_of(building).tabs[0].rows}
