# SPDX-License-Identifier: Apache-2.0
"""What is said of hosts that are made up of files."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from lightexit.measure.host import Frequency, Underneath, host_facts, virtualization

CPU = "sys/devices/system/cpu"
SERVER = {
    "proc/cpuinfo": "processor\t: 0\nvendor_id\t: GenuineIntel\ncpu family\t: 6\nmodel\t\t: 106\n"
    "model name\t: Intel(R) Xeon(R)\nstepping\t: 6\nmicrocode\t: 0xd0003e7\nflags\t\t: fpu vmx\n"
    "\nprocessor\t: 1\nmicrocode\t: 0x1\n",
    "proc/cmdline": "BOOT_IMAGE=/vmlinuz root=UUID=secret mitigations=off isolcpus=3 quiet",
    "sys/class/dmi/id/sys_vendor": "Maker\n",
    "sys/class/dmi/id/product_name": "Server\n",
    f"{CPU}/online": "0-3\n",
    f"{CPU}/smt/active": "1\n",
    f"{CPU}/vulnerabilities/meltdown": "Mitigation: PTI\n",
    f"{CPU}/vulnerabilities/mds": "Not affected\n",
    f"{CPU}/cpu3/cpufreq/scaling_driver": "intel_pstate\n",
    f"{CPU}/cpu3/cpufreq/scaling_governor": "performance\n",
    f"{CPU}/cpu3/cpufreq/cpuinfo_max_freq": "3400000\n",
    f"{CPU}/intel_pstate/no_turbo": "1\n",
    "sys/devices/system/clocksource/clocksource0/current_clocksource": "tsc\n",
    "sys/module/kvm/parameters/halt_poll_ns": "200000\n",
    "sys/module/kvm/parameters/other": "1\n",
    "sys/module/kvm_intel/parameters/ept": "Y\n",
    "sys/module/kvmgt/parameters/ept": "Y\n",
}


def tree(root: Path, files: Mapping[str, str]) -> Path:
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return root


def test_all_is_read(tmp_path: Path) -> None:
    facts = host_facts(3, tree(tmp_path, SERVER))
    assert facts.machine == "Maker Server"
    assert facts.cpu == {
        "vendor": "GenuineIntel",
        "model": "Intel(R) Xeon(R)",
        "family": "6",
        "model_number": "106",
        "stepping": "6",
        "microcode": "0xd0003e7",
    }
    assert (facts.cpus, facts.is_smt, facts.clocksource) == ("0-3", True, "tsc")
    assert facts.mitigations == {"mds": "Not affected", "meltdown": "Mitigation: PTI"}
    assert facts.kvm == {"kvm": {"halt_poll_ns": "200000"}, "kvm_intel": {"ept": "Y"}}
    assert facts.frequency == Frequency("intel_pstate", "performance", False, 3_400_000)
    assert facts.virtualization.underneath is Underneath.HARDWARE


def test_of_the_kernels_arguments_those_are_told_that_matter(tmp_path: Path) -> None:
    facts = host_facts(0, tree(tmp_path, SERVER))
    assert facts.arguments == ("mitigations=off", "isolcpus=3")


def test_a_host_that_shows_nothing_is_described_by_nothing(tmp_path: Path) -> None:
    facts = host_facts(0, tmp_path)
    assert set(facts.cpu.values()) == {None}
    assert (facts.machine, facts.cpus, facts.is_smt, facts.clocksource) == (None,) * 4
    assert (facts.arguments, facts.mitigations, facts.kvm) == ((), {}, {})
    assert facts.frequency == Frequency(None, None, None, None)
    assert facts.virtualization.underneath is Underneath.UNKNOWN


@pytest.mark.parametrize(("boost", "wanted"), [("1\n", True), ("0\n", False)])
def test_turbo_of_other_drivers(tmp_path: Path, boost: str, wanted: bool) -> None:
    facts = host_facts(0, tree(tmp_path, {f"{CPU}/cpufreq/boost": boost}))
    assert facts.frequency.is_turbo is wanted


@pytest.mark.parametrize(
    ("flags", "modules", "wanted", "text"),
    [
        ("fpu vmx", ["kvm", "kvm_intel"], Underneath.HARDWARE, "this CPU's own VMX (kvm_intel)"),
        ("fpu svm", ["kvm", "kvm_amd"], Underneath.HARDWARE, "this CPU's own SVM (kvm_amd)"),
        ("svm hypervisor", ["kvm", "kvm_amd"], Underneath.NESTED, "provides its SVM (kvm_amd)"),
        ("fpu hypervisor", ["kvm", "kvm_pvm"], Underneath.SOFTWARE, "every exit is emulated"),
        ("fpu vmx", ["kvm", "kvm_intel", "kvm_pvm"], Underneath.SOFTWARE, "is emulated"),
        ("fpu vmx", [], Underneath.NOTHING, "No module of KVM"),
        ("fpu vmx", ["kvm"], Underneath.NOTHING, "No module of KVM"),
        (None, ["kvm", "kvm_amd"], Underneath.UNKNOWN, "is not known"),
    ],
)
def test_what_kvm_stands_on(
    flags: str | None, modules: list[str], wanted: Underneath, text: str
) -> None:
    found = virtualization(flags, modules)
    assert found.underneath is wanted
    assert found.is_emulated is (wanted is not Underneath.HARDWARE)
    assert text in found.text
    assert found.text.count(".") == 1


def test_this_host_is_described() -> None:
    assert host_facts().kernel
