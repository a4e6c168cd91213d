# SPDX-License-Identifier: Apache-2.0
"""Functions of a loaded program may be replaced (freplace) by whoever holds its descriptor.

What is attached must not be: its replacement is under no check of ours. What replaces it is
tried here, not looked up: kernels differ in what they let be replaced.
"""

from __future__ import annotations

import errno
from collections.abc import Callable

import pytest

from kernel.inside import raw
from kernel.inside.raw import EXIT, Btf, Source
from kernel.inside.request import attach
from lightexit.abi import Attach
from lightexit.engine.kernel import bpf
from lightexit.engine.kernel.bpf import Descriptor
from lightexit.vm.kvm.attach import KernelModule

DONE = raw.move(0, 0) + EXIT
#: Has main call the function that follows it.
CALLING = raw.function(1) + EXIT

Declare = Callable[[Btf], int]


def main_of(*parameters: Declare) -> Declare:
    return lambda types: types.function(
        "main", raw.GLOBAL, *(parameter(types) for parameter in parameters)
    )


def tagged(parameter: Declare) -> Declare:
    def declare(types: Btf) -> int:
        made = main_of(parameter)(types)
        types.tag_part("arg:ctx", made, 0)
        return made

    return declare


def struct(name: str) -> Declare:
    return lambda types: types.pointer(types.struct(name, 64))


MAINS: dict[str, Declare] = {
    "no parameter": main_of(),
    "an int": main_of(lambda types: 1),
    "void *": main_of(lambda types: types.pointer()),
    "a struct": main_of(struct("lightexit_io_context")),
    "a struct without name": main_of(struct("")),
    "void *, tagged as context": tagged(lambda types: types.pointer()),
    "a struct, tagged as context": tagged(struct("lightexit_io_context")),
    "a struct without name, tagged as context": tagged(struct("")),
}
#: What C programs have, and libbpf loads.
USUAL = ("void *", "a struct")


class Target:
    """A program with one function of interest, and its BTF."""

    def __init__(self, declare: Declare, function_linkage: int | None = None) -> None:
        types = Btf()
        types.integer()
        self.function = declare(types)
        functions, code = [(0, self.function)], DONE
        if function_linkage is not None:
            self.function = types.function("function", function_linkage)
            functions, code = [*functions, (2, self.function)], CALLING + DONE
        self.btf = types.load()
        self.program = Source(code, btf=self.btf, functions=functions).load()

    def replace(self) -> Descriptor:
        """Have another program run in the function's place. Raises bpf.Refused."""
        code = raw.helper(5) + DONE
        target = (self.program.number, self.function)
        functions = [(0, self.function)]
        kind = raw.EXTENSION
        made = Source(code, raw.GPL, kind, 0, 0, self.btf, functions, target).load()
        return raw.link(made)

    def reason(self) -> str:
        """Why it cannot be replaced; empty if it can."""
        try:
            self.replace()
        except bpf.Refused as refusal:
            return f"{refusal}: {refusal.log.partition(chr(10))[0]}"
        return ""

    def is_replaceable(self) -> bool:
        return not self.reason()

    def attach(self, module: KernelModule, request: Attach) -> int:
        request.program_fd = self.program.number
        return attach(module, bytes(request))


@pytest.mark.parametrize("name", MAINS)
def test_no_main_program_that_attaches_can_be_replaced(
    module: KernelModule, request_: Attach, name: str
) -> None:
    target = Target(MAINS[name])
    error = target.attach(module, request_)
    assert error in (0, errno.EOPNOTSUPP)
    assert not (error == 0 and target.is_replaceable())
    assert error == 0 or name not in USUAL


def test_this_kernel_lets_some_main_program_be_replaced() -> None:
    """Without that the test before shows nothing."""
    found = {name: Target(declare).reason() for name, declare in MAINS.items()}
    assert "" in found.values(), found


def test_functions_that_can_be_replaced(module: KernelModule, request_: Attach) -> None:
    """Global functions are, static ones not: these are what a compiler makes of `static`."""
    main = MAINS["void *"]
    found = {
        linkage: (target.attach(module, request_), target.is_replaceable())
        for linkage in (raw.STATIC, raw.GLOBAL)
        for target in [Target(main, linkage)]
    }
    assert found == {raw.STATIC: (0, False), raw.GLOBAL: (errno.EOPNOTSUPP, True)}


def test_replaced_before_it_is_attached(module: KernelModule, request_: Attach) -> None:
    target = Target(MAINS["void *"], raw.GLOBAL)
    link = target.replace()
    assert target.attach(module, request_) == errno.EOPNOTSUPP
    del link


def trace(target: Target, attach_type: int, flags: int) -> Descriptor:
    place = (target.program.number, target.function)
    return raw.link(Source(DONE, raw.GPL, raw.TRACING, flags, attach_type, target=place).load())


def test_tracers_neither_sleep_nor_change_what_is_returned() -> None:
    """One that only looks is as good as one of the module's own functions."""
    target = Target(MAINS["void *"])
    try:
        trace(target, raw.FENTRY, 0)
    except bpf.Refused as refusal:
        pytest.skip(f"this kernel has no tracers of programs: {refusal} {refusal.log[-200:]}")
    for attach_type, flags in ((raw.FENTRY, raw.SLEEPABLE), (raw.MODIFY_RETURN, 0)):
        with pytest.raises(bpf.Refused):
            trace(target, attach_type, flags)
