"""PAGE XML (2009 to 2024) -> the text of each page, or its regions with rings: reading order, joined by LF.

``level=region`` takes the regions' own texts, ``line`` joins those of their lines by LF, ``word`` those of the words by
a space, lines without words left out. Of several TextEquivs the lowest ``index`` counts, without any the highest
``conf``, else the first. Where a ReadingOrder stands, a region that it does not name is no part of the text; empty
regions are left out. Reference on recognition, section 13.1; qurator-spk/dinglehopper @1efb382 reads pages this way.
Where rings are wanted, ``page-xml(level=line)``, ``word`` or ``region`` takes all of a level, in document order, each
with its ring and its own text.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import partial

from ocr_eval.errors import Findings, quote
from ocr_eval.formats.glimpse import Glimpse
from ocr_eval.formats.numbers import is_decimal
from ocr_eval.formats.page_text import Part, add_pages, columns_of, level_of, plain_ring
from ocr_eval.formats.page_words import Items, coordinates_of, part_of_one, read_words
from ocr_eval.formats.reader import Columns, Entry, Options
from ocr_eval.formats.told import Word
from ocr_eval.formats.xml_safe import Element, XmlFault, expect_root, load, root_name

ORDERED, UNORDERED = ("OrderedGroup", "OrderedGroupIndexed"), ("UnorderedGroup", "UnorderedGroupIndexed")
KEEP = {
    *("PcGts", "Page", "ReadingOrder", *ORDERED, *UNORDERED, "RegionRef", "RegionRefIndexed"),
    *("TextRegion", "TextLine", "Word", "TextEquiv", "Unicode", "PlainText", "Coords", "Point"),
}
TAGS = {"line": "TextLine", "word": "Word", "region": "TextRegion"}
SKIP = {"Glyph", "Metadata", "Relations", "Layers", "UserDefined"}


class PageXml:
    """Format ``page-xml``: one file per sample."""

    def looks(self, glimpse: Glimpse) -> bool:
        return root_name(glimpse.head) == "PcGts"

    def read(self, entries: Sequence[Entry], options: Options, findings: Findings) -> Columns:
        """One text per page; all instances of a level where rings are wanted."""
        if options.geometry:
            items_of = partial(_items, options=options, findings=findings)
            return read_words("page-xml", ("line", "word", "region"), entries, options, findings, items_of)
        level = level_of(options, "page-xml")
        columns = columns_of("page-xml", options, findings)
        if columns is None:
            return Columns("page-xml", geometry=False)
        pages = []
        for entry in entries:
            root = load(entry, findings, options.limits, KEEP, SKIP)
            if root is None:
                continue
            try:
                parts = page_parts(_page(root), level, entry, options, findings)
            except XmlFault as fault:
                findings.error(fault.code, fault.reason, fault.hint, entry=entry.name, line=fault.line)
                continue
            pages.append((entry, parts))
        add_pages(columns, pages, options, findings)
        return columns


def _page(root: Element) -> Element:
    expect_root(root, "PcGts", "PAGE XML")
    page = next(iter(root.all("Page")), None)
    if page is None:
        raise XmlFault("E_FORMAT", "no Page element in PcGts, expected PAGE XML")
    return page


def _items(entry: Entry, level: str, *, options: Options, findings: Findings) -> Items | None:
    """All elements of a level, in document order."""
    root = load(entry, findings, options.limits, KEEP, SKIP)
    if root is None:
        return None
    page = _page(root)
    found = {name: page.below(tag) for name, tag in TAGS.items()}
    others = next((name for name in TAGS if found[name]), "")
    return Items([(one.line, one) for one in found[level]], partial(_instance, options=options), others)


def _instance(element: Element, *, options: Options) -> Word:
    coords = next(iter(element.all("Coords")), None)
    if coords is None:
        raise XmlFault("E_FORMAT", f"{element.name} without Coords", "", element.line)
    pairs = _pairs(coords)
    if {2} != {*map(len, pairs)}:
        raise XmlFault(
            "E_FORMAT", "points of Coords are no pairs x,y", 'write points="x,y x,y x,y"', element.line
        )
    ring = coordinates_of([value for pair in pairs for value in pair], "Coords", options)
    written = _written(element)
    if written is None:
        return Word(ring, None, None)
    return Word(ring, _unicode(written), part_of_one(written.attributes.get("conf"), "conf"))


def page_parts(page: Element, level: str, entry: Entry, options: Options, findings: Findings) -> list[Part]:
    """The regions of a page that have a text at a level, in reading order. Raises XmlFault."""
    regions = page.below("TextRegion")
    order = next(iter(page.all("ReadingOrder")), None)
    if order is not None:
        everything = regions
        regions = _ordered(order, everything)
        left = len(everything) - len({id(region) for region in regions})
        if left:
            message = "regions outside the reading order are no part of the text"
            findings.warn("W_LAYOUT", message, place=entry.name, count=left)
    texts = [_region_text(region, level) for region in regions]
    if level == "region" and not any(texts) and any(_region_text(region, "line") for region in regions):
        message = "pages whose regions have no text although their lines have: level=line reads them"
        findings.warn("W_LAYOUT", message, place=entry.name)
    parts = zip(regions, texts, strict=True)
    return [Part(text, _ring(region, options) if options.regions else ()) for region, text in parts if text]


def _ring(region: Element, options: Options) -> list[float]:
    """The ring of a region: ``points="x,y x,y"``, or until 2010 a Point each; empty where there is none of use."""
    coords = next(iter(region.all("Coords")), None)
    if coords is None:
        return []
    pairs = _pairs(coords)
    return (
        plain_ring([value for pair in pairs for value in pair], options) if {2} == {*map(len, pairs)} else []
    )


def _pairs(coords: Element) -> list[list[str]]:
    """The points of a ring as they are written."""
    pairs = [point.split(",") for point in coords.attributes.get("points", "").split()]
    return pairs + [[point.attributes.get(axis, "") for axis in "xy"] for point in coords.all("Point")]


def _ordered(order: Element, everything: list[Element]) -> list[Element]:
    """The text regions that the reading order names, in its order; what is no text region is skipped."""
    by_id: dict[str, Element] = {}
    for region in everything:
        by_id.setdefault(region.attributes.get("id", ""), region)
    found = []
    waiting = order.children[::-1]
    while waiting:
        element = waiting.pop()
        if element.name in ORDERED:
            ranked = [(_index(child), child) for child in element.children if "index" in child.attributes]
            waiting += [child for _, child in sorted(ranked, key=lambda pair: pair[0])][::-1]
        elif element.name in UNORDERED:
            waiting += element.children[::-1]
        else:
            named = by_id.get(element.attributes.get("regionRef", ""))
            if named is not None:
                found.append(named)
    return found


def _index(element: Element) -> int:
    value = element.attributes["index"].strip()
    digits = value[1:] if value[:1] == "-" else value
    if not (0 < len(digits) < 10 and digits.isascii() and digits.isdigit()):
        reason = f"index {quote(value)} of {element.name} is no whole number"
        raise XmlFault("E_FORMAT", reason, "number the elements from 0 on", element.line)
    return int(value)


def _region_text(region: Element, level: str) -> str:
    if level == "region":
        return _own_text(region)
    lines = region.all("TextLine")
    if level == "line":
        return "\n".join(map(_own_text, lines))
    words = [[_own_text(word) for word in line.all("Word")] for line in lines]
    return "\n".join(" ".join(line) for line in words if line)


def _own_text(element: Element) -> str:
    """The Unicode of the TextEquiv that counts; an empty text where there is none."""
    written = _written(element)
    return "" if written is None else _unicode(written)


def _unicode(written: Element) -> str:
    texts = written.all("Unicode")
    return texts[0].text if texts else ""


def _written(element: Element) -> Element | None:
    """The TextEquiv that counts."""
    written = element.all("TextEquiv")
    if len(written) > 1:
        key = "index" if any("index" in one.attributes for one in written) else "conf"
        sign = 1 if key == "index" else -1
        written = sorted(written, key=lambda one: sign * _rank(one, key, sign))
    return written[0] if written else None


def _rank(element: Element, key: str, sign: int) -> float:
    """A number that sorts; one without the attribute comes last."""
    if key not in element.attributes:
        return sign * math.inf
    value = element.attributes[key].strip()
    if not is_decimal(value):
        reason = f"{key} {quote(value)} of a TextEquiv is no number"
        raise XmlFault("E_FORMAT", reason, "", element.line)
    return float(value)


PAGE_XML = PageXml()
