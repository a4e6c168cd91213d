# SPDX-License-Identifier: Apache-2.0
# Real mode, on a PIIX4: puts the power management registers at 0x600, then reads the timer for ever.
    .include "guest.inc"

    .set PIIX4_PM, 0x80000B00 # bus 0, device 1, function 3

.macro configure offset, value
    movw $0xCF8, %dx
    movl $(PIIX4_PM + \offset), %eax
    outl %eax, %dx
    movw $0xCFC, %dx
    movl $\value, %eax
    outl %eax, %dx
.endm

start:
    real_mode
    configure 0x40, 0x601
    configure 0x80, 1
    movw $0x608, %dx
again:
    inl %dx, %eax
    jmp again
