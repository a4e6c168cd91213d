# SPDX-License-Identifier: Apache-2.0
"""The process that `first_use` measures: `python -m bench._first_use MODE DEVICE FILTER`.

Loads one filter into the native engine and prints milliseconds as JSON. The modes: `as it is`,
what a program meets; `imported`, all modules that the load would import are imported before;
`stages`, the same with a clock around each stage (a stage does not count what stages within it
take).
"""

from __future__ import annotations

import functools
import importlib
import json
import sys
import time
from collections.abc import Callable
from typing import Any

#: What each stage is called, and the functions that do it.
STAGES = {
    "fingerprint": ["filter:fingerprint"],
    "source": ["compiler.source.text:node_of"],
    "front end": [
        "compiler.syntax.infer:infer_filter",
        "compiler.typed.check:check",
        "compiler.lowering.lower:lower",
    ],
    "tree's key": ["compiler.caching.stored:key_of"],
    "LLVM set-up": ["compiler.backend.llvm:_machine", "engine.native.llvm:_target_machine"],
    "LLVM IR to better": ["compiler.backend.llvm:_transformed"],
    "better to BPF": ["compiler.backend.llvm:emit_object"],
    "link": ["compiler.backend.link:link"],
    "verify": ["verifier.proof:prove"],
    "BPF to LLVM IR": ["engine.native.translate:translate"],
    "IR to native": ["engine.native.llvm:compile_translated", "engine.native.elf:extract"],
    "cache read": ["cache:Cache.get"],
    "cache write": ["cache:Cache.put"],
    "map": ["engine.native.mapping:Mapping.__init__"],
}
MODULES = sorted({place.partition(":")[0] for places in STAGES.values() for place in places})


class Stages:
    """Clocks; `spent` is in milliseconds by stage."""

    def __init__(self) -> None:
        self.spent: dict[str, float] = {}
        self._inner: list[float] = []

    def install(self) -> None:
        """Put a clock around every function of `STAGES` that there is."""
        for stage, places in STAGES.items():
            for place in places:
                module, _, path = place.partition(":")
                *owners, name = path.split(".")
                owner = importlib.import_module(f"lightexit.{module}")
                owner = functools.reduce(getattr, owners, owner)
                setattr(owner, name, self._clocked(stage, getattr(owner, name)))

    def _clocked(self, stage: str, function: Callable[..., Any]) -> Callable[..., Any]:
        def clocked(*arguments: Any, **named: Any) -> Any:
            self._inner.append(0.0)
            start = time.process_time()
            try:
                return function(*arguments, **named)
            finally:
                took = 1e3 * (time.process_time() - start)
                own = took - self._inner.pop()
                self.spent[stage] = self.spent.get(stage, 0.0) + own
                if self._inner:
                    self._inner[-1] += took

        return clocked


def main(mode: str, device: str, name: str) -> None:
    """One first use."""
    start = time.process_time()
    from lightexit.engine.native import NativeEngine

    module = importlib.import_module(f"lightexit.devices.{device}")
    imported = time.process_time()
    stages = Stages()
    if mode != "as it is":
        for each in MODULES:
            importlib.import_module(f"lightexit.{each}")
    if mode == "stages":
        stages.install()
    found, engine = getattr(module, name), NativeEngine()
    before = time.process_time()
    found.load(engine)
    after = time.process_time()
    took = {"import": 1e3 * (imported - start), "load": 1e3 * (after - before)}
    print(json.dumps(took | {"stages": stages.spent}))


if __name__ == "__main__":
    main(*sys.argv[1:])
