"""Tabs of a board -> what is computed across samples or tabs: slices, health, tau-b, near duplicates, quartiles."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from ocr_eval.board.audience import SLICE_UNITS
from ocr_eval.board.entries import Entry
from ocr_eval.board.model import CorrelationView, HealthView, ItemView, SliceView, Value
from ocr_eval.board.sample_views import Shelf, instances_of
from ocr_eval.board.suspects import SYSTEMS, Shape, first_suspects, suspects
from ocr_eval.board.tabs import Tab

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from ocr_eval.board.stored import Lines

MOVERS = 5
SUSPECTS = 50
EXTREMES = 5  # best and worst samples of a submission
NEAR = 0.95  # share of samples with equal rows
FEWEST_SAMPLES = 20  # of fewer, equal rows say nothing
_COMPARED = 10**8 * 3  # pairs of systems times replicates that a tau-b interval may cost


def slice_views(tab: Tab) -> tuple[SliceView, ...]:
    """All ranked rows on the samples of each tag, where there are enough; intervals by the board's own seed."""
    import numpy as np

    from ocr_eval.stats.bootstrap import intervals, replicates

    if tab.numbers is None or not tab.ranked:
        return ()
    formula, rounder = tab.rule.formulas[tab.headline], tab.rounder
    chosen = tab.stack.take([tab.position[entry.slug] for entry in tab.ranked])
    found = []
    for column, tags in tab.samples.slices.items():
        for tag in sorted(set(tags) - {""}, key=lambda text: text.encode("utf-8", "surrogatepass")):
            mask = np.array([own == tag for own in tags], np.bool_)
            size = int(mask.sum())
            if size < tab.sight.slice_samples:
                continue
            part = chosen.select(mask)
            if part.units < SLICE_UNITS:
                continue
            drawn = replicates(part, {tab.headline: formula}, seed=tab.seed)[tab.headline]
            ends = intervals(part, formula, drawn, metric=tab.headline)
            points = part.point(formula).tolist()
            values = {
                entry.key: rounder.value(
                    Value(None if v != v else v, e.lo, e.hi, e.notice.code if e.notice else None)
                )
                for entry, v, e in zip(tab.ranked, points, ends, strict=True)
            }
            found.append(SliceView(column, tag, size, values))
    return tuple(found)


def health_view(tab: Tab, shelf: Shelf) -> HealthView | None:
    """Item analysis of the ranked systems; None where per-sample data are not published."""
    from ocr_eval.board.health import health

    if not tab.sight.per_sample or tab.numbers is None or not tab.ranked:
        return None
    ranked = tab.stack.take([tab.position[entry.slug] for entry in tab.ranked])
    found = health(ranked, tab.rule.formulas, tab.headline, higher=tab.higher)
    items = found.items

    def view(k: int) -> ItemView:
        row = items.row(k)
        return ItemView(tab.samples.ids[k], tab.pages[k], row["difficulty"], row["discrimination"])  # type: ignore[arg-type]

    return HealthView(
        systems=len(items.systems),
        with_gt=found.with_gt,
        saturated=int(items.saturated.sum()),
        unsolved=int(items.unsolved.sum()),
        without_gt=len(items.samples) - found.with_gt,
        histogram=found.histogram,
        hardest=tuple(map(view, found.hardest)),
        most_discriminating=tuple(map(view, found.most_discriminating)),
        negative=tuple(map(view, found.negative)),
        suspected=_suspected(tab, shelf) if tab.sight.overlays else (),
    )


def _suspected(tab: Tab, shelf: Shelf) -> tuple[tuple[str, str | None, int, str, str, int], ...]:
    gt = shelf.gt(tab.dataset.id)
    stored = [shelf.predictions(entry.slug, tab.dataset.id) for entry in tab.ranked[:SYSTEMS]]
    kept = [lines for lines in stored if lines is not None]
    if gt is None or len(kept) < 3 or not tab.rule.reads.geometry:
        return ()

    texts = tab.rule.reads.pred_text

    def shapes(lines: Lines, sample: str, *, texts: bool = True) -> list[Shape]:
        return [
            Shape(
                given.get("ring") or (), given.get("text") if texts else None, bool(given.get("care", True))
            )
            for given in instances_of(lines, sample)
        ]

    found = []
    for sample in tab.samples.ids:
        systems = [shapes(lines, sample, texts=texts) for lines in kept]
        found += suspects(sample, shapes(gt, sample), systems)
    order = {sample: k for k, sample in enumerate(tab.samples.ids)}
    return tuple(
        (s.sample, tab.pages[order[s.sample]], s.gt, s.gt_text, s.text, s.systems)
        for s in first_suspects(found, order, SUSPECTS)
    )


def correlation_views(tabs: Sequence[Tab]) -> tuple[CorrelationView, ...]:
    """Every two tabs, over the systems ranked in both; replicates under the same weights."""
    return tuple(_correlation(a, b) for i, a in enumerate(tabs) for b in tabs[i + 1 :])


