# SPDX-License-Identifier: Apache-2.0
"""Why no law finds a mutant: by module, kind of mistake, and what became what."""

from __future__ import annotations

_SHORT = "an access of more bytes from there on ends behind the window: no filter gets it"

_NOT_BUILT = "what is refused as a device is made no guest sees, and the subject has no more queues"
_NO_ERRORS = "no error is held where no character is: the condition spares the look"

_BY_ITS_MAKER = "only who builds the machine could see it, by what no subject does"
_GATE = "only counter 2 has a gate, and that is port 0x61's"
_BEHIND = "only what ends behind the window would see it, and no device gets that"

REASONS: dict[str, str] = {
    "pit_counter: a condition forgotten: self.running and self.mode() not in (1, 5)"
    " -> self.mode() not in (1, 5)": _GATE,
    "pit_counter: a condition forgotten: not self.running or self.reload == 1"
    " or phase < self.low_from() -> self.reload == 1 or phase < self.low_from()": _GATE,
    "virtio_mmio: a condition forgotten: backend.doorbells or tuple( partial(backend.notify,"
    " number) for number in range(len(backend.queue_sizes)) ) -> tuple((partial(backend.notify,"
    " number) for number in range(len(backend.queue_sizes))))": _BY_ITS_MAKER,
    "i440fx: a condition forgotten: not 0 <= number < 256 or number in self._numbers.values()"
    " -> not 0 <= number < 256": _BY_ITS_MAKER,
    "i440fx: a number off by one: 64 -> 65": _BEHIND,
    "i440fx: another operator: lane + ctx.size -> lane - ctx.size": _BEHIND,
    "uart: a condition forgotten: fifos and uart.count and self._holds_errors()"
    " -> fifos and self._holds_errors()": _NO_ERRORS,
    "virtio_mmio: a bound off by one: len(backend.queue_sizes) > QUEUES"
    " -> len(backend.queue_sizes) >= QUEUES": _NOT_BUILT,
    "fw_cfg: a condition forgotten: ctx.is_write or ctx.offset != FwCfgReg.DATA or ctx.size != 1"
    " -> ctx.is_write or ctx.offset != FwCfgReg.DATA": _SHORT,
}
