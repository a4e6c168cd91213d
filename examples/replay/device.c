// SPDX-License-Identifier: Apache-2.0
/*
 * Two registers of a PC for `lightexit replay --library`: port 0x92 and the ACPI PM timer.
 * cc -shared -fPIC -I../../lib/include device.c -o device.so
 */
#include <stdio.h>
#include <stdlib.h>

#include "lightexit_replay.h"

enum { PORT92, TIMER };

#define FREQUENCY 3579545u
#define A20 2

struct device {
	uint8_t control;
	uint32_t ticks; /* that the guest saw last */
};

static const struct lightexit_replay_window windows[] = {
	[PORT92] = { .base = 0x92, .size = 1, .space = LIGHTEXIT_REPLAY_PIO },
	[TIMER] = { .base = 0x608, .size = 4, .space = LIGHTEXIT_REPLAY_PIO },
};

static void *open_device(void)
{
	struct device *device = calloc(1, sizeof(*device));

	if (device)
		device->control = A20;
	return device;
}

static uint64_t read_register(void *opaque, uint32_t window, uint64_t offset, uint32_t size,
			      uint64_t now_ns)
{
	struct device *device = opaque;

	if (window == PORT92)
		return device->control;
	device->ticks = (uint32_t)((unsigned __int128)now_ns * FREQUENCY / 1000000000) & 0xffffff;
	return (device->ticks >> 8 * offset) & ((UINT64_C(1) << 8 * size) - 1);
}

static void write_register(void *opaque, uint32_t window, uint64_t offset, uint32_t size,
			   uint64_t value, uint64_t now_ns)
{
	struct device *device = opaque;

	(void)offset;
	(void)size;
	(void)now_ns;
	if (window == PORT92)
		device->control = (uint8_t)value;
}

static size_t tell_state(void *opaque, char *text, size_t capacity)
{
	const struct device *device = opaque;

	return (size_t)snprintf(text, capacity, "control %#x\nticks %u\n", device->control,
				device->ticks);
}

static const struct lightexit_replay_device device = {
	.version = LIGHTEXIT_REPLAY_VERSION,
	.name = "pc",
	.windows = windows,
	.window_count = sizeof(windows) / sizeof(windows[0]),
	.open = open_device,
	.read = read_register,
	.write = write_register,
	.state = tell_state,
	.close = free,
};

const struct lightexit_replay_device *lightexit_replay_export(void)
{
	return &device;
}
