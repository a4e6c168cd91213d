# SPDX-License-Identifier: Apache-2.0
"""The idioms of `idioms.txt`.

All of them must compile, be accepted by lightexit's verifier and by Linux's, and agree with
CPython in every engine.
"""

from __future__ import annotations

import re
import textwrap
from pathlib import Path


def _read() -> dict[str, str]:
    text = Path(__file__).with_name("idioms.txt").read_text()
    text = re.sub(r"^== .*\n", "", text, flags=re.MULTILINE)
    parts = re.split(r"^# (\w+)\n", text, flags=re.MULTILINE)[1:]
    return {name: body.strip("\n") for name, body in zip(parts[::2], parts[1::2], strict=True)}


IDIOMS = _read()


def source(name: str) -> str:
    """An idiom as a filter named `generated`."""
    lines = [
        "def generated(ctx: IoContext, s: Main, t: Other) -> Verdict:",
        textwrap.indent(IDIOMS[name], "    "),
        "    s.last[4] = u64(r)",
        "    ctx.data = 0",
        "    return Verdict.HANDLED\n",
    ]
    return "\n".join(lines)
