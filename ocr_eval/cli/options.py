"""Flags that several commands share, and the settings they fill."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, TypeVar

import click

from ocr_eval.errors import close_matches

F = TypeVar("F", bound=Callable[..., Any])


@dataclass
class Settings:
    """Global flags; they may stand before or after the command."""

    quiet: bool = False
    verbose: bool = False
    color: str = "auto"
    progress: bool | None = None
    max_errors: int = 100
    datasets: str | None = None
    no_cache: bool = False
    traceback: bool = False
    show_config: bool = False
    config: str | None = None
    origins: dict[str, str] = field(default_factory=dict)


def _store(ctx: click.Context, parameter: click.Parameter, value: Any) -> None:
    settings = ctx.find_root().obj
    name = parameter.name or ""
    source = ctx.get_parameter_source(name)
    if source is None or source.name == "DEFAULT":
        return
    if isinstance(settings, Settings):
        setattr(settings, name, value)
        settings.origins[name] = source.name.lower().replace("commandline", "command line").replace("_", " ")


def _load(ctx: click.Context, _parameter: click.Parameter, value: str | None) -> None:
    """Reads the configuration file before other flags take their defaults from it."""
    if ctx.resilient_parsing:
        return
    from ocr_eval.cli.config import load

    settings = ctx.find_root().obj
    if value is not None:
        settings.config = value
    root = ctx.find_root()
    if ctx is not root and value is None:
        if ctx.parent is not None and ctx.parent is not root:  # `board add` takes its defaults from [board]
            ctx.default_map = ctx.parent.default_map
        return
    defaults = load(value)
    root.default_map = defaults
    outer = ctx
    while outer.parent is not None and outer.parent is not root:
        outer = outer.parent
    ctx.default_map = defaults.get(outer.info_name or "", {}) if ctx is not root else defaults


CACHE_HELP = "Neither keep a large ground truth, as it was read, in your cache folder nor take it from there."


def common(function: F) -> F:
    """Adds the global flags to a command; their values go to the settings, not to the command's function."""
    flags = [
        _global("--config", metavar="FILE", is_eager=True, callback=_load, help="Configuration file (TOML)."),
        _global("-q", "quiet", is_flag=True, help="Errors only."),
        _global("-v", "verbose", is_flag=True, help="Details: all warnings, long digests."),
        _global(
            "--color",
            type=click.Choice(["auto", "always", "never"]),
            default="auto",
            help="Colour of messages on stderr.",
        ),
        _global("--progress/--no-progress", default=None, help="Progress on stderr."),
        _global(
            "--max-errors",
            type=click.IntRange(1, 1_000_000),
            default=100,
            metavar="N",
            help="List at most N errors (100).",
        ),
        _global("--datasets", metavar="DIR", help="Folder of prepared data sets."),
        _global("--no-cache", is_flag=True, help=CACHE_HELP),
        _global("--show-config", is_flag=True, help="Print every value with its origin."),
        _global("--traceback", is_flag=True, help="Show Python's traceback of an error."),
    ]
    for flag in reversed(flags):
        function = flag(function)
    return function


def _global(*names: str, **attributes: Any) -> Callable[[F], F]:
    """A flag of every command; OCR_EVAL_<NAME> may give it too."""
    name = names[-1].split("/")[0].lstrip("-").replace("-", "_")
    attributes.setdefault("callback", _store)
    return click.option(*names, expose_value=False, envvar=f"OCR_EVAL_{name.upper()}", **attributes)


def option(*names: str, **attributes: Any) -> Callable[[F], F]:
    """A flag whose value may also come from OCR_EVAL_<NAME> or the configuration file."""
    long = next(name for name in names if name.startswith("--")).split("/")[0]
    attributes.setdefault("envvar", "OCR_EVAL_" + long[2:].replace("-", "_").upper())
    return click.option(*names, **attributes)


