# SPDX-License-Identifier: Apache-2.0
"""Accesses on their way into a table."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from lightexit.abi import Space
from lightexit.trace.access import Access
from lightexit.trace.recording.schema import schema
from lightexit.trace.vms import Vm

if TYPE_CHECKING:
    import pyarrow as pa

    from lightexit.trace.probes.recording import Slots

#: So many rows are Python's objects, some 400 bytes each; all others are in columns, some 60 bytes.
_LOOSE = 4096
_SPACES = {space: space.name.lower() for space in Space}


class Columns:
    """Rows of one host. `find_vm` is asked once for each process."""

    def __init__(self, host: str, find_vm: Callable[[int], Vm]) -> None:
        self._host, self._find_vm = host, find_vm
        self._vms: dict[int, tuple[str, str, str]] = {}
        self._rows: list[tuple[Any, ...]] = []
        self._batches: list[pa.RecordBatch] = []
        self._packed = 0

    def __len__(self) -> int:
        return self._packed + len(self._rows)

    @property
    def vms(self) -> int:
        """How many processes had rows."""
        return len(self._vms)

    def add(self, access: Access) -> None:
        """One more row."""
        vm = self._vms.get(access.pid) or self._vm(access.pid)
        self._rows.append(
            (
                access.time_ns,
                self._host,
                *vm,
                access.pid,
                access.vcpu,
                _SPACES[access.space],
                access.address,
                access.size,
                access.is_write,
                access.value,
                access.answer,
                access.duration_ns,
            )
        )
        if len(self._rows) >= _LOOSE:
            self._pack()

    def add_slots(self, slots: Slots, vcpu_of: Callable[[int, int], int]) -> None:
        """Records of the kernel."""
        from lightexit.trace.recording.slots import Names, batch_of

        self._pack()
        batch = batch_of(slots, Names(self._host, self._vm, vcpu_of))
        self._batches.append(batch)
        self._packed += batch.num_rows

    def _vm(self, pid: int) -> tuple[str, str, str]:
        vm = self._vms.get(pid)
        if vm is None:
            vm = self._vms[pid] = _names(self._find_vm(pid))
        return vm

    def _pack(self) -> None:
        if not self._rows:
            return
        import pyarrow as pa

        columns = schema()
        values = zip(columns, zip(*self._rows, strict=True), strict=True)
        arrays = [pa.array(each, field.type) for field, each in values]
        self._batches.append(pa.RecordBatch.from_arrays(arrays, schema=columns))
        self._packed += len(self._rows)
        self._rows.clear()

    def take(self) -> pa.Table:
        """All rows, which are forgotten here."""
        import pyarrow as pa

        self._pack()
        table = pa.Table.from_batches(self._batches, schema()).unify_dictionaries()
        self._batches, self._packed = [], 0
        return table


def _names(vm: Vm) -> tuple[str, str, str]:
    """In UTF-8, which a command line need not be: a byte that is not becomes "\\xff"."""
    return _utf8(vm.name), _utf8(vm.vmm), _utf8(vm.machine)


def _utf8(text: str) -> str:
    return text.encode(errors="surrogateescape").decode(errors="backslashreplace")
