"""RDE, OMP, RDS, RAS -> MedicationRequest, MedicationDispense, MedicationAdministration.

One request per order. Where an order was both placed (RXO) and encoded by the pharmacy (RXE), these are two requests:
the original order, and the filler's order based on it. Safety: a dose that cannot be read as number and unit is never
guessed; the text stays, and the request is tagged `dose-unstructured`. Sources: HL7 v2.8.2 chapter 4A; V2-to-FHIR
RXO, RXR, TQ1[MedicationRequest].
"""

from __future__ import annotations

from collections import Counter
from typing import Final

from console.core.errors import InvalidMessage
from console.fhir import datatypes, fields
from console.fhir.context import Body, Category, MappingContext, OrderFact, Outcome, State
from console.fhir.datatypes import date_time, part
from console.fhir.mapping import enclosed, encounter, notes, order_identity, patient, requests
from console.fhir.mapping.dosage import dosage_of
from console.fhir.mapping.draft import Draft
from console.fhir.mapping.drug_groups import DrugGroup, drug_groups, first_rep
from console.fhir.mapping.order_groups import OrderGroup
from console.fhir.mapping.order_identity import OrderIdentity
from console.fhir.projection import Facts, Keyed
from console.hl7v2.message import Message, Segment

TAG: Final = "urn:signalbox:tag"
_NO_MAP: Final = {
    "RGV": "A give instruction repeats the order for the one who administers; the order itself is kept.",
    "RRE": "An answer to a pharmacy order; the order is kept from the message it answers.",
    "ORP": "An answer to a pharmacy order; the order is kept from the message it answers.",
}


def map_pharmacy(message: Message, context: MappingContext, state: State) -> Outcome:
    """RDE, OMP, RDS, RAS. Raises InvalidMessage without patient or order number."""
    draft = Draft(message, context, state, category=Category.MEDICATION)
    family = message.header.message_type.partition("^")[0]
    if reason := _NO_MAP.get(family):
        return draft.recorded(message.header.message_type.replace("^", " "), reason)
    groups = [g for g in drug_groups(message.segments) if g.rxo or g.rxe or g.rxd or g.rxa]
    if not groups:
        raise InvalidMessage("a pharmacy message without RXO, RXE, RXD or RXA", code="no-medication", path="RXE")
    patient.project(draft, authority=False)
    encounter.project_context(draft)
    said = [project_group(draft, group, nth) for group, nth in _numbered(draft, groups)]
    enclosed.project(draft, draft.orders[0].order_id)
    titles = list(dict.fromkeys(title for title, _ in said if title))
    lane = draft.orders[0].order_id if draft.orders else ""
    if all(stale for _, stale in said):
        return draft.superseded(
            ", ".join(titles),
            "A later statement about this order was applied before; this one changes nothing.",
            lane=lane,
        )
    return draft.mapped(", ".join(titles) or "Medication", lane=lane)


def _numbered(draft: Draft, groups: list[DrugGroup]) -> list[tuple[tuple[DrugGroup, OrderIdentity], int]]:
    """The groups with their orders, and which of several medicines under one order number each is."""
    seen: Counter[str] = Counter()
    made: list[tuple[tuple[DrugGroup, OrderIdentity], int]] = []
    for group in groups:
        identity = order_identity.identify(draft, OrderGroup(orc=group.orc), results=False)
        made.append(((group, identity), seen[identity.order]))
        seen[identity.order] += 1
    return made


def project_group(draft: Draft, ordered: tuple[DrugGroup, OrderIdentity], nth: int = 0) -> tuple[str, bool]:
    """Lays one pharmacy order; gives the drug's name and whether a later statement stood in the way."""
    group, identity = ordered
    further = (str(nth),) if nth else ()
    request = draft.id_of("MedicationRequest", identity.order, *further)
    stale = draft.stale("MedicationRequest", request)
    filler = draft.id_of("MedicationRequest", identity.order, "RXE", *further)
    placed_before = draft.projection.guard("MedicationRequest", request).get("rx") == "RXO"
    orders = [s for s in (group.rxo, group.rxe) if s is not None]
    name = ""
    for segment in orders:
        second = segment is group.rxe and (group.rxo is not None or placed_before)
        if not stale:
            intent = "filler-order" if second else "original-order" if group.rxe and group.rxo else "order"
            target, base = (filler, request) if second else (request, "")
            _lay_request(draft, group, segment, target, intent, based_on=base)
        name = datatypes.display_text(rep) if (rep := first_rep(segment, _code_field(segment))) else name
    if orders and not stale:
        _align_status(draft, group.orc, (request, filler))
    for rxd in group.rxd:
        name = _lay_dispense(draft, group, rxd, request) or name
    for rxa in group.rxa:
        name = _lay_administration(draft, group, rxa, request) or name
    body = draft.projection.body("MedicationRequest", request) or {}
    draft.orders.append(_fact(draft, group, identity, body, name))
    return name, bool(orders) and stale


def _fact(draft: Draft, group: DrugGroup, identity: OrderIdentity, body: Body, name: str) -> OrderFact:
    coded = body.get("medicationCodeableConcept", {}).get("coding", [{}])
    return OrderFact(
        order_id=identity.order,
        role="result" if group.rxd or group.rxa else "order",
        placer=identity.placer,
        filler=identity.filler,
        code=coded[0].get("code", ""),
        display=name,
        status=body.get("status", ""),
        at=body.get("authoredOn", "") or draft.occurred,
    )


def _code_field(segment: Segment) -> int:
    return 1 if segment.name == "RXO" else 2


# ---------------------------------------------------------------- RXO, RXE


def _lay_request(draft: Draft, group: DrugGroup, rx: Segment, target: str, intent: str, *, based_on: str) -> None:
    terms = draft.terms
    encoded = rx.name == "RXE"
    drug = first_rep(rx, _code_field(rx))
    medication = datatypes.concept(drug, terms, path=rx.path(_code_field(rx))) if drug else None
    facts: Facts = {
        "intent": intent,
        "subject": draft.subject,
        "medicationCodeableConcept": medication or {"text": "medication not named"},
    }
    if draft.encounter:
        facts["encounter"] = draft.encounter
    if based_on:
        facts["basedOn"] = [{"reference": f"MedicationRequest/{based_on}"}]
    known = draft.projection.known("MedicationRequest", target)
    status = _status(draft, group.orc)
    if status or not known:
        facts["status"] = status or "unknown"
    tags = _tags(group.orc)
    if found := _identifiers(draft, group.orc, rx if encoded else None):
        facts["identifier"] = Keyed(found)
    _lay_orc(facts, draft, group.orc)
    dosage, unstructured = dosage_of(draft, group, rx)
    if dosage:
        facts["dosageInstruction"] = [dosage]
    if unstructured:
        tags.append({"system": TAG, "code": "dose-unstructured"})
    if priority := _priority(draft, group, rx):
        facts["priority"] = priority
    if supply := _supply(rx, encoded=encoded):
        facts["dispenseRequest"] = supply
    swap = rx.get(9).upper()
    if swap and not rx.is_null(9) and (coding := terms.coding("v2-0161-substitution", swap)):
        facts["substitution"] = {"allowedCodeableConcept": {"coding": [coding]}}
    if not encoded and (reasons := fields.listed(rx, 20, lambda r: datatypes.concept(r, terms))):
        facts["reasonCode"] = reasons
    if remarks := _remarks(group, rx):
        facts["note"] = [{"text": remarks}]
    body = draft.projection.lay("MedicationRequest", target, facts, rank=draft.rank)
    draft.projection.guard("MedicationRequest", target)["rx"] = rx.name
    _set_tags(body, tags)


def _align_status(draft: Draft, orc: Segment | None, requests: tuple[str, str]) -> None:
    """What happened to the order happened to both its requests."""
    status = _status(draft, orc)
    for request in requests:
        body = draft.projection.body("MedicationRequest", request)
        if body is not None and status:
            body["status"] = status


