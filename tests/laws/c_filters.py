# SPDX-License-Identifier: Apache-2.0
"""The law of agreement for C: a filter gives what the same source gives as code for this machine.

Files of several filters are compiled by clang for BPF and by a C compiler for this machine. Both
go through the same accesses: verdicts, contexts, states, and variables of the file from one access
to the next. As a program (`python -m laws.c_filters --count 100` in tests/) it runs for long.
"""

from __future__ import annotations

import ctypes
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import Any

from engine.running import NATIVE, NO_KERNEL, raw_state
from isa.clang import UAPI, compile_c
from laws.expressions import EDGES
from laws.longrun import tried
from lightexit.abi import STATE_OFFSET, IoContext, StateMemory
from lightexit.engine.api import Engine
from lightexit.engine.interpreter import InterpreterEngine
from lightexit.engine.kernel import KernelEngine
from lightexit.errors import AuthorError
from lightexit.isa import Map, Program, read_elf
from lightexit.program_filter import variables_struct
from lightexit.verifier import Limits, verify

HOST_COMPILER = shutil.which("cc")
FILTERS, ACCESSES, STATE_SIZE = 8, 25, 136
HEAD = """#include <lightexit.h>
#ifndef __bpf__
#define LIGHTEXIT_FILTER(name, c) \\
    __u64 name(struct lightexit_io_context *c __attribute__((unused)))
#define LIGHTEXIT_STATE(type, name) \\
    struct { struct lightexit_state_header header; type state; } name
#endif
struct item { __u16 near; __u32 far; };
struct shared {
    __u8 a; __s8 b; __u16 c; __s16 d; __u32 e; __s32 f; __u64 g; __s64 h;
    __u32 row[16]; struct item items[5];
};
LIGHTEXIT_STATE(struct shared, s);
_Static_assert(sizeof(struct shared) == 136, "as STATE_SIZE says");
static __u32 calls; static __u16 few[4] = {1, 0x8000, 3, 0xffff}; static __u64 last = 77;
static const __u64 table[8] = {0, 1, 255, 256, 65535, 1ull << 32, 1ull << 63, ~0ull};
static __attribute__((noinline)) __u64 mixed(__u64 x, __u64 y)
{
    calls++;
    return (x ^ y >> 3) * 0x9e3779b97f4a7c15ull + table[x & 7];
}
"""
_FIELDS = ("a", "b", "c", "d", "e", "f", "g", "h")
_PLACES = tuple(f"s.state.{name}" for name in _FIELDS)
_TYPES = ("__u8", "__s8", "__u16", "__s16", "__u32", "__s32", "__u64", "__s64")
_BINARY = ("+", "-", "*", "&", "|", "^")
_COMPARED = ("<", "<=", "==", "!=", ">", ">=")


class _Writer:
    """Statements of one filter: numbers are unsigned and of 64 bits, so that all is defined."""

    def __init__(self, random: Random) -> None:
        self._random = random
        self._pick: Callable[..., Any] = random.choice

    def value(self, depth: int = 3) -> str:
        if depth == 0:
            return self._leaf()
        kind, left, right = self._random.randrange(9), self.value(depth - 1), self.value(depth - 1)
        return (
            f"({left} {self._pick(_BINARY)} {right})",
            f"({left} {self._pick(_BINARY)} {right})",
            f"({left} {self._pick(('<<', '>>'))} ({right} & 63))",
            f"({left} {self._pick(('/', '%'))} ({right} | 1))",
            f"(__u64)({self._pick(_TYPES)})({left})",
            f"({left} {self._pick(_COMPARED)} {right} ? {right} : {left})",
            f"(__u64)((__s64){left} {self._pick(_COMPARED)} (__s64){right})",
            f"(__u64)__builtin_bswap{self._pick((16, 32, 64))}({left})",
            f"mixed({left}, {right})" if depth == 3 else f"table[{left} & 7]",
        )[kind]

    def _leaf(self) -> str:
        number = f"{self._pick(EDGES) % 2**64}ull"
        return str(self._pick((
            number, f"{self._random.randrange(12)}ull", f"(__u64){self._pick(_PLACES)}",
            "c->offset", "c->data", "c->now_ns", "(__u64)c->vcpu", "(__u64)c->size", "(__u64)calls",
            f"v{self._random.randrange(4)}", f"v{self._random.randrange(4)}", "last",
            f"(__u64)few[v{self._random.randrange(4)} & 3]",
            f"(__u64)s.state.row[v{self._random.randrange(4)} & 15]",
        )))  # fmt: skip

    def statement(self, depth: int = 2) -> str:
        kind = self._random.randrange(10 if depth else 6)
        value, place = self.value(), self._pick((*_PLACES, "last", "few[2]", "calls"))
        local = f"v{self._random.randrange(4)}"
        if kind < 3:
            return f"{local} = {value};"
        if kind == 3:
            return f"{place} = {value};"
        if kind == 4:
            return f"s.state.row[{value} & 15] ^= {local};"
        if kind == 5:
            return (
                f"if ({local} < 5) s.state.items[{local}].{self._pick(('near', 'far'))} = {value};"
            )
        inner = "\n".join(self.statement(depth - 1) for _ in range(2))
        if kind == 6:
            return f"for (int i = 0; i < {self._random.randrange(1, 5)}; i++) {{ {inner} }}"
        if kind == 7:
            cases = "".join(f"case {n}: {self.statement(0)} break;\n" for n in range(5))
            return f"switch ({local} & 7) {{ {cases} default: {inner} }}"
        other = self.statement(depth - 1)
        return (
            f"if ({value} {self._pick(_COMPARED)} {self.value(1)}) {{ {inner} }} else {{ {other} }}"
        )

    def function(self, name: str) -> str:
        body = "\n".join(self.statement() for _ in range(self._random.randrange(1, 6)))
        return (
            f"LIGHTEXIT_FILTER({name}, c)\n{{\n"
            "__u64 v0 = c->data, v1 = c->offset, v2 = 3, v3 = 0;\n"
            f"if (c->offset > {self._random.choice((7, 200, 2**40))}ull) return 0;\n{body}\n"
            f"c->doorbells = {self.value()};\nc->data = v0 ^ v1 ^ v2 ^ v3;\nreturn 1;\n}}\n"
        )


