/* SPDX-License-Identifier: Apache-2.0 */
/* What the files of the loader share. */
#ifndef LOADER_H
#define LOADER_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "lightexit_loader.h"

/* Limits. Memory of maps that clients hold is the loader's control group's: see the slice. */
#define MOST_CLIENTS 256 /* connections */
#define MOST_CLIENTS_OF_USER 128
#define MOST_CLIENTS_OF_PROCESS 8
#define MOST_PROCESSES 1024 /* that were given something, and live */
#define MOST_PROCESSES_OF_USER 512
#ifndef MOST_OBJECTS
#define MOST_OBJECTS 256 /* of one process, as long as it lives */
#define MOST_BYTES (64u << 20) /* of its maps, likewise */
#endif
#ifndef MOST_IDLE_S
#define MOST_IDLE_S 30 /* between two requests of a connection */
#endif
#define MOST_OBJECT_FILE (16u << 20)

/* What a process was given. */
struct quota {
	uint32_t objects;
	uint64_t bytes;
};

/* An answer, its descriptors, and what keeps these open. */
struct reply {
	struct lightexit_loader_answer answer;
	int fds[LIGHTEXIT_LOADER_MOST_ITEMS];
	struct bpf_object *object; /* owns the descriptors; NULL: the reply does */
};

/* objects.c: the folder of objects, -1 and it has said why; what a request asks for. */
int open_folder(const char *path);
void carry_out(int folder, const struct lightexit_loader_request *request, struct quota *quota,
	       struct reply *reply);
void release(struct reply *reply);

/* file.c: the bytes of an object's file, to be freed; NULL, and the reply says why. */
void *read_object(int folder, const char *name, size_t *size, struct reply *reply);

/* Something that epoll(7) tells of: the first member of what `ready` is called for. */
struct watched {
	int fd;
	void (*ready)(struct watched *watched);
};
bool watch(int epoll, struct watched *watched);

/* processes.c: a process that is connected, or holds what it was given. */
struct process {
	struct watched watched; /* a pidfd: readable once it has ended */
	pid_t pid;
	uid_t user;
	uint32_t clients;
	bool has_ended;
	struct quota quota;
};

/* The peer of a new connection, counted as one of its clients; NULL where it may have no more. */
struct process *connected_process(int epoll, int socket);
void disconnected(struct process *process);

/* socket.c: systemd's socket, or a new one; -1 and it has said why. */
int listening_socket(const char *path, const char *group);

/* rights.c: gives up all but CAP_BPF; `user` may be NULL. 0, or -1 and it has said why. */
int drop_rights(const char *user);

/* serve.c: does not return but on a failure, 1. */
int serve(int listening, int folder);

/* main.c: says one sentence on standard error; -1. */
int complain(const char *format, ...) __attribute__((format(printf, 1, 2)));

#endif /* LOADER_H */
