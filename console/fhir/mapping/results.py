"""ORU and OUL: every OBR is a DiagnosticReport, every OBX one Observation or document (HL7 v2.8 chapter 7).

A correction of one OBX leaves its siblings alone; a message older than what is filed is recorded and not applied; the
report's status never goes back. Sources: V2-to-FHIR OBR[DiagnosticReport], OBX[Observation]; HL7 tables 0123 and 0085.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Final

from console.core.errors import InvalidMessage
from console.fhir import datatypes
from console.fhir.context import Body, Category, MappingContext, Outcome, State
from console.fhir.datatypes import date_time, instant, part
from console.fhir.effect_id import report_id, request_id
from console.fhir.mapping import attachments, microbiology, observations, orders, requests, specimens, version_guard
from console.fhir.mapping.draft import Draft
from console.fhir.mapping.notes import note_text
from console.fhir.mapping.observation_value import ATTACHED_TYPES
from console.fhir.mapping.observations import Observed, Reading, Report
from console.fhir.mapping.order_groups import OrderGroup, order_groups
from console.fhir.mapping.order_identity import OrderIdentity, identify
from console.fhir.projection import Facts, Keyed
from console.fhir.terms import V2
from console.hl7v2.message import Message

_REPORT_STATUS: Final = "v2-0123-report-status"
_NOBODY_KNOWS: Final = frozenset({"Y", "Z"})
_STALE: Final = "A newer version of the result is filed; this one is recorded, not applied."
_SEVERE: Final = ("HH", "LL", "AA", ">", "<", "H", "L", "A")


@dataclass(slots=True)
class _Seen:
    """What came of one report: for the message's outcome and the order's loop."""

    status: str
    flags: list[str]
    stale: bool


def map_results(message: Message, context: MappingContext, state: State) -> Outcome:
    """Results -> DiagnosticReport, Observation, DocumentReference, Specimen, and the ServiceRequest they answer."""
    draft = Draft(message, context, state, category=Category.RESULT)
    groups = [group for group in order_groups(message) if group.obr is not None or group.findings]
    title = orders.title_of(groups) or "Result"
    lane = ""
    try:
        if not groups:
            return orders.without_groups(
                draft, title, "The message holds no result: there is neither OBR nor OBX in it."
            )
        draft.subject  # noqa: B018 - raises when the message identified nobody
        identities = [identify(draft, group, results=True) for group in groups]
        lane = identities[0].order
        for group, identity in zip(groups, identities, strict=True):
            status = draft.terms.target(_REPORT_STATUS, _sent_status(group))
            draft.orders.append(orders.order_fact(draft, group, identity, role="result", result_status=status))
        orders.project_people(draft)
        places: Counter[tuple[str, str, str]] = Counter()
        seen = []
        for group, identity in zip(groups, identities, strict=True):
            key = (identity.report, requests.display_of(group)[0], microbiology.parent_key(group))
            seen.append(_lay_report(draft, group, identity, nth=places[key]))
            places[key] += 1
    except InvalidMessage as fault:
        return draft.dead(title, fault, lane=lane)
    draft.orders = [
        orders.order_fact(draft, group, identity, role="result", result_status=one.status, abnormal=_worst(one.flags))
        for group, identity, one in zip(groups, identities, seen, strict=True)
    ]
    if all(one.stale for one in seen):
        return draft.superseded(title, _STALE, lane=lane)
    return draft.mapped(title, lane=lane)


def _sent_status(group: OrderGroup) -> str:
    status = group.obr.get(25).strip().upper() if group.obr is not None and not group.obr.is_null(25) else ""
    if status:
        return status
    sent = {f.obx.get(11).strip().upper() for f in group.findings}
    return next((s for s in ("C", "F", "P") if s in sent), "F")


def _worst(flags: list[str]) -> str:
    return next((f for f in _SEVERE if f in flags), flags[0] if flags else "")


def _lay_report(draft: Draft, group: OrderGroup, identity: OrderIdentity, *, nth: int) -> _Seen:
    sent_status = _sent_status(group)
    if sent_status in _NOBODY_KNOWS:
        raise InvalidMessage(
            "the laboratory says it has no order or no patient for this result (OBR-25 Y or Z): a person must decide",
            code="no-order-on-record",
            path=group.obr.path(25) if group.obr else "OBR-25",
        )
    status = draft.terms.target(_REPORT_STATUS, sent_status, "unknown")
    parent = microbiology.parent_order(draft, group)
    resource_id = report_id(
        draft.context.tenant,
        identity.report,
        requests.display_of(group)[0],
        parent="|".join(p for p in (parent, microbiology.parent_key(group)) if p),
        nth=nth,
    )
    samples = specimens.project(draft, group, identity.order)
    _lay_request(draft, group, identity, samples)
    if parent:
        requests.stub(draft, request_id(draft.context.tenant, "ServiceRequest", parent))
    report = _shared(draft, group, identity, resource_id, samples)
    made = observations.readings(group.findings)
    _check_repeats(draft, resource_id, made)
    observed: list[Observed] = []
    forms: list[Body] = []
    documents: list[Observed] = []
    for reading in made:
        if reading.obx.get(2).strip().upper() in ATTACHED_TYPES:
            one, form = attachments.project(draft, reading, report)
            documents.append(one)
            if not one.stale:
                forms.append(form)
        else:
            observed.append(observations.project(draft, reading, report))
    stale = _lay_body(draft, group, report, status, sent_status, observed, forms)
    microbiology.adopt_waiting(draft, identity.report, [one for one in observed if not one.stale])
    microbiology.link_children(draft, group, parent, [one for one in observed if not one.stale])
    flags = [one.flag for one in observed if one.flag]
    return _Seen(status, flags, stale and all(one.stale for one in (*observed, *documents)))


def _lay_request(draft: Draft, group: OrderGroup, identity: OrderIdentity, samples: list[Body]) -> None:
    """The order the result answers: made if nobody sent it, its gaps filled, completed when the filler says so."""
    status, _ = orders.status_of(draft, group)
    resource_id = request_id(draft.context.tenant, "ServiceRequest", identity.order)
    before = (draft.projection.body("ServiceRequest", resource_id) or {}).get("status", "")
    done = status if status in ("completed", "revoked") and before in ("", "active", "on-hold", "unknown") else ""
    requests.lay(draft, group, identity, status=done, authority=False, specimens=samples)


def _shared(draft: Draft, group: OrderGroup, identity: OrderIdentity, resource_id: str, samples: list[Body]) -> Report:
    obr = group.obr
    effective = next((t for n in (7, 8, 14, 22) if obr is not None and (t := date_time(obr.get(n), draft.terms))), "")
    if not effective:
        effective = next((t for f in group.findings if (t := date_time(f.obx.get(14), draft.terms))), "")
    draft.terms.day = (effective or draft.occurred)[:10]
    return Report(
        identity=resource_id,
        effective=effective,
        issued=instant(obr.get(22), draft.terms) if obr is not None else "",
        sent=instant(draft.message.header.message_time, draft.terms),
        based_on=[requests.reference(draft, identity.order)],
        specimen=samples[0] if samples else None,
        performer=[],
    )


def _check_repeats(draft: Draft, resource_id: str, made: list[Reading]) -> None:
    """Where one OBX-3 and OBX-4 stand several times, only their place tells them apart. When that count differs from
    what is filed, nobody can say which is which: a person must. Raises InvalidMessage `repeated-results-changed`."""
    counts = Counter("\x1f".join(reading.key) for reading in made)
    held: dict[str, int] = draft.projection.guard("DiagnosticReport", resource_id).get("repeats", {})
    for key, count in counts.items():
        before = held.get(key, 0)
        if before and count != before and max(count, before) > 1:
            reading = next(r for r in made if "\x1f".join(r.key) == key)
            raise InvalidMessage(
                f"a result that stood {before} times in the report now stands {count} times under the same code and "
                "sub-id: which one is which cannot be told; ask the sender to number them in OBX-4",
                code="repeated-results-changed",
                path=reading.obx.path(4),
            )


def _lay_body(
    draft: Draft,
    group: OrderGroup,
    report: Report,
    status: str,
    sent_status: str,
    observed: list[Observed],
    forms: list[Body],
) -> bool:
    """Lays the report; gives whether it was older than what is filed (then only new results are added to it)."""
    rank = version_guard.rank(status, report.issued, report.sent)
    body, guard = draft.projection.open("DiagnosticReport", report.identity)
    stale = version_guard.is_stale(rank, guard)
    repeats: dict[str, int] = guard.setdefault("repeats", {})
    for key, count in Counter("\x1f".join(one.key) for one in observed).items():
        repeats[key] = max(count, repeats.get(key, 0))
    results = [{"reference": f"Observation/{one.identity}"} for one in observed if not one.stale]
    facts: Facts = {"subject": draft.subject}
    if not stale:
        facts |= _facts(draft, group, report, status)
    if results:
        facts["result"] = Keyed(results, "reference")
    if forms:
        facts["presentedForm"] = Keyed(forms, "title", "contentType")
    if stale and not results and not forms:
        return True
    draft.projection.lay("DiagnosticReport", report.identity, facts)
    if not stale:
        body["status"] = _status(draft, body, status)
        version_guard.note(rank, guard)
        _tag_corrected(body, corrected=sent_status == "M")
    return stale


def _facts(draft: Draft, group: OrderGroup, report: Report, status: str) -> Facts:
    terms, obr = draft.terms, group.obr
    facts: Facts = {"status": status, "basedOn": report.based_on}
    if draft.encounter is not None:
        facts["encounter"] = draft.encounter
    identifiers = [
        made
        for kind, places in (("PLAC", (("ORC", 2), ("OBR", 2))), ("FILL", (("ORC", 3), ("OBR", 3))))
        if (found := group.first(*places))
        for rep in found[0].reps(found[1])[:1]
        if (made := datatypes.entity_identifier(rep, terms, type_code=kind))
    ]
    if identifiers:
        facts["identifier"] = Keyed(identifiers)
    coded = requests.service_code(group)
    facts["code"] = (datatypes.concept(coded, terms) if coded else None) or {"text": "Result"}
    begins = date_time(obr.get(7), terms) if obr is not None else ""
    ends = date_time(obr.get(8), terms) if obr is not None else ""
    if begins and ends and begins != ends and "T" in begins and "T" in ends:
        if span := datatypes.period(obr.get(7), obr.get(8), terms) if obr is not None else None:
            facts["effectivePeriod"] = span
    elif report.effective:
        facts["effectiveDateTime"] = report.effective
    if report.issued:
        facts["issued"] = report.issued.replace("+00:00", "Z")
    if section := group.text(("OBR", 24)):
        facts["category"] = [{"coding": [{"system": V2 + "0074", "code": " ".join(section.split())}]}]
    if report.specimen is not None:
        facts["specimen"] = [report.specimen]
    if obr is not None:
        interpreters = [made for r in obr.reps(32) if (made := _interpreter(draft, r))]
        if interpreters:
            facts["resultsInterpreter"] = interpreters
    if said := note_text(group.notes):
        facts["conclusion"] = said
    return facts


def _interpreter(draft: Draft, rep: datatypes.Parts) -> Body | None:
    """NDL: the name stands in its first component's sub-components."""
    number, family, given = part(rep, 1, 1), part(rep, 1, 2), part(rep, 1, 3)
    display = " ".join(n for n in (given, family) if n)
    if not number and not display:
        return None
    made: Body = {"type": "Practitioner", "display": display or number}
    if number:
        made["identifier"] = {"system": draft.terms.authority(part(rep, 1, 9)), "value": number}
    return made


def _status(draft: Draft, body: Body, status: str) -> str:
    """The report's own status; a corrected or amended result inside makes a 'final' report corrected."""
    if status != "final":
        return status
    for entry in body.get("result", ()):
        found = draft.projection.body("Observation", str(entry["reference"]).removeprefix("Observation/"))
        if found is not None and found.get("status") in ("corrected", "amended"):
            return str(found["status"])
    return status


def _tag_corrected(body: Body, *, corrected: bool) -> None:
    """OBR-25 M: corrected and not final. R4 has no such status: preliminary with a tag."""
    if corrected:
        body["meta"] = {"tag": [{"system": "urn:signalbox:result-tag", "code": "corrected", "display": "Corrected"}]}
    else:
        body.pop("meta", None)
