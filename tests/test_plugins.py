# SPDX-License-Identifier: Apache-2.0
"""Engines, back ends, machines and devices by name, from any installed distribution."""

from __future__ import annotations

import os
import subprocess
import sys
import tomllib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from lightexit import plugins
from lightexit.abi import Space
from lightexit.bus.bus import Bus
from lightexit.bus.clock import ManualClock
from lightexit.devices.device import Device
from lightexit.errors import AuthorError, HostError
from lightexit.plugins import BACKENDS, DEVICES, ENGINES, KINDS, MACHINES, PluginKind
from lightexit.vm.backends import find

ROOT = Path(__file__).parents[1]
PYPROJECT, SOURCE = ROOT / "pyproject.toml", ROOT / "src"
COUNTER = """
from lightexit.bus.region import pio
from lightexit.devices.device import Device
from lightexit.filter import Struct, u32

class State(Struct):
    value: u32

class Counter(Device[State]):
    name = "counter"
    regions = (pio(4),)

class Silent:
    name, in_kernel = "silent", False
    def load(self, program): ...

class Fussy(Silent):
    def __init__(self, wanted): ...

def machine(config, clock, engine, *, backend, debug, serial):
    print("a machine of another's")
    raise SystemExit(0)
"""

Install = Callable[..., None]


