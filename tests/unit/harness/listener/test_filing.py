"""The store behind the listener: what a good one holds, and each defect planted where it shows and told exactly."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest

from console.harness.listener.filing import Chart
from console.harness.listener.script import Defect, DefectKind, Filing, Script
from console.harness.verdict.filed import Filed


def oru(
    n: int, value: str = "1", *, status: str = "F", patient: str = "", control_id: str = "", at: str = "20260101080000"
) -> bytes:
    patient = patient or f"P{n}"
    return (
        f"MSH|^~\\&|LAB|N|SB|H|{at}||ORU^R01^ORU_R01|{control_id or f'C{n}{status}{value}'}|T|2.5.1\r"
        f"PID|1||{patient}^^^MRN\rOBR|1|O{n}|F{n}^LAB|718-7^Hb^LN|||{at}|||||||||||||||{at}|||{status}\r"
        f"OBX|1|NM|718-7^Hb^LN||{value}|g/dL|||||{status}\r"
    ).encode()


def run(
    messages: list[bytes], *defects: Defect, seed: int = 1, ignore: bool = True
) -> tuple[list[Filed], list[dict[str, Any]]]:
    noted: list[dict[str, Any]] = []
    chart = Chart(Script(seed=seed, filing=Filing(ignore, defects)), noted.append)
    for number, payload in enumerate(messages, start=1):
        chart.take(number, payload)
    chart.close()
    return chart.filed(), noted


def values(found: list[Filed]) -> dict[str, list[str | None]]:
    out: dict[str, list[str | None]] = {}
    for one in found:
        out.setdefault(one.key[0], []).append(one.value)
    return out


def test_that_each_result_is_filed_once_under_its_patient_in_order() -> None:
    found, noted = run([oru(n, str(n)) for n in range(1, 4)])
    assert [(one.key, one.patients, one.placer, one.value, one.status, one.sequence) for one in found] == [
        ((f"F{n}", "718-7", ""), ((f"P{n}", "MRN"),), f"O{n}", str(n), "F", n) for n in range(1, 4)
    ]
    assert found[0].where == "capture message 1"
    assert noted == []


def test_that_the_same_message_again_changes_nothing_or_stands_twice_as_the_script_says() -> None:
    messages = [oru(1), oru(1), oru(2)]
    assert values(run(messages)[0]) == {"F1": ["1"], "F2": ["1"]}
    assert values(run(messages, ignore=False)[0]) == {"F1": ["1", "1"], "F2": ["1"]}


def test_that_other_bytes_under_a_used_control_id_are_another_message() -> None:
    """reportstream#15982: one MSH-10 for different patients; who drops the second loses a result."""
    found, _ = run([oru(1, control_id="X"), oru(2, "7", control_id="X"), oru(1, "9", status="C", control_id="X")])
    assert values(found) == {"F1": ["9"], "F2": ["7"]}


@pytest.mark.parametrize(
    ("versions", "stands"),
    [
        ([("1", "P"), ("2", "F")], "2"),
        ([("2", "F"), ("1", "P")], "2"),
        ([("2", "F"), ("3", "C"), ("2", "F")], "3"),
        ([("1", "F"), ("2", "F")], "2"),
        ([("2", "F"), ("", "X")], ""),
    ],
)
def test_that_no_older_version_wins_over_a_newer_one(versions: list[tuple[str, str]], stands: str) -> None:
    messages = [oru(1, value, status=status, control_id=f"{n}") for n, (value, status) in enumerate(versions)]
    assert values(run(messages)[0]) == {"F1": [stands]}


def test_that_of_two_finals_the_later_issued_stands_whichever_comes_first() -> None:
    older, newer = oru(1, "1", at="20260101080000"), oru(1, "2", at="20260101090000")
    assert values(run([older, newer])[0]) == values(run([newer, older])[0]) == {"F1": ["2"]}


def test_that_a_lost_message_stays_lost_whatever_comes_later() -> None:
    messages = [oru(1), oru(2), oru(3), oru(2, "9", status="C")]
    found, noted = run(messages, Defect(DefectKind.LOSE, numbers=(2,)))
    assert values(found) == {"F1": ["1"], "F3": ["1"]}
    assert noted == [{"kind": "lose", "number": 2, "control_id": "C2F1", "keys": [["F2", "718-7", ""]]}]


def test_that_a_doubled_message_stands_twice() -> None:
    found, noted = run([oru(1), oru(2)], Defect(DefectKind.TWICE, numbers=(1,)))
    assert values(found) == {"F1": ["1", "1"], "F2": ["1"]}
    assert [one["number"] for one in noted] == [1]


def test_that_two_patients_are_swapped_with_the_next_message_of_another_patient() -> None:
    messages = [oru(1), oru(2), oru(3), oru(1, "5", status="C")]
    found, noted = run(messages, Defect(DefectKind.SWAP_PATIENTS, numbers=(1,)))
    whose = {one.key[0]: one.patients[0][0] for one in found}
    assert whose == {"F1": "P2", "F2": "P1", "F3": "P3"}
    assert values(found)["F1"] == ["5"], "a correction follows its result to the wrong patient"
    assert (noted[0]["number"], noted[0]["other_number"]) == (1, 2)
    assert noted[0]["other_keys"] == [["F2", "718-7", ""]]


def test_that_a_swap_with_nobody_is_none_and_waits_for_two_who_can() -> None:
    messages = [oru(1, patient="P"), oru(2, patient="P"), oru(3), oru(4)]
    found, noted = run(messages, Defect(DefectKind.SWAP_PATIENTS, numbers=(1,)))
    assert [(one["number"], one["other_number"]) for one in noted] == [(3, 4)]
    assert {one.key[0]: one.patients[0][0] for one in found} == {"F1": "P", "F2": "P", "F3": "P4", "F4": "P3"}
    found, noted = run([oru(1)], Defect(DefectKind.SWAP_PATIENTS, numbers=(1,)))
    assert ([one.patients[0][0] for one in found], noted) == (["P1"], [])


def test_that_a_stale_value_stays_and_only_a_change_can_be_stale() -> None:
    messages = [oru(1, "1", status="P"), oru(2), oru(1, "2"), oru(1, "3", status="C")]
    found, noted = run(messages, Defect(DefectKind.STALE, numbers=(1,)))
    assert values(found) == {"F1": ["1"], "F2": ["1"]}
    assert [(one["kind"], one["number"]) for one in noted] == [("stale", 3)]


def test_that_one_of_every_n_is_hit_the_same_for_the_same_seed() -> None:
    messages = [oru(n) for n in range(1, 1001)]
    defects = [Defect(kind, one_in=100) for kind in (DefectKind.LOSE, DefectKind.TWICE, DefectKind.SWAP_PATIENTS)]
    found, noted = run(messages, *defects)
    assert (found, noted) == run(messages, *defects)
    assert noted != run(messages, *defects, seed=2)[1]
    assert Counter(one["kind"] for one in noted) == {"lose": 10, "twice": 10, "swap-patients": 10}
    touched = [tuple(key) for one in noted for key in one["keys"] + one.get("other_keys", [])]
    assert len(touched) == len(set(touched)), "no result is touched by two defects"
    assert len(found) == 1000 - 10 + 10


def test_that_what_holds_no_result_or_cannot_be_read_changes_nothing() -> None:
    adt = b"MSH|^~\\&|A|B|C|D|20260101||ADT^A08|1|T|2.5.1\rPID|1||P1\r"
    assert run([adt, b"no hl7", b""]) == ([], [])
