# SPDX-License-Identifier: Apache-2.0
"""The format of recordings: columns of a Parquet file, and what it says of itself.

docs/recording.md describes it. Under one number of the format, columns and keys may be added.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, Any

from lightexit import __version__
from lightexit.errors import AuthorError
from lightexit.shown import one_line

if TYPE_CHECKING:
    import pyarrow as pa

FORMAT = 1
#: The key of a Parquet file's metadata, whose value is JSON.
KEY = b"lightexit"
#: Columns of which many rows have the same text.
TEXTS = ("host", "vm", "vmm", "machine", "space", "answer")
#: Columns whose neighbours are alike: differences take less room than values.
NUMBERS = ("time", "value", "duration_ns")

EXPECTED = "a recording of `lightexit record` or `lightexit run --record`"


def schema() -> pa.Schema:
    """The columns, in their order."""
    import pyarrow as pa

    text = pa.dictionary(pa.int32(), pa.string())
    return pa.schema(
        [
            pa.field("time", pa.timestamp("ns", "UTC"), False),
            pa.field("host", text, False),
            pa.field("vm", text, False),
            pa.field("vmm", text, False),
            pa.field("machine", text, False),
            pa.field("pid", pa.int32(), False),
            pa.field("vcpu", pa.int16(), False),
            pa.field("space", text, False),
            pa.field("address", pa.uint64(), False),
            pa.field("size", pa.uint8(), False),
            pa.field("write", pa.bool_(), False),
            pa.field("value", pa.uint64(), True),
            pa.field("answer", text, False),
            pa.field("duration_ns", pa.uint64(), True),
        ]
    )


def difference(found: pa.Schema) -> str:
    """What of the format a file's columns lack: "no column vm"; "" where they have all of it.

    Texts may be dictionaries or not; columns that are not of the format do not matter.
    """
    import pyarrow as pa

    for wanted in schema():
        if wanted.name not in found.names:
            return f"no column {wanted.name}"
        kind = found.field(wanted.name).type
        plain = kind.value_type if pa.types.is_dictionary(kind) else kind
        if plain != (pa.string() if wanted.name in TEXTS else wanted.type):
            return f"column {wanted.name} of {kind}"
    return ""


@dataclass(frozen=True, slots=True)
class MappedDevice:
    """Where a device of a machine is: `size` addresses of `space` ("pio") from `base` on."""

    device: str
    space: str
    base: int
    size: int


@dataclass(frozen=True, slots=True)
class About:
    """What a recording says of itself; times are ns since the epoch, 0 where they are not known.

    `source` says who told the accesses: "tracepoints", "lightexit" (a machine of ours) or
    "liblightexit". `lost` accesses are missing; None where nobody knows how many. `vm_started` is
    the time at which VM time was 0, and `devices` says where devices are: both of our own machines
    only.
    """

    host: str
    source: str
    started: int = 0
    ended: int = 0
    accesses: int = 0
    lost: int = 0
    lightexit: str = __version__
    vm_started: int | None = None
    devices: tuple[MappedDevice, ...] = ()

    def to_bytes(self) -> bytes:
        """What stands in the file."""
        return json.dumps({"format": FORMAT, **asdict(self)}).encode()


_KINDS: Mapping[str, tuple[type, ...]] = {
    "host": (str,),
    "source": (str,),
    "started": (int,),
    "ended": (int,),
    "accesses": (int,),
    "lost": (int,),
    "lightexit": (str,),
    "vm_started": (int, type(None)),
}
_DEVICE: Mapping[str, type] = {"device": str, "space": str, "base": int, "size": int}


def read_about(name: str, metadata: Mapping[bytes, bytes] | None) -> About:
    """What the file called `name` says of itself. Raises AuthorError where it is no recording, or
    one of a format that is not known here."""
    data = (metadata or {}).get(KEY)
    if data is None:
        raise AuthorError(
            f"{name} is a Parquet file, but not one of lightexit's", expected=EXPECTED
        )
    try:
        found = json.loads(data)
        number = found["format"]
        if number == FORMAT:
            return _about(found)
    except (ValueError, KeyError, TypeError, RecursionError):
        raise AuthorError(f"{name}: what it says of itself is damaged", expected=EXPECTED) from None
    raise AuthorError(
        f"{name} has format {one_line(str(number), 20)}",
        expected=f"format {FORMAT}, which is what lightexit {__version__} reads",
        advice="a newer lightexit has written it, and reads it",
    )


def _about(found: Mapping[str, Any]) -> About:
    """Raises KeyError, ValueError or TypeError for what does not fit."""
    values = {name: _checked(found[name], kinds) for name, kinds in _KINDS.items()}
    devices = [
        MappedDevice(**{name: _checked(each[name], (kind,)) for name, kind in _DEVICE.items()})
        for each in _checked(found["devices"], (list,))
    ]
    return About(**values, devices=tuple(devices))


def _checked(value: Any, kinds: tuple[type, ...]) -> Any:
    if type(value) not in kinds:
        raise ValueError(value)
    return value


def together(parts: Sequence[About]) -> About:
    """What a file says that has the rows of several; there is at least one."""
    first = parts[0]
    return replace(
        first,
        started=min(_known(each.started for each in parts), default=0),
        ended=max(_known(each.ended for each in parts), default=0),
        accesses=sum(each.accesses for each in parts),
        lost=sum(each.lost for each in parts),
    )


def _known(times: Iterable[int]) -> list[int]:
    return [each for each in times if each]
