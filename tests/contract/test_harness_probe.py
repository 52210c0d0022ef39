"""The real engine meets every probe of the harness, plain and over TLS; the command says so and writes its reports."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree

import pytest
import trustme

from console.cli.main import main
from console.harness.probe.catalogue import chosen
from tests.builders.engine_process import EngineProcess


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EngineProcess]:
    with EngineProcess(tmp_path_factory.mktemp("probed") / "data") as running:
        yield running
        assert running.stop() == 0


def _address(engine: EngineProcess) -> str:
    host, port = engine.mllp
    return f"{host}:{port}"


@pytest.mark.slow
def test_that_the_engine_passes_every_probe(
    engine: EngineProcess, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    report, html, junit = tmp_path / "report.json", tmp_path / "report.html", tmp_path / "junit.xml"
    code = main(
        [
            *("harness", "probe", _address(engine), "--data", str(tmp_path / "data")),
            *("--report", str(report), "--html", str(html), "--junit", str(junit)),
        ]
    )
    told = capsys.readouterr().out
    found = json.loads(report.read_bytes())
    wrong = [(p["id"], p["finding"]) for p in found["probes"] if p["outcome"] != "pass"]
    assert (code, wrong) == (0, []), told
    assert len(found["probes"]) == len(chosen([], tls=False)) >= 44
    assert found["seconds"] < 60
    assert "PASSED" in told.splitlines()[-1]
    assert "probes passed" in html.read_text()
    suite = ElementTree.fromstring(junit.read_text())
    assert (suite.get("failures"), suite.get("errors")) == ("0", "0")
    assert "PROBE^TEST" not in Path(engine.log).read_text()


def test_that_the_engine_passes_every_tls_probe(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    authority = trustme.CA()
    issued = authority.issue_cert("127.0.0.1")
    certificate, key, ca = tmp_path / "cert.pem", tmp_path / "key.pem", tmp_path / "ca.pem"
    certificate.write_bytes(b"".join(blob.bytes() for blob in issued.cert_chain_pems))
    key.write_bytes(issued.private_key_pem.bytes())
    ca.write_bytes(authority.cert_pem.bytes())
    settings = f'[engine.mllp.tls]\ncertificate = "{certificate}"\nkey = "{key}"\n'
    with EngineProcess(tmp_path / "data", settings=settings) as engine:
        command = ["harness", "probe", _address(engine), "--data", str(tmp_path / "own"), "--ca", str(ca), "--json"]
        code = main([*command, "--only", "tls,framing.sequence,framing.byte-by-byte,recovery.reset-before-answer"])
        found = json.loads(capsys.readouterr().out)
        assert [(p["id"], p["finding"]) for p in found["probes"] if p["outcome"] != "pass"] == []
        assert code == 0
        by_id = {probe["id"]: probe for probe in found["probes"]}
        assert by_id["tls.certificate"]["finding"].startswith("Verified.")
        assert engine.stop() == 0


def test_that_each_finished_probe_is_a_line_of_live_json(
    engine: EngineProcess, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    only = "framing.sequence,framing.coalesced"
    code = main(["harness", "probe", _address(engine), "--data", str(tmp_path), "--live-json", "--only", only])
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert code == 0
    assert [line["event"] for line in lines] == ["begin", "probe", "probe", "end"]
    assert {line["id"] for line in lines[1:3]} == set(only.split(","))
    assert lines[-1]["passed"] is True
    audit = json.loads((tmp_path / "harness" / "audit.jsonl").read_text())
    assert (audit["what"], audit["targets"]) == ("probe", [_address(engine)])


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["127.0.0.1:1"], 3, "Nobody can be reached"),
        (["192.0.2.7:2575"], 3, "is not on this machine"),
        (["nonsense"], 2, "is not HOST:PORT"),
        ([], 2, "which receiver"),
        (["127.0.0.1:2575", "--only", "framing.coalesed"], 3, "Did you mean framing.coalesced?"),
        (["127.0.0.1:2575", "--ca", "/does/not/exist.pem"], 3, "cannot be used for TLS"),
    ],
)
def test_that_what_cannot_be_probed_is_said_in_a_line(
    arguments: list[str], code: int, said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["harness", "probe", *arguments, "--data", str(tmp_path)]) == code
    assert said in capsys.readouterr().err


def test_that_the_probes_can_be_listed(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["harness", "probe", "--list"]) == 0
    told = capsys.readouterr().out
    assert all(probe.id in told for probe in chosen([], tls=True))
