"""Stored ground truth, predictions and reasons -> one sample's page; only for audiences that may see the gt."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any

from ocr_eval.board.cards import DatasetCard
from ocr_eval.board.model import InstanceView, LayerView, SampleView, page_name

if TYPE_CHECKING:
    from ocr_eval.board.entries import Entry
    from ocr_eval.board.store import Store
    from ocr_eval.board.stored import Lines
    from ocr_eval.board.tabs import Tab

Scores = tuple[tuple[str, str, float | None, Mapping[str, int]], ...]

UNKNOWN = "unknown"  # kind of an instance whose verdict was not kept (board add without --overlays)


class Shelf:
    """A store's stored instances and reasons, each file read once."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self._files: dict[tuple[str, ...], Lines | None] = {}

    def gt(self, dataset: str) -> Lines | None:
        """Canonical gt by sample; None when not kept."""
        return self._keep(("gt", dataset), lambda: self.store.gt_lines(dataset))

    def predictions(self, slug: str, dataset: str) -> Lines | None:
        """Canonical predictions by sample; None when not kept."""
        return self._keep(("pred", slug, dataset), lambda: self.store.prediction_lines(slug, dataset))

    def why(self, slug: str, dataset: str, protocol: str) -> Lines | None:
        """Matches and reasons by sample; None when not kept."""
        return self._keep(("why", slug, dataset, protocol), lambda: self.store.why(slug, dataset, protocol))

    def _keep(self, key: tuple[str, ...], read: Callable[[], Lines | None]) -> Lines | None:
        if key not in self._files:
            self._files[key] = read()
        return self._files[key]


def instances_of(lines: Lines | None, sample: str) -> list[Mapping[str, Any]]:
    """The instances of one sample; none when nothing was kept."""
    if lines is None or sample not in lines:
        return []
    return list(lines[sample]["instances"])


def sample_pages(ids: Sequence[str]) -> dict[str, str]:
    """Sample -> name of its page."""
    return {sample: page_name(sample) for sample in ids}


def sample_view(
    shelf: Shelf,
    card: DatasetCard,
    sample: str,
    *,
    pages: Mapping[str, str],
    tabs: Sequence[Tab],
    layers: Mapping[int, Sequence[Entry]],
    image: str | None,
) -> SampleView:
    """``tabs``: all on this data set; ``layers``: tab number -> entries to draw, best first."""
    table = shelf.store.samples(card.id)
    at = table.ids.index(sample)
    gt = instances_of(shelf.gt(card.id), sample)
    named = [name for name in table.ids if name in pages]
    place = named.index(sample)
    return SampleView(
        dataset=card.id,
        sample=sample,
        page=pages[sample],
        previous=_neighbour(named, place - 1, pages),
        next=_neighbour(named, place + 1, pages),
        width=table.width[at],
        height=table.height[at],
        image=image,
        tags=tuple((column, tags[at]) for column, tags in table.slices.items() if tags[at]),
        gt=tuple(_gt_instance(k, given) for k, given in enumerate(gt)),
        layers=tuple(
            layer
            for number, chosen in layers.items()
            for entry in chosen
            if (layer := _layer(shelf, card, sample, at, tabs[number], entry)) is not None
        ),
        scores=tuple((tab.board.id, tab.slug, tab.protocol, tab.headline, _scores(tab, at)) for tab in tabs),
    )


def image_of(store: Store, card: DatasetCard, sample: str, page: str, images: str) -> str | None:
    """Where the page finds the picture: a copy below ``images/``, the card's address, or nowhere.

    ``images`` is what the user asked for; the card must allow it too.
    """
    if images == "copy" and card.images == "copy":
        found = store.image(card.id, sample)
        return (
            None
            if found is None
            else f"images/{page_name(card.id)}/{page}{PurePosixPath(found.name).suffix.lower()}"
        )
    if images == "link" and card.images in ("link", "copy") and card.image_url:
        from urllib.parse import quote

        return card.image_url.replace("{sample}", quote(sample, safe=""))
    return None


def _neighbour(named: list[str], place: int, pages: Mapping[str, str]) -> tuple[str, str] | None:
    if not 0 <= place < len(named):
        return None
    return pages[named[place]], named[place]


def _ring(given: Mapping[str, Any]) -> tuple[float, ...]:
    return tuple(float(v) for v in given.get("ring") or ())


def _gt_instance(index: int, given: Mapping[str, Any]) -> InstanceView:
    care = given.get("care", True)
    status, kind = ("unmatched", UNKNOWN) if care else ("ignored", "don't care")
    return InstanceView(index, _ring(given), given.get("text"), status, kind)


def _layer(shelf: Shelf, card: DatasetCard, sample: str, at: int, tab: Tab, entry: Entry) -> LayerView | None:
    """None where neither predictions nor reasons were kept."""
    stored = shelf.predictions(entry.slug, card.id)
    told = shelf.why(entry.slug, card.id, tab.protocol)
    if stored is None and told is None:
        return None
    why = told[sample] if told is not None and sample in told else {}
    instances = instances_of(stored, sample)
    verdicts = why.get("pred", [])
    empty: dict[str, Any] = {}
    pred = tuple(
        _verdict(
            k, verdicts[k] if k < len(verdicts) else empty, instances[k] if k < len(instances) else empty
        )
        for k in range(max(len(verdicts), len(instances)))
    )
    return LayerView(
        key=entry.key,
        name=entry.person.name,
        tab=tab.slug,
        protocol=tab.protocol,
        value=_value(tab, entry, at),
        gt=tuple(_verdict(k, given, empty) for k, given in enumerate(why.get("gt", []))),
        pred=pred,
        pairs=tuple((int(g), int(p), value) for g, p, value in why.get("pairs", [])),
        removals=tuple(why.get("removals", ())),
        edits=tuple(why.get("edits", ())),
    )


def _verdict(index: int, told: Mapping[str, Any], stored: Mapping[str, Any]) -> InstanceView:
    return InstanceView(
        index,
        _ring(stored),
        stored.get("text"),
        told.get("status", "unmatched"),
        told.get("kind", UNKNOWN),
        tuple(told.get("partners", ())),
        tuple((key, dict(arguments)) for key, arguments in told.get("reasons", ())),
        stored.get("confidence"),
    )


def _scores(tab: Tab, at: int) -> Scores:
    found = []
    for entry in (*tab.ranked, *(e for e in tab.scored if e.state != "ranked")):
        assert entry.result is not None
        counts = entry.result.counts
        row = dict(zip(counts.columns, counts.rows[at].tolist(), strict=True))
        found.append((entry.key, entry.person.name, _value(tab, entry, at), row))
    return tuple(found)


def _value(tab: Tab, entry: Entry, at: int) -> float | None:
    """The headline on one sample."""
    values = tab.each
    if values is None or entry.slug not in tab.position:
        return None
    value = float(values[at, tab.position[entry.slug]])
    return None if value != value else value
