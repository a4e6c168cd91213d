# SPDX-License-Identifier: Apache-2.0
"""Spectre v1: programs are loaded so that Linux masks what they add to an address."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from typing import Any

import pytest

from engine.running import INTERPRETER, make_context, needs_kernel, run
from engine.translated import INDEXING, masks, unprotected
from kernel.device_filters import library
from lightexit.engine.kernel import KernelEngine
from lightexit.engine.kernel.bpf import Descriptor, load_program
from lightexit.engine.kernel.rights import CAP_BPF, CAP_PERFMON, CAP_SYS_ADMIN, effective, only
from lightexit.errors import AuthorError
from lightexit.isa import assemble

needs_masks = pytest.mark.skipif(unprotected() != "", reason=unprotected())

#: A guest's number, checked by a branch, is an index.
INDEXED = """
    .map table 64
    r0 = 0
    r2 = *(u64 *)(r1 + 0)
    if r2 > 47 goto out
    r3 = map_value(0) + 16
    r3 += r2
    r0 = *(u8 *)(r3 + 0)
out:
    exit
"""
#: Two paths that know different things of the same index.
TWO_WAYS = INDEXED.replace("    r3 = map", "    if r0 != 0 goto out\n    r3 = map").replace(
    "r0 = 0\n    r2 = *(u64 *)(r1 + 0)",
    "r0 = 0\n    r2 = *(u64 *)(r1 + 0)\n    r4 = *(u64 *)(r1 + 16)\n"
    "    if r4 == 0 goto skip\n    r2 &= 7\nskip:",
)


@pytest.fixture
def rights() -> Iterator[int]:
    before = effective()
    if not before & CAP_BPF:
        pytest.skip("this process lacks CAP_BPF")
    yield before
    assert effective() == before


@needs_kernel
@needs_masks
def test_an_index_is_masked() -> None:
    assert masks(assemble(INDEXED)) == 1
    assert masks(assemble(INDEXED), masked=False) == 0


@needs_kernel
@needs_masks
def test_what_filters_index_with_is_masked() -> None:
    assert tuple(each.name for each in library() if masks(each.program)) == INDEXING


@needs_kernel
def test_masks_change_no_result() -> None:
    program = assemble(INDEXED)
    loaded, definition = KernelEngine().load(program), INTERPRETER.load(program)
    values = bytes(range(48))
    for index in (0, 1, 46, 47, 48, 2**63, 2**64 - 1):
        context = make_context(index)
        assert run(loaded, program, context, [values]) == run(
            definition, program, context, [values]
        )


@needs_kernel
@needs_masks
def test_what_cannot_be_masked_is_refused() -> None:
    program = assemble(TWO_WAYS, "two.s")
    KernelEngine(masked=False).load(program)
    with pytest.raises(AuthorError, match="prohibited for !root") as caught:
        KernelEngine().load(program)
    assert caught.value.expected == ("array indices that Linux can mask against Spectre v1")
    assert caught.value.hint == (
        "no loop over an array here, or another engine: native or interpreter"
    )


def test_dropping_capabilities_affects_one_thread_only(rights: int) -> None:
    ready, seen = threading.Event(), threading.Event()
    others: list[int] = []

    def look() -> None:
        ready.wait()
        others.append(effective())
        seen.set()

    other = threading.Thread(target=look)
    other.start()
    with only(CAP_BPF):
        assert effective() == CAP_BPF
        ready.set()
        seen.wait()
    other.join()
    assert others == [rights]


def test_rights_come_back_after_an_error(rights: int) -> None:
    with pytest.raises(ZeroDivisionError), only(CAP_BPF):
        raise ZeroDivisionError


def test_no_right_is_gained() -> None:
    with only(0), only(CAP_BPF | CAP_PERFMON | CAP_SYS_ADMIN):
        assert effective() == 0


@needs_kernel
def test_a_program_is_loaded_with_cap_bpf_alone(
    rights: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    loads: list[int] = []

    def watched(*arguments: Any) -> Descriptor:
        loads.append(effective())
        return load_program(*arguments)

    monkeypatch.setattr("lightexit.engine.kernel.engine.load_program", watched)
    program = assemble("r0 = 0\nexit")
    KernelEngine().load(program)
    KernelEngine(masked=False).load(program)
    assert loads == [CAP_BPF, rights]
