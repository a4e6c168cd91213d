/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-or-later */
/*
 * Recordings: each access as one write(2) of a record, so what was written stays whatever ends the
 * VMM. docs/recording.md describes the file.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "internal.h"
#include "record.h"

#define NS_PER_S 1000000000

struct head {
	char magic[8];
	u32 version;
	u32 record_size;
	u64 started_ns;
	u32 pid;
	u32 reserved;
	char host[96]; /* terminated */
};

struct record {
	u64 number; /* from 0; a gap is what could not be written */
	u64 time_ns; /* CLOCK_REALTIME */
	u64 address;
	u64 value;
	u64 duration_ns; /* what filter or model took */
	u32 vcpu;
	u8 space;
	u8 size;
	u8 is_write;
	u8 answer; /* LIGHTEXIT_TRACE_POINT_HANDLED, _PASSED or _UNCLAIMED */
	u64 mark;
};

#define MARK 0x444e454443455258 /* "XRECDEND" */
#define MAGIC "LXRECORD"
#define VERSION 1

/* Whose access this thread is making. */
static _Thread_local struct lightexit_bus *recording;

static u64 real_time(void)
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	return (u64)now.tv_sec * NS_PER_S + now.tv_nsec;
}

/* After a write that failed the file's records need not be whole any more: the last one it was. */
static void write_record(struct lightexit_bus *bus, const struct record *record)
{
	ssize_t written = -1;

	if (!lightexit_load(&bus->records_lost))
		do
			written = write(bus->record_fd, record, sizeof(*record));
		while (written < 0 && errno == EINTR);
	if (written != sizeof(*record))
		__atomic_fetch_add(&bus->records_lost, 1, __ATOMIC_RELAXED);
}

void record_event(const struct lightexit_event *event)
{
	struct lightexit_bus *bus = recording;
	int kept = errno; /* a model's caller need not expect that an access changes it */

	if (event->point == LIGHTEXIT_TRACE_POINT_ACCESS_IN ||
	    event->point == LIGHTEXIT_TRACE_POINT_ACCESS_OUT || !bus)
		return;
	write_record(bus, &(struct record){
		.number = __atomic_fetch_add(&bus->records, 1, __ATOMIC_RELAXED),
		.time_ns = real_time(),
		.address = event->address,
		.value = event->data,
		.duration_ns = lightexit_scaled(event->ticks, bus->clock_rate),
		.vcpu = event->vcpu,
		.space = event->space,
		.size = event->size,
		.is_write = event->is_write,
		.answer = event->point,
		.mark = MARK,
	});
	errno = kept;
}

struct lightexit_bus *record_from(struct lightexit_bus *bus)
{
	struct lightexit_bus *before = recording;

	recording = bus;
	return before;
}

static int write_head(int fd)
{
	struct head head = {
		.magic = MAGIC,
		.version = VERSION,
		.record_size = sizeof(struct record),
		.started_ns = real_time(),
		.pid = getpid(),
	};

	if (gethostname(head.host, sizeof(head.host) - 1))
		head.host[0] = 0;
	if (write(fd, &head, sizeof(head)) == sizeof(head))
		return LIGHTEXIT_OK;
	return failed(LIGHTEXIT_ERROR_ARGUMENT, "descriptor %d cannot be written to: %s", fd,
		      strerror(errno));
}

/* The same descriptor for all time: a vCPU may be about to write to it. */
static int keep(struct lightexit_bus *bus, int fd)
{
	int own;

	if (bus->record_fd && fd == bus->record_fd)
		return LIGHTEXIT_OK;
	own = bus->record_fd ? dup3(fd, bus->record_fd, O_CLOEXEC) :
			       fcntl(fd, F_DUPFD_CLOEXEC, 3);
	if (own < 0)
		return failed(LIGHTEXIT_ERROR_ARGUMENT, "descriptor %d: %s", fd, strerror(errno));
	if (!bus->record_fd)
		bus->record_fd = own;
	return LIGHTEXIT_OK;
}

static void set_recorded(struct lightexit_bus *bus, bool recorded)
{
	u32 i;

	bus->recorded = recorded;
	for (i = 0; i < bus->most_vcpus; i++)
		if (bus->vcpus[i])
			__atomic_store_n(&bus->vcpus[i]->recorded, recorded, __ATOMIC_RELEASE);
}

PUBLIC int lightexit_record_begin(struct lightexit_bus *bus, int fd)
{
	int error;

	pthread_mutex_lock(&bus->mutex);
	error = bus->recorded ? failed(LIGHTEXIT_ERROR_IN_USE, "the bus is recorded already") :
				write_head(fd);
	if (!error)
		error = keep(bus, fd);
	if (!error) {
		__atomic_store_n(&bus->records, 0, __ATOMIC_RELAXED);
		__atomic_store_n(&bus->records_lost, 0, __ATOMIC_RELAXED);
		set_recorded(bus, true);
	}
	pthread_mutex_unlock(&bus->mutex);
	return error;
}

PUBLIC uint64_t lightexit_record_end(struct lightexit_bus *bus)
{
	u64 lost;

	pthread_mutex_lock(&bus->mutex);
	set_recorded(bus, false);
	lost = lightexit_load(&bus->records_lost);
	pthread_mutex_unlock(&bus->mutex);
	return lost;
}
