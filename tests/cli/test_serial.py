# SPDX-License-Identifier: Apache-2.0
"""Where a guest's serial port ends: a pipe, a file, a pseudo-terminal, a socket, nowhere."""

from __future__ import annotations

import contextlib
import os
import re
import signal
import socket
import stat
import subprocess
import termios
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from cli.forked import lightexit, refusal
from cli.terminals import PATIENCE_S, command
from guests.build import guest
from lightexit.cli.serial import (
    KEPT,
    PtySerial,
    SerialChoice,
    SerialKind,
    UnixSerial,
    serial_choice,
)
from lightexit.errors import AuthorError


@pytest.fixture(scope="module")
def echo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A guest that sends back what it receives."""
    path = tmp_path_factory.mktemp("guests") / "echo.bin"
    path.write_bytes(guest("echo"))
    return path


def wait_for(happened: Callable[[], object]) -> None:
    """Look again and again."""
    end = time.monotonic() + PATIENCE_S
    while not happened():
        assert time.monotonic() < end
        time.sleep(0.01)


# Standard input


@contextlib.contextmanager
def piped(*words: str | Path) -> Iterator[subprocess.Popen[bytes]]:
    """A run with pipes, whose guest is ready."""
    run = command("run", "--exit-status", "--seconds", "60", *words)
    pipe = subprocess.PIPE
    with subprocess.Popen(run, stdin=pipe, stdout=pipe, stderr=pipe) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"ready\r\n"
        yield process
        process.kill()


@pytest.mark.parametrize("back_end", ["unicorn", "kvm"])
def test_all_of_a_pipe_is_sent_and_its_end_is_said(back_end: str, echo: Path) -> None:
    if back_end == "kvm" and not os.access("/dev/kvm", os.W_OK):
        pytest.skip("no /dev/kvm")
    sent = b"\x01x" + bytes(range(32, 127)) * 20
    with piped("--firmware", echo, "--backend", back_end) as process:
        output, errors = process.communicate(sent + b"\x04")
    assert output.replace(rb"\x01", b"\x01").startswith(sent + b"\n")
    assert f"serial: end of standard input after {len(sent) + 1:,} bytes\n" in errors.decode()
    assert process.returncode == 33


def test_a_full_fifo_is_not_overrun(echo: Path) -> None:
    """The guest is deaf for a while: more waits than its FIFO has room for."""
    sent = b"\x10" + bytes(range(97, 123)) * 400
    with piped("--firmware", echo) as process:
        output, _ = process.communicate(sent + b"\x04")
    assert output.startswith(sent[1:] + b"\n")


def test_a_guest_outlives_its_input(echo: Path) -> None:
    with piped("--firmware", echo) as process:
        assert process.stdin is not None
        assert process.stderr is not None
        process.stdin.write(b"bye")
        process.stdin.close()
        assert b"guest: " in process.stderr.readline()
        assert b"after 3 bytes" in process.stderr.readline()
        process.send_signal(signal.SIGTERM)
        assert process.wait() == 130


def test_a_file_is_input_too(echo: Path, tmp_path: Path) -> None:
    # The guest has its FIFO on by the time it is ready: what came before is cleared.
    (tmp_path / "input").write_bytes(b"x" * 200 + b"\x04")
    run = command("run", "--firmware", echo, "--seconds", "60", "--exit-status")
    with (tmp_path / "input").open("rb") as file:
        result = subprocess.run(run, stdin=file, capture_output=True)
    assert re.match(rb"ready\r\nx{184,200}\n", result.stdout)
    assert result.returncode == 33


@pytest.mark.parametrize("options", [(), ("--compare",), ("--serial", "none")])
def test_without_input_nothing_is_said(options: tuple[str, ...], echo: Path) -> None:
    run = command("run", "--firmware", echo, "--seconds", "0.2", *options)
    text = b"" if "--compare" in options else None
    stdin = None if "--compare" in options else subprocess.DEVNULL
    result = subprocess.run(run, stdin=stdin, input=text, capture_output=True)
    assert result.returncode == 0
    assert (b"ready" in result.stdout) == ("none" not in options)
    assert b"serial: " not in result.stderr
    assert b"KEY" not in result.stderr


@pytest.mark.parametrize("stdin", ["<&-", "</dev/null"])
def test_what_is_no_input(stdin: str, echo: Path) -> None:
    run = command("run", "--firmware", echo, "--seconds", "0.2")
    result = subprocess.run(["sh", "-c", f'exec "$@" {stdin}', "sh", *run], capture_output=True)
    assert (result.returncode, result.stderr.count(b"\n")) == (0, 1), result.stderr


# A pseudo-terminal and a socket


@contextlib.contextmanager
def elsewhere(*words: str | Path) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """A run whose serial port ends elsewhere, and where."""
    run = command("run", "--exit-status", "--seconds", "60", *words)
    pipe = subprocess.PIPE
    with subprocess.Popen(run, stdin=pipe, stdout=pipe, stderr=pipe, text=True) as process:
        assert process.stderr is not None
        while not (said := process.stderr.readline()).startswith("serial: "):
            assert said
        yield process, said.removeprefix("serial: ").strip()
        process.kill()


def read_until(text: bytes, read: Callable[[], bytes]) -> bytes:
    """All that comes, up to a text."""
    seen = b""
    while not seen.endswith(text):
        more = read()
        assert more, seen
        seen += more
    return seen


@contextlib.contextmanager
def _opened(name: str) -> Iterator[tuple[Callable[[], bytes], Callable[[bytes], int]]]:
    terminal = os.open(name, os.O_RDWR | os.O_NOCTTY)
    yield lambda: os.read(terminal, 100), lambda data: os.write(terminal, data)
    os.close(terminal)


def test_a_pty_is_named_and_typed_into(echo: Path) -> None:
    with elsewhere("--firmware", echo, "--serial", "pty") as (process, name):
        for number in range(2):  # one program after another
            with _opened(name) as (read, write):
                if not number:
                    read_until(b"ready\r\n", read)
                write(b"hello")
                read_until(b"hello", read)
        with _opened(name) as (_, write):
            write(b"\x04")
            output, _ = process.communicate()
    assert process.returncode == 33
    assert "ready" not in output
    assert "uart RBR_THR write" in output


def test_a_socket_takes_one_client_after_another(echo: Path, tmp_path: Path) -> None:
    path = tmp_path / "serial"
    with elsewhere("--firmware", echo, "--serial", f"unix:{path}") as (process, name):
        assert name == f"unix:{path}"
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        assert "in use" in refusal("run", "--firmware", echo, "--serial", name)
        for number in range(3):
            with socket.socket(socket.AF_UNIX) as client:
                client.connect(str(path))
                client.settimeout(PATIENCE_S)
                if not number:
                    read_until(b"ready\r\n", lambda: client.recv(100))
                client.sendall(b"hello %d" % number)
                read_until(b"hello %d" % number, lambda: client.recv(100))
        process.send_signal(signal.SIGTERM)
        output, _ = process.communicate()
    assert process.returncode == 130
    assert "(SIGTERM)" in output
    assert not path.exists()


def test_a_socket_that_was_left_is_replaced(tmp_path: Path) -> None:
    path = tmp_path / "left"
    with socket.socket(socket.AF_UNIX) as left:
        left.bind(str(path))
    with contextlib.closing(UnixSerial(path, lambda: None)):
        assert path.is_socket()
    assert not path.exists()


@pytest.mark.parametrize("name", ["file", "none/socket", "x" * 200])
def test_where_no_socket_can_be(name: str, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("kept")
    said = refusal("run", "--serial", f"unix:{tmp_path / name}")
    assert f"lightexit: --serial unix:{tmp_path / name}: " in said.splitlines()[1]
    assert (tmp_path / "file").read_text() == "kept"


@pytest.mark.parametrize("text", ["", "unix", "unix:", "tcp:80", "pty:x", "STDIO"])
def test_what_is_no_end(text: str) -> None:
    with pytest.raises(AuthorError, match="stdio, none, pty or unix:PATH"):
        serial_choice(text)


def test_choices() -> None:
    assert serial_choice("pty") == SerialChoice(SerialKind.PTY)
    assert serial_choice("unix:a:b") == SerialChoice(SerialKind.UNIX, Path("a:b"))


# What nobody reads


def test_the_latest_is_kept_for_a_client(tmp_path: Path) -> None:
    path = tmp_path / "serial"
    with contextlib.closing(UnixSerial(path, lambda: None)) as end:
        for number in range(KEPT // 4):
            end.write(b"%07d\n" % number)
        with socket.socket(socket.AF_UNIX) as client:
            client.connect(str(path))
            assert end.read(end.waits_for()[0]) == b""
            seen = b""
            while end.waits_for()[1]:
                end.flush(end.waits_for()[1])
                seen += client.recv(KEPT)
        assert seen == b"".join(b"%07d\n" % n for n in range(KEPT // 8, KEPT // 4))
        # The client has gone: that is no error, and no end.
        end.write(b"more")
        while end.waits_for()[1]:
            end.flush(end.waits_for()[1])
        end.write(b"kept")
        assert end.waits_for()[1] == []


def test_a_pty_neither_echoes_nor_waits() -> None:
    rings: list[None] = []
    with contextlib.closing(PtySerial(lambda: rings.append(None))) as end:
        for _ in range(100):
            end.write(b"x" * 4096)
            end.flush(end.waits_for()[1])
        assert end.waits_for()[1]
        assert end.read(end.waits_for()[0]) == b""
        slave = os.open(end.name, os.O_RDONLY | os.O_NOCTTY)
        assert not termios.tcgetattr(slave)[3] & termios.ECHO
        os.close(slave)


def test_no_filters_and_a_comparison() -> None:
    assert "--compare and --no-filters at once" in refusal("run", "--compare", "--no-filters")
    assert lightexit("run", "--help").stdout.count("--serial") == 1
