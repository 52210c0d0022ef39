"""Search: which cases a pasted text means, and what the answer admits."""

from __future__ import annotations

import asyncio

import pytest

from console.core.events import State
from console.investigation.answer import SourceStatus
from console.investigation.case import Advice, Case, ChipKind, Opens
from console.investigation.desk import Desk
from console.storage.cache import Cache
from tests.builders.hospital import CHIDI_STAY, NOW, ROSA_OLD_STAY, ROSA_STAY, ROSALIA, Hospital
from tests.fakes.source import FakeSource, unreachable


@pytest.fixture
def desk(source: FakeSource, cache: Cache) -> Desk:
    return Desk([source], cache, clock=lambda: NOW, budget_s=1.0)


def targets(cases: tuple[Case, ...]) -> list[str]:
    return [case.target_id for case in cases]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("martinez", [ROSA_STAY, ROSA_OLD_STAY]),
        ("MARTÍNEZ LÓPEZ, Rosa", [ROSA_STAY, ROSA_OLD_STAY]),
        ("martin", [ROSA_STAY, f"unassigned:{ROSALIA}", ROSA_OLD_STAY]),
        ("martinez 1957-08-14", [ROSA_STAY, ROSA_OLD_STAY]),
        ("14-ago-1957", [ROSA_STAY, ROSA_OLD_STAY]),
        ("999 014 7213", [ROSA_STAY, ROSA_OLD_STAY]),
        ("00418827", [ROSA_STAY, ROSA_OLD_STAY]),
        ("MRN 0041-8827", [ROSA_STAY, ROSA_OLD_STAY]),
        ("55121", [ROSA_STAY]),
        ("26L0048812", [ROSA_STAY]),
        ("a26 771", []),
        ("A26-771", [ROSA_STAY]),
        ("martinez 55121", [ROSA_STAY]),
        ("55121 999 014 7213", [ROSA_STAY]),
        ("MRN 00430002", [f"unassigned:{ROSALIA}"]),
        ("118177", [CHIDI_STAY]),
    ],
)
async def test_that_a_text_finds_its_cases(desk: Desk, text: str, expected: list[str]) -> None:
    answer = await desk.search(text)
    assert targets(answer.cases) == expected
    assert all(case.opens is Opens.TIMELINE for case in answer.cases)
    assert answer.all_matched


async def test_that_a_case_shows_who_where_and_the_worst_state(desk: Desk) -> None:
    (case,) = (await desk.search("55121")).cases
    assert case.patient is not None
    assert case.patient["family"] == "MARTÍNEZ LÓPEZ"
    assert case.encounter is not None
    assert case.encounter["visit_number"] == "118204"
    assert case.state is State.DEAD_LETTERED
    assert case.standing == {"verified": 1, "dead_lettered": 1}


async def test_that_chips_say_what_was_recognised_and_how_often_it_occurs(desk: Desk) -> None:
    answer = await desk.search("martinez 55121 26L0048812")
    assert [(c.kind, c.hits) for c in answer.chips] == [
        (ChipKind.NAME, 1),
        (ChipKind.PLACER, 2),
        (ChipKind.FILLER, 1),
    ]


async def test_that_a_number_that_is_a_visit_here_and_an_order_there_shows_both(desk: Desk) -> None:
    answer = await desk.search("118204")
    assert set(answer.chips[0].kinds) == {ChipKind.VISIT, ChipKind.PLACER}
    assert set(targets(answer.cases)) == {ROSA_STAY, CHIDI_STAY}


async def test_that_a_label_narrows_an_ambiguous_number(desk: Desk) -> None:
    assert targets((await desk.search("visit 118204")).cases) == [ROSA_STAY]
    assert targets((await desk.search("order 118204")).cases) == [CHIDI_STAY]


async def test_that_a_control_id_opens_its_trace(desk: Desk, hospital: Hospital) -> None:
    (case,) = (await desk.search("LIS0001")).cases
    assert case.opens is Opens.TRACE
    assert case.trace is not None
    assert case.trace["control_id"] == "LIS0001"
    assert case.state is State.DEAD_LETTERED


