"""Absent keeps, null deletes, a value replaces; list elements stay with the field they came from."""

import pytest

from console.core.errors import Bug
from console.fhir import document
from console.fhir.context import Action, Stored
from console.fhir.projection import DELETE, Keyed, Projection, Slots, compact, lay_over


class Known:
    """State over a dict."""

    def __init__(self, *bodies, guard=None):
        self.by_key = {(b["resourceType"], b["id"]): Stored(document.to_bytes(b), 3, dict(guard or {})) for b in bodies}

    def resource(self, resource_type, resource_id):
        return self.by_key.get((resource_type, resource_id))

    def order_id(self, kind, assigner, value):
        return None

    def patient_of(self, assigner, value):
        return None


def test_that_absent_keeps_null_deletes_and_a_value_replaces():
    body = {"birthDate": "1980", "gender": "male", "active": True}
    lay_over(body, {"birthDate": DELETE, "gender": "female"}, {})
    assert body == {"gender": "female", "active": True}


def test_that_a_source_that_only_fills_never_replaces_or_deletes():
    body = {"gender": "male", "telecom": [1]}
    guard = {"slots": {"telecom": [["PID-13", 1]]}}
    facts = {"gender": "female", "birthDate": "1980", "telecom": Slots({"PID-13": [2], "PID-14": [3]})}
    lay_over(body, facts, guard, "fill")
    assert body == {"gender": "male", "birthDate": "1980", "telecom": [1, 3]}
    lay_over(body, {"gender": DELETE}, guard, "fill")
    assert body["gender"] == "male"


def test_that_a_repeating_field_replaces_only_what_it_said_itself():
    body, guard = {}, {}
    lay_over(body, {"telecom": Slots({"PID-13": ["home1", "home2"], "PID-14": ["work"]})}, guard)
    lay_over(body, {"telecom": Slots({"PID-13": ["home3"]})}, guard)
    assert body["telecom"] == ["home3", "work"]
    lay_over(body, {"telecom": Slots({"PID-14": DELETE})}, guard)
    assert body["telecom"] == ["home3"]
    lay_over(body, {"telecom": Slots({"PID-13": DELETE})}, guard)
    assert "telecom" not in body


def test_that_keyed_members_meet_by_identity():
    body = {"identifier": [{"system": "a", "value": "1"}, {"system": "b", "value": "1"}]}
    new = [{"system": "b", "value": "1", "use": "old"}, {"system": "c", "value": "9"}]
    lay_over(body, {"identifier": Keyed(new)}, {})
    assert [i.get("use") for i in body["identifier"]] == [None, "old", None]
    assert len(body["identifier"]) == 3


def test_that_the_same_facts_twice_change_nothing_more():
    facts = {"a": "x", "l": Slots({"F-1": [1, 2]}), "k": Keyed([{"system": "s", "value": "v"}])}
    body, guard = {}, {}
    lay_over(body, facts, guard)
    before = document.to_bytes([body, guard])
    lay_over(body, facts, guard)
    assert document.to_bytes([body, guard]) == before


def test_that_changes_say_create_update_or_none_with_the_version_read():
    same = {"resourceType": "Patient", "id": "same", "active": True}
    moved = {"resourceType": "Patient", "id": "moved", "active": True}
    projection = Projection(Known(same, moved))
    projection.lay("Patient", "same", {"active": True})
    projection.lay("Patient", "moved", {"active": False})
    projection.lay("Patient", "new", {"active": True}, rank="2026")
    by_id = {c.id: c for c in projection.changes()}
    assert [by_id[i].action for i in ("same", "moved", "new")] == [Action.NONE, Action.UPDATE, Action.CREATE]
    assert [by_id[i].if_match for i in ("same", "moved", "new")] == [3, 3, None]
    assert by_id["new"].guard == {"rank": "2026"}
    assert not projection.existed("Patient", "new")
    assert projection.known("Patient", "new")


def test_that_an_older_rank_never_replaces_a_newer():
    projection = Projection(Known({"resourceType": "Patient", "id": "p"}, guard={"rank": "2026"}))
    projection.lay("Patient", "p", {"active": True}, rank="2025")
    assert projection.guard("Patient", "p")["rank"] == "2026"


def test_that_a_body_that_lost_its_identity_is_our_bug():
    projection = Projection(Known())
    body, _ = projection.open("Patient", "p")
    body["id"] = "q"
    with pytest.raises(Bug):
        projection.changes()


def test_that_compact_drops_what_says_nothing_and_keeps_false_and_zero():
    assert compact({"a": "", "b": [{}], "c": False, "d": 0, "e": {"f": None}}) == {"c": False, "d": 0}
