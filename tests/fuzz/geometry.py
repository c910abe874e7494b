"""Bytes as a few rings -> our classes, areas and decisions against slow rationals, both engines, and shapely.

The first byte says the grid (whole pixels near or far, tenths, hundredths, at the limit of coordinates), the second how
many rings are gt; then every ring is a byte for its size and two bytes for each vertex.
"""

from __future__ import annotations

from fractions import Fraction
from random import Random
from typing import Any

import numpy as np

from ocr_eval.kernels import exact, rings
from ocr_eval.pairing import Pairing
from ocr_eval.tables.builder import InstancesBuilder
from ocr_eval.tables.instances import SELF_TOUCHING, SIMPLE
from ocr_eval.tables.joined import join
from tests.fuzz.watch import Broken
from tests.oracles import geometry

Ring = list[tuple[float, float]]
# (cells of the grid, size of a cell, where it begins): small grids make rings that touch, halve and repeat one another.
GRIDS = (
    (5, 1.0, 0),
    (9, 1.0, 0),
    (9, 0.1, 0),
    (9, 0.25, -2),
    (40, 0.01, 3),
    (250, 1.0, 0),
    (250, 1.0, 999_000),
    (250, 4000.0, -500_000),
    (9, 0.000_001, 0),
    (9, 0.1, 999_999),
)
LEVELS = (0.5, 0.4, 0.8, 1.0)
ENGINES = ("numpy", "numba")
_DIGITS = 9  # of the decimals a grid writes


