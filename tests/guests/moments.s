# SPDX-License-Identifier: Apache-2.0
# 32-bit, on a PC: a checksum under a thousand interrupts a second, now and then halted; reads PM
# timer, HPET and PIT, and remembers whether time went back. Prints the sum, and "k" if it did not,
# "B" if it did: the same text whenever it was interrupted.
    .include "guest.inc"

    .set VECTOR, 0x20
    .set IDT, 0x2000
    .set COUNT, 0x600
    .set LEFT, 0x604
    .set LAST_PM, 0x608
    .set LAST_HPET, 0x60C
    .set WENT_BACK, 0x610
    .set ROUNDS, 240
    .set BUFFER, 0x110000
    .set WORDS, 0x800
    .set PM_TIMER, 0xB008
    .set HPET, 0xFED00000
    .set DEBUGCON, 0x402

.macro send value, port
    movb $\value, %al
    outb %al, $\port
.endm

start:
    protected_mode
    movl $handler, %eax
    movw %ax, IDT + 8 * VECTOR
    movw $CODE32, IDT + 8 * VECTOR + 2
    movw $0x8E00, IDT + 8 * VECTOR + 4
    shrl $16, %eax
    movw %ax, IDT + 8 * VECTOR + 6
    lidt idt_pointer
    send 0x11, 0x20
    send VECTOR, 0x21
    send 0x04, 0x21
    send 0x01, 0x21
    send 0xFE, 0x21
    send 0x34, 0x43
    send 0xA9, 0x40
    send 0x04, 0x40
    movl $1, HPET + 0x10
    movl $ROUNDS, LEFT
    movl $PM_TIMER, %edx
    inl %dx, %eax
    movl %eax, LAST_PM
    movl $1, %ebx
    sti

round:
    movl $BUFFER, %edi
    movl $WORDS, %ecx
1:  imull $1664525, %ebx, %ebx
    addl $1013904223, %ebx
    xorl %ebx, (%edi)
    addl (%edi), %ebx
    roll $5, %ebx
    addl $4, %edi
    decl %ecx
    jnz 1b

    movl $PM_TIMER, %edx
    inl %dx, %eax
    movl %eax, %ecx
    subl LAST_PM, %eax
    movl %ecx, LAST_PM
    andl $0x800000, %eax
    orl %eax, WENT_BACK
    movl HPET + 0xF0, %eax
    movl %eax, %ecx
    subl LAST_HPET, %eax
    movl %ecx, LAST_HPET
    andl $0x80000000, %eax
    orl %eax, WENT_BACK
    send 0x00, 0x43
    inb $0x40, %al
    inb $0x40, %al

    testl $15, LEFT
    jnz 2f
    hlt
2:  decl LEFT
    jnz round

    cli
    call print
    movl $DEBUGCON, %edx
    movb $'k', %al
    cmpl $0, WENT_BACK
    je 3f
    movb $'B', %al
3:  outb %al, %dx
    finish

# EBX as eight digits.
print:
    movl $8, %ecx
    movl $DEBUGCON, %edx
4:  roll $4, %ebx
    movb %bl, %al
    andb $15, %al
    addb $'A', %al
    outb %al, %dx
    loop 4b
    ret

handler:
    pushl %eax
    incl COUNT
    send 0x20, 0x20
    popl %eax
    # A return in two steps: where KVM emulates the guest, it knows IRET in real mode only.
    pushl 8(%esp)
    popfl
    lretl $4

idt_pointer:
    .word 8 * 256 - 1
    .long IDT
