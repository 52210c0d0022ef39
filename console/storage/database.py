"""The journal's database file: how it is opened, who may write, and which driver errors mean what.

SQLite 3.53 from `sqlcipher3` (as a plain, unencrypted file): the interpreter's own SQLite may be older than 3.51.3,
which can corrupt a WAL that several connections write and checkpoint (sqlite.org/wal.html, "WAL-reset bug").
One connection writes (the journal's); any number read. Readers are SQLAlchemy connections; the writer and the hot
readers are driver connections, because a message costs less than a Core statement does.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Protocol

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import NullPool, QueuePool
from sqlcipher3 import dbapi2 as driver

from console.core.errors import EnvironmentFault, Refused, SignalboxError
from console.storage.migrations import migrate

BUSY_TIMEOUT_MS = 5_000
"""How long a connection waits for another process's lock. Inside the engine nobody ever waits: one writer."""

_READERS = 4
_READERS_OVERFLOW = 28

_WRITER_PRAGMAS = (
    f"PRAGMA busy_timeout={BUSY_TIMEOUT_MS}",
    "PRAGMA journal_mode=WAL",
    "PRAGMA synchronous=FULL",
    "PRAGMA wal_autocheckpoint=0",  # see checkpointer
    "PRAGMA fullfsync=ON",  # macOS: fsync alone does not reach the platter there
    "PRAGMA checkpoint_fullfsync=ON",
    "PRAGMA cache_size=-32768",  # 32 MiB
    "PRAGMA trusted_schema=OFF",
)
_READER_PRAGMAS = (
    f"PRAGMA busy_timeout={BUSY_TIMEOUT_MS}",
    "PRAGMA query_only=ON",
    "PRAGMA cache_size=-8192",
    "PRAGMA trusted_schema=OFF",
)

# Result codes (sqlite.org/rescode.html) that blame the machine, not the statement.
_FULL = 13
_ENVIRONMENT_CODES = {
    5: ("store-locked", "Another program holds the database"),
    7: ("out-of-memory", "There is not enough memory"),
    8: ("store-read-only", "The database cannot be written"),
    10: ("store-io-error", "The disk reported an error"),
    _FULL: ("store-full", "The disk is full"),
    14: ("store-not-opened", "The database file cannot be opened"),
    23: ("store-read-only", "Access to the database was denied"),
}
_DAMAGED_CODES = {11: "store-damaged", 26: "not-a-database"}


class DriverCursor(Protocol):
    """What the house uses of a DB-API cursor."""

    rowcount: int

    def fetchone(self) -> Any: ...
    def fetchall(self) -> list[Any]: ...
    def __iter__(self) -> Iterator[Any]: ...


class DriverConnection(Protocol):
    """What the house uses of a driver connection; always in autocommit mode, transactions are spelled out."""

    @property
    def in_transaction(self) -> bool: ...
    def execute(self, sql: str, parameters: Sequence[Any] = ..., /) -> DriverCursor: ...
    def executemany(self, sql: str, rows: Any, /) -> DriverCursor: ...
    def interrupt(self) -> None: ...
    def close(self) -> None: ...


Connect = Callable[[str], DriverConnection]


def _connect(path: str) -> DriverConnection:
    connection: DriverConnection = driver.connect(
        path, isolation_level=None, check_same_thread=False, cached_statements=512
    )
    return connection


class Database:
    """One open database. Thread-safe except for the writer connection, which belongs to the journal's thread."""

    def __init__(self, path: Path, *, connect: Connect = _connect) -> None:
        self.path = path
        self._connect = connect
        self._readers = _reader_engine(path)

    def connect_writer(self) -> DriverConnection:
        """A new writing connection: WAL, synchronous=FULL. The journal keeps one, its checkpointer another.

        Raises EnvironmentFault when the file cannot be opened or is no database.
        """
        with translated(self.path):
            connection = self._connect(str(self.path))
            for pragma in _WRITER_PRAGMAS:
                connection.execute(pragma).fetchall()
        return connection

    def connect_reader(self) -> DriverConnection:
        """A new read-only driver connection for a thread that reads all day; the caller closes it."""
        with translated(self.path):
            connection = _connect(str(self.path))
            for pragma in _READER_PRAGMAS:
                connection.execute(pragma).fetchall()
        return connection

    @contextmanager
    def reader(self) -> Iterator[Connection]:
        """A pooled read-only SQLAlchemy connection showing one snapshot from the first statement on.

        Keep it short: while a snapshot is open the write-ahead log cannot be recycled.
        """
        with self._readers.connect() as connection, connection.begin():
            yield connection

    def close(self) -> None:
        self._readers.dispose()


