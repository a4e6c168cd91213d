# SPDX-License-Identifier: Apache-2.0
"""The native engine: its cache, its refusals, and machine code of any LLVM IR."""

from __future__ import annotations

import ctypes
import hashlib
import subprocess
import sys
from pathlib import Path

import pytest

from engine.running import make_context
from lightexit.abi import StateMemory, Struct, u64
from lightexit.cache import Cache
from lightexit.engine.native import NativeEngine, code, compile_ir, mapping
from lightexit.engine.native.engine import compile_program
from lightexit.engine.native.target import ARCHITECTURES
from lightexit.engine.native.translate import translate
from lightexit.errors import AuthorError, HostError, InternalError
from lightexit.isa import ROWS, Instruction, Kind, Program, assemble, build, encode

COUNT = """
.map counter 24
r2 = map_value(0) + 16
r0 = *(u64 *)(r2 + 0)
r0 += 1
*(u64 *)(r2 + 0) = r0
exit
"""
SWITCH = """
define i64 @pick(i64 %n) nounwind "no-jump-tables"="true" {
  switch i64 %n, label %e [ i64 0, label %a
    i64 1, label %b
    i64 2, label %c
    i64 3, label %d ]
a: ret i64 77
b: ret i64 12
c: ret i64 1234567
d: ret i64 9
e: ret i64 0
}
define i64 @pick_twice(i64 %n) nounwind {
  %once = call i64 @pick(i64 %n)
  %twice = call i64 @scale(i64 %once)
  ret i64 %twice
}
define internal i64 @scale(i64 %n) noinline {
  %scaled = mul i64 %n, 2
  ret i64 %scaled
}
"""
TRIPLES = ("x86_64-unknown-linux-gnu", "aarch64-unknown-linux-gnu", "x86_64-pc-windows-msvc-elf")
TRANSLATION = (8, "c24defda4d8f557a")
UNARY = ctypes.CFUNCTYPE(ctypes.c_uint64, ctypes.c_uint64)


class Counter(Struct):
    count: u64


def entries(root: Path) -> list[Path]:
    return sorted((root / "native").iterdir())


def test_state_lives_across_runs(tmp_path: Path) -> None:
    loaded = NativeEngine(Cache(tmp_path)).load(assemble(COUNT))
    memory = StateMemory(Counter)
    assert [loaded.run(make_context(), [memory]) for _ in range(3)] == [1, 2, 3]
    assert memory.state.count == 3


def test_a_cached_program_is_not_compiled_again(tmp_path: Path) -> None:
    NativeEngine(Cache(tmp_path)).load(assemble(COUNT))
    script = (
        "import sys; from pathlib import Path; from lightexit.cache import Cache\n"
        "from lightexit.engine.native import NativeEngine; from lightexit.isa import assemble\n"
        f"NativeEngine(Cache(Path({str(tmp_path)!r}))).load(assemble({COUNT!r}))\n"
        "print([m for m in sys.modules if m.startswith(('llvmlite', 'unicorn'))])"
    )
    result = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)
    assert (result.stdout.strip(), result.stderr) == ("[]", "")


def test_the_cache_tells_programs_apart(tmp_path: Path) -> None:
    engine = NativeEngine(Cache(tmp_path))
    first, second = assemble("r0 = 1\nexit"), assemble("r0 = 2\nexit")
    for _ in range(2):
        assert engine.load(first).run(make_context(), []) == 1
        assert engine.load(second).run(make_context(), []) == 2
    assert len(entries(tmp_path)) == 2


def test_a_damaged_entry_is_compiled_again(tmp_path: Path) -> None:
    engine = NativeEngine(Cache(tmp_path))
    engine.load(assemble(COUNT))
    (entry,) = entries(tmp_path)
    whole = entry.read_bytes()
    for damaged in (whole[:-1], whole[:5], b"", whole[:-1] + bytes([whole[-1] ^ 1])):
        entry.write_bytes(damaged)
        assert engine.load(assemble(COUNT)).run(make_context(), [StateMemory(Counter)]) == 1
        assert entry.read_bytes() == whole


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("call 5\nr0 = 0\nexit", "calls of the program's own functions: no helper is needed"),
        ("r1 = map_by_fd(3)\nr0 = 0\nexit", "states by map index"),
        (".map s 24\nr1 = map_value(1) + 16\nr0 = 0\nexit", "a map index below 1"),
    ],
)
def test_what_it_cannot_run(tmp_path: Path, text: str, expected: str) -> None:
    with pytest.raises(AuthorError, match="native engine cannot run instruction 0") as caught:
        NativeEngine(Cache(tmp_path)).load(assemble(text))
    assert expected in caught.value.expected
    assert caught.value.where is not None


