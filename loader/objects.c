/* SPDX-License-Identifier: Apache-2.0 */
/* What a request asks for: an object's programs and maps, a clock's map, the module's device. */
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lightexit.h"
#include "loader.h"

#define STATE_SECTION ".data."
#define CONSTANTS ".rodata" /* libbpf puts the object's name in front */

static void fail(struct reply *reply, uint32_t status, int error)
{
	reply->answer.status = status;
	reply->answer.error_number = (uint32_t)error;
}

static bool is_state(const struct bpf_map *map)
{
	return !strncmp(bpf_map__name(map), STATE_SECTION, strlen(STATE_SECTION));
}

/* 0, or an errno. */
static int add_item(struct reply *reply, uint32_t kind, const char *name, uint32_t size, int fd)
{
	struct lightexit_loader_item *item = &reply->answer.items[reply->answer.count];

	if (reply->answer.count == LIGHTEXIT_LOADER_MOST_ITEMS)
		return E2BIG;
	if (strlen(name) >= sizeof(item->name))
		return ENAMETOOLONG;
	item->kind = kind;
	item->size = size;
	strcpy(item->name, name);
	reply->fds[reply->answer.count++] = fd;
	return 0;
}

/* ---- objects ------------------------------------------------------------------------------ */

static int check_maps(const struct bpf_object *object, const char *name, uint64_t *bytes)
{
	const struct bpf_map *map;

	*bytes = 0;
	bpf_object__for_each_map(map, object) {
		if (!is_state(map) && !strstr(bpf_map__name(map), CONSTANTS)) {
			complain("%s: the map %s is no state", name, bpf_map__name(map));
			return EOPNOTSUPP;
		}
		*bytes += bpf_map__value_size(map);
	}
	return 0;
}

static int check_programs(const struct bpf_object *object, const char *name)
{
	struct bpf_program *program;

	bpf_object__for_each_program(program, object)
		if (bpf_program__type(program) != BPF_PROG_TYPE_SYSCALL) {
			complain("%s: the program %s is no filter", name,
				 bpf_program__name(program));
			return EOPNOTSUPP;
		}
	return 0;
}

static int add_items(struct reply *reply)
{
	struct bpf_program *program;
	const struct bpf_map *map;
	int error = 0;

	bpf_object__for_each_program(program, reply->object)
		if (!error)
			error = add_item(reply, LIGHTEXIT_LOADER_PROGRAM,
					 bpf_program__name(program), 0, bpf_program__fd(program));
	bpf_object__for_each_map(map, reply->object)
		if (!error && is_state(map))
			error = add_item(reply, LIGHTEXIT_LOADER_STATE,
					 bpf_map__name(map), bpf_map__value_size(map),
					 bpf_map__fd(map));
	return error;
}

static void take_object(const char *name, struct quota *quota, struct reply *reply)
{
	uint64_t bytes;
	int error = check_maps(reply->object, name, &bytes);

	if (!error)
		error = check_programs(reply->object, name);
	if (!error && bytes > MOST_BYTES - quota->bytes) {
		fail(reply, LIGHTEXIT_LOADER_LIMIT, 0);
		return;
	}
	if (!error)
		error = -bpf_object__load(reply->object);
	if (!error)
		error = add_items(reply);
	if (error) {
		complain("%s is not loaded: %s", name, strerror(error));
		fail(reply, LIGHTEXIT_LOADER_REFUSED, error);
		return;
	}
	quota->bytes += bytes;
}

static void load(int folder, const char *name, struct quota *quota, struct reply *reply)
{
	LIBBPF_OPTS(bpf_object_open_opts, options, .object_name = name);
	size_t size;
	void *bytes = read_object(folder, name, &size, reply);

	if (!bytes)
		return;
	reply->object = bpf_object__open_mem(bytes, size, &options);
	if (reply->object) {
		take_object(name, quota, reply);
	} else {
		complain("%s is no object: %s", name, strerror(errno));
		fail(reply, LIGHTEXIT_LOADER_REFUSED, errno);
	}
	free(bytes);
}

/* ---- clocks, and the module ---------------------------------------------------------------- */

static void make_clock(struct quota *quota, struct reply *reply)
{
	LIBBPF_OPTS(bpf_map_create_opts, options, .map_flags = BPF_F_MMAPABLE);
	uint32_t size = sizeof(struct lightexit_state_header) +
			sizeof(struct lightexit_clock_state);
	int fd;

	if (size > MOST_BYTES - quota->bytes) {
		fail(reply, LIGHTEXIT_LOADER_LIMIT, 0);
		return;
	}
	fd = bpf_map_create(BPF_MAP_TYPE_ARRAY, "clock", sizeof(uint32_t), size, 1, &options);
	if (fd < 0) {
		fail(reply, LIGHTEXIT_LOADER_REFUSED, errno);
		return;
	}
	quota->bytes += size;
	add_item(reply, LIGHTEXIT_LOADER_CLOCK_MAP, "clock", size, fd);
}

static void open_module(struct reply *reply)
{
	int fd = open("/dev/lightexit", O_RDWR | O_CLOEXEC);

	if (fd < 0)
		fail(reply, LIGHTEXIT_LOADER_NO_MODULE, errno);
	else
		add_item(reply, LIGHTEXIT_LOADER_MODULE_FILE, "lightexit", 0, fd);
}

void carry_out(int folder, const struct lightexit_loader_request *request, struct quota *quota,
	       struct reply *reply)
{
	if (quota->objects >= MOST_OBJECTS) {
		fail(reply, LIGHTEXIT_LOADER_LIMIT, 0);
		return;
	}
	quota->objects++; /* one that fails has cost as much */
	switch (request->command) {
	case LIGHTEXIT_LOADER_LOAD:
		load(folder, request->name, quota, reply);
		break;
	case LIGHTEXIT_LOADER_CLOCK:
		make_clock(quota, reply);
		break;
	default:
		open_module(reply);
	}
	if (reply->answer.status)
		reply->answer.count = 0;
}

void release(struct reply *reply)
{
	uint32_t i;

	for (i = 0; !reply->object && i < reply->answer.count; i++)
		close(reply->fds[i]);
	bpf_object__close(reply->object);
}
