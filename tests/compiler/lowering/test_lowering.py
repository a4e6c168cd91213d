# SPDX-License-Identifier: Apache-2.0
"""From Python to LLVM IR to bytecode, to be read. `--update-golden` writes them anew."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest

from compiler.idioms import source
from laws.filters import HELPERS, build
from lightexit.compiler import generate
from lightexit.compiler.lowering.lower import lower
from lightexit.compiler.syntax.infer import infer_filter
from lightexit.compiler.typed.check import check
from lightexit.isa import disassemble

SHOWN = [
    "field",
    "write_one_to_clear",
    "early_pass",
    "match_registers",
    "short_circuit",
    "bounds_of_access",
    "divide_or_fault",
    "muldiv_constants",
    "shift_by_any",
    "element_masked",
    "element_checked",
    "element_of_last_array",
    "struct_of_array",
    "sum_array",
    "down_past_zero",
    "store_counter",
    "range_to_remainder",
    "index_after_write_by_remainder",
    "context_or_state",
    "signed_minimum_compared_unsigned_in_loop",
    "while",
    "two_results",
    "raise_line",
]


def function_of(text: str) -> str:
    """The body of the one function of a module, without debug locations."""
    found = re.search(r"^define.*?^}", text, re.DOTALL | re.MULTILINE)
    assert found is not None
    return re.sub(r",? !dbg !\d+", "", found[0])


@pytest.mark.parametrize("name", SHOWN)
def test_lowering_is_as_written_down(name: str, golden: Callable[[str, str], None]) -> None:
    typed = check(infer_filter(build(HELPERS + source(name))))
    program = generate(typed)
    parts = (source(name), function_of(lower(typed).text), disassemble(program))
    golden(f"lowering/{name}.txt", "\n\n".join(part.strip() for part in parts) + "\n")


def test_faults_are_passes() -> None:
    typed = check(infer_filter(build(HELPERS + source("divide_or_fault"))))
    assert (
        '\nfault:\n  %pass = call i64 asm "", "=r,0"(i64 0) #0\n  ret i64 %pass\n'
        in lower(typed).text
    )
