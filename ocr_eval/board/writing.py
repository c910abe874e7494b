"""Changes of a board's folder: whole submissions and results appear by one rename, the history is appended last."""

from __future__ import annotations

import contextlib
import glob
import json
import os
import secrets
import shutil
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, replace
from pathlib import Path

from ocr_eval.board.folder import TEMPORARY, content, failing, locked, put, sync_folder, write_synced
from ocr_eval.board.store import Store
from ocr_eval.board.stored import Event
from ocr_eval.errors import quote, usage_error

ATTRIBUTES = "".join(f"*.{kind} text eol=lf\n" for kind in ("tsv", "toml", "json", "jsonl", "sha256"))


@contextlib.contextmanager
def changing(path: Path) -> Iterator[Store]:
    """The store, locked; what a crash left behind is put in order first. Raises InputError when another holds it."""
    Store.open(path)
    with locked(path):
        _clean(path)
        store = Store.open(path)
        known = {event.submission for event in store.history() if event.event == "add"}
        lost = [s for s in store.submissions() if s.slug not in known]
        append(store, [_added(each.slug, each.card.date.isoformat()) for each in lost])
        yield Store.open(path)


def _added(slug: str, date: str) -> Event:
    return Event(0, "add", date, submission=slug, reason="found without an entry in the history")


def _clean(path: Path) -> None:
    """Removes the folders and files that an interrupted command left; their names are ours alone."""
    ours = [
        path,
        path / "protocols",
        *(path / "datasets").glob("*"),
    ]  # not below: pictures are somebody else's
    ours += [Path(folder) for folder, _, _ in os.walk(path / "submissions")]
    for folder in ours:
        with contextlib.suppress(OSError):
            for item in list(os.scandir(folder)):
                if item.name.startswith(".new-") and item.is_dir(follow_symlinks=False):
                    shutil.rmtree(item.path)
                elif TEMPORARY.match(item.name) and item.is_file(follow_symlinks=False):
                    Path(item.path).unlink()


def _clean_beside(target: Path) -> None:
    """Removes what ``put_folder`` left when it was killed; the number in the name is the process's."""
    for item in target.parent.glob(f".new-{glob.escape(target.name)}-*"):
        number = item.name.rpartition("-")[2]
        if number.isdigit() and item.is_dir() and not item.is_symlink():
            try:
                os.kill(int(number), 0)
            except ProcessLookupError:
                shutil.rmtree(item, ignore_errors=True)
            except (OSError, OverflowError):  # somebody else's process, or no number of one
                continue


def append(store: Store, events: Sequence[Event]) -> None:
    """Adds events to history.jsonl, numbered onwards; the file is replaced at once."""
    if not events:
        return
    file = store.path / "history.jsonl"
    before = content(store.path, "history.jsonl") or b""
    last = max((event.seq for event in store.history()), default=0)
    lines = [to_line(replace(event, seq=last + k)) for k, event in enumerate(events, 1)]
    with failing(file):
        put(file, before + "".join(lines).encode())


def to_line(event: Event) -> str:
    """One line of history.jsonl: all keys, in order."""
    return json.dumps(asdict(event), ensure_ascii=False, separators=(",", ":")) + "\n"


def put_folder(target: Path, files: Mapping[str, bytes]) -> None:
    """A new folder with these files (path below it -> content), all or nothing. Raises InputError when it is there."""
    if target.exists() and (not target.is_dir() or any(target.iterdir())):
        raise usage_error(f"{quote(str(target))} is there already", "choose another name")
    new = target.with_name(f".new-{target.name}-{os.getpid()}")
    with failing(target):
        target.parent.mkdir(parents=True, exist_ok=True)
        _clean_beside(target)
        try:
            _fill(new, files)
            new.rename(target)
        except BaseException:
            shutil.rmtree(new, ignore_errors=True)
            raise
        sync_folder(target.parent)


def put_files(folder: Path, files: Mapping[str, bytes]) -> None:
    """Files into a folder, each replaced at once; in the given order, so that what names others comes last."""
    for name, data in files.items():
        target = folder / name
        with failing(target):
            target.parent.mkdir(parents=True, exist_ok=True)
            put(target, data)


def _fill(folder: Path, files: Mapping[str, bytes]) -> None:
    folder.mkdir()
    for name, data in files.items():
        target = folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        write_synced(target, data)


def new_secret(path: Path) -> bytes:
    """The secret that lies there already, else 32 random bytes in hex; nothing is written."""
    with failing(path):
        return path.read_bytes().strip() if path.is_file() else secrets.token_hex(32).encode()


def put_secret(path: Path, secret: bytes) -> None:
    """Writes a secret that only its owner may read. An existing file is kept."""
    with failing(path), contextlib.suppress(FileExistsError):
        path.parent.mkdir(parents=True, exist_ok=True)
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "wb") as stream:
            stream.write(secret + b"\n")
            stream.flush()
            os.fsync(handle)


def ensure_secret(store: Store) -> None:
    """Gives a board without a secret one beside it, and names it in board.toml: nameless entries are keyed with it."""
    if store.config.secret is not None or store.config.secret_file is not None:
        return
    name, place = secret_place(store.path)
    text = (store.path / "board.toml").read_text(encoding="utf-8")
    head, separator, rest = text.partition("schema = 1\n")
    if not separator:  # schema is required; written otherwise, the first line is as good
        head, rest = "", text
    put_secret(place, new_secret(place))
    line = f'secret_file = "{name}"\n'
    put_files(store.path, {"board.toml": f"{head}{separator}{line}{rest}".encode()})


def secret_place(store: Path) -> tuple[str, Path]:
    """(secret_file as board.toml names it, where that is): beside the store, which may be shown around."""
    name = store.resolve().name + ".secret"
    return f"../{name}", store.resolve().parent / name
