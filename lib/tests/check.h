/* SPDX-License-Identifier: Apache-2.0 */
/* The least that a test in C needs. */
#ifndef CHECK_H
#define CHECK_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "liblightexit.h"

/* `fact` holds, or the test has failed. */
#define CHECK(fact) \
	do { \
		if (!(fact)) { \
			fprintf(stderr, "%s:%d: %s\n(the last error: %s)\n", __FILE__, __LINE__, \
				#fact, lightexit_last_error()); \
			exit(1); \
		} \
	} while (0)

/* It fails with `code`, and says `words`. */
#define REFUSED(call, code, words) \
	do { \
		CHECK((call) == (code)); \
		CHECK(strstr(lightexit_last_error(), words)); \
	} while (0)

/* Options whose struct_size is right. */
#define OPTIONS(kind, ...) (&(struct kind){ .struct_size = sizeof(struct kind), __VA_ARGS__ })

#endif /* CHECK_H */
