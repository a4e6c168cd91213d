# SPDX-License-Identifier: Apache-2.0
"""What is recorded is read again, and files that are no recordings are refused in a sentence."""

from __future__ import annotations

import json
from dataclasses import replace
from itertools import islice
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from lightexit.abi import Space
from lightexit.errors import AuthorError
from lightexit.trace.access import Access, Answer
from lightexit.trace.recording import (
    About,
    MappedDevice,
    RecordedVm,
    Recording,
    RecordingWriter,
    stream,
    writer,
)
from lightexit.trace.recording.schema import KEY, schema
from lightexit.trace.vms import Vm
from recordings import ABOUT, START, accesses, find_vm, record


def _with_metadata(path: Path, document: object, columns: pa.Schema | None = None) -> Path:
    shape = (columns or schema()).with_metadata({KEY: json.dumps(document).encode()})
    pq.write_table(shape.empty_table(), path)
    return path


def _about(**changes: object) -> dict[str, object]:
    document: dict[str, object] = json.loads(ABOUT.to_bytes())
    return document | changes


def test_every_access_is_read_again(tmp_path: Path) -> None:
    path = record(tmp_path / "a.parquet", 1000, lost=3)
    found = Recording.open(path)
    assert [*found.accesses()] == [*accesses(1000)]
    assert (len(found), found.about.lost, found.about.host) == (1000, 3, "host-a")
    assert found.about.started == START
    assert found.about.ended > START
    assert found.vms() == [RecordedVm("host-a", "vm4711", "qemu", 4711, "pc-i440fx-7.2")]
    assert [*tmp_path.iterdir()] == [path]


def test_extreme_values_are_kept(tmp_path: Path) -> None:
    most = 2**64 - 1
    every = [
        Access(0, 1, -1, Space.MSR, 0xC000_0080, 8, True, most, Answer.NOBODY, most),
        Access(2**63 - 1, 2**31 - 1, 2**15 - 1, Space.MMIO, most, 8, False, 0, Answer.FILTER, 0),
    ]
    path = tmp_path / "a.parquet"
    with RecordingWriter(path, ABOUT, lambda pid: Vm(pid, "\x1b[31m\n\0\udcff", "")) as recorder:
        recorder.add(every)
    assert [*Recording.open(path).accesses()] == every
    assert Recording.open(path).vms()[0].vm == "\x1b[31m\n\0\\xff"


def test_a_recording_has_parts_while_it_is_written(tmp_path: Path) -> None:
    path = tmp_path / "a.parquet"
    with RecordingWriter(path, ABOUT, find_vm, rows=100) as recorder:
        recorder.add(accesses(250))
        unfinished = Recording.open(tmp_path / "a.parquet.parts")
        assert [*unfinished.accesses()] == [*accesses(200)]
        with pytest.raises(AuthorError, match=r"a\.parquet was not finished: its parts are in"):
            Recording.open(path)
        recorder.add([], lost=5)
    found = Recording.open(path)
    assert [*found.accesses()] == [*accesses(250)]
    assert (len(found), found.about.lost) == (250, 5)
    assert pq.ParquetFile(path).num_row_groups == 1
    assert [*tmp_path.iterdir()] == [path]


def test_what_is_old_is_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(writer, "SECONDS", 0.0)
    with RecordingWriter(tmp_path / "a.parquet", ABOUT, find_vm) as recorder:
        recorder.add(accesses(10))
        assert len(Recording.open(tmp_path / "a.parquet.parts")) == 10


def test_a_recording_of_nothing_is_one(tmp_path: Path) -> None:
    found = Recording.open(record(tmp_path / "a.parquet", 0))
    assert (len(found), [*found.accesses()], found.vms()) == (0, [], [])


def test_accesses_of_one_process(tmp_path: Path) -> None:
    path = tmp_path / "a.parquet"
    with RecordingWriter(path, ABOUT, find_vm) as recorder:
        recorder.add([*accesses(20, pid=1), *accesses(20, pid=2)])
    assert [*Recording.open(path).accesses(pid=2)] == [*accesses(20, pid=2)]


