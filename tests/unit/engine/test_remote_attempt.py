"""One attempt at a remote FHIR server over real HTTP: what each answer leads to, and nothing filed without proof."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from console.core.errors import Refused
from console.core.events import Hop
from console.engine.remote_attempt import REREADS, Attempt, Ending, Health, Result
from console.engine.remote_fhir import RemoteFhir, destination_name
from console.storage.outbox import Delivery
from console.storage.remote_versions import RemoteVersion
from tests.builders.deliveries import delivery, observation, patient
from tests.fakes.fhir_server import Fault, FhirServer, Misbehaviour, Refusal

TRACE = {"traceparent": "00-" + "1" * 32 + "-" + "2" * 16 + "-01", "X-Request-Id": "request-1"}


@pytest.fixture
def fake() -> Iterator[FhirServer]:
    with FhirServer().running() as server:
        yield server


@pytest.fixture
def client(fake: FhirServer) -> Iterator[RemoteFhir]:
    remote = RemoteFhir(fake.url, timeout=5.0)
    yield remote
    remote.close()


class Tries:
    """Attempts at one destination that remember what was handed over, as the deliverer does."""

    def __init__(self, client: RemoteFhir) -> None:
        self.client = client
        self.known: dict[str, RemoteVersion] = {}
        self.handed_over = 0
        self.overwrote: list[str] = []

    def attempt(self, one: Delivery) -> Result:
        def handed_over(versions: list[RemoteVersion], _status: int | None) -> None:
            self.handed_over += 1
            self._remember(versions)

        attempt = Attempt(one, self.known, self.client, trace=TRACE, handed_over=handed_over)
        result = attempt.run()
        self.overwrote = attempt.overwrote
        if result.ending is Ending.FILED:
            self._remember(attempt.versions())
        return result

    def _remember(self, versions: list[RemoteVersion]) -> None:
        self.known.update({f"{v.type}/{v.id}": v for v in versions})


@pytest.fixture
def tries(client: RemoteFhir) -> Tries:
    return Tries(client)


def _again(one: Delivery) -> Delivery:
    return replace(one, attempts=one.attempts + 1)


# ---------------------------------------------------------------- the good road


def test_that_a_message_is_one_transaction_of_puts_and_is_read_back(fake: FhirServer, tries: Tries) -> None:
    result = tries.attempt(delivery(patient(), observation("o1")))
    assert (result.ending, result.health) == (Ending.FILED, Health.WELL)
    sent, read = fake.seen
    assert sent.body["type"] == "transaction"
    assert [e["request"] for e in sent.body["entry"]] == [
        {"method": "PUT", "url": "Patient/p1"},
        {"method": "PUT", "url": "Observation/o1"},
    ]
    assert sent.body["entry"][0]["fullUrl"] == f"{fake.url}/Patient/p1"
    assert read.body["type"] == "batch"
    for request in (sent, read):
        assert request.headers["traceparent"] == TRACE["traceparent"]
        assert request.headers["x-request-id"] == "request-1"
    assert tries.known["Patient/p1"].etag == 'W/"1"'


def test_that_a_change_names_the_version_it_was_made_over(fake: FhirServer, tries: Tries) -> None:
    tries.attempt(delivery(observation("o1", "preliminary")))
    result = tries.attempt(delivery(observation("o1", "final"), versions=(2,)))
    assert result.ending is Ending.FILED
    assert fake.seen[2].body["entry"][0]["request"]["ifMatch"] == 'W/"1"'
    assert [body["status"] for body in fake.versions_of("Observation/o1")] == ["preliminary", "final"]


def test_that_decimals_leave_as_they_came(fake: FhirServer, client: RemoteFhir) -> None:
    one = delivery(patient())
    content = b'{"id":"o1","resourceType":"Observation","valueQuantity":{"value":4.10}}'
    sent: list[bytes] = []
    original = client._client.stream
    client._client.stream = lambda *a, **k: (sent.append(k["content"]), original(*a, **k))[1]  # type: ignore[method-assign]
    entry = replace(one.entries[0], type="Observation", id="o1", offset=0, length=len(content))
    Tries(client).attempt(replace(one, bundle=content, entries=(entry,)))
    assert b'"value":4.10' in sent[0]


def test_that_a_server_without_batches_is_read_one_by_one(fake: FhirServer, tries: Tries) -> None:
    fake.batches = False
    assert tries.attempt(delivery(patient(), observation("o1"))).ending is Ending.FILED
    assert [s.method for s in fake.seen] == ["POST", "POST", "GET", "GET"]
    assert tries.attempt(delivery(patient("p2"), observation("o2"))).ending is Ending.FILED
    assert [s.method for s in fake.seen[4:]] == ["POST", "GET", "GET"]


# ---------------------------------------------------------------- unknown outcomes


@pytest.mark.parametrize(
    "fault", [Fault.LOST, Fault.HALF, Fault.HTML, Fault.TORN, Refusal(500), Refusal(502), Refusal(504)]
)
def test_that_an_unknown_outcome_is_tried_again_and_applied_once(
    fake: FhirServer, tries: Tries, fault: Misbehaviour
) -> None:
    fake.script = deque([fault])
    one = delivery(patient(), observation("o1"))
    result = tries.attempt(one)
    assert (result.ending, result.health, tries.handed_over) == (Ending.LATER, Health.ILL, 0)
    assert result.error is not None
    assert tries.attempt(_again(one)).ending is Ending.FILED
    assert tries.handed_over == 1
    assert len(fake.versions_of("Observation/o1")) == 1


def test_that_a_lost_reply_is_cleared_up_by_looking_and_nothing_is_sent_twice(fake: FhirServer, tries: Tries) -> None:
    fake.script = deque([Fault.LOST])
    one = delivery(patient(), observation("o1"))
    tries.attempt(one)
    tries.attempt(_again(one))
    transactions = [s for s in fake.seen if s.method == "POST" and s.body["type"] == "transaction"]
    assert len(transactions) == 1


def test_that_a_hanging_server_is_given_up_in_time(fake: FhirServer) -> None:
    fake.script = deque([Fault.HANG])
    client = RemoteFhir(fake.url, timeout=0.2)
    result = Tries(client).attempt(delivery(patient()))
    fake.let_go()
    client.close()
    assert (result.ending, result.health) == (Ending.LATER, Health.ILL)
    assert result.error is not None
    assert result.error.code == "timeout"


def test_that_a_server_that_is_not_there_is_ill(tries: Tries) -> None:
    gone = RemoteFhir("http://127.0.0.1:1/fhir", timeout=1.0)
    result = Tries(gone).attempt(delivery(patient()))
    gone.close()
    assert (result.ending, result.health) == (Ending.LATER, Health.ILL)
    assert result.error is not None
    assert result.error.code == "unreachable"


@pytest.mark.parametrize("status", [429, 503])
def test_that_retry_after_is_honoured(fake: FhirServer, tries: Tries, status: int) -> None:
    fake.script = deque([Refusal(status, headers=(("Retry-After", "17"),))])
    result = tries.attempt(delivery(patient()))
    assert (result.ending, result.health, result.retry_after) == (Ending.LATER, Health.ILL, 17.0)


# ---------------------------------------------------------------- conflicts


def test_that_a_conflict_is_met_by_reading_again_and_writing_over_the_version_found(
    fake: FhirServer, tries: Tries
) -> None:
    tries.attempt(delivery(patient(), observation("o1", "preliminary")))
    fake.put_directly(observation("o1", "preliminary", note=[{"text": "added on the server"}]))
    result = tries.attempt(delivery(patient(family="Other"), observation("o1", "final"), versions=(2, 2)))
    assert result.ending is Ending.FILED
    assert [body["status"] for body in fake.versions_of("Observation/o1")] == ["preliminary", "preliminary", "final"]
    assert tries.overwrote == ["Observation/o1"]


def test_that_a_bare_version_a_server_calls_its_etag_is_given_back_as_an_etag(fake: FhirServer, tries: Tries) -> None:
    tries.attempt(delivery(observation("o1", "preliminary")))
    tries.known["Observation/o1"] = tries.known["Observation/o1"]._replace(etag="1")
    assert tries.attempt(delivery(observation("o1", "final"), versions=(2,))).ending is Ending.FILED
    assert fake.seen[2].body["entry"][0]["request"]["ifMatch"] == 'W/"1"'
    assert tries.overwrote == []


def test_that_a_late_result_is_not_written_over_a_later_statement(fake: FhirServer, tries: Tries) -> None:
    tries.attempt(delivery(observation("o1", "preliminary")))
    fake.put_directly(observation("o1", "corrected"))
    result = tries.attempt(delivery(observation("o1", "final"), versions=(2,)))
    assert result.ending is Ending.DEAD
    assert result.error is not None
    assert (result.error.code, result.error.path) == ("superseded-at-destination", "Observation/o1")
    assert fake.resources["Observation/o1"][1]["status"] == "corrected"


def test_that_a_conflict_without_end_goes_to_a_person(fake: FhirServer, tries: Tries) -> None:
    fake.whim = lambda _number: Refusal(409, "busy")
    result = tries.attempt(delivery(patient()))
    assert result.ending is Ending.DEAD
    assert result.error is not None
    assert result.error.code == "conflict"
    assert len([s for s in fake.seen if s.method == "POST"]) == REREADS + 1


def test_that_a_resource_that_is_there_already_ends_the_conflict(fake: FhirServer, tries: Tries) -> None:
    fake.put_directly(observation("o1"))
    fake.script = deque([Refusal(412)])
    assert tries.attempt(delivery(observation("o1"))).ending is Ending.FILED
    assert len(fake.versions_of("Observation/o1")) == 1


# ---------------------------------------------------------------- refusals


@pytest.mark.parametrize("status", [400, 404, 422])
def test_that_a_refusal_is_a_dead_letter_with_the_servers_words(fake: FhirServer, tries: Tries, status: int) -> None:
    fake.script = deque([Refusal(status, "Observation.code: minimum required = 1")])
    result = tries.attempt(delivery(observation("o1")))
    assert (result.ending, result.health) == (Ending.DEAD, Health.WELL)
    assert result.error is not None
    assert result.error.code == f"http-{status}"
    assert "minimum required" in result.error.text
    assert fake.resources == {}


@pytest.mark.parametrize(
    "refusal",
    [
        Refusal(405, "method not allowed"),
        Refusal(400, "HAPI-0960: Can not create resource with ID[o1], ID must not be supplied on a create"),
        Refusal(422, "client-assigned IDs are not allowed"),
    ],
)
def test_that_a_server_that_forbids_client_ids_is_told_apart(fake: FhirServer, tries: Tries, refusal: Refusal) -> None:
    fake.script = deque([refusal])
    result = tries.attempt(delivery(observation("o1")))
    assert result.ending is Ending.DEAD
    assert result.error is not None
    assert result.error.code == "client-ids-forbidden"
    assert "update-as-create" in result.error.text


@pytest.mark.parametrize("refusal", [Refusal(404), Refusal(302, headers=(("Location", "http://evil.example/"),))])
def test_that_a_wrong_address_keeps_the_message(fake: FhirServer, tries: Tries, refusal: Refusal) -> None:
    fake.script = deque([refusal])
    result = tries.attempt(delivery(patient()))
    assert (result.ending, result.health) == (Ending.LATER, Health.CLOSED)
    assert result.error is not None
    assert result.error.code == "no-fhir-server"


def test_that_a_forbidden_destination_keeps_the_message_and_closes(fake: FhirServer, tries: Tries) -> None:
    fake.script = deque([Refusal(403, "not you")])
    result = tries.attempt(delivery(patient()))
    assert (result.ending, result.health) == (Ending.LATER, Health.CLOSED)


def test_that_one_refused_entry_in_a_success_counts_as_a_refusal(
    fake: FhirServer, tries: Tries, monkeypatch: pytest.MonkeyPatch
) -> None:
    def half_hearted(_bundle: Any) -> tuple[int, Any]:
        entry = {
            "response": {"status": "422 Unprocessable", "outcome": {"resourceType": "OperationOutcome", "issue": []}}
        }
        return 200, {"resourceType": "Bundle", "entry": [entry]}

    monkeypatch.setattr(fake, "_transaction", half_hearted)
    result = tries.attempt(delivery(patient()))
    assert result.ending is Ending.DEAD
    assert result.status == 422


# ---------------------------------------------------------------- the token


def test_that_an_expired_token_is_renewed_once(fake: FhirServer) -> None:
    fake.token = "fresh"
    tokens = iter(["stale", "fresh"])
    client = RemoteFhir(fake.url, token=lambda: next(tokens))
    result = Tries(client).attempt(delivery(patient()))
    client.close()
    assert result.ending is Ending.FILED


def test_that_a_wrong_token_keeps_the_message_and_closes(fake: FhirServer) -> None:
    fake.token = "right"
    client = RemoteFhir(fake.url, token=lambda: "wrong")
    result = Tries(client).attempt(delivery(patient()))
    client.close()
    assert (result.ending, result.health) == (Ending.LATER, Health.CLOSED)
    assert result.error is not None
    assert result.error.code == "http-401"


def test_that_a_token_never_travels_in_clear_over_a_network() -> None:
    with pytest.raises(Refused, match="https"):
        RemoteFhir("http://ehr.example/fhir", token=lambda: "secret")
    RemoteFhir("http://ehr.example/fhir").close()


@pytest.mark.parametrize(
    "url", ["", "ehr.example/fhir", "ftp://x/fhir", "https://user:pw@x/fhir", "https://x/fhir?a=b"]
)
def test_that_an_unusable_address_is_named(url: str) -> None:
    with pytest.raises(Refused, match="--fhir"):
        RemoteFhir(url)


def test_that_a_destination_is_called_by_host_and_path() -> None:
    assert destination_name("https://ehr.example:8443/fhir/R4/") == "ehr.example:8443/fhir/R4"


# ---------------------------------------------------------------- the proof


def test_that_nothing_is_filed_when_the_copy_differs(
    fake: FhirServer, tries: Tries, monkeypatch: pytest.MonkeyPatch
) -> None:
    read = fake._read
    monkeypatch.setattr(fake, "_read", lambda ref: (200, {**read(ref)[1], "status": "preliminary"}, 'W/"9"'))
    one = delivery(observation("o1"))
    result = tries.attempt(one)
    assert (result.ending, result.hop) == (Ending.LATER, Hop.VERIFY)
    assert result.error is not None
    assert result.error.code == "read-back-differs"
    assert tries.attempt(replace(one, attempts=REREADS - 1)).ending is Ending.DEAD


def test_that_nothing_is_filed_when_the_copy_is_missing(
    fake: FhirServer, tries: Tries, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fake, "_read", lambda _ref: (404, {"resourceType": "OperationOutcome", "issue": []}, ""))
    result = tries.attempt(delivery(observation("o1")))
    assert result.ending is Ending.LATER
    assert result.error is not None
    assert result.error.code == "read-back-missing"


def test_that_a_failed_read_back_is_made_up_for_without_sending_again(fake: FhirServer, tries: Tries) -> None:
    fake.reading = deque([Refusal(503)])
    one = delivery(patient(), observation("o1"))
    result = tries.attempt(one)
    assert (result.ending, result.hop, tries.handed_over) == (Ending.LATER, Hop.VERIFY, 1)
    assert tries.attempt(_again(one)).ending is Ending.FILED
    assert tries.handed_over == 1
    assert [s.body.get("type") for s in fake.seen] == ["transaction", "batch", "batch"]
