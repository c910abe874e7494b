"""A page in the browser -> what its tree looks like, for comparison with its markup and with a harmless twin."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

# Kind of an element: parent's tag, own tag, classes, names of attributes. Contents and values do not matter.
_SHAPES = """root => {
  const found = new Set();
  for (const element of (root || document).querySelectorAll('*')) {
    const names = element.getAttributeNames().sort().join(' ');
    const classes = [...element.classList].sort().join('.');
    const parent = element.parentElement ? element.parentElement.localName : '';
    found.add(`${parent} > ${element.localName}.${classes} [${names}]`);
  }
  return [...found].sort();
}"""

_OUTLINE = """() => {
  const found = [];
  const walk = (element, depth) => {
    found.push(`${depth} ${element.localName.toLowerCase()}`);
    for (const child of element.children) walk(child, depth + 1);
  };
  walk(document.documentElement, 0);
  return found;
}"""

_DANGERS = """root => {
  const found = [];
  const harmless = /^(?:https?:|data:image\\/|#|[^:]*$|[^:]*[\\/?#])/i;
  for (const element of (root || document).querySelectorAll('*')) {
    for (const name of element.getAttributeNames()) {
      const value = element.getAttribute(name);
      if (/^on/i.test(name)) found.push(`${element.localName} has ${name}=${value}`);
      if (name === 'style' && !element.closest('#matrix > .list')) found.push(`${element.localName} has a style`);
      if (element.localName === 'script' && value.startsWith(window.OE?.root)) continue; // a shard
      if (/^(?:href|src|xlink:href|action|formaction|srcdoc|data|poster)$/i.test(name) && !harmless.test(value))
        found.push(`${element.localName} ${name}=${value}`);
    }
    if (/^(?:iframe|object|embed|base|frame|foreignobject|marquee)$/i.test(element.localName))
      found.push(`a ${element.localName}`);
    if (element.localName === 'script' && !element.getAttribute('src')) found.push('an inline script');
  }
  if ('OWNED' in window) found.push('a hostile text ran');
  if ('polluted' in {}) found.push('Object.prototype is polluted');
  return found;
}"""

_PARSED = f"""texts => texts.map(text => {{
  const root = new DOMParser().parseFromString(text, 'text/html');
  return [({_DANGERS})(root), ({_SHAPES})(root)];
}})"""

# Pages whose scripts fetch data say so in an output: comparing ends with interval and p, the matrix with a count.
_SETTLED = """() => {
  const [status, shown, panes] = ['status', 'shown', 'panes'].map(id => document.getElementById(id));
  if (status) {
    const waits = ['loading', 'progress'].map(key => status.dataset[key].split('{')[0].slice(0, 12));
    return !!status.textContent && !waits.some(start => start && status.textContent.startsWith(start));
  }
  return !shown || !!shown.textContent;
}"""


def settled(page: Any, within: float = 20.0) -> Any:
    """The page, once its scripts have drawn what its address asks for (evaluated again and again: the page's policy
    forbids Playwright's own waiting). Raises AssertionError after ``within`` seconds."""
    return until(page, _SETTLED, within=within)


def until(page: Any, script: str, argument: Any = None, within: float = 20.0) -> Any:
    """The page, once a script's value is true."""
    end = time.monotonic() + within
    while not page.evaluate(script, argument):
        assert time.monotonic() < end, f"not within {within} s: {script}"
        page.wait_for_timeout(15)
    return page


def shapes(page: Any) -> set[str]:
    """The kinds of elements that occur."""
    return set(page.evaluate(_SHAPES))


def outline(page: Any) -> list[str]:
    """Depth and tag of every element, in order: ``tests.board.site.Source.outline`` as the browser understood it."""
    result: list[str] = page.evaluate(_OUTLINE)
    return result


def dangers(page: Any) -> list[str]:
    """Handlers, styles, frames, inline scripts, odd addresses, and traces of a script that ran."""
    result: list[str] = page.evaluate(_DANGERS)
    return result


def parsed(page: Any, paths: Sequence[Path]) -> Iterator[tuple[Path, list[str], set[str]]]:
    """Each file, its dangers and its shapes, as the browser's parser understands its markup; nothing in it is run,
    fetched or drawn, which is what makes hundreds of pages cheap. ``page``: any open page."""
    for start in range(0, len(paths), 40):
        some = paths[start : start + 40]
        found = page.evaluate(_PARSED, [path.read_text(encoding="utf-8") for path in some])
        for path, (dangers, shapes) in zip(some, found, strict=True):
            yield path, dangers, set(shapes)
