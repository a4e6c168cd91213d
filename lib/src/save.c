/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-or-later */
/*
 * Saved states: a head, the name, the state's bytes and a CRC-32 of all that. The parts are those
 * of a saved device of the Python package (devices/saved.py), which has its lines, inputs and
 * configuration there as well: neither restores what the other has saved.
 */
#include <inttypes.h>
#include <string.h>

#include "internal.h"

#define MAGIC 0x455641535458454cull /* LEXTSAVE */
#define FORMAT 1
#define NEVER (~(u64)0)

/* Little-endian, as everything here. */
struct head {
	u64 magic;
	u16 format;
	u16 version;
	u16 lines;
	u16 inputs;
	u32 name_size;
	u32 state_size;
	u32 configuration_size;
	u32 reserved;
	u64 fingerprint;
	u64 now_ns;
	u64 wakeup_ns;
};

_Static_assert(sizeof(struct head) == 56, "as devices/saved.py has it");
_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "states are little-endian");

/* CRC-32 of IEEE 802.3, as zlib has it. */
static u32 checksum(const u8 *bytes, size_t size)
{
	u32 crc = ~0u;
	int bit;

	while (size--) {
		crc ^= *bytes++;
		for (bit = 0; bit < 8; bit++)
			crc = crc >> 1 ^ (crc & 1 ? 0xedb88320 : 0);
	}
	return ~crc;
}

PUBLIC size_t lightexit_state_save(struct lightexit_state *state, void *bytes, size_t capacity)
{
	struct head head = {
		.magic = MAGIC,
		.format = FORMAT,
		.version = state->version,
		.name_size = strlen(state->name),
		.state_size = state->size,
		.fingerprint = state->fingerprint,
		.wakeup_ns = NEVER,
	};
	size_t content = sizeof(head) + head.name_size + head.state_size;
	u8 *at = bytes;
	u32 crc;

	if (capacity < content + sizeof(crc))
		return content + sizeof(crc);
	lightexit_state_lock(state);
	head.now_ns = lightexit_clock_now(state->bus);
	memcpy(at + sizeof(head) + head.name_size, lightexit_state_data(state), state->size);
	lightexit_state_unlock(state);
	memcpy(at, &head, sizeof(head));
	memcpy(at + sizeof(head), state->name, head.name_size);
	crc = checksum(at, content);
	memcpy(at + content, &crc, sizeof(crc));
	return content + sizeof(crc);
}

static int check_head(const struct head *head, size_t size)
{
	u64 wanted = sizeof(*head) + (u64)head->name_size + head->state_size + sizeof(u32);

	if (head->magic != MAGIC)
		return failed(LIGHTEXIT_ERROR_SAVED, "these bytes are no saved state");
	if (head->format != FORMAT)
		return failed(LIGHTEXIT_ERROR_SAVED,
			      "saved in format %" PRIu16 ", this library knows %d", head->format,
			      FORMAT);
	if (head->lines || head->inputs || head->configuration_size)
		return failed(LIGHTEXIT_ERROR_SAVED,
			      "these bytes are a device with lines or a configuration, not a state");
	if (wanted != size)
		return failed(LIGHTEXIT_ERROR_SAVED,
			      "the saved state is %zu bytes long, its head says %" PRIu64, size,
			      (uint64_t)wanted);
	return LIGHTEXIT_OK;
}

PUBLIC int lightexit_saved_look(const void *bytes, size_t size, struct lightexit_saved *saved)
{
	const u8 *at = bytes;
	struct head head;
	u32 crc;
	int error;

	if (size < sizeof(head) + sizeof(crc))
		return failed(LIGHTEXIT_ERROR_SAVED, "%zu bytes are no saved state: %zu at least",
			      size, sizeof(head) + sizeof(crc));
	memcpy(&head, at, sizeof(head));
	error = check_head(&head, size);
	if (error)
		return error;
	memcpy(&crc, at + size - sizeof(crc), sizeof(crc));
	if (crc != checksum(at, size - sizeof(crc)))
		return failed(LIGHTEXIT_ERROR_SAVED,
			      "the saved state is damaged: its checksum does not fit");
	*saved = (struct lightexit_saved){
		.name = (const char *)at + sizeof(head),
		.data = at + sizeof(head) + head.name_size,
		.fingerprint = head.fingerprint,
		.now_ns = head.now_ns,
		.name_size = head.name_size,
		.size = head.state_size,
		.version = head.version,
	};
	return LIGHTEXIT_OK;
}

static int check_fits(const struct lightexit_state *state, const struct lightexit_saved *saved)
{
	if (saved->name_size != strlen(state->name) ||
	    memcmp(saved->name, state->name, saved->name_size))
		return failed(LIGHTEXIT_ERROR_SAVED,
			      "these bytes were saved of another state than %s", state->name);
	if (saved->size != state->size || saved->version != state->version ||
	    saved->fingerprint != state->fingerprint)
		return failed(LIGHTEXIT_ERROR_LAYOUT,
			      "the state %s has %" PRIu64 " bytes in layout %" PRIu32 " (%#" PRIx64
			      "), saved were %" PRIu32 " in layout %" PRIu32 " (%#" PRIx64 ")",
			      state->name, (uint64_t)state->size, state->version,
			      (uint64_t)state->fingerprint, saved->size, saved->version,
			      saved->fingerprint);
	return LIGHTEXIT_OK;
}

PUBLIC int lightexit_state_restore(struct lightexit_state *state, const void *bytes, size_t size)
{
	struct lightexit_saved saved;
	int error = lightexit_saved_look(bytes, size, &saved);

	if (!error)
		error = check_fits(state, &saved);
	if (error)
		return error;
	lightexit_state_lock(state);
	memcpy(lightexit_state_data(state), saved.data, saved.size);
	lightexit_state_unlock(state);
	return LIGHTEXIT_OK;
}
