# SPDX-License-Identifier: Apache-2.0
"""Engines, back ends, machines and devices by name: ours, and those of other distributions.

A distribution offers one by an entry point, in its pyproject.toml:

    [project.entry-points."lightexit.devices"]
    counter = "my_package.counter:Counter"

Our own have entry points too. They are listed here as well, so that they are found without any
installed metadata, and without reading it: a name of ours is ours, whoever else claims it. Nothing
is imported before it is asked for.
"""

from __future__ import annotations

import difflib
import importlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from lightexit.errors import AuthorError, HostError
from lightexit.imports import guarded

if TYPE_CHECKING:
    from importlib.metadata import Distribution, EntryPoint

_OURS = "lightexit"


@dataclass(frozen=True)
class PluginKind:
    """Something that can be plugged in: the group of its entry points, what one is called, and
    what it has as a class or function. `ours` says where ours are, as entry points do."""

    group: str
    title: str
    members: tuple[str, ...]
    ours: Mapping[str, str]


ENGINES = PluginKind(
    "lightexit.engines",
    "engine",
    ("name", "in_kernel", "load"),
    {
        "native": "lightexit.engine.native:NativeEngine",
        "interpreter": "lightexit.engine.interpreter:InterpreterEngine",
        "kernel": "lightexit.engine.kernel:KernelEngine",
    },
)
BACKENDS = PluginKind(
    "lightexit.backends",
    "back end",
    ("name", "title", "check", "build"),
    {
        "unicorn": "lightexit.vm.unicorn:UnicornBackend",
        "kvm": "lightexit.vm.kvm.backend:KvmBackend",
    },
)
#: Functions as `pc_machine`.
MACHINES = PluginKind("lightexit.machines", "machine", (), {"pc": "lightexit.vm.pc:pc_machine"})
DEVICES = PluginKind(
    "lightexit.devices",
    "device",
    ("name", "state_type", "read", "write"),
    {
        "debug_exit": "lightexit.devices.debug_exit:DebugExit",
        "debugcon": "lightexit.devices.debugcon:Debugcon",
        "fw_cfg": "lightexit.devices.fw_cfg:FwCfg",
        "hpet": "lightexit.devices.hpet:Hpet",
        "i440fx": "lightexit.devices.i440fx:I440fx",
        "ioapic": "lightexit.devices.ioapic:IoApic",
        "local_apic": "lightexit.devices.local_apic:LocalApic",
        "pc-testdev": "lightexit.devices.testdev:PcTestdev",
        "pic": "lightexit.devices.pic:Pic",
        "pit": "lightexit.devices.pit:Pit",
        "pm": "lightexit.devices.pmtimer:PmTimer",
        "port61": "lightexit.devices.port61:Port61",
        "port92": "lightexit.devices.port92:Port92",
        "ps2": "lightexit.devices.ps2:Ps2",
        "rtc": "lightexit.devices.rtc:Rtc",
        "uart": "lightexit.devices.uart:Uart",
        "virtio-mmio": "lightexit.devices.virtio_mmio:VirtioMmio",
    },
)
KINDS = (ENGINES, BACKENDS, MACHINES, DEVICES)


@dataclass
class _Offers:
    """What other distributions offer, by name, and those whose metadata cannot be read."""

    found: dict[str, list[tuple[str, EntryPoint]]] = field(default_factory=dict)
    unreadable: list[str] = field(default_factory=list)


def names(kind: PluginKind) -> list[str]:
    """All there are, installed distributions' included."""
    return sorted({*kind.ours, *_offers(kind).found})


def find(kind: PluginKind, name: str) -> Any:
    """The class or function of that name, imported now.

    Raises AuthorError where there is none, HostError, which names the distribution, where it
    cannot be imported, is something else, or is offered by more than one.
    """
    if name in kind.ours:
        module, _, attribute = kind.ours[name].partition(":")
        return getattr(importlib.import_module(module), attribute)
    offers = _offers(kind)
    if name not in offers.found:
        raise _unknown(kind, name, offers)
    (distribution, entry), *others = offers.found[name]
    if others:
        raise _several(kind, name, offers)
    return _loaded(kind, distribution, entry)


