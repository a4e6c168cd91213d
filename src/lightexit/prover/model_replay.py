# SPDX-License-Identifier: Apache-2.0
"""An access on which filter and model differ, seen on devices themselves before it is shown."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, TypeAlias

import z3

from lightexit.abi import IoContext
from lightexit.devices.device import Device
from lightexit.prover.access import AccessSide, Setting
from lightexit.prover.fields import spans
from lightexit.prover.integers import Number

#: Builds a device at a VM time in ns.
Maker: TypeAlias = Callable[[int], Device[Any]]


def level_variable(name: str) -> z3.BoolRef:
    """Where a line is that its device does not drive by its state."""
    return z3.Bool(f"{name}.level")


@dataclass(frozen=True)
class SeenDifference:
    """An access, as bytes of a context, states as bytes, and in what both then differ."""

    context: bytes
    states: tuple[bytes, ...]
    differences: tuple[str, ...]

    def __str__(self) -> str:
        ctx = IoContext.view(bytearray(self.context))
        what = f"write of {ctx.data:#x}" if ctx.is_write else "read"
        access = f"a {what}, {ctx.size} bytes at {ctx.offset:#x}, at {ctx.now_ns} ns"
        return f"{access}: " + "; ".join(self.differences)


class _Plain:
    """Functions and classes as they are."""

    def __call__(self, value: Any) -> Any:
        return value

    def copy_of(self, kind: type) -> type:
        """The same."""
        return kind


def replayed(make: Maker, setting: Setting, model: z3.ModelRef) -> SeenDifference | None:
    """A model of z3 as a difference, if it is one."""
    context, *states = (
        bytes(
            model.eval(region.byte(at), model_completion=True).as_long()
            for at in range(len(region.bytes))
        )
        for region in setting.regions
    )

    def side(levels: Callable[[str], Number]) -> AccessSide:
        device = make(IoContext.view(bytearray(context)).now_ns)
        kinds = (each.kind for each in setting.memories)
        views = [kind.view(bytearray(data)) for kind, data in zip(kinds, states, strict=True)]
        again = Setting(device, setting.number)
        return AccessSide(again, _Plain(), [IoContext.view(bytearray(context)), *views], levels)

    def any_level(name: str) -> bool:
        return bool(z3.is_true(model.eval(level_variable(name), model_completion=True)))

    driven = side(any_level)
    driven.drive()
    filtered, modelled = (side(lambda name: driven.shadow.wires[name].level) for _ in range(2))
    if not filtered.is_consistent() or not filtered.filter():
        return None
    found = tuple(_differences(filtered, modelled))
    return SeenDifference(context, tuple(states), found) if found else None


def _differences(filtered: AccessSide, modelled: AccessSide) -> Iterator[str]:
    answer = _attempted(modelled.model)
    if isinstance(answer, str):
        yield f"{answer} in the model"
        return
    ctx = filtered.context
    data = ctx.data & (1 << 8 * ctx.size) - 1
    if not ctx.is_write and data != answer:
        yield f"the filter answers {data:#x}, the model {answer:#x}"
    if not filtered.is_consistent():
        yield "the filter breaks the invariant"
    filtered.advance()
    modelled.advance()
    for one, other in zip(filtered.states, modelled.states, strict=True):
        yield from _fields(one, other)
    ours, theirs = filtered.shadow, modelled.shadow
    for name, wire in ours.wires.items():
        if wire.level != theirs.wires[name].level:
            yield f"{name} is {wire.level} by the filter, {theirs.wires[name].level} by the model"
    if ours.events != theirs.events:
        yield f"{ours.events} is done by the filter, {theirs.events} by the model"


def _attempted(action: Callable[[], Any]) -> Any:
    try:
        return action()
    except Exception as error:
        return f"{type(error).__name__}: {error}"


def _fields(one: Any, other: Any) -> Iterator[str]:
    kind, ours, theirs = type(one), bytes(one), bytes(other)
    for span in spans(kind, kind.layout.size):
        part = slice(span.offset, span.offset + span.size)
        a, b = (int.from_bytes(each[part], "little") for each in (ours, theirs))
        if a != b:
            yield f"{kind.__name__}.{span.name}: {a:#x} by the filter, {b:#x} by the model"
