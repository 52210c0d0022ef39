"""`signalbox harness listen` as people and the desktop run it: a process, a script, a capture, commands, an end."""

from __future__ import annotations

import json
import signal
import stat
import subprocess
import sys
import time
from pathlib import Path

import pytest

from console.cli.main import main
from console.harness.listener.capture import filed, planted, read_capture
from tests.builders.engine_process import ROOT, Line, message
from tests.builders.listener_process import ListenerProcess

FLAWED = """
seed = 4

[[rules]]
name = "refused"
match = { fields = [{ path = "OBX-5", equals = "9" }] }
answer = { code = "AE" }

[[filing.defects]]
kind = "lose"
numbers = [2]

[[filing.defects]]
kind = "twice"
numbers = [4]
"""


def listen(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "console", "harness", "listen", *arguments]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, stdin=subprocess.DEVNULL, timeout=30)


def test_that_ctrl_c_ends_it_in_order_with_a_summary(tmp_path: Path) -> None:
    with ListenerProcess(tmp_path / "l", FLAWED, options=["--json"]) as listener:
        with Line(listener.mllp) as line:
            codes = [line.ask(message(f"C{n}", "9" if n == 3 else "7")).code for n in range(6)]
        assert listener.stop(signal.SIGINT) == 0
        assert stat.S_IMODE((tmp_path / "l" / "ready.json").stat().st_mode) == 0o600
        summary = json.loads(listener.output.read_text())
    assert codes == ["AA", "AA", "AA", "AE", "AA", "AA"]
    assert summary["answers"] == {"AA": 5, "AE": 1}
    assert summary["rules"] == {"refused": 1, "script": 5}
    assert (summary["received"], summary["captured"], summary["planted"], summary["state"]) == (6, 6, 2, "stopped")
    assert summary["findings"]["looked_at"] == 6
    assert [(one["kind"], one["number"]) for one in planted(listener.capture)] == [("lose", 2), ("twice", 5)]
    assert [one.control_id for one in filed(listener.capture)] == ["C0", "C2", "C4", "C4", "C5"]
    assert listener.log.read_text().count("DOE") == 0


def test_that_live_figures_come_as_json_lines_and_commands_are_obeyed(tmp_path: Path) -> None:
    with ListenerProcess(tmp_path / "l", "always-aa", options=["--live-json"]) as listener:
        with Line(listener.mllp) as line:
            assert line.ask(message("1")).code == "AA"
            listener.say("answer AR")
            until(lambda: line.ask(message("2")).code == "AR")
            listener.say("outage on")
            assert line.is_closed()
        listener.say("sing")
        listener.say("outage off")
        until(lambda: _answers(listener))
        listener.say("stop")
        assert listener.wait() == 0
        lines = [json.loads(one) for one in listener.output.read_text().splitlines()]
    assert {one["type"] for one in lines[:-1]} == {"listener"}
    assert lines[-1]["type"] == "summary"
    messages = [one for snapshot in lines[:-1] for one in snapshot["messages"]]
    assert [one["number"] for one in messages] == list(range(1, len(messages) + 1)), "each message is told once"
    assert messages[0]["raw"].encode() == message("1")
    assert lines[-2]["state"] == "stopped"
    assert "“sing” is no command" in listener.log.read_text()


def until(holds: object) -> None:
    for _ in range(500):
        if holds():  # type: ignore[operator]
            return
        time.sleep(0.01)
    raise AssertionError("it did not come about")


def _answers(listener: ListenerProcess) -> bool:
    try:
        with Line(listener.mllp) as line:
            return line.ask(message("3")).code == "AR"
    except OSError:
        return False


def test_that_the_end_of_standard_input_ends_it(tmp_path: Path) -> None:
    with ListenerProcess(tmp_path / "l") as listener:
        assert listener._process is not None
        assert listener._process.stdin is not None
        listener._process.stdin.close()
        assert listener.wait() == 0


