"""``ocr-eval convert --layouts``: every layout with what can be done with it, how it looks, and its choices."""

from __future__ import annotations

import click


def print_layouts(ctx: click.Context, _parameter: click.Parameter, wanted: bool) -> None:
    """Prints the table and ends the command."""
    if not wanted or ctx.resilient_parsing:
        return
    from ocr_eval.cli.output import emit

    emit("".join(f"{name:<17}  {ways:<11}  {looks}\n" for name, ways, looks in rows()))
    ctx.exit(0)


def rows() -> list[tuple[str, str, str]]:
    """(id, "read", "write" or both, what it looks like), the readers first."""
    from ocr_eval.formats import FORMATS
    from ocr_eval.formats.writers import WRITERS

    found = []
    for name, row in FORMATS.items():
        choices = ", ".join(f"{key}={'|'.join(values)}" for key, values in row.choices.items())
        looks = f"{row.line}  ({choices})" if choices else row.line
        found.append((name, "read, write" if name in WRITERS else "read", looks))
    others = [(name, one) for name, one in WRITERS.items() if name not in FORMATS]
    return found + [(name, "write", f"read as {one.reads}") for name, one in others]
