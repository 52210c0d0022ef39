"""Merges, links and changed numbers: one person behind two records, without losing either.

A merge never deletes: the record that gives way becomes inactive and points to the one that stays, which points back
and keeps the old number as an old identifier; the number leads to the survivor from then on. There is no unmerge
trigger in HL7 v2, so the inverse must stay possible. In this release a merge by exact identifier is applied at once and
the survivor is flagged `merged-automatically`. Sources: HL7 v2.8.2 chapter 3 (3.6.2); FHIR R4 Patient.link.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from console.core.errors import InvalidMessage
from console.fhir import datatypes, effect_id
from console.fhir.context import Alias, Body, Outcome
from console.fhir.identify import Visit, claims, prior_claims, visit, visit_of
from console.fhir.mapping import encounter, patient
from console.fhir.mapping.draft import Draft
from console.hl7v2.message import Message, Segment
from console.identity import spine

MERGED: Final = "merged-automatically"


@dataclass(frozen=True, slots=True)
class Group:
    """A PID and the segments that belong to it, up to the next PID."""

    pid: Segment
    segments: tuple[Segment, ...]

    def first(self, name: str) -> Segment | None:
        return next((s for s in self.segments if s.name == name), None)


@dataclass(frozen=True, slots=True)
class Who:
    """Whom a group is about."""

    patient_id: str
    visit: Visit
    flags: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class MergeEvent:
    title: str
    apply: Callable[[Draft, str], Outcome]


def groups(message: Message) -> list[Group]:
    """The patient groups of a message, in order."""
    found: list[tuple[Segment, list[Segment]]] = []
    for segment in message.segments:
        if segment.name == "PID":
            found.append((segment, []))
        elif found:
            found[-1][1].append(segment)
    return [Group(pid, tuple(rest)) for pid, rest in found]


def whose(draft: Draft, group: Group) -> Who:
    """The patient and visit of a group; the first group's were found by the pipeline. Raises InvalidMessage when the
    group identifies nobody."""
    context = draft.context
    if group.pid.ordinal == 1:
        return Who(
            draft.patient_id,
            Visit(context.encounter_id, context.visit_number, context.visit_assigner),
            context.patient_flags,
        )
    found = spine.resolve(
        context.tenant,
        claims(group.pid, authorities=context.authorities, source=context.source),
        draft.state.patient_of,
    )
    if not found.patient_id:
        raise InvalidMessage(
            "no patient identifier that counts in one of the patient groups",
            code="patient-not-identified",
            path=group.pid.path(3),
        )
    where = visit(
        group.first("PV1"),
        group.pid,
        tenant=context.tenant,
        authorities=context.authorities,
        source=context.source,
        alias=_alias(draft),
    )
    return Who(found.patient_id, where, found.flags)


def encounter_id(draft: Draft, assigner: str, number: str) -> str:
    """The id a visit is minted with under this number."""
    return effect_id.encounter_id(draft.context.tenant, assigner, number)


def _alias(draft: Draft) -> spine.Lookup:
    return lambda assigner, value: draft.state.order_id("visit", assigner, value)


def _needs_mrg(group: Group) -> Segment:
    mrg = group.first("MRG")
    if mrg is None:
        raise InvalidMessage("the group has no MRG segment: it does not say what gives way", code="no-mrg", path="MRG")
    return mrg


def _prior(draft: Draft, mrg: Segment) -> tuple[spine.Claim, ...]:
    context = draft.context
    found = prior_claims(mrg, authorities=context.authorities, source=context.source)
    if not found:
        raise InvalidMessage("no identifier that gives way", code="no-prior-identifier", path=mrg.path(1))
    return found


def _identifiers(draft: Draft, mrg: Segment) -> list[Body]:
    for field in (1, 4, 2):
        if mrg.is_null(field):
            continue
        found = [made for rep in mrg.reps(field) if (made := datatypes.identifier(rep, draft.terms))]
        if found:
            return found
    return []


# ---------------------------------------------------------------- patients


def merge_patients(draft: Draft, title: str) -> Outcome:
    """A18, A30, A34, A36, A39, A40: every PID/MRG pair of the message."""
    for group in groups(draft.message):
        _merge_pair(draft, group)
    draft.warn("applied by exact identifier without review")
    return draft.mapped(title)


def _merge_pair(draft: Draft, group: Group) -> None:
    mrg = _needs_mrg(group)
    prior = _prior(draft, mrg)
    who = whose(draft, group)
    survivor = patient.project_person(
        draft, who.patient_id, group.pid, group.first("PD1"), authority=True, flags=(*who.flags, MERGED)
    )
    old = _identifiers(draft, mrg)
    sources: dict[str, None] = {}
    for claim in prior:
        if spine.counts(claim):
            sources[
                draft.state.patient_of(claim.assigner, claim.folded) or spine.new_id(draft.context.tenant, claim)
            ] = None
    for source in sources:
        if source != who.patient_id:
            _give_way(draft, source, who.patient_id, mrg, old)
            patient.link(survivor, source, "replaces")
    patient.retire_identifiers(survivor, [i for i in old if not _still_sent(draft, group.pid, i)])
    patient.note(draft, who.patient_id, group.pid, flags=(*who.flags, MERGED), old=prior)


def _give_way(draft: Draft, source: str, survivor: str, mrg: Segment, old: list[Body]) -> None:
    if not draft.projection.known("Patient", source):
        draft.projection.put(patient.stub(source, old))
        name = datatypes.human_name(mrg.reps(7)[0], draft.terms) if mrg.has(7) and not mrg.is_null(7) else None
        if name:
            draft.projection.open("Patient", source)[0]["name"] = [name]
    body, guard = draft.projection.open("Patient", source)
    body["active"] = False
    patient.link(body, survivor, "replaced-by")
    guard["adt"] = True
    patient.note(draft, source, None, replaced_by=survivor)


def change_identifiers(draft: Draft, title: str) -> Outcome:
    """A46, A47, A48: the same person under a new number; the old one stays as old."""
    group = groups(draft.message)[0] if draft.message.first("PID") else None
    if group is None:
        return merge_patients(draft, title)
    mrg = _needs_mrg(group)
    prior = _prior(draft, mrg)
    who = whose(draft, group)
    body = patient.project_person(draft, who.patient_id, group.pid, group.first("PD1"), authority=True, flags=who.flags)
    gone = [i for i in _identifiers(draft, mrg) if not _still_sent(draft, group.pid, i)]
    patient.retire_identifiers(body, gone)
    patient.note(draft, who.patient_id, group.pid, flags=who.flags, old=prior)
    return draft.mapped(title)


def _still_sent(draft: Draft, pid: Segment, old: Body) -> bool:
    sent = [datatypes.identifier(rep, draft.terms) for rep in pid.reps(3)]
    return any(s and s["system"] == old["system"] and s["value"] == old["value"] for s in sent)


def move_identifiers(draft: Draft, title: str) -> Outcome:
    """A43: a number was filed under the wrong patient: it is theirs no more, and the right patient's from now on."""
    for group in groups(draft.message):
        mrg = _needs_mrg(group)
        prior = _prior(draft, mrg)
        who = whose(draft, group)
        moved = _identifiers(draft, mrg)
        body = patient.project_person(
            draft, who.patient_id, group.pid, group.first("PD1"), authority=True, flags=who.flags
        )
        for claim in prior:
            loser = draft.state.patient_of(claim.assigner, claim.folded)
            if loser and loser != who.patient_id and draft.projection.known("Patient", loser):
                patient.retire_identifiers(draft.projection.open("Patient", loser)[0], moved)
                patient.note(draft, loser, None)
        known = {(i.get("system"), i.get("value")) for i in body.get("identifier", ())}
        added = [i for i in moved if (i["system"], i["value"]) not in known]
        if added:
            body["identifier"] = [*body.get("identifier", ()), *added]
        patient.note(draft, who.patient_id, group.pid, flags=who.flags, moved=prior)
    return draft.mapped(title)


