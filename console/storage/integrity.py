"""Is the database file sound? Asked in the background after a stop that was not in order, never in anybody's way."""

from __future__ import annotations

import logging
import threading
from enum import StrEnum

from console.storage.database import Database, DriverConnection, DriverError

_MOST_FINDINGS = 20
_log = logging.getLogger(__name__)


class Soundness(StrEnum):
    UNCHECKED = "unchecked"
    CHECKING = "checking"
    SOUND = "sound"
    DAMAGED = "damaged"


class IntegrityCheck:
    """One run of SQLite's quick_check (structure of every page, without the indexes' content) on its own thread.

    About 60 ms per MB of cold file: minutes for a large journal, so nobody waits for it.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._thread = threading.Thread(target=self._run, name="integrity", daemon=True)
        self._connection: DriverConnection | None = None
        self._stopping = False
        self.soundness = Soundness.UNCHECKED
        self.findings: tuple[str, ...] = ()
        """SQLite's own words, page numbers and table names only."""

    def start(self) -> None:
        self.soundness = Soundness.CHECKING
        self._thread.start()

    def wait(self, timeout: float | None = None) -> Soundness:
        self._thread.join(timeout)
        return self.soundness

    def stop(self) -> None:
        """Breaks the check off if it still runs."""
        self._stopping = True
        if self._connection is not None:
            self._connection.interrupt()
        if self._thread.ident is not None:
            self._thread.join(5)

    def _run(self) -> None:
        try:
            self._connection = connection = self._database.connect_reader()
            rows = [] if self._stopping else connection.execute(f"PRAGMA quick_check({_MOST_FINDINGS})").fetchall()
        except DriverError as error:
            if self._stopping:
                self.soundness = Soundness.UNCHECKED
                return
            rows = [(str(error),)]
        if rows == [("ok",)] or not rows:
            self.soundness = Soundness.SOUND if rows else Soundness.UNCHECKED
        else:
            self.findings = tuple(str(row[0]) for row in rows)
            self.soundness = Soundness.DAMAGED
            _log.error("the journal's file is damaged: stop the engine and restore a backup", extra={"code": "damaged"})
