"""Foreign text -> safe text, one function per place it can end up in."""

from __future__ import annotations

import re

from ocr_eval.errors import escape as terminal

__all__ = ["csv_cell", "latex", "markdown", "terminal", "visible", "xml"]

_LATEX = {
    "\\": r"\textbackslash{}",
    "{": r"\{",
    "}": r"\}",
    "$": r"\$",
    "&": r"\&",
    "#": r"\#",
    "%": r"\%",
    "_": r"\_",
    "^": r"\textasciicircum{}",
    "~": r"\textasciitilde{}",
    "<": r"\textless{}",
    ">": r"\textgreater{}",
}


def visible(text: str) -> str:
    """Text for pages and drawings: control, bidi and invisible characters as visible escapes, the rest as it is."""
    return terminal(text).replace("\\\\", "\\")


def csv_cell(text: str) -> str:
    """A CSV text cell that no spreadsheet takes for a formula, quoted by RFC 4180 where needed."""
    if text[:1] in ("=", "+", "-", "@", "\t", "\r"):
        text = "'" + text
    if any(mark in text for mark in ',"\r\n'):
        return '"' + text.replace('"', '""') + '"'
    return text


def latex(text: str) -> str:
    """Text for LaTeX: active characters become commands, control and bidi characters visible escapes."""
    return "".join(_LATEX.get(character, character) for character in terminal(text))


def markdown(text: str) -> str:
    """Text for a Markdown table cell: no markup, no HTML, no cell border."""
    return re.sub(r"([\\`*_{}\[\]()#+!|~<>&-])", r"\\\1", visible(text))


def xml(text: str) -> str:
    """Text for XML, SVG and HTML, in content or in a quoted attribute; characters XML forbids become U+FFFD."""
    import html

    return html.escape("".join(c if _is_xml(ord(c)) else "\ufffd" for c in text), quote=True)


def _is_xml(point: int) -> bool:
    """The Char production of XML 1.0."""
    return point >= 0x10000 or 0x20 <= point <= 0xD7FF or 0xE000 <= point <= 0xFFFD or point in (9, 10, 13)
