/* SPDX-License-Identifier: Apache-2.0 */
/*
 * PIT: the 8254 at ports 0x40 to 0x43. The filter answers reads and the command to latch a count;
 * this model does the same, takes control words and counts, and drives input 2 of the I/O APIC.
 *
 * Not modelled: BCD, modes 1, 4 and 5 (such control words are ignored), the read-back command, and
 * the gate of counter 2, which is low: port 0x61 is not there.
 */
#include "pit.h"

#include "vm.h"

#define FREQUENCY 1193182
#define NS 1000000000
#define PIN 2
#define COUNTERS 3
#define ACCESS_BITS 0x30
#define LSB 1
#define MSB 2
#define BOTH 3

static const struct lightexit_pit_state defaults = LIGHTEXIT_PIT_STATE_DEFAULTS;
static const struct lightexit_filter filter = PIT_REGION_0_FILTER;

static uint64_t ticks(uint64_t ns)
{
	return (uint64_t)((unsigned __int128)ns * FREQUENCY / NS);
}

/* ---- one counter: a function of its state and the tick --------------------------------- */

static unsigned int mode_of(const struct lightexit_pit_counter *counter)
{
	unsigned int mode = counter->control >> 1 & 7;

	return mode > 5 ? mode & 3 : mode;
}

static unsigned int access_of(const struct lightexit_pit_counter *counter)
{
	return counter->control >> 4;
}

static uint64_t elapsed(const struct lightexit_pit_counter *counter, uint64_t tick)
{
	return counter->running ? tick - counter->origin : counter->origin;
}

/* The tick of a period at which OUT falls, in modes 2 and 3. */
static uint32_t low_from(const struct lightexit_pit_counter *counter)
{
	return mode_of(counter) == 2 ? counter->reload - 1 : (counter->reload + 1) >> 1;
}

static bool output(const struct lightexit_pit_counter *counter, uint64_t tick)
{
	uint64_t counted = elapsed(counter, tick);

	if (!counter->loaded)
		return mode_of(counter) != 0;
	if (mode_of(counter) == 0)
		return counted >= counter->reload;
	return !counter->running || counter->reload == 1 ||
	       counted % counter->reload < low_from(counter);
}

static uint16_t shown(const struct lightexit_pit_counter *counter, uint64_t tick)
{
	uint64_t counted = elapsed(counter, tick), phase;

	if (mode_of(counter) == 0)
		return (uint16_t)(counter->reload - counted);
	phase = counted % counter->reload;
	if (mode_of(counter) == 2)
		return (uint16_t)(counter->reload - phase);
	if (phase >= low_from(counter))
		phase -= low_from(counter);
	return (uint16_t)(counter->reload - counter->reload % 2 - 2 * phase);
}

static void latch_count(struct lightexit_pit_counter *counter, uint64_t tick)
{
	if (counter->unread)
		return;
	counter->latch = shown(counter, tick);
	counter->unread = access_of(counter) == BOTH ? 2 : 1;
}

static uint8_t read_counter(struct lightexit_pit_counter *counter, uint64_t tick)
{
	uint16_t value = counter->latch;
	bool is_high;

	if (counter->unread) {
		is_high = counter->unread == 1 && access_of(counter) != LSB;
		counter->unread--;
	} else {
		value = shown(counter, tick);
		is_high = access_of(counter) == MSB || counter->msb_read_next;
		counter->msb_read_next = access_of(counter) == BOTH && !is_high;
	}
	return (uint8_t)(is_high ? value >> 8 : value);
}

/* A control word: the counting element stands still until a count comes. */
static void program(struct lightexit_pit_counter *counter, uint8_t control, uint64_t tick)
{
	static const struct lightexit_pit_counter reset = LIGHTEXIT_PIT_COUNTER_DEFAULTS;
	uint8_t gate = counter->gate;
	uint16_t held = shown(counter, tick);

	*counter = reset;
	counter->control = control & 0x3f;
	counter->gate = gate;
	counter->reload = held ? held : 0x10000;
}

/* When the count just written is to be loaded. */
static void schedule(struct lightexit_pit_counter *counter, uint64_t tick)
{
	uint64_t phase = elapsed(counter, tick) % counter->reload, end = counter->reload;

	if (mode_of(counter) == 0 || !counter->loaded) {
		counter->due = tick + 1;
	} else if (counter->running) {
		if (mode_of(counter) == 3 && phase < low_from(counter))
			end = low_from(counter);
		counter->due = tick + end - phase;
	}
}

static void write_count(struct lightexit_pit_counter *counter, uint8_t value, uint64_t tick)
{
	unsigned int access = access_of(counter), raw = value;

	if (mode_of(counter) == 0) { /* already the first byte stops it */
		counter->origin = elapsed(counter, tick);
		counter->running = counter->loaded = 0;
		counter->due = NEVER;
	}
	if (access == BOTH && !counter->msb_write_next) {
		counter->first_byte = value;
		counter->msb_write_next = 1;
		return;
	}
	if (access != LSB)
		raw = raw << 8 | (access == BOTH ? counter->first_byte : 0);
	counter->msb_write_next = 0;
	counter->null_count = 1;
	counter->count = raw ? raw : 0x10000;
	schedule(counter, tick);
}

/* The count register moves into the counting element, at the tick `due`. */
static void load(struct lightexit_pit_counter *counter)
{
	bool is_low = mode_of(counter) == 3 && counter->loaded && !output(counter, counter->due);

	counter->reload = counter->count;
	counter->null_count = 0;
	counter->loaded = 1;
	counter->running = counter->gate;
	counter->origin = counter->due - (is_low ? low_from(counter) : 0);
	if (!counter->running)
		counter->origin = 0;
	counter->due = NEVER;
}

