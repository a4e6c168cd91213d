# SPDX-License-Identifier: Apache-2.0
# The first process of a Linux system: it prints, sleeps, and ends the machine's run with the
# number of bytes printed.
    .globl _start
_start:
    movl $1, %eax               # write
    movl $1, %edi
    leaq message(%rip), %rsi
    movl $(end - message), %edx
    syscall
    movl %eax, %ebx
    movl $35, %eax              # nanosleep, until it has been printed
    leaq time(%rip), %rdi
    xorl %esi, %esi
    syscall
    movl $172, %eax             # iopl
    movl $3, %edi
    syscall
    movl %ebx, %eax
    outl %eax, $0xF4
1:  jmp 1b
message:
    .ascii "hello from user space\n"
end:
time:
    .quad 1, 0
