/* SPDX-License-Identifier: Apache-2.0 */
/*
 * PCI configuration of a 440FX machine, mechanism #1 at 0xcf8 and 0xcfc: host bridge, PIIX3 ISA
 * bridge and PIIX4 ACPI function. The filter answers the address register, and reads of the data
 * window; this model does those, too, and writes.
 *
 * Not modelled: what registers do (shadow RAM, SMRAM's lock, PMBASE, resets by 0xcf9), base address
 * registers and interrupts, for none of these functions has any.
 */
#include "i440fx.h"

#include <string.h>

#include "vm.h"

#define WORDS 64
#define LAST_WORD (1024 - 1)
#define ENABLE 0x80000000u
#define ADDRESS_BITS 0x80fffffcu
#define HOST_BRIDGE 1
#define ISA_BRIDGE 2
#define ACPI 3

static const struct lightexit_i440fx_state defaults = LIGHTEXIT_I440FX_STATE_DEFAULTS;
static const struct lightexit_filter filter = I440FX_REGION_0_FILTER;

static const struct {
	uint8_t row, word;
	uint32_t value;
} power_on[] = {
	{ HOST_BRIDGE, 0x00, 0x12378086 }, { HOST_BRIDGE, 0x01, 0x02800006 },
	{ HOST_BRIDGE, 0x02, 0x06000002 }, { HOST_BRIDGE, 0x0b, 0x11001af4 },
	{ HOST_BRIDGE, 0x1c, 0x00020000 },
	{ ISA_BRIDGE, 0x00, 0x70008086 }, { ISA_BRIDGE, 0x01, 0x02000007 },
	{ ISA_BRIDGE, 0x02, 0x06010000 }, { ISA_BRIDGE, 0x03, 0x00800000 },
	{ ISA_BRIDGE, 0x0b, 0x11001af4 }, { ISA_BRIDGE, 0x13, 0x0003004d },
	{ ISA_BRIDGE, 0x18, 0x80808080 }, { ISA_BRIDGE, 0x1a, 0x00000200 },
	{ ISA_BRIDGE, 0x1c, 0x00000080 }, { ISA_BRIDGE, 0x1d, 0x0c0c0000 },
	{ ISA_BRIDGE, 0x28, 0x00000008 }, { ISA_BRIDGE, 0x2a, 0x0000000f },
	{ ACPI, 0x00, 0x71138086 }, { ACPI, 0x01, 0x02800000 },
	{ ACPI, 0x02, 0x06800003 }, { ACPI, 0x0b, 0x11001af4 },
	{ ACPI, 0x0f, 0x00000100 }, { ACPI, 0x10, 0x00000001 },
	{ ACPI, 0x16, 0x02000000 }, { ACPI, 0x24, 0x00000001 },
};

/* Bits that a guest may write, in words `first` to `last`. */
static const struct {
	uint8_t row, first, last;
	uint32_t mask;
} writable[] = {
	{ HOST_BRIDGE, 0x01, 0x01, 0x00000140 }, { HOST_BRIDGE, 0x03, 0x03, 0x0000f800 },
	{ HOST_BRIDGE, 0x14, 0x15, 0xffffffff }, { HOST_BRIDGE, 0x16, 0x16, 0x333330ff },
	{ HOST_BRIDGE, 0x17, 0x17, 0x33333333 }, { HOST_BRIDGE, 0x18, 0x19, 0xffffffff },
	{ HOST_BRIDGE, 0x1a, 0x1a, 0x000000ff }, { HOST_BRIDGE, 0x1c, 0x1c, 0x0078ffff },
	{ HOST_BRIDGE, 0x24, 0x24, 0xff0000ff },
	{ ISA_BRIDGE, 0x01, 0x01, 0x00000108 }, { ISA_BRIDGE, 0x13, 0x13, 0xffff007f },
	{ ISA_BRIDGE, 0x18, 0x18, 0x8f8f8f8f }, { ISA_BRIDGE, 0x1a, 0x1a, 0xfffffe00 },
	{ ISA_BRIDGE, 0x1c, 0x1c, 0x0000efef }, { ISA_BRIDGE, 0x1d, 0x1d, 0x8f8f0000 },
	{ ISA_BRIDGE, 0x1e, 0x1e, 0x0000ffff }, { ISA_BRIDGE, 0x20, 0x20, 0x000f007f },
	{ ISA_BRIDGE, 0x28, 0x29, 0xffffffff }, { ISA_BRIDGE, 0x2a, 0x2a, 0xffff00ff },
	{ ISA_BRIDGE, 0x2b, 0x2b, 0xffffffff },
	{ ACPI, 0x01, 0x01, 0x00000009 }, { ACPI, 0x0f, 0x0f, 0x000000ff },
	{ ACPI, 0x10, 0x10, 0x0000ffc0 }, { ACPI, 0x11, 0x1f, 0xffffffff },
	{ ACPI, 0x20, 0x20, 0x00000001 }, { ACPI, 0x24, 0x24, 0x0000fff0 },
	{ ACPI, 0x34, 0x34, 0xffff0000 }, { ACPI, 0x35, 0x35, 0x0000ffff },
};

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))

