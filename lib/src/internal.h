/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-or-later */
/* What the files of the library share. */
#ifndef LIBLIGHTEXIT_INTERNAL_H
#define LIBLIGHTEXIT_INTERNAL_H

#include <pthread.h>

#include "liblightexit.h"

#define ENTRY static inline
#include "runtime.h"

#define PUBLIC __attribute__((visibility("default")))
#define CONTAINER_OF(pointer, type, member) ((type *)((char *)(pointer) - offsetof(type, member)))
#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))

/* What the runtime knows of a vCPU, and whether it is on the bus at the moment. */
struct vcpu {
	u64 depth; /* accesses in flight: more than 1 where a model makes one */
	u64 quiescent_at; /* the bus's epoch when it was last seen outside of any */
	bool fences;
	bool recorded;
	struct lightexit_bus *bus;
	struct lightexit_vcpu runtime;
};

/* Something that a vCPU may still be using. */
struct retired {
	struct retired *next;
	u64 epoch;
	void (*free)(void *thing);
	void *thing;
};

struct lightexit_bus {
	struct lightexit_tables tables;
	struct lightexit_clock *clock;
	int clock_map_fd;
	u64 clock_rate; /* while it runs */
	u32 most_vcpus;
	bool fences;
	int module_fd; /* of /dev/lightexit; 0: it is opened when it is needed */
	int record_fd; /* 0: nothing was ever recorded; stays open then */
	bool recorded;
	u64 records; /* accesses since it was begun, and those that could not be written */
	u64 records_lost;
	u64 tables_published;
	u64 epoch;
	u64 ports[1 << 16]; /* windows */
	u64 unclaimed_ports[1 << 17];
	struct lightexit_place places[2][LIGHTEXIT_PLACES];
	/* All below is under the mutex. */
	pthread_mutex_t mutex;
	struct retired *retired;
	struct lightexit_region *regions;
	struct lightexit_state *states;
	struct vcpu *vcpus[];
};

struct lightexit_state {
	struct lightexit_state *next;
	struct lightexit_bus *bus;
	struct lightexit_state_header *header;
	u64 size;
	u64 fingerprint;
	u32 version;
	u32 users; /* regions */
	int map_fd; /* 0 for memory of this process */
	int memory_fd; /* or this, 0 for memory that is not shared */
	char name[256];
};

struct lightexit_region {
	struct lightexit_window window;
	struct lightexit_region *next;
	struct lightexit_bus *bus;
	struct lightexit_region_options options; /* what it points to is not valid any more */
	struct lightexit_filter filter;
	struct lightexit_state *states[LIGHTEXIT_MOST_STATES];
	int attachment; /* 0 where it is not attached */
	struct retired retired;
};

/* error.c: notes the sentence for lightexit_last_error(); returns the code. */
int failed(int error, const char *format, ...) __attribute__((format(printf, 2, 3)));
int out_of_memory(void);

/* routes.c: makes `coming` answer where `leaving` did; either may be NULL. */
int exchange(struct lightexit_bus *bus, struct lightexit_region *leaving,
	     struct lightexit_region *coming);
int create_routes(struct lightexit_bus *bus);
void destroy_routes(struct lightexit_bus *bus);

/* retire.c: with the mutex held; retire() takes `retired` as it is. */
void retire(struct lightexit_bus *bus, struct retired *retired);
struct retired *take_reclaimable(struct lightexit_bus *bus);
/* Without it: what is freed may call back. */
void free_all(struct retired *list);
bool register_membarrier(void);

/* facts.c: what /proc says of a map or a program; 0 for what it does not say. */
struct facts {
	unsigned int map_type;
	unsigned int value_size;
	unsigned int max_entries;
	unsigned int map_flags;
	unsigned int map_number; /* the kernel's */
	unsigned int program_type;
};
/* False where the descriptor is not open. */
bool read_facts(int fd, struct facts *facts);
/* 0 for what is no map. */
unsigned int map_number(int fd);
/* Whether it is a program of type syscall, as filters are. */
bool is_program(int fd);

/* map.c: a map's value as memory of this process, size bytes; the descriptor is duplicated. */
int map_value(int *fd, const char *name, u64 size, void **memory);
/* The same without a look at what the descriptor is. */
int map_pages(int *fd, const char *name, u64 size, void **memory);
void unmap_value(int fd, u64 size, void *memory);
/* Whether it is one of `size` bytes at least. */
int check_map(int fd, const char *name, u64 size);

/* memory.c: a sealed memfd as memory of this process, and a lock that was left taken released. */
int map_memory(int *fd, const char *name, u64 size, void **memory);

/* Whether a region is off the bus, and only not freed yet; with the mutex held. */
static inline bool was_removed(const struct lightexit_region *region)
{
	return region->retired.epoch;
}

/* region.c: at once, for nobody is on the bus. */
void region_destroy(struct lightexit_region *region);

/* program.c: whether a descriptor is the region's filter in the kernel; an error where not. */
int check_program(const struct lightexit_region *region, int fd);
/* Whether a map of that name, as the kernel or an object has it, is that of the filter's state. */
int check_state_map(const struct lightexit_region *region, u32 index, const char *map);
int other_maps(const struct lightexit_region *region);

/* loader.c: the region's filter of an object, without bpf(2); an error where it is another's. */
int check_object(const struct lightexit_region *region, const struct lightexit_object *object,
		 int *program_fd);

/* attach.c: with the mutex held. */
void detach(struct lightexit_region *region);
/* Whether it is the module, of this library's version. */
int check_module(int fd);

/* Yields while waiting for a lock. */
void give_way(void);

#endif /* LIBLIGHTEXIT_INTERNAL_H */
