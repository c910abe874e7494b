"""Views -> feed.atom, badges, sitemap.xml, _headers: what machines read of a site."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from urllib.parse import quote, urlsplit

from ocr_eval.board.model import BoardView, EventView, RowView, SiteView, TabView
from ocr_eval.report.escape import plain, xml
from ocr_eval.report.numbers import bounds, percent, rank

ENTRIES = 200  # newest events in the feed
NOBODY = (
    "ocr-eval.invalid"  # tagging authority of sites whose address is not known (RFC 2606 keeps .invalid free)
)
TAGGED = "2026"  # year in which the authority is said to hold its name (RFC 4151); constant, so that ids are stable
COLOURS = {"plain": "#4c6a92", "best": "#2e7d32", "out": "#6b6b6b"}
HEIGHT, SIZE = 20, 11  # pixels of a badge and of its letters


def feed(site: SiteView, url: str = "", address: str = "feed.atom") -> str:
    """Atom 1.0: one entry per board and event, newest first; ids from board id and number of the event."""
    authority = urlsplit(url).hostname or NOBODY
    own = f"tag:{authority},{TAGGED}:"
    boards = [board for board in site.boards if "@" not in board.id]  # no older versions
    events = [(board, event) for board in boards for event in board.changes]
    events.sort(key=lambda pair: (pair[1].date, pair[1].seq, pair[0].id), reverse=True)
    newest = max((event.date for _, event in events), default=site.date)
    lines = [
        '<?xml version="1.0" encoding="utf-8"?>',
        '<feed xmlns="http://www.w3.org/2005/Atom">',
        f"<id>{own}{xml(_slug(site.title))}</id>",
        f"<title>{_text(site.title)}</title>",
        f"<updated>{_time(newest)}</updated>",
        f"<author><name>{_text(site.title)}</name></author>",
        f'<generator version="{xml(site.version)}">ocr_eval</generator>',
        f'<link rel="self" type="application/atom+xml" href="{xml(_join(url, address))}"/>',
        f'<link rel="alternate" type="text/html" href="{xml(_join(url, "index.html"))}"/>',
    ]
    for board, event in events[:ENTRIES]:
        lines += _entry(board, event, own, url)
    return "\n".join([*lines, "</feed>"]) + "\n"


def _entry(board: BoardView, event: EventView, own: str, url: str) -> Iterable[str]:
    title = f"{board.title}: {event.event} {event.name or event.key}".rstrip()
    yield "<entry>"
    yield f"<id>{own}{xml(board.id)}:{event.seq}</id>"
    yield f"<title>{_text(title)}</title>"
    yield f"<updated>{_time(event.date)}</updated>"
    yield f'<link rel="alternate" type="text/html" href="{xml(_join(url, f"b/{board.id}/index.html"))}"/>'
    change = f"{event.old} → {event.new}" if event.old and event.new else event.new or event.old
    summary = " · ".join(part for part in (event.protocol, change, event.reason) if part)
    yield f"<summary>{_text(summary or title)}</summary>"
    yield "</entry>"


def badge_message(tab: TabView, row: RowView) -> tuple[str, str]:
    """What a badge says, and its colour: the headline metric with interval and rank set, never a bare rank."""
    if row.state in ("withdrawn", "not-rescored"):
        return row.state.replace("-", " "), COLOURS["out"]
    value = row.values.get(tab.headline)
    number = percent(None if value is None else value.value, tab.decimals)
    interval = "" if value is None else bounds(value.lo, value.hi, tab.decimals)
    parts = [f"{tab.headline} {number} {interval}".rstrip()]
    if row.rank is not None:
        parts.append(f"rank {rank(row.rank)}")
    elif row.state in ("baseline", "ceiling"):
        parts.append(row.state)
    return " · ".join(parts), COLOURS["best" if row.could_be_best else "plain"]


def badge_json(board: BoardView, tab: TabView, row: RowView) -> str:
    """The endpoint schema of shields.io."""
    message, colour = badge_message(tab, row)
    body = {"schemaVersion": 1, "label": _label(board), "message": message, "color": colour.lstrip("#")}
    return json.dumps(body, ensure_ascii=False, separators=(",", ":")) + "\n"


def badge_svg(board: BoardView, tab: TabView, row: RowView) -> str:
    """A drawing of our own with text nodes, no style attribute, no reference; white letters reach contrast AA."""
    label = _label(board)
    message, colour = badge_message(tab, row)
    left, right = _width(label), _width(message)
    whole = left + right
    name = f"{label}: {message}"
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{whole}" height="{HEIGHT}" '
        f'viewBox="0 0 {whole} {HEIGHT}" role="img" aria-label="{xml(name)}">\n<title>{xml(name)}</title>\n'
        f'<rect width="{whole}" height="{HEIGHT}" rx="3" fill="#444"/>\n'
        f'<path d="M{left} 0H{whole - 3}a3 3 0 0 1 3 3V{HEIGHT - 3}a3 3 0 0 1 -3 3H{left}Z" fill="{colour}"/>\n'
        f'<g fill="#fff" font-family="Verdana,DejaVu Sans,sans-serif" font-size="{SIZE}">\n'
        + _letters(label, 0, left)
        + _letters(message, left, right)
        + "</g>\n</svg>\n"
    )


def sitemap(pages: Iterable[str], url: str, date: str) -> str:
    """sitemap.xml of all pages; only for a site whose address is known, because entries must be absolute."""
    lines = [
        '<?xml version="1.0" encoding="utf-8"?>',
        '<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">',
    ]
    day = f"<lastmod>{date}</lastmod>" if re.fullmatch(r"\d{4}-\d\d-\d\d", date) else ""
    lines += [f"<url><loc>{xml(_join(url, page))}</loc>{day}</url>" for page in sorted(pages)]
    return "\n".join([*lines, "</urlset>"]) + "\n"


def headers(policy: str) -> str:
    """``_headers`` for hosts that read it: the pages' policy, and what a meta element cannot say."""
    return (
        "/*\n"
        f"  Content-Security-Policy: {policy}; frame-ancestors 'none'\n"
        "  X-Content-Type-Options: nosniff\n"
        "  Referrer-Policy: no-referrer\n"
    )


def _label(board: BoardView) -> str:
    title = plain(board.title)
    return title if len(title) <= 40 else title[:39] + "…"


def _letters(text: str, left: int, width: int) -> str:
    """One line of text, stretched or squeezed to the width that was reckoned for it."""
    return f'<text x="{left + 6}" y="14" textLength="{width - 12}" lengthAdjust="spacingAndGlyphs">{xml(text)}</text>\n'


def _width(text: str) -> int:
    """Pixels of a part: narrow, wide and CJK letters as Verdana and its substitutes have them, and the margins."""
    units = sum(
        40 if c in "il.,:;'|![] ·" else 95 if c in "mwMW%@" else 110 if ord(c) > 0x2E7F else 66 for c in text
    )
    return 12 + max(1, (units * SIZE + 50) // 100)


def _text(text: str) -> str:
    return xml(plain(text))


def _time(date: str) -> str:
    """A date as Atom wants it, midnight UTC; the epoch where a store has no date at all."""
    return f"{date or '1970-01-01'}T00:00:00Z"


def _slug(text: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")[:64] or "board"


def _join(url: str, path: str) -> str:
    """Absolute where the site's address is known, else relative to the site's folder."""
    return f"{url.rstrip('/')}/{quote(path, safe='/@')}" if url else quote(path, safe="/@")
