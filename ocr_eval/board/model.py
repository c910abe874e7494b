"""What a page may see: one view per page kind, filled for one audience; long because it is the whole contract.

Views are filled field by field (an allow-list); templates and exports receive nothing else. Every string here may be
foreign and is escaped where it is printed. Numbers are already rounded for the audience, and what an audience must not
see is absent (None or empty), not hidden by a template. Ids in ``key`` fields are public: a slug, or ``anon-…`` for an
anonymous entry. Fractions, never percent; ``lo``/``hi`` are 95 % intervals.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

AUDIENCES = ("public", "participant", "internal")
STATES = ("ranked", "baseline", "withdrawn", "not-rescored", "undefined", "ceiling")


@dataclass(frozen=True, slots=True)
class Value:
    """One metric of one row. None: undefined, or no interval (``notice`` then says why, a W_ code)."""

    value: float | None
    lo: float | None = None
    hi: float | None = None
    notice: str | None = None


@dataclass(frozen=True, slots=True)
class MetricView:
    """A column of a results table. ``formula`` is ``Formula.to_json()`` (None: not a function of sums, e.g. AP)."""

    name: str
    higher_is_better: bool | None
    formula: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class RowView:
    """One submission under one protocol."""

    key: str  # submission key: file name of its page, parameter of compare links
    name: str
    state: str  # one of STATES
    values: Mapping[str, Value]  # metric -> value; metrics without an entry were not computed
    rank: tuple[int, int] | None = None  # simultaneous 95 % confidence set of the headline metric's rank
    could_be_best: bool = False
    at_noise_limit: bool = False  # inside or above the ceiling
    authors: tuple[str, ...] = ()
    affiliation: str = ""
    date: str = ""  # ISO
    verification: str = "self-reported"  # or rescored, reproduced
    team_submissions: int | None = None  # how many submissions this team has on the board
    # predictions, ignored, invalid, duplicates, large, missing -> count; what reveals gaming (empty where not public)
    counts: Mapping[str, int] = field(default_factory=dict)
    warnings: tuple[tuple[str, str, int], ...] = ()  # (code, message, count)
    signature: str = ""  # short form
    reason: str = ""  # why withdrawn or not re-scored
    shard: int | None = None  # nnn of d/<board>/s<nnn>.js; None: per-sample data are not published


@dataclass(frozen=True, slots=True)
class PairView:
    """A paired comparison of two ranked rows by the headline metric; difference is a minus b."""

    a: str
    b: str
    difference: float
    lo: float | None
    hi: float | None
    p: float
    p_holm: float | None
    wins: int | None = None
    losses: int | None = None
    ties: int | None = None


@dataclass(frozen=True, slots=True)
class SliceView:
    """All ranked rows on the samples that carry one slice tag."""

    column: str  # e.g. "script"
    tag: str  # e.g. "ko"
    samples: int
    values: Mapping[str, Value]  # row key -> headline metric on this slice


@dataclass(frozen=True, slots=True)
class ItemView:
    """One sample in the test-set health lists."""

    sample: str  # printed id (alias on hidden data)
    page: str | None  # page name of i/…, None without drill-down
    difficulty: float | None  # mean of the systems' metric on it
    discrimination: float | None


@dataclass(frozen=True, slots=True)
class HealthView:
    """Which samples separate, which are dead, where labels look wrong. Lists only where per-sample data are public."""

    systems: int
    with_gt: int
    saturated: int
    unsolved: int
    without_gt: int
    histogram: tuple[int, ...] = ()  # samples by difficulty, ten equal classes from 0 to 1
    hardest: tuple[ItemView, ...] = ()
    most_discriminating: tuple[ItemView, ...] = ()
    negative: tuple[ItemView, ...] = ()  # negative discrimination: often a gt error
    # suspected gt: (sample, page, gt index or -1 where no gt is, gt text, text the systems agree on, how many systems)
    suspected: tuple[tuple[str, str | None, int, str, str, int], ...] = ()


@dataclass(frozen=True, slots=True)
class CorrelationView:
    """Do two protocols rank alike? Kendall's tau-b with interval, and who moves most between them."""

    a: str  # protocol strings
    b: str
    tau: float | None
    lo: float | None
    hi: float | None
    movers: tuple[
        tuple[str, int, int], ...
    ] = ()  # (row key, position under a, position under b), largest moves first


