/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-or-later */
/* lightexit-loader's answers: received, and held against what was asked for. */
#define _GNU_SOURCE
#include <errno.h>
#include <inttypes.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "answer.h"

/* ---- receiving --------------------------------------------------------------------------- */

void close_all(struct lightexit_object *object)
{
	u32 i;

	for (i = 0; i < object->fd_count; i++)
		close(object->fds[i]);
	object->fd_count = 0;
}

static int take_descriptors(struct lightexit_object *object, struct msghdr *message)
{
	struct cmsghdr *control = CMSG_FIRSTHDR(message);

	if (control && control->cmsg_level == SOL_SOCKET && control->cmsg_type == SCM_RIGHTS) {
		object->fd_count = (u32)((control->cmsg_len - CMSG_LEN(0)) / sizeof(int));
		memcpy(object->fds, CMSG_DATA(control), object->fd_count * sizeof(int));
	}
	return message->msg_flags & MSG_CTRUNC ? -1 : 0;
}

int no_answer(const struct lightexit_loader *loader, ssize_t size)
{
	if (size >= 0 || errno == EPIPE || errno == ECONNRESET)
		return failed(LIGHTEXIT_ERROR_NO_LOADER, "the loader at %s has hung up",
			      loader->path);
	if (errno == EAGAIN)
		return failed(LIGHTEXIT_ERROR_NO_LOADER,
			      "the loader at %s has not answered for %d s", loader->path,
			      PATIENCE_S);
	return failed(LIGHTEXIT_ERROR_NO_LOADER, "the loader at %s: %s", loader->path,
		      strerror(errno));
}

/* What came, whatever it is: its size, or an error. */
static ssize_t receive(const struct lightexit_loader *loader, struct lightexit_object *object)
{
	union {
		struct cmsghdr head;
		char room[CMSG_SPACE(sizeof(object->fds))];
	} control;
	struct iovec data = { &object->answer, sizeof(object->answer) };
	struct msghdr message = {
		.msg_iov = &data, .msg_iovlen = 1,
		.msg_control = &control, .msg_controllen = sizeof(control),
	};
	ssize_t size;

	do
		size = recvmsg(loader->fd, &message, MSG_CMSG_CLOEXEC);
	while (size < 0 && errno == EINTR);
	if (size <= 0)
		return no_answer(loader, size);
	if (take_descriptors(object, &message))
		return failed(LIGHTEXIT_ERROR_LOADER,
			      "the loader at %s answers with more descriptors than an answer has, "
			      "or this process can have no more", loader->path);
	if (message.msg_flags & MSG_TRUNC)
		size++; /* longer than what was asked for */
	return size;
}

static int check_head(const struct lightexit_loader *loader,
			const struct lightexit_object *object, ssize_t size)
{
	const struct lightexit_loader_answer *answer = &object->answer;

	if (size >= (ssize_t)offsetof(struct lightexit_loader_answer, status) &&
	    answer->version != LIGHTEXIT_LOADER_VERSION)
		return failed(LIGHTEXIT_ERROR_LOADER,
			      "the loader at %s speaks version %" PRIu32 " of its messages, this "
			      "library %d", loader->path, answer->version,
			      LIGHTEXIT_LOADER_VERSION);
	if (size != sizeof(*answer) || answer->struct_size != sizeof(*answer))
		return failed(LIGHTEXIT_ERROR_LOADER,
			      "the loader at %s answers with %zd bytes: %zu are an answer",
			      loader->path, size, sizeof(*answer));
	if (answer->count != object->fd_count || (answer->status && answer->count))
		return failed(LIGHTEXIT_ERROR_LOADER,
			      "the loader at %s answers with %" PRIu32 " descriptors for %" PRIu32
			      " items", loader->path, object->fd_count, answer->count);
	return LIGHTEXIT_OK;
}

int receive_answer(const struct lightexit_loader *loader, struct lightexit_object *object)
{
	ssize_t size = receive(loader, object);

	return size < 0 ? (int)size : check_head(loader, object, size);
}

int refusal(const char *name, const struct lightexit_loader_answer *answer)
{
	const char *reason = strerror((int)answer->error_number);

	switch (answer->status) {
	case LIGHTEXIT_LOADER_NO_OBJECT:
		return failed(LIGHTEXIT_ERROR_LOADER, "the loader has no object %s: %s", name,
			      reason);
	case LIGHTEXIT_LOADER_UNSAFE:
		return failed(LIGHTEXIT_ERROR_LOADER,
			      "the loader does not open %s: others than root can write that file",
			      name);
	case LIGHTEXIT_LOADER_REFUSED:
		return failed(LIGHTEXIT_ERROR_LOADER, "the loader cannot load %s: %s", name,
			      reason);
	case LIGHTEXIT_LOADER_LIMIT:
		return failed(LIGHTEXIT_ERROR_LOADER,
			      "the loader gives this process no more: %s is beyond its limits",
			      name);
	case LIGHTEXIT_LOADER_NO_MODULE:
		return failed(LIGHTEXIT_ERROR_NO_MODULE,
			      "the loader cannot open /dev/lightexit: %s: is lightexit.ko loaded?",
			      reason);
	default:
		return failed(LIGHTEXIT_ERROR_LOADER, "the loader refuses %s: status %" PRIu32,
			      name, answer->status);
	}
}

/* ---- what the descriptors are ------------------------------------------------------------ */

static int check_item(const struct lightexit_loader_item *item, int fd)
{
	if (strnlen(item->name, sizeof(item->name)) == sizeof(item->name))
		return failed(LIGHTEXIT_ERROR_LOADER, "the loader answers with a name without end");
	switch (item->kind) {
	case LIGHTEXIT_LOADER_PROGRAM:
		if (is_program(fd))
			return LIGHTEXIT_OK;
		return failed(LIGHTEXIT_ERROR_LOADER,
			      "what the loader gives as the program %s is none", item->name);
	case LIGHTEXIT_LOADER_STATE:
		return check_map(fd, item->name, item->size);
	case LIGHTEXIT_LOADER_CLOCK_MAP:
		return check_map(fd, "the clock", sizeof(struct lightexit_state_header) +
							  sizeof(struct lightexit_clock_state));
	default:
		return check_module(fd);
	}
}

int check_items(const struct lightexit_object *object, u32 first, u32 last)
{
	u32 i, kind;
	int error = LIGHTEXIT_OK;

	if (!object->answer.count)
		return failed(LIGHTEXIT_ERROR_LOADER, "the loader answers with nothing");
	for (i = 0; i < object->answer.count && !error; i++) {
		kind = object->answer.items[i].kind;
		error = kind < first || kind > last ?
				failed(LIGHTEXIT_ERROR_LOADER,
				       "the loader answers with an item of kind %" PRIu32, kind) :
				check_item(&object->answer.items[i], object->fds[i]);
	}
	return error;
}
