# SPDX-License-Identifier: Apache-2.0
"""`lightexit bench FILE`: turns, what is measured, and what is said of what cannot be."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from cli.test_schemas import check
from lightexit.cli import filterbench
from lightexit.cli.app import app
from lightexit.cli.filterbench import chosen, parse_access
from lightexit.errors import AuthorError, HostError
from lightexit.measure import filter_series, ways
from lightexit.measure.filter_series import LEAST_ROUNDS, Spread, measure_filter
from lightexit.measure.filters import MeasuredAccess, MeasuredFilter
from lightexit.measure.ways import Way, makers

HPET = chosen("hpet", {}, None, ())
PIT_COUNTS = ("write 3 1 0x34", "write 0 1 0", "write 0 1 0")
LAMP = """\
from lightexit.bus.region import {space}
from lightexit.devices.device import Device
from lightexit.filter import IoContext, Struct, Verdict, io_filter, {kind}


class LampState(Struct):
    level: {kind} = 7
    writes: {kind}


@io_filter
def access_level(ctx: IoContext, lamp: LampState) -> Verdict:
    if ctx.size != {size} or ctx.offset != 8:
        return Verdict.PASS
    if ctx.is_write:
        lamp.level = {kind}(ctx.data)
    else:
        ctx.data = lamp.level
    return Verdict.HANDLED


class Lamp(Device[LampState]):
    name = "lamp"
    regions = ({space}(16, filter=access_level),)

    def read(self, offset: int, size: int) -> int:
        return self.state.level if offset == 8 and size == {size} else 0

    def write(self, offset: int, value: int, size: int) -> None:
        self.state.writes += 1
        if offset == 8 and size == {size}:
            self.state.level = value
"""


class Fake:
    """Takes as long as it is told, and says so of its accesses."""

    def __init__(self, ns: float, passed: int = 0, fails: bool = False) -> None:
        self.ns, self.passed, self.fails = ns, passed, fails
        self.turns: list[int] = []
        self.is_closed = False

    def run(self, accesses: int) -> float:
        self.turns.append(accesses)
        if self.fails and len(self.turns) > 3:
            raise HostError("the guest is gone")
        return self.ns * (1 + len(self.turns) % 2)

    def shares(self) -> tuple[int, int]:
        return sum(self.turns) - self.passed, self.passed

    def close(self) -> None:
        self.is_closed = True


def made_up(**fakes: Fake) -> dict[Way, Callable[[MeasuredFilter], Any]]:
    def of(fake: Fake) -> Callable[[MeasuredFilter], Any]:
        return lambda _subject: fake

    return {Way[name.upper()]: of(fake) for name, fake in fakes.items()}


def test_all_take_turns_and_ratios_are_of_one_round() -> None:
    native, model = Fake(4.0), Fake(400.0)
    found = measure_filter(HPET, 0, made_up(native=native, model=model))
    assert found.rounds == LEAST_ROUNDS
    assert [row.way for row in found.rows] == [Way.NATIVE, Way.MODEL]
    assert [ratio.value for ratio in found.ratios] == [Spread(100.0, 100.0, 100.0)]
    assert len(native.turns) == len(model.turns) == LEAST_ROUNDS + 2
    assert native.is_closed
    assert model.is_closed


@pytest.mark.parametrize("way", [Way.NATIVE, Way.INTERPRETER])
def test_however_often_it_is_called_no_deadline_passes(way: Way) -> None:
    """The RTC's filter passes once the second is over: here after a million steps of time."""
    subject = chosen("rtc", {}, "read 1 1", ("write 0 1 0x0d",))
    timer = makers()[way](subject)
    accesses = 3_000_000 if way is Way.NATIVE else 3_000
    timer.run(accesses)
    timer.run(accesses)
    assert timer.shares() == (2 * accesses, 0)


def test_what_fails_or_was_answered_by_another_is_not_measured() -> None:
    fakes = {
        "native": Fake(4.0),
        "unicorn_filter": Fake(40.0, passed=1_000_000_000),
        "kvm_filter": Fake(40.0, fails=True),
    }

    def none(_subject: MeasuredFilter) -> Any:
        raise HostError("there is none", expected="one")

    found = measure_filter(HPET, 0, made_up(**fakes) | {Way.KVM_MODULE: none})
    assert [row.way for row in found.rows] == [Way.NATIVE]
    reasons = dict(found.missing)
    assert reasons[Way.KVM_FILTER] == "the guest is gone"
    assert reasons[Way.KVM_MODULE] == "there is none (expected: one)"
    assert "1,000,000,000 of" in reasons[Way.UNICORN_FILTER]
    assert all(fake.is_closed for fake in fakes.values())


def lamp(tmp_path: Path, space: str, size: int) -> Path:
    path = tmp_path / "lamp.py"
    path.write_text(LAMP.format(space=space, size=size, kind=f"u{8 * size}"))
    return path


