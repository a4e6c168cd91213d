# SPDX-License-Identifier: Apache-2.0
"""The loader's systemd units, AppArmor profile and SELinux module: taken by what reads them."""

from __future__ import annotations

import os
import platform
import re
import shutil
import signal
import subprocess
from pathlib import Path

import pytest

from counter.device import read_counter
from lightexit.build.bpf import filter_object
from loader.daemon import ENVIRONMENT, PATIENCE_S, new_folder, program
from loader.wire import Command, Status, connected, request

LOADER = Path(__file__).resolve().parents[2] / "loader"
UNITS = LOADER / "systemd"
PATH = "/usr/local/sbin:/usr/sbin:/sbin:/usr/local/bin:/usr/bin:/bin"
APPARMOR = Path("/etc/apparmor.d")
SELINUX = Path("/usr/share/selinux/devel/Makefile")


def tool(name: str) -> str:
    """Where a program is; skips the test without it."""
    found = shutil.which(name, path=PATH)
    if found is None:
        pytest.skip(f"{name} is not installed")
    return found


def run(*command: str, folder: Path | None = None) -> tuple[int, str]:
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    return done.returncode, done.stdout + done.stderr


# systemd


def test_systemd_takes_the_units(tmp_path: Path) -> None:
    for unit in UNITS.glob("*lightexit*"):
        text = unit.read_text().replace("/usr/sbin/lightexit-loader", "/bin/true")
        (tmp_path / unit.name).write_text(text)
    units = (str(each) for each in tmp_path.iterdir())
    assert run(tool("systemd-analyze"), "verify", *units) == (0, "")


def test_the_units_exposure() -> None:
    """In tenths, of 10.0 for a unit without any restriction."""
    verify = (tool("systemd-analyze"), "security", "--offline=true", "--threshold=15")
    status, said = run(*verify, str(UNITS / "lightexit-loader.service"))
    assert status == 0, said


def allowed_by_the_unit() -> set[str]:
    """System calls that its SystemCallFilter= lets through."""
    text = (UNITS / "lightexit-loader.service").read_text()
    (line,) = re.findall(r"^SystemCallFilter=(.*)$", text, re.M)
    found: set[str] = set()
    waiting = line.split()
    while waiting:
        name = waiting.pop()
        if not name.startswith("@"):
            found.add(name)
            continue
        _, said = run(tool("systemd-analyze"), "syscall-filter", name)
        waiting += [each.strip() for each in said.splitlines()[1:] if each.strip()[:1] != "#"]
    return found - {""}


@pytest.mark.skipif(platform.machine() != "x86_64", reason="names of system calls are x86-64's")
def test_the_unit_allows_every_system_call_that_is_made(tmp_path: Path) -> None:
    strace, built = tool("strace"), program("-O2 -Werror")
    folder = new_folder("lightexit-traced-")
    (folder / "counter.bpf.o").write_bytes(filter_object(read_counter))
    command = [strace, "-f", "-o", str(tmp_path / "calls"), str(built), "--objects", str(folder)]
    command += ["--socket", str(folder / "socket"), "--group", "root", "--user", "nobody"]
    traced = subprocess.Popen(command, env=ENVIRONMENT)
    try:
        with connected(str(folder / "socket")) as client:
            answer = client.load("counter")
            assert answer.status == Status.OK
            answer.close()
            client.must(request(Command.CLOCK)).close()
            client.must(request(Command.MODULE)).close()
    finally:
        calls = (tmp_path / "calls").read_text()
        if calls:  # the loader's number comes first; strace(1) ends with it
            os.kill(int(calls.split()[0]), signal.SIGTERM)
        else:
            traced.kill()
        traced.wait(PATIENCE_S)
    made = set(re.findall(r"^\d+ +(\w+)\(", calls, re.M))
    assert made >= {"bpf", "capset", "openat2"}
    assert made - allowed_by_the_unit() == set()


