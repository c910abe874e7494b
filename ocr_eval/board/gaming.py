"""A protocol -> its ceiling and what tricks gain under it, from the table that scripts/gaming.py counted."""

from __future__ import annotations

import json
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING, Any

from ocr_eval.board.model import GamingView

if TYPE_CHECKING:
    from ocr_eval.protocols import EvaluationProtocol

ORDER = ("right_first", "wrong_first")  # the same instances, in another order


@cache
def table() -> dict[str, Any]:
    """``tricks``: keys in order, by kind; ``sets``: name, kind of tricks, rows (protocol, metric, cells in percent)."""
    text = resources.files("ocr_eval.board").joinpath("gaming.json").read_text(encoding="utf-8")
    loaded: dict[str, Any] = json.loads(text)
    return loaded


def gaming_view(rule: EvaluationProtocol) -> GamingView | None:
    """The sets on which this protocol was counted, else the same one under other parameters; None for a stranger."""
    found = [(each, row) for each in table()["sets"] if (row := _row(rule, each["rows"])) is not None]
    if not found:
        return None
    keys = table()["tricks"][found[0][0]["tricks"]]
    cells = [dict(zip(keys, row[2], strict=True)) for _, row in found]
    return GamingView(
        metric=found[0][1][1],
        sets=tuple((each["name"], row[0]) for each, row in found),
        tricks=tuple((key, tuple(own[key] for own in cells)) for key in keys),
        order=tuple(tuple(own.get(key) for key in ORDER) for own in cells) if ORDER[0] in keys else None,
    )


def _row(rule: EvaluationProtocol, rows: list[Any]) -> Any:
    from ocr_eval.protocols import protocol

    own = [row for row in rows if row[0].partition("(")[0] == rule.ID and protocol(row[0]).TASK == rule.TASK]
    return next((row for row in own if row[0] == repr(rule)), own[0] if own else None)
