# SPDX-License-Identifier: Apache-2.0
# 32-bit, on a PC: with the registers of its local APIC in MSRs, the CPU interrupts itself, and is
# interrupted by the timer, whose deadlines are of the TSC where CPUID offers them. What there is
# besides, it tells by bits of its exit: 1 for deadlines, 2 for a #GP at an MSR that does not exist.
    .include "guest.inc"
    .include "apic.inc"

    .set WANTED, 20
    .set EXIT, 0xF4
    .set BASE, 0x1B
    .set DEADLINE, 0x6E0
    .set FAULTS, 0x604
    .set GP, 13

.macro gate vector, to
    movl $\to, %eax
    movw %ax, IDT + 8 * \vector
    movw $CODE32, IDT + 8 * \vector + 2
    movw $0x8E00, IDT + 8 * \vector + 4
    shrl $16, %eax
    movw %ax, IDT + 8 * \vector + 6
.endm

.macro set msr, low, high=0
    movl $\msr, %ecx
    movl $\low, %eax
    movl $\high, %edx
    wrmsr
.endm

.macro wait_for number
8:  cmpl $\number, COUNT
    jb 8b
.endm

    .code16
start:
    protected_mode
    movl $0, COUNT
    movl $0, FAULTS
    gate VECTOR, handler
    gate GP, fault
    lidt idt_pointer
    movl $1, %eax
    cpuid
    movl %ecx, %ebp
    btl $21, %ebp
    jnc none
    movl $BASE, %ecx
    rdmsr
    orl $(3 << 10), %eax
    wrmsr
    set 0x80F, 0x1FF
    sti

    movl $WANTED, %esi
itself:
    set 0x83F, VECTOR # SELF IPI
    movl $0x830, %ecx # the same as a command
    movl $(1 << 18 | VECTOR), %eax
    xorl %edx, %edx
    wrmsr
    decl %esi
    jnz itself
    wait_for (2*WANTED)

    set 0x831, 0 # there is none
    btl $24, %ebp
    jnc by_count
    incl FAULTS # the first bit
    set 0x832, (2 << 17 | VECTOR)
    rdtsc
    addl $1000000, %eax
    adcl $0, %edx
    movl $DEADLINE, %ecx
    wrmsr
    wait_for (2*WANTED+1)
    rdmsr
    orl %edx, %eax
    jnz none # it is not armed any more
    jmp end
by_count:
    set 0x832, VECTOR
    set 0x838, 1000
    movl $0x839, %ecx
7:  rdmsr # where accesses are what makes time pass
    cmpl $(2*WANTED+1), COUNT
    jb 7b
end:
    movl FAULTS, %eax
    outb %al, $EXIT
9:  jmp 9b
none:
    movb $0x40, %al
    outb %al, $EXIT
9:  jmp 9b

handler:
    pushl %eax
    pushl %ecx
    pushl %edx
    incl COUNT
    set 0x80B, 0
    popl %edx
    popl %ecx
    popl %eax
    pushl 8(%esp) # not every KVM emulates IRET
    popfl
    lretl $4

fault:
    addl $2, FAULTS
    addl $4, %esp # the error code
    addl $2, (%esp) # past WRMSR
    pushl 8(%esp)
    popfl
    lretl $4

idt_pointer:
    .word 8 * 256 - 1
    .long IDT
