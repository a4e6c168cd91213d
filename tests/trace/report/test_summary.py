# SPDX-License-Identifier: Apache-2.0
"""A report's figures are those that its files' accesses have, whatever the files say."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from lightexit.abi import Space
from lightexit.errors import AuthorError
from lightexit.trace.access import Access, Answer
from lightexit.trace.recording import RecordingWriter
from lightexit.trace.report import Summary, find, summarize
from lightexit.trace.report.latencies import Latencies
from lightexit.trace.report.values import Cost
from recordings import ABOUT, START, accesses, find_vm, record

SECOND = 10**9


def write(path: Path, every: Iterable[Access], host: str = "host-a", lost: int = 0) -> Path:
    with RecordingWriter(path, replace(ABOUT, host=host), find_vm) as writer:
        writer.add(every, lost)
    return path


def report(*names: Path) -> Summary:
    return summarize(find(names))


def mixed(count: int, seed: int, pid: int = 7) -> list[Access]:
    """Accesses of every kind."""
    pick = random.Random(seed)
    return [
        Access(
            START + pick.randrange(10 * SECOND),
            pid + pick.randrange(3),
            pick.randrange(-1, 4),
            pick.choice([*Space]),
            pick.choice([0x40, 0x608, 0xFED0_00F0, 2**64 - 1]),
            pick.choice([1, 2, 4, 8]),
            pick.random() < 0.5,
            pick.choice([None, 0, 2**64 - 1]),
            pick.choice([*Answer]),
            pick.choice([None, 0, 1, pick.randrange(10**7)]),
        )
        for _ in range(count)
    ]


def cost(some: Iterable[Access]) -> Cost:
    every = [*some]
    times = [a.duration_ns for a in every if a.duration_ns is not None]
    return Cost(len(every), len(times), sum(times))


def test_figures_are_those_of_the_accesses(tmp_path: Path) -> None:
    one, other = mixed(2000, 1), mixed(1500, 2)
    summary = report(
        write(tmp_path / "1.parquet", one, "a", lost=3),
        write(tmp_path / "2.parquet", other, "b", lost=4),
    )
    every = one + other
    assert summary.cost == cost(every)
    assert (summary.files, summary.lost, summary.vm_count) == (2, 7, 6)
    assert summary.first_ns == min(a.time_ns for a in every)
    assert summary.last_ns == max(a.time_ns for a in every)
    for answer in Answer:
        assert summary.answers[answer] == cost(a for a in every if a.answer is answer)
        assert sum(summary.bins.counts[answer]) == summary.answers[answer].accesses
        assert summary.latencies[answer].timed == summary.answers[answer].timed
    for vm in summary.vms:
        of_host = one if vm.host == "a" else other
        own = [a for a in of_host if a.pid == vm.pid]
        assert (vm.vm, vm.vmm, vm.cost) == (f"vm{vm.pid}", "qemu", cost(own))
        assert (vm.first_ns, vm.last_ns) == (own_first(own), max(a.time_ns for a in own))
    keys = {(a.space, a.address, a.is_write) for a in every}
    assert summary.register_count == len(keys) == len(summary.registers)
    for register in summary.registers:
        place = (Space[register.space.upper()], register.address, register.is_write)
        own = [a for a in every if (a.space, a.address, a.is_write) == place]
        assert register.answers == {a: cost(x for x in own if x.answer is a) for a in Answer}
    assert (summary.other_vms, summary.other_registers) == (Cost(), Cost())


def own_first(own: Iterable[Access]) -> int:
    return min(a.time_ns for a in own)


def test_the_busiest_are_listed_and_the_others_summed_up(tmp_path: Path) -> None:
    every = [
        Access(START + i, 1000 + i, 0, Space.PIO, i, 1, False, None, Answer.USER, 10)
        for i in range(250)
        for _ in range(2 if i < 20 else 1)
    ]
    summary = report(write(tmp_path / "a.parquet", every))
    assert (summary.vm_count, summary.register_count) == (250, 250)
    assert (len(summary.vms), len(summary.registers)) == (100, 100)
    assert {vm.pid for vm in summary.vms[:20]} == {*range(1000, 1020)}
    assert {register.address for register in summary.registers[:20]} == {*range(20)}
    assert summary.other_vms == summary.other_registers == Cost(150, 150, 1500)


def test_percentiles_are_at_most_one_class_too_high(tmp_path: Path) -> None:
    times = sorted(int(1.002**i) for i in range(1, 8000))
    every = [
        Access(START + i, 1, 0, Space.PIO, 0x608, 4, False, 1, Answer.USER, ns)
        for i, ns in enumerate(times)
    ]
    found = report(write(tmp_path / "a.parquet", every)).registers[0].latencies
    for percent in (1, 50, 90, 99, 100):
        exact = times[-(-len(times) * percent // 100) - 1]
        told = found.percentile(percent)
        assert told is not None
        assert exact <= told <= 1.045 * exact
    assert Latencies().percentile(50) is None


def test_times_over_the_whole_range(tmp_path: Path) -> None:
    every = [
        Access(START + i, 1, 0, Space.PIO, 1, 1, False, 1, Answer.USER, ns)
        for i, ns in enumerate((0, 1, 2**64 - 1))
    ]
    summary = report(write(tmp_path / "a.parquet", every))
    assert summary.cost == Cost(3, 3, 2**64)
    assert summary.latencies["user"].percentile(99) == pytest.approx(2**64, rel=0.045)


def test_names_and_filters_of_registers(tmp_path: Path) -> None:
    register = report(record(tmp_path / "a.parquet", 100)).registers[0]
    assert (register.name.device, register.name.filter) == ("pm", "pmtimer.read_timer")
    assert register.heavy == register.cost == Cost(80, 80, register.cost.ns)


def test_words_of_later_versions_are_other(tmp_path: Path) -> None:
    path = record(tmp_path / "a.parquet", 10)
    table = pq.read_table(path)
    for name, word in (("answer", "magic"), ("space", "cxl"), ("vm", "x" * 10_000)):
        texts = pa.array([word] * 10).dictionary_encode()
        field = pa.field(name, texts.type, False)
        table = table.set_column(table.column_names.index(name), field, texts)
    pq.write_table(table, path)
    summary = report(path)
    assert summary.answers["other"].accesses == 10
    assert {each.space for each in summary.registers} == {"other"}
    assert summary.vms[0].vm == "x" * 200
    assert summary.advice == []


def test_columns_of_later_versions_do_not_matter(tmp_path: Path) -> None:
    old, new = record(tmp_path / "1.parquet", 10), record(tmp_path / "0.parquet", 10)
    table = pq.read_table(new)
    pq.write_table(table.append_column("colour", pa.array(["red"] * 10)), new)
    assert report(new, old).cost.accesses == report(old, new).cost.accesses == 20


def test_no_access_is_a_report_too(tmp_path: Path) -> None:
    summary = report(record(tmp_path / "a.parquet", 0))
    assert (summary.cost, summary.vms, summary.registers, summary.advice) == (Cost(), [], [], [])


def test_what_lasts_is_advised_on(tmp_path: Path) -> None:
    every = [
        Access(START + i * SECOND // 2000, 9, 0, Space.PIO, 0x608, 4, False, 1, Answer.USER, 2000)
        for i in range(12_000)
    ]
    (found,) = report(write(tmp_path / "a.parquet", every)).advice
    assert (found.host, found.advice.rule, found.advice.vm.name) == ("host-a", "pm-timer", "vm9")
    short = write(tmp_path / "b.parquet", every[:2000])
    assert report(short).advice == []


def test_folders_patterns_and_parts(tmp_path: Path) -> None:
    (tmp_path / "deep" / "er").mkdir(parents=True)
    record(tmp_path / "deep" / "a.parquet", 1)
    record(tmp_path / "deep" / "er" / "b[1].parquet", 2)
    unfinished = RecordingWriter(tmp_path / "c.parquet", ABOUT, find_vm, rows=3)
    unfinished.add(accesses(7))
    (tmp_path / "deep" / "notes.txt").write_text("no recording")
    assert report(tmp_path).cost.accesses == 9
    assert report(tmp_path / "deep" / "er" / "b[1].parquet").cost.accesses == 2
    assert report(tmp_path / "d*" / "*.parquet").cost.accesses == 1
    assert report(tmp_path / "**" / "b*.parquet").cost.accesses == 2
    assert report(tmp_path / "c.parquet").cost.accesses == 6
    assert report(tmp_path, tmp_path / "deep").cost.accesses == 9  # each file once
    with pytest.raises(AuthorError, match=r"there are no files \*.parquet that match this pattern"):
        find([tmp_path / "z*.parquet"])
    (tmp_path / "empty").mkdir()
    with pytest.raises(AuthorError, match=r"there are no files \*.parquet in and below that"):
        find([tmp_path / "empty"])


def test_what_is_readable_is_reported(tmp_path: Path) -> None:
    record(tmp_path / "1.parquet", 10)
    (tmp_path / "2.parquet").write_bytes(record(tmp_path / "x", 10).read_bytes()[:-9])
    (tmp_path / "3.parquet").write_bytes(b"hello")
    damaged = record(tmp_path / "4.parquet", 1000)
    data = bytearray(damaged.read_bytes())
    column = pq.ParquetFile(damaged).metadata.row_group(0).column(7)
    first = column.dictionary_page_offset
    data[first : first + column.total_compressed_size] = bytes(column.total_compressed_size)
    damaged.write_bytes(data)
    found = find([tmp_path])
    summary = summarize(found)
    assert (summary.files, summary.cost.accesses) == (1, 10)
    said = Counter(" ".join(error.found.split()[1:4]) for error in found.refused)
    assert said == {"is cut off:": 1, "is no Parquet": 1, "is damaged: of": 1}
    with pytest.raises(AuthorError, match="there is no recording that can be read"):
        report(tmp_path / "3.parquet")
