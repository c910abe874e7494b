"""Ground truth texts that a filter emptied -> the warning that says how many, and in which scripts they were written.

Not a protocol: the guard of all that compare filtered texts. A filter made for one script scores any answer in another.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ocr_eval.errors import Notice

SHARE = 0.01  # a filter that empties more of the gts than this is warned about
NOTHING_LEFT = "leaves nothing of"
LEFT_OUT = "leaves out"


def filtered_notice(
    name: str, emptied: Mapping[str, str], samples: int, does: str = NOTHING_LEFT
) -> tuple[Notice, ...]:
    """W_FILTERED when ``name`` (a normal form, a preset) took more than 1 % of the texts; sample id -> raw text."""
    if len(emptied) <= SHARE * samples:
        return ()
    from ocr_eval.errors import Notice, escape
    from ocr_eval.text.scripts import scripts

    found = scripts(emptied.values())
    message = (
        f"{name} {does} {100 * len(emptied) / samples:.3g} % of the ground truth texts"
        f" ({len(emptied)} of {samples}): {', '.join(found[:5])}{', …' if found[5:] else ''}"
    )
    return (Notice("W_FILTERED", message, len(emptied), tuple(map(escape, list(emptied)[:3]))),)
