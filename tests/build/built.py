# SPDX-License-Identifier: Apache-2.0
"""Filters as C sees them: built, linked into a program that runs what is sent to it."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from random import Random
from typing import Any

import pytest

from engine.running import INTERPRETER, Outcome, run
from lightexit import plugins
from lightexit.abi import IoContext
from lightexit.build.built_filter import BuiltFilter, StateArgument
from lightexit.build.outputs import check, outputs
from lightexit.build.sources import DeviceSubject, Sources, of_device
from lightexit.filter import Filter

WARNINGS = ["-Wall", "-Wextra", "-Wpedantic", "-Wconversion", "-Wshadow", "-Wundef", "-Werror"]
ROOT = Path(__file__).parents[2]
#: Where liblightexit.h is, and what it includes.
INCLUDE = [f"-isystem{ROOT / 'lib' / 'include'}", f"-isystem{ROOT / 'kernel' / 'uapi'}"]


@dataclass(frozen=True)
class Case:
    """One run: of which filter, and from where; states are the bytes behind the header."""

    subject: BuiltFilter
    context: IoContext
    states: tuple[bytes, ...]


def device_names() -> list[str]:
    """The devices of ours that have a filter."""
    ours = ((name, plugins.find(plugins.DEVICES, name)) for name in plugins.DEVICES.ours)
    without = {"debug_exit"}
    return [name for name, _ in ours if name not in without]


@cache
def every_device() -> Sources:
    """All of our devices' filters as one build."""
    parts = [of_device(name, None) for name in device_names()]
    subjects = tuple(each for part in parts for each in part.subjects)
    devices: tuple[DeviceSubject, ...] = tuple(each for part in parts for each in part.devices)
    return Sources(subjects, devices)


def of_filters(*filters: Filter[Any]) -> Sources:
    return Sources(tuple(BuiltFilter(each.name, each) for each in filters), ())


def write(sources: Sources, folder: Path, triple: str = "x86_64-unknown-linux-gnu") -> Path:
    """The files of a build in a folder."""
    folder.mkdir(exist_ok=True)
    for name, data in contents(sources, triple).items():
        (folder / name).write_bytes(data)
    return folder


@cache
def contents(sources: Sources, triple: str) -> dict[str, bytes]:
    """The files of a build."""
    check(sources)
    return outputs(sources, triple).contents


def compiler(*names: str) -> str:
    """The first of these programs that is installed; else the test is skipped."""
    found = next(filter(None, map(shutil.which, names)), None)
    if found is None:
        pytest.skip(f"{names[0]} is not installed")
    return found


def compile_c(command: Sequence[str | Path]) -> None:
    """Run a compiler, to be successful and silent."""
    done = subprocess.run([*map(str, command)], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, ""), done.stderr


def includes(sources: Sources) -> str:
    names = [*(each.symbol for each in sources.subjects), *(each.name for each in sources.devices)]
    return "".join(f'#include "{name}.h"\n' for name in names * 2)


def table(sources: Sources) -> str:
    filters = ",\n".join(f"{each.macro}_FILTER" for each in sources.subjects)
    name = "const struct lightexit_filter filters[]"
    return f"extern {name};\n{name} = {{\n{filters} }};\n"


def runner(sources: Sources) -> str:
    """A program that runs filters: number, context and states from its input, all to its output.

    It prints the result, context and states behind.
    """
    room = max(each.size for subject in sources.subjects for each in subject.program.maps)
    return f"""
#include <stdio.h>
{includes(sources)}
#include <liblightexit.h>
{table(sources)}
static _Alignas(16) uint8_t memory[8][{room}];
int main(void)
{{
    uint8_t *const states[8] = {{ memory[0], memory[1], memory[2], memory[3],
                                  memory[4], memory[5], memory[6], memory[7] }};
    struct lightexit_io_context context;
    uint32_t number;
    while (fread(&number, sizeof number, 1, stdin) == 1) {{
        const struct lightexit_filter *filter = &filters[number];
        uint64_t result;
        uint32_t i;
        if (fread(&context, sizeof context, 1, stdin) != 1)
            return 1;
        for (i = 0; i < filter->state_count; i++)
            if (fread(states[i] + 16, filter->states[i].size, 1, stdin) != 1)
                return 2;
        result = filter->run(&context, states);
        fwrite(&result, sizeof result, 1, stdout);
        fwrite(&context, sizeof context, 1, stdout);
        for (i = 0; i < filter->state_count; i++)
            fwrite(states[i] + 16, filter->states[i].size, 1, stdout);
    }}
    return 0;
}}
"""


def cases(sources: Sources, each: int) -> list[Case]:
    """Accesses as guests make them and others, to states as they begin and to any bytes."""
    registers = {device.name: list(device.kind.registers) for device in sources.devices}
    return [
        _case(Random(f"{subject.symbol} {number}"), subject, registers.get(subject.device, [0]))
        for subject in sources.subjects
        for number in range(each)
    ]


def _case(random: Random, subject: BuiltFilter, registers: list[int]) -> Case:
    context = IoContext.view(bytearray(random.randbytes(64)))
    report = subject.report
    context.is_write = random.random() < (0.8 if report.handled_writes else 0.2)
    if random.random() < 0.9:
        handled = [each for each in registers if report.handles(each, is_write=context.is_write)]
        context.offset = random.choice(handled or registers)
    context.size = random.choice((1, 2, 4, 4, 8))
    written = 0, random.randrange(8), 0x20, random.getrandbits(8 * context.size)
    context.data = random.choice(written)
    context.doorbells = context.requests = 0
    return Case(subject, context, tuple(_state(random, each) for each in subject.states))


def _state(random: Random, argument: StateArgument) -> bytes:
    """As it begins, any bytes, or many flags."""
    room, state = argument.room, argument.kind()
    flags = bytes(random.choices((0, 1, 1, 4), k=room))
    return random.choice((bytes(state).ljust(room, b"\0"), random.randbytes(room), flags))


def interpreted(case: Case) -> Outcome:
    """What is right."""
    program = case.subject.program
    outcome = run(INTERPRETER.load(program), program, case.context, case.states)
    states = zip(outcome.states, case.states, strict=True)
    return Outcome(outcome.verdict, outcome.context, tuple(left[: len(s)] for left, s in states))


def executed(command: Sequence[str | Path], sources: Sources, given: list[Case]) -> list[Outcome]:
    """What the program that `runner` is the source of makes of the cases."""
    numbers = {each: number for number, each in enumerate(sources.subjects)}
    sent = b"".join(
        numbers[each.subject].to_bytes(4, "little") + bytes(each.context) + b"".join(each.states)
        for each in given
    )
    done = subprocess.run([*map(str, command)], input=sent, capture_output=True, check=False)
    assert (done.returncode, done.stderr) == (0, b"")
    return _outcomes(done.stdout, given)


def _outcomes(data: bytes, given: list[Case]) -> list[Outcome]:
    found, at = [], 0
    for case in given:
        verdict = int.from_bytes(data[at : at + 8], "little")
        context = data[at + 8 : at + 72]
        at += 72
        states = []
        for state in case.states:
            states.append(data[at : at + len(state)])
            at += len(state)
        found.append(Outcome(verdict, context, tuple(states)))
    assert at == len(data)
    return found