def link_patients(draft: Draft, title: str) -> Outcome:
    """A24: two records may be looked at together; neither gives way."""
    return _linking(draft, title, patient.link)


def unlink_patients(draft: Draft, title: str) -> Outcome:
    """A37: they may not."""
    return _linking(draft, title, patient.unlink)


def _linking(draft: Draft, title: str, act: Callable[[Body, str, str], None]) -> Outcome:
    pair = [(group, whose(draft, group)) for group in groups(draft.message)[:2]]
    if len(pair) < 2:
        raise InvalidMessage(
            "linking needs two patients, and only one is named", code="no-second-patient", path="PID[2]"
        )
    bodies = [
        patient.project_person(draft, who.patient_id, group.pid, group.first("PD1"), authority=True, flags=who.flags)
        for group, who in pair
    ]
    one, other = pair[0][1].patient_id, pair[1][1].patient_id
    if one == other:
        return draft.recorded(title, "Both groups name the same patient, so there is nothing to link or unlink.")
    act(bodies[0], other, "seealso")
    act(bodies[1], one, "seealso")
    return draft.mapped(title)


def move_visits(draft: Draft, title: str) -> Outcome:
    """A44, A45: visits were filed under the wrong patient: MRG-5 (A45) or the account of MRG-3, PID-18 (A44)."""
    moved = 0
    for group in groups(draft.message):
        who = whose(draft, group)
        patient.project_person(draft, who.patient_id, group.pid, group.first("PD1"), authority=True, flags=who.flags)
        pv1: Segment | None = None
        for segment in reversed(group.segments):
            if segment.name == "PV1":
                pv1 = segment
            elif segment.name == "MRG":
                moved += _move(draft, who.patient_id, group.pid, segment, pv1)
                pv1 = None
    if not moved:
        return draft.recorded(title, "The visit it speaks of is unknown, so there is nothing to move.")
    return draft.mapped(title)


