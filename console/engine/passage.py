"""One message on its way through parse, identify and map: what follows from it, before anything is written.

Never raises for what a message holds. A message that cannot be used, and a fault of our own, both end as a dead letter
whose text names the place and quotes nothing.
"""

from __future__ import annotations

import logging
import traceback
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Final

from console.core.clock import Clock, from_micros
from console.core.errors import InvalidMessage
from console.core.events import Event, EventError, Hop
from console.core.ids import EventId, UuidSource
from console.engine.passage_events import PassageEvents
from console.engine.pipeline_state import PipelineState
from console.engine.settings import EngineSettings
from console.evidence.fingerprint import Group, group_of
from console.fhir import bundle
from console.fhir.concept_map import ConceptMaps
from console.fhir.context import Action, Alias, MappingContext, Outcome, OutcomeKind, PatientFact
from console.fhir.identify import Identified, identify
from console.fhir.mapping import map_message
from console.fhir.validate import gate
from console.hl7v2 import timestamp
from console.hl7v2.message import Message, parse
from console.storage import resource_state
from console.storage.dead_letters import OURS_TO_MEND, order_keys
from console.storage.inbox import Pending
from console.storage.outbox import Entry
from console.storage.resource_state import StateRow

_PACKAGE: Final = Path(__file__).resolve().parents[1]
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Road:
    """What every message of a batch is mapped with. `holder` names the dead letter that holds any of these orders."""

    settings: EngineSettings
    concept_maps: ConceptMaps
    destinations: tuple[str, ...]
    state: PipelineState
    holder: Callable[[Sequence[str]], str | None]
    ids: UuidSource
    clock: Clock


@dataclass(frozen=True, slots=True)
class Parcel:
    """What goes out to every destination: the bundle, and where each resource lies in it."""

    event_id: EventId
    bundle: bytes
    sha256: str
    entries: tuple[Entry, ...]


@dataclass(frozen=True, slots=True)
class Death:
    """Why and where a message stopped; `event_id` is that of its message.dead_lettered."""

    event_id: EventId
    hop: Hop
    error: EventError
    group: Group


@dataclass(slots=True, kw_only=True)
class Passage:
    """What one message came to: `death` when it stopped, `waits_for` when it waits (`held`: for a dead letter of its
    order), else what it changes."""

    pending: Pending
    order_keys: tuple[str, ...]
    patient_id: str = ""
    encounter_id: str = ""
    outcome: Outcome | None = None
    events: list[Event] = field(default_factory=list)
    rows: tuple[StateRow, ...] = ()
    patients: tuple[PatientFact, ...] = ()
    parcel: Parcel | None = None
    waits_for: str = ""
    held: bool = False
    death: Death | None = None

    @property
    def holds_orders_for(self) -> str:
        """The dead letter for which later messages of its orders must wait: its own, when it can be mended here, or the
        one it waits for itself; '' when nobody need wait."""
        if self.death is not None:
            return self.death.event_id if self.death.error.code in OURS_TO_MEND else ""
        return self.waits_for if self.held else ""

    @property
    def came_through(self) -> bool:
        """Whether what it says may be laid over what is known."""
        return self.death is None and not self.waits_for

    @property
    def lanes(self) -> tuple[str, ...]:
        """What orders this message among others on the way out: the patients it writes about, because all messages of
        a patient write the same Patient and Encounter; without any, its order."""
        outcome = self.outcome
        patients = [self.patient_id]
        if outcome is not None:
            patients += [fact.patient_id for fact in outcome.patients]
            patients += [fact.patient_id for fact in outcome.encounters]
        named = dict.fromkeys(filter(None, patients))
        return tuple(named) or (outcome.lane if outcome and outcome.lane else self.pending.trace_id,)

    @property
    def aliases(self) -> tuple[Alias, ...]:
        return self.outcome.aliases if self.outcome and self.came_through else ()

    @property
    def provides(self) -> Iterable[str]:
        """The names under which another message may have waited for this one: a resource it made, its orders, its
        lane."""
        if self.outcome is None or not self.came_through:
            return ()
        made = [change.reference for change in self.outcome.changes if change.action is Action.CREATE]
        return dict.fromkeys(
            [*made, *(fact.order_id for fact in self.outcome.orders), *filter(None, [self.outcome.lane])]
        )


