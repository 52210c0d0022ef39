"""A verdict from a FHIR server that is not ours: the harness floods our engine, and HAPI FHIR behind it is asked."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from console.harness.load.plan import make_run_folder, settle, write_plan
from console.harness.load.run_folder import RunFolder
from console.harness.load.worker import Worker
from console.harness.scenario.model import (
    Connections,
    Content,
    Fault,
    FaultKind,
    Ingredient,
    Load,
    Model,
    Scenario,
    Target,
)
from console.harness.verdict.buckets import Bucket
from console.harness.verdict.sources.fhir import FhirSource
from console.harness.verdict.sources.signalbox import SignalboxSource
from console.harness.verdict.verification import verify_now
from tests.builders.engine_process import EngineProcess
from tests.interop.real_fhir_server import RealFhirServer, needs_java

pytestmark = [pytest.mark.interop, needs_java, pytest.mark.timeout(600)]

MESSAGES = 600


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RealFhirServer]:
    with RealFhirServer(tmp_path_factory.mktemp("hapi") / "store") as running:
        yield running


def flood(folder: Path, engine: EngineProcess) -> RunFolder:
    host, port = engine.mllp
    scenario = Scenario(
        "flood", "", "22" * 32, folder, targets=(Target(host, port),), connections=Connections(count=4),
        load=Load(model=Model.CLOSED, messages=MESSAGES),
        content=Content(
            mix=(Ingredient("journey", 3.0, "correction-chain"), Ingredient("journey", 1.0, "merge")), patients=60
        ),
        faults=(Fault(FaultKind.DUPLICATE, 0.05), Fault(FaultKind.REORDER, 0.05), Fault(FaultKind.TRUNCATE, 0.02)),
    )  # fmt: skip
    starts = datetime(2026, 11, 23, 8, tzinfo=UTC)
    plan = settle(scenario, seed=9, starts=starts, created=datetime.now(UTC))
    run = make_run_folder(folder, plan.run)
    write_plan(run, plan)
    worker = Worker(run, 0)
    worker.run()
    assert worker.ledger is not None
    worker.ledger.close()
    return run


def test_that_what_a_foreign_server_holds_is_found_right_and_what_is_taken_away_is_missed(
    server: RealFhirServer, tmp_path: Path
) -> None:
    engine = EngineProcess(tmp_path / "engine", options=("--fhir", server.url))
    with engine.ended():
        engine.start()
        run = flood(tmp_path, engine)
        token = Path(engine.where["token_file"]).read_text().strip()
        ours = verify_now(run, source=SignalboxSource(engine.where["http"], token=token), settle=240.0)
        assert ours.passed, ours.findings.offenders
        theirs = verify_now(run, source=FhirSource(server.url), settle=240.0)
        print(f"HAPI: {theirs.findings.counts} in {theirs.took_s:.1f} s, asked {theirs.asked}")
        assert theirs.passed, theirs.findings.offenders
        assert theirs.findings.counts[Bucket.EXACTLY_ONCE] == ours.findings.counts[Bucket.EXACTLY_ONCE]
        assert theirs.values()["out_of_order"] is None
        assert theirs.unseen

        _spoil(server)
        again = verify_now(run, source=FhirSource(server.url), settle=0.0)
        assert again.findings.counts[Bucket.WRONG_VALUE] == 1
        assert again.findings.faults == 1


def _spoil(server: RealFhirServer) -> None:
    """Somebody changes one value there by hand."""
    bundle = server.get("Observation?status=final&value-quantity=gt0&_count=1")
    body = bundle["entry"][0]["resource"]
    server.put({**body, "valueQuantity": {**body["valueQuantity"], "value": 31337}})
