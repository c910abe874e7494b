"""``recognition`` and the units against the stored outputs of rapidfuzz, jiwer, dinglehopper and others."""

from __future__ import annotations

import json
import random
import unicodedata
from pathlib import Path
from typing import Any

import pytest

from ocr_eval import protocol
from ocr_eval.text.distance import alignment, distance
from ocr_eval.text.normal_forms import normal_form
from ocr_eval.text.units import units
from tests.texts import joined, score

GOLD = Path(__file__).resolve().parents[1] / "gold/recognition/tricky.json"

# Column of tricky.json -> the protocol and the value of ours with the same definition.
SAME = {
    "rapidfuzz.Levenshtein.distance": ("recognition(normal_form=raw)", "distance"),
    "rapidfuzz.1-NED(max len)": ("recognition(normal_form=raw)", "one_minus_ned_max"),
    "editdistance.eval": ("recognition(normal_form=raw)", "distance"),
    "edlib.editDistance": ("recognition(normal_form=raw)", "distance"),
    "polyleven": ("recognition(normal_form=raw)", "distance"),
    "nltk.edit_distance": ("recognition(normal_form=raw)", "distance"),
    "torchmetrics.edit_distance": ("recognition(normal_form=raw)", "distance"),
    "jiwer.cer": ("recognition(normal_form=strip)", "cer"),
    "jiwer.wer": ("recognition(normal_form=raw,words=space)", "wer"),
    "hf_evaluate.cer": ("recognition(normal_form=strip)", "cer"),
    "hf_evaluate.wer": ("recognition(normal_form=raw,words=space)", "wer"),
    "torchmetrics.char_error_rate": ("recognition(normal_form=raw)", "cer"),
    "torchmetrics.word_error_rate": ("recognition(normal_form=raw,words=whitespace)", "wer"),
    "dinglehopper.cer(str,NFC)": ("recognition(normal_form=nfc,unit=grapheme)", "cer"),
    "dinglehopper.wer(str,NFC)": ("recognition(normal_form=nfc)", "wer"),
    "dinglehopper.distance": ("recognition(normal_form=nfc,unit=grapheme)", "distance"),
    "NFC+1-NED": ("recognition(normal_form=nfc)", "one_minus_ned_max"),
    "NFKC+1-NED": ("recognition(normal_form=nfkc)", "one_minus_ned_max"),
    "NFKC+casefold equal": ("recognition(normal_form=nfkc+casefold+nfkc)", "wem"),
}

# (id, column) -> what the other tool gives, what we give, why.
DIFFERENT = {
    ("both_empty", "torchmetrics.char_error_rate"): ("nan", 0.0, "0/0 without an error is no error"),
    ("both_empty", "torchmetrics.word_error_rate"): ("nan", 0.0, "0/0 without an error is no error"),
    ("both_empty", "hf_evaluate.cer"): ("ZeroDivisionError: division by zero", 0.0, "we answer instead"),
    ("both_empty", "hf_evaluate.wer"): ("ZeroDivisionError: division by zero", 0.0, "we answer instead"),
    ("gt_symbol_only", "dinglehopper.wer(str,NFC)"): ("inf", None, "no infinity in our output"),
}

# Columns that are checked below by other means, or are no metric of this protocol.
ELSEWHERE = {
    "jiwer.mer": "an error rate over aligned words; checked through the units",
    "torchmetrics.match_error_rate": "the same with words between white space; checked through the units",
    "jamo/NFD": "two values; checked below",
    "rapidfuzz.OSA.distance": "allows transpositions",
    "Levenshtein.ratio(indel)": "no substitutions",
    "dinglehopper.cli(NFC_SBB)": "preset ocrd",
    "ocreval.accuracy": "its own alignment and white space",
    "ocreval.wordacc": "insertions are free",
    "mmocr": "preset",
    "PaddleOCR.RecMetric(default)": "preset",
    "PaddleOCR.RecMetric(is_filter)": "preset",
    "PaddleOCR.RecMetric(ignore_space=False)": "preset",
    "DTRB.norm_ED(raw)": "preset",
    "DTRB(sensitive+filtering_off)": "preset",
    "PARSeq(36char)": "preset",
    "docTR.string_match": "preset",
    "ICDAR15_e2e.transcription_match": "preset",
    "OCRBench_v2.vqa": "another rule",
    "ANLS": "another rule",
    "olmOCR.normalize+equal": "another rule",
    "KITAB.cer": "another rule",
    "OmniDocBench.clean+NED": "another rule",
}

