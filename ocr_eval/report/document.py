"""A template and views -> the files of one report: its page in every language, the styles and scripts they share.

The page is ``report.html``, Korean under ``ko/``, styles and scripts in ``static/``. It opens from a disk, asks for
nothing from a network, and needs no script: what those do is the choice of colours.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from ocr_eval.report.i18n import LANGUAGES
from ocr_eval.report.page import STATIC, folder_of, render
from ocr_eval.report.slim import slim

PAGE = "report.html"
SCRIPTS = ("theme.js", "base.js")
STYLES = ("site.css", "reports/report.css")


def document(template: str, folder: Path, views: Callable[[str], Mapping[str, Any]]) -> dict[str, str]:
    """Path -> content. ``folder`` holds the template, ``views(lang)`` gives what it shows in a language.

    The template extends ``document.html``. Same views, same bytes.
    """
    from ocr_eval.record import package_version

    version = package_version()
    files = {}
    for lang in LANGUAGES:
        files[folder_of(lang, LANGUAGES) + PAGE] = render(
            template, lang, PAGE, languages=LANGUAGES, folders=(folder,), version=version, **views(lang)
        )
    for name in (*SCRIPTS, *STYLES):
        source = (STATIC / name).read_text(encoding="utf-8")
        files[f"static/{Path(name).name}"] = slim(name, source)
    return files
