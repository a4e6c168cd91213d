/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-or-later */
/*
 * The dispatch routine: from an access of a guest to the filter or the model that answers it.
 * All back ends use it, for ports, memory and MSRs. Its definition in plain Python is
 * bus/definition.py.
 */
#include "access.h"
#include "actions.h"
#include "locks.h"
#include "unclaimed.h"
#include "vm_time.h"
#include "windows.h"

/* ---- filter and model --------------------------------------------------------------- */

PART bool run(const struct lightexit_window *window, struct lightexit_io_context *context)
{
	filter_function *filter = POINTER(filter_function, window->filter);

	return filter(context, window->maps) == LIGHTEXIT_VERDICT_HANDLED;
}

PART bool run_reader(const struct lightexit_window *window, struct lightexit_io_context *context,
		     u64 count)
{
	lightexit_headers locks = locks_of(window);
	u64 before = lightexit_read_begin(locks, count);

	if (before == LIGHTEXIT_BUSY || !run(window, context) ||
	    lightexit_read_retry(locks, count, before))
		return false;
	act(window, context);
	return true;
}

/* Actions are carried out before other vCPUs may change the states that led to them. */
PART bool run_writer(const struct lightexit_window *window, struct lightexit_io_context *context,
		     u64 count)
{
	lightexit_headers locks = locks_of(window);
	bool handled;

	if (!lightexit_try_lock(locks, count))
		return false;
	handled = run(window, context);
	if (handled)
		act(window, context);
	lightexit_unlock(locks, count);
	return handled;
}

PART bool run_guarded(const struct lightexit_window *window, struct lightexit_io_context *context,
		      u64 count)
{
	return window->writes_state ? run_writer(window, context, count) :
				      run_reader(window, context, count);
}

RARE bool run_on_several(const struct lightexit_window *window,
			 struct lightexit_io_context *context)
{
	return run_guarded(window, context, window->lock_count);
}

/* Whether the filter handled it. Most filters have one state: for these there is no loop. */
PART bool run_filter(const struct lightexit_window *window, struct lightexit_io_context *context)
{
	if (window->lock_count == 1)
		return run_guarded(window, context, 1);
	return run_on_several(window, context);
}

/* The model's answer, with its lock held. What it refuses reads as if nobody answered. */
RARE u64 ask_model(struct lightexit_vcpu *vcpu, struct lightexit_window *window,
		   u64 offset, u64 size, bool is_write, u64 data)
{
	const struct lightexit_tables *bus = POINTER(struct lightexit_tables, vcpu->bus);
	lightexit_headers locks = locks_of(window);
	void *opaque = POINTER(void, window->opaque);
	u64 value = 0;

	lock(locks, window->lock_count, POINTER(notify_function, bus->relax));
	if (is_write)
		POINTER(write_function, window->write_model)(opaque, offset, data, size);
	else
		value = POINTER(read_function, window->read_model)(opaque, offset, size);
	if (window->refused) {
		window->refused = false;
		vcpu->refused = true;
		value = ~(u64)0;
	}
	lightexit_unlock(locks, window->lock_count);
	return value;
}

/* Whether the filter handled it; false while the clock that it reads is being adjusted. */
PART bool try_filter(const struct lightexit_vcpu *vcpu, const struct lightexit_window *window,
		     u64 offset, const struct access *access, u64 *value)
{
	const struct lightexit_clock *clock = POINTER(struct lightexit_clock, vcpu->clock);
	_Alignas(16) struct lightexit_io_context context; /* cleared in two stores */
	u64 now_ns = 0;

	if (window->reads_clock && !lightexit_read_clock(clock, ticks(clock), &now_ns))
		return false;
	context = (struct lightexit_io_context){
		.offset = offset,
		.data = access->data,
		.now_ns = now_ns,
		.vcpu = vcpu->index,
		.size = access->size,
		.is_write = access->is_write,
		.space = window->space,
		.abi_version = LIGHTEXIT_ABI_VERSION,
	};
	if (!run_filter(window, &context))
		return false;
	*value = context.data;
	return true;
}

/* ---- one register ------------------------------------------------------------------- */

/* The counter of a register and a direction. */
PART struct lightexit_counter *counter_of(const struct lightexit_vcpu *vcpu,
					  const struct lightexit_window *window, u64 offset,
					  bool is_write)
{
	u64 lane = window->counters + vcpu->lane * window->lane_size;
	u64 number = (offset - window->offset) >> window->counter_shift;

	return POINTER(struct lightexit_counter, lane) + (2 * number | is_write);
}

/* The filter answers if the access `fits` and the filter handles it, else the model; counted. */
PART struct answer answer(struct lightexit_vcpu *vcpu, struct lightexit_window *window,
			  u64 offset, const struct access *access, bool fits)
{
	struct lightexit_counter *counter;
	struct answer answer = { 0 };

	answer.by_filter = window->filter && fits &&
			   try_filter(vcpu, window, offset, access, &answer.value);
	if (!answer.by_filter)
		answer.value = ask_model(vcpu, window, offset, access->size, access->is_write,
					 access->data);
	counter = counter_of(vcpu, window, offset, access->is_write);
	++*(answer.by_filter ? &counter->handled : &counter->passed);
	return answer;
}

