"""Drawings: what stands where, in words and in coordinates."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ElementTree

from ocr_eval.report import plots
from ocr_eval.report.plot_parts import coordinate, cut, place_ticks

WORDS = {"name": "x", "title": "a title", "about": "what it shows"}


def parsed(drawing: str) -> ElementTree.Element:
    root = ElementTree.fromstring(drawing)  # a drawing must be well-formed XML, too
    assert root.tag == "svg" and root.get("role") == "img"
    assert root.get("aria-labelledby") == "x-title x-about"
    assert [child.get("id") for child in root[:2]] == ["x-title", "x-about"]
    assert not re.search(r"style=|href|foreignObject|<script", drawing)
    coordinates = re.findall(r"-?\d+\.\d+", re.sub(r">[^<]*<", "><", drawing))
    assert all(len(number.split(".")[1]) <= 2 for number in coordinates)
    return root


def path(root: ElementTree.Element, kind: str) -> str:
    return next(e.get("d", "") for e in root.iter("path") if e.get("class") == kind)


def texts(root: ElementTree.Element) -> list[str]:
    return [element.text or "" for element in root.iter("text")]


def places(d: str) -> list[float]:
    return [float(x) for x in re.findall(r"M([\d.]+)", d)]


BARS = [
    plots.Bar("best", 0.9, 0.88, 0.92, True),
    plots.Bar("second", 0.8, 0.78, 0.82),
    plots.Bar("none", 0.7),
]


def test_better_scores_stand_further_right_and_intervals_around_them() -> None:
    root = parsed(plots.interval_plot(BARS, **WORDS))
    dots, ranges = places(path(root, "dot")), path(root, "range")
    assert dots == sorted(dots, reverse=True) and len(dots) == 3
    ends = re.findall(r"M([\d.]+) [\d.]+H([\d.]+)", ranges)
    assert len(ends) == 2  # the third has no interval
    assert all(float(lo) < dot < float(hi) for (lo, hi), dot in zip(ends, dots[:2], strict=True))
    assert {"best", "second", "none", "90%"} & set(texts(root)) >= {"best", "second", "none"}
    assert [e.text for e in root.iter("text") if e.get("class") == "strong"] == ["best"]


def test_the_scale_is_linear_between_round_numbers() -> None:
    ticks, (lo, hi) = place_ticks([0.7183605649, 0.8890544])
    assert [written for _, written in ticks] == ["70", "75", "80", "85", "90"]
    assert (lo, hi) == (0.7, 0.9)
    root = parsed(
        plots.interval_plot([plots.Bar("a", 0.8), plots.Bar("b", 0.7), plots.Bar("c", 0.9)], **WORDS)
    )
    a, b, c = places(path(root, "dot"))
    assert abs((b + c) / 2 - a) < 0.011


def test_equal_values_and_no_values_have_a_scale() -> None:
    assert len(place_ticks([0.5, 0.5])[0]) >= 2
    assert len(place_ticks([])[0]) >= 2
    assert len(place_ticks([-0.2, 1.7])[0]) <= 8
    parsed(plots.interval_plot([plots.Bar("only", 0.0, 0.0, 0.0)], **WORDS))
    parsed(plots.interval_plot([], **WORDS))
    parsed(plots.rank_plot([], **WORDS))
    parsed(plots.strip_plot([], **WORDS))


def test_the_ceiling_is_a_line_with_its_name() -> None:
    root = parsed(plots.interval_plot(BARS, ceiling=(0.95, "an annotator"), **WORDS))
    assert places(path(root, "ceiling"))[0] > max(places(path(root, "dot")))
    assert "an annotator" in texts(root)


def test_tie_groups_are_brackets_that_do_not_run_into_each_other() -> None:
    bars = [plots.Bar(str(k), 0.9 - 0.01 * k) for k in range(5)]
    drawing = parsed(plots.interval_plot(bars, groups=[[0, 1], [1, 2, 3], [3, 4], [2]], **WORDS))
    spans = re.findall(r"M([\d.]+) ([\d.]+)V([\d.]+)", path(drawing, "bracket"))
    assert len(spans) == 3  # one row is no group
    lanes = [lane for lane, _, _ in spans]
    assert lanes[0] != lanes[1] != lanes[2] and lanes[0] == lanes[2]  # the first lane is free again
    assert len(re.findall(r"h-4", path(drawing, "bracket"))) == 2 + 3 + 2  # a tick per member


def test_a_rank_set_covers_its_ranks_and_the_dot_is_the_place() -> None:
    spans = [plots.Span("a", 1, 1, 1, True), plots.Span("b", 2, 6, 2), plots.Span("c", 2, 6, 6)]
    root = parsed(plots.rank_plot(spans, **WORDS))
    sets = [(float(a), float(b)) for a, b in re.findall(r"M([\d.]+) [\d.]+H([\d.]+)", path(root, "set"))]
    dots = places(path(root, "dot"))
    assert all(lo < dot < hi for (lo, hi), dot in zip(sets, dots, strict=True))
    assert sets[1] == sets[2] and dots[1] < dots[2]
    assert {"1", "6", "a"} <= set(texts(root))
    assert "a" not in texts(parsed(plots.rank_plot(spans, labels=False, **WORDS)))


def test_lines_between_protocols_say_who_moves() -> None:
    lines = [(0, 0, False), (1, 3, True), (2, 1, False), (3, 2, True)]
    root = parsed(plots.slope_plot("abcd", "acdb", lines, heads=("p", "q"), **WORDS))
    assert [path(root, kind).count("M") for kind in ("still", "up", "down")] == [2, 1, 1]
    assert [e.text for e in root.iter("text") if e.get("class") == "strong"] == ["b", "d", "d", "b"]


def test_a_strip_has_a_tick_per_pixel_and_a_dot_for_the_first() -> None:
    strips = [plots.Strip("ko", [0.5, 0.5, 0.7], 0.7), plots.Strip("en", [0.2], None)]
    root = parsed(plots.strip_plot(strips, **WORDS))
    assert path(root, "tally").count("M") == 3
    assert path(root, "dot").count("M") == 1


def test_bars_of_a_histogram_are_as_high_as_their_counts() -> None:
    root = parsed(plots.histogram([0, 5, 10], ["0", "1", "2", "3"], **WORDS))
    tops = [float(top) for top in re.findall(r"V([\d.]+)h", path(root, "bars"))]
    assert tops == [80, 20]  # base at 140, the highest bar 120 high; nothing is drawn for 0
    assert texts(root) == ["0", "5", "10", "0", "1", "2", "3"]
    parsed(plots.histogram([0, 0], ["0", "1", "2"], **WORDS))


def test_foreign_names_are_text_and_are_cut() -> None:
    evil = "<script>alert(1)</script>\u202e"
    drawing = plots.interval_plot([plots.Bar(evil, 0.5)], **WORDS)
    assert "<script>" not in drawing and "\u202e" not in drawing
    assert cut("x" * 29) == "x" * 29
    assert cut("x" * 30) == "x" * 28 + "…"
    assert cut("글" * 15) == "글" * 14 + "…"  # each as wide as two letters


def test_sixty_rows_cost_few_elements() -> None:
    bars = [plots.Bar(f"system {k}", 0.9 - 0.001 * k, 0.8, 0.95) for k in range(60)]
    root = parsed(plots.interval_plot(bars, **WORDS))
    assert sum(1 for _ in root.iter()) < 85


def test_a_bar_in_a_table_is_decoration() -> None:
    drawing = plots.interval_bar(0.5, 0.4, 0.6, 0.0, 1.0)
    assert 'aria-hidden="true"' in drawing
    assert "M48.8 6H71.2" in drawing.replace(".80", ".8").replace(".20", ".2")


def test_coordinates_are_integers_or_have_two_decimals() -> None:
    assert [coordinate(x) for x in (3.0, 3.14159, -0.001, 10.5)] == ["3", "3.14", "0", "10.50"]
