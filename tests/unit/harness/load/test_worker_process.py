"""The worker as a process and as a whole: commands, deaths, disks, TLS, many rows."""

from __future__ import annotations

import os
import signal
import ssl
import subprocess
import sys
import threading
import time
from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pytest
import trustme

from console.core.errors import EnvironmentFault
from console.harness.content.stream import Chunk
from console.harness.load.ledger import Command, Control, Flag, Ledger, Outcome, WorkerState
from console.harness.load.run_folder import RunFolder
from console.harness.load.worker import Worker
from console.harness.scenario.model import (
    Affinity,
    Connections,
    Content,
    Fault,
    FaultKind,
    Ingredient,
    Load,
    Model,
    Spread,
    Target,
    Tls,
)
from tests.builders.harness_content import Results
from tests.builders.harness_load import left, prepare, run_worker, scenario_for, steady
from tests.fakes.scripted_receiver import Act, Doing, Heard, ScriptedReceiver, accepting, ack

A = Outcome.ACCEPTED
ONE = Connections(count=1, answer_timeout=5.0, backoff=(0.01, 0.05))
SHARED = replace(ONE, affinity=Affinity.NONE)
TEXT = "MSH|^~\\&|A|B|C|D|{now}||ADT^A08^ADT_A01|{control_id}|T|2.5.1\rPID|1||{patient.mrn}^^^H^MR||{patient.family}\r"
WORDS = Content(mix=(Ingredient("text", text=TEXT),), patients=50)


def order(folder: RunFolder, command: Command, after: Control, least: int) -> None:
    """Gives a command as soon as a control word has reached `least`."""
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        try:
            with Ledger(folder.ledger(0), writable=True) as ledger:
                if ledger.words[after] >= least:
                    ledger.words[Control.COMMAND] = command
                    return
        except (OSError, ValueError):
            pass
        time.sleep(0.002)


def spawn(folder: RunFolder) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "console.harness.load.worker", str(folder.path), "0"]
    return subprocess.Popen(command, stderr=subprocess.PIPE, text=True)


def test_that_a_stop_ends_sending_at_once_and_every_row_has_its_last_word(tmp_path: Path) -> None:
    with ScriptedReceiver() as receiver:
        scenario = scenario_for(receiver.port, connections=replace(ONE, count=4), load=steady(2000, 30))
        ran = run_worker(tmp_path, scenario, during=lambda folder: order(folder, Command.STOP, Control.SENT, 200))
    assert 200 <= ran.words[Control.SENT] < 20_000
    assert set(ran.outcomes) <= {A, Outcome.NOT_SENT}
    assert ran.words[Control.STATE] == WorkerState.DONE
    assert ran.words[Control.LAST_SEND] <= ran.words[Control.ENDED]


def test_that_a_stop_does_not_wait_for_a_receiver_that_is_silent(tmp_path: Path) -> None:
    with ScriptedReceiver(lambda heard: []) as receiver:
        connections = replace(ONE, answer_timeout=0.3)
        scenario = scenario_for(receiver.port, connections=connections, load=steady(100, 30))
        ran = run_worker(tmp_path, scenario, during=lambda folder: order(folder, Command.STOP, Control.SENT, 1))
    assert ran.outcomes.count(Outcome.NO_ANSWER) >= 1
    assert A not in ran.outcomes


def test_that_a_pause_moves_the_schedule_and_is_not_taken_for_lateness(tmp_path: Path) -> None:
    def pause(folder: RunFolder) -> None:
        order(folder, Command.PAUSE, Control.SENT, 10)
        time.sleep(0.05)
        with Ledger(folder.ledger(0), writable=False) as ledger:
            during.append(ledger.words[Control.SENT])
            time.sleep(0.05)
            during.append(ledger.words[Control.SENT])
            states.append(ledger.words[Control.STATE])
        order(folder, Command.RUN, Control.SENT, 10)

    during: list[int] = []
    states: list[int] = []
    with ScriptedReceiver() as receiver:
        scenario = scenario_for(receiver.port, connections=replace(ONE, count=4), load=steady(200, 0.3))
        ran = run_worker(tmp_path, scenario, during=pause)
    assert during[0] == during[1] < 60
    assert states == [WorkerState.PAUSED]
    assert ran.outcomes == [A] * 60
    paused = ran.words[Control.PAUSED_NS]
    assert paused > 90_000_000
    assert ran.columns["intended"][59] == 59 * 5_000_000 + paused
    late = [s - i for s, i in zip(ran.columns["sent"], ran.columns["intended"], strict=True)]
    assert sorted(late)[30] < 5_000_000


