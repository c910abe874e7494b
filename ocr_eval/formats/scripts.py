"""The ten scripts that MLT files name, and whether every line of some lines names one in its ninth field."""

from __future__ import annotations

from ocr_eval.formats.glimpse import Glimpse

SCRIPTS = frozenset("Arabic Latin Chinese Japanese Korean Bangla Hindi Symbols Mixed None".split())


def only_scripts(glimpse: Glimpse) -> bool:
    """True when every line has eight integers, the name of a script and a further field."""
    run, fields = glimpse.runs(",")
    if not len(run) or not ((run == 8) & (fields >= 10)).all():
        return False
    return all(line.split(",", 9)[8] in SCRIPTS for line in glimpse.lines)
