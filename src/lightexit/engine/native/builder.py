# SPDX-License-Identifier: Apache-2.0
"""`Builder`: the text of one LLVM function, with eBPF's registers and stack in it.

Registers are stack slots of LLVM's, which its mem2reg turns into values. eBPF's stack is one
array; what is reached through r10 itself stays visible to LLVM as a part of that array. Of all
other memory, three kinds of access are to be told apart:

- State is shared. While a program that only reads runs, another thread may write; its answer is
  then dropped, but until then a number that was compared must be the number that is used. So loads
  are volatile: LLVM neither repeats nor splits one. Stores are, too: as often and as wide as the
  bytecode says. So is all whose place is not known.
- The context belongs to the run, no other thread sees it: plain loads, which LLVM may make part of
  other instructions, or leave out. (The masks that Linux needs at an index go that way.)
- Stores to the context are volatile, lest LLVM make them narrower: the host reads them at once,
  and a CPU hands on a store to a load only if it covers all of that.
"""

from __future__ import annotations

from lightexit.engine.native.known import InContext, Known
from lightexit.isa import FRAME_POINTER, STACK_SIZE

#: What a program's read-only data is called.
RODATA = "@local.rodata"


class Builder:
    """Grows the text of a function; every method returns the name of an LLVM value."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self.known: Known = {}
        self._count = 0

    def emit(self, line: str) -> None:
        """An instruction without a result, or a label."""
        self.lines.append(line)

    def value(self, expression: str) -> str:
        """An instruction with a result."""
        self._count += 1
        name = f"%v{self._count}"
        self.emit(f"{name} = {expression}")
        return name

    def allocate(self, maps: int, rodata: bool) -> None:
        """eBPF's stack and registers; and the addresses of so many map values, read here once,
        with that of read-only data behind them.

        No pass of the short pipeline would find that several reads of one are the same.

        Verified programs read nothing that they have not written. What others find there is any
        number, but a number: a decision on a value that LLVM knows to be undefined would let it
        drop all that follows.
        """
        self.emit(f"%stack = alloca [{STACK_SIZE} x i8], align 16")
        for number in range(FRAME_POINTER):
            self.emit(f"%r{number} = alloca i64")
            self.emit(f"store i64 0, ptr %r{number}")
        for number in range(maps):
            place = self.value(f"getelementptr ptr, ptr %maps, i64 {number}")
            self.emit(f"%map{number} = load i64, ptr {place}, align 8, !invariant.load !0")
        if rodata:
            # Hidden from LLVM, which would else emit other kinds of relocation for single loads.
            self.emit(f'%map{maps} = call i64 asm "", "=r,0"(i64 ptrtoint (ptr {RODATA} to i64))')

    def read(self, register: int, width: int = 64) -> str:
        """The low `width` bits of a register."""
        if register == FRAME_POINTER:
            value = self.value(f"ptrtoint ptr {self._stack(0)} to i64")
        else:
            value = self.value(f"load i64, ptr %r{register}")
        return self.resize("trunc", value, 64, width)

    def write(self, register: int, value: str, width: int = 64) -> None:
        """Set a register to a value of `width` bits, zero-extended."""
        value = self.resize("zext", value, width, 64)
        self.emit(f"store i64 {value}, ptr %r{register}")

    def resize(self, how: str, value: str, before: int, after: int) -> str:
        """`trunc`, `zext` or `sext` from one width to another; nothing where they are equal."""
        if before == after:
            return value
        return self.value(f"{how} i{before} {value} to i{after}")

    def memory(self, register: int, offset: int) -> str:
        """The pointer `register + offset`."""
        if register == FRAME_POINTER:
            return self._stack(offset)
        base = self.known.get(register)
        if isinstance(base, InContext):
            place = base.offset + offset
            return self.value(f"getelementptr i8, ptr %context, i64 {place}")
        address = self.value(f"add i64 {self.read(register)}, {offset}")
        return self.value(f"inttoptr i64 {address} to ptr")

    def load(self, register: int, offset: int, width: int) -> str:
        """Memory at `register + offset`; eBPF requires no alignment."""
        pointer = self.memory(register, offset)
        is_context = isinstance(self.known.get(register), InContext)
        qualifier = "" if is_context or register == FRAME_POINTER else " volatile"
        value = self.value(f"load{qualifier} i{width}, ptr {pointer}, align 1")
        # To LLVM only the stack can be undefined; elsewhere this would keep loads by themselves.
        return self.value(f"freeze i{width} {value}") if register == FRAME_POINTER else value

    def store(self, register: int, offset: int, value: str, width: int) -> None:
        """Set memory at `register + offset`."""
        pointer = self.memory(register, offset)
        qualifier = "" if register == FRAME_POINTER else " volatile"
        self.emit(f"store{qualifier} i{width} {value}, ptr {pointer}, align 1")

    def select(self, condition: str, width: int, yes: str, no: str) -> str:
        """One of two values of `width` bits."""
        return self.value(f"select i1 {condition}, i{width} {yes}, i{width} {no}")

    def compare(self, predicate: str, width: int, a: str, b: str) -> str:
        """`icmp` of two values of `width` bits."""
        return self.value(f"icmp {predicate} i{width} {a}, {b}")

    def _stack(self, offset: int) -> str:
        return self.value(f"getelementptr i8, ptr %stack, i64 {STACK_SIZE + offset}")
