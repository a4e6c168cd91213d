/* SPDX-License-Identifier: Apache-2.0 */
/* A vCPU's loop: enter the guest, have its access answered, enter it again. */
#define _GNU_SOURCE
#include "vm.h"

#include <errno.h>
#include <string.h>
#include <sys/ioctl.h>

/* Waits while the order is to pause, one that is over for good until the end; whether to go on. */
static bool park(struct vm *vm, bool is_over)
{
	bool is_quitting;

	pthread_mutex_lock(&vm->mutex);
	vm->parked++;
	pthread_cond_broadcast(&vm->changed);
	while (vm->order == PAUSE || (is_over && vm->order == RUN))
		pthread_cond_wait(&vm->changed, &vm->mutex);
	vm->parked--;
	is_quitting = vm->order == QUIT;
	pthread_mutex_unlock(&vm->mutex);
	return !is_quitting;
}

static void port(struct vcpu *vcpu)
{
	struct kvm_run *run = vcpu->run;

	lightexit_access(vcpu->access, &(struct lightexit_access){
					       .address = run->io.port,
					       .data = (uint8_t *)run + run->io.data_offset,
					       .count = run->io.count,
					       .size = run->io.size,
					       .space = LIGHTEXIT_SPACE_PIO,
					       .is_write = run->io.direction == KVM_EXIT_IO_OUT,
				       });
}

static void memory(struct vcpu *vcpu)
{
	struct kvm_run *run = vcpu->run;

	lightexit_access(vcpu->access, &(struct lightexit_access){
					       .address = run->mmio.phys_addr,
					       .data = run->mmio.data,
					       .count = 1,
					       .size = (uint8_t)run->mmio.len,
					       .space = LIGHTEXIT_SPACE_MMIO,
					       .is_write = run->mmio.is_write,
				       });
}

/* An exit that is none of a device; false where the guest cannot go on. */
static bool other(struct vcpu *vcpu)
{
	struct kvm_run *run = vcpu->run;

	switch (run->exit_reason) {
	case KVM_EXIT_IOAPIC_EOI:
		ioapic_end_of_interrupt(run->eoi.vector);
		return true;
	case KVM_EXIT_INTR:
		return true;
	case KVM_EXIT_SHUTDOWN:
		complain("vCPU %u has shut down (triple fault)", vcpu->index);
		return false;
	case KVM_EXIT_INTERNAL_ERROR:
		complain("vCPU %u: KVM gives up, with suberror %u", vcpu->index,
			 run->internal.suberror);
		return false;
	default:
		complain("vCPU %u: KVM exit %u, which this VMM does not know", vcpu->index,
			 run->exit_reason);
		return false;
	}
}

static bool answer(struct vcpu *vcpu)
{
	switch (vcpu->run->exit_reason) {
	case KVM_EXIT_IO:
		port(vcpu);
		return true;
	case KVM_EXIT_MMIO:
		memory(vcpu);
		return true;
	default:
		return other(vcpu);
	}
}

/* KVM_RUN was interrupted: for another order, or by a signal of somebody else's. */
static bool interrupted(struct vcpu *vcpu)
{
	if (errno != EINTR && errno != EAGAIN) {
		complain("vCPU %u: KVM_RUN: %s", vcpu->index, strerror(errno));
		return false;
	}
	/* First this, then a look at the order: one that comes in between interrupts again. */
	__atomic_store_n(&vcpu->run->immediate_exit, 0, __ATOMIC_SEQ_CST);
	return true;
}

void *vcpu_thread(void *argument)
{
	struct vcpu *vcpu = argument;
	bool goes_on = true;

	while (park(vcpu->vm, !goes_on)) {
		while (goes_on && !ioctl(vcpu->fd, KVM_RUN, 0))
			goes_on = answer(vcpu);
		if (goes_on)
			goes_on = interrupted(vcpu);
		if (!goes_on)
			vm_end(vcpu->vm, 1);
	}
	return NULL;
}
