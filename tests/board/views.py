"""Views made by hand: a site with any number of submissions, for tests of pages that need no store and no statistics.

Numbers are plausible, not computed. With ``hostile`` every foreign field holds a text that breaks pages which do not
escape. The same arguments give the same site.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import sin

from ocr_eval.board.model import (
    BoardView,
    CorrelationView,
    DatasetView,
    EventView,
    HealthView,
    ItemView,
    MetricView,
    PairView,
    ProtocolView,
    ResultView,
    RowView,
    SiteView,
    SliceView,
    SubmissionView,
    TabView,
    Value,
    page_name,
)
from ocr_eval.board.protocol_views import protocol_view

NAMES = (
    *("TextPMS", "EAST ResNet-50", "PixelLink", "DRRG", "GIoU-EAST", "Synthetic", "CRAFT (reimplemented)"),
    *("Mask TextSpotter v3", "한글 검출기 2호", "قارئ النصوص", "DB++", "PSENet", "FCENet", "TextFuseNet"),
    *(
        "ABCNet v2",
        "SRFormer",
        "DPText-DETR",
        "DeepSolo",
        "TESTR",
        "Bézier curves, long name of a method, base",
    ),
    *("PAN", "TextSnake", "SegLink++", "CharNet", "Boundary", "Contour", "ESTextSpotter"),
)
TEAMS = ("Acme Labs", "Seoul Vision", "University of Example", "", "Team Nine")
COUNTS = ("predictions", "ignored", "invalid", "duplicates", "large", "missing")
DATASET = "ic15-test-9f2c1a7e"


def site(
    rows: int = 27,
    protocols: Sequence[str] = ("rrc-iou", "rrc-iou(iou=0.7)"),
    *,
    names: Sequence[str] = NAMES,
    foreign: str | None = None,
    audience: str = "public",
    languages: tuple[str, ...] = ("en", "ko"),
    extra_metrics: int = 0,
    undefined: bool = False,
    extras: bool = True,
) -> SiteView:
    """A site with one board. ``foreign`` replaces every foreign text; ``extra_metrics`` widens the table."""
    made = board(
        rows, protocols, names=names, foreign=foreign, extra=extra_metrics, undefined=undefined, extras=extras
    )
    first = made.tabs[0]
    return SiteView(
        title=foreign or "Scene text, incidental",
        audience=audience,
        languages=languages,
        date="2026-11-21",
        version="0.1.0",
        boards=(made,),
        submissions=tuple(submission(made, row, foreign) for row in first.rows),
        datasets=(dataset(foreign),),
        protocols=tuple(protocol(text) for text in protocols),
        changes=made.changes,
    )


def key_of(k: int) -> str:
    return f"2026-{1 + k % 11:02d}-{1 + k % 27:02d}-method-{k + 1:04d}-{(k * 2654435761) % 2**32:08x}"


def board(
    rows: int,
    protocols: Sequence[str],
    *,
    names: Sequence[str],
    foreign: str | None,
    extra: int,
    undefined: bool,
    extras: bool,
) -> BoardView:
    tabs = tuple(
        tab(text, rows, k, names=names, foreign=foreign, extra=extra, undefined=undefined, extras=extras)
        for k, text in enumerate(protocols)
    )
    ranked = [row for row in tabs[0].rows if row.state == "ranked"]
    bare = not ranked or undefined
    return BoardView(
        id="ic15-det",
        title=foreign or "Word detection",
        version=2,
        frozen="2026-11-21",
        dataset=DATASET,
        tabs=tabs,
        per_sample=True,
        correlations=() if bare else tuple(correlation(tabs[0], other) for other in tabs[1:]),
        slices=() if bare else slices(tabs[0], foreign),
        health=None if bare else health(foreign),
        changes=changes(tabs[0].rows, foreign),
        sample_pages=10,
        older=(1,),
    )


def tab(
    text: str,
    rows: int,
    number: int,
    *,
    names: Sequence[str],
    foreign: str | None,
    extra: int,
    undefined: bool,
    extras: bool,
) -> TabView:
    metrics = (
        *protocol(text).metrics[:3],
        *(MetricView(f"extra_{k + 1}", None if k % 2 else True) for k in range(extra)),
    )
    order = sorted(range(rows), key=lambda k: -score(k, number))
    made = [
        row(k, place, rows, number, metrics, names, foreign, undefined=undefined)
        for place, k in enumerate(order)
    ]
    if extras and rows > 3:
        made += others(rows, number, metrics, foreign)
    ranked = [r for r in made if r.state == "ranked"]
    keys = [r.key for r in ranked]
    return TabView(
        protocol=text,
        slug=page_name(text),
        headline="hmean",
        metrics=metrics,
        rows=tuple(made),
        signature=f"ocr-eval:0.1.0|ds:ic15-test.9f2c1a7e|task:det|proto:{text.split('(')[0]}.1-5b7d1c20|n:500",
        interval_signature="ci:perc,B:10000,seed:9f2c1a7e,rng:lb32/1,unit:sample",
        seed=0x9F2C1A7E,
        replicates=10000,
        samples=500,
        unit="sample",
        mdd=0.024058671 if len(ranked) > 1 else None,
        tie_groups=ties(keys),
        pairs=pairs(ranked),
        pairs_limited_to=100 if rows > 100 else None,
        columns=("tp", "n_gt", "n_det", "dc_gt", "dc_det"),
        data=page_name(f"ic15-det {text}"),
    )


def score(k: int, number: int) -> float:
    base = 0.8727722772277228 - 0.18 * k / (k + 9)
    return base - 0.09 * number + 0.03 * number * sin(2.7 * k)


def row(
    k: int,
    place: int,
    rows: int,
    number: int,
    metrics: Sequence[MetricView],
    names: Sequence[str],
    foreign: str | None,
    *,
    undefined: bool,
) -> RowView:
    value = score(k, number)
    values = {
        metric.name: Value(v, v - 0.02 - 0.002 * (k % 5), v + 0.019 + 0.001 * (k % 3))
        for j, metric in enumerate(metrics)
        for v in [value + 0.01 * (j % 3) - 0.006 * ((j + k) % 4)]
    }
    values["hmean"] = Value(value, value - 0.0206, value + 0.0193)
    if undefined:
        values = {name: Value(None, notice="W_UNDEFINED") for name in values}
    spread = 0 if place == 0 else 2 + place % 5
    name = names[k % len(names)] + (f" {k // len(names) + 1}" if k >= len(names) else "")
    return RowView(
        key=key_of(k),
        name=foreign or name,
        state="undefined" if undefined else "ranked",
        values=values,
        rank=None
        if undefined
        else (
            max(1, min(place + 1, 2 if place else 1, place + 1 - spread) or 1),
            min(rows, place + 1 + spread),
        ),
        could_be_best=place == 0,
        at_noise_limit=place == 0,
        authors=(foreign,) if foreign else ("Kim Minji", "A. Author"),
        affiliation=foreign or TEAMS[k % len(TEAMS)],
        date=key_of(k)[:10],
        verification=("self-reported", "rescored", "reproduced")[k % 3],
        team_submissions=1 + k % 4,
        counts={name: (2046 + 13 * k, 31 + k, 0, k % 3 * 7, k % 2, 0)[j] for j, name in enumerate(COUNTS)},
        warnings=(("W_DUPLICATE", foreign or "14 predictions repeat another one (IoU > .9)", 14),)
        if k % 3
        else (),
        signature=f"ocr-eval:0.1.0|ds:ic15-test.9f2c1a7e|task:det|proto:rrc-iou.1-5b7d1c20|n:500|pred:{k:08x}",
        shard=k,
    )


def others(rows: int, number: int, metrics: Sequence[MetricView], foreign: str | None) -> list[RowView]:
    ceiling = {
        m.name: Value(0.905 - 0.09 * number, 0.89 - 0.09 * number, 0.918 - 0.09 * number) for m in metrics
    }
    weak = {m.name: Value(0.61, 0.58, 0.64) for m in metrics}
    return [
        RowView(key_of(rows), foreign or "Second annotator", "ceiling", ceiling, date="2026-10-01"),
        RowView(key_of(rows + 1), foreign or "Largest box", "baseline", weak, date="2026-10-02"),
        RowView(
            key_of(rows + 2),
            foreign or "SwiftText",
            "withdrawn",
            {},
            date="2026-10-03",
            reason=foreign or "trained on test images",
        ),
        RowView(
            key_of(rows + 3),
            foreign or "Old reader",
            "not-rescored",
            {},
            date="2026-10-04",
            reason=foreign or "predictions were not kept",
        ),
    ]


def ties(keys: Sequence[str]) -> tuple[tuple[str, ...], ...]:
    groups = [tuple(keys[k : k + 3 + k % 3]) for k in range(1, max(1, len(keys) - 3), 2)]
    return tuple(group for group in groups if len(group) > 1)


def pairs(rows: Sequence[RowView]) -> tuple[PairView, ...]:
    made = []
    for i, a in enumerate(rows[:100]):
        for j, b in list(enumerate(rows[:100]))[i + 1 :]:
            x, y = (r.values["hmean"].value or 0.0 for r in (a, b))
            p = max(1e-4, 0.9 * 0.5 ** (900 * (x - y) ** 2 * 40 + (j - i - 1)))
            made.append(
                PairView(a.key, b.key, x - y, x - y - 0.01, x - y + 0.01, p, min(1.0, 3 * p), 130, 120, 250)
            )
    return tuple(made)


def correlation(a: TabView, b: TabView) -> CorrelationView:
    place_a = {r.key: k + 1 for k, r in enumerate(a.rows) if r.state == "ranked"}
    place_b = {r.key: k + 1 for k, r in enumerate(b.rows) if r.state == "ranked"}
    moves = [(key, place_a[key], place_b[key]) for key in place_a]
    moves.sort(key=lambda m: (-abs(m[1] - m[2]), m[0]))
    return CorrelationView(a.protocol, b.protocol, 0.8006407690254358, 0.7121, 0.8713, tuple(moves[:10]))


def slices(first: TabView, foreign: str | None) -> tuple[SliceView, ...]:
    made = []
    for column, tags in (("size", ("small", "medium", "large")), ("script", ("ko", "en", "mixed"))):
        for k, tag in enumerate(tags):
            values = {
                r.key: Value(v, v - 0.04, v + 0.04)
                for j, r in enumerate(first.rows)
                if r.state == "ranked"
                for v in [(r.values["hmean"].value or 0) - 0.12 + 0.06 * k + 0.02 * sin(j + k)]
            }
            made.append(
                SliceView(foreign or column, f"{foreign} {k}" if foreign else tag, 120 + 40 * k, values)
            )
    return tuple(made)


def health(foreign: str | None) -> HealthView:
    items = tuple(
        ItemView(
            foreign or f"img_{17 * k + 3}", page_name(f"img_{17 * k + 3}"), 0.12 + 0.05 * k, 0.71 - 0.2 * k
        )
        for k in range(6)
    )
    suspects = (
        (foreign or "img_77", page_name("img_77"), 4, foreign or "COFFE", foreign or "COFFEE", 9),
        ("img_80", None, -1, "", "출구", 7),
    )
    histogram = (3, 5, 9, 14, 22, 31, 52, 88, 131, 141)
    return HealthView(25, 496, 33, 2, 4, histogram, items, items[::-1], items[:2], suspects)


def changes(rows: Sequence[RowView], foreign: str | None) -> tuple[EventView, ...]:
    kinds = ("add", "rescore", "withdraw", "correct", "dataset")
    made = []
    for k, row in enumerate(rows[:12]):
        kind = kinds[k % 5]
        old, new = ("0.8101", "0.8120") if kind in ("rescore", "correct") else ("", "")
        reason = foreign or ("a reason" if k % 5 else "")
        made.append(EventView(k + 1, kind, row.date, row.key, row.name, "rrc-iou", old, new, reason))
    return tuple(made)


def dataset(foreign: str | None) -> DatasetView:
    return DatasetView(
        key=DATASET,
        id=foreign or "ic15-test",
        title=foreign or "ICDAR 2015, incidental scene text, test set",
        visibility="public",
        digest="9f2c1a7e",
        fields=(
            ("version", foreign or "1"),
            ("split", "test"),
            ("task", "detection"),
            ("licence", "CC BY 4.0"),
        ),
        links=(
            ("homepage", foreign or "https://rrc.cvc.uab.es/?ch=4"),
            ("doi", "10.1109/ICDAR.2015.7333942"),
        ),
        samples=500,
        notes=foreign
        or "Register with the organisers to obtain the images.\nGround truth was corrected once.",
    )


def protocol(text: str) -> ProtocolView:
    return protocol_view(text)


def submission(made: BoardView, of: RowView, foreign: str | None) -> SubmissionView:
    hardest = made.health.hardest if made.health else ()
    results = tuple(
        ResultView(
            made.id,
            made.title,
            tab.protocol,
            tab.slug,
            tab.headline,
            row,
            ranked=sum(other.state == "ranked" for other in tab.rows),
            best=hardest[::-1],
            worst=hardest,
        )
        for tab in made.tabs
        for row in tab.rows
        if row.key == of.key
    )
    return SubmissionView(
        key=of.key,
        name=of.name,
        anonymous=False,
        fields=(
            ("authors", ", ".join(of.authors)),
            ("affiliation", of.affiliation),
            ("training_data", foreign or "SynthText, MLT 2017"),
            ("uses_test_lexicon", "false"),
        ),
        links=(
            ("paper", foreign or "https://example.org/paper.pdf"),
            ("code", foreign or "javascript:alert(1)"),
            ("doi", "10.1000/xyz123"),
        ),
        notes=foreign or "Two runs were averaged.\nThe second used larger crops.",
        withdrawn=of.reason if of.state == "withdrawn" else None,
        results=results,
        changes=tuple(event for event in made.changes if event.key == of.key),
        near_duplicates=((key_of(2), foreign or "PixelLink", 0.971),),
    )
