"""Mirth Connect as its recorded answers show it: read, never changed; what it sent on, and what it holds and why."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from console.core.errors import EnvironmentFault, Refused
from console.harness.verdict.filed import Filed, Held
from console.harness.verdict.sources import mirth_reading as reading
from console.harness.verdict.sources.mirth import MirthSource
from tests.fakes.mirth_server import EHR_OUT, RECORDED, MirthServer, mirth_server

RECEIVED = datetime.fromtimestamp(1_795_217_295, UTC)
"""Just before the fourth of the channel's messages."""


async def ask(server: MirthServer, *, since: datetime | None = None, **options: str) -> tuple[list[Filed], list[Held]]:
    source = MirthSource(
        server.url, user="admin", password="admin", since=since, options={"channel": "EHR_OUT", **options}
    )
    try:
        return [one async for one in source.filed(())], [one async for one in source.held(())]
    finally:
        await source.close()


async def test_that_what_a_connector_sent_on_is_found_and_what_it_did_not_is_held() -> None:
    with mirth_server() as server:
        filed, held = await ask(server, connector="EHR MLLP")
    assert [(one.key, one.value, one.unit, one.status, one.patients, one.control_id) for one in filed] == [
        (("FO9002", "X", ""), "bad", "", "F", (("P1004", "GENHOSP"),), "M0006"),
        (("FO9001", "2345-7", ""), "98", "mg/dL", "F", (("P1001", "GENHOSP"),), "M0003"),
    ]
    assert filed[0].sequence > filed[1].sequence
    assert {one.where for one in filed} == {
        "EHR_OUT message 3, connector EHR MLLP",
        "EHR_OUT message 4, connector EHR MLLP",
    }
    assert [(one.reason, one.where, one.control_id, one.orders) for one in held] == [
        ("is queued at connector EHR MLLP", "EHR_OUT message 10", "M0012", ()),
        ("ended in an error at connector EHR MLLP", "EHR_OUT message 5", "M0007", ("FO9003",)),
    ]


async def test_that_without_a_named_connector_whoever_sent_it_on_counts() -> None:
    with mirth_server() as server:
        filed, held = await ask(server)
    assert {one.where for one in filed} == {
        "EHR_OUT message 3, connector EHR API",
        "EHR_OUT message 4, connector EHR MLLP",
        "EHR_OUT message 5, connector EHR API",
    }
    assert held == []


async def test_that_it_only_reads_and_says_who_it_is() -> None:
    with mirth_server() as server:
        await ask(server)
        assert {(one.method, one.path.rpartition("/")[2]) for one in server.asked} == {
            ("POST", "_login"),
            ("GET", "idsAndNames"),
            ("GET", "maxMessageId"),
            ("POST", "_search"),
        }
        assert all(one.headers["x-requested-with"] for one in server.asked)
        search = server.asked[-1]
        assert search.query == {"offset": ["0"], "limit": ["500"], "includeContent": ["true"]}
        assert "<minMessageId>1</minMessageId><maxMessageId>10</maxMessageId>" in search.body


async def test_that_a_long_channel_is_read_window_by_window_back_to_the_run() -> None:
    with mirth_server() as server:
        server.newest = 1_200
        await ask(server)
        windows = [one.body for one in server.asked if one.path.endswith("_search")]
        assert [body.partition("<maxMessageId>")[2].partition("<")[0] for body in windows] == ["1200", "700", "200"]
        server.asked.clear()
        await ask(server, since=RECEIVED + timedelta(hours=1))
        assert len([one for one in server.asked if one.path.endswith("_search")]) == 1


async def test_that_messages_from_before_the_run_do_not_count() -> None:
    with mirth_server() as server:
        filed, _ = await ask(server, since=RECEIVED + timedelta(seconds=0.9), connector="EHR MLLP")
    assert {one.where for one in filed} == {"EHR_OUT message 4, connector EHR MLLP"}


async def test_that_it_has_settled_when_its_queues_are_empty() -> None:
    with mirth_server() as server:
        source = MirthSource(server.url, user="admin", password="admin", options={"channel": EHR_OUT})
        assert await source.settled() is False
        recorded = (RECORDED / "channels_statuses.xml").read_text(encoding="utf-8")
        server.answers["channels/statuses"] = recorded.replace("<queued>5</queued>", "<queued>0</queued>")
        assert await source.settled() is True
        await source.close()


async def test_that_a_wrong_password_and_an_unclear_channel_are_explained() -> None:
    with mirth_server() as server:
        source = MirthSource(server.url, user="admin", password="wrong", options={"channel": "EHR_OUT"})
        with pytest.raises(EnvironmentFault) as fault:
            await source.settled()
        assert fault.value.code == "unauthorised"
        await source.close()
        for channel in ("", "NOPE"):
            source = MirthSource(server.url, user="admin", password="admin", options={"channel": channel})
            with pytest.raises(Refused, match="EHR_OUT"):
                await source.settled()
            await source.close()


def test_that_control_characters_come_through_xml_that_forbids_them() -> None:
    [message] = reading.messages((RECORDED / "message_ctrl_chars.xml").read_text(encoding="utf-8"))
    assert message.source is not None
    assert b"\x1b" in message.source.content or b"\x01" in message.source.content


@pytest.mark.parametrize("text", ["", "<html>", "<!DOCTYPE x [<!ENTITY a 'b'>]><list/>"])
def test_that_what_is_no_answer_of_mirth_is_refused(text: str) -> None:
    with pytest.raises(EnvironmentFault):
        list(reading.messages(text))
