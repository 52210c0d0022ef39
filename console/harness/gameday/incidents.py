"""What each incident does to the hospital, how it is mended, which messages it touched, and by what it shows."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import orjson

from console.connections.mllp_client import MllpClient
from console.core.clock import Clock
from console.core.errors import EnvironmentFault, SignalboxError
from console.harness.gameday.course import IncidentKind
from console.harness.gameday.gate import Position
from console.harness.gameday.hospital import Hospital
from console.harness.gameday.passing import Passed

FINAL = ("verified", "delivered")
SILENCE_S = 600.0
"""Hospital seconds without a laboratory message after which its silence shows on a console."""
RESULTS_MAP = "lab-local-loinc"
MAP_CODES = ("K", "NA", "HB", "CRP", "GLUC", "TROPI", "WBC")
BURST = 200
NEWEST = 10


@dataclass(slots=True)
class Incident:
    """One incident being played. `begin` and `mend` act; `touched` and `sign` look."""

    kind: IncidentKind
    hospital: Hospital
    clock: Clock
    options: Mapping[str, Any] = field(default_factory=dict)
    began: datetime | None = None
    mended: datetime | None = None
    _map_version: str = ""
    _whole_map: dict[str, Any] = field(default_factory=dict)
    _burst: Passed | None = None
    _before: dict[str, int] = field(default_factory=dict)

    async def begin(self) -> str:
        """Makes it happen; gives a note for the debrief. Raises EnvironmentFault when it cannot be done here."""
        self.began = self.clock()
        match self.kind:
            case IncidentKind.LAB_OUTAGE:
                await self.hospital.lab.turn(Position.SHUT)
            case IncidentKind.FHIR_DOWN:
                hangs = self.options.get("how") == "hang"
                await self.hospital.record.turn(Position.HANGING if hangs else Position.SHUT)
            case IncidentKind.DISK_FULL:
                await asyncio.to_thread(self.hospital.fill_disk)
            case IncidentKind.MAP_BROKEN:
                return await self._break_map()
            case IncidentKind.DUPLICATE_BURST:
                return await self._send_burst()
        return ""

    async def mend(self) -> None:
        """Takes the cause away. What it did to messages may take longer to heal."""
        match self.kind:
            case IncidentKind.LAB_OUTAGE:
                await self.hospital.lab.turn(Position.OPEN)
            case IncidentKind.FHIR_DOWN:
                await self.hospital.record.turn(Position.OPEN)
            case IncidentKind.DISK_FULL:
                await asyncio.to_thread(self.hospital.free_disk)
            case IncidentKind.MAP_BROKEN:
                await self._publish(self._whole_map, f"{self._map_version}-mended", "the missing codes are back")
        self.mended = self.clock()

    async def sign(self) -> str:
        """The first thing the engine shows of it, in words; '' while nothing does."""
        match self.kind:
            case IncidentKind.FHIR_DOWN:
                for place in (await self.hospital.http.json("/api/v1/destinations"))["items"]:
                    if place["kind"] != "builtin" and (place["breaker"] != "closed" or place["pending"]):
                        return f"destination {place['name']}: {place['pending']} waiting, breaker {place['breaker']}"
            case IncidentKind.MAP_BROKEN:
                for group in (await self.hospital.http.json("/api/v1/failures"))["items"]:
                    return f"failures: {group.get('count', '')} stopped ({group.get('code', 'code-not-mapped')})"
            case IncidentKind.DISK_FULL:
                health = await self.hospital.http.json("/api/v1/health")
                if health["status"] != "ok":
                    return f"health: {health['status']}"
            case IncidentKind.LAB_OUTAGE:
                return await self._silence()
            case IncidentKind.DUPLICATE_BURST:
                trace = await self.trace(self._burst.control_id) if self._burst is not None else None
                if trace is not None and trace["duplicates"]:
                    return f"one result received {trace['duplicates'] + 1} times"
        return ""

    def touched(self) -> list[Passed]:
        """The laboratory's messages of the time it lasted (all it could touch), by the laboratory's own clock."""
        if self.began is None:
            return []
        if self.kind is IncidentKind.DUPLICATE_BURST:
            return [self._burst] if self._burst is not None else []
        begin = self.hospital.hospital_time(self.began)
        end = self.hospital.hospital_time(self.mended or self.clock())
        return self.hospital.passing.between(begin, end)

    async def visible(self, control_id: str) -> bool:
        """Whether this message is filed and was read back at every destination."""
        trace = await self.trace(control_id)
        return trace is not None and trace["state"] in FINAL

    async def trace(self, control_id: str) -> dict[str, Any] | None:
        """The newest trace under a control id; None when the engine knows none."""
        found = await self.hospital.http.json("/api/v1/keys", {"value": control_id})
        traces = [t for item in found["items"] if item["kind"] == "control" for t in item["traces"]]
        return max(traces, key=lambda t: t["received_at"]) if traces else None

    async def flowing(self) -> bool:
        """Whether what came after the mending goes through: one of the newest laboratory results of then is visible."""
        if self.mended is None:
            return False
        after = [
            p
            for p in self.hospital.passing.between(
                self.hospital.hospital_time(self.mended), self.hospital.hospital_time(self.clock()) + timedelta(days=1)
            )
            if p.passed_at >= self.mended
        ]
        for passed in after[-NEWEST:]:
            if await self.visible(passed.control_id):
                return True
        return False

    async def doubled(self) -> int:
        """Resources that a duplicate burst changed: there must be none."""
        if self.kind is not IncidentKind.DUPLICATE_BURST or self._burst is None:
            return 0
        after = await self._versions(self._burst.control_id)
        return sum(1 for name, version in after.items() if self._before.get(name, version) != version)

    # ------------------------------------------------------------ parts

    async def _silence(self) -> str:
        now = self.hospital.hospital_time(self.clock())
        newest: datetime | None = None
        for row in (await self.hospital.http.json("/api/v1/statistics"))["per_minute"]:
            if row["sender"] in ("LIS", "HAEM", "MICRO") and row["last_at"]:
                at = datetime.fromisoformat(row["last_at"])
                newest = at if newest is None else max(newest, at)
        if newest is None or (now - newest).total_seconds() < SILENCE_S:
            return ""
        return f"laboratories silent for {int((now - newest).total_seconds() // 60)} min"

    async def _break_map(self) -> str:
        codes = tuple(self.options.get("codes", MAP_CODES))
        one = await self.hospital.http.json(f"/api/v1/concept-maps/{RESULTS_MAP}")
        self._whole_map = dict(one["map"])
        self._map_version = f"{self._whole_map['version']}-{self.clock():%H%M%S}"
        torn = {
            **self._whole_map,
            "elements": [e for e in self._whole_map["elements"] if e["code"] not in codes],
        }
        await self._publish(torn, self._map_version, "tidied up", days_ago=1)  # a version lasts a day at least
        return f"published {RESULTS_MAP}@{self._map_version} without {', '.join(codes)}"

    async def _publish(self, body: Mapping[str, Any], version: str, reason: str, *, days_ago: int = 0) -> None:
        begins = (self.clock() - timedelta(days=days_ago)).date().isoformat()
        one = {**body, "version": version, "effective_from": begins, "effective_to": ""}
        await self.hospital.http.post("/api/v1/concept-maps", orjson.dumps(one), {"reason": reason})

    async def _send_burst(self) -> str:
        self._burst = self.hospital.passing.last("ORU")
        if self._burst is None:
            raise EnvironmentFault("no result has passed yet: nothing can be repeated", code="nothing-passed")
        self._before = await self._versions(self._burst.control_id)
        count = int(self.options.get("count", BURST))
        sent = 0
        async with MllpClient("127.0.0.1", self.hospital.lab.port) as client:
            for _ in range(count):
                await client.send(self._burst.payload)
                sent += 1
        self.mended = self.clock()
        return f"one result sent {sent} times more within {(self.mended - (self.began or self.mended)).seconds} s"

    async def _versions(self, control_id: str) -> dict[str, int]:
        """Each resource this message became, with its version now."""
        trace = await self.trace(control_id)
        if trace is None:
            return {}
        whole = await self.hospital.http.json(f"/api/v1/traces/{trace['event_id']}")
        names = {
            f"{resource['type']}/{resource['id']}"
            for hop in whole["hops"]
            if hop["hop"] == "map"
            for resource in hop["detail"].get("resources", ())
        }
        versions: dict[str, int] = {}
        for name in sorted(names):
            try:
                body = await self.hospital.http.json(f"/fhir/{name}")
            except SignalboxError:
                continue
            versions[name] = int(body.get("meta", {}).get("versionId", 0))
        return versions
