/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-or-later */
/* States: a version word, and a device's registers behind it. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "internal.h"
#include "locks.h"

#define MOST_BYTES ((u64)256 << 20)
#define CACHE_LINE 64

static u64 value_size(u64 size)
{
	return sizeof(struct lightexit_state_header) + size;
}

static int check_options(const struct lightexit_state_options *options)
{
	if (options->struct_size != sizeof(*options))
		return failed(LIGHTEXIT_ERROR_ARGUMENT,
			      "struct_size of a state's options is %" PRIu32 ", not %zu",
			      options->struct_size, sizeof(*options));
	if (!options->name || strnlen(options->name, 256) > 255)
		return failed(LIGHTEXIT_ERROR_ARGUMENT,
			      "a state without a name, or with one of more than 255 bytes");
	if (!options->size || options->size > MOST_BYTES)
		return failed(LIGHTEXIT_ERROR_ARGUMENT,
			      "the state %s has %" PRIu64 " bytes: 1 to %" PRIu64 " can be",
			      options->name, options->size, (uint64_t)MOST_BYTES);
	if (options->version > UINT16_MAX)
		return failed(LIGHTEXIT_ERROR_ARGUMENT,
			      "the state %s is of version %" PRIu32 ": at most %d",
			      options->name, options->version, UINT16_MAX);
	if (options->map_fd && options->memory_fd)
		return failed(LIGHTEXIT_ERROR_ARGUMENT,
			      "the state %s has both map_fd and memory_fd: it has one memory",
			      options->name);
	return LIGHTEXIT_OK;
}

static int place(struct lightexit_state *state, const struct lightexit_state_options *options)
{
	u64 size = value_size(options->size);
	void *memory;
	int error;

	if (options->map_fd) {
		state->map_fd = options->map_fd;
		error = map_value(&state->map_fd, options->name, size, &memory);
		if (error)
			return error;
	} else if (options->memory_fd) {
		state->memory_fd = options->memory_fd;
		error = map_memory(&state->memory_fd, options->name, size, &memory);
		if (error)
			return error;
	} else {
		size = (size + CACHE_LINE - 1) / CACHE_LINE * CACHE_LINE;
		memory = aligned_alloc(CACHE_LINE, size);
		if (!memory)
			return out_of_memory();
		memset(memory, 0, size);
	}
	state->header = memory;
	return LIGHTEXIT_OK;
}

PUBLIC int lightexit_state_create(struct lightexit_bus *bus,
				  const struct lightexit_state_options *options,
				  struct lightexit_state **made)
{
	struct lightexit_state *state;
	int error = check_options(options);

	if (error)
		return error;
	state = calloc(1, sizeof(*state));
	if (!state)
		return out_of_memory();
	error = place(state, options);
	if (error) {
		free(state);
		return error;
	}
	state->bus = bus;
	state->size = options->size;
	state->fingerprint = options->fingerprint;
	state->version = options->version;
	strcpy(state->name, options->name);
	pthread_mutex_lock(&bus->mutex);
	state->next = bus->states;
	bus->states = state;
	pthread_mutex_unlock(&bus->mutex);
	*made = state;
	return LIGHTEXIT_OK;
}

/* Unless regions work on it, so many. */
static u32 take_off(struct lightexit_state *state)
{
	struct lightexit_state **at;

	if (state->users)
		return state->users;
	for (at = &state->bus->states; *at != state; at = &(*at)->next)
		;
	*at = state->next;
	return 0;
}

PUBLIC int lightexit_state_destroy(struct lightexit_state *state)
{
	struct lightexit_bus *bus;
	u32 users;
	int fd;

	if (!state)
		return LIGHTEXIT_OK;
	bus = state->bus;
	pthread_mutex_lock(&bus->mutex);
	users = take_off(state);
	pthread_mutex_unlock(&bus->mutex);
	if (users)
		return failed(LIGHTEXIT_ERROR_IN_USE,
			      "%" PRIu32 " regions work on the state %s, or accesses in flight",
			      users, state->name);
	fd = state->map_fd ? state->map_fd : state->memory_fd;
	if (fd)
		unmap_value(fd, value_size(state->size), state->header);
	else
		free(state->header);
	free(state);
	return LIGHTEXIT_OK;
}

PUBLIC void *lightexit_state_data(const struct lightexit_state *state)
{
	return state->header + 1;
}

PUBLIC void lightexit_state_lock(struct lightexit_state *state)
{
	lock(&state->header, 1, give_way);
}

PUBLIC bool lightexit_state_try_lock(struct lightexit_state *state)
{
	return lightexit_try_lock_one(state->header);
}

PUBLIC void lightexit_state_unlock(struct lightexit_state *state)
{
	unlock(&state->header, 1);
}
