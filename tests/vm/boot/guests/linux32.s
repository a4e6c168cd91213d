# SPDX-License-Identifier: Apache-2.0
# A Linux kernel without a 64-bit entry point: it prints its command line, and checks the state that
# it is entered in.
    .set XLOADFLAGS, 0
    .include "serial.inc"
    .include "linux.inc"

    movl %cs, %eax
    cmpl $0x10, %eax
    jne fail
    movl %ds, %eax
    cmpl $0x18, %eax
    jne fail
    orl %ebx, %ebp              # all zero, as boot.rst has it
    orl %edi, %ebp
    jnz fail
    leal 0x1000(%esi), %esp     # the end of boot_params: a stack
    pushl $0x12345678           # with the loader's segments: all of ESP counts
    cmpl $0x12345678, 0xFFC(%esi)
    jne fail
    cmpb $0xFF, 0x210(%esi)     # type_of_loader
    jne fail
    open_serial
    movl 0x228(%esi), %esi      # cmd_line_ptr
again:
    lodsb
    testb %al, %al
    jz done
    put_char
    jmp again
done:
    finish 0x10
fail:
    finish 0x30
    .balign 16
end:
