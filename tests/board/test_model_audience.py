"""Who may see what."""

from __future__ import annotations

import pytest

from ocr_eval.board.audience import Sight, sight

EVERYTHING = Sight(True, True, True, True, True, False, 1)


@pytest.mark.parametrize("audience", ["public", "participant", "internal"])
def test_public_data_are_shown_to_everybody(audience: str) -> None:
    assert sight("public", audience) == EVERYTHING


@pytest.mark.parametrize("visibility", ["hidden", "", "Public", "unknown"])
def test_everything_else_is_hidden(visibility: str) -> None:
    assert sight(visibility, "internal") == EVERYTHING
    assert sight(visibility, "public") == Sight()
    assert sight(visibility, "participant") == Sight(own=True)


def test_what_nobody_granted_is_not_seen() -> None:
    hidden = Sight()
    granted = (hidden.exact, hidden.per_sample, hidden.overlays, hidden.counts, hidden.plain_digest)
    assert not any(granted) and not hidden.own
    assert hidden.slice_samples == 50


def test_a_misspelled_audience_is_an_error() -> None:
    with pytest.raises(ValueError, match="publik"):
        sight("hidden", "publik")
