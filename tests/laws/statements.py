# SPDX-License-Identifier: Apache-2.0
"""Random statements of the filter language: a whole filter, as Python source.

What is refused as the author's own mistake is not written: once a state may have been written
there is no PASS and nothing that might fault, and every HANDLED stores all of `ctx.data` first.
What is left must compile, be proved, and do what CPython does.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from random import Random
from typing import Any

from laws.expressions import (
    ARRAYS,
    BOOLS,
    FIELDS,
    I8,
    I16,
    I32,
    INT64,
    SIGNED,
    TABLES,
    TIMERS,
    U8,
    U16,
    U32,
    UINT64,
    UNSIGNED,
    Expressions,
    Number,
    weighted,
)
from laws.ranges import random_range
from lightexit.abi import IntType
from lightexit.compiler.typed.interval import U64, Interval, is_exact, limits_of

_STATES = ("s: Main", "t: Other", "w: Third")
#: Rounds that all loops around a statement may make together.
_ROUNDS = 60


def random_filter(random: Random) -> str:
    """The source of a filter named `generated`."""
    return Statements(random).filter()


class Statements(Expressions):
    """Writes one filter; keeps track of which locals are assigned where it stands."""

    def __init__(self, random: Random) -> None:
        super().__init__(random, states=random.choice((1, 2, 3, 3)))
        self.lines: list[str] = []
        self.indent = 1
        self.fresh = 0
        #: What `break` and `continue` may do in each loop around, the innermost last.
        self.loops: list[bool] = []

    def filter(self) -> str:
        """All of it."""
        states = ", ".join(_STATES[: self.states])
        self.lines = [f"def generated(ctx: IoContext, {states}) -> Verdict:"]
        size = self.random.choice((1, 1, 1, 2, 2, 3))
        for _ in range(self.random.randrange(size + 1)):
            self.assign_new(2)
        for _ in range(size):
            self.statement(2 if size < 3 else 1)
        self.answer()
        return self._enclosed() if self.chance(0.04) else "\n".join(self.lines) + "\n"

    def _enclosed(self) -> str:
        """The filter within a function whose constants it uses."""
        inner = "\n".join("    " + line for line in self.lines).replace("LIMIT", "OUTER")
        return f"def make():\n    OUTER = 11\n{inner}\n    return generated\ngenerated = make()\n"

    def put(self, line: str) -> None:
        """A line."""
        self.lines.append("    " * self.indent + line)

    def name(self, prefix: str) -> str:
        """A new local's name."""
        self.fresh += 1
        return f"{prefix}{self.fresh}"

    @contextmanager
    def block(self) -> Iterator[None]:
        """An indented block; what it assigns or learns does not hold behind it."""
        scope, self.scope = self.scope, self.scope.copy()
        self.indent += 1
        yield
        self.indent -= 1
        self.scope = scope

    def body(self, depth: int) -> None:
        """The statements of a block."""
        for _ in range(self.random.choice((1, 1, 2))):
            self.statement(depth - 1)

    def statement(self, depth: int) -> None:
        """Any statement."""
        table = {**_SIMPLE, **(_NESTED if depth > 0 and self.rounds * 3 < _ROUNDS else {})}
        if self.loops:
            table = {**table, **_IN_LOOPS}
        before = len(self.lines)
        self.random.choices(*weighted(table))[0](self, depth)
        if len(self.lines) == before:
            self.put("pass")

    # Answers

    def answer(self) -> None:
        """Leave with HANDLED."""
        if self.chance(0.1):
            self.put("if ctx.is_write:")
            self.put("    return Verdict.HANDLED")
        self.put(f"ctx.data = {self.fitting(U8 if self.sized else UINT64, 2)}")
        if self.chance(0.1) and not self.written:
            self.put(f"return Verdict.HANDLED if {self.truth(1)} else Verdict.PASS")
        else:
            self.put("return Verdict.HANDLED")

    def leave(self, _depth: int) -> None:
        """An early return, after which the opposite of its condition is known."""
        condition, otherwise = self.test()
        self.put(f"if {condition}:")
        with self.block():
            if not self.written and self.chance(0.6):
                self.put("return Verdict.PASS")
            else:
                self.answer()
        self.scope.ints.update(otherwise)

    def test(self) -> tuple[str, dict[str, Interval]]:
        """A condition, and what is known of locals where it is false."""
        known = [
            name
            for name, limits in self.scope.ints.items()
            if not name.startswith("v") and is_exact(limits) and limits.lo <= 0 and limits.hi > 12
        ]
        if not known or self.chance(0.3):
            return self.truth(2), {}
        name, most = self.random.choice(known), self.random.choice((3, 5, 8, 10))
        limits = self.scope.ints[name]
        if limits.lo < 0:
            return f"{name} < 0 or {name} >= {most}", {name: Interval(0, most - 1)}
        text = self.random.choice(
            (f"{name} >= {most}", f"not {name} < {most}", f"{most - 1} < {name}")
        )
        return text, {name: Interval(0, most - 1)}

    # Locals

    def assign_new(self, depth: int) -> None:
        """A local's first value."""
        self.random.choices(*weighted(_LOCALS))[0](self, depth)

    def new_int(self, depth: int) -> None:
        """An int of any width that is assigned once."""
        name, value = self.name("m"), self.number(depth)
        self.put(f"{name} = {value.plain.text}")
        self.scope.ints[name] = value.bounds

    def new_variable(self, depth: int) -> None:
        """An int that may be assigned again."""
        name = self.name("v")
        self.put(f"{name} = {self.natural(depth).plain.text}")
        self.put(f"{name} = {self.natural(1).plain.text}")
        self.scope.ints[name] = U64

    def new_typed(self, depth: int) -> None:
        """An annotated local."""
        name, kind = self.name("v"), self.random.choice((*UNSIGNED, *SIGNED, INT64))
        value = self.fitting(kind, depth)
        if self.chance(0.3):
            self.put(f"{name}: {kind}")
            self.put(f"{name} = {value}")
        else:
            self.put(f"{name}: {kind} = {value}")
        self.scope.ints[name] = limits_of(kind)
        self.typed[name] = kind

    def new_bool(self, depth: int) -> None:
        """A bool."""
        name, value = self.name("b"), self.truth(depth)
        self.put(f"{name}: bool = {value}" if self.chance(0.3) else f"{name} = {value}")
        self.scope.bools.append(name)

    def new_timer(self, depth: int) -> None:
        """A reference to a struct, perhaps to another one later."""
        name = self.name("r")
        self.put(f"{name} = {self.timer(depth)}")
        self.scope.timers.append(name)

    def new_array(self, depth: int) -> None:
        """A reference to an array."""
        name = self.name("a")
        if self.states > 2 and self.chance(0.5):
            array, limits = f"w.grid[{self.index(3, depth - 1)}]", (5, U16)
        elif self.chance(0.5):
            array, limits = f"{self.timer(depth - 1)}.steps", (3, U16)
        else:
            array = self.pick(ARRAYS)
            limits = ARRAYS[array]
        self.put(f"{name} = {array}")
        self.scope.arrays[name] = limits

    def assign_old(self, depth: int) -> None:
        """Another value for a local."""
        ints = self.variables()
        if self.scope.bools and self.chance(0.2):
            name = self.random.choice(self.scope.bools)
            self.put(f"{name} = {self.truth(depth)}")
        elif self.scope.timers and self.chance(0.3):
            name = self.random.choice(self.scope.timers)
            self.put(f"{name} = {self.timer(depth)}")
        elif ints:
            name = self.random.choice(ints)
            self.put(f"{name} = {self.fitting(self.type_of(name), depth)}")
        else:
            self.new_variable(depth)

    def variables(self) -> list[str]:
        """The ints that may be assigned again."""
        return [name for name in self.scope.ints if name.startswith("v")]

    def type_of(self, name: str) -> IntType:
        """The type of such a local."""
        return self.typed.get(name, UINT64)

    def augment_local(self, depth: int) -> None:
        """`name op= ...`, where what is known of the name makes it fit."""
        names = self.variables()
        if not names:
            self.new_variable(depth)
            return
        name = self.random.choice(names)
        kind = self.random.randrange(3)
        if kind < 2 and self.type_of(name).signed:
            self._augment_signed(name)
        elif kind == 0:
            low, line = self.random.choice(
                ((5, "-= 5"), (1, "-= 1"), (0, f"&= {self.number(1).text}"))
            )
            self.put(f"if {name} >= {low}:")
            self.put(f"    {name} {line}")
        elif kind == 1:
            line = self.random.choice(("+= 7", "*= 2", "<<= 1", f"|= {self.fitting(U8, 1)}"))
            self.put(f"if {name} < 100:")
            self.put(f"    {name} {line}")
        else:
            self.put(f"{name} {self._fitting_change(self.type_of(name))}")

    def _augment_signed(self, name: str) -> None:
        self.put(
            f"if {self.random.choice((f'-9 < {name} < 50', f'not (-5 > {name} or {name} > 9)'))}:"
        )
        line = self.random.choice(
            ("+= 7", "-= 60", "*= 2", "*= -2", "<<= 1", f"//= {self.divisor(1).text}")
        )
        self.put(f"    {name} {line}")

    def _fitting_change(self, type_: IntType) -> str:
        """What may be done to any number of that type, which it still fits."""
        kind = self.random.randrange(6)
        if kind == 0:
            return f"{self.random.choice('|^')}= {self.fitting(type_, 1)}"
        if type_.signed and kind == 1:
            return f"&= {self.fitting(type_, 1)}"
        if type_.signed and kind > 2:
            text = self.divisor_above_0(1).text
            return self.random.choice(("%= 7", "%= 64", "%= -100", f"//= {text}", f"//= {text}"))
        if kind == 1:
            return f"&= {self.number(2).text}"
        if kind == 2:
            return f">>= {self.count(1).text}"
        return f"{self.random.choice(('//', '%'))}= {self.divisor_above_0(1).text}"

    def unpack(self, depth: int) -> None:
        """`a, b = ...`: of values, or of what a helper returns."""
        names = self.variables()
        if len(names) > 1 and self.chance(0.4):
            first, second = self.random.sample(names, 2)
            if self.type_of(first) == self.type_of(second):
                self.put(f"{first}, {second} = {second}, {first}")
                return
        if self.chance(0.4) and not self.read_only:
            one, other = self.random.choice(((U32, U8), (INT64, I8)))
            values = f"{self.fitting(one, depth)}, {self.fitting(other, 1)}"
            self.put(f"{self.written_target(one)}, {self.written_target(other)} = {values}")
            return
        if self.chance(0.3):
            first, second = self.name("m"), self.name("m")
            self.put(f"{first}, {second} = parts({self.fitting(INT64, depth)})")
            self.scope.ints[first], self.scope.ints[second] = limits_of(INT64), limits_of(I8)
            return
        first, second, third = self.name("m"), self.name("b"), self.name("m")
        if self.chance(0.5):
            value = self.natural(depth).text
            self.put(f"{first}, {second} = split({value}, {self.fitting(U8, 1)})")
        else:
            self.put(f"{first}, {second}, {third} = three({self.natural(depth).text})")
            self.scope.ints[third] = Interval(-(2**32), 2**32)
        self.scope.ints[first] = U64
        self.scope.bools.append(second)

    # Stores

    def target_of(self, kind: IntType) -> str:
        """Something of a state to store a value of that type into."""
        places = [name for name, each in FIELDS.items() if each == kind and self.is_there(name)]
        places += [f"{each}.count" for each in self.scope.timers if kind is U32]
        places += [f"{each}.drift" for each in self.scope.timers if kind is I8]
        arrays = {**ARRAYS, **self.scope.arrays}
        elements = [name for name, (_, each) in arrays.items() if each == kind]
        elements = [name for name in elements if self.is_there(name)]
        if elements and (not places or self.chance(0.6)):
            array = self.random.choice(elements)
            target = f"{array}[{self.index(arrays[array][0], 1)}]"
        elif kind in (U32, I8) and self.chance(0.4):
            target = f"{self.timer(1)}.{'drift' if kind.signed else 'count'}"
        elif kind is U16 and self.states > 2 and self.chance(0.5):
            row = self.index(3, 1)
            target = f"w.grid[{row}][{self.index(5, 1)}]"
        else:
            target = self.random.choice(places)
        return target

    def written_target(self, kind: IntType) -> str:
        """The same; what follows stands behind a write."""
        target = self.target_of(kind)
        self.written = True
        return target

    def store(self, depth: int) -> None:
        """A store into a field or an element, or two of one value."""
        if self.read_only:
            self.act(depth)
            return
        kind = self.random.choice((*_STORED, U32))
        value = self.fitting(kind, depth)
        targets = self.written_target(kind)
        if self.chance(0.1):
            targets = f"{targets} = {self.written_target(kind)}"
        self.put(f"{targets} = {value}")

    def store_bool(self, depth: int) -> None:
        """A store into a bool, or a change of one."""
        if self.read_only:
            self.act(depth)
            return
        value = self.truth(depth)
        places = [place for place in BOOLS if not place.startswith("ctx")]
        target = self.pick(places) if self.chance(0.6) else f"{self.timer(1)}.running"
        sign = self.random.choice(("=", "=", "=", "|=", "&=", "^="))
        self.put(f"{target} {sign} {value}")
        self.written = True

    def augment(self, depth: int) -> None:
        """`field op= ...`."""
        if self.read_only:
            self.act(depth)
            return
        kind = self.random.choice(_STORED)
        self.put(f"{self.target_of(kind)} {self._fitting_change(kind)}")
        self.written = True

    def clear(self, depth: int) -> None:
        """Neighbours set alike: what LLVM likes to make a call of."""
        if self.read_only:
            self.act(depth)
            return
        self.written = True
        name = self.pick(ARRAYS)
        value = self.random.choice(("0", "-1") if ARRAYS[name][1].signed else ("0", "255"))
        for index in range(self.random.randrange(2, ARRAYS[name][0] + 1)):
            self.put(f"{name}[{index}] = {value}")

    def act(self, _depth: int) -> None:
        """A request to the host, an answer to be overwritten, or a barrier."""
        answer = U8 if self.sized else UINT64
        options: tuple[Callable[[], str], ...] = (
            lambda: f"ctx.raise_line({self.natural(1).text} & 31)",
            lambda: f"ctx.lower_line(line={self.natural(1).text} % 32)",
            lambda: f"ctx.signal({self.fitting(U8, 1)} & 31)",
            lambda: f"ctx.send_apic({self.fitting(U32, 1)}, mode=1, vector={self.fitting(U8, 1)})",
            lambda: f"ctx.end_of_interrupt(vector={self.fitting(U8, 1)})",
            lambda: f"ctx.data = {self.fitting(answer, 2)}",
            lambda: "full_barrier()",
        )
        self.put(self.random.choice(options)())

    def call(self, depth: int) -> None:
        """A helper called for its effect."""
        if self.read_only or self.states < 2:
            self.act(depth)
            return
        self.put(f"touch(s, t, {self.natural(depth).text})")
        self.written = True

    # Branches

    def branch(self, depth: int) -> None:
        """`if`, `elif`, `else`; a write on one side has not happened on the others."""
        condition, otherwise = self.test()
        self.put(f"if {condition}:")
        before, after = self.written, []
        with self.block():
            self.body(depth)
        after.append(self.written)
        self.written = before
        if self.chance(0.3):
            self.put(f"elif {self.truth(1)}:")
            before = self.written
            with self.block():
                self.body(depth)
            after.append(self.written)
            self.written = before
            otherwise = {}
        if self.chance(0.6):
            self.put("else:")
            with self.block():
                self.scope.ints.update(otherwise)
                self.body(depth)
        self.written = self.written or any(after)

    def match(self, depth: int) -> None:
        """`match` with patterns of every kind."""
        subject = self.exact(depth)
        self.put(f"match {subject.text}:")
        self.indent += 1
        patterns = ["0", "1 | 2", "Code.FOUR", "255", "-1", "Code.BIG | 7 | -3", str(2**63)]
        before, after = self.written, [self.written]
        for pattern in self.random.sample(patterns, self.random.choice((1, 2, 3))):
            guard = f" if {self.truth(1)}" if self.chance(0.25) else ""
            before = self.written if guard else before
            self.put(f"case {pattern}{guard}:")
            with self.block():
                self.body(depth)
            after.append(self.written)
            self.written = before
        if self.chance(0.5):
            self.put("case _:")
            with self.block():
                self.body(depth)
        self.indent -= 1
        self.written = self.written or any(after)

    # Loops

    @contextmanager
    def loop(self, rounds: int, *, again: bool = True) -> Iterator[None]:
        """A loop around what follows; `again` tells whether `continue` does no harm.

        Either all of it stands behind a write, or none of it writes.
        """
        writes = self.chance(0.6) and not self.read_only
        self.written = self.written or writes
        self.read_only += not writes
        self.rounds, before = self.rounds * max(rounds, 1), self.rounds
        self.loops.append(again)
        yield
        self.loops.pop()
        self.rounds = before
        self.read_only -= not writes

    def count_loop(self, depth: int) -> None:
        """`for` over a range; now and then by a local that is assigned elsewhere, too."""
        again = self.natural(1).plain.text if self.chance(0.25) else None
        counting = random_range(self, min(12, _ROUNDS // self.rounds))
        name, limits = self.name("c"), counting.bounds
        if limits.within(U64) and again is not None:
            name, limits = self.name("v"), U64
            self.put(f"{name} = {again}")
            self.scope.ints[name] = limits
        elif limits.within(limits_of(INT64)) and self.chance(0.3):
            name, limits = self.name("v"), limits_of(INT64)
            self.put(f"{name}: i64")
            self.typed[name] = INT64
        with self.loop(counting.rounds):
            self.put(f"for {name} in range({counting.text}):")
            with self.block():
                self.scope.ints[name] = limits
                self.keep(name, limits)
                self.body(depth)

    def keep(self, name: str, limits: Interval) -> None:
        """Perhaps store what a loop counts: its last value is what LLVM keeps in a register."""
        if self.read_only or self.chance(0.6):
            return
        kind = self.random.choice((*UNSIGNED, I8, I16, I32, INT64))
        value = Number(name, limits)
        kept = value if limits.within(limits_of(kind)) else self.wrap(value, kind)
        self.put(f"{self.written_target(kind)} = {kept.text}")

    def array_loop(self, depth: int) -> None:
        """`for` over an array: of ints, or of structs."""
        if self.chance(0.25):
            self.table_loop(depth)
            return
        arrays = {**ARRAYS, **self.scope.arrays}
        if self.chance(0.5):
            array = self.pick(TIMERS)
            rounds, name = TIMERS[array], self.name("r")
        else:
            array = self.pick(arrays)
            rounds, name = arrays[array][0], self.name("m")
        with self.loop(rounds):
            self.put(f"for {name} in {array}:")
            with self.block():
                if name.startswith("r"):
                    self.scope.timers.append(name)
                else:
                    self.scope.ints[name] = limits_of(arrays[array][1])
                self.body(depth)

    def table_loop(self, depth: int) -> None:
        """`for` over a constant table."""
        table, name = self.pick([each for each in TABLES if each != "MASKS"]), self.name("m")
        rounds, limits, _ = TABLES[table]
        with self.loop(rounds):
            self.put(f"for {name} in {table}:")
            with self.block():
                self.scope.ints[name] = limits
                self.body(depth)

    def while_loop(self, depth: int) -> None:
        """`while`: counting down first, counting up last, or left by `break`."""
        if self.chance(0.2):
            self._signed_while(depth)
            return
        name, rounds = self.name("n"), self.random.randrange(1, 6)
        kind, step = self.random.randrange(3), self.random.randrange(1, 4)
        self.put(f"{name} = {rounds if kind == 0 else 0}")
        with self.loop(rounds, again=kind == 0):
            more = f" and {self.truth(1)}" if self.chance(0.4) else ""
            first = (f"{name} > 0", f"{name} < {rounds * step}", "True")[kind]
            self.put(f"while {first}{more}:")
            with self.block():
                self.scope.ints[name] = U64
                if kind == 0:
                    self.put(f"{name} -= 1")
                if kind == 2:
                    self.put(f"if {name} >= {rounds * step}:")
                    self.put("    break")
                self.body(depth)
                if kind:
                    self.put(f"{name} = u64({name} + {step})")

    def _signed_while(self, depth: int) -> None:
        """A signed local that counts down past 0."""
        name, kind = self.name("n"), self.random.choice(SIGNED)
        rounds, step = self.random.randrange(1, 6), self.random.randrange(1, 4)
        first = self.random.randrange(-3, rounds)
        self.put(f"{name}: {kind} = {first}")
        with self.loop(rounds):
            self.put(f"while {name} > {first - rounds * step}:")
            with self.block():
                self.scope.ints[name] = limits_of(kind)
                self.put(f"{name} -= {step}")
                self.body(depth)

    def jump(self, _depth: int) -> None:
        """`break` or `continue`, if."""
        words = ("break", "continue") if self.loops[-1] else ("break",)
        condition, otherwise = self.test()
        self.put(f"if {condition}:")
        self.put(f"    {self.random.choice(words)}")
        self.scope.ints.update(otherwise)


#: Types of what is stored into states.
_STORED = (U8, U8, U16, U32, UINT64, *SIGNED)

Step = Callable[[Statements, int], Any]
_LOCALS: dict[Step, int] = {
    Statements.new_int: 5,
    Statements.new_variable: 2,
    Statements.new_typed: 1,
    Statements.new_bool: 2,
    Statements.new_timer: 2,
    Statements.new_array: 1,
}
_SIMPLE: dict[Step, int] = {
    Statements.assign_new: 3,
    Statements.assign_old: 3,
    Statements.augment_local: 2,
    Statements.unpack: 1,
    Statements.store: 5,
    Statements.store_bool: 1,
    Statements.augment: 2,
    Statements.clear: 1,
    Statements.act: 1,
    Statements.call: 1,
    Statements.leave: 2,
    lambda fn, depth: fn.put("pass"): 1,
}
_NESTED: dict[Step, int] = {
    Statements.branch: 4,
    Statements.match: 2,
    Statements.count_loop: 6,
    Statements.array_loop: 2,
    Statements.while_loop: 2,
}
_IN_LOOPS: dict[Step, int] = {Statements.jump: 4, Statements.leave: 2}
