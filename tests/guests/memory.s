# SPDX-License-Identifier: Apache-2.0
# 32-bit: reads and writes of memory-mapped registers, of 1 to 4 bytes, plain and read-modify-write.
    .include "guest.inc"

start:
    protected_mode
    movl $PROBE_MEMORY, %esi
    movl $20, %ecx
again:
    movb (%esi), %al
    movb %al, 1(%esi)
    movw 2(%esi), %ax
    movw %ax, 4(%esi)
    movl 8(%esi), %eax
    addl $0x01020304, %eax
    movl %eax, 12(%esi)
    movzbl 16(%esi), %eax
    movl %eax, 20(%esi)
    orl $0x80, 24(%esi)
    xchgl %eax, 28(%esi)
    movl %eax, 32(%esi)
    decl %ecx
    jnz again

    # String instructions, one element an access, both ways.
    movl $(PROBE_MEMORY + 0x40), %esi
    movl $0x100000, %edi
    movl $40, %ecx
    rep movsb
    movl $0x100000, %esi
    movl $(PROBE_MEMORY + 0x80), %edi
    movl $10, %ecx
    rep movsl
    finish
