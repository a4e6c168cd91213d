/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-or-later */
/* VM time of a bus. */
#ifndef LIBLIGHTEXIT_CLOCK_H
#define LIBLIGHTEXIT_CLOCK_H

#include "internal.h"

int check_clock(const struct lightexit_bus_options *options);
int create_clock(struct lightexit_bus *bus, const struct lightexit_bus_options *options);
void destroy_clock(struct lightexit_bus *bus);

#endif /* LIBLIGHTEXIT_CLOCK_H */
