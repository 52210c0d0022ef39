"""Whom to ask: the scenario says it, the command line may say otherwise, secrets come from the environment alone."""

from __future__ import annotations

from pathlib import Path

import pytest

from console.connections.tokens import make_token
from console.core.errors import Refused
from console.harness.load.plan import Plan, read_plan
from console.harness.load.run_folder import RunFolder
from console.harness.scenario.model import Verification
from console.harness.verdict.filed import Keeping
from console.harness.verdict.sources.capture import CaptureSource
from console.harness.verdict.sources.fhir import FhirSource
from console.harness.verdict.sources.mirth import MirthSource
from console.harness.verdict.sources.opening import Whom, open_source, whom_of
from console.harness.verdict.sources.signalbox import SignalboxSource
from tests.builders.harness_finished import finished_run


def run_with(folder: Path, verification: Verification | None = None) -> tuple[RunFolder, Plan]:
    run = finished_run(folder, messages=5, verification=verification)
    return run, read_plan(run)


async def test_that_nobody_is_asked_unless_somebody_is_named(tmp_path: Path) -> None:
    run, plan = run_with(tmp_path)
    assert open_source(run, plan, environment={}) is None


async def test_that_the_scenario_names_whom_and_the_command_line_may_name_another(tmp_path: Path) -> None:
    own = Verification(source="fhir", url="http://fhir.example/r4", token_env="FHIR", options=(("by", "observation"),))
    run, plan = run_with(tmp_path, own)
    source = open_source(run, plan, environment={"FHIR": "secret"})
    assert isinstance(source, FhirSource)
    assert source.by == "observation"
    await source.close()
    other = whom_of(plan, Whom(kind="signalbox", url="http://127.0.0.1:9"))
    assert (other.source, other.url, other.options) == ("signalbox", "http://127.0.0.1:9", ())
    same = whom_of(plan, Whom(options={"batch": "7"}))
    assert dict(same.options) == {"by": "observation", "batch": "7"}
    with pytest.raises(Refused, match="FHIR is not set"):
        open_source(run, plan, environment={})


async def test_that_the_engines_token_is_found_here_and_never_sent_elsewhere(tmp_path: Path) -> None:
    run, plan = run_with(tmp_path)
    data = tmp_path / "data"
    data.mkdir()
    (data / "api.token").write_text(make_token())
    (data / "api.token").chmod(0o600)
    (data / "running.json").write_text('{"http": "http://127.0.0.1:7777/"}')
    source = open_source(run, plan, Whom(kind="signalbox"), data=data, environment={})
    assert isinstance(source, SignalboxSource)
    assert source.name == "the engine at http://127.0.0.1:7777"
    await source.close()
    with pytest.raises(Refused) as refused:
        open_source(run, plan, Whom(kind="signalbox", url="http://engine.example"), data=data, environment={})
    assert refused.value.code == "no-token"


async def test_that_mirth_needs_a_password_and_everything_an_address(tmp_path: Path) -> None:
    run, plan = run_with(tmp_path)
    asked = Whom(kind="mirth", url="https://mirth.example:8443", user="auditor", token_env="MIRTH")
    source = open_source(run, plan, asked, environment={"MIRTH": "x"})
    assert isinstance(source, MirthSource)
    await source.close()
    for whom in (Whom(kind="mirth", url="https://m"), Whom(kind="mirth"), Whom(kind="fhir"), Whom(kind="magic")):
        with pytest.raises(Refused):
            open_source(run, plan, whom, environment={})


async def test_that_a_capture_is_a_chart_or_a_log(tmp_path: Path) -> None:
    run, plan = run_with(tmp_path)
    with pytest.raises(Refused) as refused:
        open_source(run, plan, Whom(kind="listener"), environment={})
    assert refused.value.code == "not-found"
    folder = tmp_path / "capture"
    folder.mkdir()
    (folder / "capture.json").write_text('{"rules": []}')
    (folder / "index.bin").write_bytes(b"")
    (folder / "frames.bin").write_bytes(b"")
    source = open_source(run, plan, Whom(kind="listener", capture=folder, options={"as": "log"}), environment={})
    assert isinstance(source, CaptureSource)
    assert source.keeping is Keeping.LOG
    assert [one async for one in source.filed(())] == []
    with pytest.raises(Refused):
        open_source(run, plan, Whom(kind="listener", capture=folder, options={"as": "x"}), environment={})
