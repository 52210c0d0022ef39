"""Every corpus message through the real socket of the real engine: one right answer each, none lost, nothing twice."""

from __future__ import annotations

import csv
import json
import sqlite3
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from console.hl7v2.peek import peek
from tests.builders.engine_process import EngineProcess, Line
from tests.interop.corpus import CORPUS, ROOT, Sample, flood, needs_corpus, samples

pytestmark = [pytest.mark.interop, needs_corpus, pytest.mark.timeout(600)]

DECISIONS = ROOT / "tests" / "interop" / "decisions.csv"
ENDED = {"verified", "recorded", "superseded", "dead_lettered", "waiting", "refused"}
SETTLES_WITHIN_S = 240.0


class Running:
    """An engine that took everything, and what it answered."""

    def __init__(self, engine: EngineProcess) -> None:
        self.engine = engine
        self.answers: dict[str, list[str]] = {}

    def journal(self) -> sqlite3.Connection:
        return sqlite3.connect(f"file:{self.engine.folder / 'journal.db'}?mode=ro", uri=True)

    def settle(self) -> None:
        """Until nothing is left to do: inbox holds only what waits, outbox nothing, the index has caught up."""
        deadline = time.monotonic() + SETTLES_WITHIN_S
        while time.monotonic() < deadline:
            with self.journal() as journal:
                pending = journal.execute("SELECT count(*) FROM inbox WHERE state = 'pending'").fetchone()[0]
                leaving = journal.execute("SELECT count(*) FROM outbox").fetchone()[0]
                told = journal.execute("SELECT coalesce(max(seq), 0) FROM events").fetchone()[0]
                indexed = journal.execute("SELECT coalesce(max(seq), 0) FROM watermarks").fetchone()[0]
            if not pending and not leaving and indexed >= told:
                return
            time.sleep(0.1)
        raise AssertionError(f"not settled after {SETTLES_WITHIN_S} s: {pending} to map, {leaving} to deliver")

    def versions(self) -> dict[tuple[str, str], int]:
        with self.journal() as journal:
            return {(t, i): v for t, i, v in journal.execute("SELECT type, id, version FROM fhir_resources")}


def _codes(answer: bytes) -> list[str]:
    """MSA-1 of every acknowledgment in an answer (a batch has several)."""
    lines = answer.replace(b"\n", b"\r").split(b"\r")
    return [line[4:6].decode() for line in lines if line.startswith(b"MSA")]


def _send(line: Line, raw: bytes) -> list[str]:
    line.send(b"\x0b" + raw + b"\x1c\r")
    return _codes(line.frame(timeout=60))


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    with EngineProcess(tmp_path_factory.mktemp("corpus") / "data") as engine:
        run = Running(engine)
        for sample in samples():  # a line each: the later application answer of enhanced mode belongs to it alone
            with Line(engine.mllp, timeout=60) as line:
                run.answers[sample.name] = _send(line, sample.raw)
        run.settle()
        yield run


def _accepted(name: str) -> str:
    """The code for a good message: CA where the sender asks for the accept acknowledgment (MSH-15)."""
    header = peek((CORPUS / "messages" / name).read_bytes())
    return "CA" if header.accept_ack.upper() in ("AL", "SU") else "AA"


def _decisions() -> dict[str, dict[str, str]]:
    with DECISIONS.open(newline="", encoding="utf-8") as file:
        return {row["file"]: row for row in csv.DictReader(file)}


def test_that_every_message_gets_exactly_the_decision_that_was_reviewed(running: Running) -> None:
    reviewed = _decisions()
    wrong = {}
    for name, codes in running.answers.items():
        row = reviewed.get(name)
        expected = row["codes"].split() if row else [_accepted(name)]
        if codes != expected:
            wrong[name] = (codes, expected)
    assert wrong == {}
    assert set(reviewed) <= set(running.answers)


def test_that_every_accepted_message_is_kept_and_ends_in_a_stated_outcome(running: Running) -> None:
    with running.journal() as journal:
        states = Counter(
            dict(journal.execute("SELECT state, count(*) FROM traces WHERE state <> '' GROUP BY state").fetchall())
        )
        open_ones = journal.execute(
            "SELECT trace_id, state FROM traces WHERE state NOT IN (SELECT value FROM json_each(?))",
            (json.dumps(sorted(ENDED)),),
        ).fetchall()
        stopped = journal.execute(
            "SELECT error FROM events WHERE kind IN ('message.dead_lettered', 'message.quarantined')"
        ).fetchall()
        kept = journal.execute("SELECT count(*) FROM messages WHERE raw IS NOT NULL").fetchone()[0]
    print("\noutcomes:", dict(states), "kept:", kept)
    assert open_ones == []
    for (error,) in stopped:
        said: dict[str, Any] = json.loads(error)
        assert said["code"]
        assert len(said["text"]) > 10
    accepted = sum(codes.count("AA") + codes.count("CA") for codes in running.answers.values())
    refused = sum(codes.count("AR") for codes in running.answers.values())
    with running.journal() as journal:
        received = journal.execute("SELECT count(*) FROM events WHERE kind = 'message.received'").fetchone()[0]
        doubled = journal.execute("SELECT count(*) FROM events WHERE kind = 'message.duplicate_received'").fetchone()[0]
        quarantined = journal.execute("SELECT count(*) FROM events WHERE kind = 'message.quarantined'").fetchone()[0]
    assert received + doubled >= accepted
    assert quarantined >= refused


