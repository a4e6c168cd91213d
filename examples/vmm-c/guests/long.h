/* SPDX-License-Identifier: Apache-2.0 */
/* 64-bit guests: the way there, interrupts, and text on the serial port. */
#include "pc.h"

	.set PAGE_TABLES, 0x10000
	.set IDT, 0x3000
	.set STACK, 0x8000 /* of CPU 0; those of others are below */
	.set EFER, 0xc0000080
	.set CODE32, 0x08
	.set DATA, 0x10
	.set CODE64, 0x18

	.set CONFIG_ADDRESS, 0xcf8
	.set CONFIG_DATA, 0xcfc

	.set PIT_PIN, 2
	.set UART_PIN, 4

/* From real mode to flat 32-bit code. */
.macro protected_mode
	cli
	cld
	lgdtl %cs:(gdt_pointer - ROM)
	movl %cr0, %eax
	orl $1, %eax
	movl %eax, %cr0
	ljmpl $CODE32, $8f
	.code32
8:	movl $DATA, %eax
	movl %eax, %ds
	movl %eax, %es
	movl %eax, %ss
.endm

/* The first 4 GiB where they are, in pages of 2 MiB. */
.macro make_page_tables
	movl $PAGE_TABLES, %edi
	xorl %eax, %eax
	movl $0x800, %ecx
	rep stosl
	movl $(PAGE_TABLES + 0x1000 + 3), PAGE_TABLES
	movl $(PAGE_TABLES + 0x2000 + 3), PAGE_TABLES + 0x1000
	movl $(PAGE_TABLES + 0x3000 + 3), PAGE_TABLES + 0x1008
	movl $(PAGE_TABLES + 0x4000 + 3), PAGE_TABLES + 0x1010
	movl $(PAGE_TABLES + 0x5000 + 3), PAGE_TABLES + 0x1018
	movl $(PAGE_TABLES + 0x2000), %edi
	movl $0x83, %eax
7:	movl %eax, (%edi)
	movl $0, 4(%edi)
	addl $8, %edi
	addl $0x200000, %eax
	cmpl $(PAGE_TABLES + 0x6000), %edi
	jne 7b
.endm

/* From flat 32-bit code to 64-bit code: R13 is the doorbell's base from then on, R14 the I/O APIC's,
 * R15 the local APIC's. */
.macro long_mode
	movl $PAGE_TABLES, %eax
	movl %eax, %cr3
	movl %cr4, %eax
	orl $0x20, %eax
	movl %eax, %cr4
	movl $EFER, %ecx
	rdmsr
	orl $0x100, %eax
	wrmsr
	movl %cr0, %eax
	orl $0x80000000, %eax
	movl %eax, %cr0
	ljmpl $CODE64, $6f
	.code64
6:	movl $0xd0000000, %r13d
	movl $0xfec00000, %r14d
	movl $0xfee00000, %r15d
.endm

/* Vector `vector` leads to `handler`. */
.macro gate vector, handler
	movl $\handler, %eax
	movw %ax, IDT + 16 * \vector
	movw $CODE64, IDT + 16 * \vector + 2
	movw $0x8e00, IDT + 16 * \vector + 4
	shrl $16, %eax
	movw %ax, IDT + 16 * \vector + 6
	movq $0, IDT + 16 * \vector + 8
.endm

/* Interrupts are taken here only, with an aligned stack, and handlers leave them off: a return
 * by `lretq` is then enough. */
.macro take_interrupts
	sti
	nop
	cli
.endm

.macro wait_for_interrupt
	subq $8, %rsp
	call halt
	addq $8, %rsp
.endm

/* One that came between STI and HLT, as it may on an emulated CPU, is not waited for again. */
.macro interrupt_return
	cmpq $halted, (%rsp)
	jne 4f
	incq (%rsp)
4:	lretq $24
.endm

.macro eoi
	movl $0, 0xb0(%r15)
.endm

/* on_sent, the handler of the UART's interrupt, counts at SENT. A level-triggered one may come once
 * more than it is needed: some KVMs end it as they deliver it, when the line is still up. */
.macro count_sent
	.balign 16
on_sent:
	pushq %rax
	pushq %rdx
	movl $(UART + 2), %edx
	xorl %eax, %eax
	inb %dx, %al
	cmpb $2, %al
	jne not_sent
	addl $0x102, SENT
not_sent:
	eoi
	popq %rdx
	popq %rax
	interrupt_return
.endm

/* ESI's text. */
.macro say text
	movl $\text, %esi
	call print
.endm

	.balign 8
gdt:
	.quad 0
	.quad 0x00cf9b000000ffff
	.quad 0x00cf93000000ffff
	.quad 0x00af9b000000ffff
gdt_pointer:
	.word . - gdt - 1
	.long gdt
idt_pointer:
	.word 16 * 256 - 1
	.quad IDT

	.code64
halt:
	sti
halted:
	hlt
	cli
	ret

/* The text at ESI, its length before it: by one `rep outsb`. */
print:
	movzbl (%rsi), %ecx
	incl %esi
	movl $UART, %edx
	rep outsb
	ret

/* EAX as eight digits. */
hex:
	movl %eax, %ebx
	movl $8, %ecx
5:	roll $4, %ebx
	movl %ebx, %eax
	andl $15, %eax
	movb digits(%rax), %al
	movl $UART, %edx
	outb %al, %dx
	decl %ecx
	jnz 5b
	ret

/* EAX: the word at address EAX of PCI configuration space. */
read_config:
	movl $CONFIG_ADDRESS, %edx
	outl %eax, %dx
	movl $CONFIG_DATA, %edx
	inl %dx, %eax
	ret

/* EBX goes to the word at address EAX. */
write_config:
	movl $CONFIG_ADDRESS, %edx
	outl %eax, %dx
	movl %ebx, %eax
	movl $CONFIG_DATA, %edx
	outl %eax, %dx
	ret

digits:
	.ascii "0123456789abcdef"

.macro text name, words
\name:
	.byte 9f - . - 1
	.ascii "\words"
9:
.endm