def open_database(location: str | Path, *, connect: Connect = _connect) -> Database:
    """Opens (and creates or migrates) the database at a file path or `sqlite:///` URL.

    A new folder gets mode 0700, a new file 0600. Raises Refused for a URL of a database this version does not
    speak, EnvironmentFault when the file cannot be used.
    """
    path = _path_of(location)
    with translated(path):
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
    database = Database(path, connect=connect)
    _prepare(database)
    return database


def _path_of(location: str | Path) -> Path:
    if isinstance(location, Path):
        return location
    scheme, separator, rest = location.partition("://")
    if not separator:
        return Path(location)
    if scheme == "sqlite" and rest.startswith("/") and len(rest) > 1:
        return Path(rest[1:])
    if scheme.startswith(("postgres", "postgresql")):
        raise Refused(
            "--database: PostgreSQL is not supported by this version. Leave the option out to keep the journal in "
            "the data folder, or name a file: sqlite:////var/lib/signalbox/journal.db",
            code="database-not-supported",
        )
    raise Refused(
        f"--database: cannot use a {scheme!r} URL. Name a file: sqlite:////var/lib/signalbox/journal.db",
        code="database-not-supported",
    )


def _prepare(database: Database) -> None:
    writer = database.connect_writer()  # turns WAL on before anybody reads
    try:
        engine = create_engine(
            "sqlite://", module=driver, creator=lambda: _connect(str(database.path)), poolclass=NullPool
        )
        _begin_explicitly(engine, "BEGIN IMMEDIATE")
        with translated(database.path), engine.begin() as connection:
            migrate(connection)
        engine.dispose()
    finally:
        writer.close()


def _reader_engine(path: Path) -> Engine:
    def connect() -> DriverConnection:
        connection = _connect(str(path))
        for pragma in _READER_PRAGMAS:
            connection.execute(pragma).fetchall()
        return connection

    engine = create_engine(
        "sqlite://",
        module=driver,
        creator=connect,
        poolclass=QueuePool,
        pool_size=_READERS,
        max_overflow=_READERS_OVERFLOW,
    )
    _begin_explicitly(engine, "BEGIN")
    return engine


def _begin_explicitly(engine: Engine, statement: str) -> None:
    """The driver stays in autocommit; SQLAlchemy's transactions become real ones (SQLAlchemy docs: pysqlite)."""

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        connection.exec_driver_sql(statement)


# ---------------------------------------------------------------- errors


DriverError: type[Exception] = driver.Error


def is_environmental(error: BaseException) -> bool:
    """Whether the machine (disk, memory, locks) is to blame, so that the same statement may succeed later."""
    return _primary_code(error) in _ENVIRONMENT_CODES


def is_full(error: BaseException) -> bool:
    """Whether the disk (or the file's limit) is full."""
    return _primary_code(error) == _FULL


def fault_of(error: BaseException, path: Path) -> SignalboxError | None:
    """The error of ours that a driver's error means; None when the statement, or no driver, is to blame."""
    code = _primary_code(error)
    if code in _ENVIRONMENT_CODES:
        stable, text = _ENVIRONMENT_CODES[code]
        return EnvironmentFault(f"{text} ({path}).", code=stable, detail=str(error))
    if code in _DAMAGED_CODES:
        return EnvironmentFault(
            f"{path} is damaged or no Signalbox database. "
            "Restore it from a backup, or start with another --data folder.",
            code=_DAMAGED_CODES[code],
            detail=str(error),
            retryable=False,
        )
    return None


@contextmanager
def translated(path: Path) -> Iterator[None]:
    """Turns driver and operating system errors that are not our statements' fault into EnvironmentFault."""
    try:
        yield
    except OSError as error:
        raise EnvironmentFault(
            f"{path} cannot be opened: {error.strerror or error}.", code="store-not-opened", detail=str(error)
        ) from error
    except (driver.Error, DBAPIError) as error:
        fault = fault_of(getattr(error, "orig", None) or error, path)
        if fault is None:
            raise
        raise fault from error


def _primary_code(error: BaseException) -> int | None:
    code = getattr(error, "sqlite_errorcode", None)
    return code & 0xFF if isinstance(code, int) else None
