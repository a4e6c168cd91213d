# SPDX-License-Identifier: Apache-2.0
# 32-bit: rep ins and rep outs of every size, across pages, forwards and backwards.
    .include "guest.inc"

    .set BUFFER, 0x100000

start:
    protected_mode
    movl $PROBE, %edx
    movl $(BUFFER + 0xF00), %edi
    movl $1000, %ecx
    rep insb
    incl %edx
    movl $500, %ecx
    rep insw
    incl %edx
    movl $300, %ecx
    rep insl
    movl %edi, %ebx

    movl $(BUFFER + 0xF00), %esi
    movl $1000, %ecx
    rep outsb
    decl %edx
    movl $500, %ecx
    rep outsw
    decl %edx
    movl $300, %ecx
    rep outsl

    # What a single byte and a count of 0 do.
    movl $1, %ecx
    rep insb
    xorl %ecx, %ecx
    rep insb

    std
    movl $(BUFFER + 0x3010), %edi
    movl $32, %ecx
    rep insb
    cld
    movl $(BUFFER + 0x2FF1), %esi
    movl $32, %ecx
    rep outsb

    # How far the registers have come.
    movl %ebx, %eax
    outl %eax, %dx
    movl %edi, %eax
    outl %eax, %dx
    finish
