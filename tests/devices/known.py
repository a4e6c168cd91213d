# SPDX-License-Identifier: Apache-2.0
"""What other implementations answered, as traces of `lightexit.testing` that are known to be right.

An answer of theirs counts where our device gives it as well: two that were written independently of
each other agree there. Where they do not, which their own tests explain (test_*_traces.py,
test_golden_*.py), the answer is left out. Those steps are listed in tests/golden/known.json:

    python -m devices.known    # in tests/: write that file anew, by the devices as they are
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from importlib.util import find_spec
from itertools import chain
from typing import Any, overload

from devices.replay import ROOT, read_trace, trace_files
from lightexit.testing import (
    Drive,
    Expect,
    FromOutside,
    Read,
    Step,
    Subject,
    Trace,
    Wait,
    Write,
    recorded,
)
from lightexit.testing.player import Player
from lightexit.testing.steps import told, untold
from lightexit.trace.access import Access
from lightexit.trace.replay.golden import parsed
from lightexit.trace.replay.steps import Acknowledge, InputChange

STRAYS = ROOT.parent / "known.json"
RECORDING = ROOT.parent / "recordings" / "seabios-qemu-7.2.parquet"


@dataclass(frozen=True)
class Golden:
    """Golden traces of `device`: its wires by what they are called there. `outputs` are lines by
    the number of the interrupt input, `inputs` those of a chip, from the number of the first on.
    Traces that watch or do more are left out."""

    device: str
    name: str
    outputs: Mapping[int, int]
    inputs: Mapping[str, int]
    calls: frozenset[str] = frozenset()

    def traces(self) -> Iterator[tuple[str, Trace]]:
        """Each with a name of its own."""
        for path in trace_files(self.device):
            header, steps = read_trace(path)
            if header["intercept"] != ["in", "pic0"] and all(map(self._can, steps)):
                name = path.relative_to(ROOT).with_suffix("").as_posix()
                yield name, Trace(*self._steps(steps))

    def _can(self, step: dict[str, Any]) -> bool:
        is_known = step["op"] != "irq_in" or step["chip"] in self.inputs
        return is_known and (step["op"] != "intack" or "acknowledge" in self.calls)

    def _steps(self, steps: list[dict[str, Any]]) -> Iterator[Step]:
        """A line has a level once all that belongs to a step has been told."""
        levels: dict[int, Expect] = {}
        for step in steps:
            if step["op"] == "irq":
                if step["line"] in self.outputs:
                    line = self.name, self.outputs[step["line"]]
                    levels[step["line"]] = Expect(line, bool(step["level"]))
                continue
            yield from levels.values()
            levels.clear()
            yield from self._step(step)
        yield from levels.values()

    def _step(self, step: dict[str, Any]) -> Iterator[Step]:
        match step["op"]:
            case "clock_step":
                yield Wait(step["ns"])
            case "rx":
                yield FromOutside("feed", bytes.fromhex(step["data"]))
            case "tx" | "note" | "settle":
                pass
            case _:
                yield self._stimulus(step)

    def _stimulus(self, step: dict[str, Any]) -> Step:
        match parsed(step):
            case InputChange(_, chip, line, level):
                return Drive((self.name, self.inputs[chip] + line), level)
            case Acknowledge(_, value):
                return FromOutside("acknowledge", answer=value)
            case Access(space=space, address=address, size=size, is_write=True, value=value):
                return Write(space, address, size, value or 0)
            case Access(space=space, address=address, size=size, value=value):
                return Read(space, address, size, value)


GOLDEN = {
    "pit": Golden("pit", "pit", {0: 0}, {}),
    "port61": Golden("pit", "pit", {0: 0}, {}),
    "rtc": Golden("rtc", "rtc", {8: 0}, {}),
    "uart": Golden("uart", "uart", {4: 0}, {}),
    "pm": Golden("pmtimer", "pm", {9: 0}, {}),
    "pic": Golden("pic", "pic", {0: 0}, {"pic0": 0, "pic1": 8}, frozenset({"acknowledge"})),
    "hpet": Golden("hpet", "hpet", {0: 0, 8: 1, 20: 2, 21: 3}, {}),
    "ioapic": Golden("ioapic", "ioapic", {}, {}),
    "virtio-mmio": Golden("virtio-mmio", "virtio-mmio", {16: 0}, {}),
}
#: Devices that firmware has used while that was recorded.
RECORDED = ("i440fx", "ps2", "port92")


class Known(Sequence[Trace]):
    """The traces that are known of a device, those that the subject has before all others; these
    are read once they are asked for."""

    def __init__(self, subject: Subject, name: str) -> None:
        self._subject, self._name = subject, name

    @cached_property
    def _traces(self) -> list[Trace]:
        strays = _strays()
        others = (_without(trace, strays.get(key, ())) for key, trace in self.whole())
        return [*self._subject.known, *others]

    def whole(self) -> Iterator[tuple[str, Trace]]:
        """With all that the others answered, and what each is called."""
        if self._name in GOLDEN:
            for key, trace in GOLDEN[self._name].traces():
                yield f"{self._name} {key}", trace
        if self._name in RECORDED and find_spec("pyarrow"):
            yield f"{self._name} {RECORDING.stem}", recorded(RECORDING, self._subject)

    @overload
    def __getitem__(self, number: int) -> Trace: ...
    @overload
    def __getitem__(self, number: slice) -> list[Trace]: ...
    def __getitem__(self, number: int | slice) -> Trace | list[Trace]:
        return self._traces[number]

    def __len__(self) -> int:
        return len(self._traces)


@cache
def _strays() -> dict[str, list[int]]:
    found: dict[str, list[int]] = json.loads(STRAYS.read_text("utf-8"))
    return found


def _without(trace: Trace, numbers: Iterable[int]) -> Trace:
    """The trace with nothing told at these steps."""
    left_out = frozenset(numbers)
    steps = (
        untold(step) if number in left_out else [step] for number, step in enumerate(trace.steps)
    )
    return Trace(*chain.from_iterable(steps), start_ns=trace.start_ns)


def strays(subject: Subject, trace: Trace) -> list[int]:
    """The steps at which the device does otherwise."""
    player = Player(subject, trace.start_ns)
    found = []
    for number, step in enumerate(trace.steps):
        answer, expected = player.perform(step), told(step)
        if expected is not None and answer != expected:
            found.append(number)
    return found


def all_strays(subjects: Mapping[str, Subject]) -> dict[str, list[int]]:
    """Of all devices, by trace."""
    return {
        key: strays(subject, trace)
        for name, subject in subjects.items()
        for key, trace in Known(subject, name).whole()
    }


def main() -> None:
    """The command."""
    from devices.subjects import SUBJECTS

    rows = (f"{json.dumps(key)}: {numbers}" for key, numbers in all_strays(SUBJECTS).items())
    STRAYS.write_text("{\n" + ",\n".join(rows) + "\n}\n", "utf-8")


if __name__ == "__main__":
    main()
