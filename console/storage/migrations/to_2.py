"""Schema 2: messages and dead letters know whether they are test traffic of the harness."""

from __future__ import annotations

from sqlalchemy import Connection

from console.core.test_traffic import HARNESS_FACILITY


def mark_test_traffic(connection: Connection) -> None:
    """Adds the columns and fills them from the messages' sending facility."""
    for table in ("traces", "dead_letters"):
        connection.exec_driver_sql(f"ALTER TABLE {table} ADD COLUMN test BIGINT NOT NULL DEFAULT 0")
    connection.exec_driver_sql(
        "UPDATE traces SET test = 1 WHERE trace_id IN (SELECT trace_id FROM messages WHERE sending_facility = ?)",
        (HARNESS_FACILITY,),
    )
    connection.exec_driver_sql(
        "UPDATE dead_letters SET test = 1 WHERE message_event_id IN"
        " (SELECT event_id FROM messages WHERE sending_facility = ?)",
        (HARNESS_FACILITY,),
    )
