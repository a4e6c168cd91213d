# SPDX-License-Identifier: Apache-2.0
"""A real kernel with KVM and the module, in QEMU: one command runs in it, on the host's files.

python -m kernel.rig [--host-kernel 6.12] [--] command ...     (in tests/)
"""

from __future__ import annotations

import argparse
import hashlib
import os
import shlex
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

from kernel.apt import Unavailable
from kernel.kernels import Kernel, fetch, locked

HERE = Path(__file__).parent
REPOSITORY = HERE.parents[1]
MODULE_SOURCE = REPOSITORY / "kernel"
#: Where the command finds the shared folder.
SHARE = "/run/rig"
QEMU = "qemu-system-x86_64"
CPU = "qemu64,+svm,+npt,+ssse3,+sse4.1,+sse4.2,+popcnt"
_ARGUMENTS = "console=ttyS0 quiet panic=-1 mitigations=off random.trust_cpu=on"
_MODULES = ("9p", "9pnet_virtio", "virtio_pci", "overlay", "kvm_amd")
_TOOLS = (QEMU, "gcc", "make")
_BUILD_TIMEOUT_S = 300


def _by_qemu(kernel: Kernel, initrd: Path, arguments: str) -> Sequence[str]:
    return "-kernel", str(kernel.image), "-initrd", str(initrd), "-append", arguments


@dataclass(frozen=True)
class Start:
    """What starts the kernel, and whether our module is loaded before the command runs."""

    #: QEMU's arguments for a kernel, its RAM disk and its own arguments.
    boot: Callable[[Kernel, Path, str], Sequence[str]] = _by_qemu
    with_module: bool = True


@dataclass(frozen=True)
class Result:
    """What a command left behind. `status` is None where the kernel did not live to tell it."""

    status: int | None
    output: str
    console: str
    reports: str
    log: str
    #: What is wrong now that all is over, see inside/last.py.
    left: str


def build_module(kernel: Kernel) -> Path:
    """The module for a kernel, built with warnings as errors, once for each state of its source."""
    sources = sorted(path for path in MODULE_SOURCE.rglob("*") if path.is_file())
    digest = hashlib.sha256(b"\0".join(path.read_bytes() for path in sources)).hexdigest()[:16]
    folder = kernel.root / f"module-{digest}"
    with locked(kernel.root):
        if not (folder / "lightexit.ko").exists():
            for old in kernel.root.glob("module-*"):
                shutil.rmtree(old)
            shutil.copytree(MODULE_SOURCE, folder)
            _run(*kernel.make(folder, "W=1", "KCFLAGS=-Werror"))
    return folder / "lightexit.ko"


def build_prototype(kernel: Kernel) -> bytes:
    """The module of kernel/upstream, likewise: what is in it."""
    folder = build_module(kernel).parent / "upstream"
    module = folder / "kvm_io_filter.ko"
    with locked(kernel.root):
        if not module.exists():
            _run(*kernel.make(folder, "W=1", "KCFLAGS=-Werror"))
        return module.read_bytes()


def _initrd(kernel: Kernel, folder: Path, with_module: bool) -> Path:
    init = folder / "init"
    _run("gcc", "-static", "-O1", "-Wall", "-Werror", "-o", str(init), str(HERE / "init.c"))
    modules = kernel.modules(*_MODULES)
    if with_module:
        modules.append(("lightexit", build_module(kernel).read_bytes()))
    files = {f"modules/{i:02}-{name}": data for i, (name, data) in enumerate(modules)}
    initrd = folder / "initrd"
    initrd.write_bytes(cpio({"init": init.read_bytes(), **files}))
    return initrd


def cpio(files: dict[str, bytes]) -> bytes:
    """An archive in the newc format of cpio(5), with the folders that the files are in."""
    folders = {path.rpartition("/")[0] for path in files} - {""}
    entries = [(path, 0o040755, b"") for path in sorted(folders)]
    entries += [(path, 0o100755, data) for path, data in files.items()]
    return b"".join(_entry(*each) for each in [*entries, ("TRAILER!!!", 0, b"")])


def _entry(path: str, mode: int, data: bytes) -> bytes:
    name = path.encode() + b"\0"
    numbers = (0, mode, 0, 0, 1, 0, len(data), 0, 0, 0, 0, len(name), 0)
    head = b"070701" + b"".join(b"%08X" % number for number in numbers) + name
    return head + bytes(-len(head) % 4) + data + bytes(-len(data) % 4)


