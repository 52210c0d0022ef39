"""Who a person is: demographics by authority, three-valued fields, merges, links, changed numbers."""

import json

import pytest

from console.fhir.context import OutcomeKind
from tests.builders.adt import PID, adt

OLD, NEW = "PID|1||00418827^^^CGH^MR||MARTINEZ^Rosa", "PID|1||00999^^^CGH^MR||MARTINEZ^Rosa"
MRG_OLD = "MRG|00418827^^^CGH^MR"


def a31(pid: str, at: str = "202611211000", event: str = "A31", more: str = "", pv1: str | None = None) -> str:
    return adt(event, at=at, pid=pid, pv1=pv1, more=more)


def oru(pid: str, *, at: str = "202611211100", sender: str = "LIS|CGH") -> str:
    return "\n".join(
        [
            f"MSH|^~\\&|{sender}|SB|CGH|{at}||ORU^R01|{at}|T|2.5.1",
            pid,
            f"OBR|1|P{at}^EHR|F{at}^LIS|UE^Urea^L-LIS|||{at}|||||||||||||||{at}||CH|F",
            "OBX|1|NM|K^Potassium^L-LIS||4.1|mmol/L^^UCUM|||||F",
        ]
    )


def by_number(hospital, value):
    return next(p for p in hospital.all("Patient") if any(i["value"] == value for i in p.get("identifier", ())))


def test_that_a_person_is_mapped_whole(hospital):
    pid = (
        "PID|1||1^^^CGH^MR~9^^^NHS^NH||MARTINEZ LOPEZ^Rosa^Elena Maria^Jr^Mrs^MD^L^^^^^^^^Rosie"
        "|DIAZ^Ana|19570814073000+0100|F"
        "|ROSALES^R|2106-3^White^CDCREC|12 Mill Lane^Flat 2^Eastfield^KY^4711^GBR^H||01632^PRN^PH~^NET^Internet^r@x.org"
        "|0999^WPN^PH|es^Spanish^ISO639|M||A1^^^CGH^AN|||M7^^^CGH^MR|||Y|2||||20260101|Y"
    )
    hospital.take(a31(pid, event="A28"))
    patient = hospital.one("Patient")
    assert patient["active"] is True
    assert patient["name"][0] == {
        "family": "MARTINEZ LOPEZ",
        "given": ["Rosa", "Elena", "Maria"],
        "prefix": ["Mrs"],
        "suffix": ["Jr", "MD"],
        "use": "official",
    }
    assert patient["name"][1] == {"use": "nickname", "given": ["Rosie"]}
    assert patient["birthDate"] == "1957-08-14"
    assert patient["_birthDate"]["extension"][0]["valueDateTime"] == "1957-08-14T07:30:00+01:00"
    assert patient["gender"] == "female"
    assert patient["address"][0]["line"] == ["12 Mill Lane", "Flat 2"]
    assert patient["address"][0]["use"] == "home"
    assert [(t["system"], t["value"], t.get("use")) for t in patient["telecom"]] == [
        ("phone", "01632", "home"),
        ("email", "r@x.org", "home"),
        ("phone", "0999", "work"),
    ]
    assert patient["maritalStatus"]["coding"][0]["code"] == "M"
    assert patient["multipleBirthInteger"] == 2
    assert patient["deceasedDateTime"] == "2026-01-01"
    assert patient["communication"][0]["language"]["coding"][0]["code"] == "es"
    urls = {e["url"].rsplit("/", 1)[-1] for e in patient["extension"]}
    assert urls == {"patient-mothersMaidenName", "us-core-race"}
    mother = hospital.one("RelatedPerson")
    assert mother["relationship"][0]["coding"][0]["code"] == "MTH"
    assert mother["identifier"][0]["value"] == "M7"


def test_that_the_row_of_the_patients_table_follows_the_projection(hospital):
    outcome = hospital.take(a31(PID, event="A28"))
    row = outcome.patients[0]
    assert (row.family, row.given, row.prefix, row.birth_date, row.sex) == (
        "MARTINEZ", "Rosa Elena", "Mrs", "1957-08-14", "female",
    )  # fmt: skip
    assert [(i.assigner, i.value, i.status) for i in row.identifiers] == [
        ("CGH", "00418827", "current"),
        ("NHS", "9990147213", "current"),
    ]


