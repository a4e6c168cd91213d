/* SPDX-License-Identifier: Apache-2.0 */
/* isa-debug-exit: a guest ends the run by what it writes to port 0xf4. It has no filter. */
#include "vm.h"

#define BASE 0xf4

struct debug_exit_state {
	uint32_t value;
};

static const struct debug_exit_state defaults;

static uint64_t debug_exit_read(void *opaque, uint64_t offset, uint64_t size)
{
	(void)opaque;
	(void)offset;
	(void)size;
	return 0;
}

/* QEMU's device of this name ends with 2 * value + 1, and 1 is what errors end with here. */
static void debug_exit_write(void *opaque, uint64_t offset, uint64_t value, uint64_t size)
{
	struct device *device = opaque;

	(void)offset;
	(void)size;
	((struct debug_exit_state *)state_of(device))->value = (uint32_t)value;
	vm_end(device->vm, value ? 2 : 0);
}

struct device debug_exit = {
	.name = "debug_exit",
	.defaults = &defaults,
	.defaults_size = sizeof(defaults),
	.state_size = sizeof(struct debug_exit_state),
	.version = 1,
	.region = {
		.space = LIGHTEXIT_SPACE_PIO,
		.base = BASE,
		.size = 4,
		.read = debug_exit_read,
		.write = debug_exit_write,
	},
};
