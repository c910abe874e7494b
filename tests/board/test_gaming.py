"""Protocol pages show the ceiling, what tricks gain, and what another order of lines does, for every protocol."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from ocr_eval.board import pages
from ocr_eval.board.gaming import ORDER, gaming_view, table
from ocr_eval.board.protocol_views import protocol_view
from ocr_eval.protocols import REGISTRY, protocol
from ocr_eval.report.i18n import LANGUAGES, catalogue
from tests.board import views
from tests.board.site import Source

DOCS = Path(__file__).resolve().parents[2] / "docs/gaming.md"
RULES = [*REGISTRY, "rrc-2024(task=e2e)", "rrc-iou(iou=0.7)", "cleval(shape=polygon)"]


@pytest.mark.parametrize("spelled", RULES)
def test_every_protocol_has_a_ceiling_and_tricks(spelled: str) -> None:
    found = gaming_view(protocol(spelled))
    assert found is not None
    assert found.tricks[0][0] == "ceiling"
    assert any(cell is not None for cell in found.tricks[0][1])
    assert all(len(cells) == len(found.sets) for _, cells in found.tricks)
    for _, counted in found.sets:
        rule = protocol(counted)
        assert (rule.ID, rule.TASK) == (protocol(spelled).ID, protocol(spelled).TASK)
        assert found.metric in rule.METRICS


def test_numbers_are_those_of_the_documentation() -> None:
    text = DOCS.read_text(encoding="utf-8")
    names = catalogue("en")
    for each in table()["sets"]:
        section = text.split(f"## {names['trick.set.' + each['name']]}\n")[1].split("\n## ")[0]
        for spelled, metric, cells in each["rows"]:
            assert (
                f"| `{spelled}` | {metric} | " + " | ".join(cell or "–" for cell in cells) + " |" in section
            )
        assert all(names[f"trick.{key}"] in text for key in table()["tricks"][each["tricks"]])


def test_known_ceilings_and_tricks_stand_in_the_table() -> None:
    # TedEval's ceiling on ICDAR 2013 is .9967; one box with all characters is 1.0 under PopEval.
    tedeval, popeval = (gaming_view(protocol(name)) for name in ("tedeval", "popeval"))
    assert tedeval is not None and popeval is not None
    at = [name for name, _ in tedeval.sets].index("ic13")
    assert dict(tedeval.tricks)["ceiling"][at] == "99.67"
    assert "100.00" in dict(popeval.tricks)["one_box"]


def test_the_order_of_lines_moves_first_fit_and_leaves_the_best_assignment_alone() -> None:
    first_fit, best = (gaming_view(protocol(name)) for name in ("rrc-e2e", "cascade"))
    assert first_fit is not None and best is not None and first_fit.order and best.order
    right, wrong = first_fit.order[0]
    assert right is not None and wrong is not None and float(right) > float(wrong)
    assert best.order[0][0] == best.order[0][1]
    assert [dict(first_fit.tricks)[key][0] for key in ORDER] == [right, wrong]


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("spelled", ["rrc-e2e", "cascade", "recognition", "cleval"])
def test_the_page_tells_it_in_words(spelled: str, lang: str) -> None:
    site, view = views.site(), protocol_view(spelled)
    page = pages.render_protocol(site, view, lang)
    words, texts = Source(page).plain, catalogue(lang)
    assert view.gaming is not None
    assert texts["protocol.gaming"] in words and texts["trick.ceiling"] in words
    for name, _ in view.gaming.sets:
        assert texts[f"trick.set.{name}"] in words
    for _, cells in view.gaming.tricks:
        assert all(cell in words for cell in cells if cell is not None)
    said = {
        "rrc-e2e": "protocol.gaming.order",
        "cascade": "protocol.gaming.no_order",
        "recognition": "protocol.gaming.by_name",
    }
    if spelled in said:
        start = re.split(r"\{", texts[said[spelled]])[0]
        assert start in words
    assert not re.search(r"None|\bnan\b|\{[a-z]", page.split('class="gaming"')[1].split("</section>")[0])


def test_a_protocol_of_another_package_has_no_table(monkeypatch: pytest.MonkeyPatch) -> None:
    class Stranger:
        ID, TASK = "stranger", "det"

        def __repr__(self) -> str:
            return "stranger"

    assert gaming_view(Stranger()) is None  # type: ignore[arg-type]
