"""The desktop's kept copy, encrypted: events and whole answers, so that the road stays visible offline.

Nothing here is a truth of its own: everything came from a source and goes after its time. Events are stored as the API
gave them and folded by `evidence` when asked for, so an offline view is made by the same rules as a live one.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import orjson

from console.core.clock import Clock, from_micros, to_micros
from console.core.events import Event
from console.core.keys import fold_key, fold_name
from console.storage.cache_file import CacheFile, CacheNotice
from console.storage.cache_rows import drop_traces, gather_traces, known_events

JsonObject = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Limits:
    """How long and how much. A trace goes `retention` after it was kept or last looked at, whichever is later."""

    retention: timedelta = timedelta(hours=24)
    max_bytes: int = 2_000_000_000
    looks: int = 50


@dataclass(frozen=True, slots=True)
class Kept:
    """A kept answer and when it was fetched."""

    body: dict[str, Any]
    at: datetime


@dataclass(frozen=True, slots=True)
class Position:
    """What we hold of one source's journal: everything in [floor, seq], heard at `heard_at`.

    `instance` names the journal: another instance means the positions say nothing.
    """

    source: str
    instance: str
    floor: int
    seq: int
    floor_at: datetime
    heard_at: datetime


@dataclass(frozen=True, slots=True)
class KeptKey:
    """One key and the traces that carry it, newest first."""

    kind: str
    value: str
    assigner: str
    shown: str
    traces: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class KeptLook:
    """Something the person opened."""

    opens: str
    target_id: str
    subject: str
    person: str
    at: datetime


class Cache:
    """The kept copy. Calls may come from any thread and take a few milliseconds; batches of events take longer."""

    def __init__(self, path: Path | None, key: bytes, *, clock: Clock, limits: Limits | None = None) -> None:
        self.limits = limits or Limits()
        self._clock = clock
        self._file = CacheFile(path, key, clock=clock)

    @property
    def notice(self) -> CacheNotice:
        return self._file.notice

    def size(self) -> int:
        return self._file.size()

    def close(self) -> None:
        self._file.close()

    # -------------------------------------------------------------------------------------------------- events

    def keep_events(self, source: str, events: Sequence[JsonObject], at: datetime) -> None:
        """Stores events as the API gives them; one already stored stays as it was. One transaction."""
        if not events:
            return
        kept_at = to_micros(at)
        traces = gather_traces(events)
        rows = [(e["trace_id"], e["event_id"], int(e.get("seq", 0)), orjson.dumps(e)) for e in events]
        keys = [
            (fold_key(k["value"]), k["kind"], k.get("assigner", ""), e["trace_id"], k["value"])
            for e in events
            for k in e.get("keys", ())
        ]

        def store(connection: Any) -> None:
            connection.executemany("INSERT OR IGNORE INTO events VALUES (?, ?, ?, ?)", rows)
            connection.executemany("INSERT OR IGNORE INTO keys VALUES (?, ?, ?, ?, ?)", keys)
            connection.executemany(
                "INSERT INTO traces VALUES (?, ?, ?, ?, ?, ?, ?, 0) ON CONFLICT (trace_id) DO UPDATE SET"
                " patient_id = CASE excluded.patient_id WHEN '' THEN patient_id ELSE excluded.patient_id END,"
                " encounter_id = CASE excluded.encounter_id WHEN '' THEN encounter_id ELSE excluded.encounter_id END,"
                " first_at = min(first_at, excluded.first_at), last_at = max(last_at, excluded.last_at),"
                " kept_at = max(kept_at, excluded.kept_at)",
                [(t.trace_id, source, t.patient_id, t.encounter_id, t.first, t.last, kept_at) for t in traces],
            )

        self._file.run(store, None)

    def events_of_trace(self, identifier: str) -> list[Event]:
        """The kept events of a trace, by its id or by the id of any of its events. [] when none is kept."""

        def read(connection: Any) -> list[bytes]:
            row = connection.execute("SELECT trace_id FROM events WHERE event_id = ?", (identifier,)).fetchone()
            trace_id = row[0] if row else identifier
            found = connection.execute("SELECT body FROM events WHERE trace_id = ?", (trace_id,))
            return [body for (body,) in found]

        return known_events(self._file.run(read, []))

    def events_of_traces(self, trace_ids: Sequence[str]) -> dict[str, list[Event]]:
        """Kept events by trace, for those that are kept."""

        def read(connection: Any) -> dict[str, list[bytes]]:
            found: dict[str, list[bytes]] = {}
            for trace_id in trace_ids:
                rows = connection.execute("SELECT body FROM events WHERE trace_id = ?", (trace_id,)).fetchall()
                if rows:
                    found[trace_id] = [body for (body,) in rows]
            return found

        none: dict[str, list[bytes]] = {}
        return {trace_id: known_events(bodies) for trace_id, bodies in self._file.run(read, none).items()}

    def events_of_encounter(self, encounter_id: str) -> list[Event]:
        """The kept events of every trace that belongs to the encounter."""
        return known_events(self.event_bodies_of_encounter(encounter_id))

    def event_bodies_of_encounter(self, encounter_id: str) -> list[bytes]:
        """The same as the JSON they came as."""
        statement = "SELECT e.body FROM traces t JOIN events e ON e.trace_id = t.trace_id WHERE t.encounter_id = ?"
        return self._file.run(lambda c: [body for (body,) in c.execute(statement, (encounter_id,))], [])

    def mark_viewed(self, *, trace_id: str = "", encounter_id: str = "") -> None:
        """Starts the retention of a trace, or of an encounter's traces, anew."""
        which, value = ("trace_id", trace_id) if trace_id else ("encounter_id", encounter_id)
        statement = f"UPDATE traces SET viewed_at = ? WHERE {which} = ?"
        self._file.run(lambda c: c.execute(statement, (to_micros(self._clock()), value)), None)

    def belongs_to(self, trace_ids: Iterable[str]) -> dict[str, tuple[str, str]]:
        """(patient id, encounter id) of each kept trace, '' where not known."""

        def read(connection: Any) -> dict[str, tuple[str, str]]:
            statement = "SELECT patient_id, encounter_id FROM traces WHERE trace_id = ?"
            rows = ((t, connection.execute(statement, (t,)).fetchone()) for t in trace_ids)
            return {t: (row[0], row[1]) for t, row in rows if row}

        return self._file.run(read, {})

    def traces_of_patient(self, patient_id: str, *, limit: int = 200) -> dict[str, str]:
        """Trace ids with their encounter ids, newest first."""
        statement = "SELECT trace_id, encounter_id FROM traces WHERE patient_id = ? ORDER BY first_at DESC LIMIT ?"
        return self._file.run(lambda c: dict(c.execute(statement, (patient_id, limit)).fetchall()), {})

    # -------------------------------------------------------------------------------------------------- where we are

    def positions(self) -> list[Position]:
        rows: list[Any] = self._file.run(lambda c: c.execute("SELECT * FROM positions").fetchall(), [])
        return [
            Position(source, instance, floor, seq, from_micros(floor_at), from_micros(heard_at))
            for source, instance, floor, seq, floor_at, heard_at in rows
        ]

    def position(self, source: str) -> Position | None:
        return next((p for p in self.positions() if p.source == source), None)

    def move(self, position: Position) -> None:
        """Records how far we hold a source's journal without a gap."""
        values = (
            position.source,
            position.instance,
            position.floor,
            position.seq,
            to_micros(position.floor_at),
            to_micros(position.heard_at),
        )
        self._file.run(lambda c: c.execute("INSERT OR REPLACE INTO positions VALUES (?, ?, ?, ?, ?, ?)", values), None)

    def forget_source(self, source: str) -> None:
        """Drops what came from a source whose journal is another one now."""

        self.forget_events(source)

        def forget(connection: Any) -> None:
            for table in ("documents", "patients", "patient_words", "patient_identifiers", "encounters", "looks"):
                connection.execute(f"DELETE FROM {table}")

        self._file.run(forget, None)

    def forget_events(self, source: str) -> None:
        """Drops a source's events and our position in it; whole answers stay, with their age."""

        def forget(connection: Any) -> None:
            drop_traces(connection, "SELECT trace_id FROM traces WHERE source = ?", (source,))
            connection.execute("DELETE FROM positions WHERE source = ?", (source,))

        self._file.run(forget, None)

    # ----------------------------------------------------------------------------------------------- finding offline

    def find_keys(self, values: Iterable[str], *, limit: int = 200) -> dict[str, list[KeptKey]]:
        """Which kept traces carry each value (compared by `core.keys.fold_key`)."""

        def read(connection: Any) -> dict[str, list[KeptKey]]:
            found: dict[str, list[KeptKey]] = {}
            for value in values:
                rows = connection.execute(
                    "SELECT k.kind, k.assigner, k.shown, k.trace_id"
                    " FROM keys k JOIN traces t ON t.trace_id = k.trace_id"
                    " WHERE k.value = ? ORDER BY t.first_at DESC LIMIT ?",
                    (fold_key(value), limit),
                ).fetchall()
                by_key: dict[tuple[str, str, str], list[str]] = {}
                for kind, assigner, shown, trace_id in rows:
                    by_key.setdefault((kind, assigner, shown), []).append(trace_id)
                found[value] = [KeptKey(k, value, a, shown, tuple(ids)) for (k, a, shown), ids in by_key.items()]
            return found

        return self._file.run(read, {})

    def find_patients(
        self, *, name: str = "", birth_date: str = "", identifier: str = "", limit: int = 50
    ) -> list[Kept]:
        """Kept patients: every word of `name` begins a word of theirs, and the rest equals."""
        clauses, values = ["1"], []
        for word in fold_name(name).split():
            clauses.append("patient_id IN (SELECT patient_id FROM patient_words WHERE word >= ? AND word < ?)")
            values += [word, word + "\U0010ffff"]
        if birth_date:
            clauses.append("birth_date = ?")
            values.append(birth_date)
        if identifier:
            clauses.append("patient_id IN (SELECT patient_id FROM patient_identifiers WHERE value = ?)")
            values.append(fold_key(identifier))
        statement = f"SELECT body, fetched_at FROM patients WHERE {' AND '.join(clauses)} LIMIT {int(limit)}"
        return self._kept(statement, values)

    def encounters(self, *, patient_id: str = "", visit: str = "", encounter_id: str = "") -> list[Kept]:
        """Kept encounters, newest first."""
        wanted = {"patient_id": patient_id, "visit": fold_key(visit), "encounter_id": encounter_id}
        given = {column: value for column, value in wanted.items() if value}
        where = " AND ".join(f"{column} = ?" for column in given) or "1"
        statement = f"SELECT body, fetched_at FROM encounters WHERE {where} ORDER BY last_at DESC LIMIT 200"
        return self._kept(statement, list(given.values()))

    def keep_patient(self, body: JsonObject, at: datetime) -> None:
        """Keeps a patient as the API gives one, findable by name, identifier and birth date."""
        patient_id = str(body.get("patient_id") or "")
        if not patient_id:
            return
        words = set(fold_name(f"{body.get('family') or ''} {body.get('given') or ''}").split())
        identifiers = {fold_key(str(i["value"])) for i in body.get("identifiers") or () if i.get("value")}

        def store(connection: Any) -> None:
            for table in ("patients", "patient_words", "patient_identifiers"):
                connection.execute(f"DELETE FROM {table} WHERE patient_id = ?", (patient_id,))
            row = (patient_id, str(body.get("birth_date") or ""), orjson.dumps(body), to_micros(at))
            connection.execute("INSERT INTO patients VALUES (?, ?, ?, ?)", row)
            connection.executemany("INSERT INTO patient_words VALUES (?, ?)", [(w, patient_id) for w in words])
            connection.executemany(
                "INSERT INTO patient_identifiers VALUES (?, ?)", [(i, patient_id) for i in identifiers]
            )

        self._file.run(store, None)

    def keep_encounter(self, body: JsonObject, at: datetime) -> None:
        """Keeps an encounter as the API gives one."""
        encounter_id = str(body.get("encounter_id") or "")
        if not encounter_id:
            return
        row = (
            encounter_id,
            str(body.get("patient_id") or ""),
            fold_key(str(body.get("visit_number") or "")),
            str(body.get("last_at") or ""),
            orjson.dumps(body),
            to_micros(at),
        )
        self._file.run(lambda c: c.execute("INSERT OR REPLACE INTO encounters VALUES (?, ?, ?, ?, ?, ?)", row), None)

    # ------------------------------------------------------------------------------------------------- whole answers

    def keep(self, kind: str, identifier: str, body: JsonObject, at: datetime) -> None:
        row = (kind, identifier, orjson.dumps(body), to_micros(at))
        self._file.run(lambda c: c.execute("INSERT OR REPLACE INTO documents VALUES (?, ?, ?, ?)", row), None)

    def kept(self, kind: str, identifier: str) -> Kept | None:
        found = self._kept("SELECT body, fetched_at FROM documents WHERE kind = ? AND id = ?", [kind, identifier])
        return found[0] if found else None

    # --------------------------------------------------------------------------------------------------- recent looks

    def note_look(self, look: KeptLook) -> None:
        def store(connection: Any) -> None:
            row = (look.opens, look.target_id, look.subject, look.person, to_micros(look.at))
            connection.execute("INSERT OR REPLACE INTO looks VALUES (?, ?, ?, ?, ?)", row)
            connection.execute(
                "DELETE FROM looks WHERE at < (SELECT min(at) FROM (SELECT at FROM looks ORDER BY at DESC LIMIT ?))",
                (self.limits.looks,),
            )

        self._file.run(store, None)

    def looks(self, *, limit: int = 10) -> tuple[KeptLook, ...]:
        statement = "SELECT opens, target_id, subject, person, at FROM looks ORDER BY at DESC LIMIT ?"
        rows: list[Any] = self._file.run(lambda c: c.execute(statement, (limit,)).fetchall(), [])
        return tuple(KeptLook(o, target, subject, person, from_micros(at)) for o, target, subject, person, at in rows)

    def clear_looks(self) -> None:
        self._file.run(lambda c: c.execute("DELETE FROM looks"), None)

    # ----------------------------------------------------------------------------------------------------- retention

    def purge(self) -> int:
        """Drops what is past its time, and the oldest tenth while over the size limit. Returns traces dropped."""
        cutoff = to_micros(self._clock() - self.limits.retention)

        def by_age(connection: Any) -> int:
            old = "SELECT trace_id FROM traces WHERE kept_at < ? AND viewed_at < ?"
            for table in ("documents", "encounters", "patients"):
                connection.execute(f"DELETE FROM {table} WHERE fetched_at < ?", (cutoff,))
            for table in ("patient_words", "patient_identifiers"):
                connection.execute(f"DELETE FROM {table} WHERE patient_id NOT IN (SELECT patient_id FROM patients)")
            connection.execute("DELETE FROM looks WHERE at < ?", (cutoff,))
            return drop_traces(connection, old, (cutoff, cutoff))

        def by_size(connection: Any) -> int:
            held = connection.execute("SELECT count(*) FROM traces").fetchone()[0]
            oldest = "SELECT trace_id FROM traces ORDER BY max(kept_at, viewed_at), first_at LIMIT ?"
            return drop_traces(connection, oldest, (max(held // 10, 1),)) if held else 0

        dropped = self._file.run(by_age, 0)
        while self._file.size() > self.limits.max_bytes:
            gone = self._file.run(by_size, 0)
            if not gone:
                break
            dropped += gone
        return dropped

    # ------------------------------------------------------------------------------------------------------ plumbing

    def _kept(self, statement: str, values: Sequence[Any]) -> list[Kept]:
        rows: list[Any] = self._file.run(lambda c: c.execute(statement, values).fetchall(), [])
        return [Kept(orjson.loads(body), from_micros(at)) for body, at in rows]
