# SPDX-License-Identifier: Apache-2.0
"""`lightexit run` on real firmware, on kernels, and on what is neither."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from cli.forked import lightexit, refusal
from lightexit.bus.clock import ManualClock
from lightexit.errors import HostError
from lightexit.vm.board import Wanted
from lightexit.vm.firmware import FOLDERS, seabios
from lightexit.vm.kvm import system
from lightexit.vm.kvm.backend import KvmBackend
from lightexit.vm.memory import MIB, GuestMemory
from vm.boot.build import kernel

FIRMWARE = any((folder / "bios.bin").exists() for folder in FOLDERS)
needs_seabios = pytest.mark.skipif(not FIRMWARE, reason="SeaBIOS is not installed")


@needs_seabios
def test_seabios_reaches_its_end_with_hot_ports_in_bytecode(tmp_path: Path) -> None:
    figures = tmp_path / "run.json"
    result = lightexit("run", "--compare", "--json", figures)
    assert result.returncode == 0, result.stderr
    assert "No bootable device" in result.stdout
    assert "guest output with and without filters: identical" in result.stdout
    document = json.loads(figures.read_text())
    total = document["total"]
    assert total["port_reads_handled"] >= 0.9 * total["port_reads"] > 0
    assert document["output"] == document["output_without_filters"]
    assert document["ended"]["reason"] == "text"
    assert document["in_kernel"] == []


FAILING = """\
import sys
from lightexit.cli import main
from lightexit.devices.debugcon import Debugcon

def read(self, offset, size):
    return self.state.nothing

Debugcon.read = read
sys.argv[1:] = ["run", "--no-filters", "--kernel", sys.argv[1]]
main()
"""


def test_a_model_that_fails_shows_its_line(tmp_path: Path) -> None:
    # mov dx, 0x402; in al, dx; jmp $
    (tmp_path / "asks").write_bytes(bytes.fromhex("66ba0204 ec ebfe"))
    script = tmp_path / "failing.py"
    script.write_text(FAILING)
    command = [sys.executable, str(script), str(tmp_path / "asks")]
    result = subprocess.run(command, capture_output=True, text=True)
    assert result.returncode == 70
    _guest, *said = result.stderr.splitlines()
    assert said == [
        f"lightexit: {script}:6:12: the model of debugcon failed: AttributeError: "
        "'DebugconState' object has no attribute 'nothing'",
        "    return self.state.nothing",
        "           ^^^^^^^^^^^^^^^^^^",
    ]


@needs_seabios
def test_models_alone() -> None:
    result = lightexit("run", "--no-filters")
    assert result.returncode == 0, result.stderr
    assert "No bootable device" in result.stdout
    assert "all in models" in result.stdout


@needs_seabios
def test_the_interpreter_runs_filters_too() -> None:
    result = lightexit("run", "--compare", "--engine", "interpreter")
    assert result.returncode == 0, result.stderr
    assert "guest output with and without filters: identical" in result.stdout


@needs_seabios
def test_limits_end_a_run() -> None:
    assert "the access limit was reached" in lightexit("run", "--accesses", "100").stdout
    assert "the time limit was reached" in lightexit("run", "--until", "", "--seconds", "1").stdout


@pytest.mark.parametrize("content", [b"", b"\xff" * 1000], ids=["empty", "truncated"])
def test_what_is_not_firmware(content: bytes, tmp_path: Path) -> None:
    image = tmp_path / "bios.bin"
    image.write_bytes(content)
    said = refusal("run", "--firmware", image)
    assert f"{len(content)} bytes" in said
    assert "expected:" in said


def test_missing_firmware() -> None:
    assert "none.bin: no such file or directory" in refusal("run", "--firmware", "none.bin")


# Kernels


@pytest.fixture(scope="session")
def kernels(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of kernels: flat, multiboot and linux."""
    folder = tmp_path_factory.mktemp("kernels")
    (folder / "flat").write_bytes(kernel("flat"))
    (folder / "multiboot").write_bytes(kernel("multiboot", elf=True))
    (folder / "linux").write_bytes(kernel("linux", bits=64))
    (folder / "disk").write_bytes(b"the disk")
    return folder


@pytest.mark.parametrize("backend", ["unicorn", "kvm"])
@pytest.mark.parametrize(("name", "said"), [("multiboot", " a=1\n"), ("linux", "a=1the disk")])
def test_a_kernel_ends_the_run_with_its_status(
    kernels: Path, backend: str, name: str, said: str, tmp_path: Path
) -> None:
    given = ("--kernel", kernels / name, "--initrd", kernels / "disk", "--append", "a=1")
    figures = tmp_path / "run.json"
    result = lightexit(
        "run",
        "--compare",
        *given,
        "--memory",
        "32",
        "--backend",
        backend,
        "--json",
        figures,
        "--exit-status",
    )
    if "/dev/kvm" in result.stderr:
        pytest.skip(result.stderr)
    assert result.returncode == 33, result.stderr
    assert said in result.stdout
    assert "run ended: the guest ended the run (exit status 33) after" in result.stdout
    assert "guest output with and without filters: identical" in result.stdout
    ended = json.loads(figures.read_text())["ended"]
    assert (ended["reason"], ended["exit_status"]) == ("exit", 33)


