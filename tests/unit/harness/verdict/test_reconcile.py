"""What became of each result: every bucket is told apart, and nobody is accused of what a sound receiver may do."""

from __future__ import annotations

from collections import Counter

import pytest

from console.harness.load.ledger import AnswerCode, Outcome
from console.harness.verdict.buckets import Bucket, Findings
from console.harness.verdict.filed import ANY, Coverage, Filed, Held, Keeping
from tests.builders.harness_run import MS, Run, fact


def counts(findings: Findings) -> dict[str, int]:
    return {bucket.value: count for bucket, count in findings.counts.items() if count}


def test_that_what_was_accepted_and_is_there_once_is_right() -> None:
    run = Run()
    run.send("1", fact("F1"))
    run.file("1", fact("F1"))
    assert counts(run.check()) == {"exactly_once": 1}


def test_that_a_result_answered_positively_and_not_there_is_lost_and_named() -> None:
    run = Run()
    run.send("1", fact("F1"), fact("F1", code="2345-7"))
    run.file("1", fact("F1"))
    found = run.check()
    assert counts(found) == {"exactly_once": 1, "lost": 1}
    [offender] = found.offenders[Bucket.LOST]
    assert offender.key == ("F1", "2345-7", "1")
    assert (offender.control_id, offender.answer, offender.outcome, offender.row) == ("M000000", "AA", "accepted", 0)
    assert offender.sent_s == pytest.approx(0.001)
    assert offender.expected == "4.1 g/dL (F)"
    assert offender.patient == "1^^^HOSP"


@pytest.mark.parametrize("outcome", [Outcome.FAILED, Outcome.REJECTED])
def test_that_what_was_refused_must_not_be_there(outcome: Outcome) -> None:
    run = Run()
    run.send("1", fact("F1"), outcome=outcome)
    assert counts(run.check()) == {"lost_after_refusal": 1}
    run.file("1", fact("F1"))
    assert counts(run.check()) == {"refused_filed": 1}


@pytest.mark.parametrize(
    "outcome",
    [
        Outcome.NO_ANSWER,
        Outcome.CONNECTION_LOST,
        Outcome.LATE,
        Outcome.COMMIT_ONLY,
        Outcome.WRONG_ID,
        Outcome.MALFORMED_ANSWER,
        Outcome.PENDING,
    ],
)
def test_that_where_the_answer_leaves_it_open_both_are_right_and_a_false_value_is_not(outcome: Outcome) -> None:
    run = Run()
    run.send("1", fact("F1"), outcome=outcome)
    assert counts(run.check()) == {"unknown_absent": 1}
    right = run.file("1", fact("F1"))
    assert counts(run.check([right])) == {"unknown_present": 1}
    wrong = run.file("1", fact("F1", "9.9"))
    assert counts(run.check([wrong])) == {"wrong_value": 1}
    assert counts(run.check([right, right])) == {"unknown_present": 1, "double_charted": 1}


def test_that_a_refusal_after_an_attempt_without_answer_leaves_the_fate_open() -> None:
    run = Run()
    run.send("1", fact("F1"), outcome=Outcome.FAILED, attempts=2)
    run.file("1", fact("F1"))
    assert counts(run.check()) == {"unknown_present": 1}


def test_that_what_was_never_sent_must_not_be_there() -> None:
    run = Run()
    run.send("1", fact("F1"), outcome=Outcome.NOT_SENT)
    assert counts(run.check()) == {"not_sent": 1}
    run.file("1", fact("F1"))
    assert counts(run.check()) == {"refused_filed": 1}


def test_that_a_second_record_of_a_result_is_charted_twice() -> None:
    run = Run()
    run.send("1", fact("F1"))
    run.file("1", fact("F1"))
    run.file("1", fact("F1"))
    found = run.check()
    assert counts(found) == {"exactly_once": 1, "double_charted": 1}
    assert found.offenders[Bucket.DOUBLE_CHARTED][0].where == "Observation/1"


def test_that_duplicates_we_sent_are_nothing_new() -> None:
    run = Run()
    for _ in range(3):
        run.send("1", fact("F1"), control_id="SAME", time="20261123080000")
    run.file("1", fact("F1"))
    assert counts(run.check()) == {"exactly_once": 1}


