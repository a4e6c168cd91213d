/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-or-later */
/* lightexit-loader's client: connections, requests, and objects. */
#define _GNU_SOURCE
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include "answer.h"

/* ---- the connection ---------------------------------------------------------------------- */

static int cannot_connect(const char *path, int error)
{
	if (error == EACCES || error == EPERM)
		return failed(LIGHTEXIT_ERROR_RIGHTS,
			      "%s is not open to this user: it is for the group lightexit", path);
	return failed(LIGHTEXIT_ERROR_NO_LOADER, "%s: %s: does lightexit-loader run?", path,
		      strerror(error));
}

static int open_connection(const struct sockaddr_un *address)
{
	struct timeval patience = { .tv_sec = PATIENCE_S };
	int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0), error;

	if (fd < 0)
		return cannot_connect(address->sun_path, errno);
	if (!setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience)) &&
	    !setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof(patience)) &&
	    !connect(fd, (const struct sockaddr *)address, sizeof(*address)))
		return fd;
	error = errno;
	close(fd);
	return cannot_connect(address->sun_path, error);
}

PUBLIC int lightexit_loader_connect(const char *path, struct lightexit_loader **made)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	struct lightexit_loader *loader;
	int fd;

	if (!path)
		path = LIGHTEXIT_LOADER_SOCKET;
	if (strlen(path) >= sizeof(address.sun_path))
		return failed(LIGHTEXIT_ERROR_ARGUMENT, "%s: longer than a socket's path can be",
			      path);
	strcpy(address.sun_path, path);
	fd = open_connection(&address);
	if (fd < 0)
		return fd;
	loader = calloc(1, sizeof(*loader));
	if (!loader) {
		close(fd);
		return out_of_memory();
	}
	loader->fd = fd;
	strcpy(loader->path, path);
	*made = loader;
	return LIGHTEXIT_OK;
}

PUBLIC void lightexit_loader_close(struct lightexit_loader *loader)
{
	if (!loader)
		return;
	if (loader->fd >= 0)
		close(loader->fd);
	free(loader);
}

/* ---- requests ---------------------------------------------------------------------------- */

static int exchange_messages(struct lightexit_loader *loader,
			     const struct lightexit_loader_request *request,
			     struct lightexit_object *object)
{
	ssize_t size;

	if (loader->fd < 0)
		return failed(LIGHTEXIT_ERROR_NO_LOADER,
			      "the connection to the loader at %s is closed", loader->path);
	do
		size = send(loader->fd, request, sizeof(*request), MSG_NOSIGNAL);
	while (size < 0 && errno == EINTR);
	return size < 0 ? no_answer(loader, size) : receive_answer(loader, object);
}

/* Fills an object whose descriptors are those of the kinds that are wanted, or none. */
static int ask(struct lightexit_loader *loader, struct lightexit_loader_request *request,
	       struct lightexit_object *object, u32 last)
{
	const char *name = request->name[0] ? request->name : "a clock";
	u32 first = request->command == LIGHTEXIT_LOADER_LOAD ? LIGHTEXIT_LOADER_PROGRAM : last;
	int error;

	request->struct_size = sizeof(*request);
	request->version = LIGHTEXIT_LOADER_VERSION;
	error = exchange_messages(loader, request, object);
	if (error && loader->fd >= 0) { /* a later answer could be this request's */
		close(loader->fd);
		loader->fd = -1;
	}
	if (!error && object->answer.status)
		error = refusal(name, &object->answer);
	else if (!error)
		error = check_items(object, first, last);
	if (error)
		close_all(object);
	return error;
}

static int ask_for_one(struct lightexit_loader *loader, u32 command, u32 kind)
{
	struct lightexit_loader_request request = { .command = command };
	struct lightexit_object object = { .fd_count = 0 };
	int error = ask(loader, &request, &object, kind);

	if (error)
		return error;
	if (object.fd_count == 1)
		return object.fds[0];
	close_all(&object);
	return failed(LIGHTEXIT_ERROR_LOADER, "the loader answers with %" PRIu32 " items for one",
		      object.answer.count);
}

PUBLIC int lightexit_loader_clock(struct lightexit_loader *loader)
{
	return ask_for_one(loader, LIGHTEXIT_LOADER_CLOCK, LIGHTEXIT_LOADER_CLOCK_MAP);
}

PUBLIC int lightexit_loader_module(struct lightexit_loader *loader)
{
	return ask_for_one(loader, LIGHTEXIT_LOADER_MODULE, LIGHTEXIT_LOADER_MODULE_FILE);
}

PUBLIC int lightexit_loader_load(struct lightexit_loader *loader, const char *name,
				 struct lightexit_object **made)
{
	struct lightexit_loader_request request = { .command = LIGHTEXIT_LOADER_LOAD };
	struct lightexit_object *object;
	int error;

	if (!name || !*name || strlen(name) >= sizeof(request.name))
		return failed(LIGHTEXIT_ERROR_ARGUMENT,
			      "an object without a name, or with one of more than %zu bytes",
			      sizeof(request.name) - 1);
	strcpy(request.name, name);
	object = calloc(1, sizeof(*object));
	if (!object)
		return out_of_memory();
	error = ask(loader, &request, object, LIGHTEXIT_LOADER_STATE);
	if (error)
		free(object);
	else
		*made = object;
	return error;
}

/* ---- objects ----------------------------------------------------------------------------- */

static int find(const struct lightexit_object *object, u32 kind, const char *name)
{
	u32 i;

	for (i = 0; name && i < object->fd_count; i++)
		if (object->answer.items[i].kind == kind &&
		    !strcmp(object->answer.items[i].name, name))
			return object->fds[i];
	return failed(LIGHTEXIT_ERROR_ARGUMENT, "the object has no %s %s",
		      kind == LIGHTEXIT_LOADER_PROGRAM ? "program" : "map",
		      name ? name : "(NULL)");
}

PUBLIC int lightexit_object_program(const struct lightexit_object *object, const char *name)
{
	return find(object, LIGHTEXIT_LOADER_PROGRAM, name);
}

PUBLIC int lightexit_object_map(const struct lightexit_object *object, const char *name)
{
	return find(object, LIGHTEXIT_LOADER_STATE, name);
}

/* How many items are of a kind; of maps, those that are the one of `number`. */
static u32 count(const struct lightexit_object *object, u32 kind, unsigned int number, u32 *found)
{
	u32 i, counted = 0;

	for (i = 0; i < object->fd_count; i++) {
		if (object->answer.items[i].kind != kind ||
		    (number && map_number(object->fds[i]) != number))
			continue;
		counted++;
		*found = i;
	}
	return counted;
}

int check_object(const struct lightexit_region *region, const struct lightexit_object *object,
		 int *program_fd)
{
	u32 i, found, states = region->filter.state_count;
	unsigned int number;
	int error;

	*program_fd = lightexit_object_program(object, region->filter.name);
	if (*program_fd < 0)
		return failed(LIGHTEXIT_ERROR_PROGRAM, "the object has no program %s",
			      region->filter.name);
	for (i = 0; i < states; i++) {
		number = map_number(region->states[i]->map_fd);
		if (!number || !count(object, LIGHTEXIT_LOADER_STATE, number, &found))
			return other_maps(region);
		error = check_state_map(region, i, object->answer.items[found].name);
		if (error)
			return error;
	}
	/* A program that is alone in its object may work on all of that one's states. */
	if (count(object, LIGHTEXIT_LOADER_PROGRAM, 0, &found) == 1 &&
	    count(object, LIGHTEXIT_LOADER_STATE, 0, &found) > states)
		return other_maps(region);
	return LIGHTEXIT_OK;
}

PUBLIC void lightexit_object_close(struct lightexit_object *object)
{
	if (!object)
		return;
	close_all(object);
	free(object);
}
