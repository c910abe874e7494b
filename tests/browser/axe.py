"""A page -> its violations of WCAG A and AA, by axe-core.

The script comes with the PyPI package axe-playwright-python (0.1.8: axe-core 4.12.1, the newest on PyPI);
``OCR_EVAL_AXE`` names another ``axe.min.js``, for example a newer one from npm.
"""

from __future__ import annotations

import os
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

TAGS = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa")

# What these find depends on tags, classes, attributes and on whether there is text, not on which text.
LOOKS = ("color-contrast", "link-in-text-block", "target-size")
_RUN = """async ([tags, looks]) => {
  const run = async rules => (await axe.run(document, {runOnly: {type: 'rule', values: rules}, preload: false,
    resultTypes: ['violations']})).violations;
  const asked = axe.getRules(tags).map(rule => rule.ruleId);
  const found = await run(asked.filter(rule => !looks.includes(rule)));
  const kept = [];
  const look = element => {
    const alike = new Map(), own = [];
    for (const child of [...element.childNodes]) {
      if (child.nodeType === Node.TEXT_NODE && child.data.trim()) own.push('#');
      if (child.nodeType !== Node.ELEMENT_NODE) continue;
      const shape = look(child), count = (alike.get(shape) || 0) + 1;
      alike.set(shape, count);
      own.push(shape);
      if (count <= 4 || element.localName === 'tr') continue; // the style sheets count cells
      const place = document.createComment('');
      child.replaceWith(place);
      kept.push([place, child]);
    }
    const names = element.getAttributeNames().sort().join(' ');
    return `<${element.localName} .${[...element.classList].sort().join('.')} ${names} ${own.join('')}>`;
  };
  look(document.body);
  try {
    return [...found, ...await run(asked.filter(rule => looks.includes(rule)))];
  } finally {
    for (const [place, child] of kept.reverse()) place.replaceWith(child);
  }
}"""


@cache
def source() -> str:
    """The script's text."""
    named = os.environ.get("OCR_EVAL_AXE")
    place = Path(named) if named else files("axe_playwright_python") / "axe.min.js"
    return place.read_text(encoding="utf-8")


def axe(page: Any, tags: tuple[str, ...] = TAGS) -> list[str]:
    """One line per offending element: rule, what it asks for, where; empty when the page is fine.

    Goes through the debugger, which the page's policy does not bind, so the page is judged with its policy on.
    Rules about words, roles and structure judge the whole page. The few about looks, which take most of the time, judge
    it without the fifth and further of siblings that are drawn alike; the page is whole again afterwards.
    """
    page.evaluate(source())
    found = page.evaluate(_RUN, [list(tags), list(LOOKS)])
    return [
        f"{rule['id']} ({rule['help']}): {' '.join(map(str, node['target']))}: {node['html'][:160]}"
        for rule in found
        for node in rule["nodes"]
    ]