@pytest.mark.parametrize("triple", TRIPLES)
def test_code_for_other_hosts_needs_nothing_but_itself(triple: str) -> None:
    call = assemble("call pc f\nr0 %= 3\nexit\nf:\nr0 = *(u8 *)(r1 + 0)\nr0 s/= r0\nexit")
    for program in (call, every_row()):
        assert compile_program(program, triple).symbols["run"] >= 0


def test_machine_code_of_any_ir(tmp_path: Path) -> None:
    for _ in range(2):  # cold, then warm
        native = compile_ir(SWITCH, Cache(tmp_path))
        pick, twice = UNARY(native.address("pick")), UNARY(native.address("pick_twice"))
        assert [pick(n) for n in range(5)] == [77, 12, 1234567, 9, 0]
        assert twice(2) == 2 * 1234567
    with pytest.raises(InternalError, match="without the function chosen"):
        native.address("chosen")


@pytest.mark.parametrize(
    ("ir", "message"),
    [
        ("define i64 @f( {", "LLVM refuses the IR made for it: (?s:.*)expected type"),
        (
            "declare i64 @g()\ndefine i64 @f() {\n%a = call i64 @g()\nret i64 %a\n}",
            "machine code needs the address of g",
        ),
        (
            "@x = global i64 3\ndefine i64 @f() {\n%a = load i64, ptr @x\nret i64 %a\n}",
            "machine code needs a section of its own: .data",
        ),
        (SWITCH.replace('"no-jump-tables"="true"', ""), "a section of its own: .rodata"),
    ],
)
def test_ir_that_does_not_stand_alone(tmp_path: Path, ir: str, message: str) -> None:
    with pytest.raises(InternalError, match=message):
        compile_ir(ir, Cache(tmp_path))
    assert not (tmp_path / "native").exists()


def every_row() -> Program:
    body: list[Instruction] = []
    for op in ROWS:
        if op.kind not in (Kind.CALL, Kind.LDDW, Kind.EXIT):
            fields = {name: n for name, n in (("dst", 2), ("src", 3)) if name in op.fields}
            body.append(build(op, slot=len(body), **fields))
    end = assemble(".map a 64\n.map b 64\nr1 = map_value(1) + 16\nr0 = 0\nexit")
    return Program("rows", encode(body) + end.code, end.maps)


def test_code_that_changes_gets_a_new_version() -> None:
    texts = [translate(every_row(), triple) for triple in sorted(ARCHITECTURES)]
    digest = hashlib.sha256("".join(texts).encode()).hexdigest()[:16]
    assert (code.ENGINE_VERSION, digest) == TRANSLATION, (
        "the same bytecode now becomes other code: raise ENGINE_VERSION, or caches keep the old"
    )


#: The machine code of all IR of the runtime and of a few programs, before and after the compiler
#: was at work in the same process. Both use one LLVM, whose options are the process's.
BEFORE_AND_AFTER = """
import hashlib
from pathlib import Path
from random import Random

import lightexit.runtime
from lightexit.engine.native import llvm
from lightexit.engine.native.translate import translate
from lightexit.isa.generate import runnable_program

folder = Path(lightexit.runtime.__file__).parent
runtime = [path.read_text() for path in sorted(folder.glob("*.ll"))]
triple = "x86_64-unknown-linux-gnu"
made = [runnable_program(Random(seed), 60, context_size=64) for seed in range(4)]
programs = [translate(each, triple) for each in made]

def digest():
    made = hashlib.sha256()
    for text in runtime:
        made.update(llvm.compile_object(text, triple))
    for text in programs:
        made.update(llvm.compile_translated(text, triple))
    return made.hexdigest()

before = digest()
from lightexit.compiler.backend import llvm as backend
backend.optimize("")
print(len(runtime) > 1, before == digest())
"""


def test_code_is_the_same_whatever_the_compiler_has_done() -> None:
    source = str(Path(__file__).parents[2] / "src")
    command = [sys.executable, "-c", BEFORE_AND_AFTER]
    result = subprocess.run(
        command, capture_output=True, text=True, check=True, env={"PYTHONPATH": source}
    )
    assert result.stdout == "True True\n"


def test_an_unknown_cpu(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("platform.machine", lambda: "s390x")
    with pytest.raises(HostError, match=r"no code for this CPU \(s390x\)") as caught:
        NativeEngine(Cache(tmp_path)).load(assemble(COUNT))
    assert "interpreter" in caught.value.hint


def test_another_target_is_another_entry(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    compile_ir(SWITCH, Cache(tmp_path))
    monkeypatch.setattr(code, "host_triple", lambda: "aarch64-unknown-linux-gnu")
    compile_ir(SWITCH, Cache(tmp_path))
    assert len(entries(tmp_path)) == 2


def test_a_host_that_forbids_new_code(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mmap.PROT_EXEC", 1 << 20)  # no such protection
    with pytest.raises(HostError, match="does not let a process run code it has made"):
        mapping.Mapping(b"\xc3")
