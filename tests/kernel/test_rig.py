# SPDX-License-Identifier: Apache-2.0
"""The rig itself, and what the kernel said while the tests of `inside/` ran in it."""

from __future__ import annotations

import lzma
import re
import struct

import pytest

from kernel import debug, rig
from kernel.apt import Unavailable
from kernel.conftest import Run
from kernel.kernels import last, unpack_image
from kernel.steps import Symbols

#: What loading an unsigned module of nobody's tree says.
_EXPECTED = ("loading out-of-tree module", "module verification failed", "kvm: SMP vm created")
#: What test_no_memory brings about, a stack with it.
_NO_MEMORY = re.compile(r"^.* invoked oom-killer: .*?no killable processes", re.M | re.S)


#: What a kernel says that has found something wrong with itself, or with the module.
_COMPLAINTS = ("lightexit", "Call Trace", "WARNING", "BUG", "UBSAN", "INFO: ", "rcu: ", "Oops")


def complaints(log: str) -> list[str]:
    """The lines of a kernel's log that must not be there."""
    lines = [line for line in log.splitlines() if any(text in line for text in _COMPLAINTS)]
    lines += [line for line in log.splitlines() if "rig:" in line or "kmemleak" in line]
    return [line for line in lines if not any(text in line for text in _EXPECTED)]


@pytest.mark.long
def test_the_kernel_logs_no_warnings(rig_run: Run) -> None:
    assert rig_run.result is not None
    log = rig_run.result.console + rig_run.result.log
    assert complaints(_NO_MEMORY.sub("", log)) == []


@pytest.mark.long
def test_the_module_goes_and_leaves_nothing(rig_run: Run) -> None:
    """It can be removed once all tests are over; a kernel with kmemleak has missed no memory."""
    assert rig_run.result is not None
    assert rig_run.result.left == ""


@pytest.mark.parametrize(
    "line",
    [
        "BUG: KASAN: slab-out-of-bounds in edit+0x1/0x2 [lightexit]",
        "WARNING: possible circular locking dependency detected",
        "WARNING: suspicious RCU usage",
        "BUG: sleeping function called from invalid context at mm/slab.h:425",
        "INFO: task python3:81 blocked for more than 30 seconds.",
        "rcu: INFO: rcu_preempt detected stalls on CPUs/tasks:",
        "UBSAN: shift-out-of-bounds in arch/x86/kvm/emulate.c:10:5",
        "kmemleak: 1 new suspected memory leaks (see /sys/kernel/debug/kmemleak)",
    ],
)
def test_what_checks_find_is_a_complaint(line: str) -> None:
    assert complaints(f"[    1.0] fine\n[    2.0] {line}\n") == [f"[    2.0] {line}"]


@pytest.mark.parametrize("packed", [True, False])
def test_images_are_unpacked_if_they_are_packed_by_xz(packed: bool) -> None:
    payload = lzma.compress(b"vmlinux") + bytes(4) if packed else b"other"
    image = bytearray(2 * 512)
    image[0x1F1] = 1
    struct.pack_into("<II", image, 0x248, 0, len(payload))
    assert unpack_image(bytes(image) + payload) == (b"vmlinux" if packed else None)


RELEASES = ["6.1.0-9-amd64", "6.1.0-56-amd64", "6.1.0-55-rt-amd64", "6.12.117+deb12-amd64"]
RELEASES += ["6.12.117+deb12-cloud-amd64", "7.3-amd64", "7.3.1+deb14-amd64", "7.10-amd64"]


@pytest.mark.parametrize(
    ("series", "release"),
    [
        ("6.1", "6.1.0-56-amd64"),
        ("6.1-rt", "6.1.0-55-rt-amd64"),
        ("6.12", "6.12.117+deb12-amd64"),
        ("newest", "7.10-amd64"),
        ("newest-cloud", "6.12.117+deb12-cloud-amd64"),
        ("5.10", None),
    ],
)
def test_the_newest_kernel_of_a_series_is_taken(series: str, release: str | None) -> None:
    assert last(series, RELEASES) == release


def test_addresses_belong_to_functions() -> None:
    text = "ffff1000 T first\nffff1008 d data\nffff1080 t second\t[kvm]\n"
    symbols = Symbols(text)
    found = [symbols.at(address) for address in (0xFFFF1000, 0xFFFF107F, 0xFFFF1081)]
    assert [(each.name, each.module) if each else None for each in found] == [
        *(("first", ""), ("first", ""), ("second", "kvm"))
    ]
    assert symbols.at(0xFFFF_0FFF) is None
    assert symbols.at(0xFFFF_9080) is None


def test_no_rig_is_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    def main() -> int:
        raise Unavailable("apt knows no kernel 5.4 (apt-get update?)")

    assert rig.exit_status(main) == 2
    assert capsys.readouterr().err == "no rig: apt knows no kernel 5.4 (apt-get update?)\n"


def test_options_of_the_debug_kernel_that_kconfig_drops_are_an_error() -> None:
    given = "CONFIG_A=y\n# CONFIG_B is not set\n"
    debug._check_options("# why\nCONFIG_A=y\nCONFIG_B=n\n", given)
    with pytest.raises(RuntimeError, match="CONFIG_B=y, CONFIG_C=4"):
        debug._check_options("CONFIG_B=y\nCONFIG_A=y\nCONFIG_C=4\n", given)


def test_the_debug_kernel_has_its_checks() -> None:
    lines = debug.CONFIG.read_text().splitlines()
    checks = ("KASAN", "PROVE_LOCKING", "PROVE_RCU", "DEBUG_ATOMIC_SLEEP", "PREEMPT", "FAILSLAB")
    assert [name for name in checks if f"CONFIG_{name}=y" not in lines] == []


def test_only_a_debug_kernel_is_one() -> None:
    assert [debug.is_debug(each) for each in ("6.1.192-debug", "6.1.0-57-amd64")] == [True, False]
