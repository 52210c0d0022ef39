"""Delivery proven against a FHIR R4 server that is not ours: HAPI FHIR's JPA server, over real sockets, killed mid-way.

The demo hospital and part of the corpus go through the real engine with `--fhir`. What HAPI then holds, which versions
it counted, and what its validator says of our resources is asked of HAPI itself. The tests build on each other.
"""

from __future__ import annotations

import json
import re
import sqlite3
import subprocess
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import Any

import pytest

from tests.builders.engine_process import ROOT, EngineProcess, Line, message
from tests.interop.corpus import CORPUS, Sample, samples
from tests.interop.real_fhir_server import RealFhirServer, needs_java

pytestmark = [pytest.mark.interop, needs_java, pytest.mark.timeout(600)]

SETTLES_WITHIN_S = 240.0
OF_EACH_CATEGORY = 12
"""Corpus messages of each category: the first ones by name of each kind of file."""
VALIDATED_OF_EACH_TYPE = 30

NOT_OURS = (
    # (words of the issue, why it stands)
    (
        r"extension-Encounter\.planned.*invalid Version '5\.0'",
        "the R5 extension FHIR defines for use in R4; HAPI has R4",
    ),
    (r"^Error processing unit", "the sender said UCUM and sent something else: kept as sent"),
)
"""Errors of HAPI's validator that were looked at and stand."""


class Road:
    """The engine, the server it delivers to, and the journal between them."""

    def __init__(self, engine: EngineProcess, server: RealFhirServer) -> None:
        self.engine = engine
        self.server = server
        self.there = server.url.removeprefix("http://")

    def ask(self, sql: str, *values: Any) -> list[Any]:
        journal = sqlite3.connect(f"file:{self.engine.folder / 'journal.db'}?mode=ro", uri=True)
        try:
            return journal.execute(sql, values).fetchall()
        finally:
            journal.close()

    def until(self, done: Callable[[], bool], *, within: float = SETTLES_WITHIN_S) -> None:
        deadline = time.monotonic() + within
        while not done():
            assert time.monotonic() < deadline, f"not within {within} s: {self.queues()} {self.last_errors()}"
            time.sleep(0.1)

    def queues(self) -> tuple[int, int]:
        ((inbox,),) = self.ask("SELECT count(*) FROM inbox WHERE state = 'pending'")
        ((outbox,),) = self.ask("SELECT count(*) FROM outbox")
        return inbox, outbox

    def settle(self) -> None:
        self.until(lambda: self.queues() == (0, 0))

    def last_errors(self) -> list[Any]:
        return self.ask("SELECT kind, error FROM events WHERE error IS NOT NULL ORDER BY seq DESC LIMIT 3")

    def send(self, raw: bytes) -> None:
        """A line each, so that the later application answer of enhanced mode belongs to it alone."""
        with Line(self.engine.mllp, timeout=60) as line:
            line.send(b"\x0b" + raw + b"\x1c\r")
            line.frame(timeout=60)

    def undelivered(self) -> list[Any]:
        """Messages that were mapped and are not filed at every destination they were meant for."""
        return self.ask(
            "SELECT m.trace_id, d.value FROM events m, json_each(json_extract(m.detail, '$.destinations')) d"
            " WHERE m.kind = 'message.mapped' AND NOT EXISTS (SELECT 1 FROM events f WHERE f.trace_id = m.trace_id"
            " AND f.kind = 'delivery.filed' AND json_extract(f.detail, '$.destination') = d.value)"
        )

    def refused_there(self) -> list[Any]:
        return self.ask("SELECT code, text, path FROM dead_letters WHERE destination = ?", self.there)

    def ours(self) -> dict[str, tuple[int, bytes]]:
        """(version, content) of every resource of the built-in store, by reference."""
        rows = self.ask(
            "SELECT r.type, r.id, r.version, h.body FROM fhir_resources r JOIN fhir_history h ON h.number = r.current"
        )
        return {f"{kind}/{name}": (version, body) for kind, name, version, body in rows}

    def versions_there(self) -> dict[str, int]:
        copies = self.server.copies(list(self.ours()))
        return {reference: int(copy["meta"]["versionId"]) for reference, copy in copies.items()}


def _chosen() -> list[Sample]:
    """From every category of the corpus the first files of each source; none when there is no corpus."""
    if not (CORPUS / "index.csv").exists():
        return []
    chosen = []
    for category in ("adt", "oru", "orm", "omg_oml", "mdm", "rx", "siu", "vxu", "batch", "other"):
        by_source: dict[str, list[Sample]] = defaultdict(list)
        for sample in samples(category):
            by_source[re.split(r"[_.]", sample.name.partition("/")[2])[0]].append(sample)
        turns = [s for turn in range(OF_EACH_CATEGORY) for group in by_source.values() for s in group[turn : turn + 1]]
        chosen += turns[:OF_EACH_CATEGORY]
    return chosen


