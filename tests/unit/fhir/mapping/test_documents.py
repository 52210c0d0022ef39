"""Documents: text and files, addenda and replacements, cancelled but never gone."""

import base64
import hashlib

import pytest

from console.fhir.context import OutcomeKind
from console.fhir.mapping.attachments import INLINE_LIMIT

PID, PV1 = "PID|1||100^^^CGH^MR||DOE^Jane", "PV1|1|I|AMU^4^02^CGH||||||||||||||||V1^^^CGH^VN"


def mdm(event, *obx, at="202611210900", number="D1^EHR", parent="", done="AU", available="AV"):
    doctor = "3001^Okafor^Adaeze"
    txa = f"TXA|1|DS^Discharge summary|TX|{at}|{doctor}|{at}|||{doctor}|||{number}|{parent}"
    txa += f"|||letter.pdf|{done}|R|{available}"
    return "\n".join(
        [f"MSH|^~\\&|EHR|CGH|SB|CGH|{at}||MDM^{event}|{at}{event}|T|2.5.1", f"EVN|{event}|{at}", PID, PV1, txa, *obx]
    )


def text(*lines):
    return [f"OBX|{n}|TX|DS^Discharge summary||{line}||||||F" for n, line in enumerate(lines, start=1)]


def data(hospital, attachment):
    if "data" in attachment:
        return base64.b64decode(attachment["data"])
    binary = next(b for b in hospital.all("Binary") if attachment["url"] == f"Binary/{b['id']}")
    return base64.b64decode(binary["data"])


def test_that_a_letter_is_mapped_whole(hospital):
    outcome = hospital.take(mdm("T02", *text("Admitted.", "", "Follow-up in two weeks.")))
    document = hospital.one("DocumentReference")
    assert (document["status"], document["docStatus"]) == ("current", "final")
    assert document["masterIdentifier"]["value"] == "D1"
    assert document["type"]["text"] == "Discharge summary"
    assert document["date"] == "2026-11-21T09:00:00Z"
    assert document["author"][0]["display"] == "Adaeze Okafor"
    assert document["securityLabel"][0]["coding"][0]["code"] == "R"
    (content,) = document["content"]
    assert data(hospital, content["attachment"]).decode() == "Admitted.\n\nFollow-up in two weeks."
    assert content["attachment"]["contentType"] == "text/plain; charset=utf-8"
    assert document["context"]["encounter"][0]["reference"].startswith("Encounter/")
    assert outcome.title == "Document: Discharge summary"


@pytest.mark.parametrize("size", [10, INLINE_LIMIT + 1, 300_000])
def test_that_a_file_is_kept_whole_with_size_and_hash(hospital, size):
    content = b"%PDF" + bytes(size)
    sent = base64.b64encode(content).decode()
    hospital.take(mdm("T02", f"OBX|1|ED|DS^Letter||^application^pdf^Base64^{sent}||||||F"))
    attachment = hospital.one("DocumentReference")["content"][0]["attachment"]
    assert attachment["contentType"] == "application/pdf"
    assert attachment["size"] == len(content)
    assert base64.b64decode(attachment["hash"]) == hashlib.sha1(content).digest()
    assert data(hospital, attachment) == content
    assert ("data" in attachment) == (len(content) <= INLINE_LIMIT)


def test_that_broken_base64_is_not_passed_on(hospital):
    outcome = hospital.map(mdm("T02", "OBX|1|ED|DS^Letter||^application^pdf^Base64^@@@||||||F"))
    assert outcome.kind is OutcomeKind.DEAD
    assert outcome.error.code == "bad-base64"


def test_that_an_addendum_appends_and_a_replacement_supersedes(hospital):
    hospital.take(mdm("T02", *text("First.")))
    hospital.take(mdm("T06", *text("More."), at="202611211000", number="D2^EHR", parent="D1^EHR"))
    hospital.take(mdm("T10", *text("Better."), at="202611211100", number="D3^EHR", parent="D1^EHR"))
    first, addendum, better = hospital.all("DocumentReference")
    assert addendum["relatesTo"] == [{"code": "appends", "target": {"reference": f"DocumentReference/{first['id']}"}}]
    assert better["relatesTo"][0]["code"] == "replaces"
    assert first["status"] == "superseded"


def test_that_an_unknown_parent_is_named_by_its_number(hospital):
    hospital.take(mdm("T06", *text("More."), number="D2^EHR", parent="D0^EHR"))
    target = hospital.one("DocumentReference")["relatesTo"][0]["target"]
    assert target["identifier"]["value"] == "D0"


def test_that_a_cancelled_document_stays_marked(hospital):
    hospital.take(mdm("T02", *text("Oops.")))
    hospital.take(mdm("T11", at="202611211000"))
    document = hospital.one("DocumentReference")
    assert document["status"] == "entered-in-error"
    assert data(hospital, document["content"][0]["attachment"]) == b"Oops."


def test_that_a_notification_without_content_announces_a_document(hospital):
    hospital.take(mdm("T01", done="IN"))
    document = hospital.one("DocumentReference")
    assert document["docStatus"] == "preliminary"
    assert document["content"][0]["attachment"]["contentType"] == "text/plain"


def test_that_the_orders_a_document_answers_are_related(hospital):
    message = mdm("T02", *text("Echo fine.")).split("\nTXA")
    hospital.take(message[0] + "\nORC|SC|P1^EHR|F1^LIS\nOBR|1|P1^EHR|F1^LIS|ECHO^Echocardiogram\nTXA" + message[1])
    request = hospital.one("ServiceRequest")
    related = hospital.one("DocumentReference")["context"]["related"]
    assert related == [{"reference": f"ServiceRequest/{request['id']}"}]


def test_that_a_document_without_number_dies(hospital):
    assert hospital.map(mdm("T02", number="")).error.path == "TXA-12"


def test_that_an_older_message_and_a_repeated_one_change_nothing(hospital):
    message = mdm("T02", *text("Letter."), at="202611211000")
    hospital.take(message)
    assert not hospital.take(message).writes
    assert hospital.take(mdm("T02", *text("Draft."), at="202611210900")).kind is OutcomeKind.SUPERSEDED
