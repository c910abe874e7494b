"""A user's own rules for classes of text differences: ``NAME=REGEX`` or a TOML file -> rules that go over texts.

Patterns are Python's, and a careless one takes exponentially long on the right text. So a rule has ``SECONDS`` of the
processor for all texts together: a timer of the system stops it in the middle of a match. A thread other than the main
one has no such timer, nor has Windows; there the time is looked at between texts only. What a rule writes is bounded
too, else sixteen rules that double a text would fill the memory.
"""

from __future__ import annotations

import re
import signal
import threading
import time
import warnings
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from ocr_eval.agreement.rules import EQUAL, NFC, RESIDUAL, RULES
from ocr_eval.errors import InputError, Problem, quote, usage_error

USER_RULES = 16  # every rule may double the work on a text that all rules change
PATTERN_LIMIT = 1000  # characters of a pattern, and of a replacement
SECONDS = 10.0  # of the processor, per rule
TEXT_LIMIT = 1 << 16  # characters of a text that a rule has gone over
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,63}")
_CURE = "no repeat inside a repeat, such as (a+)+, and few .* in one pattern"


class _OutOfTime(Exception):
    """Raised by the timer, inside a match."""


@dataclass(frozen=True)
class UserRule:
    """What a pattern finds is replaced on both sides, by nothing unless said otherwise."""

    name: str
    pattern: re.Pattern[str]
    replacement: str = ""
    spent: list[float] = field(default_factory=lambda: [0.0], compare=False, repr=False)  # [seconds so far]

    def __call__(self, text: str) -> str:
        """Raises InputError (E_USAGE) when the rule's time is up, or when it makes a text too long."""
        begun = time.process_time()
        try:
            if self.spent[0] > SECONDS:
                raise _OutOfTime
            result = _within(SECONDS - self.spent[0], lambda: self.pattern.sub(self.replacement, text))
        except _OutOfTime:
            reason = f"rule {quote(self.name)} takes more than {SECONDS:g} seconds, last on {quote(text)}"
            raise usage_error(reason, _CURE) from None
        self.spent[0] += time.process_time() - begun
        if len(result) > max(TEXT_LIMIT, len(text)):
            reason = f"rule {quote(self.name)} makes a text of {len(result)} characters, at most {TEXT_LIMIT}"
            raise usage_error(reason, "let it remove text, or replace it by less")
        return result


def user_rule(name: str, pattern: str, replacement: str = "") -> UserRule:
    """Raises ValueError with the reason for a name or a pattern that cannot be used."""
    if not _NAME.fullmatch(name) or name in (EQUAL, NFC, *RULES, *RESIDUAL):
        raise ValueError(f"{quote(name)} cannot be the name of a rule")
    if len(pattern) > PATTERN_LIMIT or len(replacement) > PATTERN_LIMIT:
        raise ValueError(f"rule {quote(name)} is longer than {PATTERN_LIMIT} characters")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")  # what Python may read otherwise one day is refused today
            made = re.compile(pattern)
            made.sub(replacement, "")  # reads the replacement, whether or not something is found
    except (re.error, IndexError, OverflowError, RecursionError, Warning) as error:
        raise ValueError(f"rule {quote(name)} is no regular expression: {error}") from None
    return UserRule(name, made, replacement)


def given_rules(path: str | None, arguments: Sequence[str]) -> tuple[UserRule, ...]:
    """The rules of a file, then those of ``NAME=REGEX`` arguments; what these find is removed.

    Raises InputError: E_USAGE for an argument that is no rule, for names given twice and too many rules; E_CONFIG.
    """
    found = list(read_rules(path)) if path else []
    for argument in arguments:
        name, separator, pattern = argument.partition("=")
        hint = "write NAME=REGEX, for example strike='</?s>'"
        if not separator or not pattern:
            raise usage_error(f"--rule {quote(argument)} is not NAME=REGEX", hint)
        if any(rule.name == name for rule in found):
            raise usage_error(f"rule {quote(name)} is given twice", "join the patterns with |")
        try:
            found.append(user_rule(name, pattern))
        except ValueError as error:
            raise usage_error(str(error), hint) from None
    if len(found) > USER_RULES:
        raise usage_error(f"{len(found)} rules, at most {USER_RULES}", "join patterns with |")
    return tuple(found)


def read_rules(path: str) -> tuple[UserRule, ...]:
    """``name = "regex"`` or ``name = { pattern = "regex", replace = "text" }`` per line of a TOML file -> rules.

    Raises InputError (E_CONFIG) with file and line.
    """
    import tomllib

    hint = 'write lines like strike = "<s>.*?</s>"'
    try:
        with open(path, encoding="utf-8-sig") as file:
            text = file.read(1 << 20)
        table = tomllib.loads(text)
    except OSError as error:
        raise _refused(
            path, f"the rules cannot be read: {error.strerror or error}", "check the path"
        ) from None
    except UnicodeDecodeError:
        raise _refused(path, "the rules are not UTF-8", "save the file as UTF-8") from None
    except tomllib.TOMLDecodeError as error:
        raise _refused(path, f"the rules are not TOML: {quote(str(error))}", hint) from None
    if len(table) > USER_RULES:
        raise _refused(path, f"{len(table)} rules, at most {USER_RULES}", "join patterns with |")
    return tuple(_from_table(name, value, path, text) for name, value in table.items())


def _from_table(name: str, value: object, path: str, text: str) -> UserRule:
    if isinstance(value, str):
        value = {"pattern": value}
    line = next(
        (k for k, row in enumerate(text.splitlines(), 1) if row.split("=")[0].strip().strip("[]\"'") == name),
        None,
    )
    hint = "a name of letters, digits and . _ -, then a pattern in quotes"
    if not (isinstance(value, Mapping) and "pattern" in value and set(value) <= {"pattern", "replace"}):
        raise _refused(path, f"rule {quote(name)} is no pattern", hint, line)
    if not all(isinstance(part, str) for part in value.values()):
        raise _refused(path, f"rule {quote(name)} holds something else than text", hint, line)
    try:
        return user_rule(name, value["pattern"], value.get("replace", ""))
    except ValueError as error:
        raise _refused(path, str(error), hint, line) from None


def _refused(path: str, reason: str, hint: str, line: int | None = None) -> InputError:
    return InputError([Problem("E_CONFIG", reason, hint, path, line=line)])


def _within(seconds: float, call: Callable[[], str]) -> str:
    """The result of ``call``; raises _OutOfTime after so many seconds of the processor, where the system can."""
    if not hasattr(signal, "setitimer") or threading.current_thread() is not threading.main_thread():
        return call()
    before = signal.signal(signal.SIGVTALRM, _stop)
    try:
        signal.setitimer(signal.ITIMER_VIRTUAL, max(seconds, 0.001))
        try:
            return call()
        finally:
            signal.setitimer(signal.ITIMER_VIRTUAL, 0.0)
    finally:
        signal.signal(signal.SIGVTALRM, signal.SIG_DFL if before is None else before)


def _stop(*_: object) -> None:
    raise _OutOfTime
