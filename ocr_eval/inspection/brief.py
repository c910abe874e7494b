"""``Inspection`` -> a screen of text: totals, distributions in a line each, what is suspicious, what is there twice."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from ocr_eval.errors import quote

WORDS = {
    "empty": "empty care texts",
    "only_blanks": "texts of white space only",
    "blank_at_end": "white space at an end",
    "doubled_blank": "doubled blanks",
    "control": "control characters",
    "hidden": "invisible characters",
    "strange": "unassigned, private or replacement characters",
    "not_nfc": "not NFC",
    "changed_by_nfkc": "changed by NFKC",
    "mixed_scripts": "scripts mixed inside a word",
    "look_alikes": "digits mixed with letters that look like digits",
    "marker_inside": "don't-care marker inside a longer text",
    "like_a_marker": "looks like a don't-care marker, but is none",
    "in_quotes": "in quotes, which the official scripts take off",
    "self_intersecting": "rings that cross themselves",
    "zero_area": "rings without area",
    "too_few_points": "rings with too few distinct points",
    "other_orientation": "rings that run the other way round",
    "left_of_or_above_image": "rings at negative coordinates",
    "outside_image": "rings that leave their image",
    "duplicate_ring": "the same ring twice",
    "near_duplicate_ring": "rings with IoU > .9",
    "nested": "instances inside another (> .9 of the smaller)",
}


def to_text(data: Mapping[str, Any]) -> str:
    """The summary that a terminal shows; foreign text is escaped."""
    return "\n".join(_lines(data)) + "\n"


def _lines(data: Mapping[str, Any]) -> Iterator[str]:
    yield from _overview(data["gt"])
    yield ""
    yield f"{'':32}{'n':>9}{'5 %':>10}{'median':>10}{'95 %':>10}"
    for row in data["distributions"]:
        q = {entry["p"]: entry["value"] for entry in row["quantiles"]}
        cells = "".join(f"{q[p]:>10g}" for p in (0.05, 0.5, 0.95)) if q else "   none"
        yield f"{row['name'].replace('_', ' '):32}{row['n']:>9}{cells}"
    yield ""
    odd = [row for row in data["suspicious"] if row["count"]]
    yield "suspicious" if odd else "nothing suspicious"
    for row in odd:
        first = row["examples"][0]
        text = "" if first["text"] is None else f" {quote(first['text'])}"
        where = f"{quote(first['sample'])} line {first['line']}{text}"
        yield f"{row['count']:>9}  {WORDS[row['kind']]}, e.g. {where}"
    if data["crowded_samples"]["count"]:
        yield f"{data['crowded_samples']['count']:>9}  samples with too many overlapping rings to look for nested ones"
    same, near = data["duplicates"]["equal"], data["duplicates"]["near"]
    yield f"{same['groups']:>9}  groups of images with equal labels, {near['pairs']} pairs with similar words"
    for group in same["listed"][:5]:
        yield f"{'':11}{' = '.join(quote(s) for s in group['samples'][:6])} ({group['kind']})"
    if data["comparison"]:
        yield ""
        yield from _comparison(data["comparison"])


def _overview(gt: Mapping[str, Any]) -> Iterator[str]:
    yield f"{quote(gt['name'])}: {gt['samples']} samples, {gt['instances']} instances, {gt['care']} care"
    texts = gt["texts"]
    if texts:
        yield (
            f"{texts['characters']} characters ({texts['characters_without_blanks']} without blanks), "
            f"{texts['distinct']} different texts, longest {texts['longest']}; "
            f"{texts['charset']} different characters, {texts['singletons']} of them once"
        )


def _comparison(found: Mapping[str, Any]) -> Iterator[str]:
    yield "compared with"
    yield from _overview(found["other"])
    yield ""
    yield f"{'':32}{'PSI':>10}{'KS':>10}"
    for row in found["shifts"]:
        cells = "".join("       n/a" if row[k] is None else f"{row[k]:>10.3f}" for k in ("psi", "ks"))
        yield f"{row['name'].replace('_', ' '):32}{cells}"
    unseen, leaks = found["unseen"], found["leaks"]
    if unseen and unseen["share_seen"] is not None:
        yield f"{100 * unseen['share_seen']:.1f} % of its texts are known from the first data set"
    yield (
        f"leaks: {leaks['equal']['groups']} groups with equal labels, "
        f"{leaks['near']['pairs']} pairs with similar words, "
        f"{leaks['same_ids']['count']} equal sample ids"
    )
