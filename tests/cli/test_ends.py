# SPDX-License-Identifier: Apache-2.0
"""How `lightexit` ends: its statuses, signals, and a standard output that cannot be written."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from cli.forked import lightexit
from cli.terminals import FOREVER, command, debugcon
from lightexit import errors
from lightexit.cli.signals import PATIENCE_S
from lightexit.cli.status import ExitCode
from lightexit.devices.debug_exit import exit_status

ENDING = [signal.SIGINT, signal.SIGTERM, signal.SIGHUP]
CHATTY = bytes.fromhex("66ba0204 b078 ee ebfd")  # mov dx, 0x402; mov al, 'x'; out dx, al; jmp
RUN = ("run", "--no-filters", "--exit-status")


def write(folder: Path, content: bytes) -> Path:
    path = folder / "guest"
    path.write_bytes(content)
    return path


# Statuses


@pytest.mark.parametrize("value", [0, 1, 63, 127, 128, 255, 0x7FFF_FFFF, 0xFFFF_FFFF])
def test_whatever_a_guest_chooses_is_odd(value: int) -> None:
    assert exit_status(value) & 0xFF & 1


def test_whatever_is_lightexits_own_is_even() -> None:
    kinds = [kind for kind in vars(errors).values() if isinstance(kind, type)]
    own = [kind for kind in kinds if issubclass(kind, errors.LightexitError)]
    assert len(own) > 4
    assert not [kind for kind in own if kind.exit_status % 2]
    assert [code for code in ExitCode if code % 2] == [ExitCode.REFUSED]  # never of `run`


@pytest.mark.parametrize(
    ("words", "guest", "status"),
    [
        ((), bytes.fromhex("b020 e6f4"), 65),
        (("--seconds", "0.1"), FOREVER, 4),
        (("--no-reboot",), bytes.fromhex("0f0b"), 4),
        (("--seconds", "0"), FOREVER, 2),
        (("--nothing",), FOREVER, 2),
        (("--append", "x"), FOREVER, 2),
        ((), bytes.fromhex("0f0a"), 2),
    ],
    ids=["guest's", "limit", "triple fault", "bad value", "bad option", "refused", "guest error"],
)
def test_a_scripts_view(words: tuple[str, ...], guest: bytes, status: int, tmp_path: Path) -> None:
    result = lightexit(*RUN, "--kernel", write(tmp_path, guest), *words)
    assert (result.returncode, "Traceback" in result.stderr) == (status, False), result.stderr


def test_what_nobody_has_thought_of_is_a_bug_and_even() -> None:
    code = (
        "import sys, lightexit.cli.app; from lightexit.cli import main;"
        "sys.modules['lightexit.cli.run'].read_guest = lambda options: [][0];"
        "sys.argv[1:] = ['run', '--exit-status']; main()"
    )
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert result.returncode == 70
    assert result.stderr.splitlines()[-2:] == [
        "lightexit: IndexError: list index out of range",
        "  help: this is a bug in lightexit; please report it with what stands above",
    ]


# A standard output that cannot be written


@pytest.mark.parametrize("words", [("header",), ("run",), ("--help",)], ids=lambda words: words[0])
@pytest.mark.parametrize(
    ("target", "said"),
    [
        ("/dev/full", "no space left on device"),
        ("&-", "not open for writing"),
        ("/dev/null", ""),
    ],
    ids=["full", "closed", "control"],
)
def test_it_is_said_once(words: tuple[str, ...], target: str, said: str, tmp_path: Path) -> None:
    if words[0] == "run":
        end = "66baf400 ee" if not said else "ebfe"
        words = ("run", "--no-filters", "--kernel", str(write(tmp_path, debugcon(b"x", end))))
    shell = ["sh", "-c", f'"$@" >{target}', "sh", *command(*words)]
    result = subprocess.run(shell, stderr=subprocess.PIPE, text=True)
    errors = [line for line in result.stderr.splitlines() if not line.startswith("guest: ")]
    assert errors == ([f"lightexit: standard output: {said}"] if said else [])
    assert result.returncode == (2 if said else 0)


def test_a_reader_who_leaves(tmp_path: Path) -> None:
    run = command("run", "--no-filters", "--kernel", write(tmp_path, CHATTY))
    with subprocess.Popen(run, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        assert process.stdout.read(1) == b"x"
        process.stdout.close()
        said = process.stderr.read().decode()
    assert said.splitlines()[1:] == ["lightexit: standard output: closed by its reader"]
    assert process.returncode == 2


def test_nobody_to_tell() -> None:
    shell = ["sh", "-c", '"$@" >/dev/full 2>/dev/full', "sh", *command("header")]
    assert subprocess.run(shell, check=False).returncode == 2


# Signals


def _signals_as_usual() -> None:
    """As a terminal starts a process; nohup and a shell's `&` start it deaf to some of these."""
    for number in ENDING:
        signal.signal(number, signal.SIG_DFL)


def ended_by(
    number: signal.Signals, *words: str, guest: Path, plain: bool = True
) -> tuple[int, str, str]:
    """Status, output and errors of a run that gets a signal once its guest has printed."""
    ready, told = os.pipe()
    run = command("run", "--no-filters" if plain else "--compare", "--kernel", guest, *words)
    with (
        os.fdopen(ready, "rb", buffering=0) as errors,
        subprocess.Popen(
            run, stdout=subprocess.PIPE, stderr=told, preexec_fn=_signals_as_usual
        ) as process,
    ):
        os.close(told)
        begun = errors.readline() if plain else errors.readline() + errors.readline()
        assert process.stdout is not None
        output = process.stdout.read(1) if plain else b""
        process.send_signal(number)
        output += process.stdout.read()
        return process.wait(), output.decode(), (begun + errors.read()).decode()


