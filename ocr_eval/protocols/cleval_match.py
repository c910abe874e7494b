"""Cut pairs and pseudo characters -> CLEval's matches: who is ignored, which pairs stand, which characters they hold.

Not a protocol: the half that ``cleval-det`` and ``cleval`` share (``evaluation`` in clovaai/CLEval @513623c
``eval_functions.py``). Area precisions are float32 numbers there, and are so here: their sums meet thresholds as there.
"""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

from ocr_eval.protocols.cut_regions import Cut, cut_of
from ocr_eval.protocols.pseudo_characters import Centres, Hits, hits, quad_centres, quads
from ocr_eval.tables.derived import derived

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np
    from numpy.typing import NDArray

    from ocr_eval.pairing import Pairing
    from ocr_eval.tables.instances import Instances
    from ocr_eval.tables.joined import Joined
    from ocr_eval.tables.pairs import Pairs

    Ints = NDArray[np.int64]
    Floats = NDArray[np.float64]
    Flags = NDArray[np.bool_]

OTHER = "score rings of other sizes with shape=polygon, a rule of ours with a signature of its own"
CLOSE = 1e-4  # far more than the roundings of thousands of float32 shares
MOST = 10  # characters that a don't care gt or a false positive is taken for, at most


class Match(NamedTuple):
    """What stands after matching; P candidate pairs, C centres."""

    pairs: Pairs
    precision: NDArray[np.float32]  # (P,) share of the prediction's area that the (cut) gt holds
    held: Ints  # (P,) centres of the gt in the prediction
    ignored: Flags  # (N pred,) excused by don't care gts
    matched: Flags  # (P,)
    kinds: tuple[Flags, Flags, Flags]  # (P,) one-to-one, split, merge
    hits: Hits  # of matched pairs; ``row`` is the position in ``pairs``
    centres: Centres
    texts: tuple[str, ...]  # (G,) of the gts as compared; "###" stays
    chars: Ints  # (G,) their lengths
    junk: Ints  # (N pred,) characters that a prediction without match counts for


def match(
    joined: Joined, pairing: Pairing, *, area_precision: float, vertical: float, upper: bool, polygon: bool
) -> Match:
    """Runs the rule on all samples. Raises InputError (E_GT, E_POLYGON) for rings of other than four corners, unless
    ``polygon``.
    """
    import numpy as np

    gt, pred = joined.gt, joined.pred
    texts = tuple(map(str.upper, gt.texts)) if upper else gt.texts
    chars = np.array(list(map(len, texts)), np.int64)

    def of_quads() -> Centres:
        corners = quads(gt, "gt", OTHER)
        wide = _aspect(corners)
        return quad_centres(
            corners, wide < vertical, np.where(gt.care, chars, _few(np.maximum(wide, 1 / wide)))
        )

    def of_polygons() -> Centres:
        return polygon_centres(gt, np.where(gt.care, chars, MOST))

    centres = derived(
        gt, ("centres of cleval", polygon, vertical, upper), of_polygons if polygon else of_quads
    )
    if polygon:
        junk = np.ones(len(pred), np.int64)
    else:
        junk = _few(1 / (1e-5 + _aspect(quads(pred, "prediction", OTHER))))
    cut = cut_of(joined, pairing)
    pairs = cut.pairs
    g, p = pairs.gt, pairs.pred
    found = hits(centres, g, p, pairs.pred_xy, pairs.pred_ring)
    count = np.bincount(found.row, minlength=len(pairs))
    precision = _precision(cut, count, area_precision)
    large = precision >= np.float32(area_precision)
    ignored = _ignored(joined, pairs, precision, large, count, np.float32(area_precision))
    open_ = gt.care[g] & ~ignored[p]
    strong = large & (count > 0)
    in_row, in_column = np.bincount(g[strong], minlength=len(gt)), np.bincount(p[strong], minlength=len(pred))
    one = open_ & strong & (in_row[g] == 1) & (in_column[p] == 1)
    split = open_ & strong
    split &= (np.bincount(g[split], minlength=len(gt)) >= 2)[g]
    merge = open_ & (count > 0)
    several = np.bincount(p[merge], minlength=len(pred)) >= 2
    held = np.bincount(p[merge], precision[merge].astype(np.float64), minlength=len(pred)) >= area_precision
    merge &= (several & held)[p]
    matched = one | split | merge
    keep = matched[found.row]
    kept = Hits(found.row[keep], found.centre[keep])
    return Match(
        pairs, precision, count, ignored, matched, (one, split, merge), kept, centres, texts, chars, junk
    )


def rows(joined: Joined, found: Match) -> dict[str, Ints]:
    """(S,) columns: distinct and repeated characters held, penalties, splits and merges, characters of both sides."""
    import numpy as np

    gt, pred, size = joined.gt, joined.pred, len(joined.sample_ids)
    g, p = found.pairs.gt[found.matched], found.pairs.pred[found.matched]
    own, other = np.bincount(g, minlength=len(gt)), np.bincount(p, minlength=len(pred))
    owner = np.repeat(np.arange(len(gt)), np.diff(found.centres.start))
    characters = np.flatnonzero(np.bincount(found.hits.centre, minlength=len(owner)))

    def add(samples: Ints, weight: Ints | None = None) -> Ints:
        return np.bincount(samples, weight, minlength=size).astype(np.int64)

    held = add(gt.sample_of[found.pairs.gt[found.hits.row]])
    distinct = add(gt.sample_of[owner[characters]])
    false = ~found.ignored & (other == 0)
    fp_char = add(pred.sample_of[false], found.junk[false])
    return {
        "tp_char": distinct,
        "n_char_gt": add(gt.sample_of[gt.care], found.chars[gt.care]),
        "n_char_det": held + fp_char,
        "penalty_gt": add(gt.sample_of, np.maximum(own - 1, 0)),
        "penalty_det": add(pred.sample_of, np.maximum(other - 1, 0)),
        "fp_char": fp_char,
        "split": add(gt.sample_of[own > 1]),
        "merged": add(pred.sample_of[other > 1]),
        "overlapped": held - distinct,
    }


