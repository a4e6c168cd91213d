# SPDX-License-Identifier: Apache-2.0
"""The table of requests and layouts against the kernel's own headers; the words of errors."""

from __future__ import annotations

import errno
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from lightexit.abi import Struct
from lightexit.errors import HostError
from lightexit.vm.kvm import exits, interrupts, ioctl, structs
from lightexit.vm.kvm.system import Capability

REQUESTS = [value for value in vars(ioctl).values() if isinstance(value, ioctl.Ioctl)]
C_STRUCTS: dict[str, type[Struct]] = {
    "kvm_userspace_memory_region": structs.MemoryRegion,
    "kvm_regs": structs.KvmRegisters,
    "kvm_segment": structs.KvmSegment,
    "kvm_dtable": structs.TableRegister,
    "kvm_sregs": structs.SystemRegisters,
    "kvm_cpuid2": structs.CpuidHead,
    "kvm_cpuid_entry2": structs.CpuidEntry,
    "kvm_irq_level": structs.IrqLevel,
    "kvm_interrupt": structs.KvmInterrupt,
    "kvm_mp_state": structs.MpState,
    "kvm_irq_routing": structs.RoutingHead,
    "kvm_irq_routing_entry": structs.RoutingEntry,
    "kvm_irqfd": structs.Irqfd,
    "kvm_ioeventfd": structs.Ioeventfd,
    "kvm_pit_config": structs.PitConfig,
    "kvm_msi": structs.Msi,
    "kvm_clock_data": structs.ClockData,
    "kvm_enable_cap": structs.EnableCap,
    "kvm_msr_filter": structs.MsrFilter,
    "kvm_msr_filter_range": structs.MsrFilterRange,
}
#: Members of struct kvm_run, and where we say they are.
RUN_MEMBERS = {
    "immediate_exit": (structs.KvmRun, "immediate_exit", 0),
    "exit_reason": (structs.KvmRun, "exit_reason", 0),
    "ready_for_interrupt_injection": (structs.KvmRun, "ready_for_interrupt", 0),
    "if_flag": (structs.KvmRun, "interrupts_enabled", 0),
    "io.direction": (structs.PortExit, "is_write", structs.EXIT_OFFSET),
    "io.size": (structs.PortExit, "size", structs.EXIT_OFFSET),
    "io.port": (structs.PortExit, "port", structs.EXIT_OFFSET),
    "io.count": (structs.PortExit, "count", structs.EXIT_OFFSET),
    "io.data_offset": (structs.PortExit, "data_offset", structs.EXIT_OFFSET),
    "mmio.phys_addr": (structs.MemoryExit, "address", structs.EXIT_OFFSET),
    "mmio.data": (structs.MemoryExit, "data", structs.EXIT_OFFSET),
    "mmio.len": (structs.MemoryExit, "size", structs.EXIT_OFFSET),
    "mmio.is_write": (structs.MemoryExit, "is_write", structs.EXIT_OFFSET),
    "msr.error": (structs.MsrExit, "error", structs.EXIT_OFFSET),
    "msr.index": (structs.MsrExit, "index", structs.EXIT_OFFSET),
    "msr.data": (structs.MsrExit, "data", structs.EXIT_OFFSET),
    "internal.data": (structs.InternalErrorExit, "words", structs.EXIT_OFFSET),
    "eoi.vector": (structs.EndOfInterruptExit, "vector", structs.EXIT_OFFSET),
}


def c_values(expressions: list[str], folder: Path) -> list[int]:
    """What the C compiler says that these expressions are."""
    if shutil.which("gcc") is None or not Path("/usr/include/linux/kvm.h").exists():
        pytest.skip("no gcc or no kernel headers to compare with")
    prints = "".join(f'printf("%lu\\n", (unsigned long)({each}));' for each in expressions)
    source = folder / "values.c"
    source.write_text(
        "#include <linux/kvm.h>\n#include <stddef.h>\n#include <stdio.h>\n"
        f"int main(void) {{ {prints} return 0; }}\n"
    )
    program = folder / "values"
    subprocess.run(["gcc", "-o", str(program), str(source)], check=True)
    output = subprocess.run([str(program)], capture_output=True, text=True, check=True).stdout
    return [int(line) for line in output.split()]


def test_request_numbers_are_the_kernels(tmp_path: Path) -> None:
    numbers = c_values([request.name for request in REQUESTS], tmp_path)
    assert [request.number for request in REQUESTS] == numbers


def test_layouts_are_the_kernels(tmp_path: Path) -> None:
    sizes = c_values([f"sizeof(struct {name})" for name in C_STRUCTS], tmp_path)
    assert [kind.layout.size for kind in C_STRUCTS.values()] == sizes
    offsets = c_values([f"offsetof(struct kvm_run, {name})" for name in RUN_MEMBERS], tmp_path)
    assert [place(*member) for member in RUN_MEMBERS.values()] == offsets


def place(kind: type[Struct], name: str, start: int) -> int:
    field = kind.layout.field(name)
    assert field is not None
    return start + field.offset


def test_numbers_are_the_kernels(tmp_path: Path) -> None:
    names = [
        *(f"KVM_CAP_{each.name}" for each in Capability),
        *(f"KVM_EXIT_{each.name}" for each in exits.ExitReason),
        "KVM_IRQCHIP_IOAPIC",
    ]
    expected = [*map(int, Capability), *map(int, exits.ExitReason), int(interrupts.IrqChip.IO_APIC)]
    assert c_values(names, tmp_path) == expected


@pytest.mark.parametrize("request_", REQUESTS, ids=lambda request: request.name)
def test_every_error_is_one_sentence_with_the_request_in_it(request_: ioctl.Ioctl) -> None:
    for error in {*request_.meanings, errno.EPERM, errno.EINVAL, errno.ENOMEM, 9999}:
        text = str(request_.refused(error)).splitlines()[0]
        assert text.startswith(f"KVM does not {request_.does}: ")
        assert request_.name in text


def test_an_error_says_what_it_means_and_what_to_do() -> None:
    assert str(ioctl.SET_USER_MEMORY_REGION.refused(errno.EEXIST)) == (
        "KVM does not map guest memory: the range overlaps another slot "
        "(KVM_SET_USER_MEMORY_REGION: EEXIST)\n"
        "  try: ranges that do not overlap"
    )
    assert "does not offer it (KVM_IRQFD: ENOTTY)" in str(ioctl.IRQFD.refused(errno.ENOTTY))


def test_a_refused_ioctl_raises(tmp_path: Path) -> None:
    with (tmp_path / "file").open("wb") as file, pytest.raises(HostError, match="ENOTTY"):
        ioctl.call(file.fileno(), ioctl.CREATE_VM)


def test_importing_the_package_needs_no_linux() -> None:
    modules = ("backend", "cpu", "doorbell", "exits", "interrupts", "system", "vm")
    code = (
        "import sys; sys.platform = 'win32'; sys.modules['fcntl'] = None;"
        + "".join(f"import lightexit.vm.kvm.{name};" for name in modules)
        + "from lightexit.vm.kvm.system import Kvm\n"
        "try: Kvm()\n"
        "except Exception as error: print(error)"
    )
    result = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    assert result.stdout.startswith("there is no KVM for x86 guests on this host (win32, ")
    assert "--backend unicorn" in result.stdout