@dataclass(frozen=True, slots=True)
class TabView:
    """One protocol on one board: the table and everything computed from it."""

    protocol: str  # protocol string
    slug: str  # page name of p/<slug>.html, value of the URL key ``prot``
    headline: str  # metric that ranks
    metrics: tuple[MetricView, ...]
    rows: tuple[RowView, ...]  # ranked rows in order, then baselines, then the rest by key
    signature: str  # short, without pred
    interval_signature: str  # ci:perc,B:10000,seed:…,rng:lb32/1,unit:sample
    seed: int
    replicates: int
    samples: int
    unit: str  # "sample" or the group column
    mdd: float | None
    tie_groups: tuple[tuple[str, ...], ...] = ()  # row keys
    pairs: tuple[PairView, ...] = ()
    pairs_limited_to: int | None = None  # None: all pairs were tested; else only among the first n
    step: float | None = None  # rounding step in fractions on hidden data, None: exact
    decimals: int = 2  # of percent values
    columns: tuple[str, ...] = ()  # per-sample columns of the shards, in order
    data: str = ""  # key of d/<data>/…: one folder per board and protocol
    caution: str = ""  # catalogue key of what must be said beside this protocol (popeval), or ""
    companions: Mapping[str, Mapping[str, float | None]] = field(default_factory=dict)
    # name -> row key -> value shown beside (PopEval: localised exact match, anagram gap)


@dataclass(frozen=True, slots=True)
class BoardView:
    """One board page: a data set version, one tab per protocol."""

    id: str
    title: str
    version: int
    frozen: str  # ISO date or ""
    dataset: str  # key of a DatasetView
    tabs: tuple[TabView, ...]  # the first is the board's own protocol
    per_sample: bool  # shards and the sample matrix are published
    correlations: tuple[CorrelationView, ...] = ()
    slices: tuple[SliceView, ...] = ()
    health: HealthView | None = None
    changes: tuple[EventView, ...] = ()
    sample_pages: int = 0  # how many samples have a page i/…
    older: tuple[int, ...] = ()  # versions kept under b/<board>@v<k>/


@dataclass(frozen=True, slots=True)
class EventView:
    """One line of the history that this audience may read."""

    seq: int
    event: str  # add, rescore, withdraw, correct, dataset
    date: str
    key: str  # submission key or ""
    name: str
    protocol: str = ""
    old: str = ""
    new: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True)
class DatasetView:
    """A data set's card as published. ``digest`` is keyed (HMAC) when hidden."""

    key: str
    id: str
    title: str
    visibility: str  # public or hidden
    digest: str  # 8 hex digits
    fields: tuple[
        tuple[str, str], ...
    ] = ()  # (catalogue key, text) of the card: version, split, task, licence, …
    links: tuple[tuple[str, str], ...] = ()  # (catalogue key, URL); checked again where it is printed
    samples: int = 0
    notes: str = ""


@dataclass(frozen=True, slots=True)
class GamingView:
    """What a protocol gives to submissions made from the gt to fool it: its main metric in percent, as printed."""

    metric: str
    sets: tuple[tuple[str, str], ...]  # (key of the set's name, the protocol string that was counted)
    tricks: tuple[tuple[str, tuple[str | None, ...]], ...]  # (key, a cell per set); the first is the ceiling
    # per set: every word twice, the right reading first, the wrong one first; None where samples are single texts
    order: tuple[tuple[str | None, ...], ...] | None


@dataclass(frozen=True, slots=True)
class ProtocolView:
    """A protocol's page: its SPEC in sections, parameters, digest."""

    slug: str
    protocol: str  # string
    id: str
    digest: str
    task: str
    source: str
    spec: tuple[tuple[str, str], ...]  # (heading, paragraph text); heading "" is the first line
    parameters: tuple[tuple[str, str, str, str], ...]  # name, value, default, meaning
    columns: tuple[str, ...]
    metrics: tuple[MetricView, ...]
    gaming: GamingView | None = None


@dataclass(frozen=True, slots=True)
class ResultView:
    """One result on a submission's page."""

    board: str
    board_title: str
    protocol: str
    tab: str  # slug
    headline: str
    row: RowView
    ranked: int  # how many rows are ranked there
    best: tuple[ItemView, ...] = ()
    worst: tuple[ItemView, ...] = ()
    quartiles: tuple[tuple[str, int], ...] = ()  # participant on hidden data: (alias, quartile of own score)


