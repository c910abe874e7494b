"""Several annotations of the same images -> how far they agree, where they differ, and what they have in common.

The public function is called like this room: ``ocr_eval.agreement(...)``. Python puts the room under that name as soon
as any of its files is imported, so the room itself can be called.
"""

from __future__ import annotations

import sys
from types import ModuleType
from typing import Any


class _Room(ModuleType):
    """A package that is also its main function."""

    def __call__(self, *arguments: Any, **options: Any) -> Any:
        """``ocr_eval.agreement.library.agreement``."""
        from ocr_eval.agreement.library import agreement

        return agreement(*arguments, **options)


sys.modules[__name__].__class__ = _Room
