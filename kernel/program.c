// SPDX-License-Identifier: GPL-2.0-only
/*
 * Which programs and maps are accepted: programs that only compute, on maps of plain bytes.
 *
 * The kernel's verifier has inlined some calls before a module can see the program. So there is an
 * allow list: instructions that no inlined call contains, in functions that cannot be replaced.
 */
#include <linux/filter.h>
#include <linux/mm.h>

#include "attachment.h"
#include "compat.h"

/* Offsets of 8, 16 and 32 mean sign extension; others, addresses of per-CPU data or an arena. */
static bool is_plain_move(const struct bpf_insn *insn)
{
	return insn->off == 0 || insn->off == 8 || insn->off == 16 || insn->off == 32;
}

/* Above BPF_JSLE are tail calls, and may_goto, whose rounds the verifier does not bound. */
static bool is_plain_jump(const struct bpf_insn *insn)
{
	if (BPF_OP(insn->code) == BPF_CALL)
		return insn->code == (BPF_JMP | BPF_CALL) && insn->src_reg == BPF_PSEUDO_CALL;
	if (BPF_OP(insn->code) == BPF_JA)
		return BPF_SRC(insn->code) == BPF_K;
	return BPF_OP(insn->code) <= BPF_JSLE;
}

/*
 * Other modes are for kernel pointers and arenas. Code that the verifier adds computes in
 * BPF_REG_AX, but loads it only to count the rounds of a may_goto.
 */
static bool is_plain_access(const struct bpf_insn *insn)
{
	bool is_load = BPF_CLASS(insn->code) == BPF_LDX;

	if (BPF_MODE(insn->code) == BPF_MEM || BPF_MODE(insn->code) == BPF_MEMSX)
		return !is_load || insn->dst_reg != BPF_REG_AX;
	/* BPF_NOSPEC, a barrier that the verifier adds, has the same number. */
	return BPF_MODE(insn->code) == BPF_ATOMIC && !is_load;
}

static bool is_in_value(const struct bpf_array *array, u64 address)
{
	return address - (unsigned long)array->value < array->map.value_size;
}

/* Maps that bpf_prog_bind_map added are behind the at most 64 ones that the program addresses. */
static bool is_in_map(const struct bpf_prog_aux *aux, u64 address)
{
	u32 i;

	for (i = 0; i < aux->used_map_cnt; i++)
		if (is_in_value(container_of(aux->used_maps[i], struct bpf_array, map), address))
			return true;
	return false;
}

/*
 * Any number is allowed. An address must be in a state or in constants: the address of a map or of
 * a kernel variable belongs to a call, or to an inlined call, and that of a function to a
 * callback.
 */
static bool is_plain_constant(const struct bpf_prog_aux *aux, const struct bpf_insn *insn)
{
	u64 value = (u32)insn[0].imm | (u64)insn[1].imm << 32;
	const void *address = (const void *)(unsigned long)value;

	if (insn->code != (BPF_LD | BPF_IMM | BPF_DW) || insn->src_reg)
		return false;
	return (!virt_addr_valid(address) && !is_vmalloc_addr(address)) || is_in_map(aux, value);
}

static bool is_plain(const struct bpf_prog_aux *aux, const struct bpf_insn *insn)
{
	switch (BPF_CLASS(insn->code)) {
	case BPF_ALU:
	case BPF_ALU64:
		return BPF_OP(insn->code) != BPF_MOV || is_plain_move(insn);
	case BPF_JMP:
	case BPF_JMP32:
		return is_plain_jump(insn);
	case BPF_LD:
		return is_plain_constant(aux, insn);
	default:
		return is_plain_access(insn);
	}
}

/*
 * A function that is global in BTF is verified separately: its loops are not counted at its
 * callers, and another program may replace it at any time (freplace). The main program, always
 * global if libbpf has loaded it, can be replaced only if its arguments match BTF.
 */
static bool is_closed(const struct bpf_prog_aux *aux)
{
	u32 i;

	for (i = 0; i < aux->func_info_cnt; i++)
		if (aux->func_info_aux[i].linkage != BTF_FUNC_STATIC &&
		    (i || !aux->func_info_aux[i].unreliable))
			return false;
	return true;
}

/*
 * A program that calls nothing cannot sleep, and accesses its context and its maps only. Calls of
 * some kfuncs leave no trace in the program, so it must not be allowed to call any: programs that
 * are not under the GPL are not. Constant blinding hides constants.
 */
static bool is_pure(const struct bpf_prog *program)
{
	const struct bpf_insn *insn, *end = program->insnsi + program->len;

	if (program->gpl_compatible || program->blinded || !is_closed(program->aux) ||
	    program->aux->max_ctx_offset > sizeof(struct lightexit_io_context))
		return false;
	for (insn = program->insnsi; insn < end; insn++) {
		if (!is_plain(program->aux, insn))
			return false;
		if (BPF_CLASS(insn->code) == BPF_LD)
			insn++; /* the second slot of lddw */
	}
	return true;
}

/*
 * The header of a map's only value, or NULL if the map cannot hold `size` bytes. A map whose
 * values contain kernel objects cannot: writing its version word would damage them.
 */
struct lightexit_state_header *lightexit_map_value(struct bpf_map *map, size_t size)
{
	if (map->map_type != BPF_MAP_TYPE_ARRAY || map->max_entries != 1 ||
	    !(map->map_flags & BPF_F_MMAPABLE) || map->map_flags & BPF_F_RDONLY_PROG ||
	    map->value_size < sizeof(struct lightexit_state_header) + size ||
	    kernel_objects(map))
		return NULL;
	return (void *)container_of(map, struct bpf_array, map)->value;
}

/* One value, frozen: nothing can change it, so it needs no version word. */
static bool is_rodata(const struct bpf_map *map)
{
	return map->map_type == BPF_MAP_TYPE_ARRAY && map->max_entries == 1 &&
	       map->map_flags & BPF_F_RDONLY_PROG && READ_ONCE(map->frozen) &&
	       !kernel_objects(map);
}

static int take_map(struct attachment *at, struct bpf_map *map)
{
	struct lightexit_state_header *state;

	if (is_rodata(map))
		return 0;
	if (at->state_count == ARRAY_SIZE(at->states))
		return -E2BIG;
	state = lightexit_map_value(map, 0);
	if (!state)
		return -EINVAL;
	at->states[at->state_count++] = state;
	return 0;
}

/* The program holds references to its maps. */
static int take_maps(struct attachment *at)
{
	const struct bpf_prog_aux *aux = at->program->aux;
	int error = 0;
	u32 i;

	for (i = 0; !error && i < aux->used_map_cnt; i++)
		error = take_map(at, aux->used_maps[i]);
	return error;
}

int lightexit_take_program(struct attachment *at)
{
	struct bpf_prog *program;
	int error;

	program = bpf_prog_get_type_dev(at->asked.program_fd, BPF_PROG_TYPE_SYSCALL, false);
	if (IS_ERR(program))
		return PTR_ERR(program);
	at->program = program;
	at->writes_state = at->asked.flags & LIGHTEXIT_ATTACH_FLAG_WRITES_STATE;
	/* Maps that are bound later are not checked: the program has no address of them. */
	mutex_lock(&program->aux->used_maps_mutex);
	error = take_maps(at) ?: (is_pure(program) ? 0 : -EOPNOTSUPP);
	mutex_unlock(&program->aux->used_maps_mutex);
	return error;
}
