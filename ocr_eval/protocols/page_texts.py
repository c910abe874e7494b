"""Tables of pages -> one text per page; and one page explained: its edits, and in which characters they lie.

Not a protocol.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import pairwise
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ocr_eval.protocols.page_counts import PageCounts
    from ocr_eval.tables.instances import Instances
    from ocr_eval.tables.joined import Joined
    from ocr_eval.tables.matches import Matches

MOST = 10  # confusions of one page that are told


def joined_pages(joined: Joined) -> Joined:
    """The same samples with one text each: regions with rings joined by LF in file order."""
    return replace(joined, gt=_pages(joined.gt), pred=_pages(joined.pred))


def _pages(table: Instances) -> Instances:
    """A page is don't care when all its regions are; don't care regions of other pages are no part of the text."""
    if not table.geometry or table.codepoints is None:
        return table
    from ocr_eval.tables.builder import InstancesBuilder

    builder = InstancesBuilder(
        source=table.source, format=table.format, geometry=False, is_folder=table.is_folder
    )
    care = table.care.tolist()
    for sample, entry, (first, end) in zip(
        table.sample_ids, table.entries, pairwise(table.start.tolist()), strict=True
    ):
        builder.begin(sample, entry)
        if end > first:
            kept = [table.texts[i] for i in range(first, end) if care[i]]
            builder.add([], "\n".join(kept), bool(kept), line=int(table.line[first]))
    return builder.build()


def page_explainer(joined: Joined, name: str, counter: PageCounts) -> Callable[[int], Matches]:
    """The verdicts of ``text_explainer`` on the texts in normal form; its steps, and then where the errors lie."""
    from ocr_eval.protocols.raw_texts import Compared, text_explainer

    pages = joined_pages(joined)

    def compare(gt: str, pred: str) -> Compared:
        g, p = counter.form(gt), counter.form(pred)
        return Compared(g, p, g == p)

    told = text_explainer(pages, name, compare)

    def whole(sample: int) -> Matches:
        found = told(sample)
        if not found.pairs:
            return found
        sides = [table.texts[table.span(sample).start] for table in (pages.gt, pages.pred)]
        return replace(found, steps=(*found.steps, *_summary(counter, *sides)))

    return whole


def _summary(counter: PageCounts, gt: str, pred: str) -> Iterator[str]:
    """Where the errors of one page lie, as sentences."""
    from ocr_eval.errors import quote
    from ocr_eval.protocols.page_counts import repeated
    from ocr_eval.text.breakdown import breakdown

    g, p = counter.form(gt), counter.form(pred)
    found = breakdown([("", counter.cut(g), counter.cut(p))])
    for kind, table in (("script", found.scripts), ("block", found.blocks)):
        for name, row in table.items():
            size = row.hits + row.substitutions + row.deletions
            yield f"{kind} {name}: {row.hits} of {size} read, {row.insertions} inserted"
    for old, new, times, _ in found.most_confused(MOST):
        if old and new:
            yield f"{quote(old)} read as {quote(new)} {times} times"
        else:
            yield f"{quote(old)} not read {times} times" if old else f"{quote(new)} inserted {times} times"
    if repeated(p):
        yield f"a line of {repeated(p)} characters stands there three times in a row or more"
