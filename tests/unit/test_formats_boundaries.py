"""Parsers at the edge of what they accept: the last value that is let in, and the first that is not."""

from __future__ import annotations

from collections.abc import Callable
from math import inf

import pytest

from ocr_eval.errors import Findings
from ocr_eval.formats.json_safe import JsonFault, depth, number, parse
from ocr_eval.formats.lines import lines_of, text_of
from ocr_eval.formats.names import Samples, Unknown, unknown_names
from ocr_eval.formats.numbers import (
    LineFault,
    confidence,
    coordinates,
    is_decimal,
    is_integer,
    too_few_fields,
)
from ocr_eval.formats.reader import Entry, Options
from ocr_eval.formats.schema import annotator, box, corner_box, enough_room, flat_ring, pair_ring
from ocr_eval.formats.schema import text as text_value
from ocr_eval.formats.unquoting import unquote
from ocr_eval.limits import Limits

LIMITS = Limits()


# numbers


@pytest.mark.parametrize(
    ("field", "integer", "decimal"),
    [
        ("", False, False),
        ("-", False, False),
        (".5", False, False),
        ("-.5", False, False),
        ("5.", False, False),
        ("0", True, True),
        ("-123456789", True, True),
        ("1234567890", False, False),
        ("1234567890.5", False, False),
        ("123456789." + "1" * 22, False, True),
        ("123456789." + "1" * 23, False, False),
        ("--5", False, False),
        ("\t5 ", True, True),
    ],
)
def test_numbers_of_the_grammar(field: str, integer: bool, decimal: bool) -> None:
    assert (is_integer(field), is_decimal(field)) == (integer, decimal)


@pytest.mark.parametrize(
    ("number", "most", "code", "words"),
    [
        ("1000001", 1_000_000, "E_COORD", "'1000001' is outside -1000000 to 1000000"),
        ("-1000001", 1_000_000, "E_COORD", "'-1000001' is outside"),
        ("-5", 4, "E_COORD", "'-5' is outside -4 to 4"),
        ("-", 4, "E_FORMAT", "'-' stands where coordinate 1 belongs"),
        ("", 4, "E_FORMAT", "coordinate 1 is missing"),
    ],
)
def test_a_coordinate_beyond_the_range(number: str, most: int, code: str, words: str) -> None:
    with pytest.raises(LineFault, match=words) as caught:
        coordinates([number], Limits(coordinate=most))
    assert caught.value.code == code


@pytest.mark.parametrize(
    ("number", "share"),
    [
        ("0.5", True),
        ("-0.5", True),
        ("0.999", True),
        ("0.0", False),
        ("1.0", False),
        ("-1.0", False),
        ("1.5", False),
    ],
)
def test_a_coordinate_that_looks_like_a_share_of_the_image_is_told_so(number: str, share: bool) -> None:
    with pytest.raises(LineFault) as caught:
        coordinates([number], LIMITS)
    assert ("multiplying" in caught.value.hint) == share


@pytest.mark.parametrize(
    "number", ["0", "1", "-0.0", "0." + "1" * 30, "1e0", "9E-05", "1e+00", "0.5e-" + "0" * 27]
)
def test_confidences_that_are_read(number: str) -> None:
    assert 0 <= confidence(number, LIMITS) <= 1
    assert str(confidence(number, LIMITS))[0] != "-"


@pytest.mark.parametrize(
    "number",
    [
        "",
        "-1",
        "1.000001",
        "0." + "1" * 31,
        "0.5e-" + "0" * 28,
        "e5",
        "1e",
        "1e+",
        "1e--5",
        "1e1",
        "1 e-5",
        "1e٥",
        "-",
    ],
)
def test_confidences_that_are_refused(number: str) -> None:
    with pytest.raises(LineFault) as caught:
        confidence(number, LIMITS)
    assert caught.value.code == "E_CONFIDENCE"


@pytest.mark.parametrize(
    ("field", "reason", "hint"),
    [
        ("1;2", "0 coordinates in 1 field, expected 4", "the line has ';'"),
        ("1;2;3;4;5", "0 coordinates in 1 field, expected 4", "the line has ';'"),
        ("x;2", "0 coordinates in 1 field, expected 4", "compare the line"),
        ("1;x", "0 coordinates in 1 field, expected 4", "compare the line"),
        ("7", "1 coordinate in 1 field, expected 4", "compare the line"),
        ("7,8", "2 coordinates in 2 fields, expected 4", "compare the line"),
    ],
)
def test_a_line_of_too_few_fields_names_the_separator_it_has(field: str, reason: str, hint: str) -> None:
    fault = too_few_fields(field.split(","), 4, ["transcription"], "FORM")
    assert fault.reason.startswith(reason)
    assert hint in fault.hint