def _set_tags(body: Body, tags: list[Body]) -> None:
    body.pop("meta", None)
    if tags:
        body["meta"] = {"tag": tags}


def _status(draft: Draft, orc: Segment | None) -> str:
    """ORC-5 by table 0038, else ORC-1 by table 0119; a cancel request leaves the order active until it is answered."""
    if orc is None:
        return "active"
    control, status = orc.get(1).upper(), orc.get(5).upper()
    if control == "CA":
        return "active"
    return draft.terms.target("v2-0038-medication-status", status) or draft.terms.target(
        "v2-0119-medication-status", control
    )


def _tags(orc: Segment | None) -> list[Body]:
    return [dict(requests.CANCEL_REQUESTED)] if orc is not None and orc.get(1).upper() == "CA" else []


def _identifiers(draft: Draft, orc: Segment | None, rxe: Segment | None) -> list[Body]:
    found: list[Body] = []
    for number, kind in ((2, "PLAC"), (3, "FILL")):
        if (
            orc
            and (rep := first_rep(orc, number))
            and (made := datatypes.entity_identifier(rep, draft.terms, type_code=kind))
        ):
            found.append(made)
    if rxe and (rep := first_rep(rxe, 15)) and (made := datatypes.entity_identifier(rep, draft.terms)):
        found.append(made)
    return found


def _lay_orc(facts: Facts, draft: Draft, orc: Segment | None) -> None:
    if orc is None:
        return
    terms = draft.terms
    if (authored := date_time(orc.get(9), terms)) and orc.get(1).upper() in ("NW", "RO", "XO", "OK", ""):
        facts["authoredOn"] = authored
    fields.state(facts, "requester", orc, 12, lambda r: datatypes.practitioner(r, terms))
    fields.state(facts, "recorder", orc, 10, lambda r: datatypes.practitioner(r, terms))
    if group := first_rep(orc, 4):
        made = datatypes.entity_identifier(group, terms, type_code="PGN")
        if made:
            facts["groupIdentifier"] = made
    fields.state(facts, "statusReason", orc, 16, lambda r: datatypes.concept(r, terms))


def _priority(draft: Draft, group: DrugGroup, rx: Segment) -> str:
    tq1 = next(iter(group.of(rx, "TQ1")), None)
    code = (tq1.get(9) if tq1 else "") or (group.orc.get(7, 6) if group.orc else "")
    return draft.terms.target("v2-0485-priority", code.upper()) if code and code != datatypes.NULL else ""


def _supply(rx: Segment, *, encoded: bool) -> Body:
    amount, unit, refills = (10, 11, 12) if encoded else (11, 12, 13)
    body: Body = {}
    if quantity := datatypes.quantity(rx.get(amount), first_rep(rx, unit)):
        body["quantity"] = quantity
    number = rx.get(refills)
    if number.isascii() and number.isdigit() and int(number) < 2**31:
        body["numberOfRepeatsAllowed"] = int(number)
    return body


def _remarks(group: DrugGroup, rx: Segment) -> str:
    """Notes, the pharmacist's instructions (RXO-6, RXE-21) and the components of a mixture (RXC)."""
    lines = [notes.note_text(group.of(rx, "NTE"))]
    special = first_rep(rx, 21 if rx.name == "RXE" else 6)
    lines.append(datatypes.display_text(special) if special else "")
    for rxc in group.of(rx, "RXC"):
        name = datatypes.display_text(rep) if (rep := first_rep(rxc, 2)) else ""
        unit = datatypes.display_text(rep) if (rep := first_rep(rxc, 4)) else ""
        kind = {"A": "Additive", "B": "Base"}.get(rxc.get(1).upper(), "Component")
        lines.append(f"{kind}: {' '.join(p for p in (name, rxc.get(3), unit) if p)}" if name else "")
    return "\n".join(line for line in lines if line)


# ---------------------------------------------------------------- RXD, RXA


def _lay_dispense(draft: Draft, group: DrugGroup, rxd: Segment, request: str) -> str:
    terms = draft.terms
    drug = first_rep(rxd, 2)
    target = draft.id_of("MedicationDispense", request, rxd.get(1), rxd.get(3), rxd.get(7))
    if draft.stale("MedicationDispense", target):
        return ""
    facts: Facts = {
        "status": "completed",
        "subject": draft.subject,
        "medicationCodeableConcept": (datatypes.concept(drug, terms, path=rxd.path(2)) if drug else None)
        or {"text": "medication not named"},
    }
    if draft.encounter:
        facts["context"] = draft.encounter
    if draft.projection.known("MedicationRequest", request):
        facts["authorizingPrescription"] = [{"reference": f"MedicationRequest/{request}"}]
    if quantity := datatypes.quantity(rxd.get(4), first_rep(rxd, 5)):
        facts["quantity"] = quantity
    if handed := date_time(rxd.get(3), terms):
        facts["whenHandedOver"] = handed
    if (rep := first_rep(rxd, 7)) and (made := datatypes.entity_identifier(rep, terms)):
        facts["identifier"] = Keyed([made])
    performers = [{"actor": p} for rep in rxd.reps(10) if (p := datatypes.practitioner(rep, terms))]
    if performers:
        facts["performer"] = performers
    remarks = "\n".join(t for rep in rxd.reps(9) if (t := part(rep)))
    if remarks:
        facts["note"] = [{"text": remarks}]
    if route := _route(draft, group, rxd):
        facts["dosageInstruction"] = [{"route": route}]
    draft.projection.lay("MedicationDispense", target, facts, rank=draft.rank)
    return datatypes.display_text(drug) if drug else ""


def _lay_administration(draft: Draft, group: DrugGroup, rxa: Segment, request: str) -> str:
    terms = draft.terms
    drug = first_rep(rxa, 5)
    given = date_time(rxa.get(3), terms)
    if not given:
        raise InvalidMessage(
            "an administration without its time (RXA-3)", code="no-administration-time", path=rxa.path(3)
        )
    target = draft.id_of("MedicationAdministration", request, rxa.get(1), rxa.get(2), rxa.get(3))
    if draft.stale("MedicationAdministration", target):
        return ""
    status = terms.target("v2-0322-administration-status", rxa.get(20).upper(), "completed")
    facts: Facts = {
        "status": "entered-in-error" if rxa.get(21).upper() == "D" else status,
        "subject": draft.subject,
        "medicationCodeableConcept": (datatypes.concept(drug, terms, path=rxa.path(5)) if drug else None)
        or {"text": "medication not named"},
        "effectiveDateTime": given,
    }
    if draft.encounter:
        facts["context"] = draft.encounter
    if draft.projection.known("MedicationRequest", request):
        facts["request"] = {"reference": f"MedicationRequest/{request}"}
    performers = [{"actor": p} for rep in rxa.reps(10) if (p := datatypes.practitioner(rep, terms))]
    if performers:
        facts["performer"] = performers
    dosage: Body = {}
    if rxa.get(6) != "999" and (dose := datatypes.quantity(rxa.get(6), first_rep(rxa, 7))):
        dosage["dose"] = dose
    if route := _route(draft, group, rxa):
        dosage["route"] = route
    if dosage:
        facts["dosage"] = dosage
    if reasons := fields.listed(rxa, 18, lambda r: datatypes.concept(r, terms)):
        facts["statusReason"] = reasons
    draft.projection.lay("MedicationAdministration", target, facts, rank=draft.rank)
    return datatypes.display_text(drug) if drug else ""


def _route(draft: Draft, group: DrugGroup, owner: Segment) -> Body | None:
    rxr = next(iter(group.of(owner, "RXR")), None)
    rep = first_rep(rxr, 1) if rxr else None
    return datatypes.concept(rep, draft.terms, table=("0162", "v2-0162-route")) if rep else None