def test_that_nothing_failed_by_our_own_fault(running: Running) -> None:
    with running.journal() as journal:
        ours = journal.execute("SELECT code, count(*) FROM dead_letters GROUP BY code").fetchall()
    print("\ndead letters by cause:", dict(ours))
    assert [code for code, _ in ours if code in ("bug", "Bug", "gate-refused", "internal-error")] == []


def test_that_resending_the_lot_changes_no_resource(running: Running) -> None:
    before = running.versions()
    assert before
    for sample in samples():
        with Line(running.engine.mllp, timeout=60) as line:
            assert _send(line, sample.raw) == running.answers[sample.name], sample.name
    running.settle()
    assert running.versions() == before


def _variants(sample: Sample) -> Iterator[tuple[str, bytes]]:
    body = sample.raw.replace(b"\r\n", b"\r").replace(b"\n", b"\r").strip(b"\x0b\x1c\xef\xbb\xbf")
    yield "CR", body
    yield "LF", body.replace(b"\r", b"\n")
    yield "CRLF", body.replace(b"\r", b"\r\n")
    yield "BOM", b"\xef\xbb\xbf" + body


def test_that_separators_and_a_byte_order_mark_change_no_decision(running: Running) -> None:
    chosen = samples("adt", "orm", "siu", "mdm", "rx", "batch")
    for sample in chosen:
        if set(running.answers[sample.name]) != {"AA"}:
            continue
        for name, raw in _variants(sample):
            with Line(running.engine.mllp, timeout=60) as line:
                assert set(_send(line, raw)) == {"AA"}, (sample.name, name)
    running.settle()


def test_that_a_five_megabyte_document_arrives_whole(running: Running) -> None:
    import base64
    import hashlib

    content = b"%PDF-1.7\n" + bytes(range(256)) * 20_000
    data = base64.b64encode(content)
    raw = (
        b"MSH|^~\\&|LIS|CGH|SB|CGH|20261120090000+0000||ORU^R01^ORU_R01|BIG1|T|2.5.1\r"
        b"PID|1||BIG^^^CGH^MR||LARGE^DOCUMENT||19700101|F\rPV1|1|I|W1||||||||||||||||VBIG^^^CGH^VN\r"
        b"OBR|1|PBIG^EHR|FBIG^LIS|PATH^Pathology report^99X|||20261120080000+0000"
        b"|||||||||||||||20261120090000+0000||SP|F\r"
        b"OBX|1|ED|PDF^Report^99X||LIS^AP^PDF^Base64^" + data + b"||||||F\r"
    )
    assert len(raw) > 5_000_000
    with Line(running.engine.mllp, timeout=60) as line:
        assert _send(line, raw) == ["AA"]
    running.settle()
    with running.journal() as journal:
        kept = journal.execute("SELECT raw FROM messages WHERE control_id = 'BIG1'").fetchone()[0]
        bodies = [b for (b,) in journal.execute("SELECT body FROM fhir_history WHERE type = 'Binary'")]
    assert hashlib.sha256(kept).digest() == hashlib.sha256(raw).digest()
    assert any(base64.b64decode(json.loads(body)["data"]) == content for body in bodies)


def test_that_the_flood_stream_gives_each_order_its_result(tmp_path: Path) -> None:
    with EngineProcess(tmp_path / "data") as engine:
        run = Running(engine)
        sent = flood()
        with Line(engine.mllp, timeout=60) as line:
            for raw in sent:
                assert _send(line, raw) == ["CA"]
        run.settle()
        with run.journal() as journal:
            unfiled = journal.execute(
                "SELECT state, count(*) FROM traces WHERE state <> 'verified' GROUP BY state"
            ).fetchall()
            orders = journal.execute(
                "SELECT count(*), sum(result_status <> ''), sum(resulted_at > 0) FROM orders"
            ).fetchone()
            reports = journal.execute("SELECT count(*) FROM fhir_resources WHERE type = 'DiagnosticReport'").fetchone()
        results = sum(raw.split(b"|")[8].startswith(b"ORU") for raw in sent)
    print("\nflood: not verified", dict(unfiled), "orders (all, with status, with time)", orders, "reports", reports)
    assert set(dict(unfiled)) <= {"recorded", "superseded"}
    assert orders[0] == orders[1] == orders[2]
    assert reports[0] <= results
