# SPDX-License-Identifier: Apache-2.0
"""What has no name in C is refused, at its place."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from lightexit.build.names import OWN_TAGS
from lightexit.build.outputs import check
from lightexit.build.sources import DeviceSubject, Sources, of_device, of_module
from lightexit.errors import AuthorError
from lightexit.imports import import_file

HEAD = """
from lightexit.bus.region import pio
from lightexit.devices.device import Device
from lightexit.filter import Array, IoContext, Struct, Verdict, array, io_filter, u8, u32

"""
FILTER = """
class {struct}(Struct):
    {field}: u8

@io_filter
def {name}(ctx: IoContext, {state}: {struct}) -> Verdict:
    if ctx.is_write:
        return Verdict.PASS
    ctx.data = {state}.{field}
    return Verdict.HANDLED
"""
DEVICE = """
class Lamp(Device[LampState]):
    name = "{device}"
    regions = (pio(1, filter=read_lamp),)
"""


def text(**names: str) -> str:
    usual = {"struct": "LampState", "field": "level", "name": "read_lamp", "state": "lamp"}
    return FILTER.format(**{**usual, **names})


def sources(tmp_path: Path, body: str, only: str | None = None) -> Sources:
    path = tmp_path / "lamp.py"
    path.write_text(HEAD + body)
    return of_module(import_file(path), "lamp.py", only)


def refusal(tmp_path: Path, body: str) -> AuthorError:
    with pytest.raises(AuthorError) as refused:
        check(sources(tmp_path, body))
    return refused.value


@pytest.mark.parametrize(
    ("names", "found", "marked"),
    [
        ({"name": "register"}, "the filter register is called register, a word of C", "def reg"),
        ({"name": "lire_état"}, "is called lire_état, which is no name in C", "def lire_"),
        ({"name": "__read"}, "is called __read, which C reserves for compilers", "def __read"),
        ({"name": "write"}, "is called write, as a function of C's own library", "def write"),
        ({"name": "lightexit_read"}, "as a function of lightexit's own library", "def lightexit_"),
        ({"name": "threads"}, "would be declared in threads.h, as a header of C is", "def threads"),
        ({"field": "default"}, "a field of LampState is called default, a word of C", "lamp: Lamp"),
        ({"field": "new"}, "a field of LampState is called new, a word of C or C++", "lamp: Lamp"),
        ({"field": "errno"}, "or one that their headers define", "lamp: LampState"),
        ({"field": "größe"}, "is called größe, which is no name in C", "lamp: LampState"),
        ({"struct": "Zustand_ü"}, "a Struct is called Zustand_ü, which is no name", "lamp: Zus"),
        ({"state": "lämp"}, "a state of read_lamp is called lämp, which is no name", "lämp: Lamp"),
        ({"struct": "StateHeader"}, "StateHeader is struct lightexit_state_header in C", "lamp: S"),
        ({"struct": "State"}, "the Struct State is struct lightexit_state in C", "lamp: State"),
        ({"struct": "Filter"}, "the Struct Filter is struct lightexit_filter in C", "lamp: Filt"),
    ],
    ids=lambda each: next(iter(each.values())) if isinstance(each, dict) else "",
)
def test_a_name_that_c_does_not_take(
    names: dict[str, str], found: str, marked: str, tmp_path: Path
) -> None:
    error = refusal(tmp_path, text(**names))
    assert found in error.found
    assert error.where is not None
    assert error.where.text[error.where.column :].startswith(marked)
    assert error.advice.startswith("rename it")


def test_all_names_of_our_own_headers_are_known() -> None:
    root = Path(__file__).parents[2]
    headers = [*(root / "lib/include").glob("*.h"), *(root / "kernel/uapi").glob("*.h")]
    found = [re.findall(r"(?:struct|enum) lightexit_(\w+)", each.read_text()) for each in headers]
    assert {tag for tags in found for tag in tags} == OWN_TAGS


def test_a_filter_of_a_device_may_be_called_as_the_librarys(tmp_path: Path) -> None:
    body = text(name="read") + DEVICE.format(device="lamp").replace("read_lamp", "read")
    found = sources(tmp_path, body)
    check(found)
    assert [each.symbol for each in found.subjects] == ["lamp_read"]


def test_two_filters_of_one_name(tmp_path: Path) -> None:
    body = text() + "\nfirst = read_lamp\n" + text()
    error = refusal(tmp_path, body)
    assert error.found == "2 filters are called read_lamp"
    assert error.where is not None
    assert error.where.file.endswith("lamp.py")
    assert error.advice == "rename one of them"


def test_names_that_differ_in_capitals_only(tmp_path: Path) -> None:
    found = refusal(tmp_path, text() + text(name="READ_lamp")).found
    assert found == "two headers are to be called read_lamp.h"


def test_a_filter_and_a_device_of_one_name(tmp_path: Path) -> None:
    other = text(name="lamp", struct="Other")
    body = text() + DEVICE.format(device="lamp") + other
    assert refusal(tmp_path, body).found == "two headers are to be called lamp.h"


def test_states_that_are_one_in_capitals(tmp_path: Path) -> None:
    body = text().replace("lamp: LampState", "lamp: LampState, Lamp: LampState")
    error = refusal(tmp_path, body)
    assert error.found == ("the states lamp and Lamp of read_lamp are both LAMP in capital letters")


def test_constants_of_two_filters_that_are_one(tmp_path: Path) -> None:
    """A_B_C_SIZE is of `a` and its state b_c, and of `a_b` and its state c."""
    wide = text(name="a", state="b_c") + text(name="a_b", state="c", struct="Other").replace(
        "level: u8", "level: u8\n    more: u32"
    )
    error = refusal(tmp_path, wide)
    assert error.found == (
        "the constant A_B_C_SIZE of a_b means something else in another of these headers"
    )


def test_a_state_whose_type_is_not_known(tmp_path: Path) -> None:
    found = sources(tmp_path, text())
    (subject,) = found.subjects
    vars(subject.filter)["states"] = (None,)
    with pytest.raises(AuthorError) as refused:
        check(found)
    assert refused.value.found == "the type of read_lamp's state lamp is not known"
    assert refused.value.where is not None
    assert refused.value.where.text.count("lamp: LampState") == 1


def test_nine_states(tmp_path: Path) -> None:
    states = ", ".join(f"s{number}: LampState" for number in range(9))
    body = text().replace("lamp: LampState", f"lamp: LampState, {states}")
    assert refusal(tmp_path, body).found == "read_lamp works on 10 states"


@pytest.mark.parametrize(
    ("device", "found"),
    [
        ("new lamp", "is called new lamp, which is no name in C"),
        ("größe", "is called größe, which is no name in C"),
        ("7seg", "is called 7seg, which is no name in C"),
        ("time", "would be declared in time.h, as a header of C is called"),
    ],
)
def test_the_name_of_a_device(device: str, found: str, tmp_path: Path) -> None:
    error = refusal(tmp_path, text() + DEVICE.format(device=device))
    assert error.found == f"the device Lamp {found}"
    assert error.where is not None
    assert error.where.text == "class Lamp(Device[LampState]):"


def test_what_a_module_defines_is_built(tmp_path: Path) -> None:
    body = text() + DEVICE.format(device="my-lamp") + text(name="idle", struct="Other")
    found = sources(tmp_path, body)
    check(found)
    assert [(each.symbol, each.device) for each in found.subjects] == [
        ("idle", ""),
        ("my_lamp_read_lamp", "my_lamp"),
    ]
    assert [each.name for each in found.devices] == ["my_lamp"]


@pytest.mark.parametrize(
    ("only", "symbols", "devices"),
    [
        ("idle", ["idle"], []),
        ("read_lamp", ["lamp_read_lamp"], []),
        ("lamp_read_lamp", ["lamp_read_lamp"], []),
        ("lamp", ["lamp_read_lamp"], ["lamp"]),
    ],
)
def test_one_of_several(only: str, symbols: list[str], devices: list[str], tmp_path: Path) -> None:
    body = text() + DEVICE.format(device="lamp") + text(name="idle", struct="Other")
    found = sources(tmp_path, body, only)
    assert [each.symbol for each in found.subjects] == symbols
    assert [each.name for each in found.devices] == devices


def test_none_of_that_name(tmp_path: Path) -> None:
    with pytest.raises(AuthorError) as refused:
        sources(tmp_path, text() + DEVICE.format(device="lamp"), "other")
    assert refused.value.found == "lamp.py holds no filter or device named other"
    assert refused.value.expected == "one of: lamp, lamp_read_lamp"


def test_a_wrong_region_is_told(tmp_path: Path) -> None:
    body = (text() + DEVICE.format(device="lamp")).replace("pio(1,", "pio(0,")
    with pytest.raises(AuthorError, match="lamp's PIO region is 0 bytes long"):
        sources(tmp_path, body)


def test_devices_without_filters() -> None:
    with pytest.raises(AuthorError) as refused:
        of_device("debug_exit", None)
    assert "debug_exit has no filter: its model answers every access" in str(refused.value)
    with pytest.raises(AuthorError, match="there is no device 'pitt'"):
        of_device("pitt", None)


def test_filters_of_a_device_that_makes_its_regions_itself() -> None:
    (device,) = of_device("port61", None).devices
    assert device.regions is None
    assert [each.symbol for each in device.filters.values()] == ["port61_read_control_b"]


def test_devices_of_ours_are_where_a_pc_has_them() -> None:
    devices: Any = {name: of_device(name, None).devices[0] for name in ("pit", "pic")}
    assert isinstance(devices["pit"], DeviceSubject)
    assert devices["pit"].place == 0x40
    assert devices["pic"].place == {"master": 0x20, "slave": 0xA0, "elcr": 0x4D0}
