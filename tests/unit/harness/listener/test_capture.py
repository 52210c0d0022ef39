"""What is kept on the disk: whole records in order, readable meanwhile, never less than was answered."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from console.core.errors import EnvironmentFault, Refused
from console.harness.listener.capture import CaptureReceiving, count, filed, planted, read_capture
from console.harness.listener.capture_writing import CaptureWriter
from console.harness.listener.captured import FRAMES, INDEX, RECORD, CaptureFlag
from console.harness.listener.script import Answer, Defect, DefectKind, Filing, Match, Rule, Script
from console.harness.listener.showing import capture_summary, export
from tests.builders.engine_process import message
from tests.builders.scripted_listener import listening, peer


def writer(folder: Path) -> CaptureWriter:
    return CaptureWriter(folder, about={"rules": ["script", "one"]}, script="")


async def test_that_everything_that_came_is_kept_with_its_answer(tmp_path: Path) -> None:
    folder = tmp_path / "capture"
    script = Script(rules=(Rule("no", Match(nth=(2,)), Answer(code="AE")),))
    async with listening(script, capture=folder) as (_, address):
        async with peer(address) as first, peer(address) as second:
            await first.ask(message("1"))
            await second.ask(message("2"))
            await first.ask(message("3"))
            await first.ask(b"no hl7")
        kept = list(read_capture(folder))
    assert [one.payload for one in kept] == [message("1"), message("2"), message("3"), b"no hl7"]
    assert [(one.number, one.connection, one.sequence) for one in kept] == [(1, 1, 1), (2, 2, 1), (3, 1, 2), (4, 1, 3)]
    assert [(one.code, one.rule) for one in kept] == [
        ("AA", "script"),
        ("AE", "no"),
        ("AA", "script"),
        ("AR", "script"),
    ]
    assert [one.filed for one in kept] == [True, False, True, False]
    assert kept[3].flags == CaptureFlag.REFUSED
    assert kept[0].at_ns <= kept[1].at_ns


async def test_that_the_disk_has_a_message_before_its_sender_has_the_answer(tmp_path: Path) -> None:
    async with listening(Script(), capture=tmp_path / "c") as (_, address), peer(address) as sender:
        for n in range(1, 20):
            await sender.ask(message(f"{n}"))
            assert count(tmp_path / "c") >= n
            assert [one.number for one in read_capture(tmp_path / "c", after=n - 1)] == [n]


def test_that_files_and_folder_are_the_owners_alone(tmp_path: Path) -> None:
    folder = tmp_path / "deep" / "capture"
    writer(folder).close()
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert stat.S_IMODE(folder.parent.stat().st_mode) == 0o700
    assert {stat.S_IMODE(path.stat().st_mode) for path in folder.iterdir()} == {0o600}


def test_that_a_folder_with_a_capture_is_not_written_over(tmp_path: Path) -> None:
    writer(tmp_path / "c").close()
    with pytest.raises(Refused, match="holds a capture already"):
        writer(tmp_path / "c")


@pytest.mark.parametrize(("file", "size"), [(INDEX, 2 * RECORD.size - 5), (FRAMES, 19)])
def test_that_reading_ends_with_the_last_whole_record(file: str, size: int, tmp_path: Path) -> None:
    made = writer(tmp_path / "c")
    for n in range(3):
        made.keep(n, b"0123456789", 1, n + 1, 1, 1, 4)
    made.write()
    made.close()
    os.truncate(tmp_path / "c" / file, size)
    assert [one.number for one in read_capture(tmp_path / "c")] == [1]


def test_that_a_full_disk_leaves_whole_records_and_writing_goes_on_after_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = writer(tmp_path / "c")
    made.keep(1, b"first", 1, 1, 0, 1, 4)
    made.write()
    real = os.write
    monkeypatch.setattr(os, "write", lambda fd, data: real(fd, bytes(data)[:3]) if len(data) > 5 else _full())
    made.keep(2, b"second that does not fit", 1, 2, 0, 1, 4)
    with pytest.raises(OSError, match="No space"):
        made.write()
    monkeypatch.undo()
    made.keep(3, b"third", 1, 3, 0, 1, 4)
    made.write()
    made.close()
    assert [one.payload for one in read_capture(tmp_path / "c")] == [b"first", b"third"]


def _full() -> int:
    raise OSError(28, "No space left on device")


async def test_that_what_cannot_be_kept_is_never_answered_aa(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real = os.write
    full = [False]
    monkeypatch.setattr(os, "write", lambda fd, data: _full() if full[0] else real(fd, data))
    async with listening(Script(), capture=tmp_path / "c") as (listener, address):
        async with peer(address) as sender:
            assert (await sender.ask(message("1"))).code == "AA"
            full[0] = True
            await sender.send(message("2"))
            assert await sender.rest() == b"", "the connection ends without an answer"
        assert "No space" in listener.trouble
        async with peer(address) as sender:
            assert (await sender.ask(message("2"))).code == "AE"
        full[0] = False
        listener._try_again()
        async with peer(address) as sender:
            assert (await sender.ask(message("2"))).code == "AA"
        assert [one.payload for one in read_capture(tmp_path / "c")] == [message("1"), message("2")]


def test_that_there_is_no_capture_where_there_is_none(tmp_path: Path) -> None:
    with pytest.raises(Refused, match="holds no capture"):
        list(read_capture(tmp_path))
    (tmp_path / "capture.json").write_text("[")
    with pytest.raises(EnvironmentFault, match="cannot be read"):
        list(read_capture(tmp_path))


async def test_that_the_store_of_a_capture_can_be_asked_and_tells_planted_defects(tmp_path: Path) -> None:
    text = '[filing]\n[[filing.defects]]\nkind = "lose"\nnumbers = [2]\n'
    script = Script(text=text, filing=Filing(defects=(Defect(DefectKind.LOSE, numbers=(2,)),)))
    async with listening(script, capture=tmp_path / "c") as (_, address), peer(address) as sender:
        for n in range(3):
            await sender.ask(message(f"{n}", value_of(n)))
    receiving = CaptureReceiving(tmp_path / "c")
    found = [one async for one in receiving.filed(())]
    assert found == filed(tmp_path / "c")
    assert [(one.key[0], one.value, one.control_id) for one in found] == [("F0", "0.5", "0"), ("F2", "2.5", "2")]
    assert [one.key[0] async for one in receiving.filed([("F2", "718-7", "")])] == ["F2"]
    assert await receiving.settled()
    assert planted(tmp_path / "c") == [], "a listener without its running part notes nothing"


def value_of(n: int) -> str:
    return f"{n}.5"


async def test_that_a_capture_is_summed_up_and_exported(tmp_path: Path) -> None:
    async with listening(Script(), capture=tmp_path / "c") as (_, address), peer(address) as sender:
        for control_id in ("A/../1", "2", "2"):
            await sender.ask(message(control_id))
        await sender.ask(b"no hl7")
    summary = capture_summary(tmp_path / "c")
    assert (summary["messages"], summary["filed"], summary["refused"]) == (4, 3, 1)
    assert summary["types"] == {"ORU^R01": 3, "unreadable": 1}
    assert summary["answers"] == {"AA": 3, "AR": 1}
    assert summary["findings"]["duplicates"] == 1
    assert export(tmp_path / "c", tmp_path / "out") == 4
    names = sorted(path.name for path in (tmp_path / "out").iterdir())
    assert names == ["000001-A_.._1.hl7", "000002-2.hl7", "000003-2.hl7", "000004-without-id.hl7"]
    assert (tmp_path / "out" / names[0]).read_bytes() == message("A/../1")
    with pytest.raises(EnvironmentFault, match="empty folder"):
        export(tmp_path / "c", tmp_path / "out")
