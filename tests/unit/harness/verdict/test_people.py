"""Identifiers of one person, as the run said it; what other systems call them."""

from __future__ import annotations

from console.harness.verdict.people import People


def test_that_identifiers_of_one_message_and_of_a_merge_are_one_person() -> None:
    people = People()
    one = people.meet([("1", "A"), ("9", "NHS")])
    assert people.root(people.meet([("9", "NHS")])) == people.root(one)
    other = people.meet([("2", "A")])
    assert people.root(other) != people.root(one)
    people.join(one, other)
    assert people.root(other) == people.root(one)
    assert people.meet([]) == -1
    assert people.name(-1) == ""
    assert people.name(other) == "2^^^A"


def test_that_a_refused_message_makes_nobody_one_person() -> None:
    people = People()
    one, other = people.meet([("1", "A")]), people.meet([("2", "A")])
    people.meet([("1", "A"), ("2", "A")], join=False)
    assert people.root(one) != people.root(other)


def test_that_a_number_of_another_authority_of_the_run_is_another_person() -> None:
    people = People()
    one, other = people.meet([("1", "A")]), people.meet([("1", "B")])
    assert people.roots([("1", "A")]) == {people.root(one)}
    assert people.roots([("1", "B")]) == {people.root(other)}
    people.meet([("5", "C")])
    assert people.roots([("1", "C")]) == set()
    assert people.roots([("1", "urn:never-heard-of")]) == {people.root(one), people.root(other)}
    assert people.roots([("1", "")]) == {people.root(one), people.root(other)}
    assert people.surely([("1", "urn:never-heard-of")]) == set()
    assert people.surely([("1", "B")]) == {people.root(other)}


def test_that_a_number_sent_without_an_authority_is_found_under_any() -> None:
    people = People()
    one = people.meet([("1", "")])
    people.meet([("2", "A")])
    assert people.roots([("1", "A")]) == {people.root(one)}
