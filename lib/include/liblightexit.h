/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-or-later */
/*
 * liblightexit: filters in a VMM's own vCPU loop, and in the host kernel.
 *
 * A VMM puts its devices' regions on a bus, each with the functions of its device model and, if it
 * has one, a filter that `lightexit build` has made. For every exit it calls lightexit_access():
 * the filter answers, or passes the access on to the model.
 *
 *     lightexit_bus_create(NULL, &bus);
 *     lightexit_state_create(bus, &(struct lightexit_state_options){ ... }, &state);
 *     lightexit_region_add(bus, &(struct lightexit_region_options){ ... }, &region);
 *     lightexit_vcpu_create(bus, 0, &vcpu);
 *     ...
 *     lightexit_access(vcpu, &(struct lightexit_access){ ... });
 *
 * Threads: each vCPU object is one thread's at a time. All other functions may be called by any
 * thread at any time, while vCPUs run, unless said otherwise. lightexit_access() allocates nothing
 * and waits for nothing but the lock of a state, before it calls a model.
 *
 * Errors: a function that can fail returns LIGHTEXIT_OK (0) or an `enum lightexit_error`, all of
 * them negative, and has then changed nothing. lightexit_error_text() says what a code means,
 * lightexit_last_error() what it was this time.
 */
#ifndef LIBLIGHTEXIT_H
#define LIBLIGHTEXIT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lightexit.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Of this header; lightexit_version() is that of the library. The first number is the ABI's. */
#define LIBLIGHTEXIT_VERSION "1.0"

struct lightexit_bus;
struct lightexit_state;
struct lightexit_region;
struct lightexit_vcpu;

/* ---- errors ---------------------------------------------------------------------------- */

enum lightexit_error {
	LIGHTEXIT_OK = 0,
	LIGHTEXIT_ERROR_ARGUMENT = -1,	/* a value that the function does not take */
	LIGHTEXIT_ERROR_MEMORY = -2,	/* no memory left */
	LIGHTEXIT_ERROR_ABI = -3,	/* a filter built for another version of the contract */
	LIGHTEXIT_ERROR_STATE = -4,	/* states that are not those of the filter */
	LIGHTEXIT_ERROR_OVERLAP = -5,	/* addresses that another region has */
	LIGHTEXIT_ERROR_IN_USE = -6,	/* something that others still need */
	LIGHTEXIT_ERROR_SAVED = -7,	/* saved bytes that are damaged, or of another kind */
	LIGHTEXIT_ERROR_LAYOUT = -8,	/* saved bytes of another layout */
	LIGHTEXIT_ERROR_MAP = -9,	/* a descriptor of no fitting BPF map or memfd */
	LIGHTEXIT_ERROR_NO_MODULE = -10,	/* the kernel module is not loaded */
	LIGHTEXIT_ERROR_RIGHTS = -11,	/* the kernel does not let this process do it */
	LIGHTEXIT_ERROR_MODULE = -12,	/* the kernel module, or bpf(2), refuses */
	LIGHTEXIT_ERROR_CLOCK = -13,	/* a clock that is running, or that the kernel cannot read */
	LIGHTEXIT_ERROR_PROGRAM = -14,	/* a descriptor that is not that of the region's filter */
	LIGHTEXIT_ERROR_NO_LOADER = -15,	/* lightexit-loader is not there, or does not answer */
	LIGHTEXIT_ERROR_LOADER = -16,	/* lightexit-loader refuses, or its answer is none */
};

/* One sentence for a code; for a number that is none, too. Never NULL. */
const char *lightexit_error_text(int error);

/* What the last failure in this thread was, with names and numbers: good until the next one. */
const char *lightexit_last_error(void);

/* The version of the library, "1.0". */
const char *lightexit_version(void);

/* ---- filters --------------------------------------------------------------------------- */

#define LIGHTEXIT_MOST_STATES 8
#define LIGHTEXIT_MOST_DOORBELLS 32

/* One state that a filter works on. */
struct lightexit_filter_state {
	const char *name;
	uint64_t size;		/* of the state in bytes, without its header */
	uint64_t fingerprint;	/* of its layout */
};

/* A filter's native code and what was proved of it: NAME_FILTER in the NAME.h of its build. */
struct lightexit_filter {
	uint32_t abi_version;	/* LIGHTEXIT_ABI_VERSION of the build */
	uint32_t flags;		/* enum lightexit_attach_flag */
	const char *name;
	uint64_t (*run)(struct lightexit_io_context *context, uint8_t *const *states);
	uint32_t worst_case;	/* instructions that any run executes at most */
	uint32_t state_count;
	struct lightexit_filter_state states[LIGHTEXIT_MOST_STATES];
};

/* ---- the bus --------------------------------------------------------------------------- */

enum lightexit_clock_source {
	LIGHTEXIT_CLOCK_MONOTONIC = 0,	/* clock_gettime(CLOCK_MONOTONIC) */
	LIGHTEXIT_CLOCK_TSC = 1,	/* the CPU's cycle counter: x86 only, and invariant */
};

enum lightexit_bus_flag {
	/* For a process that may not call membarrier(2): an access costs a fence more. */
	LIGHTEXIT_BUS_FLAG_FENCES = 1,
};

/* All but struct_size may be 0. */
struct lightexit_bus_options {
	uint32_t struct_size;	/* sizeof(struct lightexit_bus_options) */
	uint32_t vcpus;		/* how many there can be; 0 stands for 256 */
	uint32_t clock_source;	/* enum lightexit_clock_source */
	uint32_t tsc_khz;	/* LIGHTEXIT_CLOCK_TSC: cycles in a millisecond, KVM_GET_TSC_KHZ */
	int clock_map_fd;	/* a map of lightexit_map_create() for the clock, or 0: none */
	uint32_t flags;		/* enum lightexit_bus_flag */
};

/*
 * An empty bus. Its VM time is paused and 0. `options` may be NULL.
 */
int lightexit_bus_create(const struct lightexit_bus_options *options, struct lightexit_bus **bus);

/* Removes all that is on it. No vCPU of it may be running, or be used again; NULL is ignored. */
void lightexit_bus_destroy(struct lightexit_bus *bus);

/* ---- VM time --------------------------------------------------------------------------- */

/* VM time in ns. Any thread; never goes back but by lightexit_clock_set(). */
uint64_t lightexit_clock_now(const struct lightexit_bus *bus);

/* VM time stands still until lightexit_clock_resume(). Pausing twice is as pausing once. */
void lightexit_clock_pause(struct lightexit_bus *bus);
void lightexit_clock_resume(struct lightexit_bus *bus);

/* VM time is `ns` later from now on: what a VM missed while it was saved, for instance. */
void lightexit_clock_skip(struct lightexit_bus *bus, uint64_t ns);

/* Sets VM time of a restored VM; while it is paused only, else LIGHTEXIT_ERROR_CLOCK. */
int lightexit_clock_set(struct lightexit_bus *bus, uint64_t ns);

/* ---- states ---------------------------------------------------------------------------- */

/*
 * A state is a device's registers as its filters and its model see them, with a version word in
 * front. What reads it without its lock may see half of a change.
 */
struct lightexit_state_options {
	uint32_t struct_size;	/* sizeof(struct lightexit_state_options) */
	uint32_t version;	/* of the layout: saved with the bytes */
	const char *name;	/* at most 255 bytes; copied */
	uint64_t size;		/* in bytes, at most 256 MiB */
	uint64_t fingerprint;	/* of the layout, NAME_STATE_FINGERPRINT of a NAME.h; or 0: not held
				   against that of filters and of saved bytes */
	int map_fd;		/* the BPF map that is its memory, for filters in the kernel; or 0:
				   memory of this process */
	int memory_fd;		/* a memfd that is its memory, for other processes to map: sealed with
				   F_SEAL_SHRINK; or 0 */
};

/*
 * A state of zeros, or with what the map or memory holds. Their descriptors are duplicated. A lock
 * that a killed VMM has left in memory_fd is released: one VMM at a time works on it.
 */
