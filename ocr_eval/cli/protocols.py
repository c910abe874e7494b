"""``ocr-eval protocols``: the list of protocols, or one with its SPEC, parameters, columns and metrics."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING, Any

import click

from ocr_eval.cli.options import Example, Settings, common, option

if TYPE_CHECKING:
    from ocr_eval.protocols import Entry


@click.command(
    cls=Example,
    example="ocr-eval protocols rrc-iou",
    short_help="list protocols, or show one with parameters and deviations",
)
@click.argument("names", nargs=-1, metavar="[ID]")
@option("--format", type=click.Choice(["text", "json"]), default="text", help="Form of the result.")
@click.option("-o", "target", metavar="FILE", help="Write the result there instead of stdout, atomically.")
@common
@click.pass_obj
def command(_settings: Settings, /, names: tuple[str, ...], target: str | None, **flags: Any) -> int:
    """Lists the protocols, or prints everything about one: its rule, parameters, columns, metrics, deviations."""
    from ocr_eval.cli.output import OutputFile, emit

    wanted = [name for name in names if name != "show"]
    found = [described(name) for name in wanted] if wanted else listed()
    if flags["format"] == "json":
        body = {"schema": "ocr-eval/protocols/1", "protocols": found}
        text = json.dumps(body, ensure_ascii=False, indent=1) + "\n"
    else:
        text = "\n".join(map(render, found)) if wanted else render_list(found)
    if target:
        with OutputFile(target) as output:
            output.commit(text)
    else:
        emit(text)
    return 0


def listed() -> list[dict[str, Any]]:
    """The registry, without importing a protocol."""
    from ocr_eval.protocols import protocols

    return [head(name, entry) for name, entry in protocols().items()]


def head(name: str, entry: Entry) -> dict[str, Any]:
    """What the list tells of one; a protocol of another package has no summary."""
    from ocr_eval.protocols.summaries import SUMMARIES

    told = {"id": name, "task": entry.task, "line": entry.line}
    return told | (SUMMARIES[name]._asdict() if name in SUMMARIES else {})


def described(name: str) -> dict[str, Any]:
    """Everything a protocol says about itself."""
    from ocr_eval.protocols import protocol_class, protocols
    from ocr_eval.protocols.parameters import declared, spell_value

    cls = protocol_class(name)
    entry = protocols()[name]
    return {
        **head(name, entry),
        "version": cls.VERSION,
        "parameters": [
            {
                "name": key,
                "default": spell_value(default),
                "type": type(default).__name__,
                "accepts": accepted.accepts,
                "help": accepted.help,
            }
            for key, (accepted, default) in declared(cls).items()
        ],
        "columns": [*cls.COLUMNS, *(f"sum:{column}" for column in cls.SUMS)],
        "metrics": [{"name": metric, "higher_is_better": up} for metric, up in cls.METRICS.items()],
        "source": cls.SOURCE,
        "spec": (sys.modules[cls.__module__].__doc__ or "").strip() + "\n",
    }


PHRASES = {"matching": "matching", "text": "text", "dont_care": "don't care", "blind": "cannot see"}


def render_list(found: list[dict[str, Any]]) -> str:
    """By task: one line per protocol, then its phrases below it."""
    lines = []
    for task in dict.fromkeys(item["task"] for item in found):
        lines += [task, ""]
        for item in (item for item in found if item["task"] == task):
            lines.append(f"  {item['id']}: {item['line']}")
            lines += [
                f"      {label + ':':<12}{item[key]}"
                for key, label in PHRASES.items()
                if item.get(key, "none") != "none"
            ]
        lines.append("")
    return "\n".join(lines) + "\n`ocr-eval protocols ID` shows the rule, its parameters and its deviations.\n"


def render(item: dict[str, Any]) -> str:
    """The SPEC text, then parameters, columns and metrics as short tables."""
    lines = [
        f"{item['id']}  (version {item['version']}, {item['task']})",
        "",
        item["spec"].rstrip(),
        "",
        "Parameters",
    ]
    for p in item["parameters"]:
        lines.append(f"    {p['name']}={p['default']}    {p['accepts']}    {p['help']}")
    metrics = ", ".join(
        m["name"] + {True: "", False: " (lower is better)", None: " (best at 1)"}[m["higher_is_better"]]
        for m in item["metrics"]
    )
    lines += ["", "Columns per sample", f"    {', '.join(item['columns'])}", "", "Metrics", f"    {metrics}"]
    return "\n".join(lines) + "\n"
