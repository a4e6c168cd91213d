# SPDX-License-Identifier: Apache-2.0
"""What the command lines of VMMs tell: the VM's name, its machine, and where KubeVirt has it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import PurePosixPath

#: Characters that are kept of a name.
_LONGEST = 200


@dataclass(frozen=True)
class Told:
    """`name` is "" where the command line has none."""

    vmm: str
    name: str = ""
    machine: str = ""
    uuid: str = ""
    labels: Mapping[str, str] = field(default_factory=dict)


def told(command: str, words: Sequence[str]) -> Told:
    """What `words`, a process's command line, tell of the VM; `command` is the process's name."""
    program = PurePosixPath(words[0] if words else "").name or command
    arguments = list(words[1:])
    for fits, read in _VMMS:
        if fits(program, arguments) or fits(command, arguments):
            return read(arguments)
    return Told(_cut(program))


def _qemu(words: list[str]) -> Told:
    """QEMU's documentation (qemu(1)): -name [guest=]STRING[,...], -machine [type=]NAME[,...], with
    a comma in a value written as two."""
    first, more = _pairs(_option(words, "name"))
    name = more.get("guest", first)
    kind, machine = _pairs(_option(words, "machine") or _option(words, "M"))
    return Told(
        "qemu",
        _cut(name),
        _cut(machine.get("type", kind)),
        _cut(_option(words, "uuid")),
        _kubevirt(words, name),
    )


def _pairs(text: str) -> tuple[str, dict[str, str]]:
    """Of `first,key=value,...`: what stands first without a key, and the pairs."""
    parts = [part.replace("\0", ",") for part in text.replace(",,", "\0").split(",")]
    pairs = dict(part.partition("=")[::2] for part in parts if "=" in part)
    return ("" if "=" in parts[0] else parts[0]), pairs


def _kubevirt(words: list[str], name: str) -> dict[str, str]:
    """KubeVirt calls a domain NAMESPACE_NAME, and puts itself into the VM's SMBIOS tables. Neither
    of the two names has an underscore: they are DNS labels."""
    namespace, separator, vmi = name.partition("_")
    is_kubevirt = any("manufacturer=KubeVirt" in word for word in words)
    if not (separator and namespace and vmi and is_kubevirt):
        return {}
    return {"namespace": _cut(namespace), "vmi": _cut(vmi)}


def _cloud_hypervisor(words: list[str]) -> Told:
    """It has no name: that of its API's socket, which management tools call as the VM."""
    first, more = _pairs(_option(words, "api-socket"))
    return Told("cloud-hypervisor", _cut(PurePosixPath(more.get("path", first)).stem))


def _firecracker(words: list[str]) -> Told:
    return Told("firecracker", _cut(_option(words, "id")))


def _crosvm(words: list[str]) -> Told:
    socket = PurePosixPath(_option(words, "socket") or _option(words, "s")).stem
    return Told("crosvm", _cut(_option(words, "name") or socket))


def _kvmtool(words: list[str]) -> Told:
    return Told("kvmtool", _cut(_option(words, "name") or _option(words, "n")))


def _lightexit(words: list[str]) -> Told:
    """The guest's file, for it has no other name."""
    files = (_option(words, option) for option in ("kernel", "firmware"))
    return Told("lightexit", _cut(PurePosixPath(next(filter(None, files), "")).name))


def _option(words: list[str], name: str) -> str:
    """What stands behind -name or --name; "" where that is nowhere. The last one counts."""
    return next(_values(words[::-1], name), "")


def _values(backwards: list[str], name: str) -> Iterator[str]:
    for index, word in enumerate(backwards):
        if index and word in (f"-{name}", f"--{name}"):
            yield backwards[index - 1]
        elif word.startswith(f"--{name}="):
            yield word.partition("=")[2]


def _is_lightexit(program: str, words: list[str]) -> bool:
    if program == "lightexit":
        return words[:1] == ["run"]
    modules = [word for word in words[:4] if word == "lightexit" or word.endswith("/lightexit")]
    return program.startswith("python") and bool(modules) and "run" in words[:5]


def _starts(*beginnings: str) -> Callable[[str, list[str]], bool]:
    return lambda program, _: program.startswith(beginnings)


def _is(*names: str) -> Callable[[str, list[str]], bool]:
    return lambda program, _: program in names


#: The kernel keeps 15 characters of a process's name. Red Hat's QEMU is qemu-kvm, Debian's kvm.
_VMMS: tuple[tuple[Callable[[str, list[str]], bool], Callable[[list[str]], Told]], ...] = (
    (
        lambda program, _: program.startswith("qemu-system-") or program in ("qemu-kvm", "kvm"),
        _qemu,
    ),
    (_starts("cloud-hyperviso"), _cloud_hypervisor),
    (_starts("firecracker"), _firecracker),
    (_is("crosvm"), _crosvm),
    (_is("lkvm", "kvmtool"), _kvmtool),
    (_is_lightexit, _lightexit),
)


def _cut(text: str) -> str:
    return text if len(text) <= _LONGEST else text[: _LONGEST - 3] + "..."
