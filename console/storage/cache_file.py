"""The cache's encrypted file: checked before it is trusted, set aside and rebuilt when unsound.

SQLCipher (AES-256, an HMAC per page) under a random 256-bit key, so a flipped byte is an error and never a wrong
answer. Whatever happens to the file, the program gets a working cache: a fresh one, or one in memory.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from threading import RLock
from typing import Any, TypeVar

from sqlcipher3 import dbapi2 as sqlcipher

from console.core.clock import Clock

T = TypeVar("T")

SCHEMA_VERSION = 1
KEY_BYTES = 32
_CHECK_WHOLE_FILE_UP_TO = 64 * 1024 * 1024
_KEPT_ASIDE = 2

_SCHEMA = """
CREATE TABLE positions (
    source TEXT PRIMARY KEY, instance TEXT NOT NULL, floor INTEGER NOT NULL, seq INTEGER NOT NULL,
    floor_at INTEGER NOT NULL, heard_at INTEGER NOT NULL
) WITHOUT ROWID;
CREATE TABLE traces (
    trace_id TEXT PRIMARY KEY, source TEXT NOT NULL, patient_id TEXT NOT NULL, encounter_id TEXT NOT NULL,
    first_at INTEGER NOT NULL, last_at INTEGER NOT NULL, kept_at INTEGER NOT NULL, viewed_at INTEGER NOT NULL
) WITHOUT ROWID;
CREATE INDEX ix_traces_encounter ON traces (encounter_id, first_at);
CREATE INDEX ix_traces_patient ON traces (patient_id, first_at);
CREATE INDEX ix_traces_kept ON traces (kept_at);
CREATE TABLE events (
    trace_id TEXT NOT NULL, event_id TEXT NOT NULL, seq INTEGER NOT NULL, body BLOB NOT NULL,
    PRIMARY KEY (trace_id, event_id)
) WITHOUT ROWID;
CREATE INDEX ix_events_event ON events (event_id);
CREATE TABLE keys (
    value TEXT NOT NULL, kind TEXT NOT NULL, assigner TEXT NOT NULL, trace_id TEXT NOT NULL, shown TEXT NOT NULL,
    PRIMARY KEY (value, kind, assigner, trace_id)
) WITHOUT ROWID;
CREATE INDEX ix_keys_trace ON keys (trace_id);
CREATE TABLE patients (
    patient_id TEXT PRIMARY KEY, birth_date TEXT NOT NULL, body BLOB NOT NULL, fetched_at INTEGER NOT NULL
) WITHOUT ROWID;
CREATE TABLE patient_words (word TEXT NOT NULL, patient_id TEXT NOT NULL, PRIMARY KEY (word, patient_id)) WITHOUT ROWID;
CREATE INDEX ix_patient_words ON patient_words (patient_id);
CREATE TABLE patient_identifiers (
    value TEXT NOT NULL, patient_id TEXT NOT NULL, PRIMARY KEY (value, patient_id)
) WITHOUT ROWID;
CREATE INDEX ix_patient_identifiers ON patient_identifiers (patient_id);
CREATE TABLE encounters (
    encounter_id TEXT PRIMARY KEY, patient_id TEXT NOT NULL, visit TEXT NOT NULL, last_at TEXT NOT NULL,
    body BLOB NOT NULL, fetched_at INTEGER NOT NULL
) WITHOUT ROWID;
CREATE INDEX ix_encounters_patient ON encounters (patient_id);
CREATE INDEX ix_encounters_visit ON encounters (visit);
CREATE TABLE documents (
    kind TEXT NOT NULL, id TEXT NOT NULL, body BLOB NOT NULL, fetched_at INTEGER NOT NULL,
    PRIMARY KEY (kind, id)
) WITHOUT ROWID;
CREATE INDEX ix_documents_fetched ON documents (fetched_at);
CREATE TABLE looks (
    opens TEXT NOT NULL, target_id TEXT NOT NULL, subject TEXT NOT NULL, person TEXT NOT NULL, at INTEGER NOT NULL,
    PRIMARY KEY (opens, target_id)
) WITHOUT ROWID;
"""


class CacheState(StrEnum):
    """How the cache came up. Anything but `ready` and `memory` is worth a line to the person."""

    READY = "ready"
    MEMORY = "memory"
    REBUILT = "rebuilt"
    IN_USE = "in-use"
    NOT_WRITABLE = "not-writable"


@dataclass(frozen=True, slots=True)
class CacheNotice:
    """`text` says what happened and what it means; `set_aside` is where the unsound file went."""

    state: CacheState
    text: str = ""
    set_aside: Path | None = None


class CacheFile:
    """One connection to the cache, for one process; calls may come from any thread, one at a time.

    `path` None keeps everything in memory (shared workstations, or no place to keep a key).
    """

    def __init__(self, path: Path | None, key: bytes, *, clock: Clock) -> None:
        if len(key) != KEY_BYTES:
            raise ValueError(f"the cache key has {KEY_BYTES} bytes")
        self._key = key
        self._clock = clock
        self._lock = RLock()
        self.path = path
        self.notice = CacheNotice(CacheState.READY if path else CacheState.MEMORY)
        self._connection = self._open()

    def run(self, job: Callable[[Any], T], fallback: T) -> T:
        """Runs `job` with the connection, in one transaction.

        A file that turns out unsound is set aside and rebuilt; the answer is then `fallback`: an empty cache's.
        """
        with self._lock:
            try:
                with self._connection:
                    return job(self._connection)
            except sqlcipher.OperationalError as error:
                if _is_damage(error):
                    self._rebuild(error)
                elif self.path is not None:
                    self._leave_the_disk(error)
                else:
                    raise
            except sqlcipher.DatabaseError as error:
                self._rebuild(error)
            return fallback

    def size(self) -> int:
        """Bytes the cache takes, on disk or in memory."""

        def measure(connection: Any) -> int:
            pages, free, octets = (
                int(connection.execute(f"PRAGMA {name}").fetchone()[0])
                for name in ("page_count", "freelist_count", "page_size")
            )
            return (pages - free) * octets

        return self.run(measure, 0)

    def close(self) -> None:
        with self._lock:
            self._connection.close()

    # ------------------------------------------------------------------------------------------------- opening

    def _open(self) -> Any:
        if self.path is None:
            return self._prepare(self._connect(":memory:"))
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            os.close(os.open(self.path, os.O_RDWR | os.O_CREAT, 0o600))
            self.path.chmod(0o600)
        except OSError as error:
            return self._in_memory(CacheState.NOT_WRITABLE, f"The cache file cannot be written ({error.strerror}).")
        try:
            return self._checked(self._connect(str(self.path)))
        except sqlcipher.OperationalError as error:
            if "locked" in str(error):
                return self._in_memory(CacheState.IN_USE, "Another window of this program holds the cache.")
            if not _is_damage(error):
                return self._in_memory(CacheState.NOT_WRITABLE, "The cache file cannot be used on this disk.")
        except sqlcipher.DatabaseError:
            pass
        return self._fresh("The kept copy could not be read with this key or was damaged.")

    def _connect(self, target: str) -> Any:
        connection = sqlcipher.connect(target, check_same_thread=False, timeout=1.0, isolation_level="IMMEDIATE")
        connection.execute(f"PRAGMA key = \"x'{self._key.hex()}'\"")
        return connection

    def _prepare(self, connection: Any) -> Any:
        try:
            connection.execute("PRAGMA locking_mode = EXCLUSIVE")
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute("PRAGMA synchronous = NORMAL")
            connection.execute("PRAGMA cache_size = -16000")
            version = connection.execute("PRAGMA user_version").fetchone()[0]
            if version != SCHEMA_VERSION:
                with connection:
                    _drop_all(connection)
                    for statement in _SCHEMA.split(";\n"):
                        connection.execute(statement)
                    connection.execute(f"PRAGMA user_version = {SCHEMA_VERSION}")
            with connection:
                connection.execute("DELETE FROM documents WHERE kind = ''")  # takes the exclusive lock now
        except BaseException:
            connection.close()
            raise
        return connection

    def _checked(self, connection: Any) -> Any:
        """The connection, once its pages proved sound: all of them in a small file, the tables' roots in a big one."""
        assert self.path is not None
        try:
            connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
            if self.path.stat().st_size <= _CHECK_WHOLE_FILE_UP_TO:
                faults = connection.execute("PRAGMA cipher_integrity_check").fetchall()
                faults += [row for row in connection.execute("PRAGMA quick_check(1)") if row[0] != "ok"]
                if faults:
                    raise sqlcipher.DatabaseError("pages fail their check")
        except BaseException:
            connection.close()
            raise
        return self._prepare(connection)

    # ----------------------------------------------------------------------------------------------- unsoundness

    def _rebuild(self, error: Exception) -> None:
        self._connection.close()
        if self.path is None:
            self._connection = self._prepare(self._connect(":memory:"))
            return
        self._connection = self._fresh(f"The kept copy was damaged ({type(error).__name__}).")

    def _fresh(self, why: str) -> Any:
        """A new empty file in place of the unsound one, which is kept aside, still encrypted."""
        assert self.path is not None
        aside = self.path.with_name(f"{self.path.name}.set-aside-{self._stamp()}")
        try:
            for suffix in ("-wal", "-shm", "-journal"):
                self.path.with_name(self.path.name + suffix).unlink(missing_ok=True)
            self.path.replace(aside)
            self._forget_old_asides()
            os.close(os.open(self.path, os.O_RDWR | os.O_CREAT, 0o600))
            connection = self._prepare(self._connect(str(self.path)))
        except (OSError, sqlcipher.DatabaseError):
            return self._in_memory(CacheState.NOT_WRITABLE, f"{why} A new one could not be made.")
        self.notice = CacheNotice(
            CacheState.REBUILT, f"{why} It was set aside and a new one begun; the sources have everything.", aside
        )
        return connection

    def _leave_the_disk(self, error: Exception) -> None:
        self._connection.close()
        self._connection = self._in_memory(
            CacheState.NOT_WRITABLE, f"The cache file cannot be written any more ({error})."
        )

    def _in_memory(self, state: CacheState, why: str) -> Any:
        self.path = None
        self.notice = CacheNotice(state, f"{why} What is seen now is kept in memory until the program ends.")
        return self._prepare(self._connect(":memory:"))

    def _stamp(self) -> str:
        moment: datetime = self._clock()
        return moment.strftime("%Y%m%dT%H%M%S%fZ")

    def _forget_old_asides(self) -> None:
        assert self.path is not None
        for old in sorted(self.path.parent.glob(f"{self.path.name}.set-aside-*"))[:-_KEPT_ASIDE]:
            old.unlink(missing_ok=True)


def _is_damage(error: Exception) -> bool:
    """Whether an OperationalError means unsound pages rather than a full disk or a lock."""
    text = str(error)
    return any(sign in text for sign in ("malformed", "not a database", "hmac", "decrypt", "no such table", "corrupt"))


def _drop_all(connection: Any) -> None:
    tables = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
    for (name,) in tables:
        connection.execute(f'DROP TABLE "{name}"')
