# SPDX-License-Identifier: Apache-2.0
# What a boot loader sees of a Linux kernel: the setup header, and 64-bit code at 0x200.
# It prints its command line and its initial RAM disk, and checks the state it is entered in.
    .include "serial.inc"
    .ifndef VERSION
    .set VERSION, 0x20F
    .endif
    .ifndef XLOADFLAGS
    .set XLOADFLAGS, 1
    .endif

    .org 0x1F1
    .byte 1                     # setup_sects
    .word 0
    .long (end - protected) / 16 # syssize
    .org 0x1FE
    .word 0xAA55
    .byte 0xEB, 0x6A            # a jump, over the header
    .ascii "HdrS"
    .word VERSION
    .org 0x211
    .byte 1                     # loadflags
    .org 0x22C
    .long 0x7FFFFFFF            # initrd_addr_max
    .long 0x200000              # kernel_alignment
    .byte 1, 21                 # relocatable_kernel, min_alignment
    .word XLOADFLAGS
    .long 63                    # cmdline_size
    .org 0x258
    .quad 0x1000000             # pref_address
    .long 0x100000              # init_size

    .org 0x400
protected:
    .org 0x600
    .code64
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
