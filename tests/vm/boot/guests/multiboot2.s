# SPDX-License-Identifier: Apache-2.0
# A Multiboot2 kernel: prints the type of every tag that it is given, and the text of those that
# have one. With ADDRESSES it is a file without ELF headers, and its header says where to load.
    .include "serial.inc"
    .set MAGIC, 0xE85250D6

    .code32
    .text
    .globl _start
_begin:
    .ascii "before the header"
    .balign 8
header:
    .long MAGIC, 0, header_end - header, -(MAGIC + header_end - header)
    .balign 8
    .word 1, 0                  # what it needs to be told
    .long 16, 4, 6
    .ifdef ADDRESSES
    .balign 8
    .word 2, 0
    .long 24, header, _begin, _edata, _end
    .balign 8
    .word 3, 0
    .long 12, _start
    .endif
    .balign 8
    .word 5, 1                  # it would like a framebuffer
    .long 20, 0, 0, 0
    .balign 8
    .word 0, 0
    .long 8
header_end:

_start:
    cmpl $0x36D76289, %eax
    jne fail
    cmpl $0, zeroed
    jne fail
    movl $stack, %esp
    pushl $0x12345678           # with the loader's segments: all of ESP counts
    cmpl $0x12345678, stack - 4
    jne fail
    open_serial
    movl %ebx, %ebp
    addl (%ebx), %ebp           # where the tags end
    addl $8, %ebx
next_tag:
    movl (%ebx), %eax
    addb $'@', %al
    put_char
    movl (%ebx), %eax
    testl %eax, %eax
    jz ended
    leal 16(%ebx), %esi         # a module: from, to, text
    cmpl $3, %eax
    je text
    leal 8(%ebx), %esi          # a command line, or the loader's name
    cmpl $3, %eax
    jae skip
text:
    lodsb
    put_char
    testb %al, %al
    jnz text
skip:
    addl 4(%ebx), %ebx
    addl $7, %ebx
    andl $~7, %ebx
    jmp next_tag
ended:
    addl $8, %ebx
    cmpl %ebp, %ebx
    jne fail
    finish 0x10
fail:
    finish 0x30

    .data
    .ascii "loaded"

    .bss
zeroed: .skip 4
    .skip 4096
stack:
