/* SPDX-License-Identifier: Apache-2.0 */
/* Connections: each request is answered at once, and one of each connection in turn. */
#define _GNU_SOURCE
#include <bpf/libbpf.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "loader.h"

struct client {
	struct watched watched;
	struct process *process;
	struct client *next;
	time_t asked_at;
};

static int epoll, objects;
static struct client *clients;
static unsigned int client_count;

bool watch(int by, struct watched *watched)
{
	struct epoll_event event = { .events = EPOLLIN | EPOLLONESHOT, .data.ptr = watched };

	return !epoll_ctl(by, EPOLL_CTL_ADD, watched->fd, &event);
}

static void watch_again(struct watched *watched)
{
	struct epoll_event event = { .events = EPOLLIN | EPOLLONESHOT, .data.ptr = watched };

	epoll_ctl(epoll, EPOLL_CTL_MOD, watched->fd, &event);
}

static time_t seconds(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec;
}

/* ---- one request ---------------------------------------------------------------------------- */

static const char nothing[LIGHTEXIT_LOADER_NAME_SIZE];

static bool is_name(const char *name)
{
	static const char allowed[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
				      "0123456789_-.";
	size_t length = strnlen(name, LIGHTEXIT_LOADER_NAME_SIZE);

	return length && length < LIGHTEXIT_LOADER_NAME_SIZE && name[0] != '.' &&
	       strspn(name, allowed) == length &&
	       !memcmp(name + length, nothing, LIGHTEXIT_LOADER_NAME_SIZE - length);
}

/* Whether it is a known command whose name is one, or none where it has none. */
static bool has_its_name(const struct lightexit_loader_request *request)
{
	switch (request->command) {
	case LIGHTEXIT_LOADER_LOAD:
		return is_name(request->name);
	case LIGHTEXIT_LOADER_CLOCK:
	case LIGHTEXIT_LOADER_MODULE:
		return !memcmp(request->name, nothing, sizeof(nothing));
	default:
		return false;
	}
}

/* What is wrong with a message of `size` bytes. */
static uint32_t check(const struct lightexit_loader_request *request, ssize_t size)
{
	size_t head = offsetof(struct lightexit_loader_request, command);

	if (size >= (ssize_t)head && request->version != LIGHTEXIT_LOADER_VERSION)
		return LIGHTEXIT_LOADER_OTHER_VERSION;
	if (size != sizeof(*request) || request->struct_size != sizeof(*request))
		return LIGHTEXIT_LOADER_MALFORMED;
	return !request->reserved && has_its_name(request) ? LIGHTEXIT_LOADER_OK :
							     LIGHTEXIT_LOADER_MALFORMED;
}

/* Never waits: a client that takes no answers has made its own queue full. */
static bool answer(int fd, struct reply *reply)
{
	union {
		struct cmsghdr head;
		char room[CMSG_SPACE(sizeof(reply->fds))];
	} control = { 0 };
	struct iovec data = { &reply->answer, sizeof(reply->answer) };
	struct msghdr message = { .msg_iov = &data, .msg_iovlen = 1 };
	size_t size = reply->answer.count * sizeof(int);

	if (size) {
		message.msg_control = &control;
		message.msg_controllen = CMSG_SPACE(size);
		control.head.cmsg_level = SOL_SOCKET;
		control.head.cmsg_type = SCM_RIGHTS;
		control.head.cmsg_len = CMSG_LEN(size);
		memcpy(CMSG_DATA(&control.head), reply->fds, size);
	}
	return sendmsg(fd, &message, MSG_DONTWAIT | MSG_NOSIGNAL) == sizeof(reply->answer);
}

/* False where the connection is to be closed. What descriptors a client sends is not received. */
static bool serve_request(struct client *client)
{
	struct lightexit_loader_request request;
	struct reply reply = {
		.answer.struct_size = sizeof(reply.answer),
		.answer.version = LIGHTEXIT_LOADER_VERSION,
	};
	ssize_t size = recv(client->watched.fd, &request, sizeof(request), MSG_TRUNC);
	bool is_sent;

	if (size <= 0)
		return size < 0 && (errno == EAGAIN || errno == EINTR);
	client->asked_at = seconds();
	reply.answer.status = check(&request, size);
	if (reply.answer.status) {
		answer(client->watched.fd, &reply);
		return false;
	}
	carry_out(objects, &request, &client->process->quota, &reply);
	is_sent = answer(client->watched.fd, &reply);
	release(&reply);
	return is_sent;
}

/* ---- connections ---------------------------------------------------------------------------- */

static void hang_up(struct client *client)
{
	struct client **at = &clients;

	while (*at != client)
		at = &(*at)->next;
	*at = client->next;
	client_count--;
	close(client->watched.fd);
	disconnected(client->process);
	free(client);
}

static void client_ready(struct watched *watched)
{
	struct client *client = (struct client *)watched;

	if (serve_request(client))
		watch_again(watched);
	else
		hang_up(client);
}

/* Takes the descriptor. */
static void add_client(int fd)
{
	struct client *client = calloc(1, sizeof(*client));
	struct process *process = client_count < MOST_CLIENTS ? connected_process(epoll, fd) : NULL;

	if (client && process) {
		*client = (struct client){
			{ fd, client_ready }, process, clients, seconds()
		};
		if (watch(epoll, &client->watched)) {
			clients = client;
			client_count++;
			return;
		}
	}
	if (process)
		disconnected(process);
	free(client);
	close(fd);
}

static void somebody_connects(struct watched *watched)
{
	int fd = accept4(watched->fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);

	if (fd >= 0)
		add_client(fd);
	else if (errno == EMFILE || errno == ENFILE)
		usleep(10000); /* until a connection is closed: there is another event at once */
	watch_again(watched);
}

static void hang_up_on_the_idle(void)
{
	time_t now = seconds();
	struct client *client, *next;

	for (client = clients; client; client = next) {
		next = client->next;
		if (now - client->asked_at > MOST_IDLE_S)
			hang_up(client);
	}
}

static int print_warning(enum libbpf_print_level level, const char *format, va_list arguments)
{
	return level == LIBBPF_WARN ? vfprintf(stderr, format, arguments) : 0;
}

int serve(int listening, int folder)
{
	struct watched listener = { listening, somebody_connects };
	struct epoll_event event;

	libbpf_set_print(print_warning);
	objects = folder;
	epoll = epoll_create1(EPOLL_CLOEXEC);
	if (epoll < 0 || !watch(epoll, &listener)) {
		complain("epoll(7): %s", strerror(errno));
		return 1;
	}
	for (;;) {
		/* One at a time: an event of a batch could be of what another has just freed. */
		if (epoll_wait(epoll, &event, 1, clients ? 1000 : -1) == 1) {
			struct watched *watched = event.data.ptr;

			watched->ready(watched);
		}
		hang_up_on_the_idle();
	}
}