def test_that_the_same_id_with_other_content_counts_when_it_was_accepted_later() -> None:
    run = Run()
    run.send("1", fact("F1", "4.1"), control_id="SAME", time="20261123080000")
    run.send("1", fact("F1", "5.2"), control_id="SAME", time="20261123080000")
    old = run.file("1", fact("F1", "4.1"))
    new = run.file("1", fact("F1", "5.2"))
    assert counts(run.check([new])) == {"exactly_once": 1}
    assert counts(run.check([old])) == {"stale": 1}


def chain(*statuses: str) -> Run:
    run = Run()
    for number, status in enumerate(statuses):
        run.send("1", fact("F1", f"{number}.5", status))
    return run


@pytest.mark.parametrize(
    ("statuses", "stands"),
    [
        (("P", "F"), 1),
        (("P", "F", "C"), 2),
        (("F", "P"), 0),
        (("C", "F", "P"), 0),
        (("P", "C", "F"), 1),
        (("F", "F"), 1),
        (("F", "C", "C"), 2),
        (("F", "X"), 1),
        (("F", "X", "F"), 2),
        (("R", "S", "P"), 2),
        (("F", "W"), 1),
    ],
)
def test_that_preliminary_gives_way_to_final_and_final_to_a_correction(statuses: tuple[str, ...], stands: int) -> None:
    run = chain(*statuses)
    for number, status in enumerate(statuses):
        one = run.file("1", fact("F1", f"{number}.5", status))
        expected = "exactly_once" if number == stands else "stale"
        assert counts(run.check([one])) == {expected: 1}, (statuses, number)


def test_that_a_stale_result_says_what_it_was_superseded_by() -> None:
    run = chain("F", "C")
    run.file("1", fact("F1", "0.5", "F"))
    [offender] = run.check().offenders[Bucket.STALE]
    assert offender.note == "superseded by 1.5 g/dL (C)"
    assert (offender.expected, offender.found) == ("1.5 g/dL (C)", "0.5 g/dL (F)")


def test_that_a_correction_whose_fate_is_open_may_stand_or_not() -> None:
    run = Run()
    run.send("1", fact("F1", "1.5", "F"))
    run.send("1", fact("F1", "2.5", "C"), outcome=Outcome.NO_ANSWER)
    assert counts(run.check([run.file("1", fact("F1", "1.5", "F"))])) == {"exactly_once": 1}
    assert counts(run.check([run.file("1", fact("F1", "2.5", "C"))])) == {"unknown_present": 1}
    assert counts(run.check([])) == {"lost": 1}


def test_that_two_corrections_in_flight_at_the_same_time_may_each_stand() -> None:
    run = Run()
    run.send("1", fact("F1", "1.5", "C"), took=10 * MS)
    run.clock = 2 * MS
    run.send("1", fact("F1", "2.5", "C"))
    for value in ("1.5", "2.5"):
        assert counts(run.check([run.file("1", fact("F1", value, "C"))])) == {"exactly_once": 1}


def test_that_where_the_messages_times_contradict_their_order_either_may_stand() -> None:
    run = Run()
    run.send("1", fact("F1", "1.5", "C"), time="20261123090000")
    run.send("1", fact("F1", "2.5", "C"), time="20261123080000")
    for value in ("1.5", "2.5"):
        assert counts(run.check([run.file("1", fact("F1", value, "C"))])) == {"exactly_once": 1}


def test_that_a_withdrawn_result_may_be_gone_unless_the_store_keeps_such() -> None:
    run = chain("F", "W")
    assert counts(run.check([])) == {"withdrawn_gone": 1}
    run.send("2", fact("F2"))
    run.send("2", fact("F2", "", "W"))
    other = run.file("2", fact("F2", "4.1", "entered-in-error"))
    assert counts(run.check([other])) == {"exactly_once": 1, "lost": 1}


def test_that_a_value_unit_or_status_nobody_sent_is_wrong() -> None:
    run = Run()
    run.send("1", fact("F1", "4.1"))
    for wrong in (
        run.file("1", fact("F1", "1.4")),
        run.file("1", fact("F1"), unit="mg/dL"),
        run.file("1", fact("F1"), status="preliminary"),
        run.file("1", fact("F1", "<4.1")),
        run.file("1", fact("F1"), value=""),
    ):
        assert counts(run.check([wrong])) == {"wrong_value": 1}, wrong


