# SPDX-License-Identifier: Apache-2.0
"""What this host is, as far as it changes what an exit costs: read from /proc and /sys.

What cannot be read is None, or left out of a mapping.
"""

from __future__ import annotations

import platform
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

#: Parameters of KVM's modules that change what an exit costs; of others' modules, all.
_PARAMETERS = {
    "kvm": ("halt_poll_ns", "mmio_caching", "nx_huge_pages", "tdp_mmu", "enable_pmu"),
    "kvm_intel": (
        *("ept", "unrestricted_guest", "vpid", "flexpriority", "enable_apicv", "eptad", "pml"),
        *("preemption_timer", "vmentry_l1d_flush", "nested", "ple_gap"),
    ),
    "kvm_amd": ("npt", "avic", "nested", "vgif", "vls", "nrips", "lbrv", "pause_filter_count"),
}
#: The kernel's arguments that do so, by how they begin.
_ARGUMENTS = (
    *("mitigations=", "spectre_v2", "spec_store_bypass", "retbleed=", "l1tf=", "mds=", "srbds="),
    *("tsx", "mmio_stale_data=", "spec_rstack_overflow=", "pti=", "nopti", "nospectre", "nosmt"),
    *("idle=", "processor.max_cstate=", "intel_idle.", "intel_pstate=", "amd_pstate="),
    *("isolcpus=", "nohz_full=", "rcu_nocbs=", "preempt=", "kvm.", "kvm-intel.", "kvm_intel."),
    *("kvm-amd.", "kvm_amd.", "tsc=", "clocksource="),
)
_CPUINFO = {
    "vendor": "vendor_id",
    "model": "model name",
    "family": "cpu family",
    "model_number": "model",
    "stepping": "stepping",
    "microcode": "microcode",
}
#: A CPU's extension and the module that uses it.
_EXTENSIONS = (("vmx", "VMX", "kvm_intel"), ("svm", "SVM", "kvm_amd"))
#: KVM without either.
_SOFTWARE = "kvm_pvm"


class Underneath(StrEnum):
    """What KVM stands on."""

    HARDWARE = "hardware"
    NESTED = "nested"
    SOFTWARE = "software"
    NOTHING = "nothing"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class Virtualization:
    """`extension` is VMX, SVM or None; `module` the one of KVM that is at work, if known.

    `has_hypervisor_flag`: the CPU tells that this host is a virtual machine itself.
    """

    underneath: Underneath
    extension: str | None
    module: str | None
    has_hypervisor_flag: bool

    @property
    def is_emulated(self) -> bool:
        """Whether figures must not be taken for a CPU's own."""
        return self.underneath is not Underneath.HARDWARE

    @property
    def text(self) -> str:
        """One sentence."""
        extension = self.extension or "VMX and SVM"
        return {
            Underneath.HARDWARE: f"KVM on this CPU's own {extension} ({self.module}).",
            Underneath.NESTED: f"This host is a virtual machine itself: the hypervisor below "
            f"provides its {extension} ({self.module}) and has a part in every exit.",
            Underneath.SOFTWARE: f"KVM works without VMX and SVM ({self.module}): every exit "
            "is emulated.",
            Underneath.NOTHING: "No module of KVM that runs guests is loaded.",
            Underneath.UNKNOWN: "The CPU's flags cannot be read: whether KVM is on hardware is not "
            "known.",
        }[self.underneath]


@dataclass(frozen=True)
class Frequency:
    """Of one CPU. `is_turbo` None where it cannot be read."""

    driver: str | None
    governor: str | None
    is_turbo: bool | None
    max_khz: int | None


@dataclass(frozen=True)
class HostFacts:
    """All of it. `cpu` has the keys of _CPUINFO; `kvm` parameters by module; `arguments` the
    kernel's."""

    machine: str | None
    cpu: Mapping[str, str | None]
    cpus: str | None
    is_smt: bool | None
    kernel: str
    kernel_version: str
    arguments: tuple[str, ...]
    clocksource: str | None
    mitigations: Mapping[str, str]
    kvm: Mapping[str, Mapping[str, str]]
    virtualization: Virtualization
    frequency: Frequency


