"""The one table of sentences that verdicts are made of: catalogue key -> English, with every {name} still to fill in.

Translations stand in the report's catalogues under ``reason.<key>``; ``sentence`` fills either. Strings of files are
filled in as they are: whoever shows a sentence escapes it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ocr_eval.tables.matches import Clause, Value, Verdict

TEMPLATES: dict[str, str] = {
    # pairs by IoU
    "dont_care_region": "don't care region: it is not searched for",
    "match_first": "IoU {iou} > {threshold} with prediction {partner}, the first free one",
    "match_best": "IoU {iou} > {threshold} with prediction {partner}, the best free one",
    "match_gt": "IoU {iou} > {threshold} with gt {partner}",
    "no_prediction_overlaps": "no prediction overlaps it",
    "no_gt_overlaps": "it overlaps no care gt",
    "nearest_prediction": "best IoU is {iou} with prediction {partner}",
    "nearest_gt": "best IoU is {iou} with gt {partner}",
    "iou_needed": "IoU > {threshold} is needed",
    "held_by_dont_care": "which a don't care region holds",
    "taken_by_gt": "which another gt took",
    "taken_by_prediction": "which another prediction took",
    "ignored_above": "{share} > {threshold} of its area lies in don't care gt {partner}",
    "invalid_ring": "its ring is invalid: it can never match nor be ignored",
    # mutual best pairs
    "mutual_match": "IoU {iou} >= {threshold} with prediction {partner}, each is the other's best",
    "mutual_match_gt": "IoU {iou} >= {threshold} with gt {partner}, each is the other's best",
    "ignored_from": "{share} >= {threshold} of its area lies in don't care gt {partner}",
    "better_pair": "which has a better partner",
    "texts_unequal": "texts differ ('{gt_text}', '{pred_text}')",
    "region_match": "its region {region}: IoU {iou} >= {threshold} with region {partner} of the "
    "other side, each is the other's best",
    "region_alone": "its region {region} has no partner with IoU >= {threshold} so that each is the "
    "other's best",
    "region_dont_care": "its region {region} is not legible: it is not searched for",
    "region_ignored": "its region {region} lies in a don't care region by {threshold} of its area or more",
    # text lines
    "found_with_line": "found with text line {line} by prediction {partner}, it counts {credit}",
    "match_line": "IoU {iou} > {threshold} with text line {line}",
    "ignored_by_found": "{share} > {threshold} of its area lies in gt {partner}, which was found with its line",
    # what a match counts
    "tiou_whole": "it counts {credit}, its IoU",
    "tiou_cut": "it counts {credit}, for {share} of its area is left out",
    "tiou_outlying": "it counts {credit}, for {share} of its area lies in other gts",
    # their texts
    "texts_equal": "texts equal",
    "texts_differ": "texts differ: distance {distance} of {length}",
    "texts_agree": "texts agree",
    "texts_disagree": "texts differ ('{gt_text}', '{pred_text}'), pair used up",
    "no_lexicon_word": "no lexicon word is within distance 1",
    "empty_left_out": "its transcription is empty: it is left out",
    "part_of_prediction": "merged: part of a longer prediction",
    "part_of_gt": "split: part of a longer gt text",
    # curved text, word spotting
    "match_own_best": "IoU {iou} > {threshold} with prediction {partner}, the first one whose best gt it is",
    "covered_by": "IoU {iou} >= {threshold} with prediction {partner}, the first one",
    "covers": "IoU >= {threshold} with gt {partners}, which no earlier prediction covered",
    "iou_at_least": "IoU >= {threshold} is needed",
    "angles_apart": "but the angles differ by {angle}, less than {limit} is needed",
    "not_in_dictionary": "don't care: word spotting does not look for it",
    "skipped_ring": "its ring is invalid: the official script skips it",
    "invalid_gt_ring": "its ring is invalid: nothing can match it",
    "takes_ignored": "IoU {iou} > {threshold} with gt {partner}, which is ignored: it counts neither way",
    "score_needed": "its score {score} is not above {least}",
    # the best assignment, and matching by confidence
    "match_assigned": "IoU {iou} > {threshold} with prediction {partner}, in the best assignment of the whole sample",
    "texts_bar": "whose text differs ('{gt_text}', '{pred_text}'), so they cannot be paired",
    "texts_similar": "texts differ, similarity {one_minus_ned}",
    "match_ranked": "IoU {iou} >= {threshold} with prediction {partner}, the first to take it by falling confidence",
    "match_ranked_gt": "IoU {iou} >= {threshold} with gt {partner}",
    "in_crowd": "{share} >= {threshold} of its box lies in don't care gt {partner}: it counts neither way",
    "beyond_rank": "it is not among the {count} most confident predictions of the sample",
    # splits and merges by area
    "one_to_one_pred": "one-to-one with prediction {partner}: "
    "area recall {area_recall}, area precision {area_precision}",
    "one_to_one_gt": "one-to-one with gt {partner}: area recall {area_recall}, area precision {area_precision}",
    "split_into": "split: {count} predictions cover {share} of it in sum",
    "split_part": "one of the {count} predictions that gt {partner} is split into",
    "merge_of": "merge: {count} gts fill {share} of it in sum",
    "merge_part": "one of the {count} gts that prediction {partner} merges",
    "nearest_areas_pred": "nearest is prediction {partner}: area recall {area_recall}, area precision {area_precision}",
    "nearest_areas_gt": "nearest is gt {partner}: area recall {area_recall}, area precision {area_precision}",
    "areas_needed": "{needed_recall} and {needed_precision} are needed",
    "others_qualify": "but others qualify too, and no group of them does",
    "match_own_best_at_least": "IoU {iou} >= {threshold} with prediction {partner}, the first one whose best gt it is",
    "match_gt_at_least": "IoU {iou} >= {threshold} with gt {partner}, its best",
    # pseudo characters
    "centres_in": "{count} of its {size} characters lie in prediction {partners}",
    "centres_of": "{count} of the {size} characters of gt {partners} lie in it",
    "centres_twice": "{count} of them lie in several predictions and earn nothing",
    "cut_into": "it is cut into {count} predictions",
    "joins": "it joins {count} gts",
    "near_centres": "nearest is prediction {partner}: {count} of {size} characters in it, {share} of its area here",
    "near_centres_gt": "nearest is gt {partner}: {count} of its {size} characters in it, {share} of the area there",
    "several_lines": "with others it would span several lines of text",
    "ignored_together": "{share} of its area lies in don't care gts {partners} together",
    "junk": "it costs {count} characters",
    "characters_read": "{count} of {size} characters read",
    "empty_costs_nothing": "its transcription is empty: it costs nothing",
    # words in bounding boxes
    "best_or_equal": "IoU {iou} >= {threshold} with prediction {partner}, the best or the first with equal text",
    "no_text": "it has no transcription: it only counts in detection",
    "short_text": "fewer than {count} characters are left of the gt text: the pair is not scored",
    # characters removed
    "dont_care_text": "transcription is ###",
    "no_prediction_touches": "no prediction touches it",
    "nothing_left": "it touches prediction {partners}, where none of its characters is left",
    "found_some": "{count} of {size} characters found, left: {letters}",
    "found_in_several": "all {size} characters found in {count} predictions",
    "found_all": "all {size} characters found",
    "ignored_share": "{share} of its area lies in don't care gt {partner}",
    "empty_gives_nothing": "its transcription is empty: it gives nothing",
    "invalid_all_wrong": "the ring is invalid: all {size} characters count as wrong",
    "not_needed": "no gt that it touches needs any of its {size} characters",
    "touches_no_gt": "it touches no gt with text",
    "used_some": "{count} of {size} characters used, left: {letters}",
    "used_by_several": "all {size} characters used, by {count} gts",
    "used_all": "all {size} characters used",
    "removal_only": "prediction {pred} '{pred_text}' gives {letters} to gt {gt} '{gt_text}' (its only contact)",
    "removal_largest": "prediction {pred} '{pred_text}' gives {letters} to gt {gt} '{gt_text}' "
    "(holds {share} of its area, the largest share)",
    "removal_tied": "prediction {pred} '{pred_text}' gives {letters} to gt {gt} '{gt_text}' "
    "(holds {share} of its area, the largest share, {tied} tie)",
    # lists of texts
    "dont_care_sample": "the sample is don't care and counts on neither side",
    "dont_care_said": "the ground truth says so",
    "both_empty_skipped": "both texts are empty, and both_empty=skip leaves such samples out",
    "both_empty": "both texts are empty",
    "whole_texts_equal": "the texts are equal",
    "other_text_counts": "accepted text {other} counts instead",
    "no_prediction": "no prediction",
    "substitution": "{count} substitution",
    "substitutions": "{count} substitutions",
    "deletion": "{count} deletion",
    "deletions": "{count} deletions",
    "insertion": "{count} insertion",
    "insertions": "{count} insertions",
    "error_rates": "CER {cer}, 1-NED {one_minus_ned}",
    "error_rate": "1-NED {one_minus_ned}",
    # what a preset makes of them
    "compared_as": "compared as '{gt_text}' and '{pred_text}'",
    "too_long": "the tool leaves out a gt text of this length",
    "outside_charset": "the tool leaves out a gt text with a character outside its set",
    "nothing_left_of_gt": "the tool's filters leave nothing of the gt text, so it leaves the sample out",
    "not_looked_for": "word spotting does not look for such a word",
}

# Clauses that go on with the one before after a comma; any other begins after a semicolon.
GO_ON = frozenset(
    "areas_needed others_qualify iou_needed iou_at_least angles_apart "
    "better_pair held_by_dont_care taken_by_gt taken_by_prediction texts_agree "
    "texts_disagree texts_bar "
    "deletion deletions insertion insertions".split()
)

# How a number is written, by the name it has; others as they are.
FORMATS = {
    "iou": ".4f",
    "credit": ".4f",
    "share": ".4f",
    "angle": ".4f",
    "limit": ".4f",
    "threshold": "g",
    "area_recall": ".4f",
    "area_precision": ".4f",
    "needed_recall": "g",
    "needed_precision": "g",
    "cer": ".4g",
    "one_minus_ned": ".4g",
}


def phrase(key: str, given: Mapping[str, Value], catalogue: Mapping[str, str] | None = None) -> str:
    """One clause, in English or in the language of a ``catalogue``. Raises ValueError when key or names are unknown."""
    try:
        template = TEMPLATES[key] if catalogue is None else catalogue[f"reason.{key}"]
        return template.format_map({name: format(v, FORMATS.get(name, "")) for name, v in given.items()})
    except KeyError as error:
        raise ValueError(f"reason {key!r:.80}: nothing is called {error!s:.80}") from None


def sentence(why: Iterable[Clause], catalogue: Mapping[str, str] | None = None) -> str:
    """All clauses of a verdict as one sentence. Raises ValueError as ``phrase`` does."""
    text = ""
    for key, given in why:
        joint = "" if not text else ", " if key in GO_ON else "; "
        text += joint + phrase(key, given, catalogue)
    return text


def verdict(
    side: str,
    index: int,
    status: str,
    partners: tuple[int, ...] = (),
    *why: Clause,
    numbers: dict[str, float] | None = None,
) -> Verdict:
    """A verdict with its English reason."""
    from ocr_eval.tables.matches import Verdict

    return Verdict(side, index, status, partners, sentence(why), numbers or {}, why)


def extended(verdict: Verdict, *why: Clause, status: str = "") -> Verdict:
    """The verdict with more reasons, and with another ``status`` if one is given."""
    from dataclasses import replace

    every = (*verdict.why, *why)
    return replace(verdict, status=status or verdict.status, why=every, reason=sentence(every))


def clause(key: str, /, **given: Value) -> Clause:
    """A key with what its names stand for."""
    return key, given
