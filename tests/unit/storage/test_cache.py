"""The kept copy: what is stored comes back, what is damaged never does, and the file tells nothing."""

from __future__ import annotations

import stat
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from console.core.events import Kind
from console.storage.cache import Cache, KeptLook, Limits, Position
from console.storage.cache_file import CacheState
from tests.builders.hospital import CHIDI_STAY, ENCOUNTERS, NOW, PATIENTS, ROSA, ROSA_STAY, ROSALIA, small_hospital

KEY = bytes(range(32))
OTHER_KEY = bytes(reversed(range(32)))


class Clock:
    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "cache" / "cache.db"


@pytest.fixture
def cache(path: Path, clock: Clock) -> Iterator[Cache]:
    kept = Cache(path, KEY, clock=clock)
    yield kept
    kept.close()


def fill(cache: Cache) -> None:
    hospital = small_hospital()
    cache.keep_events("engine", [e.as_json() for e in hospital.events], NOW)
    for patient in PATIENTS:
        cache.keep_patient(patient, NOW)
    for encounter in ENCOUNTERS:
        cache.keep_encounter(encounter, NOW)
    cache.keep("raw", "e1", {"text": "PID|1||00418827||MARTINEZ"}, NOW)
    cache.note_look(KeptLook("timeline", ROSA_STAY, "118204", "MARTÍNEZ LÓPEZ|Rosa Elena", NOW))
    cache.move(Position("engine", "journal-1", 0, hospital.events[-1].seq, NOW, NOW))


def test_that_events_come_back_as_they_were(cache: Cache) -> None:
    hospital = small_hospital()
    cache.keep_events("engine", [e.as_json() for e in hospital.events], NOW)
    first = hospital.events[0]
    own = [e for e in hospital.events if e.trace_id == first.trace_id]
    assert sorted(cache.events_of_trace(first.trace_id), key=lambda e: e.seq) == own
    assert sorted(cache.events_of_trace(own[-1].event_id), key=lambda e: e.seq) == own
    assert cache.events_of_trace("unknown") == []


def test_that_events_are_found_by_encounter_also_those_that_do_not_name_it(cache: Cache) -> None:
    fill(cache)
    events = cache.events_of_encounter(CHIDI_STAY)
    assert {e.kind for e in events} == {Kind.RECEIVED, Kind.PARSED, Kind.IDENTIFIED, Kind.MAPPED, Kind.FILED}
    assert {e.kind for e in cache.events_of_encounter(f"unassigned:{ROSALIA}")} >= {Kind.RECEIVED}


def test_that_an_encounter_named_by_a_later_batch_gathers_the_earlier_events(cache: Cache) -> None:
    events = [e.as_json() for e in small_hospital().events[:5]]
    cache.keep_events("engine", events[:2], NOW)
    assert cache.events_of_encounter(ROSA_STAY) == []
    cache.keep_events("engine", events[2:], NOW)
    assert len(cache.events_of_encounter(ROSA_STAY)) == 5


def test_that_keeping_the_same_events_twice_changes_nothing(cache: Cache) -> None:
    fill(cache)
    before = cache.events_of_encounter(ROSA_STAY)
    fill(cache)
    assert cache.events_of_encounter(ROSA_STAY) == before


def test_that_an_event_of_a_kind_from_a_newer_source_is_left_out_of_the_fold(cache: Cache) -> None:
    event = small_hospital().events[0].as_json()
    cache.keep_events("engine", [event, {**event, "event_id": "other", "kind": "message.teleported"}], NOW)
    assert len(cache.events_of_trace(event["trace_id"])) == 1


def test_that_keys_are_found_however_they_are_written(cache: Cache) -> None:
    fill(cache)
    found = cache.find_keys(["26l-0048812", "nothing"])
    assert [(k.kind, k.shown, len(k.traces)) for k in found["26l-0048812"]] == [("filler", "26L0048812", 1)]
    assert found["nothing"] == []


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ({"name": "martinez"}, [ROSA]),
        ({"name": "MARTÍ"}, [ROSA, ROSALIA]),
        ({"name": "rosa martinez"}, [ROSA]),
        ({"name": "martinez", "birth_date": "1957-08-14"}, [ROSA]),
        ({"birth_date": "1957-08-14"}, [ROSA]),
        ({"identifier": "999 014 7213"}, [ROSA]),
        ({"name": "okonkwo", "birth_date": "1957-08-14"}, []),
    ],
)
def test_that_patients_are_found_by_name_date_and_number(
    cache: Cache, question: dict[str, str], expected: list[str]
) -> None:
    fill(cache)
    assert sorted(k.body["patient_id"] for k in cache.find_patients(**question)) == sorted(expected)


