"""Numbers -> what a page prints: percent, intervals, p-values, ranks. Same digits in every language."""

from __future__ import annotations

from decimal import ROUND_HALF_EVEN, Context, Decimal

ABSENT = "n/a"
MINUS = "\u2212"
_WIDE = Context(prec=400, rounding=ROUND_HALF_EVEN)  # every float64 with two decimals fits
SMALLEST_P = 1e-4  # what 9 999 permutations can show


def percent(value: float | None, decimals: int = 2) -> str:
    """A fraction as percent, half to even; ``n/a`` when undefined.

    Rounded from the shortest decimal that reads back to the same float: where the value is a rational that lies exactly
    between two printed numbers (1/800), that decimal is the rational itself and its binary neighbour is not.
    """
    if value is None:
        return ABSENT
    return _signed(_rounded(value, decimals))


def points(value: float | None, decimals: int = 2) -> str:
    """A difference of fractions in points, always with its sign (a true minus sign)."""
    if value is None:
        return ABSENT
    text = _signed(_rounded(value, decimals))
    return text if text.startswith(MINUS) or not text.strip("0.") else f"+{text}"


def bounds(lo: float | None, hi: float | None, decimals: int = 2) -> str:
    """``[80.23, 84.19]`` in percent; empty without an interval."""
    if lo is None or hi is None:
        return ""
    return f"[{percent(lo, decimals)}, {percent(hi, decimals)}]"


def rank(bounds: tuple[int, int] | None) -> str:
    """A rank set: ``2–6``, or ``1`` when it holds one rank; empty for rows that are not ranked."""
    if bounds is None:
        return ""
    return str(bounds[0]) if bounds[0] == bounds[1] else f"{bounds[0]}–{bounds[1]}"


def p_value(value: float | None) -> str:
    """Two significant digits without exponent; what is smaller than the test can show is said to be so."""
    if value is None:
        return ABSENT
    if value < SMALLEST_P:
        return "< 0.0001"
    exact = Decimal(repr(float(value)))
    text = f"{exact.quantize(Decimal(1).scaleb(exact.adjusted() - 1), context=_WIDE):f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def ratio(value: float | None, decimals: int = 2) -> str:
    """A plain number such as a correlation: ``0.80``, with a true minus sign."""
    if value is None:
        return ABSENT
    return _signed(Decimal(repr(float(value))).quantize(Decimal(1).scaleb(-decimals), context=_WIDE))


def integer(value: int) -> str:
    """``10,000``."""
    return f"{value:,}".replace("-", MINUS)


def _rounded(value: float, decimals: int) -> Decimal:
    return Decimal(repr(float(value))).scaleb(2).quantize(Decimal(1).scaleb(-decimals), context=_WIDE)


def _signed(value: Decimal) -> str:
    text = f"{value:f}"
    if text.startswith("-"):
        text = text[1:] if not text.strip("-0.") else MINUS + text[1:]
    return text
