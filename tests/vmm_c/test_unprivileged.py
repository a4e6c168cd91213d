# SPDX-License-Identifier: Apache-2.0
"""examples/vmm-c --loader: another user's process, without capabilities, under a seccomp filter."""

from __future__ import annotations

import contextlib
import errno
import os
import re
import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from lightexit.build.bpf import program_object
from lightexit.isa import assemble
from loader import fake
from loader.daemon import Loader, new_folder, program, running
from vmm_c.built import EXAMPLE, PATIENCE, Ended, Vmm, vmm
from vmm_c.test_guests import WELL, counts

NOBODY = "65534"
#: As that user with a /dev/kvm for everybody, in name spaces of its own: $1 is an empty folder.
_AS_NOBODY = f"""
mount -t tmpfs none "$1" && mknod "$1/kvm" c 10 232 && chmod 666 "$1/kvm" &&
mount --bind "$1/kvm" /dev/kvm && umount "$1" && shift &&
exec setpriv --reuid {NOBODY} --regid {NOBODY} --clear-groups "$@"
"""
NATIVE = "vmm: the native engine runs the filters\n"
#: What is said where all has been loaded, and there is nothing to attach it to.
NO_MODULE = (
    "vmm: the loader cannot open /dev/lightexit: No such file or directory: is lightexit.ko "
    f"loaded?\n{NATIVE}"
)


def as_nobody(*command: str) -> list[str]:
    """A command that runs another as that user."""
    folder = new_folder("lightexit-dev-")
    return ["unshare", "--mount", "sh", "-c", _AS_NOBODY, "sh", str(folder), *command]


def run(*command: str, said: str = "") -> Ended:
    done = subprocess.run(
        as_nobody(*command),
        input=said,
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )
    return Ended(done.returncode, done.stdout, done.stderr)


def usable_by_nobody(make: Callable[[], Vmm]) -> Vmm:
    """The VMM, built; the test is skipped where another user could not start it."""
    if Path("/dev/lightexit").exists():
        pytest.skip("the module is loaded: what is said here is said without it")
    program()
    made = make()
    if run("test", "-w", "/dev/kvm").status:
        pytest.skip("no name space with a /dev/kvm for another user can be made")
    return made


@pytest.fixture(scope="module")
def built() -> Vmm:
    return usable_by_nobody(vmm)


@pytest.fixture(scope="module")
def loader(built: Vmm) -> Iterator[Loader]:
    """One whose group is that of the user."""
    objects = {
        path.name.removesuffix(".bpf.o"): path.read_bytes()
        for path in (built.folder / "filters").glob("*.bpf.o")
    }
    with running(objects, "--group", "nogroup") as made:
        yield made


@pytest.mark.parametrize("name", ["real", "long"])
def test_guests_print_the_same(built: Vmm, loader: Loader, name: str) -> None:
    ended = run(f"{built.folder}/vmm", "--loader", loader.socket, built.guest(name))
    expected = built.run(built.guest(name))
    assert ended == (0, expected.output, NO_MODULE)


# What it may do


def summary(path: Path) -> dict[str, int]:
    """How often each system call was made: the table of strace -c."""
    rows = re.findall(
        r"^ *[\d.]+ +[\d.]+ +\d+ +(\d+)(?: +\d+)? +([a-z]\w*)$", path.read_text(), re.M
    )
    return {name: int(count) for count, name in rows if name != "total"}


def test_it_never_calls_bpf(built: Vmm, loader: Loader) -> None:
    if shutil.which("strace") is None:
        pytest.skip("strace is not installed")
    folder = new_folder("lightexit-strace-")
    folder.chmod(0o777)
    strace = ("strace", "-f", "-c", "-o", f"{folder}/summary", f"{built.folder}/vmm")
    assert run(*strace, "--loader", loader.socket, built.guest("real")).status == 0
    found = summary(folder / "summary")
    assert "bpf" not in found
    # What it has of programs and maps came by messages; all else is there as well.
    assert found["recvmsg"] > 5
    assert found["ioctl"] > 1000
    # Without a loader it does call bpf(2): what is looked for here would be seen.
    alone = (*strace, "--engine", "in-kernel", "--objects", f"{built.folder}/filters")
    ended = run(*alone, built.guest("real"))
    if "without libbpf" in ended.errors:
        pytest.skip("this VMM was built without libbpf")
    assert "CAP_BPF is needed" in ended.errors
    assert summary(folder / "summary")["bpf"] > 0


