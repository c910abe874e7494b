"""Fixtures of the browser tests: one browser per module, pages that fail their test when they complain."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from tests.browser.chromium import Opener, launched
from tests.browser.server import served
from tests.browser.sites import FROM_REFERENCE, SHARED, Site, made


@pytest.fixture(scope="session")
def site_of(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Site]:
    """``site_of(name)`` -> one of tests.browser.sites, built once per run, whichever worker asks first.

    Sites are shared: a test that changes one takes a copy.
    """
    base = tmp_path_factory.getbasetemp()
    root = (base.parent if os.environ.get("PYTEST_XDIST_WORKER") else base) / "sites"

    @cache
    def find(name: str) -> Site:
        if name in FROM_REFERENCE and not (SHARED / "data").is_dir():
            pytest.skip("the reference folder is not beside the checkout")
        return made(name, root)

    return find


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
