"""Cards of the store as frozen values (board, data set, protocol, submission), how they are written, ids and slugs."""

from __future__ import annotations

import datetime
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any

from ocr_eval.board.toml import write_toml
from ocr_eval.errors import InputError, Problem, quote

_ID = re.compile(r"[a-z0-9][a-z0-9._-]{0,63}\Z")
_RESERVED = {"index", "con", "prn", "aux", "nul", *(f"{p}{n}" for p in ("com", "lpt") for n in range(1, 10))}
_SLUG = re.compile(r"\d{4}-\d{2}-\d{2}-([a-z0-9][a-z0-9._-]{0,63})-[0-9a-f]{8}\Z")


@dataclass(frozen=True, slots=True)
class BoardConfig:
    """One ``[[board]]`` of board.toml: a data set version, its protocols (own first), the metric that ranks.

    The id of a version that is not the newest ends in ``@v<version>``.
    """

    id: str
    title: str
    dataset_id: str
    gt8: str  # first 8 hex digits of the gt digest
    protocol: str  # protocol string
    headline: str = "hmean"
    also: tuple[str, ...] = ()  # further protocol strings, shown as tabs
    version: int = 1
    frozen: datetime.date | None = None
    seed: int | None = None  # of the bootstrap; None: the first 8 hex digits of the printed gt digest

    @property
    def is_older(self) -> bool:
        """Is this a version that a newer one has replaced? Its page is kept."""
        return "@" in self.id

    @property
    def protocols(self) -> tuple[str, ...]:
        """The board's own protocol, then the further ones."""
        return (self.protocol, *self.also)


@dataclass(frozen=True, slots=True)
class Policy:
    """``[policy]`` of board.toml. None: no limit."""

    per_team: str = "best"
    max_per_day: int | None = None
    max_total: int | None = None
    blind_until: datetime.date | None = None
    ladder: bool = False
    decimals: int = 2


@dataclass(frozen=True, slots=True)
class Config:
    """board.toml. ``secret`` is the content of ``secret_file`` (relative to the store), None when there is none."""

    title: str
    languages: tuple[str, ...] = ("en",)
    audience: str = "public"
    secret_file: str | None = None
    boards: tuple[BoardConfig, ...] = ()
    policy: Policy = field(default_factory=Policy)
    url: str = ""  # where the site will stand; for the feed and sitemap.xml
    secret: bytes | None = None


@dataclass(frozen=True, slots=True)
class DatasetCard:
    """datasets/<id>/card.toml."""

    id: str
    gt_digest: str  # 64 hex digits of the canonical gt
    version: str = ""
    split: str = ""
    title: str = ""
    task: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    licence: str = ""
    homepage: str = ""
    citation: str = ""
    visibility: str = "hidden"
    images: str = "none"  # link, copy or none
    image_url: str = ""  # for link: address or relative path with {sample} in it
    groups: str = "none"  # column of samples.tsv
    slices: tuple[str, ...] = ()
    frozen: datetime.date | None = None
    notes: str = ""

    @property
    def gt8(self) -> str:
        return self.gt_digest[:8]

    @property
    def hidden(self) -> bool:
        return self.visibility != "public"


@dataclass(frozen=True, slots=True)
class ProtocolCard:
    """protocols/*.toml: one protocol with all its parameters, as results were counted with it."""

    id: str
    version: int
    protocol: str  # protocol string
    digest: str  # 64 hex digits
    task: str
    columns: tuple[str, ...]  # with "sum:…" columns last
    source: str
    parameters: Mapping[str, Any]

    @property
    def key(self) -> str:
        """``rrc-iou@1-5b7d1c20``: the name of result files."""
        return f"{self.id}@{self.version}-{self.digest[:8]}"


@dataclass(frozen=True, slots=True)
class SubmissionCard:
    """submissions/<slug>/card.toml. Texts are foreign; links may have any scheme and are checked where printed."""

    id: str
    name: str
    date: datetime.date
    authors: tuple[str, ...] = ()
    affiliation: str = ""
    team: str = ""  # who shares the limits; without it the affiliation, else the id
    description: str = ""
    url: str = ""
    paper: str = ""
    doi: str = ""
    code: str = ""
    weights: str = ""
    model_params: str = ""
    training_data: tuple[str, ...] = ()
    pretraining: str = ""
    uses_test_lexicon: bool | None = None
    extra_data: str = ""
    seed: int | None = None
    runs: tuple[str, ...] = ()
    hardware: str = ""
    speed: str = ""
    licence: str = ""
    contact: str = ""  # never published
    anonymous: bool = False
    embargo_until: datetime.date | None = None
    baseline: bool = False  # shown, never ranked
    ceiling: bool = False  # an annotator scored as a submission
    selected: bool = False  # the team's choice under per_team = "selected"
    verification: str = "self-reported"
    supersedes: str = ""  # slug
    withdrawn: bool = False
    withdrawn_reason: str = ""
    notes: str = ""

    @property
    def team_key(self) -> str:
        """What limits and ``per_team`` group by: team, else affiliation, else the method id."""
        return " ".join((self.team or self.affiliation).split()).casefold() or f"id:{self.id}"

    def to_toml(self) -> str:
        """The canonical card: every key that has a value, in declared order."""
        return write_toml({"schema": 1} | _filled(self))


def check_method_id(name: str, source: str = "", line: int | None = None) -> None:
    """Raises InputError (E_METHOD_ID) unless ``name`` may become a part of file names and addresses."""
    problem = method_id_problem(name, source, line)
    if problem:
        raise InputError([problem])


def method_id_problem(name: Any, source: str = "", line: int | None = None) -> Problem | None:
    """Why ``name`` is no method id, or None."""
    hint = "use a-z, 0-9, dot, dash and underscore, up to 64 characters, first a letter or digit, no dot at the end"
    if isinstance(name, str) and _ID.match(name) and not name.endswith("."):
        if name.partition(".")[0] not in _RESERVED:
            return None
        hint = f"{name.partition('.')[0]} is reserved, choose another id"
    shown = quote(name if isinstance(name, str) else str(name))
    return Problem("E_METHOD_ID", f"{shown} is no method id", hint, source, line=line)


def slug_of(date: datetime.date, name: str, pred_digest: str) -> str:
    """``2026-11-21-acme-net-3c0d19aa``: the identifier that never changes."""
    return f"{date.isoformat()}-{name}-{pred_digest[:8]}"


def is_slug(text: str) -> bool:
    """Whether a folder of submissions/ may be called so."""
    found = _SLUG.match(text)
    return found is not None and method_id_problem(found[1]) is None


def _filled(card: Any) -> dict[str, Any]:
    """The fields that differ from their defaults."""
    return {
        each.name: value
        for each in fields(card)
        if (value := getattr(card, each.name)) != each.default and value is not None
    }


def dataset_to_toml(card: DatasetCard) -> str:
    """The canonical card of a data set; visibility and images always stand in it."""
    explicit = {"visibility": card.visibility, "images": card.images, "groups": card.groups}
    return write_toml(
        {"schema": 1} | {k: v for k, v in _filled(card).items() if k not in explicit} | explicit
    )


def protocol_to_toml(card: ProtocolCard) -> str:
    """The canonical card of a protocol, with every parameter."""
    plain = {each.name: getattr(card, each.name) for each in fields(card)}
    return write_toml({"schema": 1} | plain)
