# SPDX-License-Identifier: Apache-2.0
"""Why no law finds a mutant: by module, kind of mistake, and what became what."""

from __future__ import annotations

_SHORT = "an access of more bytes from there on ends behind the window: no filter gets it"

REASONS: dict[str, str] = {
    "fw_cfg: a condition forgotten: ctx.is_write or ctx.offset != FwCfgReg.DATA or ctx.size != 1"
    " -> ctx.is_write or ctx.offset != FwCfgReg.DATA": _SHORT,
}
