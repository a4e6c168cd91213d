# SPDX-License-Identifier: Apache-2.0
"""Mutants of our own devices, and which law finds each within a minute.

    python -m laws.device_mutants --share 20          # of each 20 mutants one; 1 is all of them
    python -m laws.device_mutants --share 20 --alone
    python -m laws.device_mutants --table             # docs/mutants.md, of what was run so far

What was run is kept in a file (`--results`), one line each, and not run again. Each runs in a
process of its own, which ends when its time is over. It is forked from one that has imported all
but the devices.

All laws are asked as by `lightexit check --reference`: the traces that are known first, then all
others in turns. The reference is the device without the mistake. With `--alone` there are neither:
then filter and model can only be compared with each other, and with themselves at other times.
"""

from __future__ import annotations

import argparse
import hashlib
import importlib.abc
import importlib.util
import json
import multiprocessing
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import chain
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any

from laws.device_mutations import Mutation, mutations
from laws.mutants_survivors import REASONS
from lightexit.testing.subject import Subject

ROOT = Path(__file__).parents[2]
DEVICES = ROOT / "src" / "lightexit" / "devices"
TABLE = ROOT / "docs" / "mutants.md"
LIMIT_S, SEED = 60.0, 1
#: Laws that compare a device with what is right, not with itself.
ORACLES = ("known", "reference")
#: What a process may take besides: to start, to compile, and to end an example.
_MORE_S = 60.0
#: For how long it is looked whether a device without a mistake is found to be wrong.
_RIGHT_S = 10.0
#: Devices by the names that they have as subjects, with the modules that are theirs.
MODULES = {
    "debug_exit": ("debug_exit",),
    "debugcon": ("debugcon",),
    "fw_cfg": ("fw_cfg",),
    "hpet": ("hpet", "hpet_timer"),
    "i440fx": ("i440fx",),
    "ioapic": ("ioapic",),
    "local_apic": ("local_apic", "local_apic_core", "local_apic_state", "local_apic_timer"),
    "pc-testdev": ("testdev",),
    "pic": ("pic",),
    "pit": ("pit", "pit_counter"),
    "pm": ("pmtimer",),
    "port61": ("port61",),
    "port92": ("port92",),
    "ps2": ("ps2",),
    "rtc": ("rtc", "calendar"),
    "uart": ("uart",),
    "virtio-mmio": ("virtio_mmio",),
}
_CHIPS = frozenset(f"lightexit.devices.{each}" for each in chain(*MODULES.values()))


@dataclass(frozen=True)
class Mutant:
    """A device with a mistake in one of its modules."""

    device: str
    module: str
    mutation: Mutation

    @property
    def key(self) -> str:
        """What its result is kept by; another one if anything in the module has changed."""
        digest = hashlib.sha256(self.mutation.source.encode()).hexdigest()[:16]
        return f"{self.device} {self.module} {digest}"


def mutants() -> Iterator[Mutant]:
    """All of them."""
    for device, modules in MODULES.items():
        for module in modules:
            source = (DEVICES / f"{module}.py").read_text("utf-8")
            yield from (Mutant(device, module, each) for each in mutations(source))


def chosen(share: int) -> list[Mutant]:
    """One of so many, by chance that is the same each time; so is their order, which has the
    first of them say something of all."""
    found = [each for each in mutants() if _rank(each) % share == 0]
    return sorted(found, key=_rank)


def _rank(mutant: Mutant) -> int:
    text = f"{SEED} {mutant.device} {mutant.module} {mutant.mutation.line} {mutant.mutation.key}"
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:8], "little")


# In the process of a mutant


@dataclass(frozen=True)
class Job:
    """Such a process's: the device, what stands for its module, and until when it is looked."""

    device: str
    module: str
    file: str
    limit_s: float
    alone: bool


class _Replaced(importlib.abc.MetaPathFinder):
    """Has a module come from another file."""

    def __init__(self, name: str, file: Path) -> None:
        self._name, self._file = name, file

    def find_spec(self, name: str, _path: Any, _target: Any = None) -> Any:
        """Of that module only."""
        if name != self._name:
            return None
        return importlib.util.spec_from_file_location(name, self._file)


def judge(subject: Subject, limit_s: float) -> dict[str, Any]:
    """Hold a subject to all laws that there are for it, in turns, until one is broken. The time is
    what that took."""
    from lightexit.errors import LightexitError
    from lightexit.testing.campaign import plan_for, run_share

    begun, examples = time.monotonic(), 0

    def is_over() -> bool:
        return time.monotonic() - begun > limit_s

    try:
        for share in plan_for(subject, SEED, None).shares():
            result = run_share(subject, share, is_over, reduces=False)
            examples += result.examples
            if result.finding is not None:
                return _judged(share.law, begun, examples, result.finding.message)
            if is_over():
                break
    except LightexitError as error:  # of the compiler or verifier, or no device at all
        return _judged("refused", begun, examples, str(error))
    return _judged("", begun, examples, "")