def test_that_other_words_for_the_same_are_no_fault() -> None:
    run = Run()
    run.send("1", fact("F1", "POS", value_text="Positive", unit_text="gram per decilitre"))
    for right in (
        run.file("1", fact("F1", "10828004"), other_values=("POS", "Positive")),
        run.file("1", fact("F1", "Positive")),
        run.file("1", fact("F1", "POS"), unit="gram per decilitre"),
        run.file("1", fact("F1", "POS"), unit="g / dL", status="final"),
        run.file("1", fact("F1", "POS"), unit=None, status=None, value=None),
    ):
        assert counts(run.check([right])) == {"exactly_once": 1}, right


def test_that_swapped_patients_are_both_named() -> None:
    run = Run()
    run.send("1", fact("F1"))
    run.send("2", fact("F2"))
    run.file("2", fact("F1"))
    run.file("1", fact("F2"))
    found = run.check()
    assert counts(found) == {"wrong_patient": 2}
    assert {(o.key[0], o.patient, o.found_patient) for o in found.offenders[Bucket.WRONG_PATIENT]} == {
        ("F1", "1^^^HOSP", "2^^^HOSP"),
        ("F2", "2^^^HOSP", "1^^^HOSP"),
    }


def test_that_one_order_number_of_two_patients_is_two_results() -> None:
    run = Run()
    run.send("1", fact("F1", "4.1"))
    run.send("2", fact("F1", "5.2"))
    run.file("2", fact("F1", "5.2"))
    run.file("1", fact("F1", "4.1"))
    assert counts(run.check()) == {"exactly_once": 2}
    assert counts(run.check(run.filed[:1])) == {"exactly_once": 1, "lost": 1}


def test_that_a_patient_who_is_also_somebody_else_is_wrong() -> None:
    run = Run()
    run.send("1", fact("F1"))
    run.send("2", fact("F2"))
    run.file("1", fact("F1"), patients=(("1", "HOSP"), ("2", "HOSP")))
    run.file("2", fact("F2"))
    assert counts(run.check()) == {"wrong_patient": 1, "exactly_once": 1}


def test_that_an_identifier_of_an_authority_the_run_never_used_accuses_nobody() -> None:
    run = Run()
    run.send("1", fact("F1"))
    run.send("2", fact("F2"))
    run.file("1", fact("F1"), patients=(("1", "urn:x:hospital"), ("2", "urn:x:insurance")))
    run.file("2", fact("F2"), patients=(("2", ""),))
    assert counts(run.check()) == {"exactly_once": 2}


def test_that_after_a_merge_the_old_and_the_surviving_identifier_are_both_right() -> None:
    run = Run()
    run.send("1", fact("F1"))
    run.people.join(run.people.meet([("1", "HOSP")]), run.people.meet([("2", "HOSP")]))
    for patients in ((("1", "HOSP"),), (("2", "HOSP"),), (("1", "HOSP"), ("2", "HOSP"))):
        assert counts(run.check([run.file("1", fact("F1"), patients=patients)])) == {"exactly_once": 1}


def test_that_a_result_under_another_order_is_that_and_not_lost() -> None:
    run = Run()
    run.send("1", fact("F1", "4.1"))
    run.send("1", fact("F2", "7.7"))
    run.file("1", fact("F2", "7.7"))
    run.file("1", fact("F2", "4.1"))
    found = run.check()
    assert counts(found) == {"exactly_once": 1, "wrong_order": 1}
    assert found.offenders[Bucket.WRONG_ORDER][0].key[0] == "F1"
    placed = run.file("1", fact("F1", "4.1"), placer="SOMEBODY-ELSES")
    assert counts(run.check([run.filed[0], placed])) == {"exactly_once": 1, "wrong_order": 1}


def test_that_a_second_record_that_says_which_message_it_is_of_is_no_stray_of_another() -> None:
    run = Run()
    run.send("1", fact("F1", "4.1"), control_id="ONE")
    run.send("1", fact("F2", "4.1"), control_id="TWO")
    for _ in range(2):
        run.file("1", fact("F2", "4.1"), control_id="TWO")
    assert counts(run.check()) == {"exactly_once": 1, "lost": 1, "double_charted": 1}


