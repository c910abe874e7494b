"""A prepared data set, or a board's table of samples -> the areas of its images."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ocr_eval.board.stored import SampleTable
    from ocr_eval.cli.options import Settings


def dataset_areas(name: str, settings: Settings) -> dict[str, float]:
    """Sample -> square pixels, where samples.tsv of the data set knows them; of any other ground truth nothing."""
    if name == "local":
        return {}
    from ocr_eval.assets import dataset_path
    from ocr_eval.board.samples import read_table

    path = dataset_path(name, settings.datasets) / "samples.tsv"
    if not path.is_file():
        return {}
    columns, rows = read_table(path.read_bytes(), str(path))
    if not {"width", "height"} <= set(columns):
        return {}
    sample, width, height = (columns.index(column) for column in ("sample", "width", "height"))
    sides = {row[sample]: (row[width], row[height]) for row in rows}
    return {name: float(w) * float(h) for name, (w, h) in sides.items() if w.isdecimal() and h.isdecimal()}


def board_areas(samples: SampleTable) -> dict[str, float]:
    """Sample -> square pixels, where the board knows them."""
    sides = zip(samples.ids, samples.width, samples.height, strict=True)
    return {
        sample: width * height for sample, width, height in sides if width is not None and height is not None
    }
