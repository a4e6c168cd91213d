# SPDX-License-Identifier: Apache-2.0
# Multiboot guest: is the stack 32-bit at entry? Exit 0xf4: 0 -> status 1 = good, 1 -> status 3 = bad
 .section .text
 .code32
 .long 0x1BADB002, 0, -(0x1BADB002)
 .globl _start
_start:
 mov $0x200000, %esp
 movl $0, 0x1ffffc
 push $0x12345678
 mov 0x1ffffc, %ebx
 xor %eax,%eax
 cmp $0x12345678, %ebx
 je 1f
 inc %eax
1: mov $0xf4,%dx
 out %al,%dx
2: hlt
 jmp 2b