def test_what_a_machine_tells_of_itself_is_kept(tmp_path: Path) -> None:
    devices = (MappedDevice("pm", "pio", 0x600, 64), MappedDevice("hpet", "mmio", 0xFED00000, 1024))
    about = replace(ABOUT, source="lightexit", vm_started=START - 5, devices=devices)
    found = Recording.open(record(tmp_path / "a.parquet", 3, about)).about
    assert (found.devices, found.vm_started, found.source) == (devices, START - 5, "lightexit")


def test_no_file_is_replaced_unasked(tmp_path: Path) -> None:
    path = record(tmp_path / "a.parquet", 3)
    with pytest.raises(AuthorError, match="is there already"):
        RecordingWriter(path, ABOUT, find_vm)
    with RecordingWriter(path, ABOUT, find_vm, force=True) as recorder:
        recorder.add(accesses(5))
        assert len(Recording.open(path)) == 3
    assert len(Recording.open(path)) == 5


def test_an_unfinished_recording_is_not_deleted_unasked(tmp_path: Path) -> None:
    path, folder = tmp_path / "a.parquet", tmp_path / "a.parquet.parts"
    killed = RecordingWriter(path, ABOUT, find_vm, rows=10)
    killed.add(accesses(35))
    (folder / "notes.txt").write_text("not ours")
    with pytest.raises(AuthorError) as refused:
        RecordingWriter(path, ABOUT, find_vm)
    assert refused.value.hint == f"lightexit record --from {folder} -o {path}"
    with RecordingWriter(path, ABOUT, find_vm, force=True) as recorder:
        recorder.add(accesses(5))
    assert len(Recording.open(path)) == 5
    assert [each.name for each in folder.iterdir()] == ["notes.txt"]


def test_only_regular_files_are_replaced(tmp_path: Path) -> None:
    with pytest.raises(AuthorError, match="/dev/null is no regular file"):
        RecordingWriter(Path("/dev/null"), ABOUT, find_vm, force=True)
    with pytest.raises(AuthorError, match="there is no folder"):
        RecordingWriter(tmp_path / "none" / "a.parquet", ABOUT, find_vm)
    assert [*tmp_path.iterdir()] == []


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "is no Parquet file"),
        (b"PAR1", "is cut off"),
        (b"\x7fELF" + bytes(100), "is no Parquet file"),
        (b"PAR1" + bytes(100), "is cut off"),
        (b"PAR1" + bytes(100) + b"PAR1", "is damaged"),
    ],
)
def test_other_files_are_refused(content: bytes, said: str, tmp_path: Path) -> None:
    path = tmp_path / "x.parquet"
    path.write_bytes(content)
    with pytest.raises(AuthorError, match=said) as refused:
        Recording.open(path)
    assert "\n" not in refused.value.found


def test_what_is_no_regular_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(AuthorError, match="no such file"):
        Recording.open(tmp_path / "none.parquet")
    with pytest.raises(AuthorError, match="no regular file"):
        Recording.open(Path("/dev/null"))
    with pytest.raises(AuthorError, match="a folder with no part of a recording"):
        Recording.open(tmp_path)


def test_a_file_that_was_cut_off_is_refused(tmp_path: Path) -> None:
    path = record(tmp_path / "a.parquet", 1000)
    path.write_bytes(path.read_bytes()[:-100])
    with pytest.raises(AuthorError, match="is cut off") as refused:
        Recording.open(path)
    assert refused.value.advice == "copy the file again"


def test_accesses_before_damaged_ones_are_read(tmp_path: Path) -> None:
    path = record(tmp_path / "a.parquet", 2000)
    pq.write_table(pq.read_table(path), path, row_group_size=1000)
    data = bytearray(path.read_bytes())
    column = pq.ParquetFile(path).metadata.row_group(1).column(0)
    first, size = column.dictionary_page_offset, column.total_compressed_size
    data[first : first + size] = bytes(size)
    path.write_bytes(data)
    found = Recording.open(path).accesses()
    assert [*islice(found, 1000)] == [*accesses(1000)]
    with pytest.raises(AuthorError, match="is damaged: of its 2,000 accesses the first 1,000 can"):
        next(found)


