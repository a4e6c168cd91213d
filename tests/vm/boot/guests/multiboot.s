# SPDX-License-Identifier: Apache-2.0
# A Multiboot kernel: prints what the loader tells it, and the maker of the ACPI tables.
# With ADDRESSES it is a file without ELF headers, and its Multiboot header says where to load.
    .include "serial.inc"
    .set MAGIC, 0x1BADB002
    .ifdef ADDRESSES
    .set FLAGS, 0x10003
    .else
    .set FLAGS, 3
    .endif

    .code32
    .text
    .globl _start
_begin:
    .ascii "before the header\0\0\0"
header:
    .long MAGIC, FLAGS, -(MAGIC + FLAGS)
    .ifdef ADDRESSES
    .long header, _begin, _edata, _end, _start
    .endif

_start:
    cmpl $0x2BADB002, %eax
    jne fail
    cmpl $0, zeroed
    jne fail
    movl $stack, %esp
    pushl $0x12345678           # with the loader's segments: all of ESP counts
    cmpl $0x12345678, stack - 4
    jne fail
    popl %eax
    lgdt gdt_pointer
    ljmp $0x08, $1f
1:  movl $0x10, %eax
    movl %eax, %ds
    movl %eax, %es
    movl %eax, %ss
    movl %ebx, %ebp
    open_serial

    movl 64(%ebp), %esi         # the loader's name
    call print_line
    movl 16(%ebp), %esi         # the command line
    call print_line
    movl 8(%ebp), %eax          # KiB of high memory
    call print_hex

    movl 24(%ebp), %ebx         # modules
next_module:
    decl 20(%ebp)
    js map
    movl 8(%ebx), %esi
    call print_line
    movl (%ebx), %esi
    movl 4(%ebx), %ecx
    subl %esi, %ecx
    call print_bytes
    addl $16, %ebx
    jmp next_module

map:                            # the memory map: all entries' kinds
    movl 48(%ebp), %ebx
    movl 44(%ebp), %ecx
    addl %ebx, %ecx
next_entry:
    movb 20(%ebx), %al
    addb $'0', %al
    put_char
    addl (%ebx), %ebx
    addl $4, %ebx
    cmpl %ecx, %ebx
    jb next_entry
    call new_line

    movl $0xE0000, %ebx         # ACPI's root pointer
search:
    cmpl $0x20445352, (%ebx)
    je found
    addl $16, %ebx
    cmpl $0x100000, %ebx
    jb search
    finish 0x20
found:
    leal 9(%ebx), %esi
    movl $6, %ecx
    call print_bytes
    finish 0x10

fail:
    finish 0x30

print_line:
    lodsb
    testb %al, %al
    jz new_line
    put_char
    jmp print_line
print_bytes:
    jecxz new_line
    lodsb
    put_char
    decl %ecx
    jmp print_bytes
print_hex:
    movl $8, %ecx
    movl %eax, %esi
digit:
    roll $4, %esi
    movl %esi, %eax
    andl $15, %eax
    movb digits(%eax), %al
    put_char
    decl %ecx
    jnz digit
new_line:
    movb $'\n', %al
    put_char
    ret

    .data
digits: .ascii "0123456789abcdef"
    .balign 8
gdt:
    .quad 0
    .quad 0x00CF9B000000FFFF
    .quad 0x00CF93000000FFFF
gdt_pointer:
    .word . - gdt - 1
    .long gdt

    .bss
zeroed: .skip 4
    .balign 16
    .skip 4096
stack:
