/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-or-later */
/* The hot path: an exit, element by element, through the runtime's dispatch routine. */
#include <string.h>

#include "internal.h"
#include "record.h"

#include "dispatch.c"

/* Sizes that guests use are one instruction each. */
PART u64 load(const void *element, u8 size)
{
	u64 value = 0;

	switch (size) {
	case 1:
		return *(const u8 *)element;
	case 2:
		memcpy(&value, element, 2);
		return value;
	case 4:
		memcpy(&value, element, 4);
		return value;
	default:
		memcpy(&value, element, size);
		return value;
	}
}

PART void store(void *element, u64 value, u8 size)
{
	switch (size) {
	case 1:
		memcpy(element, &value, 1);
		return;
	case 2:
		memcpy(element, &value, 2);
		return;
	case 4:
		memcpy(element, &value, 4);
		return;
	default:
		memcpy(element, &value, size);
	}
}

/* Whether a device has some of the element. A model's own accesses have left no trace here. */
PART bool perform_element(struct lightexit_vcpu *vcpu, struct access access, void *element)
{
	bool is_claimed;
	u64 value;

	access.data = access.is_write ? load(element, access.size) : 0;
	value = perform(vcpu, &access, false);
	if (!access.is_write)
		store(element, value, access.size);
	is_claimed = !vcpu->unclaimed;
	vcpu->unclaimed = false;
	return is_claimed;
}

/* `rep ins` and `rep outs`: every element is an access of its own, of the same port. */
RARE bool perform_string(struct lightexit_vcpu *vcpu, const struct lightexit_access *asked)
{
	struct access access = {
		.address = asked->address,
		.size = asked->size,
		.is_write = asked->is_write,
		.space = asked->space,
	};
	bool is_claimed = false;
	u32 i;

	for (i = 0; i < asked->count; i++)
		is_claimed |= perform_element(vcpu, access, (u8 *)asked->data + i * access.size);
	return is_claimed;
}

/* A copy for each space. */
PART bool perform_in(struct lightexit_vcpu *vcpu, const struct lightexit_access *asked, u8 space)
{
	struct access access = {
		.address = asked->address,
		.size = asked->size,
		.is_write = asked->is_write,
		.space = space,
	};

	return perform_element(vcpu, access, asked->data);
}

PART bool perform_all(struct lightexit_vcpu *vcpu, const struct lightexit_access *access)
{
	if (access->count != 1)
		return perform_string(vcpu, access);
	switch (access->space) {
	case LIGHTEXIT_SPACE_PIO:
		return perform_in(vcpu, access, LIGHTEXIT_SPACE_PIO);
	case LIGHTEXIT_SPACE_MMIO:
		return perform_in(vcpu, access, LIGHTEXIT_SPACE_MMIO);
	default:
		return perform_in(vcpu, access, LIGHTEXIT_SPACE_MSR);
	}
}

/* The same with trace points: the slow copy, while the bus is recorded. */
RARE bool perform_recorded(struct vcpu *vcpu, const struct lightexit_access *asked)
{
	struct lightexit_bus *before = record_from(vcpu->bus);
	bool is_claimed = false;
	u64 value;
	u32 i;

	for (i = 0; i < asked->count; i++) {
		u8 *element = (u8 *)asked->data + i * asked->size;

		value = perform_again(&vcpu->runtime, asked->space, asked->address, asked->size,
				      asked->is_write,
				      asked->is_write ? load(element, asked->size) : 0);
		if (!asked->is_write)
			store(element, value, asked->size);
		is_claimed |= !vcpu->runtime.unclaimed;
		vcpu->runtime.unclaimed = false;
	}
	record_from(before);
	return is_claimed;
}

/*
 * From here on nothing that the vCPU finds on the bus is freed. That the store comes before all
 * loads of tables is what membarrier(2) sees to, when something is retired.
 */
PART void begin(struct vcpu *vcpu)
{
	u64 depth = lightexit_load(&vcpu->depth) + 1;

	if (vcpu->fences)
		__atomic_exchange_n(&vcpu->depth, depth, __ATOMIC_SEQ_CST);
	else
		__atomic_store_n(&vcpu->depth, depth, __ATOMIC_RELAXED);
	__atomic_signal_fence(__ATOMIC_SEQ_CST);
}

PART void end(struct vcpu *vcpu)
{
	lightexit_store_release(&vcpu->depth, lightexit_load(&vcpu->depth) - 1);
}

PUBLIC bool lightexit_access(struct lightexit_vcpu *runtime, const struct lightexit_access *access)
{
	struct vcpu *vcpu = CONTAINER_OF(runtime, struct vcpu, runtime);
	bool is_claimed;

	begin(vcpu);
	if (__builtin_expect(__atomic_load_n(&vcpu->recorded, __ATOMIC_ACQUIRE), 0))
		is_claimed = perform_recorded(vcpu, access);
	else
		is_claimed = perform_all(runtime, access);
	end(vcpu);
	return is_claimed;
}
