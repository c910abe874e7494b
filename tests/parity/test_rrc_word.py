"""``rrc-word`` against the script's ``transcription_match`` on each pair."""

from __future__ import annotations

from collections.abc import Callable

from tests.parity.pairs import PAIRS, different, named

COLUMN = "ICDAR15_e2e.transcription_match"


def test_every_pair_has_the_scripts_answer(tell_parity: Callable[[int, int], None]) -> None:
    found = different("rrc_word", {COLUMN: ("rrc-word", lambda values: values["wem"] == 1)})[COLUMN]
    tell_parity(PAIRS - len(found), PAIRS)
    assert found == []


def test_no_column_is_left_out() -> None:
    assert named("rrc_word") == {COLUMN}