def test_that_home_phones_stay_when_the_work_phone_changes(hospital):
    hospital.take(a31("PID|1||1^^^H^MR||||||||||111^PRN^PH|222^WPN^PH", event="A28"))
    hospital.take(a31("PID|1||1^^^H^MR|||||||||||333^WPN^PH", at="202611211001"))
    assert [t["value"] for t in hospital.one("Patient")["telecom"]] == ["111", "333"]
    hospital.take(a31('PID|1||1^^^H^MR||||||||||""', at="202611211002"))
    assert [t["value"] for t in hospital.one("Patient")["telecom"]] == ["333"]


def test_that_quotes_delete_and_are_never_written(hospital):
    hospital.take(a31(PID + "|||M", event="A28"))
    nothing = 'PID|1||00418827^^^CGH^MR||DOE^""^""|""|""|""|||""|""|""|||""||||||||""|""||||""|""'
    hospital.take(a31(nothing, at="202611211001"))
    patient = hospital.one("Patient")
    assert patient["name"] == [{"family": "DOE"}]
    assert not {"birthDate", "gender", "address", "telecom", "maritalStatus"} & set(patient)
    assert '""' not in json.dumps(patient).replace('\\"', '"').replace('": ""', "")


def test_that_other_systems_keep_their_numbers(hospital):
    hospital.take(a31("PID|1||1^^^CGH^MR~9^^^NHS^NH||A", event="A28"))
    hospital.take(a31("PID|1||77^^^LAB^PI~9^^^NHS^NH||A", at="202611211001"))
    assert [i["value"] for i in hospital.one("Patient")["identifier"]] == ["1", "9", "77"]


def test_that_a_result_fills_gaps_and_never_overwrites_the_registration(hospital):
    hospital.take(a31("PID|1||1^^^H^MR||MARTINEZ^Rosa||19570814", event="A28"))
    hospital.take(oru("PID|1||1^^^H^MR||MARTINES^R||19570101|F"))
    patient = hospital.one("Patient")
    assert (patient["name"][0]["family"], patient["birthDate"], patient["gender"]) == (
        "MARTINEZ", "1957-08-14", "female",
    )  # fmt: skip


def test_that_what_the_registration_deleted_is_not_filled_in_again_by_the_same_old_text(hospital):
    old = "PID|1||1^^^H^MR||MARTINEZ^Rosa||||||12 Mill Lane"
    hospital.take(a31(old, event="A28"))
    hospital.take(oru(old))
    hospital.take(a31('PID|1||1^^^H^MR||||||||""', at="202611211130"))
    hospital.take(oru(old, at="202611211200"))
    assert "address" not in hospital.one("Patient")


def test_that_without_a_registration_the_last_speaker_counts(hospital):
    hospital.take(oru("PID|1||1^^^H^MR||MARTINES^R"))
    hospital.take(oru("PID|1||1^^^H^MR||MARTINEZ^Rosa", at="202611211200"))
    assert hospital.one("Patient")["name"][0]["family"] == "MARTINEZ"
    hospital.take(oru("PID|1||1^^^H^MR||MARTINES^R", at="202611211300"))
    assert hospital.one("Patient")["name"][0]["family"] == "MARTINES"


def test_that_a_late_update_only_fills_gaps(hospital):
    hospital.take(a31("PID|1||1^^^H^MR||NEW^Name", event="A28"))
    late = adt("A01", at="202611210800", pid="PID|1||1^^^H^MR||OLD^Name||19570814")
    hospital.take(late)
    patient = hospital.one("Patient")
    assert (patient["name"][0]["family"], patient["birthDate"]) == ("NEW", "1957-08-14")
    stale = hospital.take(a31("PID|1||1^^^H^MR||OLD^Name", at="202611210700"))
    assert stale.kind is OutcomeKind.SUPERSEDED


def test_that_a31_ignores_the_visit(hospital):
    hospital.take(adt("A31"))
    assert not hospital.all("Encounter")


def test_that_deleting_a_person_makes_them_inactive_and_nothing_more(hospital):
    hospital.take(a31(PID, event="A28"))
    hospital.take(a31(PID, at="202611211001", event="A29"))
    patient = hospital.one("Patient")
    assert patient["active"] is False
    assert patient["name"]
    hospital.take(a31(PID, at="202611211002", event="A28"))
    assert hospital.one("Patient")["active"] is True


