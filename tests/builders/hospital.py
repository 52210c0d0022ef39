"""A small hospital for the desk's tests: three invented patients, their encounters, and messages with their keys."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from console.core.clock import iso
from console.core.events import Event, EventError, Hop, Kind, State
from console.core.ids import UuidSource
from console.core.keys import Key, KeyKind
from tests.fakes.source import FakeSource

NOW = datetime(2026, 11, 21, 3, 7, 12, tzinfo=UTC)
ROSA, CHIDI, ROSALIA = "pat-rosa", "pat-chidi", "pat-rosalia"
ROSA_STAY, CHIDI_STAY, ROSA_OLD_STAY = "enc-118204", "enc-118177", "enc-100001"


def patient(patient_id: str, family: str, given: str, born: str, *numbers: tuple[str, str, str]) -> dict[str, Any]:
    return {
        "patient_id": patient_id,
        "family": family,
        "given": given,
        "prefix": "",
        "birth_date": born,
        "sex": "female",
        "flags": [],
        "identifiers": [{"assigner": a, "value": v, "type": t, "status": "current"} for a, v, t in numbers],
        "encounters": 1,
        "last_at": iso(NOW - timedelta(minutes=30)),
    }


def encounter(encounter_id: str, patient_id: str, visit: str, last_at: datetime, **more: Any) -> dict[str, Any]:
    return {
        "encounter_id": encounter_id,
        "patient_id": patient_id,
        "visit_number": visit,
        "assigner": "STB",
        "class": "IMP",
        "status": "in-progress",
        "location": "AMU 4-02",
        "attending": "Dr A. Okafor",
        "started_at": iso(last_at - timedelta(hours=6)),
        "ended_at": None,
        "last_at": iso(last_at),
        **more,
    }


PATIENTS = [
    patient(ROSA, "MARTÍNEZ LÓPEZ", "Rosa Elena", "1957-08-14", ("NHS", "9990147213", "NH"), ("STB", "00418827", "MR")),
    patient(CHIDI, "OKONKWO", "Chidi", "1990-02-01", ("STB", "00420001", "MR")),
    patient(ROSALIA, "MARTÍN", "Rosalía", "2001-12-31", ("STB", "00430002", "MR")),
]
ENCOUNTERS = [
    encounter(ROSA_STAY, ROSA, "118204", NOW - timedelta(minutes=9)),
    encounter(ROSA_OLD_STAY, ROSA, "100001", NOW - timedelta(days=90), status="finished"),
    encounter(CHIDI_STAY, CHIDI, "118177", NOW - timedelta(hours=2)),
]
_NUMBERS = {p["patient_id"]: p["identifiers"] for p in PATIENTS}


@dataclass
class Hospital:
    """Adds messages one by one; `source()` answers from them."""

    events: list[Event] = field(default_factory=list)
    raw: dict[str, bytes] = field(default_factory=dict)
    _at: datetime = NOW

    def __post_init__(self) -> None:
        counter = iter(range(1, 10_000_000))
        self._ids = UuidSource(
            lambda: int(self._at.timestamp() * 1000),
            lambda n: hashlib.sha256(str(next(counter)).encode()).digest()[:n],
        )

    def message(
        self,
        control_id: str,
        *,
        at: datetime,
        kind: str = "ORU^R01",
        sender: str = "LIS",
        who: str = ROSA,
        stay: str = ROSA_STAY,
        visit: str = "118204",
        keys: Sequence[Key] = (),
        title: str = "U&E",
        outcome: Kind = Kind.FILED,
        orders: Sequence[Mapping[str, Any]] = (),
    ) -> list[Event]:
        """One message to its outcome; the events, which are also kept."""
        data = f"MSH|^~\\&|{sender}|STB|SBX|STB|{at:%Y%m%d%H%M%S}||{kind}|{control_id}|P|2.5.1\rPID|1||x\r".encode()
        own: list[Event] = []
        own_keys = [Key(KeyKind.CONTROL, control_id), *keys]
        if who:
            own_keys += [Key(KeyKind.PATIENT, n["value"], n["assigner"]) for n in _NUMBERS.get(who, ())]
        if visit:
            own_keys.append(Key(KeyKind.VISIT, visit, "STB"))

        def add(
            what: Kind, hop: Hop, state: State, detail: Mapping[str, Any], *, error: EventError | None = None
        ) -> None:
            self._at = at + timedelta(milliseconds=100 * len(own))
            own.append(
                Event(
                    seq=len(self.events) + len(own) + 1,
                    event_id=self._ids.event_id(),
                    trace_id=own[0].trace_id if own else self._ids.trace_id(),
                    kind=what,
                    occurred_at=self._at,
                    recorded_at=self._at,
                    source="engine",
                    hop=hop,
                    state=state,
                    keys=tuple(own_keys) if not own else (),
                    detail=detail,
                    error=error,
                )
            )

        head = {
            "message_type": kind,
            "control_id": control_id,
            "sender": {"application": sender, "facility": "STB"},
            "receiver": {"application": "SBX", "facility": "STB"},
        }
        refused = EventError("segment-missing", "PID is missing", "PID")
        if outcome is Kind.QUARANTINED:
            add(Kind.QUARANTINED, Hop.INTAKE, State.REFUSED, head, error=refused)
        else:
            add(Kind.RECEIVED, Hop.INTAKE, State.ACCEPTED, head)
            add(Kind.PARSED, Hop.PARSE, State.ACCEPTED, {})
            if who:
                detail = {"patient_id": who, "encounter_id": stay or None}
                add(Kind.IDENTIFIED, Hop.IDENTIFY, State.ACCEPTED, detail)
            told = {"title": title, "category": "result", "orders": list(orders)}
            if outcome is Kind.FILED:
                add(Kind.MAPPED, Hop.MAP, State.QUEUED, {**told, "destinations": ["fhir-store"]})
                add(Kind.FILED, Hop.VERIFY, State.VERIFIED, {"destination": "fhir-store"})
            elif outcome is Kind.DEAD_LETTERED:
                stopped = EventError("code-not-mapped", "local code K-PL has no LOINC code", "OBX[2]-3")
                add(Kind.DEAD_LETTERED, Hop.MAP, State.DEAD_LETTERED, told, error=stopped)
        self.events += own
        self.raw[own[0].event_id] = data
        return own

    def source(self, **more: Any) -> FakeSource:
        return FakeSource(
            events_=list(self.events), patients_=list(PATIENTS), encounters_=list(ENCOUNTERS), raw=self.raw, **more
        )


def small_hospital() -> Hospital:
    """Rosa's admission, order and stopped result, Chidi's result, an orphan without visit and a refused message."""
    h = Hospital()
    order = {"order_id": "o1", "placer": "55121", "display": "U&E", "role": "order", "status": "active"}
    placer = Key(KeyKind.PLACER, "55121", "EHR")
    h.message("PAS0001", at=NOW - timedelta(hours=5), kind="ADT^A01", sender="PAS", title="Admission to AMU")
    h.message("EHR0001", at=NOW - timedelta(hours=4), kind="ORM^O01", sender="EHR", keys=[placer], orders=[order])
    h.message(
        "LIS0001",
        at=NOW - timedelta(minutes=80),
        keys=[placer, Key(KeyKind.FILLER, "26L0048812", "LIS"), Key(KeyKind.ACCESSION, "A26-771", "LIS")],
        outcome=Kind.DEAD_LETTERED,
        orders=[{**order, "role": "result", "result_status": "final"}],
    )
    h.message(
        "LIS0002",
        at=NOW - timedelta(hours=2),
        who=CHIDI,
        stay=CHIDI_STAY,
        visit="118177",
        keys=[Key(KeyKind.PLACER, "118204", "EHR")],
        title="FBC",
    )
    h.message("MIC0001", at=NOW - timedelta(minutes=30), sender="MICRO", who=ROSALIA, stay="", visit="", title="Urine")
    h.message("BAD0001", at=NOW - timedelta(minutes=20), who="", stay="", visit="", outcome=Kind.QUARANTINED)
    return h


def renumbered(events: Sequence[Event], start: int) -> list[Event]:
    return [replace(e, seq=start + i) for i, e in enumerate(events)]
