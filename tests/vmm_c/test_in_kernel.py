# SPDX-License-Identifier: Apache-2.0
"""examples/vmm-c with --engine in-kernel, in the rig: the module answers, guests see the same."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest

from kernel import rig
from kernel.apt import Unavailable
from loader.daemon import program
from vmm_c.built import EXAMPLE, Ended, Vmm, build
from vmm_c.test_guests import BUSY, WELL, counts

pytestmark = pytest.mark.long

SCRIPT = Path(__file__).with_name("inside.sh")
#: The module, libbpf and a clock of the VMM's are held to one kernel here.
SERIES = "6.12"


def in_rig(built: Vmm) -> dict[str, Ended]:
    """What each run of the script gave; one boot for all of them."""
    names = f"FOLDER={shlex.quote(str(built.folder))} SCRATCH={rig.SHARE}"
    names += f" LOADER={shlex.quote(str(program('-O2 -g')))}"
    try:
        result = rig.run(f"{names} sh {SCRIPT}", series=SERIES)
    except Unavailable as error:
        pytest.skip(f"no rig: {error}")
    assert result.status == 0, result.output + result.console
    found = re.findall(r"^== (.*)\n([^=]*?)^-- (\d+)\n([^=]*)", result.output, re.M)
    return {name: Ended(int(status), out, errors) for name, out, status, errors in found}


@pytest.fixture(scope="module")
def runs() -> dict[str, Ended]:
    return in_rig(build())


@pytest.mark.parametrize("name", ["real", "long"])
def test_guests_print_the_same(runs: dict[str, Ended], name: str) -> None:
    ended = runs[name]
    shown = "".join(f"    {line}\n" for line in ended.output.splitlines())
    assert (ended.status, len(shown) > 100) == (0, True)
    assert shown in (EXAMPLE / "README.md").read_text("utf-8")


@pytest.mark.parametrize("name", BUSY)
def test_the_kernel_answers(runs: dict[str, Ended], name: str) -> None:
    ended = runs[name]
    table = counts(ended.errors)
    for device in BUSY[name]:
        in_kernel, by_filter, _ = table[device]
        # Where a model held the state, the filter may have been tried here once more.
        assert in_kernel > 10 * by_filter, ended.errors
    assert "vmm: " not in ended.errors


def test_nothing_is_lost(runs: dict[str, Ended]) -> None:
    assert runs["traffic"][:2] == (0, WELL.format(1))
    for name in ("saved", *(f"restored {after}" for after in (3, 8, 21, 34))):
        assert runs[name] == (0, "", ""), name
    for name in ("restored in-kernel", "restored native"):
        assert runs[name][:2] == (0, WELL.format(0)), name
    in_kernel = runs["restored in-kernel"].errors
    assert counts(in_kernel)["pm"][0] > 0, in_kernel
    assert counts(runs["restored native"].errors)["pm"][0] == 0


def test_without_rights_the_native_engine_runs_the_filters(runs: dict[str, Ended]) -> None:
    ended = runs["no rights"]
    assert (ended.status, ended.output) == (0, runs["real"].output)
    assert re.fullmatch(
        r"vmm: \S+pit_read_or_latch\.bpf\.o: bpf\(2\) does not load it: Operation not permitted: "
        r"CAP_BPF is needed\nvmm: the native engine runs the filters\n",
        ended.errors,
    ), ended.errors


@pytest.mark.parametrize("name", ["real", "long"])
def test_guests_print_the_same_without_any_right(runs: dict[str, Ended], name: str) -> None:
    assert runs[f"loader {name}"][:2] == runs[name][:2]


@pytest.mark.parametrize("name", BUSY)
def test_the_kernel_answers_a_process_without_any_right(runs: dict[str, Ended], name: str) -> None:
    """Whose loader, while the guest `traffic` runs, is killed."""
    ended = runs[f"loader {name}"]
    for device in BUSY[name]:
        in_kernel, by_filter, _ = counts(ended.errors)[device]
        assert in_kernel > 10 * by_filter, ended.errors
    assert "vmm: " not in ended.errors
    if name == "traffic":
        assert ended[:2] == (0, WELL.format(1))
