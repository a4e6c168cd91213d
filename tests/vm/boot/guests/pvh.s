# SPDX-License-Identifier: Apache-2.0
# A kernel with a PVH entry point (XEN_ELFNOTE_PHYS32_ENTRY): prints its command line and modules,
# and the kinds of its memory. Its ELF entry point is another one, which fails.
    .include "serial.inc"

    .section .note, "a", @note
    .long 4, 8, 18
    .ascii "Xen\0"
    .long pvh_start, 0

    .text
    .code32
    .globl _start
_start:
    finish 0x30

pvh_start:
    movl $stack, %esp
    pushl $0x12345678           # with the loader's segments: all of ESP counts
    cmpl $0x12345678, stack - 4
    jne _start
    cmpl $0x336EC578, (%ebx)    # magic, version
    jne _start
    cmpl $1, 4(%ebx)
    jne _start
    open_serial
    movl 24(%ebx), %esi         # cmdline_paddr
    call print_text
    movl 16(%ebx), %ebp         # modlist_paddr
    movl 12(%ebx), %edi         # nr_modules
next_module:
    decl %edi
    js map
    movl 16(%ebp), %esi
    call print_text
    movl (%ebp), %esi
    movl 8(%ebp), %ecx
1:  lodsb
    put_char
    decl %ecx
    jnz 1b
    addl $32, %ebp
    jmp next_module
map:
    movl 40(%ebx), %ebp         # memmap_paddr
    movl 48(%ebx), %edi         # memmap_entries
2:  movb 16(%ebp), %al
    addb $'0', %al
    put_char
    addl $24, %ebp
    decl %edi
    jnz 2b
    movl 32(%ebx), %ebp         # rsdp_paddr
    testl %ebp, %ebp
    jz no_tables
    cmpl $0x20445352, (%ebp)
    jne _start
    finish 0x10
no_tables:
    finish 0x20

print_text:
    lodsb
    put_char
    testb %al, %al
    jnz print_text
    ret

    .bss
    .skip 4096
stack:
