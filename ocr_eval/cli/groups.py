"""A literal table of commands -> a click group that imports a command when it is called and knows near names."""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from typing import Any

import click

from ocr_eval.errors import close_matches, quote, usage_error

Table = Mapping[str, tuple[str, str]]  # name -> ("module" or "module:attribute", one line of help)


class TableGroup(click.Group):
    """Resolves its commands from ``table``, so that ``--help`` imports none of them."""

    def __init__(self, *arguments: Any, table: Table, **attributes: Any) -> None:
        self.table = table
        super().__init__(*arguments, **attributes)

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(self.table)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in self.table:
            return None
        module, _, attribute = self.table[cmd_name][0].partition(":")
        found: click.Command = getattr(importlib.import_module(module), attribute or "command")
        return found

    def resolve_command(self, ctx: click.Context, args: list[str]) -> Any:
        if args and args[0] not in self.table:
            near = close_matches(args[0], self.table, n=2, cutoff=0.5)
            hint = f"did you mean {' or '.join(near)}?" if near else f"commands: {', '.join(self.table)}"
            raise usage_error(f"{ctx.command_path} has no command {quote(args[0])}", hint)
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, line) for name, (_, line) in self.table.items()])
