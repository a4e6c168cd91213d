# SPDX-License-Identifier: Apache-2.0
# A kernel of boot protocol 2.03, entered in real mode: it prints its command line by the BIOS, then
# the first byte of its code at 1 MiB and of its RAM disk, which it has the BIOS copy down.
    .include "serial.inc"
    .code16
    .text
    .globl _start
_start:
    .org 0x1F1
    .byte 1                     # setup_sects
    .word 0
    .long 1                     # syssize: 16 bytes
    .org 0x1FE
    .word 0xAA55
    .org 0x200
    jmp entry
    .ascii "HdrS"
    .word 0x203
    .org 0x211
    .byte 1                     # loadflags: LOADED_HIGH
    .org 0x214
    .long 0x100000
    .org 0x22C
    .long 0x37FFFFFF            # initrd_addr_max

entry:
    pushl $0x12345678           # a stack that can be used
    popl %eax
    cmpl $0x12345678, %eax
    jne fail
    cmpb $0xFF, 0x210
    jne fail
    sti
    movl 0x228, %esi            # cmd_line_ptr: in this segment
    subl $0x10000, %esi
again:
    lodsb
    testb %al, %al
    jz copied
    call show
    jmp again
copied:
    movl $0x100000, %eax
    call show_from
    movl 0x218, %eax            # ramdisk_image
    call show_from
    movb $'.', %al              # the last character is not sent before another one comes
    call show
    finish 0x10
fail:
    finish 0x30

show:
    pushw %si
    movb $0x0E, %ah
    movw $7, %bx
    int $0x10
    popw %si
    ret

show_from:                      # the byte at %eax
    movw %ax, table - _start + 0x12
    shrl $16, %eax
    movb %al, table - _start + 0x14
    movb %ah, table - _start + 0x17
    pushw %ds
    popw %es
    movw $(table - _start), %si
    movw $1, %cx
    movb $0x87, %ah
    int $0x15
    jc fail
    movb buffer - _start, %al
    jmp show

    .balign 8
table:
    .quad 0, 0
    .quad 0x000093000000FFFF    # from where
    .word 0xFFFF, buffer - _start, 0x9301, 0
    .quad 0, 0
buffer:
    .word 0
    .org 0x400
    .ascii "K.............."    # one byte short of what the header says
