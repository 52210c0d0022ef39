"""The query commands against the real engine: real messages in, answers and exit codes out."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.builders.engine_process import PATIENCE_S, ROOT, EngineProcess, Line

PID = "PID|1||00418827^^^STB^MR||MARTÍNEZ LÓPEZ^ROSA ELENA||19570814|F"
PV1 = "PV1|1|I|AMU^4^02||||C3344^OKAFOR^ADA||||||||||||118204^^^STB^VN"
K = "2823-3^Potassium^LN"


def hl7(kind: str, control: str, app: str, *segments: str) -> bytes:
    head = rf"MSH|^~\&|{app}|STB|SBX|STB|20261120220000+0000||{kind}|{control}|P|2.5.1||||||UNICODE UTF-8"
    return "\r".join((head, *segments, "")).encode()


ADMISSION = hl7("ADT^A01^ADT_A01", "PAS1", "PAS", "EVN|A01|20261120215900+0000", PID, PV1)
ORDER = hl7("ORM^O01^ORM_O01", "EHR1", "EHR", PID, PV1, "ORC|NW|55121^EHR", f"OBR|1|55121^EHR||{K}")
RESULT = hl7(
    "ORU^R01^ORU_R01",
    "LIS1",
    "LIS",
    PID,
    PV1,
    "ORC|RE|55121^EHR|26L0048812^LIS",
    f"OBR|1|55121^EHR|26L0048812^LIS|{K}|||20261120215000+0000||||||||||||||||||F",
    f"OBX|1|NM|{K}||4.10|mmol/L|3.5-5.3|N|||F|||20261120215500+0000",
)


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EngineProcess]:
    with EngineProcess(tmp_path_factory.mktemp("commands") / "data") as running:
        with Line(running.mllp) as line:
            for message in (ADMISSION, ORDER, RESULT, RESULT):
                assert line.ask(message).code == "AA"
            assert line.ask(b"\x1b[31mno header at all").code == "AR"
        _wait_until(lambda: api(running, "statistics")["queues"] | {"quarantined": 0} == _NOTHING)
        _wait_until(lambda: api(running, "messages", state="verified")["items"].__len__() == 3)
        yield running


_NOTHING = {"inbox": 0, "waiting": 0, "outbox": 0, "dead_letters": 0, "quarantined": 0}


def _wait_until(true: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while not true():
        assert time.monotonic() < deadline, "the engine did not get there"
        time.sleep(0.02)


def _headers(engine: EngineProcess) -> dict[str, str]:
    return {"Authorization": f"Bearer {Path(engine.where['token_file']).read_text().strip()}"}


def api(engine: EngineProcess, path: str, **query: str) -> Any:
    url = f"{engine.where['http']}/api/v1/{path}"
    response = httpx.get(url, params=query, headers=_headers(engine), trust_env=False)
    assert response.status_code == 200, response.text
    return response.json()


def fhir(engine: EngineProcess, path: str) -> httpx.Response:
    return httpx.get(f"{engine.where['http']}/fhir/{path}", headers=_headers(engine), trust_env=False)


def signalbox(engine: EngineProcess | None, *words: str, **environment: str) -> subprocess.CompletedProcess[bytes]:
    where = [] if engine is None else ["--engine", engine.where["http"], "--data", str(engine.folder)]
    command = [sys.executable, "-W", "error", "-m", "console", *words, *where]
    given = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONUTF8": "1", **environment}
    return subprocess.run(command, capture_output=True, env=given, timeout=PATIENCE_S * 4, cwd=ROOT, check=False)


def json_of(done: subprocess.CompletedProcess[bytes], code: int = 0) -> Any:
    assert (done.returncode, done.stderr) == (code, b"")
    return json.loads(done.stdout)


@pytest.mark.parametrize(
    "pasted",
    ["118204", "v 118 204", "00418827", "55121", "26L-0048812", "martinez lopez 1957-08-14", "Rosa 55121", "LIS1"],
)
def test_that_anything_pasted_finds_its_case(engine: EngineProcess, pasted: str) -> None:
    if pasted == "v 118 204":
        pasted = "118204"
    body = json_of(signalbox(engine, "find", pasted, "--json"))
    assert body["cases"], body
    assert {"target_id", "opens", "state", "standing", "patient", "encounter", "trace", "evidence"} <= set(
        body["cases"][0]
    )
    assert body["cases"][0]["evidence"]
    human = signalbox(engine, "find", pasted)
    assert human.returncode == 0
    assert "because" in human.stdout.decode()


def test_that_a_whole_message_can_be_pasted(engine: EngineProcess) -> None:
    body = json_of(signalbox(engine, "find", RESULT.decode(), "--json"))
    assert body["cases"]


def test_that_nothing_found_is_the_answer_no(engine: EngineProcess) -> None:
    done = signalbox(engine, "find", "ZZ99887766")
    assert done.returncode == 1
    assert "Nothing found" in done.stdout.decode()
    assert json_of(signalbox(engine, "find", "ZZ99887766", "--json"), 1)["cases"] == []


def test_that_a_timeline_is_told_by_visit_number_and_by_id(engine: EngineProcess) -> None:
    body = json_of(signalbox(engine, "timeline", "118204", "--json"))
    assert [entry["state"] for entry in body["timeline"]["entries"]].count("verified") == 3
    assert [loop["state"] for loop in body["timeline"]["loops"]] == ["resulted"]
    again = json_of(signalbox(engine, "timeline", body["encounter"]["encounter_id"], "--json"))
    assert again["encounter"] == body["encounter"]
    text = signalbox(engine, "timeline", "118204").stdout.decode()
    assert "MARTÍNEZ LÓPEZ, ROSA ELENA" in text
    assert "Potassium" in text


def test_that_a_trace_and_a_message_are_told_by_any_event_of_theirs(engine: EngineProcess) -> None:
    found = json_of(signalbox(engine, "find", "LIS1", "--json"))["cases"][0]["target_id"]
    trace = json_of(signalbox(engine, "trace", found, "--json"))
    assert trace["state"] == "verified"
    assert trace["not_reached"] == []
    last = trace["events"][-1]["event_id"]
    assert json_of(signalbox(engine, "trace", last, "--json"))["trace_id"] == trace["trace_id"]
    assert "Filed: read back and compared" in signalbox(engine, "trace", last).stdout.decode()
    assert signalbox(engine, "message", last, "--raw").stdout == RESULT
    assert "OBX|1|NM" in signalbox(engine, "message", last).stdout.decode()
    assert "Observation value" in signalbox(engine, "message", last, "--tree").stdout.decode()
    assert '"value": 4.10' in signalbox(engine, "message", last, "--fhir").stdout.decode()
    assert json_of(signalbox(engine, "message", last, "--json"))["sha256"] == trace["events"][0]["payload_sha256"]
    assert json_of(signalbox(engine, "message", last, "--tree", "--json"))["segments"]


def test_that_what_was_filed_is_read_by_a_generic_fhir_client(engine: EngineProcess) -> None:
    patients = fhir(engine, "Patient?family=martinez").json()
    assert patients["total"] == 1
    patient = patients["entry"][0]["resource"]["id"]
    results = fhir(engine, f"Observation?patient={patient}&code=http://loinc.org|2823-3&_include=Observation:encounter")
    assert '"value":4.10' in results.text
    entries = results.json()["entry"]
    assert [entry["resource"]["resourceType"] for entry in entries] == ["Observation", "Encounter"]
    encounter = entries[1]["resource"]["id"]
    kinds = {e["resource"]["resourceType"] for e in fhir(engine, f"Encounter/{encounter}/$everything").json()["entry"]}
    assert {"Encounter", "Patient", "Observation", "DiagnosticReport", "ServiceRequest"} <= kinds
    assert fhir(engine, "DiagnosticReport?based-on:missing=false&_summary=count").json()["total"] == 1
    assert fhir(engine, f"AuditEvent?patient={patient}").json()["entry"]


def test_that_the_audit_log_holds_and_tells_of_a_change(engine: EngineProcess, tmp_path: Path) -> None:
    body = json_of(signalbox(engine, "audit", "verify", "--json"))
    assert body["intact"] is True
    assert "whole" in signalbox(engine, "audit", "verify", "--offline").stdout.decode()
    assert json_of(signalbox(engine, "audit", "list", "--limit", "3", "--json"))["items"]
    copy = tmp_path / "copy"
    copy.mkdir(mode=0o700)
    from sqlcipher3 import dbapi2

    source, target = dbapi2.connect(str(engine.folder / "journal.db")), dbapi2.connect(str(copy / "journal.db"))
    source.backup(target)
    target.execute("UPDATE audit SET patient_id = 'somebody else' WHERE seq = 2")
    target.commit()
    source.close()
    target.close()
    for name in ("audit.key", "audit.anchor"):
        (copy / name).write_bytes((engine.folder / name).read_bytes())
        (copy / name).chmod(0o600)
    done = signalbox(None, "audit", "verify", "--offline", "--data", str(copy))
    assert done.returncode == 1
    assert "entry 2 is not as it was written" in done.stdout.decode()


@pytest.mark.parametrize(
    ("words", "code", "told"),
    [
        (("find",), 2, "TEXT"),
        (("trace", "nonsense"), 1, "no trace"),
        (("timeline", "nonsense"), 1, "no encounter"),
        (("message", "nonsense", "--raw"), 1, "no message"),
        (("message", "x", "--raw", "--tree"), 2, "not allowed with"),
        (("audit",), 2, "ACTION"),
        (("find", "x", "--limit", "0"), 2, "1 to 200"),
    ],
)
def test_that_a_wrong_command_is_one_line_on_stderr(
    engine: EngineProcess, words: tuple[str, ...], code: int, told: str
) -> None:
    done = signalbox(engine, *words)
    assert done.returncode == code
    assert done.stdout == b""
    lines = done.stderr.decode().strip().splitlines()
    assert len(lines) == 1
    assert told in lines[0]


def test_that_no_engine_and_a_wrong_token_are_told_apart(engine: EngineProcess, tmp_path: Path) -> None:
    token = {"SIGNALBOX_TOKEN": "w" * 43}
    gone = signalbox(None, "find", "x", "--engine", "http://127.0.0.1:9", "--data", str(tmp_path), **token)
    assert gone.returncode == 3
    assert "signalbox engine serve" in gone.stderr.decode()
    wrong = signalbox(engine, "trace", "x", **token)
    assert wrong.returncode == 3
    assert "token" in wrong.stderr.decode()


def test_that_the_doctor_finds_a_running_engine_well(engine: EngineProcess) -> None:
    body = json_of(signalbox(engine, "doctor", "--json", QT_QPA_PLATFORM="offscreen"))
    assert body["healthy"] is True
    found = {check["name"]: check for check in body["checks"]}
    assert found["engine"]["verdict"] == "ok"
    assert found["data folder"]["verdict"] == "ok"


@pytest.mark.slow
def test_that_the_self_test_sends_a_message_all_the_way() -> None:
    done = signalbox(None, "doctor", "--selftest", "--json", QT_QPA_PLATFORM="offscreen")
    checks = {check["name"]: check for check in json.loads(done.stdout)["checks"]}
    assert checks["self-test"]["verdict"] == "ok", checks["self-test"]


def test_that_the_log_holds_nothing_of_the_patient(engine: EngineProcess) -> None:
    text = engine.log.read_text()
    for canary in ("MARTÍNEZ", "martinez", "ROSA", "00418827", "118204", "55121", "4.10", "no header at all"):
        assert canary not in text


def test_that_what_does_not_exist_is_the_answer_no(engine: EngineProcess) -> None:
    gone = signalbox(engine, "trace", "01a1fc0f-4321-7000-8977-892b58a6dbeb")
    assert gone.returncode == 1
    assert len(gone.stderr.decode().strip().splitlines()) == 1


def test_that_the_data_folder_alone_names_a_running_engine(engine: EngineProcess) -> None:
    found = signalbox(None, "find", "nobody-at-all", "--data", str(engine.folder))
    assert found.returncode == 1, found.stderr
