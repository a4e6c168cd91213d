/* SPDX-License-Identifier: Apache-2.0 */
/* The virtual machine: KVM's part of it, its memory, its devices, and who runs what. */
#ifndef VM_H
#define VM_H

#include <linux/kvm.h>
#include <pthread.h>

#include "device.h"

#define MOST_VCPUS 8
#define RAM_SIZE (2u << 20)
#define ROM_SIZE (64u << 10)
#define MEMORY_SIZE (RAM_SIZE + ROM_SIZE)

enum order {
	RUN,
	PAUSE,
	QUIT,
};

struct vcpu {
	struct vm *vm;
	struct lightexit_vcpu *access; /* its end of the bus */
	struct kvm_run *run;
	pthread_t thread;
	uint32_t index;
	int fd;
};

struct vm {
	struct lightexit_bus *bus;
	struct vcpu vcpus[MOST_VCPUS];
	uint32_t vcpu_count;
	int kvm, fd;
	uint8_t *memory; /* RAM from 0 on, behind it the ROM that ends at 4 GiB */

	pthread_mutex_t mutex; /* of what follows */
	pthread_cond_t changed;
	enum order order;
	uint32_t parked; /* vCPUs that wait for another order */
	int status; /* what the guest, or a failure, has ended the run with; -1 before */

	int wakeup_fd; /* an eventfd: there is something for the main loop to look at */
};

/* All of these return 0, or -1 and have said why. */
int vm_create(struct vm *vm);
int vm_load(struct vm *vm, const char *path);
int vm_add_vcpus(struct vm *vm, uint32_t count);
int vm_start(struct vm *vm); /* the vCPUs' threads, paused */

/* All vCPUs have finished the access that they were in, and wait; or go on; or are gone. */
void vm_pause(struct vm *vm);
void vm_resume(struct vm *vm);
void vm_quit(struct vm *vm);

/* The run ends with this status, unless it has ended. Any thread. */
void vm_end(struct vm *vm, int status);
int vm_status(struct vm *vm);

/* Has the main loop look at deadlines and inputs again. Any thread. */
void vm_wake(struct vm *vm);

void *vcpu_thread(void *vcpu);

/* Says one sentence on standard error; -1. */
int complain(const char *format, ...) __attribute__((format(printf, 1, 2)));

#endif /* VM_H */