/* The same, with tracing and timing: the slow copy, only for buses that are watched. */
PART u64 answer_timed(struct lightexit_vcpu *vcpu, struct lightexit_window *window,
		      u64 offset, const struct access *access, bool fits)
{
	const struct lightexit_tables *bus = POINTER(struct lightexit_tables, vcpu->bus);
	const struct lightexit_clock *clock = POINTER(struct lightexit_clock, vcpu->clock);
	struct lightexit_counter *counter;
	struct answer answered;
	u64 address = window->base + offset - window->offset;
	bool timed = bus->timed;
	u64 elapsed, start = ticks(clock);

	answered = answer(vcpu, window, offset, access, fits);
	elapsed = ticks(clock) - start; /* without what the listener takes */
	trace_timed(vcpu,
		    answered.by_filter ? LIGHTEXIT_TRACE_POINT_HANDLED :
					 LIGHTEXIT_TRACE_POINT_PASSED,
		    access, address, access->is_write ? access->data : answered.value, elapsed);
	if (timed) {
		counter = counter_of(vcpu, window, offset, access->is_write);
		*(answered.by_filter ? &counter->handled_ticks : &counter->passed_ticks) += elapsed;
	}
	return answered.value;
}

/* One access as filter and model see it: a whole register, or any in a window without a width. */
RARE u64 answer_register(struct lightexit_vcpu *vcpu, struct lightexit_window *window,
			 u64 offset, u64 size, bool is_write, u64 data)
{
	struct access access = {
		.data = data, .size = size, .is_write = is_write, .space = window->space
	};

	return answer_timed(vcpu, window, offset, &access, true);
}

/* An access to part of a register: the model answers it unchanged. */
RARE u64 answer_misfit(struct lightexit_vcpu *vcpu, struct lightexit_window *window,
		       u64 offset, u64 size, bool is_write, u64 data)
{
	struct access access = {
		.data = data, .size = size, .is_write = is_write, .space = window->space
	};

	return answer_timed(vcpu, window, offset, &access, false);
}

/* An access within a window that is not exactly one register: split into registers if possible. */
RARE u64 cut(struct lightexit_vcpu *vcpu, struct lightexit_window *window, u64 offset,
	     u64 size, bool is_write, u64 data)
{
	u64 width = window->register_width, done, part, value = 0;

	if ((offset | size) & (width - 1))
		return answer_misfit(vcpu, window, offset, size, is_write, data);
	for (done = 0; done < size; done += width) {
		part = data >> (8 * done) & mask(width);
		part = answer_register(vcpu, window, offset + done, width, is_write, part);
		value |= (part & mask(width)) << (8 * done);
	}
	return value;
}

/* ---- from an access to registers ---------------------------------------------------- */

/* Whether an access is exactly one register of a window, and therefore lies within the window. */
PART bool is_register(const struct lightexit_window *window, u64 distance, u64 size)
{
	return window->register_width == size && !(distance & (size - 1));
}

RARE u64 perform_again(struct lightexit_vcpu *vcpu, u8 space, u64 address, u64 size,
		       bool is_write, u64 data);

/* An access across the edge of a window, byte by byte; after the last port comes the first. */
RARE u64 split(struct lightexit_vcpu *vcpu, u8 space, u64 address, u64 size, bool is_write,
	       u64 data)
{
	u64 i, at, value = 0;

	for (i = 0; i < size; i++) {
		at = space == LIGHTEXIT_SPACE_PIO ? (address + i) & 0xffff : address + i;
		value |= perform_again(vcpu, space, at, 1, is_write, data >> (8 * i) & 0xff)
			 << (8 * i);
	}
	vcpu->unclaimed = false;
	return value;
}

/* The value read. Inlined into every entry point, so that each keeps only the code it needs. */
PART u64 perform(struct lightexit_vcpu *vcpu, const struct access *access, bool may_be_timed)
{
	struct lightexit_tables *bus = POINTER(struct lightexit_tables, vcpu->bus);
	u64 address = access->address, size = access->size, data = access->data, distance, offset;
	bool is_write = access->is_write, is_one;
	u8 space = access->space;
	struct lightexit_window *window;

	window = route(vcpu, bus, space, address);
	if (!window) {
		window = touched(vcpu, bus, space, address, size);
		if (!window)
			return unclaimed(vcpu, space, address, size, is_write, data);
		/* If a device was added at the first address meanwhile, it gets the whole access. */
		if (!contains(window, address))
			return split(vcpu, space, address, size, is_write, data);
	}
	distance = address - window->base;
	offset = window->offset + distance;
	is_one = is_register(window, distance, size);
	if (!is_one && extent(space, size) > window->size - distance)
		return split(vcpu, space, address, size, is_write, data);
	if (!is_one && window->register_width)
		return cut(vcpu, window, offset, size, is_write, data);
	if (may_be_timed)
		return answer_register(vcpu, window, offset, size, is_write, data);
	return answer(vcpu, window, offset, access, true).value;
}

