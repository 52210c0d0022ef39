"""Builds whole encounters for the desktop's tests: events by time, folded by the real folds, with their messages.

`night_on_the_ward()` is the story of the drawn target screens: admitted at night, a potassium that stopped at mapping.
All people are invented.
"""

from __future__ import annotations

import hashlib
import random
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from console.core.clock import iso
from console.core.events import Event, EventError, Hop, Kind, State
from console.core.ids import UuidSource
from console.evidence.expectations import TurnaroundRule
from console.evidence.timeline import fold_timeline
from console.evidence.trace import fold_trace

NOW = datetime(2026, 11, 21, 3, 7, 12, tzinfo=UTC)
RULES = (TurnaroundRule(frozenset(), timedelta(minutes=66), timedelta(hours=3)),)
PATIENT = {
    "patient_id": "3f2b0c52-0000-7000-8000-000000000001",
    "family": "Martínez López",
    "given": "Rosa Elena",
    "prefix": "Mrs",
    "birth_date": "1957-08-14",
    "sex": "female",
    "flags": [],
    "identifiers": [
        {"assigner": "NHS", "value": "9990147213", "type": "NH", "status": "active"},
        {"assigner": "STB", "value": "00418827", "type": "MR", "status": "active"},
    ],
}
ENCOUNTER = {
    "encounter_id": "8c1e0f04-0000-8000-8000-000000118204",
    "patient_id": PATIENT["patient_id"],
    "visit_number": "118204",
    "assigner": "STB",
    "class": "IMP",
    "status": "in-progress",
    "location": "Acute Medical Unit, bed 4-02",
    "attending": "Dr A. Okafor",
    "started_at": "2026-11-18T09:12:00.000Z",
    "ended_at": None,
    "last_at": iso(NOW),
}
_K_PL = EventError("code-not-mapped", "local code K-PL has no LOINC code in map lab-local-loinc version 12", "OBX[2]-3")
_ROAD = {
    Kind.RECEIVED: (Hop.INTAKE, State.ACCEPTED),
    Kind.DUPLICATE_RECEIVED: (Hop.INTAKE, State.DUPLICATE),
    Kind.QUARANTINED: (Hop.INTAKE, State.REFUSED),
    Kind.ACKNOWLEDGED: (Hop.ACKNOWLEDGE, State.ACCEPTED),
    Kind.PARSED: (Hop.PARSE, State.ACCEPTED),
    Kind.IDENTIFIED: (Hop.IDENTIFY, State.ACCEPTED),
    Kind.MAPPED: (Hop.MAP, State.QUEUED),
    Kind.DEAD_LETTERED: (Hop.MAP, State.DEAD_LETTERED),
    Kind.HANDED_OVER: (Hop.DELIVER, State.HANDED_OVER),
    Kind.ATTEMPT_FAILED: (Hop.DELIVER, State.RETRYING),
    Kind.FILED: (Hop.VERIFY, State.VERIFIED),
}

RAW_UE = "\r".join(
    (
        r"MSH|^~\&|LIS|STB|SBX|STB|20261121015218+0000||ORU^R01^ORU_R01|LIS4471902|P|2.5.1|||AL|NE||8859/1",
        "PID|1||9990147213^^^NHS^NH~00418827^^^STB^MR||MARTÍNEZ LÓPEZ^ROSA ELENA^^^MRS||19570814|F|||12 HARBOUR RD",
        "PV1|1|I|AMU^4^02||||C3344^OKAFOR^ADA|||||||||||118204^^^STB^VN",
        "ORC|RE|55121^EHR|26L0048812^LIS||CM||||20261120231412+0000",
        "OBR|1|55121^EHR|26L0048812^LIS|UE^Urea and electrolytes^LOCAL|||20261121004500+0000|||||||||C3344^OKAFOR"
        "^ADAEZE||||||20261121015200+0000||CH|F",
        "OBX|1|NM|NA^Sodium^LOCAL||138|mmol/L|133-146|N|||F|||20261121015000+0000",
        "OBX|2|NM|K-PL^Potassium (plasma)^LOCAL||6.4|mmol/L|3.5-5.3|HH|||F|||20261121015000+0000",
        "OBX|3|NM|UREA^Urea^LOCAL||11.2|mmol/L|2.5-7.8|H|||F|||20261121015000+0000",
        "OBX|4|NM|CREA^Creatinine^LOCAL||148|umol/L|45-84|H|||F|||20261121015000+0000",
        r"NTE|1|L|Sample not haemolysed. Phoned to ward: no answer 01:55. Diluted 1\S\10.",
    )
)


