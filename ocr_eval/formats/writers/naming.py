"""Sample ids -> names of files and images that are read back as the same ids."""

from __future__ import annotations

from ocr_eval.errors import InputError, Problem, quote
from ocr_eval.formats.names import key_of

_WHO = {"gt": "gt_", "prediction": "res_"}


def file_names(samples: tuple[str, ...], role: str, suffix: str) -> list[str]:
    """``gt_img_1.txt`` or ``res_img_1.txt`` of every sample. Raises InputError (E_USAGE) for an id that is no name."""
    return [_checked(sample, [_WHO[role] + sample + suffix]) for sample in samples]


def image_names(samples: tuple[str, ...], suffix: str = "") -> list[str]:
    """How a document names every image: the id itself, with ``suffix``, or what else is read as the id.

    Raises InputError (E_USAGE) for an id that no name gives.
    """
    return [_checked(s, [s + suffix, f"{s}.jpg", f"res_{s}", f"res_{s}.jpg"]) for s in samples]


def _checked(sample: str, names: list[str]) -> str:
    for name in names:
        plain = not any(c < " " or c in "\\:\x7f" or "\ud800" <= c <= "\udfff" for c in name)
        if sample and plain and key_of(name) == sample and len(name.encode()) <= 255:
            return name
    reason = f"sample id {quote(sample)} cannot be the name of a file"
    raise InputError([Problem("E_USAGE", reason, "give the images names without slashes")])
