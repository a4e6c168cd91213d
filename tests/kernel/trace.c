// SPDX-License-Identifier: Apache-2.0
/*
 * A QEMU plugin: the addresses of the instructions between two runs of the one at `at`, in a file.
 *
 * -plugin trace.so,at=4096,out=FILE		one address a line, of an access like those before it
 *
 * What is declared here is version 1 of the interface of QEMU's plugins; its header is not packaged.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct qemu_plugin_tb;
struct qemu_plugin_insn;

typedef void (*on_block)(uint64_t id, struct qemu_plugin_tb *block);
typedef void (*on_instruction)(unsigned int cpu, void *address);

void qemu_plugin_register_vcpu_tb_trans_cb(uint64_t id, on_block callback);
void qemu_plugin_register_vcpu_insn_exec_cb(struct qemu_plugin_insn *instruction,
					    on_instruction callback, int flags, void *address);
size_t qemu_plugin_tb_n_insns(const struct qemu_plugin_tb *block);
struct qemu_plugin_insn *qemu_plugin_tb_get_insn(const struct qemu_plugin_tb *block, size_t index);
uint64_t qemu_plugin_insn_vaddr(const struct qemu_plugin_insn *instruction);

int qemu_plugin_version = 1;

/* Accesses alternate where a register is read byte by byte: each is like the last but one. */
#define ALIKE 20

static uint64_t at, addresses[1 << 16];
static size_t count, before[2], alike;
static const char *out;

static void finish(void)
{
	FILE *file;
	size_t i;

	alike = count == before[1] ? alike + 1 : 0;
	before[1] = before[0];
	before[0] = count;
	if (alike != ALIKE)
		return;
	file = fopen(out, "w");
	for (i = 0; file && i < count; i++)
		fprintf(file, "%lx\n", addresses[i]);
	if (file)
		fclose(file);
	at = 0; /* enough */
}

static void executed(unsigned int cpu, void *address)
{
	(void)cpu;
	if (at && (uint64_t)address == at) {
		finish();
		count = 0;
	}
	if (count < sizeof(addresses) / sizeof(*addresses))
		addresses[count++] = (uint64_t)address;
}

static void translated(uint64_t id, struct qemu_plugin_tb *block)
{
	struct qemu_plugin_insn *instruction;
	size_t i;

	(void)id;
	for (i = 0; i < qemu_plugin_tb_n_insns(block); i++) {
		instruction = qemu_plugin_tb_get_insn(block, i);
		qemu_plugin_register_vcpu_insn_exec_cb(instruction, executed, 0,
						       (void *)qemu_plugin_insn_vaddr(instruction));
	}
}

int qemu_plugin_install(uint64_t id, const void *info, int argc, char **argv)
{
	int i;

	(void)info;
	for (i = 0; i < argc; i++) {
		if (!strncmp(argv[i], "at=", 3))
			at = strtoull(argv[i] + 3, NULL, 0);
		if (!strncmp(argv[i], "out=", 4))
			out = strdup(argv[i] + 4);
	}
	qemu_plugin_register_vcpu_tb_trans_cb(id, translated);
	return 0;
}
