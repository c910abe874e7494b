"""card.toml of a data set -> checked values, and the files that its user must obtain to prepare it.

A card has the keys of a board's data set card, and ``protocols``, ``how`` (how to obtain the files, in words), the
tables ``files`` and ``counts``, and a table ``source`` per file to obtain: ``name``, ``bytes``, ``sha256``, and
``gt = true`` for the one that is the ground truth (a zip or a document; not needed where there is only one file).
"""

from __future__ import annotations

import math
import re
from pathlib import Path
from typing import Any, NamedTuple

from ocr_eval.errors import InputError, Problem, quote

_SHA = re.compile(r"[0-9a-f]{64}\Z")
_FILE = re.compile(r"[^/\\\x00-\x1f:]{1,255}\Z")


class Source(NamedTuple):
    """One file that the user must obtain."""

    name: str  # in the user's folder; no path
    size: int  # bytes
    sha256: str


class Card(NamedTuple):
    """A data set's card where it was found."""

    id: str
    folder: Path
    values: dict[str, Any]
    sources: tuple[Source, ...]  # the ground truth first

    @property
    def gt(self) -> Path:
        """The prepared ground truth, whether or not it is there."""
        return self.folder / "gt"


def read_card(folder: Path) -> Card:
    """The card of a data set's folder. Raises InputError (E_CONFIG) naming every fault with its line."""
    from ocr_eval.board.card_keys import DATASET_KEYS
    from ocr_eval.board.toml import Key, check_keys, read_toml

    own = {"protocols": Key("texts"), "how": Key("text"), "files": Key("table"), "counts": Key("table")}
    keys = DATASET_KEYS | own | {"source": Key("tables")}
    entry = {
        "name": Key("text", True),
        "bytes": Key("int", True),
        "sha256": Key("text", True),
        "gt": Key("bool"),
    }
    source = str(folder / "card.toml")
    try:
        data = (folder / "card.toml").read_bytes()
    except OSError as error:
        reason = f"cannot be read: {(error.strerror or 'unknown').lower()}"
        raise InputError([Problem("E_CONFIG", reason, "check the folder of data sets", source)]) from None
    values, text = read_toml(data, source, "E_CONFIG")
    problems = check_keys(values, keys, source=source, code="E_CONFIG", text=text)
    listed = values.get("source", []) if not problems else []
    for number, each in enumerate(listed, 1):
        at = f"source {number}: "
        problems += check_keys(each, entry, source=source, code="E_CONFIG", text=text, at=at)
    if not problems:
        problems = [Problem("E_CONFIG", *fault, source) for fault in _faults(values, listed, folder.name)]
    if problems:
        raise InputError(problems)
    listed = sorted(listed, key=lambda each: not each.get("gt"))
    sources = tuple(Source(each["name"], each["bytes"], each["sha256"]) for each in listed)
    return Card(folder.name, folder, values, sources)


def _faults(values: dict[str, Any], listed: list[dict[str, Any]], name: str) -> list[tuple[str, str]]:
    """(reason, hint) of what no table of keys can say."""
    found = []
    if values["schema"] != 1:
        found.append((f"schema {values['schema']}, expected 1", "this version of ocr_eval reads schema 1"))
    if values["id"] != name:
        found.append((f"id {quote(values['id'])} in folder {quote(name)}", "give both the same name"))
    for key, value in (("gt_digest", values["gt_digest"]), *(("sha256", each["sha256"]) for each in listed)):
        if not _SHA.match(value):
            found.append((f"{key} {quote(value)} is no SHA-256", "write 64 hex digits, in lower case"))
    for each in listed:
        if not _FILE.match(each["name"]) or each["name"] in (".", ".."):
            found.append((f"source {quote(each['name'])} is no file name", "write the name without folders"))
    if len({each["name"] for each in listed}) != len(listed):
        found.append(("two sources have one name", "name every file once"))
    if len(listed) > 1 and sum(bool(each.get("gt")) for each in listed) != 1:
        found.append(("no source, or more than one, is the ground truth", "give one of them gt = true"))
    return found


def told(card: Card) -> dict[str, Any]:
    """What ``datasets show --format json`` tells: the card, where it is, and whether its ground truth is there."""
    return {"folder": str(card.folder), "prepared": card.gt.exists(), "card": _plain(card.values)}


def _plain(value: Any) -> Any:
    """A value of TOML as JSON can hold it: dates, times and what is no number as texts."""
    if isinstance(value, dict):
        return {key: _plain(each) for key, each in value.items()}
    if isinstance(value, list):
        return [_plain(each) for each in value]
    is_number = isinstance(value, int) or (isinstance(value, float) and math.isfinite(value))
    return value if is_number else str(value)
