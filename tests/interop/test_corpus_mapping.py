"""Every corpus message through mapping and gate: sound, explained, the same again, nothing left of HL7's null."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from console.core.errors import InvalidMessage
from console.fhir import concept_map, validate
from console.fhir.concept_map import ConceptMaps
from console.fhir.context import Outcome, OutcomeKind
from tests.fakes.hospital_state import HospitalState
from tests.interop.corpus import ROOT, Sample, flood, needs_corpus, samples

pytestmark = [pytest.mark.interop, needs_corpus]


@pytest.fixture(scope="module")
def maps() -> ConceptMaps:
    folder = ROOT / "resources" / "concept_maps"
    return ConceptMaps(concept_map.from_bytes(f.read_bytes(), origin=f.name) for f in sorted(folder.glob("*.json")))


def texts(node: Any) -> Iterator[str]:
    if isinstance(node, dict):
        for value in node.values():
            yield from texts(value)
    elif isinstance(node, list):
        for item in node:
            yield from texts(item)
    elif isinstance(node, str):
        yield node


def mapped(hospital: HospitalState, sample: Sample) -> Outcome | None:
    """What became of a message; None when parsing refuses it."""
    try:
        return hospital.map(sample.raw)
    except InvalidMessage:
        return None


def test_that_every_message_is_mapped_soundly_or_explained(maps: ConceptMaps) -> None:
    outcomes = 0
    for sample in samples():
        hospital = HospitalState(maps)
        outcome = mapped(hospital, sample)
        if outcome is None:
            continue
        outcomes += 1
        assert outcome.title, sample.name
        if outcome.kind is OutcomeKind.DEAD:
            assert outcome.error is not None, sample.name
            assert outcome.error.code, sample.name
            assert outcome.error.text, sample.name
        elif outcome.kind is not OutcomeKind.MAPPED:
            assert outcome.reason or outcome.because, sample.name
        assert not validate.gate(outcome.changes, lambda *_: False), sample.name
        assert '""' not in {text for change in outcome.changes for text in texts(change.body)}, sample.name
        identities = [change.reference for change in outcome.changes]
        assert len(identities) == len(set(identities)), sample.name
    assert outcomes > 500


def test_that_every_message_again_writes_nothing(maps: ConceptMaps) -> None:
    for sample in samples():
        hospital = HospitalState(maps)
        outcome = mapped(hospital, sample)
        if outcome is None or outcome.kind is not OutcomeKind.MAPPED:
            continue
        hospital.apply(outcome)
        assert not hospital.map(sample.raw).writes, sample.name


def test_that_the_whole_lot_in_one_hospital_passes_the_gate(maps: ConceptMaps) -> None:
    hospital = HospitalState(maps)
    for sample in samples():
        outcome = mapped(hospital, sample)
        if outcome is not None:
            assert not validate.gate(outcome.changes, lambda *key: key in hospital.resources), sample.name
            hospital.apply(outcome)
    assert len(hospital.all("Patient")) > 100


def test_that_the_flood_gives_every_patient_a_visit_and_every_order_its_report(maps: ConceptMaps) -> None:
    hospital = HospitalState(maps)
    for raw in flood():
        hospital.take(raw)
    requests = {f"ServiceRequest/{r['id']}" for r in hospital.all("ServiceRequest")}
    answered = {b["reference"] for report in hospital.all("DiagnosticReport") for b in report["basedOn"]}
    assert requests <= answered
    visited = {e["subject"]["reference"] for e in hospital.all("Encounter")}
    assert len(visited) >= 0.9 * len(hospital.all("Patient"))
