"""A listener in words: its state, its figures, its messages as rows. Reads values, touches no widget."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from PySide6.QtCore import QCoreApplication

from console.core.clock import parse_iso
from console.desktop.formats import Formats
from console.desktop.models.live_listener import LiveListener
from console.desktop.presenters.case_words import ChipLine
from console.desktop.presenters.run_figures import Figure
from console.desktop.presenters.run_words import StateWord
from console.desktop.widgets.plain_table import Cell, PlainRow

_GOOD, _BAD = ("AA", "CA"), ("AE", "AR", "CE", "CR")


def state_word(phase: str, state: str) -> StateWord:
    """The pill of a listener."""
    translate = QCoreApplication.translate
    if phase in ("idle", "over"):
        return StateWord(translate("ListenerWords", "Not listening"), "circle-dashed", "quiet")
    if phase == "starting":
        return StateWord(translate("ListenerWords", "Starting"), "loader-circle", "info")
    if phase == "broken":
        return StateWord(translate("ListenerWords", "Could not listen"), "octagon-x", "fail")
    words = {
        "outage": StateWord(translate("ListenerWords", "Outage is on"), "unplug", "fail"),
        "silent": StateWord(translate("ListenerWords", "Silent"), "pause", "warn"),
        "answering": StateWord(translate("ListenerWords", "One answer for all"), "triangle-alert", "warn"),
        "trouble": StateWord(translate("ListenerWords", "Trouble"), "octagon-x", "fail"),
    }
    return words.get(state, StateWord(translate("ListenerWords", "Listening"), "radio-tower", "ok"))


def switched_on(live: LiveListener, outage: str, code: str) -> str:
    """What a person switched on, as a sentence; '' while the script answers."""
    translate = QCoreApplication.translate
    if live.state == "outage":
        return {
            "port-closed": translate("ListenerWords", "An outage is on: the port is closed, nobody can connect."),
            "accept-and-hang": translate("ListenerWords", "An outage is on: connections open, nothing is read."),
            "refuse": translate("ListenerWords", "An outage is on: every message is answered AE."),
        }.get(outage, translate("ListenerWords", "An outage is on."))
    if live.state == "silent":
        return translate("ListenerWords", "Silence is on: messages are read, nothing is answered.")
    if live.state == "answering":
        shown = translate("ListenerWords", "Every message is answered %1, whatever the script says.")
        return shown.replace("%1", code or "…")
    return str(live.snapshot.get("text", "")) if live.state == "trouble" else ""


def figures(live: LiveListener, formats: Formats) -> tuple[Figure, ...]:
    """Received, answered, connections, waiting, duplicates, order."""
    translate, number = QCoreApplication.translate, formats.number
    found, bad = live.counts("findings"), sum(live.counts("answers").get(code, 0) for code in _BAD)
    per_s = translate("ListenerWords", "%1 a second")
    silent = live.counts("answers").get("none", 0)
    doubled, same = int(found.get("duplicates", 0)), int(found.get("same_results", 0))
    backwards, gaps = int(found.get("backwards", 0)), int(found.get("gaps", 0))
    refused = translate("ListenerWords", "%1 with an error").replace("%1", number(bad)) if bad else ""
    unanswered = translate("ListenerWords", "%1 never answered").replace("%1", number(silent))
    results = translate("ListenerWords", "%1 with results seen before").replace("%1", number(same))
    missing = translate("ListenerWords", "%1 numbers missing").replace("%1", number(gaps))
    none = translate("ListenerWords", "none seen")
    return (
        Figure(
            translate("ListenerWords", "Received"),
            number(live.count("received")),
            translate("ListenerWords", "messages"),
            per_s.replace("%1", number(round(float(live.snapshot.get("received_per_s", 0.0))))),
        ),
        Figure(
            translate("ListenerWords", "Answered"),
            number(live.count("answered")),
            translate("ListenerWords", "messages"),
            refused or per_s.replace("%1", number(round(float(live.snapshot.get("answered_per_s", 0.0))))),
            "warn" if refused else "",
            "triangle-alert" if refused else "",
        ),
        Figure(
            translate("ListenerWords", "Connections"),
            number(live.count("connections")),
            translate("ListenerWords", "open"),
            translate("ListenerWords", "%1 opened so far").replace("%1", number(live.count("opened"))),
        ),
        Figure(
            translate("ListenerWords", "Waiting"),
            number(live.count("waiting")),
            translate("ListenerWords", "messages"),
            unanswered if silent else translate("ListenerWords", "every one answered"),
            "warn" if silent else "",
            "hourglass" if silent else "",
        ),
        Figure(
            translate("ListenerWords", "Duplicates"),
            number(doubled),
            translate("ListenerWords", "messages"),
            results if same else translate("ListenerWords", "byte for byte") if doubled else none,
            "warn" if same or doubled else "",
            "copy-check" if same or doubled else "",
        ),
        Figure(
            translate("ListenerWords", "Out of order"),
            number(backwards),
            translate("ListenerWords", "messages"),
            missing if gaps else translate("ListenerWords", "older than the patient's last") if backwards else none,
            "warn" if gaps or backwards else "",
            "triangle-alert" if gaps or backwards else "",
        ),
    )


def chips(live: LiveListener, formats: Formats) -> list[ChipLine]:
    """Counts by type, then by answer."""
    made = [
        ChipLine("file-text", "", kind, formats.number(count), "quiet") for kind, count in live.counts("types").items()
    ]
    for code, count in live.counts("answers").items():
        icon, tone, _ = _answer_looks(code)
        made.append(ChipLine(icon, "", answer_word(code), formats.number(count), tone))
    return made


def answer_word(code: str) -> str:
    """`AA`, or `no answer`."""
    return code if code not in ("", "none") else QCoreApplication.translate("ListenerWords", "no answer")


def _answer_looks(code: str) -> tuple[str, str, str]:
    """Icon, colour family and text tone."""
    if code in _GOOD:
        return "check", "ok", "ok_fg"
    if code in _BAD:
        return "octagon-x", "fail", "fail_fg"
    return "hourglass", "warn", "warn_fg"


def headers() -> tuple[str, ...]:
    translate = QCoreApplication.translate
    return (
        translate("ListenerWords", "Time"),
        translate("ListenerWords", "Type"),
        translate("ListenerWords", "Control id"),
        translate("ListenerWords", "Answer"),
        translate("ListenerWords", "Decided by"),
    )


def message_rows(messages: Iterable[Mapping[str, Any]], formats: Formats, *, rule: bool = True) -> list[PlainRow]:
    """Newest first: time, type, control id, answer and, with `rule`, what decided."""
    rows = []
    for one in reversed(list(messages)):
        icon, _, tone = _answer_looks(str(one["code"]))
        cells = [
            Cell(formats.time(parse_iso(str(one["at"])), millis=True), "mono"),
            Cell(str(one["kind"]), "body_strong", "text"),
            Cell(str(one["control_id"]) or "–", "mono", "text"),
            Cell(answer_word(str(one["code"])), "body", tone, icon=icon),
        ]
        if rule:
            cells.append(Cell(str(one["rule"])))
        rows.append(PlainRow(tuple(cells), key=str(one["number"])))
    return rows