def test_that_a_number_without_authority_belongs_to_its_sender_and_flags_the_patient(hospital):
    outcome = hospital.take(adt("A01", pid="PID|1||77||DOE^J"))
    assert outcome.patients[0].flags == ("no-authority",)
    assert outcome.patients[0].identifiers[0].assigner == "source:PAS|CGH"
    hospital.take(adt("A01", pid="PID|1||77||ROE^K", sender="OTHER|X", control="2"))
    assert len(hospital.all("Patient")) == 2


def test_that_two_known_people_in_one_message_are_flagged_and_not_merged(hospital):
    hospital.take(a31("PID|1||1^^^H^MR||A", event="A28"))
    hospital.take(a31("PID|1||9^^^NHS^NH||B", event="A28", at="202611211001"))
    outcome = hospital.take(a31("PID|1||1^^^H^MR~9^^^NHS^NH||A", at="202611211002"))
    assert outcome.patients[0].flags == ("identifier-conflict",)
    assert [i.value for i in outcome.patients[0].identifiers] == ["1"]
    assert hospital.patient_of("NHS", "9") != hospital.patient_of("H", "1")


@pytest.mark.parametrize("event", ["A40", "A34", "A18", "A36", "A39", "A30"])
def test_that_a_merge_links_both_ways_and_the_old_number_leads_to_the_survivor(hospital, event):
    hospital.take(a31(OLD, event="A28"))
    hospital.take(a31(NEW, event="A28", at="202611211001"))
    source, target = hospital.patient_of("CGH", "00418827"), hospital.patient_of("CGH", "00999")
    outcome = hospital.take(a31(NEW, at="202611211002", event=event, more=MRG_OLD))
    gone = next(p for p in hospital.all("Patient") if p["id"] == source)
    kept = next(p for p in hospital.all("Patient") if p["id"] == target)
    assert gone["active"] is False
    assert gone["link"] == [{"other": {"reference": f"Patient/{target}"}, "type": "replaced-by"}]
    assert kept["active"] is True
    assert kept["link"] == [{"other": {"reference": f"Patient/{source}"}, "type": "replaces"}]
    assert {i["value"]: i.get("use") for i in kept["identifier"]} == {"00999": None, "00418827": "old"}
    assert hospital.patient_of("CGH", "00418827") == target
    rows = {p.patient_id: p for p in outcome.patients}
    assert rows[source].replaced_by == target
    assert "merged-automatically" in rows[target].flags
    assert ("00418827", "old") in {(i.value, i.status) for i in rows[target].identifiers}
    assert "without review" in outcome.warnings[0]


def test_that_a_merge_twice_is_a_merge_once(hospital):
    hospital.take(a31(OLD, event="A28"))
    merge = a31(NEW, at="202611211002", event="A40", more=MRG_OLD)
    hospital.take(merge)
    before = hospital.versions()
    assert hospital.take(merge).kind is OutcomeKind.RECORDED
    assert hospital.versions() == before


def test_that_a_merged_patient_gets_results_under_the_surviving_record(hospital):
    hospital.take(a31(OLD, event="A28"))
    hospital.take(a31(NEW, at="202611211002", event="A40", more=MRG_OLD))
    hospital.take(oru(OLD))
    target = hospital.patient_of("CGH", "00999")
    assert {o["subject"]["reference"] for o in hospital.all("Observation")} == {f"Patient/{target}"}


def test_that_every_pair_of_a_merge_message_is_merged(hospital):
    pairs = "MRG|1^^^H^MR\nPID|2||20^^^H^MR||B\nMRG|2^^^H^MR"
    for number in ("1", "2"):
        hospital.take(a31(f"PID|1||{number}^^^H^MR||A{number}", event="A28"))
    hospital.take(a31("PID|1||10^^^H^MR||A", at="202611211002", event="A40", more=pairs))
    assert hospital.patient_of("H", "1") == hospital.patient_of("H", "10")
    assert hospital.patient_of("H", "2") == hospital.patient_of("H", "20")
    assert hospital.patient_of("H", "1") != hospital.patient_of("H", "2")


def test_that_a_record_never_seen_is_kept_as_merged_away(hospital):
    hospital.take(a31(NEW, at="202611211002", event="A40", more=MRG_OLD + "||||||MARTINEZ^R"))
    gone = next(p for p in hospital.all("Patient") if "replaced-by" in str(p.get("link")))
    assert (gone["active"], gone["name"][0]["family"]) == (False, "MARTINEZ")