int lightexit_state_create(struct lightexit_bus *bus, const struct lightexit_state_options *options,
			   struct lightexit_state **state);

/*
 * Memory for a state of `size` bytes that other processes can map, too: a new descriptor of a
 * sealed memfd, or an error. What they map begins with the header, so the state's bytes are
 * sizeof(struct lightexit_state_header) behind that. Whoever has it may write there what it
 * likes: filter and model take its words as they take a guest's.
 */
int lightexit_memory_create(const char *name, uint64_t size);

/* LIGHTEXIT_ERROR_IN_USE while a region works on it. NULL is ignored. */
int lightexit_state_destroy(struct lightexit_state *state);

/* The state's bytes, aligned to 16: for its model within its callbacks, or under its lock. */
void *lightexit_state_data(const struct lightexit_state *state);

/*
 * What filters and models hold off: for timers and other threads of a device model. Filters pass
 * while it is held. Not recursive, and held around a model's callbacks: those do not take it.
 */
void lightexit_state_lock(struct lightexit_state *state);
bool lightexit_state_try_lock(struct lightexit_state *state);
void lightexit_state_unlock(struct lightexit_state *state);

/*
 * Saved bytes of a state: a head, the state's name and bytes, and a checksum. _save() writes
 * them, at one moment between two accesses, and returns how many they are; with `capacity` less
 * than that it writes none. _restore() takes them; LIGHTEXIT_ERROR_LAYOUT where version or
 * fingerprint are others than the state's: see lightexit_saved_look(). Neither is to be called
 * within a model's callback.
 */
size_t lightexit_state_save(struct lightexit_state *state, void *bytes, size_t capacity);
int lightexit_state_restore(struct lightexit_state *state, const void *bytes, size_t size);

/* What saved bytes hold: for a VMM that converts an older layout by itself. */
struct lightexit_saved {
	const char *name;	/* not terminated: name_size bytes */
	const void *data;	/* the state's bytes, not aligned */
	uint64_t fingerprint;
	uint64_t now_ns;	/* VM time when they were saved */
	uint32_t name_size;
	uint32_t size;
	uint32_t version;
	uint32_t reserved;
};
int lightexit_saved_look(const void *bytes, size_t size, struct lightexit_saved *saved);

/* ---- regions --------------------------------------------------------------------------- */

enum lightexit_line_change {
	LIGHTEXIT_LINE_LOWER = 0,
	LIGHTEXIT_LINE_RAISE = 1,
	LIGHTEXIT_LINE_PULSE = 2,
};

/*
 * A range of addresses and who answers there. The callbacks run in the thread that makes the
 * access. `read` and `write` hold the locks of all the region's states; `size` is 1 to 8 bytes, or
 * the register width. What else they need is theirs to lock: they may not wait for another vCPU.
 *
 * The functions for actions may be called with or without those locks. One that a filter asks for
 * and the region lacks is not carried out; lightexit_region_add() refuses no filter for it.
 */
struct lightexit_region_options {
	uint32_t struct_size;	/* sizeof(struct lightexit_region_options) */
	uint32_t space;		/* enum lightexit_space */
	uint64_t base;
	uint64_t size;		/* addresses: bytes, of MSRs registers */
	uint64_t offset;	/* of the device's register at `base` */
	uint32_t register_width;	/* accesses are cut into registers of 1, 2, 4 or 8 bytes; or 0 */
	uint32_t state_count;
	struct lightexit_state *const *states;	/* the filter's in its order, then other ones of the
						   model's */
	const struct lightexit_filter *filter;	/* or NULL; copied, but for its code and the names in
						   it: these stay, as those of a NAME.h do */

	uint64_t (*read)(void *opaque, uint64_t offset, uint64_t size);
	void (*write)(void *opaque, uint64_t offset, uint64_t value, uint64_t size);
	/* Each of these may be NULL. */
	void (*line)(void *opaque, uint32_t number, enum lightexit_line_change change);
	void (*doorbell)(void *opaque, uint32_t number);	/* those without an eventfd */
	void (*request)(void *opaque, const struct lightexit_io_context *context); /* APIC, EOI */
	/* Called once the region was removed and no vCPU can be in its callbacks any more. */
	void (*released)(void *opaque);
	void *opaque;

