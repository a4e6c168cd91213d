# SPDX-License-Identifier: Apache-2.0
# 64-bit exceptions: every one is printed as vector, error code and distance of the stack, and gone
# on from behind the two bytes of the instruction; then the same from ring 3, and a system call.
    .include "serial.inc"
    .include "linux.inc"
    .set IDT, 0x200000
    .set STACK, 0x1F0000
    .set RING_0_STACK, 0x1E0000
    .set IST_STACK, 0x1D0000

    cld
    leaq gdt(%rip), %rax        # the descriptor tables know their places at run time only
    movq %rax, gdt_pointer+2(%rip)
    leaq task(%rip), %rax
    movw %ax, gdt+42(%rip)
    shrq $16, %rax
    movb %al, gdt+44(%rip)
    movb %ah, gdt+47(%rip)
    lgdt gdt_pointer(%rip)
    movq $STACK, %rsp
    pushq $0x08
    leaq 1f(%rip), %rax
    pushq %rax
    lretq
1:  movl $0x10, %eax
    movl %eax, %ds
    movl %eax, %es
    movl %eax, %ss
    movl $0x28, %eax
    ltr %ax
    open_serial
    leaq handlers(%rip), %rsi
    movl $IDT, %edi
    movl $33, %ecx
2:  movq %rsi, %rax             # an interrupt gate for each handler, of 16 bytes, open to ring 3
    movw %ax, (%rdi)
    movw $0x08, 2(%rdi)
    movw $0xEE00, 4(%rdi)
    shrq $16, %rax
    movw %ax, 6(%rdi)
    shrq $16, %rax
    movl %eax, 8(%rdi)
    movl $0, 12(%rdi)
    addq $16, %rsi
    addq $16, %rdi
    loop 2b
    movb $1, IDT + 16 * 14 + 4  # page faults have a stack of their own
    lidt idt_pointer(%rip)

    call faults
    movl $0xC0000080, %ecx      # EFER: SYSCALL
    rdmsr
    orl $1, %eax
    wrmsr
    movl $0xC0000081, %ecx      # STAR: selectors
    xorl %eax, %eax
    movl $0x00130008, %edx
    wrmsr
    movl $0xC0000082, %ecx      # LSTAR: the entry
    leaq system_call(%rip), %rax
    movq %rax, %rdx
    shrq $32, %rdx
    wrmsr
    movl $0xC0000084, %ecx      # SFMASK: the direction flag
    movl $0x400, %eax
    xorl %edx, %edx
    wrmsr
    pushq $0x1B                 # ring 3
    pushq $STACK
    pushfq
    orl $0x3000, (%rsp)         # ports as well
    pushq $0x23
    leaq user(%rip), %rax
    pushq %rax
    iretq
user:
    call faults
    int $32
    std
    syscall
returned:
    pushfq
    popq %rax
    cld
    andl $0x3400, %eax
    call hex                    # the flags of before: ports, direction
    movl %cs, %eax
    call hex
    finish 0x10

# The registers that SYSCALL sets: %rcx is to be where the user goes on.
system_call:
    pushfq
    popq %rax
    andl $0x400, %eax
    call hex
    leaq returned(%rip), %rax
    subq %rcx, %rax
    call hex
    movl %cs, %eax
    call hex
    movl %ss, %eax
    call hex
    sysretq

faults:
    movl $2, %ecx               # twice: the second is no double fault
3:  xorl %ebx, %ebx
    divl %ebx
    loop 3b
    ud2
    movl $0x1238, %eax
    movl %eax, %ds              # beyond the table: #GP
    movabsq $0xFFFF8000DEAD1000, %rbx
    movl %eax, (%rbx)           # #PF
    movb $'\n', %al
    put_char
    ret

# %rax, in sixteen digits.
hex:
    pushq %rcx
    movl $16, %ecx
5:  rolq $4, %rax
    pushq %rax
    andl $15, %eax
    addb $'0', %al
    cmpb $'9', %al
    jbe 6f
    addb $39, %al
6:  put_char
    popq %rax
    loop 5b
    movb $' ', %al
    put_char
    popq %rcx
    ret

    .balign 16
handlers:
    .set vector, 0
    .rept 33
    .balign 16
    .if vector != 8 && (vector < 10 || vector > 14)
    pushq $0
    .endif
    pushq $vector
    jmp common
    .set vector, vector + 1
    .endr
    .balign 16

# On the stack: vector, error code, RIP, CS, RFLAGS, RSP, SS.
common:
    pushq %rax
    pushq %rdx
    leaq 72(%rsp), %rdx         # where the frame began
    pushq %rdx
    movq 24(%rsp), %rax
    call hex
    movq 32(%rsp), %rax
    call hex
    popq %rax
    call hex
    cmpq $14, 16(%rsp)
    jne 7f
    movq %cr2, %rax
    call hex
7:  cmpq $32, 16(%rsp)
    je 8f
    addq $2, 32(%rsp)
8:  popq %rdx
    popq %rax
    addq $16, %rsp
    iretq

    .balign 8
gdt:
    .quad 0, 0x00AF9B000000FFFF, 0x00CF93000000FFFF, 0x00CFF3000000FFFF, 0x00AFFB000000FFFF
    .quad 0x0000890000000067, 0
gdt_pointer:
    .word 55
    .quad 0
idt_pointer:
    .word 16 * 33 - 1
    .quad IDT
task:
    .long 0
    .quad RING_0_STACK, 0, 0, 0, IST_STACK
    .zero 0x68 - 0x2C
    .balign 16
end:
