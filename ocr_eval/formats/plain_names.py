"""Many plain names -> their sample keys at once, where looking at each would say nothing else.

A set of a million words names a million samples. Where all names are plain (ASCII, no folder, no prefix of ours, one
extension or none) keys and doubles are found with a few passes over one text; anything else is looked at one by one, by
``names``, which also has all the messages.
"""

from __future__ import annotations

from collections.abc import Sequence

from ocr_eval.formats.names import DOCUMENTS, IMAGES, PREFIXES, by_value


def plain_keys(names: Sequence[str], *, full: bool = False) -> list[str] | None:
    """``key_of`` of every name, or with ``full`` the names, when no two are of one sample; None: look at each."""
    joined = "\n".join(names)
    if not names or not joined.isascii() or joined.count("\n") >= len(names):
        return None
    if not full:
        if "/" in joined:
            return None
        if "." in joined:
            extension = names[0].rpartition(".")[2]
            mark, joined = f".{extension}\n", joined + "\n"
            if extension.lower() not in DOCUMENTS | IMAGES:
                return None
            if not joined.count(".") == joined.count(mark) == len(names):
                return None
            joined = joined.replace(mark, "\n")[:-1]
        begun = "\n" + joined
        if any("\n" + prefix in begun for prefix in PREFIXES):
            return None
    keys = joined.split("\n")
    folds = joined.lower().split("\n")
    if len(set(map(len, keys))) > 1:  # of one length, keys that differ have last numbers that differ, or none
        folds = list(map(by_value, folds))
    return keys if "" not in keys and len(set(folds)) == len(keys) else None
