"""A scorer and named predictions -> the records or the error of each, in argument order, here or by worker processes.

Both ways give the same records. A prediction is read where it is scored, so no more of them are in memory than workers.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

from ocr_eval.errors import InputError

if TYPE_CHECKING:
    from ocr_eval.cli.scoring import Scorer
    from ocr_eval.engine.pool import Reply
    from ocr_eval.record import Record

Outcome = list["Record"] | InputError
Done = Callable[[int], object]  # told how many more results there are
Asking = Callable[[Sequence[dict[str, Any]]], Iterator["Reply"]]
STDIN = "-"
ANSWERING = "ocr_eval.cli.scoring_messages:answering"
# gt + pred instances x submissions x protocols from which loading Numba (.5 s) pays, on IC15: 5 protocols 160 000,
# tiou alone 130 000, rrc-iou alone 280 000. Where kernels have to be compiled first (10 s) it is the larger one.
LOADING_PAYS, COMPILING_PAYS = 240_000, 5_000_000


def outcomes(
    scorer: Scorer, named: Sequence[tuple[str, str]], *, jobs: int, done: Done, tell: Callable[[str], None]
) -> Iterator[Outcome]:
    """One outcome per (name, path), in order. An error that is no ``InputError`` is raised when its turn comes.

    ``jobs`` 0: as many as there are cores. ``tell`` hears once that kernels have to be compiled.
    """
    files = sum(path != STDIN for _, path in named)
    if jobs == 0 and files > 1:
        from ocr_eval.engine.pool import cores

        jobs = cores()
    jobs = max(1, min(jobs, files))
    load, is_cold = _kernels_wanted(scorer, -(-len(named) // jobs))
    if load and is_cold:
        tell("ocr-eval: compiling kernels, once; `ocr-eval warm` does so ahead")
    if jobs > 1:
        yield from _apart(scorer, named, jobs, load=load, is_cold=is_cold, done=done)
        return
    if load:
        importlib.import_module("ocr_eval.kernels.compiled")
    for name, path in named:
        yield _here(scorer, name, path, done)


def _kernels_wanted(scorer: Scorer, count: int) -> tuple[bool, bool]:
    """Whether Numba pays for so many predictions in one process; whether its kernels have to be compiled."""
    from ocr_eval.kernels.stored import is_stored

    choice = scorer.job.kernels
    measuring = sum(rule.reads.geometry for rule in scorer.rules)
    work = 2 * len(scorer.gt) * count * measuring
    if choice == "numpy" or (choice == "auto" and work < LOADING_PAYS):
        return False, False
    is_cold = not is_stored()
    return choice == "numba" or work >= COMPILING_PAYS or not is_cold, is_cold


def _here(scorer: Scorer, name: str, path: str, done: Done) -> Outcome:
    left = len(scorer.rules)

    def step() -> None:
        nonlocal left
        left -= 1
        done(1)

    try:
        return scorer.score(path, name, step)
    except InputError as error:
        done(left)
        return error


def _apart(
    scorer: Scorer,
    named: Sequence[tuple[str, str]],
    jobs: int,
    *,
    load: bool,
    is_cold: bool,
    done: Done,
) -> Iterator[Outcome]:
    from ocr_eval.cli.scoring_messages import message
    from ocr_eval.engine.pool import Pool

    with Pool(ANSWERING, message(scorer, load=load), jobs, alone_first=load and is_cold) as pool:
        yield from collected(scorer, named, pool.replies, done)


def collected(scorer: Scorer, named: Sequence[tuple[str, str]], ask: Asking, done: Done) -> Iterator[Outcome]:
    """The outcomes in order, of workers that ``ask`` asks and that reply as they finish.

    Only this process has the standard input: it scores that prediction itself, before it waits for the others.
    """
    from ocr_eval.cli.scoring_messages import outcome_of

    found: dict[int, Outcome | Exception] = {}
    files = [k for k, (_, path) in enumerate(named) if path != STDIN]
    replies = ask([{"name": named[k][0], "path": named[k][1]} for k in files])
    for turn, (name, path) in enumerate(named):
        if path == STDIN:
            try:
                found[turn] = _here(scorer, name, path, done)
            except Exception as error:
                found[turn] = error
    for turn in range(len(named)):
        while turn not in found:
            reply = next(replies)
            k = files[reply.number]
            found[k] = outcome_of(reply, named[k][1], scorer.gt.sample_ids)
            done(len(scorer.rules))
        outcome = found.pop(turn)
        if isinstance(outcome, Exception) and not isinstance(outcome, InputError):
            raise outcome
        yield outcome
