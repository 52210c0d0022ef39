"""Opening, creating, refusing."""

from __future__ import annotations

import stat
import sys
from pathlib import Path

import pytest
from sqlalchemy import func, select
from sqlcipher3 import dbapi2 as driver

from console.core.errors import EnvironmentFault, Refused
from console.storage import schema
from console.storage.database import open_database
from console.storage.migrations import migrate


def test_that_the_bundled_sqlite_is_past_the_wal_reset_bug() -> None:
    assert driver.sqlite_version_info >= (3, 51, 3)


@pytest.mark.skipif(sys.platform == "win32", reason="POSIX modes")
def test_that_a_new_journal_is_readable_by_its_owner_only(tmp_path: Path) -> None:
    database = open_database(tmp_path / "data" / "journal.db")
    database.close()
    assert stat.S_IMODE((tmp_path / "data").stat().st_mode) == 0o700
    assert stat.S_IMODE((tmp_path / "data" / "journal.db").stat().st_mode) == 0o600


def test_that_the_writer_is_durable_and_readers_cannot_write(tmp_path: Path) -> None:
    database = open_database(tmp_path / "journal.db")
    writer = database.connect_writer()
    assert writer.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    assert writer.execute("PRAGMA synchronous").fetchone() == (2,)
    reader = database.connect_reader()
    with pytest.raises(driver.OperationalError):
        reader.execute("INSERT INTO settings (name, value) VALUES ('a', 'b')")
    reader.close()
    writer.close()
    database.close()


def test_that_a_reader_sees_one_snapshot(tmp_path: Path) -> None:
    database = open_database(tmp_path / "journal.db")
    writer = database.connect_writer()
    count = select(func.count()).select_from(schema.watermarks)
    with database.reader() as reader:
        before = reader.scalar(count)
        writer.execute("INSERT INTO watermarks (name, seq) VALUES ('key_index', 7)")
        assert reader.scalar(count) == before
    with database.reader() as reader:
        assert reader.scalar(count) == (before or 0) + 1
    writer.close()
    database.close()


def test_that_a_database_of_a_newer_program_is_refused_with_what_to_do(tmp_path: Path) -> None:
    database = open_database(tmp_path / "journal.db")
    writer = database.connect_writer()
    writer.execute("UPDATE settings SET value = '99' WHERE name = 'schema_version'")
    writer.close()
    database.close()
    with pytest.raises(EnvironmentFault, match="newer Signalbox") as refused:
        open_database(tmp_path / "journal.db")
    assert refused.value.code == "schema-newer"


def test_that_foreign_files_and_folders_are_refused(tmp_path: Path) -> None:
    (tmp_path / "text.db").write_text("this is a letter, not a database. " * 100)
    with pytest.raises(EnvironmentFault) as refused:
        open_database(tmp_path / "text.db")
    assert refused.value.code == "not-a-database"
    foreign = driver.connect(str(tmp_path / "foreign.db"))
    foreign.execute("CREATE TABLE recipes (name)")
    foreign.commit()
    foreign.close()
    with pytest.raises(EnvironmentFault, match="another program"):
        open_database(tmp_path / "foreign.db")
    with pytest.raises(EnvironmentFault, match="cannot be opened"):
        open_database(tmp_path)


@pytest.mark.parametrize("url", ["postgresql://hospital/signalbox", "postgresql+psycopg://x/y", "mysql://x/y"])
def test_that_a_foreign_database_url_is_refused_by_the_options_name(url: str) -> None:
    with pytest.raises(Refused, match="--database"):
        open_database(url)


def test_that_a_sqlite_url_names_a_file(tmp_path: Path) -> None:
    database = open_database(f"sqlite:///{tmp_path}/elsewhere.db")
    assert database.path == tmp_path / "elsewhere.db"
    database.close()


def test_that_opening_twice_changes_nothing(tmp_path: Path) -> None:
    open_database(tmp_path / "journal.db").close()
    before = (tmp_path / "journal.db").read_bytes()
    open_database(tmp_path / "journal.db").close()
    assert (tmp_path / "journal.db").read_bytes() == before


def test_that_migrations_run_in_order_and_only_the_missing_ones(tmp_path: Path) -> None:
    from sqlalchemy import create_engine

    ran: list[int] = []
    steps = {version: (lambda _c, v=version: ran.append(v)) for version in (2, 3, 4)}
    engine = create_engine(f"sqlite:///{tmp_path}/m.db")
    with engine.begin() as connection:
        assert migrate(connection, steps=steps, target=2) == 0
    assert ran == []  # a new database is made whole, there is nothing to migrate
    with engine.begin() as connection:
        assert migrate(connection, steps=steps, target=4) == 2
        assert migrate(connection, steps=steps, target=4) == 4
    assert ran == [3, 4]
    engine.dispose()
