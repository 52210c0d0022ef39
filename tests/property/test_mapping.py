"""Mapping is a function: the same bytes on every machine, nothing new on a replay, nothing dangling or doubled."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from console.fhir import bundle, concept_map, validate
from console.fhir.concept_map import ConceptMaps
from console.fhir.context import Action, OutcomeKind
from tests.builders.adt import PID, adt, visit
from tests.fakes.hospital_state import HospitalState

ROOT = Path(__file__).parents[2]


def shipped() -> ConceptMaps:
    folder = ROOT / "resources" / "concept_maps"
    return ConceptMaps(concept_map.from_bytes(f.read_bytes(), origin=f.name) for f in sorted(folder.glob("*.json")))


def a_day() -> list[str]:
    """Messages of every family about a few patients, in order."""
    oru = (
        "MSH|^~\\&|LIS|CGH|SB|CGH|{at}||ORU^R01|r{at}|T|2.5.1\n" + PID + "\n" + visit() + "\n"
        "ORC|RE|P1^EHR|F1^LIS||CM\n"
        "OBR|1|P1^EHR|F1^LIS|UE^Urea and electrolytes^L-LIS|||{at}|||||||||||||||{at}||CH|{status}\n"
        "OBX|1|NM|K^Potassium^L-LIS||{value}|mmol/L^^UCUM|3.5-5.3|H|||{status}"
    )
    rde = (
        "MSH|^~\\&|EHR|CGH|PHARM|CGH|202611211100||RDE^O11|m1|T|2.5.1\n" + PID + "\nORC|NW|M1^EHR\n"
        "RXE|^BID|1^Drug^SCT|2.50||mg^^UCUM\nRXR|PO"
    )
    siu = (
        "MSH|^~\\&|PAS|CGH|SB|CGH|202611211200||SIU^S12|s1|T|2.5.1\nSCH|A1^PAS|B1|||||X^Y||20|min|^^^202612011000\n"
        + PID
        + "\nAIP|1|A|3001^Okafor^Adaeze"
    )
    mdm = (
        "MSH|^~\\&|EHR|CGH|SB|CGH|202611211300||MDM^T02|d1|T|2.5.1\n"
        + PID
        + "\nTXA|1|DS^Letter|TX|202611211300||||||||D1^EHR\nOBX|1|TX|DS^Letter||Hello\nOBX|2|TX|DS^Letter||there"
    )
    return [
        adt("A01", more="NK1|1|LOPEZ^Ana|MTH\nAL1|1|DA|7980^Penicillin^RXNORM|SV|Hives\nDG1|1||I21^Infarction^I10"),
        oru.format(at="202611210930", status="P", value="6.10"),
        adt("A02", at="202611211000", pv1=visit("ICU^1^07^CGH", f6="AMU^4^02^CGH")),
        oru.format(at="202611211030", status="F", value="6.1"),
        rde,
        siu,
        mdm,
        adt("A08", at="202611211330", pid=PID + '||""'),
        adt("A03", at="202611211400"),
        adt("A13", at="202611211430"),
        adt("A40", at="202611211500", pid="PID|1||999^^^CGH^MR||MARTINEZ^Rosa", pv1=None, more="MRG|00418827^^^CGH^MR"),
    ]  # fmt: skip


def fingerprint() -> str:
    """All bundles of the day, in one hash."""
    hospital = HospitalState(shipped())
    digest = hashlib.sha256()
    for message in a_day():
        digest.update(bundle.bundle(hospital.take(message)))
    return digest.hexdigest()


def strings(node: Any) -> Iterator[str]:
    if isinstance(node, dict):
        for value in node.values():
            yield from strings(value)
    elif isinstance(node, list):
        for item in node:
            yield from strings(item)
    elif isinstance(node, str):
        yield node


def references(node: Any) -> Iterator[str]:
    if isinstance(node, dict):
        if isinstance(node.get("reference"), str):
            yield node["reference"]
        for value in node.values():
            yield from references(value)
    elif isinstance(node, list):
        for item in node:
            yield from references(item)


@pytest.fixture(scope="module")
def maps() -> ConceptMaps:
    return shipped()


def test_that_bundles_are_the_same_bytes_whatever_the_hash_seed():
    code = "from tests.property.test_mapping import fingerprint; print(fingerprint())"
    made = {
        subprocess.run(
            [sys.executable, "-c", code],
            cwd=ROOT,
            env={**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": str(ROOT)},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in ("0", "1", "4711")
    }
    assert made == {fingerprint() + "\n"}


def test_that_each_message_again_changes_nothing(maps):
    hospital = HospitalState(maps)
    for message in a_day():
        assert hospital.take(message).kind is OutcomeKind.MAPPED
        before = hospital.versions()
        again = hospital.take(message)
        assert again.kind in (OutcomeKind.RECORDED, OutcomeKind.SUPERSEDED)
        assert not again.writes
        assert hospital.versions() == before


def test_that_the_whole_day_again_changes_nothing(maps):
    hospital = HospitalState(maps)
    day = a_day()[:-1]  # without the merge: after it, the old number rightly leads to the survivor
    for message in day:
        hospital.take(message)
    before = hospital.versions()
    for message in day:
        hospital.take(message)
    changed = {key for key, version in hospital.versions().items() if before.get(key) != version}
    assert not changed


def test_that_every_reference_resolves_and_no_quotes_are_left(maps):
    hospital = HospitalState(maps)
    for message in a_day():
        outcome = hospital.take(message)
        identities = [c.reference for c in outcome.changes]
        assert len(identities) == len(set(identities))
        raw = bundle.bundle(outcome)
        assert json.loads(raw)["type"] == "transaction"
    known = {f"{kind}/{name}" for kind, name in hospital.resources}
    for stored in hospital.resources.values():
        assert '""' not in set(strings(stored.body))
        assert set(references(stored.body)) <= known


# ---------------------------------------------------------------- messages nobody thought of

FIELD = st.sampled_from(
    [
        "",
        '""',
        "A",
        "x^y",
        "1^^^CGH^MR",
        "20261121",
        "202611210900",
        "20260230",
        "-1",
        "é~ü",
        "a&b^c",
        "\\T\\",
        "^",
        "~",
        "99",
    ]
)
EVENTS = st.sampled_from([f"A{n:02d}" for n in (*range(1, 18), 21, 24, 28, 29, 31, 34, 40, 43, 45, 47, 50, 60)])
SEGMENTS = st.sampled_from("PV1 PV2 PD1 NK1 AL1 IAM DG1 PR1 IN1 MRG OBX PID EVN ZXX".split())


@st.composite
def segment(draw: st.DrawFn) -> str:
    return "|".join([draw(SEGMENTS), *draw(st.lists(FIELD, max_size=24))])


@st.composite
def message(draw: st.DrawFn) -> str:
    event = draw(EVENTS)
    body = draw(st.lists(segment(), max_size=6))
    pid = draw(st.sampled_from([PID, "PID|1||1^^^CGH^MR", "PID|1||" + draw(FIELD)]))
    head = f"MSH|^~\\&|S|F|R|F|{draw(FIELD)}||ADT^{event}|c|T|2.5.1"
    return "\n".join([head, f"EVN|{event}|{draw(FIELD)}||||{draw(FIELD)}", pid, *body])


@given(st.lists(message(), min_size=1, max_size=4))
@settings(max_examples=150, deadline=None)
def test_that_no_adt_message_raises_breaks_the_gate_or_changes_on_replay(messages):
    hospital = HospitalState(MAPS)
    for text in messages:
        outcome = hospital.map(text)
        issues = validate.gate(outcome.changes, lambda kind, name: (kind, name) in hospital.resources)
        assert not issues, issues
        hospital.apply(outcome)
        if outcome.kind is OutcomeKind.MAPPED:
            again = hospital.map(text)
            assert all(c.action is Action.NONE for c in again.changes), [c.reference for c in again.writes]


MAPS = shipped()
