"""Why a message or a result did not arrive, as a sentence or two a person can act on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from PySide6.QtCore import QCoreApplication

from console.core.clock import from_micros, parse_iso
from console.desktop.formats import Formats
from console.desktop.models.timeline_model import Loop
from console.desktop.presenters.hop_words import hop_name

JsonObject = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Cause:
    """`tone` is fail or warn. `path` leads to the field or element; `event_id` to the message that is the cause."""

    title: str
    text: str
    tone: str
    path: str = ""
    event_id: str = ""


def message_cause(entry: JsonObject, trace: JsonObject | None, formats: Formats) -> Cause | None:
    """The strip above a message's details; None while nothing is wrong with it."""
    state = str(entry.get("state", ""))
    error = (trace or {}).get("error") or entry.get("error") or {}
    text, path = str(error.get("text") or error.get("code") or ""), str(error.get("path") or "")
    translate = QCoreApplication.translate
    clock = _clock(entry, trace, formats)
    if state == "dead_lettered":
        hop = hop_name(_stopped_hop(trace))
        said = (
            translate("Cause", "Arrived %1, stopped at “%2”: %3").replace("%2", hop)
            if hop
            else translate("Cause", "Arrived %1: %3")
        )
        return Cause(translate("Cause", "Likely cause found"), _filled(said, clock, text), "fail", path)
    if state == "refused":
        said = translate("Cause", "Arrived %1 and was refused; it is kept in quarantine: %3")
        return Cause(translate("Cause", "Refused at the door"), _filled(said, clock, text), "fail", path)
    if state == "retrying":
        return Cause(translate("Cause", "Being sent again"), _retry(text, trace, formats), "warn", path)
    if state == "waiting":
        because = _because(trace) or text
        said = translate("Cause", "Arrived %1 and waits: %3")
        return Cause(translate("Cause", "Waiting"), _filled(said, clock, because), "warn", path)
    return None


def _filled(text: str, clock: str, reason: str) -> str:
    return text.replace("%1", clock).replace("%3", reason)


def _clock(entry: JsonObject, trace: JsonObject | None, formats: Formats) -> str:
    at = (trace or {}).get("received_at") or entry.get("received_at") or entry.get("at")
    return formats.time(parse_iso(str(at))) if at else "?"


def _stopped_hop(trace: JsonObject | None) -> str:
    hops = [hop for hop in (trace or {}).get("hops") or () if hop.get("state") == "dead_lettered"]
    return str(hops[-1].get("detail", {}).get("hop") or hops[-1].get("hop") or "") if hops else ""


def _retry(text: str, trace: JsonObject | None, formats: Formats) -> str:
    attempts = [hop for hop in (trace or {}).get("hops") or () if hop.get("kind") == "delivery.attempt_failed"]
    if not attempts:
        return text
    translate = QCoreApplication.translate
    parts = [text or str((attempts[-1].get("error") or {}).get("text") or "")]
    parts.append(translate("Cause", "%n attempt(s) so far", "", len(attempts)))
    next_at = attempts[-1].get("detail", {}).get("next_at")
    if next_at:
        parts.append(
            translate("Cause", "next try %1").replace("%1", formats.time(parse_iso(str(next_at)), seconds=True))
        )
    return " · ".join(part for part in parts if part)


def _because(trace: JsonObject | None) -> str:
    waits = [hop for hop in (trace or {}).get("hops") or () if hop.get("kind") == "message.waiting"]
    return str(waits[-1].get("detail", {}).get("because") or "") if waits else ""


def order_cause(loop: Loop, now: int, formats: Formats) -> Cause:
    """What can be said of an order whose result is not there."""
    translate = QCoreApplication.translate
    ordered = formats.moment(from_micros(loop.ordered_at), seconds=False) if loop.ordered_at is not None else ""
    due = formats.moment(from_micros(loop.due_at), seconds=False) if loop.due_at is not None else ""
    late = formats.duration(timedelta(microseconds=now - loop.due_at)) if loop.due_at is not None else ""
    if loop.stopped_event_id:
        said = translate("Cause", "A message with this result arrived and stopped on its way. The order was due %1.")
        return Cause(
            translate("Cause", "Likely cause found"), said.replace("%1", due), "fail", event_id=loop.stopped_event_id
        )
    if loop.state in ("missing", "late"):
        said = (
            translate("Cause", "Only a preliminary result has come. The final one was due %1, %2 ago.")
            if loop.resulted_at is not None
            else translate("Cause", "Ordered %3. No message with this result has reached us; it was due %1, %2 ago.")
        )
        text = said.replace("%1", due).replace("%2", late).replace("%3", ordered)
        tone = "warn" if loop.state == "late" else "fail"
        title = translate("Cause", "Result late") if tone == "warn" else translate("Cause", "Result missing")
        return Cause(title, text, tone, event_id=loop.result_event_id or loop.event_id)
    text = translate("Cause", "Ordered %3; due %1.") if due else translate("Cause", "Ordered %3.")
    text = text.replace("%1", due).replace("%3", ordered)
    return Cause(translate("Cause", "No result yet"), text, "info", event_id=loop.event_id)
