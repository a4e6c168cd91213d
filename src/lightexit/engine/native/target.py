# SPDX-License-Identifier: Apache-2.0
"""What machine code is made for: this host's architecture and calling convention, as ELF; or
those of a target that somebody names.

Code is made for the architecture's baseline, not for this very CPU: filters use nothing that
newer CPUs add, and a cache may outlive the machine (a copied home directory, a moved VM).
"""

from __future__ import annotations

import platform
import sys
from typing import NamedTuple

from lightexit.errors import AuthorError, HostError


class Architecture(NamedTuple):
    """What LLVM is told besides its name: features, and the calling convention of systems; and
    whether its atomic operations order all accesses by themselves, as Linux has those that fetch.
    """

    features: str = ""
    convention: str = ""
    atomics_order_all: bool = False


#: By LLVM's name. The code of each is run by tests, where there is something to run it.
ARCHITECTURES = {
    # x18 belongs to the system on some hosts.
    "aarch64": Architecture("+reserve-x18"),
    # What every system has (RV64GC, and loads and stores of any alignment, as RVA20 asks for).
    # Without multiplication, code would call a library; without the latter, it would store an
    # aligned word byte by byte, and who reads it meanwhile would see parts of two.
    "riscv64": Architecture("+m,+a,+f,+d,+c,+unaligned-scalar-mem", "lp64d"),
    "x86_64": Architecture(atomics_order_all=True),
}
#: Those with the architecture's common calling convention; `none` is bare metal.
SYSTEMS = ("linux", "freebsd", "none")

_HOSTS = {"x86_64": "x86_64", "amd64": "x86_64", "aarch64": "aarch64", "arm64": "aarch64"}
# The system part decides the calling convention only: Windows has its own.
_HOST_SYSTEMS = {"win32": "pc-windows-msvc-elf"}
_POSSIBLE = (
    f"CPU-SYSTEM, such as aarch64-linux-gnu; CPU is one of {', '.join(ARCHITECTURES)} and SYSTEM "
    f"one of {', '.join(SYSTEMS)}"
)


def architecture_of(triple: str) -> Architecture:
    """That of a target triple in full."""
    return ARCHITECTURES.get(triple.split("-")[0], Architecture())


def host_triple() -> str:
    """LLVM target triple of this process, always with the ELF object format.

    Raises HostError on a CPU or word size that the native engine does not know.
    """
    machine = platform.machine().lower()
    architecture = _HOSTS.get(machine)
    if architecture is None or sys.maxsize < 2**32 or sys.byteorder != "little":
        raise HostError(
            f"the native engine has no code for this CPU ({machine or 'unknown'})",
            expected="a 64-bit little-endian process on x86-64 or AArch64",
            hint="the interpreter: --engine interpreter",
        )
    return f"{architecture}-{_HOST_SYSTEMS.get(sys.platform, 'unknown-linux-gnu')}"


def object_triple(asked: str | None) -> str:
    """The triple, in full, of objects for the target `asked`; None stands for this machine.

    Raises AuthorError for a target without such objects, HostError where this machine is one.
    """
    if asked is not None:
        return _checked(asked)
    machine = platform.machine().lower()
    architecture = _HOSTS.get(machine)
    if architecture is None or sys.platform != "linux":
        raise HostError(
            f"objects for this machine ({sys.platform}, {machine or 'unknown'}) are not made",
            expected=f"a target: {_POSSIBLE}",
            hint="--target x86_64-linux-gnu",
        )
    return f"{architecture}-unknown-linux-gnu"


def _checked(asked: str) -> str:
    from lightexit.engine.native.llvm import facts_of

    facts = facts_of(asked) if asked.isascii() else None
    if facts is None:
        raise AuthorError(f"there is no target {asked!r}", expected=_POSSIBLE)
    system = "none" if "none" in asked.split("-") else facts.system
    if not facts.is_elf:
        wrong = "has object files of another format than ELF"
    elif facts.layout.startswith("E"):
        wrong = "is big-endian, and states and contexts are little-endian"
    elif not _is_64_bit(asked, facts.layout):
        wrong = "has addresses of less than 64 bits"
    elif facts.architecture not in ARCHITECTURES:
        wrong = f"has the CPU {facts.architecture}, for which no code was ever tested"
    elif system not in SYSTEMS:
        wrong = "has an unknown system, or one with calling conventions of its own"
    else:
        return f"{facts.architecture}-unknown-{system}-{facts.environment}"
    raise AuthorError(f"the target {asked!r} {wrong}", expected=_POSSIBLE)


def _is_64_bit(triple: str, layout: str) -> bool:
    """Where a layout names no size of addresses, that is 64 bits."""
    sizes = [part for part in layout.split("-") if part.startswith("p:")]
    return "ilp32" not in triple and all(part.startswith("p:64") for part in sizes)
