"""FHIR R4 resources in the spelling by which results are compared: values, units, people, order numbers. Pure.

Sources: hl7.org/fhir/R4 observation.html, diagnosticreport.html, datatypes.html.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import unquote

from console.harness.verdict import values

Body = Mapping[str, Any]

_ORDER_TYPES = {"FILL": 0, "ACSN": 1, "PLAC": 2}
"""Identifier types (table 0203) of order numbers, in the order in which a result is known by them."""


def value_of(observation: Body) -> tuple[str | None, str | None, tuple[str, ...], tuple[str, ...]]:
    """(value, unit, other spellings of the value, other spellings of the unit) of an Observation; several components of
    its own code are repetitions of one value."""
    components = observation.get("component") or []
    if components and not any(name.startswith("value") for name in observation):
        read = [_value(component) for component in components]
        return "~".join(one[0] or "" for one in read), None, (), ()
    return _value(observation)


def _value(element: Body) -> tuple[str | None, str | None, tuple[str, ...], tuple[str, ...]]:
    for name, value in element.items():
        if not name.startswith("value"):
            continue
        match name:
            case "valueQuantity":
                unit, code = str(value.get("unit", "")), str(value.get("code", ""))
                text = f"{value.get('comparator', '')}{value['value']}" if "value" in value else ""
                return values.normal(text), unit or code, (), (code,) if code else ()
            case "valueCodeableConcept":
                codes, words = codes_of(value)
                return codes[0] if codes else "", None, (*codes[1:], *words), ()
            case "valueString":
                return values.normal(str(value)), None, (values.words(str(value)),), ()
            case "valueInteger" | "valueBoolean":
                return values.normal(str(value).lower()), None, (), ()
            case "valueDateTime" | "valueTime":
                whole = values.moment(str(value))
                return whole, None, _moments(whole), ()
            case "valueRange":
                low, high = value.get("low", {}), value.get("high", {})
                text = "-".join(values.normal(str(end.get("value", ""))) for end in (low, high))
                return text, str(low.get("unit") or high.get("unit") or "") or None, (), ()
            case "valueRatio":
                first, second = (
                    values.normal(str(value.get(part, {}).get("value", ""))) for part in ("numerator", "denominator")
                )
                return f"{first}:{second}", None, (f"{first}/{second}",), ()
            case "valuePeriod":
                ends = [values.moment(str(value.get(end, ""))) for end in ("start", "end")]
                shorter = tuple(
                    f"{first}/{second}"
                    for first in (ends[0], *_moments(ends[0]))
                    for second in (ends[1], *_moments(ends[1]))
                )
                return "/".join(ends), None, shorter, ()
            case "valueSampledData":
                return None, None, (), ()
            case _:
                return None, None, (), ()
    return "", None, (), ()


def _moments(whole: str) -> tuple[str, ...]:
    """The same time without its zone and with less precision, as a sender without one writes it."""
    digits = whole.partition("+")[0].partition("-")[0].partition(".")[0]
    return tuple(dict.fromkeys((digits, digits[:12], digits[:10], digits[:8])))


def codes_of(concept: Body) -> tuple[list[str], list[str]]:
    """The codes of a CodeableConcept, and its words."""
    codings = concept.get("coding") or []
    codes = [values.words(str(coding["code"])) for coding in codings if coding.get("code")]
    said = [values.words(str(coding["display"])) for coding in codings if coding.get("display")]
    if text := concept.get("text"):
        said.append(values.words(str(text)))
    return codes, said


def people(patient: Body, systems: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
    """Every identifier as (value, authority)."""
    return tuple(
        (str(one["value"]), authority(one, systems)) for one in patient.get("identifier") or [] if one.get("value")
    )


def authority(identifier: Body, systems: Mapping[str, str]) -> str:
    """The assigning authority as HL7 v2 names it: as configured, else the assigner's name, else the last part of the
    system."""
    system = str(identifier.get("system", ""))
    if system in systems:
        return systems[system]
    if name := identifier.get("assigner", {}).get("display"):
        return str(name)
    return unquote(system.rstrip("/").replace("/", ":").rpartition(":")[2])


def order_numbers(resource: Body) -> list[str]:
    """The values of the identifiers, filler numbers first, then accessions, then placer numbers, then untyped ones."""
    found = []
    for one in resource.get("identifier") or []:
        if value := one.get("value"):
            kinds = [str(coding.get("code", "")) for coding in one.get("type", {}).get("coding") or []]
            found.append((min((_ORDER_TYPES.get(kind, 3) for kind in kinds), default=3), str(value)))
    return [value for _, value in sorted(found, key=lambda one: one[0])]


def placer_of(requests: Iterable[Body]) -> str:
    """The placer number of the first request that has one."""
    for request in requests:
        for one in request.get("identifier") or []:
            if any(coding.get("code") == "PLAC" for coding in one.get("type", {}).get("coding") or []):
                return str(one.get("value", ""))
    return ""


def reference(element: Any) -> str:
    """`Type/id` of a Reference, '' for none or for one to nothing we can follow."""
    text = str(element.get("reference", "")) if isinstance(element, Mapping) else ""
    parts = text.split("?")[0].split("/_history/")[0].split("/")
    return "/".join(parts[-2:]) if len(parts) >= 2 else text


def attachment_digest(attachment: Body) -> str:
    """What a presented form is told by: its SHA-1, '' when neither hash nor content stands in it."""
    if text := attachment.get("data"):
        try:
            return values.digest(base64.b64decode(str(text)))
        except (ValueError, binascii.Error):
            return ""
    if text := attachment.get("hash"):
        try:
            return "sha1:" + base64.b64decode(str(text)).hex()
        except (ValueError, binascii.Error):
            return ""
    return ""


def versioned(resource: Body) -> str:
    """`Observation/abc/_history/2`: the place a person can look at."""
    place = f"{resource.get('resourceType', '')}/{resource.get('id', '')}"
    version = resource.get("meta", {}).get("versionId")
    return f"{place}/_history/{version}" if version else place
