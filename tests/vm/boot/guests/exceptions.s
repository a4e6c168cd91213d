# SPDX-License-Identifier: Apache-2.0
# 32-bit exceptions: every one is printed as vector, error code and distance from the fault, and
# gone on from behind the two bytes of the instruction. Paging is on, with 4 KiB pages.
    .include "serial.inc"
    .set IDT, 0x200000
    .set TABLES, 0x300000       # a directory, then two tables: 8 MiB at their own addresses

    .code32
    .globl _start
_start:
    cld
    lgdt gdt_pointer
    ljmp $0x08, $1f
1:  movl $0x10, %eax
    movl %eax, %ds
    movl %eax, %es
    movl %eax, %ss
    movl $0x1F0000, %esp
    open_serial
    movl $handlers, %esi
    movl $IDT, %edi
    movl $32, %ecx
2:  movl %esi, %eax             # an interrupt gate for each handler, of 16 bytes
    movw %ax, (%edi)
    movw $0x08, 2(%edi)
    movw $0x8E00, 4(%edi)
    shrl $16, %eax
    movw %ax, 6(%edi)
    addl $16, %esi
    addl $8, %edi
    loop 2b
    lidt idt_pointer

    movl $TABLES, %edi
    movl $(TABLES + 0x1000 + 3), (%edi)
    movl $(TABLES + 0x2000 + 3), 4(%edi)
    addl $0x1000, %edi
    movl $3, %eax
    movl $2048, %ecx
3:  stosl
    addl $4096, %eax
    loop 3b
    movl $TABLES, %eax
    movl %eax, %cr3
    movl %cr0, %eax
    orl $0x80000000, %eax
    movl %eax, %cr0

    movl $2, %ecx               # twice: the second is no double fault
4:  xorl %ebx, %ebx
    divl %ebx
    loop 4b
    ud2
    movl $0x1238, %eax
    movl %eax, %ds              # beyond the table: #GP
    movl $0x456B, %eax
    movl %eax, %ds
    movl $0xDEAD000, %ebx
    movl (%ebx), %eax           # #PF, read
    movl %cr2, %eax
    call hex
    movl $0xC0DE123, %ebx
    movl %eax, (%ebx)           # #PF, write
    movl %cr2, %eax
    call hex
    int $13                     # a software interrupt pushes no error code
    finish 0x10

# %eax, in eight digits.
hex:
    pushl %ecx
    movl $8, %ecx
5:  roll $4, %eax
    pushl %eax
    andl $15, %eax
    addb $'0', %al
    cmpb $'9', %al
    jbe 6f
    addb $39, %al
6:  put_char
    popl %eax
    loop 5b
    movb $' ', %al
    put_char
    popl %ecx
    ret

    .balign 16
handlers:
    .set vector, 0
    .rept 32
    .balign 16
    .if vector != 8 && (vector < 10 || vector > 14)
    pushl $0
    .endif
    pushl $vector
    jmp common
    .set vector, vector + 1
    .endr
    .balign 16

# On the stack: vector, error code, EIP, CS, EFLAGS; an INT 13 has no error code there.
common:
    pushal
    movl 32(%esp), %eax
    call hex
    cmpl $0x08, 40(%esp)        # CS where EIP is to be
    je software
    movl 36(%esp), %eax
    call hex
    addl $2, 40(%esp)
    popal
    addl $8, %esp
    iret
software:
    popal
    addl $4, %esp
    iret

    .balign 8
gdt:
    .quad 0, 0x00CF9B000000FFFF, 0x00CF93000000FFFF
gdt_pointer:
    .word 23
    .long gdt
idt_pointer:
    .word 8 * 32 - 1
    .long IDT
