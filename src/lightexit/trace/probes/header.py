# SPDX-License-Identifier: Apache-2.0
"""The probes' layouts in C: `python -m lightexit.trace.probes.header` prints `layouts.h`."""

from __future__ import annotations

from lightexit.abi import Space
from lightexit.abi.header import c_enum, c_struct
from lightexit.trace.probes import layout

_STRUCTS = (
    layout.RegisterKey,
    layout.AccessTally,
    layout.LineTallyKey,
    layout.LineTally,
    layout.ApicTallyKey,
    layout.ProbeConfig,
    layout.CpuState,
    layout.AccessRecord,
)


def header() -> str:
    """The whole header."""
    return "\n".join(
        [
            "/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-or-later */\n"
            "/* Generated from layout.py by `make header`; do not edit. */",
            "#ifndef LIGHTEXIT_PROBES_LAYOUTS_H\n#define LIGHTEXIT_PROBES_LAYOUTS_H\n",
            "#include <linux/types.h>\n",
            f"#define LIGHTEXIT_MOST_REGISTERS_OF_VM {layout.MOST_REGISTERS_OF_VM}\n"
            f"#define LIGHTEXIT_MOST_PAGES_OF_VM {layout.MOST_PAGES_OF_VM}\n",
            c_enum(Space),
            c_enum(layout.AnsweredBy),
            c_struct(*_STRUCTS),
            "#endif /* LIGHTEXIT_PROBES_LAYOUTS_H */\n",
        ]
    )


if __name__ == "__main__":
    print(header(), end="")
