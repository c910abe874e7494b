"""The shipped slow twins -> calls that do the work of official scripts, in their order, with shapely for geometry.

The twins are stand-ins of our own, written from descriptions: not the official scripts. The detection script has its
geometry from Polygon3, a C library that can end the process and is never loaded here; shapely takes its place and is
several times slower on quads, so the script itself is nearer to us than the stand-in.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from ocr_eval.assets import twin

if TYPE_CHECKING:
    from ocr_eval.tables.instances import Instances
    from ocr_eval.tables.joined import Joined


class Shape:
    """A shapely polygon with the methods of Polygon3 that the script calls."""

    def __init__(self, region: Any) -> None:
        self.region = region

    def area(self) -> float:
        return float(self.region.area)

    def __and__(self, other: Shape) -> Shape:
        return Shape(self.region.intersection(other.region))

    def __len__(self) -> int:
        return 0 if self.region.is_empty else 1


def rrc_script() -> Any:
    """The official-style detection script as a module, ``run(gt, pred)`` -> [matched, care gts, care predictions]."""
    import shapely

    script = twin("official_style_rrc")
    script.polygon = lambda numbers: Shape(
        shapely.Polygon(list(zip(numbers[::2], numbers[1::2], strict=True)))
    )
    return script


def popeval() -> Any:
    """The slow twin of PopEval as a module."""
    return twin("popeval")


def popeval_rows(module: Any, joined: Joined) -> Callable[[], list[int]]:
    """A call that counts every sample: removed, chars_gt, chars_det of each."""
    gt, pred = (_words(module, side) for side in (joined.gt, joined.pred))

    def call() -> list[int]:
        rows: list[int] = []
        for own_gt, own_pred in zip(gt, pred, strict=True):
            row = module.evaluate(own_gt, own_pred)
            rows += [row.removed, row.chars_gt, row.chars_det]
        return rows

    return call


def _words(module: Any, side: Instances) -> list[list[Any]]:
    """The twin's words of every sample."""
    care = side.care.tolist()
    return [
        [
            module.Word(tuple(map(tuple, side.points(i).tolist())), side.texts[i], care[i])
            for i in side.span(s)
        ]
        for s in range(len(side.sample_ids))
    ]
