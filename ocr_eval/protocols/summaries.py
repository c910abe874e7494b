"""Protocol ids -> four phrases each: how it matches, how it compares texts, what don't care does, what it cannot see.

One literal table, so that the list of protocols imports none of them; a protocol's own docstring has the whole rule.
"""

from __future__ import annotations

from typing import NamedTuple


class Summary(NamedTuple):
    """Phrases for a list; "none" where a protocol has no such rule."""

    matching: str
    text: str
    dont_care: str
    blind: str  # what it cannot see


_FIRST_FIT = "IoU > .5, first fit in file order"
_DROPS = "drops predictions more than half in one"
_RRC_WORD = "upper case, one outer mark per side of the gt may differ"
_SPOTTED = "cleaned gt, upper case"
_SPOTTING = "as rrc-e2e, and words no dictionary holds"
_AREAS = "area recall and precision: one, split, merge"
_ORDER = "which pair is better, the order of lines can matter"

SUMMARIES: dict[str, Summary] = {
    "rrc-iou": Summary(_FIRST_FIT, "none", _DROPS, "splits, merges, how tight a match is, order of corners"),
    "ic13-v1": Summary(
        _AREAS + " (.8, .4), boxes of whole pixels",
        "none",
        "drops at area precision > .4",
        "merged words cost nothing",
    ),
    "ic13-v2": Summary(
        "ic13-v1, groups of one count as one to one",
        "none",
        "drops at area precision > .4",
        "merged words cost nothing",
    ),
    "ic13-deteval": Summary(
        "ic13-v2, and only single overlaps are one to one",
        "none",
        "drops at area precision > .4",
        "merged words cost nothing; even the ground truth gets .991",
    ),
    "totaltext-deteval": Summary(
        _AREAS + " (.7, .6), rounded to two decimals",
        "none",
        _DROPS,
        "differences below a hundredth of an area",
    ),
    "psenet-deteval": Summary(
        "totaltext-deteval without rounding and without the check of columns",
        "none",
        _DROPS,
        "one prediction that several words match",
    ),
    "totaltext-pascal": Summary(
        "IoU >= .5 with the best gt, in file order",
        "none",
        _DROPS,
        "a second choice, splits, merges, tightness",
    ),
    "ctw1500": Summary(
        "IoU > .5 with the best gt, in file order",
        "none",
        "none",
        "rings that cross themselves: skipped, so free",
    ),
    "psenet-ctw": Summary(
        "IoU >= .5 with any free gt", "none", "none", "merges: one prediction may cover several lines"
    ),
    "td500": Summary(
        _FIRST_FIT + " on unrotated boxes, angles within pi/8",
        "none",
        _DROPS,
        "that boxes are rotated; angles do not wrap around",
    ),
    "tedeval": Summary(
        "area recall and precision >= .4: one, split, merge; scored by pseudo characters",
        "length of the gt only",
        "cut out of predictions, drops by area precision .4",
        "texts; a perfect submission gets .997",
    ),
    "tiou": Summary(
        _FIRST_FIT + ", each pair worth what it covers",
        "none",
        _DROPS + "; counts as other text inside a match",
        "splits and merges; " + _ORDER,
    ),
    "tiou-curved": Summary("tiou on rings of any length", "none", _DROPS, "splits and merges; " + _ORDER),
    "tiou-wordline": Summary(
        "text lines first, then words as tiou",
        "none",
        _DROPS + "; grows by the words of matched lines",
        "don't care lines: none are read as such",
    ),
    "cleval-det": Summary(
        "pseudo characters inside, area precision >= .3; splits and merges cost one each",
        "length of the gt only",
        "cut by care gts, drops by area precision .3",
        "area recall: parts of boxes pass; wide false positives cost one character",
    ),
    "hiertext": Summary(
        "best of each other, IoU >= .5; words as rings, lines and paragraphs as pixels",
        "none",
        "drops predictions half or more in an illegible one",
        "splits and merges; which words make a line but for their pixels",
    ),
    "coco-ap": Summary(
        "IoU .50 to .95, by falling score, best free gt",
        "none",
        "crowds: take any number of predictions",
        "rings: boxes only; more than 100 predictions an image",
    ),
    "rrc-2024": Summary(
        "the best assignment, IoU > .5",
        "exact or RRC's, as part of matching or of the score",
        "drops unmatched predictions only",
        "splits and merges; an image without text scores 0",
    ),
    "cascade": Summary(
        "IoU > .5, best first",
        "upper case: exact, and 1 - distance / longer",
        _DROPS,
        "splits and merges but as rates beside the score",
    ),
    "rrc-e2e": Summary(_FIRST_FIT, _RRC_WORD, _DROPS, "how wrong a word is; a wrong text blocks both sides"),
    "rrc-word-spotting": Summary(
        _FIRST_FIT, _SPOTTED, _SPOTTING, "short words, numbers; the ground truth itself gets .97"
    ),
    "mlt19": Summary(
        _FIRST_FIT,
        "as written and upper case: exact, and 1 - distance / longer",
        _DROPS,
        "splits and merges; " + _ORDER,
    ),
    "tda-rects": Summary(
        "by falling score, best gt of every prediction, IoU > .5",
        "as written: 1 - distance / longer",
        "takes one prediction each, neutral",
        "a second choice; predictions beyond the first in a don't care",
    ),
    "totaltext-e2e": Summary(_FIRST_FIT + ", rings of any length", _RRC_WORD, _DROPS, "how wrong a word is"),
    "totaltext-word-spotting": Summary(
        _FIRST_FIT + ", rings of any length",
        _SPOTTED,
        _SPOTTING,
        "short words, numbers; the ground truth gets .988",
    ),
    "ctw1500-e2e": Summary(_FIRST_FIT + ", rings of any length", _RRC_WORD, _DROPS, "how wrong a line is"),
    "ctw1500-word-spotting": Summary(
        _FIRST_FIT + ", rings of any length",
        _SPOTTED,
        _SPOTTING,
        "lines of several words; the ground truth gets .93",
    ),
    "hiertext-e2e": Summary(
        "best of each other, IoU >= .5",
        "exact, after matching",
        "drops predictions half or more in an illegible one",
        "how wrong a word is; the matching does not look at texts",
    ),
    "cocotext": Summary(
        "boxes, IoU >= .5, best or first with the same text",
        "Latin letters, digits, some marks, lower case; distance 0 or 1",
        "none",
        "missed words: only matched pairs count",
    ),
    "cleval": Summary(
        "as cleval-det",
        "longest common subsequence of characters, as written",
        "as cleval-det",
        "40 % of every box still scores .98; predictions with empty text",
    ),
    "popeval": Summary(
        "convex hulls in contact; only partners first, then the largest part of a gt",
        "sets of characters, as written",
        _DROPS,
        "order of characters, and where they are: one box with all of them is perfect",
    ),
    "recognition": Summary(
        "by sample id",
        "a named normal form; exact, CER, WER, 1-NED",
        "left out and counted",
        "where a text is",
    ),
    "mmocr": Summary(
        "by sample id",
        "as written, lower case, and letters a-z, digits, Han only",
        "none",
        "most scripts: Hangul, kana, Arabic, Thai, Greek are deleted",
    ),
    "paddleocr": Summary("by sample id", "as written without spaces", "none", "spaces"),
    "dtrb": Summary(
        "by sample id", "lower case, digits and a-z", "none", "gts with other characters or over 25: dropped"
    ),
    "parseq": Summary(
        "by sample id",
        "the gt folded to ASCII, both cut to a character set",
        "none",
        "gts that fold to nothing: dropped",
    ),
    "jiwer": Summary(
        "by sample id", "as written, outer blanks stripped", "none", "outer blanks; line breaks join words"
    ),
    "ocrd": Summary(
        "by sample id",
        "NFC, grapheme clusters; words without punctuation",
        "none",
        "punctuation, in its word error rate",
    ),
    "doctr": Summary(
        "by sample id", "as written, lower case, transliterated, both", "none", "how wrong a word is"
    ),
    "rrc-word": Summary("by sample id", _RRC_WORD, "by variant", "how wrong a word is"),
    "page": Summary(
        "whole pages by sample id",
        "a named normal form; CER, WER, bag of words, flexible accuracy",
        "left out and counted",
        "layout, but for the distance of reading orders",
    ),
}
