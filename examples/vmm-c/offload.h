/* SPDX-License-Identifier: Apache-2.0 */
/* --engine in-kernel: the filters inside KVM, by the kernel module. */
#ifndef OFFLOAD_H
#define OFFLOAD_H

#include "vm.h"

struct offload {
	int clock_fd; /* the map of the bus's clock; 0: none */
	int module_fd; /* /dev/lightexit; 0: it is opened, -1: it cannot be had */
	int map_fds[DEVICE_COUNT]; /* of the devices' states; 0: none */
	/* One of these, for a device with a filter. */
	int program_fds[DEVICE_COUNT];
	struct lightexit_object *objects[DEVICE_COUNT];
};

/*
 * Loads NAME.bpf.o of each device's filter from a folder. Returns 0; or -1, has said why, and
 * `offload` is all 0: then all states are this process's memory.
 */
int offload_load(struct offload *offload, const char *folder);

/* The same by lightexit-loader, which listens on `socket`: it needs no rights. */
int offload_ask(struct offload *offload, const char *socket);

/* Has KVM answer by what was loaded: all devices, or none and it has said why. */
int offload_attach(const struct offload *offload, struct vm *vm);

#endif /* OFFLOAD_H */