@pytest.fixture
def install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Install:
    """Puts a distribution with that module and those entry points on the path."""
    monkeypatch.syspath_prepend(str(tmp_path))

    def install(name: str, entries: str, module: str = COUNTER) -> None:
        (tmp_path / f"{name}_module.py").write_text(module)
        metadata = tmp_path / f"{name}-1.5.dist-info"
        metadata.mkdir()
        (metadata / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.5\n")
        (metadata / "entry_points.txt").write_text(entries)

    return install


def python(*arguments: str, path: str = "", check: bool = True) -> subprocess.CompletedProcess[str]:
    """Run Python with these sources, and with what `path` has."""
    where = ":".join(filter(None, (str(SOURCE), path)))
    return subprocess.run(
        [sys.executable, *arguments],
        capture_output=True,
        text=True,
        check=check,
        env={**os.environ, "PYTHONPATH": where},
    )


def refused(kind: PluginKind, name: str) -> str:
    with pytest.raises((AuthorError, HostError)) as caught:
        plugins.make(kind, name) if kind is ENGINES else plugins.find(kind, name)
    return str(caught.value)


def test_ours_have_the_entry_points_that_are_listed() -> None:
    declared = tomllib.loads(PYPROJECT.read_text())["project"]["entry-points"]
    assert declared == {kind.group: dict(kind.ours) for kind in KINDS}


@pytest.mark.parametrize(
    ("kind", "name"), [(kind, name) for kind in KINDS for name in kind.ours], ids=str
)
def test_ours_are_what_they_should_be(kind: PluginKind, name: str) -> None:
    found = plugins.find(kind, name)
    assert callable(found)
    assert all(hasattr(found, member) for member in kind.members)
    if kind is not MACHINES:
        assert found.name == name


def test_all_devices_are_listed() -> None:
    assert {plugins.find(DEVICES, name) for name in DEVICES.ours} == set(_whole(Device))


def _whole(kind: type[Device[Any]]) -> Iterator[type[Device[Any]]]:
    """Our own devices, but for those that are a part of another."""
    for each in kind.__subclasses__():
        if each.__module__.startswith("lightexit.devices"):
            parts = list(_whole(each))
            yield from parts or [each]


def test_a_device_of_another_distribution(install: Install) -> None:
    install("counters", "[lightexit.devices]\ncounter = counters_module:Counter\n")
    assert "counter" in plugins.names(DEVICES)
    assert plugins.find(DEVICES, "counter").regions[0].size == 4


def test_an_engine_of_another_distribution(install: Install) -> None:
    install("silence", "[lightexit.engines]\nsilent = silence_module:Silent\n")
    assert plugins.make(ENGINES, "silent").name == "silent"


def test_a_name_that_there_is_not(install: Install) -> None:
    install("silence", "[lightexit.engines]\nsilent = silence_module:Silent\n")
    said = refused(ENGINES, "silnt")
    assert "there is no engine 'silnt'" in said
    assert "expected: one of: interpreter, kernel, native, silent" in said
    assert "try: silent" in said
    assert "try:" not in refused(ENGINES, "quite-another")
    with pytest.raises(AuthorError, match="there is no back end 'unicron'"):
        find("unicron")


def test_a_plugin_that_cannot_be_imported_does_not_affect_others(install: Install) -> None:
    entries = "[lightexit.engines]\nbroken = {}:Engine\nsilent = good_module:Silent\n"
    install("good", entries.format("missing_module"))
    said = refused(ENGINES, "broken")
    assert "the engine 'broken' of the distribution good 1.5 cannot be imported from" in said
    assert "ModuleNotFoundError: No module named 'missing_module'" in said
    assert plugins.make(ENGINES, "silent").name == "silent"
    assert plugins.make(ENGINES, "native").name == "native"


def test_a_plugin_that_raises_at_import_is_an_error(install: Install) -> None:
    install("raising", "[lightexit.backends]\nraising = raising_module:B\n", "1 / 0\n")
    assert "of the distribution raising 1.5 cannot be imported" in refused(BACKENDS, "raising")
    assert "ZeroDivisionError: division by zero" in refused(BACKENDS, "raising")


def test_an_attribute_that_is_not_there(install: Install) -> None:
    install("counters", "[lightexit.devices]\ncounter = counters_module:Cuonter\n")
    assert "has no attribute 'Cuonter'" in refused(DEVICES, "counter")


@pytest.mark.parametrize(
    ("kind", "what"), [(ENGINES, "State"), (DEVICES, "Silent"), (MACHINES, "u32.__doc__")]
)
def test_what_is_something_else(install: Install, kind: PluginKind, what: str) -> None:
    install("others", f"[{kind.group}]\nother = others_module:{what}\n")
    said = refused(kind, "other")
    assert f"the {kind.title} 'other' of the distribution others 1.5 is no {kind.title}" in said
    assert "expected: a " in said


def test_a_class_that_wants_more(install: Install) -> None:
    install("fussy", "[lightexit.engines]\nfussy = fussy_module:Fussy\n")
    said = refused(ENGINES, "fussy")
    assert "the engine 'fussy' of the distribution fussy 1.5 cannot be created: TypeError" in said


def test_two_that_offer_the_same(install: Install) -> None:
    for name in ("one", "two"):
        install(name, f"[lightexit.engines]\nsilent = {name}_module:Silent\n")
    said = refused(ENGINES, "silent")
    assert "the engine 'silent' is offered by several distributions: " in said
    assert "try: pip uninstall" in said


def test_one_that_offers_the_same_twice(install: Install) -> None:
    install("twice", "[lightexit.devices]\nit = twice_module:Counter\nit = twice_module:State\n")
    said = refused(DEVICES, "it")
    assert "the device 'it' is offered twice by the distribution twice 1.5" in said
    assert "expected: one entry point of that name in the group lightexit.devices" in said


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ("x = 1\n1 / 0\n", "odd_module.py:2:1: the device 'odd' of the distribution odd 1.5"),
        (
            "import sys\nsys.exit(0)\n",
            "cannot be imported from 'odd_module:Counter': SystemExit: 0",
        ),
        ("def f(:\n", "cannot be imported from 'odd_module:Counter': not Python: "),
        (
            "from lightexit.errors import AuthorError\nraise AuthorError('no', hint='yes')\n",
            "odd_module.py:2:1: the device 'odd' of the distribution odd 1.5 cannot be imported "
            "from 'odd_module:Counter': no\n    raise AuthorError('no', hint='yes')\n",
        ),
    ],
)
def test_the_line_at_which_an_import_fails_is_shown(
    install: Install, source: str, said: str
) -> None:
    install("odd", "[lightexit.devices]\nodd = odd_module:Counter\n", source)
    assert said in refused(DEVICES, "odd")
    assert "odd_module" not in sys.modules


