# SPDX-License-Identifier: Apache-2.0
"""Machine code as an object file, to be linked into a program in C or Rust."""

from __future__ import annotations

from lightexit.engine.native.llvm import compile_translated
from lightexit.engine.native.translate import translate
from lightexit.errors import InternalError
from lightexit.isa.program import Program
from lightexit.isa.sections import sections_of, symbols_of

_ELSEWHERE = 0  # st_shndx: SHN_UNDEF
_WRITABLE = 1  # sh_flags: SHF_WRITE


def object_file(program: Program, symbol: str, triple: str) -> bytes:
    """An ELF object whose one global symbol is the function
    `uint64_t symbol(struct lightexit_io_context *context, uint8_t *const *states)`.

    It is the native engine's code, good at any address; `states` are map values, header included.
    `triple` is one of `object_triple`. Raises AuthorError for programs that need helpers.
    """
    name = f'source_filename = "{symbol}"\n'
    data = compile_translated(name + translate(program, triple, symbol), triple)
    _check(data, symbol)
    return data


def _check(data: bytes, symbol: str) -> None:
    """Raises InternalError for an object that does not stand by itself."""
    sections = sections_of(data)
    found = symbols_of(sections)[1:]
    missing = [each.name for each in found if each.section == _ELSEWHERE]
    writable = [each.name for each in sections if each.flags & _WRITABLE]
    exported = [each.name for each in found if not each.is_local]
    if missing or writable or exported != [symbol]:
        raise InternalError(
            f"the object of {symbol} exports {exported}, needs {missing} and writes to {writable}"
        )