@dataclass
class EncounterBuilder:
    """Adds messages in any order; the folds make the timeline and the traces."""

    now: datetime = NOW
    destinations: tuple[str, ...] = ("fhir-store", "ehr")
    events: list[Event] = field(default_factory=list)
    raw: dict[str, bytes] = field(default_factory=dict)
    _clock: datetime = NOW

    def __post_init__(self) -> None:
        counter = iter(range(1, 10_000_000))
        self._ids = UuidSource(
            lambda: int(self._clock.timestamp() * 1000),
            lambda n: hashlib.sha256(str(next(counter)).encode()).digest()[:n],
        )

    def _add(
        self,
        kind: Kind,
        trace: str,
        at: datetime,
        detail: Mapping[str, Any],
        *,
        error: EventError | None = None,
        sha: str = "",
        cause: Event | None = None,
        attempt: int = 1,
    ) -> Event:
        self._clock = at
        hop, state = _ROAD[kind]
        event = Event(
            seq=len(self.events) + 1,
            event_id=self._ids.event_id(),
            trace_id=trace or self._ids.trace_id(),  # type: ignore[arg-type]
            kind=kind,
            occurred_at=at,
            recorded_at=at + timedelta(milliseconds=1),
            source="engine",
            hop=hop,
            state=state,
            causation_id=cause.event_id if cause else None,
            payload_sha256=sha,
            error=error,
            attempt=attempt,
            detail=detail,
        )
        self.events.append(event)
        return event

    def message(
        self,
        at: datetime,
        message_type: str,
        sender: str,
        title: str,
        category: str,
        *,
        order: Mapping[str, Any] | None = None,
        error: EventError | None = None,
        took: timedelta = timedelta(seconds=1),
        raw: str = "",
        retries: int = 0,
        stuck: bool = False,
    ) -> Event:
        """One message; with `error` it stops at mapping, `stuck` leaves it retrying at the last destination."""
        number = len(self.events)
        payload = raw or f"MSH|^~\\&|{sender}|STB|SBX|STB|{at:%Y%m%d%H%M%S}||{message_type}|{number}|P|2.5.1\r"
        data = payload.encode("latin-1")
        sha = hashlib.sha256(data).hexdigest()
        step = took / 8
        root = self._add(
            Kind.RECEIVED,
            "",
            at,
            {
                "message_type": message_type,
                "control_id": f"{sender}{len(self.events):07d}",
                "message_time": iso(at),
                "sender": {"application": sender, "facility": "STB"},
                "receiver": {"application": "SBX", "facility": "STB"},
                "size": len(data),
                "peer": "10.4.0.17:51822",
                "listener": "2575",
                "charset": "8859/1",
                "ack": "AA",
                "mode": "original",
                "flags": [],
                "took_ms": step / timedelta(milliseconds=1),
            },
            sha=sha,
        )
        self.raw[root.event_id] = data
        last = root

        def then(kind: Kind, after: timedelta, detail: Mapping[str, Any], **more: Any) -> Event:
            nonlocal last
            last = self._add(kind, root.trace_id, at + after, detail, cause=last, **more)
            return last

        milliseconds = step / timedelta(milliseconds=1)
        then(Kind.ACKNOWLEDGED, step * 0.4, {"code": "AA", "took_ms": milliseconds * 0.3}, sha=sha[::-1])
        then(Kind.PARSED, step * 2, {"segments": data.count(b"\r") + 1, "version": "2.5.1", "took_ms": milliseconds})
        then(
            Kind.IDENTIFIED,
            step * 3,
            {
                "patient_id": PATIENT["patient_id"],
                "how": "matched",
                "encounter_id": ENCOUNTER["encounter_id"],
                "took_ms": milliseconds,
            },
        )
        told = {"title": title, "category": category, "orders": [order] if order else []}
        if error:
            then(
                Kind.DEAD_LETTERED,
                step * 5,
                {**told, "hop": "map", "group": {"key": "code-not-mapped:K-PL"}, "took_ms": milliseconds},
                error=error,
            )
            return root
        then(
            Kind.MAPPED,
            step * 5,
            {
                **told,
                "destinations": list(self.destinations),
                "maps": ["lab-local-loinc@12"],
                "gate": "passed",
                "took_ms": milliseconds,
            },
            sha=hashlib.sha256(data + b"bundle").hexdigest(),
        )
        for name in self.destinations:
            failing = name == self.destinations[-1]
            for attempt in range(retries if failing else 0):
                then(
                    Kind.ATTEMPT_FAILED,
                    step * (6 + attempt),
                    {"destination": name, "took_ms": milliseconds, "next_at": iso(at + timedelta(minutes=5))},
                    error=EventError("http-503", f"{name} answered 503 Service Unavailable"),
                    attempt=attempt + 1,
                )
            if stuck and failing:
                continue
            then(Kind.HANDED_OVER, step * 7, {"destination": name, "status_code": 200, "took_ms": milliseconds})
            then(Kind.FILED, step * 8, {"destination": name, "took_ms": milliseconds})
        return root

    def duplicate(self, original: Event, at: datetime) -> Event:
        return self._add(
            Kind.DUPLICATE_RECEIVED,
            original.trace_id,
            at,
            {**original.detail, "original_event_id": original.event_id},
            cause=original,
            sha=original.payload_sha256,
        )

    def timeline(self) -> dict[str, Any]:
        return fold_timeline(self.events, now=self.now, rules=RULES).as_json()

    def trace(self, any_id: str) -> dict[str, Any]:
        """By trace id or by the id of any of its events. Raises KeyError when there is none."""
        trace_id = next((e.trace_id for e in self.events if any_id in (e.trace_id, e.event_id)), None)
        if trace_id is None:
            raise KeyError(any_id)
        return fold_trace(e for e in self.events if e.trace_id == trace_id).as_json() | {"children": []}


def order_fact(number: str, display: str, role: str, **more: Any) -> dict[str, Any]:
    return {
        "order_id": f"o{number}",
        "placer": number,
        "display": display,
        "role": role,
        "status": "active" if role == "order" else "",
        "result_status": "final" if role == "result" else "",
        **more,
    }


def _t(text: str, day: int = 21) -> datetime:
    hour, minute, second = (int(p) for p in f"{text}:00".split(":")[:3])
    return datetime(2026, 11, day, hour, minute, second, tzinfo=UTC)


def night_on_the_ward(*, earlier: bool = True) -> EncounterBuilder:
    """The target screens' story; `earlier` adds two quiet days before it."""
    b = EncounterBuilder()
    if earlier:
        _two_quiet_days(b)
    b.message(_t("22:41", 20), "ADT^A04", "PAS", "Registered", "adt")
    b.message(_t("22:58:30", 20), "ADT^A01", "PAS", "Admitted ED", "adt")
    b.message(_t("23:09", 20), "ORM^O01", "EHR", "FBC", "order", order=order_fact("55120", "FBC", "order"))
    b.message(_t("23:14:12", 20), "ORM^O01", "EHR", "U&E", "order", order=order_fact("55121", "U&E", "order"))
    b.message(_t("23:20:02", 20), "ORM^O01", "EHR", "Troponin", "order", order=order_fact("55122", "Troponin", "order"))
    b.message(
        _t("00:01:44"), "ORU^R01", "LIS", "FBC", "result",
        order=order_fact("55120", "FBC", "result"), took=timedelta(seconds=3),
    )  # fmt: skip
    troponin = b.message(
        _t("00:22:09"), "ORU^R01", "LIS", "Troponin", "result",
        order=order_fact("55122", "Troponin", "result"), took=timedelta(seconds=2),
    )  # fmt: skip
    b.duplicate(troponin, _t("00:28:40"))
    b.message(_t("01:10:05"), "ADT^A02", "PAS", "Moved to AMU", "adt")
    b.message(
        _t("01:52:18"), "ORU^R01", "LIS", "U&E", "result",
        order=order_fact("55121", "U&E", "result", abnormal=True), error=_K_PL, raw=RAW_UE,
    )  # fmt: skip
    b.message(_t("02:24"), "ORM^O01", "EHR", "Glucose", "order", order=order_fact("55130", "Glucose", "order"))
    b.message(
        _t("02:46:20"), "ORU^R01", "LIS", "Glucose", "result",
        order=order_fact("55130", "Glucose", "result"), took=timedelta(seconds=2),
    )  # fmt: skip
    b.message(
        _t("02:58:58"), "ORM^O01", "EHR", "Troponin 2", "order",
        order=order_fact("55133", "Troponin 2", "order", priority="S"),
    )  # fmt: skip
    return b


def _two_quiet_days(b: EncounterBuilder) -> None:
    dice = random.Random(7)
    b.message(_t("09:12", 18), "ADT^A01", "PAS", "Admitted CDU", "adt")
    at, number = _t("09:40", 18), 54000
    names = ("FBC", "U&E", "CRP", "LFT", "Glucose", "Clotting", "Troponin")
    while at < _t("21:30", 20):
        number += 1
        name = dice.choice(names)
        b.message(at, "ORM^O01", "EHR", name, "order", order=order_fact(str(number), name, "order"))
        back = at + timedelta(minutes=dice.randint(25, 130))
        b.message(back, "ORU^R01", "LIS", name, "result", order=order_fact(str(number), name, "result"))
        at += timedelta(minutes=dice.choice((8, 20, 45, 100, 170)))


def busy_stay(messages: int, *, seed: int = 1) -> EncounterBuilder:
    """An encounter of about so many messages over four days, one in forty of them stopped."""
    dice = random.Random(seed)
    b = EncounterBuilder()
    begin = NOW - timedelta(days=4)
    names = ("FBC", "U&E", "CRP", "LFT", "Glucose", "Clotting", "Troponin", "Blood gas", "Lactate")
    senders = ("LIS", "LAB2", "MICRO")
    while len(b.raw) < messages:
        at = begin + timedelta(seconds=dice.randint(0, int(timedelta(days=4).total_seconds()) - 3600))
        kind = dice.random()
        if kind < 0.15:
            b.message(at, "ADT^A08", "PAS", "Details changed", "adt")
            continue
        number, name = str(60000 + len(b.raw)), dice.choice(names)
        b.message(at, "ORM^O01", "EHR", name, "order", order=order_fact(number, name, "order"))
        back = min(at + timedelta(minutes=dice.randint(20, 150)), NOW)
        b.message(
            back, "ORU^R01", dice.choice(senders), name, "result",
            order=order_fact(number, name, "result"), error=_K_PL if dice.random() < 0.025 else None,
        )  # fmt: skip
    return b
