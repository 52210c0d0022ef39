"""Messages out of files as people have them."""

from __future__ import annotations

import io
from pathlib import Path

import pytest

from console.core.errors import EnvironmentFault, Refused
from console.harness.single.message_files import in_bytes, messages_of

ONE = b"MSH|^~\\&|A|B|C|D|1||ADT^A01|1|T|2.5\rPID|1\r"
TWO = ONE.replace(b"|1|T|", b"|2|T|")


def payloads(data: bytes) -> list[bytes]:
    return [found.payload for found in in_bytes(data, "file")]


def test_that_frames_plain_files_and_glued_messages_are_found() -> None:
    assert payloads(ONE) == [ONE]
    assert payloads(b"\x0b" + ONE + b"\x1c\r\x0b" + TWO + b"\x1c\r") == [ONE, TWO]
    assert payloads(ONE + TWO) == [ONE, TWO]
    assert payloads((ONE + TWO).replace(b"\r", b"\n")) == [ONE, TWO]
    assert payloads(ONE.replace(b"\r", b"\r\n")) == [ONE]
    assert payloads(b"\xef\xbb\xbf" + ONE) == [ONE]


def test_that_a_batch_stays_whole_and_nonsense_is_sent_as_it_is() -> None:
    batch = b"FHS|^~\\&|A\rBHS|^~\\&|A\r" + ONE + TWO + b"BTS|2\rFTS|1\r"
    assert payloads(batch) == [batch]
    assert payloads(b"hello") == [b"hello"]
    with pytest.raises(Refused, match="no message"):
        in_bytes(b"\r\n", "file")


def test_that_a_folder_is_read_by_name_with_its_folders(tmp_path: Path) -> None:
    (tmp_path / "b").mkdir()
    (tmp_path / "b" / "1.hl7").write_bytes(TWO)
    (tmp_path / "a.txt").write_bytes(ONE)
    (tmp_path / "notes.md").write_text("no message")
    assert [found.name for found in messages_of([str(tmp_path)])] == ["a.txt", str(Path("b") / "1.hl7")]
    (tmp_path / "empty").mkdir()
    with pytest.raises(Refused, match="holds no message file"):
        list(messages_of([str(tmp_path / "empty")]))
    with pytest.raises(EnvironmentFault, match="cannot be read"):
        list(messages_of([str(tmp_path / "missing.hl7")]))


def test_that_standard_input_is_a_place(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(ONE + TWO)))
    assert [found.name for found in messages_of(["-"])] == ["standard input (1)", "standard input (2)"]
