"""A message on its way to an outcome: what has been projected so far, and the ways it can end."""

from __future__ import annotations

from datetime import UTC

from console.core.errors import InvalidMessage
from console.core.events import EventError
from console.fhir import datatypes
from console.fhir.context import (
    Action,
    Alias,
    Body,
    Category,
    EncounterFact,
    MappingContext,
    OrderFact,
    Outcome,
    OutcomeKind,
    PatientFact,
    State,
)
from console.fhir.effect_id import effect_id
from console.fhir.mapping import provenance
from console.fhir.projection import Projection
from console.fhir.terms import Terms
from console.hl7v2.message import Message

NOTHING_NEW = "Everything in it was known already, so nothing was written."


class Draft:
    """Collects what one message amounts to. Mutable, used by one mapping call, never kept.

    `rank` orders statements about the same resource: event time (EVN-2, else EVN-6), then MSH-7, as UTC texts; '' when
    the message has no time. A time after the receipt counts as the receipt: a clock that runs ahead must not silence
    everything that follows. `occurred` is when the thing happened (EVN-6, else EVN-2, else MSH-7) and
    `recorded_at` EVN-2, as FHIR dateTimes.
    """

    def __init__(self, message: Message, context: MappingContext, state: State, *, category: Category) -> None:
        self.message = message
        self.context = context
        self.state = state
        self.category = category
        self.trigger = message.header.message_type
        self.projection = Projection(state)
        self.terms = Terms(
            context.concept_maps,
            authorities=context.authorities,
            source=context.source,
            zone=context.zone,
            marks=_marks(message),
        )
        evn = message.first("EVN")
        recorded = evn.get(2) if evn else ""
        happened = evn.get(6) if evn else ""
        sent = message.header.message_time
        self.recorded_at = datatypes.date_time(recorded, self.terms)
        self.occurred = next(
            (t for raw in (happened, recorded, sent) if (t := datatypes.date_time(raw, self.terms))), ""
        )
        self.terms.day = self.occurred[:10]
        received = context.received_at.astimezone(UTC).isoformat(timespec="microseconds")
        told = datatypes.instant(recorded, self.terms) or datatypes.instant(happened, self.terms)
        statement, posted = min(told, received), min(datatypes.instant(sent, self.terms), received)
        self.rank = f"{statement or posted}|{posted}" if statement or posted else ""
        self.aliases: list[Alias] = []
        self.orders: list[OrderFact] = []
        self.patients: dict[str, PatientFact] = {}
        self.encounters: dict[str, EncounterFact] = {}
        self.warnings: list[str] = []
        self.location = ""
        self._subject: Body | None = None
        self._encounter: Body | None = None
        self._orders_of: dict[tuple[str, str, str], str] = {}

    # ------------------------------------------------------------ words for mappers

    @property
    def patient_id(self) -> str:
        """The patient the spine found. Raises InvalidMessage when the message identified nobody."""
        if not self.context.patient_id:
            raise InvalidMessage(
                "no patient identifier that counts: PID-3 is empty or holds no medical record or national number",
                code="patient-not-identified",
                path="PID-3",
            )
        return self.context.patient_id

    @property
    def subject(self) -> Body:
        """The Reference to the patient: one dict for the whole message, not to be changed."""
        if self._subject is None:
            self._subject = {"reference": f"Patient/{self.patient_id}"}
        return self._subject

    @property
    def encounter(self) -> Body | None:
        """The Reference to the visit, if the message names one that is known (or was just projected); one dict for the
        whole message, not to be changed."""
        if self._encounter is None:
            identity = self.context.encounter_id
            if identity is not None and self.projection.known("Encounter", identity):
                self._encounter = {"reference": f"Encounter/{identity}"}
        return self._encounter

    def id_of(self, resource_type: str, *parts: str) -> str:
        """`effect_id` within the tenant."""
        return effect_id(self.context.tenant, resource_type, *parts)

    def order_of(self, kind: str, assigner: str, value: str) -> str:
        """The order an alias belonged to before this message, '' for none."""
        key = (kind, assigner, value)
        found = self._orders_of.get(key)
        if found is None:
            found = self._orders_of[key] = self.state.order_id(kind, assigner, value) or ""
        return found

    def warn(self, text: str) -> None:
        """Notes something a reader should know; never patient data."""
        if text not in self.warnings:
            self.warnings.append(text)

    def stale(self, resource_type: str, resource_id: str) -> bool:
        """Whether a newer statement about the resource was applied before."""
        return bool(self.rank) and self.rank < str(self.projection.guard(resource_type, resource_id).get("rank", ""))

    # ------------------------------------------------------------ the ways to end

    def mapped(self, title: str, *, lane: str = "") -> Outcome:
        """The outcome with all projected resources and the message's Provenance. When nothing changed, the message is
        recorded: there is nothing to write."""
        changes = self.projection.changes()
        if any(c.action is not Action.NONE for c in changes):
            changes = (*changes, *provenance.of_message(self, changes))
            return self._outcome(OutcomeKind.MAPPED, title, lane=lane, changes=changes)
        return self._outcome(OutcomeKind.RECORDED, title, lane=lane, changes=changes, reason=NOTHING_NEW)

    def recorded(self, title: str, reason: str, *, lane: str = "") -> Outcome:
        """Kept and understood, no resource follows."""
        return self._outcome(OutcomeKind.RECORDED, title, lane=lane, reason=reason)

    def superseded(self, title: str, reason: str, *, lane: str = "") -> Outcome:
        """A newer statement was applied before: recorded, not applied."""
        return self._outcome(OutcomeKind.SUPERSEDED, title, lane=lane, reason=reason)

    def waiting(self, title: str, *, waits_for: str, because: str, lane: str = "") -> Outcome:
        """For another message to come first."""
        return self._outcome(OutcomeKind.WAITING, title, lane=lane, waits_for=waits_for, because=because)

    def dead(self, title: str, fault: InvalidMessage, *, lane: str = "") -> Outcome:
        """Cannot be used."""
        return self._outcome(OutcomeKind.DEAD, title, lane=lane, error=EventError(fault.code, fault.text, fault.path))

    def _outcome(self, kind: OutcomeKind, title: str, *, lane: str, **more: object) -> Outcome:
        return Outcome(
            kind=kind,
            category=self.category,
            title=title,
            trigger=self.trigger,
            aliases=tuple(self.aliases),
            orders=tuple(self.orders),
            patients=tuple(self.patients.values()),
            encounters=tuple(self.encounters.values()),
            maps=tuple(sorted(self.terms.maps)),
            unmapped=tuple(sorted(self.terms.unmapped)),
            warnings=tuple(self.warnings),
            lane=lane or self.context.patient_id,
            location=self.location,
            **more,  # type: ignore[arg-type]
        )


def _marks(message: Message) -> str:
    """The delimiters and charset, by which raw texts are read."""
    d = message.delimiters
    return f"{d.component}{d.repetition}{d.escape}{d.subcomponent} {message.charset}"
