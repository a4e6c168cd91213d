/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-or-later */
/* An access from the event that tells it until it is known who answers. */
#ifndef LIGHTEXIT_PROBES_SETTLING_H
#define LIGHTEXIT_PROBES_SETTLING_H

#include "sampling.h"
#include "tables.h"

#define MOST_ELEMENTS 64 /* of a string instruction, whose values are recorded */

called int record(const access *seen, __u32 answer, __u64 duration)
{
	struct lightexit_access_record *to = reserve(&ring, sizeof(*to), 0);
	__u64 id = pid_and_tid();

	if (!to) {
		lost(seen->count, 1);
		return 0;
	}
	to->time_ns = seen->time_ns;
	to->address = seen->address;
	to->value = seen->value;
	to->duration_ns = duration;
	to->pid = id >> 32;
	to->tid = id;
	to->what = seen->what | answer << 24;
	to->count = seen->count;
	to->has_value = seen->has_value;
	to->zero = 0;
	submit(to, NO_WAKEUP);
	return 0;
}

inline_always void count(const thread *own, __u32 answer, __u64 duration, __u32 certain)
{
	struct lightexit_access_tally *found = tally_of(own->access.address, own->access.what);
	__u64 accesses = (__u64)own->access.count << own->shift;
	struct lightexit_tally *tally;

	if (!found) {
		lost(accesses, 0);
		return;
	}
	tally = answer == USER ? &found->user : &found->kvm;
	tally->accesses += accesses;
	if (duration != UNKNOWN) {
		tally->timed += accesses;
		tally->time_ns += duration << own->shift;
	}
	if (certain)
		found->certain |= answer == USER ? CERTAINLY_USER : CERTAINLY_KVM;
}

/* The thread's access is over: `answer` did it. */
called int settle(thread *own, __u32 answer, __u64 duration, __u32 certain)
{
	own->pending = 0;
	own->told = 1 + answer;
	count(own, answer, duration, certain);
	if (config.records)
		record(&own->access, answer, duration);
	return 0;
}

/* The next event of a thread is no exit for its write, if it has one that waits. */
inline_always void settle_write(thread *own)
{
	if (!own->pending)
		return;
	settle(own, own->exit_space ? USER : KVM, UNKNOWN, 1);
	own->exit_space = 0;
}

inline_always int is_kvms_own(__u64 address, __u32 what)
{
	if ((what & 0xff) == MMIO)
		return address >> 20 == 0xfee || address >> 12 == 0xfec00;
	return (address >= 0x20 && address <= 0x21) || (address >= 0x40 && address <= 0x43) ||
	       (address >= 0xa0 && address <= 0xa1) || (address >= 0x4d0 && address <= 0x4d1) ||
	       address == 0x61;
}

/* Who answers this register, by what was certain; else KVM its interrupt controllers and PIT. */
called int usual_answer(__u64 address, __u32 what)
{
	const struct lightexit_access_tally *tally = tally_of(address, what);

	if (tally && tally->certain == CERTAINLY_KVM)
		return KVM;
	if (tally && tally->certain == CERTAINLY_USER)
		return USER;
	return is_kvms_own(address, what) ? KVM : USER;
}

/* Nothing is known of the thread's events before this one. */
inline_always void in_doubt(thread *own)
{
	if (own->pending)
		settle(own, usual_answer(own->access.address, own->access.what), UNKNOWN, 0);
	own->exit_space = 0;
	own->exit_ns = 0;
	own->left_ns = 0;
	own->unsatisfied = 0;
	own->in_doubt = 1;
}

/* What is known of the thread that is running; 0 where this event is not looked at. */
inline_always thread *this_thread(void)
{
	struct look look;
	thread *own;
	__u32 pid;
	__u64 id;

	if (!is_looked_at(&look))
		return 0;
	id = pid_and_tid();
	pid = id >> 32;
	if (!is_watched(pid))
		return 0;
	own = any_thread(pid, id);
	if (!own)
		return 0;
	look.batch = look.batch << 8 | (cpu_number() & 0xff);
	own->shift = look.shift;
	own->in_doubt = 0;
	if (own->batch != look.batch && config.sampled && look.tick - config.sampled < 4 * WINDOW)
		in_doubt(own);
	own->batch = look.batch;
	return own;
}

inline_always void see(thread *own, __u64 address, __u32 what, __u32 count)
{
	own->access.address = address;
	own->access.time_ns = now_ns();
	own->access.what = what;
	own->access.count = count;
	own->access.has_value = 0;
	own->access.value = 0;
}

inline_always void see_value(thread *own, const void *at)
{
	__u32 size = own->access.what >> 8 & 0xff;
	__u64 value = 0;

	if (!config.records || size > sizeof(value))
		return;
	if (read_kernel(&value, size, at) == 0) {
		own->access.value = value;
		own->access.has_value = 1;
	}
}

/* After a write to a port and one exit: whether KVM answered the read that ends here. */
inline_always int read_is_kvms(const thread *own, __u64 port, __u32 what)
{
	const struct lightexit_access_tally *write =
		tally_of(own->access.address, own->access.what);
	const struct lightexit_access_tally *read = tally_of(port, what);

	if ((!read || !read->certain) && write && write->certain == CERTAINLY_USER)
		return 1;
	if ((!read || !read->certain) && write && write->certain == CERTAINLY_KVM)
		return 0;
	return usual_answer(port, what) == KVM;
}

/* What an instruction with `rep` has read: counted together, recorded one by one. Of the last ones
 * of very many there is one record, without values: loops make the kernel's verifier slow. */
called int settle_string(thread *own, __u32 answer, __u64 duration, __u32 certain, const char *data)
{
	__u32 left = own->access.count, size = own->access.what >> 8 & 0xff, i;

	own->told = 1 + answer;
	count(own, answer, duration, certain);
	if (duration != UNKNOWN)
		duration /= left;
	own->access.count = 1;
	for (i = 0; i < MOST_ELEMENTS && left; i++, left--) {
		see_value(own, data + i * size);
		record(&own->access, answer, duration);
	}
	own->access.count = left;
	own->access.has_value = 0;
	if (left)
		record(&own->access, answer, duration);
	return 0;
}

/* A read ends: the exit to user space that it caused, if it did, came first. */
inline_always void settle_read(thread *own, int by_user, __u32 certain, const void *data)
{
	__u32 answer = by_user ? USER : KVM;
	__u64 duration = UNKNOWN;

	if (by_user && own->exit_ns && !config.whole_exits)
		duration = own->access.time_ns - own->exit_ns;
	own->exit_space = 0;
	own->unsatisfied = 0;
	if (own->access.count > 1 && config.records) {
		settle_string(own, answer, duration, certain, data);
		return;
	}
	see_value(own, data);
	settle(own, answer, duration, certain);
}

#endif /* LIGHTEXIT_PROBES_SETTLING_H */
