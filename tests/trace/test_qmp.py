# SPDX-License-Identifier: Apache-2.0
"""PCI functions have the names that QEMU tells of them, and no answer harms who asked."""

from __future__ import annotations

import contextlib
import json
import os
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lightexit.abi import Space
from lightexit.errors import HostError
from lightexit.trace import qmp
from lightexit.trace.access import AccessCount, AccessKey, Answer, Counts
from lightexit.trace.advice import advise
from lightexit.trace.names.maps import AddressMap
from lightexit.trace.names.pci import pci_windows
from lightexit.trace.qmp import ask
from lightexit.trace.rates import rates
from lightexit.trace.vms import Vm, Vms
from stock_qemu import needs_qemu, qemu, rom

GREETING: dict[str, Any] = {"QMP": {"version": {}, "capabilities": []}}
EVENT = {"event": "RTC_CHANGE", "data": {}, "timestamp": {}}
NET: dict[str, Any] = {
    "bus": 0,
    "slot": 3,
    "function": 0,
    "qdev_id": "net0",
    "id": {"device": 0x1000, "vendor": 0x1AF4},
    "regions": [
        {"bar": 0, "type": "io", "address": 0xC040, "size": 32},
        {"bar": 1, "type": "memory", "address": 0xFEBF_1000, "size": 4096},
        {"bar": 4, "type": "memory", "address": 0xFE00_0000, "size": 0x4000},
    ],
}
BEHIND = {
    "bus": 1,
    "slot": 0x1F,
    "function": 2,
    "qdev_id": "",
    "id": {"device": 0x1042, "vendor": 0x1AF4},
    "regions": [
        {"bar": 0, "type": "memory", "address": -1, "size": 4096},
        {"bar": 4, "type": "memory", "address": 0x38_0000_0000, "size": 0x4000},
    ],
}
BRIDGE = {
    "bus": 0,
    "slot": 4,
    "function": 0,
    "id": {"device": 0x000C, "vendor": 0x1B36},
    "regions": [{"bar": 0, "type": "memory", "address": 0xFEBF_2000, "size": 4096}],
    "pci_bridge": {"bus": {"number": 0}, "devices": [BEHIND]},
}
BUSES = [{"bus": 0, "devices": [NET, BRIDGE]}]


@pytest.mark.parametrize(
    ("space", "address", "shown"),
    [
        (Space.PIO, 0xC050, "net0 QUEUE_NOTIFY"),
        (Space.PIO, 0xC041, "net0 DEVICE_FEATURES+1"),
        (Space.MMIO, 0xFEBF_1000, "net0 BAR1"),
        (Space.MMIO, 0xFE00_3004, "net0 QUEUE_NOTIFY"),
        (Space.MMIO, 0xFE00_0014, "net0 DEVICE_STATUS"),
        (Space.MMIO, 0xFE00_1000, "net0 ISR_STATUS"),
        (Space.MMIO, 0xFEBF_2000, "1b36:000c@4.0 BAR0"),
        (Space.MMIO, 0x38_0000_3000, "virtio-blk@1:1f.2 QUEUE_NOTIFY"),
        (Space.PIO, 0x608, "pm PM_TMR"),  # as without
        (Space.MMIO, 0xFEBF_8000, "pci-bar"),
    ],
)
def test_registers_of_pci_functions(space: Space, address: int, shown: str) -> None:
    vms = Vms()
    vms.learn(7, pci_windows(BUSES))
    assert str(vms.name(Vm(7, "", "qemu"), space, address, False)) == shown


def test_advice_knows_doorbells_by_the_names_learned() -> None:
    vms = Vms(lambda pid: Vm(pid, "web", "qemu"), lambda pid, tid: 0)
    vms.learn(7, pci_windows(BUSES))
    key = AccessKey(7, 8, Space.MMIO, 0xFE00_3004, 2, True, Answer.USER)
    counts = Counts(0, {}, {}, {}), Counts(10**9, {key: AccessCount(5000)}, {}, {})
    [advice] = advise(rates(*counts, vms), vms)
    assert advice.rule == "doorbells"
    assert "net0 QUEUE_NOTIFY" in advice.evidence


def test_what_is_learned_is_of_one_vm() -> None:
    vms = Vms()
    vms.learn(7, pci_windows(BUSES))
    assert str(vms.name(Vm(8, "", "qemu"), Space.PIO, 0xC050, False)) == "pci-bar"
    vms.forget([7])
    assert str(vms.name(Vm(7, "", "qemu"), Space.PIO, 0xC050, False)) == "pci-bar"