@dataclass(frozen=True, slots=True)
class SubmissionView:
    """A submission's page: its card as published, all results, its history."""

    key: str
    name: str
    anonymous: bool
    fields: tuple[tuple[str, str], ...] = ()  # (catalogue key, text)
    links: tuple[tuple[str, str], ...] = ()  # (catalogue key, URL)
    notes: str = ""
    withdrawn: str | None = None  # reason
    results: tuple[ResultView, ...] = ()
    changes: tuple[EventView, ...] = ()
    near_duplicates: tuple[tuple[str, str, float], ...] = ()  # (key, name, share of equal samples)


@dataclass(frozen=True, slots=True)
class InstanceView:
    """One polygon of an overlay with what happened to it."""

    index: int
    ring: tuple[float, ...]  # x1, y1, x2, y2, …
    text: str | None
    status: str  # matched, unmatched, ignored
    kind: str  # finer word: match, miss, false positive, don't care, …
    partners: tuple[int, ...] = ()
    reasons: tuple[tuple[str, Mapping[str, Any]], ...] = ()  # catalogue keys with arguments
    confidence: float | None = None


@dataclass(frozen=True, slots=True)
class LayerView:
    """One submission on one sample under one protocol."""

    key: str
    name: str
    tab: str  # slug of the protocol
    protocol: str
    value: float | None
    gt: tuple[InstanceView, ...]  # rings and texts are in SampleView.gt; these carry verdicts only
    pred: tuple[InstanceView, ...]
    pairs: tuple[tuple[int, int, float | None], ...] = ()
    removals: tuple[Mapping[str, Any], ...] = ()  # PopEval's steps, in order (Matches.to_json)
    edits: tuple[Mapping[str, Any], ...] = ()


@dataclass(frozen=True, slots=True)
class SampleView:
    """A sample's page. Built only where gt may be shown."""

    dataset: str
    sample: str
    page: str  # page name without .html
    previous: tuple[str, str] | None  # (page, sample)
    next: tuple[str, str] | None
    width: float | None
    height: float | None
    image: str | None  # relative path, https URL, or None
    tags: tuple[tuple[str, str], ...]
    gt: tuple[InstanceView, ...]
    layers: tuple[LayerView, ...]
    # (board id, tab slug, protocol, headline, ((row key, name, value, counts), …)) for every board on this data set
    scores: tuple[
        tuple[str, str, str, str, tuple[tuple[str, str, float | None, Mapping[str, int]], ...]], ...
    ] = ()


@dataclass(frozen=True, slots=True)
class SiteView:
    """The whole site for one audience."""

    title: str
    audience: str
    languages: tuple[str, ...]
    date: str  # SOURCE_DATE_EPOCH or the newest date in the store, ISO
    version: str  # of ocr_eval
    boards: tuple[BoardView, ...]
    submissions: tuple[SubmissionView, ...]
    datasets: tuple[DatasetView, ...]
    protocols: tuple[ProtocolView, ...]
    changes: tuple[EventView, ...] = ()
    participant: str | None = None  # key of the submission this site is for


@dataclass(frozen=True, slots=True, eq=False)
class TabData:
    """The per-sample data behind one tab, for shards, the sample matrix and CSV; exists only where it is published."""

    data: str  # TabView.data
    samples: tuple[str, ...]  # printed ids (aliases where the data set wants them), canonical order
    pages: tuple[str | None, ...]  # page of each sample, None without drill-down
    tags: Mapping[str, tuple[str, ...]]  # slice column -> tag of each sample
    groups: tuple[str, ...] | None  # resampling units, None: samples
    columns: tuple[str, ...]  # count columns, then "sum:…" columns
    tables: Mapping[str, Any]  # row key -> (n, columns) float64; count columns hold whole numbers


@dataclass(frozen=True, slots=True)
class Output:
    """One file of the site: made only when ``key`` (SHA-256 of everything it depends on) is not the stored one."""

    path: str  # POSIX, relative to the site
    key: str
    render: Callable[[], bytes]


def page_name(identifier: str) -> str:
    """A file name for a page about a foreign id: a readable slug, then 8 hex digits of its SHA-256; never raw text."""
    import hashlib
    import re

    readable = re.sub(r"[^a-z0-9]+", "-", identifier.lower()).strip("-")[:48].strip("-")
    digest = hashlib.sha256(identifier.encode("utf-8", "surrogatepass")).hexdigest()[:8]
    return f"{readable}-{digest}" if readable else digest