def test_that_a_patient_kept_again_loses_the_old_name(cache: Cache) -> None:
    fill(cache)
    cache.keep_patient({**PATIENTS[0], "family": "GARCÍA"}, NOW)
    assert cache.find_patients(name="martinez lopez") == []
    assert len(cache.find_patients(name="garcia")) == 1


def test_that_looks_are_kept_newest_first_and_can_be_cleared(cache: Cache) -> None:
    for n in range(3):
        cache.note_look(KeptLook("trace", f"t{n}", "ORU^R01", "", NOW + timedelta(seconds=n)))
    cache.note_look(KeptLook("trace", "t0", "ORU^R01", "", NOW + timedelta(seconds=9)))
    assert [look.target_id for look in cache.looks()] == ["t0", "t2", "t1"]
    cache.clear_looks()
    assert cache.looks() == ()


def test_that_old_looks_make_room(tmp_path: Path, clock: Clock) -> None:
    kept = Cache(None, KEY, clock=clock, limits=Limits(looks=3))
    for n in range(6):
        kept.note_look(KeptLook("trace", f"t{n}", "", "", NOW + timedelta(seconds=n)))
    assert [look.target_id for look in kept.looks()] == ["t5", "t4", "t3"]
    kept.close()


def test_that_what_is_past_its_time_goes_and_what_was_looked_at_stays(cache: Cache, clock: Clock) -> None:
    fill(cache)
    clock.now = NOW + timedelta(hours=20)
    cache.mark_viewed(encounter_id=CHIDI_STAY)
    clock.now = NOW + timedelta(hours=30)
    assert cache.purge() == 5
    assert cache.events_of_encounter(ROSA_STAY) == []
    assert len(cache.events_of_encounter(CHIDI_STAY)) == 5
    assert cache.find_keys(["55121"])["55121"] == []
    assert cache.kept("raw", "e1") is None
    assert cache.find_patients(name="martinez") == []
    assert cache.looks() == ()


def test_that_the_oldest_traces_go_when_the_cache_is_over_its_size(clock: Clock) -> None:
    kept = Cache(None, KEY, clock=clock, limits=Limits(max_bytes=1_500_000))
    events = [e.as_json() for e in small_hospital().events]
    for n in range(100):
        copies = [
            {**e, "trace_id": f"{n:03d}{e['trace_id'][3:]}", "event_id": f"{n:03d}{e['event_id'][3:]}"} for e in events
        ]
        kept.keep_events("engine", copies, NOW + timedelta(seconds=n))
    assert kept.size() > 1_500_000
    assert kept.purge() > 0
    assert kept.size() <= 1_500_000
    assert kept.events_of_trace(f"099{events[0]['trace_id'][3:]}")
    assert not kept.events_of_trace(f"000{events[0]['trace_id'][3:]}")
    kept.close()


def test_that_everything_is_there_after_closing_and_opening(path: Path, clock: Clock) -> None:
    first = Cache(path, KEY, clock=clock)
    fill(first)
    first.close()
    again = Cache(path, KEY, clock=clock)
    assert again.notice.state is CacheState.READY
    assert len(again.events_of_encounter(ROSA_STAY)) > 5
    position = again.position("engine")
    assert position is not None
    assert position.instance == "journal-1"
    again.close()


def test_that_only_the_owner_may_read_the_file(path: Path, cache: Cache) -> None:
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


def test_that_no_file_of_the_cache_holds_plain_text(path: Path, clock: Clock) -> None:
    kept = Cache(path, KEY, clock=clock)
    fill(kept)
    whole = b"".join(f.read_bytes() for f in path.parent.iterdir())
    kept.close()
    whole += b"".join(f.read_bytes() for f in path.parent.iterdir())
    assert len(whole) > 50_000
    for canary in ("MARTÍNEZ", "MARTINEZ", "martinez", "00418827", "9990147213", "message.received", "SQLite"):
        assert canary.encode() not in whole


