"""PICO, PICOSIG, PAV and edit signatures written out item by item from the reference on agreement, section 15. Slow."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence

MANY = ("many",)


def levenshtein(a: str, b: str) -> list[list[int]]:
    table = [[i + j if i * j == 0 else 0 for j in range(len(b) + 1)] for i in range(len(a) + 1)]
    for i in range(1, len(a) + 1):
        for j in range(1, len(b) + 1):
            table[i][j] = min(
                table[i - 1][j - 1] + (a[i - 1] != b[j - 1]), table[i - 1][j] + 1, table[i][j - 1] + 1
            )
    return table


def distance(a: str, b: str) -> int:
    return levenshtein(a, b)[-1][-1]


def signature(p: str, t: str) -> tuple[object, ...]:
    table = levenshtein(p, t)
    if table[-1][-1] > 3:
        return MANY
    edits, i, j = [], len(p), len(t)
    while i or j:
        if i and j and table[i - 1][j - 1] + (p[i - 1] != t[j - 1]) == table[i][j]:
            if p[i - 1] != t[j - 1]:
                edits.append(("r", p[i - 1], t[j - 1]))
            i, j = i - 1, j - 1
        elif i and table[i - 1][j] + 1 == table[i][j]:
            edits.append(("d", p[i - 1], "-"))
            i -= 1
        else:
            edits.append(("i", "-", t[j - 1]))
            j -= 1
    return tuple(edits)


def monotone(confidence: Sequence[float], hits: Sequence[float]) -> list[float]:
    levels = sorted(set(confidence))
    blocks = [
        [
            [level],
            sum(h for c, h in zip(confidence, hits, strict=True) if c == level),
            confidence.count(level),
        ]
        for level in levels
    ]
    k = 1
    while k < len(blocks):
        if blocks[k - 1][1] / blocks[k - 1][2] >= blocks[k][1] / blocks[k][2]:
            last = blocks.pop(k)
            blocks[k - 1] = [a + b for a, b in zip(blocks[k - 1], last, strict=True)]
            k = max(1, k - 1)
        else:
            k += 1
    value = {level: min(max((s + 1) / (n + 2), 0.02), 0.995) for own, s, n in blocks for level in own}
    return [value[c] for c in confidence]


def _first_largest(totals: list[float]) -> int:
    """The first of equal ones; what adding in another order changes is no difference."""
    rounded = [round(total, 9) for total in totals]
    return rounded.index(max(rounded))


def picosig(
    labels: Sequence[str],
    texts: Sequence[Sequence[str | None]],
    confidence: Sequence[Sequence[float]],
    rounds: int = 2,
) -> tuple[list[float], list[str], float, float]:
    """(scores, likeliest strings, eps, tempering)."""
    n, checkers = len(labels), len(texts)
    ratios = []
    for k in range(checkers):
        for m in range(k + 1, checkers):
            both = [i for i in range(n) if texts[k][i] is not None and texts[m][i] is not None]
            wrong = [[i for i in both if texts[x][i] != labels[i]] for x in (k, m)]
            shared = [i for i in wrong[0] if texts[k][i] == texts[m][i]]
            size = max(len(both), 1)
            errors = len(wrong[0]) / size * len(wrong[1]) / size
            ratios.append(len(shared) / size / math.sqrt(max(errors, 1e-9)))
    temper = 1 / (1 + (checkers - 1) * sum(ratios) / len(ratios)) if ratios else 1.0
    ok, now, eps = [0.95] * n, list(labels), 0.05
    scores = [0.0] * n
    for _ in range(rounds):
        evidence = []
        for k in range(checkers):
            there = [i for i in range(n) if texts[k][i] is not None]
            hits = []
            for i in there:
                p = texts[k][i]
                hits.append(ok[i] if p == labels[i] else 1 - ok[i] if p == now[i] != labels[i] else 0.0)
            right = dict(zip(there, monotone([confidence[k][i] for i in there], hits), strict=True))
            errors = Counter(signature(texts[k][i], now[i]) for i in there if texts[k][i] != now[i])
            evidence.append((right, errors, sum(errors.values())))
        following = []
        for i in range(n):
            found = list(dict.fromkeys([labels[i], *(own[i] for own in texts if own[i] is not None)]))
            totals = []
            for t in found:
                total = (
                    math.log(1 - eps)
                    if t == labels[i]
                    else math.log(eps) + distance(labels[i], t) * math.log(0.02)
                )
                for k, (right, errors, made) in enumerate(evidence):
                    p = texts[k][i]
                    if p is None:
                        continue
                    if p == t:
                        total += temper * math.log(right[i])
                        continue
                    d, g = distance(p, t), signature(p, t)
                    if made == 0:
                        q = 0.02**d
                    else:
                        own = p != now[i] and signature(p, now[i]) == g
                        count = 0 if g == MANY else max(0, errors[g] - own)
                        q = count / made / 11 + 10 / 11 * 0.02 ** min(d, 8)
                    total += temper * (math.log(1 - right[i]) + math.log(max(q, 1e-14)))
                totals.append(total)
            masses = [math.exp(x - max(totals)) for x in totals]
            others = totals[1:]
            scores[i] = (
                max(others) + math.log(sum(math.exp(x - max(others)) for x in others)) - totals[0]
                if others
                else -60.0
            )
            following.append((masses[0] / sum(masses), found[_first_largest(totals)]))
        ok, now = [w for w, _ in following], [c for _, c in following]
        eps = min(max(sum(1 - w for w in ok) / n, 0.005), 0.2)
    return scores, now, eps, temper


def pico(
    labels: Sequence[str],
    texts: Sequence[Sequence[str | None]],
    confidence: Sequence[Sequence[float]],
    temper: float = 1.0,
) -> list[float]:
    """Log odds of plain naive Bayes after four rounds."""
    n, beta, eps = len(labels), math.log(0.02), 0.05
    hits = [[0.95 * (own[i] == labels[i]) for i in range(n)] for own in texts]
    scores = [0.0] * n
    for _ in range(4):
        rights = []
        for own, given, hit in zip(texts, confidence, hits, strict=True):
            there = [i for i in range(n) if own[i] is not None]
            known = monotone([given[i] for i in there], [hit[i] for i in there])
            rights.append(dict(zip(there, known, strict=True)))
        wrong = []
        for i in range(n):
            found = list(dict.fromkeys([labels[i], *(own[i] for own in texts if own[i] is not None)]))
            totals = []
            for t in found:
                far = distance(labels[i], t)
                total = math.log(1 - eps) if t == labels[i] else math.log(eps) + far * beta
                for own, right in zip(texts, rights, strict=True):
                    p = own[i]
                    if p is not None:
                        odd = math.log(1 - right[i]) + distance(p, t) * beta
                        total += temper * (math.log(right[i]) if p == t else odd)
                totals.append(total)
            masses = [math.exp(x - max(totals)) for x in totals]
            for own, hit in zip(texts, hits, strict=True):
                if own[i] is not None:
                    hit[i] = masses[found.index(own[i])] / sum(masses)
            wrong.append(1 - masses[0] / sum(masses))
            scores[i] = math.log(sum(math.exp(x - totals[0]) for x in totals[1:])) if totals[1:] else -60.0
        eps = min(max(sum(wrong) / n, 0.002), 0.4) if n else eps
    return scores
