"""Exact identifiers only: which count, who assigned them, what a conflict does."""

from console.identity import spine
from console.identity.spine import Claim

AUTHORITIES = {"CGH": "urn:oid:1.2.3", "1.2.3": "urn:oid:1.2.3"}


def test_that_namespace_and_oid_of_one_authority_meet_by_configuration():
    assert spine.assigner_of("CGH", "", AUTHORITIES, "a|b") == ("urn:oid:1.2.3", ())
    assert spine.assigner_of("Other", "1.2.3", AUTHORITIES, "a|b") == ("urn:oid:1.2.3", ())


def test_that_a_universal_id_says_more_than_a_namespace():
    assert spine.assigner_of("HOSP", "1.9.8", {}, "a|b") == ("1.9.8", ())
    assert spine.assigner_of("hosp ", "", {}, "a|b") == ("HOSP", ())


def test_that_a_number_without_authority_belongs_to_its_sender_and_is_flagged():
    assert spine.assigner_of("", "", {}, "LAB|NORTH") == ("source:LAB|NORTH", ("no-authority",))


def test_that_only_identifiers_that_name_a_person_count():
    kinds = ("MR", "PI", "", "NH", "NNESP", "AN", "VN", "SS", "DL", "XX", "OURS")
    assert [t for t in kinds if spine.counts(Claim("1", "a", t))] == ["MR", "PI", "", "NH", "NNESP", "OURS"]
    assert not spine.counts(Claim("000000000", "a", "MR"))
    assert not spine.counts(Claim("unknown", "a", "MR"))


def test_that_the_record_number_is_believed_before_the_national_one_and_flagged_ones_last():
    claims = [Claim("9", "NHS", "NH"), Claim("1", "source:x", "MR", ("no-authority",)), Claim("2", "H", "MR")]
    assert [c.value for c in spine.by_priority(claims)] == ["2", "9", "1"]


def test_that_first_sight_creates_and_the_second_matches():
    known = {}
    claim = Claim("0041 8827", "H", "MR")
    first = spine.resolve("t", [claim], lambda a, v: known.get((a, v)))
    assert first.how == "created"
    known[("H", "00418827")] = first.patient_id
    second = spine.resolve("t", [Claim("00418827", "H", "MR")], lambda a, v: known.get((a, v)))
    assert (second.how, second.patient_id) == ("matched", first.patient_id)


def test_that_leading_zeros_tell_two_patients_apart():
    assert spine.new_id("t", Claim("0041", "H")) != spine.new_id("t", Claim("41", "H"))


def test_that_two_known_people_in_one_message_are_not_merged():
    known = {("H", "1"): "anna", ("NHS", "9"): "berta"}
    found = spine.resolve("t", [Claim("9", "NHS", "NH"), Claim("1", "H", "MR")], lambda a, v: known.get((a, v)))
    assert (found.patient_id, found.how) == ("anna", "matched")
    assert "identifier-conflict" in found.flags
    assert [c.value for c in spine.registrable(found, lambda a, v: known.get((a, v)))] == ["1"]


def test_that_a_message_without_an_identifier_is_nobodys():
    found = spine.resolve("t", [Claim("123", "H", "AN")], lambda a, v: None)
    assert (found.patient_id, found.how) == ("", "unassigned")
