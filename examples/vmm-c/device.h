/* SPDX-License-Identifier: Apache-2.0 */
/* What a device of this VMM is: a state, a region with a filter and a model, and its deadlines. */
#ifndef DEVICE_H
#define DEVICE_H

#include <liblightexit.h>

#define NEVER UINT64_MAX

struct vm;

/*
 * One device. Functions may be NULL. They are called before the VM runs, or with the state's lock
 * held, as the model is. Times are VM time in ns.
 */
struct device {
	const char *name; /* of the state: what saved bytes are held against */
	const void *defaults; /* the state at power-on */
	size_t defaults_size;
	uint64_t state_size; /* with room behind it that the filter's masked indices may reach */
	uint64_t fingerprint;
	uint32_t version;
	const char *map; /* of the state, as libbpf calls it in the filter's object */
	struct lightexit_region_options region;
	void (*reset)(struct device *device); /* what `defaults` do not say of power-on */
	bool (*is_sound)(struct device *device); /* whether a restored state can be its own */
	void (*restored)(struct device *device);
	uint64_t (*next_wakeup)(struct device *device);
	void (*advance)(struct device *device, uint64_t now_ns);

	struct vm *vm;
	struct lightexit_state *state;
	struct lightexit_region *on_bus;
};

extern struct device pit, pm, uart, pci, ioapic, doorbell, debug_exit;

#define DEVICE_COUNT 7
extern struct device *const devices[DEVICE_COUNT];

/*
 * Puts all devices on the bus. `map_fds` are the maps of their states, 0 for a state in this
 * process's memory. Returns 0, or -1 and has said why.
 */
int devices_add(struct vm *vm, const int *map_fds, bool with_filters);

/* Brings all devices to the present; when the next of them has something to do. */
uint64_t devices_advance(void);

void devices_restored(void);

/* Who answered how many accesses, on standard error. */
void devices_print_counts(void);

/* ---- what one device offers to others and to the main loop ----------------------------- */

/* Drives an input of the I/O APIC; its lock is not held, that of another device may be. */
void ioapic_set_line(uint32_t pin, bool level);

/* A local APIC has broadcast the end of an interrupt. */
void ioapic_end_of_interrupt(uint8_t vector);

/* Whether the UART would take a character from outside; hands one to it. */
bool uart_has_room(void);
void uart_receive(uint8_t byte);

/* The consumer of the doorbell: its eventfd has been signalled, or the VM is to be saved. */
int doorbell_open(void);
void doorbell_serve(void);

uint64_t vm_now(const struct vm *vm);

static inline uint64_t now_of(const struct device *device)
{
	return vm_now(device->vm);
}

static inline void *state_of(const struct device *device)
{
	return lightexit_state_data(device->state);
}

#endif /* DEVICE_H */
