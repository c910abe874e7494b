"""ALTO (1 to 4) -> the text of each page: CONTENT of the Strings of a line joined by a space, lines by LF.

Document order; all levels give this text. Regions are the text blocks with their boxes, in pixels only. HYP is no
text. ``hyphens=join`` puts SUBS_CONTENT in the place of a HypPart1 and leaves the HypPart2 that follows out.
ALTERNATIVE, Glyph and Variant are no text either. Where rings are wanted, ``alto(level=word)`` or ``line`` takes every
String or TextLine with its Polygon or box; millimetres and inches need ``resolution=N``, in pixels to the inch.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from ocr_eval.errors import Findings, quote
from ocr_eval.formats.glimpse import Glimpse
from ocr_eval.formats.page_text import Part, add_pages, columns_of, level_of, plain_ring
from ocr_eval.formats.page_words import Items, box_ring, coordinates_of, part_of_one, read_words
from ocr_eval.formats.reader import Columns, Entry, Options
from ocr_eval.formats.schema import corners
from ocr_eval.formats.told import Word
from ocr_eval.formats.xml_safe import Element, XmlFault, expect_root, load, root_name

WORD_KEEP = {"Shape", "Polygon"}
UNITS = {"": 1, "pixel": 1, "mm10": 254, "inch1200": 1200}  # of them in an inch, except pixels
KEEP = {"alto", "MeasurementUnit", "Layout", "Page", "TextBlock", "TextLine", "String"}
SKIP = {"Styles", "Tags", "Glyph", "ALTERNATIVE", "Shape"}


class Alto:
    """Format ``alto``: one file per sample."""

    def looks(self, glimpse: Glimpse) -> bool:
        return root_name(glimpse.head) == "alto"

    def read(self, entries: Sequence[Entry], options: Options, findings: Findings) -> Columns:
        """One text per page; words or lines where rings are wanted."""
        if options.geometry:
            items_of = partial(_items, options=options, findings=findings)
            return read_words("alto", ("word", "line"), entries, options, findings, items_of)
        level_of(options, "alto")
        columns = columns_of("alto", options, findings)
        if columns is None:
            return Columns("alto", geometry=False)
        pages = []
        for entry in entries:
            root = load(entry, findings, options.limits, KEEP, SKIP)
            if root is None:
                continue
            try:
                parts = _parts(_checked(root), options)
            except XmlFault as fault:
                findings.error(fault.code, fault.reason, fault.hint, entry=entry.name, line=fault.line)
                continue
            pages.append((entry, parts))
        add_pages(columns, pages, options, findings)
        return columns


def _checked(root: Element) -> Element:
    expect_root(root, "alto", "ALTO XML")
    if not root.all("Layout"):
        raise XmlFault("E_FORMAT", "no Layout element in alto, expected ALTO XML")
    return root


def _items(entry: Entry, level: str, *, options: Options, findings: Findings) -> Items | None:
    """Every String, or every TextLine that has some."""
    root = load(entry, findings, options.limits, KEEP | WORD_KEEP, SKIP - WORD_KEEP)
    if root is None:
        return None
    lines = _checked(root).below("TextLine")
    if len(root.below("Page")) > 1:
        raise XmlFault("E_FORMAT", "several pages in one file", "write a file for every image")
    found = root.below("String") if level == "word" else [line for line in lines if line.all("String")]
    read = partial(_instance, scale=_scale(root, options), options=options)
    return Items([(one.line, one) for one in found], read)


def _scale(root: Element, options: Options) -> float:
    """Pixels to a unit of the file."""
    units = {unit.text.strip() for unit in root.below("MeasurementUnit")} or {""}
    unit = min(units)
    if len(units) > 1 or unit not in UNITS:
        raise XmlFault(
            "E_FORMAT", f"MeasurementUnit {quote(unit)} is none of {', '.join(filter(None, UNITS))}"
        )
    if UNITS[unit] == 1:
        return 1.0
    if "resolution" not in options.choices:
        reason = f"lengths are measured in {unit}, not in pixels"
        raise XmlFault("E_FORMAT", reason, "give the pixels per inch of the images as alto(resolution=N)")
    return int(options.choices["resolution"]) / UNITS[unit]


def _instance(element: Element, *, scale: float, options: Options) -> Word:
    shape = [polygon for one in element.all("Shape") for polygon in one.all("Polygon")]
    if shape:
        written = shape[0].attributes.get("POINTS", "").replace(",", " ").split()
        ring = coordinates_of(written, "Polygon", options, scale)
        if len(ring) % 2 or not ring:
            raise XmlFault("E_FORMAT", f"Polygon with {len(ring)} numbers, expected pairs", "", element.line)
        ring = ring[:-2] if len(ring) > 2 and ring[:2] == ring[-2:] else ring
    else:
        sides = [element.attributes.get(key, "").strip() for key in ("HPOS", "VPOS", "WIDTH", "HEIGHT")]
        x, y, width, height = coordinates_of(sides, f"the box of {element.name}", options, scale)
        ring = box_ring([x, y, x + width, y + height], f"the box of {element.name}")
    if element.name == "TextLine":
        return Word(ring, " ".join(_words(element, options)), None)
    content = element.attributes.get("CONTENT")
    if content is None:
        raise XmlFault("E_FORMAT", "String without CONTENT", "", element.line)
    return Word(ring, content, part_of_one(element.attributes.get("WC"), "WC"))


def _parts(root: Element, options: Options) -> list[Part]:
    """The text blocks with lines; all lines as one part without a ring where some stand outside any block."""
    lines, blocks = root.below("TextLine"), root.below("TextBlock")
    inside = [block.below("TextLine") for block in blocks]
    if not options.regions or [line for own in inside for line in own] != lines or not _in_pixels(root):
        text = "\n".join(" ".join(_words(line, options)) for line in lines)
        return [Part(text, ())] if lines else []
    return [
        Part("\n".join(" ".join(_words(line, options)) for line in own), _ring(block, options))
        for block, own in zip(blocks, inside, strict=True)
        if own
    ]


def _in_pixels(root: Element) -> bool:
    return all(unit.text.strip() in ("", "pixel") for unit in root.below("MeasurementUnit"))


def _ring(block: Element, options: Options) -> list[float]:
    """The box of a block; empty where there is none of use."""
    values = [block.attributes.get(key, "").strip() for key in ("HPOS", "VPOS", "WIDTH", "HEIGHT")]
    numbers = plain_ring(values, options)
    return corners(numbers[0], numbers[1], numbers[2], numbers[3]) if numbers else []


def _words(line: Element, options: Options) -> list[str]:
    """The texts of a line's Strings."""
    words = []
    for string in line.all("String"):
        content = string.attributes.get("CONTENT")
        if content is None:
            raise XmlFault("E_FORMAT", "String without CONTENT", "", string.line)
        part = string.attributes.get("SUBS_TYPE", "") if options.choices.get("hyphens") == "join" else ""
        whole = string.attributes.get("SUBS_CONTENT")
        if part == "HypPart2" and whole is not None:
            continue
        words.append(whole if part == "HypPart1" and whole is not None else content)
    return words


ALTO = Alto()
