"""The slow twin of ocr_eval.stats: Python integers, loops over replicates, samples and pairs, nothing shared."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from fractions import Fraction
from itertools import combinations, product

Row = Sequence[int]  # the columns of one sample
Metric = Callable[[Sequence[int]], float]  # of column sums

WORD = 2**32


def mix(x: int) -> int:
    x ^= x >> 16
    x = x * 0x7FEB352D % WORD
    x ^= x >> 15
    x = x * 0x846CA68B % WORD
    return x ^ x >> 16


def value(seed: int, replicate: int, draw: int) -> int:
    key = mix(seed ^ mix((replicate + 0x9E3779B9) % WORD))
    return mix(key ^ mix((draw * 0x85EBCA6B + key) % WORD))


def stream(seed: int, number: int) -> int:
    return mix(seed ^ number * 0x9E3779B9 % WORD) if number else seed


def totals(rows: Sequence[Row]) -> list[int]:
    return [sum(column) for column in zip(*rows, strict=True)]


def bootstrap(rows: Sequence[Row], metric: Metric, seed: int, replicates: int) -> list[float]:
    n = len(rows)
    return [metric(totals([rows[value(seed, b, i) * n >> 32] for i in range(n)])) for b in range(replicates)]


def grouped_bootstrap(
    groups: Sequence[Sequence[Row]], metric: Metric, seed: int, replicates: int
) -> list[float]:
    """Whole groups are drawn, then their samples added up."""
    n = len(groups)
    found = []
    for b in range(replicates):
        drawn = [groups[value(seed, b, i) * n >> 32] for i in range(n)]
        found.append(metric(totals([row for group in drawn for row in group])))
    return found


def stratified_bootstrap(
    rows: Sequence[Row], strata: Sequence[str], metric: Metric, seed: int, replicates: int
) -> list[float]:
    found = []
    for b in range(replicates):
        drawn = []
        for i, stratum in enumerate(strata):
            own = [k for k, name in enumerate(strata) if name == stratum]
            drawn.append(rows[own[value(seed, b, i) * len(own) >> 32]])
        found.append(metric(totals(drawn)))
    return found


def exact_bootstrap(
    a: Sequence[Row], b: Sequence[Row], metric: Metric
) -> list[tuple[float, float, Fraction]]:
    """(metric of a, metric of b, probability) of every way to draw n of n samples, by multinomial multiplicity."""
    n = len(a)
    found = []
    for weights in _compositions(n, n):
        ways = math.factorial(n)
        for w in weights:
            ways //= math.factorial(w)
        drawn = [k for k, w in enumerate(weights) for _ in range(w)]
        found.append(
            (
                metric(totals([a[k] for k in drawn])),
                metric(totals([b[k] for k in drawn])),
                Fraction(ways, n**n),
            )
        )
    return found


def _compositions(total: int, parts: int) -> Iterator[tuple[int, ...]]:
    if parts == 1:
        yield (total,)
        return
    for first in range(total + 1):
        for rest in _compositions(total - first, parts - 1):
            yield (first, *rest)


def quantile(values: Sequence[float], p: float) -> float:
    ordered = sorted(values)
    position = p * (len(ordered) - 1)
    k = math.floor(position)
    share = position - k
    a, b = ordered[k], ordered[min(k + 1, len(ordered) - 1)]
    return a + (b - a) * share if share < 0.5 else b - (b - a) * (1 - share)


def permutation(
    a: Sequence[Row], b: Sequence[Row], metric: Metric, seed: int, trials: int
) -> tuple[int, int, float]:
    """(count, trials, p); every exchange when at most 16 samples differ."""
    observed = abs(metric(totals(a)) - metric(totals(b)))
    differing = [i for i in range(len(a)) if tuple(a[i]) != tuple(b[i])]
    if len(differing) <= 16:
        swaps = [dict(zip(differing, bits, strict=True)) for bits in product((0, 1), repeat=len(differing))]
    else:
        swaps = [{i: value(stream(seed, 1), r, i) >> 31 for i in range(len(a))} for r in range(trials)]
    count = 0
    for swap in swaps:
        left = [b[i] if swap.get(i) else a[i] for i in range(len(a))]
        right = [a[i] if swap.get(i) else b[i] for i in range(len(a))]
        count += abs(metric(totals(left)) - metric(totals(right))) >= observed - 1e-12
    if len(differing) <= 16:
        return count, len(swaps), count / len(swaps)
    return count, trials, (count + 1) / (trials + 1)


def rank_sets(
    x: Sequence[float], replicates: Sequence[Sequence[float]], level: float = 0.95
) -> tuple[list[int], list[int], list[float], set[tuple[int, int]]]:
    """(low, high, critical values, rejected ordered pairs), word by word from the recipe."""
    size = range(len(x))
    sd = {}
    for i, j in product(size, size):
        if i != j:
            differences = [row[i] - row[j] for row in replicates]
            mean = sum(differences) / len(differences)
            sd[i, j] = (
                0.0
                if min(differences) == max(differences)
                else math.sqrt(sum((d - mean) ** 2 for d in differences) / (len(differences) - 1))
            )
    active = {pair for pair, s in sd.items() if s > 0}
    critical, rejected = [], set()
    while active:
        highest = [
            max(((row[i] - row[j]) - (x[i] - x[j])) / sd[i, j] for i, j in active) for row in replicates
        ]
        critical.append(quantile(highest, level))
        found = {(i, j) for i, j in active if (x[i] - x[j]) / sd[i, j] > critical[-1] and x[i] - x[j] > 0}
        if not found:
            break
        rejected |= found
        active -= found
    low = [1 + sum((i, j) in rejected for i in size) for j in size]
    high = [len(x) - sum((j, i) in rejected for i in size) for j in size]
    return low, high, critical, rejected


def tie_groups(size: int, rejected: set[tuple[int, int]]) -> list[tuple[int, ...]]:
    """Every subset without a rejected pair that no other such subset holds."""
    apart = {frozenset(pair) for pair in rejected}
    free = [
        set(members)
        for k in range(1, size + 1)
        for members in combinations(range(size), k)
        if not any(frozenset(pair) in apart for pair in combinations(members, 2))
    ]
    return sorted(tuple(sorted(s)) for s in free if not any(s < other for other in free))


def tau_b(x: Sequence[float], y: Sequence[float]) -> float:
    def sign(v: float) -> int:
        return (v > 0) - (v < 0)

    pairs = [(sign(x[i] - x[j]), sign(y[i] - y[j])) for i, j in combinations(range(len(x)), 2)]
    untied_x, untied_y = sum(a != 0 for a, _ in pairs), sum(b != 0 for _, b in pairs)
    return sum(a * b for a, b in pairs) / math.sqrt(untied_x * untied_y)