def _clinical(resource: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in resource.items() if name != "meta"}


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RealFhirServer]:
    with RealFhirServer(tmp_path_factory.mktemp("hapi") / "database") as server:
        yield server


@pytest.fixture(scope="module")
def road(server: RealFhirServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Road]:
    folder = tmp_path_factory.mktemp("engine") / "data"
    with EngineProcess(folder, options=("--fhir", server.url)) as engine:
        road = Road(engine, server)
        _demo(engine)
        for sample in _chosen():
            road.send(sample.raw)
        road.settle()
        yield road


def _demo(engine: EngineProcess) -> None:
    command = [sys.executable, "-m", "console", "engine", "demo", "--mllp", engine.where["mllp"]]
    command += ["--minutes", "0", "--history", "6", "--json"]
    ran = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=120, check=False)
    assert ran.returncode == 0, ran.stderr


def test_that_every_mapped_message_is_filed_and_read_back_at_both_destinations(road: Road) -> None:
    ((mapped,),) = road.ask("SELECT count(*) FROM events WHERE kind = 'message.mapped'")
    filed = dict(
        road.ask(
            "SELECT json_extract(detail, '$.destination'), count(*) FROM events"
            " WHERE kind = 'delivery.filed' AND state = 'verified' GROUP BY 1"
        )
    )
    print("\nmapped:", mapped, "filed:", filed)
    assert mapped > 300
    assert set(filed) == {"fhir-store", road.there}
    assert road.undelivered() == []
    assert road.refused_there() == []
    assert road.ask("SELECT count(*) FROM events WHERE json_extract(detail, '$.overwrote') IS NOT NULL") == [(0,)]


def test_that_the_server_holds_what_we_hold_to_the_last_digit_and_nothing_else(road: Road) -> None:
    ours = road.ours()
    theirs = road.server.copies(list(ours))
    assert set(theirs) == set(ours)
    differing = [
        reference
        for reference, (_, content) in ours.items()
        if repr(_sorted(_clinical(theirs[reference])))
        != repr(_sorted(_clinical(json.loads(content, parse_float=Decimal))))
    ]
    assert differing == []
    by_type = Counter(reference.partition("/")[0] for reference in ours)
    print("\nresources:", dict(by_type))
    assert {kind: road.server.count(kind) for kind in by_type} == dict(by_type)


def _sorted(node: Any) -> Any:
    """With members in one order; repr then tells 1 from 1.0 and 1.00."""
    if isinstance(node, dict):
        return {name: _sorted(node[name]) for name in sorted(node)}
    return [_sorted(item) for item in node] if isinstance(node, list) else node


def test_that_the_server_counted_each_version_once(road: Road) -> None:
    assert road.versions_there() == {reference: version for reference, (version, _) in road.ours().items()}


def test_that_its_validator_finds_no_errors_in_our_resources(road: Road) -> None:
    taken: Counter[str] = Counter()
    faults: dict[tuple[str, str], str] = {}
    for reference, (_, content) in road.ours().items():
        kind = reference.partition("/")[0]
        if taken[kind] < VALIDATED_OF_EACH_TYPE and len(content) < 200_000:
            taken[kind] += 1
            for element, words in road.server.errors_in(kind, content):
                if not any(re.search(pattern, words) for pattern, _ in NOT_OURS):
                    faults[re.sub(r"\[\d+\]", "", element), words] = reference
    print("\nvalidated:", dict(taken))
    assert faults == {}


def test_that_resending_everything_makes_no_new_version_there(road: Road) -> None:
    before = road.versions_there()
    raws = road.ask("SELECT raw FROM messages WHERE raw IS NOT NULL ORDER BY rowid")
    mapped = road.ask("SELECT count(*) FROM events WHERE kind = 'message.mapped'")
    for (raw,) in raws:
        road.send(raw)
    road.settle()
    assert road.versions_there() == before
    assert road.ask("SELECT count(*) FROM events WHERE kind = 'message.mapped'") == mapped