def test_that_a_merge_that_does_not_say_what_gives_way_dies(hospital):
    assert hospital.map(a31(NEW, event="A40")).error.code == "no-mrg"
    assert hospital.map(a31(NEW, event="A40", more="MRG|")).error.code == "no-prior-identifier"


def test_that_linked_records_stay_two_and_can_be_unlinked(hospital):
    pair = "PID|2||2^^^H^MR||B"
    hospital.take(a31("PID|1||1^^^H^MR||A", event="A24", more=pair))
    links = [p["link"][0] for p in hospital.all("Patient")]
    assert [link["type"] for link in links] == ["seealso", "seealso"]
    hospital.take(a31("PID|1||1^^^H^MR||A", at="202611211001", event="A37", more=pair))
    assert not any("link" in p for p in hospital.all("Patient"))
    assert hospital.map(a31("PID|1||1^^^H^MR||A", event="A24")).error.code == "no-second-patient"


@pytest.mark.parametrize("event", ["A46", "A47", "A48"])
def test_that_a_changed_number_is_the_same_person(hospital, event):
    hospital.take(a31(OLD, event="A28"))
    identity = hospital.one("Patient")["id"]
    hospital.take(a31(NEW, at="202611211001", event=event, more=MRG_OLD))
    patient = hospital.one("Patient")
    assert patient["id"] == identity
    assert {i["value"]: i.get("use") for i in patient["identifier"]} == {"00418827": "old", "00999": None}
    assert hospital.patient_of("CGH", "00999") == identity


def test_that_a_moved_number_changes_its_owner(hospital):
    hospital.take(a31("PID|1||1^^^H^MR~9^^^NHS^NH||A", event="A28"))
    hospital.take(a31("PID|1||2^^^H^MR||B", event="A28"))
    hospital.take(a31("PID|1||2^^^H^MR||B", at="202611211001", event="A43", more="MRG|9^^^NHS^NH"))
    assert hospital.patient_of("NHS", "9") == hospital.patient_of("H", "2")
    wrong = by_number(hospital, "1")
    assert {i["value"]: i.get("use") for i in wrong["identifier"]}["9"] == "old"


def test_that_relations_are_known_by_who_they_are(hospital):
    hospital.take(a31(PID, event="A28", more="NK1|1|LOPEZ^Ana|MTH|1 Mill Lane|555^PRN^PH|||||||||||F"))
    hospital.take(a31(PID, at="202611211001", more="NK1|1|LOPEZ^Ana|MTH||777^PRN^PH\nNK1|2|DIAZ^Luis|BRO"))
    ana, luis = hospital.all("RelatedPerson")
    assert [t["value"] for t in ana["telecom"]] == ["777"]
    assert ana["address"]
    assert ana["relationship"][0]["coding"][0]["code"] == "MTH"
    assert luis["name"][0]["family"] == "DIAZ"


def test_that_configured_fields_give_identifiers_and_others_do_not(hospital):
    pid = "PID|1|P2^^^H|3^^^H^MR|P4^^^H|DOE||||||||||||||111-22-3333|D99^KY^20300101"
    hospital.take(a31(pid, event="A28"))
    assert [i["value"] for i in hospital.one("Patient")["identifier"]] == ["3"]
    hospital.identifier_fields = (2, 3, 4, 19, 20)
    hospital.take(a31(pid, at="202611211001"))
    found = {i["value"]: i["system"] for i in hospital.one("Patient")["identifier"]}
    assert set(found) == {"P2", "3", "P4", "111-22-3333", "D99"}
    assert found["111-22-3333"] == "http://hl7.org/fhir/sid/us-ssn"


def test_that_messages_of_old_versions_are_known_by_their_external_number(hospital):
    outcome = hospital.take(adt("A01", pid="PID|1|E5^^^H||I6^^^H|DOE^J"))
    assert "legacy-identifier-field" in outcome.patients[0].flags
    assert [i["value"] for i in hospital.one("Patient")["identifier"]] == ["E5", "I6"]


@pytest.mark.parametrize(("sent", "kept"), [("F", "female"), ("A", "other"), ("male", "male"), ("X", None)])
def test_that_sex_is_a_code_of_the_table_or_stays_unsaid(hospital, sent, kept):
    outcome = hospital.take(a31(f"PID|1||1^^^H^MR|||||{sent}", event="A28"))
    assert hospital.one("Patient").get("gender") == kept
    assert outcome.unmapped == (() if kept else ("v2-0001-gender|X",))
