"""ALTO (1 to 4) -> the text of each page: CONTENT of the Strings of a line joined by a space, lines by LF.

Document order; all levels give this text. Regions are the text blocks with their boxes, in pixels only. HYP is no
text. ``hyphens=join`` puts SUBS_CONTENT in the place of a HypPart1 and leaves the HypPart2 that follows out.
ALTERNATIVE, Glyph and Variant are no text either.
"""

from __future__ import annotations

from collections.abc import Sequence

from ocr_eval.errors import Findings
from ocr_eval.formats.glimpse import Glimpse
from ocr_eval.formats.page_text import Part, add_pages, columns_of, level_of, plain_ring
from ocr_eval.formats.reader import Columns, Entry, Options
from ocr_eval.formats.schema import corners
from ocr_eval.formats.xml_safe import Element, XmlFault, load, root_name

KEEP = {"alto", "MeasurementUnit", "Layout", "Page", "TextBlock", "TextLine", "String"}
SKIP = {"Styles", "Tags", "Glyph", "ALTERNATIVE", "Shape"}


class Alto:
    """Format ``alto``: one file per sample."""

    def looks(self, glimpse: Glimpse) -> bool:
        return root_name(glimpse.head) == "alto"

    def read(self, entries: Sequence[Entry], options: Options, findings: Findings) -> Columns:
        """One text per page."""
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
                if root.name != "alto" or not root.all("Layout"):
                    raise XmlFault("E_FORMAT", "no Layout element in alto, expected ALTO XML")
                parts = _parts(root, options)
            except XmlFault as fault:
                findings.error(fault.code, fault.reason, fault.hint, entry=entry.name, line=fault.line)
                continue
            pages.append((entry, parts))
        add_pages(columns, pages, options, findings)
        return columns


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
