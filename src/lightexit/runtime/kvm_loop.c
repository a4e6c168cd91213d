/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-or-later */
/*
 * The run loop: enter the guest, pass its accesses to the dispatch routine, enter it again. It
 * returns for all other exits: KVM's exit reason, or -1 if KVM_RUN failed (EINTR: kicked).
 *
 * A kick sets immediate_exit: the next KVM_RUN then completes the current access and returns. So
 * the loop polls no flag.
 */
#include <linux/kvm.h>

#include "runtime.h"

PART int enter(struct lightexit_loop *loop)
{
	loop->entries++;
	return POINTER(ioctl_function, loop->ioctl)(loop->fd, KVM_RUN, 0);
}

/* KVM takes CR8 from the area that it shares where it keeps no local APIC, and leaves it there. */
PART void give_cr8(const struct lightexit_loop *loop, struct kvm_run *run)
{
	if (loop->tpr)
		run->cr8 = *POINTER(u8, loop->tpr) >> 4;
}

/* Whether a device answers it. */
PART bool answer(const struct lightexit_loop *loop, struct lightexit_io_context *access)
{
	return POINTER(access_function, loop->access)(POINTER(void, loop->vcpu), access);
}

PART u64 perform(const struct lightexit_loop *loop, struct lightexit_io_context *access, u64 data)
{
	access->data = data;
	answer(loop, access);
	return access->data;
}

PART void take_cr8(const struct lightexit_loop *loop, struct kvm_run *run,
		   struct lightexit_io_context *access)
{
	if (!loop->tpr || run->cr8 == *POINTER(u8, loop->tpr) >> 4)
		return;
	access->space = LIGHTEXIT_SPACE_MMIO;
	access->offset = LIGHTEXIT_CR8;
	access->size = sizeof(run->cr8);
	access->is_write = true;
	perform(loop, access, run->cr8);
}

/* Port accesses are of 1, 2 or 4 bytes. */
PART u64 load(const void *element, u8 size)
{
	u16 word;
	u32 long_word;

	switch (size) {
	case 1:
		return *(const u8 *)element;
	case 2:
		__builtin_memcpy(&word, element, sizeof(word));
		return word;
	default:
		__builtin_memcpy(&long_word, element, sizeof(long_word));
		return long_word;
	}
}

PART void store(void *element, u8 size, u64 value)
{
	switch (size) {
	case 1:
		__builtin_memcpy(element, &value, 1);
		return;
	case 2:
		__builtin_memcpy(element, &value, 2);
		return;
	default:
		__builtin_memcpy(element, &value, 4);
	}
}

/* `rep ins` and `rep outs` report many elements in one exit: each is a separate access. */
PART void port(const struct lightexit_loop *loop, struct kvm_run *run,
	       struct lightexit_io_context *access)
{
	u8 *element = (u8 *)run + run->io.data_offset;
	u32 count = run->io.count;
	u8 size = run->io.size;
	bool is_write = run->io.direction == KVM_EXIT_IO_OUT;
	u64 data;

	access->space = LIGHTEXIT_SPACE_PIO;
	access->offset = run->io.port;
	access->size = size;
	access->is_write = is_write;
	for (; count; count--, element += size) {
		data = perform(loop, access, load(element, size));
		if (!is_write)
			store(element, size, data);
	}
}

PART void memory(const struct lightexit_loop *loop, struct kvm_run *run,
		 struct lightexit_io_context *access)
{
	u64 data;

	access->space = LIGHTEXIT_SPACE_MMIO;
	access->offset = run->mmio.phys_addr;
	access->size = run->mmio.len;
	access->is_write = run->mmio.is_write;
	__builtin_memcpy(&data, run->mmio.data, sizeof(data));
	data = perform(loop, access, data);
	if (!access->is_write)
		__builtin_memcpy(run->mmio.data, &data, sizeof(data));
}

/* An MSR that the MSR filter sends to user space. Without a device the guest gets a #GP. */
PART void msr(const struct lightexit_loop *loop, struct kvm_run *run,
	      struct lightexit_io_context *access)
{
	access->space = LIGHTEXIT_SPACE_MSR;
	access->offset = run->msr.index;
	access->size = sizeof(run->msr.data);
	access->is_write = run->exit_reason == KVM_EXIT_X86_WRMSR;
	access->data = run->msr.data;
	run->msr.error = !answer(loop, access);
	if (!access->is_write)
		run->msr.data = access->data;
}

int run(struct lightexit_loop *loop)
{
	struct kvm_run *shared = POINTER(struct kvm_run, loop->shared);
	struct lightexit_io_context access = { 0 };

	for (;;) {
		give_cr8(loop, shared);
		if (enter(loop) < 0)
			return -1;
		take_cr8(loop, shared, &access);
		switch (shared->exit_reason) {
		case KVM_EXIT_IO:
			port(loop, shared, &access);
			break;
		case KVM_EXIT_MMIO:
			memory(loop, shared, &access);
			break;
		case KVM_EXIT_X86_RDMSR:
		case KVM_EXIT_X86_WRMSR:
			msr(loop, shared, &access);
			break;
		default:
			return shared->exit_reason;
		}
	}
}