def test_that_what_was_never_sent_under_our_numbers_is_an_orphan() -> None:
    run = Run()
    run.send("1", fact("F1"))
    run.file("1", fact("F1"))
    run.file("1", fact("F1", code="9999-9"))
    assert counts(run.check()) == {"exactly_once": 1, "orphan": 1}


def test_that_what_waits_in_dead_letters_is_said_with_its_reason() -> None:
    run = Run()
    run.send("1", fact("F1"))
    run.send("2", fact("F2"))
    run.send("3", fact("F3"))
    held = [Held("no code for it", "event/E7", control_id="M000001"), Held("in review", "event/E8", orders=("F3",))]
    found = run.check([run.file("1", fact("F1"))], held=held)
    assert counts(found) == {"exactly_once": 1, "waiting": 2}
    assert [(o.note, o.where) for o in found.offenders[Bucket.WAITING]] == [
        ("no code for it", "event/E7"),
        ("in review", "event/E8"),
    ]


def test_that_what_was_broken_on_purpose_is_a_finding_only_when_acknowledged_or_damaged() -> None:
    run = Run()
    run.send("1", fact("F1"), outcome=Outcome.FAILED, broken=True)
    run.send("2", fact("F2"), outcome=Outcome.ACCEPTED, broken=True)
    run.send("3", fact("F3"), outcome=Outcome.CONNECTION_LOST, broken=True)
    assert counts(run.check()) == {"lost_after_refusal": 3}
    whole = [run.file(str(n), fact(f"F{n}")) for n in (1, 2, 3)]
    assert counts(run.check(whole)) == {"unknown_present": 2, "broken_filed": 1}
    hurt = [run.file(str(n), fact(f"F{n}", "4")) for n in (1, 2, 3)]
    assert counts(run.check(hurt)) == {"broken_filed": 3}


def test_that_of_a_damaged_message_nothing_is_demanded_and_nothing_blamed() -> None:
    run = Run()
    run.send("1", fact("F1"), damaged=True)
    assert counts(run.check()) == {"unknown_absent": 1}
    for value in ("4.1", "4"):
        assert counts(run.check([run.file("1", fact("F1", value))])) == {"unknown_present": 1}


def test_that_what_a_receiver_makes_of_a_damaged_message_beside_the_sound_one_blames_nobody() -> None:
    run = Run()
    run.send("1", fact("F1"))
    run.send("1", fact("F1"), damaged=True)
    right = run.file("1", fact("F1"))
    odd = [run.file("1", fact("F1", "")), run.file("1", fact("F1", code="718-"))]
    assert counts(run.check([right, *odd])) == {"exactly_once": 1}
    assert counts(run.check(odd[1:])) == {"lost": 1}


def test_that_results_of_a_system_without_sub_ids_are_told_apart_by_what_they_say() -> None:
    run = Run()
    facts = [fact("F1", value, sub_id=sub) for sub, value in (("1", "4.1"), ("2", "4.1"), ("3", "5.5"))]
    run.send("1", *facts)
    filed = [run.file("1", one, key=(one.key[0], one.key[1], ANY)) for one in facts]
    assert counts(run.check(filed[::-1])) == {"exactly_once": 3}
    assert counts(run.check([filed[0], filed[2]])) == {"exactly_once": 2, "lost": 1}
    assert counts(run.check([*filed, filed[1]])) == {"exactly_once": 3, "double_charted": 1}
    wrong = run.file("1", fact("F1", "9"), key=("F1", "718-7", ANY))
    assert counts(run.check([filed[0], wrong, filed[2]])) == {"exactly_once": 2, "wrong_value": 1}


def test_that_a_code_beside_its_translation_is_found() -> None:
    run = Run()
    run.send("1", fact("F1", code="HB"))
    one = run.file("1", fact("F1", code="718-7"), code_words=("HB", "718-7"))
    assert counts(run.check([one])) == {"exactly_once": 1}


