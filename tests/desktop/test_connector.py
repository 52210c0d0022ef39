"""The connector: a chosen connection becomes a live desk, events reach the hub, the screen says how fresh it is."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from console.connections.source import FeedBatch, FeedStatus
from console.core.clock import Clock
from console.core.errors import Refused
from console.desktop.connector import Connector, folder_name, standing_of
from console.desktop.jobs import JobState
from console.desktop.opening import Address, Opened
from console.desktop.session import Link, Session
from console.desktop.settings import Connection
from console.desktop.supervisor import Phase
from console.investigation.answer import FeedChanges, FeedState
from console.investigation.desk import Desk
from console.storage.cache import Cache
from tests.builders.hospital import small_hospital
from tests.desktop.conftest import NOW
from tests.fakes.source import FakeSource

WARD = Connection("Ward test", "engine", "https://engine.example.org:8585", "production")


class Openings:
    """Opens a desk on a source in memory and remembers what it was asked for."""

    def __init__(self) -> None:
        self.source = FakeSource(now=NOW)
        self.asked: list[Address] = []
        self.opened: list[Opened] = []
        self.refusal: Refused | None = None

    async def __call__(self, address: Address, clock: Clock) -> Opened:
        self.asked.append(address)
        if self.refusal is not None:
            raise self.refusal
        cache = Cache(None, bytes(32), clock=clock)
        made = Opened(Desk([self.source], cache, clock=clock), (self.source,), cache)
        self.opened.append(made)
        return made


@pytest.fixture
def openings() -> Openings:
    return Openings()


@pytest.fixture
def shown() -> list[tuple[str, str]]:
    return []


@pytest.fixture
def connector(
    session: Session, openings: Openings, tmp_path: Path, shown: list[tuple[str, str]]
) -> Iterator[Connector]:
    made = Connector(session, openings, data=tmp_path, environment=lambda *words: shown.append(words))
    yield made
    made.close()


def test_that_a_connection_becomes_a_live_desk(
    connector: Connector, session: Session, openings: Openings, shown: list[tuple[str, str]], qtbot: QtBot
) -> None:
    with qtbot.waitSignals([connector.opened, session.desk_changed]):
        connector.open(WARD)
        assert session.standing.link is Link.CONNECTING
    assert shown == [("production", "Ward test")]
    assert openings.asked[0].url == WARD.url
    assert session.desk is openings.opened[0].desk
    qtbot.waitUntil(lambda: session.standing.link is Link.LIVE)
    assert (session.standing.sources_live, session.standing.sources) == (1, 1)


def test_that_new_events_reach_the_hub(
    connector: Connector, session: Session, openings: Openings, qtbot: QtBot
) -> None:
    connector.open(WARD)
    qtbot.waitUntil(lambda: openings.source.followers == 1)
    heard: list[FeedChanges] = []
    session.hub.changed.connect(heard.append)
    events = small_hospital().events
    session.io.submit(_add(openings.source, events)).result(5)
    qtbot.waitUntil(lambda: sum(change.count for change in heard) == len(events))


async def _add(source: FakeSource, events: list) -> None:  # type: ignore[type-arg]
    source.add(events)


async def _tell(source: FakeSource, batch: FeedBatch) -> None:
    source.tell(batch)


def test_that_lost_contact_shows_with_reason_and_next_try_and_contact_again_ends_it(
    connector: Connector, session: Session, openings: Openings, qtbot: QtBot
) -> None:
    connector.open(WARD)
    qtbot.waitUntil(lambda: session.standing.link is Link.LIVE)
    lost = FeedBatch(FeedStatus.OFFLINE, 0, text="The engine does not answer.", retry_in=20)
    session.io.submit(_tell(openings.source, lost)).result(5)
    qtbot.waitUntil(lambda: session.standing.link is Link.OFFLINE)
    assert session.standing.because == "The engine does not answer."
    assert session.standing.next_try == NOW + timedelta(seconds=20)
    assert session.standing.copy_as_of == NOW
    session.io.submit(_tell(openings.source, FeedBatch(FeedStatus.LIVE, 0))).result(5)
    qtbot.waitUntil(lambda: session.standing.link is Link.LIVE)


def test_that_trying_now_follows_the_feed_anew(
    connector: Connector, session: Session, openings: Openings, qtbot: QtBot
) -> None:
    connector.open(WARD)
    qtbot.waitUntil(lambda: openings.source.followers == 1)
    session.try_now.emit()
    qtbot.waitUntil(lambda: openings.source.followers == 1 and session.standing.link is Link.LIVE)


def test_that_another_connection_closes_the_first_before_it_opens(
    connector: Connector, session: Session, openings: Openings, qtbot: QtBot
) -> None:
    with qtbot.waitSignal(connector.opened):
        connector.open(WARD)
    first = openings.opened[0]
    with qtbot.waitSignal(connector.opened):
        connector.open(Connection("Other", "engine", "http://127.0.0.1:1", "test"))
    assert session.desk is openings.opened[1].desk
    assert session.desk is not first.desk
    assert openings.asked[0].cache_folder != openings.asked[1].cache_folder


def test_that_the_data_folders_token_is_offered_to_this_computer_only(
    connector: Connector, openings: Openings, tmp_path: Path, qtbot: QtBot
) -> None:
    for url, wanted in (("http://127.0.0.1:8585", tmp_path / "api.token"), (WARD.url, None)):
        with qtbot.waitSignal(connector.opened):
            connector.open(Connection("X", "engine", url, "test"))
        assert openings.asked[-1].last_file == wanted


def test_that_a_refusal_is_shown_with_its_sentence(
    connector: Connector, session: Session, openings: Openings, qtbot: QtBot
) -> None:
    openings.refusal = Refused("No access token for Ward test.", code="no-token")
    with qtbot.waitSignal(connector.failed):
        connector.open(WARD)
    assert session.standing.link is Link.OFFLINE
    assert session.standing.because == "No access token for Ward test."
    openings.refusal = None
    with qtbot.waitSignal(connector.opened):
        session.try_now.emit()


def test_that_a_fallen_engine_shows_in_the_job_tray(connector: Connector, session: Session) -> None:
    connector.supervisor.engine.phase_changed.emit(Phase.WAITING, "settings.toml is not valid TOML.")
    job = session.jobs.all()[0]
    assert job.title == "Engine on this computer"
    assert job.state is JobState.WAITING
    assert "settings.toml" in job.detail
    connector.supervisor.engine.phase_changed.emit(Phase.FAILED, "")
    assert session.jobs.failed() == [job]


def _state(status: FeedStatus, seconds_ago: float | None = 0.0, **more: object) -> FeedState:
    as_of = None if seconds_ago is None else NOW - timedelta(seconds=seconds_ago)
    return FeedState("engine", status, as_of, **more)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("states", "link"),
    [
        ((_state(FeedStatus.LIVE),), Link.LIVE),
        ((_state(FeedStatus.POLLING, 9),), Link.LIVE),
        ((_state(FeedStatus.LIVE, 61),), Link.BEHIND),
        ((_state(FeedStatus.LIVE), _state(FeedStatus.OFFLINE)), Link.LIVE),
        ((_state(FeedStatus.CONNECTING, None),), Link.CONNECTING),
        ((_state(FeedStatus.LIVE, None), _state(FeedStatus.OFFLINE, 900)), Link.LIVE),
        ((_state(FeedStatus.OFFLINE, 300),), Link.OFFLINE),
    ],
)
def test_that_the_standing_follows_from_where_each_feed_stands(states: tuple[FeedState, ...], link: Link) -> None:
    assert standing_of(states, NOW).link is link


def test_that_a_connections_folder_name_is_plain(tmp_path: Path) -> None:
    assert folder_name("St. Elsewhere / Prüfung") == "st-elsewhere-prüfung"
    assert folder_name("../..") == "connection"
