# SPDX-License-Identifier: Apache-2.0
"""The runtime's layouts as a C header: `python -m lightexit.runtime.header` prints `layouts.h`."""

from __future__ import annotations

from lightexit.abi.header import c_enum, c_struct
from lightexit.runtime import layout

_STRUCTS = (
    layout.Event,
    layout.Place,
    layout.Tables,
    layout.Ranges,
    layout.Range,
    layout.Window,
    layout.Counter,
    layout.Vcpu,
    layout.Aperture,
    layout.Loop,
    layout.Watch,
    layout.Segment,
    layout.SavedCpu,
    layout.Slot,
    layout.Delivery,
    layout.MsrPlace,
    layout.MsrWatch,
)
#: A hash of 64 bits shifted right by so much is a slot's number.
_NUMBERS = {
    "FOUND_SHIFT": 65 - layout.FOUND.bit_length(),
    "CODE_BLOCK": layout.CODE_BLOCK,
    "CR8": f"{layout.CR8:#x}",
    "MSR_PLACES": layout.MSR_PLACES,
    "PLACES": layout.PLACES,
    "PLACES_SHIFT": 65 - layout.PLACES.bit_length(),
}


def header() -> str:
    """The whole header."""
    return "\n".join(
        [
            "/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-or-later */\n"
            "/* Generated from layout.py by `make header`; do not edit. */",
            "#ifndef LIGHTEXIT_LAYOUTS_H\n#define LIGHTEXIT_LAYOUTS_H\n",
            "#include <linux/types.h>\n",
            "".join(f"#define LIGHTEXIT_{name} {value}\n" for name, value in _NUMBERS.items()),
            c_enum(layout.TracePoint),
            c_struct(*_STRUCTS),
            "#endif /* LIGHTEXIT_LAYOUTS_H */\n",
        ]
    )


if __name__ == "__main__":
    print(header(), end="")