# Where the defaults of ``recognition`` part from the other tool on purpose: column -> our value, id -> why.
NFC, NEWLINES, STRIP = "NFC joins the two", "CR LF is LF", "jiwer strips the ends, we count them"
PUNCTUATION = "punctuation, symbols and format characters are no word under uax29"
DEFAULTS = {
    "rapidfuzz.Levenshtein.distance": ("distance", {"cjk_compat": NFC, "korean_nfd": NFC, "crlf": NEWLINES}),
    "rapidfuzz.1-NED(max len)": (
        "one_minus_ned_max",
        {"cjk_compat": NFC, "korean_nfd": NFC, "crlf": NEWLINES},
    ),
    "jiwer.cer": (
        "cer",
        {"cjk_compat": NFC, "korean_nfd": NFC, "crlf": NEWLINES, "lead_trail_space": STRIP},
    ),
    "jiwer.wer": (
        "wer",
        {
            **dict.fromkeys(("cjk_compat", "korean_nfd"), NFC),
            **dict.fromkeys(("both_symbols_only", "gt_symbol_only", "trailing_punct"), PUNCTUATION),
            **dict.fromkeys(("fullwidth_punct", "dash_kinds", "minus", "bidi_mark", "bom"), PUNCTUATION),
            **dict.fromkeys(("emoji_zwj", "emoji_flag"), PUNCTUATION),
            **dict.fromkeys(("nbsp", "tab_newline", "crlf"), "jiwer separates words at U+0020 only"),
            "cjk_ext": "each Han character is a word under uax29",
        },
    ),
}


def rounded(value: Any) -> Any:
    """Top-level floats of the file have six decimals."""
    return round(value, 6) if isinstance(value, float) else value


@pytest.fixture(scope="module", params=["gold", "reference"])
def cases(request: pytest.FixtureRequest) -> list[tuple[str, str, str, dict[str, Any]]]:
    """(id, gt, pred, column -> value); the project's own copy holds the columns of the issue, the folder all."""
    if request.param == "gold":
        found = json.loads(GOLD.read_text(encoding="utf-8"))["cases"]
        return [(case.pop("id"), case.pop("gt"), case.pop("pred"), case) for case in found]
    file = request.getfixturevalue("shared") / "expected/recognition/tricky.json"
    return [
        (case["id"], case["gt"], case["pred"], case["peers"])
        for case in json.loads(file.read_text(encoding="utf-8"))["cases"]
    ]


Cases = list[tuple[str, str, str, dict[str, Any]]]


def test_every_column_is_ours_or_named(cases: Cases) -> None:
    for _, _, _, columns in cases:
        assert set(columns) <= {*SAME, *ELSEWHERE}
    assert {"rapidfuzz.Levenshtein.distance", "jiwer.cer", "jiwer.wer", "NFC+1-NED"} <= set(cases[0][3])


def test_same_definition_same_value(cases: Cases) -> None:
    checked = 0
    for case, gt, pred, columns in cases:
        for column, (rule, name) in SAME.items():
            if column in columns:
                checked += 1
                ours, theirs = rounded(score(rule, gt, pred)[name]), columns[column]
                if (case, column) in DIFFERENT:
                    assert (theirs, ours) == DIFFERENT[case, column][:2], (case, column)
                else:
                    assert ours == theirs, (case, column)
    assert checked in (52 * 7, 52 * len(SAME))


@pytest.mark.parametrize("column", DEFAULTS)
def test_defaults_differ_where_the_table_says(column: str, cases: Cases) -> None:
    name, reasons = DEFAULTS[column]
    different = [
        case
        for case, gt, pred, columns in cases
        if rounded(score("recognition", gt, pred)[name]) != columns[column]
    ]
    assert set(different) == set(reasons)


@pytest.mark.parametrize("unit", ["jamo", "codepoint"])
def test_jamo_are_code_points_after_nfd(unit: str, cases: Cases) -> None:
    for case, gt, pred, columns in cases:
        found = score(f"recognition(normal_form=nfd,unit={unit})", gt, pred)
        assert {"dist": found["distance"], "ned": rounded(found["sum:ned"])} == columns["jamo/NFD"], case


