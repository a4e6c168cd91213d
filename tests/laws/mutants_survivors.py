# SPDX-License-Identifier: Apache-2.0
"""Why no law finds a mutant: by module, kind of mistake, and what became what."""

from __future__ import annotations

_SHORT = "an access of more bytes from there on ends behind the window: no filter gets it"

_NOT_BUILT = "what is refused as a device is made no guest sees, and the subject has no more queues"
_NO_ERRORS = "no error is held where no character is: the condition spares the look"

_BEHIND = "only what ends behind the window would see it, and no device gets that"

REASONS: dict[str, str] = {
    "i440fx: a number off by one: 64 -> 65": _BEHIND,
    "i440fx: another operator: lane + ctx.size -> lane - ctx.size": _BEHIND,
    "uart: a condition forgotten: fifos and uart.count and self._holds_errors()"
    " -> fifos and self._holds_errors()": _NO_ERRORS,
    "virtio_mmio: a bound off by one: len(backend.queue_sizes) > QUEUES"
    " -> len(backend.queue_sizes) >= QUEUES": _NOT_BUILT,
    "fw_cfg: a condition forgotten: ctx.is_write or ctx.offset != FwCfgReg.DATA or ctx.size != 1"
    " -> ctx.is_write or ctx.offset != FwCfgReg.DATA": _SHORT,
}