def test_that_a_listener_that_is_killed_has_kept_everything_that_it_answered(tmp_path: Path) -> None:
    with ListenerProcess(tmp_path / "l") as listener:
        lines = [Line(listener.mllp) for _ in range(8)]
        answered: set[str] = set()
        for n in range(1500):
            line = lines[n % len(lines)]
            answered.add(line.ask(message(f"K{n}")).control_id)
            if n == 1200:
                for other in lines:
                    other.send(b"\x0b" + message("L") + b"\x1c\r")
                listener.kill()
                break
        for line in lines:
            line.socket.close()
    kept = [one.payload.split(b"|")[9].decode() for one in read_capture(listener.capture)]
    assert len(answered) == 1201
    assert answered <= set(kept)
    assert [one for one in kept if one != "L"] == [f"K{n}" for n in range(1201)], "in order, each once"


def test_that_it_ends_by_itself_and_shows_a_capture(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    ran = listen("--mllp", "127.0.0.1:0", "--seconds", "0.05", "--capture", str(tmp_path / "c"))
    assert (ran.returncode, ran.stdout.splitlines()[0].split(":")[0]) == (0, "always-aa")
    assert main(["harness", "listen", "--show", str(tmp_path / "c"), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["messages"] == 0
    assert main(["harness", "listen", "--show", str(tmp_path / "c"), "--export", str(tmp_path / "o")]) == 0
    assert main(["harness", "listen", "--show", str(tmp_path / "none")]) == 1


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (["--mllp", "0.0.0.0:0"], 3, "Say --expose"),
        (["--mllp", "nonsense"], 2, "HOST:PORT"),
        (["--script", "silent-partnr"], 1, "Did you mean silent-partner"),
        (["--tls-key", "k.pem"], 2, "belong together"),
        (["--tls-client-ca", "k.pem"], 2, "needs --tls-certificate"),
        (["--tls-certificate", "no.pem", "--tls-key", "no.pem"], 3, "no.pem cannot be used"),
        (["--export", "x"], 2, "belongs to --show"),
        (["--seconds", "-1"], 2, "0 or more"),
    ],
)
def test_that_what_cannot_be_is_one_line_and_an_exit_code(
    arguments: list[str], code: int, words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["harness", "listen", *arguments]) == code
    told = capsys.readouterr().err
    assert words in told
    assert len(told.splitlines()) == 1


def test_that_a_script_with_mistakes_is_told_line_by_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "s.toml").write_text("[answer]\ncode = 'XX'\n[capacity]\nrate = 'fast'\n")
    assert main(["harness", "listen", "--script", str(tmp_path / "s.toml")]) == 2
    told = capsys.readouterr().err.splitlines()
    assert [line.split("s.toml:")[1].split(":")[0] for line in told] == ["2", "4"]


def test_that_a_port_in_use_is_told(tmp_path: Path) -> None:
    with ListenerProcess(tmp_path / "l") as listener:
        ran = listen("--mllp", listener.where["mllp"])
    assert ran.returncode == 3
    assert "cannot listen there" in ran.stderr
    assert "Traceback" not in ran.stderr


def test_that_results_of_a_laboratory_do_not_leave_this_machine_without_a_word(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "s.toml").write_text("[lab]\nresults_to = '198.51.100.7:2575'\n")
    assert main(["harness", "listen", "--script", str(tmp_path / "s.toml"), "--data", str(tmp_path)]) == 3
    assert "not on this machine" in capsys.readouterr().err


def test_that_orders_come_back_as_results_between_two_processes(tmp_path: Path) -> None:
    from tests.unit.harness.listener.test_lab import order

    with ListenerProcess(tmp_path / "ehr", "ehr") as ehr:
        host, port = ehr.mllp
        script = f"""
[lab]
results_to = "{host}:{port}"
collected = "5ms"
final = "5ms"
preliminary_share = 0
corrected_share = 0
"""
        with ListenerProcess(tmp_path / "lab", script, options=["--json"]) as lab:
            with Line(lab.mllp) as ward:
                assert [ward.ask(order(f"O{n}")).code for n in range(3)] == ["AA"] * 3
            until(lambda: sum(1 for one in read_capture(ehr.capture) if one.code == "AA") == 6)
            assert lab.stop() == 0
            assert json.loads(lab.output.read_text())["lab"]["accepted"] == 6
        assert ehr.stop() == 0
    assert {one.placer for one in filed(ehr.capture)} == {f"PLO{n}" for n in range(3)}
