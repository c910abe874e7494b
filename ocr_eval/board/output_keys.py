"""What each output depends on -> its key, without statistics: a build in which nothing changed computes none.

Keys are published in the manifest. Those of hidden data depend on nothing that an audience may not see: not on sample
ids and not on the ground truth, but for the digest as it is printed. Otherwise the site would differ when they do.
"""

from __future__ import annotations

import json
import re
from functools import cached_property

from ocr_eval.board.entries import Entry
from ocr_eval.board.keys import code_digest, file_digest, key_of
from ocr_eval.board.scope import Scope
from ocr_eval.board.suspects import SYSTEMS


class OutputKeys(Scope):
    """Keys of all kinds of outputs. An output is made again when its key differs from the stored one."""

    @cached_property
    def _base(self) -> str:
        """Code, options, configuration, who is who."""
        config = self._masked(repr(self.config).replace(repr(self.config.secret), "secret"))
        secret = key_of(self.config.secret or b"")
        known = [(p.key, p.name, p.concealed, repr(p.card)) for p in self.people.values()]
        return key_of(code_digest(), self.options.digestible(), config, secret, repr(known))

    @cached_property
    def _history_digest(self) -> str:
        file = self.store.path / "history.jsonl"
        if not self._hidden or not file.is_file():
            return file_digest(file)
        return key_of(self._masked(file.read_bytes().decode("utf-8", "surrogatepass")))

    @cached_property
    def _hidden(self) -> dict[str, str]:
        """Digest of a ground truth that this audience may not see, long and short -> the same as printed."""
        found = {}
        for board in self.config.boards:
            if not self.sight(board.dataset_id).plain_digest:
                printed = self.printed_digest(board)
                found[self.datasets[board.dataset_id].gt_digest] = printed
                found[self.datasets[board.dataset_id].gt8] = printed[:8]
                found[board.gt8] = printed[:8]
        return found

    def _masked(self, text: str) -> str:
        for digest in sorted(self._hidden, key=len, reverse=True):
            text = text.replace(digest, self._hidden[digest])
        return text

    def _result_digest(self, entry: Entry, dataset: str) -> str:
        """Of one result: of its record, which names the digest of the rows; on hidden data of the rows without ids."""
        if entry.result is None:
            return ""
        result = entry.result
        if self.sight(dataset).per_sample:
            return result.digest

        def make() -> str:
            unseen = ("table_sha256", "warnings", "provenance")
            record = {name: value for name, value in result.record.items() if name not in unseen}
            rows = re.sub(rb"(?m)^[^\t\n]*", b"", result.path.read_bytes())
            return key_of(self._masked(json.dumps(record)), rows)

        return self.once(("result digest", str(result.path)), make)

    def _dataset_digest(self, name: str) -> str:
        def make() -> str:
            samples = file_digest(self.store.path / "datasets" / name / "samples.tsv")
            if not self.sight(name).per_sample:
                table = self.store.samples(name)
                rest = (table.aliases, table.width, table.height, table.groups, sorted(table.slices.items()))
                samples = repr(rest)
            pages = len(self.sample_pages(name))  # all samples or none
            return key_of(self._masked(repr(self.datasets[name])), samples, pages)

        return self.once(("dataset digest", name), make)

    def _overlay_digest(self, name: str) -> str:
        return self.once(("overlay digest", name), lambda: key_of(*self._overlay_files(name)))

    def _overlay_files(self, name: str) -> list[str]:
        """Digests of everything stored that sample pages and suspected gt are made from."""
        if not self.sight(name).overlays:
            return []
        parts = [file_digest(self.store.path / "datasets" / name / "instances.jsonl")]
        for slug in sorted(self._drawn(name)):
            own = self.store.path / "submissions" / slug
            parts += [slug, file_digest(own / "instances" / f"{name}.jsonl")]
            for path in sorted((own / "results").glob(f"{name}@*/*.why.jsonl")):
                parts += [path.name, file_digest(path)]
        return parts

    def _drawn(self, name: str) -> set[str]:
        """Submissions whose instances are looked at: those on sample pages, and the best for suspected gt."""
        most = SYSTEMS
        if self.pages(name):
            limit = self.layers
            most = len(self.people) if limit is None else max(SYSTEMS, limit)
        tabs = [tab for tabs in self.tabs.values() for tab in tabs.values() if tab.dataset.id == name]
        return {entry.slug for tab in tabs for entry in tab.ranked[:most]}

    def tab_key(self, board_id: str, tab_slug: str) -> str:
        """Of the table and its shards' metadata."""

        def make() -> str:
            tab = self.tabs[board_id][tab_slug]
            rows = [(e.key, e.state, self._result_digest(e, tab.dataset.id)) for e in tab.entries]
            sizes = sorted(tab.team_sizes.items())
            parts = (
                self._masked(repr(tab.board)),
                tab.protocol,
                tab.headline,
                tab.digest,
                repr(rows),
                repr(sizes),
            )
            return key_of(self._base, self._dataset_digest(tab.dataset.id), *parts)

        return self.once(("tab key", board_id, tab_slug), make)

    def board_key(self, board_id: str) -> str:
        """Of a board's page, with everything on it."""

        def make() -> str:
            tabs = [self.tab_key(board_id, slug) for slug in self.tabs[board_id]]
            name = self.boards[board_id].dataset_id
            return key_of(*tabs, self._history_digest, self._overlay_digest(name))

        return self.once(("board key", board_id), make)

    def row_key(self, board_id: str, tab_slug: str, row: str) -> str:
        """Of one row's shard: no other submission is in it."""
        tab = self.tabs[board_id][tab_slug]
        entry = tab.scored[tab.position[self.slug_of(row)]]
        assert entry.result is not None
        parts = (tab.data_key, entry.key, entry.result.digest, self._dataset_digest(tab.dataset.id))
        return key_of(code_digest(), self.options.audience, self.options.shards, *parts)

    def submission_key(self, key: str) -> str:
        """Of a submission's page: it shows ranks, so the boards it stands on are in it."""
        slug = self.slug_of(key)
        boards = [board for board in self.boards if slug in self._standing(board)]
        return key_of(self._base, key, self._history_digest, *map(self.board_key, boards))

    def _standing(self, board_id: str) -> frozenset[str]:
        tabs = self.tabs[board_id].values()
        return self.once(
            ("standing", board_id), lambda: frozenset(e.slug for tab in tabs for e in tab.entries)
        )

    def dataset_key(self, dataset_key: str) -> str:
        """Of a data set's page."""
        boards = [board.id for board in self.config.boards if board.dataset_id == dataset_key]
        return key_of(self._base, self._dataset_digest(dataset_key), *map(self.board_key, boards))

    def sample_key(self, dataset_key: str, sample: str) -> str:
        """Of a sample's page: it lists all submissions, so every result on the data set is in it."""

        def make() -> str:
            boards = [board.id for board in self.config.boards if board.dataset_id == dataset_key]
            tabs = [self.tab_key(board, slug) for board in boards for slug in self.tabs[board]]
            return key_of(*tabs, self._overlay_digest(dataset_key))

        return key_of(sample, self.once(("sample key", dataset_key), make))

    @cached_property
    def site_key(self) -> str:
        """Of pages that show all boards."""
        return key_of(self._base, *map(self.board_key, self.boards), self._history_digest)
