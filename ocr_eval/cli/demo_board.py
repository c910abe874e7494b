"""The demo's board: a copy of our leaderboard, completed with the reasons of every match, and its site."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from ocr_eval.errors import escape, usage_error

if TYPE_CHECKING:
    from ocr_eval.cli.options import Settings

COMMANDS = (
    "ocr-eval board rescore {board} --overlays",
    "ocr-eval board build {board} --out {site} --lang all",
)


def build_demo(folder: Path, settings: Settings) -> list[str]:
    """Writes ``folder/board`` and ``folder/site``; the commands that do the same with a copy of the board."""
    from ocr_eval.board.library import build_board
    from ocr_eval.cli.board_rescore import rescore

    board, site = folder / "board", folder / "site"
    if not (board / "board.toml").is_file():
        _copy(board)
    flags = {
        "slugs": (),
        "dataset": None,
        "protocol": (),
        "overlays": True,
        "lexicon": None,
        "invalid_polygons": "refuse",
        "reason": "",
    }
    rescore(settings, board, flags, "2026-11-21")  # a result is only written where one is missing: none is
    build_board(board, site, lang="all")
    names = {"board": escape(str(board)), "site": escape(str(site))}
    return [command.format(**names) for command in COMMANDS]


def _copy(board: Path) -> None:
    """Our leaderboard, file by file."""
    import shutil

    from ocr_eval.assets import leaderboard_path
    from ocr_eval.cli.temporaries import Temporary

    try:
        new = Temporary(board, is_folder=True)
        try:
            shutil.copytree(leaderboard_path(), new.path, copy_function=shutil.copyfile, dirs_exist_ok=True)
            new.path.rename(board)
        finally:
            new.discard()
    except OSError as error:
        reason = f"{escape(str(board))} cannot be written: {getattr(error, 'strerror', None) or 'some of its files'}"
        raise usage_error(reason, "choose another folder with --out DIR") from None
