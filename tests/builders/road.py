"""The road from an accepted message to the built-in store in one process, step by step, over a real SQLite file.

`send` takes a message in as the intake does; nothing is mapped or delivered until the test says so.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import orjson

from console.core.events import Event, Kind
from console.core.resources import resource_path
from console.engine import dead_letter_desk
from console.engine.deliverer import BUILT_IN, Deliverer
from console.engine.judgement import Judge
from console.engine.pipeline import Pipeline
from console.engine.settings import EngineSettings
from console.hl7v2.framing import Frame
from console.storage import concept_maps, messages
from console.storage.database import Database, DriverConnection, open_database
from console.storage.fresh_ids import uuid_source
from console.storage.journal import Journal
from tests.builders.told import Told

NOON = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
_SHIPPED = concept_maps.shipped(resource_path("concept_maps"))


@dataclass
class Road:
    """Use `on_the_road`. The clock moves a second with every message."""

    folder: Path
    destinations: tuple[str, ...] = (BUILT_IN,)
    now: datetime = NOON
    told: Told = field(init=False)
    database: Database = field(init=False)
    journal: Journal = field(init=False)
    pipeline: Pipeline = field(init=False)
    deliverer: Deliverer = field(init=False)
    reader: DriverConnection = field(init=False)
    _number: int = 0

    def open(self) -> None:
        settings = EngineSettings(tenant="test")
        self.database = open_database(self.folder / "journal.db")
        self.journal = Journal(self.database)
        self.told = Told(self.journal)
        self.pipeline = Pipeline(
            self.database, self.journal, settings=settings, destinations=self.destinations, clock=lambda: self.now
        )
        self.deliverer = Deliverer(self.database, self.journal, clock=lambda: self.now)
        self.journal.start()
        self.journal.submit(lambda write: concept_maps.seed(write, _SHIPPED, 1)).result(30)
        self.reader = self.database.connect_reader()
        self._judge = Judge(settings, uuid_source(), listener="test")

    def close(self) -> None:
        """As a crash leaves it: what was not done stays undone."""
        self.reader.close()
        self.deliverer.close()
        self.pipeline.close()
        self.journal.stop()
        self.database.close()

    def reopen(self) -> None:
        self.close()
        self.open()

    # ------------------------------------------------------------ steps

    def send(self, *texts: str) -> list[str]:
        """Takes messages in, each with a control id of its own; gives their trace ids."""
        traces = []
        for text in texts:
            self.now += timedelta(seconds=1)
            self._number += 1
            raw = text.replace("{control}", f"C{self._number}").encode()
            judgement = self._judge.judge(Frame(raw, ()), received_at=self.now, peer="test")
            arrivals = list(judgement.arrivals())
            stored = self.journal.submit(lambda write, a=arrivals: messages.accept(write, a)).result(30)
            traces.append(stored[0].trace_id)
        return traces

    def map(self) -> None:
        while self.pipeline.run_once():
            pass

    def deliver(self) -> None:
        while self.deliverer.run_once():
            pass

    def go(self, *texts: str) -> list[str]:
        """Sends, maps and delivers."""
        traces = self.send(*texts)
        self.map()
        self.deliver()
        return traces

    def take_up(self, letter: str) -> None:
        """Decides that a dead letter is tried again."""
        self.journal.submit(
            lambda write: dead_letter_desk.take_up(write, letter, ids=uuid_source(), clock=lambda: self.now)
        ).result(30)

    # ------------------------------------------------------------ what came of it

    def outcome(self, trace_id: str) -> Event:
        """The newest event of a trace."""
        return [event for event in self.told.events if event.trace_id == trace_id][-1]

    def kinds(self, trace_id: str) -> list[Kind]:
        return [event.kind for event in self.told.events if event.trace_id == trace_id]

    def filed(self, resource_type: str) -> dict[str, dict[str, Any]]:
        """What the built-in store holds of a type, by id."""
        rows = self.reader.execute(
            "SELECT r.id, h.body FROM fhir_resources r JOIN fhir_history h ON h.number = r.current WHERE r.type = ?",
            (resource_type,),
        )
        return {row[0]: orjson.loads(row[1]) for row in rows}

    def the(self, resource_type: str) -> dict[str, Any]:
        """The only resource of a type."""
        (body,) = self.filed(resource_type).values()
        return body

    def versions(self) -> dict[tuple[str, str], int]:
        rows = self.reader.execute("SELECT type, id, version FROM fhir_resources")
        return {(row[0], row[1]): row[2] for row in rows}

    def count(self, table: str) -> int:
        return int(self.reader.execute(f"SELECT count(*) FROM {table}").fetchone()[0])


@contextmanager
def on_the_road(folder: Path, **more: Any) -> Iterator[Road]:
    folder.mkdir(exist_ok=True)
    road = Road(folder, **more)
    road.open()
    try:
        yield road
    finally:
        road.close()


# ---------------------------------------------------------------- messages

PATIENT = "PID|1||00418827^^^STB^MR||MARTINEZ^ROSA||19570814|F"
VISIT = "PV1|1|I|AMU^4^02||||||||||||||||V118204^^^STB^VN"


def lines(*segments: str) -> str:
    return "\r".join(segments) + "\r"


def adt(event: str, *more: str, at: str = "20260301080000", pid: str = PATIENT, pv1: str = VISIT) -> str:
    return lines(
        f"MSH|^~\\&|EHR|STB|SBX|STB|{at}+0000||ADT^{event}|{{control}}|P|2.5.1", f"EVN||{at}+0000", pid, pv1, *more
    )


def order(placer: str, *, at: str = "20260301081000", control: str = "NW", test: str = "K^Potassium^L-LIS") -> str:
    return lines(
        f"MSH|^~\\&|EHR|STB|LIS|STB|{at}+0000||ORM^O01|{{control}}|P|2.5.1",
        PATIENT,
        VISIT,
        f"ORC|{control}|{placer}^EHR|||||||{at}+0000",
        f"OBR|1|{placer}^EHR||{test}",
    )


def result(
    placer: str,
    status: str,
    value: str,
    *,
    at: str = "20260301090000",
    code: str = "K^Potassium^L-LIS",
    pid: str = PATIENT,
) -> str:
    """A potassium; the filler number follows from the placer's."""
    return lines(
        f"MSH|^~\\&|LIS|STB|EHR|STB|{at}+0000||ORU^R01|{{control}}|P|2.5.1",
        pid,
        VISIT,
        f"ORC|RE|{placer}^EHR|F{placer}^LIS",
        f"OBR|1|{placer}^EHR|F{placer}^LIS|UE^Urea and electrolytes^L-LIS|||20260301083000+0000||||||||||||||"
        f"|{at}+0000||CH|{status}",
        f"OBX|1|NM|{code}||{value}|mmol/L|3.5-5.3|N|||{status}|||20260301083000+0000",
    )


def statuses(road: Road, resource_type: str) -> Sequence[str]:
    return sorted(body["status"] for body in road.filed(resource_type).values())
