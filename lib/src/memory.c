/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-or-later */
/* Memory that other processes map, too: memfds, sealed so that nobody can shrink them. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "internal.h"

#ifndef MFD_NOEXEC_SEAL
#define MFD_NOEXEC_SEAL 8U
#endif

/* The seals first: from then on the size is what it is. */
static int check_memory(int fd, const char *name, u64 size)
{
	int seals = fcntl(fd, F_GET_SEALS);
	struct stat facts;

	if (seals < 0 && errno == EBADF)
		return failed(LIGHTEXIT_ERROR_MAP, "descriptor %d, for %s, is not open", fd, name);
	if (seals < 0)
		return failed(LIGHTEXIT_ERROR_MAP,
			      "descriptor %d, for %s, is no memfd (a BPF map is given as map_fd)",
			      fd, name);
	if (!(seals & F_SEAL_SHRINK))
		return failed(LIGHTEXIT_ERROR_MAP,
			      "the memory for %s is not sealed with F_SEAL_SHRINK: whoever has it "
			      "could cut it off, and an access would end this process", name);
	if (fstat(fd, &facts))
		return failed(LIGHTEXIT_ERROR_MAP, "the memory for %s: %s", name, strerror(errno));
	if ((u64)facts.st_size < size)
		return failed(LIGHTEXIT_ERROR_MAP,
			      "the memory for %s has %" PRIu64 " bytes: %" PRIu64 " are needed, "
			      "header included", name, (uint64_t)facts.st_size, (uint64_t)size);
	return LIGHTEXIT_OK;
}

/* A VMM that was killed within an access has left the lock taken. */
static void release(struct lightexit_state_header *header)
{
	u64 version = lightexit_load(&header->version);

	if (version & 1)
		lightexit_store_release(&header->version, version + 1);
}

int map_memory(int *fd, const char *name, u64 size, void **memory)
{
	int error = check_memory(*fd, name, size);

	if (!error)
		error = map_pages(fd, name, size, memory);
	if (!error)
		release(*memory);
	return error;
}

static int new_memfd(const char *name)
{
	int fd = memfd_create(name, MFD_CLOEXEC | MFD_ALLOW_SEALING | MFD_NOEXEC_SEAL);

	if (fd < 0 && errno == EINVAL) /* before Linux 6.3 */
		fd = memfd_create(name, MFD_CLOEXEC | MFD_ALLOW_SEALING);
	return fd;
}

PUBLIC int lightexit_memory_create(const char *name, uint64_t size)
{
	u64 whole = sizeof(struct lightexit_state_header) + size;
	int fd, number;

	if (!name || strlen(name) > 200 || !size || size > (u64)256 << 20)
		return failed(LIGHTEXIT_ERROR_ARGUMENT, "memory without a name, or with one of more "
			      "than 200 bytes, or of no size, or of more than 256 MiB");
	fd = new_memfd(name);
	/* With its pages: where there are none left, that is told now, and not by SIGBUS. */
	if (fd >= 0 && !fallocate(fd, 0, 0, (off_t)whole) &&
	    !fcntl(fd, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL))
		return fd;
	number = errno;
	if (fd >= 0)
		close(fd);
	return failed(LIGHTEXIT_ERROR_MEMORY, "memory to share for %s: %s", name, strerror(number));
}