def _judged(law: str, begun: float, examples: int, message: str) -> dict[str, Any]:
    seconds = round(time.monotonic() - begun, 2)
    return {"law": law, "seconds": seconds, "examples": examples, "message": message}


def _in_process(answer: Connection, job: Job) -> None:
    try:
        found = judge(_subject(job), job.limit_s)
    except Exception as error:  # what stops the kit itself is seen, too
        found = _judged("raises", time.monotonic(), 0, f"{type(error).__name__}: {error}")
    answer.send(found)


def _forget(name: str) -> None:
    """Have a module be imported anew; a package knows its modules, too."""
    package, _, module = name.rpartition(".")
    del sys.modules[name]
    vars(sys.modules[package]).pop(module, None)


def _subject(job: Job) -> Subject:
    """The device with the mistake; beside it, the one without, whose modules were there first."""
    from devices.subjects import SUBJECTS

    right = SUBJECTS[job.device]
    for name in [*sys.modules]:
        if name.startswith("devices.") or name in _CHIPS:
            _forget(name)
    sys.meta_path.insert(0, _Replaced(f"lightexit.devices.{job.module}", Path(job.file)))
    wrong: Subject = importlib.import_module("devices.subjects").SUBJECTS[job.device]
    if job.alone:
        return replace(wrong, known=())
    return replace(wrong, known=right.known, reference=right.device)


# In ours

_FORKED = multiprocessing.get_context("forkserver")
_FORKED.set_forkserver_preload(["devices.subjects", "lightexit.testing.campaign"])


def run(mutant: Mutant, limit_s: float = LIMIT_S, *, alone: bool = False) -> dict[str, Any]:
    """Which law finds it ("" if none does), after how many seconds and examples.

    Raises RuntimeError where that is not known.
    """
    answers, answer = _FORKED.Pipe(duplex=False)
    with tempfile.TemporaryDirectory() as folder, answers:
        file = Path(folder) / f"{mutant.module}.py"
        file.write_text(mutant.mutation.source, "utf-8")
        job = Job(mutant.device, mutant.module, str(file), limit_s, alone)
        process = _FORKED.Process(target=_in_process, args=(answer, job), daemon=True)
        with answer:
            process.start()
        try:
            return _answered(answers, process, limit_s + _MORE_S)
        finally:
            process.kill()
            process.join()


def _answered(answers: Connection, process: BaseProcess, patience_s: float) -> dict[str, Any]:
    if not answers.poll(patience_s):
        return {"law": "hangs", "seconds": patience_s, "examples": 0, "message": ""}
    try:
        found: dict[str, Any] = answers.recv()
    except EOFError:
        process.join()
        status = process.exitcode or 0
        if status >= 0:
            raise RuntimeError(f"the process has ended with {status}, and told nothing") from None
        told = f"ended by signal {-status}"
        return {"law": "ends", "seconds": 0.0, "examples": 0, "message": told}
    return found


def unchanged(device: str) -> Mutant:
    """The device without a mistake."""
    module = MODULES[device][0]
    source = (DEVICES / f"{module}.py").read_text("utf-8")
    return Mutant(device, module, Mutation("none", 0, "", "", source))


def results_in(file: Path, *, alone: bool = False) -> dict[str, dict[str, Any]]:
    """What was run before, by key."""
    lines = file.read_text("utf-8").splitlines() if file.exists() else []
    return {each["key"]: each for each in map(json.loads, lines) if each["alone"] == alone}


def campaign(share: int, file: Path, limit_s: float, *, alone: bool = False) -> None:
    """Run what is not in the file yet.

    Raises RuntimeError where a device is found to be wrong without a mistake.
    """
    known = results_in(file, alone=alone)
    wanted = [each for each in chosen(share) if each.key not in known]
    for device in sorted({each.device for each in wanted}):
        right = unchanged(device)
        found = known.get(right.key) or _kept(right, file, _RIGHT_S, alone)
        if found["law"]:
            raise RuntimeError(f"{device} is wrong without a mistake: {found}")
    for number, mutant in enumerate(wanted, 1):
        found = _kept(mutant, file, limit_s, alone)
        told = f"{found['law']}, {found['seconds']} s" if found["law"] else "SURVIVES"
        place = f"{mutant.module}.py:{mutant.mutation.line}"
        print(f"{number}/{len(wanted)} {place} {mutant.mutation.key}: {told}", flush=True)


