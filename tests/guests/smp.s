# SPDX-License-Identifier: Apache-2.0
# 32-bit, with local APICs: the first CPU wakes the second, which reports from real mode.
    .include "guest.inc"

    .set TRAMPOLINE, 0x9000
    .set FLAG, 0x600
    .set APIC, 0xFEE00000
    .set SPURIOUS, APIC + 0xF0
    .set COMMAND, APIC + 0x300
    .set DESTINATION, APIC + 0x310
    .set INIT, 0x4500
    .set STARTUP, 0x4600 + (TRAMPOLINE >> 12)

start:
    protected_mode
    movl $0, FLAG
    movl $trampoline, %esi
    movl $TRAMPOLINE, %edi
    movl $(trampoline_end - trampoline), %ecx
    rep movsb
    movl $0x1FF, SPURIOUS
    movl $(1 << 24), DESTINATION
    movl $INIT, COMMAND
    movl $STARTUP, COMMAND
    movl $STARTUP, COMMAND
wait:
    cmpl $1, FLAG
    jne wait
    movl $PROBE, %edx
    movb $2, %al
    outb %al, %dx
    finish_by_port

    .code16
trampoline:
    xorw %ax, %ax
    movw %ax, %ds
    movw $PROBE, %dx
    movb $1, %al
    outb %al, %dx
    movl $1, FLAG
    cli
    hlt
trampoline_end:
