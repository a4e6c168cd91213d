// SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-or-later
/*
 * BPF programs for KVM's tracepoints: who accesses which register, and who answers.
 *
 * Each function without `static` is the program of the raw tracepoint of its name, and `args` are
 * the arguments of that tracepoint (TP_PROTO in arch/x86/kvm/trace.h and trace/events/kvm.h).
 *
 * A read that user space answers is told after the exit to user space, a write before it. So a
 * write waits in its thread's entry until the next event shows who answered. One order is open:
 * a write to a port, one exit, a read of a port. The exit belongs to one of the two, and who
 * answered is taken from accesses of these registers where it was certain (`read_is_kvms`).
 */
#include "settling.h"

/* KVM_EXIT_* of linux/kvm.h. */
enum { EXIT_IO = 2, EXIT_MMIO = 6, EXIT_RDMSR = 29, EXIT_WRMSR = 30 };
/* Of kvm_mmio. */
enum { UNSATISFIED_READ, MEMORY_READ, MEMORY_WRITE };

inline_always void read_port(thread *own, __u64 port, __u32 what, __u32 count, const void *data)
{
	int by_user = own->exit_space == PIO + 1;
	int certain = !own->in_doubt;

	if (own->in_doubt)
		by_user = usual_answer(port, what) == USER;
	if (own->pending && by_user && space_of(&own->access) == PIO) {
		by_user = !read_is_kvms(own, port, what);
		certain = 0;
		settle(own, by_user ? KVM : USER, UNKNOWN, 0);
	} else {
		settle_write(own);
	}
	see(own, port, what, count);
	settle_read(own, by_user, certain, data);
}

int kvm_pio(const __u64 *args)
{
	__u32 is_write = args[0], size = args[2], count = args[3];
	__u64 port = args[1] & 0xffff;
	thread *own = this_thread();

	if (!own)
		return 0;
	if (!is_write) {
		read_port(own, port, what(PIO, size, 0), count, (const void *)args[4]);
		return 0;
	}
	settle_write(own);
	see(own, port, what(PIO, size, 1), count);
	see_value(own, (const void *)args[4]);
	own->pending = 1;
	own->exit_space = 0;
	return 0;
}

int kvm_mmio(const __u64 *args)
{
	__u32 kind = args[0], size = args[1];
	__u64 address = args[2];
	thread *own = this_thread();
	int by_user;

	if (!own)
		return 0;
	settle_write(own);
	if (kind == UNSATISFIED_READ) {
		own->unsatisfied = 1;
		own->exit_space = 0;
		return 0;
	}
	see(own, address, what(MMIO, size, kind == MEMORY_WRITE), 1);
	if (kind == MEMORY_READ) {
		by_user = own->unsatisfied && own->exit_space == MMIO + 1;
		if (own->in_doubt)
			by_user = usual_answer(address, own->access.what) == USER;
		settle_read(own, by_user, !own->in_doubt, (const void *)args[3]);
		return 0;
	}
	see_value(own, (const void *)args[3]);
	own->pending = 1;
	own->exit_space = 0;
	own->unsatisfied = 0;
	return 0;
}

int kvm_msr(const __u64 *args)
{
	thread *own = this_thread();

	if (!own)
		return 0;
	settle_write(own);
	see(own, args[1] & 0xffffffff, what(MSR, 8, args[0] & 0xff), 1);
	own->access.value = args[2];
	own->access.has_value = !(args[3] & 0xff); /* else the guest gets a fault */
	settle(own, KVM, UNKNOWN, 1);
	return 0;
}

/* A doorbell without data: its size is not told. */
int kvm_fast_mmio(const __u64 *args)
{
	thread *own = this_thread();

	if (!own)
		return 0;
	settle_write(own);
	see(own, args[0], what(MMIO, 0, 1), 1);
	settle(own, KVM, UNKNOWN, 1);
	return 0;
}

inline_always __u32 exit_space_of(__u32 reason, int error)
{
	if (error < 0)
		return 0;
	if (reason == EXIT_IO)
		return PIO + 1;
	if (reason == EXIT_MMIO)
		return MMIO + 1;
	return reason == EXIT_RDMSR || reason == EXIT_WRMSR ? MSR + 1 : 0;
}

/* kvm_msr is silent where the VMM answers, so that only the exit is known. */
inline_always void msr_exit(thread *own, __u32 reason)
{
	settle_write(own);
	see(own, UNKNOWN_MSR, what(MSR, 8, reason == EXIT_WRMSR), 1);
	settle(own, USER, UNKNOWN, 1);
	own->exit_space = 0;
}

/* Whether the exit is the one of the write that waits. */
inline_always int takes_write(thread *own, __u32 space)
{
	if (own->exit_space) { /* the exit before this one was its */
		settle_write(own);
		return 0;
	}
	if (space != space_of(&own->access) + 1) {
		settle_write(own);
		return 0;
	}
	own->exit_space = space;
	if (space == MMIO + 1)
		settle_write(own);
	else
		own->exit_ns = now_ns();
	return 1;
}

int kvm_userspace_exit(const __u64 *args)
{
	__u32 reason = args[0], space = exit_space_of(reason, args[1]);
	thread *own = this_thread();

	if (!own)
		return 0;
	if (space == MSR + 1) {
		msr_exit(own, reason);
		return 0;
	}
	if (own->in_doubt) { /* whose exit it is shows nowhere: what follows is in doubt, too */
		own->batch--;
		return 0;
	}
	if (own->pending && takes_write(own, space))
		return 0;
	own->exit_space = space == MMIO + 1 && !own->unsatisfied ? 0 : space;
	own->exit_ns = now_ns();
	return 0;
}

int kvm_exit(const __u64 *args)
{
	thread *own = this_thread();

	(void)args;
	if (!own || own->in_doubt)
		return 0;
	settle_write(own);
	own->left_ns = now_ns();
	own->told = 0;
	return 0;
}

int kvm_entry(const __u64 *args)
{
	struct lightexit_access_tally *found;
	struct lightexit_tally *tally;
	thread *own = this_thread();

	(void)args;
	if (!own)
		return 0;
	settle_write(own);
	if (own->told && own->left_ns) {
		found = tally_of(own->access.address, own->access.what);
		if (found) {
			tally = own->told == 1 + USER ? &found->user : &found->kvm;
			tally->timed += (__u64)own->access.count << own->shift;
			tally->time_ns += (now_ns() - own->left_ns) << own->shift;
		}
	}
	own->left_ns = 0;
	return 0;
}
