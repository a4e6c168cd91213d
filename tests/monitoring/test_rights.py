# SPDX-License-Identifier: Apache-2.0
"""What the unit gives is enough, and each part of it is needed: tried as another user."""

from __future__ import annotations

import platform
import re
import site
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest

from monitoring.prometheus import ROOT, exporter, tool
from monitoring.test_unit import UNIT, analyze
from stock_qemu import PM_TIMER, needs_qemu, qemu, reading

NOBODY = "65534"
FOR_EVER = 0xFFFF_FFFF
REAL = ("-m", "monitoring.real", "127.0.0.1:0")


def as_nobody(*capabilities: str) -> tuple[str, ...]:
    """What starts a command as another user, with these capabilities and no way to others."""
    sets = ",".join(("-all", *(f"+{each}" for each in capabilities)))
    return (
        *(tool("setpriv"), f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups"),
        *(f"--inh-caps={sets}", f"--ambient-caps={sets}", f"--bounding-set={sets}"),
        *("--no-new-privs", "env", f"PYTHONPATH={_path()}", "HOME=/nonexistent"),
    )


def _path() -> str:
    return ":".join((f"{ROOT}/src", f"{ROOT}/tests", str(ROOT), *site.getsitepackages()))


@pytest.fixture(scope="module")
def python() -> str:
    """A Python that another user can run, with what is installed here."""
    for found in (sys.executable, "/usr/bin/python3"):
        tried = (found, "-c", "import llvmlite.binding, prometheus_client, lightexit")
        done = subprocess.run([*as_nobody(), *tried], capture_output=True, check=False)
        if done.returncode == 0:
            return found
    pytest.skip("no other user can run this Python, its packages or this checkout")


@needs_qemu
def test_two_capabilities_are_enough_and_names_are_seen(python: str, tmp_path: Path) -> None:
    with (
        qemu(tmp_path, reading(PM_TIMER, FOR_EVER), "-name", "guest=win10") as guest,
        exporter(*as_nobody("bpf", "perfmon"), python, *REAL) as at,
    ):
        ends, text = time.monotonic() + 20, ""
        while 'register="PM_TMR"' not in text:
            assert time.monotonic() < ends, text
            time.sleep(0.2)
            with urllib.request.urlopen(f"http://{at}/metrics", timeout=10) as answer:
                text = answer.read().decode()
    assert f'lightexit_vm_info{{name="",namespace="",pid="{guest.pid}",vm="win10",vmm="qemu"}}' in (
        text
    )
    (line,) = re.findall(r"^lightexit_vm_accesses_total.*PM_TMR.*$", text, re.MULTILINE)
    assert f'answered="user",device="pm",direction="read",pid="{guest.pid}"' in line


@needs_qemu
@pytest.mark.parametrize("given", [("bpf",), ("perfmon",), ()])
def test_neither_capability_is_enough(python: str, given: tuple[str, ...]) -> None:
    command = (*as_nobody(*given), python, *REAL)
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert "this process has no right to\n  expected: CAP_BPF and CAP_PERFMON" in done.stderr


@needs_qemu
@pytest.mark.long
@pytest.mark.skipif(platform.machine() != "x86_64", reason="names of system calls are x86-64's")
def test_the_unit_allows_every_system_call_that_is_made(tmp_path: Path) -> None:
    calls = tmp_path / "calls"
    traced = (tool("strace"), "-f", "-o", str(calls), sys.executable)
    with (
        qemu(tmp_path, reading(PM_TIMER, FOR_EVER)),
        exporter(*traced, *REAL) as at,
    ):
        time.sleep(1)
        with urllib.request.urlopen(f"http://{at}/metrics", timeout=20) as answer:
            answer.read()
    made = calls.read_text()
    # The first is what systemd does itself.
    names = set(re.findall(r"^\d+ +(\w+)\(", made, re.MULTILINE)) - {"execve"}
    assert len(names) > 20
    assert names - allowed_by_the_unit() == set()
    families = set(re.findall(r"\bsocket\((\w+)", made))
    (listed,) = re.findall(r"^RestrictAddressFamilies=(.*)$", UNIT.read_text(), re.MULTILINE)
    assert families <= set(listed.split())


def allowed_by_the_unit() -> set[str]:
    """System calls that its SystemCallFilter= lines let through, the later ones taking away."""
    allowed: set[str] = set()
    for line in re.findall(r"^SystemCallFilter=(.*)$", UNIT.read_text(), re.MULTILINE):
        if line.startswith("~"):
            allowed -= _calls(line[1:])
        else:
            allowed |= _calls(line)
    return allowed


def _calls(names: str) -> set[str]:
    found: set[str] = set()
    waiting = names.split()
    while waiting:
        name = waiting.pop()
        if name.startswith("@"):
            _, said = analyze("syscall-filter", name)
            lines = (each.strip() for each in said.splitlines()[1:])
            waiting += [each for each in lines if each and not each.startswith("#")]
        else:
            found.add(name)
    return found
