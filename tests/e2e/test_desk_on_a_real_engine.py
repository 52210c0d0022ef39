"""The desk on a real engine over real sockets: found within a second, and the same story after the engine is gone."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from console.connections.engine_source import EngineSource
from console.core.events import State
from console.investigation.answer import Answer, EncounterTimeline, FeedChanges
from console.investigation.case import Case, ChipKind, Opens
from console.investigation.desk import Desk
from console.storage.cache import Cache
from tests.builders.engine_process import EngineProcess, Line

pytestmark = pytest.mark.slow
PATIENCE_S = 20.0
PID = "PID|1||00418827^^^STB^MR~9990147213^^^NHS^NH||MARTÍNEZ LÓPEZ^ROSA ELENA^^^MRS||19570814|F"
PV1 = "PV1|1|I|AMU^4^02||||C3344^OKAFOR^ADA|||||||||||IP|118204^^^STB^VN"
ORDER = "ORC|{control}|55121^EHR|26L0048812^LIS||{status}||||20261120231412+0000"
OBR = "OBR|1|55121^EHR|26L0048812^LIS|24323-8^Comprehensive metabolic panel^LN|||20261121004500+0000"


def message(kind: str, control: str, *segments: str, sender: str = "LIS") -> bytes:
    trigger = kind.replace("^", "_")
    head = f"MSH|^~\\&|{sender}|STB|SBX|STB|20261121015218+0000||{kind}^{trigger}|{control}|P|2.5.1|||||||UNICODE UTF-8"
    return ("\r".join((head, *segments)) + "\r").encode()


ADMISSION = message("ADT^A01", "PAS0001", "EVN|A01|20261120224100+0000", PID, PV1, sender="PAS")
ORDERED = message("ORM^O01", "EHR0001", PID, PV1, ORDER.format(control="NW", status="IP"), OBR, sender="EHR")


def result(control: str, potassium: str) -> bytes:
    return message(
        "ORU^R01",
        control,
        PID,
        PV1,
        ORDER.format(control="RE", status="CM"),
        OBR + "|" * 15 + "20261121015200+0000||CH|F",
        f"OBX|1|NM|2823-3^Potassium^LN||{potassium}|mmol/L|3.5-5.3|HH|||F|||20261121015000+0000",
    )


def clock() -> datetime:
    return datetime.now(UTC)


class Console:
    """A desk with its copy, following the engine."""

    def __init__(self, engine: EngineProcess, folder: Path) -> None:
        token = Path(engine.where["token_file"]).read_text().strip()
        self.engine = engine
        self.source = EngineSource(engine.where["http"], token)
        self.cache = Cache(folder / "cache.db", bytes(32), clock=clock)
        self.desk = Desk([self.source], self.cache, clock=clock)
        self.told: list[Any] = []
        self.desk.subscribe(self.told.append)
        self.following = asyncio.create_task(self.desk.follow())

    async def until(self, condition: Callable[[], bool]) -> None:
        async with asyncio.timeout(PATIENCE_S):
            while not condition():
                await asyncio.sleep(0.005)

    async def filed(self, visit: str, messages: int) -> Answer[EncounterTimeline]:
        """The timeline, once so many messages are delivered and proven."""
        async with asyncio.timeout(PATIENCE_S):
            while True:
                found = await self.desk.encounters(visit=visit)
                if found.value and found.value[0]["standing"].get(State.VERIFIED.value) == messages:
                    return await self.desk.encounter_timeline(visit)
                await asyncio.sleep(0.02)

    async def close(self) -> None:
        self.following.cancel()
        await asyncio.wait([self.following])
        await self.source.close()
        self.cache.close()


@pytest.fixture
async def console(tmp_path: Path) -> AsyncIterator[Console]:
    with EngineProcess(tmp_path / "data") as engine:
        opened = Console(engine, tmp_path / "cache")
        yield opened
        await opened.close()


async def send(engine: EngineProcess, *messages: bytes) -> None:
    def all_of_them() -> None:
        with Line(engine.mllp) as line:
            for one in messages:
                assert line.ask(one).code in ("AA", "CA")

    await asyncio.to_thread(all_of_them)


async def test_that_a_result_is_found_by_whatever_the_ward_has(console: Console) -> None:
    await send(console.engine, ADMISSION, ORDERED, result("LIS0001", "6.4"))
    timeline = await console.filed("118204", 3)
    encounter_id = str(timeline.value.encounter["encounter_id"])
    assert [loop["state"] for loop in timeline.value.timeline["loops"]] == ["resulted"]
    for text in ("martinez", "MARTÍNEZ 14-ago-1957", "999 014 7213", "00418827", "118204", "55121", "26l0048812"):
        cases = (await console.desk.search(text)).cases
        assert [(case.opens, case.target_id) for case in cases] == [(Opens.TIMELINE, encounter_id)], text
        assert cases[0].state is State.VERIFIED
    pasted = await console.desk.search(result("LIS0001", "6.4").decode())
    assert pasted.chips[0].kind is ChipKind.MESSAGE
    assert _opened(pasted.cases[0]) == "LIS0001"
    assert _opened((await console.desk.search("LIS0001")).cases[0]) == "LIS0001"


async def test_that_a_new_message_is_told_within_a_second(console: Console) -> None:
    await send(console.engine, ADMISSION)
    timeline = await console.filed("118204", 1)
    encounter_id = str(timeline.value.encounter["encounter_id"])
    await console.until(lambda: any(isinstance(n, FeedChanges) for n in console.told))
    console.told.clear()
    began = time.monotonic()
    await send(console.engine, result("LIS0002", "4.1"))

    def told() -> bool:
        changes = [n for n in console.told if isinstance(n, FeedChanges)]
        return any(encounter_id in c.encounters and "delivery.filed" in c.kinds for c in changes)

    await console.until(told)
    assert time.monotonic() - began < 1.0


async def test_that_after_the_engine_is_gone_the_copy_tells_the_same_story(console: Console) -> None:
    await send(console.engine, ADMISSION, ORDERED, result("LIS0001", "6.4"))
    live = await console.filed("118204", 3)
    trace_id = live.value.timeline["entries"][-1]["trace_id"]
    event_id = live.value.timeline["entries"][-1]["event_id"]
    raw = await console.desk.message_raw(event_id)
    await send(console.engine, result("LIS0003", "4.2"))  # never opened: known from the feed alone
    await console.until(lambda: len(_traces(console)) == 4)
    whole = await console.filed("118204", 4)
    await console.until(lambda: _seen(console, "delivery.filed") == 4)
    await asyncio.to_thread(console.engine.stop)
    kept = await console.desk.encounter_timeline("118204")
    assert kept.from_cache
    assert kept.as_of is not None
    assert _story(kept) == _story(whole)
    assert (await console.desk.trace(trace_id)).value["state"] == State.VERIFIED
    assert (await console.desk.message_raw(event_id)).value == raw.value
    (case,) = (await console.desk.search("55121")).cases
    assert case.target_id == live.value.encounter["encounter_id"]


def _opened(case: Case) -> str:
    assert case.opens is Opens.TRACE
    assert case.trace is not None
    return str(case.trace["control_id"])


def _traces(console: Console) -> set[str]:
    return {trace for n in console.told if isinstance(n, FeedChanges) for trace in n.traces}


def _seen(console: Console, kind: str) -> int:
    """How many kept events are of this kind."""
    events = console.cache.events_of_traces(sorted(_traces(console)))
    return sum(1 for own in events.values() for event in own if event.kind.value == kind)


def _story(answer: Answer[EncounterTimeline]) -> list[tuple[Any, ...]]:
    """What a reader sees: the API gives milliseconds, so finer differences are none."""
    entries = answer.value.timeline["entries"]
    loops = answer.value.timeline["loops"]
    return [(e["at"], e["title"], e["state"], e["from"], tuple(e["to"])) for e in entries] + [
        (loop["display"], loop["state"], loop["ordered_at"], loop["resulted_at"]) for loop in loops
    ]
