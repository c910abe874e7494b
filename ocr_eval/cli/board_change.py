"""``ocr-eval board withdraw`` and ``board correct``: new values of a submission's card, and a line in the history."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from ocr_eval.cli.board import date_flag, date_of, output_flags, report
from ocr_eval.cli.options import Example, Settings, common
from ocr_eval.errors import close_matches, quote, usage_error

FIXED = ("id", "date", "withdrawn", "withdrawn_reason")  # what the slug says, and what withdraw does


@click.command(
    cls=Example,
    example="ocr-eval board withdraw my-board 2026-11-21-ocrad-5ee4ca37 --reason retracted",
    short_help="take a submission out of the ranking, with a reason",
)
@click.argument("directory", metavar="DIR")
@click.argument("slug", metavar="SLUG")
@click.option("--reason", required=True, metavar="TEXT", help="Why; shown beside the row.")
@date_flag
@output_flags
@common
@click.pass_obj
def withdraw(settings: Settings, /, directory: str, slug: str, **flags: Any) -> int:
    """Takes a submission out of the ranking. Its row stays, struck through, with the reason; nothing is deleted."""
    changes = {"withdrawn": True, "withdrawn_reason": flags["reason"]}
    return _change(directory, slug, "withdraw", changes, flags)


@click.command(
    cls=Example,
    example="ocr-eval board correct my-board 2026-11-21-ocrad-5ee4ca37 --set licence=CC0-1.0 --reason typo",
    short_help="change fields of a submission's card",
)
@click.argument("directory", metavar="DIR")
@click.argument("slug", metavar="SLUG")
@click.option(
    "--set", "fields", multiple=True, required=True, metavar="KEY=VALUE", help="New value; repeatable."
)
@click.option("--reason", required=True, metavar="TEXT", help="Why, for the history.")
@date_flag
@output_flags
@common
@click.pass_obj
def correct(settings: Settings, /, directory: str, slug: str, **flags: Any) -> int:
    """Changes fields of a card. VALUE is TOML (2026-11-21, true, ["a", "b"]) or plain text; empty removes the field.

    Id and date are part of the submission's name and never change; counts change by `board rescore` only.
    """
    changes = {}
    for assignment in flags["fields"]:
        key, separator, value = assignment.partition("=")
        if not separator:
            raise usage_error(f"--set {quote(assignment)} is not KEY=VALUE", "write for example licence=MIT")
        changes[key.strip()] = _value(key.strip(), value)
    return _change(directory, slug, "correct", changes, flags)


def _value(key: str, word: str) -> Any:
    """The value of ``--set``: None removes the field. Raises InputError (E_USAGE) for a key that cannot be set."""
    import tomllib

    from ocr_eval.board.card_keys import SUBMISSION_KEYS

    known = [name for name in SUBMISSION_KEYS if name not in ("schema", *FIXED)]
    if key not in known:
        near = close_matches(key, known, n=2, cutoff=0.4)
        hint = f"did you mean {' or '.join(near)}?" if near else f"it may be {', '.join(known)}"
        raise usage_error(f"--set: the field {quote(key)} cannot be set", hint)
    if not word:
        return None
    if SUBMISSION_KEYS[key].kind in ("text", "url", "scalar"):
        return word
    try:
        return tomllib.loads(f"value = {word}\n")["value"]
    except tomllib.TOMLDecodeError:
        return word  # refused by the card's own check, which says what it expects


def _change(directory: str, slug: str, event: str, changes: dict[str, Any], flags: dict[str, Any]) -> int:
    """Rewrites the card and appends to the history, under the lock."""
    import tomllib

    from ocr_eval.board.card_parser import parse_submission
    from ocr_eval.board.stored import Event
    from ocr_eval.board.toml import write_toml
    from ocr_eval.board.writing import append, changing, put_files

    day = date_of(flags["day"]).isoformat()
    with changing(Path(directory)) as store:
        old = store.submission(slug).card
        if event == "withdraw" and old.withdrawn:
            raise usage_error(
                f"{slug} is withdrawn already", f"the reason given: {quote(old.withdrawn_reason)}"
            )
        values = tomllib.loads(old.to_toml()) | changes
        text = write_toml({key: value for key, value in values.items() if value is not None})
        new = parse_submission(text.encode(), "card.toml")
        put_files(store.path / "submissions" / slug, {"card.toml": new.to_toml().encode()})
        # Names of fields only: their values may be private, the history is public.
        named = "" if event == "withdraw" else ", ".join(sorted(changes))
        append(store, [Event(0, event, day, submission=slug, new=named, reason=flags["reason"])])
    body = {
        "schema": "ocr-eval/board-change/1",
        "event": event,
        "submission": slug,
        "fields": sorted(changes),
    }
    report(body, f"{slug}: {event}, {', '.join(sorted(changes))}\n", flags["format"], flags["target"])
    return 0
