"""A user's own rules: read from arguments and files, refused with the cure, stopped when a pattern takes for ever."""

from __future__ import annotations

import signal
import threading
import time
from pathlib import Path

import pytest

from ocr_eval.agreement import user_rules
from ocr_eval.agreement.rules import classify
from ocr_eval.agreement.user_rules import USER_RULES, UserRule, given_rules, read_rules, user_rule
from ocr_eval.errors import InputError

FOREVER = "(a+)+$"
TRAP = "a" * 60 + "b"  # 2^60 ways to cut the letters


def many(rule: UserRule) -> None:
    for _ in range(10_000):
        rule("a" * 16 + "b")  # a few milliseconds each


def test_rules_of_arguments_follow_those_of_the_file(tmp_path: Path) -> None:
    path = tmp_path / "rules.toml"
    path.write_text("strike = '</?s>'\n", "utf-8")
    found = given_rules(str(path), ["sum=[0-9]+=[0-9]+", "colour=u(?=r)"])
    assert [rule.name for rule in found] == ["strike", "sum", "colour"]
    assert found[1].pattern.pattern == "[0-9]+=[0-9]+"  # the first = ends the name
    assert classify("color <s>x</s>", "colour x", found) == "strike+colour"
    assert given_rules(None, []) == ()


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["strike"], "is not NAME=REGEX"),
        (["strike="], "is not NAME=REGEX"),
        (["=x"], "cannot be the name"),
        (["case=x"], "cannot be the name"),
        (["a b=x"], "cannot be the name"),
        (["x=("], "no regular expression"),
        (["x=" + "a" * 1001], "longer than 1000"),
        (["x=a", "x=b"], "given twice"),
        ([f"r{k}=a" for k in range(USER_RULES + 1)], f"{USER_RULES + 1} rules, at most"),
    ],
)
def test_a_bad_argument_is_refused_with_the_cure(arguments: list[str], said: str) -> None:
    with pytest.raises(InputError) as caught:
        given_rules(None, arguments)
    (problem,) = caught.value.problems
    assert (problem.code, caught.value.exit_code) == ("E_USAGE", 2)
    assert said in problem.reason and problem.hint


def test_a_pattern_that_takes_for_ever_is_stopped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(user_rules, "SECONDS", 0.2)
    rule, before = user_rule("trap", FOREVER), signal.getsignal(signal.SIGVTALRM)
    begun = time.process_time()
    with pytest.raises(InputError, match=r"rule 'trap' takes more than 0\.2 seconds") as caught:
        rule(TRAP)
    assert time.process_time() - begun < 2
    assert caught.value.problems[0].code == "E_USAGE"
    assert signal.getsignal(signal.SIGVTALRM) == before
    assert signal.getitimer(signal.ITIMER_VIRTUAL) == (0.0, 0.0)


def test_the_time_of_a_rule_is_that_of_all_texts_together(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(user_rules, "SECONDS", 0.3)
    rule = user_rule("slow", FOREVER)
    begun = time.process_time()
    with pytest.raises(InputError, match="takes more than"):
        many(rule)
    assert time.process_time() - begun < 3
    rule.spent[0] = 1.0
    with pytest.raises(InputError, match="takes more than"):
        rule("harmless")


def test_another_thread_has_no_timer_and_looks_between_texts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(user_rules, "SECONDS", 0.1)
    rule, said = user_rule("slow", FOREVER), []

    def work() -> None:
        try:
            many(rule)
        except InputError as error:
            said.append(error.problems[0].reason)

    thread = threading.Thread(target=work)
    thread.start()
    thread.join(timeout=60)
    assert not thread.is_alive()
    assert len(said) == 1 and "takes more than" in said[0]


def test_rules_that_double_a_text_do_not_fill_the_memory() -> None:
    double = [user_rule(f"r{k}", "(?s)(.+)", r"\1\1") for k in range(USER_RULES)]
    with pytest.raises(InputError, match="makes a text of"):
        classify("ab" * 1000, "cd" * 1000, double)
    assert len(UserRule("same", double[0].pattern, r"\1")("x" * 100_000)) == 100_000


def test_rules_are_read_from_a_file(tmp_path: Path) -> None:
    path = tmp_path / "rules.toml"
    path.write_text('strike = \'</?s>\'\nspelling = { pattern = "colour", replace = "color" }\n', "utf-8")
    assert [(rule.name, rule.replacement) for rule in read_rules(str(path))] == [
        ("strike", ""),
        ("spelling", "color"),
    ]


@pytest.mark.parametrize(
    ("text", "line", "said"),
    [
        ("x = 'a'\ny = '('\n", 2, "no regular expression"),
        ("x = { pattern = 'a', replace = '\\7' }\n", 1, "no regular expression"),
        ("case = 'a'\n", 1, "cannot be the name"),
        ("indel = 'a'\n", 1, "cannot be the name"),
        ("'a+b' = 'a'\n", 1, "cannot be the name"),
        ("x = '[[a]'\n", 1, "no regular expression: Possible nested set"),
        ("x = 3\n", 1, "no pattern"),
        ("x = { pattern = 3 }\n", 1, "something else than text"),
        ("x = { pattern = 'a', flags = 'i' }\n", 1, "no pattern"),
        (f"x = '{'a' * 1001}'\n", 1, "longer than"),
        ("x = \n", None, "not TOML"),
        ("".join(f"r{k} = 'a'\n" for k in range(USER_RULES + 1)), None, "at most"),
    ],
)
def test_a_bad_rules_file_is_named_with_its_line(
    tmp_path: Path, text: str, line: int | None, said: str
) -> None:
    path = tmp_path / "rules.toml"
    path.write_text(text, "utf-8")
    with pytest.raises(InputError) as caught:
        read_rules(str(path))
    problem = caught.value.problems[0]
    assert (problem.code, problem.source, problem.line) == ("E_CONFIG", str(path), line)
    assert said in problem.reason and caught.value.exit_code == 2


def test_a_missing_rules_file_and_one_that_is_not_utf_8(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="cannot be read"):
        read_rules(str(tmp_path / "none.toml"))
    (tmp_path / "latin.toml").write_bytes(b"x = '\xe9'\n")
    with pytest.raises(InputError, match="not UTF-8"):
        read_rules(str(tmp_path / "latin.toml"))
