/* SPDX-License-Identifier: Apache-2.0 */
/*
 * 64-bit, on any number of CPUs: accesses of all devices without end, each held against what the
 * guest has written or read before. It is what a VM is saved and restored under. CPU 0 ends when it
 * is sent a character; other CPUs read the PM timer and ring a queue each.
 */
#include "long.h"

	.set PIT_VECTOR, 0x41
	.set UART_VECTOR, 0x31
	.set RELOAD, 2386 /* 500 Hz */
	.set SCRATCH, 0x80000b44 /* a word of the ACPI function that does nothing */
	.set PIN, 10 /* of the I/O APIC, with nothing on it */

	/* What the guest remembers, in RAM. */
	.set TICKS, 0x600
	.set SENT, 0x608
	.set CPUS, 0x610 /* how many others there are */
	.set FAILED, 0x618 /* what another one has found */
	.set SUM, 0x620 /* of the block */
	.set BLOCK, 0x40000
	.set WORDS, 0x400

	.set PEER, 0x2000 /* from ROM on: start-up messages name whole pages */
	.set INIT_OTHERS, 0xc4500
	.set START_OTHERS, 0xc4600 + ((ROM + PEER) >> 12)

	.text
	.code16
start:
	protected_mode
	make_page_tables
	long_mode
	movl $STACK, %esp
	movq $0, TICKS
	movq $0, SENT
	movq $0, CPUS
	movq $0, FAILED
	movq $0, SUM
	movl $BLOCK, %edi
	xorl %eax, %eax
	movl $WORDS, %ecx
	rep stosq

	/* The UART's interrupt waits at the local APIC to the end: its line is up, its message sent,
	 * and its priority too low. */
	gate PIT_VECTOR, on_tick
	gate UART_VECTOR, on_sent
	lidt idt_pointer
	movl $0x1ff, 0xf0(%r15)
	movl $0x3f, 0x80(%r15)
	movl $(0x10 + 2 * UART_PIN), (%r14)
	movl $(UART_VECTOR | 0x8000), 0x10(%r14)
	movl $(UART + 1), %edx
	movb $2, %al
	outb %al, %dx

	/* Edges of the PIT at pin 2, which are of a higher priority. */
	movl $(0x10 + 2 * PIT_PIN), (%r14)
	movl $PIT_VECTOR, 0x10(%r14)
	send 0x34, 0x43
	send (RELOAD & 255), 0x40
	send (RELOAD >> 8), 0x40
	movl $1, (%r13)
	movl $INIT_OTHERS, 0x300(%r15)
	movl $START_OTHERS, 0x300(%r15)
	movl $START_OTHERS, 0x300(%r15)

	/* EBP: the round. R12: the PM timer, as it was read last. */
	xorl %ebp, %ebp
	movl $SCRATCH, %eax
	xorl %ebx, %ebx
	call write_config
	movl $(0x10 + 2 * PIN + 1), (%r14)
	movl $0, 0x10(%r14)
	movl $PM_TIMER, %edx
	inl %dx, %eax
	movl %eax, %r12d

round:
	movl $1, %r8d /* which check: what the run ends with if it fails */
	call check_timer
	incl %r8d
	call check_pit
	incl %r8d
	call check_config
	incl %r8d
	call check_ioapic
	incl %r8d
	movl $0, %r9d
	call check_doorbell
	incl %r8d
	call check_memory
	incl %r8d
	call check_line
	take_interrupts
	cmpq $0, FAILED
	jne other_failed
	incl %ebp
	movl $(UART + 5), %edx
	inb %dx, %al
	testb $1, %al
	jz round

	/* The last round: the interrupts of both kinds still come. */
	movl TICKS, %ebx
one_more:
	wait_for_interrupt
	cmpl TICKS, %ebx
	je one_more
	movl $8, %r8d
	cmpq $0, SENT
	jne failed
	movl $0, 0x80(%r15)
	movl $500, %ecx /* ticks */
waiting:
	wait_for_interrupt
	decl %ecx
	jz failed
	cmpq $0, SENT
	je waiting
	incl %r8d
	cmpl $0x102, SENT /* once, and IIR said why */
	jne failed
	incl %r8d
	movl $(0x10 + 2 * UART_PIN), (%r14)
	movl $500, %ecx
served:
	wait_for_interrupt
	decl %ecx
	jz failed
	testl $0x4000, 0x10(%r14)
	jnz served
	say text_well
	movl CPUS, %eax
	call hex
	say text_line
	end_run $0

other_failed:
	movl FAILED, %r8d