def _kept(mutant: Mutant, file: Path, limit_s: float, alone: bool) -> dict[str, Any]:
    """What has become of it, written down."""
    found = {"key": mutant.key, "alone": alone, **run(mutant, limit_s, alone=alone)}
    with file.open("a", encoding="utf-8") as out:
        out.write(json.dumps(found) + "\n")
    return found


def table(file: Path) -> str:
    """docs/mutants.md: of what was run, that which today's sources still have."""
    everything = list(mutants())
    rows, alone = (_rows(everything, results_in(file, alone=each)) for each in (False, True))
    found = [result for _, result in rows if result["law"]]
    laws = Counter(str(each["law"]) for each in found).most_common()
    survivors = [mutant for mutant, result in rows if not result["law"]]
    lines = [
        *_HEAD,
        *(
            "| | run | found | half of them within | nine of ten within |",
            "|---|---:|---:|---:|---:|",
        ),
        _summary("all laws, known traces and a reference", rows),
        *([_summary("laws alone", alone)] if alone else []),
        *("", f"There are {len(everything):,} mutants; those that were run are drawn by chance."),
        f"Of those that survive, {sum(map(_has_reason, survivors))} of {len(survivors)} have a "
        "reason below why no guest sees them.",
        *("", *_groups(rows), "", "| found by | mutants |", "|---|---:|"),
        *(f"| `{law}` | {count:,} |" for law, count in laws),
        *("", "## Survivors", "", *map(_survivor, survivors)),
    ]
    return "\n".join(lines).rstrip() + "\n"


_Rows = Sequence[tuple[Mutant, dict[str, Any]]]


def _rows(mutants: Sequence[Mutant], results: dict[str, dict[str, Any]]) -> _Rows:
    return [(each, results[each.key]) for each in mutants if each.key in results]


def _summary(title: str, rows: _Rows) -> str:
    seconds = sorted(float(result["seconds"]) for _, result in rows if result["law"])
    share = 100 * len(seconds) / max(len(rows), 1)
    within = [f"{seconds[len(seconds) * tenths // 10]:.1f} s" for tenths in (5, 9) if seconds]
    cells = f"{len(rows):,}", f"{len(seconds):,} ({share:.1f} %)", *within
    return f"| {title} | {' | '.join(cells)} |"


_HEAD = (
    "<!-- SPDX-License-Identifier: Apache-2.0 -->",
    "# Mutants of our own devices",
    "",
    "Written by `python -m laws.device_mutants --table`. A mutant is one of our own devices with",
    "one mistake in its source, at any place of filter or model. It is held to the laws for a",
    "minute at most, as by [`lightexit check --reference`](check.md): known traces first, then",
    "all other laws in turns. The reference is the device without the mistake. Laws alone compare",
    "filter and model with each other, and a device with itself at other times: they cannot see a",
    "mistake that filter and model share, or one in what the model does alone. `refused` is what",
    "the compiler, the verifier or the kit refuses.",
    "",
)


def _groups(rows: _Rows) -> Iterator[str]:
    """A row for each kind of mistake in a module."""
    yield "| module | mistake | run | found | longest |"
    yield "|---|---|---:|---:|---:|"
    groups: dict[tuple[str, str], list[dict[str, Any]]] = {}
    for mutant, result in rows:
        groups.setdefault((mutant.module, mutant.mutation.kind), []).append(result)
    for (module, kind), results in sorted(groups.items()):
        found = [float(each["seconds"]) for each in results if each["law"]]
        longest = f"{max(found):.1f} s" if found else ""
        yield f"| {module} | {kind} | {len(results)} | {len(found)} | {longest} |"


def _reason_key(mutant: Mutant) -> str:
    return f"{mutant.module}: {mutant.mutation.key}"


def _has_reason(mutant: Mutant) -> bool:
    return _reason_key(mutant) in REASONS


def _survivor(mutant: Mutant) -> str:
    mutation = mutant.mutation
    reason = REASONS.get(_reason_key(mutant), "not found within the minute")
    place = f"`{mutant.module}.py:{mutation.line}` {mutation.kind}"
    return f"- {place}: `{mutation.before}` becomes `{mutation.after}`: {reason}"


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(prog="python -m laws.device_mutants", description=__doc__)
    parser.add_argument("--share", type=int, default=20, help="run one of so many mutants")
    parser.add_argument("--results", type=Path, default=Path("mutants.jsonl"))
    parser.add_argument("--seconds", type=float, default=LIMIT_S)
    parser.add_argument("--alone", action="store_true", help="no known traces and no reference")
    parser.add_argument("--table", action="store_true", help="only write docs/mutants.md")
    options = parser.parse_args()
    if options.table:
        TABLE.write_text(table(options.results), "utf-8")
    else:
        campaign(options.share, options.results, options.seconds, alone=options.alone)


if __name__ == "__main__":
    main()
