"""Cards and history -> what pages say about data sets, submissions and changes; field by field, nothing else."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from ocr_eval.board.audience import Sight
from ocr_eval.board.cards import DatasetCard
from ocr_eval.board.entries import Person
from ocr_eval.board.model import DatasetView, EventView
from ocr_eval.board.stored import Event

Fields = tuple[tuple[str, str], ...]
DATASET_FIELDS = ("version", "split", "task", "languages", "licence", "citation", "frozen")
# What a submission tells; of a nameless one only NAMELESS_FIELDS. ``contact`` is in neither: it is never published.
SUBMISSION_FIELDS = (
    *("id", "date", "verification", "authors", "affiliation", "description", "model_params", "training_data"),
    *("pretraining", "uses_test_lexicon", "extra_data", "seed", "runs", "hardware", "speed", "licence"),
)
NAMELESS_FIELDS = ("date", "verification", "uses_test_lexicon")
LINKS = ("url", "paper", "doi", "code", "weights")


def dataset_view(card: DatasetCard, sight: Sight, digest: str, samples: int) -> DatasetView:
    """``digest``: as printed, 64 hex digits."""
    return DatasetView(
        key=card.id,
        id=card.id,
        title=card.title or card.id,
        visibility="hidden" if card.hidden else "public",
        digest=digest[:8],
        fields=_fields(card, DATASET_FIELDS),
        links=(("homepage", card.homepage),) if card.homepage else (),
        samples=samples,
        notes=card.notes if sight.per_sample else "",
    )


def submission_fields(person: Person, people: Mapping[str, Person]) -> Fields:
    """The card; what it supersedes by name, unless one of the two is nameless."""
    fields = _fields(person.card, NAMELESS_FIELDS if person.concealed else SUBMISSION_FIELDS)
    earlier = people.get(person.card.supersedes)
    if earlier is not None and not person.concealed and not earlier.concealed:
        fields += (("supersedes", earlier.key),)
    return fields


def submission_links(person: Person) -> Fields:
    """Addresses as given; a DOI as the address that resolves it. None of a nameless submission."""
    if person.concealed:
        return ()
    found = [(name, str(getattr(person.card, name))) for name in LINKS if getattr(person.card, name)]
    return tuple((name, f"https://doi.org/{text}" if name == "doi" else text) for name, text in found)


def event_views(
    events: Iterable[Event], people: Mapping[str, Person], sights: Mapping[str, Sight]
) -> tuple[EventView, ...]:
    """Events in order. ``sights``: data set id -> what may be seen of it.

    A nameless submission has no reason: it may say who it is. Of data that are hidden from this audience neither old
    and new digests nor what was corrected are told. Events of submissions that are gone keep no name.
    """
    found = []
    for event in events:
        person = people.get(event.submission)
        sight = sights.get(event.dataset.partition("@")[0], Sight()) if event.dataset else None
        told = sight is None or sight.plain_digest
        own = event.event in ("add", "rescore", "withdraw")
        secret = (person is not None and person.concealed) or (event.submission and person is None)
        found.append(
            EventView(
                seq=event.seq,
                event=event.event,
                date=event.date,
                key=person.key if person else "",
                name=person.name if person else "",
                protocol=event.protocol,
                old=event.old if told and not secret else "",
                new=event.new if told and not secret else "",
                reason=event.reason if (told or own) and not secret else "",
            )
        )
    return tuple(found)


def _fields(card: object, names: Iterable[str]) -> Fields:
    """Those that have a value, as text."""
    found = []
    for name in names:
        value = getattr(card, name)
        if isinstance(value, tuple):
            value = ", ".join(value)
        elif isinstance(value, bool):
            value = "true" if value else "false"
        if value not in (None, ""):
            found.append((name, str(value)))
    return tuple(found)
