// SPDX-License-Identifier: GPL-2.0-only
/*
 * One access: version words, the filter, its doorbells.
 *
 * HANDLED is 0; PASS is -EOPNOTSUPP, with which KVM exits to user space. In all other cases: PASS.
 */
#include <linux/bitops.h>
#include <linux/sched/task_stack.h>
#include <linux/timekeeping.h>

#include "io_filter.h"

/* Interrupt lines and APIC messages are KVM's own: a patch would carry them out. */
static bool call(const struct io_filter *filter, struct lightexit_io_context *ctx)
{
	return filter->ops->access(ctx) == LIGHTEXIT_VERDICT_HANDLED &&
	       !((ctx->doorbells & ~filter->armed) | ctx->raised_lines | ctx->lowered_lines |
		 ctx->pulsed_lines | ctx->requests);
}

static void ring(const struct io_filter *filter, u32 doorbells)
{
	for (; doorbells; doorbells &= doorbells - 1)
		eventfd_signal(filter->doorbells[__ffs(doorbells)]);
}

/* Doorbells are rung before other vCPUs may change the state that led to them. */
static bool run_writer(const struct io_filter *filter, struct lightexit_io_context *ctx)
{
	bool handled;

	if (!lightexit_try_lock(filter->states.headers, filter->states.count))
		return false;
	handled = call(filter, ctx);
	if (handled)
		ring(filter, ctx->doorbells);
	lightexit_unlock(filter->states.headers, filter->states.count);
	return handled;
}

static bool run_reader(const struct io_filter *filter, struct lightexit_io_context *ctx)
{
	u64 before = lightexit_read_begin(filter->states.headers, filter->states.count);

	if (before == LIGHTEXIT_BUSY || !call(filter, ctx) ||
	    lightexit_read_retry(filter->states.headers, filter->states.count, before))
		return false;
	ring(filter, ctx->doorbells);
	return true;
}

static bool run(const struct io_filter *filter, struct lightexit_io_context *ctx)
{
	unsigned int width = filter->range.width;

	if (width && (ctx->size != width || ctx->offset & (width - 1)))
		return false;
	return filter->ops->flags & KVM_IO_FILTER_WRITES_STATE ? run_writer(filter, ctx) :
								 run_reader(filter, ctx);
}

/*
 * KVM loses the rest of a string if an element is passed after another was handled. So strings are
 * left to user space: their data is not on the stack. A patch would mend KVM's loop instead, and
 * give the VM's own time (kvmclock), which user space saves already.
 */
static int answer(struct kvm_vcpu *vcpu, struct kvm_io_device *device, gpa_t address, int size,
		  void *value, bool is_write)
{
	struct io_filter *filter = container_of(device, struct io_filter, device);
	struct lightexit_io_context ctx = {
		.offset = address - filter->range.addr + filter->range.offset,
		.now_ns = ktime_get_ns(),
		.vcpu = vcpu->vcpu_id,
		.size = size,
		.is_write = is_write,
		.space = filter->range.bus,
		.abi_version = LIGHTEXIT_ABI_VERSION,
	};
	bool is_string = filter->range.bus == KVM_IO_FILTER_PIO && !object_is_on_stack(value);
	bool handled = false;

	if (size <= sizeof(ctx.data) && !is_string) {
		if (is_write)
			memcpy(&ctx.data, value, size);
		handled = run(filter, &ctx);
		if (handled && !is_write)
			memcpy(value, &ctx.data, size);
	}
	atomic64_inc(handled ? &filter->handled : &filter->passed);
	return handled ? 0 : -EOPNOTSUPP;
}

static int on_read(struct kvm_vcpu *vcpu, struct kvm_io_device *device, gpa_t address, int size,
		   void *value)
{
	return answer(vcpu, device, address, size, value, false);
}

static int on_write(struct kvm_vcpu *vcpu, struct kvm_io_device *device, gpa_t address, int size,
		    const void *value)
{
	return answer(vcpu, device, address, size, (void *)value, true);
}

const struct kvm_io_device_ops io_filter_device_ops = {
	.read = on_read,
	.write = on_write,
};
