"""Messages that leave in no ordinary way, and what happens to the connection around them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

import pytest

from console.harness.load.ledger import NO_ORIGIN, Control, Flag, Outcome
from console.harness.load.shots import FAULTS
from console.harness.scenario.model import Connections, Fault, FaultKind, Load, Model
from tests.builders.harness_content import Results
from tests.builders.harness_load import Ran, run_worker, scenario_for, steady
from tests.fakes.scripted_receiver import Doing, Heard, ScriptedReceiver, ack

A = Outcome.ACCEPTED
ONE = Connections(count=1, answer_timeout=5.0, backoff=(0.01, 0.05))
SECOND = (2,)


def with_fault(tmp_path: Path, fault: Fault, *, messages: int = 4, window: int = 1) -> tuple[Ran, ScriptedReceiver]:
    with ScriptedReceiver() as receiver:
        scenario = scenario_for(
            receiver.port,
            fault,
            connections=replace(ONE, outstanding=window),
            load=Load(model=Model.CLOSED, messages=messages),
        )
        return run_worker(tmp_path, scenario, source=Results(messages)), receiver


def payloads(receiver: ScriptedReceiver) -> list[bytes]:
    return [heard.payload for heard in receiver.heard]


@pytest.mark.parametrize("window", [1, 3])
@pytest.mark.parametrize("kind", [FaultKind.BYTE_BY_BYTE, FaultKind.SLOW_LORIS, FaultKind.SPLIT_FRAME])
def test_that_a_frame_in_pieces_arrives_whole(tmp_path: Path, kind: FaultKind, window: int) -> None:
    amount = {FaultKind.BYTE_BY_BYTE: 0.0, FaultKind.SLOW_LORIS: 0.1, FaultKind.SPLIT_FRAME: 0.01}[kind]
    left, receiver = with_fault(tmp_path, Fault(kind, nth=SECOND, amount=amount), window=window)
    assert left.outcomes == [A] * 4
    assert payloads(receiver) == [Results(4).payload(n) for n in range(4)]
    assert left.columns["fault"][1] == FAULTS.index(kind) + 1
    assert len(receiver.reads[0]) > 4


def test_that_coalesced_frames_leave_in_one_write(tmp_path: Path) -> None:
    left, receiver = with_fault(tmp_path, Fault(FaultKind.COALESCE, nth=(2, 3)))
    assert left.outcomes == [A] * 4
    assert payloads(receiver) == [Results(4).payload(n) for n in range(4)]
    sizes = left.columns["size"]
    assert sum(sizes[1:4]) in receiver.reads[0]


def test_that_a_frame_held_for_a_next_one_that_never_comes_leaves_alone(tmp_path: Path) -> None:
    left, receiver = with_fault(tmp_path, Fault(FaultKind.COALESCE, nth=(4,)))
    assert left.outcomes == [A] * 4
    assert len(receiver.heard) == 4


@pytest.mark.parametrize("window", [1, 3])
@pytest.mark.parametrize(
    ("kind", "connections", "heard"),
    [
        (FaultKind.DISCONNECT_BEFORE, 3, [0, 1, 2, 3]),
        (FaultKind.DISCONNECT_DURING, 2, [0, 1, 2, 3]),
        (FaultKind.DISCONNECT_AFTER, 2, [0, 1, 1, 2, 3]),
    ],
)
def test_that_a_message_goes_out_again_after_we_ended_its_connection(
    tmp_path: Path, kind: FaultKind, connections: int, heard: list[int], window: int
) -> None:
    left, receiver = with_fault(tmp_path, Fault(kind, nth=SECOND), window=window)
    assert left.outcomes == [A] * 4
    assert payloads(receiver) == [Results(4).payload(n) for n in heard]
    assert len(receiver.raw) == connections
    again = kind is not FaultKind.DISCONNECT_BEFORE
    assert left.columns["attempts"] == [1, 2 if again else 1, 1, 1]
    assert bool(left.columns["flags"][1] & Flag.RESENT) is again


def test_that_a_reset_is_a_reset(tmp_path: Path) -> None:
    left, receiver = with_fault(tmp_path, Fault(FaultKind.RESET, nth=SECOND))
    assert left.outcomes == [A] * 4
    assert len(receiver.raw) == 2
    assert left.columns["attempts"][1] == 2


def test_that_a_dropped_message_has_a_row_and_never_leaves(tmp_path: Path) -> None:
    left, receiver = with_fault(tmp_path, Fault(FaultKind.DROP, nth=SECOND))
    assert left.outcomes == [A, Outcome.NOT_SENT, A, A]
    assert payloads(receiver) == [Results(4).payload(n) for n in (0, 2, 3)]
    assert left.columns["attempts"] == [1, 0, 1, 1]
    assert left.columns["sent"][1] == 0


def test_that_copies_are_rows_of_their_own(tmp_path: Path) -> None:
    left, receiver = with_fault(tmp_path, Fault(FaultKind.DUPLICATE, nth=SECOND))
    assert left.outcomes == [A] * 5
    assert sorted(left.columns["origin"]) == [0, 1, 1, 2, 3]
    assert len(receiver.heard) == 5
    assert left.words[Control.DUPLICATE_ANSWERS] == 0


def test_that_silence_to_a_broken_frame_costs_a_second_and_its_connection(tmp_path: Path) -> None:
    left, receiver = with_fault(tmp_path, Fault(FaultKind.NO_FS, nth=SECOND))
    assert left.outcomes == [A, Outcome.NO_ANSWER, A, A]
    assert left.columns["flags"][1] & Flag.BROKEN
    assert len(receiver.raw) == 2


def test_that_garbage_is_answered_by_whatever_comes_and_the_next_message_by_its_own(tmp_path: Path) -> None:
    def script(heard: Heard) -> Iterable[Doing]:
        if heard.payload.startswith(b"MSH|"):
            yield ack(heard.control_id)
        else:
            yield ack(b"", b"AR", b"no HL7")

    with ScriptedReceiver(script) as receiver:
        fault = Fault(FaultKind.GARBAGE, nth=SECOND)
        scenario = scenario_for(receiver.port, fault, load=Load(model=Model.CLOSED, messages=4))
        left = run_worker(tmp_path, scenario, source=Results(4))
    assert left.outcomes == [A, Outcome.REJECTED, A, A, A]
    assert left.columns["origin"][1] == NO_ORIGIN


def test_that_a_delayed_message_is_intended_late_and_others_pass_it(tmp_path: Path) -> None:
    with ScriptedReceiver() as receiver:
        fault = Fault(FaultKind.DELAY, nth=SECOND, amount=0.1)
        scenario = scenario_for(receiver.port, fault, connections=replace(ONE, count=2), load=steady(50, 0.2))
        left = run_worker(tmp_path, scenario, source=Results(100))
    assert left.outcomes == [A] * 10
    assert left.columns["intended"][1] == 120_000_000
    assert [heard.control_id for heard in receiver.heard].index(b"C000001") > 3


def test_that_an_outage_of_the_sender_is_caught_up_with(tmp_path: Path) -> None:
    with ScriptedReceiver() as receiver:
        fault = Fault(FaultKind.OUTAGE, at=0.1, amount=0.2)
        scenario = scenario_for(receiver.port, fault, connections=replace(ONE, count=3), load=steady(200, 0.5))
        left = run_worker(tmp_path, scenario)
    assert left.outcomes == [A] * 100
    away = [n for n in range(100) if 110_000_000 < left.columns["intended"][n] < 290_000_000]
    assert len(away) > 20
    assert all(left.columns["sent"][n] >= 300_000_000 and left.columns["flags"][n] & Flag.QUEUED for n in away)
    assert left.events[0]["kind"] == "outage"
    assert left.events[0]["until_s"] - left.events[0]["at_s"] == pytest.approx(0.2)


def test_that_a_reconnect_storm_loses_nothing(tmp_path: Path) -> None:
    with ScriptedReceiver() as receiver:
        fault = Fault(FaultKind.RECONNECT_STORM, at=0.05, count=3, amount=0.05)
        scenario = scenario_for(receiver.port, fault, connections=replace(ONE, count=4), load=steady(400, 0.3))
        left = run_worker(tmp_path, scenario)
        assert len(receiver.raw) == 16
    assert left.outcomes == [A] * 120
    assert left.words[Control.RECONNECTS] == 12


def test_that_half_open_strangers_come_and_stay(tmp_path: Path) -> None:
    with ScriptedReceiver() as receiver:
        fault = Fault(FaultKind.HALF_OPEN, at=0.05, count=3)
        scenario = scenario_for(receiver.port, fault, load=steady(100, 0.3))
        left = run_worker(tmp_path, scenario)
        assert sorted(bytes(raw[:8]) for raw in receiver.raw)[:3] == [b"\x0bMSH|^~\\"] * 3
        assert len(receiver.raw) == 4
    assert left.outcomes == [A] * 30
    assert [event["label"] for event in left.events][1:] == ["the receiver left it open"] * 3
