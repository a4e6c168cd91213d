# SPDX-License-Identifier: Apache-2.0
"""What examples/vmm-c says of what it cannot do: one sentence, exit status 1, nothing changed."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from vmm_c.built import Vmm, vmm
from vmm_c.test_snapshots import HEAD, read, saved, sign, write

__all__ = ["saved"]


@pytest.fixture(scope="module")
def built() -> Vmm:
    return vmm()


def refused(built: Vmm, *arguments: str) -> str:
    """The one sentence."""
    ended = built.run(*arguments)
    assert (ended.status, ended.output) == (1, ""), ended
    lines = ended.errors.splitlines()
    assert [line.startswith("vmm: ") for line in lines] == [True], ended.errors
    return lines[0].removeprefix("vmm: ")


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ((), "a guest's image is wanted, or --restore FILE: see vmm --help"),
        (("--fast", "x"), "--fast: no such option: see vmm --help"),
        (("-x", "x"), "-x: no such option: see vmm --help"),
        (("a", "b"), "b: one guest is enough"),
        (("a", "--restore", "b"), "a guest's image is wanted, or --restore FILE: see vmm --help"),
        (("--engine", "kernel", "a"), "--engine kernel: native or in-kernel is wanted"),
        (("--engine",), "--engine: its value is missing"),
        (("--cpus", "0", "a"), "--cpus 0: a number from 1 to 8 is wanted"),
        (("--cpus", "9", "a"), "--cpus 9: a number from 1 to 8 is wanted"),
        (("--cpus", "-1", "a"), "--cpus -1: a number from 1 to 8 is wanted"),
        (("--cpus", "2x", "a"), "--cpus 2x: a number from 1 to 8 is wanted"),
        (("--after", "", "a"), "--after : a number from 1 to 3600000 is wanted"),
        (("--after", "10", "a"), "--after without --snapshot FILE: there is nothing to save"),
        (
            ("--cpus", "2", "--restore", "x"),
            "--cpus with --restore: the snapshot has as many as it has",
        ),
        (
            ("--no-filters", "--engine", "in-kernel", "a"),
            "--no-filters with --engine in-kernel or --loader: there is nothing to run",
        ),
        (("/nowhere/guest",), "/nowhere/guest: No such file or directory"),
        (("--restore", "/nowhere/vm"), "/nowhere/vm: No such file or directory"),
    ],
)
def test_a_command_line_that_is_wrong(
    built: Vmm, arguments: tuple[str, ...], sentence: str
) -> None:
    assert refused(built, *arguments) == sentence


@pytest.mark.parametrize("size", [0, 65535, 65537])
def test_an_image_of_another_size(built: Vmm, tmp_path: Path, size: int) -> None:
    image = tmp_path / "image"
    image.write_bytes(bytes(size))
    assert refused(built, str(image)) == (
        f"{image} is no image of 65536 bytes, whose last 16 are the reset vector"
    )


def test_a_guest_that_shuts_down(built: Vmm, tmp_path: Path) -> None:
    """Of zeros: `add %al, (%bx, %si)` up to the end of the address space, or whatever then is."""
    image = tmp_path / "image"
    # lidt of nothing, then an interrupt.
    code = bytes.fromhex("2e0f011e0000cd00")
    image.write_bytes(bytes(0xFFF0) + code.ljust(16, b"\0"))
    assert refused(built, str(image)).startswith("vCPU 0")


def damaged(data: bytes) -> dict[str, bytes]:
    """Bytes of a snapshot that are another's, or nobody's."""
    return {
        "is no snapshot of this VMM": data[:20],
        "is of format 7, this VMM knows 1": data[:8] + b"\7" + data[9:],
        "has 0 vCPUs, this VMM at most 8": data[:12] + bytes(4) + data[16:],
        "has 9 vCPUs, this VMM at most 8": data[:12] + b"\t" + data[13:],
        "is damaged: its checksum does not fit": data[:-1],
    }


def test_a_snapshot_that_is_damaged(built: Vmm, saved: Path) -> None:
    whole = saved.read_bytes()
    cases = damaged(whole)
    assert len(cases) == 5
    for sentence, data in cases.items():
        saved.write_bytes(data)
        assert refused(built, "--restore", str(saved)) == f"{saved} {sentence}"
    for data in (b"", b"x" * 100, whole[:20] + b"\xff" * 5 + whole[25:]):
        saved.write_bytes(data)
        assert refused(built, "--restore", str(saved)) == f"{saved} is no snapshot of this VMM"
    sentence = f"{saved} is damaged: its checksum does not fit"
    for at in (HEAD.size, len(whole) // 2, len(whole) - 1):
        saved.write_bytes(whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1 :])
        assert refused(built, "--restore", str(saved)) == sentence
    saved.write_bytes(whole + b"x")
    assert refused(built, "--restore", str(saved)) == sentence


def test_a_snapshot_of_another_layout(built: Vmm, saved: Path) -> None:
    items = read(saved)
    items["pit"][32] ^= 0xFF  # of the fingerprint
    sign(items["pit"])
    write(saved, items)
    sentence = refused(built, "--restore", str(saved))
    assert sentence.startswith(f"{saved}: the state pit has 160 bytes in layout 1 (0x")
    assert ", saved were 160 in layout 1 (0x" in sentence


@pytest.mark.parametrize(
    ("name", "offset"),
    [
        ("pit", 16),  # what counter 0 began with: 0
        ("i440fx", 8),  # which word is selected: one behind the last
        ("i440fx", 11 + 0x0B),  # which row a function has
    ],
)
def test_a_state_that_no_device_can_be_in(built: Vmm, saved: Path, name: str, offset: int) -> None:
    items = read(saved)
    value = bytes(4) if name == "pit" else b"\xff\xff"
    begin = 56 + len(name) + offset
    items[name][begin : begin + len(value)] = value
    sign(items[name])
    write(saved, items)
    assert refused(built, "--restore", str(saved)) == (
        f"{saved}: the state {name} is one that the device cannot be in"
    )


def test_a_snapshot_of_another_vm(built: Vmm, saved: Path) -> None:
    items = read(saved)
    write(saved, {name: items[name] for name in items if name != "uart"})
    assert refused(built, "--restore", str(saved)).startswith(
        f"{saved} is a snapshot of another VM: i440fx of "
    )
    write(saved, items, cpus=2)
    assert "where this one has vcpu1.sregs of" in refused(built, "--restore", str(saved))
    write(saved, {name: items[name] for name in items if name != "memory"})
    assert refused(built, "--restore", str(saved)) == f"{saved} ends before memory"
    write(saved, {**items, "more": bytearray(3)})
    assert refused(built, "--restore", str(saved)) == f"{saved} goes on behind its last item"


def test_a_snapshot_is_there_whole_or_as_it_was(built: Vmm, tmp_path: Path) -> None:
    guest = built.guest("traffic")
    folder = tmp_path / "no" / "vm"
    assert refused(built, "--snapshot", str(folder), guest) == (
        f"{folder}.new: No such file or directory"
    )
    taken = tmp_path / "taken"
    taken.mkdir()
    assert refused(built, "--snapshot", str(taken), guest) == f"{taken}: Is a directory"
    assert os.listdir(tmp_path) == ["taken"]
    if Path("/dev/full").exists():
        (tmp_path / "full.new").symlink_to("/dev/full")
        assert refused(built, "--snapshot", str(tmp_path / "full"), guest).endswith(
            "full.new: No space left on device"
        )


def test_a_guest_that_ends_before_its_snapshot_is_due(built: Vmm, tmp_path: Path) -> None:
    path = tmp_path / "vm"
    ended = built.run("--snapshot", str(path), "--after", "60000", built.guest("real"))
    assert (ended.status, path.exists()) == (0, False)
    assert ended.errors == ("vmm: the guest has ended before its snapshot was due: there is none\n")


def test_objects_that_are_not_there(built: Vmm, tmp_path: Path) -> None:
    ended = built.run("--engine", "in-kernel", "--objects", str(tmp_path), built.guest("real"))
    assert ended[:2] == built.run(built.guest("real"))[:2]
    assert ended.errors == (
        f"vmm: {tmp_path}/pit_read_or_latch.bpf.o: No such file or directory\n"
        "vmm: the native engine runs the filters\n"
    )


def test_without_dev_kvm(built: Vmm) -> None:
    if shutil.which("unshare") is None or os.geteuid() != 0:
        pytest.skip("no unshare, or not root: /dev/kvm cannot be hidden")
    vmm_, guest = built.folder / "vmm", built.guest("real")
    script = f"mount -t tmpfs none /dev && exec {vmm_} {guest}"
    done = subprocess.run(
        ["unshare", "-m", "sh", "-c", script], capture_output=True, text=True, check=False
    )
    if "mount:" in done.stderr or "unshare:" in done.stderr:
        pytest.skip("no rights to hide /dev/kvm")
    assert (done.returncode, done.stderr) == (1, "vmm: /dev/kvm: No such file or directory\n")
