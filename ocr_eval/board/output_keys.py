"""What each output depends on -> its key, without statistics: a build in which nothing changed computes none."""

from __future__ import annotations

from functools import cached_property

from ocr_eval.board.keys import code_digest, file_digest, key_of
from ocr_eval.board.scope import Scope


class OutputKeys(Scope):
    """Keys of all kinds of outputs. An output is made again when its key differs from the stored one."""

    @cached_property
    def _base(self) -> str:
        """Code, options, configuration, who is who."""
        config = repr(self.config).replace(repr(self.config.secret), "secret")
        secret = key_of(self.config.secret or b"")
        known = [(p.key, p.name, p.concealed, repr(p.card)) for p in self.people.values()]
        return key_of(code_digest(), self.options.digestible(), config, secret, repr(known))

    @cached_property
    def _history_digest(self) -> str:
        return file_digest(self.store.path / "history.jsonl")

    def _dataset_digest(self, name: str) -> str:
        cache = self.__dict__.setdefault("_dataset_digests", {})
        if name not in cache:
            folder = self.store.path / "datasets" / name
            parts = [repr(self.datasets[name]), file_digest(folder / "samples.tsv"), self.sample_pages(name)]
            cache[name] = key_of(*parts)
        return str(cache[name])

    def _overlay_digest(self, name: str) -> str:
        """Of everything stored that sample pages and suspected gt are made from."""
        cache = self.__dict__.setdefault("_overlay_digests", {})
        if name not in cache:
            parts: list[str] = []
            if self.sight(name).overlays:
                parts.append(file_digest(self.store.path / "datasets" / name / "instances.jsonl"))
                for slug in self.people:
                    own = self.store.path / "submissions" / slug
                    parts += [slug, file_digest(own / "instances" / f"{name}.jsonl")]
                    parts += [
                        f"{path.name}:{file_digest(path)}"
                        for path in sorted((own / "results").glob(f"{name}@*/*.why.jsonl"))
                    ]
            cache[name] = key_of(*parts)
        return str(cache[name])

    def tab_key(self, board_id: str, tab_slug: str) -> str:
        """Of the table and its shards' metadata."""
        tab = self.tabs[board_id][tab_slug]
        rows = [(e.key, e.state, e.result.digest if e.result else "") for e in tab.entries]
        parts = (
            repr(tab.board),
            tab.protocol,
            tab.headline,
            tab.digest,
            repr(rows),
            repr(sorted(tab.team_sizes)),
        )
        return key_of(self._base, self._dataset_digest(tab.dataset.id), *parts)

    def board_key(self, board_id: str) -> str:
        """Of a board's page, with everything on it."""
        name = self.boards[board_id].dataset_id
        tabs = [self.tab_key(board_id, slug) for slug in self.tabs[board_id]]
        return key_of(*tabs, self._history_digest, self._overlay_digest(name))

    def row_key(self, board_id: str, tab_slug: str, row: str) -> str:
        """Of one row's shard: no other submission is in it."""
        tab = self.tabs[board_id][tab_slug]
        entry = next(entry for entry in tab.scored if entry.key == row)
        assert entry.result is not None
        parts = (tab.data_key, entry.key, entry.result.digest, self._dataset_digest(tab.dataset.id))
        return key_of(code_digest(), self.options.audience, self.options.shards, *parts)

    def submission_key(self, key: str) -> str:
        """Of a submission's page: it shows ranks, so all boards it stands on are in it."""
        slug = self.slug_of(key)
        boards = [
            self.board_key(board_id)
            for board_id, tabs in self.tabs.items()
            if any(entry.slug == slug for tab in tabs.values() for entry in tab.entries)
        ]
        return key_of(self._base, key, self._history_digest, *boards)

    def dataset_key(self, dataset_key: str) -> str:
        """Of a data set's page."""
        boards = [board.id for board in self.config.boards if board.dataset_id == dataset_key]
        return key_of(self._base, self._dataset_digest(dataset_key), *map(self.board_key, boards))

    def sample_key(self, dataset_key: str, sample: str) -> str:
        """Of a sample's page: it lists all submissions, so every result on the data set is in it."""
        tabs = [
            self.tab_key(board.id, slug)
            for board in self.config.boards
            if board.dataset_id == dataset_key
            for slug in self.tabs[board.id]
        ]
        return key_of(sample, *tabs, self._overlay_digest(dataset_key))

    @cached_property
    def site_key(self) -> str:
        """Of pages that show all boards."""
        return key_of(self._base, *map(self.board_key, self.boards), self._history_digest)