def test_it_is_installed_with_its_units(tmp_path: Path) -> None:
    """For another prefix, too; and systemd makes its user and groups, in a root of the test's."""
    where = (f"BUILD={program().parent}", f"DESTDIR={tmp_path}", "PREFIX=/opt")
    assert run("make", "-s", "-C", str(LOADER), *where, "install") == (0, "")
    unit = (tmp_path / "opt/lib/systemd/system/lightexit-loader.service").read_text()
    assert "\nExecStart=/opt/sbin/lightexit-loader\n" in unit
    assert (tmp_path / "opt/sbin/lightexit-loader").stat().st_mode & 0o777 == 0o755
    assert (tmp_path / "usr/lib/lightexit/filters").stat().st_mode & 0o022 == 0
    users = str(tmp_path / "opt/lib/sysusers.d/lightexit-loader.conf")
    (tmp_path / "etc").mkdir()
    status, said = run(tool("systemd-sysusers"), f"--root={tmp_path}", users)
    assert status == 0, said
    groups = (tmp_path / "etc/group").read_text()
    assert {line.split(":")[0] for line in groups.splitlines()} >= {
        "lightexit",
        "lightexit-loader",
        "kvm",
    }
    assert "lightexit-loader:" in (tmp_path / "etc/passwd").read_text()


# AppArmor


def parsed(path: Path) -> tuple[int, str]:
    """What its parser says of a profile; none is loaded."""
    if not (APPARMOR / "abi/3.0").exists():
        pytest.skip("AppArmor's abstractions are not installed")
    flags = ("-Q", "-K", "-M", str(APPARMOR / "abi/3.0"), "-I", str(LOADER / "apparmor"))
    return run(tool("apparmor_parser"), *flags, str(path))


def test_apparmor_takes_the_loaders_profile(tmp_path: Path) -> None:
    profile = LOADER / "apparmor/usr.sbin.lightexit-loader"
    assert parsed(profile) == (0, "")
    wrong = tmp_path / "wrong"
    wrong.write_text(profile.read_text().replace("capability bpf,", "capability bfp,"))
    assert parsed(wrong)[0] != 0


def test_apparmor_takes_a_profile_of_a_vmm(tmp_path: Path) -> None:
    """As local/abstractions/libvirt-qemu has it, and the profile of a virtual machine that."""
    profile = tmp_path / "vmm"
    profile.write_text(
        "abi <abi/3.0>,\ninclude <tunables/global>\nprofile vmm {\n"
        "  include <abstractions/base>\n  /dev/kvm rw,\n  include <abstractions/lightexit>\n}\n"
    )
    assert parsed(profile) == (0, "")


def test_no_vmm_is_given_a_capability() -> None:
    text = (LOADER / "apparmor/abstractions/lightexit").read_text()
    rules = [line for line in text.splitlines() if line and not line.lstrip().startswith("#")]
    assert len(rules) == 4
    assert not [line for line in rules if "capability" in line]


# SELinux


def test_selinux_builds_the_module(tmp_path: Path) -> None:
    tool("checkmodule")
    tool("semodule_package")
    if not SELINUX.exists():
        pytest.skip("SELinux's interfaces (selinux-policy-dev) are not installed")
    for each in (LOADER / "selinux").iterdir():
        shutil.copy(each, tmp_path)
    status, said = run("make", "-s", "-f", str(SELINUX), "lightexit.pp", folder=tmp_path)
    assert status == 0, said
    assert "rror" not in said
    assert (tmp_path / "lightexit.pp").stat().st_size > 1000


# All together


def test_they_mean_the_same_places() -> None:
    """The socket, the objects and the program are where the loader's own texts say."""
    usage = run(str(program()), "--help")[1]
    for place, files in (
        (
            "/run/lightexit/loader.sock",
            (
                "systemd/lightexit-loader.socket",
                "apparmor/abstractions/lightexit",
                "apparmor/usr.sbin.lightexit-loader",
            ),
        ),
        (
            "/usr/lib/lightexit/filters",
            ("selinux/lightexit.fc", "apparmor/usr.sbin.lightexit-loader"),
        ),
    ):
        assert place in usage
        for each in files:
            assert place in (LOADER / each).read_text(), each
