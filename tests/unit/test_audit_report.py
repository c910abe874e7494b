"""An audit's page: readings laid under their label, what is said about numbers, what hostile texts become."""

from __future__ import annotations

import re
from html import unescape

import pytest

from ocr_eval.audit.report import PAGE_BYTES, RINGS, TEXTS, render, text_view
from ocr_eval.audit.strips import LONGEST, strips
from tests.board.hostile_texts import LONE_SURROGATES, OWN
from tests.reports import OTHER, audit, hostile_audit, suspect, validate


def words(page: str) -> str:
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", page)))


def drawn(label: str, *readings: str) -> list[str]:
    """Strips in letters: changed ones in capitals, ``_`` where one is missing, ``.`` where another has more."""
    made = strips(label, readings)
    assert made is not None
    forms = {
        "same": str,
        "changed": str.upper,
        "missing": lambda t: "_" * len(t),
        "space": lambda t: "." * len(t),
    }
    return ["".join(forms[kind](text) for kind, text in strip) for strip in made]


@pytest.mark.parametrize(
    ("label", "readings", "expected"),
    [
        ("exit", ["exlt"], ["exit", "exLt"]),
        ("hank", ["thank"], [".hank", "Thank"]),
        ("thank", ["hank", "thanks"], ["thank.", "_hank.", "thankS"]),
        ("", ["ab"], ["..", "AB"]),
        ("ab", [""], ["ab", "__"]),
        ("ab", ["axxb", "axb"], ["a..b", "aXXb", "aX.b"]),
        ("", [], [""]),
    ],
)
def test_readings_stand_under_the_characters_of_their_label(label, readings, expected):
    assert drawn(label, *readings) == expected


def test_every_strip_is_as_wide_as_the_others_and_reads_as_its_text():
    texts = ["menu", "mcnu", "nnenu!", "", "m enu", "unem", "menumenu"]
    made = strips(texts[0], texts[1:])
    assert made is not None
    assert len({sum(len(piece.text) for piece in strip) for strip in made}) == 1
    assert ["".join(p.text for p in s if p.kind in ("same", "changed")) for s in made] == texts


def test_long_texts_are_not_laid_out():
    assert strips("x" * (LONGEST + 1), ["x"]) is None
    assert strips("x", ["x" * LONGEST]) is not None


def test_equal_readings_are_shown_once_with_all_who_read_them():
    row = suspect(
        label="a",
        suggestion="b",
        texts=["c", "b", "a", "b", None, "c", "c"],
        confidences=[0.5] * 4 + [None] * 3,
    )
    view = text_view(row)
    found = [
        (r["text"], r["label"], r["suggestion"], [name for name, _ in r["readers"]]) for r in view["readings"]
    ]
    assert found == [
        ("a", True, False, ["C3"]),
        ("b", False, True, ["C2", "C4"]),
        ("c", False, False, ["C1", "C6", "C7"]),
    ]
    assert view["missing"] == ["C5"]


def test_the_page_says_what_its_numbers_are_not():
    page = words(render(audit([suspect()]))["report.html"])
    assert "model estimate" in page and "not reviewed" in page
    assert "4.00 % [1.00, 9.00] n = 60" in page
    assert "no probability" in page and "its scores are no probabilities" in page
    assert "was it trained on these labels, or do the others share an error?" in page
    assert "ocr-eval audit apply --gt … --decisions decisions.csv --out …" in page


def test_a_probability_is_shown_only_where_there_is_one():
    without = words(render(audit([suspect()], calibration=None))["report.html"])
    with_one = words(render(audit([suspect(probability=0.875)], calibration=None))["report.html"])
    assert (
        "Probability of a wrong label" not in without
        and "Probability: n/a (it takes 100 decisions" in without
    )
    assert "Probability of a wrong label, %" in with_one and "87.50" in with_one