def test_match_error_rates_through_the_units(cases: Cases) -> None:
    """jiwer divides by the aligned words, torchmetrics by the words of the longer side."""
    for case, gt, pred, columns in cases:
        for column, unit in (
            ("jiwer.mer", "word-space"),
            ("torchmetrics.match_error_rate", "word-whitespace"),
        ):
            a, b = units(unit)(gt), units(unit)(pred)
            edits = alignment(a, b)
            size = edits.distance + edits.hits if column == "jiwer.mer" else max(len(a), len(b))
            if column in columns:
                ours = round(edits.distance / size, 6) if size else 0
                assert ours == (0 if columns[column] == "nan" else columns[column]), (case, column)


@pytest.fixture(scope="module")
def pages(shared: Path) -> list[tuple[dict[str, Any], str, str]]:
    """(stored outputs, gt, prediction) of each page."""
    found = json.loads((shared / "expected/recognition/pages.json").read_text(encoding="utf-8"))
    return [
        (
            page,
            *(
                (shared / "data/pages" / f"{page['id']}.{side}.txt").read_bytes().decode()
                for side in ("gt", "pred")
            ),
        )
        for page in found
    ]


def rows(rule: str, pages: list[tuple[dict[str, Any], str, str]]) -> list[dict[str, Any]]:
    """Columns and sums per page, from one count of all of them."""
    gt = {page["id"]: text for page, text, _ in pages}
    pred = {page["id"]: text for page, _, text in pages}
    counts = protocol(rule).count(joined(gt, pred), None)  # type: ignore[arg-type]
    assert counts.sums is not None
    return [
        dict(zip(counts.columns, row, strict=True))
        | {f"sum:{name}": value for name, value in zip(counts.sum_columns, real, strict=True)}
        for row, real in zip(counts.rows.tolist(), counts.sums.tolist(), strict=True)
    ]


def test_fifty_pages_have_rapidfuzz_distances(pages: Any) -> None:
    raw, nfc = rows("recognition(normal_form=raw)", pages), rows("recognition(normal_form=nfc)", pages)
    assert len(pages) == 50
    for (page, _, _), row, normal in zip(pages, raw, nfc, strict=True):
        found = {
            "distance": row["distance"],
            "normalized_distance": row["sum:ned"],
            "distance_nfc": normal["distance"],
        }
        assert found == page["rapidfuzz"], page["id"]
        assert (row["length_gt"], row["length_pred"]) == (page["n_chars_gt"], page["n_chars_pred"])


def test_fifty_pages_have_jiwer_edits(pages: Any) -> None:
    for (page, gt, pred), row in zip(pages, rows("recognition(normal_form=strip)", pages), strict=True):
        official = page["jiwer_chars(default transform: strips)"]
        edits = {
            "hits": row["hits"],
            "S": row["substitutions"],
            "D": row["deletions"],
            "I": row["insertions"],
        }
        assert {"cer": row["sum:cer"], **edits} == official, page["id"]
        cut = units("word-space")
        words = alignment(cut(gt), cut(pred))
        wip = words.hits / len(cut(gt)) * (words.hits / len(cut(pred))) if cut(pred) else 0
        expected = {
            "wer": words.distance / len(cut(gt)),
            "mer": words.distance / (words.distance + words.hits),
            "hits": words.hits,
            "S": words.substitutions,
            "D": words.deletions,
            "I": words.insertions,
        }
        official = page["jiwer_words(default transform)"]
        assert official == expected | {"wip": official["wip"], "wil": official["wil"]}, page["id"]
        # jiwer multiplies and divides in another order: two roundings of numbers below 1
        assert wip == pytest.approx(official["wip"], rel=0, abs=2 * 2**-53)


@pytest.mark.parametrize(
    ("column", "form"),
    [("dinglehopper(str: NFC, grapheme)", "nfc"), ("dinglehopper_cli(XML, NFC_SBB)", "nfc+sbb")],
)
def test_fifty_pages_have_dinglehopper_rates(column: str, form: str, pages: Any) -> None:
    """The texts of the six pages with XML already went through the substitutions of the command line."""
    checked = 0
    for (page, _, _), row in zip(
        pages, rows(f"recognition(normal_form={form},unit=grapheme)", pages), strict=True
    ):
        if column in page:
            checked += 1
            found = {
                "cer": row["distance"] / row["length_gt"],
                "n_characters": row["length_gt"],
                "wer": row["word_distance"] / row["words_gt"],
                "n_words": row["words_gt"],
            }
            assert found == {name: page[column][name] for name in found}, page["id"]
    assert checked == (50 if form == "nfc" else 6)


