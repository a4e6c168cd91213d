# SPDX-License-Identifier: Apache-2.0
"""Devices as a command line names them: what is found, how it is made, what errors say."""

from __future__ import annotations

import contextlib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lightexit.bus.clock import ManualClock
from lightexit.bus.line import Line
from lightexit.errors import AuthorError, HostError
from lightexit.targets import Target, find_target
from lightexit.targets.finding import Finder
from lightexit.targets.words import split

LAMP = """\
from enum import Enum, IntEnum
from pathlib import Path
from typing import Literal
from collections.abc import Callable
from lightexit import Clock, Device, Line, Struct, mmio, pio, u8, u16

class Colour(Enum):
    RED = 1
    GREEN = 2

class LampState(Struct):
    level: u8

class Lamp(Device[LampState]):
    name = "lamp"
    regions = (pio(2),)

    def __init__(
        self,
        clock: Clock,
        wire: Line,
        *,
        level: u8 = 0,
        step: int = 1,
        dark: bool = False,
        title: str = "",
        rom: bytes = b"",
        gain: float = 1.0,
        colour: Colour = Colour.RED,
        mode: Literal["slow", "fast"] = "slow",
        file: Path | None = None,
        plain=5,
        sink: Callable[[bytes], object] | None = None,
        second: Line | None = None,
    ) -> None:
        super().__init__(clock)
        self.lines = (wire,)
        self.given = dict(locals())
"""
OTHERS = """
class Bright(Device[LampState]):
    name = "bright"
    regions = (mmio(4, name="command"), mmio(4, name="data"))

def dimmed(clock: Clock, level: int = 3):
    lamp = Lamp(clock, Line(), level=level)
    return lamp

def none(clock: Clock):
    return 3
"""


@pytest.fixture
def lamp(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "lamp.py").write_text(LAMP)
    (tmp_path / "lamps.py").write_text(LAMP + OTHERS)
    return "lamp.py:Lamp"


def refused(text: str) -> str:
    with pytest.raises((AuthorError, HostError)) as caught:
        made(find_target(text))
    return str(caught.value)


def made(target: Target) -> object:
    device = target.make(ManualClock(), lambda number: Line())
    target.place(device)
    return device


def arguments(target: Target) -> dict[str, object]:
    return target.make(ManualClock()).given  # type: ignore[attr-defined, no-any-return]


@pytest.mark.parametrize(
    ("text", "head", "values"),
    [
        ("a.py:B", "a.py:B", {}),
        ("a,b=1,c=x=y", "a", {"b": "1", "c": "x=y"}),
        ("a,,b.py:C,t=1,,2", "a,b.py:C", {"t": "1,2"}),
        ("a,b=", "a", {"b": ""}),
        ("a,at.data=0x1", "a", {"at.data": "0x1"}),
    ],
)
def test_words(text: str, head: str, values: dict[str, str]) -> None:
    assert split(text) == (head, values)


@pytest.mark.parametrize("text", ["", ",a=1", "a,b", "a,", "a,b=1,b=2", "a,1=2", "a,=2"])
def test_words_that_mean_nothing(text: str) -> None:
    with pytest.raises(AuthorError, match=r"names no device|expected: |in '|twice"):
        split(text)


@pytest.mark.parametrize(
    ("key", "text", "value"),
    [
        ("level", "0xff", 255),
        ("step", "0b101", 5),
        ("step", "-1_000", -1000),
        ("dark", "on", True),
        ("dark", "No", False),
        ("title", "a,,b", "a,b"),
        ("title", "7", "7"),
        ("rom", "00fF", b"\0\xff"),
        ("gain", "0.25", 0.25),
        ("mode", "fast", "fast"),
        ("file", "x/y", Path("x/y")),
        ("file", "none", Path("none")),
        ("plain", "9", 9),
    ],
)
def test_values_are_read_by_their_types(lamp: str, key: str, text: str, value: object) -> None:
    assert arguments(find_target(f"{lamp},{key}={text}"))[key] == value


def test_a_value_of_an_enum(lamp: str) -> None:
    assert arguments(find_target(f"{lamp},colour=GREEN"))["colour"].name == "GREEN"  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("level=256", "level=256: '256' is no value of it\n  expected: an int of 0x0 to 0xff"),
        ("level=-1", "expected: an int of 0x0 to 0xff"),
        ("step=ten", "step=ten: 'ten' is no value of it\n  expected: an int, as in 1000 or 0x3e8"),
        ("step=" + "1" * 5000, "expected: an int"),
        ("dark=maybe", "expected: true or false"),
        ("rom=0", "expected: bytes in hexadecimal"),
        ("colour=green", "expected: one of: RED, GREEN\n  try: colour=GREEN"),
        ("mode=fats", "expected: one of: slow, fast\n  try: mode=fast"),
        ("levl=1", "Lamp of lamp.py has no parameter 'levl'"),
        ("levl=1", "try: level=..."),
        ("memory=1", "has no parameter 'memory'"),
        ("sink=1", "sink of Lamp is a Callable"),
        ("wire=x", "wire=x: 'x' is no number\n  expected: the number of an interrupt input"),
        ("wire=1,at=y", "at=y: 'y' is no number\n  expected: an address"),
        ("wire=1,at=1,base=2", "expected: one address a window"),
        ("wire=1,at.=1", "expected: one address a window"),
        ("at=1", "no interrupt input for wire of Lamp"),
        ("at=1", "expected: the number of one, as in wire=5, or wire=none for a loose end"),
        ("wire=1", "no address for the window of lamp\n  expected: at=ADDRESS"),
        ("wire=1,at.data=1", "lamp has no window 'data'\n  expected: at=ADDRESS"),
    ],
)
def test_values_that_are_none(lamp: str, words: str, said: str) -> None:
    assert said in refused(f"{lamp},{words}")


def test_wires_go_to_inputs_by_number(lamp: str) -> None:
    asked: list[int] = []

    def wire(number: int) -> Line:
        asked.append(number)
        return Line()

    find_target(f"{lamp},wire=5,second=0xb").make(ManualClock(), wire)
    find_target(f"{lamp},wire=none").make(ManualClock(), wire)
    assert asked == [5, 11]
    assert "has no parameter 'irq'" in refused(f"{lamp},irq=3")  # it has two: which one?
    assert find_target("rtc,irq=8").lines == {"irq": 8}
    assert find_target("pit,irq=0").lines == {"irq0": 0}


def test_places(lamp: str) -> None:
    clock = ManualClock()
    for words, place in (("at=0x700", {"": 0x700}), ("base=16", {"": 16}), ("at=none", {"": None})):
        target = find_target(f"{lamp},{words}")
        assert target.place(target.make(clock)) == place
    bright = find_target("lamps.py:Bright,at.command=1,at.data=0x10")
    assert bright.place(bright.make(clock)) == {"command": 1, "data": 16}
    assert "no address for the window 'data' of bright" in refused("lamps.py:Bright,at.command=1")
    said = refused("lamps.py:Bright,at=1")
    assert "one address for the 2 windows of bright" in said
    assert "expected: at.command=ADDRESS,at.data=ADDRESS" in said
    assert "try: at.data=ADDRESS" in refused("lamps.py:Bright,at.dat=1")


def test_one_of_ours_is_where_a_pc_has_it() -> None:
    target = find_target("pit,irq=0")
    assert target.place(target.make(ManualClock())) == 0x40
    moved = find_target("pit,irq=0,at=0x140")
    assert moved.place(moved.make(ManualClock())) == {"": 0x140}


def test_what_is_named(lamp: str) -> None:
    assert find_target("lamp.py,wire=1").name == "Lamp"
    assert arguments(find_target("lamps.py:dimmed,level=7"))["level"] == 7
    assert find_target("lightexit.devices.pit:Pit").name == "Pit"
    assert find_target("uart").found.origin == "lightexit"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("lamps.py", "lamps.py has 2 devices\n  expected: one of: Lamp, Bright"),
        ("lamp.py:Lmap", "lamp.py has no class or function 'Lmap'"),
        ("lamp.py:Lmap", "try: lamp.py:Lamp"),
        ("lamp.py:LampState", "LampState of lamp.py is no device: it has no name, state_type"),
        ("lamp.py:LAMP", "try: lamp.py:Lamp"),
        ("lamp.py:__name__", "__name__ of lamp.py is 'lightexit_file_lamp"),
        ("lamp.py:", "lamp.py has no class or function ''"),
        ("missing.py:Lamp", "missing.py: no such file or directory"),
        ("lamps.py:none", "none of lamps.py makes 3\n  expected: a device"),
        ("no.such.module:Lamp", "the module no.such.module cannot be imported: ModuleNotFound"),
        ("lightexit.devices.pit:Pti", "try: lightexit.devices.pit:Pit"),
        ("uaart", "there is no device 'uaart'"),
        ("uaart", "try: uart"),
        ("lamp", "help: a file of your own: FILE.py:CLASS"),
        ("./lamp", "'./lamp' names no device"),
        ("uart", "sink of Uart is a Callable"),
        ("uart", "FILE.py:FUNCTION: def f(clock: Clock) -> Uart"),
    ],
)
def test_what_is_not_there(lamp: str, text: str, said: str) -> None:
    assert said in refused(text)


