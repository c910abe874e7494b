"""Our scripts and styles -> the same without comments, indentation and spaces, as sites carry them.

No minifier: names, line breaks of scripts and every literal stay. In exchange the sources keep three rules that a test
holds: no quote and no space in a regular expression, no template literal inside another, no ``+ +`` and no ``- -``.
"""

from __future__ import annotations

import re

_SCRIPT = re.compile(
    r"""('(?:\\.|[^'\\\n])*'|`[^`]*`)"""  # strings stay
    r"""|(?m:[ ]*//[^\n]*$|^[ ]+)"""
    r"""|[ ]*([-+*/%=<>!&|^?:,;(){}\[\]])[ ]*"""
)
_STYLE = re.compile(r"""("[^"\n]*")|/\*.*?\*/|\s*([{};,>])\s*|(?<=[-\w])(:)\s+|(\s)\s+""", re.DOTALL)


def slim_script(source: str) -> str:
    """A script of ours, line by line."""
    kept = _SCRIPT.sub(lambda found: found[1] or found[2] or "", source)
    return re.sub(r"\n+", "\n", kept).lstrip()


def slim_style(source: str) -> str:
    """A style sheet of ours."""
    kept = _STYLE.sub(lambda found: found[1] or found[2] or found[3] or (found[4] and " ") or "", source)
    return kept.replace(";}", "}").strip() + "\n"


def slim(name: str, source: str) -> str:
    """By the file's ending."""
    return slim_script(source) if name.endswith(".js") else slim_style(source)
