/* SPDX-License-Identifier: Apache-2.0 */
/*
 * I/O APIC: a 82093AA with an EOI register (version 0x20) at 0xfec00000. The filter answers the
 * index, reads of the table, and masking where nothing waits to be sent; this model does all. The
 * local APICs are KVM's: messages go there by KVM_SIGNAL_MSI.
 */
#include "ioapic.h"

#include <string.h>
#include <sys/ioctl.h>

#include "vm.h"

#define PINS 24
#define VERSION (0x20 | (PINS - 1) << 16)
#define INDEX_ID 0
#define INDEX_VERSION 1
#define INDEX_ARBITRATION 2
#define INDEX_TABLE 0x10

#define LOGICAL (1u << 11)
#define REMOTE_IRR (1u << 14)
#define LEVEL (1u << 15)
#define MASKED (1u << 16)
#define LOW_WRITABLE 0x1afffu
#define HIGH_WRITABLE 0xff000000u
#define ID_WRITABLE 0x0f000000u

#define APIC_BASE 0xfee00000u
#define MESSAGE_LOGICAL (1u << 2)
#define MESSAGE_ASSERT (1u << 14)

static const struct lightexit_io_apic_state defaults = LIGHTEXIT_IO_APIC_STATE_DEFAULTS;
static const struct lightexit_filter filter = IOAPIC_REGION_0_FILTER;

/* Whether an entry waits for an EOI between its messages: those of modes fixed and lowest. */
static bool is_level(const struct lightexit_redirection_entry *entry)
{
	return entry->low & LEVEL && (entry->low >> 8 & 7) <= 1;
}

/* What an input sends (Intel SDM volume 3, section 11.11). */
static void message(const struct lightexit_redirection_entry *entry, uint32_t *address,
		    uint32_t *data)
{
	*address = APIC_BASE | entry->high >> 24 << 12;
	if (entry->low & LOGICAL)
		*address |= MESSAGE_LOGICAL;
	*data = entry->low & 0x7ff;
	if (is_level(entry))
		*data |= LEVEL | MESSAGE_ASSERT;
}

static void send(const struct lightexit_redirection_entry *entry)
{
	struct kvm_msi msi = { 0 };

	message(entry, &msi.address_lo, &msi.data);
	/* One that no local APIC takes is lost, as on a bus. */
	(void)ioctl(ioapic.vm->fd, KVM_SIGNAL_MSI, &msi);
}

/* From the routes KVM knows of which vectors it has to tell the ends. */
static void tell_routes(const struct lightexit_io_apic_state *state)
{
	union {
		struct kvm_irq_routing head;
		uint8_t room[sizeof(struct kvm_irq_routing) +
			     PINS * sizeof(struct kvm_irq_routing_entry)];
	} routes;
	struct kvm_irq_routing_entry *entry = routes.head.entries;
	uint32_t i;

	memset(&routes, 0, sizeof(routes));
	routes.head.nr = PINS;
	for (i = 0; i < PINS; i++, entry++) {
		entry->gsi = i;
		entry->type = KVM_IRQ_ROUTING_MSI;
		message(&state->table[i], &entry->u.msi.address_lo, &entry->u.msi.data);
	}
	if (ioctl(ioapic.vm->fd, KVM_SET_GSI_ROUTING, &routes))
		complain("KVM takes no routes: level-triggered interrupts come only once");
}

static void settle(struct lightexit_io_apic_state *state, uint32_t pin)
{
	struct lightexit_redirection_entry *entry = &state->table[pin];

	if (!is_level(entry) || entry->low & (MASKED | REMOTE_IRR) || !(state->levels >> pin & 1))
		return;
	entry->low |= REMOTE_IRR;
	send(entry);
}

void ioapic_set_line(uint32_t pin, bool level)
{
	struct lightexit_io_apic_state *state = state_of(&ioapic);
	const struct lightexit_redirection_entry *entry = &state->table[pin];

	lightexit_state_lock(ioapic.state);
	if ((state->levels >> pin & 1) != level) {
		state->levels ^= 1u << pin;
		if (level && !is_level(entry) && !(entry->low & MASKED))
			send(entry);
		settle(state, pin);
	}
	lightexit_state_unlock(ioapic.state);
}