def decode(data: bytes) -> tuple[list[Ring], list[Ring]]:
    """(gt, predictions): at most three rings a side, of at most nine vertices."""
    data = data.ljust(2, b"\0")
    cells, step, begin = GRIDS[data[0] % len(GRIDS)]
    most = (1, 1, 2, 3)[data[1] % 4]
    found: list[Ring] = []
    place = 2
    while place < len(data) and len(found) < 2 * most:
        size = data[place] % 7 + 3
        own = data[place + 1 : place + 1 + 2 * size]
        place += 1 + 2 * size
        if len(own) >= 6:
            values = [round(begin + (byte % cells) * step, _DIGITS) for byte in own[: len(own) // 2 * 2]]
            found.append(list(zip(values[::2], values[1::2], strict=True)))
    return found[::2], found[1::2]


def seeds() -> list[bytes]:
    """Boxes that touch, equal rings, a bow-tie, a spike, a pentagram, nested and collinear ones."""
    square = bytes([1, 0, 0, 4, 0, 4, 4, 0, 4])
    half = bytes([1, 2, 0, 6, 0, 6, 4, 2, 4])
    beside = bytes([1, 4, 0, 8, 0, 8, 4, 4, 4])
    tie = bytes([1, 0, 0, 4, 4, 4, 0, 0, 4])
    spike = bytes([2, 0, 0, 8, 0, 4, 0, 4, 4, 0, 4])
    star = bytes([2, 0, 3, 8, 3, 1, 8, 4, 0, 7, 8])
    line = bytes([0, 0, 0, 4, 4, 8, 8])
    slanted = bytes([1, 2, 0, 6, 2, 4, 6, 0, 4])
    twice = bytes([5, 0, 0, 4, 0, 4, 4, 0, 4, 0, 0, 4, 0, 4, 4, 0, 4])
    shapes = [square, half, beside, tie, spike, star, line, slanted, twice]
    return [
        bytes([k % len(GRIDS), 3]) + one + shapes[(k + 1) % len(shapes)] + square + slanted
        for k, one in enumerate(shapes + shapes)
    ]


def draw_bytes(draw: Random) -> bytes:
    """Rings at random."""
    size = draw.randrange(2, 60)
    return bytes(draw.randrange(256) for _ in range(size))


def run(data: bytes) -> None:
    """Raises Broken at the first answer that is not the slow one."""
    gt, pred = decode(data)
    for own in gt + pred:
        _one(own)
    if not gt or not pred:
        return
    made = [_pairing(gt, pred, engine) for engine in ENGINES]
    for pairing in made:
        _pairs(pairing, gt, pred)
    hulls = [pairing.hulls() for pairing in made]
    if any(getattr(hulls[0], name).tolist() != getattr(hulls[1], name).tolist() for name in ("gt", "pred")):
        raise Broken("hulls of which engine meet?")


def _one(own: Ring) -> None:
    """Class and areas of one ring."""
    table = np.array(own)
    (shape,) = rings.classify(table, np.array([0, len(own)])).tolist()
    if geometry.NAMES[shape] != geometry.shape(own):
        raise Broken(f"class {geometry.NAMES[shape]}, not {geometry.shape(own)}: {own}")
    signed, odd = geometry.signed_area(own), geometry.even_odd(own)
    if exact.signed_area(own) != signed or rings.even_odd_area(own) != odd:
        raise Broken(
            f"areas {exact.signed_area(own)}, {rings.even_odd_area(own)}, not {signed}, {odd}: {own}"
        )
    near = float(rings.signed_areas(table, np.array([0, len(own)]))[0])
    whole = all(float(value).is_integer() for point in own for value in point)
    if (whole and Fraction(near) != signed) or abs(Fraction(near) - signed) > _slack(own, own):
        raise Broken(f"shoelace {near}, not {signed}: {own}")
    convex = bool(rings.convex(table, np.array([0, len(own)]), np.array([shape], np.uint8))[0])
    if convex != (shape == SIMPLE and _turns_one_way(own)):
        raise Broken(f"convex {convex}: {own}")
    if shape == SIMPLE:
        _as_shapely(own)


def _turns_one_way(own: Ring) -> bool:
    points = geometry.rational(own)
    points = [point for k, point in enumerate(points) if point != points[k - 1]]
    turns = [
        (b[0] - a[0]) * (c[1] - b[1]) - (c[0] - b[0]) * (b[1] - a[1])
        for a, b, c in ((points[k - 2], points[k - 1], point) for k, point in enumerate(points))
    ]
    return min(turns) >= 0 or max(turns) <= 0


def _as_shapely(own: Ring) -> None:
    import shapely

    theirs = shapely.Polygon(own)
    ours = abs(float(geometry.signed_area(own)))
    if abs(theirs.area - ours) > 1e-9 * ours + float(_slack(own, own)):
        raise Broken(f"shapely's area {theirs.area}, not {ours}: {own}")


def _slack(one: Ring, other: Ring) -> Fraction:
    """What doubles may lose on an area of two rings: 64 epsilon times span times (span + distance from 0)."""
    x, y = ([point[axis] for point in one + other] for axis in (0, 1))
    span = max(max(x) - min(x), max(y) - min(y))
    far = max(map(abs, x + y))
    return Fraction(64 * 2.0**-52 * span * (span + far))


def _pairing(gt: list[Ring], pred: list[Ring], engine: str) -> Pairing:
    tables = []
    for side in (gt, pred):
        builder = InstancesBuilder()
        builder.begin("a")
        for own in side:
            builder.add(value for point in own for value in point)
        tables.append(builder.build())
    return Pairing(join(*tables), policy="official", kernels=engine)


def _pairs(made: Pairing, gt: list[Ring], pred: list[Ring]) -> None:
    """Every candidate pair, and those that are none; every threshold; the bound on what is not exact."""
    pairs = made.rings
    listed = set(zip(pairs.gt.tolist(), pairs.pred.tolist(), strict=True))
    told: dict[str, Any] = {
        f"{name} {level} {strict}": getattr(made, name)(pairs, level, strict=strict).tolist()
        for level in LEVELS
        for strict in (True, False)
        for name in ("overlaps", "covers_pred", "covers_gt")
    }
    told["meets"] = made.meets(pairs).tolist()
    order = {pair: k for k, pair in enumerate(zip(pairs.gt.tolist(), pairs.pred.tolist(), strict=True))}
    for g, one in enumerate(gt):
        for p, other in enumerate(pred):
            inter = geometry.shared(one, other)
            if (g, p) not in listed:
                if inter:
                    raise Broken(f"pair {one} {other} shares {inter} and is not listed")
                continue
            k = order[g, p]
            _guarded(pairs, k, inter, one, other)
            areas = [abs(geometry.signed_area(own)) for own in (one, other)]
            for level in LEVELS:
                at = Fraction(repr(level))
                wholes = {"overlaps": sum(areas) - inter, "covers_pred": areas[1], "covers_gt": areas[0]}
                for name, whole in wholes.items():
                    for strict in (True, False):
                        over = inter > at * whole if strict else inter >= at * whole
                        if told[f"{name} {level} {strict}"][k] != (whole > 0 and over):
                            raise Broken(f"{name} {level} strict={strict}, {inter} of {whole}: {one} {other}")
            if told["meets"][k] != geometry.regions_meet(one, other):
                raise Broken(f"meets {told['meets'][k]}: {one} {other}")


def _guarded(pairs: Any, k: int, inter: Fraction, one: Ring, other: Ring) -> None:
    """The bound on an error is one, and nought only where there is none."""
    found, guard = float(pairs.inter[k]), float(pairs.guard[k])
    if abs(Fraction(found) - inter) > Fraction(guard):
        if guard == 0 and found == float(inter):
            return  # the double nearest to a decimal
        raise Broken(f"area {found} +- {guard}, not {float(inter)}: {one} {other}")
    both = [geometry.NAMES.index(geometry.shape(own)) for own in (one, other)]
    if max(both) == SIMPLE:
        import shapely

        theirs = shapely.Polygon(one).intersection(shapely.Polygon(other)).area
        if abs(theirs - found) > 1e-9 * float(inter) + guard + float(_slack(one, other)):
            raise Broken(f"shapely's {theirs}, ours {found}: {one} {other}")
    elif max(both) <= SELF_TOUCHING and found < 0:
        raise Broken(f"area {found}: {one} {other}")
