"""The search parameters of each resource type, as a table (hl7.org/fhir/R4, "Search Parameters" of each page).

The index of the built-in store and the CapabilityStatement of the facade are both made from it, so what is declared is
what works.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache


class ParameterKind(StrEnum):
    """How values are compared (hl7.org/fhir/R4/search.html#ptypes)."""

    TOKEN = "token"
    STRING = "string"
    DATE = "date"
    REFERENCE = "reference"
    QUANTITY = "quantity"
    URI = "uri"


@dataclass(frozen=True, slots=True)
class SearchParameter:
    """`paths` are dotted element paths without the type; lists are walked through. `target` keeps one target type.

    `answered_by` names parameters that have all its values: the store keeps those and looks there.
    """

    name: str
    kind: ParameterKind
    paths: tuple[str, ...]
    target: str = ""
    answered_by: tuple[str, ...] = ()


def _token(name: str, *paths: str) -> SearchParameter:
    return SearchParameter(name, ParameterKind.TOKEN, paths or (_camel(name),))


def _string(name: str, *paths: str) -> SearchParameter:
    return SearchParameter(name, ParameterKind.STRING, paths or (_camel(name),))


def _date(name: str, *paths: str) -> SearchParameter:
    return SearchParameter(name, ParameterKind.DATE, paths or (_camel(name),))


def _reference(name: str, *paths: str) -> SearchParameter:
    return SearchParameter(name, ParameterKind.REFERENCE, paths or (_camel(name),))


def _narrowed(name: str, *paths: str, target: str, answered_by: tuple[str, ...]) -> SearchParameter:
    """Those references of other parameters that lead to one type."""
    return SearchParameter(name, ParameterKind.REFERENCE, paths, target, answered_by)


def _quantity(name: str, *paths: str) -> SearchParameter:
    return SearchParameter(name, ParameterKind.QUANTITY, paths)


def _uri(name: str, *paths: str) -> SearchParameter:
    return SearchParameter(name, ParameterKind.URI, paths)


def _camel(name: str) -> str:
    first, *rest = name.split("-")
    return first + "".join(word.title() for word in rest)


def _patient(path: str = "subject") -> SearchParameter:
    return _narrowed("patient", path, target="Patient", answered_by=(path,))


def _person() -> tuple[SearchParameter, ...]:
    """What Patient, Practitioner and RelatedPerson share."""
    return (
        _token("identifier"),
        _token("active"),
        _string("name"),
        _string("family", "name.family"),
        _string("given", "name.given"),
        _token("gender"),
        _token("telecom"),
        _token("phone", "telecom"),
        _token("email", "telecom"),
        *_address(),
    )


def _address() -> tuple[SearchParameter, ...]:
    return (
        _string("address"),
        _string("address-city", "address.city"),
        _string("address-country", "address.country"),
        _string("address-postalcode", "address.postalCode"),
        _string("address-state", "address.state"),
    )


COMMON: tuple[SearchParameter, ...] = (
    _token("_tag", "meta.tag"),
    _token("_security", "meta.security"),
    _uri("_profile", "meta.profile"),
    _uri("_source", "meta.source"),
)
"""Of every type. `_id` and `_lastUpdated` are columns of the store and need no rows here."""

PARAMETERS: dict[str, tuple[SearchParameter, ...]] = {
    "Account": (
        _token("identifier"),
        _token("status"),
        _token("type"),
        _string("name"),
        _reference("subject"),
        _patient(),
        _reference("owner"),
        _date("period", "servicePeriod"),
    ),
    "AllergyIntolerance": (
        _token("identifier"),
        _reference("patient"),
        _token("code", "code", "reaction.substance"),
        _token("clinical-status"),
        _token("verification-status"),
        _token("criticality"),
        _token("category"),
        _token("type"),
        _date("date", "recordedDate"),
        _date("onset", "reaction.onset"),
        _reference("recorder"),
        _reference("asserter"),
    ),
    "Appointment": (
        _token("identifier"),
        _token("status"),
        _date("date", "start"),
        _reference("actor", "participant.actor"),
        _narrowed("patient", "participant.actor", target="Patient", answered_by=("actor",)),
        _narrowed("practitioner", "participant.actor", target="Practitioner", answered_by=("actor",)),
        _narrowed("location", "participant.actor", target="Location", answered_by=("actor",)),
        _token("part-status", "participant.status"),
        _token("appointment-type"),
        _token("service-category"),
        _token("service-type"),
        _token("specialty"),
        _token("reason-code"),
        _reference("reason-reference"),
        _reference("based-on"),
        _reference("slot"),
        _reference("supporting-info", "supportingInformation"),
    ),
    "AuditEvent": (
        _token("type"),
        _token("subtype"),
        _token("action"),
        _token("outcome"),
        _date("date", "recorded"),
        _reference("agent", "agent.who"),
        _string("agent-name", "agent.name"),
        _token("agent-role", "agent.role"),
        _reference("source", "source.observer"),
        _reference("entity", "entity.what"),
        _token("entity-type", "entity.type"),
        _token("entity-role", "entity.role"),
        _string("entity-name", "entity.name"),
        _narrowed("patient", "agent.who", "entity.what", target="Patient", answered_by=("agent", "entity")),
    ),
    "Binary": (),
    "Condition": (
        _token("identifier"),
        _token("code"),
        _token("category"),
        _token("clinical-status"),
        _token("verification-status"),
        _token("severity"),
        _reference("subject"),
        _patient(),
        _reference("encounter"),
        _date("onset-date", "onsetDateTime", "onsetPeriod"),
        _date("recorded-date"),
        _reference("asserter"),
    ),
    "Coverage": (
        _token("identifier"),
        _token("status"),
        _token("type"),
        _reference("beneficiary"),
        _patient("beneficiary"),
        _reference("subscriber"),
        _reference("payor"),
        _reference("policy-holder"),
    ),
    "Device": (
        _token("identifier"),
        _token("status"),
        _token("type"),
        _reference("patient"),
        _string("device-name", "deviceName.name"),
        _string("manufacturer"),
        _string("model", "modelNumber"),
    ),
    "DiagnosticReport": (
        _token("identifier"),
        _token("status"),
        _token("code"),
        _token("category"),
        _reference("subject"),
        _patient(),
        _reference("encounter"),
        _date("date", "effectiveDateTime", "effectivePeriod"),
        _date("issued"),
        _reference("based-on"),
        _reference("result"),
        _reference("specimen"),
        _reference("performer"),
        _reference("results-interpreter"),
        _token("conclusion", "conclusionCode"),
        _reference("media", "media.link"),
    ),
    "DocumentReference": (
        _token("identifier", "masterIdentifier", "identifier"),
        _token("status"),
        _token("type"),
        _token("category"),
        _reference("subject"),
        _patient(),
        _reference("encounter", "context.encounter"),
        _date("date"),
        _date("period", "context.period"),
        _reference("author"),
        _reference("authenticator"),
        _reference("custodian"),
        _reference("related", "context.related"),
        _reference("relatesto", "relatesTo.target"),
        _token("relation", "relatesTo.code"),
        _string("description"),
        _token("contenttype", "content.attachment.contentType"),
        _token("format", "content.format"),
        _token("event", "context.event"),
        _token("facility", "context.facilityType"),
        _token("security-label"),
    ),
    "Encounter": (
        _token("identifier"),
        _token("status"),
        _token("class"),
        _token("type"),
        _reference("subject"),
        _patient(),
        _date("date", "period"),
        _reference("location", "location.location"),
        _date("location-period", "location.period"),
        _reference("participant", "participant.individual"),
        _narrowed("practitioner", "participant.individual", target="Practitioner", answered_by=("participant",)),
        _token("participant-type", "participant.type"),
        _reference("service-provider"),
        _reference("part-of"),
        _token("reason-code"),
        _reference("account"),
        _reference("appointment"),
        _reference("based-on"),
        _reference("diagnosis", "diagnosis.condition"),
    ),
    "Immunization": (
        _token("identifier"),
        _token("status"),
        _reference("patient"),
        _token("vaccine-code"),
        _date("date", "occurrenceDateTime"),
        _reference("location"),
        _string("lot-number"),
        _reference("performer", "performer.actor"),
    ),
    "Location": (
        _token("identifier"),
        _token("status"),
        _string("name", "name", "alias"),
        _token("type"),
        _reference("organization", "managingOrganization"),
        _reference("partof", "partOf"),
        *_address(),
    ),
    "Medication": (
        _token("identifier"),
        _token("status"),
        _token("code"),
        _token("form"),
        _reference("manufacturer"),
        _token("ingredient-code", "ingredient.itemCodeableConcept"),
    ),
    "MedicationAdministration": (
        _token("identifier"),
        _token("status"),
        _token("code", "medicationCodeableConcept"),
        _reference("medication", "medicationReference"),
        _reference("subject"),
        _patient(),
        _reference("context"),
        _date("effective-time", "effectiveDateTime", "effectivePeriod"),
        _reference("performer", "performer.actor"),
        _reference("request"),
    ),
    "MedicationDispense": (
        _token("identifier"),
        _token("status"),
        _token("code", "medicationCodeableConcept"),
        _reference("medication", "medicationReference"),
        _reference("subject"),
        _patient(),
        _reference("context"),
        _reference("prescription", "authorizingPrescription"),
        _date("whenprepared", "whenPrepared"),
        _date("whenhandedover", "whenHandedOver"),
        _reference("performer", "performer.actor"),
    ),
    "MedicationRequest": (
        _token("identifier"),
        _token("status"),
        _token("intent"),
        _token("priority"),
        _token("category"),
        _token("code", "medicationCodeableConcept"),
        _reference("medication", "medicationReference"),
        _reference("subject"),
        _patient(),
        _reference("encounter"),
        _date("authoredon", "authoredOn"),
        _date("date", "dosageInstruction.timing.event"),
        _reference("requester"),
        _reference("intended-dispenser", "dispenseRequest.performer"),
        _reference("intended-performer", "performer"),
    ),
    "Observation": (
        _token("identifier"),
        _token("status"),
        _token("code"),
        _token("category"),
        _reference("subject"),
        _patient(),
        _reference("encounter"),
        _date("date", "effectiveDateTime", "effectivePeriod", "effectiveInstant"),
        _reference("based-on"),
        _reference("has-member"),
        _reference("derived-from"),
        _reference("specimen"),
        _reference("performer"),
        _reference("device"),
        _token("method"),
        _token("data-absent-reason"),
        _quantity("value-quantity", "valueQuantity"),
        _token("value-concept", "valueCodeableConcept"),
        _string("value-string", "valueString", "valueCodeableConcept.text"),
        _date("value-date", "valueDateTime", "valuePeriod"),
        _token("component-code", "component.code"),
        _token("component-value-concept", "component.valueCodeableConcept"),
        _quantity("component-value-quantity", "component.valueQuantity"),
        SearchParameter(
            "combo-code", ParameterKind.TOKEN, ("code", "component.code"), answered_by=("code", "component-code")
        ),
    ),
    "Organization": (
        _token("identifier"),
        _token("active"),
        _string("name", "name", "alias"),
        _token("type"),
        _reference("partof", "partOf"),
        *_address(),
    ),
    "Patient": (
        *_person(),
        _date("birthdate", "birthDate"),
        _date("death-date", "deceasedDateTime"),
        _token("deceased", "deceasedBoolean"),
        _token("language", "communication.language"),
        _reference("general-practitioner"),
        _reference("organization", "managingOrganization"),
        _reference("link", "link.other"),
    ),
    "Practitioner": (*_person(), _token("communication")),
    "PractitionerRole": (
        _token("identifier"),
        _token("active"),
        _reference("practitioner"),
        _reference("organization"),
        _reference("location"),
        _token("role", "code"),
        _token("specialty"),
    ),
    "Procedure": (
        _token("identifier"),
        _token("status"),
        _token("code"),
        _token("category"),
        _reference("subject"),
        _patient(),
        _reference("encounter"),
        _date("date", "performedDateTime", "performedPeriod"),
        _reference("based-on"),
        _reference("performer", "performer.actor"),
        _reference("location"),
        _reference("part-of"),
        _token("reason-code"),
    ),
    "Provenance": (
        _reference("target"),
        _patient("target"),
        _date("recorded"),
        _date("when", "occurredDateTime", "occurredPeriod"),
        _reference("agent", "agent.who"),
        _token("agent-role", "agent.role"),
        _token("agent-type", "agent.type"),
        _reference("entity", "entity.what"),
        _reference("location"),
    ),
    "RelatedPerson": (
        *_person(),
        _reference("patient"),
        _token("relationship"),
        _date("birthdate", "birthDate"),
    ),
    "ServiceRequest": (
        _token("identifier"),
        _token("requisition"),
        _token("status"),
        _token("intent"),
        _token("priority"),
        _token("code"),
        _token("category"),
        _reference("subject"),
        _patient(),
        _reference("encounter"),
        _date("authored", "authoredOn"),
        _date("occurrence", "occurrenceDateTime", "occurrencePeriod"),
        _reference("requester"),
        _reference("performer"),
        _token("performer-type"),
        _reference("based-on"),
        _reference("replaces"),
        _reference("specimen"),
        _token("body-site"),
    ),
    "Specimen": (
        _token("identifier"),
        _token("accession", "accessionIdentifier"),
        _token("status"),
        _token("type"),
        _reference("subject"),
        _patient(),
        _date("collected", "collection.collectedDateTime", "collection.collectedPeriod"),
        _reference("collector", "collection.collector"),
        _reference("parent"),
        _token("bodysite", "collection.bodySite"),
        _token("container", "container.type"),
        _token("container-id", "container.identifier"),
    ),
}


@lru_cache(maxsize=4096)
def parameter(resource_type: str, name: str) -> SearchParameter | None:
    """The parameter of this name; None when the type has none."""
    return next((p for p in parameters_of(resource_type) if p.name == name), None)


def parameters_of(resource_type: str) -> tuple[SearchParameter, ...]:
    """The parameters a search on this type understands; those of every type for one not in the table."""
    return COMMON + PARAMETERS.get(resource_type, ())
