# SPDX-License-Identifier: Apache-2.0
"""The rig itself, and what the kernel said while the tests of `inside/` ran in it."""

from __future__ import annotations

import lzma
import re
import struct

import pytest

from kernel import rig
from kernel.apt import Unavailable
from kernel.conftest import Run
from kernel.kernels import last, unpack_image
from kernel.steps import Symbols

#: What loading an unsigned module of nobody's tree says.
_EXPECTED = ("loading out-of-tree module", "module verification failed", "kvm: SMP vm created")
#: What test_no_memory brings about, a stack with it.
_NO_MEMORY = re.compile(r"^.* invoked oom-killer: .*?no killable processes", re.M | re.S)


def test_the_kernel_has_nothing_to_complain_about(rig_run: Run) -> None:
    result = rig_run.result
    assert result is not None
    lines = _NO_MEMORY.sub("", result.console + result.log).splitlines()
    complaints = [line for line in lines if "lightexit" in line or "Call Trace" in line]
    complaints += [line for line in lines if "WARNING" in line or "BUG" in line or "rig:" in line]
    assert [line for line in complaints if not any(text in line for text in _EXPECTED)] == []


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