# unquoting


@pytest.mark.parametrize(
    ("written", "text"),
    [
        ('"a"', "a"),
        ('""', ""),
        ('"', '"'),
        ("", ""),
        ('"a', '"a'),
        ('a"', 'a"'),
        ("ab", "ab"),
        (' "a" ', "a"),
        (" a ", " a "),
        (r'"a\"b"', 'a"b'),
        (r'"a\\b"', r"a\b"),
        (r'"a\\"b"', 'a"b'),
        (r"a\"b", r"a\"b"),
    ],
)
def test_quotes_go_only_where_they_stand_on_both_sides(written: str, text: str) -> None:
    assert unquote(written) == text


# lines


def read_lines(
    data: bytes, most: int = 3, **limits: int
) -> tuple[list[str], list[int], list[tuple[str, int | None]]]:
    """(lines, numbers, (code, line) of every problem)."""
    findings = Findings("a.txt")
    lines, numbers = lines_of(Entry("a", "a.txt", data), findings, Limits(**limits), most)
    return lines, list(numbers), [(p.code, p.line) for p in findings.problems]


def test_as_many_lines_as_the_limit_says() -> None:
    assert read_lines(b"a\nb\nc") == (["a", "b", "c"], [1, 2, 3], [])
    assert read_lines(b"a\n\nb\nc\nd") == ([], [], [("E_LIMIT", 5)])


def test_faults_up_to_the_limit_of_lines_are_told_and_none_behind_it() -> None:
    assert read_lines(b"a\nb\nc\n\0\n")[2] == [("E_ENCODING", 4)]
    assert read_lines(b"a\nb\nc\nd\n\0\n")[2] == [("E_LIMIT", 4)]


@pytest.mark.parametrize("mark", [b"\xff\xfe", b"\xfe\xff"])
def test_utf16_is_told_by_its_mark(mark: bytes) -> None:
    findings = Findings("a.txt")
    assert lines_of(Entry("a", "a.txt", mark + b"a\0"), findings, LIMITS) == ([], ())
    assert [problem.reason[:14] for problem in findings.problems] == ["text is UTF-16"]


def test_a_text_with_a_fault_is_none_and_the_fault_is_told() -> None:
    findings = Findings("a.txt")
    assert text_of(Entry("a", "a.txt", b"a\n\0\n"), findings, LIMITS) is None
    assert [(p.code, p.line) for p in findings.problems] == [("E_ENCODING", 2)]


def test_blank_lines_are_counted_on_both_paths_and_none_where_there_is_none() -> None:
    for data, blank in (
        (b"a\nb\n", 0),
        (b"a\n \n\t\nb\n", 2),
        (b"a\n\nb\0\n \n  ", 3),
        (b"a\0\n\n", 1),
        (b"a\r\n\r\nb\0\r\n", 1),
    ):
        findings = Findings("a.txt")
        lines_of(Entry("a", "a.txt", data), findings, LIMITS)
        assert sum(notice.count for notice in findings.notices) == blank


@pytest.mark.parametrize(
    ("data", "line"),
    [
        (b"abcd\nef", None),
        (b"abcde\nef", 1),
        (b"ab\n    \ncd", None),
        (b"ab\n     \ncd", 2),
        (b"ab\n     ", 2),
        (b"\n    \nab", None),
        (b"\n     \nab", 2),
        (b"   \n   \n   \n     \nab", 4),
    ],
)
def test_lines_of_as_many_bytes_as_the_limit_says(data: bytes, line: int | None) -> None:
    expected = [] if line is None else [("E_LIMIT", line)]
    assert read_lines(data, line_bytes=4)[2] == expected
    # The careful path, which a NUL somewhere asks for, says the same.
    fault = ("E_ENCODING", data.count(b"\n") + 2)
    assert read_lines(data + b"\n\0", line_bytes=4)[2] == [*expected, fault]
    if data.endswith(b"b"):
        assert read_lines(b"\0\n" + data, line_bytes=4)[2][0] == ("E_ENCODING", 1)


def test_blanks_at_the_end_of_a_file_may_be_as_long_as_a_line() -> None:
    assert read_lines(b"a\0\n    ", line_bytes=4)[2] == [("E_ENCODING", 1)]
    assert read_lines(b"a\0\n     ", line_bytes=4)[2] == [("E_ENCODING", 1), ("E_LIMIT", 2)]


# names


def test_at_most_three_close_names_are_offered_for_the_first_three_unknown_ones() -> None:
    samples = Samples(["img_1", "img_2", "img_3", "img_4"])
    assert len(samples.close(["img_x"])) == 3
    assert Samples(["first", "other"]).close(["firsd"]) == ["first"]
    assert samples.close(["qqq", "www", "IMG_1"]) == ["img_1"]
    assert samples.close(["qqq", "www", "zzz", "IMG_1"]) == []
    assert Samples(["img_1", "img_2", "img_3", "doc_7"]).close(["img_x", "doc_x"]) == [
        "img_3",
        "img_2",
        "img_1",
    ]
    assert len(Samples([f"{k}a" for k in "bcdef"]).close(["bA", "cA", "dA", "eA"])) == 3


def test_another_id_of_a_sample_is_looked_up_after_its_own() -> None:
    samples = Samples(["word_1", "word_2"], ["7", "word_1"])
    assert [samples.find_named(key) for key in ("word_1", "word_01", "7", "007", "8")] == [
        "word_1",
        "word_1",
        "word_1",
        "word_1",
        None,
    ]


@pytest.mark.parametrize("count", [1, 2, 10, 11])
def test_ten_unknown_names_are_spelled_out(count: int) -> None:
    findings = Findings("a.zip")
    unknown_names(
        [Unknown(f"k{k}", f"n{k}.txt", f"n{k}.txt") for k in range(count)], Samples(["a"]), findings
    )
    (problem,) = findings.problems
    assert problem.reason.count(".txt") == min(count, 10)
    assert problem.reason.endswith(", …") == (count > 10)
    assert "sample of the ground truth" in problem.reason


def test_without_a_ground_truth_a_name_is_no_sample_file() -> None:
    findings = Findings("a.zip")
    unknown_names([Unknown("a", "a.png", "a.png")], None, findings)
    assert findings.problems[0].reason == "'a.png' is no sample file"


# json_safe


@pytest.mark.parametrize(
    ("document", "words"),
    [
        (b"\xff\xfe[\0]\0", "text is UTF-16"),
        (b"\0[]", "NUL byte at offset 0"),
        (b"\xef\xbb\xbf\0[]", "NUL byte at offset 3"),
        (b'["\\ud800"]', "/0 holds half"),
        (b'["\\udfff", "a"]', "/0 holds half"),
        (b'["a", "\\udfff"]', "/1 holds half"),
        (b'{"a": 1, "b": 2, "b": 3}', "key 'b' occurs twice"),
    ],
)
def test_documents_at_the_edge_of_their_encoding(document: bytes, words: str) -> None:
    with pytest.raises(JsonFault, match=words):
        parse(document, LIMITS)


@pytest.mark.parametrize("document", [b'["\\ud7ff\\ue000"]', b'["\\ud800\\udc00", "\\u0001"]'])
def test_characters_around_surrogates_are_read(document: bytes) -> None:
    assert len(parse(document, LIMITS)) in (1, 2)


@pytest.mark.parametrize(
    ("document", "place"), [("\n[NaN]", (2, 2)), ("[NaN]", (1, 2)), ("\n\n NaN", (3, 2))]
)
def test_the_place_of_nan(document: str, place: tuple[int, int]) -> None:
    with pytest.raises(JsonFault) as caught:
        parse(document.encode(), LIMITS)
    assert (caught.value.line, caught.value.col) == place


@pytest.mark.parametrize(
    ("document", "levels"),
    [("", 0), ("[", 1), ("[]", 1), ("[][]", 1), ("[[", 2), ("[[]][[[]]]", 3), ("[]]][", 1)],
)
def test_depth_counts_what_is_open(document: str, levels: int) -> None:
    assert depth(document.encode()) == levels


def test_integers_of_more_than_18_digits_are_beyond_every_range() -> None:
    nines = "9" * 18
    document = f"[{nines}, {nines}9, -{nines}, -{nines}9]"
    assert parse(document.encode(), LIMITS) == [int(nines), inf, -int(nines), -inf]