def host_facts(cpu: int = 0, root: Path = Path("/")) -> HostFacts:
    """What can be read, the frequency that of CPU `cpu`; `root` is where proc and sys are."""
    info, system = _cpuinfo(root), root / "sys/devices/system"
    uname = platform.uname()
    return HostFacts(
        machine=_machine(root),
        cpu={name: info.get(key) for name, key in _CPUINFO.items()},
        cpus=_read(system / "cpu/online"),
        is_smt=_flag(system / "cpu/smt/active"),
        kernel=uname.release,
        kernel_version=uname.version,
        arguments=tuple(_arguments(root)),
        clocksource=_read(system / "clocksource/clocksource0/current_clocksource"),
        mitigations=_texts(system / "cpu/vulnerabilities"),
        kvm=_kvm(root),
        virtualization=virtualization(info.get("flags"), _modules(root)),
        frequency=_frequency(system / "cpu", cpu),
    )


def virtualization(flags: str | None, modules: Iterable[str]) -> Virtualization:
    """From the CPU's flags (None: unreadable) and the modules of KVM that are loaded."""
    known, loaded = set((flags or "").split()), list(modules)
    is_guest = "hypervisor" in known
    if flags is None:
        return Virtualization(Underneath.UNKNOWN, None, None, is_guest)
    for flag, extension, module in _EXTENSIONS:
        if flag in known and module in loaded and _SOFTWARE not in loaded:
            kind = Underneath.NESTED if is_guest else Underneath.HARDWARE
            return Virtualization(kind, extension, module, is_guest)
    other = next((name for name in loaded if name != "kvm"), None)
    kind = Underneath.NOTHING if other is None else Underneath.SOFTWARE
    return Virtualization(kind, None, other, is_guest)


def _read(path: Path) -> str | None:
    """One line, or None."""
    try:
        return path.read_text(errors="replace").strip()
    except OSError:
        return None


def _flag(path: Path) -> bool | None:
    text = _read(path)
    return None if text is None else text in ("1", "Y")


def _texts(folder: Path, names: Iterable[str] | None = None) -> dict[str, str]:
    """What the files of a folder say, by name."""
    try:
        found = sorted(path.name for path in folder.iterdir())
    except OSError:
        return {}
    chosen = found if names is None else [name for name in names if name in found]
    texts = {name: _read(folder / name) for name in chosen}
    return {name: text for name, text in texts.items() if text is not None}


def _cpuinfo(root: Path) -> dict[str, str]:
    """The first CPU's lines."""
    first = (_read(root / "proc/cpuinfo") or "").partition("\n\n")[0]
    pairs = (line.partition(":") for line in first.splitlines() if ":" in line)
    return {key.strip(): value.strip() for key, _, value in pairs}


def _machine(root: Path) -> str | None:
    words = (_read(root / "sys/class/dmi/id" / each) for each in ("sys_vendor", "product_name"))
    return " ".join(filter(None, words)) or None


def _arguments(root: Path) -> list[str]:
    words = (_read(root / "proc/cmdline") or "").split()
    return [word for word in words if word.startswith(_ARGUMENTS)]


def _modules(root: Path) -> list[str]:
    try:
        return sorted(path.name for path in (root / "sys/module").glob("kvm*") if _is_kvm(path))
    except OSError:
        return []


def _is_kvm(path: Path) -> bool:
    return path.name == "kvm" or path.name.startswith("kvm_")


def _kvm(root: Path) -> dict[str, dict[str, str]]:
    folder = root / "sys/module"
    names = _modules(root)
    return {each: _texts(folder / each / "parameters", _PARAMETERS.get(each)) for each in names}


def _frequency(folder: Path, cpu: int) -> Frequency:
    own = folder / f"cpu{cpu}/cpufreq"
    no_turbo, boost = _flag(folder / "intel_pstate/no_turbo"), _flag(folder / "cpufreq/boost")
    most = _read(own / "cpuinfo_max_freq") or ""
    return Frequency(
        driver=_read(own / "scaling_driver"),
        governor=_read(own / "scaling_governor"),
        is_turbo=boost if no_turbo is None else not no_turbo,
        max_khz=int(most) if most.isdecimal() else None,
    )
