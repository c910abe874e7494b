"""A language and a key -> the text readers see. Catalogues are flat JSON files beside this module, without HTML."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path

LANGUAGES = ("en", "ko")
NAMES = {"en": "English", "ko": "한국어"}
_FOLDER = Path(__file__).parent / "i18n"


@cache
def catalogue(lang: str) -> Mapping[str, str]:
    """All texts of a language: key -> template with ``{name}`` placeholders. Raises KeyError for another language."""
    from types import MappingProxyType

    if lang not in LANGUAGES:
        raise KeyError(lang)
    found: dict[str, str] = json.loads((_FOLDER / f"{lang}.json").read_text(encoding="utf-8"))
    return MappingProxyType(found)


def template(lang: str, key: str, values: Mapping[str, object]) -> str:
    """The unfilled text; ``key.one`` is taken when there is one and ``count`` is 1."""
    texts = catalogue(lang)
    return (texts.get(f"{key}.one") if values.get("count") in (1, "1") else None) or texts[key]


def text(lang: str, key: str, /, **values: object) -> str:
    """The text as plain text (not HTML). Raises KeyError for an unknown key or a placeholder without a value."""
    return re.sub(r"\{([a-z_]+)\}", lambda found: str(values[found.group(1)]), template(lang, key, values))


def named(lang: str, prefix: str, word: str) -> str:
    """The text of ``prefix.word``; the word itself when the catalogue has none (metrics, columns of other packages)."""
    return catalogue(lang).get(f"{prefix}.{word}", word)
