"""Fixtures of the browser tests: one browser per module, pages that fail their test when they complain."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from tests.browser.chromium import Opener, launched
from tests.browser.server import served


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    """The system's Chromium; without one the test is skipped, in CI it fails.

    Not for the whole session: while it lives, Playwright's event loop counts as running in this thread, and tests of
    other modules that call ``asyncio.run`` would fail.
    """
    with launched() as chromium:
        yield chromium


@pytest.fixture
def open_page(browser: Any) -> Iterator[Opener]:
    """``open_page(path_or_address, …)`` -> a loaded page; at the end of the test nobody may have complained."""
    opener = Opener(browser)
    yield opener
    opener.close()
    if opener.complaints:
        pytest.fail("the browser complained:\n" + "\n".join(dict.fromkeys(opener.complaints)), pytrace=False)


@pytest.fixture
def serve() -> Iterator[Callable[[Path], str]]:
    """``serve(folder)`` -> its address on this machine, until the test ends."""
    with ExitStack() as stack:
        yield lambda folder: stack.enter_context(served(folder))
