/* SPDX-License-Identifier: Apache-2.0 */
/* The socket: systemd's (sd_listen_fds(3)), or one that this process makes. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "loader.h"

#define FIRST_OF_SYSTEMD 3
#define GROUP "lightexit"
#define BACKLOG 64

static bool is_handed_over(void)
{
	const char *pid = getenv("LISTEN_PID"), *count = getenv("LISTEN_FDS");

	return pid && count && atol(pid) == getpid() && atoi(count) >= 1;
}

static int check_handed_over(int fd)
{
	int type = 0;
	socklen_t size = sizeof(type);

	if (getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &size) || type != SOCK_SEQPACKET)
		return complain("what systemd hands over is no socket of ListenSequentialPacket=");
	/* A client that is gone before it is accepted must not hold up the others. */
	if (fcntl(fd, F_SETFD, FD_CLOEXEC) || fcntl(fd, F_SETFL, O_RDWR | O_NONBLOCK))
		return complain("systemd's socket: %s", strerror(errno));
	return fd;
}

/* A socket of that name that nobody listens to any more. */
static bool is_left_over(const struct sockaddr_un *address)
{
	int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	bool is_refused;

	if (fd < 0)
		return false;
	is_refused = connect(fd, (const void *)address, sizeof(*address)) && errno == ECONNREFUSED;
	close(fd);
	return is_refused;
}

static int bind_at(int fd, const struct sockaddr_un *address)
{
	mode_t before = umask(0117);
	int error = bind(fd, (const void *)address, sizeof(*address));

	if (error && errno == EADDRINUSE && is_left_over(address) && !unlink(address->sun_path))
		error = bind(fd, (const void *)address, sizeof(*address));
	umask(before);
	return error;
}

static int give_to_group(const char *path, const char *name)
{
	const struct group *group = getgrnam(name ? name : GROUP);

	if (!group && name)
		return complain("there is no group %s", name);
	if (!group) {
		complain("there is no group %s: only this user can connect", GROUP);
		return 0;
	}
	if (lchown(path, (uid_t)-1, group->gr_gid))
		return complain("%s cannot be given to the group %s: %s", path, group->gr_name,
				strerror(errno));
	return 0;
}

static int new_socket(const char *path, const char *group)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	if (strlen(path) >= sizeof(address.sun_path))
		return complain("%s: longer than a socket's path can be", path);
	strcpy(address.sun_path, path);
	if (fd < 0 || bind_at(fd, &address) || listen(fd, BACKLOG))
		return complain("%s: %s", path, strerror(errno));
	return give_to_group(path, group) ? -1 : fd;
}

int listening_socket(const char *path, const char *group)
{
	if (!is_handed_over())
		return new_socket(path ? path : LIGHTEXIT_LOADER_SOCKET, group);
	if (path || group)
		return complain("--socket and --group are not for a socket of systemd's");
	return check_handed_over(FIRST_OF_SYSTEMD);
}
