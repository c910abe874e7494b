"""A table and a name -> what was made of this table alone, made once: a gt meets many predictions."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from ocr_eval.tables.instances import Instances

T = TypeVar("T")


def derived(table: Instances, name: Hashable, make: Callable[[], T]) -> T:
    """``make()``, or what it returned before for this table and name; kept as long as the table is.

    ``make`` may depend on the table and on what is in ``name``, on nothing else; nobody may change what it returns.
    """
    kept: dict[Hashable, T] = vars(table).setdefault("_derived", {})
    if name not in kept:
        kept[name] = make()
    return kept[name]
