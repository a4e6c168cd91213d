# SPDX-License-Identifier: Apache-2.0
"""What `lightexit run` says when it has run: what was measured, of each run."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lightexit.cli.compile import write_bytes
from lightexit.cli.schemas import RUN

if TYPE_CHECKING:
    from lightexit.bus.counters import RegisterCount, UnclaimedCount
    from lightexit.bus.offload import OffloadCount
    from lightexit.cli.tally import TallyRow, Unclaimed
    from lightexit.targets.plugging import Plugged
    from lightexit.vm.console import Console
    from lightexit.vm.outcome import Outcome

#: `--json` lists at most so many unclaimed addresses, the busiest.
_MOST_PLACES = 1000
#: Ends that the guest itself reaches, not a limit: both runs have done the same work.
_ITS_OWN_ENDS = ("TEXT", "EXIT", "HALTED", "SHUTDOWN", "RESET", "FAULT")
#: The remark where the two runs may have done different work.
CUT_OFF = "gain: none can be told, for the guest did not come to the same end in both runs"
#: A larger share of unclaimed accesses than this is more than a guest's probing for devices.
_MANY = 0.1
_HELP = """\
  help: there, reads are all ones, and writes do nothing. Where a guest waits for a device, put one
    there (Machine.add), or tell the guest to do without: Linux, on its command line (--append)"""


@dataclass(frozen=True)
class FinishedRun:
    """One finished run. `setup_seconds` is what it took before the guest ran; from then on,
    `cpu_seconds` is this process's CPU time, and `printing_seconds` how long it printed what the
    guest said."""

    outcome: Outcome
    console: Console
    counts: list[RegisterCount]
    unclaimed: list[UnclaimedCount]
    in_kernel: list[OffloadCount]
    setup_seconds: float
    cpu_seconds: float
    printing_seconds: float
    vcpus: int = 1
    devices: tuple[Plugged, ...] = ()

    @property
    def guest_seconds(self) -> float:
        """The length of the run without what printing took."""
        return self.outcome.seconds - self.printing_seconds

    @property
    def in_accesses(self) -> str:
        """What to call the time in accesses: a sum, which may exceed the length of the run."""
        return "in device accesses" + (", all vCPUs" if self.vcpus > 1 else "")


def report(shown: FinishedRun, plain: FinishedRun | None, json_file: Path | None) -> None:
    """Print all; `plain` is the run without filters, if there was one before `shown`."""
    from lightexit.cli.table import print_runs, print_table, print_unclaimed
    from lightexit.cli.tally import rows, unclaimed

    registers = rows(shown.counts, plain.counts if plain else None)
    nobody = unclaimed(shown.unclaimed, plain.unclaimed if plain else None)
    print_table(registers, compares=plain is not None, is_offloaded=bool(shown.in_kernel))
    print_unclaimed(nobody, compares=plain is not None)
    if _nobodys(shown) > _MANY * shown.outcome.accesses:
        print(_HELP)
    print(f"run ended: {ended(shown.outcome)}")
    if plain is not None:
        print_runs(_side_by_side(plain, shown))
    for line in _summary(shown, plain):
        print(line)
    if json_file is not None:
        document = as_json(shown, plain, registers, nobody)
        write_bytes(json_file, json.dumps(document, indent=2).encode() + b"\n")


def ended(outcome: Outcome) -> str:
    """Why, and after what."""
    detail = f" ({outcome.detail})" if outcome.detail else ""
    resets = f", {outcome.resets} resets" if outcome.resets else ""
    return (
        f"{outcome.reason.value}{detail} after {outcome.seconds:.2f} s{resets}"
        f" and {outcome.accesses} device accesses"
    )


def gain_seconds(plain: FinishedRun, shown: FinishedRun) -> float | None:
    """By how much the run with filters was shorter, the printing of its output left out, which the
    other run does not do; None where they need not have done the same."""
    ours, theirs = shown.outcome, plain.outcome
    if ours.reason.name not in _ITS_OWN_ENDS:
        return None
    if (ours.reason, ours.exit_status) != (theirs.reason, theirs.exit_status):
        return None
    return plain.guest_seconds - shown.guest_seconds


def compared(plain: Console, shown: Console) -> str:
    """What to say of two outputs; several vCPUs print in an order that is chance."""
    if plain.has_same_output(shown):
        return "identical"
    return "the same lines, in another order" if plain.has_same_lines(shown) else "DIFFERENT"


def _side_by_side(plain: FinishedRun, shown: FinishedRun) -> list[tuple[str, str, str]]:
    rows = zip(_figures(plain), _figures(shown), strict=True)
    table = [(name, before, after) for (name, before), (_, after) in rows]
    if shown.in_kernel:
        handled = sum(count.handled for count in shown.in_kernel)
        table.append(("in the kernel besides, not timed", "0", f"{handled:,}"))
    return table


def _figures(run: FinishedRun) -> list[tuple[str, str]]:
    from lightexit.cli.tally import total

    sums = total(run.counts)
    return [
        ("time of the run", f"{run.outcome.seconds:.3f} s"),
        ("  CPU time", f"{run.cpu_seconds:.3f} s"),
        (f"  {run.in_accesses}", f"{sums.ns / 1e9:.3f} s"),
        ("  printing its output", f"{run.printing_seconds:.3f} s"),
        ("accesses", f"{run.outcome.accesses:,}"),
        ("  registers, by bytecode", f"{sums.handled:,}"),
        ("  registers, by models", f"{sums.accesses - sums.handled:,}"),
        ("  by no device", f"{_nobodys(run):,}"),
        ("set-up, before the run", f"{run.setup_seconds:.3f} s"),
    ]


def _nobodys(run: FinishedRun) -> int:
    return sum(count.accesses for count in run.unclaimed)


def _summary(shown: FinishedRun, plain: FinishedRun | None) -> list[str]:
    from lightexit.cli.tally import total

    sums = total(shown.counts)
    share = 100 * sums.port_reads_handled / max(sums.port_reads, 1)
    answered = [
        f"port reads answered by bytecode: {sums.port_reads_handled} of {sums.port_reads}"
        f" ({share:.1f} %); all accesses: {sums.handled} of {sums.accesses}",
        *_kernel_lines(shown.in_kernel),
    ]
    if plain is None:
        all_in_models = "" if sums.handled or shown.in_kernel else ", all in models"
        spent = f"time {shown.in_accesses}: {sums.ns / 1e3:,.0f} us{all_in_models}"
        return [spent] if all_in_models else [spent, *answered]
    same = compared(plain.console, shown.console)
    return [
        _gain(plain, shown),
        *answered,
        f"guest output with and without filters: {same}",
    ]


def _gain(plain: FinishedRun, shown: FinishedRun) -> str:
    gain = gain_seconds(plain, shown)
    if gain is None:
        return CUT_OFF
    change = "shorter" if gain >= 0 else "longer"
    share = 100 * abs(gain) / max(plain.guest_seconds, 1e-9)
    told = f"{abs(gain):.3f} s ({share:.0f} %) {change}"
    return f"gain: with filters the whole run, less printing, was {told}"


def _kernel_lines(counts: list[OffloadCount]) -> list[str]:
    if not counts:
        return []
    lines = [
        f"in the kernel: {count.device}, {count.space.name}"
        f" {count.base:#x}..{count.base + count.size - 1:#x}:"
        f" handled {count.handled}, passed {count.passed}"
        for count in counts
    ]
    handled, passed = (sum(getattr(c, name) for c in counts) for name in ("handled", "passed"))
    return [*lines, f"in the kernel, besides the above: handled {handled}, passed {passed}"]


def as_json(
    shown: FinishedRun,
    plain: FinishedRun | None,
    registers: Sequence[TallyRow],
    nobody: Sequence[Unclaimed],
) -> dict[str, Any]:
    """All of it: the run shown, and `without_filters` where that was another."""
    from lightexit.cli import tally

    return {
        "schema": RUN,
        "devices": [_device_as_json(each) for each in shown.devices],
        **_run_as_json(shown),
        "output": shown.console.text,
        "output_bytes": shown.console.size,
        "output_without_filters": plain.console.text if plain else None,
        "without_filters": _run_as_json(plain) if plain else None,
        "gain_seconds": gain_seconds(plain, shown) if plain else None,
        "registers": [tally.as_json(row) for row in registers],
        "unclaimed": [asdict(place) for place in nobody[:_MOST_PLACES]],
        "in_kernel": [asdict(count) | {"space": count.space.name} for count in shown.in_kernel],
    }


def _device_as_json(plugged: Plugged) -> dict[str, Any]:
    return {
        "name": plugged.device.name,
        "target": plugged.target.text,
        "origin": plugged.target.found.origin,
        "regions": [
            {"space": each.space.name, "address": each.base, "size": each.size}
            for each in plugged.regions
        ],
        "replaces": [each.name for each in plugged.replaced],
    }


def _run_as_json(run: FinishedRun) -> dict[str, Any]:
    from lightexit.cli.tally import total

    outcome = run.outcome
    return {
        "ended": {
            "reason": outcome.reason.name.lower(),
            "detail": outcome.detail,
            "seconds": outcome.seconds,
            "accesses": outcome.accesses,
            "exit_status": outcome.exit_status,
            "resets": outcome.resets,
        },
        "setup_seconds": run.setup_seconds,
        "cpu_seconds": run.cpu_seconds,
        "printing_seconds": run.printing_seconds,
        "total": asdict(total(run.counts)) | {"unclaimed": _nobodys(run)},
    }
