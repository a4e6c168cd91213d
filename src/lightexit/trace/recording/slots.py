# SPDX-License-Identifier: Apache-2.0
"""The kernel's records as columns, without an object for each: a recorder has to keep up with all
VMs of a host."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from lightexit.abi import Space
from lightexit.trace.probes.counting import ANSWERS
from lightexit.trace.probes.layout import RecordSlot
from lightexit.trace.probes.recording import UNKNOWN, Slots
from lightexit.trace.recording.schema import schema

if TYPE_CHECKING:
    import pyarrow as pa

#: A record in words of 64 bits, and which of them is what; `layout.RecordSlot` has the halves.
_WORDS = RecordSlot.layout.size // 8
_TIME, _ADDRESS, _VALUE, _DURATION, _THREAD, _WHAT, _HAS_VALUE = range(1, _WORDS)
_LOW = 2**32 - 1
_SPACES = {int(space): space.name.lower() for space in Space}


@dataclass(frozen=True)
class Names:
    """What a row says of whose access it is: by process, and by process and thread."""

    host: str
    vm: Callable[[int], tuple[str, str, str]]
    vcpu: Callable[[int, int], int]


def batch_of(slots: Slots, names: Names) -> pa.RecordBatch:
    """The accesses of all records, in their order."""
    import pyarrow as pa
    import pyarrow.compute as pc

    words = _words(slots.data)
    threads, whats = (words[each].dictionary_encode() for each in (_THREAD, _WHAT))
    unknown = pc.equal(words[_DURATION], pa.scalar(UNKNOWN, pa.uint64()))
    has_value = pc.not_equal(pc.bit_wise_and(words[_HAS_VALUE], _scalar(_LOW)), _scalar(0))
    times = pc.add(words[_TIME].cast(pa.int64()), pa.scalar(slots.offset_ns, pa.int64()))
    nothing = pa.scalar(None, pa.uint64())
    columns = {
        "time": times,
        "address": words[_ADDRESS],
        "value": pc.if_else(has_value, words[_VALUE], nothing),
        "duration_ns": pc.if_else(unknown, nothing, words[_DURATION]),
        **_whose(threads, names),
        **_which(whats),
    }
    kinds = schema()
    arrays = [columns[field.name].cast(field.type) for field in kinds]
    return pa.RecordBatch.from_arrays(arrays, schema=kinds)


def _scalar(value: int) -> pa.Scalar:
    import pyarrow as pa

    return pa.scalar(value, pa.uint64())


def _words(data: bytes) -> dict[int, pa.Array]:
    """Each word of all records as a column; a record that stands for several accesses is there as
    often."""
    import pyarrow as pa
    import pyarrow.compute as pc

    rows = len(data) // RecordSlot.layout.size
    flat = pa.Array.from_buffers(pa.uint64(), rows * _WORDS, [None, pa.py_buffer(data)])
    first = pa.array(range(0, rows * _WORDS, _WORDS), pa.int64())
    counts = pc.shift_right(flat.take(pc.add(first, _WHAT)), _scalar(32))
    if rows and pc.max(counts).as_py() > 1:
        pairs = zip(first.to_pylist(), counts.to_pylist(), strict=True)
        first = pa.array([at for at, count in pairs for _ in range(count)], pa.int64())
    words = {number: flat.take(pc.add(first, number)) for number in range(1, _WORDS)}
    words[_WHAT] = pc.bit_wise_and(words[_WHAT], _scalar(_LOW))
    return words


def _whose(threads: pa.DictionaryArray, names: Names) -> dict[str, pa.Array]:
    keys = [(each & _LOW, each >> 32) for each in threads.dictionary.to_pylist()]
    vms = [names.vm(pid) for pid, _ in keys]
    told = {
        "host": [names.host] * len(keys),
        "vm": [vm for vm, _, _ in vms],
        "vmm": [vmm for _, vmm, _ in vms],
        "machine": [machine for _, _, machine in vms],
        "pid": [pid for pid, _ in keys],
        "vcpu": [names.vcpu(pid, tid) for pid, tid in keys],
    }
    return _spread(threads, told)


def _which(whats: pa.DictionaryArray) -> dict[str, pa.Array]:
    keys = whats.dictionary.to_pylist()
    told = {
        "space": [_SPACES[each & 0xFF] for each in keys],
        "size": [each >> 8 & 0xFF for each in keys],
        "write": [bool(each >> 16 & 1) for each in keys],
        "answer": [ANSWERS[each >> 24] for each in keys],
    }
    return _spread(whats, told)


def _spread(
    encoded: pa.DictionaryArray, told: Mapping[str, Sequence[object]]
) -> dict[str, pa.Array]:
    """What is told of each key, for each row."""
    import pyarrow as pa

    kinds = schema()
    return {
        name: pa.array(values, kinds.field(name).type).take(encoded.indices)
        for name, values in told.items()
    }
