// SPDX-License-Identifier: GPL-2.0-only
/*
 * One access: version words, registers, the program, its actions.
 *
 * HANDLED is 0; PASS is -EOPNOTSUPP, with which KVM exits to user space. In all other cases: PASS.
 */
#include <linux/bitops.h>
#include <linux/filter.h>
#include <linux/preempt.h>
#include <linux/sched/task_stack.h>
#include <linux/timekeeping.h>
#include <linux/timex.h>

#include "attachment.h"
#include "compat.h"

/* Lines, APIC messages, and doorbells without an eventfd have to be done in user space. */
static bool can_act(const struct attachment *at, const struct lightexit_io_context *context)
{
	return !((context->doorbells & ~at->armed) | context->raised_lines |
		 context->lowered_lines | context->pulsed_lines | context->requests);
}

static void act(const struct attachment *at, u32 doorbells)
{
	for (; doorbells; doorbells &= doorbells - 1)
		eventfd_signal(at->doorbells[__ffs(doorbells)]);
}

/* A program that calls nothing cannot sleep, so disabling preemption suffices: see is_pure(). */
static bool run_register(const struct attachment *at, struct lightexit_io_context *context)
{
	u32 verdict;

	preempt_disable();
	verdict = bpf_prog_run(at->program, context);
	preempt_enable();
	return verdict == LIGHTEXIT_VERDICT_HANDLED && can_act(at, context);
}

/* Several registers, all or none; *access collects the answer. Rare, so not inline. */
static noinline bool run_registers(const struct attachment *at,
				   struct lightexit_io_context *access)
{
	unsigned int done, width = at->asked.register_width;
	u64 data = 0, mask = U64_MAX >> (64 - 8 * width);
	struct lightexit_io_context context;
	u32 doorbells = 0;

	for (done = 0; done < access->size; done += width) {
		context = *access;
		context.offset += done;
		context.size = width;
		context.data = access->data >> (8 * done) & mask;
		if (!run_register(at, &context))
			return false;
		data |= (context.data & mask) << (8 * done);
		doorbells |= context.doorbells;
	}
	access->data = data;
	access->doorbells = doorbells;
	return true;
}

/*
 * An access is split into whole registers if the range declares a width. A program that writes
 * state gets accesses to one register only: if it handled the first of two and passed the second,
 * the first could not be undone.
 */
static bool run_program(const struct attachment *at, struct lightexit_io_context *access)
{
	unsigned int width = at->asked.register_width;

	if (width && (access->offset | access->size) & (width - 1))
		return false;
	if (!width || access->size == width)
		return run_register(at, access);
	return !at->writes_state && run_registers(at, access);
}

/* Actions are carried out before other vCPUs may change the state that led to them. */
static bool run_writer(const struct attachment *at, struct lightexit_io_context *access)
{
	bool handled;

	if (!lightexit_try_lock(at->states, at->state_count))
		return false;
	handled = run_program(at, access);
	if (handled)
		act(at, access->doorbells);
	lightexit_unlock(at->states, at->state_count);
	return handled;
}

static bool run_reader(const struct attachment *at, struct lightexit_io_context *access)
{
	u64 before = lightexit_read_begin(at->states, at->state_count);

	if (before == LIGHTEXIT_BUSY || !run_program(at, access) ||
	    lightexit_read_retry(at->states, at->state_count, before))
		return false;
	act(at, access->doorbells);
	return true;
}

/* VM time of the VMM's own clock, by the counter that it has chosen, or CLOCK_MONOTONIC. */
static bool read_time(const struct attachment *at, u64 *now_ns)
{
	const struct lightexit_clock *clock = at->clock;

	if (!clock) {
		*now_ns = ktime_get_ns();
		return true;
	}
	if (!READ_ONCE(clock->state.gettime))
		return lightexit_read_clock(clock, get_cycles(), now_ns);
	return READ_ONCE(clock->state.clock_id) == CLOCK_MONOTONIC &&
	       lightexit_read_clock(clock, ktime_get_ns(), now_ns);
}

static bool run(const struct attachment *at, struct lightexit_io_context *access)
{
	if (at->asked.flags & LIGHTEXIT_ATTACH_FLAG_READS_CLOCK &&
	    !read_time(at, &access->now_ns))
		return false;
	return at->writes_state ? run_writer(at, access) : run_reader(at, access);
}

/*
 * KVM passes each element of string I/O to the bus separately, and loses the rest of the string
 * if one is passed after another was handled. So string I/O is left to user space. It is known by
 * its data: that of a single access is on the stack of the vCPU's thread, that of a string never.
 */
static int answer(struct kvm_vcpu *vcpu, struct kvm_io_device *device, gpa_t address, int size,
		  void *value, bool is_write)
{
	struct attachment *at = container_of(device, struct attachment, device);
	struct lightexit_io_context access = {
		.offset = address - at->asked.base + at->asked.offset,
		.vcpu = vcpu->vcpu_id,
		.size = size,
		.is_write = is_write,
		.space = at->asked.space,
		.abi_version = LIGHTEXIT_ABI_VERSION,
	};
	u32 never = is_write ? LIGHTEXIT_ATTACH_FLAG_PASSES_WRITES :
			       LIGHTEXIT_ATTACH_FLAG_PASSES_READS;
	bool is_string = access.space == LIGHTEXIT_SPACE_PIO && !object_is_on_stack(value);
	bool handled = false;

	if (!(at->asked.flags & never) && size <= sizeof(access.data) && !is_string) {
		if (is_write)
			memcpy(&access.data, value, size);
		handled = run(at, &access);
		if (handled && !is_write)
			memcpy(value, &access.data, size);
	}
	atomic64_inc(handled ? &at->handled : &at->passed);
	return handled ? 0 : -EOPNOTSUPP;
}

/* Inlined: a fifth of the time of an access was calls and the saving of registers for them. */
static __flatten int on_read(struct kvm_vcpu *vcpu, struct kvm_io_device *device,
			     gpa_t address, int size, void *value)
{
	return answer(vcpu, device, address, size, value, false);
}

static __flatten int on_write(struct kvm_vcpu *vcpu, struct kvm_io_device *device,
			      gpa_t address, int size, const void *value)
{
	return answer(vcpu, device, address, size, (void *)value, true);
}

const struct kvm_io_device_ops lightexit_device_ops = {
	.read = on_read,
	.write = on_write,
};
