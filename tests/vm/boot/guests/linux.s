# SPDX-License-Identifier: Apache-2.0
# What a boot loader sees of a Linux kernel: the setup header, and 64-bit code at 0x200.
# It prints its command line and its initial RAM disk, and checks the state it is entered in.
    .include "serial.inc"
    .include "linux.inc"

    movl %cs, %eax
    cmpl $0x10, %eax
    jne fail
    movl %ss, %eax
    cmpl $0x18, %eax
    jne fail
    movl %eax, %ds              # from the descriptor table
    movl %eax, %es
    cmpb $0xFF, 0x210(%rsi)     # type_of_loader
    jne fail
    movq 0x70(%rsi), %rbx       # acpi_rsdp_addr
    movabsq $0x2052545020445352, %rax
    cmpq %rax, (%rbx)
    jne fail
    movq %rsi, %rbp
    open_serial
    leaq protected(%rip), %rax  # where it was loaded
    shrl $20, %eax
    addb $'@', %al
    put_char
    movb 0x1E8(%rsi), %al       # e820_entries
    addb $'0', %al
    put_char
    movl 0x228(%rbp), %esi      # cmd_line_ptr
again:
    lodsb
    testb %al, %al
    jz disk
    put_char
    jmp again
disk:
    movl 0x218(%rbp), %esi      # ramdisk_image
    movl 0x21C(%rbp), %ecx
    jecxz done
byte:
    lodsb
    put_char
    decl %ecx
    jnz byte
done:
    movl $0xF0000, %edi         # a stack, and a far return within the segments
    pushq $0x10
    leaq over(%rip), %rax
    pushq %rax
    lretq
over:
    finish 0x10
fail:
    finish 0x30
    .balign 16
end:
