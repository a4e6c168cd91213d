# SPDX-License-Identifier: Apache-2.0
"""`lightexit` in a process of its own that starts at once: forked from one that has imported it.

A start of Python with all that a command imports takes most of a second, and the tests need more
than a hundred commands. What a start itself does is tested where it matters (`test_ends.py`).
"""

from __future__ import annotations

import gc
import multiprocessing
import os
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from multiprocessing.connection import Connection
from pathlib import Path

TIMEOUT_S = 120
_NEEDED = (
    "importlib.metadata",
    "lightexit.cli.table",
    "lightexit.compiler.backend",
    "lightexit.compiler.lowering.lower",
    "lightexit.compiler.syntax.infer",
    "lightexit.engine.native",
    "lightexit.isa.disassembler",
    "lightexit.verifier.proof",
    "lightexit.vm.firmware",
    "lightexit.vm.pc",
    "lightexit.vm.unicorn.cpu",
)


@dataclass(frozen=True)
class _Request:
    """What a process is started with; output and errors go to these files."""

    words: tuple[str, ...]
    folder: str
    environment: dict[str, str]
    output: str
    errors: str


class _Server:
    """Starts commands, one after the other."""

    def __init__(self) -> None:
        processes = multiprocessing.get_context("spawn")
        self._requests, theirs = processes.Pipe()
        self._process = processes.Process(target=_serve, args=(theirs,), daemon=True)
        self._process.start()
        theirs.close()

    def run(self, request: _Request) -> int:
        """The exit status, or less than 0: which signal ended it."""
        self._requests.send(request)
        if not self._requests.poll(TIMEOUT_S):
            _server.cache_clear()
            self._process.kill()
            raise subprocess.TimeoutExpired(request.words, TIMEOUT_S)
        status: int = self._requests.recv()
        return status


@cache
def _server() -> _Server:
    return _Server()


def lightexit(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    """Run the command as `python -m lightexit` would, in this folder and environment."""
    words = tuple(map(str, arguments))
    with tempfile.NamedTemporaryFile() as output, tempfile.NamedTemporaryFile() as errors:
        request = _Request(words, os.getcwd(), dict(os.environ), output.name, errors.name)
        status = _server().run(request)
        output_text, errors_text = output.read().decode(), errors.read().decode()
        return subprocess.CompletedProcess(words, status, output_text, errors_text)


def refusal(*arguments: str | Path, status: int = 2) -> str:
    """What a command says that fails: one message, no traceback."""
    result = lightexit(*arguments)
    assert result.returncode == status, result
    assert "Traceback" not in result.stderr
    return result.stderr


# In the process of the server


def _serve(requests: Connection) -> None:
    _import_all()
    while True:
        try:
            request: _Request = requests.recv()
        except EOFError:
            return
        process = os.fork()
        if process == 0:
            requests.close()
            _become(request)
        _, status = os.waitpid(process, 0)
        requests.send(os.waitstatus_to_exitcode(status))


def _import_all() -> None:
    """What commands import when they need it; the least of them has typer import its own rest."""
    for name in _NEEDED:
        import_module(name)
    app = import_module("lightexit.cli.app").app
    import_module("typer.testing").CliRunner().invoke(app, ["schema", "verify"])
    gc.freeze()  # else a collection in a process that is forked copies all of them


def _become(request: _Request) -> None:
    """Be the command, up to its end."""
    from lightexit.cli import main

    os.chdir(request.folder)
    os.environ.clear()
    os.environ.update(request.environment)
    for number, path in ((1, request.output), (2, request.errors)):
        file = os.open(path, os.O_WRONLY)
        os.dup2(file, number)
        os.close(file)
    sys.argv = ["lightexit", *request.words]
    main()
