"""A page -> its violations of WCAG A and AA, by axe-core.

The script comes with the PyPI package axe-playwright-python (0.1.8: axe-core 4.12.1, the newest on PyPI);
``OCR_EVAL_AXE`` names another ``axe.min.js``, for example a newer one from npm.
"""

from __future__ import annotations

import os
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

TAGS = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa")


@cache
def source() -> str:
    """The script's text."""
    named = os.environ.get("OCR_EVAL_AXE")
    place = Path(named) if named else files("axe_playwright_python") / "axe.min.js"
    return place.read_text(encoding="utf-8")


def axe(page: Any, tags: tuple[str, ...] = TAGS) -> list[str]:
    """One line per offending element: rule, what it asks for, where; empty when the page is fine.

    Goes through the debugger, which the page's policy does not bind, so the page is judged with its policy on.
    """
    page.evaluate(source())
    found = page.evaluate(
        "async tags => (await axe.run(document, {runOnly: {type: 'tag', values: tags}, preload: false,"
        " resultTypes: ['violations']})).violations",
        list(tags),
    )
    return [
        f"{rule['id']} ({rule['help']}): {' '.join(map(str, node['target']))}: {node['html'][:160]}"
        for rule in found
        for node in rule["nodes"]
    ]
