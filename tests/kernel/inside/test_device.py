# SPDX-License-Identifier: Apache-2.0
"""Who may open /dev/lightexit: those who may open /dev/kvm."""

from __future__ import annotations

import ctypes
import errno
import grp
import os
import shutil
import stat
import subprocess
from pathlib import Path

import pytest

from lightexit.vm.kvm.attach import DEVICE

RULES = Path(__file__).parents[3] / "kernel/60-lightexit.rules"
UDEVD = shutil.which("systemd-udevd") or "/lib/systemd/systemd-udevd"
NOBODY, GROUP = 65534, 990
_BIND = 4096


def owner() -> tuple[int, int, int]:
    found = os.stat(DEVICE)
    return stat.S_IMODE(found.st_mode), found.st_uid, found.st_gid


def opened_by_nobody(*groups: int) -> int:
    """The error that a user of these groups gets, or 0."""
    child = os.fork()
    if child == 0:
        os.setgroups(groups)
        os.setgid(NOBODY)
        os.setuid(NOBODY)
        try:
            os.open(DEVICE, os.O_RDWR)
        except OSError as error:
            os._exit(error.errno or 255)
        os._exit(0)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def test_the_kernel_gives_it_to_root() -> None:
    assert owner() == (0o660, 0, 0)
    assert opened_by_nobody(GROUP) == errno.EACCES


def have_group(tmp_path: Path) -> int:
    """The group kvm; the machine's files are read only, so one that has none is shown another."""
    try:
        return grp.getgrnam("kvm").gr_gid
    except KeyError:
        shown = tmp_path / "group"
        shown.write_text(f"{Path('/etc/group').read_text()}kvm:x:{GROUP}:\n")
        libc = ctypes.CDLL(None)
        assert libc.mount(bytes(shown), b"/etc/group", None, _BIND, None) == 0
        return GROUP


def test_udev_gives_it_to_the_group_of_kvm(tmp_path: Path) -> None:
    udevadm = shutil.which("udevadm")
    if udevadm is None or not Path(UDEVD).exists():
        pytest.skip("udev is not on this machine")
    group = have_group(tmp_path)
    folder = Path("/run/udev/rules.d")
    folder.mkdir(parents=True, exist_ok=True)
    shutil.copy(RULES, folder)
    daemon = subprocess.Popen([UDEVD])
    try:
        subprocess.run([udevadm, "trigger", "--settle", DEVICE], check=True)
    finally:
        daemon.terminate()
        daemon.wait()
    assert owner() == (0o660, 0, group)
    assert opened_by_nobody(group) == 0
    assert opened_by_nobody(group + 1) == errno.EACCES
    os.chown(DEVICE, 0, 0)
