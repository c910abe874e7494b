"""A tab -> its view, field by field: what this audience may not see is never put in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from ocr_eval.board.entries import Entry
from ocr_eval.board.model import PairView, RowView, TabView, Value
from ocr_eval.board.protocol_views import metric_views
from ocr_eval.board.tabs import last_rows
from ocr_eval.errors import CODES
from ocr_eval.record import format_signature, parse_signature, shorten
from ocr_eval.tables.notices import IGNORED

if TYPE_CHECKING:
    from ocr_eval.board.tabs import Tab

_FROM_WARNINGS = {
    "W_POLYGON": "invalid",
    "W_DUPLICATE": "duplicates",
    "W_LARGE": "large",
    "W_MISSING_SAMPLES": "missing",
}


def tab_view(tab: Tab) -> TabView:
    """The whole table."""
    from ocr_eval.stats.bootstrap import REPLICATES
    from ocr_eval.stats.signature import interval_signature

    numbers, rounder = tab.numbers, tab.rounder
    unit = "sample" if tab.samples.groups is None else "group"
    signature = tab_signature(tab)
    ceiling = _ceiling(tab)
    rows = []
    for entry in (*tab.ranked, *last_rows(tab.entries)):
        k = tab.position.get(entry.slug)
        rank = numbers.ranks.get(k) if numbers is not None and k is not None else None
        row = RowView(
            key=entry.key,
            name=entry.person.name,
            state=entry.state,
            values=rounder.values(_values(tab, entry, k)),
            rank=rank,
            could_be_best=rank is not None and rank[0] == 1,
            at_noise_limit=entry.state == "ranked" and ceiling is not None and _reaches(tab, entry, ceiling),
            date=entry.person.card.date.isoformat(),
            verification=entry.person.card.verification,
            team_submissions=tab.team_sizes.get(entry.slug),
            signature=signature,
            shard=tab.shard(entry),
        )
        if not entry.person.concealed:
            card = entry.person.card
            reason = card.withdrawn_reason if entry.state == "withdrawn" else ""
            row = replace(row, authors=card.authors, affiliation=card.affiliation, reason=reason)
        if tab.sight.counts and entry.result is not None:
            row = replace(
                row,
                counts=revealing(entry.result.record),
                warnings=_warnings(entry),
                # The digest of the predictions would name who else has them.
                signature=signature if entry.person.concealed else shorten(entry.result.signature),
            )
        rows.append(row)
    keys = [entry.key for entry in tab.scored]
    return TabView(
        protocol=tab.protocol,
        slug=tab.slug,
        headline=tab.headline,
        metrics=metric_views(tab.rule, _shown_metrics(tab, rows)),
        rows=tuple(rows),
        signature=signature,
        interval_signature=interval_signature(tab.seed, unit=unit),
        seed=tab.seed,
        replicates=REPLICATES,
        samples=len(tab.samples.ids),
        unit="sample" if tab.samples.groups is None else tab.dataset.groups,
        mdd=None if numbers is None else rounder.number(numbers.mdd),
        tie_groups=() if numbers is None else tuple(tuple(keys[k] for k in g) for g in numbers.ties),
        pairs=() if numbers is None else _pairs(tab, keys),
        pairs_limited_to=None if numbers is None else numbers.limited_to,
        step=rounder.fraction,
        decimals=rounder.decimals,
        columns=(*tab.rule.COLUMNS, *(f"sum:{name}" for name in tab.rule.SUMS)),
        data=tab.data_key if tab.sight.per_sample else "",
        caution="caution.popeval" if tab.rule.ID == "popeval" else "",
        companions=_companions(tab),
    )


def tab_signature(tab: Tab) -> str:
    """What all rows share, short; the gt by its printed digest; the version of ocr-eval only where all have one."""
    from ocr_eval.record import Identity, signature

    digest = tab.digest
    if (
        digest == tab.dataset.gt_digest
    ):  # not masked: what the rows say, which may be of more than the data set's gt
        own = [entry.result.signature for entry in tab.scored if entry.result is not None]
        digest = parse_signature(own[0])["ds"].rpartition("@")[2] if own else digest
    made = signature(tab.rule, Identity("0", tab.dataset.id, digest, "0" * 64), len(tab.samples.ids))
    fields = parse_signature(made)
    del fields["pred"], fields["ocr-eval"]
    versions = {
        parse_signature(entry.result.signature)["ocr-eval"]
        for entry in tab.scored
        if entry.result is not None
    }
    if len(versions) == 1 and tab.sight.counts:
        fields = {"ocr-eval": versions.pop(), **fields}
    return shorten(format_signature(fields))


def revealing(record: Mapping[str, Any]) -> dict[str, int]:
    """Predictions, ignored, invalid, duplicates, large, missing: what shows gaming. Absent: not known."""
    stored, counts = record.get("revealing"), record["counts"]
    # Some protocols count what don't care regions excuse in a warning alone.
    told = [
        int(w["count"]) for w in record["warnings"] if (w["code"], w["message"]) == ("W_IGNORED", IGNORED)
    ]
    own = [counts[name] for name in ("dc_det", "neutral") if name in counts] or [sum(told)] * bool(told)
    ignored = {"ignored": own[0]} if own else {}
    if stored:
        known = {name: int(value) for name, value in stored.items() if value is not None}
        return {**{name: known.pop(name) for name in ("predictions",) if name in known}, **ignored, **known}
    found: dict[str, int] = {}
    if "n_det" in counts:
        found["predictions"] = counts["n_det"] + counts.get("dc_det", 0)
    found |= ignored
    for warning in record["warnings"]:
        if warning["code"] in _FROM_WARNINGS:
            found[_FROM_WARNINGS[warning["code"]]] = int(warning["count"])
    return found


def _warnings(entry: Entry) -> tuple[tuple[str, str, int], ...]:
    """Of a nameless entry only the codes' meanings: a message may quote a file name."""
    assert entry.result is not None
    return tuple(
        (w["code"], CODES[w["code"]].meaning if entry.person.concealed else w["message"], int(w["count"]))
        for w in entry.result.record["warnings"]
        if w["code"] in CODES
    )


