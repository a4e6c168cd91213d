# SPDX-License-Identifier: Apache-2.0
# 32-bit, on QEMU's PC with a virtio device in slot 5: drives it, then notifies queue 0 for ever.
    .include "guest.inc"

    .set SLOT5, 0x80002800
    .set BAR, 0xFE000000 # where the guest puts the device's BAR 4
    .set FEATURE_SELECT, BAR + 0x08
    .set FEATURES, BAR + 0x0C
    .set STATUS, BAR + 0x14
    .set NOTIFY, BAR + 0x3000

.macro configure offset, value
    movl $0xCF8, %edx
    movl $(SLOT5 + \offset), %eax
    outl %eax, %dx
    movl $0xCFC, %edx
    movl $\value, %eax
    outl %eax, %dx
.endm

start:
    protected_mode
    configure 0x20, BAR
    configure 0x24, 0
    configure 0x04, 6 # memory, bus master
    movb $3, STATUS # acknowledged, there is a driver
    movl $1, FEATURE_SELECT
    movl $1, FEATURES # version 1
    movb $0xB, STATUS # features are settled
    movb $0xF, STATUS # the driver runs
    xorl %eax, %eax
again:
    movw %ax, NOTIFY
    jmp again