def pass_through(pending: Pending, road: Road) -> Passage:
    """Takes one message through the pipeline. What it made counts in `road.state` from then on."""
    passage = Passage(pending=pending, order_keys=order_keys(pending.keys, pending.sender))
    told = PassageEvents(pending, ids=road.ids, clock=road.clock)
    passage.events = told.events
    hop = Hop.PARSE
    try:
        message = _parsed(pending, road, told)
        hop = Hop.IDENTIFY
        found = _identified(message, road, told)
        passage.patient_id, passage.encounter_id = found.patient.patient_id, found.visit.encounter_id or ""
        hop = Hop.MAP
        context = _context(message, found, pending, road)
        held_by = road.holder(passage.order_keys) if passage.order_keys else None
        if held_by is not None:
            _wait_behind(passage, held_by, _description(message, context, road), told)
        else:
            passage.outcome = map_message(message, context, road.state)
            _conclude(passage, passage.outcome, road, told)
    except InvalidMessage as fault:
        _stop(passage, hop, EventError(fault.code, fault.text, fault.path), told)
    except Exception as error:  # noqa: BLE001 - one message must not stop the others
        _log.exception(
            "a message could not be mapped because of a fault in Signalbox", extra={"event_id": pending.event_id}
        )
        _stop(passage, hop, fault_of_ours(error), told)
    return passage


def fault_of_ours(error: BaseException) -> EventError:
    """A dead letter's reason for an exception: its type and place. Never its text, which may quote the message."""
    place = "a library"
    for frame in traceback.extract_tb(error.__traceback__):
        file = Path(frame.filename)
        if file.is_relative_to(_PACKAGE):
            place = f"{file.relative_to(_PACKAGE.parent).as_posix()}:{frame.lineno}"
    return EventError(
        "bug",
        f"Signalbox itself failed on this message ({type(error).__name__} in {place}). The message is kept. "
        "Report this text; after an update the message can be taken up again.",
    )


def _parsed(pending: Pending, road: Road, told: PassageEvents) -> Message:
    if pending.raw is None:
        raise InvalidMessage("the message's bytes were deleted by the retention rule", code="body-purged")
    source = road.settings.source(pending.sending_application, pending.sending_facility)
    message = parse(pending.raw, charset=source.charset)
    zone = source.zone or road.settings.zone
    told.parsed(message, timestamp.fhir_instant(message.header.message_time, zone) or "")
    return message


def _identified(message: Message, road: Road, told: PassageEvents) -> Identified:
    found = identify(
        message,
        tenant=road.settings.tenant,
        authorities=road.settings.authorities,
        look_up=road.state.patient_of,
        visit_alias=lambda assigner, number: road.state.order_id("visit", assigner, number),
    )
    told.identified(found)
    return found


def _context(message: Message, found: Identified, pending: Pending, road: Road) -> MappingContext:
    header = message.header
    source = road.settings.source(pending.sending_application, pending.sending_facility)
    return MappingContext(
        tenant=road.settings.tenant,
        received_at=from_micros(pending.received_at),
        zone=source.zone or road.settings.zone,
        source=f"{header.sending_application}|{header.sending_facility}",
        concept_maps=road.concept_maps,
        authorities=road.settings.authorities,
        event_id=pending.event_id,
        trace_id=pending.trace_id,
        payload_sha256=pending.sha256,
        patient_id=found.patient.patient_id,
        patient_flags=found.patient.flags,
        encounter_id=found.visit.encounter_id,
        visit_number=found.visit.number,
        visit_assigner=found.visit.assigner,
        identifier_fields=source.patient_identifiers,
    )