def test_that_filing_in_another_order_than_accepted_is_seen_and_only_then() -> None:
    run = Run()
    for number in range(3):
        run.send("1", fact(f"F{number}"))
        run.file("1", fact(f"F{number}"))
    first, second, third = run.filed
    assert counts(run.check()) == {"exactly_once": 3}
    swapped = [first, Filed(**{**_fields(second), "sequence": 9}), third]
    found = run.check(swapped)
    assert counts(found) == {"exactly_once": 3, "out_of_order": 1}
    [offender] = found.offenders[Bucket.OUT_OF_ORDER]
    assert offender.key[0] == "F1"
    assert "F2" in offender.note
    assert counts(run.check(swapped, coverage=Coverage())) == {"exactly_once": 3}


def test_that_a_result_repeated_in_a_later_message_keeps_the_place_it_had() -> None:
    run = Run()
    run.send("1", fact("F1"), time="20261123080000")
    run.send("1", fact("F2"))
    run.send("1", fact("F1"), time="20261123090000")
    for order in ("F1", "F2"):
        run.file("1", fact(order))
    assert counts(run.check()) == {"exactly_once": 2}
    assert counts(run.check([run.filed[1], run.file("1", fact("F1"))])) == {"exactly_once": 2}


def test_that_what_was_in_flight_together_has_no_order() -> None:
    run = Run()
    run.send("1", fact("F1"), took=50 * MS)
    run.clock = 2 * MS
    run.send("1", fact("F2"))
    run.file("1", fact("F2"))
    run.file("1", fact("F1"))
    assert counts(run.check()) == {"exactly_once": 2}


def test_that_a_swapped_acknowledgment_names_both_messages() -> None:
    from console.harness.verdict.people import People
    from console.harness.verdict.reconcile import Reconciler

    run = Run()
    one = run.send("1", fact("F1"), outcome=Outcome.WRONG_ID)
    two = run.send("2", fact("F2"))
    [offender] = Reconciler(People()).finish([], [(one, two.control_id, two)]).offenders[Bucket.ACK_SWAPPED]
    assert (offender.control_id, offender.found, offender.also) == ("M000000", "MSA-2 M000001", ((0, 1),))
    assert offender.answer == AnswerCode.AA.name


# ------------------------------------------------------------ logs


def log(run: Run, **more: bool) -> Counter[str]:
    return Counter(counts(run.check(keeping=Keeping.LOG, **more)))


def test_that_in_a_log_every_accepted_version_is_looked_for() -> None:
    run = chain("P", "F", "C")
    for number, status in enumerate("PFC"):
        run.file("1", fact("F1", f"{number}.5", status), control_id=f"M{number:06d}")
    assert log(run) == {"exactly_once": 1}
    del run.filed[1]
    assert log(run) == {"lost": 1}
    assert log(run, every_version=False) == {"exactly_once": 1}
    del run.filed[1]
    assert log(run, every_version=False) == {"lost": 1}


def test_that_in_a_log_a_second_delivery_is_charted_twice_unless_we_sent_it_twice() -> None:
    run = Run()
    for _ in range(2):
        run.send("1", fact("F1"), control_id="SAME", time="20261123080000")
    run.file("1", fact("F1"), control_id="SAME")
    assert log(run) == {"exactly_once": 1}
    run.file("1", fact("F1"), control_id="SAME")
    assert log(run) == {"double_charted": 1}
    assert log(run, copies_as_sent=True) == {"exactly_once": 1}
    run.file("1", fact("F1"), control_id="SAME")
    assert log(run, copies_as_sent=True) == {"double_charted": 1}


def test_that_a_log_may_leave_out_a_preliminary_that_came_after_the_final() -> None:
    run = chain("F", "P")
    run.file("1", fact("F1", "0.5", "F"), control_id="M000000")
    assert log(run) == {"exactly_once": 1}


def test_that_in_a_log_wrong_values_patients_and_strangers_are_seen() -> None:
    run = Run()
    run.send("1", fact("F1"))
    run.send("2", fact("F2"))
    run.file("1", fact("F1", "9"))
    run.file("1", fact("F2"))
    run.file("1", fact("F1", code="never-sent"))
    run.file("1", fact("F9"))  # somebody else's order: no affair of this run
    assert log(run) == {"wrong_value": 1, "wrong_patient": 1, "orphan": 1}


def _fields(one: Filed) -> dict[str, object]:
    return {name: getattr(one, name) for name in Filed.__slots__}
