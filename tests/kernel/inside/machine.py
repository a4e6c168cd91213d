# SPDX-License-Identifier: Apache-2.0
"""A nested virtual machine with a few bytes of real-mode code, and its exits as they come."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from lightexit.vm.kvm import ioctl
from lightexit.vm.kvm.exits import ExitReason
from lightexit.vm.kvm.structs import MemoryExit, PortExit
from lightexit.vm.kvm.system import Kvm
from lightexit.vm.kvm.vcpu import KvmVcpu
from lightexit.vm.kvm.vm import KvmVm
from lightexit.vm.memory import MIB, GuestMemory
from vm.kvm import start

ENTRY = 0x1000
#: In video memory's hole: no RAM, and real mode reaches it.
MMIO = 0xA_0000
HLT = "f4"


@dataclass(frozen=True)
class Access:
    """What user space was asked: `data` is what was written, or 0."""

    address: int
    size: int
    is_write: bool = False
    data: int = 0


#: Answers a read; its result is ignored for a write.
Model = Callable[[Access], int]


class Machine:
    """A VM with 2 MiB of RAM and one vCPU at ENTRY."""

    def __init__(self, kvm: Kvm) -> None:
        self.vm = KvmVm(kvm)
        self.memory = GuestMemory(2 * MIB)
        for slot in self.memory.slots:
            self.vm.map(slot)

    def load(self, code: str) -> KvmVcpu:
        """A vCPU that begins with that code, in hex."""
        self.put(code)
        vcpu = self.vm.add_vcpu()
        self.enter(vcpu)
        return vcpu

    def put(self, code: str) -> None:
        """Have that code, in hex, at ENTRY."""
        image = bytes.fromhex(code)
        self.memory.ram[ENTRY : ENTRY + len(image)] = image

    def enter(self, vcpu: KvmVcpu) -> None:
        start.real_mode(vcpu, ENTRY, 0x8000)

    def run(self, vcpu: KvmVcpu, model: Model) -> list[Access]:
        """Run until it halts: what got out, in order."""
        return list(self.exits(vcpu, model))

    def exits(self, vcpu: KvmVcpu, model: Model) -> Iterator[Access]:
        while True:
            ioctl.call(vcpu.fd, ioctl.RUN)
            reason = vcpu.shared.exit_reason
            if reason == ExitReason.HLT:
                return
            if reason == ExitReason.IO:
                yield from _port(vcpu, model)
            elif reason == ExitReason.MMIO:
                yield _memory(vcpu, model)
            else:
                raise AssertionError(f"exit reason {reason}")


def _port(vcpu: KvmVcpu, model: Model) -> Iterator[Access]:
    exit = PortExit.view(vcpu.exit_area)
    for element in range(exit.count):
        at = exit.data_offset + element * exit.size
        data = vcpu.area[at : at + exit.size]
        written = int.from_bytes(data, "little") if exit.is_write else 0
        access = Access(exit.port, exit.size, bool(exit.is_write), written)
        answer = model(access)
        if not exit.is_write:
            data[:] = answer.to_bytes(exit.size, "little")
        yield access


def _memory(vcpu: KvmVcpu, model: Model) -> Access:
    exit = MemoryExit.view(vcpu.exit_area)
    mask = (1 << 8 * exit.size) - 1
    access = Access(
        exit.address, exit.size, bool(exit.is_write), exit.data & mask if exit.is_write else 0
    )
    answer = model(access)
    if not exit.is_write:
        exit.data = answer
    return access


# Machine code (Intel SDM volume 2), 16 bits


def word(value: int) -> str:
    return (value & 0xFFFF).to_bytes(2, "little").hex()


def port_in(port: int, size: int) -> str:
    """mov dx, port; in al/ax/eax, dx."""
    return f"ba{word(port)}" + {1: "ec", 2: "ed", 4: "66ed"}[size]


def port_out(port: int, size: int, value: int) -> str:
    """mov dx, port; mov eax, value; out dx, al/ax/eax."""
    eax = value.to_bytes(4, "little").hex()
    return f"ba{word(port)}66b8{eax}" + {1: "ee", 2: "ef", 4: "66ef"}[size]


def rep_in(port: int, size: int, count: int, target: int) -> str:
    """mov dx, port; mov di, target; mov cx, count; rep insb/insw/insd."""
    code = {1: "f36c", 2: "f36d", 4: "66f36d"}[size]
    return f"ba{word(port)}bf{word(target)}b9{word(count)}{code}"


def rep_out(port: int, size: int, count: int, source: int) -> str:
    """mov dx, port; mov si, source; mov cx, count; rep outsb/outsw/outsd."""
    code = {1: "f36e", 2: "f36f", 4: "66f36f"}[size]
    return f"ba{word(port)}be{word(source)}b9{word(count)}{code}"


#: mov ax, MMIO >> 4; mov ds, ax
DS_TO_MMIO = f"b8{word(MMIO >> 4)}8ed8"


def load(offset: int, size: int) -> str:
    """mov al/ax, [offset]; mov eax, [offset]."""
    return {1: "a0", 2: "a1", 4: "66a1"}[size] + word(offset)


def store(offset: int, size: int, value: int) -> str:
    """mov eax, value; mov [offset], al/ax/eax."""
    eax = value.to_bytes(4, "little").hex()
    return f"66b8{eax}" + {1: "a2", 2: "a3", 4: "66a3"}[size] + word(offset)


def keep(target: int, size: int = 4) -> str:
    """mov es:[target], eax (or al, ax), whatever DS is."""
    return "26" + {1: "a2", 2: "a3", 4: "66a3"}[size] + word(target)
