"""The played laboratory: orders come back as results of the same patient, in order, read and sent again if need be."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable
from random import Random

import pytest

from console.core.clock import from_micros
from console.harness.listener.lab import Laboratory
from console.harness.listener.lab_messages import read_orders, write_result
from console.harness.listener.script import Answer, Lab, Match, Rule, Script
from console.harness.listener.server import ScriptedListener
from console.harness.scenario.model import Spread
from console.harness.verdict.truth import read_truth
from console.hl7v2.peek import peek
from tests.builders.scripted_listener import listening, peer

NOW = from_micros(1_790_000_000_000_000)
SOON = Spread("constant", 0.001)


def order(control_id: str = "O1", code: str = "24326-1", *, control: str = "NW", kind: str = "ORM^O01") -> bytes:
    return (
        f"MSH|^~\\&|WARD|NORTH|LAB|HOSP|20260101120000||{kind}|{control_id}|T|2.4||||||UNICODE UTF-8\r"
        f"PID|1||P{control_id}^^^MRN^MR||MUÑOZ^ANA||19700101|F\rPV1|1|I|W1^1^1||||||||||||||||V1\r"
        f"ORC|{control}|PL{control_id}^WARD||G1\rOBR|1|PL{control_id}^WARD||{code}^Panel^LN|||20260101110000|||||||||D7^Who\r"
    ).encode()


def test_that_a_result_is_of_the_orders_patient_placer_and_panel() -> None:
    (placed,) = read_orders(order(), "N1")
    random = Random(1)
    written = [
        write_result(placed, status, control_id=f"R{n}", application="LAB", facility="H", now=NOW, random=random)
        for n, status in enumerate("IPFC")
    ]
    header = peek(written[1])
    assert (header.sending_application, header.receiving_application, header.version) == ("LAB", "WARD", "2.4")
    assert (header.message_type, header.processing_id) == ("ORU^R01", "T")
    truths = [read_truth(one) for one in written]
    assert all(one.patients == (("PO1", "MRN"),) for one in truths)
    assert all("MUÑOZ^ANA".encode() in one for one in written)
    assert [len(one.results) for one in truths] == [0, 4, 4, 4]
    preliminary, final, corrected = truths[1:]
    assert {fact.placer for fact in final.results} == {"PLO1"}
    assert len({fact.key for truth in truths for fact in truth.results}) == 4, "the same keys in every version"
    assert [fact.value for fact in preliminary.results] == [fact.value for fact in final.results]
    assert [fact.value != old.value for fact, old in zip(corrected.results, final.results, strict=True)] == [
        True, False, False, False,
    ]  # fmt: skip
    assert [fact.status for fact in corrected.results] == ["C", "F", "F", "F"]
    assert final.results[0].accession == "AN11"


def test_that_an_unknown_code_and_other_delimiters_still_get_a_result() -> None:
    payload = order(code="XYZ").translate(bytes.maketrans(b"|^", b"#@"))
    (placed,) = read_orders(payload, "N1")
    truth = read_truth(
        write_result(placed, "F", control_id="R", application="LAB", facility="H", now=NOW, random=Random(1))
    )
    assert truth.patients == (("PO1", "MRN"),)
    assert [(fact.placer, fact.code) for fact in truth.results] == [("PLO1", "XYZ")]


@pytest.mark.parametrize("payload", [order(control="CA"), b"no hl7", order().replace(b"OBR|", b"NTE|")])
def test_that_what_orders_nothing_gets_nothing(payload: bytes) -> None:
    assert read_orders(payload, "N") == []


async def until(holds: Callable[[], bool]) -> None:
    for _ in range(2000):
        if holds():
            return
        await asyncio.sleep(0.002)
    raise AssertionError("it did not come about")


async def played(lab: Lab, orders: int, *rules: Rule) -> tuple[list[bytes], Counter[str]]:
    """What a record system got from a laboratory that took these orders, and what the laboratory counted."""
    heard: list[bytes] = []
    there = Script(rules=rules)
    async with listening(there, filed=lambda payload, kind, number: heard.append(payload)) as (_, results_to):
        laboratory = Laboratory(lab, seed=1, address=results_to)
        script = Script(lab=lab)
        async with (
            listening(script, filed=lambda payload, kind, number: laboratory.take(payload, kind.name)) as (_, address),
            peer(address) as ward,
        ):
            for n in range(orders):
                assert (await ward.ask(order(f"O{n}"))).code == "AA"
            done = lambda: laboratory.counts["orders"] == orders and not laboratory.waiting  # noqa: E731
            await until(lambda: done() and sum(laboratory.counts[n] for n in ("accepted", "rejected", "given up"))
                        >= laboratory.counts["results"] + laboratory.counts["duplicates"])  # fmt: skip
            await laboratory.close()
    return heard, laboratory.counts


def lab(**more: object) -> Lab:
    return Lab("x:1", collected=SOON, preliminary=SOON, final=SOON, correction=SOON, resend_after=0.001, **more)  # type: ignore[arg-type]


async def test_that_each_order_is_answered_with_its_versions_in_order() -> None:
    heard, counts = await played(lab(preliminary_share=1.0, corrected_share=1.0), 3)
    assert counts == {"orders": 3, "results": 12, "accepted": 12}
    by_placer: dict[bytes, list[bytes]] = {}
    for payload in heard:
        obr = next(line for line in payload.split(b"\r") if line.startswith(b"OBR"))
        by_placer.setdefault(obr.split(b"|")[2], []).append(obr.split(b"|")[25])
    assert by_placer == {f"PLO{n}^WARD".encode(): [b"I", b"P", b"F", b"C"] for n in range(3)}


async def test_that_results_are_lost_and_doubled_as_asked_for() -> None:
    heard, counts = await played(lab(preliminary_share=0.0, corrected_share=0.0, lost_share=1.0), 2)
    assert (heard, counts["never resulted"]) == ([], 2)
    heard, counts = await played(lab(preliminary_share=0.0, corrected_share=0.0, duplicate_share=1.0), 2)
    assert counts["duplicates"] == 4
    assert max(Counter(heard).values()) == 2


async def test_that_what_is_not_accepted_is_sent_again_and_given_up_in_the_end() -> None:
    twice = Rule("busy", Match(attempts=2), Answer(code="AE"))
    heard, counts = await played(lab(preliminary_share=0.0, corrected_share=0.0, resend=2), 1, twice)
    assert (len(heard), counts["sent again"], counts["accepted"]) == (2, 4, 2)
    never = Rule("never", Match(), Answer(code="AE"))
    heard, counts = await played(lab(preliminary_share=0.0, corrected_share=0.0, resend=1), 1, never)
    assert (heard, counts["given up"]) == ([], 2)
    no = Rule("no", Match(), Answer(code="AR"))
    heard, counts = await played(lab(preliminary_share=0.0, corrected_share=0.0), 1, no)
    assert counts["rejected"] == 2


async def test_that_a_receiver_that_comes_late_gets_everything() -> None:
    heard: list[bytes] = []
    async with listening(Script()) as (first, address):
        first.switch_outage(None)
    patient = lab(resend=1000, preliminary_share=0.0, corrected_share=0.0)
    laboratory = Laboratory(patient, seed=1, address=address)
    laboratory.take(order(), "ORM^O01")
    await until(lambda: laboratory.counts["unreachable"] > 1)
    back = ScriptedListener(Script(), filed=lambda payload, kind, number: heard.append(payload))
    await back.start(*address)
    await until(lambda: laboratory.counts["accepted"] == laboratory.counts["results"] == 2)
    await laboratory.close()
    await back.stop()
    assert len(heard) == 2


def test_that_what_is_no_order_message_is_left_alone() -> None:
    async def run() -> Counter[str]:
        laboratory = Laboratory(lab(), seed=1, address=("127.0.0.1", 1))
        laboratory.take(order(), "ADT^A08")
        await laboratory.close()
        return laboratory.counts

    assert asyncio.run(run()) == {}