	const int *eventfds;	/* of doorbells, by number; -1 for one without; duplicated */
	uint32_t eventfd_count;
	uint32_t reserved;
};

/* From then on the region answers. */
int lightexit_region_add(struct lightexit_bus *bus, const struct lightexit_region_options *options,
			 struct lightexit_region **region);

/*
 * No access that begins from then on reaches it. Accesses in flight do: `released` is called when
 * they are over, by this function or by a later one that adds, removes or reclaims. The pointer is
 * good until then, and for no function but _count() and _total(). NULL is ignored.
 * LIGHTEXIT_ERROR_MEMORY, and the region stays, where there is none for a table without it.
 */
int lightexit_region_remove(struct lightexit_region *region);

/* One region gives way to another of the same addresses; no access falls between. */
int lightexit_region_replace(struct lightexit_region *leaving,
			     const struct lightexit_region_options *options,
			     struct lightexit_region **region);

/* Releases what was removed and is not in use any more; whether anything is left. */
bool lightexit_bus_reclaim(struct lightexit_bus *bus);

/* Accesses of one register in one direction. */
struct lightexit_count {
	uint64_t handled;	/* by the filter, in this process */
	uint64_t passed;	/* by the model */
};

/*
 * Those of the register at `offset`. A region of more than 4,096 registers counts neighbours
 * together. Offsets outside of the region have seen none.
 */
struct lightexit_count lightexit_region_count(const struct lightexit_region *region,
					      uint64_t offset, bool is_write);

/* Those of all of the region's registers. */
struct lightexit_count lightexit_region_total(const struct lightexit_region *region, bool is_write);

/* ---- accesses -------------------------------------------------------------------------- */

/* An access of a vCPU for lightexit_access(). */
struct lightexit_access {
	uint64_t address;	/* port, guest-physical address, or number of an MSR */
	void *data;		/* count * size bytes in guest order: written, or to be filled in */
	uint32_t count;		/* of elements: more than 1 for `rep ins` and `rep outs` */
	uint8_t size;		/* of one element: 1 to 8 bytes, of MSRs 8 */
	uint8_t space;		/* enum lightexit_space */
	uint8_t is_write;
	uint8_t reserved;
};

/* A vCPU, `index` in actions and counters: below `vcpus` of the bus, and no other's. */
int lightexit_vcpu_create(struct lightexit_bus *bus, uint32_t index, struct lightexit_vcpu **vcpu);

/* NULL is ignored. */
void lightexit_vcpu_destroy(struct lightexit_vcpu *vcpu);

/*
 * One exit. True if a device has (some of) these addresses and all of it was answered; false if
 * none has: then nothing was done but that a read has got all ones, and the VMM may ask elsewhere.
 * The members of `access` are to be what they say; nothing is checked here.
 */
bool lightexit_access(struct lightexit_vcpu *vcpu, const struct lightexit_access *access);

/* ---- recordings ------------------------------------------------------------------------ */

/*
 * From now on each access of the bus's vCPUs is written to `fd`, a file that was opened with
 * O_APPEND: when, what, who answered, how long that took. `lightexit record --from FILE -o
 * OUT.parquet` makes a recording of it. That costs a write(2) an access, and nothing while nothing
 * is recorded. What the kernel answers is not seen here. The descriptor is duplicated.
 * LIGHTEXIT_ERROR_IN_USE while the bus is being recorded already, _ARGUMENT where `fd` cannot be
 * written to.
 */
int lightexit_record_begin(struct lightexit_bus *bus, int fd);

/* No more is written; returns how many accesses could not be: after the first of those, none is. */
uint64_t lightexit_record_end(struct lightexit_bus *bus);

/* ---- in the kernel --------------------------------------------------------------------- */

