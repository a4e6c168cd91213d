/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The file: a head with a checksum, then items, each with a name and a size. One function names
 * the items of a VM in their order, for both directions.
 */
#include "snapshot.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define MAGIC 0x504e534d4d56434cull /* LCVMMSNP */
#define FORMAT 1
#define MOST_BYTES (2 * MEMORY_SIZE)

struct head {
	uint64_t magic;
	uint32_t format;
	uint32_t vcpus;
	uint64_t size; /* of what follows */
	uint64_t checksum; /* of that */
};

struct item_head {
	char name[24];
	uint64_t size;
};

struct snapshot {
	const char *path;
	struct head head;
	uint8_t *bytes;
	size_t at;
	bool is_saving;
};

bool snapshot_is_saving(const struct snapshot *snapshot)
{
	return snapshot->is_saving;
}

/* FNV-1a: finds damage, and is no defence against anybody. */
static uint64_t checksum(const uint8_t *bytes, size_t size)
{
	uint64_t hash = 0xcbf29ce484222325;

	while (size--)
		hash = (hash ^ *bytes++) * 0x100000001b3;
	return hash;
}

/* ---- items ----------------------------------------------------------------------------- */

static int put(struct snapshot *snapshot, const struct item_head *item, const void *data)
{
	if (item->size > MOST_BYTES - sizeof(*item) - snapshot->at)
		return complain("%s: the VM does not fit a snapshot", snapshot->path);
	memcpy(snapshot->bytes + snapshot->at, item, sizeof(*item));
	memcpy(snapshot->bytes + snapshot->at + sizeof(*item), data, item->size);
	snapshot->at += sizeof(*item) + item->size;
	return 0;
}

static int get(struct snapshot *snapshot, const struct item_head *wanted, void *data)
{
	size_t left = snapshot->head.size - snapshot->at;
	struct item_head item;

	if (left < sizeof(item))
		return complain("%s ends before %s", snapshot->path, wanted->name);
	memcpy(&item, snapshot->bytes + snapshot->at, sizeof(item));
	item.name[sizeof(item.name) - 1] = 0;
	if (strcmp(item.name, wanted->name) || item.size != wanted->size)
		return complain("%s is a snapshot of another VM: %s of %llu bytes, where this one "
				"has %s of %llu", snapshot->path, item.name,
				(unsigned long long)item.size, wanted->name,
				(unsigned long long)wanted->size);
	if (item.size > left - sizeof(item))
		return complain("%s ends within %s", snapshot->path, item.name);
	memcpy(data, snapshot->bytes + snapshot->at + sizeof(item), item.size);
	snapshot->at += sizeof(item) + item.size;
	return 0;
}

int snapshot_item(struct snapshot *snapshot, const char *name, void *data, size_t size)
{
	struct item_head item = { .size = size };

	snprintf(item.name, sizeof(item.name), "%s", name);
	return snapshot->is_saving ? put(snapshot, &item, data) : get(snapshot, &item, data);
}

static int restore_state(const struct snapshot *snapshot, struct device *device,
			 const uint8_t *bytes, size_t size)
{
	if (lightexit_state_restore(device->state, bytes, size))
		return complain("%s: %s", snapshot->path, lightexit_last_error());
	if (device->is_sound && !device->is_sound(device))
		return complain("%s: the state %s is one that the device cannot be in",
				snapshot->path, device->name);
	return 0;
}

/* The library's own format within this one: with the fingerprint of the state's layout. */
static int state_item(struct snapshot *snapshot, struct device *device)
{
	size_t size = lightexit_state_save(device->state, NULL, 0);
	uint8_t *bytes = malloc(size);
	int error;

	if (!bytes)
		return complain("no memory for the state %s", device->name);
	if (snapshot->is_saving)
		lightexit_state_save(device->state, bytes, size);
	error = snapshot_item(snapshot, device->name, bytes, size);
	if (!error && !snapshot->is_saving)
		error = restore_state(snapshot, device, bytes, size);
	free(bytes);
	return error;
}

static int clock_item(struct snapshot *snapshot, struct vm *vm)
{
	uint64_t now = vm_now(vm);

	if (snapshot_item(snapshot, "clock", &now, sizeof(now)))
		return -1;
	if (!snapshot->is_saving && lightexit_clock_set(vm->bus, now))
		return complain("%s: %s", snapshot->path, lightexit_last_error());
	return 0;
}

