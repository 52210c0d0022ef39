"""The background check finds damage and can be broken off."""

from __future__ import annotations

from pathlib import Path

from console.storage.database import Database, open_database
from console.storage.integrity import IntegrityCheck, Soundness
from console.storage.journal import Journal


def test_that_a_sound_file_is_called_sound(database: Database) -> None:
    check = IntegrityCheck(database)
    assert check.soundness is Soundness.UNCHECKED
    check.start()
    assert check.wait(10) is Soundness.SOUND
    check.stop()


def test_that_a_damaged_page_is_found(tmp_path: Path) -> None:
    database = open_database(tmp_path / "journal.db")
    journal = Journal(database)
    journal.start()
    for n in range(50):
        journal.submit(
            lambda write, n=n: write.execute("INSERT INTO settings (name, value) VALUES (?, ?)", (f"n{n}", "x" * 2000))  # type: ignore[misc]
        ).result(10)
    journal.stop()
    database.close()
    content = bytearray((tmp_path / "journal.db").read_bytes())
    for page in range(len(content) // 4096 - 8, len(content) // 4096):
        content[page * 4096 : page * 4096 + 64] = b"\xff" * 64
    (tmp_path / "journal.db").write_bytes(content)
    check = IntegrityCheck(Database(tmp_path / "journal.db"))
    check.start()
    assert check.wait(10) is Soundness.DAMAGED
    assert check.findings
