/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Any bytes as a saved state: refused with nothing changed, or taken whole. fuzz_saved COUNT
 *
 * The bytes are a saved state with some of them changed, cut off or appended, in memory of just
 * their size; every other time the checksum is made to fit, so that it alone keeps nothing out.
 */
#include <stdint.h>

#include "device.h"

static uint64_t seed = 1;

/* xorshift64, by G. Marsaglia: the same numbers in every run. */
static uint64_t drawn(uint64_t below)
{
	seed ^= seed << 13;
	seed ^= seed >> 7;
	seed ^= seed << 17;
	return seed % below;
}

static void make_checksum_fit(uint8_t *bytes, size_t size)
{
	uint32_t crc = ~0u;
	size_t i;
	int bit;

	for (i = 0; i < size - 4; i++) {
		crc ^= bytes[i];
		for (bit = 0; bit < 8; bit++)
			crc = crc >> 1 ^ (crc & 1 ? 0xedb88320 : 0);
	}
	crc = ~crc;
	memcpy(bytes + size - 4, &crc, 4);
}

static uint8_t *mutated(const uint8_t *saved, size_t size, size_t *now)
{
	uint64_t changes = drawn(4);
	uint8_t *bytes;

	*now = drawn(3) ? size : drawn(2 * size);
	bytes = malloc(*now ? *now : 1);
	CHECK(bytes);
	memset(bytes, (int)drawn(256), *now);
	memcpy(bytes, saved, *now < size ? *now : size);
	while (changes-- && *now)
		bytes[drawn(*now < 64 ? *now : drawn(2) ? 64 : *now)] = (uint8_t)drawn(256);
	if (*now >= 4 && drawn(2))
		make_checksum_fit(bytes, *now);
	return bytes;
}

int main(int count, char **arguments)
{
	uint64_t tries = count > 1 ? strtoull(arguments[1], NULL, 10) : 10000, taken = 0, i;
	struct device device = { 0 };
	uint8_t saved[256], *bytes;
	size_t size, now;
	int error;

	CHECK(!lightexit_bus_create(NULL, &device.bus));
	make_state(&device);
	size = lightexit_state_save(device.state, saved, sizeof(saved));
	for (i = 0; i < tries; i++) {
		bytes = mutated(saved, size, &now);
		counter_of(&device)->value = 42;
		error = lightexit_state_restore(device.state, bytes, now);
		CHECK(!error || error == LIGHTEXIT_ERROR_SAVED || error == LIGHTEXIT_ERROR_LAYOUT);
		CHECK(!error || counter_of(&device)->value == 42);
		CHECK(error || !memcmp(counter_of(&device), bytes + 63, sizeof(struct counter)));
		taken += !error;
		free(bytes);
	}
	lightexit_bus_destroy(device.bus);
	printf("%llu of %llu taken\n", (unsigned long long)taken, (unsigned long long)tries);
	return 0;
}
