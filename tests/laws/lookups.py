# SPDX-License-Identifier: Apache-2.0
"""Random programs around map look-ups: pointers that may be null, copied, spilled, and met.

What decides is which pointers are the same: a check of one is a check of its copies, and of
nothing else. r6 to r9 and three stack slots hold pointers of look-ups.

As a program (`python -m laws.lookups --count 20000` in tests/, as root) it runs for long.
"""

from __future__ import annotations

import argparse
from collections import Counter
from random import Random

from laws.lines import Lines
from lightexit.engine.kernel import KernelEngine
from lightexit.errors import AuthorError
from lightexit.isa import Program, assemble
from lightexit.verifier import Limits, verify

STATE_SIZE = 80
LIMITS = Limits(helpers=frozenset({1}), answers=False, states=20_000)
_REGISTERS = ("r6", "r7", "r8", "r9")
_SLOTS = (-16, -24, -32)
#: Refusals of the kernel that are not about safety: see docs/verifier.md.
UNRELATED = ("infinite loop", "too many states", "too large")


class Writer(Lines):
    """Writes one random program."""

    def pointer(self) -> str:
        """A register that may hold a pointer."""
        return self.random.choice(_REGISTERS)

    def slot(self) -> str:
        """A stack slot that may hold a pointer."""
        return f"*(u64 *)(r10 {self.random.choice(_SLOTS)})"

    def condition(self, label: str) -> str:
        """A branch on what a state holds: it may have
        changed at the next look, unlike a field of the context."""
        test = self.random.choice(("== 0", "> 7", "& 1", "s< 0", "!= 3"))
        return f"r1 = map_value(0) + 24\nr1 = *(u64 *)(r1 + 0)\nif r1 {test} goto {label}"


def _look_up(w: Writer) -> None:
    where = w.random.choice((w.pointer(), w.pointer(), w.slot()))
    w.say("r2 = r10", "r2 += -8", "r1 = map_by_idx(0)", "call 1", f"{where} = r0")


def _copy(w: Writer) -> None:
    a, b = w.pointer(), w.pointer()
    w.say(w.random.choice((f"{a} = {b}", f"{a} = {w.slot()}", f"{w.slot()} = {a}")))


def _copy_on_one_path(w: Writer) -> None:
    skip = w.label()
    w.say(w.condition(skip))
    for _ in range(w.random.randrange(1, 3)):
        w.random.choice((_copy, _copy, _look_up))(w)
    w.say(f"{skip}:")


def _checked_use(w: Writer) -> None:
    """Check one pointer, use it or another."""
    skip, checked = w.label(), w.pointer()
    used = checked if w.random.random() < 0.5 else w.pointer()
    w.say(f"if {checked} == 0 goto {skip}")
    if w.random.random() < 0.3:
        w.say(f"r1 = {w.slot()}")
        used = "r1"
    width = w.random.choice((8, 32, 64))
    w.say(f"r0 = *(u{width} *)({used} + {w.random.choice((16, 24, 64))})", f"{skip}:")


def _loop(w: Writer) -> None:
    head, rounds = w.label(), w.random.randrange(2, 14)
    w.say("*(u64 *)(r10 - 40) = 0", f"{head}:")
    for _ in range(w.random.randrange(1, 3)):
        w.random.choice((_copy_on_one_path, _checked_use, _copy))(w)
    w.say("r1 = *(u64 *)(r10 - 40)", "r1 += 1", "*(u64 *)(r10 - 40) = r1")
    w.say(f"if r1 < {rounds} goto {head}")


_STATEMENTS = (_look_up, _copy, _copy_on_one_path, _copy_on_one_path, _checked_use, _loop)


def random_lookups(random: Random) -> Program:
    """A random program; about half of them are safe."""
    w = Writer(random)
    w.say(f".map state {STATE_SIZE}", "*(u64 *)(r10 - 8) = 0")
    w.say("r2 = r10", "r2 += -8", "r1 = map_by_idx(0)", "call 1")
    w.say(
        *(f"{register} = r0" for register in _REGISTERS),
        *(f"*(u64 *)(r10 {at}) = r0" for at in _SLOTS),
    )
    for _ in range(w.random.randrange(2, 7)):
        w.random.choice(_STATEMENTS)(w)
    _checked_use(w)
    w.say("r0 = 0", "exit")
    return assemble("\n".join(w.lines) + "\n", "lookups.s")


def search(seed: int, count: int) -> Counter[str]:
    """Hold `count` programs against the kernel's verifier; fail on one that is accepted here only
    for a reason of safety."""
    outcomes: Counter[str] = Counter()
    for number in range(seed, seed + count):
        program = random_lookups(Random(number))
        ours = verify(program, LIMITS)
        kernels = kernel_refuses(program)
        if ours.accepted and kernels:
            assert any(part in kernels for part in UNRELATED), f"seed {number}: {kernels}"
        outcomes[
            f"here {'accepted' if ours.accepted else 'refused'}, "
            f"kernel {'refused' if kernels else 'accepted'}"
        ] += 1
    return outcomes


def kernel_refuses(program: Program) -> str:
    """Why the kernel does not load the program; empty if it does."""
    try:
        KernelEngine(masked=False).load(program)
    except AuthorError as error:
        return str(error)
    return ""


def _main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--seed", type=int, default=0)
    arguments.add_argument("--count", type=int, default=20_000)
    chosen = arguments.parse_args()
    print(f"from seed {chosen.seed} on: {dict(search(chosen.seed, chosen.count))}")


if __name__ == "__main__":
    _main()
