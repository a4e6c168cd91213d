/* SPDX-License-Identifier: Apache-2.0 */
/* Real mode: UART, PM timer and PIT, by their data sheets. Prints what it has found. */
#include "pc.h"

	.set READS, 1000

.macro say text
	movw $(\text - ROM), %si
	call print
.endm

	.code16
start:
	cli
	cld
	xorw %ax, %ax
	movw %ax, %ss
	movw $0x8000, %sp
	movw %ax, %ds

	/* UART: 115,200 baud as the divisor says it, 8 bits, no interrupt. */
	movw $(UART + 3), %dx
	movb $0x83, %al
	outb %al, %dx
	movw $UART, %dx
	movb $1, %al
	outb %al, %dx
	inb %dx, %al
	movb %al, %bl
	movw $(UART + 3), %dx
	movb $0x03, %al
	outb %al, %dx
	say text_divisor
	movb %bl, %al
	call hex
	say text_registers
	movw $(UART + 1), %dx /* IER to SCR as they read */
registers:
	movb $' ', %al
	call putc
	inb %dx, %al
	call hex
	incw %dx
	cmpw $(UART + 8), %dx
	jne registers

	/* The PM timer never goes back: differences of 24 bits, none of the last eighth. */
	movw $PM_TIMER, %dx
	inl %dx, %eax
	movl %eax, %ebx
	movw $READS, %cx
timer:
	inl %dx, %eax
	movl %eax, %esi
	subl %ebx, %eax
	andl $0xffffff, %eax
	cmpl $0xe00000, %eax
	jae timer_failed
	movl %esi, %ebx
	loop timer
	say text_timer
	movw $(PM_TIMER + 3), %dx /* its uppermost byte, which is not there: the model answers */
	inb %dx, %al
	call hex

	/* PIT, counter 0 in mode 2 of the longest period: three PM ticks for each of its own. */
	send 0x34, 0x43
	send 0x00, 0x40
	send 0x00, 0x40
	movw $200, %cx
agree:
	movw $PM_TIMER, %dx
	inl %dx, %eax
	movl %eax, %ebx
	call latched
	movw %ax, %bp
	call latched
	subw %ax, %bp /* it counts down */
	inl %dx, %eax
	subl %ebx, %eax
	andl $0xffffff, %eax
	movzwl %bp, %esi
	leal (%esi, %esi, 2), %esi
	subl $6, %esi /* both counters are between two ticks */
	cmpl %eax, %esi
	jg pit_failed
	loop agree
	say text_agree

	/* Counter 1 in mode 3 counts in steps of two; what is latched stays. */
	send 0x76, 0x43
	send 0x10, 0x41
	send 0x27, 0x41
	movw $50, %cx
steps:
	send 0x40, 0x43
	send 0x40, 0x43
	inb $0x41, %al
	testb $1, %al
	jnz pit_failed
	inb $0x41, %al
	cmpb $0x27, %al
	ja pit_failed
	loop steps
	say text_modes
	end_run $0

timer_failed:
	say text_timer_failed
	end_run $1
pit_failed:
	say text_pit_failed
	end_run $2

/* AX: the count of counter 0. */
latched:
	send 0x00, 0x43
	inb $0x40, %al
	movb %al, %ah
	inb $0x40, %al
	xchgb %al, %ah
	ret

/* AL as two digits. */
hex:
	pushw %ax
	shrb $4, %al
	call digit
	popw %ax
	andb $15, %al
digit:
	addb $'0', %al
	cmpb $'9', %al
	jbe putc
	addb $('a' - '9' - 1), %al
putc:
	pushw %dx
	pushw %ax
	movw $(UART + 5), %dx
ready:
	inb %dx, %al
	testb $0x20, %al
	jz ready
	popw %ax
	movw $UART, %dx
	outb %al, %dx
	popw %dx
	ret

/* The text at SI. */
print:
	movb %cs:(%si), %al
	incw %si
	testb %al, %al
	jz printed
	call putc
	jmp print
printed:
	ret

text_divisor:
	.asciz "uart: divisor "
text_registers:
	.asciz ", registers"
text_timer:
	.asciz "\npm timer: 1000 reads, never back, upper byte "
text_agree:
	.asciz "\npit: counter 0 agrees with the pm timer"
text_modes:
	.asciz "\npit: counter 1 counts in steps of two\n"
text_timer_failed:
	.asciz "\npm timer: went back\n"
text_pit_failed:
	.asciz "\npit: a count that cannot be\n"
