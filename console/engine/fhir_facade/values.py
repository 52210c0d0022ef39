"""The values of search parameters, as FHIR writes them, turned into what the store compares.

hl7.org/fhir/R4/search.html: prefixes (2.1.5.2), escaping (3.1.1.4.1), token, string, date, reference, quantity, uri.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal, InvalidOperation

from console.core.clock import to_micros
from console.core.keys import fold_name
from console.engine.api.refusals import Refusal
from console.fhir.search_index import date_span
from console.fhir.search_parameters import PARAMETERS, ParameterKind, SearchParameter
from console.storage.fhir_search import Amount, InSystem, Reference, Relation, Span, Token, Updated, Value, Words

_PREFIXES: tuple[Relation, ...] = ("eq", "ne", "gt", "lt", "ge", "le", "sa", "eb", "ap")
_ID = re.compile(r"[A-Za-z0-9.\-]{1,64}")
_LOST_PLUS = re.compile(r"(T[0-9:.]+) ([0-9]{2}:[0-9]{2})$")
_LARGEST = 1 << 62

TARGETS: dict[str, tuple[str, ...]] = {
    "patient": ("Patient",),
    "subject": ("Patient",),
    "beneficiary": ("Patient",),
    "link": ("Patient",),
    "encounter": ("Encounter",),
    "context": ("Encounter",),
    "part-of": ("Encounter",),
    "practitioner": ("Practitioner",),
    "location": ("Location",),
    "specimen": ("Specimen",),
    "parent": ("Specimen",),
    "result": ("Observation",),
    "has-member": ("Observation",),
    "derived-from": ("Observation",),
    "based-on": ("ServiceRequest", "MedicationRequest"),
    "replaces": ("ServiceRequest",),
    "request": ("MedicationRequest",),
    "prescription": ("MedicationRequest",),
    "medication": ("Medication",),
    "appointment": ("Appointment",),
    "diagnosis": ("Condition",),
    "account": ("Account",),
    "organization": ("Organization",),
    "service-provider": ("Organization",),
    "requester": ("Practitioner", "PractitionerRole", "Organization"),
    "performer": ("Practitioner", "PractitionerRole", "Organization"),
    "participant": ("Practitioner", "PractitionerRole", "RelatedPerson"),
    "author": ("Practitioner", "PractitionerRole", "Organization"),
    "general-practitioner": ("Practitioner", "PractitionerRole", "Organization"),
}
"""What a reference parameter points at, where our mapping makes it point at few types: for ids without a type."""


def alternatives(text: str) -> list[str]:
    """The comma-separated values, with `\\,` `\\|` `\\$` `\\\\` still escaped."""
    return [part for part in _split(text, ",") if part]


def _split(text: str, separator: str, most: int = -1) -> list[str]:
    parts: list[str] = []
    current, escaped = "", False
    for character in text:
        if escaped:
            current += "\\" + character
            escaped = False
        elif character == "\\":
            escaped = True
        elif character == separator and (most < 0 or len(parts) < most):
            parts.append(current)
            current = ""
        else:
            current += character
    return [*parts, current + ("\\" if escaped else "")]


def plain(text: str) -> str:
    """The value without its escapes."""
    return re.sub(r"\\([,|$\\])", r"\1", text)


def targets_of(parameter: SearchParameter) -> tuple[str, ...]:
    """The types a reference parameter can point at; every type we know where that is not known."""
    if parameter.target:
        return (parameter.target,)
    return TARGETS.get(parameter.name, tuple(PARAMETERS))


def token(name: str, text: str) -> Value:
    """`code`, `system|code`, `|code`, `system|`."""
    parts = [plain(part) for part in _split(text, "|", 1)]
    if len(parts) == 1:
        return Token(name, parts[0])
    system, code = parts
    if code:
        return Token(name, code, system)
    if system:
        return InSystem(name, system)
    raise _malformed(name, "a token is code, system|code, |code or system|")


def string(name: str, text: str, modifier: str) -> Words | None:
    """None when nothing is left to compare (only punctuation): such a value matches nothing."""
    folded = fold_name(plain(text))
    if not folded:
        return None
    return Words(name, folded, {"exact": "exact", "contains": "contains"}.get(modifier, "starts"))  # type: ignore[arg-type]


def reference(parameter: SearchParameter, text: str, modifier: str, base: str) -> Iterator[Reference]:
    """`Type/id`, a bare id, an absolute URL (ours or another's); `modifier` names the type of a bare id."""
    given = plain(text).removeprefix(f"{base}/")
    if "://" in given or given.startswith("urn:"):
        yield Reference(parameter.name, given)
        return
    kind, slash, identity = given.partition("/_history/")[0].rpartition("/")
    if not _ID.fullmatch(identity) or (slash and not kind.isalpha()):
        raise _malformed(parameter.name, "a reference is Type/id, an id, or an absolute URL")
    kinds = (kind,) if slash else (modifier,) if modifier else targets_of(parameter)
    for one in kinds:
        yield Reference(parameter.name, f"{one}/{identity}")


def date(name: str, text: str, now: datetime) -> Span:
    """A date with its prefix; `ap` is widened by a tenth of the time between now and then."""
    relation, rest = _prefixed(plain(text))
    span = date_span(_LOST_PLUS.sub(r"\1+\2", rest)) if _is_date(rest) else None
    if span is None:
        raise _malformed(name, "a date is YYYY, YYYY-MM, YYYY-MM-DD or YYYY-MM-DDThh:mm[:ss] with a zone")
    low, high = span
    if relation == "ap":
        slack = abs(to_micros(now) - low) // 10
        low, high = low - slack, high + slack
    return Span(name, low, high, relation)


def _is_date(text: str) -> bool:
    """Digits where they belong: the index's reader also takes forms that FHIR does not have."""
    return bool(re.fullmatch(r"\d{4}(-\d\d(-\d\d(T\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+\- ]\d\d:\d\d)?)?)?)?", text))


def updated(name: str, text: str, now: datetime) -> Updated:
    """`_lastUpdated`."""
    span = date(name, text, now)
    return Updated(span.low, span.high, span.relation)


def quantity(name: str, text: str) -> Amount:
    """`[prefix]number`, `[prefix]number|system|code`, `[prefix]number||unit`. Precision counts as search.html says."""
    parts = [plain(part) for part in _split(text, "|", 2)]
    relation, number = _prefixed(parts[0])
    try:
        value = Decimal(number)
    except InvalidOperation:
        value = Decimal("NaN")
    if not value.is_finite() or len(number) > 40 or abs(value) >= Decimal(_LARGEST) / 1_000_000:
        raise _malformed(name, "a quantity is number, number|system|code or number||code")
    exact = int(value * 1_000_000)
    exponent = value.as_tuple().exponent
    half = int(Decimal(1).scaleb(int(exponent)) * 500_000)
    if relation in ("eq", "ne"):
        low, high = exact - half, exact + max(half - 1, 0)
    elif relation == "ap":
        low, high = sorted((exact - abs(exact) // 10, exact + abs(exact) // 10))
        low, high = low - 1, high + 1
    else:
        low = high = exact
    unit = parts[2] if len(parts) > 2 else ""
    system = parts[1] if len(parts) > 1 and parts[1] else None
    return Amount(name, low, high, relation, unit=unit, system=system)


def value_of(parameter: SearchParameter, text: str, modifier: str, base: str, now: datetime) -> list[Value]:
    """What one alternative of a parameter means; an empty list matches nothing.

    Raises Refusal 400 `invalid-value` for a malformed one.
    """
    match parameter.kind:
        case ParameterKind.TOKEN:
            return [token(parameter.name, text)]
        case ParameterKind.STRING:
            words = string(parameter.name, text, modifier)
            return [words] if words else []
        case ParameterKind.REFERENCE:
            return list(reference(parameter, text, modifier, base))
        case ParameterKind.DATE:
            return [date(parameter.name, text, now)]
        case ParameterKind.QUANTITY:
            return [quantity(parameter.name, text)]
        case ParameterKind.URI:
            return [Reference(parameter.name, plain(text))]


def _prefixed(text: str) -> tuple[Relation, str]:
    for prefix in _PREFIXES:
        if text.startswith(prefix):
            return prefix, text[2:]
    return "eq", text


def _malformed(name: str, must: str) -> Refusal:
    return Refusal(
        400, "invalid-value", f"The value of {name} is malformed: {must}.", "Correct it.", errors=[{"path": name}]
    )
