# SPDX-License-Identifier: Apache-2.0
"""`Probes`: accesses, counted in the kernel by thread and register."""

from __future__ import annotations

import struct
import time
from collections.abc import Collection, Iterator

from lightexit.abi import Space, Struct
from lightexit.abi.types import IntType
from lightexit.trace.access import (
    AccessCount,
    AccessKey,
    Answer,
    ApicKey,
    Counts,
    LineCount,
    LineKey,
    Lost,
)
from lightexit.trace.probes import layout
from lightexit.trace.probes.loading import Attached


def format_of(kind: type[Struct]) -> struct.Struct:
    """What unpacks a struct to its integers in order, those of structs in it likewise."""
    return struct.Struct("<" + "".join(_codes(kind)))


def _codes(kind: type[Struct]) -> Iterator[str]:
    for field in kind.layout.fields:
        if isinstance(field.type, IntType):
            yield {1: "B", 2: "H", 4: "I", 8: "Q"}[field.size]
        else:
            assert isinstance(field.type, type)
            assert issubclass(field.type, Struct)
            yield from _codes(field.type)


_REGISTER_KEY, _REGISTER = format_of(layout.RegisterKey), format_of(layout.RegisterTally)
_LINE_KEY, _LINE = format_of(layout.LineTallyKey), format_of(layout.LineTally)
_APIC_KEY, _APIC = format_of(layout.ApicTallyKey), format_of(layout.ApicTally)
_LOSSES = format_of(layout.Losses)


class Probes:
    """Counts of all VMs of the host, or of the processes `pids`; see `open_probes`."""

    def __init__(self, pids: Collection[int] = ()) -> None:
        self._attached = Attached(pids)
        self._keys: dict[bytes, tuple[AccessKey, AccessKey]] = {}

    @property
    def missing(self) -> tuple[str, ...]:
        """Tracepoints that this kernel lacks: what they would tell is not counted."""
        return tuple(self._attached.missing)

    def read(self) -> Counts:
        """What was counted since the probes were attached."""
        tables = self._attached.tables
        no_room = sum(_LOSSES.unpack(each)[0] for each in tables.losses.read())
        return Counts(
            time_ns=time.monotonic_ns(),
            accesses=dict(self._accesses()),
            apic=dict(self._apic()),
            lines=dict(self._lines()),
            lost=Lost(self._attached.recursive(), no_room),
        )

    def close(self) -> None:
        """Take the probes away."""
        self._attached.close()

    def _accesses(self) -> Iterator[tuple[AccessKey, AccessCount]]:
        keys, values = self._attached.tables.registers.read()
        size = _REGISTER_KEY.size
        for number, tally in enumerate(_REGISTER.iter_unpack(values)):
            raw = bytes(keys[number * size : (number + 1) * size])
            by_kvm, by_user = self._keys.get(raw) or self._new_keys(raw)
            if tally[0]:
                yield by_kvm, AccessCount(*tally[0:3])
            if tally[3]:
                yield by_user, AccessCount(*tally[3:6])

    def _new_keys(self, raw: bytes) -> tuple[AccessKey, AccessKey]:
        address, pid, tid, what, _ = _REGISTER_KEY.unpack(raw)
        place = pid, tid, Space(what & 0xFF), address, what >> 8 & 0xFF, bool(what >> 16 & 1)
        made = AccessKey(*place, Answer.KVM), AccessKey(*place, Answer.USER)
        self._keys[raw] = made
        return made

    def _apic(self) -> Iterator[tuple[ApicKey, int]]:
        keys, values = self._attached.tables.apic.read()
        for key, (count,) in zip(
            _APIC_KEY.iter_unpack(keys), _APIC.iter_unpack(values), strict=True
        ):
            pid, tid, offset, is_write = key
            yield ApicKey(pid, tid, offset, bool(is_write)), count

    def _lines(self) -> Iterator[tuple[LineKey, LineCount]]:
        keys, values = self._attached.tables.lines.read()
        for key, tally in zip(_LINE_KEY.iter_unpack(keys), _LINE.iter_unpack(values), strict=True):
            yield LineKey(*key), LineCount(*tally)
