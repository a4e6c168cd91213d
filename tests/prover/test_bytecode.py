# SPDX-License-Identifier: Apache-2.0
"""Bytecode on symbolic values does what the interpreter does: on the corpus, and at random."""

from __future__ import annotations

from contextlib import suppress
from random import Random
from typing import Any

import pytest

import scale
from laws.programs import STATE_SIZE, random_hard_program
from lightexit.abi import STATE_OFFSET, Array, IoContext, StateMemory, Struct, array, u8
from lightexit.engine.interpreter import ExecutionError, InterpreterEngine
from lightexit.isa import Program, assemble
from lightexit.isa.alu import alu as of_numbers
from lightexit.isa.generate import runnable_program
from programs import Case, runnable

z3 = pytest.importorskip("z3", reason="z3 is not installed (extra prove)")
from lightexit.prover import bytecode  # noqa: E402
from lightexit.prover.bytecode import Executor  # noqa: E402
from lightexit.prover.division import Abstraction, meanings  # noqa: E402
from lightexit.prover.fields import FieldSpan  # noqa: E402
from lightexit.prover.fields import spans as fields_of  # noqa: E402
from lightexit.prover.integers import UnsupportedError  # noqa: E402
from lightexit.prover.memory import SymbolicMemory, WordByte, constant, variables  # noqa: E402
from lightexit.prover.query import Assumptions, Budget, TimeUpError  # noqa: E402
from lightexit.prover.sides import LONG  # noqa: E402

CONTEXT = IoContext.layout.size


class Block(Struct):
    """The state of a hard program."""

    content: Array[u8] = array(u8, STATE_SIZE)


def memory(name: str, data: bytes) -> SymbolicMemory:
    """Memory of constants that is written."""
    found = constant(name, data)
    found.is_writable = True
    return found


def executed(program: Program, context: bytes, states: list[bytes]) -> tuple[int, list[bytes]]:
    """r0, then context and states as one path leaves them: on constants there is no other."""
    regions = [memory("ctx", context)]
    for each, data in zip(program.maps, states, strict=True):
        regions.append(memory(each.name, bytes(STATE_OFFSET) + data.ljust(each.size, b"\0")))
    if program.rodata:
        regions.append(constant("rodata", program.rodata))
    assumptions = Assumptions(Budget().started(), Abstraction())
    (end,) = Executor(program, assumptions).run(regions)
    after = [content(each) for each in end.regions[: 1 + len(states)]]
    verdict: int = z3.simplify(end.verdict).as_long()
    return verdict, [after[0], *(each[STATE_OFFSET:] for each in after[1:])]


def content(region: SymbolicMemory) -> bytes:
    return bytes(z3.simplify(region.byte(at)).as_long() for at in range(len(region.bytes)))


def fields(values: dict[str, int]) -> bytes:
    context = IoContext()
    for name, value in values.items():
        setattr(context, name, value)
    return bytes(context)


@pytest.mark.parametrize("case", runnable(), ids=lambda case: case.name)
def test_corpus(case: Case) -> None:
    result, after = executed(case.program, fields(case.context), list(case.states))
    assert result == case.result
    assert after[0] == fields(case.context_after)
    for ours, theirs in zip(after[1:], case.states_after, strict=True):
        assert ours[: len(theirs)] == theirs


POINTERS = """
    r2 = r1
    r2 += 16
    r0 = r2
    r0 -= r1
    if r2 == 0 goto end
    r0 |= 256
    if r1 s>= r2 goto end
    r0 |= 512
    if r2 <= r1 goto end
    r0 |= 1024
end:
    exit
"""


def test_pointers_are_compared_and_subtracted_as_by_the_interpreter() -> None:
    program = assemble(POINTERS)
    result, _ = executed(program, bytes(CONTEXT), [])
    assert result == InterpreterEngine().load(program).run(IoContext(), []) == 16 + 256 + 512 + 1024


def test_an_access_to_a_long_array_and_what_is_beside_it() -> None:
    span = FieldSpan("long", 4, 200)
    region = variables("state", [span], 208)
    path = Assumptions(Budget().started(), Abstraction())
    region.store(0, 8, z3.BitVecVal(0x0807060504030201, 64), path)
    region.store(200, 8, z3.BitVecVal(0x1817161514131211, 64), path)
    assert z3.simplify(region.load(2, 4, path)).as_long() == 0x06050403
    assert z3.simplify(region.load(202, 4, path)).as_long() == 0x16151413


def hold(seed: int) -> None:
    random = Random(seed)
    program = runnable_program(random, random.randrange(1, 40), context_size=CONTEXT)
    context = random.randbytes(CONTEXT)
    interpreted = IoContext.view(bytearray(context))
    wanted = InterpreterEngine().load(program).run(interpreted, [])
    result, (after,) = executed(program, context, [])
    assert (result, after) == (wanted, bytes(interpreted)), seed


def test_random_programs() -> None:
    for seed in range(60):
        hold(seed)


class Symbolic:
    """All paths of a program on arbitrary memory, asked for what they leave of a given one."""

    def __init__(self, program: Program) -> None:
        regions = [variables("ctx", fields_of(IoContext, LONG), CONTEXT)]
        for each in program.maps:
            regions.append(memory(each.name, bytes(STATE_OFFSET + STATE_SIZE)))
            for at in range(STATE_OFFSET, STATE_OFFSET + STATE_SIZE):
                regions[-1].bytes[at] = WordByte(z3.BitVec(f"{each.name}[{at}]", 8), 0)
        self._before = [each for region in regions for each in whole(region)]
        assumptions = Assumptions(Budget(2).started(), Abstraction())
        self.ends: list[tuple[list[Any], list[Any]]] = []
        for end in Executor(program, assumptions).run(regions):
            after = [each for region in end.regions[: len(regions)] for each in whole(region)]
            self.ends.append((list(assumptions.conditions), [end.verdict, *after]))
            if len(self.ends) > MOST_PATHS:
                raise UnsupportedError("too many paths for a test")

    def at(self, memory: bytes) -> tuple[int, bytes]:
        """r0 and all memory, by the only path that is taken."""
        same = [each == byte for each, byte in zip(self._before, memory, strict=True)]
        (left,) = [left for given, left in self.ends if _model(same, given) is not None]
        values = [z3.FreshConst(each.sort()) for each in left]
        model = _model(same, [a == b for a, b in zip(values, left, strict=True)])
        result, *after = (model.eval(each, model_completion=True).as_long() for each in values)
        return result, bytes(after)


MOST_PATHS = 32


def whole(region: SymbolicMemory) -> list[Any]:
    return [region.byte(at) for at in range(len(region.bytes))]


def _model(same: list[Any], claims: list[Any]) -> Any:
    solver = z3.Solver()
    solver.add(*same, *claims, *meanings(claims))
    return solver.model() if solver.check() == z3.sat else None


def interpreted(program: Program, context: bytes, states: list[bytes]) -> tuple[int, bytes]:
    """The same by the interpreter."""
    seen = IoContext.view(bytearray(context))
    memories: list[StateMemory[Any]] = [StateMemory(Block) for _ in states]
    for each, data in zip(memories, states, strict=True):
        each.state.buffer[:] = data
    result = InterpreterEngine(budget=3000).load(program).run(seen, memories)
    after = [bytes(STATE_OFFSET) + bytes(each.state) for each in memories]
    return result, b"".join([bytes(seen), *after])


def hold_on_all_paths(program: Program, random: Random) -> int:
    """How many there are: one memory goes along one, and no other."""
    symbolic = Symbolic(program)
    for _ in range(3):
        context, *states = (
            random.choice((random.randbytes(size), bytes(size), b"\xff" * size))
            for size in (CONTEXT, *(STATE_SIZE for _ in program.maps))
        )
        wanted = interpreted(program, context, states)
        before = b"".join([context, *(bytes(STATE_OFFSET) + each for each in states)])
        assert symbolic.at(before) == wanted
    return len(symbolic.ends)


def test_random_programs_on_arbitrary_contexts() -> None:
    for seed in range(scale.full(100)):
        random = Random(seed)
        program = runnable_program(random, random.randrange(1, 25), context_size=CONTEXT)
        hold_on_all_paths(program, random)


def test_hostile_programs_on_arbitrary_memory_fault_or_agree() -> None:
    paths = []
    for seed in range(scale.full(150)):
        random = Random(seed)
        program = random_hard_program(random, random.randrange(1, 5))
        with suppress(ExecutionError, UnsupportedError, TimeUpError):
            paths.append(hold_on_all_paths(program, random))
    assert len(paths) > 3
    assert max(paths) > 4