@contextlib.contextmanager
def busy(command: list[str]) -> Iterator[subprocess.Popen[str]]:
    """A VMM that runs until it is sent a character."""
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    with subprocess.Popen(command, text=True, **pipes) as process:  # type: ignore[call-overload]
        try:
            yield process
        finally:
            process.kill()


def status_of(pid: int) -> dict[str, str]:
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return {name: value.strip() for name, _, value in (each.partition(":") for each in lines)}


def test_it_has_no_rights(built: Vmm, loader: Loader) -> None:
    command = [f"{built.folder}/vmm", "--loader", loader.socket, built.guest("traffic")]
    with busy(as_nobody(*command)) as process:
        until = time.monotonic() + PATIENCE
        while status_of(process.pid)["Seccomp"] == "0" and time.monotonic() < until:
            time.sleep(0.01)
        status = status_of(process.pid)
        assert process.communicate("q", timeout=PATIENCE)[0] == WELL.format(0)
    assert {status[f"Cap{name}"] for name in ("Inh", "Prm", "Eff", "Amb")} == {f"{0:016x}"}
    assert (status["NoNewPrivs"], status["Seccomp"]) == ("1", "2")
    assert set(status["Uid"].split()) == {NOBODY}


def test_root_has_none_either(built: Vmm, loader: Loader) -> None:
    command = [f"{built.folder}/vmm", "--loader", loader.socket, built.guest("traffic")]
    with busy(command) as process:
        until = time.monotonic() + PATIENCE
        while status_of(process.pid)["Seccomp"] == "0" and time.monotonic() < until:
            time.sleep(0.01)
        assert status_of(process.pid)["CapEff"] == f"{0:016x}"
        assert process.communicate("q", timeout=PATIENCE)[0] == WELL.format(0)


_CALLS = r"""
#define _GNU_SOURCE
#include <errno.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>
#include "sandbox.h"
#include "vm.h"

int complain(const char *format, ...) { puts(format); return -1; }

int main(int argc, char **argv)
{
	long arguments[7] = { 0 };
	int i;

	for (i = 1; i < argc; i++)
		arguments[i - 1] = strtol(argv[i], NULL, 0);
	if (sandbox_enter())
		return 99;
	if (syscall(arguments[0], arguments[1], arguments[2], arguments[3], arguments[4],
			arguments[5], arguments[6]) < 0)
		return errno;
	return 0;
}
"""
#: Numbers of x86-64, with arguments; and what becomes of the process.
_TRIED = {
    "bpf(BPF_MAP_CREATE)": ((321, 0, 0, 0), -signal.SIGSYS),
    "bpf(BPF_PROG_LOAD)": ((321, 5, 0, 0), -signal.SIGSYS),
    "bpf by x32's number": ((0x40000000 + 321, 0, 0, 0), -signal.SIGSYS),
    "execve": ((59, 0, 0, 0), -signal.SIGSYS),
    "ptrace": ((101, 0, 0, 0), -signal.SIGSYS),
    "socket(AF_INET)": ((41, 2, 1, 0), -signal.SIGSYS),
    "socket(AF_UNIX)": ((41, 1, 5, 0), 0),
    "clone without CLONE_THREAD": ((56, 0, 0, 0), -signal.SIGSYS),
    "clone3": ((435, 0, 0, 0), errno.ENOSYS),
    "ioctl(TIOCSTI)": ((16, 0, 0x5412, 0), -signal.SIGSYS),
    "ioctl(KVM_GET_API_VERSION)": ((16, 0, 0xAE00, 0), errno.ENOTTY),
    "mmap(PROT_EXEC)": ((9, 0, 4096, 5, 0x22, -1, 0), -signal.SIGSYS),
    "mmap": ((9, 0, 4096, 3, 0x22, -1, 0), 0),
}


