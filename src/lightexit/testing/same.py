# SPDX-License-Identifier: Apache-2.0
"""`assert_same`: what CPython and the interpreter do with a filter in one input."""

from __future__ import annotations

from typing import Any

from lightexit.abi import IoContext, Struct
from lightexit.filter import Filter
from lightexit.prover.replay import Input, replayed


def assert_same(filter: Filter[Any], ctx: IoContext, *states: Struct) -> None:
    """Run a filter's source and its bytecode on copies of these, and compare what they leave:
    verdict, context and states. Raises AssertionError with each part that differs."""
    given = Input(bytes(ctx), tuple(bytes(each) for each in states))
    found = replayed(filter.function, filter.program, [type(each) for each in states], given)
    if found is not None:
        raise AssertionError(
            "\n".join([f"{filter.name}: source and bytecode differ", *found.differences()])
        )
