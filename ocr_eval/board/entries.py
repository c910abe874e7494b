"""Submissions of the store -> who stands on a board and under which name; reads cards and records, no rows."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace

from ocr_eval.board.anonymity import in_future, keyed
from ocr_eval.board.cards import BoardConfig, Policy, SubmissionCard
from ocr_eval.board.store import Store
from ocr_eval.board.stored import StoredResult, Submission
from ocr_eval.record import parse_signature


@dataclass(frozen=True, slots=True)
class Person:
    """A submission as pages may call it. ``key`` and ``name`` are public, everything else is not."""

    slug: str
    key: str
    name: str
    concealed: bool
    card: SubmissionCard
    submission: Submission

    @property
    def team(self) -> tuple[str, bool]:
        """Whose it is. Named and nameless entries of one team do not know each other: a link would name them."""
        return self.card.team_key, self.concealed


@dataclass(frozen=True, slots=True)
class Entry:
    """A submission under one protocol of one board. ``state`` is one of ``model.STATES``."""

    person: Person
    state: str
    result: StoredResult | None
    value: float | None  # headline metric of the record

    @property
    def slug(self) -> str:
        return self.person.slug

    @property
    def key(self) -> str:
        return self.person.key


def people(store: Store, today: str) -> dict[str, Person]:
    """All submissions by slug, in that order.

    Nameless are those that ask for it, those under embargo on the day of the build, and in a blind phase all. Raises
    InputError (E_CONFIG) when a name must be hidden and the board has no secret.
    """
    blind = in_future(_iso(store.config.policy.blind_until), today)
    found: dict[str, Person] = {}
    taken = {submission.slug for submission in store.submissions()}
    for submission in store.submissions():
        card = submission.card
        concealed = blind or card.anonymous or in_future(_iso(card.embargo_until), today)
        key = name = submission.slug
        if concealed:
            digits = keyed(store.config.secret, submission.slug.encode(), why="an anonymous entry")
            key = name = next(k for n in range(6, 65) if (k := f"anon-{digits[:n]}") not in taken)
            taken.add(key)
        else:
            name = card.name
        found[submission.slug] = Person(submission.slug, key, name, concealed, card, submission)
    return found


def entries(
    store: Store, everybody: Mapping[str, Person], board: BoardConfig, protocol: str, headline: str
) -> tuple[Entry, ...]:
    """Everybody with a result under this protocol or an earlier version of it or of the data set, by slug."""
    found = []
    protocol_id = protocol.partition("(")[0]
    for slug, person in everybody.items():
        result = store.result(slug, board.dataset_id, board.gt8, protocol)
        if result is None and not _had_one(store.results(slug), board.dataset_id, protocol_id):
            continue
        value = None if result is None else result.record["metrics"].get(headline)
        found.append(Entry(person, _state(person.card, result, value), result, value))
    return tuple(found)


def admitted(
    found: Iterable[Entry],
    policy: Policy,
    *,
    higher: bool = True,
    beats: Callable[[Entry, Entry], bool] | None = None,
) -> frozenset[str]:
    """Slugs that a board shows: one per team or all of them, without those a later submission of the team supersedes.

    ``beats(new, best)`` is the test of the ladder: of each team only what beats all before it is released.
    Baselines, ceilings, withdrawn and not rescored submissions always stay.
    """
    everybody = tuple(found)
    scored = [entry for entry in everybody if entry.state in ("ranked", "undefined")]
    by_slug = {entry.slug: entry for entry in scored}
    gone = {
        entry.person.card.supersedes
        for entry in scored
        if (earlier := by_slug.get(entry.person.card.supersedes)) and earlier.person.team == entry.person.team
    }
    teams: dict[tuple[str, bool], list[Entry]] = {}
    for entry in scored:
        if entry.slug not in gone:
            teams.setdefault(entry.person.team, []).append(entry)
    kept = {entry.slug for entry in everybody if entry not in scored}
    for own in teams.values():
        released = _released(own, beats) if policy.ladder and beats else own
        kept.update(entry.slug for entry in _of_team(released, policy.per_team, higher))
    return frozenset(kept)


def team_counts(everybody: Iterable[Entry]) -> dict[str, int]:
    """Slug -> how many submissions its team has among these; nameless entries have none and count for nobody."""
    named = [entry for entry in everybody if not entry.person.concealed]
    sizes: dict[str, int] = {}
    for entry in named:
        sizes[entry.person.card.team_key] = sizes.get(entry.person.card.team_key, 0) + 1
    return {entry.slug: sizes[entry.person.card.team_key] for entry in named}


def comparable(signature: str) -> dict[str, str]:
    """The fields of a signature that all rows of a table must share."""
    fields = parse_signature(signature)
    return {name: value for name, value in fields.items() if name not in ("ocr-eval", "poly", "pred")}


def restated(entry: Entry, state: str) -> Entry:
    """The entry in another state."""
    return replace(entry, state=state)


def _iso(date: object) -> str:
    return date.isoformat() if date is not None and hasattr(date, "isoformat") else ""


def _state(card: SubmissionCard, result: StoredResult | None, value: float | None) -> str:
    if card.withdrawn:
        return "withdrawn"
    if result is None:
        return "not-rescored"
    if card.ceiling:
        return "ceiling"
    if card.baseline:
        return "baseline"
    return "undefined" if value is None else "ranked"


def _had_one(results: Iterable[StoredResult], dataset: str, protocol_id: str) -> bool:
    """Is there a result of this protocol on this data set, in whatever version?"""
    return any(
        result.path.parent.name.rpartition("@")[0] == dataset
        and result.path.name.rpartition("@")[0] == protocol_id
        for result in results
    )


def _released(own: list[Entry], beats: Callable[[Entry, Entry], bool]) -> list[Entry]:
    """In order of date: the first with a value, then whoever beats the last released."""
    released: list[Entry] = []
    for entry in own:
        if entry.value is not None and (not released or beats(entry, released[-1])):
            released.append(entry)
    return released or own[:1]


def _of_team(own: list[Entry], rule: str, higher: bool) -> list[Entry]:
    if rule == "all":
        return own
    if rule == "selected":
        own = [entry for entry in own if entry.person.card.selected] or own
    if rule in ("selected", "latest"):
        return own[-1:]
    # The best; without a value last, the earlier of equals first.
    sign = 1.0 if higher else -1.0
    ordered = sorted(own, key=lambda e: (e.value is None, -sign * (e.value or 0.0), e.slug))
    return ordered[:1]
