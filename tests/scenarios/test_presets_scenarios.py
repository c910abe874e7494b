"""Recognition presets on words small enough to count by hand: what each tool deletes, forgives and forgets."""

from __future__ import annotations

from typing import Any

import pytest

from ocr_eval import protocol
from ocr_eval.errors import InputError, Notice
from ocr_eval.protocols.recognition import doctr
from ocr_eval.tables.counts import Counts
from ocr_eval.tables.joined import join
from tests.texts import DONT_CARE, joined, score, table

PRESETS = ("mmocr", "paddleocr", "dtrb", "parseq", "jiwer", "ocrd", "doctr", "rrc-word")


def count(rule: str, gt: dict[str, Any], pred: dict[str, str]) -> Counts:
    counts: Counts = protocol(rule).count(joined(gt, pred), None)  # type: ignore[arg-type]
    return counts


def metrics(rule: str, gt: dict[str, Any], pred: dict[str, str]) -> dict[str, float | None]:
    return protocol(rule).derive(count(rule, gt, pred).total())


def test_mmocr_rounds_what_it_prints() -> None:
    found = metrics("mmocr", {"a": "Cat!", "b": "dog", "c": "owl"}, {"a": "cat", "b": "dig", "c": "owl"})
    assert found == {
        "word_acc": 0.3333,
        "word_acc_ignore_case": 0.3333,
        "word_acc_ignore_case_symbol": 0.6667,
        "char_recall": 0.8889,  # 3 + 2 + 3 of 9
        "char_precision": 0.8889,
        "one_minus_ned": 0.8889,  # 1 - (0 + 1/3 + 0) / 3
    }


def test_mmocr_keeps_the_caret_and_loses_accents() -> None:
    assert score("mmocr", "a^b", "ab")["word_acc_ignore_case_symbol"] == 0
    assert score("mmocr", "né", "n")["word_acc_ignore_case_symbol"] == 1
    assert score("mmocr", "龦", "龥")["characters_gt"] == 0  # U+9FA6 is beyond its Han


def test_mmocr_takes_any_korean_answer_and_says_so() -> None:
    gt = {f"s{k}": "한국" if k < 2 else "word" for k in range(100)}
    counts = count("mmocr", gt, gt | {"s0": "서울", "s1": ""})
    assert counts["equal_ignore_case_symbol"].tolist() == [1] * 100
    message = "mmocr leaves nothing of 2 % of the ground truth texts (2 of 100): Hangul"
    assert counts.notices == (Notice("W_FILTERED", message, 2, ("s0", "s1")),)
    assert count("mmocr", gt | {"s1": "word"}, gt).notices == ()  # 1 % is not more than 1 %


def test_mmocr_counts_blocks_not_a_longest_subsequence() -> None:
    # The longest block of "abxcd" in "cdab" is "ab", the first of equals; nothing stands behind it on both sides.
    assert score("mmocr", "cdab", "abxcd")["true_characters"] == 2
    # From 200 gt characters on, frequent ones are no anchors: only "x" finds its place, and "b" grows from it.
    assert score("mmocr", "b" * 200 + "x", "x" + "b" * 3)["true_characters"] == 1
    assert score("mmocr", "b" * 198 + "x", "x" + "b" * 3)["true_characters"] == 3


def test_mmocr_does_not_compare_books() -> None:
    with pytest.raises(InputError, match="'1' has more than 50000 characters"):
        score("mmocr", "a" * 50_001, "b")
    assert score("mmocr", "a" * 50_001, "A" * 50_001)["one_minus_ned"] == 1


@pytest.mark.parametrize(
    ("rule", "gt", "pred", "equal"),
    [
        ("paddleocr", "New York", "NewYork", 1),
        ("paddleocr(ignore_space=false)", "New York", "NewYork", 0),
        ("paddleocr", "New\u3000York", "NewYork", 0),
        ("paddleocr", "Word", "word", 0),
        ("paddleocr(is_filter=true)", "W-ord", "word", 1),
        ("paddleocr(is_filter=true)", "İx", "ix", 0),  # deleted before it is lower-cased
        ("paddleocr(is_filter=true)", "각", "", 1),
    ],
)
def test_paddleocr_filters(rule: str, gt: str, pred: str, equal: int) -> None:
    assert score(rule, gt, pred)["equal"] == equal


def test_paddleocr_says_that_spaces_are_deleted() -> None:
    gt = {"a": "New York", "b": "x", "c": "y"}
    (notice,) = count("paddleocr", gt, {"a": "NewYork", "b": "x", "c": "y "}).notices
    assert (notice.code, notice.count, notice.examples) == ("W_SPACES", 2, ("a", "c"))
    assert count("paddleocr(ignore_space=false)", gt, gt).notices == ()
    assert count("paddleocr", {"b": "x"}, {"b": "x"}).notices == ()


def test_paddleocr_has_its_epsilon_in_the_denominator() -> None:
    found = metrics("paddleocr", {"a": "ab", "b": "cd"}, {"a": "ab", "b": "cx"})
    assert found == {"acc": 1 / (2 + 1e-5), "norm_edit_dis": 1 - (1 / 2) / (2 + 1e-5)}
    assert metrics("paddleocr", {}, {}) == {"acc": 0.0, "norm_edit_dis": 1.0}


@pytest.mark.parametrize(
    ("rule", "gt", "pred", "row"),
    [
        ("dtrb", "Word", "word", (1, 1, 0, 1.0)),
        ("dtrb", "Word", "Word", (1, 0, 0, 3 / 4)),  # the prediction is not lower-cased
        ("dtrb", "a" * 25, "a" * 25, (1, 1, 0, 1.0)),
        ("dtrb", "a" * 26, "a" * 26, (0, 0, 1, 0.0)),
        ("dtrb", "wo-rd", "word", (0, 0, 1, 0.0)),
        ("dtrb", "\u212a", "k", (1, 1, 0, 1.0)),  # the Kelvin sign in lower case
        ("dtrb", "", "", (1, 1, 0, 0.0)),  # correct, and worth nothing
        ("dtrb(mode=unfiltered)", "Wo-rd", "word", (1, 1, 0, 1.0)),
        ("dtrb(mode=unfiltered)", "Wo-rd", "wo-rd", (1, 0, 0, 1 - 1 / 5)),
        ("dtrb(mode=sensitive-unfiltered)", "Wo-rd", "wO.rD", (1, 1, 0, 1.0)),
        ("dtrb(mode=raw)", "Wo-rd", "Wo-rD", (1, 0, 0, 1 - 1 / 5)),
        ("dtrb(strip_eos=true)", "word", "word[s]xx", (1, 1, 0, 1.0)),
        ("dtrb(strip_eos=true)", "word", "word", (1, 0, 0, 3 / 4)),  # no [s]: the last character is lost
    ],
)
def test_dtrb_flags(rule: str, gt: str, pred: str, row: tuple[int, int, int, float]) -> None:
    found = score(rule, gt, pred)
    assert tuple(found[name] for name in ("samples", "equal", "dropped", "sum:norm_ed")) == row


def test_dtrb_and_parseq_divide_by_what_they_keep() -> None:
    gt, pred = {"a": "ab", "b": "x-y", "c": "한국"}, {"a": "ab", "b": "xy", "c": "한국"}
    assert metrics("dtrb", gt, pred) == {"accuracy": 1 / 1, "norm_ed": 1.0}
    assert metrics("parseq", gt, pred) == {"accuracy": 2 / 2, "one_minus_ned": 1.0}
    (notice,) = count("dtrb", gt, pred).notices
    assert notice.message == "dtrb leaves out 66.7 % of the ground truth texts (2 of 3): Hangul, Latin"
    (notice,) = count("parseq", gt, pred).notices
    assert notice.message == "parseq leaves nothing of 33.3 % of the ground truth texts (1 of 3): Hangul"
    assert set(metrics("parseq", {"c": "한국"}, {}).values()) == {None}


@pytest.mark.parametrize(
    ("rule", "gt", "pred", "row"),
    [
        ("parseq", "Ａb 1", "ab1", (1, 1, 0)),  # full-width gt, white space deleted
        ("parseq", "ab1", "Ａb1", (1, 0, 0)),  # one-sided
        ("parseq", "ab", "a b", (1, 1, 0)),  # the character set has no space
        ("parseq", "a" * 26, "a", (0, 0, 1)),
        ("parseq", "a-" * 13, "a" * 13, (0, 0, 1)),  # measured before the hyphens go
        ("parseq(max_label_length=26)", "a-" * 13, "a" * 13, (1, 1, 0)),
        ("parseq(charset=62)", "Ab", "ab", (1, 0, 0)),
        ("parseq(charset=68)", "A-\\", "a-\\", (1, 1, 0)),
        ("parseq(charset=94)", "A-b", "A-B", (1, 0, 0)),
    ],
)
def test_parseq_character_sets(rule: str, gt: str, pred: str, row: tuple[int, int, int]) -> None:
    found = score(rule, gt, pred)
    assert tuple(found[name] for name in ("samples", "equal", "dropped")) == row


def test_jiwer_adds_up_before_it_divides() -> None:
    found = metrics("jiwer", {"a": "the cat", "b": "owl"}, {"a": "the cut sat", "b": ""})
    assert found == {
        "cer": (4 + 3) / (7 + 3),  # "ut s" inserted, owl deleted
        "wer": (1 + 1 + 1) / (2 + 1),
        "mer": 3 / (3 + 1),
        "wil": 1 - (1 / 3) * (1 / 3),
        "wip": (1 / 3) * (1 / 3),
    }


def test_jiwer_gives_a_number_of_insertions_for_an_empty_gt() -> None:
    found = metrics("jiwer", {"a": "", "b": " "}, {"a": "two words", "b": "x"})
    assert found == {"cer": 9 + 1, "wer": 2 + 1, "mer": 1, "wil": 1, "wip": 0}
    assert metrics("jiwer", {"a": " "}, {}) == {"cer": 0, "wer": 0, "mer": 0, "wil": 0, "wip": 1}


def test_jiwer_strips_ends_and_glues_lines() -> None:
    assert score("jiwer", " ab ", "ab")["cer"] == 0
    assert score("jiwer", "a\nb", "a b")["wer"] == 2 / 1
    assert score("jiwer", "a\n\nb", "a b")["wer"] == 0 / 2


def test_ocrd_counts_clusters_and_folds_ligatures_on_request() -> None:
    assert score("ocrd", "a\r\nb", "a\nb")["cer"] == 1 / 3
    assert score("ocrd", "ﬁne", "fine")["cer"] == 2 / 3
    assert score("ocrd(sbb=true)", "ﬁne", "fine")["cer"] == 0 / 4
    assert score("ocrd", "don’t", "don't")["cer_n"] == 1 / (4 + 1)
    found = score("ocrd", "***", "a")
    assert (found["cer"], found["wer"], found["wer_n"]) == (3 / 3, None, 1 / 1)


def test_doctr_transliterates_before_it_lower_cases() -> None:
    pytest.importorskip("anyascii", reason="anyascii is not installed")
    found = metrics("doctr", {"a": "€5", "b": "Ab", "c": "é"}, {"a": "EUR5", "b": "aB", "c": "e"})
    assert found == {"raw": 0 / 3, "caseless": 1 / 3, "anyascii": 2 / 3, "unicase": 3 / 3}


def test_doctr_does_without_anyascii_and_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doctr, "transliteration", lambda: None)
    found = metrics("doctr", {"a": "Ab", "b": "x"}, {"a": "aB", "b": "x"})
    assert found == {"raw": 1 / 2, "caseless": 2 / 2, "anyascii": None, "unicase": None}


def test_doctr_refuses_other_tables(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importlib.metadata.version", lambda _: "0.3.2")
    with pytest.raises(InputError, match=r"anyascii 0\.3\.3, installed is 0\.3\.2"):
        count("doctr", {"a": "x"}, {})


@pytest.mark.parametrize(
    ("variant", "gt", "pred", "row"),
    [
        ("e2e", "(word)", "WORD", (1, 1, 0)),
        ("e2e", "((word", "word", (1, 0, 0)),  # one on each side at most
        ("e2e", "word", "word!", (1, 0, 0)),  # only the gt loses any
        ("e2e", "straße", "STRASSE", (1, 1, 0)),
        ("e2e", ".", "", (1, 1, 0)),
        ("e2e", "", "", (1, 1, 0)),
        ("strip-all", "((word!", "'word", (1, 1, 0)),
        ("strip-all", "", "!", (1, 1, 0)),
        ("word-spotting", "-Dog's", "dog", (1, 1, 0)),
        ("word-spotting", "ab", "ab", (0, 0, 1)),  # too short
        ("word-spotting", "a.b.c", "abc", (0, 0, 1)),  # an inner space is left
        ("word-spotting", "1234", "1234", (0, 0, 1)),  # no letters
        ("word-spotting", "word", "word!", (1, 0, 0)),
        ("word-spotting", "", "x", (0, 0, 1)),
    ],
)
def test_rrc_word_variants(variant: str, gt: str, pred: str, row: tuple[int, int, int]) -> None:
    found = score(f"rrc-word(variant={variant})", gt, pred)
    assert tuple(found[name] for name in ("samples", "equal", "ignored")) == row


def test_rrc_word_refuses_an_empty_gt_that_is_compared_with_its_place() -> None:
    gt = table({"a": ["x"], "b": [""], "c": [""]}, "gt.txt")
    with pytest.raises(InputError) as caught:
        protocol("rrc-word").count(join(gt, table({"b": ["y"]})), None)  # type: ignore[arg-type]
    assert [str(problem) for problem in caught.value.problems] == [
        "gt.txt:2: error[E_GT]: empty transcription, which the script cannot compare with a word; "
        "write its text, or take the sample out"
    ]
    assert caught.value.exit_code == 5


@pytest.mark.parametrize("rule", PRESETS)
def test_a_dont_care_sample_counts_nowhere(rule: str) -> None:
    counts = count(rule, {"a": [DONT_CARE], "b": "word"}, {"a": "y", "b": "word"})
    assert counts.rows[0].tolist() == [0] * len(counts.columns)
    assert counts["samples"].tolist() == [0, 1]


@pytest.mark.parametrize("rule", PRESETS)
def test_no_samples_is_no_error(rule: str) -> None:
    found = metrics(rule, {}, {})
    official = {"mmocr": {0.0, 1.0}, "paddleocr": {0.0, 1.0}}
    assert set(found.values()) == official.get(rule, {None})


@pytest.mark.parametrize("rule", PRESETS)
def test_several_accepted_texts_are_refused(rule: str) -> None:
    with pytest.raises(InputError, match=f"'a' has several accepted texts, {rule} compares one with one"):
        count(rule, {"a": ["x", "y"]}, {})


def explained(rule: str, gt: str | list[str | None], pred: dict[str, str]) -> list[tuple[str, str, str]]:
    matches = protocol(rule).explain(joined({"a": gt}, pred), None, 0)  # type: ignore[arg-type]
    return [(v.side, v.status, v.reason) for v in matches.verdicts]


@pytest.mark.parametrize(
    ("rule", "gt", "pred", "expected"),
    [
        ("mmocr", "한국", {"a": "x"}, ("wrong text", "compared as '' and 'x'; 1-NED 0")),
        ("mmocr", "한국", {"a": "서울"}, ("match", "compared as '' and ''; 1-NED 1")),
        ("dtrb", "a" * 26, {"a": "a"}, ("dropped", "the tool leaves out a gt text of this length")),
        (
            *("dtrb", "a-b", {"a": "ab"}),
            ("dropped", "the tool leaves out a gt text with a character outside its set"),
        ),
        (
            *("parseq", "한국", {"a": "x"}),
            ("dropped", "the tool's filters leave nothing of the gt text, so it leaves the sample out"),
        ),
        (
            *("rrc-word(variant=word-spotting)", "ab", {"a": "ab"}),
            ("dropped", "word spotting does not look for such a word"),
        ),
        ("paddleocr", "a b", {}, ("miss", "no prediction; compared as 'ab' and ''; 1-NED 0")),
        ("rrc-word", "(ab)", {"a": "ab"}, ("match", "compared as '(AB)' and 'AB'; 1-NED 0.5")),
        ("jiwer", " ab", {"a": "ax"}, ("wrong text", "compared as 'ab' and 'ax'; 1-NED 0.5")),
        ("ocrd", "ab", {"a": "ab"}, ("match", "compared as 'ab' and 'ab'; 1-NED 1")),
        ("doctr", "ab", {"a": "AB"}, ("wrong text", "compared as 'ab' and 'AB'; 1-NED 0")),
    ],
)
def test_a_sample_is_explained(rule: str, gt: str, pred: dict[str, str], expected: tuple[str, str]) -> None:
    assert explained(rule, gt, pred) == [(side, *expected) for side in ("gt", "pred") if side == "gt" or pred]


def test_a_dont_care_sample_is_explained() -> None:
    assert explained("mmocr", [DONT_CARE], {"a": "x"}) == [
        ("gt", "don't care", "the ground truth says so"),
        ("pred", "ignored", "the sample is don't care and counts on neither side"),
    ]


def test_edits_are_those_of_the_compared_texts() -> None:
    matches = protocol("mmocr").explain(joined({"a": "C-at!"}, {"a": "cut"}), None, 0)  # type: ignore[arg-type]
    assert matches.steps == ("1 substitution at 1: 'a' read as 'u'",)
    assert matches.pairs == ((0, 0, 1 - 1 / 3),)
