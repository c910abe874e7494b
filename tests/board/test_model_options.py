"""Options of a build, its date, and names that hide an entry."""

from __future__ import annotations

import hashlib
import hmac

import pytest

from ocr_eval.board.anonymity import anonymous_key, in_future, keyed
from ocr_eval.board.options import Options, dated
from ocr_eval.errors import InputError


@pytest.mark.parametrize(
    "wrong",
    [
        {"audience": "everyone"},
        {"audience": "participant"},
        {"participant": "2026-11-21-acme-00000000"},
        {"images": "yes"},
        {"drilldown": "top:0"},
        {"drilldown": "top:ten"},
        {"shards": "zip"},
        {"date": "21.11.2026"},
    ],
)
def test_values_that_mean_nothing_are_refused(wrong: dict[str, str]) -> None:
    with pytest.raises(InputError):
        Options(**wrong)  # type: ignore[arg-type]


def test_jobs_and_yes_are_in_no_key_but_everything_else_is() -> None:
    plain = Options().digestible()
    assert Options(jobs=7, yes=True).digestible() == plain
    others = [
        Options(audience="internal"),
        Options(audience="participant", participant="x"),
        Options(languages=("ko",)),
        Options(images="link"),
        Options(drilldown="all"),
        Options(shards="plain"),
        Options(paper_figures=True),
        Options(date="2026-11-21"),
    ]
    assert len({plain, *(o.digestible() for o in others)}) == len(others) + 1


def test_date_is_given_or_the_environment_s_or_the_newest_of_the_store() -> None:
    epoch = {"SOURCE_DATE_EPOCH": "86400"}
    assert dated(Options(date="2026-01-02"), "2025-05-05", epoch).date == "2026-01-02"
    assert dated(Options(), "2025-05-05", epoch).date == "1970-01-02"
    assert dated(Options(), "2025-05-05", {}).date == "2025-05-05"
    with pytest.raises(InputError):
        dated(Options(), "2025-05-05", {"SOURCE_DATE_EPOCH": "now"})


def test_top_is_the_number_in_the_drill_down() -> None:
    assert Options().top == 10
    assert Options(drilldown="top:3").top == 3
    assert Options(drilldown="all").top is None


def test_anonymous_key_is_the_first_six_digits_of_the_keyed_slug() -> None:
    slug = "2026-11-21-acme-net-3c0d19aa"
    expected = hmac.new(b"secret", slug.encode(), hashlib.sha256).hexdigest()[:6]
    assert anonymous_key(b"secret", slug) == "anon-" + expected
    assert anonymous_key(b"other", slug) != "anon-" + expected


@pytest.mark.parametrize("secret", [None, b""])
def test_nothing_is_keyed_without_a_secret(secret: bytes | None) -> None:
    with pytest.raises(InputError, match="secret_file"):
        keyed(secret, b"x", why="hidden data")


@pytest.mark.parametrize(
    ("until", "today", "hidden"),
    [
        ("", "2026-01-01", False),
        ("2026-01-02", "2026-01-01", True),
        ("2026-01-01", "2026-01-01", False),
        ("2026-01-01", "", True),
    ],
)
def test_embargo_ends_on_its_day_by_the_date_of_the_build(until: str, today: str, hidden: bool) -> None:
    assert in_future(until, today) is hidden
