/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-or-later */
/*
 * A device for `lightexit replay FILE --library DEVICE.so`: the accesses that a guest once made go
 * through it, and its answers are compared with those recorded. docs/replay.md says how.
 *
 * The library exports one function, lightexit_replay_export(). Nothing of liblightexit is needed.
 * It runs in a process of its own, on one thread; what it prints goes to standard error.
 */
#ifndef LIGHTEXIT_REPLAY_H
#define LIGHTEXIT_REPLAY_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define LIGHTEXIT_REPLAY_VERSION 1

enum lightexit_replay_space {
	LIGHTEXIT_REPLAY_PIO = 0,
	LIGHTEXIT_REPLAY_MMIO = 1,
	LIGHTEXIT_REPLAY_MSR = 2,	/* addresses are numbers of MSRs, accesses have 8 bytes */
};

/* `size` addresses from `base` on. Accesses that lie within go to the device, others do not. */
struct lightexit_replay_window {
	uint64_t base;		/* where it is if the command line says nothing */
	uint64_t size;
	uint32_t space;		/* enum lightexit_replay_space */
	uint32_t reserved;	/* 0 */
};

struct lightexit_replay_device {
	uint32_t version;	/* LIGHTEXIT_REPLAY_VERSION */
	uint32_t window_count;	/* 1 to 64 */
	const struct lightexit_replay_window *windows;
	const char *name;	/* what messages call it */

	/* A device as it is at power-on: called once, before all else. NULL: it cannot be made. */
	void *(*open)(void);

	/*
	 * One access of `size` bytes, 1 to 8, at `offset` bytes from the base of window number
	 * `window`. `now_ns` is VM time, which never goes back: what was due until then, such as a
	 * timer's expiry, is to be done first. A read returns a value of `size` bytes.
	 */
	uint64_t (*read)(void *device, uint32_t window, uint64_t offset, uint32_t size,
			 uint64_t now_ns);
	void (*write)(void *device, uint32_t window, uint64_t offset, uint32_t size,
		      uint64_t value, uint64_t now_ns);

	/*
	 * NULL, or: writes the state as text, a line "NAME VALUE" for each field, as snprintf() does:
	 * at most `capacity` bytes with the terminating 0. It is shown where an answer differs, as
	 * it was before the access and after. It changes nothing.
	 */
	size_t (*state)(void *device, char *text, size_t capacity);

	/* NULL, or: called once, after all else. */
	void (*close)(void *device);
};

/* The device; it stays as it is. */
const struct lightexit_replay_device *lightexit_replay_export(void);

#ifdef __cplusplus
}
#endif

#endif