static uint32_t mask_of(unsigned int row, unsigned int word)
{
	unsigned int i;

	for (i = 0; i < COUNT_OF(writable); i++)
		if (writable[i].row == row && writable[i].first <= word && word <= writable[i].last)
			return writable[i].mask;
	return 0;
}

/* The bits that an access of `size` bytes has: 1, 2 or 4, as ports have them. */
static uint64_t size_mask(uint64_t size)
{
	return size == 1 || size == 2 || size == 4 ? ~0ull >> (64 - 8 * size) : 0;
}

static void write_address(struct lightexit_i440fx_state *state, uint32_t value)
{
	unsigned int row = 0, word = 0;

	state->address = value & ADDRESS_BITS;
	if (value & ENABLE && !(value >> 16 & 0xff)) {
		row = state->rows[value >> 8 & 0xff];
		word = value >> 2 & (WORDS - 1);
	}
	state->selected = (uint16_t)((row * WORDS + word) & LAST_WORD);
	state->data = state->config[state->selected];
}

static void write_data(struct lightexit_i440fx_state *state, uint32_t bits, uint32_t lanes)
{
	uint32_t mask = lanes & mask_of(state->selected / WORDS, state->selected % WORDS);

	state->data = (state->data & ~mask) | (bits & mask);
	state->config[state->selected] = state->data;
}

static uint64_t pci_read(void *opaque, uint64_t offset, uint64_t size)
{
	const struct lightexit_i440fx_state *state = state_of(opaque);
	uint64_t window = (uint64_t)state->data << 32 | 0xffff00ff;

	if (offset == I440FX_REG_CONFIG_ADDRESS && size == 4)
		return state->address;
	window >>= 8 * offset;
	if (offset)
		window |= ~0ull << (64 - 8 * offset);
	return window & size_mask(size);
}

static void pci_write(void *opaque, uint64_t offset, uint64_t value, uint64_t size)
{
	struct lightexit_i440fx_state *state = state_of(opaque);
	uint64_t lanes = size_mask(size);

	if (offset == I440FX_REG_CONFIG_ADDRESS && size == 4)
		write_address(state, (uint32_t)value);
	else if (offset >= I440FX_REG_CONFIG_DATA)
		write_data(state, (uint32_t)(value << 8 * (offset & 3)),
			   (uint32_t)(lanes << 8 * (offset & 3)));
}

static void pci_reset(struct device *device)
{
	struct lightexit_i440fx_state *state = state_of(device);
	unsigned int i;

	state->rows[0x00] = HOST_BRIDGE;
	state->rows[0x08] = ISA_BRIDGE;
	state->rows[0x0b] = ACPI;
	memset(state->config, 0xff, WORDS * sizeof(state->config[0])); /* who is not there */
	for (i = 0; i < COUNT_OF(power_on); i++)
		state->config[power_on[i].row * WORDS + power_on[i].word] = power_on[i].value;
}

/* Nothing points behind the last word. */
static bool pci_is_sound(struct device *device)
{
	const struct lightexit_i440fx_state *state = state_of(device);
	unsigned int i;

	for (i = 0; i < sizeof(state->rows); i++)
		if (state->rows[i] > LAST_WORD / WORDS)
			return false;
	return state->selected <= LAST_WORD;
}

struct device pci = {
	.name = I440FX_NAME,
	.defaults = &defaults,
	.defaults_size = sizeof(defaults),
	.state_size = I440FX_STATE_SIZE,
	.fingerprint = I440FX_STATE_FINGERPRINT,
	.version = I440FX_STATE_VERSION,
	.map = I440FX_ACCESS_CONFIGURATION_PCI_MAP,
	.region = {
		.space = I440FX_REGION_0_SPACE,
		.base = I440FX_REGION_0_BASE,
		.size = I440FX_REGION_0_SIZE,
		.register_width = I440FX_REGION_0_REGISTER_WIDTH,
		.filter = &filter,
		.read = pci_read,
		.write = pci_write,
	},
	.reset = pci_reset,
	.is_sound = pci_is_sound,
};
