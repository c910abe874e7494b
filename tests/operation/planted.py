"""A reader that misbehaves when a file tells it to: what ``formats.isolated`` has to survive.

``plant`` puts it into the interpreters that are started from now on and into no other, through ``sitecustomize``, so
that the package itself has no door for it.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

SITE = """
import importlib.util, sys

class Finder:
    def find_spec(self, name, path=None, target=None):
        if name != "ocr_eval.formats.icdar":
            return None
        sys.meta_path.remove(self)
        spec = importlib.util.find_spec(name)
        run = spec.loader.exec_module
        def exec_module(module):
            run(module)
            from misbehaviour import Reader
            module.QUAD = Reader(module.QUAD)
        spec.loader.exec_module = exec_module
        return spec

sys.meta_path.insert(0, Finder())
"""

MISBEHAVIOUR = """
import ctypes, os, signal, stat, struct, sys, time

def pipes():
    for handle in range(64):
        try:
            if stat.S_ISFIFO(os.fstat(handle).st_mode):
                yield handle
        except OSError:
            pass

def tell(data):
    for handle in pipes():
        os.set_blocking(handle, True)
        try:
            os.write(handle, data)
        except OSError:
            pass

def child(what):
    if os.fork() == 0:
        os.close(os.open(f"{os.environ['PIDS']}/{os.getpid()}", os.O_CREAT))
        time.sleep(600)
    what()

ACTIONS = {
    "segfault": lambda: ctypes.string_at(0),
    "abort": os.abort,
    "spin": lambda: [None for _ in iter(int, 1)],
    "sleep": lambda: time.sleep(600),
    "deaf": lambda: (signal.signal(signal.SIGXCPU, signal.SIG_IGN), [None for _ in iter(int, 1)]),
    "memory": lambda: bytearray(10 << 30),
    "grow": lambda: [bytearray(1 << 20) for _ in iter(int, 1)],
    "fork": lambda: child(lambda: None),
    "fork-and-die": lambda: child(lambda: os._exit(7)),
    "garbage": lambda: (tell(b"garbage " * 1000), time.sleep(600)),
    "huge": lambda: (tell(b"ocr-eval:1\\n" + struct.pack("<QQ", 10, 1 << 62)), time.sleep(600)),
    "lies": lambda: (tell(b"ocr-eval:1\\n" + struct.pack("<QQ", 9, 0) + b'{"kind":7'), time.sleep(600)),
    "flood": lambda: [os.write(k, b"x" * (1 << 20)) for k in (1, 2) for _ in range(50)],
    "files": lambda: [os.open(os.devnull, os.O_RDONLY) for _ in range(1000)],
    "write": lambda: os.write(os.open(os.environ["PIDS"] + "/written", os.O_CREAT | os.O_WRONLY), b"x"),
    "quit": lambda: os._exit(3),
    "bug": lambda: {}["no such key"],
}

class Reader:
    def __init__(self, genuine):
        self.genuine = genuine
    def __getattr__(self, name):
        return getattr(self.genuine, name)
    def read(self, entries, options, findings):
        for entry in entries:
            for line in entry.data.decode("utf-8", "replace").splitlines():
                if "misbehave:" in line:
                    ACTIONS[line.partition("misbehave:")[2]]()
        return self.genuine.read(entries, options, findings)
"""


def plant(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Puts the reader on the way of new interpreters; the folder where forked ones leave their ids."""
    folder.mkdir()
    (folder / "sitecustomize.py").write_text(SITE)
    (folder / "misbehaviour.py").write_text(MISBEHAVIOUR)
    (folder / "pids").mkdir()
    before = os.environ.get("PYTHONPATH")
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(folder), *([before] if before else [])]))
    monkeypatch.setenv("PIDS", str(folder / "pids"))
    monkeypatch.syspath_prepend(str(folder))  # the reading process looks where this one does
    return folder / "pids"
