# SPDX-License-Identifier: Apache-2.0
"""From eBPF to LLVM IR: a function for each local function, a block for each instruction."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from lightexit.engine.native import arithmetic
from lightexit.engine.native.builder import RODATA, Builder
from lightexit.engine.native.known import InContext, Known, known_by_slot, narrowed
from lightexit.engine.native.target import architecture_of
from lightexit.engine.native.weights import weights_by_slot
from lightexit.errors import AuthorError
from lightexit.isa import ARGUMENTS, FRAME_POINTER, PSEUDO_MAP_IDX_VALUE, Instruction, Kind, decode
from lightexit.isa.program import Program

_WEIGHTS = ((1, 1), (1, 1000), (1000, 1))

_MODULE_END = """
declare i16 @llvm.bswap.i16(i16)
declare i32 @llvm.bswap.i32(i32)
declare i64 @llvm.bswap.i64(i64)

; No vector registers, tables in memory or calls to libraries may come of this code.
attributes #0 = {
  nounwind noimplicitfloat
  "no-jump-tables"="true" "no-builtins" "no-stack-arg-probe"
}
!0 = !{}
"""


def translate(program: Program, triple: str, entry: str = "run") -> str:
    """LLVM IR, for a target triple, of `u64 entry(IoContext *context, u8 *const *map_values)`.

    All else has names with a dot, which `entry` has not.

    Raises AuthorError for what has no meaning here: helper calls, maps by descriptor.
    """
    code = {i.slot: i for i in decode(program)}
    calls = {i.target for i in code.values() if _is_local_call(i)}
    orders_all = architecture_of(triple).atomics_order_all
    functions = [_Function(program, code, entry, orders_all) for entry in sorted(calls)]
    weights = [
        f'!{1 + number} = !{{!"branch_weights", i32 {taken}, i32 {not_taken}}}'
        for number, (taken, not_taken) in enumerate(_WEIGHTS)
    ]
    main = _Function(program, code, 0, orders_all).run(entry)
    parts = [*_rodata(program), main, *(each.local() for each in functions)]
    return "\n".join([*parts, _MODULE_END, *weights])


def _rodata(program: Program) -> Iterator[str]:
    data = program.rodata
    if data:
        text = "".join(f"\\{byte:02x}" for byte in data)
        yield f'{RODATA} = internal constant [{len(data)} x i8] c"{text}", align 8'


def _is_local_call(instruction: Instruction) -> bool:
    return instruction.op.kind is Kind.CALL and instruction.op.name == "call_local"


class _Function:
    def __init__(
        self, program: Program, code: Mapping[int, Instruction], entry: int, orders_all: bool
    ) -> None:
        self._program = program
        self._code = code
        self._entry = entry
        self._orders_all = orders_all
        self._builder = Builder()
        self._weights = weights_by_slot(code, entry)

    def run(self, name: str) -> str:
        """The program as its host calls it."""
        b = self._builder
        b.emit(f"define i64 @{name}(ptr %context, ptr %maps) #0 {{")
        b.allocate(len(self._program.maps), bool(self._program.rodata))
        b.write(1, b.value("ptrtoint ptr %context to i64"))
        return self._body({1: InContext(0)})

    def local(self) -> str:
        """A function that the program calls."""
        b = self._builder
        parameters = "".join(f", i64 %a{n}" for n in ARGUMENTS)
        b.emit(f"define internal i64 @local.{self._entry}(ptr %maps{parameters}) #0 {{")
        b.allocate(len(self._program.maps), bool(self._program.rodata))
        for number in ARGUMENTS:
            b.write(number, f"%a{number}")
        return self._body({})

    def _body(self, at_entry: Known) -> str:
        b = self._builder
        b.emit(f"br label %s{self._entry}")
        # Functions may lie in any order, and even share code.
        for slot, b.known in known_by_slot(self._code, self._entry, at_entry).items():
            b.emit(f"s{slot}:")
            self._instruction(self._code[slot])
        return "\n".join([*b.lines, "}"])

    def _instruction(self, i: Instruction) -> None:
        _HANDLERS[i.op.kind](self, i)
        if i.op.kind not in (Kind.JUMP, Kind.EXIT):
            self._builder.emit(f"br label %s{i.next_slot}")

    def _source(self, i: Instruction, width: int) -> str:
        if i.op.uses_imm:
            return str(i.imm if width >= 32 else i.imm % (1 << width))
        return self._builder.read(i.src, width)

    def _alu(self, i: Instruction) -> None:
        b, op = self._builder, i.op
        width = self._width(i)
        # An operand that is not used is not read: its register may hold nothing yet.
        dst = "" if op.name in ("mov", "movsx") else b.read(i.dst, width)
        src = "" if op.name == "neg" else self._source(i, width)
        b.write(i.dst, arithmetic.alu(b, op.name, width, dst, src, op.source_width), width)

    def _width(self, i: Instruction) -> int:
        """As wide as the instruction, or only as what it changes in memory, which is faster.

        With all else in small pieces, code gets longer.
        """
        bits, after = narrowed(i, self._builder.known), self._code[i.next_slot]
        is_stored = after.op.kind is Kind.STORE and after.src == i.dst and not after.op.uses_imm
        return bits if is_stored and after.op.width == bits else i.op.width

    def _end(self, i: Instruction) -> None:
        b, width = self._builder, i.op.width
        b.write(i.dst, arithmetic.byte_swap(b, i.op.name, width, b.read(i.dst, width)), width)

    def _lddw(self, i: Instruction) -> None:
        b = self._builder
        if i.src == 0:
            b.write(i.dst, str(i.imm64))
        elif i.src == PSEUDO_MAP_IDX_VALUE:
            b.write(i.dst, self._map_value(i))
        else:
            raise self._refuse(i, "states by map index (lddw with source 6) and plain constants")

    def _map_value(self, i: Instruction) -> str:
        count = len(self._program.maps) + bool(self._program.rodata)
        if not 0 <= i.imm < count:
            raise self._refuse(i, f"a map index below {count}")
        return self._builder.value(f"add i64 %map{i.imm}, {i.next_imm}")

    def _load(self, i: Instruction) -> None:
        b = self._builder
        value = b.load(i.src, i.offset, i.op.width)
        how = "sext" if i.op.name == "ldxsx" else "zext"
        b.write(i.dst, b.resize(how, value, i.op.width, 64))

    def _store(self, i: Instruction) -> None:
        value = self._source(i, i.op.width)
        self._builder.store(i.dst, i.offset, value, i.op.width)

    def _atomic(self, i: Instruction) -> None:
        """One that fetches orders all accesses, as in Linux: some CPUs need a fence for that."""
        is_private = i.dst == FRAME_POINTER
        if is_private:
            self._private(i)
        else:
            self._shared(i)
        if i.op.fetch and (is_private or not self._orders_all):
            self._builder.emit("fence seq_cst")

    def _private(self, i: Instruction) -> None:
        """On the run's own stack, which no other thread sees."""
        b, width = self._builder, i.op.width
        before, after = b.load(i.dst, i.offset, width), b.read(i.src, width)
        if i.op.name == "cmpxchg":
            same = b.compare("eq", width, before, b.read(0, width))
            after = b.select(same, width, after, before)
        elif i.op.name != "xchg":
            after = b.value(f"{i.op.name} i{width} {before}, {after}")
        b.store(i.dst, i.offset, after, width)
        if i.op.fetch:
            b.write(0 if i.op.name == "cmpxchg" else i.src, before, width)

    def _shared(self, i: Instruction) -> None:
        b, op = self._builder, i.op
        pointer = b.memory(i.dst, i.offset)
        source, align = b.read(i.src, op.width), op.width // 8
        if op.name == "cmpxchg":
            operands = f"ptr {pointer}, i{op.width} {b.read(0, op.width)}, i{op.width} {source}"
            pair = b.value(f"cmpxchg {operands} seq_cst seq_cst, align {align}")
            b.write(0, b.value(f"extractvalue {{i{op.width}, i1}} {pair}, 0"), op.width)
            return
        operands = f"{op.name} ptr {pointer}, i{op.width} {source}"
        before = b.value(f"atomicrmw {operands} seq_cst, align {align}")
        if op.fetch:
            b.write(i.src, before, op.width)

    def _jump(self, i: Instruction) -> None:
        b, op = self._builder, i.op
        if op.name == "ja":
            b.emit(f"br label %s{i.target}")
            return
        src = self._source(i, op.width)
        taken = arithmetic.condition(b, op.name, op.width, b.read(i.dst, op.width), src)
        weights = self._weights.get(i.slot)
        likely = f", !prof !{1 + _WEIGHTS.index(weights)}" if weights else ""
        b.emit(f"br i1 {taken}, label %s{i.target}, label %s{i.next_slot}{likely}")

    def _call(self, i: Instruction) -> None:
        if not _is_local_call(i):
            raise self._refuse(i, "calls of the program's own functions: no helper is needed")
        b = self._builder
        arguments = "".join(f", i64 {b.read(n)}" for n in ARGUMENTS)
        b.write(0, b.value(f"call i64 @local.{i.target}(ptr %maps{arguments})"))

    def _exit(self, i: Instruction) -> None:
        self._builder.emit(f"ret i64 {self._builder.read(0)}")

    def _refuse(self, i: Instruction, expected: str) -> AuthorError:
        return AuthorError(
            f"{self._program.name}: the native engine cannot run instruction {i.slot}",
            where=self._program.where(i.slot),
            expected=expected,
        )


_HANDLERS = {
    Kind.ALU: _Function._alu,
    Kind.END: _Function._end,
    Kind.LDDW: _Function._lddw,
    Kind.LOAD: _Function._load,
    Kind.STORE: _Function._store,
    Kind.ATOMIC: _Function._atomic,
    Kind.JUMP: _Function._jump,
    Kind.CALL: _Function._call,
    Kind.EXIT: _Function._exit,
}