/* The first tick after `tick` at which OUT is another. */
static uint64_t next_inversion(const struct lightexit_pit_counter *counter, uint64_t tick)
{
	uint64_t counted = elapsed(counter, tick), phase, end = counter->reload;

	if (!counter->loaded || !counter->running)
		return NEVER;
	if (mode_of(counter) == 0)
		return counted < end ? tick + end - counted : NEVER;
	phase = counted % counter->reload;
	if (phase < low_from(counter))
		end = low_from(counter);
	return counter->reload == 1 ? NEVER : tick + end - phase;
}

/* ---- the chip -------------------------------------------------------------------------- */

static void drive(struct lightexit_pit_state *state, uint64_t tick)
{
	struct lightexit_pit_counter *counter = &state->counters[0];

	ioapic_set_line(PIN, output(counter, tick));
	state->wakeup = next_inversion(counter, tick);
	if (counter->due < state->wakeup)
		state->wakeup = counter->due;
}

/* The edges up to `tick`: two of them, the rest in one step. */
static void catch_up(struct lightexit_pit_state *state, uint64_t tick)
{
	int i;

	for (i = 0; i < 2 && state->wakeup <= tick; i++)
		drive(state, state->wakeup);
	if (state->wakeup <= tick)
		drive(state, tick);
}

static struct lightexit_pit_counter *counter_at(struct lightexit_pit_state *state,
						unsigned int index, uint64_t tick)
{
	struct lightexit_pit_counter *counter = &state->counters[index];
	uint64_t due = counter->due;

	if (due > tick)
		return counter;
	if (index == 0)
		catch_up(state, due - 1);
	load(counter);
	if (index == 0)
		drive(state, due);
	return counter;
}

static void advance_to(struct lightexit_pit_state *state, uint64_t tick)
{
	counter_at(state, 0, tick);
	catch_up(state, tick);
}

static uint64_t pit_read(void *opaque, uint64_t offset, uint64_t size)
{
	struct device *device = opaque;
	uint64_t tick = ticks(now_of(device));

	(void)size;
	if (offset >= COUNTERS)
		return 0xff;
	return read_counter(counter_at(state_of(device), (unsigned int)offset, tick), tick);
}

static bool is_modelled(uint8_t control)
{
	unsigned int mode = control >> 1 & 7;

	return !(control & 1) && (mode == 0 || mode & 2);
}

static void write_control(struct lightexit_pit_state *state, uint8_t value, uint64_t tick)
{
	unsigned int index = value >> 6;

	if (index == COUNTERS)
		return;
	if (!(value & ACCESS_BITS)) {
		latch_count(counter_at(state, index, tick), tick);
	} else if (is_modelled(value)) {
		advance_to(state, tick);
		program(counter_at(state, index, tick), value, tick);
		drive(state, tick);
	}
}

static void pit_write(void *opaque, uint64_t offset, uint64_t value, uint64_t size)
{
	struct device *device = opaque;
	struct lightexit_pit_state *state = state_of(device);
	uint64_t tick = ticks(now_of(device));

	(void)size;
	if (offset == PIT_REG_CONTROL) {
		write_control(state, (uint8_t)value, tick);
	} else {
		advance_to(state, tick);
		write_count(counter_at(state, (unsigned int)offset, tick), (uint8_t)value, tick);
		drive(state, tick);
	}
	vm_wake(device->vm);
}

static uint64_t pit_next_wakeup(struct device *device)
{
	uint64_t wakeup = ((struct lightexit_pit_state *)state_of(device))->wakeup;

	if (wakeup == NEVER)
		return NEVER;
	return (uint64_t)(((unsigned __int128)wakeup * NS + FREQUENCY - 1) / FREQUENCY);
}

static void pit_advance(struct device *device, uint64_t now_ns)
{
	advance_to(state_of(device), ticks(now_ns));
}

/* The gates of counters 0 and 1 are tied high. */
static void pit_reset(struct device *device)
{
	struct lightexit_pit_state *state = state_of(device);

	state->counters[0].gate = state->counters[1].gate = 1;
}

/* Counts are divisors: none is 0, nor comes to be. */
static bool pit_is_sound(struct device *device)
{
	const struct lightexit_pit_state *state = state_of(device);
	int i;

	for (i = 0; i < COUNTERS; i++)
		if (!state->counters[i].reload ||
		    (state->counters[i].due != NEVER && !state->counters[i].count))
			return false;
	return true;
}

struct device pit = {
	.name = PIT_NAME,
	.defaults = &defaults,
	.defaults_size = sizeof(defaults),
	.state_size = PIT_STATE_SIZE,
	.fingerprint = PIT_STATE_FINGERPRINT,
	.version = PIT_STATE_VERSION,
	.map = PIT_READ_OR_LATCH_PIT_MAP,
	.region = {
		.space = PIT_REGION_0_SPACE,
		.base = PIT_REGION_0_BASE,
		.size = PIT_REGION_0_SIZE,
		.register_width = PIT_REGION_0_REGISTER_WIDTH,
		.filter = &filter,
		.read = pit_read,
		.write = pit_write,
	},
	.reset = pit_reset,
	.is_sound = pit_is_sound,
	.next_wakeup = pit_next_wakeup,
	.advance = pit_advance,
};
