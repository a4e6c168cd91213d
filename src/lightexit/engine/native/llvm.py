# SPDX-License-Identifier: Apache-2.0
"""From textual LLVM IR to an ELF object: the only file of the engine that loads LLVM."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any, NamedTuple

import llvmlite.binding as llvm

from lightexit.engine.native.target import architecture_of
from lightexit.errors import InternalError

#: LLVM keeps options for the whole process, and the compiler sets some. The same are set here, lest
#: code depend on whether the compiler has worked before. What they do: a block that ends as another
#: does is kept (at the end of a filter, a jump saved), loops compare as they were written, and what
#: they leave behind is not computed without them.
_OPTIONS = ("-enable-tail-merge=0", "-disable-lftr", "-replexitval=never")
#: Bytecode comes optimised from its compiler. What is left is to turn its registers into values
#: and to join its blocks; all of O2 takes five times as long and makes nothing faster.
_SHORT_PIPELINE = ("sroa", "simplify_cfg", "instruction_combine", "simplify_cfg")


def compile_object(ir: str, triple: str) -> bytes:
    """An ELF object of `ir` at O2. Raises InternalError where the IR is not valid."""
    exported = [f.name for f in _parse(ir).functions if _is_exported(f)]
    module = _parse(ir + _keep(exported))
    for name in exported:
        # A call to an exported function would need a relocation, one to an internal does not.
        module.get_function(name).linkage = "internal"
    return _emit(module, triple, _optimise)


def compile_translated(ir: str, triple: str) -> bytes:
    """An ELF object of IR translated from bytecode; it exports nothing that it calls itself."""
    return _emit(_parse(ir), triple, _tidy)


def _emit(module: Any, triple: str, passes: Callable[[Any, Any], None]) -> bytes:
    machine = _target_machine(triple)
    module.triple = triple
    module.data_layout = str(machine.target_data)
    passes(module, machine)
    return bytes(machine.emit_object(module))


def _is_exported(function: Any) -> bool:
    return not function.is_declaration and function.linkage is llvm.Linkage.external


def _keep(names: list[str]) -> str:
    pointers = ", ".join(f'ptr @"{name}"' for name in names)
    return (
        f"\n@llvm.compiler.used = appending global [{len(names)} x ptr] [{pointers}], "
        'section "llvm.metadata"\n'
    )


def _parse(ir: str) -> Any:
    try:
        module = llvm.parse_assembly(ir, llvm.create_context())
        module.verify()
    except RuntimeError as error:
        raise InternalError(f"LLVM refuses the IR made for it: {error}") from error
    return module


@functools.cache
def _prepare() -> None:
    llvm.initialize_all_targets()
    llvm.initialize_all_asmprinters()
    for option in _OPTIONS:
        llvm.set_option("lightexit", option)


def _target_machine(triple: str) -> Any:
    _prepare()
    architecture = architecture_of(triple)
    # "pic" and "small": addresses relative to the code, so that it runs wherever it is mapped.
    return llvm.Target.from_triple(triple).create_target_machine(
        features=architecture.features,
        opt=2,
        reloc="pic",
        codemodel="small",
        abiname=architecture.convention,
    )


class Facts(NamedTuple):
    """What LLVM knows of a target. `layout` says byte order and sizes in LLVM's own language."""

    architecture: str
    system: str
    environment: str
    is_elf: bool
    layout: str


def facts_of(triple: str) -> Facts | None:
    """What a triple means; None for one that LLVM has no code for."""
    parts = llvm.get_triple_parts(triple)
    full = "-".join((parts.Arch, "unknown", parts.OS, parts.Env))
    try:
        layout = str(_target_machine(full).target_data)
    except RuntimeError:
        return None
    return Facts(parts.Arch, parts.OS, parts.Env, parts.ObjectFormat == "ELF", layout)


def _tidy(module: Any, machine: Any) -> None:
    manager = llvm.create_new_module_pass_manager()
    for name in _SHORT_PIPELINE:
        getattr(manager, f"add_{name}_pass")()
    tuning = llvm.create_pipeline_tuning_options(speed_level=2)
    manager.run(module, llvm.create_pass_builder(machine, tuning))


def _optimise(module: Any, machine: Any) -> None:
    tuning = llvm.create_pipeline_tuning_options(speed_level=2)
    tuning.loop_vectorization = False
    tuning.slp_vectorization = False
    builder = llvm.create_pass_builder(machine, tuning)
    builder.getModulePassManager().run(module, builder)