@pytest.fixture(scope="module")
def caller(built: Vmm) -> str:
    """A program that makes one system call in the sandbox."""
    folder = new_folder("lightexit-caller-")
    (folder / "caller.c").write_text(_CALLS)
    include = [f"-I{EXAMPLE}", f"-I{built.folder}/opt/include"]
    command = ["gcc", *include, f"{folder}/caller.c", f"{EXAMPLE}/sandbox.c"]
    subprocess.run([*command, "-o", f"{folder}/caller"], check=True)
    return f"{folder}/caller"


@pytest.mark.parametrize("what", _TRIED)
def test_what_its_seccomp_filter_kills(caller: str, what: str) -> None:
    arguments, expected = _TRIED[what]
    with open("/dev/null") as null:
        done = subprocess.run([caller, *map(str, arguments)], stdin=null, check=False)
    assert done.returncode == expected


# Saved and restored


def test_it_is_saved_and_restored(built: Vmm, loader: Loader) -> None:
    folder = new_folder("lightexit-saved-")
    folder.chmod(0o777)
    path = f"{folder}/vm"
    start = (f"{built.folder}/vmm", "--loader", loader.socket)
    saved = run(*start, "--cpus", "2", "--snapshot", path, "--after", "200", built.guest("traffic"))
    assert saved == (0, "", NO_MODULE)
    for after in ("5", "20"):
        again = run(*start, "--restore", path, "--snapshot", path, "--after", after)
        assert again == (0, "", NO_MODULE)
    assert built.run("--restore", path, said="q") == (0, WELL.format(1), "")


# A loader that is none: guests do not see it


def goes_on(built: Vmm, socket: str, *said: str) -> None:
    """The guest prints the same, by filters in user space; the VMM has said why."""
    ended = run(f"{built.folder}/vmm", "--counts", "--loader", socket, built.guest("real"))
    assert (ended.status, ended.output) == built.run(built.guest("real"))[:2]
    lines = ended.errors.splitlines()
    for sentence, line in zip((*said, NATIVE.strip()), lines, strict=False):
        assert re.fullmatch(sentence, line), ended.errors
    in_kernel, by_filter, _ = counts(ended.errors)["pm"]
    assert (in_kernel, by_filter > 1000) == (0, True)


def test_without_a_loader(built: Vmm) -> None:
    goes_on(built, "/no/socket", "vmm: /no/socket: No such file or directory: does .* run\\?")


def test_a_loader_for_another_group(built: Vmm) -> None:
    with running({}, "--group", "root") as other:
        goes_on(built, other.socket, "vmm: .*: it is for the group lightexit")


def test_a_loader_without_the_objects(built: Vmm) -> None:
    with running({}, "--group", "nogroup") as other:
        sentence = "vmm: the loader has no object pit_read_or_latch: No such file or directory"
        goes_on(built, other.socket, sentence)


def test_a_loader_that_hangs_up_in_the_middle(built: Vmm) -> None:
    folder = new_folder("lightexit-fake-")
    with fake.listening(folder / "socket", lambda _: None) as path:
        os.chmod(path, 0o666)
        goes_on(built, path, "vmm: the loader at .* has hung up")


def test_an_answer_of_another_version(built: Vmm) -> None:
    folder = new_folder("lightexit-fake-")
    with fake.listening(folder / "socket", lambda _: fake.answer(version=2, status=2)) as path:
        os.chmod(path, 0o666)
        goes_on(built, path, "vmm: the loader at .* speaks version 2 of its messages, this .*")


def test_states_that_are_too_small(built: Vmm, loader: Loader) -> None:
    """Objects of another release: their programs and states have the names that are asked for."""
    objects = {
        path.name.removesuffix(".bpf.o"): path.read_bytes()
        for path in loader.objects.glob("*.bpf.o")
    }
    text = ".map pit 24\nr1 = map_value(0) + 16\nr0 = *(u64 *)(r1 + 0)\nexit"
    objects["pit_read_or_latch"] = program_object(assemble(text, "pit_read_or_latch"))
    with running(objects, "--group", "nogroup") as other:
        goes_on(
            built,
            other.socket,
            re.escape(NO_MODULE.splitlines()[0]),
            "vmm: the map for pit has a value of 24 bytes: 176 are needed, header included",
        )
