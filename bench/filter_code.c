/* SPDX-License-Identifier: Apache-2.0 */
/* The devices' filters as a C programmer writes them; compiled behind the C headers. */

#define HANDLED LIGHTEXIT_VERDICT_HANDLED
#define PASS LIGHTEXIT_VERDICT_PASS
#define NEVER (~0ull)
#define NS 1000000000ull
#define STATE(n, type) ((struct type *)(values[n] + sizeof(struct lightexit_state_header)))
#define FILTER(name) __u64 name(struct lightexit_io_context *ctx, unsigned char *const *values)

/* ns * hz / NS without 128-bit numbers: exact for any hz below 2^34 */
static inline __u64 ticks(__u64 ns, __u64 hz)
{
	return ns / NS * hz + ns % NS * hz / NS;
}

FILTER(debugcon_read_presence)
{
	(void)values;
	if (ctx->is_write || ctx->offset)
		return PASS;
	ctx->data = 0xe9;
	return HANDLED;
}

FILTER(port92_read_control)
{
	struct lightexit_port92_state *port = STATE(0, lightexit_port92_state);

	if (ctx->is_write || ctx->offset)
		return PASS;
	ctx->data = port->control;
	return HANDLED;
}

FILTER(pmtimer_read_timer)
{
	struct lightexit_pm_state *pm = STATE(0, lightexit_pm_state);

	if (ctx->is_write || ctx->offset != 8 || ctx->size != 4)
		return PASS;
	ctx->data = (__u32)ticks(ctx->now_ns, 3579545) & pm->counter_mask;
	return HANDLED;
}

FILTER(hpet_read_counter)
{
	struct lightexit_hpet_state *hpet = STATE(0, lightexit_hpet_state);
	__u64 value = hpet->base;

	if (ctx->is_write || (ctx->offset & ~4ull) != 0xf0)
		return PASS;
	if (hpet->config & 1)
		value += ctx->now_ns / 10;
	if (ctx->size == 4)
		ctx->data = ctx->offset == 0xf0 ? (__u32)value : value >> 32;
	else if (ctx->size == 8 && ctx->offset == 0xf0)
		ctx->data = value;
	else
		return PASS;
	return HANDLED;
}

FILTER(fw_cfg_read_data)
{
	struct lightexit_fw_cfg_state *fw = STATE(0, lightexit_fw_cfg_state);

	if (ctx->is_write || ctx->offset != 1 || ctx->size != 1)
		return PASS;
	if (fw->cursor >= fw->end) {
		ctx->data = 0;
		return HANDLED;
	}
	if (fw->cursor >= sizeof(fw->content))
		return PASS;
	ctx->data = fw->content[fw->cursor++];
	return HANDLED;
}

FILTER(ps2_read_status)
{
	struct lightexit_ps2_state *ps2 = STATE(0, lightexit_ps2_state);

	if (ctx->is_write)
		return PASS;
	if (ctx->offset == 4) {
		ctx->data = ps2->status;
		return HANDLED;
	}
	if (ctx->offset || ps2->status & 1)
		return PASS;
	ctx->data = ps2->output;
	return HANDLED;
}

FILTER(rtc_access_cmos)
{
	struct lightexit_rtc_state *rtc = STATE(0, lightexit_rtc_state);
	__u8 index = rtc->index & 0x7f;

	if (!ctx->offset) {
		if (ctx->is_write)
			rtc->index = ctx->data;
		else
			ctx->data = 0xff;
		return HANDLED;
	}
	if (ctx->is_write || index == 0x0c || ctx->now_ns >= rtc->next_update_ns)
		return PASS;
	ctx->data = rtc->cmos[index];
	if (index == 0x0a && !(rtc->cmos[0x0b] & 0x80) &&
	    rtc->next_update_ns - ctx->now_ns <= 244140)
		ctx->data |= 0x80;
	return HANDLED;
}

FILTER(uart_read_status)
{
	struct lightexit_uart_state *uart = STATE(0, lightexit_uart_state);

	if (ctx->is_write)
		return PASS;
	switch (ctx->offset) {
	case 5:
		if (uart->lsr & 0x1e)
			return PASS;
		ctx->data = uart->lsr;
		return HANDLED;
	case 2:
		if ((uart->iir & 0x0f) == 2 || uart->timeout_ns != NEVER)
			return PASS;
		ctx->data = uart->iir;
		return HANDLED;
	case 1:
		if (uart->lcr & 0x80)
			return PASS;
		ctx->data = uart->ier;
		return HANDLED;
	case 6:
		if (uart->msr & 0x0f)
			return PASS;
		ctx->data = uart->msr;
		return HANDLED;
	case 3:
		ctx->data = uart->lcr;
		return HANDLED;
	case 4:
		ctx->data = uart->mcr;
		return HANDLED;
	}
	return PASS;
}