# id, D / length in code points, cer_n, word errors / words by space, white space and UAX #29
CHECK_VALUES = [
    ("brochrnx", (109, 1404), 0.07606, (74, 195), (80, 228), (39, 230)),
    ("actevedef_calamari", (119, 4673), 0.02539, (104, 674), (102, 741), (80, 727)),
    ("actevedef_tess", (188, 4673), 0.03992, (140, 674), (143, 741), (117, 727)),
    ("lorem_scan", (0, 591), 0.0, (0, 94), (0, 100), (0, 100)),
    ("lorem_scan_bad", (8, 591), 0.01347, (7, 94), (7, 100), (7, 100)),
    ("fake_page2018", (2, 827), 0.00242, (2, 117), (2, 136), (2, 130)),
    ("mdp_hi_magazine_0", (2936, 1320), 0.69425, (224, 239), (231, 239), (437, 235)),
    ("mdp_th_book_38", (2380, 445), 0.84307, (191, 23), (194, 23), (754, 334)),
    ("mdp_jp_newspaper_48", (2963, 2995), 0.53804, (199, 111), (223, 113), (1122, 2414)),
]


@pytest.mark.parametrize(("page", "cer", "cer_n", "space", "whitespace", "uax29"), CHECK_VALUES)
def test_a_page_has_its_check_values(
    page: str,
    cer: tuple[int, int],
    cer_n: float,
    space: tuple[int, int],
    whitespace: tuple[int, int],
    uax29: tuple[int, int],
    pages: Any,
) -> None:
    (texts,) = [(gt, pred) for found, gt, pred in pages if found["id"] == page]
    for words, expected in (("space", space), ("whitespace", whitespace), ("uax29", uax29)):
        found = score(f"recognition(normal_form=raw,words={words})", *texts)
        assert (found["word_distance"], found["words_gt"]) == expected
        assert (found["distance"], found["length_gt"]) == cer
        assert found["cer_n"] == pytest.approx(cer_n, abs=0.000005)  # printed with five decimals


def test_two_scripts_have_their_graphemes(pages: Any) -> None:
    expected = {"mdp_hi_magazine_0": (2809, 865), "mdp_th_book_38": (2241, 378)}
    found = {
        page["id"]: (row["distance"], row["length_gt"])
        for (page, _, _), row in zip(
            pages, rows("recognition(normal_form=nfc,unit=grapheme)", pages), strict=True
        )
    }
    assert {page: found[page] for page in expected} == expected


def random_pairs() -> list[tuple[str, str]]:
    rng = random.Random(9)
    alphabet = "ab é\u0301한ก\t\n\u00a0.,𠮷"
    pairs = []
    for _ in range(400):
        gt = "".join(rng.choices(alphabet, k=rng.randint(1, 30)))
        pred = "".join(rng.choice((c, c, c, "", rng.choice(alphabet), c + rng.choice(alphabet))) for c in gt)
        pairs.append((gt, pred))
    return [(gt, pred) for gt, pred in pairs if units("word-space")(gt)]


def test_jiwer_itself_gives_the_same_edits() -> None:
    jiwer = pytest.importorskip("jiwer", reason="jiwer is not installed")
    for gt, pred in random_pairs():
        for process, unit, form in (
            (jiwer.process_characters, "codepoint", "strip"),
            (jiwer.process_words, "word-space", "raw"),
        ):
            found, cut = process(gt, pred), units(unit)
            a, b = (cut(normal_form(form)(text)) for text in (gt, pred))
            theirs = (found.hits, found.substitutions, found.deletions, found.insertions)
            assert alignment(a, b) == theirs, ascii((gt, pred))


def test_rapidfuzz_itself_gives_the_same_distance() -> None:
    from rapidfuzz.distance import Levenshtein

    for gt, pred in random_pairs():
        assert distance(gt, pred) == Levenshtein.distance(gt, pred)
        assert score("recognition(normal_form=nfc)", gt, pred)["sum:ned"] == Levenshtein.normalized_distance(
            unicodedata.normalize("NFC", gt), unicodedata.normalize("NFC", pred)
        )
