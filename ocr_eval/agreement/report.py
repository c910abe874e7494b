"""Result of ``agree`` -> its report: report.html, a page per image, one folder per further language, style sheets.

A pure function of the result: no clock, no network, no script needed. Every text that annotators wrote is foreign.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import lru_cache, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ocr_eval.agreement import report_figures as figures
from ocr_eval.agreement.report_tables import class_rows, flat_ceilings, headline_ceiling, heat
from ocr_eval.agreement.report_words import BLANK, case_words, class_words, pieces, reason
from ocr_eval.report.i18n import LANGUAGES, named

if TYPE_CHECKING:
    from ocr_eval.agreement.image_views import ImageRow, ImageView
    from ocr_eval.agreement.library import Agreement

HERE = Path(__file__).parent
REPORT = "report.html"
MOST_PAGES = 1000  # pages of single images, those with most disagreement first
MOST_UNITS = 100_000  # rows on all those pages of one language
LISTED = 300  # images in the open part of the list
EXAMPLES = 4  # drawings of a structure case
DRAWN = 300  # drawings of guideline cases on the page
SHELL = ("site.css", "theme.js")

Examples = Sequence[Mapping[tuple[str, str], Sequence[tuple[str, str]]]]


def report_files(
    found: Agreement,
    body: Mapping[str, Any] | None = None,
    *,
    rounds: Mapping[str, Any] | None = None,
    languages: Sequence[str] = LANGUAGES,
) -> Iterator[tuple[str, str]]:
    """(path below the output folder, text) of every file, made one after another.

    ``body`` is ``found.to_json()`` where it was made already. ``rounds`` is the JSON of two rounds of which ``found``
    is the second: the report then begins with what changed. The first of the languages lives at the root.
    """
    from ocr_eval.agreement.image_views import ImageViews, confusion_examples

    views = ImageViews(found)
    whole = found.to_json() if body is None else body
    examples = confusion_examples(found)
    yield from pages(whole, views.rows, views.view, examples, rounds=rounds, languages=languages)


def pages(
    body: Mapping[str, Any],
    rows: Sequence[ImageRow],
    view: Callable[[str], ImageView],
    confusions: Examples,
    *,
    rounds: Mapping[str, Any] | None = None,
    languages: Sequence[str] = LANGUAGES,
) -> Iterator[tuple[str, str]]:
    """The files of a report from plain data: ``body`` is agreement.json, ``rows`` all images, worst first."""
    from ocr_eval.report.page import folder_of

    own = page_paths(rows)
    yield from style_files()
    for lang in languages:
        folder = folder_of(lang, languages)
        yield folder + REPORT, render_report(body, rows, own, confusions, lang, languages, rounds)
    listed = list(own)
    for k, image in enumerate(listed):
        shown = view(image)
        near = (listed[k - 1] if k else None, listed[k + 1] if k + 1 < len(listed) else None)
        for lang in languages:
            page = render_image(body, shown, near, own, lang, languages)
            yield folder_of(lang, languages) + own[image], page


def style_files() -> Iterator[tuple[str, str]]:
    """Style sheets and the scripts of the shell (choice of the theme), without comments."""
    from ocr_eval.report.page import STATIC
    from ocr_eval.report.slim import slim

    for name in SHELL:
        yield f"static/{name}", slim(name, (STATIC / name).read_text(encoding="utf-8"))
    style = (STATIC / "reports" / "agreement.css").read_text(encoding="utf-8")
    yield "static/agreement.css", slim("agreement.css", style)


def page_paths(rows: Sequence[ImageRow]) -> dict[str, str]:
    """Image -> path of its page, for as many images as get one; names are numbers, never raw text."""
    result: dict[str, str] = {}
    units = 0
    for row in rows[:MOST_PAGES]:
        units += row.units
        if result and units > MOST_UNITS:
            break
        result[row.image] = f"images/{len(result) + 1:04d}.html"
    return result


def render_report(
    body: Mapping[str, Any],
    rows: Sequence[ImageRow],
    paths: Mapping[str, str],
    confusions: Examples,
    lang: str,
    languages: Sequence[str] = LANGUAGES,
    rounds: Mapping[str, Any] | None = None,
) -> str:
    """The page with everything in it."""
    listed = body["pairs"]
    names = [row["annotator"] for row in body["annotators"]]
    return _show(
        "agreement.html",
        REPORT,
        lang,
        languages,
        body=body,
        rounds=rounds,
        paths=paths,
        names=names,
        texts=[pair["text"] for pair in listed],
        classes=class_rows(listed),
        structures=[case for case in body["cases"] if case["kind"] == "structure"],
        flat=flat_ceilings(body["ceiling"]),
        ceiling=headline_ceiling(body["ceiling"]),
        confusion_texts=lambda k, row: confusions[k].get((row["a"], row["b"]), ()),
        heat=heat(body),
        works=[row for pair in listed for row in pair["edit_effort"]],
        worked=any("pace" in row for row in body["annotators"]),
        blank=BLANK,
        few=body["images"]["compared"] < 20,
        rows=rows,
        listed=LISTED,
        limits=(EXAMPLES, DRAWN // 10),
        case_words=partial(case_words, lang),
        curve=figures.f1_curve(listed, lang),
        distances=[figures.distances(pair, lang, k) for k, pair in enumerate(listed)],
        offsets=figures.offsets(body["annotators"], lang),
        drifts=figures.drifts(body["annotators"], lang),
        drawing=partial(figures.rings, lang=lang),
    )


def render_image(
    body: Mapping[str, Any],
    view: ImageView,
    near: tuple[str | None, str | None],
    paths: Mapping[str, str],
    lang: str,
    languages: Sequence[str] = LANGUAGES,
) -> str:
    """One image: per pair of annotators the rings of both over each other, and a table of the units."""
    return _show(
        "agreement_image.html",
        paths[view.image],
        lang,
        languages,
        body=body,
        view=view,
        near=near,
        paths=paths,
        overlays=[figures.overlay(pair) for pair in view.pairs],
        class_words=lru_cache(maxsize=None)(partial(class_words, lang)),
        named=lru_cache(maxsize=None)(lambda room, name: named(lang, f"agree.{room}", name)),
    )


def _show(template: str, path: str, lang: str, languages: Sequence[str], **views: Any) -> str:
    from ocr_eval.record import package_version
    from ocr_eval.report.page import render

    return render(
        template,
        lang,
        path,
        languages=languages,
        folders=(HERE / "templates",),
        report=REPORT,
        version=package_version(),
        why=partial(reason, lang),
        pieces=pieces,
        **views,
    )
