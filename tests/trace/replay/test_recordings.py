# SPDX-License-Identifier: Apache-2.0
"""Replay of recordings: which VM, from when on, what is damaged; and the command's output."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from cli.test_schemas import closed, schema
from lightexit.cli.app import app
from lightexit.errors import LightexitError
from lightexit.trace.access import Access
from lightexit.trace.recording import About, MappedDevice, RecordingWriter
from lightexit.trace.replay.source import open_source
from lightexit.trace.vms import Vm
from recordings import START, find_vm
from replaying import access

pytest.importorskip("pyarrow", reason="pyarrow is not installed (extra record)")
jsonschema = pytest.importorskip("jsonschema", reason="jsonschema is not installed (extra dev)")

SECOND = 10**9
#: A guest of QEMU's: the PM timer twice, port 0x92, and the RTC's control register.
GUEST = (
    access(0x608, 0x1000, size=4, time_ns=START),
    access(0x608, 0x1000 + 3_579_545, size=4, time_ns=START + SECOND),
    access(0x92, 2, time_ns=START + SECOND),
    access(0x92, 0, is_write=True, time_ns=START + 2 * SECOND),
    access(0x92, 3, time_ns=START + 2 * SECOND),
    access(0x70, 0x0D, is_write=True, time_ns=START + 3 * SECOND),
    access(0x71, 0x80, time_ns=START + 3 * SECOND),
)


def written(path: Path, steps: tuple[Access, ...], about: About | None = None) -> Path:
    told = about or About("host", "tracepoints", started=START)
    with RecordingWriter(path, told, find_vm) as writer:
        writer.add(steps)
    return path


@pytest.fixture
def guest(tmp_path: Path) -> Path:
    return written(tmp_path / "guest.parquet", GUEST)


@pytest.fixture
def two(tmp_path: Path) -> Path:
    steps = [replace(step, pid=pid) for pid in (11, 12) for step in GUEST]
    return written(tmp_path / "two.parquet", tuple(steps))


def run(*words: str | Path) -> Result:
    return CliRunner().invoke(app, ["replay", *map(str, words)])


def refused(*words: str | Path) -> str:
    result = run(*words)
    assert isinstance(result.exception, LightexitError), result.output
    assert result.exception.exit_status == 2
    return str(result.exception)


def test_agreement_is_status_0(guest: Path) -> None:
    result = run(guest, "--device", "port92", "--device", "rtc")
    assert result.exit_code == 0
    assert result.stdout == (
        f"{guest}: VM vm4242 (pid 4242)\n"
        "  5 of 7 accesses replayed, without filters and with filters\n"
        "  filters answered 4 registers\n\n"
        "agree: without filters and with filters\n"
    )


def test_a_difference_is_status_1_with_state_and_table(guest: Path) -> None:
    result = run(guest, "--against", "recording", "--device", "port92", "--device", "pm=0x600")
    assert result.exit_code == 1
    assert "2 of 3 registers differ from the recording:\n" in result.stdout
    assert "| pm.PM_TMR        | port 0x608 |     2 |      2 |     1 | 0x1000" in result.stdout
    assert "access 1 differs: read of pm.PM_TMR (port 0x608), 4 bytes\n" in result.stdout
    assert (
        "  kind: time: read again a little later, the register reads otherwise\n" in result.stdout
    )
    assert "    pm.counter_mask = 0xffffff\n" in result.stdout


def test_what_is_allowed_leaves_the_next_difference(guest: Path) -> None:
    words: list[str | Path] = [guest, "--against", "recording", "--device", "port92"]
    words += ["--device", "pm=0x600"]
    result = run(*words, "--allow", "time")
    assert result.exit_code == 1
    assert "access 5 differs: read of port92.CONTROL_A (port 0x92), 1 byte\n" in result.stdout
    assert "  recorded      0x3\n  with filters  0x0\n" in result.stdout
    assert "  kind: unexplained:" in result.stdout
    result = run(*words, "--allow", "time", "--allow", "port92.CONTROL_A")
    assert result.exit_code == 0
    assert run(*words, "--allow", "pm.*", "--allow", "port92.*").exit_code == 0
    result = run(*words, "--allow", "time", "--allow", "port92.CONTROL_B")
    assert "port92.CONTROL_B: nothing like it differs: did you mean port92.CONTROL_A?" in (
        result.stderr
    )


@pytest.mark.parametrize("against", ["filter", "recording"])
def test_json_follows_its_schema(guest: Path, against: str) -> None:
    words = ["--device", "port92", "--device", "pm=0x600", "--json", "--against", against]
    result = run(guest, *words)
    document = json.loads(result.stdout)
    jsonschema.Draft202012Validator(closed(schema("replay"))).validate(document)
    assert (document["verdict"] == "agree") == (against == "filter")
    assert result.exit_code == (against == "recording")
    assert document["replayed"] == 5


def test_the_clock_starts_as_the_recording(tmp_path: Path) -> None:
    """An RTC in UTC: 22:13:20 at START, and 61 s later 22:14:21."""
    steps = [
        access(0x70, 4, is_write=True, time_ns=START),
        access(0x71, 0x22, time_ns=START),
        access(0x70, 0, is_write=True, time_ns=START),
        access(0x71, 0x20, time_ns=START),
        access(0x71, 0x21, time_ns=START + 61 * SECOND),
    ]
    path = written(tmp_path / "rtc.parquet", tuple(steps))
    assert run(path, "--device", "rtc", "--against", "recording").exit_code == 0


def test_a_machine_of_ours_says_its_devices_and_its_time(tmp_path: Path) -> None:
    devices = (MappedDevice("pm", "pio", 0xB000, 64), MappedDevice("unknown", "pio", 1, 1))
    about = About("host", "lightexit", started=START, vm_started=START - SECOND, devices=devices)
    steps = (access(0xB008, 3_579_545, size=4, time_ns=START),)
    path = written(tmp_path / "own.parquet", steps, about)
    source = open_source(path)
    assert (source.devices, source.origin_ns, source.start_ns) == (("pm",), START - SECOND, 0)
    assert run(path, "--against", "recording").exit_code == 0


def test_one_of_several_vms_is_chosen(two: Path) -> None:
    told = refused(two, "--device", "rtc")
    assert "has accesses of 2 VMs: vm11 (pid 11), vm12 (pid 12)\n" in told
    assert "try: --pid 11" in told
    for words in (["--pid", "12"], ["--vm", "vm12"]):
        result = run(two, "--device", "rtc", *words)
        assert result.stdout.startswith(f"{two}: VM vm12 (pid 12)\n")
    assert "has no accesses of a VM 'vm13'" in refused(two, "--device", "rtc", "--vm", "vm13")
    assert "try: --vm vm1" in refused(two, "--device", "rtc", "--vm", "vm13")
    assert "has no accesses of a VM of process 13" in refused(two, "--device", "rtc", "--pid", "13")


def test_a_name_of_a_vm_works_no_terminal(tmp_path: Path) -> None:
    path = tmp_path / "evil.parquet"
    with RecordingWriter(
        path, About("host", "tracepoints", started=START), lambda pid: Vm(pid, "\x1b[2J", "qemu")
    ) as writer:
        writer.add(GUEST)
    assert "\x1b" not in run(path, "--device", "rtc").output
    assert "\x1b" not in refused(path, "--device", "rtc", "--vm", "other")


MISUSE: list[tuple[list[str], str]] = [
    ([], "no device is named to replay the accesses"),
    (["--device", "rtcc"], "there is no device 'rtcc'"),
    (["--device", "rtc=zero"], "--device rtc=zero: 'zero' is no address"),
    (["--device", "pm=gpe:0x100"], "--device pm: it has no window 'gpe'"),
    (["--device", "rtc", "--device", "rtc"], "the device rtc is given twice"),
    (["--device", "rtc=0x10000"], "0x10000"),
    (["--device", "rtc", "--device", "ps2=0x70"], "overlaps"),
    (["--device", "hpet"], "none of the 7 accesses is one of the devices'"),
    (["--device", "rtc", "--engine", "fast"], "there is no engine 'fast'"),
    (["--device", "rtc", "--against", "device"], "--against device compares a library"),
    (["--library", "none.so"], "none.so: there is no such file"),
    (["--library", "none.so", "--against", "filter"], "a library has no filters"),
    (["--device", "none.py:Rtc"], "none.py: no such file"),
]


@pytest.mark.parametrize(("words", "message"), MISUSE, ids=[" ".join(each) for each, _ in MISUSE])
def test_misuse_is_one_message(words: list[str], message: str, guest: Path) -> None:
    assert message in refused(guest, *words)


def test_the_hint_of_a_wrong_place_works(guest: Path) -> None:
    assert "the file has most at: pio 0x92 (3), pio 0x608 (2)" in refused(guest, "--device", "hpet")
    assert "try: pm=gpe0:ADDRESS" in refused(guest, "--device", "pm=gpe:1")
    assert run(guest, "--device", "pm=pm:0x600,gpe0:0x700").exit_code == 0


OWN = """
from lightexit.bus.clock import Clock
from lightexit.devices.port92 import Port92

class Mine(Port92):
    name = "mine"
    def read(self, offset, size):
        return super().read(offset, size) & ~2

def odd(clock: Clock, colour: str): ...
"""


def test_a_device_of_a_file_is_replayed(guest: Path, tmp_path: Path) -> None:
    path = tmp_path / "mine.py"
    path.write_text(OWN)
    result = run(guest, "--device", f"{path}:Mine=0x92")
    assert result.exit_code == 1
    assert "access 3 differs: read of mine.CONTROL_A (port 0x92), 1 byte\n" in result.stdout
    assert "  without filters  0x0\n  with filters     0x2\n" in result.stdout
    assert "one of: " in refused(guest, "--device", f"{path}:Yours")
    assert "odd is made with colour of type str" in refused(guest, "--device", f"{path}:odd")
    assert "is not known" in refused(guest, "--device", f"{path}:Mine")


def damaged(guest: Path, change: str) -> bytes:
    data = guest.read_bytes()
    if change == "truncated":
        return data[: len(data) // 2]
    if change == "pages":
        return data[:4] + bytes(200) + data[204:]
    return b"PAR1" + bytes(100) + b"PAR1"


@pytest.mark.parametrize("change", ["truncated", "pages", "zeros"])
def test_a_damaged_recording_is_one_message(change: str, guest: Path) -> None:
    guest.write_bytes(damaged(guest, change))
    assert str(guest) in refused(guest, "--device", "rtc")


def test_other_files_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "x"
    assert "x" in refused(path, "--device", "rtc")
    path.write_bytes(b"\x7fELF" + bytes(60))
    assert "begins with 7f 45 4c 46\n  expected: a recording of `lightexit record`" in refused(
        path, "--device", "rtc"
    )
    assert "is no regular file" in refused("/dev/zero", "--device", "rtc")
    assert "folder" in refused(tmp_path, "--device", "rtc")


@pytest.mark.parametrize(
    "step", [access(0x92, size=200), access(2**64 - 1), access(0x70, time_ns=START + 2**62)]
)
def test_a_hostile_recording_is_one_message(step: Access, tmp_path: Path) -> None:
    path = written(tmp_path / "x.parquet", (GUEST[0], replace(step, value=None)))
    assert refused(path, "--device", "rtc").startswith("access 2 is ")


def test_an_empty_recording_is_refused(tmp_path: Path) -> None:
    path = written(tmp_path / "x.parquet", ())
    assert "has no accesses" in refused(path, "--device", "rtc")


def test_golden_traces_are_taken_as_they_are() -> None:
    path = Path(__file__).parents[2] / "golden/traces/scenarios/rtc/alarm_12h.jsonl"
    result = run(path)
    assert result.exit_code == 0
    assert f"{path}: golden trace of rtc\n" in result.stdout
    assert "a golden trace, which has no VMs" in refused(path, "--pid", "3")
