"""A store and an audience -> what must not appear on its site, and which texts are public anyway."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields
from typing import Any

from ocr_eval.board.audience import sight
from ocr_eval.board.entries import people
from ocr_eval.board.leaks import Canary, Scanner
from ocr_eval.board.options import Options
from ocr_eval.board.store import Store
from ocr_eval.board.stored import Lines

_NAMING = ("name", "authors", "affiliation", "team", "url", "paper", "doi", "code", "weights", "contact")
_NEVER_PUBLISHED = ("contact",)
_CODE = ("board", "report", "protocols")  # what our own pages are written with


def scanner(store: Store, options: Options) -> Scanner:
    """The scan of a site made with these options. Empty (and free) when the store hides nothing from this audience."""
    hidden = list(canaries(store, options))
    return Scanner(hidden, public_texts(store, options) if hidden else ())


def canaries(store: Store, options: Options) -> Iterator[Canary]:
    """Hidden ground truth, names of nameless entries, addresses of contact, the board's secret."""
    for name in store.dataset_ids():
        card = store.dataset(name)
        seen = sight(card.visibility, options.audience)
        if not seen.overlays:
            yield from _ground_truth(store, name)
        if not seen.plain_digest:
            yield from (
                Canary(f"the digest of the ground truth of {name!r}", text)
                for text in (
                    card.gt_digest,
                    card.gt8,
                    *(b.gt8 for b in store.config.boards if b.dataset_id == name),
                )
            )
    for person in people(store, options.date).values():
        origin = f"the card of submission {person.slug!r}"
        if person.concealed and options.audience != "internal" and person.slug != options.participant:
            yield Canary(origin, person.slug)
            yield Canary(origin, person.card.id)
            yield from (Canary(origin, text) for text in _texts(person.card, _NAMING))
        else:
            yield from (Canary(origin, text) for text in _texts(person.card, _NEVER_PUBLISHED))
    secret = store.config.secret
    if secret:
        yield Canary("the board's secret", secret.hex())
        yield Canary("the board's secret", secret.decode("utf-8", "replace"))


def _ground_truth(store: Store, dataset: str) -> Iterator[Canary]:
    table = store.samples(dataset)
    shown = set(table.aliases)
    for sample in table.ids:
        if sample not in shown:
            yield Canary(f"a sample id of {dataset!r}", sample)
    kept = store.gt_lines(dataset), store.text_lines(dataset)
    for line in (line for lines in kept if lines is not None for line in lines.values()):
        for instance in line.get("instances", ()):
            yield Canary(f"a ground truth text of {dataset!r}", str(instance.get("text") or ""))
            yield Canary(f"a ground truth ring of {dataset!r}", ring=flat(instance.get("ring") or ()))


def public_texts(store: Store, options: Options) -> Iterator[str]:
    """What pages may say whatever is hidden: our own words, published cards, data that this audience may see."""
    from importlib.resources import files

    for folder in _CODE:
        yield from _sources(files("ocr_eval") / folder)
    config = store.config
    yield "\n".join(
        [
            config.title,
            config.url,
            *(text for b in config.boards for text in (b.id, b.title, b.protocol, *b.also)),
        ]
    )
    for name in store.dataset_ids():
        card, table = store.dataset(name), store.samples(name)
        yield "\n".join(_texts(card, [f.name for f in fields(card) if f.name != "gt_digest"]))
        yield "\n".join(
            [*table.aliases, *table.slices, *(tag for tags in table.slices.values() for tag in set(tags))]
        )
        seen = sight(card.visibility, options.audience)
        if seen.per_sample:
            yield "\n".join(table.ids)
        if seen.overlays:
            yield _raw(store.gt_lines(name))
            yield _raw(store.text_lines(name))
    for person in people(store, options.date).values():
        is_own = person.slug == options.participant
        if person.concealed and options.audience != "internal" and not is_own:
            continue
        yield "\n".join([person.slug, person.card.id, *_texts(person.card, [
            f.name for f in fields(person.card) if f.name not in _NEVER_PUBLISHED])])  # fmt: skip
        for name in store.dataset_ids():
            if is_own or sight(store.dataset(name).visibility, options.audience).overlays:
                yield _raw(store.prediction_lines(person.slug, name))
    yield "\n".join(event.reason for event in store.history())


def flat(ring: Any) -> list[float]:
    """A ring as x1, y1, x2, y2, …, whether it is stored flat or as points."""
    return [float(value) for item in ring for value in (item if isinstance(item, list) else [item])]


def _texts(card: Any, names: Any) -> Iterator[str]:
    for name in names:
        value = getattr(card, name)
        if isinstance(value, str):
            yield value
        elif isinstance(value, tuple):
            yield from (item for item in value if isinstance(item, str))


def _raw(lines: Lines | None) -> str:
    return "" if lines is None else lines.data.decode("utf-8", "surrogatepass")


def _sources(place: Any) -> Iterator[str]:
    for child in sorted(place.iterdir(), key=lambda item: str(item.name)):
        if child.is_dir():
            yield from _sources(child)
        elif child.name.endswith((".py", ".html", ".css", ".js", ".json")):
            yield child.read_text(encoding="utf-8")