async def test_that_event_and_trace_ids_open_their_trace(desk: Desk, hospital: Hospital) -> None:
    event = hospital.events[3]
    root = next(e for e in hospital.events if e.trace_id == event.trace_id)
    for text in (event.event_id, event.event_id.upper(), event.trace_id, f"00-{event.trace_id}-0123456789abcdef-01"):
        (case,) = (await desk.search(text)).cases
        assert (case.opens, case.target_id) == (Opens.TRACE, root.event_id)


async def test_that_a_refused_message_without_a_patient_is_found_by_its_control_id(desk: Desk) -> None:
    (case,) = (await desk.search("BAD0001")).cases
    assert (case.opens, case.state, case.patient) == (Opens.TRACE, State.REFUSED, None)


async def test_that_no_case_for_all_pieces_shows_those_for_some_and_says_so(desk: Desk) -> None:
    answer = await desk.search("okonkwo 55121")
    assert not answer.all_matched
    assert set(targets(answer.cases)) == {ROSA_STAY, CHIDI_STAY}
    assert all(len(case.matched) == 1 for case in answer.cases)


async def test_that_a_column_of_identifiers_gives_a_case_for_each(desk: Desk) -> None:
    answer = await desk.search("55121\n118177\nBAD0001\n")
    assert len(answer.cases) == 3
    assert answer.all_matched


async def test_that_no_hits_say_what_was_asked_and_what_to_try(desk: Desk) -> None:
    answer = await desk.search("zebedee magic 77777")
    assert answer.cases == ()
    assert [(c.text, c.hits) for c in answer.chips] == [("zebedee magic", 0), ("77777", 0)]
    assert answer.advice == (Advice.PART_OF_NAME, Advice.FEWER_WORDS, Advice.OTHER_IDENTIFIER)
    assert answer.reports[0].status is SourceStatus.OK


async def test_that_a_mistyped_nhs_number_is_told(desk: Desk) -> None:
    answer = await desk.search("999 014 7214")
    assert answer.advice[0] is Advice.CHECK_DIGIT
    assert answer.chips[0].warning == "check-digit"


async def test_that_without_contact_the_copy_finds_the_same_cases(
    desk: Desk, source: FakeSource, hospital: Hospital, cache: Cache
) -> None:
    cache.keep_events("engine", [e.as_json() for e in hospital.events], NOW)
    texts = ("martinez", "55121", "LIS0001", "martinez 55121", "visit 118204", hospital.events[3].event_id)
    live = {text: await desk.search(text) for text in texts}
    source.trouble = unreachable()
    for text in texts:
        kept = await desk.search(text)
        assert kept.from_cache
        assert targets(kept.cases) == targets(live[text].cases), text
        assert [c.state for c in kept.cases] == [c.state for c in live[text].cases], text
        assert [(c.kind, c.hits) for c in kept.chips] == [(c.kind, c.hits) for c in live[text].chips], text
        assert kept.reports[0].status is SourceStatus.UNREACHABLE


async def test_that_no_hits_in_the_copy_say_that_only_the_copy_was_asked(desk: Desk, source: FakeSource) -> None:
    source.trouble = unreachable()
    answer = await desk.search("55121")
    assert answer.cases == ()
    assert answer.advice[0] is Advice.KEPT_COPY_ONLY


async def test_that_nothing_is_asked_for_nothing(desk: Desk, source: FakeSource) -> None:
    answer = await desk.search("   ")
    assert (answer.chips, answer.cases, source.asked) == ((), (), [])


async def test_that_a_new_search_cancels_the_one_before(desk: Desk, source: FakeSource) -> None:
    source.held = asyncio.Event()
    first = asyncio.create_task(desk.search("martinez", slot="page"))
    other = asyncio.create_task(desk.search("okonkwo", slot="palette"))
    while source.asked.count("keys") < 2:
        await asyncio.sleep(0)
    second = asyncio.create_task(desk.search("55121", slot="page"))
    await asyncio.wait([first])
    assert first.cancelled()
    assert not other.done()
    source.held.set()
    assert targets((await second).cases) == [ROSA_STAY]
    assert targets((await other).cases) == [CHIDI_STAY]


async def test_that_an_index_behind_the_journal_is_said(desk: Desk, source: FakeSource) -> None:
    answer = await desk._search.answer("nothing77", heard_up_to=source.seq + 40)
    assert answer.behind == 40
    assert Advice.INDEX_BEHIND in answer.advice
