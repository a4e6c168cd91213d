/* SPDX-License-Identifier: Apache-2.0 */
/*
 * UART: a 16550A at port 0x3f8, whose line is standard output and input. The filter answers reads
 * without a side effect; this model does those, too, and moves the data. It drives input 4.
 *
 * Not modelled: the FIFOs (FCR is ignored, as in an 8250), loopback, modem inputs, errors.
 */
#include "uart.h"

#include <unistd.h>

#include "vm.h"

#define PIN 4
#define DLAB 0x80
#define IER_RDA 1
#define IER_THRE 2
#define IIR_NONE 1
#define IIR_THRE 2
#define IIR_RDA 4
#define LSR_DR 1
#define LSR_IDLE 0x60

static const struct lightexit_uart_state defaults = LIGHTEXIT_UART_STATE_DEFAULTS;
static const struct lightexit_filter filter = UART_REGION_0_FILTER;

/* LSR, IIR and the line follow from the rest. */
static void settle(struct lightexit_uart_state *state)
{
	state->lsr = LSR_IDLE | (state->count ? LSR_DR : 0);
	if (state->ier & IER_RDA && state->count)
		state->iir = IIR_RDA;
	else if (state->ier & IER_THRE && state->thre_pending)
		state->iir = IIR_THRE;
	else
		state->iir = IIR_NONE;
	ioapic_set_line(PIN, state->iir != IIR_NONE);
}

/* The character leaves at once: the line falls, and rises again. */
static void transmit(struct lightexit_uart_state *state, uint8_t byte)
{
	if (state->ier & IER_THRE) {
		state->thre_pending = 0;
		settle(state);
	}
	if (write(STDOUT_FILENO, &byte, 1) < 0)
		complain("the guest's output is lost: standard output takes nothing");
	state->thre_pending = 1;
}

static uint8_t take(struct device *device, struct lightexit_uart_state *state)
{
	if (state->count) {
		state->rbr = state->fifo[0];
		state->count = 0;
		settle(state);
		vm_wake(device->vm); /* there is room for another one */
	}
	return state->rbr;
}

static uint8_t identify(struct lightexit_uart_state *state)
{
	uint8_t iir = state->iir;

	if (iir == IIR_THRE) {
		state->thre_pending = 0;
		settle(state);
	}
	return iir;
}

static uint64_t uart_read(void *opaque, uint64_t offset, uint64_t size)
{
	struct device *device = opaque;
	struct lightexit_uart_state *state = state_of(device);

	(void)size;
	if (state->lcr & DLAB && offset <= UART_REG_IER)
		return state->divisor >> 8 * offset & 0xff;
	switch (offset) {
	case UART_REG_RBR_THR:
		return take(device, state);
	case UART_REG_IER:
		return state->ier;
	case UART_REG_IIR_FCR:
		return identify(state);
	case UART_REG_LCR:
		return state->lcr;
	case UART_REG_MCR:
		return state->mcr;
	case UART_REG_LSR:
		return state->lsr;
	case UART_REG_MSR:
		return state->msr;
	default:
		return state->scr;
	}
}

static void write_divisor(struct lightexit_uart_state *state, uint64_t offset, uint8_t value)
{
	if (offset)
		state->divisor = (uint16_t)((state->divisor & 0xff) | value << 8);
	else
		state->divisor = (state->divisor & 0xff00) | value;
}

static void write_ier(struct lightexit_uart_state *state, uint8_t value)
{
	if (value & ~state->ier & IER_THRE)
		state->thre_pending = 1;
	state->ier = value & 0x0f;
}

static void uart_write(void *opaque, uint64_t offset, uint64_t value, uint64_t size)
{
	struct device *device = opaque;
	struct lightexit_uart_state *state = state_of(device);
	uint8_t byte = (uint8_t)value;

	(void)size;
	if (state->lcr & DLAB && offset <= UART_REG_IER)
		write_divisor(state, offset, byte);
	else if (offset == UART_REG_RBR_THR)
		transmit(state, byte);
	else if (offset == UART_REG_IER)
		write_ier(state, byte);
	else if (offset == UART_REG_LCR)
		state->lcr = byte;
	else if (offset == UART_REG_MCR)
		state->mcr = byte & 0x0f;
	else if (offset == UART_REG_SCR)
		state->scr = byte;
	settle(state);
}

bool uart_has_room(void)
{
	bool has_room;

	lightexit_state_lock(uart.state);
	has_room = !((struct lightexit_uart_state *)state_of(&uart))->count;
	lightexit_state_unlock(uart.state);
	return has_room;
}

void uart_receive(uint8_t byte)
{
	struct lightexit_uart_state *state = state_of(&uart);

	lightexit_state_lock(uart.state);
	state->fifo[0] = byte;
	state->count = 1;
	settle(state);
	lightexit_state_unlock(uart.state);
}

struct device uart = {
	.name = UART_NAME,
	.defaults = &defaults,
	.defaults_size = sizeof(defaults),
	.state_size = UART_STATE_SIZE,
	.fingerprint = UART_STATE_FINGERPRINT,
	.version = UART_STATE_VERSION,
	.map = UART_READ_STATUS_UART_MAP,
	.region = {
		.space = UART_REGION_0_SPACE,
		.base = UART_REGION_0_BASE,
		.size = UART_REGION_0_SIZE,
		.register_width = UART_REGION_0_REGISTER_WIDTH,
		.filter = &filter,
		.read = uart_read,
		.write = uart_write,
	},
};