def test_where_a_device_comes_from(install: Install) -> None:
    install("counters", "[lightexit.devices]\ncounter = counters_module:Counter\n")
    assert plugins.origin(DEVICES, plugins.find(DEVICES, "counter")) == "counters 1.5"
    assert plugins.origin(DEVICES, plugins.find(DEVICES, "pit")) == "lightexit"
    assert plugins.origin(DEVICES, Path) == ""


def test_a_models_error_names_its_distribution(install: Install) -> None:
    install("counters", "[lightexit.devices]\ncounter = counters_module:Counter\n")
    bus = Bus(ManualClock())
    counter = plugins.find(DEVICES, "counter")(bus.clock)
    bus.attach(counter, at=0x700)
    counter.read = lambda offset, size: 1 << 40
    with pytest.raises(AuthorError) as caught:
        bus.read(Space.PIO, 0x700, 4)
    assert caught.value.found.startswith(
        "the model of counter of the distribution counters 1.5 answers 0x10000000000 to a read"
    )


def test_a_distribution_cannot_override_our_names(install: Install) -> None:
    install("thief", "[lightexit.backends]\nkvm = thief_module:Silent\n")
    assert find("kvm").title == "KVM"
    assert plugins.names(BACKENDS) == ["kvm", "unicorn"]


def test_unreadable_metadata_does_not_affect_other_plugins(install: Install) -> None:
    install("damaged", "[lightexit.engines]\nno equals sign\n")
    install("silence", "[lightexit.engines]\nsilent = silence_module:Silent\n")
    assert plugins.make(ENGINES, "silent").name == "silent"
    assert "silent; the entry points of damaged (" in refused(ENGINES, "x")


def test_ours_are_found_without_any_metadata_and_nothing_is_imported_before() -> None:
    code = (
        "import sys; from lightexit import plugins; from importlib import metadata;"
        "metadata.distributions = lambda: iter(());"
        "before = {'unicorn', 'llvmlite', 'lightexit.vm.pc'} & set(sys.modules);"
        "print(before, plugins.names(plugins.ENGINES), plugins.make(plugins.BACKENDS, 'kvm').name,"
        " 'unicorn' in sys.modules)"
    )
    assert python("-c", code).stdout == "set() ['interpreter', 'kernel', 'native'] kvm False\n"


def test_a_name_of_ours_reads_no_metadata() -> None:
    code = (
        "import sys; from lightexit import plugins; plugins.find(plugins.DEVICES, 'pit');"
        "print('importlib.metadata' in sys.modules)"
    )
    assert python("-c", code).stdout == "False\n"


def test_the_command_says_what_there_is() -> None:
    for option, name, expected in (
        ("--engine", "nativ", "there is no engine 'nativ'"),
        ("--backend", "kmv", "there is no back end 'kmv'"),
        ("--machine", "q35", "there is no machine 'q35'"),
    ):
        ran = python("-m", "lightexit", "run", option, name, check=False)
        assert (ran.returncode, ran.stdout) == (2, "")
        assert expected in ran.stderr
        assert "expected: one of: " in ran.stderr
        assert "Traceback" not in ran.stderr


def test_the_command_runs_a_machine_of_another(install: Install, tmp_path: Path) -> None:
    install("machines", "[lightexit.machines]\nother = machines_module:machine\n")
    kernel = tmp_path / "flat"
    kernel.write_bytes(b"\xf4")
    options = ("run", "--machine", "other", "--kernel", str(kernel))
    ran = python("-m", "lightexit", *options, path=str(tmp_path))
    assert ran.stdout == "a machine of another's\n"
