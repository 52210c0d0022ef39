"""The demo hospital: the same hospital every time, with its incidents in place."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta
from itertools import takewhile

from console.engine.demo_hospital.day import Incidents, hospital
from console.engine.demo_hospital.messages import encode
from console.engine.demo_hospital.pathways import Send
from console.synthetic.people import SPOTLIGHT, make_person, nhs_check_digit

NOW = datetime(2026, 11, 21, 3, 7, tzinfo=UTC)


def _history(seed: int = 7) -> list[Send]:
    return list(takewhile(lambda s: s.at <= NOW, hospital(seed, NOW - timedelta(hours=6), NOW)))


def _bytes(sends: list[Send]) -> list[bytes]:
    return [encode(send.build(f"C{n}")) for n, send in enumerate(sends)]


def test_that_the_same_seed_gives_the_same_bytes_and_another_seed_others() -> None:
    assert _bytes(_history()) == _bytes(_history())
    assert _bytes(_history()) != _bytes(_history(seed=8))


def test_that_messages_come_in_order_of_time() -> None:
    times = [send.at for send in _history()]
    assert times == sorted(times)


def test_that_the_history_holds_every_family_and_three_laboratories() -> None:
    kinds = Counter(message.split(b"|")[8].split(b"^")[0] for message in _bytes(_history()))
    assert set(kinds) == {b"ADT", b"ORM", b"ORU", b"RDE", b"SIU", b"MDM"}
    assert {send.sender for send in _history()} == {"PAS", "EHR", "LIS", "HAEM", "MICRO"}


def test_that_the_unmapped_code_stops_the_tours_potassium() -> None:
    planted = [m for m in _bytes(_history()) if b"|K-PL^" in m and SPOTLIGHT.mrn.encode() in m]
    assert len(planted) == 1
    assert b"||6.4|mmol/L" in planted[0]


def test_that_microbiology_falls_silent_with_results_outstanding() -> None:
    silence = Incidents.before(NOW).silence
    assert not [s for s in _history() if s.sender == "MICRO" and s.at > silence]
    ordered = [
        m for s, m in zip(_history(), _bytes(_history()), strict=True) if s.at > silence and b"|EHR|CGH|MICRO|" in m
    ]
    assert ordered


def test_that_a_result_comes_for_somebody_nobody_admitted() -> None:
    strangers = [m for m in _bytes(_history()) if b"ORU^R01" in m and b"\rPV1|" not in m]
    assert len(strangers) == 1
    assert b"^^^^MR|" in strangers[0]


def test_that_one_result_goes_out_forty_times_as_the_same_bytes() -> None:
    assert [s.times for s in _history() if s.times > 2] == [40]


def test_that_a_person_is_the_same_in_every_run() -> None:
    def by_number(sends: list[Send]) -> dict[bytes, bytes]:
        pids = [line for message in _bytes(sends) for line in message.split(b"\r") if line.startswith(b"PID")]
        return {pid.split(b"|")[3]: pid for pid in pids}

    later = NOW + timedelta(days=40, minutes=17)
    again = list(takewhile(lambda s: s.at <= later, hospital(7, later - timedelta(hours=6), later)))
    first, second = by_number(_history()), by_number(again)
    assert len(set(first) & set(second)) > 20
    assert all(first[number] == second[number] for number in set(first) & set(second))


def test_that_a_short_history_plants_nothing() -> None:
    sends = takewhile(lambda s: s.at <= NOW, hospital(7, NOW - timedelta(minutes=30), NOW))
    assert all(send.times == 1 for send in sends)


def test_that_nhs_numbers_are_in_the_range_never_issued_and_pass_their_check_digit() -> None:
    people = [make_person(1, n) for n in range(500)]
    assert len({p.mrn for p in people}) == 500
    for person in [*people, SPOTLIGHT]:
        assert person.nhs.startswith("999")
        assert nhs_check_digit(person.nhs[:9]) == int(person.nhs[9])
