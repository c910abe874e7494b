"""Parts of shards <-> a folder, so that an interrupted run goes on where it was; a damaged file counts for nothing."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import tempfile
from collections.abc import Sequence
from pathlib import Path

from ocr_eval.engine.chunks import Plan
from ocr_eval.engine.parts import Part
from ocr_eval.errors import quote, usage_error


class StoredParts:
    """A folder of the user's, one file per pair of shards and plan; nothing in it is trusted but equal digests."""

    def __init__(self, folder: str | Path) -> None:
        """Raises InputError (E_USAGE) when nothing can be written there."""
        self.folder = Path(folder)
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise self._failing(error) from None

    def digests(self, plan: Plan, shards: Sequence[tuple[str, str]]) -> dict[int, tuple[str, str]]:
        """shard -> the digests of the files that were counted, of those that are here and whole."""
        found = {}
        for k, (gt, pred) in enumerate(shards):
            with contextlib.suppress(OSError, ValueError):
                found[k] = self.part(plan, gt, pred).digests
        return found

    def part(self, plan: Plan, gt: str, pred: str) -> Part:
        """Raises OSError or ValueError when there is none that can be read."""
        return Part.from_bytes(self._place(plan, gt, pred).read_bytes())

    def keep(self, plan: Plan, gt: str, pred: str, part: Part) -> None:
        """Writes a part aside and renames it. Raises InputError (E_USAGE) when the folder takes no files."""
        place = self._place(plan, gt, pred)
        try:
            handle, name = tempfile.mkstemp(dir=self.folder, prefix=".", suffix=".part")
            try:
                with os.fdopen(handle, "wb") as file:
                    file.write(part.to_bytes())
                os.replace(name, place)
            except BaseException:
                Path(name).unlink(missing_ok=True)
                raise
        except OSError as error:
            raise self._failing(error) from None

    def _place(self, plan: Plan, gt: str, pred: str) -> Path:
        said = json.dumps([plan.to_json(), gt, pred])
        return self.folder / f"{hashlib.sha256(said.encode()).hexdigest()}.npz"

    def _failing(self, error: OSError) -> Exception:
        reason = f"counts cannot be kept in {quote(str(self.folder))}: {error.strerror or error}"
        return usage_error(reason, "choose a folder you may write to, with room for the texts of all shards")
