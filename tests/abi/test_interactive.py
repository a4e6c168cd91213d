# SPDX-License-Identifier: Apache-2.0
"""Filters typed at Python's prompt: a real prompt on a pseudo-terminal, and its history."""

from __future__ import annotations

import inspect
import linecache
import os
import re
import select
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from lightexit import Filter
from lightexit.errors import AuthorError

pty = pytest.importorskip("pty", reason="no pseudo-terminals here")

SOURCE = Path(__file__).parents[2] / "src"
IMPORTS = "from lightexit import IoContext, Struct, Verdict, inline, io_filter, u16, u32, verify"
FILTER = """\
@io_filter
def answer(ctx: IoContext) -> Verdict:
    if ctx.is_write:
        return Verdict.PASS
    ctx.data = NUMBER
    return Verdict.HANDLED
"""


class Prompt:
    """`python` on a terminal."""

    def __init__(self, home: Path, *options: str, term: str = "dumb") -> None:
        environment = os.environ | {
            "PYTHONPATH": str(SOURCE),
            "HOME": str(home),
            "XDG_CACHE_HOME": str(home),
            "PYTHON_HISTORY": str(home / "history"),
            "TERM": term,
            "NO_COLOR": "1",
        }
        self._process, self._terminal = pty.fork()
        if self._process == 0:
            os.execve(sys.executable, [sys.executable, "-q", *options], environment)
        self._seen = ""
        self.wait_for(">>> ")

    def type(self, text: str) -> None:
        """As a person does: each line when there is a prompt for it."""
        for line in text.split("\n"):
            self._seen = ""
            os.write(self._terminal, f"{line}\n".encode())
            self.wait_for("\n(>>> |[.]{3} )$")

    def paste(self, text: str) -> None:
        """As terminals do that mark what is pasted."""
        os.write(self._terminal, f"\x1b[200~{text}\x1b[201~\n".encode())

    def ask(self, expression: str) -> str:
        """What is printed, told apart from its echo."""
        self._seen = ""
        os.write(self._terminal, f"print('<' + 'answer', {expression}, 'answer' + '>')\n".encode())
        return self.wait_for("<answer (.*?) answer>")

    def wait_for(self, pattern: str) -> str:
        end = time.monotonic() + 20
        while not (found := re.search(pattern, self._seen, re.DOTALL)):
            ready, _, _ = select.select([self._terminal], [], [], max(end - time.monotonic(), 0))
            assert ready, self._seen
            self._seen += os.read(self._terminal, 4096).decode().replace("\r", "")
        return found[found.lastindex or 0]

    def close(self) -> None:
        os.kill(self._process, signal.SIGKILL)
        os.close(self._terminal)
        os.waitpid(self._process, 0)


@pytest.fixture
def prompt(tmp_path: Path) -> Any:
    found = Prompt(tmp_path)
    found.type(IMPORTS)
    yield found
    found.close()


def test_a_typed_filter_is_compiled(prompt: Prompt) -> None:
    prompt.type(FILTER.replace("NUMBER", "7"))
    assert prompt.ask("answer.report.accepted") == "True"
    assert prompt.ask("verify(answer).program.lines[0].where.file != '<stdin>'") == "True"


def test_a_filter_that_is_typed_again_is_another(prompt: Prompt) -> None:
    """In a code object the widths of locals do not show."""
    for width, number in (("u16", 1), ("u32", 2), ("u16", 3)):
        local = f"    x: {width} = ctx.offset\n    ctx.data = x + {number - number}"
        prompt.type(FILTER.replace("    ctx.data = NUMBER", local))
        prompt.type(f"filter_{number} = answer")
        where = f"filter_{number}.function.__code__.co_filename"
        assert f"x: {width} " in prompt.ask(f"__import__('linecache').getlines({where})")


def test_structs_and_helpers_are_typed(prompt: Prompt) -> None:
    prompt.type("class State(Struct):\n    value: u16\n    @inline\n    def next(self) -> u32:")
    prompt.type("        return self.value + 1\n")
    prompt.type("@inline\ndef twice(x: u32) -> u32:\n    return x % 1000 * 2\n")
    text = FILTER.replace("IoContext)", "IoContext, s: State)")
    prompt.type(text.replace("NUMBER", "twice(s.next())"))
    assert prompt.ask("answer.report.accepted") == "True"


def test_an_error_shows_the_line(prompt: Prompt) -> None:
    prompt.type(FILTER.replace("NUMBER", "1.5"))
    prompt.type("answer.program")
    assert re.search(r"<stdin>?-\d+>?:5:16: a float in a filter", prompt._seen)
    assert "    ctx.data = 1.5\n               ^^^" in prompt._seen


STATE = """\
class State(Struct):
    value: u16
    @inline
    def next(self) -> u32:
        return self.value + 1
"""