def _move(draft: Draft, patient_id: str, pid: Segment, mrg: Segment, pv1: Segment | None) -> int:
    moved = 0
    for where, _ in _visits_in(draft, mrg, (5,)) or _visits_in(draft, mrg, (3,)) or _visits_in(draft, pid, (18,)):
        identity = where.encounter_id or ""
        known = draft.projection.known("Encounter", identity)
        if not known and pv1 is None:
            continue
        body = encounter.lay_facts(draft, identity, patient_id, pv1, None, mode="update", rank=draft.rank)
        if not known:
            encounter.begin(draft, body, pv1)
        encounter.finish(draft, identity)
        moved += 1
    return moved


EVENTS: Final[Mapping[str, MergeEvent]] = {
    "A18": MergeEvent("Merge of patient records", merge_patients),
    "A24": MergeEvent("Patient records linked", link_patients),
    "A30": MergeEvent("Merge of persons", merge_patients),
    "A34": MergeEvent("Merge of patient records", merge_patients),
    "A36": MergeEvent("Merge of patient records and accounts", merge_patients),
    "A37": MergeEvent("Patient records unlinked", unlink_patients),
    "A39": MergeEvent("Merge of persons", merge_patients),
    "A40": MergeEvent("Merge of patient records", merge_patients),
    "A44": MergeEvent("Account moved to another patient", move_visits),
    "A45": MergeEvent("Visit moved to another patient", move_visits),
    "A43": MergeEvent("Identifiers moved to another patient", move_identifiers),
    "A46": MergeEvent("Patient number changed", change_identifiers),
    "A47": MergeEvent("Patient identifiers changed", change_identifiers),
    "A48": MergeEvent("Alternate patient number changed", change_identifiers),
}


# ---------------------------------------------------------------- visits


def _visits_in(draft: Draft, segment: Segment | None, numbers: tuple[int, ...]) -> list[tuple[Visit, Body]]:
    """The visits that the CX fields of a segment name, each with its Identifier."""
    if segment is None:
        return []
    context = draft.context
    found: list[tuple[Visit, Body]] = []
    for rep in (rep for field in numbers if not segment.is_null(field) for rep in segment.reps(field)):
        number = datatypes.part(rep)
        made = datatypes.identifier(rep, draft.terms)
        if number and made:
            where = visit_of(
                rep,
                number,
                tenant=context.tenant,
                authorities=context.authorities,
                source=context.source,
                alias=_alias(draft),
            )
            found.append((where, made))
    return found


def _prior_visits(draft: Draft) -> list[tuple[Visit, Body]]:
    return _visits_in(draft, draft.message.first("MRG"), (5, 6))


def retire_visit_numbers(draft: Draft, body: Body) -> None:
    """The numbers of MRG-5 and MRG-6 become old identifiers of the visit."""
    current = draft.context.visit_number
    patient.retire_identifiers(body, [made for _, made in _prior_visits(draft) if made["value"] != current])


def absorb_visits(draft: Draft, body: Body) -> None:
    """The visits of MRG-5 become part of this one: cancelled, with a pointer, their numbers leading here."""
    for where, made in _prior_visits(draft):
        if where.encounter_id is None or where.encounter_id == body["id"]:
            continue
        other = draft.projection.body("Encounter", where.encounter_id)
        if other is not None:
            other["status"] = "cancelled"
            other["partOf"] = {"reference": f"Encounter/{body['id']}"}
        patient.retire_identifiers(body, [made])
        draft.aliases.append(Alias("visit", where.assigner, where.number, body["id"]))
