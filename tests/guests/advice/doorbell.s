# SPDX-License-Identifier: Apache-2.0
# 32-bit, on QEMU's microvm: notifies queue 0 of the first virtio device for ever.
    .include "guest.inc"

    .set QUEUE_NOTIFY, 0xFEB00000 + 0x50

start:
    protected_mode
    xorl %eax, %eax
again:
    movl %eax, QUEUE_NOTIFY
    jmp again
