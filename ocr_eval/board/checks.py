"""A store -> whatever in it does not hold together: digests, signatures, names, history; all of it is listed."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from ocr_eval.board.cards import is_slug, slug_of
from ocr_eval.board.record_checks import check_result, drift
from ocr_eval.board.store import Store
from ocr_eval.board.stored import Submission
from ocr_eval.errors import CODES, InputError, Problem, quote


def check_store(store: Store) -> list[Problem]:
    """Every problem, in the order data sets, protocols, submissions by slug, history. [] when all is well."""
    problems: list[Problem] = []
    for name in store.dataset_ids():
        problems += _collect(_dataset, store, name)
    problems += _collect(_boards, store)
    problems += _collect(_protocols, store)
    problems += _folders(store)
    try:
        submissions = store.submissions()
    except InputError:
        submissions = ()
        for file in sorted((store.path / "submissions").glob("*/card.toml")):
            problems += _collect(_readable, store, file)
    for submission in submissions:
        problems += _collect(_submission, store, submission)
        for path in sorted((store.path / "submissions" / submission.slug / "results").glob("*/*")):
            problems += _collect(check_result, store, submission, path)
    problems += _collect(_history, store, {s.slug for s in submissions})
    return [_as_drift(problem) for problem in problems]


def _collect(find: Callable[..., Iterator[Problem]], *arguments: Any) -> list[Problem]:
    """What a part finds, or the error that stopped it."""
    problems: list[Problem] = []
    try:  # one by one: what was found before an error stays
        for problem in find(*arguments):
            problems.append(problem)
    except InputError as error:
        problems += error.problems
    return problems


def _as_drift(problem: Problem) -> Problem:
    """A file of the store that cannot be read has drifted like any other; its own code stays in the reason."""
    if CODES[problem.code].exit in (1, 6):
        return problem
    return problem._replace(code="E_DRIFT", reason=f"{problem.code} {problem.reason}")


def _readable(store: Store, file: Path) -> Iterator[Problem]:
    store.read_submission(file)
    yield from ()


def _dataset(store: Store, name: str) -> Iterator[Problem]:
    card, table = store.dataset(name), store.samples(name)
    folder = store.path / "datasets" / name
    lines = store.gt_lines(name)
    if lines is not None:
        if hashlib.sha256(lines.data).hexdigest() != card.gt_digest:
            yield drift("not the ground truth of the card (gt_digest)", lines.path, "E_DATASET")
        elif tuple(lines) != table.ids:
            yield drift(
                "samples.tsv lists other samples than instances.jsonl", folder / "samples.tsv", "E_DATASET"
            )
    if card.hidden and table.aliases == table.ids and table.ids:
        hint = "give every sample an alias that says nothing"
        reason = "the data set is hidden and its samples are called by their own names"
        yield Problem("E_LEAK", reason, hint, str(folder / "samples.tsv"))


def _boards(store: Store) -> Iterator[Problem]:
    source = str(store.path / "board.toml")
    for board in store.config.boards:
        if board.dataset_id not in store.dataset_ids():
            yield Problem("E_DATASET", f"board {board.id}: no data set {quote(board.dataset_id)}", "", source)
        elif store.dataset(board.dataset_id).gt8 != board.gt8 and not board.is_older:
            reason = f"board {board.id}: {board.dataset_id} is @{store.dataset(board.dataset_id).gt8}, not @{board.gt8}"
            yield Problem("E_DATASET", reason, "raise the board's version when its data set changes", source)
        for name in board.protocols:
            if store.protocol_card(name) is None:
                hint = f"run `ocr-eval board rescore DIR -p '{name}'`"
                yield Problem(
                    "E_SIGNATURE", f"board {board.id}: protocols/ has no card of {name}", hint, source
                )


def _protocols(store: Store) -> Iterator[Problem]:
    for file in sorted((store.path / "protocols").glob("*.toml")):
        card = store.read_protocol(file)
        body = {
            "columns": list(card.columns),
            "id": card.id,
            "parameters": dict(card.parameters),
            "version": card.version,
        }
        text = json.dumps(body, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
        if hashlib.sha256(text.encode()).hexdigest() != card.digest:
            yield drift("digest is not that of id, version, parameters and columns", file, "E_SIGNATURE")


def _folders(store: Store) -> Iterator[Problem]:
    folder = store.path / "submissions"
    for place in sorted(folder.iterdir()) if folder.is_dir() else ():
        if place.name.startswith("."):
            yield Problem(
                "E_DRIFT", "left behind by an interrupted command", "the next change removes it", str(place)
            )
        elif not is_slug(place.name):
            hint = "a submission's folder is date-id-digits, as `ocr-eval board add` makes it"
            yield Problem("E_METHOD_ID", f"{quote(place.name)} is no name of a submission", hint, str(place))
        elif not (place / "card.toml").is_file():
            yield drift("the submission has no card.toml", place)


def _submission(store: Store, submission: Submission) -> Iterator[Problem]:
    folder = store.path / "submissions" / submission.slug
    names = [
        slug_of(submission.card.date, submission.card.id, hex64) for hex64 in submission.digests.values()
    ]
    if submission.slug not in names:
        yield drift("the folder's name is not that of card.toml and predictions.sha256", folder / "card.toml")
    earlier = submission.card.supersedes
    if earlier and earlier not in {s.slug for s in store.submissions()}:
        hint = "write the slug of a submission of this board"
        yield Problem(
            "E_FORMAT", f"supersedes: no submission {quote(earlier)}", hint, str(folder / "card.toml")
        )
    for name, digest in sorted(submission.digests.items()):
        kind, _, dataset = name.partition("/")
        lines = store.prediction_lines(submission.slug, dataset) if kind == "canonical" else None
        if lines is not None and hashlib.sha256(lines.data).hexdigest() != digest:
            yield drift("not the predictions that predictions.sha256 names", lines.path)
    archive = folder / "predictions.zip"
    if archive.is_file() and hashlib.sha256(archive.read_bytes()).hexdigest() != submission.digests.get(
        "archive"
    ):
        yield drift("not the archive that predictions.sha256 names", archive)


def _history(store: Store, slugs: set[str]) -> Iterator[Problem]:
    file = store.path / "history.jsonl"
    added: set[tuple[str, str, str]] = set()
    last = 0
    for line, event in enumerate(store.history(), 1):
        if event.seq != last + 1:
            reason = f"event {event.seq} follows event {last}"
            yield Problem("E_DRIFT", reason, "number the lines onwards from 1", str(file), line=line)
        last = event.seq
        if event.event == "add":
            what = event.submission, event.dataset, event.protocol
            if what in added:
                yield Problem(
                    "E_DRIFT", f"{event.submission} is added twice", "remove one", str(file), line=line
                )
            added.add(what)
        if event.submission and event.submission not in slugs:
            reason = f"{event.submission} is in the history, not in submissions/"
            hint = "restore the submission; `ocr-eval board withdraw` takes one out of the ranking"
            yield Problem("E_DRIFT", reason, hint.replace(";", ","), str(file), line=line)
    for slug in sorted(slugs - {slug for slug, _, _ in added}):
        hint = "the next change of the board writes the line"
        yield Problem("E_DRIFT", f"{slug} is not in the history", hint, str(file))
