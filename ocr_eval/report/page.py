"""A template and views -> one HTML page: links relative to the page, texts in its language, everything escaped.

Templates get, beside their views: ``lang``, ``text(key, **values)`` (HTML: values that are no HTML are escaped),
``word(prefix, name)``, ``link(path)`` to a page in the same language, ``asset(path)`` to a file all languages share,
``translation(lang)``, ``languages``, ``scripts`` (paths below ``static/``). Filters: ``foreign``, ``brief``, ``lines``,
``anchor``, ``plain``, ``percent``, ``points``, ``rank``, ``p``, ``ratio``, ``integer``, ``key``.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, lru_cache, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from jinja2 import Environment
    from markupsafe import Markup

HERE = Path(__file__).parent
STATIC = HERE / "static"
# Order is part of the contract; frame-ancestors cannot be set by a meta element and stands in the site's _headers.
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'none'; base-uri 'none'; form-action 'none'; object-src 'none'"
)


@dataclass(frozen=True, slots=True)
class Place:
    """Where a page stands. ``path`` has no language folder; the first language lives at the root of the site."""

    path: str
    lang: str
    languages: tuple[str, ...]

    @property
    def folder(self) -> str:
        """The language's folder with its slash, empty for the first language."""
        return folder_of(self.lang, self.languages)

    def link(self, target: str) -> str:
        """Relative URL of a page in the same language; a ``#fragment`` is kept."""
        return self._relative(self.folder + target)

    def asset(self, target: str) -> str:
        """Relative URL of a file that all languages share."""
        return self._relative(target)

    def translation(self, lang: str) -> str:
        """Relative URL of this page in another language."""
        return self._relative(folder_of(lang, self.languages) + self.path)

    def _relative(self, target: str) -> str:
        from posixpath import dirname, relpath
        from urllib.parse import quote

        path, hash_sign, fragment = target.partition("#")
        start = dirname(self.folder + self.path)
        # Both below a root of their own: relpath would ask for the working directory, which may be gone.
        return quote(relpath(f"/{path}", f"/{start}"), safe="/@~+!,()'") + hash_sign + fragment


def folder_of(lang: str, languages: Sequence[str]) -> str:
    """Where pages of a language live: ``""`` for the first one, else ``"ko/"``."""
    return "" if not languages or lang == languages[0] else f"{lang}/"


@cache
def environment(*folders: Path) -> Environment:
    """The templates of the given folders over ours: escaped by default, an undefined name is an error."""
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    from ocr_eval.report import escape, numbers

    made = Environment(
        loader=FileSystemLoader([*folders, HERE / "templates"], encoding="utf-8"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=_harmless,
    )
    made.filters.update(
        anchor=escape.anchor,
        attribute_lines=escape.attribute_lines,
        breakable=escape.breakable,
        brief=escape.brief,
        foreign=escape.foreign,
        integer=numbers.integer,
        key=key,
        lines=escape.lines,
        p=numbers.p_value,
        percent=numbers.percent,
        plain=escape.plain,
        points=numbers.points,
        rank=numbers.rank,
        ratio=numbers.ratio,
    )
    made.globals["bounds"] = numbers.bounds
    made.globals["policy"] = escape.constant(POLICY)
    return made


def render(
    template: str,
    lang: str,
    path: str,
    *,
    languages: Sequence[str] = ("en",),
    scripts: Sequence[str] = (),
    folders: Sequence[Path] = (),
    **views: Any,
) -> str:
    """The page as text: LF, no blank lines, no trailing spaces, a final line feed.

    ``path`` is the page's place in the site without language folder. ``scripts`` are names below ``static/``, loaded in
    this order after ``theme.js`` and ``base.js``, which every page has.
    """
    from ocr_eval.report.i18n import NAMES, named

    place = Place(path, lang, tuple(languages))
    page = environment(*folders).get_template(template)
    return tidy(
        page.render(
            asset=lru_cache(maxsize=None)(place.asset),
            lang=lang,
            language_names=NAMES,
            languages=place.languages,
            link=lru_cache(maxsize=None)(place.link),
            path=path,
            scripts=tuple(scripts),
            text=partial(_text, lang),
            translation=place.translation,
            word=partial(named, lang),
            **views,
        )
    )


def key(name: str) -> str:
    """A metric's or column's name as part of an attribute name and as a sort key: ``[a-z0-9_-]`` only."""
    return re.sub(r"[^a-z0-9_-]", "-", name.lower()) or "-"


def tidy(page: str) -> str:
    """Without indentation, blank lines and trailing spaces, except inside ``<pre>``."""
    parts = re.split(r"(<pre\b.*?</pre>)", page.replace("\r\n", "\n"), flags=re.DOTALL)
    kept = [part if k % 2 else re.sub(r"[ \t]*\n[ \t\n]*", "\n", part) for k, part in enumerate(parts)]
    return "".join(kept).strip() + "\n"


def _text(lang: str, name: str, /, **values: object) -> Markup:
    from ocr_eval.report.escape import compose
    from ocr_eval.report.i18n import template

    return compose(template(lang, name, values), values)


def _harmless(value: object) -> object:
    """The last gate: text that reached a template without a filter still shows its hidden characters."""
    from ocr_eval.report.escape import plain

    return plain(value) if type(value) is str else value