failed:
	say text_failed
	movl %r8d, %eax
	call hex
	say text_line
	end_run %r8d

/* It never goes back: by 24 bits, of whose circle half a second is left for that. */
check_timer:
	movl $PM_TIMER, %edx
	inl %dx, %eax
	movl %eax, %ebx
	subl %r12d, %eax
	andl $0xffffff, %eax
	cmpl $0xe00000, %eax
	jae failed
	movl %ebx, %r12d
	ret

/* A count of 1 to RELOAD, and the counter goes round. */
check_pit:
	send 0x00, 0x43
	inb $0x40, %al
	movzbl %al, %ebx
	inb $0x40, %al
	movzbl %al, %eax
	shll $8, %eax
	orl %ebx, %eax
	decl %eax
	cmpl $RELOAD, %eax
	jae failed
	ret

/* The word holds the last round; then it holds this one. */
check_config:
	movl $SCRATCH, %eax
	call read_config
	cmpl %ebp, %eax
	jne failed
	leal 1(%rbp), %ebx
	movl $SCRATCH, %eax
	call write_config
	ret

/* The same of an entry's destination; and its mask, which the filter takes. */
check_ioapic:
	movl %ebp, %ebx
	shll $24, %ebx
	movl $(0x10 + 2 * PIN + 1), (%r14)
	cmpl 0x10(%r14), %ebx
	jne failed
	addl $0x1000000, %ebx
	movl %ebx, 0x10(%r14)
	movl $(0x10 + 2 * PIN), (%r14)
	movl %ebp, %ebx
	andl $1, %ebx
	shll $16, %ebx
	movl %ebx, 0x10(%r14)
	cmpl 0x10(%r14), %ebx
	jne failed
	ret

/* Every 16 rounds queue R9 is rung, which was so before, and its consumer wakes up. */
check_doorbell:
	testl $15, %ebp
	jnz rung
	movl %ebp, %eax
	shrl $4, %eax
	cmpl %eax, 0x20(%r13, %r9, 4)
	jne failed_here
	movl %r9d, 0x50(%r13)
	movl $10000000, %ecx
asleep:
	decl %ecx
	jz failed_here
	movl 0x10(%r13), %eax
	btl %r9d, %eax
	jnc asleep
rung:
	ret

/* A word more in the block, and its sum every 64 rounds. */
check_memory:
	movl %ebp, %ebx
	andl $(WORDS - 1), %ebx
	movq BLOCK(, %rbx, 8), %rax
	subq %rax, SUM
	imulq $0x01000193, %rbp, %rax
	xorq %r12, %rax
	movq %rax, BLOCK(, %rbx, 8)
	addq %rax, SUM
	testl $63, %ebp
	jnz summed
	xorl %eax, %eax
	movl $WORDS, %ecx
sum:
	addq BLOCK - 8(, %rcx, 8), %rax
	decl %ecx
	jnz sum
	cmpq %rax, SUM
	jne failed
summed:
	ret

/* The UART's message has been sent, and is not served: Remote IRR. */
check_line:
	movl $(0x10 + 2 * UART_PIN), (%r14)
	testl $0x4000, 0x10(%r14)
	jz failed
	ret

	.balign 16
on_tick:
	incl TICKS
	eoi
	interrupt_return

	count_sent

	text text_line, "\n"
	text text_well, "traffic: nothing lost; other cpus: "
	text text_failed, "traffic: failed check "

	/* The other CPUs. Only the PM timer and their own queue is theirs. */
	.org PEER
	.code16
	ljmp $(ROM >> 4), $(peer - ROM)
peer:
	protected_mode
	long_mode
	movl $1, %ebx
	lock xaddl %ebx, CPUS
	incl %ebx /* the number of this one, and of its queue */
	imull $-0x400, %ebx, %esp
	addl $STACK, %esp
	movl %ebx, %r9d
	xorl %ebp, %ebp
	movl $PM_TIMER, %edx
	inl %dx, %eax
	movl %eax, %r12d
peer_round:
	movl $0x11, %r8d
	call check_timer_here
	incl %r8d
	call check_doorbell
	incl %ebp
	jmp peer_round

check_timer_here:
	movl $PM_TIMER, %edx
	inl %dx, %eax
	movl %eax, %ebx
	subl %r12d, %eax
	andl $0xffffff, %eax
	cmpl $0xe00000, %eax
	jae failed_here
	movl %ebx, %r12d
	ret

/* Of CPU 0 or another: only CPU 0 speaks. */
failed_here:
	cmpl $0x10, %r8d
	jb failed
	movl %r8d, FAILED
8:	hlt
	jmp 8b
