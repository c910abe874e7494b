"""A store and options -> who and what stands on the site, for one audience; reads cards and records, no rows."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, TypeVar

from ocr_eval.board.anonymity import keyed
from ocr_eval.board.audience import Sight, sight
from ocr_eval.board.cards import BoardConfig, DatasetCard
from ocr_eval.board.entries import Entry, admitted, entries, people, team_counts
from ocr_eval.board.options import Options, dated
from ocr_eval.board.sample_views import Shelf, sample_pages
from ocr_eval.board.store import Store
from ocr_eval.board.tabs import Tab, headline_of

if TYPE_CHECKING:
    from ocr_eval.protocols import EvaluationProtocol

Made = TypeVar("Made")


@dataclass(frozen=True, slots=True)
class TabOutline:
    """``rows``: keys of the rows with per-sample data; position is the number nnn of the shard."""

    slug: str
    protocol: str
    data: str  # key of d/<data>/, "" when per-sample data are not published
    rows: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class BoardOutline:
    """``dataset``: key of its page."""

    id: str
    version: int
    dataset: str
    tabs: tuple[TabOutline, ...]


@dataclass(frozen=True, slots=True)
class Outline:
    """Every page there will be, without statistics. ``samples``: data set key -> samples that get a page."""

    boards: tuple[BoardOutline, ...]
    submissions: tuple[str, ...]
    datasets: tuple[str, ...]
    protocols: tuple[str, ...]  # slugs
    samples: Mapping[str, tuple[str, ...]]


class Scope:
    """One store for one audience, before anything is computed."""

    def __init__(self, store: Store, options: Options) -> None:
        """Raises InputError: E_CONFIG without the secret that hidden names need, E_USAGE for an unknown participant."""
        self.store = store
        self.options = dated(options, _newest(store))
        self.people = people(store, self.options.date)
        if options.participant is not None:
            store.submission(options.participant)
        self.shelf = Shelf(store)
        self.config = store.config
        self._made: dict[tuple[str, ...], Any] = {}
        self.boards = {board.id: board for board in self.config.boards}

    # What there is, without statistics.

    @cached_property
    def outline(self) -> Outline:
        """All pages and shards."""
        boards = tuple(
            BoardOutline(
                board.id,
                board.version,
                board.dataset_id,
                tuple(
                    TabOutline(
                        tab.slug,
                        tab.protocol,
                        tab.data_key if tab.sight.per_sample else "",
                        tuple(entry.key for entry in tab.scored) if tab.sight.per_sample else (),
                    )
                    for tab in self.tabs[board.id].values()
                ),
            )
            for board in self.config.boards
        )
        return Outline(
            boards,
            tuple(person.key for person in self.people.values()),
            tuple(self.datasets),
            tuple(self.protocols),
            {name: self.sample_pages(name) for name in self.datasets},
        )

    @cached_property
    def datasets(self) -> dict[str, DatasetCard]:
        """Those that boards use, by id."""
        names = sorted({board.dataset_id for board in self.config.boards})
        return {name: self.store.dataset(name) for name in names}

    @cached_property
    def protocols(self) -> dict[str, str]:
        """Slug -> protocol string, of all tabs."""
        found = {tab.slug: tab.protocol for tabs in self.tabs.values() for tab in tabs.values()}
        return dict(sorted(found.items()))

    def sight(self, dataset: str) -> Sight:
        """What this audience may see of a data set."""
        return sight(self.datasets[dataset].visibility, self.options.audience)

    @cached_property
    def tabs(self) -> dict[str, dict[str, Tab]]:
        """Board id -> slug -> tab, the board's own protocol first. Reads no rows, but under the ladder."""
        return {board.id: self._tabs_of(board) for board in self.config.boards}

    def _tabs_of(self, board: BoardConfig) -> dict[str, Tab]:
        from ocr_eval.protocols import protocol

        card = self.datasets[board.dataset_id]
        rules = {repr(rule): rule for rule in map(protocol, board.protocols)}
        headlines = {
            text: headline_of(rule, board.headline, own=k == 0)
            for k, (text, rule) in enumerate(rules.items())
        }
        everybody = {text: entries(self.store, self.people, board, text, headlines[text]) for text in rules}
        own = next(iter(rules))
        allowed = self._admitted(board, everybody[own], rules[own], headlines[own])
        seen = {entry.slug for entry in everybody[own]}
        sizes = team_counts(everybody[own])
        cascade: dict[str, Mapping[str, float | None]] = {}
        for text, rule in rules.items():
            if rule.ID == "cascade" and not cascade:
                cascade = {
                    e.slug: e.result.record["metrics"] for e in everybody[text] if e.result is not None
                }
        pages = self.pages(board.dataset_id)
        samples = self.store.samples(board.dataset_id)
        tabs = {}
        for text, rule in rules.items():
            shown = tuple(e for e in everybody[text] if e.slug in allowed or e.slug not in seen)
            tab = Tab(
                board,
                rule,
                headlines[text],
                card,
                self.sight(card.id),
                samples,
                self.printed_digest(board),
                shown,
                self.config.policy.decimals,
                sizes,
                tuple(pages.get(sample) for sample in samples.ids),
                cascade,
            )
            tabs[tab.slug] = tab
        return tabs

    def _admitted(
        self, board: BoardConfig, everybody: tuple[Entry, ...], rule: EvaluationProtocol, headline: str
    ) -> frozenset[str]:
        from ocr_eval.board.ladder import beats

        higher = rule.METRICS[headline] is not False
        test = None
        if self.ladder and headline in rule.formulas:
            groups = self.store.samples(board.dataset_id).groups
            test = beats(rule.formulas[headline], groups, higher=higher)
        return admitted(everybody, self.config.policy, higher=higher, beats=test)

    @property
    def ladder(self) -> bool:
        """Are scores held back until they beat the team's best? Not from those who run the board."""
        return self.config.policy.ladder and self.options.audience != "internal"

    def printed_digest(self, board: BoardConfig) -> str:
        """64 hex digits: the gt's own, or where it is hidden the board's HMAC over the canonical gt.

        Without a stored gt the HMAC is over its digest.
        """
        card = self.datasets[board.dataset_id]
        plain = card.gt_digest if card.gt8 == board.gt8 else board.gt8.ljust(64, "0")
        if self.sight(card.id).plain_digest:
            return plain

        def make() -> str:
            lines = self.shelf.gt(card.id) if card.gt8 == board.gt8 else None
            message = plain.encode() if lines is None else lines.data
            return keyed(self.config.secret, message, why="the digest of hidden ground truth")

        return self.once(("digest", plain), make)

    def pages(self, dataset: str) -> dict[str, str]:
        """Sample -> page name, of the samples that get a page."""

        def make() -> dict[str, str]:
            able = self.options.drilldown != "none" and self.sight(dataset).overlays
            has_gt = able and self.shelf.gt(dataset) is not None
            return sample_pages(self.store.samples(dataset).ids) if has_gt else {}

        return self.once(("pages", dataset), make)

    @property
    def layers(self) -> int | None:
        """How many of a table's best systems a sample's page draws; None: all. A pair stands side by side."""
        return 2 if self.options.drilldown == "pairs" else self.options.top

    def sample_pages(self, dataset_key: str) -> tuple[str, ...]:
        """Samples that get a page, in canonical order."""
        return tuple(self.pages(dataset_key))

    def slug_of(self, key: str) -> str:
        """The submission behind a public key."""
        return self._slugs[key]

    @cached_property
    def _slugs(self) -> dict[str, str]:
        return {person.key: slug for slug, person in self.people.items()}

    def once(self, key: tuple[str, ...], make: Callable[[], Made]) -> Made:
        """What ``make`` gives, made once per key."""
        if key not in self._made:
            self._made[key] = make()
        found: Made = self._made[key]
        return found


def _newest(store: Store) -> str:
    """The newest date that anything in the store carries; never the clock's."""
    dates = [event.date for event in store.history()]
    dates += [submission.card.date.isoformat() for submission in store.submissions()]
    dates += [board.frozen.isoformat() for board in store.config.boards if board.frozen]
    return max(dates, default="1970-01-01")