def test_that_a_killed_worker_leaves_a_ledger_that_can_be_read(tmp_path: Path) -> None:
    with ScriptedReceiver() as receiver:
        folder = prepare(tmp_path, scenario_for(receiver.port, load=steady(500, 60), content=WORDS))
        process = spawn(folder)
        order(folder, Command.RUN, Control.SENT, 100)
        os.kill(process.pid, signal.SIGKILL)
        process.communicate()
        time.sleep(0.02)
        ran = left(folder)
    assert ran.words[Control.ROWS] >= 90
    assert ran.outcomes[:80] == [A] * 80
    assert ran.words[Control.STATE] == WorkerState.RUNNING


def test_that_content_made_beside_the_load_is_the_same_content(tmp_path: Path) -> None:
    with ScriptedReceiver() as receiver:
        folder = prepare(tmp_path, scenario_for(receiver.port, load=steady(2000, 0.25), content=WORDS))
        process = spawn(folder)
        assert process.communicate(timeout=20)[1] == ""
        assert process.returncode == 0
        heard = {one.control_id: one.payload for one in receiver.heard}
    ran = left(folder)
    assert ran.outcomes == [A] * 500
    assert ran.words[Control.STATE] == WorkerState.DONE
    assert len(heard) == 500
    with ScriptedReceiver() as receiver:
        closed = scenario_for(receiver.port, load=Load(model=Model.CLOSED, messages=500), content=WORDS)
        folder = prepare(tmp_path / "closed", closed)
        process = spawn(folder)
        process.communicate(timeout=20)
        assert process.returncode == 0
        assert {one.control_id: one.payload for one in receiver.heard} == heard


def test_that_nobody_there_is_one_line_and_exit_code_three(tmp_path: Path) -> None:
    with ScriptedReceiver() as receiver:
        port = receiver.port
    folder = prepare(tmp_path, scenario_for(port, content=WORDS))
    process = spawn(folder)
    _, error = process.communicate(timeout=20)
    assert process.returncode == 3
    assert error.startswith(f"Nobody answers at 127.0.0.1:{port}.")
    assert error.count("\n") == 1
    assert left(folder).words[Control.STATE] == WorkerState.FAILED


class _Torn(Results):
    def chunks(self) -> Iterator[Chunk]:
        yield from super().chunks()
        raise ValueError("a template names a column that is not there")


def test_that_content_that_fails_half_way_is_a_sentence_and_the_rows_are_kept(tmp_path: Path) -> None:
    with ScriptedReceiver() as receiver:
        folder = prepare(tmp_path, scenario_for(receiver.port, load=Load(model=Model.CLOSED, messages=500)))
        worker = Worker(folder, 0, make=lambda _: _Torn(100))
        with pytest.raises(EnvironmentFault, match="a column that is not there"):
            worker.run()
        assert worker.ledger is not None
        worker.ledger.close()
    assert left(folder).words[Control.STATE] == WorkerState.FAILED


def test_that_content_that_fails_beside_the_load_is_a_sentence_too(tmp_path: Path) -> None:
    with ScriptedReceiver() as receiver:
        content = Content(mix=(Ingredient("text", text=TEXT.replace("{now}", "{then}")),))
        folder = prepare(tmp_path, scenario_for(receiver.port, load=steady(100, 1), content=content))
        process = spawn(folder)
        _, error = process.communicate(timeout=20)
    assert process.returncode == 1
    assert "then" in error
    assert "Traceback" not in error


def test_that_a_full_disk_is_a_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(self: Ledger, start: int, stop: int) -> None:
        if start:
            raise OSError(28, "No space left on device")

    monkeypatch.setattr(Ledger, "reserve", full)
    with ScriptedReceiver() as receiver:
        folder = prepare(tmp_path, scenario_for(receiver.port, load=Load(model=Model.CLOSED, messages=20_000)))
        worker = Worker(folder, 0, make=lambda _: Results(20_000))
        with pytest.raises(EnvironmentFault, match="cannot grow: No space left on device"):
            worker.run()
        assert worker.ledger is not None
        worker.ledger.close()


def test_that_a_receiver_that_does_not_read_makes_rows_wait_and_not_memory_grow(tmp_path: Path) -> None:
    def deaf(heard: Heard) -> Iterable[Doing]:
        if heard.number == 0:
            yield Act.DEAF

    big = Results(400)
    big.payload = lambda n: (b"MSH|^~\\&|A|B|C|D|2026||ADT^A08|C%06d|T|2.5.1\rZZZ|" % n) + b"x" * 500_000  # type: ignore[method-assign]
    connections = replace(SHARED, outstanding=400, answer_timeout=0.3)
    with ScriptedReceiver(deaf) as receiver:
        scenario = scenario_for(receiver.port, connections=connections, load=steady(200, 0.5))
        ran = run_worker(
            tmp_path, scenario, source=big, during=lambda folder: order(folder, Command.STOP, Control.QUEUED, 20)
        )
    assert A not in ran.outcomes
    assert any(flags & Flag.QUEUED for flags in ran.columns["flags"])
    assert ran.words[Control.BYTES_OUT] < 60_000_000


