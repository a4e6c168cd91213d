# SPDX-License-Identifier: Apache-2.0
"""`lightexit` in a process of its own that starts at once: forked from one that has imported it.

A start of Python with all that a command imports takes most of a second, and the tests need more
than a hundred commands. What a start itself does is tested where it matters (`test_ends.py`).
"""

from __future__ import annotations

import gc
import marshal
import multiprocessing
import os
import socket
import subprocess
import sys
import tempfile
from contextlib import suppress
from functools import cache
from importlib import import_module
from pathlib import Path
from selectors import EVENT_READ, DefaultSelector

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


#: What a process is started with: words, folder, environment. Its descriptors 0 to 2 come beside.
_Request = tuple[list[str], str, dict[str, str]]
#: `lightexit` for a shell, which hands over its descriptors and has the command's status.
_CLIENT = """\
#!{python} -ISs
import marshal, os, socket, sys
with socket.socket(socket.AF_UNIX) as server:
    server.connect({address!r})
    request = marshal.dumps((sys.argv[1:], os.getcwd(), dict(os.environ)))
    socket.send_fds(server, [request], [0, 1, 2])
    server.shutdown(socket.SHUT_WR)
    status = int(server.makefile().read() or 1)
if status < 0:
    os.kill(os.getpid(), -status)
sys.exit(status)
"""


class _Server:
    """Starts commands, each as a process of its own."""

    def __init__(self) -> None:
        self.folder = tempfile.TemporaryDirectory(prefix="lightexit-forked-")
        self._address = f"{self.folder.name}/server"
        processes = multiprocessing.get_context("spawn")
        with socket.socket(socket.AF_UNIX) as listener:
            listener.bind(self._address)
            listener.listen()
            self._process = processes.Process(target=_serve, args=(listener,), daemon=True)
            self._process.start()

    def run(self, request: _Request, files: list[int]) -> int:
        """The exit status, or less than 0: which signal ended it."""
        with socket.socket(socket.AF_UNIX) as client:
            client.settimeout(TIMEOUT_S)
            client.connect(self._address)
            socket.send_fds(client, [marshal.dumps(request)], files)
            client.shutdown(socket.SHUT_WR)
            try:
                return int(client.recv(64))
            except TimeoutError:
                _server.cache_clear()
                self._process.kill()
                raise subprocess.TimeoutExpired(request[0], TIMEOUT_S) from None

    def write_client(self) -> Path:
        """The folder of a program `lightexit`."""
        program = Path(self.folder.name) / "bin" / "lightexit"
        program.parent.mkdir()
        program.write_text(_CLIENT.format(python=sys.executable, address=self._address))
        program.chmod(0o755)
        return program.parent


@cache
def _server() -> _Server:
    return _Server()


def lightexit(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    """Run the command as `python -m lightexit` would, in this folder and environment."""
    words = list(map(str, arguments))
    with tempfile.TemporaryFile() as output, tempfile.TemporaryFile() as errors:
        request = (words, os.getcwd(), dict(os.environ))
        status = _server().run(request, [0, output.fileno(), errors.fileno()])
        texts = [os.pread(file.fileno(), 1 << 30, 0).decode() for file in (output, errors)]
        return subprocess.CompletedProcess(words, status, *texts)


@cache
def programs() -> Path:
    """A folder for PATH, with a `lightexit` of this kind, for as long as this process lives."""
    return _server().write_client()


def refusal(*arguments: str | Path, status: int = 2) -> str:
    """What a command says that fails: one message, no traceback."""
    result = lightexit(*arguments)
    assert result.returncode == status, result
    assert "Traceback" not in result.stderr
    return result.stderr


# In the process of the server


def _serve(listener: socket.socket) -> None:
    _import_all()
    parent = multiprocessing.parent_process()
    assert parent is not None
    begun: dict[int, tuple[int, socket.socket]] = {}
    with DefaultSelector() as selector:
        selector.register(listener, EVENT_READ)
        selector.register(parent.sentinel, EVENT_READ)
        while True:
            for key, _ in selector.select():
                if key.fileobj is listener:
                    process, client = _begin(listener)
                    ended = os.pidfd_open(process)
                    begun[ended] = process, client
                    selector.register(ended, EVENT_READ)
                elif key.fd in begun:
                    selector.unregister(key.fd)
                    os.close(key.fd)
                    _end(*begun.pop(key.fd))
                else:
                    return


def _begin(listener: socket.socket) -> tuple[int, socket.socket]:
    """The next command's process, and who waits for it."""
    client, _ = listener.accept()
    request, files, _, _ = socket.recv_fds(client, 1 << 20, 3)
    while more := client.recv(1 << 20):
        request += more
    process = os.fork()
    if process == 0:
        listener.close()
        client.close()
        # The command may have processes of its own, as one that was started by a shell.
        multiprocessing.process.current_process()._config["daemon"] = False  # type: ignore[attr-defined]
        _become(marshal.loads(request), files)
    for file in files:
        os.close(file)
    return process, client


def _end(process: int, client: socket.socket) -> None:
    _, status = os.waitpid(process, 0)
    with client:
        client.sendall(str(os.waitstatus_to_exitcode(status)).encode())


def _import_all() -> None:
    """What commands import when they need it; the least of them has typer import its own rest."""
    for name in _NEEDED:
        with suppress(ImportError):  # an extra may be missing
            import_module(name)
    app = import_module("lightexit.cli.app").app
    import_module("typer.testing").CliRunner().invoke(app, ["schema", "verify"])
    gc.freeze()  # else a collection in a process that is forked copies all of them


def _become(request: _Request, files: list[int]) -> None:
    """Be the command, up to its end."""
    from lightexit.cli import main

    words, folder, environment = request
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(environment)
    for number, file in enumerate(files):
        os.dup2(file, number)
        os.close(file)
    sys.stdin = os.fdopen(0, closefd=False)
    sys.argv = ["lightexit", *words]
    main()
