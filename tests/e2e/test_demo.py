"""The demo hospital into the real engine: every planted incident is found by asking the engine."""

from __future__ import annotations

import json
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from tests.builders.engine_process import ROOT, EngineProcess

SETTLES_WITHIN_S = 60.0


class Asked:
    """A running engine with the demo's history in it."""

    def __init__(self, engine: EngineProcess, said: dict[str, Any]) -> None:
        self.said = said
        self._http = engine.where["http"]
        self._token = Path(engine.where["token_file"]).read_text().strip()

    def get(self, path: str) -> Any:
        request = urllib.request.Request(
            f"{self._http}/api/v1/{path}", headers={"Authorization": f"Bearer {self._token}"}
        )
        with urllib.request.urlopen(request, timeout=30) as answer:
            return json.load(answer)

    def settle(self) -> None:
        deadline = time.monotonic() + SETTLES_WITHIN_S
        while time.monotonic() < deadline:
            queues = self.get("statistics")["queues"]
            if not queues["inbox"] and not queues["outbox"]:
                return
            time.sleep(0.1)
        raise AssertionError(f"not settled: {queues}")


@pytest.fixture(scope="module")
def asked(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Asked]:
    with EngineProcess(tmp_path_factory.mktemp("demo") / "data") as engine:
        ran = subprocess.run(
            [
                sys.executable,
                "-m",
                "console",
                "engine",
                "demo",
                "--mllp",
                engine.where["mllp"],
                "--minutes",
                "0",
                "--json",
            ],
            cwd=ROOT,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        assert ran.returncode == 0, ran.stderr
        asked = Asked(engine, json.loads(ran.stdout))
        asked.settle()
        yield asked


def test_that_the_history_is_accepted_to_the_last_message(asked: Asked) -> None:
    assert asked.said["refused"] == []
    assert set(asked.said["answers"]) == {"AA"}
    assert asked.get("statistics")["received_total"] == asked.said["sent"]


def test_that_the_code_without_a_map_is_one_group_of_stopped_results(asked: Asked) -> None:
    (group,) = [g for g in asked.get("failures")["items"] if g["code"] == "code-not-mapped"]
    assert "K-PL" in group["title"]
    assert group["count"] >= 1


def test_that_the_tours_patient_is_found_without_accents_and_her_potassium_is_stopped(asked: Asked) -> None:
    people = asked.get("patients?name=" + quote("martinez rosa elena"))["items"]
    (rosa,) = [p for p in people if p["birth_date"] == "1957-08-14"]
    (encounter,) = asked.get(f"encounters?patient_id={rosa['patient_id']}")["items"]
    timeline = asked.get(f"encounters/{encounter['encounter_id']}/timeline")["timeline"]
    (stopped,) = [loop for loop in timeline["loops"] if loop["state"] == "stopped"]
    assert stopped["display"] == "Urea and electrolytes"
    (entry,) = [e for e in timeline["entries"] if e["event_id"] == stopped["stopped_event_id"]]
    assert entry["error"]["code"] == "code-not-mapped"
    assert entry["error"]["path"].startswith("OBX[2]-3")
    assert {"PAS", "EHR", "LIS", "HAEM", "engine", "fhir-store"} <= {lane["lane"] for lane in timeline["lanes"]}


def test_that_the_result_for_nobody_admitted_is_flagged_and_found_without_a_visit(asked: Asked) -> None:
    events = asked.get("events?kind=patient.identified&limit=200")
    strangers = list(events["items"])
    while events["next"]:
        events = asked.get(f"events?kind=patient.identified&limit=200&after={quote(events['next'])}")
        strangers += events["items"]
    (stranger,) = [e for e in strangers if "no-authority" in e["detail"]["flags"]]
    assert stranger["detail"]["encounter_id"] in (None, "")
    timeline = asked.get(f"encounters/unassigned:{stranger['detail']['patient_id']}/timeline")["timeline"]
    assert [e["message_type"] for e in timeline["entries"]] == ["ORU^R01"]
    assert "no-authority" in asked.get(f"patients/{stranger['detail']['patient_id']}")["flags"]


def test_that_the_burst_is_one_result_and_thirty_nine_duplicates(asked: Asked) -> None:
    duplicates = asked.get("events?kind=message.duplicate_received&limit=200")["items"]
    by_trace: dict[str, int] = {}
    for event in duplicates:
        by_trace[event["trace_id"]] = by_trace.get(event["trace_id"], 0) + 1
    assert 39 in by_trace.values()
    (burst,) = [trace for trace, count in by_trace.items() if count == 39]
    trace = asked.get(f"traces/{burst}")
    assert trace["state"] == "verified"
    assert trace["duplicates"] == 39
