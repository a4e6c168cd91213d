# SPDX-License-Identifier: Apache-2.0
"""Guests of examples/vmm-c: they print what they print on the machine in Python."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from lightexit.errors import HostError
from vmm_c.built import EXAMPLE, Vmm, vmm
from vmm_c.machine import printed

#: Devices whose filters a guest's accesses reach.
BUSY = {
    "real": ("pit", "pm", "uart"),
    "long": ("i440fx", "ioapic", "doorbell"),
    "traffic": ("pit", "pm", "uart", "i440fx", "ioapic", "doorbell"),
}
WELL = "traffic: nothing lost; other cpus: {:08x}\n"


@pytest.fixture(scope="module")
def built() -> Vmm:
    return vmm()


def counts(errors: str) -> dict[str, list[int]]:
    """The table of --counts: in the kernel, by filters, by models."""
    rows = re.findall(r"^(\w+) +(\d+) +(\d+) +(\d+)$", errors, re.M)
    return {name: [int(each) for each in numbers] for name, *numbers in rows}


@pytest.mark.parametrize("name", ["real", "long"])
def test_a_guest_prints_what_it_prints_on_the_machine_in_python(built: Vmm, name: str) -> None:
    try:
        expected = printed(Path(built.guest(name)).read_bytes())
    except HostError as error:
        pytest.skip(error.found)
    assert len(expected) > 100
    assert built.run(built.guest(name)) == (0, expected, "")
    assert built.run("--no-filters", built.guest(name)) == (0, expected, "")


def _as_unread(output: str) -> str:
    """What is typed may be in the UART before its registers are read, or after."""
    return re.sub(r"(registers(?: \w\w){4}) 61", r"\1 60", output)


@pytest.mark.parametrize("name", BUSY)
def test_filters_answer_and_without_them_models_do(built: Vmm, name: str) -> None:
    ended = built.run("--counts", built.guest(name), said="q")
    assert ended.status == 0, ended
    without = built.run("--counts", "--no-filters", built.guest(name), said="q")
    assert _as_unread(without.output) == _as_unread(ended.output)
    for device in BUSY[name]:
        in_kernel, by_filter, _ = counts(ended.errors)[device]
        assert (by_filter > 0, in_kernel) == (True, 0), (device, ended.errors)
        in_kernel, by_filter, by_model = counts(without.errors)[device]
        assert (by_model > 0, by_filter, in_kernel) == (True, 0, 0), (device, without.errors)


@pytest.mark.parametrize("cpus", [1, 3])
def test_traffic_on_several_cpus(built: Vmm, cpus: int) -> None:
    ended = built.run("--cpus", str(cpus), built.guest("traffic"), said="q")
    assert ended == (0, WELL.format(cpus - 1), "")


def test_without_the_module_the_native_engine_runs_the_filters(built: Vmm) -> None:
    if Path("/dev/lightexit").exists():
        pytest.skip("the module is loaded")
    ended = built.run("--engine", "in-kernel", "--counts", built.guest("real"))
    assert (ended.status, ended.output) == built.run(built.guest("real"))[:2]
    reason, consequence, *_ = ended.errors.splitlines()
    assert re.match("vmm: .{10}", reason)
    assert consequence == "vmm: the native engine runs the filters"
    assert counts(ended.errors)["pm"][1] > 1000


def test_the_readme_shows_what_the_guests_print(built: Vmm) -> None:
    text = (EXAMPLE / "README.md").read_text("utf-8")
    for name in ("real", "long"):
        lines = built.run(built.guest(name)).output.splitlines()
        shown = "".join(f"    {line}\n" for line in lines)
        assert shown in text, name