def test_of_regions_that_overlap_the_first_is_kept() -> None:
    other = NET | {"qdev_id": "other", "regions": [NET["regions"][0] | {"address": 0xC050}]}
    assert len(pci_windows([{"devices": [NET, other]}])) == 3


def test_a_name_is_short_and_plain() -> None:
    evil = NET | {"qdev_id": "\x1b[2J" + "x" * 10**6}
    for window in pci_windows([{"devices": [evil]}]):
        assert window.device.isprintable()
        assert len(window.device) == 40


KEYS = (
    *("devices", "regions", "pci_bridge", "bar", "address", "size", "type", "id", "bus", "slot"),
    *("function", "qdev_id", "vendor", "device"),
)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(KEYS), inner, max_size=4)
    ),
    max_leaves=12,
)


@settings(derandomize=True, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(VALUES)
def test_any_answer_gives_a_map(answer: Any) -> None:
    AddressMap(pci_windows(answer))
    AddressMap(pci_windows([{"devices": [NET | {"regions": answer}, answer]}]))


# The monitor


@contextmanager
def monitor(path: Path, *answers: bytes, pause: float = 0.0) -> Iterator[list[bytes]]:
    """A server that sends these answers, the first at once, each other for a command."""
    heard: list[bytes] = []
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(path))
        listener.listen()

        def serve() -> None:
            connection, _ = listener.accept()
            with connection, contextlib.suppress(OSError):  # who asked has heard enough
                for number, answer in enumerate(answers):
                    if number:
                        heard.append(connection.recv(4096))
                    connection.sendall(answer)
                time.sleep(pause)

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield heard
        thread.join(5)


def line(*objects: Any) -> bytes:
    return b"".join(json.dumps(each).encode() + b"\r\n" for each in objects)


def test_only_questions_are_asked_and_the_peer_is_known(tmp_path: Path) -> None:
    answers = line(GREETING), line(EVENT, {"return": {}}), line(EVENT, {"return": BUSES})
    with monitor(tmp_path / "qmp", *answers) as heard:
        pid, windows = ask(tmp_path / "qmp")
    assert (pid, len(windows)) == (os.getpid(), 5)
    assert [json.loads(each) for each in heard] == [
        {"execute": "qmp_capabilities"},
        {"execute": "query-pci"},
    ]


@pytest.mark.parametrize(
    ("answers", "said"),
    [
        ([b""], "what answers is no monitor of QEMU's"),
        ([b"SSH-2.0\r\n"], "what answers is no monitor of QEMU's"),
        ([b"[" * 100_000 + b"\n"], "what answers is no monitor of QEMU's"),
        ([b"\x1b" * 2_000_000], "what answers is no monitor of QEMU's"),
        ([line(GREETING), line({"error": {"desc": "\x1b[2J"}})], "no monitor of QEMU's"),
        ([line(GREETING), line({"return": {}}), line({"return": None})[:-9]], "no monitor"),
    ],
)
def test_what_is_no_monitor_is_refused(answers: list[bytes], said: str, tmp_path: Path) -> None:
    with monitor(tmp_path / "qmp", *answers), pytest.raises(HostError, match=said) as refused:
        ask(tmp_path / "qmp")
    assert str(refused.value).isprintable() or "\x1b" not in str(refused.value)


def test_a_monitor_that_is_busy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(qmp, "_PATIENCE_S", 0.1)
    with (
        monitor(tmp_path / "qmp", b"", pause=0.3),
        pytest.raises(HostError, match="nobody answers") as refused,
    ):
        ask(tmp_path / "qmp")
    assert "a monitor talks to one at a time" in refused.value.advice


def test_a_socket_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(HostError, match="no such file or directory"):
        ask(tmp_path / "qmp")
    with pytest.raises(HostError, match="too long"):
        ask(tmp_path / ("x" * 200))


@needs_qemu
def test_a_real_qemu_tells_its_functions(tmp_path: Path) -> None:
    """Firmware that does nothing leaves regions unmapped; where they are, SeaBIOS says."""
    path = tmp_path / "qmp"
    words = ("-qmp", f"unix:{path},server=on,wait=off", "-device", "virtio-net-pci,id=net0")
    with qemu(tmp_path, rom(b"\xf4\xeb\xfd"), *words) as guest:
        ends = time.monotonic() + 20
        while not path.exists() and time.monotonic() < ends:
            time.sleep(0.01)
        assert ask(path) == (guest.pid, [])
