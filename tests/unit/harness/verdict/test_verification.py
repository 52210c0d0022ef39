"""A finished run is read again and compared with what a receiver holds: in parts, in good time, nothing invented."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from console.core.errors import Refused
from console.harness.load.ledger import AnswerCode, Outcome
from console.harness.load.plan import read_plan
from console.harness.load.run_folder import RunFolder
from console.harness.scenario.model import Fault, FaultKind
from console.harness.verdict import spool
from console.harness.verdict.buckets import Bucket
from console.harness.verdict.filed import Coverage, Filed, Held
from console.harness.verdict.order_numbers import settle_numbers
from console.harness.verdict.spool import Spool
from console.harness.verdict.survey import survey
from console.harness.verdict.truth import ResultFact
from console.harness.verdict.verification import NOBODY_ASKED, Progress, Verification, verify
from console.harness.verdict.versions import SentRow
from tests.builders.harness_finished import Store, finished_run, sound_store


async def check(run: RunFolder, store: Store | None, settle: float = 0.0, **more: object) -> Verification:
    return await verify(run, source=store, settle=settle, **more)  # type: ignore[arg-type]


def named(verification: Verification) -> dict[str, int]:
    return {bucket.value: count for bucket, count in verification.findings.counts.items() if count}


async def test_that_a_run_whose_results_are_all_there_passes(tmp_path: Path) -> None:
    run = finished_run(tmp_path)
    store = sound_store(run)
    found = await check(run, Store(store))
    assert found.passed
    assert named(found) == {"exactly_once": len(store)}
    assert found.rows == 200
    assert found.settled is True
    assert found.values()["lost"] == 0.0
    assert found.values()["out_of_order"] is None


async def test_that_what_is_missing_or_double_is_named_by_its_row(tmp_path: Path) -> None:
    run = finished_run(tmp_path)
    store = sound_store(run)
    found = await check(run, Store([*store[1:], store[-1]]))
    assert named(found) == {"exactly_once": len(store) - 1, "lost": 1, "double_charted": 1}
    [lost] = found.findings.offenders[Bucket.LOST]
    assert lost.key == store[0].key
    assert lost.row == store[0].sequence


@pytest.mark.parametrize("whole", [False, True])
async def test_that_a_large_run_is_compared_in_parts_with_the_same_outcome(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, whole: bool
) -> None:
    run = finished_run(tmp_path)
    store = sound_store(run)
    broken = [replace(store[0], value="77777"), *store[2:], store[5]]
    at_once = await check(run, Store(broken, whole=whole))
    monkeypatch.setattr(spool, "BYTES_A_PART", 20_000)
    told: list[Progress] = []
    source = Store(broken, whole=whole)
    in_parts = await check(run, source, progress=told.append)
    assert named(in_parts) == named(at_once) == {
        "exactly_once": len(store) - 2, "wrong_value": 1, "lost": 1, "double_charted": 1,
    }  # fmt: skip
    assert source.asked["rounds"] == 1 if whole else 4 < source.asked["rounds"] < 20
    assert {progress.step for progress in told} == {"reading", "asking"}
    assert not list(run.path.glob("verify-*")), "nothing is left on the disk"


async def test_that_a_slow_receiver_is_given_its_time_and_asked_only_for_what_is_missing(tmp_path: Path) -> None:
    run = finished_run(tmp_path)
    store = sound_store(run)
    source = Store(store, grow=lambda round_, filed: filed if round_ > 3 else filed[round_:])
    waits: list[float] = []

    async def sleep(seconds: float) -> None:
        waits.append(seconds)

    found = await check(run, source, 60.0, sleep=sleep, fresh=True)
    assert found.passed
    assert waits == [0.2, 0.4, 0.8]
    assert found.settle_s is not None
    assert (await check(run, Store(store[1:]), 0.0)).findings.counts[Bucket.LOST] == 1


async def test_that_a_receiver_that_says_when_it_is_done_is_waited_for_and_then_believed(tmp_path: Path) -> None:
    run = finished_run(tmp_path)
    store = sound_store(run)

    async def sleep(seconds: float) -> None:
        return None

    source = Store(store[1:], says_settled=True, busy=3)
    found = await check(run, source, 60.0, sleep=sleep)
    assert found.settled is True
    assert source.asked == {"rounds": 1, "settled": 4, "keys": len(store)}
    assert named(found)["lost"] == 1
    never = await check(run, Store(store, says_settled=True, busy=10**9), 0.0, sleep=sleep)
    assert never.settled is False
    assert any("still queued" in words for words in never.unseen)


async def test_that_what_a_receiver_holds_back_is_said_with_its_reason(tmp_path: Path) -> None:
    run = finished_run(tmp_path)
    store = sound_store(run)
    held = [Held("needs a person", "event 7", orders=(store[0].key[0],))]
    found = await check(run, Store(store[1:], held=held, coverage=Coverage(held=True)))
    assert named(found) == {"exactly_once": len(store) - 1, "waiting": 1}
    assert found.values()["missing_after"] == 1.0


async def test_that_an_acknowledgment_that_named_another_message_of_the_run_is_found(tmp_path: Path) -> None:
    run = finished_run(tmp_path, wrong_ids={20: 21})
    store = sound_store(run)
    found = await check(run, Store(store))
    [swap] = found.findings.offenders[Bucket.ACK_SWAPPED]
    assert (swap.row, swap.also) == (20, ((0, 21),))
    alone = await check(run, None)
    assert named(alone) == {"ack_swapped": 1}
    assert alone.unseen == (NOBODY_ASKED,)
    assert alone.values()["lost"] is None
    assert alone.values()["ack_swapped"] == 1.0


async def test_that_messages_broken_or_damaged_on_purpose_blame_nobody(tmp_path: Path) -> None:
    faults = (
        Fault(FaultKind.TRUNCATE, 0.1),
        Fault(FaultKind.NO_FS, 0.05),
        Fault(FaultKind.SPLIT_SEGMENT, 0.05),
        Fault(FaultKind.DUPLICATE, 0.1),
        Fault(FaultKind.GARBAGE, 0.05),
    )
    run = finished_run(tmp_path, *faults, messages=400)
    broken = _rows(run, broken=True)
    run2 = finished_run(
        tmp_path / "2", *faults, messages=400,
        outcomes=dict.fromkeys(broken, (Outcome.CONNECTION_LOST, AnswerCode.NONE)),
    )  # fmt: skip
    assert broken
    assert (await check(run2, Store(sound_store(run2)))).passed


async def test_that_a_damaged_merge_may_have_been_taken_or_not(tmp_path: Path) -> None:
    run = finished_run(tmp_path, Fault(FaultKind.TRUNCATE, 1.0, kinds=("ADT^A40",)), journey="merge", messages=300)
    store = sound_store(run)
    assert (await check(run, Store(store))).passed
    made = survey(run, read_plan(run))
    merged = {}
    for number in range(len(made.people._names)):
        merged.setdefault(made.people.root(number), []).append(made.people._names[number])
    made.close()
    known = {person for one in store for person in one.patients}
    pair = next(names for names in merged.values() if len(known & set(names)) > 1)
    moved = [replace(one, patients=(pair[0],)) if set(one.patients) & set(pair) else one for one in store]
    assert (await check(run, Store(moved))).passed


async def test_that_content_that_is_no_longer_the_same_is_not_compared(tmp_path: Path) -> None:
    run = finished_run(tmp_path)
    plan = run.plan.read_text()
    run.plan.write_text(plan.replace('"seed": 3', '"seed": 4'))
    with pytest.raises(Refused) as refused:
        await check(run, Store([]))
    assert refused.value.code == "content-changed"
    run.plan.write_text(plan)
    run.ledger(0).unlink()
    with pytest.raises(Refused) as gone:
        await check(run, Store([]))
    assert gone.value.code == "no-ledger"


@pytest.mark.parametrize("parts", [1, 4])
def test_that_a_result_without_a_filler_number_belongs_to_the_order_that_has_both(tmp_path: Path, parts: int) -> None:
    def row(number: int) -> SentRow:
        return SentRow(0, number, f"M{number}", 1, 2, Outcome.ACCEPTED, AnswerCode.AA)

    def result(filler: str, placer: str, accession: str = "", value: str = "1") -> ResultFact:
        return ResultFact(filler, placer, accession, "K", "", value, "", "F")

    run = finished_run(tmp_path, messages=1)
    made = survey(run, read_plan(run))
    made.close()
    spool_, loose = Spool(parts, tmp_path), Spool(parts, tmp_path)
    for number, fact in enumerate([result("F1", "P1", "A1"), result("F2", "P2"), result("F3", "P2")]):
        spool_.put(spool_.part_of(fact.key[0]), (tuple(row(number)), [tuple(fact)]))
    for number, fact in enumerate([result("", "P1"), result("", "", "A1"), result("", "P2"), result("", "P9")], 10):
        loose.put(loose.part_of(fact.key[0]), (tuple(row(number)), [tuple(fact)]))
    made.spool = settle_numbers(spool_, loose, numbered=3)
    rows = {}
    for part in range(parts):
        for (order, _), slots in made.expected(part).cells():
            rows[order] = ({one.row for one in slots[0].rows}, slots[0].required)
    made.close()
    assert rows == {
        "F1": ({0, 10, 11}, True),
        "F2": ({1}, True),
        "F3": ({2}, True),
        "P2": ({12}, False),
        "P9": ({13}, True),
    }


def _rows(run: RunFolder, *, broken: bool) -> list[int]:
    from console.harness.load.rows import rows

    return [sent.row for sent in rows(run) if sent.special is not None and sent.special.broken is broken]


def test_that_records_are_values() -> None:
    assert Filed(("a", "b", "c"), (), "", "1", "", "F", "x") == Filed(("a", "b", "c"), (), "", "1", "", "F", "x")