def test_the_guests_status_is_its_own_affair_unless_asked_for(kernels: Path) -> None:
    assert lightexit("run", "--kernel", kernels / "flat", "--no-filters").returncode == 0


def test_a_guest_that_does_not_end_the_run_has_no_status(tmp_path: Path) -> None:
    (tmp_path / "forever").write_bytes(bytes.fromhex("ebfe"))
    result = lightexit(
        "run", "--kernel", tmp_path / "forever", "--exit-status", "--no-filters", "--seconds", "0.1"
    )
    assert "the time limit was reached" in result.stdout
    assert result.returncode == 4


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--initrd", "disk"), "--initrd without --kernel"),
        (("--append", "quiet"), "--append without --kernel"),
        (("--kernel", "none"), "none: no such file or directory"),
        (("--kernel", "/dev/null"), "/dev/null is a character device"),
    ],
)
def test_options_that_make_no_guest(options: tuple[str, ...], said: str) -> None:
    refused = refusal("run", *options)
    assert said in refused
    assert "expected:" in refused


def test_a_host_without_kvm(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(system, "PATH", str(tmp_path / "kvm"))
    with pytest.raises(HostError, match=r"kvm does not exist") as error:
        KvmBackend().build(Wanted(), GuestMemory(2 * MIB), ManualClock())
    assert "try: --backend unicorn" in str(error.value)


# Several vCPUs


#: All devices are found, both CPUs run; what follows, without a device for it, takes three times
#: as long as all before: the search for option ROMs and for a disk.
STARTED, END = "All threads complete.", "No bootable device"


@needs_seabios
@pytest.mark.parametrize(
    ("irqchip", "until"),
    [
        pytest.param([], END, id="kernel", marks=pytest.mark.long),
        pytest.param(["--irqchip", "split"], END, id="split", marks=pytest.mark.long),
        pytest.param(["--irqchip", "split"], STARTED, id="split-started"),
    ],
)
def test_seabios_starts_a_second_cpu(irqchip: list[str], until: str) -> None:
    words = (
        "--compare",
        "--backend",
        "kvm",
        "--cpus",
        "2",
        *irqchip,
        "--seconds",
        "60",
        "--until",
        until,
    )
    result = lightexit("run", *words)
    if "/dev/kvm" in result.stderr:
        pytest.skip(result.stderr)
    assert result.returncode == 0, result.stderr
    assert "16 MiB, 2 vCPUs on KVM" in result.stderr
    assert "Found 2 cpu(s) max supported 2 cpu(s)" in result.stdout
    assert until in result.stdout
    assert "guest output with and without filters: identical" in result.stdout


def test_irqchips_that_there_cannot_be() -> None:
    assert "2 vCPUs with --irqchip off" in refusal(
        "run", "--backend", "kvm", "--cpus", "2", "--irqchip", "off"
    )
    assert "--irqchip kernel on Unicorn" in refusal("run", "--irqchip", "kernel")


def test_several_cpus_need_kvm() -> None:
    said = refusal("run", "--cpus", "2")
    assert said == (
        "lightexit: 2 vCPUs on Unicorn\n"
        "  expected: one: an engine of Unicorn does not see code that another one writes\n"
        "  try: --backend kvm\n"
    )


def test_more_cpus_than_a_pc_has() -> None:
    assert "expected: 1 to 254" in refusal("run", "--backend", "kvm", "--cpus", "255")


# Filters in the kernel


def test_the_kernel_engine_needs_kvm() -> None:
    said = refusal("run", "--engine", "kernel")
    assert "--engine kernel with --backend unicorn" in said
    assert "expected: --backend kvm" in said


@pytest.mark.skipif(Path("/dev/lightexit").exists(), reason="the kernel module is loaded")
@needs_seabios
def test_the_kernel_engine_needs_the_module() -> None:
    said = refusal("run", "--engine", "kernel", "--backend", "kvm")
    assert "/dev/lightexit is not there" in said
    assert "make -C kernel" in said


@needs_seabios
def test_seabios_by_its_name_ends_as_the_default_one() -> None:
    result = lightexit("run", "--no-filters", "--firmware", str(seabios()))
    assert result.returncode == 0, result.stderr
    assert "the awaited text was printed" in result.stdout


@needs_seabios
def test_firmware_starts_bzimages_only(tmp_path: Path) -> None:
    (tmp_path / "flat").write_bytes(b"\xf4")
    kernel = ("--kernel", str(tmp_path / "flat"))
    assert refusal("run", *kernel, "--firmware", str(seabios())).endswith(
        "lightexit: a kernel that firmware is to start, and is no bzImage\n"
        "  expected: a Linux bzImage, or no firmware: other kernels are entered directly\n"
    )