def source(seed: int) -> str:
    """A file of FILTERS filters."""
    random = Random(seed)
    return HEAD + "".join(_Writer(random).function(f"f{number}") for number in range(FILTERS))


@dataclass(frozen=True)
class Given:
    """An access, and the state before it."""

    number: int
    context: bytes
    state: bytes


def accesses(seed: int) -> Iterator[Given]:
    """To all filters of a file in turn."""
    random = Random(f"accesses {seed}")
    for _ in range(ACCESSES):
        context = IoContext()
        context.offset = random.choice((random.randrange(12), random.randrange(256)))
        context.data = random.choice((*EDGES, random.getrandbits(64))) % 2**64
        context.now_ns, context.vcpu = random.getrandbits(63), random.randrange(4)
        context.size, context.is_write = random.choice((1, 2, 4, 8)), random.random() < 0.5
        state = random.choice((bytes(STATE_SIZE), random.randbytes(STATE_SIZE)))
        yield Given(random.randrange(FILTERS), bytes(context), state)


Result = tuple[int, bytes, bytes]


def on_host(text: str, given: list[Given]) -> list[Result]:
    """What this machine's compiler makes of it."""
    with TemporaryDirectory() as folder:
        path = Path(folder)
        (path / "filter.c").write_text(text)
        options = ("-w", "-O1", "-fwrapv", "-fPIC", "-shared", f"-I{UAPI}")
        command = [str(HOST_COMPILER), *options, "filter.c", "-o", "filter.so"]
        subprocess.run(command, cwd=path, check=True)
        library = ctypes.CDLL(str(path / "filter.so"))
        memory = (ctypes.c_char * (STATE_OFFSET + STATE_SIZE)).in_dll(library, "s")
        return [_call(library, memory, each) for each in given]


def _call(library: Any, memory: Any, each: Given) -> Result:
    function = getattr(library, f"f{each.number}")
    function.restype = ctypes.c_uint64
    context = ctypes.create_string_buffer(each.context, len(each.context))
    memory[STATE_OFFSET:] = each.state
    verdict = function(context)
    return verdict, context.raw, memory.raw[STATE_OFFSET:]


def in_engine(programs: dict[int, Program], engine: Engine, given: list[Given]) -> list[Result]:
    """What an engine makes of it; the file's variables are there once."""
    loaded = {number: engine.load(each) for number, each in programs.items()}
    own: dict[Map, StateMemory[Any]] = {}
    found = []
    for each in given:
        context, states = IoContext.view(bytearray(each.context)), list[StateMemory[Any]]()
        shared = StateMemory(raw_state(STATE_SIZE))
        shared.state.buffer[:] = each.state
        for wanted in programs[each.number].maps:
            if wanted.initial is None:
                states.append(shared)
            else:
                made = own.get(wanted) or StateMemory(variables_struct(wanted))
                states.append(own.setdefault(wanted, made))
        verdict = loaded[each.number].run(context, states) & 0xFFFFFFFF
        found.append((verdict, bytes(context), bytes(shared.state)))
    return found


def engines() -> list[Engine]:
    """Those that are there."""
    kernel = [KernelEngine(masked=False)] if NO_KERNEL is None else []
    return [InterpreterEngine(), NATIVE, *kernel]


def attempt(seed: int, compiler: str = "clang") -> int:
    """How many filters were accepted. Raises AssertionError where the law does not hold."""
    text = source(seed)
    data = compile_c(text, compiler, "-w")
    programs = read_elf(data, value_offset=STATE_OFFSET, file="filter.o")
    reports = [verify(each, Limits(states=30_000)) for each in programs]
    accepted = {number: each.program for number, each in enumerate(reports) if each.accepted}
    assert accepted, [str(each.error) for each in reports]
    for engine in engines():
        taken = {number: each for number, each in accepted.items() if _takes(engine, each)}
        given = [each for each in accesses(seed) if each.number in taken]
        found, expected = in_engine(taken, engine, given), on_host(text, given)
        for each, *pair in zip(given, found, expected, strict=True):
            assert same(*pair), (engine.name, each, *pair)
    return len(accepted)


def _takes(engine: Engine, program: Program) -> bool:
    """Linux has a verifier of its own, which follows less of what indices may be."""
    try:
        engine.load(program)
    except AuthorError:
        return not engine.in_kernel
    return True


def same(ours: Result, theirs: Result) -> bool:
    """After PASS the context is ignored."""
    return ours == theirs or (ours[0] == 0 and ours[::2] == theirs[::2])


def main() -> int:
    """Seeds as the command line says."""
    return tried(__doc__, attempt)


if __name__ == "__main__":
    sys.exit(main())
