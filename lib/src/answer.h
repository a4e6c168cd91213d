/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-or-later */
#ifndef LIBLIGHTEXIT_ANSWER_H
#define LIBLIGHTEXIT_ANSWER_H

#include <sys/un.h>

#include "internal.h"
#include "lightexit_loader.h"

#define PATIENCE_S 30

struct lightexit_loader {
	int fd; /* -1 once the connection is of no more use */
	char path[sizeof(((struct sockaddr_un *)0)->sun_path)];
};

/* An answer and its descriptors. */
struct lightexit_object {
	struct lightexit_loader_answer answer;
	int fds[LIGHTEXIT_LOADER_MOST_ITEMS];
	u32 fd_count;
};

/* Whatever it returns, close_all() closes what came. */
int receive_answer(const struct lightexit_loader *loader, struct lightexit_object *object);
void close_all(struct lightexit_object *object);

/* Whether each item is of a kind from `first` to `last`, and its descriptor of that kind. */
int check_items(const struct lightexit_object *object, u32 first, u32 last);

/* What an answer says whose status is not 0. */
int refusal(const char *name, const struct lightexit_loader_answer *answer);

/* What send(2) or recvmsg(2) has returned. */
int no_answer(const struct lightexit_loader *loader, ssize_t size);

#endif /* LIBLIGHTEXIT_ANSWER_H */