@pytest.mark.parametrize("window", [1, 4])
def test_that_tls_with_client_certificates_works(tmp_path: Path, window: int) -> None:
    authority = trustme.CA()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("localhost", "127.0.0.1").configure_cert(context)
    authority.configure_trust(context)
    context.verify_mode = ssl.CERT_REQUIRED
    own = authority.issue_cert("client")
    (tmp_path / "ca.pem").write_bytes(authority.cert_pem.bytes())
    (tmp_path / "own.pem").write_bytes(own.private_key_and_cert_chain_pem.bytes())
    tls = Tls(ca=tmp_path / "ca.pem", certificate=tmp_path / "own.pem", server_name="localhost")
    with ScriptedReceiver(tls=context) as receiver:
        target = Target(port=receiver.port, tls=tls)
        scenario = scenario_for(
            receiver.port,
            targets=(target,),
            connections=replace(ONE, count=2, outstanding=window),
            load=Load(model=Model.CLOSED, messages=60),
        )
        ran = run_worker(tmp_path, scenario)
    assert ran.outcomes == [A] * 60


def test_that_strangers_without_a_trusted_certificate_are_told_of(tmp_path: Path) -> None:
    authority = trustme.CA()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("localhost").configure_cert(context)
    authority.configure_trust(context)
    context.verify_mode = ssl.CERT_OPTIONAL
    (tmp_path / "ca.pem").write_bytes(authority.cert_pem.bytes())
    tls = Tls(ca=tmp_path / "ca.pem", server_name="localhost")
    kinds = (FaultKind.TLS_PLAIN, FaultKind.TLS_STALL, FaultKind.TLS_BAD_CERTIFICATE)
    with ScriptedReceiver(tls=context) as receiver:
        faults = tuple(Fault(kind, at=0.02, amount=0.3) for kind in kinds)
        scenario = scenario_for(
            receiver.port, *faults, targets=(Target(port=receiver.port, tls=tls),), load=steady(50, 0.4)
        )
        ran = run_worker(tmp_path, scenario)
    assert ran.outcomes == [A] * 20
    told = {event["kind"]: event["label"] for event in ran.events}
    assert told["tls-stall"] == "the receiver left it open"
    assert told["tls-bad-certificate"].startswith("refused")
    assert told["tls-plain"].startswith(("the receiver closed", "the receiver reset", "the receiver answered"))


def test_that_a_connection_for_every_message_is_one(tmp_path: Path) -> None:
    with ScriptedReceiver() as receiver:
        connections = replace(SHARED, count=4, per_message=True)
        scenario = scenario_for(receiver.port, connections=connections, load=Load(model=Model.CLOSED, messages=40))
        ran = run_worker(tmp_path, scenario)
        assert len(receiver.raw) == 40
    assert ran.outcomes == [A] * 40


def test_that_messages_of_one_patient_share_a_line_and_keep_their_order(tmp_path: Path) -> None:
    for model in (Load(model=Model.CLOSED, messages=200), steady(2000, 0.1)):
        folder = tmp_path / model.model.value
        with ScriptedReceiver() as receiver:
            scenario = scenario_for(receiver.port, connections=replace(ONE, count=4), load=model)
            ran = run_worker(folder, scenario, source=Results(200, lanes=13))
        assert ran.outcomes == [A] * 200
        by_lane: dict[int, list[int]] = {}
        for row in sorted(range(200), key=lambda row: ran.columns["sent"][row]):
            by_lane.setdefault(ran.columns["lane"][row], []).append(row)
        assert all(rows == sorted(rows) for rows in by_lane.values())
        lines = {lane: {ran.columns["connection"][row] for row in rows} for lane, rows in by_lane.items()}
        assert all(len(used) == 1 for used in lines.values())


def test_that_kinds_go_to_the_target_that_claims_them(tmp_path: Path) -> None:
    with ScriptedReceiver() as lab, ScriptedReceiver() as rest:
        targets = (Target(port=rest.port), Target(port=lab.port, kinds=("ORU",)))
        scenario = scenario_for(lab.port, targets=targets, load=Load(model=Model.CLOSED, messages=30))
        ran = run_worker(tmp_path, scenario, source=Results(30, mixed=True))
        assert (len(lab.heard), len(rest.heard)) == (20, 10)
    assert ran.outcomes == [A] * 30


