"""A board -> how to cite it: BibTeX and CITATION.cff, with the version and the signature that make it one thing."""

from __future__ import annotations

import json
import re

from ocr_eval.board.model import BoardView, SiteView
from ocr_eval.report.escape import latex, plain


def bibtex(site: SiteView, board: BoardView) -> str:
    """One ``@misc`` entry. Foreign text is escaped for LaTeX; braces in it are balanced by escaping."""
    tab = board.tabs[0] if board.tabs else None
    name = re.sub(r"[^a-z0-9]+", "-", board.id.lower()).strip("-") or "board"
    fields = [
        ("title", f"{{{latex(board.title)}}}, {latex(site.title)}"),
        ("version", str(board.version)),
        ("year", (board.frozen or site.date)[:4]),
        ("month", (board.frozen or site.date)[5:7].lstrip("0")),
        ("note", f"as of {latex(site.date)}" + (f"; \\texttt{{{latex(tab.signature)}}}" if tab else "")),
    ]
    body = "".join(f"  {key:<8}= {{{value}}},\n" for key, value in fields if value)
    return f"@misc{{{name}-v{board.version},\n{body}}}\n"


def cff(site: SiteView, board: BoardView) -> str:
    """CITATION.cff 1.2.0; strings are written as JSON strings, which YAML reads."""

    def quoted(text: str) -> str:
        return json.dumps(plain(text), ensure_ascii=False)

    lines = [
        "cff-version: 1.2.0",
        'message: "If you use these results, please cite this board with its version."',
        "type: dataset",
        f"title: {quoted(f'{board.title}, {site.title}')}",
        f"version: {quoted(str(board.version))}",
        f"date-released: {quoted((board.frozen or site.date)[:10])}",
        "authors:",
        f"  - name: {quoted(site.title)}",
    ]
    if board.tabs:
        lines.append(f"abstract: {quoted(board.tabs[0].signature)}")
    return "\n".join(lines) + "\n"