def _values(tab: Tab, entry: Entry, k: int | None) -> dict[str, Value]:
    """The protocol's own values; intervals from the exact formula."""
    if entry.result is None:
        return {}
    metrics: Mapping[str, float | None] = entry.result.record["metrics"]
    found = {}
    for name in tab.rule.METRICS:
        if name not in metrics:
            continue
        interval = None
        if tab.numbers is not None and k is not None and name in tab.numbers.intervals:
            interval = tab.numbers.intervals[name][k]
        if interval is None or metrics[name] is None:
            found[name] = Value(metrics[name])
        else:
            notice = interval.notice.code if interval.notice else None
            found[name] = Value(metrics[name], interval.lo, interval.hi, notice)
    return found


def _shown_metrics(tab: Tab, rows: list[RowView]) -> tuple[str, ...]:
    """Metrics that some row has; without rows those that every result has."""
    found = {name for row in rows for name in row.values}
    return tuple(
        name for name in tab.rule.METRICS if name in found or (not found and name in tab.rule.formulas)
    )


def _ceiling(tab: Tab) -> float | None:
    """The worse end of the lowest ceiling's interval, or its value where it has none."""
    ends = []
    for k, entry in enumerate(tab.scored):
        if entry.state == "ceiling" and entry.value is not None:
            interval = tab.numbers.intervals[tab.headline][k] if tab.numbers is not None else None
            end = None if interval is None else interval.lo if tab.higher else interval.hi
            ends.append(entry.value if end is None else end)
    return (min(ends) if tab.higher else max(ends)) if ends else None


def _reaches(tab: Tab, entry: Entry, ceiling: float) -> bool:
    assert entry.value is not None
    return entry.value >= ceiling if tab.higher else entry.value <= ceiling


def _pairs(tab: Tab, keys: list[str]) -> tuple[PairView, ...]:
    assert tab.numbers is not None
    rounder, exact = tab.rounder, tab.sight.counts
    return tuple(
        PairView(
            keys[pair.a],
            keys[pair.b],
            rounder.number(pair.difference) or 0.0,
            rounder.number(pair.interval.lo),
            rounder.number(pair.interval.hi),
            rounder.probability(pair.p),
            rounder.probability(pair.p_holm),
            *((pair.wins, pair.losses, pair.ties) if exact else ()),
        )
        for pair in tab.numbers.pairs
    )


def _companions(tab: Tab) -> dict[str, dict[str, float | None]]:
    """Beside PopEval: words found in place and read exactly, and how much of its score order and place are not."""
    if tab.rule.ID != "popeval" or not tab.cascade:
        return {}
    exact: dict[str, float | None] = {}
    gap: dict[str, float | None] = {}
    for entry in tab.entries:
        beside = tab.cascade.get(entry.slug, {})
        matched = beside.get("one_minus_ned_matched")
        own = None if entry.result is None else entry.result.record["metrics"].get("hmean")
        exact[entry.key] = tab.rounder.number(beside.get("hmean"))
        gap[entry.key] = None if own is None or matched is None else tab.rounder.number(own - matched)
    return {"exact": exact, "anagram_gap": gap}