@pytest.mark.parametrize("space", ["pio", "mmio"])
@pytest.mark.parametrize("size", [1, 2, 4])
@pytest.mark.parametrize("access", ["read 8 {size}", "write 8 {size} 0x21"])
def test_every_way_makes_the_access(space: str, size: int, access: str, tmp_path: Path) -> None:
    """What a guest's access is, the device's state and the counts of its bus say."""
    subject = chosen(str(lamp(tmp_path, space, size)), {}, access.format(size=size), ())
    for way, make in makers().items():
        try:
            timer = make(subject)
        except HostError:
            continue  # it is listed with the reason where all are measured
        timer.run(20)
        handled, passed = timer.shares()
        timer.close()
        by_model = way in filter_series._BY_MODEL
        assert (handled > 0, passed > 0) == (not by_model, by_model), way
        device = getattr(getattr(timer, "_attached", None), "device", None)
        if device is not None and subject.access.is_write:
            assert device.state.level == 0x21


def test_the_first_access_that_is_handled_is_found() -> None:
    assert chosen("hpet", {}, None, ()).access == MeasuredAccess(0xF0, 4)
    assert chosen("port92", {}, None, ()).access == MeasuredAccess(0, 1)
    assert chosen("pit", {}, None, PIT_COUNTS).access == MeasuredAccess(0, 1)


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        (("hpet", "read 0xf0 1"), "the access `read 0xf0 1` is passed to the model"),
        (
            ("hpet", "read 0x400 4"),
            "no region of hpet with the filter has an access",
        ),
        (("hpet", "look 0xf0 4"), "the access 'look 0xf0 4'"),
        (("hpet", "read 0xf0"), "the access 'read 0xf0'"),
        (("hpet", "read 0xf0 3"), "the access 'read 0xf0 3' has 3 bytes"),
        (("hpet", "write 0xf0 1 256"), "the access 'write 0xf0 1 256'"),
        (("hpet", "read -1 4"), "the access 'read -1 4'"),
        (("virtio-mmio", None), "virtio-mmio has 3 filters"),
        (
            ("examples/doorbell/src/doorbell/filter.py", None),
            "no access that was tried is handled, with states",
        ),
    ],
)
def test_what_cannot_be_timed(arguments: tuple[str, str | None], error: str) -> None:
    with pytest.raises(AuthorError) as raised:
        chosen(arguments[0], {}, arguments[1], ())
    assert error in str(raised.value)


def test_numbers_of_every_base() -> None:
    assert parse_access("write 0x10 2 0b11") == MeasuredAccess(16, 2, True, 3)


def test_the_command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    found = makers()
    few = {way: found[way] for way in (Way.NATIVE, Way.MODEL, Way.INTERPRETER)}

    def none(_subject: MeasuredFilter) -> Any:
        raise HostError("/dev/kvm does not exist")

    few[Way.KVM_FILTER] = few[Way.KVM_MODEL] = none
    monkeypatch.setattr(filter_series, "makers", lambda: few)
    out = tmp_path / "out.json"
    words = ["bench", "hpet", "--seconds", "0.1", "--json", str(out)]
    result = CliRunner().invoke(app, words)
    assert result.exit_code == 0, result.output
    assert "hpet.read_counter: `read 0xf0 4`" in result.stdout
    assert "model / native" in result.stdout
    assert "- kvm-filter, kvm-model: /dev/kvm does not exist" in result.stdout
    assert max(map(len, result.stdout.splitlines())) <= 80
    document = json.loads(out.read_text())
    check(document, "bench-filter")
    assert {row["way"] for row in document["rows"]} == {"native", "model", "interpreter"}
    ratio = next(each for each in document["ratios"] if each["way"] == "interpreter")
    assert ratio["ratio"]["median"] > 10


@pytest.mark.parametrize("ending", ["svg", "html"])
def test_a_plot(ending: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("matplotlib", reason="matplotlib is not installed (extra bench)")
    fakes = made_up(native=Fake(4.0), model=Fake(400.0))
    monkeypatch.setattr(filter_series, "makers", lambda: fakes)
    out = tmp_path / f"plot.{ending}"
    words = ["bench", "hpet", "--seconds", "0.1", "--plot", str(out)]
    assert CliRunner().invoke(app, words).exit_code == 0
    text = out.read_text()
    assert "<svg" in text
    assert "native" in text
    assert "mathdefault" not in text
    assert "<script" not in text
    assert ("Content-Security-Policy" in text) is (ending == "html")


def test_a_plot_of_another_kind_is_refused_before_anything_is_measured(tmp_path: Path) -> None:
    result = CliRunner().invoke(app, ["bench", "hpet", "--plot", str(tmp_path / "plot.png")])
    assert isinstance(result.exception, AuthorError)
    assert "expected: a file that ends in .svg or .html" in str(result.exception)


def test_nothing_measured_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    def none(_subject: MeasuredFilter) -> Any:
        raise HostError("no")

    monkeypatch.setattr(filter_series, "makers", lambda: {Way.NATIVE: none})
    result = CliRunner().invoke(app, ["bench", "hpet", "--seconds", "0.1"])
    assert isinstance(result.exception, HostError)
    assert "nothing was measured" in str(result.exception)


def test_the_help_names_both() -> None:
    printed = CliRunner().invoke(app, ["bench", "--help"]).stdout
    assert "host | FILE[:NAME]" in printed
    assert "--accesses" in CliRunner().invoke(app, ["bench", "host", "--help"]).stdout


def test_every_way_has_a_title() -> None:
    assert set(ways.TITLES) == set(Way) == set(makers())
    assert {filterbench.title(way, True) for way in ways.ON_KVM} == {
        f"{way}, emulated: {ways.TITLES[way]}" for way in ways.ON_KVM
    }
