# SPDX-License-Identifier: Apache-2.0
"""A person at the console of `lightexit run`: keys, the monitor, and a terminal that comes back."""

from __future__ import annotations

import os
import re
import shlex
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from cli.driven import CTRL_A, Driven, driven
from cli.terminals import FOREVER, command, tmux
from guests.build import guest
from lightexit.cli.keyboard import Keys
from lightexit.cli.monitor import COMMANDS, help_lines
from lightexit.cli.seat import KEYS
from lightexit.cli.signals import PATIENCE_S

PAGE = (Path(__file__).parents[2] / "docs/cli.md").read_text("utf-8")
PROMPT = "(lightexit) "


@pytest.fixture(scope="module")
def echo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A guest that sends back what it receives."""
    path = tmp_path_factory.mktemp("guests") / "echo.bin"
    path.write_bytes(guest("echo"))
    return path


@pytest.fixture
def typing(echo: Path) -> Iterator[Driven]:
    """That guest, ready to be typed into."""
    with driven("run", "--firmware", echo) as run:
        run.wait_for("ready\n")
        yield run


# Keys


def test_keys_go_to_the_guest_and_ctrl_a_x_ends_the_run(typing: Driven) -> None:
    assert typing.is_raw
    typing.do("hello", "hello")
    typing.do("\x03\x1a\x1c", r"\x03\x1a\x1c")  # Ctrl-C, Ctrl-Z, Ctrl-\: not of the terminal's
    typing.do(CTRL_A * 2, r"\x01")
    typing.do(CTRL_A + "h", "send Ctrl-A to the guest\n")
    typing.type(CTRL_A + "x")
    assert typing.end() == 0
    assert "run ended: a stop was requested (by its user)" in typing.shown
    assert "uart RBR_THR read" in typing.shown
    assert typing.settings() == typing.before


def test_the_guests_own_end(typing: Driven) -> None:
    typing.type("\x04")
    assert typing.end() == 0
    assert "the guest ended the run (exit status 33)" in typing.shown
    assert typing.settings() == typing.before


def _keys(*typed: bytes) -> tuple[bytes, list[str], bytes]:
    done: list[str] = []
    keys = Keys({"c": lambda: done.append("c"), "x": lambda: done.append("x")})
    out, rest = b"", b""
    for data in typed:
        guests, rest = keys.guests(data, lambda: "c" in done)
        out += guests
    return out, done, rest


@pytest.mark.parametrize(
    ("typed", "out", "done", "rest"),
    [
        ((b"abc",), b"abc", [], b""),
        ((b"a\x01\x01b",), b"a\x01b", [], b""),
        ((b"a\x01", b"xb"), b"ab", ["x"], b""),
        ((b"a\x01zb",), b"ab", [], b""),
        ((b"a\x01Xb",), b"ab", ["x"], b""),
        ((b"a\x01chelp\r",), b"a", ["c"], b"help\r"),
    ],
)
def test_ctrl_a_and_a_key(
    typed: tuple[bytes, ...], out: bytes, done: list[str], rest: bytes
) -> None:
    assert _keys(*typed) == (out, done, rest)


# The monitor


def test_every_command(typing: Driven) -> None:
    typing.do(CTRL_A + "c", PROMPT)
    assert not typing.is_raw
    for each in help_lines():
        assert each in typing.do("help\n", PROMPT)
    assert "pic          ports 0x20..0x21" in typing.do("registers\n", PROMPT)
    shown = typing.do("registers uart\n", PROMPT)
    assert "  0x0001 IER              0x1\n" in shown
    assert "  state  divisor          0xc\n" in shown
    assert "UartReg" not in shown
    assert "no device 'nothing'" in typing.do("r nothing\n", PROMPT)
    assert "uart RBR_THR write" in typing.do("table\n", PROMPT)
    assert "running: guest " in typing.do("status\n", PROMPT)
    assert "there is no command 'what'" in typing.do("what\n", PROMPT)
    assert "expected: pause alone" in typing.do("pause now\n", PROMPT)
    assert "expected: save FILE" in typing.do("save\n", PROMPT)
    typing.do("\n", PROMPT)
    typing.do("console\n", "back to the guest\n")
    typing.do("still there", "still there")
    assert typing.is_raw
    typing.do(CTRL_A + "cq\r", "run ended: a stop was requested (by its user)")
    assert typing.end() == 0
    assert typing.settings() == typing.before


def test_a_paused_guest_stands_still_and_then_takes_what_was_typed(typing: Driven) -> None:
    typing.do(CTRL_A + "c", PROMPT)
    typing.do("pause\n", "paused\n" + PROMPT)
    before = typing.do("status\n", PROMPT)
    time.sleep(0.3)
    assert typing.do("status\n", PROMPT).split("s  ")[0] == before.split("s  ")[0]
    typing.do("\x04", "back to the guest\n")
    typing.type("typed meanwhile")
    time.sleep(0.3)
    assert "typed meanwhile" not in typing.shown
    typing.do(CTRL_A + "c", PROMPT)
    typing.do("resume\n", "running\n")
    typing.wait_for("typed meanwhile")


def test_a_paused_run_ends_by_a_signal(typing: Driven) -> None:
    typing.do(CTRL_A + "c", PROMPT)
    typing.do("pause\n", "paused\n" + PROMPT)
    os.kill(typing.process, signal.SIGTERM)
    assert typing.end() == -signal.SIGTERM
    assert "run ended: a stop was requested (SIGTERM)" in typing.shown
    assert typing.settings() == typing.before


def test_limits_are_of_the_whole_run(echo: Path) -> None:
    with driven("run", "--firmware", echo, "--seconds", "1") as run:
        run.wait_for("ready\n")
        run.do(CTRL_A + "c", PROMPT)
        for _ in range(3):
            run.do("status\n", PROMPT)
        assert run.end() == 0
        after = float(run.shown.split("the time limit was reached after ")[1].split()[0])
        assert 1 <= after < 1.5
        assert run.settings() == run.before


def test_the_page_has_every_key_and_command() -> None:
    for key, what in KEYS.items():
        assert f"| `Ctrl-A {key}` | {what} |" in PAGE
    for each in COMMANDS:
        first, *others = each.names.split()
        names = ", ".join(f"`{name}`" for name in (f"{first} {each.argument}".strip(), *others))
        assert f"| {names} | {each.help} |" in PAGE


# The status line


def test_a_status_line_makes_way_for_what_the_guest_prints(typing: Driven) -> None:
    line = typing.wait_for("% by bytecode")
    assert re.search(r"guest \d\.\d s  \d+ accesses/s  \d+ % by bytecode$", line)
    typing.wait_for("hottest: uart RBR_THR write")
    typing.type("typed")
    typing.wait_for("\rtyped")  # the line was erased
    shown = typing.shown
    time.sleep(1.2)
    typing._read(0)
    assert typing.shown == shown  # a line is begun
    assert re.search(r"\r +\rtyped$", shown)
    assert all(len(each) < 80 for each in shown.split("ready\n")[1].split("\r"))


def test_a_raw_console_has_no_status_line(echo: Path) -> None:
    with driven("run", "--firmware", echo, "--console", "raw") as run:
        run.wait_for("ready\n")
        run.do(CTRL_A + "c", PROMPT)
        assert "running: guest" in run.do("s\n", PROMPT)
        run.do("c\n", "back to the guest\n")
        time.sleep(0.8)
        run.do("x", "x")
        assert "accesses/s" not in run.shown.split("back to the guest")[-1]


def test_the_run_that_is_not_shown_has_one(tmp_path: Path) -> None:
    (tmp_path / "forever").write_bytes(FOREVER)
    words = ("run", "--compare", "--kernel", tmp_path / "forever", "--seconds", "1")
    with driven(*words) as run:
        run.wait_for("without filters: guest 0.")
        assert not run.is_raw
        assert run.end() == 0
        assert "with filters" in run.shown


# However it ends


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP, signal.SIGINT])
def test_a_signal_puts_the_terminal_back(number: signal.Signals, typing: Driven) -> None:
    typing.do("x", "x")
    assert typing.is_raw
    os.kill(typing.process, number)
    assert typing.end() == -number
    assert typing.settings() == typing.before


#: mov dx, 0x3da; in al, dx
ASKS = bytes.fromhex("66bada03 ec")
SLEEPY = """
import time
from lightexit import Device, Struct, pio, u8

