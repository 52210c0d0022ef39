"""Whom a run can be sent to: what is known without asking, which of them are open, and why not."""

from __future__ import annotations

import ipaddress
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from PySide6.QtCore import QCoreApplication

from console.desktop.models.scenario_card import ScenarioCard
from console.desktop.session import Session

AS_PLANNED, LISTENER, OTHER = "as-planned", "listener", "other"
ENGINE: Final = "engine"


@dataclass(frozen=True, slots=True)
class TargetOption:
    """`address` is '' where the scenario or the person names it. `environment` is demo, test, production or ''."""

    key: str
    text: str
    address: str = ""
    environment: str = ""


@dataclass(frozen=True, slots=True)
class ListedTarget:
    """An entry of the allow-list, as far as it is offered here."""

    name: str
    address: str
    environment: str


def target_options(
    card: ScenarioCard | None, session: Session, listed: Sequence[ListedTarget] = ()
) -> tuple[TargetOption, ...]:
    """The scenario's own, the engine of this computer while one runs, a scripted listener, those of the allow-list, any
    other address."""
    translate = QCoreApplication.translate
    options = []
    if card is not None:
        if card.own_listener:
            text = translate("RunTargets", "As planned: the harness's own listener")
        else:
            text = translate("RunTargets", "As planned: %1").replace("%1", ", ".join(card.targets) or "127.0.0.1:2575")
        options.append(TargetOption(AS_PLANNED, text))
    connection = session.connection
    if session.local_engine is not None and connection is not None:
        address = session.local_engine.mllp
        options.append(TargetOption(ENGINE, f"{connection.name}  {address}", address, connection.environment))
    options.append(TargetOption(LISTENER, translate("RunTargets", "The harness's own listener, with a script")))
    options += [
        TargetOption(f"listed:{one.address}", f"{one.name or one.address}  {one.address}", one.address, one.environment)
        for one in listed
    ]
    options.append(TargetOption(OTHER, translate("RunTargets", "Another address…")))
    return tuple(options)


def split_address(text: str) -> tuple[str, int] | None:
    """Host and port of HOST:PORT or [v6]:PORT; None when it is neither."""
    host, colon, port = text.strip().rpartition(":")
    if not colon or not port.isdigit() or not 0 < int(port) < 65_536:
        return None
    if host.startswith("[") and host.endswith("]"):
        host = host[1:-1]
    elif ":" in host:
        return None
    return (host, int(port)) if host and not any(c.isspace() or c in "/@" for c in host) else None


def is_loopback(address: str) -> bool:
    """Whether an address certainly stays on this computer; a name other than localhost may lead anywhere."""
    parts = split_address(address)
    if parts is None:
        return False
    host = parts[0].lower().rstrip(".")
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
