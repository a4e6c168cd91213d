// SPDX-License-Identifier: Apache-2.0
/*
 * The first process of the rig's kernel: loads modules, mounts the host's root file system, runs
 * one command in it, leaves output and exit status in the shared folder, and powers off.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/reboot.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define ROOT "/root"
#define SHARE "/run/rig"

static void check(const char *what, long result)
{
	if (result >= 0)
		return;
	printf("rig: %s: %s\n", what, strerror(errno));
	reboot(RB_POWER_OFF);
}

static void mount_at(const char *source, const char *target, const char *kind, unsigned long flags,
		     const char *options)
{
	mkdir(target, 0755);
	check(target, mount(source, target, kind, flags, options));
}

static void load_modules(void)
{
	struct dirent **names;
	int i, count = scandir("/modules", &names, NULL, alphasort);

	check("chdir", chdir("/modules"));
	for (i = 0; i < count; i++) {
		int fd = open(names[i]->d_name, O_RDONLY);

		if (names[i]->d_name[0] != '.')
			check(names[i]->d_name, syscall(SYS_finit_module, fd, "", 0));
		close(fd);
	}
}

static void mount_host(void)
{
	mount_at("host", ROOT, "9p", MS_RDONLY, "trans=virtio,version=9p2000.L,cache=loose,msize=512000");
	mount_at("none", ROOT "/proc", "proc", 0, "");
	mount_at("none", ROOT "/sys", "sysfs", 0, "");
	mount_at("none", ROOT "/dev", "devtmpfs", 0, "");
	mount_at("none", ROOT "/run", "tmpfs", 0, "");
	mount_at("share", ROOT SHARE, "9p", 0, "trans=virtio,version=9p2000.L,cache=none,msize=512000");
	mount_at("none", "/scratch", "tmpfs", 0, "");
	mkdir("/scratch/upper", 0777);
	mkdir("/scratch/work", 0777);
	mount_at("none", ROOT "/tmp", "overlay", 0,
		 "lowerdir=" ROOT "/tmp,upperdir=/scratch/upper,workdir=/scratch/work");
	check("chroot", chroot(ROOT));
	check("chdir", chdir("/"));
}

static int run_command(void)
{
	int status = 0;
	pid_t child = fork();

	check("fork", child);
	if (child == 0) {
		int output = open(SHARE "/output", O_WRONLY | O_CREAT | O_TRUNC, 0644);

		dup2(output, 1);
		dup2(output, 2);
		execl("/bin/sh", "sh", SHARE "/command", NULL);
		_exit(127);
	}
	/* Orphans are ours to reap as well. */
	while (wait(&status) != child)
		;
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

int main(void)
{
	FILE *file;
	int status;

	setvbuf(stdout, NULL, _IONBF, 0);
	mount_at("none", "/dev", "devtmpfs", 0, "");
	load_modules();
	mount_host();
	status = run_command();
	file = fopen(SHARE "/status", "w");
	if (file) {
		fprintf(file, "%d\n", status);
		fclose(file);
	}
	sync();
	reboot(RB_POWER_OFF);
	return 1;
}
