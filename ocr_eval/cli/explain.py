"""``ocr-eval explain``: one sample instance by instance, or the reasons of all samples; a drawing; or an error code."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import click

from ocr_eval.cli.options import Example, Settings, close_names, common, option, reading_flags
from ocr_eval.errors import CODES, escape, quote, usage_error

if TYPE_CHECKING:
    from ocr_eval.cli.scoring import Scorer
    from ocr_eval.tables.instances import Instances
    from ocr_eval.tables.matches import Matches


@click.command(
    cls=Example,
    example="ocr-eval explain sample sample:tesseract-psm11 --sample img_1 -p rrc-iou",
    short_help="every instance of one sample, its partner, and why; or the whole set",
)
@click.argument("gt", required=False)
@click.argument("prediction", required=False, metavar="PRED")
@click.option("--sample", metavar="ID", help="Which sample; without it the reasons of all samples, counted.")
@option("-p", "--protocol", multiple=True, metavar="ID[(key=value,…)]", help="Under which protocol.")
@click.option("--svg", metavar="FILE", help="Also draw gt and predictions, matches linked.")
@option("--top", type=click.IntRange(1), metavar="N", help="Without --sample: length of lists, default 20.")
@click.option("--error", "code", metavar="CODE", help="Explain an error or warning code instead.")
@option("--format", type=click.Choice(["text", "json"]), default="text", help="Form of the result.")
@click.option("-o", "target", metavar="FILE", help="Write the result there instead of stdout, atomically.")
@reading_flags
@common
@click.pass_obj
def command(settings: Settings, /, gt: str | None, prediction: str | None, **flags: Any) -> int:
    """Says of every gt and every prediction of one sample what became of it, with the numbers that decided.

    Without --sample: how often which reason decided, the samples that cost most, the characters and words confused.
    """
    import contextlib

    from ocr_eval.cli.output import OutputFile, check_outputs, emit, write_all

    if flags["code"]:
        emit(about_code(flags["code"], flags["format"]))
        return 0
    if not (gt and prediction and flags["protocol"]):
        raise usage_error("explain needs GT, PRED and -p", "or --error CODE; `ocr-eval explain --help`")
    if flags["sample"] is None and flags["svg"]:
        raise usage_error("a drawing shows one sample", "name it with --sample, or leave --svg away")
    if len(flags["protocol"]) > 1:
        raise usage_error("explain looks at one protocol at a time", "give -p once")
    check_outputs([flags["target"], flags["svg"]], [gt, prediction])
    with contextlib.ExitStack() as stack:
        target = stack.enter_context(OutputFile(flags["target"])) if flags["target"] else None
        drawing = stack.enter_context(OutputFile(flags["svg"])) if flags["svg"] else None
        outputs = []
        if flags["sample"] is None:
            from ocr_eval.cli.explain_all import explained_all

            text = explained_all(settings, gt, prediction, flags)
        else:
            truth, pred, matches, spelled = explained(settings, gt, prediction, flags)
            text = render(truth, pred, matches, spelled, flags["format"])
        if drawing:
            from ocr_eval.report.svg import draw

            if not (truth.geometry and pred.geometry):
                raise usage_error("a list of texts has no rings to draw", "leave --svg away")

            outputs.append((drawing, draw(truth, pred, matches)))
        write_all([*outputs, *([(target, text)] if target else [])])
        if not target:
            emit(text)
    return 0


def explained(
    settings: Settings, gt: str, prediction: str, flags: dict[str, Any]
) -> tuple[Instances, Instances, Matches, str]:
    """Reads both sides and asks the protocol about the sample."""
    scorer, path = reader(settings, gt, prediction, flags)
    truth, (rule,) = scorer.gt, scorer.rules
    sample = flags["sample"]
    if sample not in truth.sample_ids:
        hint = (
            close_names(sample, sorted(truth.sample_ids))
            if len(truth.sample_ids) < 2000
            else "check the name"
        )
        raise usage_error(f"no sample is called {quote(sample)}", hint[:400])
    joined, pairing = scorer.job.pair(scorer.read(path))
    matches = rule.explain(joined, pairing, truth.sample_ids.index(sample))
    return joined.gt, joined.pred, matches, repr(rule)


def reader(settings: Settings, gt: str, prediction: str, flags: dict[str, Any]) -> tuple[Scorer, str]:
    """The ground truth, read, and the path of the prediction."""
    from ocr_eval.cli.inputs import named_predictions, parse_limits, parse_protocols, read_lexicon, resolve_gt
    from ocr_eval.cli.scoring import Scorer

    rules = parse_protocols(flags["protocol"])
    limits, lexicon = parse_limits(flags["limit"]), read_lexicon(flags["lexicon"], rules)
    path, dataset = resolve_gt(gt, settings)
    ((_, pred_path),) = named_predictions([prediction])
    return Scorer(rules, path, dataset, settings, flags, limits=limits, lexicon=lexicon), pred_path


def render(gt: Instances, pred: Instances, matches: Matches, spelled: str, kind: str) -> str:
    """The verdicts as text or as ``ocr-eval/explain/1``."""
    sample = gt.sample_ids.index(matches.sample)
    if kind == "json":
        rows = [
            {
                "side": v.side,
                "index": v.index,
                "line": int(side.line[side.span(sample).start + v.index]),
                "text": side.texts[side.span(sample).start + v.index] if side.texts else None,
                "status": v.status,
                "partners": list(v.partners),
                "reason": v.reason,
                "numbers": v.numbers,
            }
            for v in matches.verdicts
            for side in [gt if v.side == "gt" else pred]
        ]
        body = {
            "schema": "ocr-eval/explain/1",
            "protocol": spelled,
            "sample": matches.sample,
            "instances": rows,
            "steps": list(matches.steps),
            "notes": list(matches.notes),
        }
        return json.dumps(body, ensure_ascii=False, allow_nan=False, indent=1) + "\n"
    lines = [f"{escape(matches.sample)} under {spelled}"]
    for side, table, title in (("gt", gt, "ground truth"), ("pred", pred, "predictions")):
        own = matches.of(side)
        counts: dict[str, int] = {}
        for verdict in own:
            counts[verdict.status] = counts.get(verdict.status, 0) + 1
        summary = ", ".join(f"{n} {status}" for status, n in counts.items()) or "none"
        entry = f"!{escape(table.entries[sample])}" if table.entries[sample] else ""
        place = escape(table.source) + entry if entry or len(table.span(sample)) else "no entry"
        lines += ["", f"{title} ({place}): {summary}"]
        width = max([len(status) for status in counts], default=0)
        for v in own:
            i = table.span(sample).start + v.index
            word = f" '{escape(table.texts[i])}'" if table.texts else ""
            lines.append(
                f"  {v.index:>3}  {v.status:<{width}} {word}  {escape(v.reason)}  (line {int(table.line[i])})"
            )
    if matches.steps:
        lines += ["", "steps", *(f"  {k + 1:>3}  {escape(step)}" for k, step in enumerate(matches.steps))]
    if matches.notes:
        lines += ["", *map(escape, matches.notes)]
    return "\n".join(lines) + "\n"


def about_code(code: str, kind: str = "text") -> str:
    """Meaning, exit status, example and usual fix of one code."""
    if code not in CODES:
        raise usage_error(f"no code is called {quote(code)}", close_names(code, list(CODES)))
    entry = CODES[code]
    if kind == "json":
        return json.dumps({"code": code, **entry._asdict()}, ensure_ascii=False, indent=1) + "\n"
    kind = "warning" if code.startswith("W_") else "error"
    return (
        f"{code}  (exit {entry.exit})\n{entry.meaning}\n\n"
        f"example:  submission.zip!res_img_1.txt:3: {kind}[{code}]: {entry.example}\nusual fix: {entry.cure}\n"
    )
