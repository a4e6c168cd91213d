# SPDX-License-Identifier: Apache-2.0
"""The whole way: programs, their maps and lines, and the cache."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from bench.lines import filters
from compiler.authoring import HEADER, compiled, function, with_body
from lightexit.abi import STATE_OFFSET
from lightexit.cache import Cache
from lightexit.compiler import compile_filter
from lightexit.compiler.backend import link as link_module
from lightexit.compiler.backend.llvm import emit_object
from lightexit.compiler.caching import stored as stored_module
from lightexit.compiler.caching.stored import KIND, pack, unpack
from lightexit.compiler.lowering.lower import lower
from lightexit.compiler.syntax.infer import infer_filter
from lightexit.compiler.typed.check import check
from lightexit.filter import Filter
from lightexit.isa import PSEUDO_MAP_IDX_VALUE, Kind, decode
from lightexit.isa.elf import read_object
from lightexit.isa.program import Map

SIMPLE = with_body("ctx.data = s.base\nreturn Verdict.HANDLED")
TWO = """\
def f(ctx: IoContext, s: State, unused: Timer, o: Other) -> Verdict:
    ctx.data = u64(o.total + s.base)
    return Verdict.HANDLED
"""


def test_a_program_bears_the_filters_name_and_states() -> None:
    program = compiled(TWO)
    assert program.name == "f"
    assert [each.name for each in program.maps] == ["s", "unused", "o"]
    assert [each.size - STATE_OFFSET for each in program.maps] == [128, 14, 16]


def test_maps_are_numbered_by_parameter_not_by_first_use() -> None:
    program = compiled(TWO)
    loads = [each for each in decode(program) if each.op.kind is Kind.LDDW]
    assert {each.src for each in loads} == {PSEUDO_MAP_IDX_VALUE}
    assert {each.imm for each in loads} == {0, 2}


def test_no_instruction_reaches_the_state_header() -> None:
    loads = [each for each in decode(compiled(TWO)) if each.op.kind is Kind.LDDW]
    assert all(each.next_imm >= STATE_OFFSET for each in loads)


def test_a_filter_without_state() -> None:
    program = compiled("def f(ctx: IoContext) -> Verdict:\n    return Verdict.PASS\n")
    assert program.maps == ()
    assert len(decode(program)) == 2


def test_a_name_outside_of_ascii() -> None:
    text = "def größe(ctx: IoContext) -> Verdict:\n    return Verdict.PASS\n"
    assert compiled(text, "größe").name == "größe"


def test_a_filter_object_can_be_compiled(tmp_path: Path) -> None:
    text = "@io_filter\n" + SIMPLE
    assert compile_filter(function(text), Cache(tmp_path)).name == "f"


def test_lines_lead_to_the_source() -> None:
    program = compiled(with_body("x = s.base // ctx.size\nctx.data = x\nreturn Verdict.HANDLED"))
    by_slot = {each.slot: program.where(each.slot) for each in decode(program)}
    divisions = [
        by_slot[each.slot] for each in decode(program) if each.op.name == "div" and by_slot
    ]
    assert len(divisions) == 1
    where = divisions[0]
    assert where is not None
    assert where.text == "    x = s.base // ctx.size"
    assert where.text[where.column : where.end_column] == "s.base // ctx.size"
    assert program.lines[0].slot == 0


def test_lines_of_expanded_functions_are_the_functions_own() -> None:
    text = "@inline\ndef part(x: u64) -> u64:\n    return x // third\n\nthird = 3\n\n\n"
    program = compiled(text + with_body("ctx.data = part(ctx.now_ns)\nreturn Verdict.HANDLED"))
    assert "    return x // third" in {line.where.text for line in program.lines}


def test_lines_of_the_contracts_own_functions_are_the_callers() -> None:
    program = compiled(with_body("ctx.raise_line(5)\nctx.data = 0\nreturn Verdict.HANDLED"))
    assert {Path(line.where.file).name for line in program.lines} == {"filter.py"}
    assert "    ctx.raise_line(5)" in {line.where.text for line in program.lines}


def test_columns_count_characters() -> None:
    text = with_body("größe = ctx.now_ns // 3; ctx.data = größe\nreturn Verdict.HANDLED")
    shown = {
        line.where.text[line.where.column : line.where.end_column] for line in compiled(text).lines
    }
    assert "ctx.now_ns // 3" in shown


def test_a_second_compilation_comes_from_the_cache(tmp_path: Path) -> None:
    cache = Cache(tmp_path)
    first = compile_filter(function(SIMPLE), cache)
    assert len(cache.entries()) == 1
    assert compile_filter(function(SIMPLE), cache) == first
    assert len(cache.entries()) == 1


def test_what_a_constant_is_belongs_to_the_key(tmp_path: Path) -> None:
    cache = Cache(tmp_path)
    for period in (10, 11):
        text = f"PERIOD = {period}\n" + with_body("ctx.data = PERIOD\nreturn Verdict.HANDLED")
        compile_filter(function(text), cache)
    assert len(cache.entries()) == 2


def test_the_layout_belongs_to_the_key(tmp_path: Path) -> None:
    cache = Cache(tmp_path)
    for kind in ("Wide", "Narrow"):
        structs = "class Wide(Struct):\n    pad: u64\n    x: u8\n"
        structs += "class Narrow(Struct):\n    pad: u32\n    x: u8\n"
        body = f"def f(ctx: IoContext, s: {kind}) -> Verdict:\n    ctx.data = s.x\n"
        compile_filter(function(structs + body + "    return Verdict.HANDLED\n"), cache)
    assert len(cache.entries()) == 2


def test_the_compiler_belongs_to_the_key(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    cache = Cache(tmp_path)
    compile_filter(function(SIMPLE), cache)
    monkeypatch.setattr(stored_module, "VERSION", "another compiler")
    compile_filter(function(SIMPLE), cache)
    assert len(cache.entries()) == 2


@pytest.mark.parametrize("damage", [b"", b"[]", b"x" * 200])
def test_a_damaged_entry_is_compiled_anew(tmp_path: Path, damage: bytes) -> None:
    cache = Cache(tmp_path)
    first = compile_filter(function(SIMPLE), cache)
    (entry,) = cache.entries()
    entry.path.write_bytes(damage)
    assert compile_filter(function(SIMPLE), cache) == first
    assert cache.get(KIND, entry.key) is not None


def test_packing_loses_nothing() -> None:
    program = compiled(TWO)
    assert unpack(pack(program)) == program


def test_a_warm_start_loads_no_llvm(tmp_path: Path) -> None:
    module = tmp_path / "author.py"
    module.write_text(f"from __future__ import annotations\n{HEADER}\n@io_filter\n{SIMPLE}\n")
    script = (
        "import sys, author; program = author.f.program; "
        "print(len(program.code), any('llvmlite' in name for name in sys.modules))"
    )
    answers = [_python(script, tmp_path) for _ in range(2)]
    assert answers[0].split()[1] == "True"
    assert answers[1] == answers[0].replace("True", "False")


def _python(script: str, folder: Path) -> str:
    source, tests = Path(__file__).parents[2] / "src", Path(__file__).parents[1]
    environment = {
        "PYTHONPATH": f"{source}:{tests}:{folder}",
        "XDG_CACHE_HOME": str(folder / "cache"),
    }
    result = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, env=environment, check=True
    )
    return result.stdout.strip()


def test_map_is_plain_data() -> None:
    assert compiled(SIMPLE).maps == (Map("s", STATE_OFFSET + 128),)


@pytest.mark.parametrize("each", list(filters()), ids=lambda each: each.function.__module__)
def test_the_linked_object_equals_the_one_that_a_file_reader_makes(each: Filter[Any]) -> None:
    elf = emit_object(lower(check(infer_filter(each.function))).text)
    assert link_module._object(elf, "a.o") == read_object(elf, "a.o")
