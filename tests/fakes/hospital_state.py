"""An in-memory `State`: what the pipeline's store would answer after each message. One class, no I/O."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from datetime import UTC, datetime, tzinfo
from typing import Any

from console.core.keys import fold_key
from console.fhir import document, validate
from console.fhir.concept_map import ConceptMaps
from console.fhir.context import Action, MappingContext, Outcome, OutcomeKind, Stored
from console.fhir.identify import Identified, identify, source_of
from console.fhir.mapping import map_message
from console.hl7v2.message import Message, parse

RECEIVED = datetime(2026, 11, 21, 23, 0, tzinfo=UTC)


@dataclass
class HospitalState:
    """Takes messages one by one, as the pipeline does: identify, map, judge, apply."""

    maps: ConceptMaps
    tenant: str = "test"
    zone: tzinfo = UTC
    authorities: dict[str, str] = field(default_factory=dict)
    identifier_fields: tuple[int, ...] = (3,)
    resources: dict[tuple[str, str], Stored] = field(default_factory=dict)
    aliases: dict[tuple[str, str, str], str] = field(default_factory=dict)
    identifiers: dict[tuple[str, str], str] = field(default_factory=dict)
    replaced: dict[str, str] = field(default_factory=dict)
    identified: Identified | None = None
    issues: list[validate.Issue] = field(default_factory=list)

    # ---- State

    def resource(self, resource_type: str, resource_id: str) -> Stored | None:
        return self.resources.get((resource_type, resource_id))

    def order_id(self, kind: str, assigner: str, value: str) -> str | None:
        return self.aliases.get((kind, assigner, value))

    def patient_of(self, assigner: str, value: str) -> str | None:
        found = self.identifiers.get((assigner, fold_key(value)))
        while found in self.replaced:
            found = self.replaced[found]
        return found

    # ---- the road

    def map(self, text: str | bytes, *, received_at: datetime = RECEIVED) -> Outcome:
        """What the message amounts to, without applying it. `text` may use LF between segments."""
        raw = text if isinstance(text, bytes) else text.strip().replace("\n", "\r").encode()
        message = parse(raw)
        return map_message(message, self.context(message, raw, received_at=received_at), self)

    def context(self, message: Message, raw: bytes, *, received_at: datetime = RECEIVED) -> MappingContext:
        found = self.identified = identify(
            message,
            tenant=self.tenant,
            authorities=self.authorities,
            look_up=self.patient_of,
            visit_alias=lambda assigner, value: self.order_id("visit", assigner, value),
        )
        return MappingContext(
            tenant=self.tenant,
            received_at=received_at,
            source=source_of(message),
            concept_maps=self.maps,
            zone=self.zone,
            authorities=self.authorities,
            payload_sha256=hashlib.sha256(raw).hexdigest(),
            patient_id=found.patient.patient_id,
            patient_flags=found.patient.flags,
            encounter_id=found.visit.encounter_id,
            visit_number=found.visit.number,
            visit_assigner=found.visit.assigner,
            identifier_fields=self.identifier_fields,
        )

    def take(self, text: str | bytes, *, received_at: datetime = RECEIVED) -> Outcome:
        """Maps, judges and applies. Fails when the gate refuses."""
        outcome = self.map(text, received_at=received_at)
        self.issues = validate.gate(outcome.changes, lambda kind, name: (kind, name) in self.resources)
        assert not self.issues, self.issues
        self.apply(outcome)
        return outcome

    def apply(self, outcome: Outcome) -> None:
        if outcome.kind not in (OutcomeKind.MAPPED, OutcomeKind.RECORDED):
            return
        for change in outcome.changes:
            before = self.resources.get((change.type, change.id))
            version = before.version if before else 0
            if change.action is not Action.NONE:
                assert change.if_match == (version or None), change.reference
                version += 1
            self.resources[(change.type, change.id)] = Stored(change.raw, version, change.guard)
        for alias in outcome.aliases:
            self.aliases[(alias.kind, alias.assigner, alias.value)] = alias.order_id
        for patient in outcome.patients:
            if patient.replaced_by:
                self.replaced[patient.patient_id] = patient.replaced_by
            for one in patient.identifiers:
                self.identifiers[(one.assigner, one.value)] = patient.patient_id

    # ---- looking

    def all(self, resource_type: str) -> list[dict[str, Any]]:
        """Every resource of a type, oldest first."""
        return [document.from_bytes(s.raw) for (kind, _), s in self.resources.items() if kind == resource_type]

    def one(self, resource_type: str) -> dict[str, Any]:
        """The only resource of a type."""
        (body,) = self.all(resource_type)
        return body

    def versions(self) -> dict[tuple[str, str], int]:
        return {key: stored.version for key, stored in self.resources.items()}
