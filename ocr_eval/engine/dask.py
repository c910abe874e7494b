"""Requests -> answers of a Dask cluster, one that is there or one on this machine, with the manners of ``pool``.

Tasks are pure functions of JSON and bytes: what a lost worker had is asked of another one. No more requests are with
the cluster than its workers can take next, so answers do not pile up, and workers that join later get their share.
"""

from __future__ import annotations

import contextlib
import hashlib
import importlib
import json
import os
import signal
from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache
from types import TracebackType
from typing import Any

from ocr_eval.engine.pool import Reply
from ocr_eval.errors import quote, usage_error
from ocr_eval.formats.messages import PREFIX, lengths

Answer = tuple[dict[str, Any], bytes]
AHEAD = 2  # requests per worker: one at work, one waiting
RETRIES = 2  # of a task that failed for a reason of its machine
DEATHS = 3  # workers that may die over one request
PATIENCE = 30  # seconds for a cluster to answer, and for its first worker


def answered(prepare: str, setup: bytes, request: str) -> Answer:
    """One request, on a worker; the answering function is made once per setup and process."""
    return _answering(prepare, setup)(json.loads(request))


@lru_cache(maxsize=2)
def _answering(prepare: str, setup: bytes) -> Callable[[dict[str, Any]], Answer]:
    header, _ = lengths(setup[:PREFIX])
    module, _, name = prepare.partition(":")
    made: Callable[[dict[str, Any]], Answer] = getattr(importlib.import_module(module), name)(
        json.loads(setup[PREFIX : PREFIX + header]), setup[PREFIX + header :]
    )
    return made


class Cluster:
    """A client of the scheduler at ``address``, or a cluster of ``jobs`` processes on this machine without one."""

    def __init__(self, address: str | None, jobs: int, *, processes: bool = True) -> None:
        """Raises InputError (E_USAGE) when Dask is not installed, or nobody answers at the address."""
        try:
            dask, distributed = importlib.import_module("dask"), importlib.import_module("distributed")
        except ImportError:
            hint = "install the extra: pip install 'ocr_eval[dask]'"
            raise usage_error(
                "--engine dask needs dask and distributed, which are not installed", hint
            ) from None
        self._distributed: Any = distributed
        self._run = os.urandom(
            8
        ).hex()  # so that nobody's earlier answers about the same paths are taken for ours
        self._stack = contextlib.ExitStack()
        quiet = {
            "distributed.scheduler.allowed-failures": DEATHS - 1,
            "distributed.logging.distributed": "error",
            "distributed.worker.daemon": True,
        }
        self._stack.enter_context(dask.config.set(quiet))
        try:
            if address is None:
                local = distributed.LocalCluster(
                    n_workers=jobs,
                    threads_per_worker=1,
                    processes=processes,
                    dashboard_address="127.0.0.1:0",  # whatever port is free; nobody outside hears it
                    silence_logs="CRITICAL",
                )
                self._stack.callback(local.close)
                # Answers come from the workers themselves, not by way of the scheduler.
                client = distributed.Client(local, direct_to_workers=True)
                self._client = self._stack.enter_context(client)
            else:
                self._client = self._stack.enter_context(distributed.Client(address, timeout=PATIENCE))
                self._client.wait_for_workers(1, timeout=PATIENCE)
        except (OSError, TimeoutError, ValueError) as error:
            self._stack.close()
            said = quote(str(error).split("\n")[0] or type(error).__name__)
            hint = "give the address that `dask scheduler` prints, such as tcp://host:8786, and start its workers"
            raise usage_error(
                f"--scheduler {quote(address or 'local')} does not answer: {said}", hint
            ) from None

    @property
    def address(self) -> str:
        """Of the scheduler."""
        return str(self._client.scheduler.address)

    def asked(self, question: Callable[[], Any]) -> dict[str, Any]:
        """What every worker answers, by its address."""
        return dict(self._client.run(question))

    def __enter__(self) -> Cluster:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Leaves the cluster; one of our own ends."""
        self._stack.close()

    def replies(self, prepare: str, setup: bytes, requests: Sequence[dict[str, Any]]) -> Iterator[Reply]:
        """One reply per request, as they come; without a header when ``DEATHS`` workers died over it.

        Raises what a task raised ``RETRIES + 1`` times.
        """
        killed = importlib.import_module("distributed.scheduler").KilledWorker
        number: dict[Any, int] = {}
        waiting = iter(range(len(requests)))
        done = self._distributed.as_completed()
        # The setup goes to the cluster once; a worker that has lost it gets it again from the scheduler.
        given = self._client.submit(bytes, setup, key=self._key(setup))

        def submit() -> None:
            while len(number) < AHEAD * max(1, len(self._client.nthreads())):
                k = next(waiting, None)
                if k is None:
                    return
                request = json.dumps(requests[k], default=list)
                key = self._key(prepare.encode(), setup, request.encode())
                future = self._client.submit(answered, prepare, given, request, key=key, retries=RETRIES)
                number[future] = k
                done.add(future)

        submit()
        try:
            for future in done:
                k = number.pop(future)
                try:
                    reply = Reply(k, *future.result())
                except killed:
                    reply = Reply(k, None, status=-signal.SIGTERM)  # how it died, the cluster does not say
                future.release()
                submit()
                yield reply
        finally:
            for future in number:
                future.cancel()

    def _key(self, *parts: bytes) -> str:
        digest = hashlib.sha256(self._run.encode())
        for part in parts:
            digest.update(len(part).to_bytes(8, "little") + part)
        return f"ocr-eval-{digest.hexdigest()}"