def _correlation(a: Tab, b: Tab) -> CorrelationView:
    import numpy as np

    from ocr_eval.stats.correlation import correlation_interval, movers, tau_b

    common = {entry.slug for entry in a.ranked} & {entry.slug for entry in b.ranked}
    entries = [entry for entry in a.ranked if entry.slug in common]
    if a.numbers is None or b.numbers is None or len(entries) < 2:
        return CorrelationView(a.protocol, b.protocol, None, None, None)
    values, drawn = [], []
    for tab in (a, b):
        assert tab.numbers is not None
        columns = [tab.position[entry.slug] for entry in entries]
        sign = 1.0 if tab.higher else -1.0
        points = tab.stack.point(tab.rule.formulas[tab.headline])[columns]
        values.append((sign * points).tolist())
        replicates = tab.numbers.replicates
        # Very large boards: fewer replicates, for the cost grows with the square of the systems.
        enough = min(len(replicates), max(1000, _COMPARED // len(entries) ** 2))
        drawn.append(np.ascontiguousarray(sign * replicates[:enough, columns]))
    tau = tau_b(*values)
    ends = correlation_interval(drawn[0], drawn[1], tau, units=a.stack.units)
    shown = [[tab.rounder.number(v) or 0.0 for v in own] for tab, own in zip((a, b), values, strict=True)]
    moves = movers([entry.key for entry in entries], *shown)
    return CorrelationView(
        a.protocol,
        b.protocol,
        a.rounder.number(tau),
        a.rounder.number(ends.lo),
        a.rounder.number(ends.hi),
        tuple((move.name, move.before, move.after) for move in moves[:MOVERS] if move.before != move.after),
    )


def near_duplicates(tab: Tab) -> dict[str, list[tuple[Entry, float]]]:
    """Slug -> the others whose rows equal its rows on at least 95 % of the samples; nameless entries are left out."""
    from ocr_eval.protocols.formulas import names

    samples = len(tab.samples.ids)
    found: dict[str, list[tuple[Entry, float]]] = {}
    if not tab.sight.counts or samples < FEWEST_SAMPLES or tab.headline not in tab.rule.formulas:
        return found
    if not tab.scored:
        return found
    rows = tab.stack.matrix.T
    parts = [
        rows[part]
        for name in names(tab.rule.formulas[tab.headline])
        for part in tab.stack.columns[name].slices
        if part.stop - part.start > 1
    ]
    for i, entry in enumerate(tab.scored):
        for j, share in _equal_shares(parts, i, len(tab.scored), samples):
            other = tab.scored[j]
            if share >= NEAR and not entry.person.concealed and not other.person.concealed:
                found.setdefault(entry.slug, []).append((other, share))
                found.setdefault(other.slug, []).append((entry, share))
    return found


def _equal_shares(
    parts: Sequence[NDArray[np.float64]], i: int, systems: int, samples: int
) -> list[tuple[int, float]]:
    """(j, share of samples on which i and j have equal rows) for all j after i. Shared columns are always equal."""
    import numpy as np

    equal = np.ones((systems - i - 1, samples), np.bool_)
    for part in parts:
        equal &= part[i + 1 :] == part[i]
    return list(zip(range(i + 1, systems), (equal.sum(axis=1) / samples).tolist(), strict=True))


def quartiles(tab: Tab, entry: Entry) -> tuple[tuple[str, int], ...]:
    """Alias and quartile of the entry's own score on every sample where it has one: 1 is the lowest quarter.

    Equal scores share a quartile: it is told by the share of strictly lower ones.
    """
    import numpy as np

    if tab.each is None or entry.slug not in tab.position:
        return ()
    own = tab.each[:, tab.position[entry.slug]] * (1.0 if tab.higher else -1.0)
    known = np.flatnonzero(~np.isnan(own))
    lower = np.searchsorted(np.sort(own[known]), own[known], side="left")
    quarter = 1 + 4 * lower // max(len(known), 1)
    return tuple(
        (tab.samples.aliases[k], int(q)) for k, q in zip(known.tolist(), quarter.tolist(), strict=True)
    )


def extremes(tab: Tab, entry: Entry) -> tuple[tuple[ItemView, ...], tuple[ItemView, ...]]:
    """(best, worst) samples of an entry that hold gt. Of equal ones first those the other systems find hard (easy)."""
    import numpy as np

    if not tab.sight.per_sample or tab.each is None or entry.slug not in tab.position:
        return (), ()
    own = tab.each[:, tab.position[entry.slug]]
    chosen = np.flatnonzero(tab.care & ~np.isnan(own))
    sign = 1.0 if tab.higher else -1.0
    goodness, mean = sign * own[chosen], sign * tab.mean[chosen]

    def views(order: NDArray[np.int64]) -> tuple[ItemView, ...]:
        some = chosen[order[:EXTREMES]].tolist()
        return tuple(ItemView(tab.samples.ids[k], tab.pages[k], float(own[k]), None) for k in some)

    return views(np.lexsort((chosen, mean, -goodness))), views(np.lexsort((chosen, -mean, goodness)))
