"""``--fail-under``, ``--fail-on-warning`` and warnings: records -> what is said on stderr and whether to exit 1."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from ocr_eval.cli.options import Settings, close_names
from ocr_eval.errors import CODES, Notice, quote, usage_error

if TYPE_CHECKING:
    from ocr_eval.protocols import EvaluationProtocol
    from ocr_eval.record import Record


def parse_checks(flags: Sequence[str], rules: Sequence[EvaluationProtocol]) -> dict[str, float]:
    """``--fail-under metric=value`` -> bounds. Raises InputError (E_USAGE) for a metric that no result will have."""
    known = list(dict.fromkeys(name for rule in rules for name in rule.METRICS))
    bounds = {}
    for flag in flags:
        name, separator, word = flag.partition("=")
        if name not in known:
            raise usage_error(
                f"--fail-under: no result has the metric {quote(name)}", close_names(name, known)
            )
        try:
            bounds[name] = float(word)
            good = bool(separator) and word.isascii() and bounds[name] == bounds[name]
        except ValueError:
            good = False
        if not good:
            raise usage_error(
                f"--fail-under {quote(flag)} is not metric=value", "write for example hmean=0.82"
            )
    return bounds


def check_metrics(records: Sequence[Record], bounds: dict[str, float]) -> None:
    """Raises InputError (E_USAGE) for a bound that no result can meet because none has the metric."""
    for name in bounds:
        if not any(name in record.metrics for record in records):
            hint = (
                "average precision needs confidence=true" if name.startswith("ap") else "check the protocol"
            )
            raise usage_error(f"--fail-under: no result has the metric {quote(name)}", hint)


def check_codes(codes: Sequence[str]) -> None:
    """Raises InputError (E_USAGE) for a warning code that does not exist."""
    known = [code for code in CODES if code.startswith("W_")]
    for code in codes:
        if code != "any" and code not in known:
            raise usage_error(
                f"--fail-on-warning: no warning is called {quote(code)}", close_names(code, known)
            )


def failed_checks(records: Sequence[Record], bounds: dict[str, float], codes: Sequence[str]) -> bool:
    """Whether a check asked for by the user failed; says which on stderr."""
    from ocr_eval.cli.output import tell
    from ocr_eval.errors import escape

    failed = False
    for record in records:
        for name, bound in bounds.items():
            if name in record.metrics and ((value := record.metrics[name]) is None or value < bound):
                tell(
                    f"{escape(record.prediction)}: {name} {value if value is not None else 'undefined'} < {bound:g}"
                )
                failed = True
        hits = [n for n in record.notices if "any" in codes or n.code in codes]
        for notice in hits:
            tell(f"{escape(record.prediction)}: warning[{notice.code}]: {notice}")
        failed = failed or bool(hits)
    return failed


def tell_warnings(records: Sequence[Record], settings: Settings) -> None:
    """Warnings on stderr, for output forms that do not carry them."""
    from ocr_eval.cli.output import tell
    from ocr_eval.errors import escape
    from ocr_eval.report.score import QUIET_CODES

    said = set()
    for record in records:
        for notice in record.notices:
            place = f"{escape(record.prediction)}: warning[{notice.code}]"
            line = f"{place}: {notice.count} × {notice} [{escape(record.protocol)}]"
            if line not in said and (settings.verbose or notice.code not in QUIET_CODES):
                tell(line)
            said.add(line)


def tell_explanations(prediction: str, notices: Sequence[Notice]) -> None:
    """On stderr, whatever the form of the output: why hardly anything matches."""
    from ocr_eval.cli.output import tell
    from ocr_eval.errors import escape

    for notice in notices:
        if notice.code == "W_NO_MATCH":
            tell(f"{escape(prediction)}: warning[{notice.code}]: {notice}")