def run(
    command: str,
    *,
    series: str = "6.1",
    timeout_s: float = 240,
    files: Mapping[str, str | bytes] = MappingProxyType({}),
    extra: Sequence[str] = (),
    append: str = "",
    start: Start = Start(),
) -> Result:
    """Run a shell command in a kernel of that series, `files` in its share.

    `extra` are arguments for QEMU, and what is in `append` for the kernel. Raises Unavailable.
    """
    missing = [tool for tool in _TOOLS if shutil.which(tool) is None]
    if missing:
        raise Unavailable(f"{' and '.join(missing)} not on this machine")
    kernel = fetch(series)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        share = folder / "share"
        share.mkdir()
        for path, content in {**files, "command": command}.items():
            data = content if isinstance(content, bytes) else content.encode()
            (share / path).write_bytes(data)
        initrd = _initrd(kernel, folder, start.with_module)
        boot = start.boot(kernel, initrd, f"{_ARGUMENTS} {kernel.arguments} {append}")
        _boot([*boot, *extra], share, folder / "console", timeout_s)
        status = _read(share / "status")
        return Result(
            status=int(status) if status else None,
            output=_read(share / "output"),
            console=_read(folder / "console"),
            reports=_read(share / "reports"),
            log=_read(share / "log"),
            left=_read(share / "left"),
        )


def _boot(boot: list[str], share: Path, console: Path, timeout_s: float) -> None:
    command = [
        *(QEMU, "-machine", "q35", "-accel", "tcg", "-cpu", CPU, "-smp", "1", "-m", "2048"),
        *("-nodefaults", "-display", "none", "-no-reboot", "-serial", f"file:{console}", *boot),
        *_folder("host", Path("/"), ",readonly=on"),
        *_folder("share", share, ""),
    ]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=timeout_s)
    except subprocess.TimeoutExpired:
        with console.open("a") as file:
            file.write(f"\nrig: stopped after {timeout_s} s\n")
        return
    if done.returncode != 0:
        raise Unavailable(f"{QEMU}: {done.stderr.strip()}")


def _folder(tag: str, path: Path, more: str) -> tuple[str, str]:
    options = f"local,path={path},mount_tag={tag},security_model=none,multidevs=remap{more}"
    return "-virtfs", options


def _read(path: Path) -> str:
    return path.read_text(errors="replace") if path.exists() else ""


def _run(*command: str) -> None:
    done = subprocess.run(command, capture_output=True, text=True, timeout=_BUILD_TIMEOUT_S)
    if done.returncode != 0:
        raise RuntimeError(f"{' '.join(command)}\n{done.stdout}{done.stderr}")


def environment() -> str:
    """Shell lines that make this Python find the package and the tests."""
    paths = [str(REPOSITORY / name) for name in ("src", "tests", ".")]
    variables = {
        "PATH": os.environ.get("PATH", "/usr/bin:/bin"),
        "HOME": str(Path.home()),
        "PYTHONPATH": ":".join(paths),
        "PYTHONDONTWRITEBYTECODE": "1",
        "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",
        "LIGHTEXIT_RIG": SHARE,
    }
    lines = [f"export {name}={shlex.quote(value)}" for name, value in variables.items()]
    return "\n".join([*lines, f"cd {shlex.quote(str(REPOSITORY))}", ""])


def exit_status(main: Callable[[], int]) -> int:
    """What a command line's `main` returns; 2, and why, where there is no rig."""
    try:
        return main()
    except Unavailable as reason:
        print(f"no rig: {reason}", file=sys.stderr)
        return 2


def main() -> int:
    """Run a command, or Python by default, and show what came of it."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument(
        "--host-kernel", default="6.1", help="series of the kernel: 6.1, 6.12, newest, debug"
    )
    parser.add_argument("--timeout", type=float, default=120, help="seconds")
    parser.add_argument("--append", default="", help="arguments for the kernel")
    parser.add_argument("command", nargs="+")
    asked = parser.parse_args()
    command = environment() + shlex.join(asked.command)
    result = run(command, series=asked.host_kernel, timeout_s=asked.timeout, append=asked.append)
    print(result.output, end="")
    if result.status is None or result.console:
        print(f"--- console ---\n{result.console}", file=sys.stderr)
    return 1 if result.status is None else result.status


if __name__ == "__main__":
    sys.exit(exit_status(main))