static int items(struct snapshot *snapshot, struct vm *vm)
{
	uint32_t i;

	if (clock_item(snapshot, vm))
		return -1;
	for (i = 0; i < DEVICE_COUNT; i++)
		if (state_item(snapshot, devices[i]))
			return -1;
	for (i = 0; i < vm->vcpu_count; i++)
		if (vcpu_items(snapshot, &vm->vcpus[i]))
			return -1;
	return snapshot_item(snapshot, "memory", vm->memory, MEMORY_SIZE);
}

/* ---- to a file ------------------------------------------------------------------------- */

static int write_file(const struct snapshot *snapshot, const char *path)
{
	FILE *file = fopen(path, "wbe");
	bool is_written;

	if (!file)
		return complain("%s: %s", path, strerror(errno));
	is_written = fwrite(&snapshot->head, sizeof(snapshot->head), 1, file) == 1 &&
		     fwrite(snapshot->bytes, snapshot->at, 1, file) == 1;
	if (fclose(file) || !is_written) {
		complain("%s: %s", path, strerror(errno));
		remove(path);
		return -1;
	}
	return 0;
}

static int replace_file(const struct snapshot *snapshot)
{
	char path[4096];

	if (snprintf(path, sizeof(path), "%s.new", snapshot->path) >= (int)sizeof(path))
		return complain("%s: the name is too long", snapshot->path);
	if (write_file(snapshot, path))
		return -1;
	if (rename(path, snapshot->path)) {
		complain("%s: %s", snapshot->path, strerror(errno));
		remove(path);
		return -1;
	}
	return 0;
}

int snapshot_save(struct vm *vm, const char *path)
{
	struct snapshot snapshot = { .path = path, .is_saving = true };
	int error;

	snapshot.bytes = malloc(MOST_BYTES);
	if (!snapshot.bytes)
		return complain("no memory for a snapshot");
	/* What the doorbell's eventfd holds is in no file: its consumer has seen it before. */
	doorbell_serve();
	error = items(&snapshot, vm);
	if (!error) {
		snapshot.head = (struct head){
			.magic = MAGIC,
			.format = FORMAT,
			.vcpus = vm->vcpu_count,
			.size = snapshot.at,
			.checksum = checksum(snapshot.bytes, snapshot.at),
		};
		error = replace_file(&snapshot);
	}
	free(snapshot.bytes);
	return error;
}

/* ---- from a file ----------------------------------------------------------------------- */

static int check_head(const struct snapshot *snapshot)
{
	const struct head *head = &snapshot->head;

	if (head->magic != MAGIC || head->size > MOST_BYTES)
		return complain("%s is no snapshot of this VMM", snapshot->path);
	if (head->format != FORMAT)
		return complain("%s is of format %u, this VMM knows %d", snapshot->path,
				head->format, FORMAT);
	if (!head->vcpus || head->vcpus > MOST_VCPUS)
		return complain("%s has %u vCPUs, this VMM at most %d", snapshot->path,
				head->vcpus, MOST_VCPUS);
	return 0;
}

static int read_file(struct snapshot *snapshot, FILE *file)
{
	if (fread(&snapshot->head, sizeof(snapshot->head), 1, file) != 1)
		return complain("%s is no snapshot of this VMM", snapshot->path);
	if (check_head(snapshot))
		return -1;
	snapshot->bytes = malloc(snapshot->head.size + 1);
	if (!snapshot->bytes)
		return complain("no memory for a snapshot");
	if (fread(snapshot->bytes, 1, snapshot->head.size + 1, file) != snapshot->head.size ||
	    checksum(snapshot->bytes, snapshot->head.size) != snapshot->head.checksum)
		return complain("%s is damaged: its checksum does not fit", snapshot->path);
	return 0;
}

static void close_snapshot(struct snapshot *snapshot)
{
	free(snapshot->bytes);
	free(snapshot);
}

int snapshot_open(const char *path, struct snapshot **opened, uint32_t *vcpus)
{
	struct snapshot *snapshot;
	FILE *file = fopen(path, "rbe");
	int error;

	if (!file)
		return complain("%s: %s", path, strerror(errno));
	snapshot = calloc(1, sizeof(*snapshot));
	if (!snapshot) {
		fclose(file);
		return complain("no memory for a snapshot");
	}
	snapshot->path = path;
	error = read_file(snapshot, file);
	fclose(file);
	if (error) {
		close_snapshot(snapshot);
		return -1;
	}
	*vcpus = snapshot->head.vcpus;
	*opened = snapshot;
	return 0;
}

int snapshot_restore(struct vm *vm, struct snapshot *snapshot)
{
	int error = items(snapshot, vm);

	if (!error && snapshot->at != snapshot->head.size)
		error = complain("%s goes on behind its last item", snapshot->path);
	close_snapshot(snapshot);
	if (!error)
		devices_restored();
	return error;
}
