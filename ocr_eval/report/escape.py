"""Foreign text -> safe text, one function per place it can end up in. Only this file says what is HTML (``Markup``)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from ocr_eval.errors import escape as terminal

if TYPE_CHECKING:
    from markupsafe import Markup

__all__ = [
    "address",
    "anchor",
    "attribute_lines",
    "breakable",
    "brief",
    "compose",
    "constant",
    "csv_cell",
    "foreign",
    "latex",
    "lines",
    "markdown",
    "plain",
    "tag",
    "terminal",
    "together",
    "unguarded",
    "visible",
    "xml",
]

_FORMULA = ("=", "+", "-", "@", "\t", "\r")  # what a spreadsheet takes for the start of a formula

LIMIT = 300  # characters of a foreign string that a page shows before it folds the rest

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

# What a reader cannot see or what turns text round: controls, soft hyphen, joiners, fillers, separators, bidi marks,
# byte order marks, annotations, tags, lone surrogates, noncharacters. A list of our own, not Unicode categories: those
# differ between Python versions, and pages must not.
_HIDDEN = re.compile(
    "[\x00-\x1f\x7f-\x9f\xad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u2028-\u202e\u2060-\u206f"
    "\u3164\ud800-\udfff\ufdd0-\ufdef\ufeff\uffa0\ufff0-\ufffb\ufffe\uffff\U000e0000-\U000e0fff"
    + "".join(f"{chr(plane + 0xFFFE)}{chr(plane + 0xFFFF)}" for plane in range(0x10000, 0x110000, 0x10000))
    + "]"
)
_DOI = re.compile(r"10\.[0-9]{4,9}/[!-~]+")


def plain(text: str) -> str:
    """Text for attributes, titles and drawings (not yet escaped): every hidden character as ``[U+202E]``."""
    if text.isascii() and text.isprintable():
        return text
    return _HIDDEN.sub(lambda found: f"[U+{ord(found.group()):04X}]", text)


def foreign(text: str, limit: int = LIMIT) -> Markup:
    """Foreign text for a page's body: isolated in ``<bdi>``, hidden characters as marks, folded after ``limit``.

    Longer text becomes a ``<details>``, which may stand in table cells, list items and ``dd``, not in paragraphs or
    links: there use ``brief``.
    """
    from markupsafe import Markup

    if len(text) <= limit:
        return Markup(f"<bdi>{_marked(text)}</bdi>")
    return Markup(
        f'<details class="long"><summary><bdi>{_marked(text[:limit])}…</bdi></summary>'
        f"<bdi>{_marked(text)}</bdi></details>"
    )


def brief(text: str, limit: int = LIMIT) -> Markup:
    """Foreign text for a link or a sentence: like ``foreign``, but cut instead of folded."""
    from markupsafe import Markup

    cut = _marked(text[:limit]) + "…" if len(text) > limit else _marked(text)
    return Markup(f"<bdi>{cut}</bdi>")


def lines(text: str) -> Markup:
    """Foreign text that may hold line feeds (notes): they stay line breaks, everything else is as in ``foreign``."""
    from markupsafe import Markup

    return Markup("<br>").join(foreign(line, 4000) for line in text.strip("\n").split("\n"))


def attribute_lines(text: str) -> Markup:
    """Text for a quoted attribute that keeps its line feeds (what a copy button copies)."""
    from markupsafe import Markup

    return Markup("&#10;").join(Markup(_quoted(line)) for line in text.split("\n"))


def breakable(name: str) -> Markup:
    """A name that a narrow column may break after its underscores."""
    from markupsafe import Markup

    return Markup("_<wbr>").join(Markup(_quoted(part)) for part in name.split("_"))


def _quoted(text: str) -> str:
    import html

    return html.escape(plain(text), quote=True)


def _marked(text: str) -> str:
    import html

    if text.isascii() and text.isprintable() and not text.isspace():
        return html.escape(text, quote=True)
    hidden = (
        re.compile(r"\s") if text.isspace() else _HIDDEN
    )  # a link must have a name: one of spaces shows them
    return hidden.sub(
        lambda found: f'<span class="hidden-character">U+{ord(found.group()):04X}</span>',
        html.escape(text, quote=True),
    )


def address(url: str) -> str | None:
    """A URL that a page may link to: http, https or a DOI, with a host and without user name; else None."""
    from urllib.parse import quote, urlsplit

    if _DOI.fullmatch(url):
        return "https://doi.org/" + quote(url, safe="/")
    if not re.fullmatch(r"(?i:https?)://[!-~]+", url) or re.search(r"[\\<>\"'`{}|^]", url):
        return None
    try:
        parts = urlsplit(url)
        parts.port  # noqa: B018  (raises when it is no number)
    except ValueError:
        return None
    return url if parts.hostname and "@" not in parts.netloc else None


def anchor(url: str) -> Markup:
    """A foreign URL as a link, or as text when it is not one we link to."""
    target = address(url)
    if target is None:
        return foreign(url)
    return tag("a", {"href": target, "rel": "nofollow noopener noreferrer"}, brief(url, 80))


def constant(text: str) -> Markup:
    """A text of ours that is HTML as it stands, also in a quoted attribute. Raises ValueError when it is not."""
    from markupsafe import Markup

    if re.search('[&<>"]', text):
        raise ValueError(text)
    return Markup(text)


def compose(template: str, values: Mapping[str, object]) -> Markup:
    """A text of the catalogue with its ``{name}`` filled in: HTML stays HTML, anything else is escaped.

    Raises KeyError for a name without a value.
    """
    import html

    from markupsafe import Markup, escape

    parts = re.split(r"\{([a-z_]+)\}", template)
    filled = [
        str(escape(_shown(values[part]))) if k % 2 else html.escape(part, quote=True)
        for k, part in enumerate(parts)
    ]
    return Markup("".join(filled))


def tag(name: str, attributes: Mapping[str, object], *children: object) -> Markup:
    """One element. Attributes with None are left out; attribute values and children that are no HTML are escaped."""
    from markupsafe import Markup, escape

    written = "".join(
        f' {key}="{escape(_shown(value))}"' for key, value in attributes.items() if value is not None
    )
    return Markup(f"<{name}{written}>{''.join(str(escape(_shown(c))) for c in children)}</{name}>")


def together(parts: Iterable[Markup], between: str = "") -> Markup:
    """Pieces of HTML in a row."""
    from markupsafe import Markup, escape

    return Markup(str(escape(between)).join(parts))


def _shown(value: object) -> object:
    return plain(value) if isinstance(value, str) and not hasattr(value, "__html__") else value


def visible(text: str) -> str:
    """Text for pages and drawings: control, bidi and invisible characters as visible escapes, the rest as it is."""
    return terminal(text).replace("\\\\", "\\")


def csv_cell(text: str) -> str:
    """A CSV text cell that no spreadsheet takes for a formula, quoted by RFC 4180 where needed."""
    if text[:1] in _FORMULA:
        text = "'" + text
    if any(mark in text for mark in ',"\r\n'):
        return '"' + text.replace('"', '""') + '"'
    return text


def unguarded(cell: str) -> str:
    """The text of a CSV cell without the apostrophe that ``csv_cell`` puts before what looks like a formula."""
    return cell[1:] if cell[:1] == "'" and cell[1:2] in _FORMULA else cell


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
