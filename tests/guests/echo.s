# SPDX-License-Identifier: Apache-2.0
# 16-bit: sends back what the serial port receives, by interrupts; Ctrl-D ends the run, and Ctrl-P
# makes it deaf for some time: the FIFO fills.
    .include "guest.inc"

    .set UART, 0x3F8
    .set VECTOR, 0x24

# A byte to a port.
.macro put port, value
    movw $\port, %dx
    movb $\value, %al
    outb %al, %dx
.endm

start:
    real_mode
    movw $(handler - ROM), 4 * VECTOR
    movw $(ROM >> 4), 4 * VECTOR + 2
    put 0x20, 0x11 # ICW1: edges, a cascade, ICW4 follows
    put 0x21, 0x20
    put 0x21, 4
    put 0x21, 1
    put 0x21, 0xEF # all but input 4
    put UART + 3, 3 # 8 bits
    put UART + 2, 0x81 # FIFOs, which interrupt from 8 characters on, or after a time
    put UART + 1, 1
    movw $(greeting - ROM), %si
1:  movb %cs:(%si), %al
    incw %si
    testb %al, %al
    jz 2f
    movw $UART, %dx
    outb %al, %dx
    jmp 1b
2:  sti
    hlt
    jmp 2b

handler:
    pushw %ax
    pushw %dx
    pushw %cx
3:  movw $(UART + 5), %dx
    inb %dx, %al
    testb $1, %al
    jz 5f
    movw $UART, %dx
    inb %dx, %al
    cmpb $4, %al
    je end
    cmpb $16, %al
    je deaf
    outb %al, %dx
    jmp 3b
deaf:
    movl $0x2000000, %ecx
4:  decl %ecx
    jnz 4b
    jmp 3b
5:  movb $0x20, %al
    outb %al, $0x20
    popw %cx
    popw %dx
    popw %ax
    iretw

end:
    movb $16, %al
    outb %al, $0xF4
    jmp .

greeting:
    .asciz "ready\r\n"