@pytest.mark.parametrize(
    ("value", "good"), [(5, True), (-5, True), (5.0, True), (5.000001, False), (-6, False), (inf, False)]
)
def test_a_number_as_large_as_the_range(value: float, good: bool) -> None:
    if good:
        assert number(value, "/x", Limits(coordinate=5)) == value
        return
    with pytest.raises(JsonFault, match="/x is outside -5 to 5"):
        number(value, "/x", Limits(coordinate=5))


# schema

TIGHT = Options(limits=Limits(coordinate=9, vertices=4, characters=3, instances=3, total_instances=5))


def fault_of(call: Callable[[], object]) -> str:
    """The code of what is wrong, or nothing."""
    try:
        call()
    except JsonFault as fault:
        return fault.code
    return ""


@pytest.mark.parametrize(
    ("points", "code"),
    [
        ([0, 0, 9, 0, 9, 5], ""),
        ([0, 0, 9, 0, 9, 5, 0, 5], ""),
        ([0, 0, -9, 0, 9, 9.0], ""),
        ([0, 0, 9, 0, 9, 5, 0, 5, 0, 1], "E_LIMIT"),
        ([0, 0, 9, 0], "E_FORMAT"),
        ([0, 0, 9, 0, 9], "E_FORMAT"),
        ([0, 0, 9, 0, 9, 5, 0], "E_FORMAT"),
        ([0, 0, 9.5, 0, 9, 5], "E_COORD"),
        ([0, 0, -10, 0, 9, 5], "E_COORD"),
        ([0, 0, True, 0, 9, 5], "E_FORMAT"),
        ([0, 0, "1", 0, 9, 5], "E_FORMAT"),
    ],
)
def test_rings_as_lists_of_numbers_and_of_pairs(points: list[float], code: str) -> None:
    assert fault_of(lambda: flat_ring(points, "/x", TIGHT)) == code
    if len(points) % 2 == 0:
        pairs = [list(pair) for pair in zip(points[::2], points[1::2], strict=True)]
        assert fault_of(lambda: pair_ring(pairs, "/x", TIGHT)) == code


@pytest.mark.parametrize(
    ("sizes", "corners", "code"),
    [
        ([0, 0, 3, 4], [0, 0, 3, 4], ""),
        ([5, 5, 0, 0], [5, 5, 5, 5], ""),
        ([5, 5, -1, 0], [5, 5, 4, 5], "E_COORD"),
        ([5, 5, 0, -1], [5, 5, 5, 4], "E_COORD"),
        ([5, 5, 0], [5, 5, 5], "E_FORMAT"),
        ([5, 5, 0, 0, 0], [5, 5, 5, 5, 5], "E_FORMAT"),
        ("5500", "5555", "E_FORMAT"),
        (None, None, "E_FORMAT"),
    ],
)
def test_boxes_by_size_and_by_corners(sizes: object, corners: object, code: str) -> None:
    assert fault_of(lambda: box(sizes, "/x", TIGHT)) == code
    assert fault_of(lambda: corner_box(corners, "/x", TIGHT)) == code


def test_a_text_as_long_as_the_limit_says() -> None:
    assert text_value("abc", "/x", TIGHT) == "abc"
    assert fault_of(lambda: text_value("abcd", "/x", TIGHT)) == "E_LIMIT"


@pytest.mark.parametrize(
    ("more", "so_far", "reason"),
    [
        (3, 2, ""),
        (4, 0, "4 instances in one sample, at most 3"),
        (3, 3, "6 instances in all, at most 5"),
    ],
)
def test_instances_as_many_as_the_limits_say(more: int, so_far: int, reason: str) -> None:
    findings = Findings("a.json")
    assert enough_room(more, so_far, Entry("", "", b""), TIGHT, findings) == (not reason)
    assert [problem.reason for problem in findings.problems] == [reason] * bool(reason)


@pytest.mark.parametrize(
    ("item", "name"),
    [({}, ""), ({"annotator": None}, ""), ([], ""), ({"annotator": 7}, "7"), ({"annotator": "Doe"}, "Doe")],
)
def test_who_made_an_object(item: object, name: str) -> None:
    assert annotator(item, "/x") == name


@pytest.mark.parametrize("value", [True, "", 1.5, ["Doe"]])
def test_what_is_no_name_of_an_annotator(value: object) -> None:
    assert fault_of(lambda: annotator({"annotator": value}, "/x")) == "E_FORMAT"
