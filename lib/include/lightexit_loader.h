/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-or-later */
/*
 * What a VMM and lightexit-loader say to each other, over a Unix socket of SOCK_SEQPACKET: one
 * message for each request, one for its answer, with the descriptors (SCM_RIGHTS) of its items in
 * their order. liblightexit's lightexit_loader_*() speak it.
 *
 * Any version of these messages begins with struct_size and version, so that each side can tell
 * what the other speaks. What is reserved is 0. Numbers are in the host's byte order.
 */
#ifndef LIGHTEXIT_LOADER_H
#define LIGHTEXIT_LOADER_H

#include <linux/types.h>

#define LIGHTEXIT_LOADER_VERSION 1
#define LIGHTEXIT_LOADER_SOCKET "/run/lightexit/loader.sock"

#define LIGHTEXIT_LOADER_NAME_SIZE 64	/* with the 0 at its end */
#define LIGHTEXIT_LOADER_MOST_ITEMS 16

enum lightexit_loader_command {
	LIGHTEXIT_LOADER_LOAD = 1,	/* the object NAME.bpf.o: a PROGRAM each, a STATE each */
	LIGHTEXIT_LOADER_CLOCK = 2,	/* a map for the clock of a bus: a CLOCK */
	LIGHTEXIT_LOADER_MODULE = 3,	/* the kernel module's device, opened: a MODULE */
};

/* `name` has letters, digits, '_', '-' and '.', does not begin with '.', and is filled with 0. */
struct lightexit_loader_request {
	__u32 struct_size;
	__u32 version;
	__u32 command;
	__u32 reserved;
	char name[LIGHTEXIT_LOADER_NAME_SIZE];
};

enum lightexit_loader_status {
	LIGHTEXIT_LOADER_OK = 0,
	LIGHTEXIT_LOADER_MALFORMED = 1,	/* that is no request; the loader then hangs up */
	LIGHTEXIT_LOADER_OTHER_VERSION = 2,	/* `version` is the loader's; it then hangs up */
	LIGHTEXIT_LOADER_NO_OBJECT = 3,	/* none of that name that can be opened: see error_number */
	LIGHTEXIT_LOADER_UNSAFE = 4,	/* not a file that root alone can write */
	LIGHTEXIT_LOADER_REFUSED = 5,	/* libbpf or the kernel does not take it */
	LIGHTEXIT_LOADER_LIMIT = 6,	/* this process has as much as it may have */
	LIGHTEXIT_LOADER_NO_MODULE = 7,	/* the module's device cannot be opened: see error_number */
};

enum lightexit_loader_kind {
	LIGHTEXIT_LOADER_PROGRAM = 1,	/* `name` is the program's */
	LIGHTEXIT_LOADER_STATE = 2,	/* `name` is the map's: ".data." and the state's */
	LIGHTEXIT_LOADER_CLOCK_MAP = 3,
	LIGHTEXIT_LOADER_MODULE_FILE = 4,
};

struct lightexit_loader_item {
	__u32 kind;	/* enum lightexit_loader_kind */
	__u32 size;	/* of a map's value in bytes, its header included */
	char name[LIGHTEXIT_LOADER_NAME_SIZE];
};

struct lightexit_loader_answer {
	__u32 struct_size;
	__u32 version;
	__u32 status;	/* enum lightexit_loader_status */
	__u32 error_number;	/* errno of what failed, or 0 */
	__u32 count;	/* of items, and of descriptors */
	__u32 reserved;
	struct lightexit_loader_item items[LIGHTEXIT_LOADER_MOST_ITEMS];
};

#endif /* LIGHTEXIT_LOADER_H */
