/* SPDX-License-Identifier: Apache-2.0 */
/* What all guests share. Their code runs where the ROM shows below 1 MiB; labels are linear
 * addresses, so real-mode code writes `label - ROM`. */

	.set ROM, 0xf0000
	.set UART, 0x3f8
	.set PIT, 0x40
	.set PM_TIMER, 0xb008
	.set DEBUG_EXIT, 0xf4

	.section .reset, "ax"
	.code16
	ljmp $(ROM >> 4), $(start - ROM)

	.text

/* The end of the run, with a status: 0, or what has failed. */
.macro end_run status
	movl \status, %eax
	movw $DEBUG_EXIT, %dx
	outl %eax, %dx
99:	jmp 99b
.endm

.macro send value, port
	movb $\value, %al
	outb %al, $\port
.endm
