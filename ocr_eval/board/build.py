"""A store and options -> every view of the site; the only way from the store to a page.

Nothing is computed before it is asked for, and nothing twice.
"""

from __future__ import annotations

from functools import cached_property

from ocr_eval.board.cards import BoardConfig
from ocr_eval.board.entries import Entry, Person
from ocr_eval.board.keys import package_version
from ocr_eval.board.model import (
    BoardView,
    DatasetView,
    EventView,
    ResultView,
    RowView,
    SampleView,
    SiteView,
    SubmissionView,
    TabData,
    Value,
)
from ocr_eval.board.output_keys import OutputKeys
from ocr_eval.board.sample_views import image_of, sample_view
from ocr_eval.board.tabs import Tab
from ocr_eval.errors import usage_error


class Building(OutputKeys):
    """One build for one audience. Keys of boards, data sets, submissions and samples are those of the views."""

    @cached_property
    def site(self) -> SiteView:
        """Everything but per-sample data and sample pages."""
        from ocr_eval.board.protocol_views import protocol_view

        person = self.people.get(self.options.participant or "")
        return SiteView(
            title=self.config.title,
            audience=self.options.audience,
            languages=self.options.languages,
            date=self.options.date,
            version=package_version(),
            boards=tuple(self.board(board.id) for board in self.config.boards),
            submissions=tuple(self.submission(person.key) for person in self.people.values()),
            datasets=tuple(map(self.dataset, self.datasets)),
            protocols=tuple(map(protocol_view, self.protocols.values())),
            changes=self._events,
            participant=person.key if person else None,
        )

    def dataset(self, dataset_key: str) -> DatasetView:
        """A data set's page."""
        from ocr_eval.board.card_views import dataset_view

        card = self.datasets[dataset_key]
        own = [board for board in self.config.boards if board.dataset_id == dataset_key]
        board = min(own, key=lambda board: board.is_older)
        digest = self.printed_digest(board)
        samples = len(self.store.samples(dataset_key).ids)
        return dataset_view(card, self.sight(dataset_key), digest, samples)

    def board(self, board_id: str) -> BoardView:
        """A board's page; computed once."""
        return self.once(("board", board_id), lambda: self._board(self.boards[board_id]))

    def _board(self, board: BoardConfig) -> BoardView:
        from ocr_eval.board.comparisons import correlation_views, health_view, slice_views

        tabs = tuple(self.tabs[board.id].values())
        known = {entry.slug for tab in tabs for entry in tab.entries}
        keys = {person.key for slug, person in self.people.items() if slug in known}
        numbers = {
            event.seq for event in self.store.history() if event.dataset.partition("@")[0] == board.dataset_id
        }
        return BoardView(
            id=board.id,
            title=board.title,
            version=board.version,
            frozen=board.frozen.isoformat() if board.frozen else "",
            dataset=board.dataset_id,
            tabs=tuple(tab.view for tab in tabs),
            per_sample=tabs[0].sight.per_sample,
            correlations=correlation_views(tabs),
            slices=slice_views(tabs[0]),
            # The ground truth that is stored is that of the newest version.
            health=None if board.is_older else health_view(tabs[0], self.shelf),
            changes=tuple(e for e in self._events if e.key in keys or (not e.key and e.seq in numbers)),
            sample_pages=len(self.pages(board.dataset_id)),
            older=tuple(sorted(b.version for b in self.config.boards if b.id == f"{board.id}@v{b.version}")),
        )

    @cached_property
    def _events(self) -> tuple[EventView, ...]:
        from ocr_eval.board.card_views import event_views

        sights = {name: self.sight(name) for name in self.datasets}
        return event_views(self.store.history(), self.people, sights)

    def submission(self, key: str) -> SubmissionView:
        """A submission's page; computes the boards it stands on."""
        return self.once(("submission", key), lambda: self._submission(key))

    def _submission(self, key: str) -> SubmissionView:
        from ocr_eval.board.card_views import submission_fields, submission_links

        person = self.people[self.slug_of(key)]
        card = person.card
        results = [
            result
            for tabs in self.tabs.values()
            for tab in tabs.values()
            if (result := self._result(tab, person)) is not None
        ]
        near: dict[str, float] = {}
        for board_id in self.boards:
            for other, share in self._near_duplicates(board_id).get(person.slug, []):
                near[other.slug] = max(share, near.get(other.slug, 0.0))
        return SubmissionView(
            key=person.key,
            name=person.name,
            anonymous=person.concealed,
            fields=submission_fields(person, self.people),
            links=submission_links(person),
            notes="" if person.concealed else card.notes,
            withdrawn=None if not card.withdrawn else "" if person.concealed else card.withdrawn_reason,
            results=tuple(results),
            changes=tuple(event for event in self._events if event.key == person.key),
            near_duplicates=tuple(
                (self.people[slug].key, self.people[slug].name, share)
                for slug, share in sorted(near.items(), key=lambda item: (-item[1], item[0]))
            ),
        )

    def _result(self, tab: Tab, person: Person) -> ResultView | None:
        """What one tab says about a submission; one that the board leaves out by its policy has a score, no rank."""
        from ocr_eval.board.comparisons import extremes, quartiles

        entry = next((e for e in tab.entries if e.slug == person.slug), None)
        row = next((row for row in tab.view.rows if row.key == person.key), None)
        if entry is None or row is None:
            row = None if self.ladder else self._left_out(tab, person)
            if row is None:
                return None
        best, worst = extremes(tab, entry) if entry is not None else ((), ())
        own = tab.sight.own and person.slug == self.options.participant and entry is not None
        return ResultView(
            board=tab.board.id,
            board_title=tab.board.title,
            protocol=tab.protocol,
            tab=tab.slug,
            headline=tab.headline,
            row=row,
            ranked=len(tab.ranked),
            best=best,
            worst=worst,
            quartiles=quartiles(tab, entry) if own and entry is not None else (),
        )

    def _left_out(self, tab: Tab, person: Person) -> RowView | None:
        result = self.store.result(person.slug, tab.board.dataset_id, tab.board.gt8, tab.protocol)
        if result is None:
            return None
        metrics = result.record["metrics"]
        values = {name: Value(metrics[name]) for name in tab.rule.METRICS if name in metrics}
        return RowView(
            key=person.key,
            name=person.name,
            state="ranked",
            values=tab.rounder.values(values),
            date=person.card.date.isoformat(),
            verification=person.card.verification,
            signature=tab.view.signature,
        )

    def _near_duplicates(self, board_id: str) -> dict[str, list[tuple[Entry, float]]]:
        from ocr_eval.board.comparisons import near_duplicates

        tab = next(iter(self.tabs[board_id].values()))
        return self.once(("near duplicates", board_id), lambda: near_duplicates(tab))

    def tab_data(self, board_id: str, tab_slug: str) -> TabData | None:
        """Per-sample rows behind a tab; None where they are not published."""
        return self.tabs[board_id][tab_slug].data

    def sample(self, dataset_key: str, sample: str) -> SampleView:
        """A sample's page. Raises InputError (E_USAGE) for a sample that gets none."""
        pages = self.pages(dataset_key)
        if sample not in pages:
            raise usage_error("no page is made of this sample", "see the option --drilldown")
        card = self.datasets[dataset_key]
        tabs = [
            tab
            for tabs in self.tabs.values()
            for tab in tabs.values()
            if tab.dataset.id == dataset_key and not tab.board.is_older
        ]
        layers = {k: tab.ranked[: self.layers] for k, tab in enumerate(tabs)}
        image = image_of(self.store, card, sample, pages[sample], self.options.images)
        return sample_view(self.shelf, card, sample, pages=pages, tabs=tabs, layers=layers, image=image)