def test_that_a_change_by_somebody_else_is_met_by_reading_again(road: Road) -> None:
    """Our If-Match is stale: HAPI answers 412, we look, and we are the source of this
    result: ours counts, and the event names what it went over."""
    road.send(message("STALE1", "7.1"))
    road.settle()
    reference = _observation(road, "STALE1")
    theirs = road.server.get(reference)
    touched = road.server.put(theirs | {"note": [{"text": "seen by the ward"}]})
    assert touched["meta"]["versionId"] != theirs["meta"]["versionId"]
    road.send(message("STALE1", "7.3").replace(b"|STALE1|P", b"|STALE2|P").replace(b"||||F\r", b"||||C\r"))
    road.settle()
    now = road.server.get(reference)
    assert now["valueQuantity"]["value"] == Decimal("7.3")
    assert int(now["meta"]["versionId"]) == int(touched["meta"]["versionId"]) + 1
    assert "note" not in now
    told = road.ask(
        "SELECT json_extract(detail, '$.overwrote') FROM events WHERE kind = 'delivery.handed_over'"
        " AND json_extract(detail, '$.destination') = ? ORDER BY seq DESC LIMIT 1",
        road.there,
    )
    assert told == [(json.dumps([reference]),)]
    assert road.undelivered() == []


def test_that_a_later_statement_of_somebody_else_is_not_overwritten_and_the_event_says_so(road: Road) -> None:
    road.send(message("LATER1", "5.0").replace(b"||||F\r", b"||||P\r"))
    road.settle()
    reference = _observation(road, "LATER1")
    corrected = road.server.put(road.server.get(reference) | {"status": "corrected"})
    road.send(message("LATER1", "5.1").replace(b"|LATER1|P", b"|LATER2|P"))
    road.settle()
    assert road.server.get(reference) == corrected
    ((code, path),) = road.ask(
        "SELECT json_extract(error, '$.code'), json_extract(error, '$.path') FROM events"
        " WHERE kind = 'message.dead_lettered' AND json_extract(detail, '$.destination') = ?",
        road.there,
    )
    assert (code, path) == ("superseded-at-destination", reference)


def _observation(road: Road, control_id: str) -> str:
    ((detail,),) = road.ask(
        "SELECT m.detail FROM events m JOIN messages r ON r.control_id = ?"
        " JOIN events e ON e.event_id = r.event_id AND e.trace_id = m.trace_id WHERE m.kind = 'message.mapped'",
        control_id,
    )
    (name,) = [r["id"] for r in json.loads(detail)["resources"] if r["type"] == "Observation"]
    return f"Observation/{name}"


def test_that_an_outage_amid_a_flood_keeps_everything_queued_and_doubles_nothing(road: Road) -> None:
    refused = road.refused_there()
    ((filed,),) = road.ask(_FILED, road.there)
    sent = [message(f"FLOOD{n}", f"{n}.0") for n in range(200)]
    with Line(road.engine.mllp, timeout=60) as line:
        for n, raw in enumerate(sent):
            assert line.ask(raw).code == "AA"
            if n == 60:
                road.until(lambda: road.ask(_FILED, road.there)[0][0] >= filed + 20)
            if n == 80:
                road.server.kill()
    road.until(lambda: bool(_breaker(road, "open")), within=60)
    road.until(lambda: road.ask("SELECT count(*) FROM inbox WHERE state = 'pending'") == [(0,)])
    ((queued,),) = road.ask("SELECT count(*) FROM outbox WHERE destination = ?", road.there)
    ((filed_before,),) = road.ask(_FILED, road.there)
    print("\nfiled before the outage:", filed_before - filed, "queued in it:", queued)
    assert queued + filed_before - filed == len(sent)
    assert filed_before >= filed + 20
    assert queued > 100
    assert road.refused_there() == refused

    road.server.start()
    road.settle()
    assert _breaker(road, "closed")
    assert road.ask(_FILED, road.there) == [(filed + len(sent),)]
    assert road.refused_there() == refused
    ours = {r: v for r, v in road.ours().items() if v[0] == 1 and r.startswith("Observation/")}
    theirs = road.server.copies(list(ours))
    assert {r: c["meta"]["versionId"] for r, c in theirs.items()} == dict.fromkeys(ours, "1")
    assert road.server.count("Observation") == sum(r.startswith("Observation/") for r in road.ours())


_FILED = (
    "SELECT count(*) FROM events WHERE kind = 'delivery.filed' AND state = 'verified'"
    " AND json_extract(detail, '$.destination') = ?"
)


def _breaker(road: Road, state: str) -> list[Any]:
    return road.ask(
        "SELECT 1 FROM events WHERE kind = 'destination.changed' AND json_extract(detail, '$.destination') = ?"
        " AND json_extract(detail, '$.breaker') = ?",
        road.there,
        state,
    )
