"""What the user asked of one build of the site; what can change a byte is part of every key."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime

from ocr_eval.board.model import AUDIENCES
from ocr_eval.errors import quote, usage_error

_DRILLDOWN = re.compile(r"none|pairs|all|top:([1-9][0-9]{0,6})")
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


@dataclass(frozen=True, slots=True)
class Options:
    """Flags of ``board build``. ``jobs`` and ``yes`` change no byte and are not part of ``digestible``."""

    audience: str = "public"
    participant: str | None = None  # slug, with audience "participant"
    languages: tuple[str, ...] = ("en",)
    images: str = "none"  # none, link, copy
    drilldown: str = "top:10"  # none, top:N, pairs, all
    shards: str = "gzip"  # gzip, plain
    jobs: int = 1
    paper_figures: bool = False
    yes: bool = False
    date: str = ""  # ISO; "" is replaced by ``dated``

    def __post_init__(self) -> None:
        for name, value, allowed in (
            ("audience", self.audience, AUDIENCES),
            ("images", self.images, ("none", "link", "copy")),
            ("shards", self.shards, ("gzip", "plain")),
        ):
            if value not in allowed:
                raise usage_error(f"{name} {quote(value)}", f"one of {', '.join(allowed)}", "E_CONFIG")
        if (self.audience == "participant") != bool(self.participant):
            reason = f"audience {self.audience} {'without' if not self.participant else 'with'} a submission"
            raise usage_error(reason, "write participant:SLUG, or public, or internal", "E_CONFIG")
        if not _DRILLDOWN.fullmatch(self.drilldown):
            hint = "none, top:N, pairs or all"
            raise usage_error(f"drilldown {quote(self.drilldown)}", hint, "E_CONFIG")
        if self.date and not _DATE.fullmatch(self.date):
            raise usage_error(f"date {quote(self.date)}", "a date is YYYY-MM-DD", "E_CONFIG")

    @property
    def top(self) -> int | None:
        """How many submissions a sample page shows at most; None: no limit."""
        found = _DRILLDOWN.fullmatch(self.drilldown)
        return int(found.group(1)) if found and found.group(1) else None

    def digestible(self) -> str:
        """Canonical JSON of everything that can change a byte of the site."""
        fields = {key: value for key, value in asdict(self).items() if key not in ("jobs", "yes")}
        return json.dumps(fields, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def dated(options: Options, newest: str, environment: Mapping[str, str] | None = None) -> Options:
    """Options with the date of the build: as given, else $SOURCE_DATE_EPOCH, else the newest date in the store.

    Raises InputError (E_CONFIG) when the variable is no number of seconds.
    """
    if options.date:
        return options
    epoch = (os.environ if environment is None else environment).get("SOURCE_DATE_EPOCH", "")
    if not epoch:
        return replace(options, date=newest)
    if not re.fullmatch(r"[0-9]{1,11}", epoch):
        hint = "it is a whole number of seconds since 1970-01-01"
        raise usage_error(f"$SOURCE_DATE_EPOCH is {quote(epoch)}", hint, "E_CONFIG")
    return replace(options, date=datetime.fromtimestamp(int(epoch), UTC).date().isoformat())