class SleepyState(Struct):
    nothing: u8

class Sleepy(Device[SleepyState]):
    name = "sleepy"
    regions = (pio(1),)

    def read(self, offset: int, size: int) -> int:
        print("in it", flush=True)
        while True:
            time.sleep(0.1)
"""


def test_a_second_signal_puts_it_back_as_well(tmp_path: Path) -> None:
    (tmp_path / "asks").write_bytes(ASKS)
    (tmp_path / "sleepy.py").write_text(SLEEPY)
    device = f"{tmp_path / 'sleepy.py'}:Sleepy,at=0x3da"
    with driven("run", "--device", device, "--kernel", tmp_path / "asks") as run:
        run.wait_for("in it\n")
        assert run.is_raw
        os.kill(run.process, signal.SIGTERM)
        time.sleep(PATIENCE_S + 0.5)
        os.kill(run.process, signal.SIGTERM)
        assert run.end() == -signal.SIGTERM
        assert run.settings() == run.before


def test_an_error_puts_the_terminal_back(tmp_path: Path) -> None:
    (tmp_path / "bad").write_bytes(bytes.fromhex("0f0a"))
    with driven("run", "--kernel", tmp_path / "bad") as run:
        assert run.end() == 2
        assert "serial: keys go to the guest" in run.shown
        assert run.settings() == run.before


def test_what_was_typed_and_not_read_is_no_input_for_the_shell(typing: Driven) -> None:
    typing.do(CTRL_A + "c", PROMPT)
    typing.do("pause\n", PROMPT)
    typing.do("console\n", "back to the guest\n")
    typing.type("x" * 10_000)
    time.sleep(0.2)
    os.kill(typing.process, signal.SIGTERM)
    typing.end()
    os.set_blocking(typing._slave, False)
    with pytest.raises(BlockingIOError):
        os.read(typing._slave, 100)


def test_a_stopped_run_leaves_the_terminal_to_the_shell(echo: Path) -> None:
    run = command("run", "--firmware", echo)
    environment = f"PYTHONPATH={os.environ.get('PYTHONPATH', '')}"
    with tmux() as terminal:
        settings = terminal.run("true").split("status 0")[1].split()[0]
        process = terminal.start("env", environment, *run)
        terminal.wait_for(lambda: "\nready\n" in terminal._screen())
        os.kill(process, signal.SIGTSTP)
        assert settings in terminal.finish().split("status ")[-1]
        terminal("send-keys", "fg", "Enter")
        terminal.wait_for(lambda: "fg\n" in terminal._screen())
        time.sleep(0.3)
        terminal("send-keys", "typed")
        terminal.wait_for(lambda: "\ntyped" in terminal._screen())
        terminal("send-keys", "C-a", "x")
        terminal.wait_for(lambda: "(by its user)" in terminal._screen())
        terminal("send-keys", "stty -a | md5sum", "Enter")
        terminal.wait_for(lambda: settings in terminal._screen().split("(by its user)")[-1])


def test_a_run_in_the_background_leaves_the_terminal_alone_until_it_is_in_front(
    echo: Path,
) -> None:
    run = command("run", "--firmware", echo)
    environment = f"PYTHONPATH={os.environ.get('PYTHONPATH', '')}"
    with tmux() as terminal:
        settings = terminal.run("true").split("status 0")[1].split()[0]
        terminal("send-keys", f"{shlex.join(['env', environment, *run])} &", "Enter")
        terminal.wait_for(lambda: "\nready\n" in terminal._screen())
        assert terminal.run("true").split("status 0")[-1].split()[0] == settings
        terminal("send-keys", "fg", "Enter")
        time.sleep(1)
        terminal("send-keys", "typed")
        terminal.wait_for(lambda: "typed" in terminal._screen())
        terminal("send-keys", "C-a", "x")
        terminal.wait_for(lambda: "(by its user)" in terminal._screen())
        terminal("send-keys", "stty -a | md5sum", "Enter")
        terminal.wait_for(lambda: settings in terminal._screen().split("(by its user)")[-1])
