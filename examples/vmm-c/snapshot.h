/* SPDX-License-Identifier: Apache-2.0 */
/* A whole VM in a file. Its vCPUs and its clock are paused while it is saved or restored. */
#ifndef SNAPSHOT_H
#define SNAPSHOT_H

#include "vm.h"

struct snapshot;

/* All of these return 0, or -1 and have said why. The file is there whole, or as it was. */
int snapshot_save(struct vm *vm, const char *path);

/* The file is read and checked; `vcpus` is how many the VM needs. */
int snapshot_open(const char *path, struct snapshot **snapshot, uint32_t *vcpus);

/* Into a VM that has not run yet. Frees the snapshot. */
int snapshot_restore(struct vm *vm, struct snapshot *snapshot);

/* ---- what items are made of, in either direction --------------------------------------- */

bool snapshot_is_saving(const struct snapshot *snapshot);

/* The next item: written from `data`, or copied there if it has this name and size. */
int snapshot_item(struct snapshot *snapshot, const char *name, void *data, size_t size);

/* vcpu_state.c: registers, local APIC, pending events. */
int vcpu_items(struct snapshot *snapshot, struct vcpu *vcpu);

#endif /* SNAPSHOT_H */
