/* SPDX-License-Identifier: Apache-2.0 */
/* A client of a loader that answers anything: argv has its socket, and how many times it is asked. */
#include <dirent.h>
#include <unistd.h>

#include "check.h"

static unsigned int taken;

static unsigned int open_descriptors(void)
{
	unsigned int count = 0;
	DIR *folder = opendir("/proc/self/fd");

	CHECK(folder);
	while (readdir(folder))
		count++;
	closedir(folder);
	return count;
}

/* An error with its sentence, or descriptors that are open. */
static void load(struct lightexit_loader *loader)
{
	struct lightexit_object *object = NULL;
	int error = lightexit_loader_load(loader, "program", &object);
	int program, state;

	CHECK(error ? !object && strlen(lightexit_last_error()) > 10 : !!object);
	if (error)
		return;
	taken++;
	program = lightexit_object_program(object, "program");
	state = lightexit_object_map(object, "state");
	CHECK(program == LIGHTEXIT_ERROR_ARGUMENT || dup2(program, program) == program);
	CHECK(state == LIGHTEXIT_ERROR_ARGUMENT || dup2(state, state) == state);
	lightexit_object_close(object);
}

static void take(int fd)
{
	CHECK(fd >= 0 || strlen(lightexit_last_error()) > 10);
	if (fd < 0)
		return;
	taken++;
	CHECK(!close(fd));
}

int main(int argc, char **argv)
{
	unsigned int tries = argc > 2 ? (unsigned int)atoi(argv[2]) : 0, before, i;
	struct lightexit_loader *loader;

	before = open_descriptors();
	for (i = 0; i < tries; i++) {
		CHECK(!lightexit_loader_connect(argv[1], &loader));
		load(loader);
		take(lightexit_loader_clock(loader));
		take(lightexit_loader_module(loader));
		load(loader);
		lightexit_loader_close(loader);
		CHECK(open_descriptors() == before);
	}
	printf("%u of %u taken\n", taken, 4 * tries);
	return 0;
}
