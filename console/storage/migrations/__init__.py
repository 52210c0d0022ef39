"""Schema versions: which steps bring an older database up to this program's tables.

Each step is a function of the open connection and runs, with the new version number, in one transaction: a crash
leaves the old schema or the new one, never something between.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from sqlalchemy import Connection, insert, inspect, select, update

from console.core.errors import EnvironmentFault
from console.storage import schema
from console.storage.migrations import to_2

Step = Callable[[Connection], None]

STEPS: Mapping[int, Step] = {2: to_2.mark_test_traffic}
"""Version reached -> the step that gets there from the version before. Version 1 is what `create_all` makes."""

_VERSION_NAME = "schema_version"


def migrate(connection: Connection, *, steps: Mapping[int, Step] = STEPS, target: int = schema.SCHEMA_VERSION) -> int:
    """Brings the database behind `connection` to version `target`; gives the version it had (0: it was empty).

    The caller holds the transaction. Raises EnvironmentFault (code `schema-newer`) when a newer program wrote it,
    `not-a-journal` when it holds foreign tables only.
    """
    found = _version(connection)
    if found > target:
        raise EnvironmentFault(
            f"This data was written by a newer Signalbox (schema {found}; this program knows {target}). "
            "Install the newer version, or start with another --data folder.",
            code="schema-newer",
            retryable=False,
        )
    for version in range(found + 1, target + 1):
        if found and version in steps:
            steps[version](connection)
    schema.metadata.create_all(connection)
    if found != target:
        _write_version(connection, target)
    return found


def _version(connection: Connection) -> int:
    tables = set(inspect(connection).get_table_names())
    if not tables:
        return 0
    if schema.settings.name not in tables or schema.events.name not in tables:
        raise EnvironmentFault(
            "This database belongs to another program. Start with another --data folder.",
            code="not-a-journal",
            retryable=False,
        )
    text = connection.scalar(select(schema.settings.c.value).where(schema.settings.c.name == _VERSION_NAME))
    return int(text) if text else 0


def _write_version(connection: Connection, version: int) -> None:
    changed = connection.execute(
        update(schema.settings).where(schema.settings.c.name == _VERSION_NAME).values(value=str(version))
    )
    if changed.rowcount == 0:
        connection.execute(insert(schema.settings).values(name=_VERSION_NAME, value=str(version)))
