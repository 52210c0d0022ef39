"""Builds a real journal database for tests: messages with events, keys and traces; patients, encounters, resources.

Rows are written the way the engine writes them, by the journal's own writer. All people are invented.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import orjson

from console.core.clock import to_micros
from console.core.events import Event, EventError, Kind, State
from console.core.keys import Key, KeyKind, fold_key, fold_name
from console.storage.database import Database, open_database
from console.storage.fhir_store import Changes, Put
from console.storage.journal import Journal
from console.storage.key_index import index_keys
from console.storage.traces import TraceRows
from console.storage.traffic import count_arrivals
from console.storage.write import WriteTransaction
from tests.builders.events import START, JournalBuilder

ORU = (
    "MSH|^~\\&|{sender}|STB|SBX|STB|20261120220000+0000||{kind}|{control}|P|2.5.1\r"
    "PID|1||{mrn}^^^STB^MR||{family}^{given}||19570814|F\r"
    "PV1|1|I|AMU^4^02||||||||||||||||{visit}^^^STB^VN\r"
    "ORC|RE|{placer}^EHR|{filler}^LIS\r"
    "OBR|1|{placer}^EHR|{filler}^LIS|K^Potassium^LOCAL\r"
    "OBX|1|NM|2823-3^Potassium^LN||4.10|mmol/L|3.5-5.3|N|||F\r"
)


@dataclass
class Stored:
    """What one message left behind."""

    trace_id: str
    event_id: str
    raw: bytes
    events: list[Event]


@dataclass
class Store:
    """A journal database being filled. Call `close` at the end."""

    folder: Path
    database: Database
    journal: Journal
    now: datetime = START
    stored: list[Stored] = field(default_factory=list)
    _number: int = 0

    @classmethod
    def open(cls, folder: Path) -> Store:
        database = open_database(folder / "journal.db")
        journal = Journal(database)
        journal.start()
        return cls(folder, database, journal)

    def close(self) -> None:
        self.journal.stop()
        self.database.close()

    def write(self, job: Callable[[WriteTransaction], Any]) -> Any:
        return self.journal.submit(job).result(30)

    def clock(self) -> datetime:
        return self.now

    # ------------------------------------------------------------ messages

    def message(
        self,
        *,
        kind: str = "ORU^R01",
        sender: str = "LIS",
        facility: str = "STB",
        title: str = "Potassium",
        category: str = "result",
        patient_id: str = "",
        encounter_id: str = "",
        mrn: str = "00418827",
        visit: str = "",
        placer: str = "",
        filler: str = "",
        control: str = "",
        outcome: Kind = Kind.FILED,
        error: EventError | None = None,
        orders: Sequence[Mapping[str, Any]] = (),
        resources: Sequence[Mapping[str, Any]] = (),
        at: datetime | None = None,
        parent: str = "",
    ) -> Stored:
        """One message, all the way to `outcome`, with everything that can be looked up about it."""
        self._number += 1
        control = control or f"C{self._number:06d}"
        raw = ORU.format(
            sender=sender,
            kind=kind,
            control=control,
            mrn=mrn,
            family="MARTÍNEZ",
            given="ROSA",
            visit=visit,
            placer=placer,
            filler=filler,
        ).encode()
        builder = JournalBuilder(now=at or self.now + timedelta(seconds=1))
        builder._ids = _SHARED_IDS
        told = {"title": title, "category": category, "orders": list(orders)}
        detail: dict[str, Any] = {
            "message_type": kind,
            "control_id": control,
            "sender": {"application": sender, "facility": facility},
            "receiver": {"application": "SBX", "facility": "STB"},
            "size": len(raw),
        }
        if parent:
            detail["parent_trace_id"] = parent
        root = builder.add(
            Kind.QUARANTINED if outcome is Kind.QUARANTINED else Kind.RECEIVED, detail=detail, at=builder.now
        )
        trace = root.trace_id
        if outcome is not Kind.QUARANTINED:
            builder.add(Kind.ACKNOWLEDGED, trace, detail={"code": "AA", "took_ms": 1.0})
            builder.add(Kind.PARSED, trace, detail={"version": "2.5.1"})
            builder.add(
                Kind.IDENTIFIED,
                trace,
                detail={"patient_id": patient_id, "encounter_id": encounter_id, "how": "matched"},
            )
        if outcome in (Kind.FILED, Kind.ATTEMPT_FAILED, Kind.HANDED_OVER, Kind.MAPPED):
            builder.add(
                Kind.MAPPED, trace, detail={**told, "destinations": ["fhir-store"], "resources": list(resources)}
            )
            if outcome is not Kind.MAPPED:
                builder.add(Kind.HANDED_OVER, trace, detail={"destination": "fhir-store"})
            if outcome in (Kind.FILED, Kind.ATTEMPT_FAILED):
                builder.add(outcome, trace, detail={"destination": "fhir-store"}, error=error)
        elif outcome not in (Kind.QUARANTINED, Kind.RECEIVED):
            builder.add(outcome, trace, detail=told, error=error)
        keys = _keys(mrn=mrn, visit=visit, placer=placer, filler=filler, control=control)
        sha = hashlib.sha256(raw).hexdigest()
        builder.events[0] = replace(builder.events[0], keys=keys, payload_sha256=sha)
        stored = Stored(trace, root.event_id, raw, builder.events)
        self.write(lambda write: _store_message(write, stored, detail, parent))
        self.now = builder.now
        self.stored.append(stored)
        return stored

    # ------------------------------------------------------------ the chart

    def patient(self, patient_id: str, family: str, given: str, *, mrn: str, birth_date: str = "1957-08-14") -> None:
        def job(write: WriteTransaction) -> None:
            write.insert(
                "patients",
                ("patient_id", "created_at", "family", "given", "birth_date", "sex"),
                [(patient_id, to_micros(self.now), family, given, birth_date, "female")],
            )
            words = sorted(set(fold_name(f"{family} {given}").split()))
            write.insert("patient_names", ("word", "patient_id"), [(word, patient_id) for word in words])
            write.insert(
                "patient_identifiers",
                ("assigner", "value", "patient_id", "shown", "type", "status"),
                [("STB", fold_key(mrn), patient_id, mrn, "MR", "current")],
            )

        self.write(job)

    def encounter(self, encounter_id: str, patient_id: str, visit: str, *, started: datetime | None = None) -> None:
        at = to_micros(started or self.now)
        columns = ("encounter_id", "patient_id", "visit_number", "assigner", "class", "status", "location")
        self.write(
            lambda write: write.insert(
                "encounters",
                (*columns, "started_at", "last_at"),
                [(encounter_id, patient_id, visit, "STB", "IMP", "in-progress", "AMU 4-02", at, at)],
            )
        )

    def order(self, order_id: str, *, patient_id: str, encounter_id: str, placer: str, filler: str = "") -> None:
        def job(write: WriteTransaction) -> None:
            write.insert(
                "orders",
                ("order_id", "patient_id", "encounter_id", "placer", "filler", "display", "status", "ordered_at"),
                [(order_id, patient_id, encounter_id, placer, filler, "U&E", "active", to_micros(self.now))],
            )
            aliases = [("placer", "EHR", fold_key(placer), order_id), ("filler", "LIS", fold_key(filler), order_id)]
            write.insert("order_aliases", ("kind", "assigner", "value", "order_id"), [a for a in aliases if a[2]])

        self.write(job)

    def dead_letter(
        self, stored: Stored, *, group_key: str, title: str, patient_id: str, code: str, test: bool = False
    ) -> None:
        at = to_micros(self.now)
        self.write(
            lambda write: write.insert(
                "dead_letters",
                (
                    *("event_id", "trace_id", "hop", "code", "text", "path", "group_key", "group_title"),
                    *("patient_id", "first_at", "last_at", "state", "test"),
                ),
                [
                    (
                        *(
                            stored.events[-1].event_id,
                            stored.trace_id,
                            "map",
                            code,
                            title,
                            "OBX[2]-3",
                            group_key,
                            title,
                        ),
                        *(patient_id, at, at, "open", int(test)),
                    )
                ],
            )
        )

    # ------------------------------------------------------------ the built-in FHIR store

    def resource(self, body: dict[str, Any], *, at: datetime | None = None, event_id: str = "") -> int:
        """Files the next version of a resource; gives its number."""
        kind, identity = str(body["resourceType"]), str(body["id"])

        def job(write: WriteTransaction) -> int:
            rows = write.query("SELECT version FROM fhir_resources WHERE type = ? AND id = ?", (kind, identity))
            changes = Changes(write, to_micros(at or self.now))
            put = Put(kind, identity, orjson.dumps(body), rows[0][0] if rows else None)
            [version] = changes.apply([put], event_id)
            changes.write()
            return version

        return int(self.write(job))


_SHARED_IDS = JournalBuilder()._ids


def _keys(**values: str) -> tuple[Key, ...]:
    kinds = {
        "mrn": (KeyKind.PATIENT, "STB"),
        "visit": (KeyKind.VISIT, "STB"),
        "placer": (KeyKind.PLACER, "EHR"),
        "filler": (KeyKind.FILLER, "LIS"),
        "control": (KeyKind.CONTROL, ""),
    }
    return tuple(Key(kinds[name][0], value, kinds[name][1]) for name, value in values.items() if value)


def _store_message(write: WriteTransaction, stored: Stored, detail: dict[str, Any], parent: str) -> None:
    positions = write.append(stored.events)
    index_keys(write, positions.start, stored.events)
    count_arrivals(write, positions.start, stored.events)
    root = stored.events[0]
    write.insert(
        "messages",
        (
            *("event_id", "trace_id", "parent_trace_id", "received_at", "sending_application", "sending_facility"),
            *("control_id", "message_type", "charset", "size", "sha256", "raw"),
        ),
        [
            (
                *(root.event_id, root.trace_id, parent or None, to_micros(root.occurred_at)),
                *(detail["sender"]["application"], detail["sender"]["facility"]),
                *(detail["control_id"], detail["message_type"]),
                *("UNICODE UTF-8", len(stored.raw), root.payload_sha256, stored.raw),
            )
        ],
    )
    TraceRows().fold(write, positions.start, stored.events)
    write.execute(
        "INSERT INTO watermarks (name, seq) VALUES ('key_index', ?)"
        " ON CONFLICT (name) DO UPDATE SET seq = excluded.seq",
        (positions.stop - 1,),
    )


def ward(store: Store) -> dict[str, Stored]:
    """A small ward: two patients, three encounters, an order with its result, one result that stopped."""
    store.patient("pat-1", "Martínez López", "Rosa Elena", mrn="00418827")
    store.patient("pat-2", "O'Brien", "Seán", mrn="777-1234", birth_date="1988-02-29")
    store.encounter("enc-1", "pat-1", "118204")
    store.encounter("enc-2", "pat-1", "118300", started=store.now + timedelta(hours=1))
    store.encounter("enc-3", "pat-2", "V-900 1")
    here: dict[str, Any] = {"patient_id": "pat-1", "encounter_id": "enc-1", "visit": "118204"}
    order = {"order_id": "ord-1", "role": "order", "display": "U&E", "placer": "55121", "status": "active"}
    result = {"order_id": "ord-1", "role": "result", "display": "U&E", "placer": "55121", "result_status": "final"}
    store.order("ord-1", patient_id="pat-1", encounter_id="enc-1", placer="55121", filler="26L0048812")
    found = {
        "admission": store.message(kind="ADT^A01", sender="PAS", title="Admitted", category="adt", **here),
        "order": store.message(
            kind="ORM^O01", sender="EHR", title="U&E", category="order", placer="55121", orders=[order], **here
        ),
        "result": store.message(title="U&E", placer="55121", filler="26L0048812", orders=[result], **here),
        "stopped": store.message(
            title="Potassium (plasma)",
            filler="26L0048900",
            outcome=Kind.DEAD_LETTERED,
            error=EventError("code-not-mapped", "local code K-PL has no LOINC code", "OBX[2]-3"),
            **here,
        ),
        "unassigned": store.message(title="Troponin", patient_id="pat-2", mrn="777-1234"),
        "quarantined": store.message(
            kind="", title="", outcome=Kind.QUARANTINED, mrn="", error=EventError("no-header", "no MSH segment")
        ),
    }
    store.dead_letter(
        found["stopped"],
        group_key="map:K-PL",
        title="No LOINC code for K-PL",
        patient_id="pat-1",
        code="code-not-mapped",
    )
    return found


__all__ = ["ORU", "START", "State", "Store", "Stored", "ward"]
