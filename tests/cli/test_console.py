# SPDX-License-Identifier: Apache-2.0
"""The guest's console: what is shown of it, what it does to a real terminal, what is kept."""

from __future__ import annotations

import io
import os
import signal
import subprocess
from pathlib import Path

import pytest

from cli.terminals import SWITCHES, command, debugcon, tmux
from lightexit.cli.report import compared
from lightexit.cli.screen import ConsoleMode, Screen
from lightexit.cli.streams import PlainStream
from lightexit.shown import visible
from lightexit.vm.console import KEPT, Console


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain\n\tä€😀", "plain\n\tä€😀"),
        ("\x1b[?25l\x00\x7f\r\b", r"\x1b[?25l\x00\x7f\r\x08"),
        ("\x9b2J\u202e\u200b\xa0", r"\x9b2J\u202e\u200b\xa0"),
        ("\udcff.py", r"\xff.py"),
        ("\ud800\U000e0041", r"\ud800\U000e0041"),
    ],
)
def test_what_does_not_print_is_shown(text: str, shown: str) -> None:
    assert visible(text) == shown


def on_screen(*pieces: bytes, mode: ConsoleMode = ConsoleMode.TEXT, encoding: str = "utf-8") -> str:
    out = io.FileIO(os.memfd_create("screen"), "r+")
    stream = PlainStream(io.BufferedWriter(out), encoding, "a file")
    with Screen(stream, mode) as screen:
        for piece in pieces:
            screen.write(piece)
    out.seek(0)
    return out.read().decode(encoding)


def test_text_comes_byte_by_byte() -> None:
    text = "ä€😀\r\n\x1b[31mred\x07"
    assert on_screen(*(bytes([byte]) for byte in text.encode())) == "ä€😀\r\n" + r"\x1b[31mred\x07"


def test_what_is_not_utf8_is_shown_even_at_the_end() -> None:
    assert on_screen(b"a\xffb\xe2\x82") == r"a\xffb\xe2\x82"
    assert on_screen("ä".encode(), encoding="ascii") == r"\xe4"


def test_raw_is_raw() -> None:
    assert on_screen(SWITCHES, mode=ConsoleMode.RAW) == SWITCHES.decode()


# What is kept


def test_a_console_keeps_the_latest_output() -> None:
    console = Console()
    for number in range(3 * KEPT // 16):
        console.write(b"%15d\n" % number)
    assert console.size == 3 * KEPT
    assert len(console.output) == KEPT
    assert console.output.endswith(b"%15d\n" % (3 * KEPT // 16 - 1))
    assert len(console._tail) < 2 * KEPT


@pytest.mark.parametrize(
    ("other", "said"),
    [
        (b"one\ntwo\n", "identical"),
        (b"two\none\n", "the same lines, in another order"),
        (b"two\ntwo\n", "DIFFERENT"),
        (b"one\n", "DIFFERENT"),
        (b"\none\ntwo\n", "DIFFERENT"),
    ],
)
def test_how_outputs_compare(other: bytes, said: str) -> None:
    """By all of it, of which the beginning is no longer there."""
    plain, shown = Console(), Console()
    for console, output in ((plain, b"one\ntwo\n"), (shown, other)):
        for byte in output:
            console.write(bytes([byte]))
        console.write(b"\n" + bytes(2 * KEPT))
    assert compared(plain, shown) == said


def test_a_console_beside_another_is_shown_elsewhere_and_kept_there() -> None:
    shown, elsewhere, seen = list[bytes](), list[bytes](), list[None]()
    console = Console(shown.append)
    console.watch(b"ab", lambda: seen.append(None))
    beside = console.beside(elsewhere.append)
    console.write(b"a")
    beside.write(b"b")
    assert (shown, elsewhere, seen) == ([b"a"], [b"b"], [None])
    assert console.output == b"ab"


# A real terminal

ENDS = {
    "exit": ("66baf400 30c0 ee fa f4", 0),
    "an error": ("0f0a", 2),  # an instruction that nobody knows
    "a signal": ("ebfe", 128 + signal.SIGTERM),
}
SWITCHED = {"alternate_on", "cursor_flag", "insert_flag", "origin_flag", "wrap_flag"}


@pytest.mark.parametrize("end", ENDS)
def test_a_terminal_handed_over_comes_back_as_it_was(end: str, tmp_path: Path) -> None:
    code, status = ENDS[end]
    (tmp_path / "switches").write_bytes(debugcon(SWITCHES, code))
    run = command("run", "--no-filters", "--console", "raw", "--kernel", tmp_path / "switches")
    environment = f"PYTHONPATH={os.environ.get('PYTHONPATH', '')}"
    with tmux() as terminal:
        before, settings = terminal.state(), terminal.run("true").split("status 0")[1].split()[0]
        process = terminal.start("env", environment, *run)
        if end == "a signal":
            terminal.wait_for(lambda: terminal.switched(before) >= SWITCHED)
            os.kill(process, signal.SIGTERM)
        screen = terminal.finish()
        assert f"status {status}\n{settings}" in screen
        assert "\x1b" not in screen[screen.rindex("status") :]
        assert terminal.state() == before


def test_the_terminal_tells_what_has_been_switched(tmp_path: Path) -> None:
    """Of the same bytes from `cat`: else the test before could not fail."""
    (tmp_path / "switches").write_bytes(SWITCHES.replace(b"\x1b]0;an unfinished title", b""))
    with tmux() as terminal:
        before = terminal.state()
        terminal("send-keys", f"cat {tmp_path / 'switches'}", "Enter")
        terminal.wait_for(lambda: terminal.switched(before) >= SWITCHED)


def test_as_text_nothing_is_done_to_a_terminal(tmp_path: Path) -> None:
    (tmp_path / "switches").write_bytes(debugcon(SWITCHES))
    run = command("run", "--no-filters", "--kernel", tmp_path / "switches")
    result = subprocess.run(run, capture_output=True, check=True)
    assert result.stdout.startswith(visible(SWITCHES.decode()).encode())
