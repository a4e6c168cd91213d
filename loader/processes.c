/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Who has been given how much. It counts for a process until that ends, not for its connection:
 * what a descriptor keeps alive stays after the connection is closed.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "loader.h"

#ifndef SO_PEERPIDFD
#define SO_PEERPIDFD 77 /* Linux 6.5; not on parisc and sparc, where it fails */
#endif

static struct process processes[MOST_PROCESSES]; /* those of pid 0 are free */

static bool has_ended(const struct process *process)
{
	struct pollfd pidfd = { .fd = process->watched.fd, .events = POLLIN };

	return process->has_ended || poll(&pidfd, 1, 0) == 1;
}

static void free_if_unused(struct process *process)
{
	if (process->clients || (process->quota.objects && !process->has_ended))
		return;
	close(process->watched.fd);
	*process = (struct process){ 0 };
}

static void ended(struct watched *watched)
{
	struct process *process = (struct process *)watched;

	process->has_ended = true;
	/* As long as a connection of it is open, somebody else has that: no more events. */
	free_if_unused(process);
}

static int open_pidfd(int socket, pid_t pid)
{
	int fd;
	socklen_t size = sizeof(fd);

	if (!getsockopt(socket, SOL_SOCKET, SO_PEERPIDFD, &fd, &size))
		return fd;
	return (int)syscall(SYS_pidfd_open, pid, 0);
}

static struct process *add(int epoll, int socket, const struct ucred *peer, struct process *process)
{
	*process = (struct process){
		.watched = { .fd = open_pidfd(socket, peer->pid), .ready = ended },
		.pid = peer->pid,
		.user = peer->uid,
	};
	if (process->watched.fd >= 0 && watch(epoll, &process->watched))
		return process;
	complain("the process %d cannot be watched: %s", peer->pid, strerror(errno));
	if (process->watched.fd >= 0)
		close(process->watched.fd);
	*process = (struct process){ 0 };
	return NULL;
}

/* Its entry, or a new one; NULL where it, or its user, has as much as one may have. */
static struct process *find_or_add(int epoll, int socket, const struct ucred *peer)
{
	struct process *process, *unused = NULL;
	uint32_t of_user = 0, clients = 0;

	for (process = processes; process < processes + MOST_PROCESSES; process++) {
		if (!process->pid) {
			unused = process;
		} else if (process->user == peer->uid) {
			of_user++;
			clients += process->clients;
		}
	}
	if (clients >= MOST_CLIENTS_OF_USER)
		return NULL;
	for (process = processes; process < processes + MOST_PROCESSES; process++)
		if (process->pid == peer->pid && process->user == peer->uid && !has_ended(process))
			return process->clients < MOST_CLIENTS_OF_PROCESS ? process : NULL;
	if (!unused || of_user >= MOST_PROCESSES_OF_USER)
		return NULL;
	return add(epoll, socket, peer, unused);
}

struct process *connected_process(int epoll, int socket)
{
	struct ucred peer;
	socklen_t size = sizeof(peer);
	struct process *process;

	if (getsockopt(socket, SOL_SOCKET, SO_PEERCRED, &peer, &size) || peer.pid <= 0)
		return NULL;
	process = find_or_add(epoll, socket, &peer);
	if (process)
		process->clients++;
	return process;
}

void disconnected(struct process *process)
{
	process->clients--;
	free_if_unused(process);
}