def test_a_filter_is_pasted(tmp_path: Path) -> None:
    prompt = Prompt(tmp_path, term="xterm")
    text = FILTER.replace("IoContext)", "IoContext, s: State)")
    for each in (IMPORTS, STATE, text.replace("NUMBER", "s.next()")):
        prompt.paste(each)
    assert prompt.ask("answer.report.accepted") == "True"
    assert prompt.ask("answer.program.lines[-1].where.line") in "456"
    prompt.close()


# The history, with a prompt played by `exec`


@pytest.fixture
def history(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    entries: list[str] = []
    readline: Any = ModuleType("readline")
    readline.get_current_history_length = lambda: len(entries)
    readline.get_history_item = lambda number: entries[number - 1]
    monkeypatch.setitem(sys.modules, "readline", readline)
    return lambda *more: entries.extend(more)


def with_imports() -> dict[str, Any]:
    names: dict[str, Any] = {}
    exec(IMPORTS, names)
    return names


def run(text: str) -> dict[str, Any]:
    """What the prompt does with one statement."""
    names = with_imports()
    exec(compile(text, "<stdin>", "single"), names)
    return names


def source_of(filter_: Filter[Any]) -> str:
    return "".join(linecache.getlines(filter_.function.__code__.co_filename))


TYPED = FILTER.replace("NUMBER", "0").replace("    ctx.data", "    x: u16 = 1\n    ctx.data")
WIDER = TYPED.replace("u16", "u32")


def test_the_function_typed_last_is_compiled(history: Callable[..., None]) -> None:
    history(*WIDER.splitlines(), "1 + 1", *TYPED.splitlines())
    assert source_of(run(TYPED)["answer"]) == TYPED
    history(*WIDER.splitlines(), " ")
    assert source_of(run(WIDER)["answer"]) == WIDER


def test_what_was_typed_before_is_taken_if_only_one_text_fits(history: Callable[..., None]) -> None:
    plain = TYPED.removeprefix("@io_filter\n")
    history(*plain.splitlines())
    names = run(plain)
    history("filter = io_filter(answer)")
    exec(compile("filter = io_filter(answer)\n", "<stdin>", "single"), names)
    assert source_of(names["filter"]) == plain
    names = run(plain)
    history(*WIDER.removeprefix("@io_filter\n").splitlines(), "filter = io_filter(answer)")
    exec(compile("filter = io_filter(answer)\n", "<stdin>", "single"), names)
    assert source_of(names["filter"]) == ""


def test_a_paste_with_two_that_only_differ_in_widths(history: Callable[..., None]) -> None:
    history(f"{TYPED}\n{WIDER}")
    assert source_of(run(TYPED)["answer"]) == ""
    history(f"{TYPED}\n{FILTER.replace('answer', 'other')}")
    assert source_of(run(TYPED)["answer"]) == TYPED


def test_another_text_is_never_taken(history: Callable[..., None]) -> None:
    history(*TYPED.replace("= 0", "= 9").splitlines())
    assert source_of(run(TYPED)["answer"]) == ""


def test_later_pythons_tell_inspect(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where `linecache.getlines` finds nothing, as from 3.14 on."""
    monkeypatch.setattr(sys, "version_info", (3, 14))
    monkeypatch.setattr(inspect, "findsource", lambda code: (TYPED.splitlines(keepends=True), 0))
    assert source_of(run(TYPED)["answer"]) == TYPED
    assert source_of(run(WIDER.replace("= 1", "= 2"))["answer"]) == ""


def test_a_cell_of_a_notebook_is_known_already() -> None:
    file = "<ipython-input-1-abc>"
    linecache.cache[file] = len(TYPED), None, TYPED.splitlines(keepends=True), file
    names = with_imports()
    exec(compile(TYPED, file, "exec"), names)
    assert names["answer"].function.__code__.co_filename == file
    assert names["answer"].report.accepted


# What to do where there is no source


def test_a_source_that_is_not_found_is_an_error_with_advice(history: Callable[..., None]) -> None:
    with pytest.raises(AuthorError) as caught:
        _ = run(TYPED)["answer"].program
    assert str(caught.value) == (
        "<stdin>:1: the source of answer cannot be read: <stdin> is no file\n"
        "  expected: a def in a .py file, in a cell of a notebook, or typed at Python's prompt\n"
        "  help: type it again, with @io_filter or @inline on the line before def; or put the "
        "function into a .py file and import it"
    )


@pytest.mark.parametrize("way", ["exec", "-c"])
def test_text_without_a_file(way: str) -> None:
    code = f"{IMPORTS}\n{FILTER.replace('NUMBER', '0')}\nanswer.program\n"
    arguments = ["-c", code] if way == "-c" else ["-c", f"exec({code!r})"]
    environment = os.environ | {"PYTHONPATH": str(SOURCE)}
    ran = subprocess.run(
        [sys.executable, *arguments], env=environment, capture_output=True, text=True
    )
    if way == "-c" and sys.version_info >= (3, 13):
        assert (ran.returncode, ran.stderr) == (0, "")  # Python keeps its text
        return
    assert "<string>:2: the source of answer cannot be read: <string> is no file" in ran.stderr
    assert "  help: put the function into a .py file and import it" in ran.stderr
