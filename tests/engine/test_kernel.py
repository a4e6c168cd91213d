# SPDX-License-Identifier: Apache-2.0
"""The kernel engine: shared states, refusals with source lines, and machines without bpf(2)."""

from __future__ import annotations

import errno

import pytest

from engine.running import make_context, needs_kernel
from lightexit.abi import StateMemory, Struct, u64
from lightexit.engine.kernel import KernelEngine, available, bpf, lines
from lightexit.engine.kernel.bpf import Refused
from lightexit.errors import AuthorError, HostError
from lightexit.isa import assemble

COUNT = assemble(
    """
    .map counter 24
    r2 = map_value(0) + 16
    r0 = *(u64 *)(r2 + 0)
    r0 += 1
    *(u64 *)(r2 + 0) = r0
    exit
    """,
    "count.s",
)


class Counter(Struct):
    count: u64 = 40


@needs_kernel
def test_states_of_either_kind_are_changed() -> None:
    engine = KernelEngine()
    loaded = engine.load(COUNT)
    shared, private = engine.memory(Counter), StateMemory(Counter)
    for expected in (41, 42):
        for memory in (shared, private):
            assert loaded.run(make_context(), [memory]) == expected
            assert memory.state.count == expected


@needs_kernel
def test_each_shared_state_is_its_own() -> None:
    engine = KernelEngine()
    loaded = engine.load(COUNT)
    one, two = engine.memory(Counter), engine.memory(Counter)
    two.state.count = 7
    assert [loaded.run(make_context(), [each]) for each in (one, two, one)] == [41, 8, 42]


@needs_kernel
def test_no_native_entry() -> None:
    with pytest.raises(HostError, match="count runs in the kernel, which has no entry"):
        _ = KernelEngine().load(COUNT).address


@needs_kernel
def test_the_verifiers_refusal_shows_the_line() -> None:
    text = "r2 = *(u64 *)(r1 + 0)\nr1 += r2\nr0 = *(u64 *)(r1 + 0)\nexit"
    with pytest.raises(AuthorError, match="kernel's verifier refuses bad at instruction 1: ") as e:
        KernelEngine().load(assemble(text, "bad.s"))
    assert e.value.where is not None
    assert (e.value.where.file, e.value.where.line) == ("bad.s", 2)


@needs_kernel
def test_the_kernels_own_log_shows_the_source() -> None:
    program = assemble("r0 = 1\nr0 = *(u64 *)(r0 + 0)\nexit", "bad.s")
    with pytest.raises(Refused) as caught:
        bpf.load_program(program.name, program.code, (), lines.line_info(program))
    assert "; r0 = *(u64 *)(r0 + 0) @ bad.s:2" in caught.value.log


@needs_kernel
def test_refusals_without_an_instruction_of_their_own() -> None:
    program = assemble("r0 = 0\ngoto +1\nr0 = 1\nexit")
    with pytest.raises(AuthorError, match="at instruction 2: unreachable insn 2"):
        KernelEngine().load(program)


@pytest.mark.parametrize(
    ("number", "reason"),
    [
        (
            errno.EPERM,
            "this process lacks CAP_BPF (root has it), or the kernel is locked down",
        ),
        (errno.ENOSYS, "this kernel was built without it"),
        (errno.E2BIG, "Argument list too long (error 7)"),
    ],
)
def test_reasons(monkeypatch: pytest.MonkeyPatch, number: int, reason: str) -> None:
    def refuse(command: int, attributes: bytes) -> int:
        raise Refused(number)

    monkeypatch.setattr(bpf, "call", refuse)
    assert available() == f"bpf(2) did not create a map: {reason}"
    with pytest.raises(HostError, match="bpf") as caught:
        KernelEngine().memory(Counter)
    assert caught.value.hint == "another engine: native or interpreter"


def test_other_systems(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("platform.machine", lambda: "s390x")
    assert str(available()).startswith("the kernel engine needs bpf(2), and this is ")
