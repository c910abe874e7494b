"""The board's secret -> names for what must not be named: anonymous entries, hidden ground truth."""

from __future__ import annotations

import hashlib
import hmac

from ocr_eval.errors import usage_error


def keyed(secret: bytes | None, message: bytes, *, why: str) -> str:
    """HMAC-SHA-256 in hex. Raises InputError (E_CONFIG) without a secret: a guess could be tested against the page."""
    if not secret:
        reason = f"{why} needs the board's secret, and board.toml names no secret_file"
        hint = 'write 32 random bytes to a file outside the store and name it: secret_file = "…"'
        raise usage_error(reason, hint, "E_CONFIG")
    return hmac.new(secret, message, hashlib.sha256).hexdigest()


def anonymous_key(secret: bytes | None, slug: str) -> str:
    """``anon-`` and six hex digits: stable for one board, not to be linked to the submission without the secret."""
    return "anon-" + keyed(secret, slug.encode("utf-8"), why="an anonymous entry")[:6]


def in_future(until: str, today: str) -> bool:
    """Is ``until`` (ISO date, "" for never) after the date of the build? On the day itself the name is shown."""
    return bool(until) and (not today or until > today)
