"""What runs in an engine: the small promise every part keeps, and what each is given to keep it with."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Protocol

from console.core.clock import Clock
from console.core.errors import SignalboxError
from console.engine.right_of_way import RightOfWay
from console.engine.settings import EngineSettings
from console.storage.database import Database
from console.storage.follower import Follower
from console.storage.integrity import IntegrityCheck
from console.storage.journal import Journal


class Component(Protocol):
    """One part of a running engine. Started in order, stopped in the reverse order; both on the event loop.

    `start` raises the house's errors when it cannot, and then the engine does not come up. `stop` finishes what it
    has begun within seconds and never raises.
    """

    async def start(self) -> None: ...
    async def stop(self) -> None: ...


@dataclass(slots=True)
class Announced:
    """Where the engine is reached, filled in by the parts as they come up."""

    http: str | None = None
    mllp: str | None = None
    token_file: str | None = None


@dataclass(slots=True)
class Gauges:
    """Numbers about the running engine that no table holds; each a function, safe on any thread."""

    connections: Callable[[], int] = lambda: 0
    turned_away: Callable[[], int] = lambda: 0
    waiting: Callable[[], int] = lambda: 0
    """Messages received and not answered yet."""


@dataclass(slots=True, kw_only=True)
class EngineContext:
    """What a component is built with. `fatal` ends the engine with the error given; any thread may call it."""

    folder: Path
    settings: EngineSettings
    database: Database
    journal: Journal
    follower: Follower
    integrity: IntegrityCheck
    clock: Clock
    instance: str
    started_at: datetime
    unclean: bool
    fatal: Callable[[SignalboxError], None]
    announced: Announced = field(default_factory=Announced)
    gauges: Gauges = field(default_factory=Gauges)
    right_of_way: RightOfWay = field(default_factory=RightOfWay)
