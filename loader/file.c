/* SPDX-License-Identifier: Apache-2.0 */
/* Objects as files: libbpf reads only what root alone can have written. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "loader.h"

static bool is_roots(const struct stat *found)
{
	return found->st_uid == 0 && !(found->st_mode & (S_IWGRP | S_IWOTH));
}

int open_folder(const char *path)
{
	int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	struct stat found;

	if (fd < 0 || fstat(fd, &found))
		return complain("%s: %s", path, strerror(errno));
	if (!is_roots(&found))
		return complain("%s: others than root can write there: chown root, chmod go-w",
				path);
	return fd;
}

/* A file of the folder's own: no link leads out of it, and a FIFO holds nobody up. */
static int open_file(int folder, const char *name)
{
	struct open_how how = {
		.flags = O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY,
		.resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS,
	};
	char path[LIGHTEXIT_LOADER_NAME_SIZE + sizeof(".bpf.o")];

	snprintf(path, sizeof(path), "%s.bpf.o", name);
	return (int)syscall(SYS_openat2, folder, path, &how, sizeof(how));
}

static bool is_safe(int fd, size_t *size)
{
	struct stat found;

	if (fstat(fd, &found) || !S_ISREG(found.st_mode) || !is_roots(&found) ||
	    found.st_size <= 0 || found.st_size > MOST_OBJECT_FILE)
		return false;
	*size = (size_t)found.st_size;
	return true;
}

static bool read_all(int fd, uint8_t *bytes, size_t size)
{
	size_t at = 0;
	ssize_t count;

	while (at < size) {
		count = read(fd, bytes + at, size - at);
		if (count <= 0)
			return false;
		at += (size_t)count;
	}
	return true;
}

static void *fail(struct reply *reply, uint32_t status, int error)
{
	reply->answer.status = status;
	reply->answer.error_number = (uint32_t)error;
	return NULL;
}

static void *read_opened(int fd, size_t *size, struct reply *reply)
{
	uint8_t *bytes;

	if (!is_safe(fd, size))
		return fail(reply, LIGHTEXIT_LOADER_UNSAFE, 0);
	bytes = malloc(*size);
	if (!bytes)
		return fail(reply, LIGHTEXIT_LOADER_REFUSED, ENOMEM);
	if (read_all(fd, bytes, *size))
		return bytes;
	free(bytes);
	return fail(reply, LIGHTEXIT_LOADER_NO_OBJECT, EIO);
}

void *read_object(int folder, const char *name, size_t *size, struct reply *reply)
{
	int fd = open_file(folder, name);
	void *bytes;

	if (fd < 0)
		return fail(reply, errno == ELOOP ? LIGHTEXIT_LOADER_UNSAFE :
						    LIGHTEXIT_LOADER_NO_OBJECT, errno);
	bytes = read_opened(fd, size, reply);
	close(fd);
	return bytes;
}
