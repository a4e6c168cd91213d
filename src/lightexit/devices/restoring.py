# SPDX-License-Identifier: Apache-2.0
"""Whether a save fits the device that it is to be restored into; all refusals are AuthorErrors."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from lightexit.abi import StateMemory, Struct, fingerprint
from lightexit.bus.variables import VARIABLES, variables_of
from lightexit.devices.saved import NEVER, Saved, deadline, written
from lightexit.errors import AuthorError

if TYPE_CHECKING:
    from lightexit.devices.device import Device


def state_version(device: Device[Any]) -> int:
    """The version of a device's state: 1 as long as it has had one layout only."""
    return len(device.older_states) + 1


def variables(device: Device[Any]) -> dict[str, StateMemory[Any]]:
    """The variables of a device's filters, by name: saved behind its state."""
    return variables_of(device, getattr(device, "regions", ()))


def built_with(device: Device[Any]) -> dict[str, object]:
    """What must be the same where a device is restored: variables with their sizes."""
    sizes = {name: each.kind.layout.size for name, each in variables(device).items()}
    return {**device.configuration(), **sizes}


def fitting_state(saved: Saved, device: Device[Any]) -> bytes:
    """The state of a save in the device's layout, upgraded where it is older; then variables."""
    if saved.name != device.name:
        raise AuthorError(
            f"a save of {saved.name!r} is to be restored into {device.name}",
            expected=f"a save of {device.name}",
        )
    kind = _saved_kind(saved, device)
    saved, own = _apart(saved, device)
    _check_layout(saved, device, kind)
    _check_lines(saved, device)
    _check_configuration(saved, device)
    _check_time(saved, device)
    is_older = saved.version != state_version(device)
    return (_upgraded(saved, device, kind) if is_older else saved.state) + own


def _apart(saved: Saved, device: Device[Any]) -> tuple[Saved, bytes]:
    """The state without variables, and these: as they begin where they were not saved."""
    own, told = variables(device), _values(saved.configuration)
    for name in told:
        if name.startswith(VARIABLES) and name not in own:
            raise AuthorError(
                f"{device.name} was saved with the {name}",
                expected=f"a save with {', '.join(own) or 'no variables of filters'}",
                advice="restore it with the object files that it was saved with",
            )
    size = sum(each.kind.layout.size for name, each in own.items() if name in told)
    end = len(saved.state) - size
    at, parts = end, []
    for name, each in own.items():
        part = bytes(each.kind())
        if name in told:
            part = saved.state[at : at + len(part)]
            at += len(part)
        parts.append(part)
    return replace(saved, state=saved.state[: max(end, 0)]), b"".join(parts)


def _saved_kind(saved: Saved, device: Device[Any]) -> type[Struct]:
    """The Struct that was saved, by its version."""
    kinds = (*device.older_states, device.state_type)
    if 0 < saved.version <= len(kinds):
        return kinds[saved.version - 1]
    raise AuthorError(
        f"{device.name} was saved in version {saved.version} of its state",
        expected="version 1" if len(kinds) == 1 else f"version 1 to {len(kinds)}",
        advice="restore it with the program that saved it, or a later one",
    )


def _check_layout(saved: Saved, device: Device[Any], kind: type[Struct]) -> None:
    wanted = fingerprint(kind), kind.layout.size
    if (saved.fingerprint, len(saved.state)) == wanted:
        return
    name = type(device).__name__
    raise AuthorError(
        f"{device.name} was saved in version {saved.version} of its state with another layout: "
        f"{len(saved.state)} bytes, fingerprint {saved.fingerprint:#018x}",
        expected=f"that of {kind.__name__}: {wanted[1]} bytes, fingerprint {wanted[0]:#018x}",
        advice=f"where {kind.__name__} was changed: put the Struct as it was into older_states of "
        f"{name}, and say in upgrade what it means today",
    )


def _check_lines(saved: Saved, device: Device[Any]) -> None:
    """An older version may have had fewer; those that came behind them are low."""
    found = len(saved.lines), len(saved.inputs)
    wanted = len(device.lines), len(device.inputs)
    is_older = saved.version != state_version(device)
    if found == wanted or (is_older and found[0] <= wanted[0] and found[1] <= wanted[1]):
        return
    raise AuthorError(
        f"{device.name} was saved with {found[0]} lines and {found[1]} inputs",
        expected=f"{wanted[0]} lines and {wanted[1]} inputs, as this one was built",
    )


def _check_configuration(saved: Saved, device: Device[Any]) -> None:
    """An older version may not have told of everything."""
    was, here = _values(saved.configuration), _values(written(built_with(device)))
    is_older = saved.version != state_version(device)
    for name in was if is_older else {**here, **was}:
        if was.get(name) != here.get(name):
            raise AuthorError(
                f"{device.name} was saved with {name}: {was.get(name, 'not told')}",
                expected=f"{name}: {here.get(name, 'not told')}, as this one was built",
                advice="restore it into a machine that is put together as the saved one was",
            )


def _values(configuration: str) -> dict[str, str]:
    """The values by name."""
    lines = (line.partition(": ") for line in configuration.splitlines())
    return {name: value for name, _, value in lines}


def _check_time(saved: Saved, device: Device[Any]) -> None:
    now_ns = device.clock.now_ns()
    if now_ns < saved.now_ns:
        raise AuthorError(
            f"{device.name} was saved at {saved.now_ns} ns of VM time, and it is {now_ns} ns",
            expected="VM time that has come so far: the clock is set before devices are restored",
            hint=f"clock.advance({saved.now_ns - now_ns})",
        )


def _upgraded(saved: Saved, device: Device[Any], kind: type[Struct]) -> bytes:
    old = kind.view(bytearray(saved.state))
    new = device.upgrade(old)
    if not isinstance(new, device.state_type):
        raise AuthorError(
            f"{type(device).__name__}.upgrade gave {type(new).__name__} for a {kind.__name__}",
            expected=device.state_type.__name__,
        )
    return bytes(new)


def check_deadline(saved: Saved, device: Device[Any]) -> None:
    """Raises AuthorError where the restored device does not wake up when the saved one would.

    What an older version said is not held against this one.
    """
    try:
        found = deadline(device.next_wakeup())
    except Exception as error:
        raise AuthorError(
            f"{device.name} was saved in a state that it cannot be in: {error!r}",
            expected="a save of a device that worked",
        ) from error
    if saved.version == state_version(device) and found != saved.wakeup_ns:
        raise AuthorError(
            f"{device.name} would next wake up {_moment(found)}, and as it was saved "
            f"{_moment(saved.wakeup_ns)}",
            expected="a deadline that depends on the state alone",
            advice=f"keep all that next_wakeup looks at in {device.state_type.__name__}",
        )


def _moment(ns: int) -> str:
    return "never" if ns == NEVER else f"at {ns} ns"