FILTER(ioapic_access_redirections)
{
	struct lightexit_io_apic_state *ioapic = STATE(0, lightexit_io_apic_state);
	__u32 word = ioapic->select - 0x10u, low = ctx->data;
	struct lightexit_redirection_entry *entry;

	if (ctx->offset == 0) {
		if (ctx->is_write)
			ioapic->select = ctx->data;
		else
			ctx->data = ioapic->select;
		return HANDLED;
	}
	if (ctx->offset != 0x10 || word >= 48)
		return PASS;
	entry = &ioapic->table[word / 2];
	if (!ctx->is_write) {
		ctx->data = word & 1 ? entry->high : entry->low;
		return HANDLED;
	}
	if (word & 1 || (low ^ entry->low) & 0xafff)
		return PASS;
	low = (low & 0x1afff) | (entry->low & 1 << 14);
	if (low & 1 << 15 && (low >> 8 & 7) < 2 && !(low & 0x14000) &&
	    ioapic->levels >> word / 2 & 1)
		return PASS;
	entry->low = low;
	return HANDLED;
}

FILTER(virtio_mmio_notify)
{
	struct lightexit_virtio_state *virtio = STATE(0, lightexit_virtio_state);
	struct lightexit_queue *queue;

	if (ctx->offset != 0x50 || !ctx->is_write)
		return PASS;
	if (ctx->data >= 8 || (virtio->status & 0x44) != 4)
		return PASS;
	queue = &virtio->queues[ctx->data];
	if (!queue->ready)
		return PASS;
	if (queue->asleep) {
		queue->asleep = 0;
		ctx->doorbells |= 1u << ctx->data;
	}
	return HANDLED;
}

FILTER(virtio_mmio_read_interrupts)
{
	if (ctx->offset != 0x60 || ctx->is_write)
		return PASS;
	ctx->data = STATE(0, lightexit_virtio_state)->interrupts;
	return HANDLED;
}

FILTER(virtio_mmio_acknowledge)
{
	struct lightexit_virtio_state *virtio = STATE(0, lightexit_virtio_state);

	if (ctx->offset != 0x64 || !ctx->is_write)
		return PASS;
	virtio->interrupts &= ~ctx->data;
	if (!virtio->interrupts)
		ctx->lowered_lines |= 1;
	return HANDLED;
}

static inline __u32 pci_selected(struct lightexit_i440fx_state *pci)
{
	if (!(pci->address & 0x80000000) || pci->address >> 16 & 0xff)
		return 0;
	return (pci->rows[pci->address >> 8 & 0xff] * 64 + (pci->address >> 2 & 63)) & 1023;
}

FILTER(i440fx_access_configuration)
{
	struct lightexit_i440fx_state *pci = STATE(0, lightexit_i440fx_state);
	unsigned int lane = ctx->offset & 3;
	__u64 mask;

	if (!ctx->offset && ctx->size == 4) {
		if (ctx->is_write) {
			pci->address = ctx->data & 0x80fffffc;
			pci->selected = pci_selected(pci);
			pci->data = pci->config[pci->selected];
		} else {
			ctx->data = pci->address;
		}
		return HANDLED;
	}
	if (ctx->is_write || ctx->offset < 4 || lane + ctx->size > 4)
		return PASS;
	mask = ctx->size == 1 ? 0xff : ctx->size == 2 ? 0xffff : ctx->size == 4 ? 0xffffffff : 0;
	ctx->data = pci->data >> 8 * lane & mask;
	return HANDLED;
}

static inline __u8 turned(const struct lightexit_pic_chip *chip, __u8 inputs)
{
	return (inputs << 8 | inputs) >> ((chip->lowest + 1) & 7);
}

static inline unsigned int lowest_bit(unsigned int value)
{
	return value & -value;
}

static inline __u8 holding(const struct lightexit_pic_chip *chip, __u8 imr, __u8 isr)
{
	return chip->special_mask ? isr & ~imr : isr;
}

static inline int interrupts(const struct lightexit_pic_chip *chip, __u8 imr, __u8 isr)
{
	unsigned int first = lowest_bit(turned(chip, chip->irr & ~imr));
	unsigned int limit = lowest_bit(turned(chip, holding(chip, imr, isr)) | 0x100);

	if (turned(chip, chip->nesting) & limit)
		limit <<= 1;
	return first && first < limit;
}

static inline __u8 ended(const struct lightexit_pic_chip *chip, __u8 command)
{
	unsigned int top;

	if ((command & 0x60) == 0x60)
		return chip->isr & ~(1 << (command & 7));
	top = lowest_bit(turned(chip, holding(chip, chip->imr, chip->isr)));
	top <<= (chip->lowest + 1) & 7;
	return chip->isr & ~(top | top >> 8);
}