NAMES = ("add", "sub", "mul", "or", "and", "lsh", "rsh", "arsh", "xor", "neg", "mov")
DIVISIONS = ("div", "mod", "sdiv", "smod")


class Chain:
    """Operations one after the other on two words, symbolic and as numbers, in forms that have a
    rule of their own: shifts to and fro, products, masks of low bits, and rests."""

    def __init__(self, random: Random) -> None:
        self.random = random
        self.numbers = [random.choice((random.getrandbits(64), 2**64 - 1, 2**63)) for _ in "ab"]
        self.begun = list(self.numbers)
        self.variables = [z3.BitVec(each, 64) for each in "ab"]
        self.words = list(self.variables)
        self.count = random.randrange(64)

    def step(self, name: str, width: int, source: int | None) -> None:
        """One on the first word; without `source`, by the second."""
        signs = 8 * self.random.choice((1, 2, 4)) if name == "movsx" else 0
        number = self.numbers[1] if source is None else source
        word = self.words[1] if source is None else z3.BitVecVal(source, 64)
        self.words[0] = bytecode.alu(name, width, self.words[0], word, signs)
        self.numbers[0] = of_numbers(name, width, self.numbers[0], number, signs)

    def any_step(self) -> None:
        width, source = self.random.choice((32, 64)), self.random.choice((None, *self._known()))
        self.step(self.random.choice(NAMES), width, source)

    def form(self) -> None:
        """One of those that have a rule, or that have nearly its form."""
        width, by = self.random.choice((32, 64)), self.random.choice((self.count, *range(1, 20, 6)))
        back = self.random.choice(("rsh", "arsh"))
        factor = self.random.choice((1 << by, (1 << by) + 2, 10))
        forms = (
            [("lsh", by), (back, by)],
            [("mul", factor), (back, by)],
            [("and", -1 << by & 2**64 - 1)],
            [(self.random.choice(DIVISIONS), factor), ("mul", factor)],
        )
        for name, source in self.random.choice(forms):
            self.step(name, width, source & (1 << width) - 1)

    def rest(self) -> None:
        """What is left of the first word by a multiple of a quotient, or nearly."""
        width, by = self.random.choice((32, 64)), self.random.choice((3, 10, 10**9))
        word, number = self.words[0], self.numbers[0]
        self.step(self.random.choice(("div", "div", "sdiv")), self.random.choice((width, 64)), by)
        self.step("mul", width, by + self.random.choice((0, 0, 1)))
        self.words[0] = bytecode.alu("sub", width, word, self.words[0])
        self.numbers[0] = of_numbers("sub", width, number, self.numbers[0])

    def _known(self) -> tuple[int, ...]:
        return (self.count, (1 << self.count) - 1, self.random.getrandbits(32))

    def value(self) -> int:
        """What the symbolic word is for the numbers that it began with."""
        begun = [z3.BitVecVal(each, 64) for each in self.begun]
        word = z3.substitute(self.words[0], *zip(self.variables, begun, strict=True))
        found = z3.FreshConst(word.sort())
        model = _model([], [found == word])
        number: int = model.eval(found).as_long()
        return number


def hold_chain(seed: int) -> None:
    chain = Chain(Random(seed))
    for _ in range(chain.random.randrange(1, 4)):
        chain.random.choice((chain.form, chain.rest, chain.any_step))()
    assert chain.value() == chain.numbers[0], seed


def test_operations_on_words_one_after_the_other() -> None:
    for seed in range(scale.full(3_000)):
        hold_chain(seed)


@pytest.mark.long
def test_many_random_programs() -> None:
    for seed in range(60, 3000):
        hold(seed)


def test_hostile_programs_fault_or_agree() -> None:
    """Loops, indices, spills and calls, accepted by a verifier or not."""
    agreed = 0
    for seed in range(150):
        program = random_hard_program(Random(seed))
        states: list[StateMemory[Any]] = [StateMemory(Block) for _ in program.maps]
        context = IoContext()
        try:
            wanted = InterpreterEngine(budget=3000).load(program).run(context, states)
            result, after = executed(
                program, bytes(IoContext()), [bytes(STATE_SIZE) for _ in program.maps]
            )
        except (ExecutionError, UnsupportedError):
            continue
        agreed += 1
        assert (result, after[0]) == (wanted, bytes(context)), seed
        for ours, theirs in zip(after[1:], states, strict=True):
            assert ours[:STATE_SIZE] == bytes(theirs.state)
    assert agreed > 30
