/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-or-later */
/* Whether a program in the kernel is a region's filter, over the maps of its states. */
#define _GNU_SOURCE
#include <errno.h>
#include <inttypes.h>
#include <linux/bpf.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "internal.h"

/* What the kernel keeps of a name. */
#define NAME_SIZE (BPF_OBJ_NAME_LEN - 1)
/* The maps that a program addresses, and those that libbpf has bound to it. */
#define MOST_MAPS 128

struct program {
	char name[BPF_OBJ_NAME_LEN];
	u32 map_count;
	u32 maps[MOST_MAPS]; /* numbers of the kernel's */
};

static int bpf(int command, union bpf_attr *attributes)
{
	return (int)syscall(SYS_bpf, command, attributes, sizeof(*attributes));
}

static int ask(int fd, void *info, size_t size)
{
	union bpf_attr attributes;

	memset(&attributes, 0, sizeof(attributes));
	attributes.info.bpf_fd = (u32)fd;
	attributes.info.info_len = (u32)size;
	attributes.info.info = (u64)(uintptr_t)info;
	return bpf(BPF_OBJ_GET_INFO_BY_FD, &attributes);
}

static int cannot_look(const struct lightexit_region *region)
{
	int error = errno == EPERM || errno == EACCES ? LIGHTEXIT_ERROR_RIGHTS :
							LIGHTEXIT_ERROR_MODULE;

	return failed(error, "bpf(2) does not say what the program for %s is: %s",
		      region->filter.name, strerror(errno));
}

static int look(const struct lightexit_region *region, int fd, struct program *program)
{
	struct bpf_prog_info info;

	memset(&info, 0, sizeof(info));
	info.nr_map_ids = MOST_MAPS;
	info.map_ids = (u64)(uintptr_t)program->maps;
	if (ask(fd, &info, sizeof(info)))
		return cannot_look(region);
	memcpy(program->name, info.name, sizeof(program->name));
	program->map_count = info.nr_map_ids < MOST_MAPS ? info.nr_map_ids : MOST_MAPS;
	return LIGHTEXIT_OK;
}

static bool is_cut_to(const char *whole, const char *name)
{
	return !strncmp(whole, name, NAME_SIZE);
}

static bool is_map_of(const char *map, const struct lightexit_filter_state *state)
{
	char section[BPF_OBJ_NAME_LEN];

	snprintf(section, sizeof(section), ".data.%s", state->name);
	return is_cut_to(section, map);
}

/* Two states of one size that have each other's maps would go unnoticed. */
static int check_order(const struct lightexit_region *region, u32 index, const char *map)
{
	const struct lightexit_filter *filter = &region->filter;
	u32 i;

	if (is_map_of(map, &filter->states[index]))
		return LIGHTEXIT_OK;
	for (i = 0; i < filter->state_count; i++)
		if (is_map_of(map, &filter->states[i]))
			return failed(LIGHTEXIT_ERROR_MAP,
				      "the map of state %" PRIu32 " of the filter %s, %s, is the one "
				      "of %s: states are in the filter's order", index, filter->name,
				      filter->states[index].name, filter->states[i].name);
	return LIGHTEXIT_OK;
}

/* Maps of objects say which layout their programs were built for. */
static int check_layout(const struct lightexit_region *region, u32 index)
{
	const struct lightexit_filter_state *wanted = &region->filter.states[index];
	u64 found = region->states[index]->header->fingerprint;

	if (found && wanted->fingerprint && found != wanted->fingerprint)
		return failed(LIGHTEXIT_ERROR_STATE,
			      "the object that the map of %s is from was built for another layout of it "
			      "than the filter %s", wanted->name, region->filter.name);
	return LIGHTEXIT_OK;
}

int check_state_map(const struct lightexit_region *region, u32 index, const char *map)
{
	int error = check_order(region, index, map);

	return error ? error : check_layout(region, index);
}

/* The number of the map that a state is in. */
static int find_map(const struct lightexit_region *region, u32 index, u32 *number)
{
	struct bpf_map_info info;

	memset(&info, 0, sizeof(info));
	if (ask(region->states[index]->map_fd, &info, sizeof(info)))
		return cannot_look(region);
	*number = info.id;
	return check_order(region, index, info.name);
}

/*
 * Whether a program may change a map: true where it is not known, for only CAP_SYS_ADMIN may look
 * at maps by number.
 */
static bool is_constant(u32 number, bool *is_known)
{
	struct bpf_map_info info;
	union bpf_attr attributes;
	int fd, error;

	memset(&attributes, 0, sizeof(attributes));
	attributes.map_id = number;
	fd = bpf(BPF_MAP_GET_FD_BY_ID, &attributes);
	*is_known = fd >= 0;
	if (fd < 0)
		return true;
	memset(&info, 0, sizeof(info));
	error = ask(fd, &info, sizeof(info));
	close(fd);
	*is_known = !error;
	return error || info.map_flags & BPF_F_RDONLY_PROG;
}

int other_maps(const struct lightexit_region *region)
{
	return failed(LIGHTEXIT_ERROR_MAP,
		      "the program for %s works on other maps than those that its states are in: "
		      "map_fd of a state is the map of its section in the loaded object",
		      region->filter.name);
}

static int check_maps(const struct lightexit_region *region, const struct program *program)
{
	u32 i, j, numbers[LIGHTEXIT_MOST_STATES], ours = 0, unknown = 0;
	const struct lightexit_filter *filter = &region->filter;
	bool is_known;
	int error;

	for (i = 0; i < filter->state_count; i++) {
		error = find_map(region, i, &numbers[i]);
		if (error)
			return error;
	}
	for (i = 0; i < program->map_count; i++) {
		for (j = 0; j < filter->state_count && numbers[j] != program->maps[i]; j++)
			;
		if (j < filter->state_count)
			ours++;
		else if (!is_constant(program->maps[i], &is_known))
			return other_maps(region);
		else
			unknown += !is_known;
	}
	/* A filter need not use all of its states. */
	if (!ours && (unknown ? filter->state_count > 0 :
				(filter->flags & LIGHTEXIT_ATTACH_FLAG_WRITES_STATE) != 0))
		return other_maps(region);
	return LIGHTEXIT_OK;
}

static int check_type(const struct lightexit_region *region, int fd)
{
	if (is_program(fd))
		return LIGHTEXIT_OK;
	return failed(LIGHTEXIT_ERROR_PROGRAM,
		      "descriptor %d, for the filter %s, is no BPF program of type syscall", fd,
		      region->filter.name);
}

/* By bpf(2): the program's name and maps. */
static int check_identity(const struct lightexit_region *region, int fd)
{
	struct program program;
	int error = look(region, fd, &program);

	if (error)
		return error;
	if (program.name[0] && !is_cut_to(region->filter.name, program.name))
		return failed(LIGHTEXIT_ERROR_PROGRAM,
			      "the program is called %s, the region's filter %s", program.name,
			      region->filter.name);
	return check_maps(region, &program);
}

int check_program(const struct lightexit_region *region, int fd)
{
	int error = check_type(region, fd);
	u32 i;

	if (!error)
		error = check_identity(region, fd);
	for (i = 0; i < region->filter.state_count && !error; i++)
		error = check_layout(region, i);
	return error;
}