@pytest.mark.parametrize(
    ("reason", "english", "korean"),
    [
        ("no decision about drawn items of stratum next, rest", "next 15 %, the rest", "다음 15 %, 나머지"),
        ("no interval from 12 reviewed items, it takes 20", "12 reviewed items", "12개로는"),
        ("something new", "something new", "something new"),
    ],
)
def test_a_missing_estimate_has_its_reason_in_the_language_of_the_page(reason, english, korean):
    estimate = {"rate": None, "interval": None, "reviewed": 12, "strata": [], "reason": reason}
    files = render(audit([], reviewed_estimate=estimate))
    assert english in words(files["report.html"]) and korean in words(files["ko/report.html"])


def test_an_empty_audit_has_a_page():
    nothing = audit(
        [],
        checkers=audit()["checkers"][1:2],
        reviewed_estimate=None,
        calibration=None,
        decisions=None,
        selected=None,
    )
    nothing["model_estimate"]["rate"] = None
    nothing["warnings"] = []
    validate(nothing, "audit")
    page = words(render(nothing)["report.html"])
    assert "No checker contradicts a label." in page and "n/a (no label was read)" in page


def test_rings_are_drawn_and_long_lists_say_how_long_they_are():
    rows = [suspect(kind="merged-label", rank=k + 1, found=[[0, OTHER]]) for k in range(RINGS + 5)]
    rows += [suspect(rank=k + 1) for k in range(TEXTS + 7)]
    page = render(audit(rows))["report.html"]
    assert page.count("<li value=") == RINGS and page.count('<dl class="reads">') == TEXTS
    assert f"The first {RINGS} of {RINGS + 5}." in words(
        page
    ) and f"The first {TEXTS} of {TEXTS + 7}." in words(page)
    assert page.count('class="ring a"') == page.count('class="ring b"') == RINGS


@pytest.mark.parametrize("text", ["\u202e" * 400, "&" * 400], ids=["hidden", "markup"])
def test_no_audit_makes_a_page_of_two_megabytes(text):
    """Sixteen checkers that all read otherwise, long lists of everything, rings of many corners."""
    crowd = range(16)
    ring = [float(k % 977) + 0.123 for k in range(512)]
    own = {"label": text, "suggestion": text + "s", "sample": text, "item": text, "ring": ring,
           "texts": [f"{text}{k}" for k in crowd], "confidences": [0.123456789] * 16,
           "found": [[k, ring] for k in crowd]}  # fmt: skip
    kinds = ("text", "overlooked", "merged-label", "split-label", "misplaced", "spurious", "dont-care")
    rows = [
        suspect(kind=kind, rank=k + 1, **own)
        for kind in kinds
        for k in range(TEXTS if kind == "text" else RINGS)
    ]
    body = audit(rows, text=text)
    checker = body["checkers"][0]
    checker["reliability"] *= 5
    body["checkers"] = [checker | {"id": f"C{k + 1}"} for k in crowd]
    body["warnings"] *= 300
    body["selected"] *= 5000
    body["decisions"]["misfits"] *= 5000
    files = render(body)
    assert max(len(page.encode("utf-8")) for page in files.values()) < PAGE_BYTES == 2_000_000
    page = words(files["report.html"])
    assert "other readings" in page
    assert " of 5,000." in page


def test_hostile_texts_are_texts():
    body = hostile_audit((*OWN, *LONE_SURROGATES))
    files = render(body)
    for name in ("report.html", "ko/report.html"):
        page = files[name]
        assert "OWNED=1</script>" not in page and not re.search(
            r"<(?:img|iframe|meta http-equiv=refresh|base)\b", page
        )
        assert len(re.findall(r"<script\b", page)) == 2
        assert not re.search("[\x00-\x09\x0b-\x1f\u202a-\u202e\u2066-\u2069\ud800-\udfff]", page)
    validate(hostile_audit(OWN), "audit")


def test_the_same_result_gives_the_same_bytes_and_nothing_leaves_the_folder():
    body = hostile_audit(OWN)
    files = render(body)
    assert files == render(body)
    assert sorted(files) == [
        "ko/report.html",
        "report.html",
        "static/base.js",
        "static/report.css",
        "static/site.css",
        "static/theme.js",
    ]
    for name in ("report.html", "ko/report.html"):
        links = re.findall(r'\b(?:href|src)="([^"]*)"', files[name])
        assert not [link for link in links if re.match(r"[a-z]+:|/", link)]
