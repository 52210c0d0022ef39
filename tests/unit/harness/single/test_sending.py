"""`harness send` of messages: judged, summed up, written down; safety before anything goes out."""

from __future__ import annotations

import json
import stat
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from console.cli.main import main
from console.core.errors import Refused
from console.harness.single import history, targets
from console.harness.single.composing import compose
from tests.builders.receiver_thread import receiving
from tests.fakes import mllp_receivers as fakes

NOW = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)


@pytest.fixture
def target() -> Iterator[str]:
    with receiving(fakes.Sound) as port:
        yield f"127.0.0.1:{port}"


def send(*arguments: str | Path) -> int:
    return main(["harness", "send", *map(str, arguments)])


def test_that_a_folder_is_sent_and_judged(target: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = tmp_path / "messages"
    folder.mkdir()
    (folder / "a.hl7").write_bytes(compose("ORU^R01", mark="A1", now=NOW))
    (folder / "b.hl7").write_bytes(compose("ADT^A01", mark="A2", now=NOW).replace(b"|A2|", b"||"))
    code = send(folder, "--target", target, "--data", tmp_path / "data", "--report", tmp_path / "report.json")
    told = capsys.readouterr().out
    assert code == 1
    assert "✓ a.hl7  ORU^R01 A1  AA after" in told
    assert "✕ b.hl7" in told
    assert told.splitlines()[-1].endswith("1 accepted, 1 rejected: FAILED")
    report = json.loads((tmp_path / "report.json").read_text())
    assert [one["outcome"] for one in report["messages"]] == ["accepted", "rejected"]
    entries = history.read(tmp_path / "data")
    assert [entry.outcome for entry in entries] == ["accepted", "rejected"]
    assert entries[0].message == (folder / "a.hl7").read_bytes()
    assert stat.S_IMODE((tmp_path / "data" / history.FILE).stat().st_mode) == 0o600
    history.clear(tmp_path / "data")
    assert history.read(tmp_path / "data") == ()


def test_that_fresh_ids_and_the_bytes_are_shown(
    target: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "a.hl7"
    file.write_bytes(compose("ORU^R01", mark="OLD1", now=NOW))
    assert send(file, "--target", target, "--data", tmp_path, "--fresh", "--wire") == 0
    told = capsys.readouterr().out
    assert "⟨VT⟩MSH" in told
    assert "|OLD1|" not in told


def test_that_live_json_has_a_line_for_each_message(
    target: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "a.hl7"
    file.write_bytes(compose("ORU^R01", mark="A1", now=NOW) + compose("ADT^A01", mark="A2", now=NOW))
    assert send(file, "--target", target, "--data", tmp_path, "--live-json", "--no-history") == 0
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [line["event"] for line in lines] == ["message", "message", "end"]
    assert history.read(tmp_path) == ()


def test_that_nobody_there_is_code_3(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "a.hl7"
    file.write_bytes(compose("ORU^R01", mark="A1", now=NOW))
    assert send(file, "--target", "127.0.0.1:1", "--data", tmp_path) == 3
    assert "unreachable" in capsys.readouterr().out


def test_that_another_machine_is_refused_before_anything_is_sent(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "a.hl7"
    file.write_bytes(compose("ORU^R01", mark="A1", now=NOW))
    assert send(file, "--target", "192.0.2.7:2575", "--data", tmp_path) == 3
    assert "not on this machine" in capsys.readouterr().err
    assert history.read(tmp_path) == ()


def test_that_bytes_are_kept_only_of_tests(target: str, tmp_path: Path) -> None:
    file = tmp_path / "a.hl7"
    file.write_bytes(compose("ORU^R01", mark="A1", now=NOW).replace(b"|A1|T|", b"|A1|P|"))
    assert send(file, "--target", target, "--data", tmp_path, "--quiet") == 0
    (entry,) = history.read(tmp_path)
    assert (entry.message, entry.payload) == (None, "")
    assert entry.kept.startswith("no")
    assert len(entry.sha256) == 64
    assert "HARNESS" not in (tmp_path / history.FILE).read_text()


def test_that_the_history_is_bounded_and_survives_a_torn_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(history, "FULL", 20_000)
    entry = history.Entry("t", "x", "", "ADT^A01", "1", 1, "h", "accepted", "ok", "s", 1.0, 1, "QUJD")
    for _ in range(30):
        history.append(tmp_path, entry)
    with (tmp_path / history.FILE).open("ab") as file:
        file.write(b'{"at": "torn')
    history.append(tmp_path, entry)
    assert len(history.read(tmp_path)) == 31
    for _ in range(200):
        history.append(tmp_path, entry)
    assert (tmp_path / history.FILE).stat().st_size <= 20_500
    assert history.read(tmp_path)[-1].message == b"ABC"


def test_that_targets_have_names_and_environments(tmp_path: Path) -> None:
    (tmp_path / "harness-targets.toml").write_text(
        '[[targets]]\nhost = "192.0.2.7"\nport = 6661\nname = "Lab test"\nenvironment = "test"\n'
        '[[targets]]\nhost = "192.0.2.8"\nport = 6661\nname = "Lab"\nenvironment = "production"\n'
    )
    found = targets.choices(tmp_path)
    assert [(choice.name, choice.may_be_chosen, choice.needs_typing) for choice in found] == [
        ("This machine", True, False),
        ("Lab test", True, True),
        ("Lab", False, False),
    ]
    assert targets.named("lab TEST", tmp_path).address == "192.0.2.7:6661"
    with pytest.raises(Refused):
        targets.clear(targets.named("Lab", tmp_path), tmp_path, confirmed=["192.0.2.8:6661"])
    for wrong in ("host", "host:0", "host:x", "http://host:1", ":2575"):
        with pytest.raises(Refused):
            targets.parse_target(wrong)
    assert targets.parse_target("mllps://[::1]:2576").tls is not None
