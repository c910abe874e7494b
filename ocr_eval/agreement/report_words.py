"""Codes of a result -> words of the reader's language: reasons, classes, cases; and where two texts differ."""

from __future__ import annotations

import re

from ocr_eval.report.i18n import catalogue, named, text

LONGEST = 200  # characters of texts whose differences are marked
BLANK = "\u2423"  # an open box: a space that was changed must be seen
# Reasons with a number or a name in them.
_REASONS = (
    (re.compile(r"too few images, an interval takes (?P<count>\d+)"), "too_few"),
    (
        re.compile(r"the one taken as ground truth has (?P<count>\d+) care instances with an empty text"),
        "empty_texts",
    ),
    (re.compile(r".* has no interval: all replicates are equal, which is no certainty"), "no_spread"),
)


def reason(lang: str, words: str | None) -> str:
    """Why a number or an interval is missing; a reason the catalogue does not know is shown as it is."""
    if words is None:
        return text(lang, "agree.why.unknown")
    for pattern, key in _REASONS:
        found = pattern.fullmatch(words)
        if found:
            return text(lang, f"agree.why.{key}", **found.groupdict())
    return catalogue(lang).get("agree.why." + re.sub(r"[^a-z0-9]+", "_", words.lower()).strip("_"), words)


def class_words(lang: str, name: str) -> str:
    """``case+space``: "letter case + white space"; rules of the user keep their names."""
    return " + ".join(named(lang, "agree.class", part) for part in name.split("+"))


def case_words(lang: str, kind: str, name: str) -> str:
    """A guideline case in words."""
    if kind == "text":
        return class_words(lang, name)
    if kind == "structure":
        cut, _, rest = name.partition(", ")
        return (
            f"{named(lang, 'agree.kind', cut)}, {named(lang, 'agree.sub', rest)}"
            if rest
            else named(lang, "agree.kind", cut)
        )
    if kind == "dont-care" and name.startswith("flags of "):
        return text(lang, "agree.case.flags", who=name.removeprefix("flags of "))
    return named(lang, "agree.case", name.replace(" ", "_"))


def pieces(a: str, b: str) -> tuple[list[tuple[str, str]], list[tuple[str, str]]] | None:
    """Both texts in pieces: (element that marks it or "", piece); None for texts that are too long to mark."""
    from ocr_eval.text.distance import edit_script

    if max(len(a), len(b)) > LONGEST:
        return None
    first: list[tuple[str, str]] = []
    second: list[tuple[str, str]] = []
    for kind, old, new in edit_script(a, b):
        if kind == "equal":
            first.append(("", old))
            second.append(("", new))
            continue
        if old:
            first.append(("del", old.replace(" ", BLANK)))
        if new:
            second.append(("ins", new.replace(" ", BLANK)))
    return first, second
