"""The record of a game day keeps what a transaction brings, all or nothing, and refuses a stale version."""

from __future__ import annotations

from typing import Any

from console.harness.gameday.fhir_receiver import FhirReceiver


def _transaction(*entries: tuple[str, dict[str, Any], str]) -> dict[str, Any]:
    return {
        "resourceType": "Bundle",
        "type": "transaction",
        "entry": [
            {"request": {"method": "PUT", "url": url} | ({"ifMatch": match} if match else {}), "resource": body}
            for url, body, match in entries
        ],
    }


def test_that_equal_content_makes_no_new_version_and_a_stale_one_changes_nothing_at_all() -> None:
    receiver = FhirReceiver()
    one = {"resourceType": "Patient", "id": "p", "gender": "female"}
    assert receiver.bundle(_transaction(("Patient/p", one, "")))[0] == 200
    assert receiver.bundle(_transaction(("Patient/p", one, "")))[0] == 200
    assert receiver.version_of("Patient/p") == 1
    changed = {**one, "gender": "male"}
    status, outcome = receiver.bundle(_transaction(("Patient/q", one, ""), ("Patient/p", changed, 'W/"7"')))
    assert (status, outcome["resourceType"]) == (412, "OperationOutcome")
    assert receiver.version_of("Patient/q") == 0
    assert receiver.bundle(_transaction(("Patient/p", changed, 'W/"1"')))[0] == 200
    status, body, etag = receiver.read("Patient/p")
    assert (status, body["gender"], body["meta"]["versionId"], etag) == (200, "male", "2", 'W/"2"')
    assert receiver.read("Patient/nobody")[0] == 404


def test_that_a_batch_reads_and_what_is_no_bundle_is_refused() -> None:
    receiver = FhirReceiver()
    receiver.bundle(_transaction(("Patient/p", {"resourceType": "Patient", "id": "p"}, "")))
    batch = {
        "resourceType": "Bundle",
        "type": "batch",
        "entry": [{"request": {"url": u}} for u in ("Patient/p", "X/1")],
    }
    status, body = receiver.bundle(batch)
    assert (status, [e["response"]["status"] for e in body["entry"]]) == (200, ["200", "404"])
    assert receiver.bundle(None)[0] == 400
