"""popeval explained: removals in order, who gave what to whom, what is left, and why."""

from __future__ import annotations

from ocr_eval.engine.local import explain
from ocr_eval.tables.matches import STATUSES, Matches
from tests.tables import Word, box, gt, pred, table

WHOLE, LEFT, RIGHT = box(0, 0, 100, 20), box(0, 0, 50, 20), box(50, 0, 100, 20)
FAR = box(500, 0, 600, 20)


def told(matches: Matches) -> list[tuple[str, int, str, tuple[int, ...], str]]:
    return [(v.side, v.index, v.status, v.partners, v.reason) for v in matches.verdicts]


def test_a_split_word_names_its_givers_in_order() -> None:
    matches = explain(
        gt(Word(WHOLE, "POPEVAL")), pred(Word(LEFT, "POP"), Word(RIGHT, "EVIL")), "img_1", protocol="popeval"
    )
    assert matches.steps == (
        "prediction 0 'POP' gives P O P to gt 0 'POPEVAL' (holds 0.5000 of its area, the largest share, 2 tie)",
        "prediction 1 'EVIL' gives E V L to gt 0 'POPEVAL' (holds 0.5000 of its area, the largest share, 2 tie)",
    )
    assert told(matches) == [
        ("gt", 0, "wrong text", (0, 1), "6 of 7 characters found, left: A"),
        ("pred", 0, "match", (0,), "all 3 characters used"),
        ("pred", 1, "wrong text", (0,), "3 of 4 characters used, left: I"),
    ]
    assert [v.numbers for v in matches.verdicts] == [
        {"removed": 6.0, "left": 1.0},
        {"removed": 3.0, "left": 0.0},
        {"removed": 3.0, "left": 1.0},
    ]


def test_one_contact_comes_first() -> None:
    truth = gt(Word(LEFT, "ab"), Word(RIGHT, "cd"))
    found = pred(Word(WHOLE, "cd"), Word(LEFT, "ab"))
    matches = explain(truth, found, "img_1", protocol="popeval")
    assert matches.steps == (
        "prediction 1 'ab' gives a b to gt 0 'ab' (its only contact)",
        "prediction 0 'cd' gives c d to gt 1 'cd' (its only contact)",
    )


def test_split_and_merge_are_named() -> None:
    truth = gt(Word(WHOLE, "abcd"), Word(box(0, 100, 50, 120), "ef"), Word(box(60, 100, 100, 120), "gh"))
    found = pred(Word(LEFT, "ab"), Word(RIGHT, "cd"), Word(box(0, 100, 100, 120), "efgh"))
    matches = explain(truth, found, "img_1", protocol="popeval")
    assert told(matches) == [
        ("gt", 0, "split", (0, 1), "all 4 characters found in 2 predictions"),
        ("gt", 1, "match", (2,), "all 2 characters found"),
        ("gt", 2, "match", (2,), "all 2 characters found"),
        ("pred", 0, "match", (0,), "all 2 characters used"),
        ("pred", 1, "match", (0,), "all 2 characters used"),
        ("pred", 2, "merge", (1, 2), "all 4 characters used, by 2 gts"),
    ]


def test_everything_that_gives_and_gets_nothing_says_why() -> None:
    truth = gt(
        Word(WHOLE, "abc"), Word(FAR, "d"), Word(box(0, 300, 100, 320), "###"), Word(box(0, 500, 9, 509), "")
    )
    found = pred(
        Word(WHOLE, "xyz"), Word(box(0, 300, 80, 320), "in"), Word(LEFT, ""), Word(box(0, 900, 9, 909), "e")
    )
    matches = explain(truth, found, "img_1", protocol="popeval")
    assert matches.steps == ()
    assert told(matches) == [
        ("gt", 0, "miss", (), "it touches prediction 0, 2, where none of its characters is left"),
        ("gt", 1, "miss", (), "no prediction touches it"),
        ("gt", 2, "don't care", (), "transcription is ###"),
        ("gt", 3, "dropped", (), "its transcription is empty: it is left out"),
        ("pred", 0, "false positive", (), "no gt that it touches needs any of its 3 characters"),
        ("pred", 1, "ignored", (2,), "1.0000 of its area lies in don't care gt 2"),
        ("pred", 2, "dropped", (), "its transcription is empty: it gives nothing"),
        ("pred", 3, "false positive", (), "it touches no gt with text"),
    ]
    assert {v.status for v in matches.verdicts} <= set(STATUSES)


def test_an_invalid_ring_kept_is_named() -> None:
    bow_tie = [0, 0, 100, 20, 100, 0, 0, 20]
    from ocr_eval.engine.local import Job
    from ocr_eval.protocols import protocol

    truth, found = gt(Word(WHOLE, "abc")), pred(Word(bow_tie, "abc"))
    rule = protocol("popeval")
    joined, pairing = Job(truth, [rule], invalid_polygons="false-positive").pair(found)
    verdict = rule.explain(joined, pairing, 0).of("pred")[0]
    assert (verdict.status, verdict.reason) == (
        "invalid",
        "the ring is invalid: all 3 characters count as wrong",
    )


def test_only_the_asked_sample_is_told() -> None:
    truth = table({"img_1": [Word(WHOLE, "ab")], "img_2": [Word(FAR, "x"), Word(WHOLE, "cd")]}, role="gt")
    found = table({"img_1": [Word(WHOLE, "ab")], "img_2": [Word(WHOLE, "cd")]})
    matches = explain(truth, found, "img_2", protocol="popeval")
    assert matches.sample == "img_2"
    assert matches.steps == ("prediction 0 'cd' gives c d to gt 1 'cd' (its only contact)",)
    assert [(v.side, v.index, v.status) for v in matches.verdicts] == [
        ("gt", 0, "miss"),
        ("gt", 1, "match"),
        ("pred", 0, "match"),
    ]


def test_long_texts_are_cut_in_sentences() -> None:
    matches = explain(gt(Word(WHOLE, "a" * 200)), pred(Word(WHOLE, "a" * 150)), "img_1", protocol="popeval")
    assert matches.steps == (
        f"prediction 0 '{'a' * 80}…' gives {'a ' * 40}… to gt 0 '{'a' * 80}…' (its only contact)",
    )
    assert matches.verdicts[0].reason == f"150 of 200 characters found, left: {'a ' * 40}…"
