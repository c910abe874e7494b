"""ALTO (1 to 4) -> the text of each page: CONTENT of the Strings of a line joined by a space, lines by LF.

Document order; all levels give this text. HYP is no text. ``hyphens=join`` puts SUBS_CONTENT in the place of a HypPart1
and leaves the HypPart2 that follows out. ALTERNATIVE, Glyph and Variant are no text either.
"""

from __future__ import annotations

from collections.abc import Sequence

from ocr_eval.errors import Findings
from ocr_eval.formats.glimpse import Glimpse
from ocr_eval.formats.page_text import add_page, columns_of, level_of
from ocr_eval.formats.reader import Columns, Entry, Options
from ocr_eval.formats.xml_safe import Element, XmlFault, load, root_name

KEEP = {"alto", "Layout", "Page", "TextLine", "String"}
SKIP = {"Description", "Styles", "Tags", "Glyph", "ALTERNATIVE", "Shape"}


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
        for entry in entries:
            root = load(entry, findings, options.limits, KEEP, SKIP)
            if root is None:
                continue
            try:
                if root.name != "alto" or not root.all("Layout"):
                    raise XmlFault("E_FORMAT", "no Layout element in alto, expected ALTO XML")
                lines = root.below("TextLine")
                text = "\n".join(" ".join(_words(line, options)) for line in lines)
            except XmlFault as fault:
                findings.error(fault.code, fault.reason, fault.hint, entry=entry.name, line=fault.line)
                continue
            add_page(columns, entry, text, options, findings)
        return columns


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
