"""Two strings -> the signature of the errors between them: which characters became which others."""

from __future__ import annotations

MOST = 3  # edits from which on a pair has no signature of its own

Signature = tuple[tuple[str, str, str], ...]
MANY: Signature = (("many", "", ""),)


def signature(found: str, text: str, distance: int) -> Signature:
    """The edits that turn ``found`` into ``text``, from the end: (r, old, new), (d, old, -) or (i, -, new).

    ``distance`` is their Levenshtein distance in code points. ``()`` for equal strings, ``MANY`` above ``MOST``. Of
    several shortest scripts: from the end a match or replacement before a deletion from ``found``, that before an
    insertion. Only cells within ``distance`` of the diagonal are filled: a shortest script never leaves them.
    """
    if not distance:
        return ()
    if distance > MOST:
        return MANY
    # A last character that both share is matched by every script this order prefers.
    i, j = len(found), len(text)
    while i and j and found[i - 1] == text[j - 1]:
        i, j = i - 1, j - 1
    if distance == 1:
        old, new = found[i - 1] if i >= j else "-", text[j - 1] if j >= i else "-"
        return (("r" if i == j else "d" if i > j else "i", old, new),)
    rows = _table(found[:i], text[:j], distance)
    edits = []
    while i or j:
        here = rows[i][j - i + distance]
        if i and j:
            cost = found[i - 1] != text[j - 1]
            if rows[i - 1][j - i + distance] + cost == here:
                i, j = i - 1, j - 1
                if cost:
                    edits.append(("r", found[i], text[j]))
                continue
        if i and j - i < distance and rows[i - 1][j - i + distance + 1] + 1 == here:
            i -= 1
            edits.append(("d", found[i], "-"))
        else:
            j -= 1
            edits.append(("i", "-", text[j]))
    return tuple(edits)


def _table(found: str, text: str, band: int) -> list[list[int]]:
    """Row i holds the distances of ``found[:i]`` and ``text[:i - band]`` … ``text[:i + band]``."""
    size, far = len(text), len(found) + len(text) + 1
    width = 2 * band + 1
    rows = [[far] * width]
    for column in range(band, width):
        if column - band <= size:
            rows[0][column] = column - band
    for i, character in enumerate(found, 1):
        above, row = rows[-1], [far] * width
        left = far
        for column in range(max(0, band - i), min(width, size - i + band + 1)):
            j = i + column - band
            best = above[column + 1] + 1 if column + 1 < width else far
            if j:
                best = min(best, left + 1, above[column] + (character != text[j - 1]))
            row[column] = left = best
        rows.append(row)
    return rows