def origin(kind: PluginKind, found: Any) -> str:
    """The distribution that offers this class or function, with its version; "" for none."""
    package = _package(found.__module__)
    if package == _OURS:
        return _OURS
    for offers in _offers(kind).found.values():
        for distribution, entry in offers:
            if _package(entry.value) == package:
                return distribution
    return ""


def make(kind: PluginKind, name: str) -> Any:
    """An object of the class of that name. Raises as `find` does, and what the class raises."""
    found = find(kind, name)
    if name in kind.ours:
        return found()
    with_name = _described(kind, name, _offers(kind).found[name][0][0])
    return guarded(found, HostError, f"{with_name} cannot be created", _package(found.__module__))


def _loaded(kind: PluginKind, distribution: str, entry: EntryPoint) -> Any:
    described = _described(kind, entry.name, distribution)
    what = f"{described} cannot be imported from {entry.value!r}"
    found = guarded(entry.load, HostError, what, _package(entry.value))
    missing = [each for each in kind.members if not hasattr(found, each)]
    if not callable(found) or missing:
        raise HostError(
            f"{described} is no {kind.title}: {entry.value!r} is {found!r:.80}",
            expected=f"a class with {', '.join(kind.members)}" if kind.members else "a function",
        )
    return found


def _several(kind: PluginKind, name: str, offers: _Offers) -> HostError:
    claims = [distribution for distribution, _ in offers.found[name]]
    if len(set(claims)) == 1:
        return HostError(
            f"the {kind.title} {name!r} is offered twice by the distribution {claims[0]}",
            expected=f"one entry point of that name in the group {kind.group}",
        )
    return HostError(
        f"the {kind.title} {name!r} is offered by several distributions: {', '.join(claims)}",
        expected="one of them",
        hint=f"pip uninstall {claims[-1].split()[0]}",
    )


def _package(path: str) -> str:
    """The package at the beginning of `package.module:Class`."""
    return path.partition(":")[0].partition(".")[0].strip()


def _described(kind: PluginKind, name: str, distribution: str) -> str:
    return f"the {kind.title} {name!r} of the distribution {distribution}"


def _offers(kind: PluginKind) -> _Offers:
    """Looks at all installed distributions; what one of them has broken harms no other."""
    offers, seen = _Offers(), {_OURS}
    for name, version, entries in _distributions(offers.unreadable):
        if name in seen:  # the first on the path is the one that is imported
            continue
        seen.add(name)
        for entry in entries:
            if entry.group == kind.group and entry.name not in kind.ours:
                offers.found.setdefault(entry.name, []).append((f"{name} {version}", entry))
    return offers


def _distributions(unreadable: list[str]) -> Iterator[tuple[str, str, list[EntryPoint]]]:
    from importlib import metadata  # slow to import, and seldom needed

    for distribution in metadata.distributions():
        entries, refused = _entries(distribution)
        if not entries and refused is None:
            continue  # to read its name takes some ms: its metadata has its whole README
        try:
            name = distribution.metadata["Name"].lower().replace("_", "-")
            version = distribution.version
        except Exception:
            continue  # what has no name has no entry points that pip has made
        if refused is None:
            yield name, version, entries
        else:
            unreadable.append(f"{name} ({type(refused).__name__}: {refused})")


def _entries(distribution: Distribution) -> tuple[list[EntryPoint], Exception | None]:
    """Those of lightexit's groups, or why they cannot be read."""
    try:
        groups = f"{_OURS}."
        return [each for each in distribution.entry_points if each.group.startswith(groups)], None
    except Exception as error:
        return [], error


def _unknown(kind: PluginKind, name: str, offers: _Offers) -> AuthorError:
    known = sorted({*kind.ours, *offers.found})
    close = difflib.get_close_matches(name, known, n=1)
    expected = f"one of: {', '.join(known)}"
    if offers.unreadable:
        expected += f"; the entry points of {', '.join(offers.unreadable)} cannot be read"
    return AuthorError(
        f"there is no {kind.title} {name!r}", expected=expected, hint=close[0] if close else ""
    )
