"""Stopping a request's database statements from outside the thread that runs them."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Connection


class Interruptible:
    """The database connections one request uses. Thread-safe."""

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._using: set[Connection] = set()
        self._stopped = False

    @property
    def stopped(self) -> bool:
        return self._stopped

    @contextmanager
    def using(self, connection: Connection) -> Iterator[Connection]:
        """Registers the connection for as long as the block runs."""
        with self._guard:
            self._using.add(connection)
        try:
            yield connection
        finally:
            with self._guard:
                self._using.discard(connection)

    def interrupt(self) -> None:
        """Ends the statements that run now; they raise in their own thread."""
        with self._guard:
            self._stopped = True
            for connection in self._using:
                driver = connection.connection.driver_connection
                if driver is not None:
                    driver.interrupt()