/*
 * A BPF map of one value for a state or a clock of `size` bytes: a new descriptor, or an error.
 * Needs CAP_BPF. States of programs that libbpf loads have maps already.
 */
int lightexit_map_create(const char *name, uint64_t size);

/*
 * Has KVM answer the region's accesses by a program, inside the kernel, for the VM `vm_fd`: what
 * it passes on comes here as before. `program_fd` is the region's own filter, NAME.bpf.o, loaded
 * over the maps of its states. Where it fails, the region goes on as it was: answered here.
 * LIGHTEXIT_ERROR_MAP where a state or, for a filter that reads time, the clock is in no map, or
 * the program works on other maps; LIGHTEXIT_ERROR_PROGRAM where it is no program of type syscall,
 * or not called as the filter is, as far as the kernel keeps names: 15 characters;
 * LIGHTEXIT_ERROR_STATE where its object was built for another layout of a state.
 */
int lightexit_region_attach(struct lightexit_region *region, int vm_fd, int program_fd);

/* The kernel answers no more; removing a region detaches it, too. */
void lightexit_region_detach(struct lightexit_region *region);

/* What the kernel answered, and passed on, since it was attached; zeros if it is not. */
struct lightexit_count lightexit_region_count_in_kernel(const struct lightexit_region *region);

/*
 * Attaches this bus's regions by an open descriptor of /dev/lightexit, which is duplicated: for a
 * process that may not open it. 0: by opening it, again.
 */
int lightexit_bus_use_module(struct lightexit_bus *bus, int module_fd);

/* ---- without rights -------------------------------------------------------------------- */

/*
 * lightexit-loader loads objects for a process that may not call bpf(2) nor open /dev/lightexit,
 * and hands over descriptors:
 *
 *     lightexit_loader_connect(NULL, &loader);
 *     lightexit_loader_load(loader, "pit_read_or_latch", &object);
 *     lightexit_object_map(object, PIT_READ_OR_LATCH_PIT_MAP)     is map_fd of the state
 *     lightexit_loader_clock(loader)                              is clock_map_fd of the bus
 *     lightexit_bus_use_module(bus, lightexit_loader_module(loader));
 *     lightexit_region_attach_object(region, vm_fd, object);
 *
 * Where any of it fails, a VMM goes on with its filters in user space. A loader and its objects
 * are for one thread at a time. No function waits for longer than 30 s.
 */
struct lightexit_loader;
struct lightexit_object;

/* `path` is that of its socket; NULL stands for /run/lightexit/loader.sock. */
int lightexit_loader_connect(const char *path, struct lightexit_loader **loader);

/* What it has given stays. The loader itself hangs up after 30 s without a request. NULL: nothing. */
void lightexit_loader_close(struct lightexit_loader *loader);

/* The programs and maps of the loader's NAME.bpf.o: maps of this process's own, each time. */
int lightexit_loader_load(struct lightexit_loader *loader, const char *name,
			  struct lightexit_object **object);

/*
 * A descriptor of the object's, until that is closed; LIGHTEXIT_ERROR_ARGUMENT: it has none. Maps
 * are called as libbpf calls them, ".data." and the state's name: FILTER_STATE_MAP in a NAME.h.
 */
int lightexit_object_program(const struct lightexit_object *object, const char *name);
int lightexit_object_map(const struct lightexit_object *object, const char *name);

/*
 * As lightexit_region_attach(), by the object's program that is called as the region's filter is.
 * It refuses the same, and calls no bpf(2): which maps belong to a program, the loader has said.
 */
int lightexit_region_attach_object(struct lightexit_region *region, int vm_fd,
				   const struct lightexit_object *object);

/* What uses its descriptors has duplicated them. NULL is ignored. */
void lightexit_object_close(struct lightexit_object *object);

/* A map for a bus's clock; /dev/lightexit, opened: new descriptors, or errors. */
int lightexit_loader_clock(struct lightexit_loader *loader);
int lightexit_loader_module(struct lightexit_loader *loader);

#ifdef __cplusplus
}
#endif

#endif /* LIBLIGHTEXIT_H */
