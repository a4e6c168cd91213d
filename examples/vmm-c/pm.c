/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The ACPI PM timer of a PIIX4, at PMBASE 0xb000. The filter answers reads of 32 bits, this model
 * those of other sizes.
 *
 * Not modelled: all other registers of the block, which read 0; overflow events, hence the SCI.
 */
#include "pm.h"

#include "vm.h"

#define FREQUENCY 3579545
#define NS 1000000000

static const struct lightexit_pm_state defaults = LIGHTEXIT_PM_STATE_DEFAULTS;
static const struct lightexit_filter filter = PM_REGION_0_FILTER;

static uint64_t pm_read(void *opaque, uint64_t offset, uint64_t size)
{
	struct device *device = opaque;
	const struct lightexit_pm_state *state = state_of(device);
	unsigned __int128 ticks = (unsigned __int128)now_of(device) * FREQUENCY / NS;
	uint32_t timer = (uint32_t)ticks & state->counter_mask;

	(void)size;
	if (offset < PM_REG_PM_TMR || offset >= PM_REG_PM_TMR + sizeof(timer))
		return 0;
	return timer >> 8 * (offset - PM_REG_PM_TMR);
}

static void pm_write(void *opaque, uint64_t offset, uint64_t value, uint64_t size)
{
	(void)opaque;
	(void)offset;
	(void)value;
	(void)size;
}

struct device pm = {
	.name = PM_NAME,
	.defaults = &defaults,
	.defaults_size = sizeof(defaults),
	.state_size = PM_STATE_SIZE,
	.fingerprint = PM_STATE_FINGERPRINT,
	.version = PM_STATE_VERSION,
	.map = PM_READ_TIMER_PM_MAP,
	.region = {
		.space = PM_REGION_0_SPACE,
		.base = PM_REGION_0_BASE,
		.size = PM_REGION_0_SIZE,
		.register_width = PM_REGION_0_REGISTER_WIDTH,
		.filter = &filter,
		.read = pm_read,
		.write = pm_write,
	},
};