def test_that_think_time_and_a_gap_hold_a_line_back(tmp_path: Path) -> None:
    for number, (think, gap) in enumerate([(0.02, 0.0), (0.0, 0.02)]):
        with ScriptedReceiver() as receiver:
            load = Load(model=Model.CLOSED, messages=10, think_time=Spread("constant", think))
            scenario = scenario_for(receiver.port, connections=replace(ONE, minimum_gap=gap), load=load)
            ran = run_worker(tmp_path / str(number), scenario)
        sent = ran.columns["sent"]
        assert all(later - sooner >= 20_000_000 for sooner, later in pairwise(sent))
        late = [s - i for s, i in zip(sent, ran.columns["intended"], strict=True)]
        assert sorted(late)[5] < 5_000_000


def test_that_the_first_seconds_are_flagged_as_warm_up(tmp_path: Path) -> None:
    with ScriptedReceiver() as receiver:
        scenario = scenario_for(receiver.port, load=steady(200, 0.2, warm_up=0.1))
        ran = run_worker(tmp_path, scenario)
    assert [bool(flags & Flag.WARM_UP) for flags in ran.columns["flags"]] == [True] * 20 + [False] * 20


def test_that_a_recorded_pace_is_kept(tmp_path: Path) -> None:
    with ScriptedReceiver() as receiver:
        scenario = scenario_for(receiver.port, load=Load(model=Model.RECORDED, speed=2.0, messages=100))
        ran = run_worker(tmp_path, scenario, source=Results(100, paced=True))
    assert ran.columns["intended"][1:] == [n * 500_000 for n in range(1, 100)]
    assert ran.outcomes == [A] * 100


def test_that_several_workers_share_the_lanes_and_start_together(tmp_path: Path) -> None:
    with ScriptedReceiver() as receiver:
        load = Load(model=Model.CLOSED, messages=200, processes=2)
        folder = prepare(tmp_path, scenario_for(receiver.port, load=load))
        workers = [Worker(folder, number, make=lambda _: Results(200)) for number in (0, 1)]
        threads = [threading.Thread(target=worker.run) for worker in workers]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(20)
        for worker in workers:
            assert worker.ledger is not None
            worker.ledger.close()
        assert len(receiver.heard) == 200
    first, second = left(folder, 0), left(folder, 1)
    assert first.words[Control.START] == second.words[Control.START] > 0
    assert sorted(first.columns["origin"] + second.columns["origin"]) == list(range(200))
    assert {lane % 2 for lane in first.columns["lane"]} == {0}


def test_that_a_hundred_thousand_rows_are_all_final_and_the_counts_agree(tmp_path: Path) -> None:
    connections = Connections(count=8, outstanding=32, affinity=Affinity.NONE, answer_timeout=10.0)
    with ScriptedReceiver(accepting) as receiver:
        load = Load(model=Model.CLOSED, messages=100_000)
        scenario = scenario_for(receiver.port, connections=connections, load=load)
        ran = run_worker(tmp_path, scenario, source=_Fast(100_000))
    words = ran.words
    assert ran.outcomes == [A] * 100_000
    assert words[Control.ROWS] == words[Control.SENT] == words[Control.ANSWERED] == words[Control.PLANNED] == 100_000
    assert words[Control.WAITING] == words[Control.QUEUED] == words[Control.UNSOLICITED] == 0
    assert words[Control.BYTES_OUT] == sum(ran.columns["size"])
    assert ran.columns["origin"] == list(range(100_000))


class _Fast(Results):
    def payload(self, n: int) -> bytes:
        return b"MSH|^~\\&|A|B|C|D|2026||ADT^A08^ADT_A01|C%06d|T|2.5.1\r" % n


@pytest.mark.parametrize("affinity", [Affinity.NONE, Affinity.PATIENT])
@pytest.mark.parametrize("window", [1, 3])
def test_that_a_script_that_mixes_everything_leaves_no_row_open(
    tmp_path: Path, affinity: Affinity, window: int
) -> None:
    def script(heard: Heard) -> Iterable[Doing]:
        match heard.number % 9:
            case 0:
                yield ack(heard.control_id, b"AE")
            case 1:
                yield ack(b"X")
            case 2:
                yield Act.CLOSE
            case 3:
                yield ack(heard.control_id)
                yield ack(heard.control_id)
            case 4:
                yield b"noise"
                yield ack(heard.control_id)
            case 5:
                yield b"\x0bnothing\x1c\r"
            case _:
                yield ack(heard.control_id)

    connections = Connections(
        count=4, outstanding=window, affinity=affinity, answer_timeout=0.2, backoff=(0.005, 0.02), resend=1
    )
    with ScriptedReceiver(script) as receiver:
        scenario = scenario_for(receiver.port, connections=connections, load=Load(model=Model.CLOSED, messages=600))
        ran = run_worker(tmp_path, scenario)
    assert Outcome.PENDING not in ran.outcomes
    assert len(ran.outcomes) == 600
    assert ran.words[Control.WAITING] == 0
    assert ran.words[Control.PROBLEMS] == len(ran.problems)