static void end_of_interrupt(struct lightexit_io_apic_state *state, uint8_t vector)
{
	uint32_t pin;

	for (pin = 0; pin < PINS; pin++) {
		struct lightexit_redirection_entry *entry = &state->table[pin];

		if (entry->low & REMOTE_IRR && (entry->low & 0xff) == vector) {
			entry->low &= ~REMOTE_IRR;
			settle(state, pin);
		}
	}
}

void ioapic_end_of_interrupt(uint8_t vector)
{
	lightexit_state_lock(ioapic.state);
	end_of_interrupt(state_of(&ioapic), vector);
	lightexit_state_unlock(ioapic.state);
}

static uint32_t read_word(const struct lightexit_io_apic_state *state)
{
	uint32_t word = (uint32_t)state->select - INDEX_TABLE;

	if (word < 2 * PINS)
		return word & 1 ? state->table[word >> 1].high : state->table[word >> 1].low;
	switch (state->select) {
	case INDEX_ID:
	case INDEX_ARBITRATION:
		return state->id;
	case INDEX_VERSION:
		return VERSION;
	default:
		return 0;
	}
}

static void write_entry(struct lightexit_io_apic_state *state, uint32_t word, uint32_t value)
{
	struct lightexit_redirection_entry *entry = &state->table[word >> 1];
	struct lightexit_redirection_entry before = *entry;

	if (word & 1)
		entry->high = value & HIGH_WRITABLE;
	else
		entry->low = (value & LOW_WRITABLE) |
			     (value & LEVEL ? entry->low & REMOTE_IRR : 0);
	if (before.high != entry->high || (before.low ^ entry->low) & ~(MASKED | REMOTE_IRR))
		tell_routes(state);
	settle(state, word >> 1);
}

static uint64_t ioapic_read(void *opaque, uint64_t offset, uint64_t size)
{
	const struct lightexit_io_apic_state *state = state_of(opaque);

	if (offset == IOAPIC_REG_SELECT)
		return state->select;
	return offset == IOAPIC_REG_WINDOW && size == 4 ? read_word(state) : 0;
}

static void ioapic_write(void *opaque, uint64_t offset, uint64_t value, uint64_t size)
{
	struct lightexit_io_apic_state *state = state_of(opaque);
	uint32_t word = (uint32_t)state->select - INDEX_TABLE;

	if (offset == IOAPIC_REG_SELECT)
		state->select = (uint8_t)value;
	else if (offset == IOAPIC_REG_EOI && size == 4)
		end_of_interrupt(state, (uint8_t)value);
	else if (offset == IOAPIC_REG_WINDOW && size == 4 && word < 2 * PINS)
		write_entry(state, word, (uint32_t)value);
	else if (offset == IOAPIC_REG_WINDOW && size == 4 && state->select == INDEX_ID)
		state->id = (uint32_t)value & ID_WRITABLE;
}

static void ioapic_restored(struct device *device)
{
	tell_routes(state_of(device));
}

struct device ioapic = {
	.name = IOAPIC_NAME,
	.defaults = &defaults,
	.defaults_size = sizeof(defaults),
	.state_size = IOAPIC_STATE_SIZE,
	.fingerprint = IOAPIC_STATE_FINGERPRINT,
	.version = IOAPIC_STATE_VERSION,
	.map = IOAPIC_ACCESS_REDIRECTIONS_IOAPIC_MAP,
	.region = {
		.space = IOAPIC_REGION_0_SPACE,
		.base = IOAPIC_REGION_0_BASE,
		.size = IOAPIC_REGION_0_SIZE,
		.register_width = IOAPIC_REGION_0_REGISTER_WIDTH,
		.filter = &filter,
		.read = ioapic_read,
		.write = ioapic_write,
	},
	.restored = ioapic_restored,
};