def _precision(cut: Cut, count: Ints, limit: float) -> NDArray[np.float32]:
    """(P,) shared area / area of the prediction as the script stores it: a double, rounded once more to float32.

    Where rounding areas can move that by its last bit, and a share or a sum is near ``limit``, it comes from fractions;
    so does a share of a prediction whose area is no more than its rounding (bow-ties): 0 if the area is.
    """
    import numpy as np

    p, care = cut.pairs.pred, cut.joined.gt.care[cut.pairs.gt]
    area, doubt = cut.pairs.area_pred[p], 4 * cut.guard  # of both areas, as ``Pairing`` has it
    flat = area <= 16 * doubt
    some = np.where(flat, 1.0, area)
    share, doubt = np.where(flat, 0.0, np.maximum(cut.inter, 0.0) / some), doubt / some
    value: NDArray[np.float32] = share.astype(np.float32)
    unsure = (share - doubt).astype(np.float32) != (share + doubt).astype(np.float32)
    own = p + len(cut.joined.pred) * care  # shares are summed over care gts, and over the others
    held = np.bincount(own, np.where(count > 0, value, 0.0))[own]
    near = flat | (np.abs(value - limit) < CLOSE) | (np.abs(held - limit) < CLOSE)
    for k in np.flatnonzero(unsure & near).tolist():
        whole = cut.pairing.exact_areas(cut.pairs, k)[2]
        value[k] = np.float32(float(cut.exact_inter(k) / whole)) if whole else 0
    return value


def _ignored(
    joined: Joined, pairs: Pairs, precision: NDArray[np.float32], large: Flags, count: Ints, limit: np.float32
) -> Flags:
    """(N pred,) a don't care gt holds it, or several do together that have characters in it."""
    import numpy as np

    to_dont_care = ~joined.gt.care[pairs.gt]
    ignored = np.zeros(len(joined.pred), np.bool_)
    ignored[pairs.pred[to_dont_care & large]] = True
    some = to_dont_care & (count > 0)
    together = np.zeros(len(joined.pred), np.float32)
    np.add.at(together, pairs.pred[some], precision[some])  # one after the other, in float32
    return np.asarray(ignored | (together >= limit))


def _few(ratio: Floats) -> Ints:
    """round(0.5 + ratio), half to even, at most 10."""
    import numpy as np

    return np.minimum(np.rint(0.5 + ratio), MOST).astype(np.int64)


def _aspect(corners: Floats) -> Floats:
    """(N,) mean length of the first and third side over that of the second and fourth."""
    import numpy as np

    step = np.abs(corners - np.roll(corners, -1, axis=1))
    side = np.sqrt(step[..., 0] * step[..., 0] + step[..., 1] * step[..., 1])
    aspect: Floats = ((side[:, 0] + side[:, 2]) / 2 + 1e-5) / ((side[:, 1] + side[:, 3]) / 2 + 1e-5)
    return aspect


def polygon_centres(gt: Instances, count: Ints) -> Centres:
    """Centres of rings of any size: the first half of the corners runs along the top, the second half back below.

    Between two corners of a chain lie as many steps as the text has characters, cut to whole pixels; a character's
    centre is the mean of the four steps around it.
    """
    import numpy as np

    from ocr_eval.tables.instances import offsets

    found: list[tuple[float, float]] = []
    count = np.where(np.diff(gt.ring) > 0, count, 0)  # characters of a gt without a corner are nowhere
    for k, length in enumerate(count.tolist()):
        corners = [(float(x), float(y)) for x, y in gt.points(k).tolist()]
        if length and len(corners) > 1:
            found += _chain_centres(corners, length)
        else:
            found += corners * length
    return Centres(np.array(found, np.float64).reshape(-1, 2), offsets(count))


def _chain_centres(corners: list[tuple[float, float]], length: int) -> list[tuple[float, float]]:
    if len(corners) == 3:
        corners = [*corners, (corners[0][0], corners[2][1])]
    half = len(corners) // 2
    chains = [_steps(chain, half, length) for chain in (corners[:half], corners[half:][::-1])]
    per_character = (len(chains[0]) - 1) / length
    centres = []
    for c in range(length):
        a, b = int(c * per_character), int((c + 1) * per_character)
        around = [chain[step] for chain in chains for step in (a, b)]
        centres.append((sum(x for x, _ in around) / 4, sum(y for _, y in around) / 4))
    return centres


def _steps(chain: Sequence[tuple[float, float]], half: int, length: int) -> list[tuple[float, float]]:
    steps = []
    for (x, y), (x2, y2) in pairwise(chain[:half]):
        steps.append((x, y))
        run, rise = (x2 - x) / length, (y2 - y) / length
        steps += [(float(int(x + run * k)), float(int(y + rise * k))) for k in range(1, length)]
    return [*steps, chain[-1]]