FILTER(pic_read_mask_or_end)
{
	struct lightexit_pic_state *pic = STATE(0, lightexit_pic_state);
	struct lightexit_pic_chip *chip;
	__u8 a0 = ctx->offset & 1, value = ctx->data, imr, isr;

	if (ctx->offset > 3)
		return PASS;
	chip = &pic->chips[ctx->offset >> 1];
	if (!ctx->is_write) {
		if (chip->poll)
			return PASS;
		ctx->data = a0 ? chip->imr : chip->read_isr ? chip->isr : chip->irr;
		return HANDLED;
	}
	if (a0 ? chip->next_icw : (value & 0xb8) != 0x20)
		return PASS;
	imr = a0 ? value : chip->imr;
	isr = a0 ? chip->isr : ended(chip, value);
	if (interrupts(chip, imr, isr) != interrupts(chip, chip->imr, chip->isr))
		return PASS;
	chip->imr = imr;
	chip->isr = isr;
	return HANDLED;
}

static inline int mode_of(const struct lightexit_pit_counter *c)
{
	int mode = c->control >> 1 & 7;

	return mode > 5 ? mode & 3 : mode;
}

static inline __u64 elapsed(const struct lightexit_pit_counter *c, __u64 tick)
{
	return c->running ? tick - c->origin : c->origin;
}

static inline __u32 low_from(const struct lightexit_pit_counter *c)
{
	return mode_of(c) == 2 ? c->reload - 1 : (__u32)(((__u64)c->reload + 1) >> 1);
}

static inline int output(const struct lightexit_pit_counter *c, __u64 tick)
{
	int mode = mode_of(c);
	__u64 counted = elapsed(c, tick);

	if (!c->loaded)
		return mode != 0;
	if (mode < 2)
		return counted >= c->reload;
	if (mode > 3)
		return counted != c->reload;
	return !c->running || c->reload == 1 || counted % c->reload < low_from(c);
}

static inline __u16 shown(const struct lightexit_pit_counter *c, __u64 tick)
{
	__u64 counted = elapsed(c, tick), value, phase;

	if (mode_of(c) == 2) {
		value = c->reload - counted % c->reload;
	} else if (mode_of(c) == 3) {
		phase = counted % c->reload;
		if (phase >= low_from(c))
			phase -= low_from(c);
		value = c->reload - c->reload % 2 - 2 * phase;
	} else if (c->control & 1) {
		value = c->reload + 10000ull - counted % 10000;
	} else {
		value = c->reload - counted;
	}
	if (c->control & 1)
		value = value / 1000 % 10 << 12 | value / 100 % 10 << 8 |
			value / 10 % 10 << 4 | value % 10;
	return value;
}

static inline __u8 read_count(struct lightexit_pit_counter *c, __u64 tick)
{
	int access = c->control >> 4, msb;
	__u16 value;

	if (c->status_latched) {
		c->status_latched = 0;
		return c->status;
	}
	if (c->unread) {
		msb = c->unread == 1 && access != 1;
		c->unread--;
		return msb ? c->latch >> 8 : c->latch;
	}
	value = shown(c, tick);
	msb = access == 2 || c->msb_read_next;
	c->msb_read_next = access == 3 && !msb;
	return msb ? value >> 8 : value;
}

FILTER(pit_read_or_latch)
{
	struct lightexit_pit_state *pit = STATE(0, lightexit_pit_state);
	int latching = ctx->offset == 3 && !(ctx->data & 0x30);
	__u64 index = ctx->is_write ? ctx->data >> 6 : ctx->offset, tick;
	struct lightexit_pit_counter *c;

	if (index >= 3 || ctx->is_write != latching)
		return PASS;
	c = &pit->counters[index];
	tick = ticks(ctx->now_ns, 1193182);
	if (c->due <= tick)
		return PASS;
	if (!latching) {
		ctx->data = read_count(c, tick);
	} else if (!c->unread) {
		c->latch = shown(c, tick);
		c->unread = c->control >> 4 == 3 ? 2 : 1;
	}
	return HANDLED;
}

FILTER(port61_read_control_b)
{
	struct lightexit_port61_state *port = STATE(0, lightexit_port61_state);
	struct lightexit_pit_counter *c = &STATE(1, lightexit_pit_state)->counters[2];
	__u64 tick = ticks(ctx->now_ns, 1193182);

	if (ctx->is_write || c->due <= tick)
		return PASS;
	ctx->data = (__u8)(port->kept | (tick / 18 & 1) << 4 | !!c->gate | output(c, tick) << 5);
	return HANDLED;
}
