"""The shipped sample and one engine's output -> tables, archives and words, as both sides of a race want them."""

from __future__ import annotations

import re
import zipfile
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from ocr_eval.assets import dataset_path, submissions

if TYPE_CHECKING:
    from ocr_eval.tables.counts import Counts
    from ocr_eval.tables.joined import Joined

ENGINE = "tesseract-psm11"  # of the shipped outputs; another one where it is missing
FIELDS = 8  # numbers of a quad


@dataclass(frozen=True)
class Sample:
    """``folder`` takes the archives that are made; ``datasets`` is searched for the sample first."""

    folder: Path
    datasets: str | None = None

    @cached_property
    def gt(self) -> Path:
        """The folder of gt files."""
        return dataset_path("sample", self.datasets) / "gt"

    @cached_property
    def engines(self) -> dict[str, Path]:
        """Name -> archive of every shipped output."""
        return submissions()

    @cached_property
    def pred(self) -> Path:
        """The archive that most works are about."""
        return self.engines.get(ENGINE) or next(iter(self.engines.values()))

    @cached_property
    def quads(self) -> tuple[Path, Path]:
        """Archives of gt and predictions as the official detection script takes them.

        Only images whose gt rings all have four corners, and predictions without their texts.
        """
        gt = self.joined.gt
        four = np.diff(gt.ring) == FIELDS // 2
        plain = {name for s, name in enumerate(gt.sample_ids) if four[gt.start[s] : gt.start[s + 1]].all()}
        pattern = re.compile(r"[a-z]+_(img_[0-9]+)\.txt")
        paths = self.folder / "gt.zip", self.folder / "quads.zip"
        with zipfile.ZipFile(paths[0], "w", zipfile.ZIP_DEFLATED) as archive:
            for file in sorted(self.gt.iterdir()):
                found = pattern.fullmatch(file.name)
                if found and found[1] in plain:
                    archive.write(file, file.name)
        with (
            zipfile.ZipFile(self.pred) as given,
            zipfile.ZipFile(paths[1], "w", zipfile.ZIP_DEFLATED) as archive,
        ):
            for name in given.namelist():
                found = pattern.fullmatch(name)
                if found and found[1] in plain:
                    lines = given.read(name).decode("utf-8").splitlines()
                    archive.writestr(name, "".join(_quad(line) + "\n" for line in lines if line))
        return paths

    @cached_property
    def joined(self) -> Joined:
        """gt and predictions with texts, on one sample axis."""
        return self.read(self.gt, self.pred, text=True)

    def read(self, gt: Path, pred: Path, *, text: bool) -> Joined:
        """Both inputs as ``score`` reads them."""
        from ocr_eval.formats import read
        from ocr_eval.tables.joined import join

        truth = read(str(gt), role="gt", text=True)
        return join(truth, read(str(pred), samples=truth.sample_ids, text=text))

    def counts(self, protocol: Any) -> dict[str, Counts]:
        """Name -> count table of every shipped output."""
        from ocr_eval.pairing import Pairing

        joined = {name: self.read(self.gt, path, text=True) for name, path in self.engines.items()}
        return {name: protocol.count(each, Pairing(each, kernels="numpy")) for name, each in joined.items()}


def _quad(line: str) -> str:
    return ",".join(line.split(",", FIELDS)[:FIELDS])
