# SPDX-License-Identifier: Apache-2.0
# 32-bit, on a PC: a timer of the HPET interrupts by a level, through I/O APIC and local APIC.
# It is let go of in the last of the interrupts only; then the exit tells of the remote IRR.
    .include "guest.inc"
    .include "apic.inc"

    .set WANTED, 40
    .set PIN, 20
    .set INDEX, 0xFEC00000
    .set WINDOW, INDEX + 0x10
    .set LEVEL, 1 << 15
    .set REMOTE_IRR, 1 << 14
    .set HPET, 0xFED00000
    .set HPET_STATUS, HPET + 0x20
    .set TIMER, HPET + 0x140
    .set EXIT, 0xF4

    .code16
start:
    protected_mode
    movl $0, COUNT
    take_interrupts
    movl $(0x10 + 2 * PIN + 1), INDEX
    movl $0, WINDOW
    movl $(0x10 + 2 * PIN), INDEX
    movl $(VECTOR | LEVEL), WINDOW
    movl $(PIN << 9 | 6), TIMER # a level, enabled
    movl $100, TIMER + 8
    movl $0, TIMER + 12
    movl $1, HPET + 0x10
    sti
wait:
    movl HPET + 0xF0, %eax # where accesses are what makes time pass
    cmpl $WANTED, COUNT
    jb wait
    movl $1000, %ecx
later:
    loop later
    cli
    movl $(0x10 + 2 * PIN), INDEX
    movl WINDOW, %eax
    andl $REMOTE_IRR, %eax
    shrl $14, %eax
    addl COUNT, %eax # one more where it is still set
    outb %al, $EXIT
9:  jmp 9b

handler:
    incl COUNT
    cmpl $WANTED, COUNT
    jne 1f
    movl $(1 << 2), HPET_STATUS
1:  movl $0, EOI
    pushl 8(%esp) # not every KVM emulates IRET
    popfl
    lretl $4

idt_pointer:
    .word 8 * 256 - 1
    .long IDT
