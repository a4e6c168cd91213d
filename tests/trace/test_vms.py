# SPDX-License-Identifier: Apache-2.0
"""VMs and vCPUs are known by what /proc says of them, whatever it says."""

from __future__ import annotations

import ctypes
import os
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from lightexit.trace.command_lines import Told, told
from lightexit.trace.vms import Vm, Vms, running, vcpu_of, vm_of

LIBVIRT = (
    "/usr/bin/qemu-system-x86_64 -name guest=web,,01,debug-threads=on -S -object {} "
    "-machine pc-q35-7.2,usb=off,smm=on -accel kvm -uuid 11111111-2222-3333-4444-555555555555"
)
KUBEVIRT = (
    "/usr/libexec/qemu-kvm -name guest=shop_cart-1,debug-threads=on -machine pc-q35-rhel9.4.0 "
    "-smbios type=1,manufacturer=KubeVirt,product=None,family=KubeVirt"
)


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("qemu-system-x86_64 -name vm1", Told("qemu", "vm1")),
        ("/usr/bin/kvm -name vm1,process=x -M q35", Told("qemu", "vm1", "q35")),
        ("qemu-system-x86_64 -machine accel=kvm,type=microvm", Told("qemu", "", "microvm")),
        ("qemu-system-x86_64 -name", Told("qemu")),
        (
            LIBVIRT,
            Told("qemu", "web,01", "pc-q35-7.2", "11111111-2222-3333-4444-555555555555"),
        ),
        (
            KUBEVIRT,
            Told(
                "qemu",
                "shop_cart-1",
                "pc-q35-rhel9.4.0",
                labels={"namespace": "shop", "vmi": "cart-1"},
            ),
        ),
        ("cloud-hypervisor --api-socket /run/ch/db7.sock", Told("cloud-hypervisor", "db7")),
        ("cloud-hypervisor --api-socket path=/run/a.sock", Told("cloud-hypervisor", "a")),
        ("cloud-hypervisor --kernel x", Told("cloud-hypervisor")),
        ("firecracker --id 7f-a --api-sock x", Told("firecracker", "7f-a")),
        ("/jail/firecracker --id=7f-a", Told("firecracker", "7f-a")),
        ("crosvm run --name box -s /run/c.sock k", Told("crosvm", "box")),
        ("crosvm run -s /run/c.sock k", Told("crosvm", "c")),
        ("lkvm run --name k1 -k bzImage", Told("kvmtool", "k1")),
        ("python3.11 -m lightexit run --kernel a/guest.bin", Told("lightexit", "guest.bin")),
        ("python /usr/bin/lightexit run --firmware=b.bin", Told("lightexit", "b.bin")),
        ("python3 -m lightexit top", Told("python3")),
        ("./my-vmm --fast", Told("my-vmm")),
    ],
)
def test_command_lines(line: str, expected: Told) -> None:
    words = line.split(" ")
    assert told(words[0].rpartition("/")[2][:15], words) == expected


def test_a_process_without_a_command_line_goes_by_its_name() -> None:
    assert told("firecracker", []) == Told("firecracker")
    assert told("firecracker", [""]) == Told("firecracker")


def test_a_name_is_never_long() -> None:
    seen = told("qemu-system-x86", ["qemu-system-x86_64", "-name", "x" * 10**6])
    assert len(seen.name) == 200
    assert seen.name.endswith("...")


@contextmanager
def process(name: str, *words: str) -> Iterator[int]:
    """A process that sleeps, with this command line."""
    code = "import sys, time; print(flush=True); time.sleep(60)"
    run = [name, "-c", code, *words]
    with subprocess.Popen(run, executable=sys.executable, stdout=subprocess.PIPE) as child:
        assert child.stdout is not None
        child.stdout.readline()
        try:
            yield child.pid
        finally:
            child.kill()


def test_a_running_process_is_found_by_its_command_line() -> None:
    with process("qemu-system-x86_64", "-name", "guest=a b", "-M", "q35") as pid:
        assert vm_of(pid) == Vm(pid, "a b", "qemu", machine="q35")
        assert pid in {vm.pid for vm in running()}


def test_control_bytes_and_megabytes_of_a_command_line_are_bounded() -> None:
    hostile = "\x1b]0;owned\x07\n" + "\udcff" * 10
    with process(
        "qemu-system-x86_64", "-name", hostile, *("y" * 100_000 for _ in range(12))
    ) as pid:
        begun = time.monotonic()
        vm = vm_of(pid)
        assert time.monotonic() - begun < 1
    assert vm is not None
    assert vm.name == hostile  # made safe where it is shown
    with process("firecracker", *("y" * 100_000 for _ in range(12)), "--id", "late") as pid:
        assert vm_of(pid) == Vm(pid, f"pid {pid}", "firecracker")


def test_a_process_that_is_gone_is_none() -> None:
    with process("firecracker", "--id", "gone") as pid:
        vms = Vms()
        assert vms.vm(pid).name == "gone"
        assert not vms.has_ended(pid)
    assert vm_of(pid) is None
    assert vcpu_of(pid, pid) == -1
    assert vms.vm(pid).name == "gone"
    assert vms.has_ended(pid)
    assert Vms().vm(pid) == Vm(pid, f"pid {pid}", "?")


def test_names_of_threads_tell_the_vcpu() -> None:
    prctl = ctypes.CDLL(None).prctl
    found: dict[bytes, int] = {}
    names = [
        b"CPU 3/KVM",
        b"vcpu12",
        b"fc_vcpu 1",
        b"crosvm_vcpu7",
        b"kvm-vcpu-2",
        b"CPU 3/KVM\x1b",
    ]

    def be(name: bytes) -> None:
        prctl(15, name, 0, 0, 0)  # PR_SET_NAME
        found[name] = vcpu_of(os.getpid(), threading.get_native_id())

    threads = [threading.Thread(target=be, args=(name,)) for name in names]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == dict(zip(names, (3, 12, 1, 7, 2, -1), strict=True))


def test_kept_vcpus_are_not_asked_for_again() -> None:
    asked = []

    def find(pid: int, tid: int) -> int:
        asked.append(tid)
        return -1 if len(asked) == 1 else 4

    vms = Vms(lambda pid: None, find)
    assert [vms.vcpu(1, 2), vms.vcpu(1, 2), vms.vcpu(1, 2)] == [-1, 4, 4]
    assert asked == [2, 2]


@pytest.mark.skipif(
    shutil.which("qemu-system-x86_64") is None or not os.access("/dev/kvm", os.R_OK | os.W_OK),
    reason="needs QEMU and /dev/kvm",
)
def test_a_real_qemu(tmp_path: Path) -> None:
    words = ["-name", "guest=real,debug-threads=on", "-accel", "kvm", "-display", "none", "-S"]
    with subprocess.Popen(
        ["qemu-system-x86_64", *words, "-serial", "none", "-monitor", "none", "-nodefaults"],
        stderr=subprocess.DEVNULL,
    ) as qemu:
        try:
            end, vcpus = time.monotonic() + 20, {-1}
            while (found := vm_of(qemu.pid)) != Vm(qemu.pid, "real", "qemu"):
                assert time.monotonic() < end, found  # its command line is not there at once
            while 0 not in vcpus and time.monotonic() < end:
                tasks = os.listdir(f"/proc/{qemu.pid}/task")
                vcpus = {vcpu_of(qemu.pid, int(tid)) for tid in tasks}
            assert vcpus == {-1, 0}
        finally:
            qemu.kill()
