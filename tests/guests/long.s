# SPDX-License-Identifier: Apache-2.0
# Long mode: ports, and memory-mapped registers of 8 bytes.
    .include "guest.inc"

start:
    long_mode
    movl $PROBE_WORDS, %esi
    movl $20, %ecx
again:
    movq (%rsi), %rax
    notq %rax
    movq %rax, 8(%rsi)
    movl 16(%rsi), %eax
    movb %al, 21(%rsi)
    movl $PROBE, %edx
    inl %dx, %eax
    outb %al, %dx
    decl %ecx
    jnz again
    movabsq $0x0123456789ABCDEF, %rax
    movq %rax, 0x18(%rsi)
    movl $PROBE, %edx
    movl $0x100000, %edi
    movl $300, %ecx
    rep insl
    movl $0x100000, %esi
    movl $300, %ecx
    rep outsl
    finish
