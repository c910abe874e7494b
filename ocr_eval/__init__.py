"""ocr_eval scores OCR submissions exactly as the benchmarks' own scripts do, and keeps every count per image.

The public names below are loaded when first used; ``import ocr_eval`` itself imports nothing heavy.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ocr_eval.agreement.library import agreement
    from ocr_eval.board.library import build_board
    from ocr_eval.engine.local import Job, count, explain
    from ocr_eval.errors import InputError
    from ocr_eval.formats import read
    from ocr_eval.limits import Limits
    from ocr_eval.protocols import protocol, protocols
    from ocr_eval.record import Record
    from ocr_eval.stats.comparison import compare, interval
    from ocr_eval.tables.counts import Counts
    from ocr_eval.tables.instances import Instances

__version__ = "0.1.0"

_PUBLIC = {
    "agreement": "ocr_eval.agreement",  # the room itself, which can be called
    "read": "ocr_eval.formats",
    "Instances": "ocr_eval.tables.instances",
    "Limits": "ocr_eval.limits",
    "protocol": "ocr_eval.protocols",
    "protocols": "ocr_eval.protocols",
    "count": "ocr_eval.engine.local",
    "explain": "ocr_eval.engine.local",
    "Job": "ocr_eval.engine.local",
    "Counts": "ocr_eval.tables.counts",
    "interval": "ocr_eval.stats.comparison",
    "compare": "ocr_eval.stats.comparison",
    "build_board": "ocr_eval.board.library",
    "Record": "ocr_eval.record",
    "InputError": "ocr_eval.errors",
}

__all__ = [
    "Counts",
    "InputError",
    "Instances",
    "Job",
    "Limits",
    "Record",
    "__version__",
    "agreement",
    "build_board",
    "compare",
    "count",
    "explain",
    "interval",
    "protocol",
    "protocols",
    "read",
]


def __getattr__(name: str) -> Any:
    """Loads a public name from its module (PEP 562)."""
    if name == "agreement":
        return import_module("ocr_eval.agreement")
    if name in _PUBLIC:
        value = getattr(import_module(_PUBLIC[name]), name)
        globals()[name] = value
        return value
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted({*globals(), *_PUBLIC})
