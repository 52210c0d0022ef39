"""An exchange in words for the screen: outcomes, the wire event by event, the history as rows. No widgets."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QCoreApplication

from console.core.clock import parse_iso
from console.desktop.formats import Formats
from console.desktop.widgets.plain_table import Cell, PlainRow
from console.harness.single.exchange import Exchange
from console.harness.single.history import Entry
from console.harness.single.line import What, WireEvent
from console.harness.single.wire import visible

SHOWN_BYTES = 64 * 1024
TONES = {"ok": ("circle-check", "ok"), "warn": ("triangle-alert", "warn"), "fail": ("octagon-x", "fail")}
"""Icon and colour family of each severity."""


def outcome_words() -> dict[str, str]:
    """The harness's outcomes in the user's language."""
    translate = QCoreApplication.translate
    return {
        "accepted": translate("ExchangeWords", "Accepted"),
        "committed": translate("ExchangeWords", "Committed, not yet processed"),
        "error": translate("ExchangeWords", "Error"),
        "rejected": translate("ExchangeWords", "Rejected"),
        "wrong control id": translate("ExchangeWords", "Answer for another message"),
        "late": translate("ExchangeWords", "Late"),
        "malformed": translate("ExchangeWords", "Answer cannot be read"),
        "no answer": translate("ExchangeWords", "No answer"),
        "no answer asked for": translate("ExchangeWords", "No answer asked for"),
        "connection broke": translate("ExchangeWords", "Connection broke"),
        "unreachable": translate("ExchangeWords", "Nobody there"),
    }


def _events() -> dict[What, str]:
    translate = QCoreApplication.translate
    return {
        What.CONNECTED: translate("ExchangeWords", "connected"),
        What.REFUSED: translate("ExchangeWords", "no connection"),
        What.SENT: translate("ExchangeWords", "sent"),
        What.RECEIVED: translate("ExchangeWords", "received"),
        What.HALF_CLOSED: translate("ExchangeWords", "our side closed"),
        What.PEER_CLOSED: translate("ExchangeWords", "closed by the receiver"),
        What.PEER_RESET: translate("ExchangeWords", "reset by the receiver"),
        What.CLOSED: translate("ExchangeWords", "closed"),
        What.RESET: translate("ExchangeWords", "reset"),
        What.TIMED_OUT: translate("ExchangeWords", "no answer in time"),
    }


def wire_text(exchange: Exchange, formats: Formats) -> str:
    """Every event with its time; bytes both ways with VT, FS, CR and other control characters visible."""
    names = _events()
    lines = []
    for event in exchange.record.events:
        lines.append(_headline(event, names, formats))
        if event.data:
            lines.append(visible(event.data, limit=SHOWN_BYTES, lines=True))
    tls = exchange.record.tls
    if tls is not None:
        lines.insert(0, f"TLS  {tls.version}  {tls.cipher}  {tls.subject}".rstrip())
    return "\n".join(lines)


def _headline(event: WireEvent, names: dict[What, str], formats: Formats) -> str:
    arrow = {What.SENT: "→", What.RECEIVED: "←"}.get(event.what, "·")
    size = f"  {formats.size(len(event.data))}" if event.data else ""
    text = f"  {event.text}" if event.text else ""
    return f"{arrow} {event.at * 1000:10.3f} ms  {names[event.what]}{size}{text}"


def took_words(took_ms: float | None, formats: Formats) -> str:
    """`12.3 ms` in the user's decimals; a dash where nothing came."""
    if took_ms is None:
        return "–"
    if took_ms < 0.1:
        return "< 0,1 ms" if formats.language == "es" else "< 0.1 ms"
    text = f"{took_ms:.1f}" if took_ms < 100 else f"{took_ms:.0f}"
    return (text.replace(".", ",") if formats.language == "es" else text) + " ms"


def history_headers() -> tuple[str, ...]:
    translate = QCoreApplication.translate
    return (
        translate("ExchangeWords", "Sent"),
        translate("ExchangeWords", "Message"),
        translate("ExchangeWords", "Control id"),
        translate("ExchangeWords", "To"),
        translate("ExchangeWords", "Answer"),
        translate("ExchangeWords", "Took"),
    )


def history_rows(entries: Sequence[Entry], formats: Formats, wanted: str = "") -> list[PlainRow]:
    """Newest first; `wanted` keeps those that hold all its words anywhere. The key is the place in `entries`."""
    words = wanted.casefold().split()
    outcomes = outcome_words()
    rows = []
    for number in range(len(entries) - 1, -1, -1):
        one = entries[number]
        answer = outcomes.get(one.outcome, one.outcome)
        searched = " ".join((one.message_type, one.control_id, one.target, answer, one.sentence)).casefold()
        if not all(word in searched for word in words):
            continue
        icon, family = TONES.get(one.severity, TONES["warn"])
        rows.append(
            PlainRow(
                (
                    Cell(formats.time(parse_iso(one.at), seconds=True), "mono", tip=formats.moment(parse_iso(one.at))),
                    Cell(one.message_type or "?", tone="text"),
                    Cell(one.control_id, "mono"),
                    Cell(one.target),
                    Cell(answer, tone=f"{family}_fg", icon=icon, tip=one.sentence),
                    Cell(took_words(one.took_ms, formats)),
                ),
                key=str(number),
            )
        )
    return rows