def test_other_parquet_files_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "x.parquet"
    pq.write_table(pa.table({"x": [1]}), path)
    with pytest.raises(AuthorError, match="is a Parquet file, but not one of lightexit's"):
        Recording.open(path)


def test_columns_are_looked_at(tmp_path: Path) -> None:
    path = tmp_path / "x.parquet"
    with pytest.raises(AuthorError, match="has no column value"):
        Recording.open(_with_metadata(path, _about(), schema().remove(11)))
    columns = schema().set(8, pa.field("address", pa.int64()))
    with pytest.raises(AuthorError, match="has column address of int64"):
        Recording.open(_with_metadata(path, _about(), columns))


def test_columns_and_keys_may_be_added(tmp_path: Path) -> None:
    columns = schema().append(pa.field("colour", pa.string()))
    path = _with_metadata(tmp_path / "x.parquet", _about(mood="good"), columns)
    assert len(Recording.open(path)) == 0


def test_another_format_is_refused(tmp_path: Path) -> None:
    path = _with_metadata(tmp_path / "x.parquet", {"format": 2, "anything": 1})
    with pytest.raises(AuthorError, match="has format 2") as refused:
        Recording.open(path)
    assert refused.value.advice == "a newer lightexit has written it, and reads it"


@pytest.mark.parametrize(
    "document",
    [
        [],
        {},
        7,
        _about(host=5),
        _about(lost="many"),
        _about(lost=True),
        _about(devices=[{}]),
        _about(devices=[5]),
        _about(devices="none"),
        _about(vm_started="then"),
    ],
)
def test_damaged_metadata_is_refused(document: object, tmp_path: Path) -> None:
    path = _with_metadata(tmp_path / "x.parquet", document)
    with pytest.raises(AuthorError, match="what it says of itself is damaged"):
        Recording.open(path)


def test_words_that_are_not_known_are_refused(tmp_path: Path) -> None:
    path = record(tmp_path / "a.parquet", 1)
    table = pq.read_table(path)
    answers = pa.array(["\x1b[31mghost"]).dictionary_encode()
    at = table.column_names.index("answer")
    field = pa.field("answer", answers.type, False)
    pq.write_table(table.set_column(at, field, answers), path)
    with pytest.raises(AuthorError, match=r"space mmio and answer \\x1b\[31mghost"):
        [*Recording.open(path).accesses()]


def test_about_is_immutable_json() -> None:
    document = json.loads(About("h", "tracepoints").to_bytes())
    assert document["format"] == 1
    assert {"host", "source", "started", "ended", "accesses", "lost"} < document.keys()


def _table(heading: str) -> list[list[str]]:
    """The cells of a section's table in docs/recording.md, without its head."""
    text = (Path(__file__).parents[3] / "docs" / "recording.md").read_text()
    section = text.partition(f"## {heading}\n")[2].partition("\n## ")[0]
    return [line.strip("| ").split(" | ") for line in section.splitlines() if line[:3] == "| `"]


def test_the_document_has_every_column_and_key() -> None:
    columns = {name.strip("`"): kind for name, kind, *_ in _table("Columns")}
    assert [*columns] == schema().names
    for field in schema():
        kind = "string" if pa.types.is_dictionary(field.type) else str(field.type)
        kind = kind.replace("tz=", "")
        assert columns[field.name] == kind + (", may be null" if field.nullable else "")
    keys = [each for name, _ in _table("What a recording says of itself") for each in name.split()]
    assert {each.strip("`,") for each in keys} == {*json.loads(ABOUT.to_bytes())}


def test_the_document_has_the_layouts_of_liblightexits_files() -> None:
    text = (Path(__file__).parents[3] / "docs" / "recording.md").read_text()
    assert f"| head: {stream.HEAD.size} bytes | | record: {stream.RECORD.size} bytes | |" in text
