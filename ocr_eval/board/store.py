"""A board's folder on disk -> configuration, cards, samples, results and history; reading only, everything lazily."""

from __future__ import annotations

import datetime
import re
from dataclasses import replace
from functools import cached_property
from pathlib import Path

from ocr_eval.board import card_parser
from ocr_eval.board.cards import Config, DatasetCard, ProtocolCard
from ocr_eval.board.stored import (
    EVENTS,
    Event,
    Lines,
    SampleTable,
    StoredResult,
    Submission,
    load_json,
    read_bytes,
)
from ocr_eval.errors import InputError, Problem, close_matches, quote, usage_error

_DIGEST = re.compile(r"([0-9a-f]{64})  ([a-z]+(?:/[a-z0-9][a-z0-9._-]{0,63})?)\Z")


class Store:
    """A board's folder. ``Store.open`` checks board.toml; everything else is read and checked when asked for."""

    def __init__(self, path: Path, config: Config) -> None:
        self.path = path
        self.config = config
        self._datasets: dict[str, DatasetCard] = {}
        self._samples: dict[str, SampleTable] = {}
        self._results: dict[Path, StoredResult] = {}

    @classmethod
    def open(cls, path: str | Path) -> Store:
        """Raises InputError (E_USAGE when there is no board, E_CONFIG for a bad board.toml)."""
        folder = Path(path)
        file = folder / "board.toml"
        if not file.is_file():
            hint = "make one with `ocr-eval board init DIR --title T --dataset ID --gt GT -p PROTOCOL`"
            raise usage_error(f"{quote(str(folder))} holds no board.toml", hint)
        config = card_parser.parse_config(read_bytes(file), str(file))
        store = cls(folder, config)
        return cls(folder, replace(config, secret=store._secret()))

    def _secret(self) -> bytes | None:
        """The secret; None when there is none or, on a board that does not need it, when its file is not there."""
        name = self.config.secret_file
        if name is None:
            return None
        try:
            secret = (self.path / name).read_bytes().strip()
        except OSError as error:
            if not self._needs_secret():
                return None
            reason = f"secret_file {quote(name)} cannot be read: {error.strerror or 'error'}"
            hint = "put the board's secret where board.toml names it (relative to the store)"
            raise usage_error(reason, hint, "E_CONFIG", str(self.path / "board.toml")) from None
        if len(secret) < 32:
            reason = f"secret_file {quote(name)} holds {len(secret)} bytes, at least 32 are needed"
            raise usage_error(reason, "restore it", "E_CONFIG", str(self.path / "board.toml"))
        return secret

    def _needs_secret(self) -> bool:
        if self.config.policy.blind_until or any(self.dataset(name).hidden for name in self.dataset_ids()):
            return True
        return any(s.card.anonymous or s.card.embargo_until for s in self.submissions())

    def dataset_ids(self) -> tuple[str, ...]:
        """Ids of the data sets in the store, sorted."""
        return tuple(sorted(p.parent.name for p in (self.path / "datasets").glob("*/card.toml")))

    def dataset(self, name: str) -> DatasetCard:
        """A data set's card. Raises InputError (E_USAGE with close names, E_CONFIG)."""
        if name not in self._datasets:
            file = self.path / "datasets" / name / "card.toml"
            if name not in self.dataset_ids():
                near = close_matches(name, self.dataset_ids(), n=3, cutoff=0.3)
                hint = f"it has {', '.join(near or self.dataset_ids()) or 'none'}"
                raise usage_error(f"the board has no data set {quote(name)}", hint)
            card = card_parser.parse_dataset(read_bytes(file), str(file))
            if card.id != name:
                raise usage_error(
                    f"id is {quote(card.id)}, the folder {quote(name)}", "", "E_CONFIG", str(file)
                )
            self._datasets[name] = card
        return self._datasets[name]

    def samples(self, name: str) -> SampleTable:
        """samples.tsv of a data set. Raises InputError (E_CONFIG) with file and line."""
        if name not in self._samples:
            from ocr_eval.board.samples import read_samples

            file = self.path / "datasets" / name / "samples.tsv"
            self._samples[name] = read_samples(read_bytes(file), self.dataset(name), str(file))
        return self._samples[name]

    def submissions(self) -> tuple[Submission, ...]:
        """All submissions, also withdrawn ones, sorted by slug. Raises InputError (E_FORMAT, E_METHOD_ID)."""
        return self._submissions

    @cached_property
    def _submissions(self) -> tuple[Submission, ...]:
        found = sorted((self.path / "submissions").glob("*/card.toml"), key=lambda p: p.parent.name)
        return tuple(self.read_submission(file) for file in found if not file.parent.name.startswith("."))

    def read_submission(self, file: Path) -> Submission:
        """The submission whose card.toml this is. Raises InputError (E_FORMAT, E_METHOD_ID)."""
        slug, digests = file.parent.name, {}
        card = card_parser.parse_submission(read_bytes(file), str(file))
        sums = file.parent / "predictions.sha256"
        for number, line in enumerate(read_bytes(sums).decode("ascii", "replace").splitlines(), 1):
            found = _DIGEST.match(line)
            if found is None:
                hint = "expected 64 hex digits, two blanks, canonical/ID, sorted/ID or archive"
                raise InputError([Problem("E_FORMAT", "line is no digest", hint, str(sums), line=number)])
            digests[found[2]] = found[1]
        return Submission(slug, card, digests)

    def submission(self, slug: str) -> Submission:
        """One submission. Raises InputError (E_USAGE) with close slugs."""
        for each in self.submissions():
            if each.slug == slug:
                return each
        near = close_matches(slug, [s.slug for s in self.submissions()], n=3, cutoff=0.3)
        hint = (
            f"did you mean {', '.join(near)}?"
            if near
            else "`ls submissions` in the board's folder lists them"
        )
        raise usage_error(f"the board has no submission {quote(slug)}", hint)

    def result(self, slug: str, dataset_id: str, gt8: str, protocol: str) -> StoredResult | None:
        """The result under a protocol string or ``id@version-proto8``; None when there is none under that signature."""
        card = self.protocol_card(protocol)
        if card is None:
            return None
        file = self.path / "submissions" / slug / "results" / f"{dataset_id}@{gt8}" / f"{card.key}.tsv"
        if file not in self._results:
            if not file.with_suffix(".json").is_file():
                return None
            self._results[file] = StoredResult(file)
        return self._results[file]

    def results(self, slug: str) -> tuple[StoredResult, ...]:
        """All results of a submission, also those of older versions, sorted by path.

        Rows without a record are none yet: a rescoring that was killed leaves them, the next one completes them.
        """
        found = sorted((self.path / "submissions" / slug / "results").glob("*/*.tsv"))
        files = [file for file in found if file.with_suffix(".json").is_file()]
        for file in files:
            if file not in self._results:
                self._results[file] = StoredResult(file)
        return tuple(self._results[file] for file in files)

    def protocol_card(self, key: str) -> ProtocolCard | None:
        """By protocol string (its newest version in this store) or by ``id@version-proto8``."""
        return self._protocols.get(key)

    def protocol_cards(self) -> tuple[ProtocolCard, ...]:
        """All cards of protocols/, sorted by key."""
        return tuple(card for key, card in sorted(self._protocols.items()) if key == card.key)

    @cached_property
    def _protocols(self) -> dict[str, ProtocolCard]:
        found: dict[str, ProtocolCard] = {}
        for file in sorted((self.path / "protocols").glob("*.toml")):
            card = self.read_protocol(file)
            found[card.key] = card
            newest = found.get(card.protocol)
            if newest is None or (newest.version, newest.digest) < (card.version, card.digest):
                found[card.protocol] = card
        return found

    def history(self) -> tuple[Event, ...]:
        """Events in order. Raises InputError (E_FORMAT) with the line of a bad one."""
        file = self.path / "history.jsonl"
        events: list[Event] = []
        for number, line in enumerate(read_bytes(file).split(b"\n")[:-1] if file.exists() else (), 1):
            values = load_json(line, file, number)
            try:
                event = Event(**{key: value for key, value in values.items() if value is not None})
                good = event.event in EVENTS and isinstance(event.seq, int)
                datetime.date.fromisoformat(event.date)
            except (TypeError, ValueError):
                good = False
            if not good:
                reason = "line is no event of the history"
                raise InputError([Problem("E_FORMAT", reason, "restore the file", str(file), line=number)])
            events.append(event)
        return tuple(events)

    def read_protocol(self, file: Path) -> ProtocolCard:
        """One card of protocols/. Raises InputError (E_CONFIG)."""
        return card_parser.parse_protocol_card(read_bytes(file), str(file))

    def gt_lines(self, dataset: str) -> Lines | None:
        """Canonical gt by sample (``{"sample", "instances": [{"ring", "text", "care"}]}``); None when not kept."""
        return _lines(self.path / "datasets" / dataset / "instances.jsonl")

    def text_lines(self, dataset: str) -> Lines | None:
        """Canonical rings of text lines by sample, for protocols that read them too; None when not kept."""
        return _lines(self.path / "datasets" / dataset / "lines.jsonl")

    def prediction_lines(self, slug: str, dataset: str) -> Lines | None:
        """Canonical predictions by sample; None when they were not kept."""
        return _lines(self.path / "submissions" / slug / "instances" / f"{dataset}.jsonl")

    def why(self, slug: str, dataset: str, protocol: str) -> Lines | None:
        """Matches and reasons by sample (``{"sample", "gt", "pred", …}``) under the card's gt; None when not kept."""
        result = self.result(slug, dataset, self.dataset(dataset).gt8, protocol)
        return None if result is None else _lines(result.path.with_suffix(".why.jsonl"))

    def image(self, dataset: str, sample: str) -> Path | None:
        """The picture of a sample: in the data set's folder here, else in the prepared data set of that id and gt."""
        return self._images(dataset).get(sample)

    def _images(self, dataset: str) -> dict[str, Path]:
        from ocr_eval.board.samples import find_images

        cache: dict[str, dict[str, Path]] = self.__dict__.setdefault("_found_images", {})
        if dataset not in cache:
            cache[dataset] = find_images(self.path / "datasets" / dataset, self.dataset(dataset))
        return cache[dataset]


def _lines(path: Path) -> Lines | None:
    return Lines(path) if path.is_file() else None