BROKEN = {
    "raises": ("x = 1\ny = 1 // 0\n", "broken.py:2:1: importing it raised ZeroDivisionError"),
    "syntax": ("class Lamp(:\n", "broken.py:1:12: not Python: invalid syntax"),
    "ends": ("import sys\nsys.exit(0)\n", "broken.py:2:1: importing it raised SystemExit: 0"),
    "missing": ("import nothing_of_this_name\n", "broken.py:1:1: importing it raised ModuleNot"),
    "relative": ("from .filters import f\n", "help: this file is part of a package: install it"),
    "empty": ("", "broken.py has no device\n  expected: a class derived from Device"),
    "null": ("x = '\0'\n", "null bytes"),
    "nameless": (LAMP.replace('    name = "lamp"\n', ""), "Lamp of broken.py has no name"),
    "stateless": (LAMP.replace("Device[LampState]", "Device"), "Lamp of broken.py has no state"),
    "no regions": (LAMP.replace("    regions = (pio(2),)\n", ""), "lamp has no regions"),
    "no super": (
        LAMP.replace("        super().__init__(clock)\n", ""),
        "Lamp of broken.py has no state\n",
    ),
    "no clock": (
        LAMP.replace("        clock: Clock,\n        wire: Line,\n        *,\n", "        "),
        "Lamp of broken.py",
    ),
    "raising": (
        LAMP.replace("        super()", "        1 / 0; super()"),
        "Lamp of broken.py cannot be made: ZeroDivisionError: division by zero\n    1 / 0; super",
    ),
    "ending": (
        LAMP.replace("        super()", "        raise SystemExit(0); super()"),
        "Lamp of broken.py cannot be made: SystemExit: 0",
    ),
    "untyped": (LAMP.replace("wire: Line", "wire"), "wire of Lamp is of no declared type"),
    "unknown type": (LAMP.replace("wire: Line", "wire: Nothing"), "name 'Nothing' is not defined"),
    "undeclared": (
        LAMP.replace("wire: Line", "wire: 'Nothing'"),
        "expected: parameters with types",
    ),
    "needs": (
        LAMP.replace("wire: Line", "wire: int"),
        "no value for wire, which Lamp needs",
    ),
}


@pytest.mark.parametrize("case", BROKEN)
def test_broken_files(case: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    source, said = BROKEN[case]
    monkeypatch.chdir(tmp_path)
    Path("broken.py").write_text(source)
    named = "broken.py:Lamp" if "class Lamp(D" in source else "broken.py"
    told = refused(named if case in ("untyped", "needs", "nameless") else f"{named},wire=1,at=1")
    assert said in told
    assert "Traceback" not in told


def test_a_file_is_run_once_whatever_of_it_is_named(tmp_path: Path) -> None:
    file, log = tmp_path / "lamp.py", tmp_path / "log"
    file.write_text(f"{LAMP}open({str(log)!r}, 'a').write('x')\n")
    finder = Finder()
    first, second = (find_target(f"{file}:Lamp,wire=1", finder) for _ in range(2))
    assert first.found.maker is second.found.maker
    assert log.read_text() == "x"


def test_files_of_one_name_are_two_modules(tmp_path: Path) -> None:
    makers = []
    for folder in ("a", "b"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "lamp.py").write_text(LAMP)
        makers.append(find_target(f"{tmp_path / folder}/lamp.py:Lamp,wire=1").found.maker)
    assert makers[0].__module__ != makers[1].__module__


def test_a_module_that_fails_is_not_left_behind(tmp_path: Path) -> None:
    import sys

    (tmp_path / "half.py").write_text("x = 1\n1 // 0\n")
    refused(f"{tmp_path}/half.py")
    assert "lightexit_file_half" not in sys.modules


LONG = "a" * 5000
HEADS = ("", ":", "::", ".:x", "a..b:c", "x.py:", "/:/", "pit:", "pit.py", "é", LONG, f"{LONG}.py")


@pytest.mark.parametrize("head", HEADS)
def test_no_head_is_more_than_an_error(head: str) -> None:
    with pytest.raises((AuthorError, HostError)) as caught:
        find_target(head)
    assert len(str(caught.value)) < 8000


@given(st.text(alphabet="atirq0=,.x1-_ \0é/:", max_size=40))
def test_no_words_are_more_than_an_error(words: str) -> None:
    with contextlib.suppress(AuthorError):
        made(find_target(f"pit,{words}"))


def test_a_device_may_take_wires_to_all_inputs() -> None:
    asked: list[int] = []

    def wire(number: int) -> Line:
        asked.append(number)
        return Line()

    find_target("pc-testdev").make(ManualClock(), wire)
    assert asked == [0, 1, *range(3, 16)]
    assert len(find_target("pc-testdev").make(ManualClock()).lines) == 15
    with pytest.raises(AuthorError, match="has no parameter 'colour'"):
        find_target("pc-testdev,colour=1")
    with pytest.raises(AuthorError, match=r"irq of PcTestdev is a Callable"):
        find_target("pc-testdev,irq=5")
