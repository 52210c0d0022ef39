"""One transaction per message: PUT, If-Match, unique identities, decimals as sent, the same bytes every time."""

import json
from decimal import Decimal

import pytest

from console.core.errors import Bug
from console.fhir import bundle, document
from console.fhir.context import Action, Change


def change(resource_id, action=Action.CREATE, version=None, **body):
    body = {"resourceType": "Observation", "id": resource_id, **body}
    return Change("Observation", resource_id, body, document.to_bytes(body), {}, action, version)


def test_that_entries_are_puts_with_the_version_read():
    raw = bundle.of_changes([change("a"), change("b", Action.UPDATE, 7), change("c", Action.NONE, 2)])
    body = json.loads(raw)
    assert body["type"] == "transaction"
    assert [e["request"] for e in body["entry"]] == [
        {"method": "PUT", "url": "Observation/a"},
        {"method": "PUT", "url": "Observation/b", "ifMatch": 'W/"7"'},
    ]


def test_that_decimals_are_written_as_sent():
    assert b'"value":4.10' in bundle.of_changes([change("a", valueQuantity={"value": Decimal("4.10")})])


def test_that_nothing_to_write_is_no_bundle():
    assert bundle.of_changes([change("a", Action.NONE, 1)]) == b""


def test_that_two_entries_for_one_resource_are_our_bug():
    with pytest.raises(Bug):
        bundle.of_changes([change("a"), change("a")])