DAMAGE = {
    "wrong key": None,
    "zero length": lambda data: b"",
    "cut in half": lambda data: data[: len(data) // 2],
    "cut inside a page": lambda data: data[:5000],
    "first page flipped": lambda data: bytes([data[0] ^ 1]) + data[1:],
    "plain text": lambda data: b"not a database at all" * 500,
    "zeros": lambda data: bytes(len(data)),
}


@pytest.mark.parametrize("damage", DAMAGE)
def test_that_a_damaged_file_is_set_aside_and_the_program_starts(path: Path, clock: Clock, damage: str) -> None:
    first = Cache(path, KEY, clock=clock)
    fill(first)
    first.close()
    spoil = DAMAGE[damage]
    before = path.read_bytes()
    if spoil is not None:
        path.write_bytes(spoil(before))
    kept = Cache(path, OTHER_KEY if spoil is None else KEY, clock=clock)
    assert kept.events_of_encounter(ROSA_STAY) == []
    assert kept.looks() == ()
    fill(kept)
    assert kept.events_of_encounter(ROSA_STAY)
    if damage != "zero length":
        assert kept.notice.state is CacheState.REBUILT
        assert kept.notice.set_aside is not None
        assert kept.notice.set_aside.read_bytes() == (before if spoil is None else spoil(before))
        assert stat.S_IMODE(kept.notice.set_aside.stat().st_mode) == 0o600
    kept.close()


@pytest.mark.parametrize("where", range(0, 100, 7))
def test_that_a_flipped_byte_anywhere_never_shows_as_data(path: Path, clock: Clock, where: int) -> None:
    first = Cache(path, KEY, clock=clock)
    fill(first)
    truth = first.events_of_encounter(ROSA_STAY)
    first.close()
    data = bytearray(path.read_bytes())
    data[len(data) * where // 100] ^= 0x40
    path.write_bytes(data)
    kept = Cache(path, KEY, clock=clock)
    assert kept.events_of_encounter(ROSA_STAY) in ([], truth)
    assert kept.notice.state is CacheState.REBUILT
    kept.close()


def test_that_damage_found_while_running_empties_the_cache_and_the_program_goes_on(path: Path, clock: Clock) -> None:
    kept = Cache(path, KEY, clock=clock)
    fill(kept)
    kept.close()
    kept = Cache(path, KEY, clock=clock)
    data = bytearray(path.read_bytes())
    for page in range(1, len(data) // 4096):
        data[page * 4096 + 100] ^= 0xFF
    path.write_bytes(data)
    kept._file.run(lambda c: c.execute("PRAGMA shrink_memory"), None)
    assert kept.events_of_encounter(ROSA_STAY) == []
    assert kept.notice.state is CacheState.REBUILT
    fill(kept)
    assert kept.events_of_encounter(ROSA_STAY)
    kept.close()


def test_that_only_the_last_two_unsound_files_are_kept(path: Path, clock: Clock) -> None:
    for n in range(5):
        clock.now = datetime(2026, 11, 21, n, tzinfo=UTC)
        kept = Cache(path, bytes([n]) * 32, clock=clock)
        fill(kept)
        kept.close()
    assert len(list(path.parent.glob("*.set-aside-*"))) == 2


def test_that_a_second_window_works_in_memory_and_says_so(path: Path, cache: Cache, clock: Clock) -> None:
    fill(cache)
    second = Cache(path, KEY, clock=clock)
    assert second.notice.state is CacheState.IN_USE
    fill(second)
    assert second.events_of_encounter(ROSA_STAY)
    second.close()
    assert cache.events_of_encounter(ROSA_STAY)
    assert cache.notice.state is CacheState.READY


def test_that_a_folder_that_cannot_be_written_means_memory(tmp_path: Path, clock: Clock) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("x")
    kept = Cache(blocked / "cache.db", KEY, clock=clock)
    assert kept.notice.state is CacheState.NOT_WRITABLE
    fill(kept)
    assert kept.events_of_encounter(ROSA_STAY)
    kept.close()


def test_that_a_file_of_another_version_is_emptied(path: Path, clock: Clock) -> None:
    kept = Cache(path, KEY, clock=clock)
    fill(kept)
    kept._file.run(lambda c: c.execute("PRAGMA user_version = 999"), None)
    kept.close()
    again = Cache(path, KEY, clock=clock)
    assert again.events_of_encounter(ROSA_STAY) == []
    fill(again)
    again.close()


def test_that_another_journal_makes_the_copy_forgotten(cache: Cache) -> None:
    fill(cache)
    cache.forget_source("engine")
    assert cache.events_of_encounter(ROSA_STAY) == []
    assert cache.position("engine") is None
    assert cache.find_patients(name="martinez") == []


def test_that_a_key_of_the_wrong_length_is_refused(path: Path, clock: Clock) -> None:
    with pytest.raises(ValueError, match="32 bytes"):
        Cache(path, b"short", clock=clock)
