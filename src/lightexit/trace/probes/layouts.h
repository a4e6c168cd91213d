/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-or-later */
/* Generated from layout.py by `make header`; do not edit. */
#ifndef LIGHTEXIT_PROBES_LAYOUTS_H
#define LIGHTEXIT_PROBES_LAYOUTS_H

#include <linux/types.h>

#define LIGHTEXIT_MOST_REGISTERS_OF_VM 12288
#define LIGHTEXIT_MOST_PAGES_OF_VM 4096

enum lightexit_space {
	LIGHTEXIT_SPACE_PIO = 0,
	LIGHTEXIT_SPACE_MMIO = 1,
	LIGHTEXIT_SPACE_MSR = 2,
};

enum lightexit_answered_by {
	LIGHTEXIT_ANSWERED_BY_KVM = 0,
	LIGHTEXIT_ANSWERED_BY_USER = 1,
};

struct lightexit_register_key {
	__u64 address;
	__u32 pid;
	__u32 tid;
	__u32 what;
	__u32 zero;
};

struct lightexit_tally {
	__u64 accesses;
	__u64 timed;
	__u64 time_ns;
};

struct lightexit_access_tally {
	struct lightexit_tally kvm;
	struct lightexit_tally user;
	__u64 certain;
};

struct lightexit_line_tally_key {
	__u32 pid;
	__u32 gsi;
};

struct lightexit_line_tally {
	__u64 changes;
	__u64 masked;
};

struct lightexit_apic_tally_key {
	__u32 pid;
	__u32 tid;
	__u32 offset;
	__u32 is_write;
};

struct lightexit_seen_access {
	__u64 address;
	__u64 time_ns;
	__u64 value;
	__u32 count;
	__u32 what;
	__u32 has_value;
	__u32 zero;
};

struct lightexit_thread {
	struct lightexit_seen_access access;
	__u64 exit_ns;
	__u64 left_ns;
	__u32 pid;
	__u32 gsi;
	__u32 batch;
	__u8 pending;
	__u8 exit_space;
	__u8 unsatisfied;
	__u8 line;
	__u8 shift;
	__u8 told;
	__u8 in_doubt;
};

struct lightexit_watched_vm {
	__u64 registers;
};

struct lightexit_apic_tally {
	__u64 accesses;
};

struct lightexit_probe_config {
	__u32 filtered;
	__u32 records;
	__u32 whole_exits;
	__u32 ceiling;
	__u32 look_ns;
	__u32 skip_ns;
	__u32 sampled;
	struct lightexit_thread no_thread;
	struct lightexit_access_tally no_tally;
	struct lightexit_line_tally no_line;
	struct lightexit_watched_vm no_vm;
	struct lightexit_apic_tally no_apic;
};

struct lightexit_cpu_state {
	__u64 no_room;
	__u64 no_record;
	__u64 seen;
	__u64 since_seen;
	__u64 since_ns;
	__u32 since;
	__u32 shift;
};

struct lightexit_access_record {
	__u64 time_ns;
	__u64 address;
	__u64 value;
	__u64 duration_ns;
	__u32 pid;
	__u32 tid;
	__u32 what;
	__u32 count;
	__u32 has_value;
	__u32 zero;
};

#endif /* LIGHTEXIT_PROBES_LAYOUTS_H */
