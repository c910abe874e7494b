"""The system's Chromium -> pages that must not complain, must not reach out, and are closed when the test ends."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import pytest

NAMES = ("chromium", "chromium-browser", "google-chrome")
# No sandbox: containers run as root. The resolver rule: a page that names a foreign host fails, whoever is listening.
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1",
)


def found() -> str | None:
    """The browser's path, or None."""
    return next((path for name in NAMES if (path := shutil.which(name))), None)


def required() -> bool:
    """CI may not skip what it cannot see."""
    return (
        os.environ.get("CI", "").lower() in ("1", "true") or os.environ.get("OCR_EVAL_REQUIRE_BROWSER") == "1"
    )


def refuse(reason: str) -> None:
    """Skips with the reason; where browsers are required, fails with it."""
    if required():
        pytest.fail(f"{reason}, and this run requires a browser")
    pytest.skip(reason)


@contextmanager
def launched() -> Iterator[Any]:
    """One headless Chromium, without any download."""
    path = found()
    if path is None:
        refuse(f"no {', '.join(NAMES)} on PATH (Debian: apt-get install chromium)")
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        refuse("playwright is not installed (pip install -e '.[test]')")
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=path, args=list(FLAGS), timeout=60_000)
        try:
            yield browser
        finally:
            browser.close()


@dataclass
class Opener:
    """Opens pages, each in a context of its own (empty storage), and collects what they complain about.

    A complaint is a console message, a page error, a dialog, a failed request or answer, a download, a new window, and
    a request that leaves the page's origin: for a file, the folder it was opened from (``root``).
    """

    browser: Any
    complaints: list[str] = field(default_factory=list)
    contexts: list[Any] = field(default_factory=list)

    def __call__(
        self,
        where: str | Path,
        *,
        hash: str = "",  # noqa: A002
        root: Path | None = None,
        color_scheme: str = "light",
        javascript: bool = True,
        viewport: tuple[int, int] = (1200, 800),
        lang: str = "en-GB",
        **more: Any,
    ) -> Any:
        """The loaded page. ``where``: a file, or an http address of ``served``; ``hash`` without its ``#``.

        ``root``: the site's folder when the page is not at its top. ``more`` goes to the browser's context.
        """
        if isinstance(where, Path):
            home = (root or where.parent).resolve().as_uri() + "/"
            address = where.resolve().as_uri()
        else:
            parts = urlsplit(where)
            home, address = f"{parts.scheme}://{parts.netloc}/", where
        context = self.browser.new_context(
            color_scheme=color_scheme,
            java_script_enabled=javascript,
            viewport={"width": viewport[0], "height": viewport[1]},
            locale=lang,
            **more,
        )
        context.set_default_timeout(15_000)
        self.contexts.append(context)
        page = context.new_page()
        self._watch(page, home)
        context.on("page", lambda other: self.complaints.append(f"a new window: {other.url}"))
        page.goto(address + (f"#{hash}" if hash else ""), wait_until="load")
        return page

    def _watch(self, page: Any, home: str) -> None:
        def say(*words: object) -> None:
            self.complaints.append(" ".join(map(str, words)))

        def asked(request: Any) -> None:
            if not (
                request.url.startswith((home, "data:")) or unquote(request.url).startswith(unquote(home))
            ):
                say("a request leaves the origin:", request.url)

        def dialog(box: Any) -> None:
            say("a dialog:", box.type, box.message)
            box.dismiss()

        page.on("console", lambda message: say("console:", message.type, message.text))
        page.on("pageerror", lambda error: say("page error:", error))
        page.on("requestfailed", lambda request: say("failed request:", request.url, request.failure))
        page.on("response", lambda answer: answer.status >= 400 and say("answer", answer.status, answer.url))
        page.on("request", asked)
        page.on("dialog", dialog)
        page.on("download", lambda file: say("a download:", file.url))

    def taken(self) -> list[str]:
        """What was complained about so far; a test that plants a fault takes it away with this."""
        complaints, self.complaints = self.complaints, []
        return complaints

    def close(self) -> None:
        """Ends the contexts; events that are still under way are heard first."""
        for context in self.contexts:
            for page in context.pages:
                page.evaluate("1") if not page.is_closed() else None
            context.close()
