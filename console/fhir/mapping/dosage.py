"""How a medicine is to be taken: RXE or RXO with RXR and TQ1 as one FHIR Dosage.

A dose that cannot be read as number and unit is never guessed: the text stays, and the caller tags the request.
Sources: HL7 v2.8.2 chapter 4A; V2-to-FHIR RXO, RXR, TQ1[MedicationRequest]; FHIR R4 dosage.html.
"""

from __future__ import annotations

from console.fhir import datatypes
from console.fhir.context import Body
from console.fhir.mapping import timing
from console.fhir.mapping.draft import Draft
from console.fhir.mapping.drug_groups import DrugGroup, first_rep
from console.hl7v2.message import Segment


def dosage_of(draft: Draft, group: DrugGroup, rx: Segment) -> tuple[Body, bool]:
    """One Dosage, and whether the dose was sent but could not be read as number and unit."""
    terms = draft.terms
    low, high, unit = (3, 4, 5) if rx.name == "RXE" else (2, 3, 4)
    dose, unstructured = _dose(rx, low, high, unit)
    body: Body = {}
    tq1s = list(group.of(rx, "TQ1"))
    tq1 = next(iter(tq1s), None)
    patterns = [pattern for segment in tq1s for pattern in _patterns(segment)]
    lines = _text(rx, tq1s)
    if unstructured:
        amount = " - ".join(words for number in (low, high) if (words := _words(rx, number)))
        lines.append(f"{amount} {_words(rx, unit)}".strip())
    if len(patterns) > 1:
        unstructured = True
        lines.append("; ".join(patterns))
    if lines:
        body["text"] = "\n".join(dict.fromkeys(lines))
    if tq1 and (condition := tq1.get(10)) and condition != datatypes.NULL:
        body["additionalInstruction"] = [{"text": condition}]
    pattern, made = _timing(draft, group, rx, tq1, patterns)
    if made:
        body["timing"] = made
    if timing.as_needed(pattern):
        body["asNeededBoolean"] = True
    route = next(iter(group.of(rx, "RXR")), None)
    if route:
        for name, number, table in (("route", 1, "v2-0162-route"), ("site", 2, ""), ("method", 4, "v2-0165-method")):
            system = {1: "0162", 2: "0163", 4: "0165"}[number]
            rep = first_rep(route, number)
            if rep and (concept := datatypes.concept(rep, terms, table=(system, table))):
                body[name] = concept
    if dose:
        body["doseAndRate"] = [dose]
    return body, unstructured


def _text(rx: Segment, tq1s: list[Segment]) -> list[str]:
    """What the label says: the administration instructions and TQ1-11, always kept."""
    lines = [datatypes.display_text(rep) for rep in rx.reps(7) if not rx.is_null(7)]
    lines += [_clean(tq1.get(11)) for tq1 in tq1s]
    return [line for line in lines if line]


def _words(rx: Segment, number: int) -> str:
    """A field of the dose in words, '' when it says nothing."""
    return "" if rx.is_null(number) else " ".join(datatypes.display_text(rep) for rep in rx.reps(number)).strip()


def _dose(rx: Segment, low: int, high: int, unit: int) -> tuple[Body, bool]:
    """doseQuantity, or doseRange when a maximum differs. (empty, True) when the amount is no number or has no unit."""
    least, most = rx.get(low), rx.get(high)
    least, most = ("" if v == datatypes.NULL else v for v in (least, most))
    if not least and not most:
        return {}, False
    measure = first_rep(rx, unit)
    first = datatypes.quantity(least, measure) if least else None
    last = datatypes.quantity(most, measure) if most else None
    if (least and first is None) or (most and last is None) or measure is None or not datatypes.unit_of(measure):
        return {}, True
    if first and last and first["value"] != last["value"]:
        return {"doseRange": {"low": first, "high": last}}, False
    return {"doseQuantity": first or last}, False


def _timing(
    draft: Draft, group: DrugGroup, rx: Segment, tq1: Segment | None, patterns: list[str]
) -> tuple[str, Body | None]:
    """From TQ1, else RXE-1, else ORC-7 (both TQ: quantity^interval^duration^start^end); a TQ1 without a pattern takes
    theirs. Several patterns are not one Timing: they stay text."""
    if len(patterns) > 1:
        return "", None
    pattern, start, end = next(iter(patterns), ""), "", ""
    for segment, number in ((rx, 1), (group.orc, 7)):
        if segment is None or (segment is rx and rx.name != "RXE") or not segment.has(number):
            continue
        pattern = pattern or _clean(segment.get(number, 2))
        start, end = start or segment.get(number, 4), end or segment.get(number, 5)
    if tq1 is None:
        return pattern, timing.timing(pattern, draft.terms, start=start, end=end)
    made = timing.timing(
        pattern,
        draft.terms,
        start=tq1.get(7),
        end=tq1.get(8),
        count=tq1.get(14),
        duration=tq1.get(13),
        duration_unit=tq1.get(13, 2),
    )
    return pattern, made


def _patterns(tq1: Segment) -> list[str]:
    """The repeat patterns of TQ1-3 (RPT.1: code, else text)."""
    found = (_clean(rep.get()) or _clean(rep.get(1, 2)) for rep in tq1.reps(3) if not tq1.is_null(3))
    return [pattern for pattern in found if pattern]


def _clean(text: str) -> str:
    return "" if text == datatypes.NULL else text.strip()
