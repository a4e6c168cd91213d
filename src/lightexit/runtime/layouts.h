/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-or-later */
/* Generated from layout.py by `make header`; do not edit. */
#ifndef LIGHTEXIT_LAYOUTS_H
#define LIGHTEXIT_LAYOUTS_H

#include <linux/types.h>

#define LIGHTEXIT_FOUND_SHIFT 52
#define LIGHTEXIT_CODE_BLOCK 65536
#define LIGHTEXIT_CR8 0x8000000000000000
#define LIGHTEXIT_MSR_PLACES 256
#define LIGHTEXIT_PLACES 1024
#define LIGHTEXIT_PLACES_SHIFT 54

enum lightexit_trace_point {
	LIGHTEXIT_TRACE_POINT_ACCESS_IN = 0,
	LIGHTEXIT_TRACE_POINT_HANDLED = 1,
	LIGHTEXIT_TRACE_POINT_PASSED = 2,
	LIGHTEXIT_TRACE_POINT_UNCLAIMED = 3,
	LIGHTEXIT_TRACE_POINT_ACCESS_OUT = 4,
};

struct lightexit_event {
	__u64 address;
	__u64 data;
	__u64 ticks;
	__u32 vcpu;
	__u8 point;
	__u8 space;
	__u8 size;
	__u8 is_write;
};

struct lightexit_place {
	__u64 name;
	__u64 reads;
	__u64 writes;
};

struct lightexit_addresses {
	__u64 ranges;
	__u64 places;
	__u64 other_reads;
	__u64 other_writes;
};

struct lightexit_tables {
	__u64 ports;
	struct lightexit_addresses memory;
	struct lightexit_addresses msrs;
	__u8 watched;
	__u8 timed;
	__u64 unclaimed_ports;
	__u64 relax;
	__u64 trace;
};

struct lightexit_ranges {
	__u64 count;
	__u64 number;
};

struct lightexit_range {
	__u64 base;
	__u64 end;
	__u64 window;
};

struct lightexit_window {
	__u64 base;
	__u64 size;
	__u64 offset;
	__u64 filter;
	__u64 lock_count;
	__u64 counters;
	__u64 lane_size;
	__u64 counter_shift;
	__u64 register_width;
	__u8 space;
	__u8 writes_state;
	__u8 reads_clock;
	__u64 opaque;
	__u64 read_model;
	__u64 write_model;
	__u64 host;
	__u64 act;
	__u64 write_file;
	__u64 maps[8];
	__u64 locks[8];
	__u32 native_doorbells;
	__u32 eventfds[32];
	__u8 refused;
};

struct lightexit_counter {
	__u64 handled;
	__u64 passed;
	__u64 handled_ticks;
	__u64 passed_ticks;
};

struct lightexit_found {
	__u64 number;
	__u64 window;
};

struct lightexit_vcpu {
	__u64 ports;
	__u64 clock;
	__u64 bus;
	__u64 budget;
	__u64 expired;
	__u64 lane;
	__u32 index;
	__u8 unclaimed;
	__u8 refused;
	struct lightexit_found found[4096];
};

struct lightexit_aperture {
	__u64 vcpu;
	__u64 base;
};

struct lightexit_loop {
	__u64 ioctl;
	__u64 access;
	__u64 vcpu;
	__u64 shared;
	__u64 entries;
	__u64 tpr;
	__u32 fd;
};

struct lightexit_watch {
	__u32 stop;
	__u16 interrupt;
	__u8 nmi;
	__u8 look;
	__u32 skip_block;
	__u32 is_stopped;
	__u32 is_trapped;
	__u32 vector;
	__u64 previous_end;
	__u64 emu_stop;
	__u64 reg_read;
	__u32 flags_register;
	__u32 is_syscall;
	__u64 flags;
	__u64 delivery;
	__u64 msrs;
};

struct lightexit_segment {
	__u32 selector;
	__u64 base;
	__u32 limit;
	__u32 flags;
};

struct lightexit_saved_cpu {
	__u8 head[40];
	__u64 general[16];
	__u64 rip;
	__u64 flags[5];
	__u32 hidden_flags;
	__u32 hidden_flags2;
	struct lightexit_segment segments[6];
	struct lightexit_segment ldt;
	struct lightexit_segment task;
	struct lightexit_segment gdt;
	struct lightexit_segment idt;
	__u64 control[5];
	__u8 other[128];
	__u64 efer;
	__u8 vectors[4224];
	__u64 star;
	__u64 vm_hsave;
	__u64 lstar;
	__u64 cstar;
	__u64 fmask;
	__u8 msrs[520];
	__u32 error_code;
	__u32 is_software;
	__u64 next_rip;
	__u64 debug[12];
	__u32 pending;
};

struct lightexit_slot {
	__u64 start;
	__u64 size;
	__u64 host;
};

struct lightexit_delivery {
	__u64 saved;
	__u64 save;
	__u64 restore;
	__u64 reg_write;
	__u64 control;
	__u64 hook_add;
	__u64 refuse;
	__u64 slots;
	__u32 slot_count;
	__u8 is_known;
	__u64 frame;
	__u64 code;
	__u64 blocks;
	__u32 rax;
	__u32 rdx;
	__u32 rcx;
	__u32 msr;
	__u64 clock;
	__u64 leave;
};

struct lightexit_msr_place {
	__u64 first;
	__u64 last;
};

struct lightexit_msr_watch {
	__u64 vcpu;
	__u64 access;
	__u32 rip;
	__u8 is_on;
	__u8 is_full;
	__u8 is_announced;
	__u32 count;
	__u32 hooked;
	struct lightexit_msr_place places[256];
};

#endif /* LIGHTEXIT_LAYOUTS_H */
