// SPDX-License-Identifier: GPL-2.0-only
/*
 * The struct_ops type: what the verifier is told, which programs and maps are taken.
 *
 * A filter computes: on its context, and on maps of plain bytes. No helper, no kfunc, no loop
 * whose rounds the verifier has not counted.
 */
#include <linux/bpf_verifier.h>
#include <linux/btf.h>
#include <linux/filter.h>
#include <linux/list.h>
#include <linux/mutex.h>
#include <linux/sort.h>

#include "io_filter.h"

static LIST_HEAD(registered);
static DEFINE_MUTEX(registered_lock);

/* What a filter may write is data, and all from doorbells to requests. */
static int may_write(struct bpf_verifier_log *log, const struct bpf_reg_state *reg, int off,
		     int size)
{
	int end = off + size;

	if (off >= offsetof(struct lightexit_io_context, data) &&
	    end <= offsetofend(struct lightexit_io_context, data))
		return SCALAR_VALUE;
	if (off >= offsetof(struct lightexit_io_context, doorbells) &&
	    end <= offsetofend(struct lightexit_io_context, requests))
		return SCALAR_VALUE;
	bpf_log(log, "kvm_io_filter_ops: only data and actions of the context can be written\n");
	return -EACCES;
}

/* No get_func_proto(): there are no helpers. */
static const struct bpf_verifier_ops verifier_ops = {
	.is_valid_access = bpf_tracing_btf_ctx_access,
	.btf_struct_access = may_write,
};

/*
 * The verifier has not changed the program yet, so this is what the author wrote: calls of kfuncs,
 * callbacks, variables of the kernel, and may_goto (BPF_JCOND), which may go round for long.
 */
static bool only_computes(const struct bpf_insn *insn)
{
	switch (insn->code) {
	case BPF_JMP | BPF_CALL:
		return insn->src_reg == BPF_PSEUDO_CALL;
	case BPF_JMP | BPF_JCOND:
		return false;
	case BPF_LD | BPF_IMM | BPF_DW:
		return !insn->src_reg || insn->src_reg == BPF_PSEUDO_MAP_VALUE ||
		       insn->src_reg == BPF_PSEUDO_MAP_IDX_VALUE;
	}
	return true;
}

/* Global functions are verified apart: their loops are not counted where they are called. */
static bool is_closed(const struct bpf_prog_aux *aux)
{
	u32 i;

	for (i = 1; i < aux->func_info_cnt; i++)
		if (aux->func_info_aux[i].linkage != BTF_FUNC_STATIC)
			return false;
	return true;
}

static int check_member(const struct btf_type *type, const struct btf_member *member,
			const struct bpf_prog *prog)
{
	u32 i;

	if (prog->sleepable || !is_closed(prog->aux))
		return -EOPNOTSUPP;
	for (i = 0; i < prog->len; i++)
		if (!only_computes(&prog->insnsi[i]))
			return -EOPNOTSUPP;
	return 0;
}

/* 1 where the member is copied, 0 where it is BPF's: functions, and what must be 0. */
static int init_member(const struct btf_type *type, const struct btf_member *member, void *kdata,
		       const void *udata)
{
	const struct kvm_io_filter_ops *from = udata;
	struct kvm_io_filter_ops *to = kdata;

	if (__btf_member_bit_offset(type, member) / 8 != offsetof(struct kvm_io_filter_ops, flags))
		return 0;
	if (from->flags & ~KVM_IO_FILTER_WRITES_STATE)
		return -EINVAL;
	to->flags = from->flags;
	return 1;
}

static int validate(void *kdata)
{
	struct kvm_io_filter_ops *ops = kdata;

	return ops->access ? 0 : -EINVAL;
}

static int reg(void *kdata, struct bpf_link *link)
{
	struct kvm_io_filter_ops *ops = kdata;

	guard(mutex)(&registered_lock);
	/* Several links of one map */
	if (ops->registered.next)
		return -EBUSY;
	list_add(&ops->registered, &registered);
	return 0;
}

/* Ranges that have it keep it. */
static void unreg(void *kdata, struct bpf_link *link)
{
	struct kvm_io_filter_ops *ops = kdata;

	guard(mutex)(&registered_lock);
	list_del(&ops->registered);
	ops->registered.next = NULL;
}

static int init(struct btf *btf)
{
	return 0;
}

static u32 kvm_io_filter_ops__access(struct lightexit_io_context *ctx)
{
	return LIGHTEXIT_VERDICT_PASS;
}

static struct kvm_io_filter_ops stubs = { .access = kvm_io_filter_ops__access };

static struct bpf_struct_ops type = {
	.verifier_ops = &verifier_ops,
	.init = init,
	.check_member = check_member,
	.init_member = init_member,
	.validate = validate,
	.reg = reg,
	.unreg = unreg,
	.cfi_stubs = &stubs,
	.owner = THIS_MODULE,
	.name = "kvm_io_filter_ops",
};

int io_filter_ops_init(void)
{
	return register_bpf_struct_ops(&type, kvm_io_filter_ops);
}

static const struct kvm_io_filter_ops *find(u32 id)
{
	const struct kvm_io_filter_ops *ops;

	list_for_each_entry(ops, &registered, registered)
		if (bpf_struct_ops_id(ops) == id)
			return ops;
	return NULL;
}

/* BPF has no function that leads from a map to its struct, so it is looked for among ours. */
const struct kvm_io_filter_ops *io_filter_ops_get(u32 map_fd)
{
	struct bpf_map *map = bpf_map_get(map_fd);
	const struct kvm_io_filter_ops *ops;

	if (IS_ERR(map))
		return ERR_CAST(map);
	guard(mutex)(&registered_lock);
	ops = find(map->id);
	if (!ops)
		bpf_map_put(map);
	return ops ?: ERR_PTR(-EINVAL);
}

static int by_address(const void *a, const void *b)
{
	unsigned long left = *(const unsigned long *)a, right = *(const unsigned long *)b;

	return left < right ? -1 : left > right;
}

static bool is_rodata(const struct bpf_map *map)
{
	return map->map_flags & BPF_F_RDONLY_PROG && READ_ONCE(map->frozen);
}

static int add_state(struct io_filter_states *states, struct bpf_map *map)
{
	struct bpf_array *array = container_of(map, struct bpf_array, map);

	if (map->map_type != BPF_MAP_TYPE_ARRAY || map->max_entries != 1 || map->record)
		return -EINVAL;
	if (is_rodata(map))
		return 0;
	if (states->count == ARRAY_SIZE(states->headers))
		return -E2BIG;
	if (!(map->map_flags & BPF_F_MMAPABLE) || map->map_flags & BPF_F_RDONLY_PROG ||
	    map->value_size < sizeof(struct lightexit_state_header))
		return -EINVAL;
	states->headers[states->count++] = (void *)array->value;
	return 0;
}

static int add_states(struct bpf_prog *prog, void *data)
{
	int error = 0;
	u32 i;

	guard(mutex)(&prog->aux->used_maps_mutex);
	for (i = 0; !error && i < prog->aux->used_map_cnt; i++)
		error = add_state(data, prog->aux->used_maps[i]);
	return error;
}

int io_filter_ops_states(const struct kvm_io_filter_ops *ops, struct io_filter_states *states)
{
	int error = bpf_struct_ops_for_each_prog(ops, add_states, states);

	sort(states->headers, states->count, sizeof(states->headers[0]), by_address, NULL);
	return error;
}
