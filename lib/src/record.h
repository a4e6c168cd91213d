/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-or-later */
/* Recordings: what the hot path has to do with them. */
#ifndef LIBLIGHTEXIT_RECORD_H
#define LIBLIGHTEXIT_RECORD_H

struct lightexit_bus;
struct lightexit_event;

/* The listener of every bus's trace points. */
void record_event(const struct lightexit_event *event);

/* Trace points that this thread comes by are recorded for that bus, or, if it is NULL, not: until
   it is called again with what it returned. */
struct lightexit_bus *record_from(struct lightexit_bus *bus);

#endif /* LIBLIGHTEXIT_RECORD_H */
