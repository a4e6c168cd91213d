# SPDX-License-Identifier: Apache-2.0
"""Random programs that a verifier finds hard: branches, loops, indices, spills, calls.

Most are accepted, some are not; each is plain assembler text made of small random statements.
Registers 0, 2 to 5 and 7 hold numbers, 6 the context, 8 and 9 pointers of the moment.
"""

from __future__ import annotations

from collections.abc import Callable
from random import Random

from laws.lines import Lines
from lightexit.isa import Program, assemble
from lightexit.isa.generate import edgy

STATE_SIZE = 80
_NUMBERS = (0, 2, 3, 4, 5)
_SIGNS = "+= -= *= /= |= &= ^= %= s/= s%= =".split()  # noqa: SIM905
_SHIFTS = ("<<=", ">>=", "s>>=")
_CONDITIONS = "== != > >= < <= s> s>= s< s<= &".split()  # noqa: SIM905
_WIDTHS = (8, 16, 32, 64)


class Writer(Lines):
    """Writes one random program."""

    def __init__(self, random: Random) -> None:
        super().__init__(random)
        self.depth = 0

    def number(self, half: str = "r") -> str:
        """A register that holds a number."""
        return f"{half}{self.random.choice(_NUMBERS)}"

    def imm(self) -> int:
        """An immediate, small or an edge."""
        small = self.random.randrange(-4, 70)
        return self.random.choice((small, small, edgy(self.random, 32)))

    def statement(self) -> None:
        """Any statement."""
        kinds = _STATEMENTS if self.depth < 3 else _SIMPLE
        self.random.choice(kinds)(self)

    def block(self, most: int = 4) -> None:
        """A few statements."""
        self.depth += 1
        for _ in range(self.random.randrange(most) + 1):
            self.statement()
        self.depth -= 1


def _arithmetic(w: Writer) -> None:
    half = w.random.choice("rw")
    if w.random.random() < 0.3:
        width = 64 if half == "r" else 32
        amount = w.random.choice((str(w.random.randrange(width)), w.number(half)))
        w.say(f"{w.number(half)} {w.random.choice(_SHIFTS)} {amount}")
        return
    sign = w.random.choice(_SIGNS)
    imm = w.imm()
    divides = sign in ("/=", "%=", "s/=", "s%=")
    operand = w.random.choice((str(imm or 1 if divides else imm), w.number(half)))
    w.say(f"{w.number(half)} {sign} {operand}")


def _unary(w: Writer) -> None:
    register, low = w.number(), w.number("w")
    bits = w.random.choice((8, 16))
    w.say(
        w.random.choice(
            (
                f"{register} = -{register}",
                f"{low} = -{low}",
                f"{register} = {w.random.choice(('le', 'be', 'bswap'))}16 {register}",
                f"{register} = bswap64 {register}",
                f"{register} = (s{bits}){w.number()}",
                f"{low} = (s{bits}){w.number('w')}",
                f"{register} = (s32){w.number()}",
            )
        )
    )


def _mask(w: Writer) -> None:
    w.say(f"{w.number()} &= {w.random.choice((1, 3, 7, 15, 31, 63, 255))}")


def _load_context(w: Writer) -> None:
    width = w.random.choice(_WIDTHS)
    offset = w.random.randrange(0, 64, width // 8)
    w.say(f"{w.number()} = *(u{width} *)(r6 + {offset})")


def _store_context(w: Writer) -> None:
    width = w.random.choice(_WIDTHS)
    starts = [8, *range(32, 56)] if width == 8 else [8, 32, 36, 40, 44, 48, 52]
    offset = w.random.choice([s for s in starts if s % (width // 8) == 0 and s + width // 8 <= 56])
    w.say(f"*(u{width} *)(r6 + {offset}) = {w.random.choice((w.number(), str(w.imm())))}")


def _state_access(w: Writer, address: str, reach: int) -> None:
    """Load, store or atomic within `reach` bytes at the pointer in `address`."""
    width = w.random.choice(_WIDTHS)
    size = width // 8
    offset = w.random.randrange(0, max(reach - size, 0) + 1, size)
    signed = w.random.choice("us") if width < 64 else "u"
    kind = w.random.random()
    if kind < 0.5:
        w.say(f"{w.number()} = *({signed}{width} *)({address} + {offset})")
    elif kind < 0.9 or width < 32:
        w.say(f"*(u{width} *)({address} + {offset}) = {w.random.choice((w.number(), '7'))}")
    else:
        half = "r" if width == 64 else "w"
        w.say(f"{w.number(half)} = atomic_fetch_add((u{width} *)({address} + {offset}), {half}3)")
        w.lines[-1] = w.lines[-1].replace(w.lines[-1].split(" = ")[0], f"{half}3", 1)


def _fixed_state(w: Writer) -> None:
    w.say(f"r8 = map_value(0) + {16 + 8 * w.random.randrange(3)}")
    _state_access(w, "r8", 40)


def _indexed_state(w: Writer) -> None:
    index, skip = w.number(), w.label()
    scale = w.random.choice((1, 2, 4, 8))
    length = w.random.choice((2, 5, 8, 9))
    check = w.random.random()
    if check < 0.4:
        w.say(f"r9 = {index}", f"r9 &= {w.random.choice((1, 3, 7))}")
    elif check < 0.8:
        w.say(f"r9 = {index}", f"if r9 >= {length} goto {skip}")
    else:
        w.say(f"if {index} s> {length - 1} goto {skip}", f"if {index} s< 0 goto {skip}")
        w.say(f"r9 = {index}")
    w.say(f"r9 *= {scale}", "r8 = map_value(0) + 16", "r8 += r9")
    if w.random.random() < 0.3:
        w.say("r8 += 8", f"r8 -= {w.random.choice((0, 4, 8))}")
    _state_access(w, "r8", 8)
    w.say(f"{skip}:")


def _stack(w: Writer) -> None:
    width = w.random.choice(_WIDTHS)
    offset = w.random.randrange(-32, 0, width // 8)
    if w.random.random() < 0.5:
        w.say(f"*(u{width} *)(r10 {offset}) = {w.random.choice((w.number(), str(w.imm())))}")
    else:
        w.say(f"{w.number()} = *(u{width} *)(r10 {offset})")


def _indexed_stack(w: Writer) -> None:
    w.say(f"r9 = {w.number()}", "r9 &= 3", "r9 *= 8", "r8 = r10", "r8 += -32", "r8 += r9")
    width = w.random.choice((32, 64))
    if w.random.random() < 0.5:
        w.say(f"*(u{width} *)(r8 + 0) = {w.number()}")
    else:
        w.say(f"{w.number()} = *(u{width} *)(r8 + 0)")


def _spilled_pointer(w: Writer) -> None:
    w.say("r8 = map_value(0) + 24", "*(u64 *)(r10 - 40) = r8")
    w.block(2)
    w.say("r9 = *(u64 *)(r10 - 40)")
    _state_access(w, "r9", 24)


def _copy_then_branch(w: Writer) -> None:
    """A branch on a copy, with a constant added, teaches about the original."""
    number, skip = w.number(), w.label()
    w.say(f"r7 = {number}", f"r7 += {w.random.randrange(-20, 20)}")
    w.say(f"if r7 > {w.random.randrange(40)} goto {skip}")
    w.block(2)
    w.say(f"{skip}:")


def _branch(w: Writer) -> None:
    half = w.random.choice("rw")
    over, end = w.label(), w.label()
    operand = w.random.choice((str(w.imm()), w.number(half)))
    w.say(f"if {w.number(half)} {w.random.choice(_CONDITIONS)} {operand} goto {over}")
    w.block()
    if w.random.random() < 0.5:
        w.say(f"goto {end}", f"{over}:")
        w.block()
        w.say(f"{end}:")
    else:
        w.say(f"{over}:")


def _loop(w: Writer) -> None:
    """A loop that counts in a stack slot or in r7, which other statements may spoil."""
    head, rounds = w.label(), w.random.randrange(1, 9)
    if w.random.random() < 0.5:
        w.say("r7 = 0", f"{head}:")
        w.block(3)
        w.say("r7 += 1", f"if r7 < {rounds} goto {head}")
    else:
        w.say("*(u64 *)(r10 - 48) = 0", f"{head}:")
        w.block(3)
        w.say("r7 = *(u64 *)(r10 - 48)", "r7 += 1", "*(u64 *)(r10 - 48) = r7")
        w.say(f"if w7 < {rounds} goto {head}")


def _long_loop(w: Writer) -> None:
    """Many rounds that differ in what counts, what is summed up and where a pointer is."""
    head, out = w.label(), w.label()
    start, step = w.random.randrange(-3, 6), w.random.choice((1, 1, 1, 2, 3, 4, -1, -2, -3))
    rounds = w.random.choice((17, 18, 20, 25, 40))
    slot = w.random.random() < 0.3
    w.say(f"r7 = {start}", "r9 = map_value(0) + 16", "*(u64 *)(r10 - 56) = 0")
    if slot:
        w.say("*(u64 *)(r10 - 48) = r7")
    w.say(f"{head}:")
    w.random.choice((_accumulate, _accumulate, _walk, _mask, _stack, _load_context, _early(out)))(w)
    if w.random.random() < 0.4:
        w.block(2)
    last = start + step * rounds
    w.say(*(["r7 = *(u64 *)(r10 - 48)"] if slot else []))
    w.say(f"{w.random.choice(('r', 'r', 'w') if last > 0 < start else 'r')}7 += {step}")
    w.say(*(["*(u64 *)(r10 - 48) = r7"] if slot else []))
    tests = ["s<", "s<=", "!="] if step > 0 else ["s>", "s>=", "!="]
    if start >= 0 and last >= 0:
        tests += ["<", "<="] if step > 0 else [">", ">="]
    w.say(f"if r7 {w.random.choice(tests)} {last} goto {head}", f"{out}:")


def _accumulate(w: Writer) -> None:
    """Count on one path, or add a bounded number."""
    skip = w.label()
    w.say("r8 = *(u64 *)(r10 - 56)")
    if w.random.random() < 0.6:
        w.say(f"if {w.number()} {w.random.choice(_CONDITIONS)} {w.imm()} goto {skip}")
        w.say(f"r8 += {w.random.choice((1, 1, 2, -1))}", f"{skip}:")
    else:
        w.say("r9 = *(u8 *)(r6 + 0)", "r8 += r9")
    w.say("*(u64 *)(r10 - 56) = r8")


def _walk(w: Writer) -> None:
    """Index by the counter, masked or checked."""
    skip = w.label()
    w.say("r9 = r7")
    if w.random.random() < 0.5:
        w.say("r9 &= 7")
    else:
        w.say(f"if r9 > {w.random.choice((7, 40, 56))} goto {skip}")
    w.say("r8 = map_value(0) + 16", "r8 += r9", f"{w.number()} = *(u8 *)(r8 + 0)", f"{skip}:")


def _early(out: str) -> Callable[[Writer], None]:
    def leave(w: Writer) -> None:
        w.say(f"if {w.number()} {w.random.choice(_CONDITIONS)} {w.imm()} goto {out}")

    return leave


def _jump_back(w: Writer) -> None:
    """A jump backwards that is no loop, as compilers make them where ways end alike."""
    over, back, out = w.label(), w.label(), w.label()
    w.say(f"goto {over}", f"{back}:")
    w.block(2)
    w.say(f"goto {out}", f"{over}:")
    w.block(2)
    w.say(f"if {w.number()} {w.random.choice(_CONDITIONS)} {w.imm()} goto {back}", f"{out}:")


def _halving_loop(w: Writer) -> None:
    head, number = w.label(), w.number()
    w.say(f"{number} >>= {w.random.randrange(50, 60)}", f"{head}:")
    w.say(f"{number} >>= 1", f"if {number} != 0 goto {head}")


def _call(w: Writer) -> None:
    name = w.random.choice(tuple(_FUNCTIONS))
    argument = w.random.choice((w.number(), w.number(), "0", "20"))
    w.say(f"r1 = {argument}", "r2 = r6", f"call {name}")
    if w.random.random() < 0.3:
        w.say("r1 = r0", "r2 = r6", f"call {name}")
    w.say("r2 = 2", "r3 = r0", "r4 = 4", "r5 = -5")


_SIMPLE: tuple[Callable[[Writer], None], ...] = (
    _arithmetic,
    _arithmetic,
    _arithmetic,
    _unary,
    _mask,
    _load_context,
    _store_context,
    _fixed_state,
    _indexed_state,
    _stack,
    _stack,
    _indexed_stack,
)
_STATEMENTS = (
    *_SIMPLE,
    _branch,
    _branch,
    _branch,
    _loop,
    _long_loop,
    _jump_back,
    _halving_loop,
    _copy_then_branch,
    _spilled_pointer,
    _call,
)


def _begin(w: Writer, register: int) -> None:
    """Give a register its first number: seldom a constant, else all constant would remain."""
    width = w.random.choice(_WIDTHS)
    w.say(
        w.random.choice(
            (
                f"r{register} = {w.imm()}",
                f"r{register} = *(u{width} *)(r6 + {w.random.choice((0, 8, 16, 24))})",
                f"r{register} = *(u64 *)(r6 + {w.random.choice((0, 8, 16))})",
                f"r{register} = *(s8 *)(r6 + {w.random.choice((0, 8, 16, 28))})",
            )
        )
    )


#: Functions that programs call, by name: without a loop, and with one of many rounds that may be
#: left early, its counter an argument.
_FUNCTIONS = {
    "function0": ("r0 = r1", "r0 *= 3", "if r0 > 100 goto +1", "r0 += 1", "exit"),
    "function1": (
        *("r6 = r2", "*(u64 *)(r10 - 8) = r1", "r7 = *(u32 *)(r10 - 8)"),
        *("r0 = *(u64 *)(r6 + 0)", "r0 += r7", "if r0 s> r1 goto +1", "r0 = r1", "exit"),
    ),
    "function2": (
        *("r1 &= 31", "function2_round:", "r1 += 1", "r0 = *(u64 *)(r2 + 0)"),
        *("if r0 == 7 goto function2_out", "if r1 < 60 goto function2_round", "r0 = 1", "exit"),
        *("function2_out:", "r0 = r1", "exit"),
    ),
    "function3": (
        *(
            "r1 += 1",
            "if r1 > 90 goto +2",
            "r0 = *(u64 *)(r2 + 8)",
            "if r0 == 7 goto function3_out",
        ),
        *("if r1 < 100 goto function3", "r0 = 200", "exit", "function3_out:", "r0 = r1", "exit"),
    ),
}


def random_text(random: Random, length: int = 8) -> str:
    """The assembler text of a random program that uses a state of `STATE_SIZE` bytes."""
    w = Writer(random)
    w.say(f".map state {STATE_SIZE}", "r6 = r1", "r7 = 7")
    for register in _NUMBERS:
        _begin(w, register)
    w.say(*(f"*(u64 *)(r10 - {8 * k}) = {k}" for k in range(1, 5)))
    w.block(length)
    w.say(f"r0 = {w.number()}", "exit")
    for name, lines in _FUNCTIONS.items():
        if f"call {name}" in w.lines:
            w.say(f"{name}:", *lines)
    return "\n".join(w.lines) + "\n"


def random_hard_program(random: Random, length: int = 8) -> Program:
    """`random_text`, assembled."""
    return assemble(random_text(random, length), "random.s")
