# SPDX-License-Identifier: Apache-2.0
"""A folder where the blocks of a page are run, as its reader would: in a shell and in a Python.

The programs that they call come first in PATH: those of this checkout, or of an environment where
lightexit is installed.
"""

from __future__ import annotations

import json
import os
import re
import select
import subprocess
from collections.abc import Iterable
from pathlib import Path

from documents.blocks import Block, commands
from documents.matching import difference

ROOT = Path(__file__).parents[2]
TIMEOUT_S = 300
#: What need not be on every machine; the rest of a page that calls one of them is not run there.
OPTIONAL = ("bpftool", "cargo", "cc", "clang", "duckdb", "make", "pkg-config")
#: Runs the blocks of Python that it is sent, in one module, and says of each whether it ran.
_PYTHON = """
import json, linecache, sys, traceback, types
def serve(replies):
    page = sys.modules["__main__"] = types.ModuleType("__main__")
    lines = []
    for request in sys.stdin:
        name, line, source = json.loads(request)
        lines += ["\\n"] * (line - 1 - len(lines)) + source.splitlines(True)
        linecache.cache[name] = 0, None, lines, name
        try:
            exec(compile("\\n" * (line - 1) + source, name, "exec", dont_inherit=True), vars(page))
        except BaseException as error:
            traceback.print_exception(error.with_traceback(error.__traceback__.tb_next))
            print("failed", file=replies, flush=True)
        else:
            print("ran", file=replies, flush=True)
serve(open(int(sys.argv[1]), "w"))
"""


class WrongPageError(Exception):
    """A block that does not do what the page shows."""


class MissingError(Exception):
    """What the rest of a page needs, and this machine has not."""


class Place:
    """Runs blocks one after the other; `folder` is empty, `programs` has `lightexit`, `python`."""

    def __init__(self, folder: Path, programs: Path) -> None:
        self._folder = folder.resolve()
        self._where = self._folder
        self._status = 0
        self._printed = ""
        self._python: _Python | None = None
        inherited = {name: text for name, text in os.environ.items() if "MAKE" not in name}
        path = f"{programs}{os.pathsep}{inherited['PATH']}"
        # A file that is replaced within a second would be taken for the one before it.
        self._environment = {**inherited, "PATH": path, "PYTHONDONTWRITEBYTECODE": "1"}
        # What `build` and `verify` print depends on the proofs in the cache: a reader has none yet.
        self._environment["XDG_CACHE_HOME"] = f"{self._folder}-cache"

    def follow(self, blocks: Iterable[Block]) -> None:
        """Do what the blocks say.

        Raises WrongPageError, with page, line and a diff, or MissingError.
        """
        try:
            for block in blocks:
                self._do(block)
        finally:
            if self._python is not None:
                self._python.close()

    def _do(self, block: Block) -> None:
        if block.reason:
            return
        if "source" in block.options:
            _is_excerpt(block)
        elif "title" in block.options:
            path = self._folder / block.options["title"]
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(block.text, "utf-8")
        elif block.language == "console":
            self._type(block)
        elif block.language == "python":
            self._execute(block)
        elif block.language == "text":
            self._agree(block.where, f"...\n{block.text}...\n", self._printed)
        else:
            raise WrongPageError(
                f"{block.where}: is not run, and no `<!-- not run: reason -->` says why"
            )

    def _type(self, block: Block) -> None:
        if "checkout" in block.options:
            self._link_checkout()
        figures = "figures" in block.options
        every = []
        for line, command, shown in commands(block):
            printed = self._command(command)
            every.append(printed)
            self._agree(f"{block.page}:{line}", shown, printed, figures=figures)
            if self._status and not shown.strip():
                raise WrongPageError(f"{block.page}:{line}: exit status {self._status}: {command}")
        if not every:
            raise WrongPageError(f"{block.where}: a console without a line that begins with `$ `")
        self._printed = "".join(every)

    def _link_checkout(self) -> None:
        """Have the files of the repository in the folder, as in a checkout of it."""
        for path in ROOT.iterdir():
            link = self._folder / path.name
            if not path.name.startswith(".") and not link.exists():
                link.symlink_to(path)

    def _command(self, command: str) -> str:
        """What a command prints, where the ones before it have left the shell."""
        # `cd` and `$?` are known to the next command, as in one shell.
        ended, where = os.pipe()
        script = f"(exit {self._status})\n{command}\nset -- $?\npwd >/dev/fd/{where}\nexit $1\n"
        try:
            ran = subprocess.run(
                ["sh", "-c", script],
                cwd=self._where,
                env=self._environment,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                pass_fds=[where],
                text=True,
                timeout=TIMEOUT_S,
            )
        except subprocess.TimeoutExpired:
            raise WrongPageError(f"has not ended after {TIMEOUT_S} s: {command}") from None
        os.close(where)
        with os.fdopen(ended) as file:
            self._where = Path(file.read().strip() or self._where)
        self._status = ran.returncode
        missing = re.search(r"(\S+): (?:command )?not found", ran.stdout)
        if self._status == 127 and missing and missing[1] in OPTIONAL:
            raise MissingError(f"{missing[1]} is not installed")
        return ran.stdout.replace(f"{self._folder}/", "")

    def _execute(self, block: Block) -> None:
        if self._python is None:
            self._python = _Python(self._folder, self._environment)
        ran, self._printed = self._python.run(block)
        if not ran:
            _have_extras("", self._printed)
            raise WrongPageError(f"{block.where}: {self._printed}")

    def _agree(self, where: str, shown: str, printed: str, *, figures: bool = False) -> None:
        differs = difference(shown, printed, figures=figures)
        if differs:
            _have_extras(shown, printed)
            raise WrongPageError(f"{where}: it is not what is printed\n{differs}")


def _is_excerpt(block: Block) -> None:
    path = block.options["source"]
    shown, text = (_unindented(each) for each in (block.text, (ROOT / path).read_text("utf-8")))
    if shown not in text:
        raise WrongPageError(f"{block.where}: this is not in {path}")


def _unindented(text: str) -> str:
    return "".join(f"{line.strip()}\n" for line in text.strip("\n").splitlines())


def _have_extras(shown: str, printed: str) -> None:
    missing = re.search(r".*(?:needs the Python module|No module named 'duckdb').*", printed)
    if missing and missing[0] not in shown:
        raise MissingError(missing[0])


class _Python:
    """The Python that runs a page's blocks which are no files."""

    def __init__(self, folder: Path, environment: dict[str, str]) -> None:
        self._output = os.memfd_create("printed")
        self._read = 0
        self._replies, replies = os.pipe()
        self._process = subprocess.Popen(
            ["python", "-u", "-c", _PYTHON, str(replies)],
            cwd=folder,
            env=environment,
            stdin=subprocess.PIPE,
            stdout=self._output,
            stderr=subprocess.STDOUT,
            pass_fds=[replies],
            text=True,
        )
        os.close(replies)

    def run(self, block: Block) -> tuple[bool, str]:
        """Whether a block came to its end, and what it printed. Its lines are those of the page."""
        assert self._process.stdin is not None
        request = json.dumps([block.page, block.line, block.text])
        print(request, file=self._process.stdin, flush=True)
        ready, _, _ = select.select([self._replies], [], [], TIMEOUT_S)
        ran = bool(ready) and os.read(self._replies, 64) == b"ran\n"
        printed = os.pread(self._output, 1 << 20, self._read)
        self._read += len(printed)
        return ran, printed.decode()

    def close(self) -> None:
        """End it."""
        self._process.kill()
        self._process.communicate()
        os.close(self._output)
        os.close(self._replies)
