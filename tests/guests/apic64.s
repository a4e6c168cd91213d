# SPDX-License-Identifier: Apache-2.0
# 64-bit, booted as an ELF file: CR8 is the local APIC's TPR, what its MSRs refuse is a #GP, and its
# page is where IA32_APIC_BASE says. What held is told by 12 bits of the exit.
    .set APIC, 0xFEE00000
    .set ELSEWHERE, 0xD0000000
    .set VERSION, 0x30
    .set TPR, 0x80
    .set EOI, 0xB0
    .set SPURIOUS, 0xF0
    .set COMMAND, 0x300
    .set BASE, 0x1B
    .set SELF, 1 << 18
    .set VECTOR, 0x45
    .set GP, 13
    .set STACK, 0x1F0000
    .set IDT, 0x200000
    .set EXIT, 0xF4

.macro gate vector, to
    leaq \to(%rip), %rax
    movl $(IDT + 16 * \vector), %edi
    movw %ax, (%rdi)
    movw %cs, 2(%rdi)
    movw $0x8E00, 4(%rdi)
    shrq $16, %rax
    movw %ax, 6(%rdi)
    movq $0, 8(%rdi)
.endm

# Sets this bit of what held where the flags say so.
.macro note bit, condition
    set\condition %al
    movzbl %al, %eax
    shll $\bit, %eax
    orl %eax, %r15d
.endm

# The instructions until 8: raise #GP, which goes on there.
.macro refused bit, instructions:vararg
    xorl %r14d, %r14d
    leaq 8f(%rip), %r13
    \instructions
8:  cmpl $1, %r14d
    note \bit, e
.endm

    cli
    movl $STACK, %esp
    movl $APIC, %ebp
    xorl %r12d, %r12d # interrupts so far
    xorl %r15d, %r15d
    gate VECTOR, interrupted
    gate GP, protected
    lidt idt_pointer(%rip)
    movl $0x1FF, SPURIOUS(%rbp)

    movl $5, %eax
    movq %rax, %cr8
    cmpl $0x50, TPR(%rbp)
    note 0, e
    movl $0x37, TPR(%rbp)
    movq %cr8, %r11
    cmpq $3, %r11
    note 1, e
    movl $5, %r9d
    movq %r9, %cr8
    sti
    movl $(SELF | VECTOR), COMMAND(%rbp)
    nop
    cmpl $0, %r12d
    note 2, e
    movl $2, %r10d
    movq %r10, %cr8
    movl TPR(%rbp), %eax # not every KVM exits as CR8 is lowered
    cmpl $1, %r12d
    note 3, e
    cli
    cmpl $0x20, TPR(%rbp)
    note 4, e

    movl $16, %r8d
    refused 5, movq %r8, %cr8
    movl $BASE, %ecx
    xorl %edx, %edx
    movl $(APIC | 1 << 10), %eax # an x2APIC that is switched off
    refused 6, wrmsr
    movl $0x802, %ecx # an ID that is not there yet
    refused 7, rdmsr
    movl $0x8FF, %ecx
    refused 8, rdmsr # no register at all
    movl $BASE, %ecx
    movl $(1 << 11), %eax # in memory
    refused 9, wrmsr

    movl VERSION(%rbp), %r8d
    movl $BASE, %ecx
    movl $(ELSEWHERE | 1 << 11), %eax
    wrmsr
    movl $ELSEWHERE, %ebp
    cmpl %r8d, VERSION(%rbp)
    note 10, e
    movl $APIC, %eax
    cmpl $-1, VERSION(%rax)
    note 11, e
    movl %r15d, %eax
    outl %eax, $EXIT
9:  jmp 9b

interrupted:
    incl %r12d
    movl $0, EOI(%rbp)
    movq (%rsp), %rax
    jmp back
protected:
    incl %r14d
    addq $8, %rsp
    movq %r13, %rax
back: # not every KVM emulates IRET
    pushq 16(%rsp)
    popfq
    movq 24(%rsp), %rsp
    jmpq *%rax

idt_pointer:
    .word 16 * 256 - 1
    .quad IDT
