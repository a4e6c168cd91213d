// SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-or-later
/* BPF programs for what KVM tells of interrupt controllers; see accesses.c. */
#include "sampling.h"
#include "tables.h"

int kvm_apic(const __u64 *args)
{
	struct lightexit_apic_tally *counted;
	struct lightexit_apic_tally_key key;
	__u64 id = pid_and_tid();
	struct look look;

	if (!is_looked_at(&look))
		return 0;
	key.pid = id >> 32;
	key.tid = id;
	key.offset = args[1];
	key.is_write = (args[0] & 0xffffffff) ? 1 : 0;
	if (!is_watched(key.pid))
		return 0;
	counted = entry_of(&apic, &key, &config.no_apic);
	if (counted)
		counted->accesses += 1ULL << look.shift;
	else
		lost(1ULL << look.shift, 0);
	return 0;
}

/* The thread of KVM's PIT is none of the VMM: "kvm-pit/" and the VMM's number is its name. */
inline_always int is_kvms_pit(void)
{
	__u64 name[2];

	return thread_name(name, sizeof(name)) == 0 && name[0] == 0x2f7469702d6d766bULL;
}

inline_always struct lightexit_line_tally *line_of(__u32 pid, __u32 gsi)
{
	struct lightexit_line_tally_key key;

	key.pid = pid;
	key.gsi = gsi;
	return entry_of(&lines, &key, &config.no_line);
}

int kvm_set_irq(const __u64 *args)
{
	__u64 id = pid_and_tid();
	struct lightexit_line_tally *tally;
	__u32 pid = id >> 32;
	struct look look;
	thread *own;

	if (!is_looked_at(&look))
		return 0;
	if (!is_watched(pid) && !is_kvms_pit())
		return 0;
	own = any_thread(pid, id);
	tally = line_of(pid, args[0]);
	if (!own || !tally)
		return 0;
	own->gsi = args[0];
	own->line = LINE_SET;
	own->shift = look.shift;
	__sync_fetch_and_add(&tally->changes, 1ULL << look.shift);
	return 0;
}

/* An interrupt controller has got what kvm_set_irq told of in this thread. */
inline_always void at_controller(int is_masked)
{
	__u64 id = pid_and_tid();
	__u32 tid = id;
	thread *own = find(&threads, &tid);
	struct lightexit_line_tally *tally;

	if (!own || own->line == LINE_NONE || own->line == LINE_TAKEN)
		return;
	if (is_masked && own->line == LINE_MASKED)
		return;
	tally = line_of(own->pid, own->gsi);
	if (tally && is_masked)
		__sync_fetch_and_add(&tally->masked, 1ULL << own->shift);
	else if (tally && own->line == LINE_MASKED)
		__sync_fetch_and_add(&tally->masked, -(1ULL << own->shift));
	own->line = is_masked ? LINE_MASKED : LINE_TAKEN;
}

int kvm_pic_set_irq(const __u64 *args)
{
	__u32 pin = args[1] & 7, masked_pins = args[3];

	at_controller(masked_pins >> pin & 1);
	return 0;
}

int kvm_ioapic_set_irq(const __u64 *args)
{
	at_controller(args[0] >> 16 & 1);
	return 0;
}