class Example(click.Command):
    """A command whose help ends with an example that the test suite runs."""

    def __init__(self, *arguments: Any, **attributes: Any) -> None:
        example = attributes.pop("example", "")
        self.example: str = example
        if example:
            attributes["epilog"] = "\b\nExample:\n  " + example.replace("\n", "\n  ")
        super().__init__(*arguments, **attributes)

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        if "--show-config" in args:  # needs no arguments: nothing will be read
            for parameter in self.params:
                parameter.required = False
        return super().parse_args(ctx, [_with_value(args, k) for k in range(len(args))])

    def invoke(self, ctx: click.Context) -> Any:
        settings = ctx.find_root().obj
        if isinstance(settings, Settings) and settings.show_config:
            from ocr_eval.cli.config import describe
            from ocr_eval.cli.output import emit

            emit(describe(ctx, settings))
            return 0
        return super().invoke(ctx)


def _with_value(args: list[str], k: int) -> str:
    """``--fail-on-warning`` takes a code only when one follows; otherwise it means any warning."""
    if args[k] == "--fail-on-warning" and not (k + 1 < len(args) and args[k + 1].startswith("W_")):
        return "--fail-on-warning=any"
    return args[k]


def close_names(word: str, known: list[str]) -> str:
    """A hint with the nearest known names, or all of them."""
    near = close_matches(word, known, n=3, cutoff=0.4)
    return f"did you mean {', '.join(near)}?" if near else f"known: {', '.join(known)}"


CONFIDENCE_HELP = "Score only predictions whose confidence is above X; the rest is left out, on record."
FORMATS_HELP = "Layout of the input, if sniffing is not enough (icdar-quad, icdar-ltrb, polygon, …)."
POLICY_HELP = (
    "Rings that cross themselves or have no area: refuse, keep as unmatched, or do what the script does."
)
STRICT_HELP = "Refuse what the protocol's official script refuses, with its message (rrc-iou, rrc-e2e, …)."
FIX_HELP = (
    "Repair what is unambiguous in the submission and report each repair: orientation, layout, encoding "
    "(several: --fix layout,encoding)."
)
LEXICON_HELP = "Word list for protocols with a lexicon step; UTF-8, one word a line."
LINES_HELP = "Second ground truth, with text lines, for protocols that also match lines (tiou-wordline)."
ISOLATE_HELP = "Read each prediction in a process of its own, with limits of time and memory."
POLICIES = ("refuse", "false-positive", "official")


def kinds_of_fix(spelled: str | None) -> tuple[str, ...]:
    """``--fix layout,encoding`` -> its kinds. Raises InputError (E_USAGE) for others."""
    if spelled is None:
        return ()
    from ocr_eval.errors import quote, usage_error
    from ocr_eval.formats.repairs import KINDS

    kinds = tuple(word.strip() for word in spelled.split(","))
    for kind in kinds:
        if kind not in KINDS:
            raise usage_error(f"--fix {quote(kind)} is no kind of repair", close_names(kind, list(KINDS)))
    return tuple(kind for kind in KINDS if kind in kinds)


def reading_flags(function: F) -> F:
    """Adds the flags that say how gt and predictions are read."""
    flags = [
        option("--gt-format", metavar="F", help=FORMATS_HELP),
        option("--pred-format", metavar="F", help=FORMATS_HELP),
        option("--lexicon", metavar="FILE", help=LEXICON_HELP),
        option("--gt-lines", metavar="GT", help=LINES_HELP),
        option("--confidence-above", type=float, metavar="X", help=CONFIDENCE_HELP),
        option("--invalid-polygons", type=click.Choice(POLICIES), default="refuse", help=POLICY_HELP),
        option("--limit", multiple=True, metavar="NAME=VALUE", help="Raise a safety limit; repeatable."),
        option("--isolate", is_flag=True, help=ISOLATE_HELP),
    ]
    for flag in reversed(flags):
        function = flag(function)
    return function
