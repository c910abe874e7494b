"""The public ``agreement``: annotations of the same images -> everything ``ocr-eval agree`` writes, as plain data."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Mapping, Sequence
from typing import TYPE_CHECKING

from ocr_eval.agreement import causes, ceiling
from ocr_eval.agreement.inputs import DONT_CARE, gather
from ocr_eval.agreement.leverage import leverage
from ocr_eval.agreement.pair import pairs
from ocr_eval.agreement.result import Agreement as Agreement
from ocr_eval.agreement.scores import scored
from ocr_eval.agreement.slices import slices
from ocr_eval.agreement.user_rules import UserRule
from ocr_eval.agreement.work_log import WorkLog
from ocr_eval.errors import usage_error
from ocr_eval.stats.signature import default_seed

if TYPE_CHECKING:
    from ocr_eval.protocols import EvaluationProtocol
    from ocr_eval.tables.instances import Instances


def agreement(
    annotators: Mapping[str, Instances],
    *,
    iou: float = 0.5,
    images: Collection[str] | None = None,
    markers: Sequence[str] = DONT_CARE,
    rules: Sequence[UserRule] = (),
    protocols: Sequence[EvaluationProtocol | str] | None = None,
    log: WorkLog | None = None,
    seed: int | None = None,
    names: bool = False,
    kernels: str = "auto",
    order: Sequence[str] | None = None,
) -> Agreement:
    """How far several annotators of the same images agree.

    Parameters
    ----------
    annotators: name -> what they drew (``read`` with ``role="gt"``), two or more. Neither names nor order matter.
    iou: one-to-one pairs need an IoU above this.
    images: the universe of images; None: those that every annotator has a file for.
    markers: texts that mean don't care.
    rules: own rules for classes of text differences.
    protocols: for the ceiling; None: every protocol that compares rings.
    log: who worked when and how long; its documents are what is resampled.
    seed: of intervals and examples; None: it follows from the image ids.
    names: tell real names instead of R1, R2, …
    order: annotators as they stood in another round; None: in an order of content.

    Raises InputError: E_USAGE for fewer than two annotators, E_DATASET when no image is shared, E_LIMIT, E_CONFIG.
    """
    from ocr_eval.protocols import REGISTRY
    from ocr_eval.protocols import protocol as parse

    if not 0 < iou < 1:
        raise usage_error(
            f"an IoU threshold lies between 0 and 1, not {iou:g}", "give for example 0.5", "E_CONFIG"
        )
    gathered = gather(annotators, images=images, markers=markers, order=order)
    seed = images_seed(gathered.images) if seed is None else seed
    documents = None if log is None else log.documents()
    groups = None if documents is None else tuple(documents.get(image) for image in gathered.images)
    ordered = order is not None
    made = tuple(pairs(gathered, threshold=iou, user_rules=rules, kernels=kernels, ordered=ordered))
    figures = scored(
        [pair.columns for pair in made],
        [pair.name for pair in made],
        gathered.images,
        seed=seed,
        groups=groups,
    )
    now, found = causes.cases_of(made, groups)
    named = [parse(one) if isinstance(one, str) else one for one in protocols or ()]
    if protocols is None:
        named = [rule for rule in map(parse, REGISTRY) if rule.reads.geometry]
    by_image = None if groups is None else dict(zip(gathered.images, groups, strict=True))
    return Agreement(
        annotations=gathered,
        pairs=made,
        figures=figures,
        cases=tuple(leverage(now, found, seed=seed)),
        ceilings=tuple(ceiling.ceilings(gathered.annotators, named, seed=seed, groups=by_image)),
        slices=tuple(slices(made, seed=seed, groups=groups)),
        threshold=iou,
        seed=seed,
        groups=groups,
        log=log,
        names=names,
    )


def images_seed(images: Sequence[str]) -> int:
    """A seed that no annotator moves: from the image ids."""
    return default_seed(hashlib.sha256("\n".join(images).encode("utf-8", "surrogatepass")).hexdigest())
