"""The write-ahead log is copied into the database beside the writer, so that no commit waits for it.

SQLite would do it inside the commit that crosses a limit, 10 to 80 ms at a busy time. Here a thread of its own copies
what is committed (a PASSIVE checkpoint disturbs nobody). A log can only begin anew when all of it has been copied and
nobody writes meanwhile: when it has grown large the thread copies what there is and then asks the writer to copy the
small rest between two commits.
"""

from __future__ import annotations

import logging
import threading

from console.core.errors import EnvironmentFault
from console.storage.database import Database, DriverConnection, DriverError, fault_of

EVERY_S = 0.2
LARGE_PAGES = 8_192
"""Pages in the log (4 kB each) from which it should begin anew."""
_PASSES = 3
"""Copies made one right after the other before the writer is asked: each has less to do than the one before."""

_PASSIVE = "PRAGMA wal_checkpoint(PASSIVE)"
_log = logging.getLogger(__name__)


class Checkpointer:
    """One per journal. `committed` is called after every commit; `wanted` tells the writer that it should finish."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._thread = threading.Thread(target=self._run, name="checkpointer", daemon=True)
        self._work = threading.Event()
        self._stopping = threading.Event()
        self.wanted = False
        """The writer should run one checkpoint itself, now that little is left to copy; it sets this back."""

    def start(self) -> None:
        self._thread.start()

    def committed(self) -> None:
        self._work.set()

    def stop(self) -> None:
        self._stopping.set()
        self._work.set()
        if self._thread.ident is not None:
            self._thread.join()

    def _run(self) -> None:
        connection = None
        failing = False
        while True:
            self._work.wait()
            if self._stopping.wait(EVERY_S):
                break
            self._work.clear()
            try:
                connection = connection or self._database.connect_writer()
                if self._copy(connection) >= LARGE_PAGES:
                    for _ in range(_PASSES - 1):
                        self._copy(connection)
                    self.wanted = True
                failing = False
            except (DriverError, EnvironmentFault) as error:  # the writer meets the same fault; here nothing is lost
                if not failing:
                    fault = error if isinstance(error, EnvironmentFault) else fault_of(error, self._database.path)
                    _log.warning("a checkpoint failed", extra={"code": fault.code if fault else type(error).__name__})
                failing = True
        if connection is not None:
            connection.close()

    def _copy(self, connection: DriverConnection) -> int:
        """Copies what is committed by now; gives the pages in the log."""
        _busy, in_log, _copied = connection.execute(_PASSIVE).fetchone()
        return int(in_log)
