# SPDX-License-Identifier: Apache-2.0
# An executable without a header for boot loaders: code of BITS bits.
    .include "serial.inc"
    .text
    .globl _start
    .if BITS == 64
    .code64
_start:
    leaq stack(%rip), %rsp
    movabsq $0x123456789ABCDEF0, %rax
    pushq %rax
    cmpq %rax, stack - 8(%rip)
    .else
    .code32
_start:
    movl $stack, %esp
    pushl $0x12345678
    cmpl $0x12345678, stack - 4
    .endif
    jne fail
    finish 0x10
fail:
    finish 0x30
    .bss
    .skip 4096
stack:
