"""What the harness makes, into the real engine: all of it is filed, and every result is found under its order."""

from __future__ import annotations

import json
import time
import urllib.request
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from console.harness.content.journeys.pathways import PATHWAYS
from console.harness.scenario.model import Ingredient
from console.harness.verdict.truth import ResultFact, read_truth
from tests.builders.engine_process import ROOT, EngineProcess, Line, framed
from tests.builders.harness_scenarios import journey, payloads, source

OF_EACH = {"loinc": 300, "local": 60}
AT_ONCE = 100
TEMPLATES = ROOT / "resources" / "harness" / "templates"
SETTLES_WITHIN_S = 60.0


@dataclass
class Filed:
    """An engine that was sent everything."""

    messages: list[bytes]
    answers: Counter[str]
    http: str
    token: str

    def get(self, path: str) -> Any:
        request = urllib.request.Request(f"{self.http}{path}", headers={"Authorization": f"Bearer {self.token}"})
        with urllib.request.urlopen(request, timeout=30) as answer:
            return json.load(answer)

    def settle(self) -> None:
        deadline = time.monotonic() + SETTLES_WITHIN_S
        while time.monotonic() < deadline:
            queues = self.get("/api/v1/statistics")["queues"]
            if not queues["inbox"] and not queues["outbox"]:
                return
            time.sleep(0.05)
        raise AssertionError(f"not settled: {queues}")

    def events(self, kind: str) -> list[Any]:
        return list(self.get(f"/api/v1/events?kind={kind}&limit=200")["items"])


@pytest.fixture(scope="module", params=["loinc", "local"])
def filed(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Filed]:
    of_each = OF_EACH[request.param]
    special: dict[str, dict[str, Any]] = {
        "large-document": {"size": 40_000},
        "correction-chain": {"corrections": 2, "cancelled": 0.4},
        "merge": {"late_results": 2},
    }
    common: dict[str, Any] = {"in_house": of_each // 5, "codes": request.param}
    mix = [journey(name, **common, **special.get(name, {})) for name in PATHWAYS]
    mix += [Ingredient("template", 0.2, path=path) for path in sorted(TEMPLATES.glob("*.hl7"))]
    charset = "8859/1" if request.param == "local" else "UNICODE UTF-8"
    made = source(*mix, digest=request.param, patients=5000, charset=charset)
    messages = payloads(made, of_each * (len(PATHWAYS) + 1))
    answers: Counter[str] = Counter()
    with EngineProcess(tmp_path_factory.mktemp(request.param) / "data") as engine:
        with Line(engine.mllp, timeout=30) as line:
            for at in range(0, len(messages), AT_ONCE):
                part = messages[at : at + AT_ONCE]
                line.send(b"".join(framed(one) for one in part))
                answers.update(line.answer(timeout=30).code for _ in part)
        token = Path(engine.where["token_file"]).read_text().strip()
        asked = Filed(messages, answers, engine.where["http"], token)
        asked.settle()
        yield asked


def test_that_every_message_is_accepted_and_filed(filed: Filed) -> None:
    assert filed.answers == {"AA": len(filed.messages)}
    queues = filed.get("/api/v1/statistics")["queues"]
    assert {name: queues[name] for name in ("dead_letters", "quarantined", "waiting")} == {
        "dead_letters": 0,
        "quarantined": 0,
        "waiting": 0,
    }
    assert filed.get("/api/v1/failures")["items"] == []
    for kind in ("message.superseded", "message.duplicate_received", "message.quarantined", "delivery.attempt_failed"):
        assert filed.events(kind) == [], kind


def test_that_every_result_is_found_under_its_order_and_patient_with_its_last_value(filed: Filed) -> None:
    told = _told(filed.messages)
    assert {fact.status for facts in told.last.values() for fact in facts.values()} >= {"F", "C", "X"}
    for filler in sorted(told.last)[::3]:
        bundle = filed.get(f"/fhir/DiagnosticReport?identifier={filler}&_include=*")
        by_kind = defaultdict(list)
        for entry in bundle["entry"]:
            by_kind[entry["resource"]["resourceType"]].append(entry["resource"])
        assert len(by_kind["DiagnosticReport"]) == 1
        assert told.patients[filler] in _numbers(filed, by_kind["Patient"][0])
        for fact in told.last[filler].values():
            observation = _named(by_kind["Observation"], fact)
            status = {"F": "final", "C": "corrected", "X": "cancelled", "P": "preliminary"}[fact.status]
            assert observation["status"] == status
            if "valueQuantity" in observation:
                assert float(observation["valueQuantity"]["value"]) == float(fact.value.lstrip("<>="))


def test_that_results_of_a_number_merged_before_are_the_survivors_own(filed: Filed) -> None:
    told = _told(filed.messages)
    assert told.late
    for filler in sorted(told.late):
        (report,) = filed.get(f"/fhir/DiagnosticReport?identifier={filler}")["entry"]
        patient = filed.get(f"/fhir/{report['resource']['subject']['reference']}")
        assert told.patients[filler] in {i["value"] for i in patient["identifier"]}
        assert not [link for link in patient.get("link", ()) if link["type"] == "replaced-by"]


@dataclass
class _Told:
    """By filler number: the last word about each result, and whose it is in the end. `late`: sent after the merge."""

    last: dict[str, dict[str, ResultFact]]
    patients: dict[str, str]
    late: set[str]


def _told(messages: list[bytes]) -> _Told:
    told = _Told(defaultdict(dict), {}, set())
    survivors: dict[str, str] = {}
    for message in messages:
        truth = read_truth(message)
        for old, _ in truth.merged:
            survivors[old] = truth.patients[0][0]
        if b"|ED|" in message:
            continue
        for fact in truth.results:
            told.last[fact.filler][fact.code] = fact
            told.patients[fact.filler] = number = truth.patients[0][0]
            if number in survivors:
                told.late.add(fact.filler)
    told.patients = {filler: survivors.get(number, number) for filler, number in told.patients.items()}
    return told


def _numbers(filed: Filed, patient: dict[str, Any]) -> set[str]:
    """The patient's numbers, and those of the one who replaced them."""
    found = {i["value"] for i in patient["identifier"]}
    for link in patient.get("link", ()):
        if link["type"] == "replaced-by":
            found |= {i["value"] for i in filed.get(f"/fhir/{link['other']['reference']}")["identifier"]}
    return found


def _named(found: list[Any], fact: ResultFact) -> dict[str, Any]:
    """The observation of a result; with local codes the sent code stands beside the LOINC one."""
    for observation in found:
        if any(c["code"] == fact.code for c in observation["code"]["coding"]):
            return dict(observation)
    raise AssertionError(f"no observation for {fact.code}")