/* The same, not inlined, for slow paths; the value read is truncated to the access. */
RARE u64 perform_again(struct lightexit_vcpu *vcpu, u8 space, u64 address, u64 size,
		       bool is_write, u64 data)
{
	struct access access = {
		.address = address,
		.data = data,
		.size = size,
		.is_write = is_write,
		.space = space,
	};

	return perform(vcpu, &access, true) & mask(size);
}

/* ---- entry points ------------------------------------------------------------------- */

/* Calls expired() when the budget is used up. */
PART void spend(const struct lightexit_vcpu *vcpu)
{
	if (!vcpu->budget)
		POINTER(notify_function, vcpu->expired)();
}

/* An access on a bus that times or traces accesses, or whose clock steps with each. */
RARE u64 enter_watched(struct lightexit_vcpu *vcpu, u8 space, u64 address, u64 size,
		       bool is_write, u64 data)
{
	struct lightexit_clock *clock = POINTER(struct lightexit_clock, vcpu->clock);
	struct access access = { .size = size, .is_write = is_write, .space = space };
	u64 value;

	__atomic_fetch_add(&clock->state.base_ns, clock->state.step_ns, __ATOMIC_RELAXED);
	spend(vcpu);
	trace(vcpu, LIGHTEXIT_TRACE_POINT_ACCESS_IN, &access, address, data);
	value = perform_again(vcpu, space, address, size, is_write, data);
	trace(vcpu, LIGHTEXIT_TRACE_POINT_ACCESS_OUT, &access, address, is_write ? data : value);
	return value;
}

/* An access of a guest: counts against its budget, and advances a stepping clock. */
PART u64 enter(struct lightexit_vcpu *vcpu, const struct access *access)
{
	vcpu->budget--;
	if (POINTER(struct lightexit_tables, vcpu->bus)->watched)
		return enter_watched(vcpu, access->space, access->address, access->size,
				     access->is_write, access->data);
	spend(vcpu);
	return perform(vcpu, access, false);
}

/* Signature of Unicorn's IN hook; the vCPU is its user data. Unicorn truncates the value. */
ENTRY u32 port_in(void *engine, u32 port, u32 size, struct lightexit_vcpu *vcpu)
{
	struct access access = { .address = port, .size = size };

	(void)engine;
	return enter(vcpu, &access);
}

/* Signature of Unicorn's OUT hook. */
ENTRY void port_out(void *engine, u32 port, u32 size, u32 value, struct lightexit_vcpu *vcpu)
{
	struct access access = {
		.address = port, .size = size, .data = value & mask(size), .is_write = true
	};

	(void)engine;
	enter(vcpu, &access);
}

/* Signature of Unicorn's callback for a mapped range; the aperture is its user data. */
ENTRY u64 memory_read(void *engine, u64 offset, u32 size, const struct lightexit_aperture *aperture)
{
	struct access access = {
		.address = aperture->base + offset, .size = size, .space = LIGHTEXIT_SPACE_MMIO
	};

	(void)engine;
	return enter(POINTER(struct lightexit_vcpu, aperture->vcpu), &access) & mask(size);
}

ENTRY void memory_write(void *engine, u64 offset, u32 size, u64 value,
		  const struct lightexit_aperture *aperture)
{
	struct access access = {
		.address = aperture->base + offset,
		.data = value & mask(size),
		.size = size,
		.is_write = true,
		.space = LIGHTEXIT_SPACE_MMIO,
	};

	(void)engine;
	enter(POINTER(struct lightexit_vcpu, aperture->vcpu), &access);
}

/*
 * An access described by a context: offset is the address, data is in and out. Returns whether a
 * device answers it: an MSR without a device, or whose model refuses the access, raises #GP.
 */
ENTRY u32 perform_context(struct lightexit_vcpu *vcpu, struct lightexit_io_context *context)
{
	const struct lightexit_tables *bus = POINTER(struct lightexit_tables, vcpu->bus);
	struct access access = {
		.address = context->offset & (context->space == LIGHTEXIT_SPACE_PIO ? 0xffff :
									      ~(u64)0),
		.data = context->data & mask(context->size),
		.size = context->size,
		.is_write = context->is_write,
		.space = context->space,
	};
	bool is_there = access.space != LIGHTEXIT_SPACE_MSR || at_msr(bus, access.address);

	vcpu->refused = false;
	context->data = enter(vcpu, &access) & mask(access.size);
	return is_there && !vcpu->refused;
}

/* The same for what the CPU has itself where no device does: then nothing is counted. */
ENTRY u32 perform_claimed(struct lightexit_vcpu *vcpu, struct lightexit_io_context *context)
{
	const struct lightexit_tables *bus = POINTER(struct lightexit_tables, vcpu->bus);

	if (!route(vcpu, bus, context->space, context->offset))
		return ACCESS_ABSENT;
	return perform_context(vcpu, context) ? ACCESS_ANSWERED : ACCESS_REFUSED;
}
