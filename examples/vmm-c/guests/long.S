/* SPDX-License-Identifier: Apache-2.0 */
/* 64-bit: PCI configuration, the I/O APIC with interrupts of PIT and UART, and the doorbell. */
#include "long.h"

	.set TICKS, 0x600
	.set SENT, 0x608
	.set WANTED, 20
	.set PIT_VECTOR, 0x41
	.set UART_VECTOR, 0x31
	.set RELOAD, 2386 /* 500 Hz */
	.set ACPI, 0x80000b00
	.set QUEUE, 3

	.text
	.code16
start:
	protected_mode
	make_page_tables
	long_mode
	movl $STACK, %esp
	movq $0, TICKS
	movq $0, SENT

	/* The first 16 words of three functions, and of one that is not there. */
	movl $0x80000000, %ebp
functions:
	say text_pci
	movl %ebp, %eax
	call hex
words:
	testl $0x1f, %ebp
	jnz same_line
	say text_line
same_line:
	say text_space
	movl %ebp, %eax
	call read_config
	call hex
	addl $4, %ebp
	testl $0x3f, %ebp
	jnz words
	say text_line
	subl $0x40, %ebp
	cmpl $0x80000000, %ebp
	movl $0x80000800, %eax
	je next_function
	cmpl $0x80000800, %ebp
	movl $ACPI, %eax
	je next_function
	cmpl $ACPI, %ebp
	movl $0x80001000, %eax
	jne configuration_written
next_function:
	movl %eax, %ebp
	jmp functions

configuration_written:
	/* What may be written is, in any size; the rest stays. */
	say text_written
	movl $(ACPI + 0x3c), %eax
	movl $0xffffff55, %ebx
	call write_config
	movl $(ACPI + 0x44), %eax
	movl $0x12345678, %ebx
	call write_config
	movl $(CONFIG_DATA + 1), %edx
	movb $0xab, %al
	outb %al, %dx
	movl $(CONFIG_DATA + 2), %edx
	movw $0xcdef, %ax
	outw %ax, %dx
	movl $(ACPI + 0x3c), %eax
	call read_config
	call hex
	say text_space
	movl $(ACPI + 0x44), %eax
	call read_config
	call hex
	say text_space
	movl $(CONFIG_DATA + 2), %edx
	xorl %eax, %eax
	inw %dx, %ax
	shll $8, %eax
	movl $(CONFIG_DATA + 1), %edx
	inb %dx, %al
	call hex

	/* I/O APIC: version, ID, and an entry that is masked and unmasked. */
	say text_ioapic
	movl $1, (%r14)
	movl 0x10(%r14), %eax
	call hex
	say text_space
	movl $0, (%r14)
	movl $0xffffffff, 0x10(%r14)
	movl 0x10(%r14), %eax
	call hex
	say text_space
	movl $(0x10 + 2 * 10), (%r14)
	movl $0xfffe5050, 0x10(%r14) /* without what software may not set; unmasked */
	movl 0x10(%r14), %eax
	call hex
	say text_space
	orl $0x10000, 0x10(%r14)
	movl 0x10(%r14), %eax
	call hex

	/* The PIT's interrupt: edges at pin 2. */
	gate PIT_VECTOR, on_tick
	gate UART_VECTOR, on_sent
	lidt idt_pointer
	movl $0x1ff, 0xf0(%r15)
	movl $(0x10 + 2 * PIT_PIN + 1), (%r14)
	movl $0, 0x10(%r14)
	movl $(0x10 + 2 * PIT_PIN), (%r14)
	movl $PIT_VECTOR, 0x10(%r14)
	send 0x34, 0x43
	send (RELOAD & 255), 0x40
	send (RELOAD >> 8), 0x40
ticks:
	wait_for_interrupt
	cmpl $WANTED, TICKS
	jb ticks
	send 0x30, 0x43 /* mode 0, and no count: no more of them */
	take_interrupts
	say text_ticks

	/* The UART's: a level at pin 4, up until IIR has been read. */
	movl $(0x10 + 2 * UART_PIN), (%r14)
	movl $(UART_VECTOR | 0x8000), 0x10(%r14)
	movl $(UART + 1), %edx
	movb $2, %al
	outb %al, %dx
sent:
	wait_for_interrupt
	cmpl $0, SENT
	je sent
	movb $0, %al
	movl $(UART + 1), %edx
	outb %al, %dx
	say text_sent
	movl SENT, %eax
	call hex
	say text_space
served: /* Remote IRR: gone with the EOI */
	take_interrupts
	movl 0x10(%r14), %eax
	testl $0x4000, %eax
	jnz served
	call hex

	/* The doorbell: not heard before the device is ready; then the consumer is woken. */
	say text_doorbell
	movl $QUEUE, 0x50(%r13)
	movl $1, (%r13)
	movl $5, %ebp
rings:
	movl $QUEUE, 0x50(%r13)
asleep:
	movl 0x10(%r13), %eax
	btl $QUEUE, %eax
	jnc asleep
	decl %ebp
	jnz rings
	movl $99, 0x50(%r13)
	movl (%r13), %eax
	call hex
	say text_space
	movl 0x20 + 4 * QUEUE(%r13), %eax
	call hex
	say text_space
	movl 0x10(%r13), %eax
	call hex
	say text_line
	end_run $0

	.balign 16
on_tick:
	pushq %rax
	incl TICKS
	eoi
	popq %rax
	interrupt_return

	count_sent

	text text_pci, "pci "
	text text_line, "\n"
	text text_space, " "
	text text_written, "pci: written "
	text text_ioapic, "\nioapic: "
	text text_ticks, "\npit: 20 interrupts"
	text text_sent, "\nuart: an interrupt for IIR "
	text text_doorbell, "\ndoorbell: ready, rings, asleep: "
