/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-or-later */
/* What /proc says of a descriptor of BPF's: no right to call bpf(2) is asked for. */
#include <linux/bpf.h>
#include <stdio.h>

#include "internal.h"

bool read_facts(int fd, struct facts *facts)
{
	char path[64], line[256];
	FILE *file;

	*facts = (struct facts){ 0 };
	snprintf(path, sizeof(path), "/proc/self/fdinfo/%d", fd);
	file = fopen(path, "re");
	if (!file)
		return false;
	while (fgets(line, sizeof(line), file)) {
		sscanf(line, "map_type: %u", &facts->map_type);
		sscanf(line, "value_size: %u", &facts->value_size);
		sscanf(line, "max_entries: %u", &facts->max_entries);
		sscanf(line, "map_flags: %x", &facts->map_flags);
		sscanf(line, "map_id: %u", &facts->map_number);
		sscanf(line, "prog_type: %u", &facts->program_type);
	}
	fclose(file);
	return true;
}

unsigned int map_number(int fd)
{
	struct facts facts;

	read_facts(fd, &facts);
	return facts.map_number;
}

bool is_program(int fd)
{
	struct facts facts;

	read_facts(fd, &facts);
	return facts.program_type == BPF_PROG_TYPE_SYSCALL;
}
