# SPDX-License-Identifier: Apache-2.0
"""Values as a report words them. Texts of recordings are anybody's: here they become one line."""

from __future__ import annotations

from datetime import UTC, datetime

from lightexit.shown import one_line
from lightexit.trace.report.values import RegisterSummary, VmSummary

#: Who answers, in the order in which it is shown, and what that is called.
ANSWERS = {
    "kvm": "in KVM",
    "filter": "by a filter",
    "model": "by a model",
    "user": "by the VMM",
    "nobody": "by nobody",
    "other": "otherwise",
}
_SPACES = {"pio": "port", "mmio": "memory", "msr": "MSR"}
_LONGEST = 60


def short(text: str, longest: int = _LONGEST) -> str:
    """One line of at most so many characters."""
    return one_line(text, longest)


def place(register: RegisterSummary) -> str:
    """Where it is: "port 0x608"."""
    return f"{_SPACES.get(register.space, register.space)} {register.address:#x}"


def title(register: RegisterSummary) -> str:
    """What it is called and whether it is read: "pm PM_TMR read"; where it is if nobody knows."""
    name = f"{register.name.device} {register.name.register}".strip() or place(register)
    return short(f"{name} {'write' if register.is_write else 'read'}")


def vm_title(vm: VmSummary) -> str:
    """The VM by its name; by its process if that is all that is known."""
    return short(vm.vm or f"pid {vm.pid}")


def count(number: int) -> str:
    """With thousands apart."""
    return f"{number:,}"


def duration(ns: float | None) -> str:
    """In a unit that fits: "1.10 us"; "" for None."""
    if ns is None:
        return ""
    for limit, unit in ((1e3, "ns"), (1e6, "us"), (1e9, "ms")):
        if ns < limit:
            scaled = ns / (limit / 1e3)
            return f"{scaled:.0f} {unit}" if unit == "ns" else f"{scaled:.3g} {unit}"
    return f"{ns / 1e9:,.1f} s"


def percent(part: float, whole: float) -> str:
    """A share; "" of nothing."""
    return f"{100 * part / whole:.1f} %" if whole else ""


def moment(ns: int) -> str:
    """A time in UTC, to the second."""
    return datetime.fromtimestamp(ns / 1e9, UTC).strftime("%Y-%m-%d %H:%M:%S UTC")


def rate(accesses: int, seconds: float) -> str:
    """Accesses a second; "" where no time has passed."""
    return f"{accesses / seconds:,.0f}" if seconds > 0 else ""
