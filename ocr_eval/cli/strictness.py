"""``--strict-official``: protocols and an input -> nothing, or errors that quote the official script's own messages."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from ocr_eval.cli.options import kinds_of_fix
from ocr_eval.errors import InputError, Problem, usage_error

if TYPE_CHECKING:
    from ocr_eval.formats.isolated import Isolation
    from ocr_eval.protocols import EvaluationProtocol


def check_known(rules: Sequence[EvaluationProtocol]) -> None:
    """Raises InputError (E_USAGE) for a protocol whose official script's rules of reading are not known."""
    from ocr_eval.formats.official import PROTOCOLS

    known = f"known: -p {', '.join(PROTOCOLS)}"
    if not rules:
        raise usage_error("--strict-official is given without a protocol", known)
    for rule in rules:
        if rule.ID not in PROTOCOLS:
            raise usage_error(f"what the official script of {rule.ID} refuses is not known", known)


def wanted_repairs(flags: Mapping[str, Any]) -> tuple[str, ...]:
    """The kinds of ``--fix``. Raises InputError (E_USAGE) where the file is to be judged as it is as well."""
    kinds = kinds_of_fix(flags.get("fix"))
    if kinds and flags.get("strict_official"):
        reason = "--strict-official judges the file as it is, --fix another one"
        raise usage_error(reason, "repair the file first, then check it")
    return kinds


def check_official(
    path: str,
    rules: Sequence[EvaluationProtocol],
    *,
    max_errors: int,
    isolation: Isolation | None = None,
    **arguments: Any,
) -> None:
    """Raises InputError with what the scripts of these protocols refuse in one file, every place once.

    ``arguments`` are those of ``official_refusals``; with ``isolation`` another process reads.
    """
    from ocr_eval.formats.official import official_refusals

    look = official_refusals if isolation is None else isolation.refusals
    check_known(rules)
    if path == "-":
        raise usage_error(
            "--strict-official looks at files", "give the path of the zip that will be uploaded"
        )
    problems: dict[tuple[str, int | None], Problem] = {}
    for rule in rules:
        confidence = rule.reads.pred_confidence
        for problem in look(
            path, rule.ID, confidence=confidence, max_notes=max_errors, strict=True, **arguments
        ):
            problems.setdefault((problem.entry, problem.line), problem)
    if problems:
        raise InputError(problems.values())
