# SPDX-License-Identifier: Apache-2.0
"""`lightexit build`: what a VMM in C links and loads, of filters and devices."""

from __future__ import annotations

import hashlib
import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from lightexit.cli.programs import refuse_sizes, split_name
from lightexit.cli.schemas import BUILD
from lightexit.cli.state_sizes import StateOptions, told_states
from lightexit.cli.verify import require_proofs
from lightexit.errors import AuthorError
from lightexit.imports import import_file

if TYPE_CHECKING:
    from lightexit.abi import Struct
    from lightexit.build.built_filter import BuiltFilter
    from lightexit.build.outputs import Outputs
    from lightexit.build.sources import Sources
    from lightexit.prover.kept import KeptProof

#: What is told of a report.
_PROOF = (
    "cost",
    "reads_clock",
    "writes_state",
    "data_bits",
    "handled_reads",
    "handled_writes",
    "actions",
)
_EXPECTED = "Python source (.py), an eBPF object (ELF), or the name of a device, such as pit"


def build(
    subject: Annotated[
        str,
        typer.Argument(
            metavar="SUBJECT[:NAME]",
            help="Python source (.py), an eBPF object, or a device by its name, such as pit; with "
            "NAME, that filter or device only.",
        ),
    ],
    output: Annotated[
        Path, typer.Option("--output", "-o", metavar="DIR", help="The folder to write to.")
    ],
    target: Annotated[
        str | None,
        typer.Option(
            metavar="TRIPLE",
            help="What native code is for, such as aarch64-linux-gnu; default: this machine.",
        ),
    ] = None,
    rust: Annotated[
        bool, typer.Option("--rust", help="Modules for Rust as well: DEVICE.rs, or NAME.rs.")
    ] = False,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print what was written as one JSON document.")
    ] = False,
    require_proof: Annotated[
        bool,
        typer.Option(
            "--require-proof",
            help="Write nothing unless `lightexit prove` has proved that all filters do what their "
            "sources say.",
        ),
    ] = False,
    state: StateOptions = None,
) -> None:
    """Write filters as objects and headers for VMMs in C or Rust.

    For each filter: NAME.bpf.o (bytecode), NAME.o (native code) and NAME.h; for each device,
    DEVICE.h. A filter of a device is called DEVICE_FILTER. All files are written, or none.
    """
    from lightexit.build.outputs import check, outputs
    from lightexit.build.writing import check_folder, write_files
    from lightexit.engine.native.target import object_triple

    triple = object_triple(target)
    check_folder(output)
    sources = _sources(subject, told_states(state))
    _prove(sources)
    proofs = _proofs(sources)
    if require_proof:
        require_proofs(subject, (name for name, proof in proofs.items() if proof is None))
    check(sources)
    made = outputs(sources, triple, rust)
    _spare_input(split_name(subject)[0], output, made)
    write_files(output, made.contents)
    if as_json:
        print(json.dumps(document(sources, made, triple, proofs), indent=2))
    else:
        for name, proof in proofs.items():
            if proof is not None:
                print(f"{name}: proved to do what its source says ({proof})")
        print("\n".join(f"{output / name}: {len(data)} bytes" for name, data in _files(made)))


def _files(made: Outputs) -> list[tuple[str, bytes]]:
    return list(made.contents.items())


def _sources(argument: str, told: Mapping[str, int | type[Struct]]) -> Sources:
    from lightexit.build.sources import of_device, of_module, of_object

    path, name = split_name(argument)
    if path.suffix == ".o" or _is_elf(path):
        return of_object(path, name, told)
    refuse_sizes(argument, told)
    if path.suffix == ".py":
        return of_module(import_file(path), str(path), name)
    if path.is_file():
        found = f"{path} is not built: neither Python source nor an eBPF object"
        raise AuthorError(found, expected=_EXPECTED)
    device, _, chosen = argument.partition(":")
    return of_device(device, chosen or None)


def _is_elf(path: Path) -> bool:
    if not path.is_file():
        return False
    with path.open("rb") as file:
        return file.read(4) == b"\x7fELF"


def _spare_input(path: Path, folder: Path, made: Outputs) -> None:
    """Raises AuthorError where an object would be replaced by another that is made of it."""
    data = made.contents.get(path.name)
    if data is None or not (folder / path.name).exists():
        return
    if path.is_file() and path.samefile(folder / path.name) and path.read_bytes() != data:
        raise AuthorError(
            f"{path} would be replaced by what is made of it",
            expected="another folder than that of the object",
            hint=f"-o {folder / 'built'}",
        )


def _prove(sources: Sources) -> None:
    """Compile and prove all. Raises AuthorError; of several errors, each is printed."""
    errors = [error for each in sources.subjects if (error := _error(each)) is not None]
    if len(sources.subjects) == 1 and errors:
        raise errors[0]
    for error in errors:
        print(f"lightexit: {error}", file=sys.stderr)
    if errors:
        raise AuthorError(
            f"{len(errors)} of {len(sources.subjects)} filters not compiled or refused; nothing "
            "is written"
        )


def _error(subject: BuiltFilter) -> AuthorError | None:
    try:
        _ = subject.report
    except AuthorError as error:
        return error
    return None


def _proofs(sources: Sources) -> dict[str, KeptProof | None]:
    """By the name in C; None for what was not proved, or has no source in Python."""
    from lightexit.prover.kept import kept

    return {each.symbol: kept(each.filter) for each in sources.subjects}


def document(
    sources: Sources, made: Outputs, triple: str, proofs: Mapping[str, KeptProof | None]
) -> dict[str, Any]:
    """What `--json` prints."""
    return {
        "schema": BUILD,
        "target": triple,
        "filters": [_filter(each, made, proofs[each.symbol]) for each in sources.subjects],
        "devices": [
            {"name": each.name, "files": made.by_subject[each.name]} for each in sources.devices
        ],
        "files": [
            {"name": name, "bytes": len(data), "sha256": hashlib.sha256(data).hexdigest()}
            for name, data in _files(made)
        ],
    }


def _filter(subject: BuiltFilter, made: Outputs, proved: KeptProof | None) -> dict[str, Any]:
    return {
        "name": subject.symbol,
        "filter": subject.filter.name,
        "device": subject.device or None,
        "files": made.by_subject[subject.symbol],
        "proved": proved and vars(proved),
        "proof": {name: getattr(subject.report, name) for name in _PROOF},
        "states": [
            {
                "name": each.name,
                "bytes": each.kind.layout.size,
                "fingerprint": f"{each.fingerprint:#018x}",
            }
            for each in subject.states
        ],
    }