def _wait_behind(passage: Passage, held_by: str, outcome: Outcome | None, told: PassageEvents) -> None:
    passage.outcome, passage.waits_for, passage.held = outcome, held_by, True
    because = f"Blocked by {held_by}: an earlier message of its order stopped there."
    told.waiting(outcome, waits_for=held_by, because=because)


def _description(message: Message, context: MappingContext, road: Road) -> Outcome | None:
    """What a waiting message is about, as far as it can be told now. Nothing of it is applied."""
    try:
        return map_message(message, context, road.state)
    except Exception:  # noqa: BLE001 - it will be mapped, and fail, when its turn comes
        return None


def _conclude(passage: Passage, outcome: Outcome, road: Road, told: PassageEvents) -> None:
    """What the outcome means now. Raises InvalidMessage when the message, or what was made of it, is refused."""
    if outcome.kind is OutcomeKind.DEAD:
        error = outcome.error or EventError("not-mapped", "the message cannot be mapped")
        raise InvalidMessage(error.text, code=error.code, path=error.path)
    if outcome.kind is OutcomeKind.WAITING:
        passage.waits_for = outcome.waits_for
        told.waiting(outcome, waits_for=outcome.waits_for, because=outcome.because)
    else:
        _apply(passage, outcome, road, told)


def _apply(passage: Passage, outcome: Outcome, road: Road, told: PassageEvents) -> None:
    state = road.state
    issues = gate(outcome.changes, state.known)
    if issues:
        more = f" (and {len(issues) - 1} more)" if len(issues) > 1 else ""
        raise InvalidMessage(f"{issues[0].path}: {issues[0].text}{more}", code="gate", path=issues[0].path)
    event_id = road.ids.event_id()
    rows = (resource_state.row_of(change, event_id) for change in outcome.changes)
    passage.rows = tuple(
        row
        for row, change in zip(rows, outcome.changes, strict=True)
        if change.action is not Action.NONE or row.guard != state.guard(row.type, row.id)
    )
    passage.patients = state.news(outcome.patients)
    state.take(passage.rows, outcome.aliases, passage.patients)
    if outcome.kind is OutcomeKind.MAPPED:
        passage.parcel = parcel = _parcel(outcome, event_id)
        told.mapped(outcome, event_id=event_id, sha256=parcel.sha256, destinations=road.destinations)
    elif outcome.kind is OutcomeKind.SUPERSEDED:
        told.superseded(outcome, event_id=event_id)
    else:
        told.recorded(outcome, event_id=event_id)


def _parcel(outcome: Outcome, event_id: EventId) -> Parcel:
    """The bundle, and where each resource lies in it: byte for byte, in the order of the changes."""
    made = bundle.bundle(outcome)
    entries: list[Entry] = []
    end = 0
    for change in outcome.writes:
        start = made.index(change.raw, end)
        end = start + len(change.raw)
        version = (change.if_match or 0) + 1
        entries.append(Entry(change.type, change.id, version, change.if_match, start, len(change.raw)))
    return Parcel(event_id, made, sha256(made).hexdigest(), tuple(entries))


def _stop(passage: Passage, hop: Hop, error: EventError, told: PassageEvents) -> None:
    group = group_of(error, hop=hop.value)
    event_id = told.dead_lettered(passage.outcome, hop, error, group)
    passage.death = Death(event_id, hop, error, group)


def doomed(pending: Pending, error: Exception, *, ids: UuidSource, clock: Clock) -> Passage:
    """The passage of a message whose outcome could not be written: a dead letter and nothing else."""
    passage = Passage(pending=pending, order_keys=order_keys(pending.keys, pending.sender))
    told = PassageEvents(pending, ids=ids, clock=clock)
    passage.events = told.events
    _stop(passage, Hop.MAP, fault_of_ours(error), told)
    return passage