@pytest.mark.parametrize("backend", ["unicorn", "kvm"])
@pytest.mark.parametrize("number", ENDING)
def test_a_signal_prints_the_table_and_ends_the_process(
    number: signal.Signals, backend: str, tmp_path: Path
) -> None:
    guest = write(tmp_path, debugcon(b"x", "ebfe"))
    status, output, errors = ended_by(number, "--backend", backend, guest=guest)
    if "/dev/kvm" in errors:
        pytest.skip(errors)
    assert "debugcon DATA write" in output
    assert f"run ended: a stop was requested ({number.name}) after" in output
    assert errors.splitlines()[1:] == []
    assert status == -number


@pytest.mark.long
@pytest.mark.parametrize("number", ENDING)
def test_beside_a_guests_status_it_is_even(number: signal.Signals, tmp_path: Path) -> None:
    guest = write(tmp_path, debugcon(b"x", "ebfe"))
    status, output, _ = ended_by(number, "--exit-status", guest=guest)
    assert f"({number.name})" in output
    assert status == ExitCode.ENDED_BY_SIGNAL


def test_a_signal_in_the_second_run(tmp_path: Path) -> None:
    guest = write(tmp_path, debugcon(b"x", "ebfe"))
    status, output, errors = ended_by(signal.SIGTERM, "--seconds", "2", guest=guest, plain=False)
    assert "without filters: the time limit was reached" in errors
    assert "run ended: a stop was requested (SIGTERM)" in output
    assert status == -signal.SIGTERM


def test_a_signal_that_is_ignored_stays_ignored(tmp_path: Path) -> None:
    guest = write(tmp_path, debugcon(b"x", "ebfe"))
    shell = ["sh", "-c", 'trap "" HUP; exec "$@"', "sh"]
    run = command("run", "--no-filters", "--seconds", "1", "--kernel", guest)
    with subprocess.Popen([*shell, *run], stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        output = process.stdout.read(1)
        process.send_signal(signal.SIGHUP)
        output += process.stdout.read()
    assert b"the time limit was reached" in output
    assert process.returncode == 0


# SIGTERM and the power button

#: Enables the button's event, prints, and waits until it comes: then the machine goes off, or not.
BUTTON = "b0f1 e6b2 66ba02b0 66b80001 66ef b078 66ba0204 ee 66ba00b0 66ed f6c401 74f9"
OFF, ON = "66ba04b0 66b80020 66ef ebfe", "b079 66ba0204 ee ebfe"


def test_a_guest_that_answers_its_button_switches_itself_off(tmp_path: Path) -> None:
    guest = write(tmp_path, bytes.fromhex(BUTTON + OFF))
    status, output, errors = ended_by(signal.SIGTERM, guest=guest)
    assert "run ended: the guest shut down (sleep type 0)" in output
    assert errors.splitlines()[1:] == [
        "SIGTERM: the guest's power button was pressed; another one ends the run"
    ]
    assert status == 0


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGHUP])
def test_other_signals_press_no_button(number: signal.Signals, tmp_path: Path) -> None:
    guest = write(tmp_path, bytes.fromhex(BUTTON + OFF))
    status, output, _ = ended_by(number, guest=guest)
    assert f"a stop was requested ({number.name})" in output
    assert status == -number


def test_another_sigterm_ends_the_run_of_one_that_does_not(tmp_path: Path) -> None:
    run = command("run", "--no-filters", "--kernel", write(tmp_path, bytes.fromhex(BUTTON + ON)))
    with subprocess.Popen(run, stdout=subprocess.PIPE, preexec_fn=_signals_as_usual) as process:
        assert process.stdout is not None
        assert process.stdout.read(1) == b"x"
        process.send_signal(signal.SIGTERM)
        process.send_signal(signal.SIGTERM)  # a copy, as `timeout` sends it to the group, too
        assert process.stdout.read(1) == b"y"
        time.sleep(PATIENCE_S + 0.2)
        process.send_signal(signal.SIGTERM)
        assert b"a stop was requested (SIGTERM)" in process.stdout.read()
        assert process.wait() == -signal.SIGTERM


# A trace


def test_a_trace_has_a_line_for_each_point(tmp_path: Path) -> None:
    path = tmp_path / "trace"
    guest = write(tmp_path, debugcon(b"x", "66baf400 ee"))
    assert lightexit("run", "--kernel", guest, "--trace", path).returncode == 0
    lines = [line.split(" ", 1)[1] for line in path.read_text().splitlines()]
    assert lines[:3] == [
        "vcpu0 access_in: PIO write 0x402 size 1 data 0x78",
        "vcpu0 passed: PIO write 0x402 size 1 data 0x78",
        "vcpu0 access_out: PIO write 0x402 size 1 data 0x78",
    ]


@pytest.mark.parametrize(
    ("path", "said"),
    [("/nowhere/x", "there is no folder /nowhere"), ("/dev/full", "No space left on device")],
)
def test_a_trace_that_cannot_be_written(path: str, said: str, tmp_path: Path) -> None:
    guest = write(tmp_path, CHATTY)
    result = lightexit("run", "--kernel", guest, "--trace", path, "--accesses", "5000")
    assert result.returncode == 2
    errors = [line for line in result.stderr.splitlines() if line.startswith("lightexit: ")]
    assert errors == [f"lightexit: {path}: {said}"]
    assert "Traceback" not in result.stderr
